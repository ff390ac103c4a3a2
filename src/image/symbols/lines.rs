//! Functions and source lines of code addresses.

use crate::image::{Function, Line, Symbols};

impl Symbols {
    /// The function that an address is in, of those of known size.
    #[must_use]
    pub fn function_at(&self, address: u32) -> Option<&Function> {
        let upto = self.functions.partition_point(|f| f.start <= address);
        self.functions[..upto].last().filter(|f| address < f.end)
    }

    /// The line of exactly this instruction; `None` for glue the compiler made.
    #[must_use]
    pub fn line_of(&self, address: u32) -> Option<&Line> {
        self.lines[self.lines.partition_point(|l| l.address < address)..].first().filter(|l| l.address == address)
    }

    /// The line of the instruction at an address, or of the nearest one before it in its function. None
    /// in a prologue.
    #[must_use]
    pub fn line_at(&self, address: u32) -> Option<&Line> {
        let last = self.lines[..self.lines.partition_point(|l| l.address <= address)].last()?;
        (last.address >= self.bound(address)).then_some(last)
    }

    /// The first address whose line may reach to an address: the start of its function, or the end of the
    /// function before it.
    fn bound(&self, address: u32) -> u32 {
        let upto = self.functions.partition_point(|f| f.start <= address);
        self.functions[..upto].last().map_or(0, |f| if address < f.end { f.start } else { f.end })
    }

    /// A function's first instruction with a line, behind its prologue.
    #[must_use]
    pub fn body(&self, function: &Function) -> Option<u32> {
        let line = self.lines[self.lines.partition_point(|l| l.address < function.start)..].first();
        line.map(|l| l.address).filter(|at| *at < function.end)
    }

    /// The functions of a name that have lines.
    pub fn bodies<'s>(&'s self, name: &'s str) -> impl Iterator<Item = u32> + 's {
        self.functions.iter().filter(move |f| f.name == name).filter_map(|f| self.body(f))
    }

    /// Where to stop for a line of a file: the first of its instructions in each function that has it.
    #[must_use]
    pub fn breaks(&self, file: usize, line: u32) -> Vec<u32> {
        let mut found: Vec<(Option<u32>, u32)> = Vec::new();
        for l in self.lines.iter().filter(|l| (l.file, l.line) == (file, line)) {
            let function = self.function_at(l.address).map(|f| f.start);
            if !found.iter().any(|(known, _)| *known == function) {
                found.push((function, l.address));
            }
        }
        found.into_iter().map(|(_, at)| at).collect()
    }

    /// The nearest line of a file at or behind a line that has instructions.
    #[must_use]
    pub fn line_with_code(&self, file: usize, line: u32) -> Option<u32> {
        self.lines.iter().filter(|l| l.file == file && l.line >= line).map(|l| l.line).min()
    }
}
