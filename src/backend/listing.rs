//! A program's code as text, built once when it is loaded.

use super::program::Program;
use crate::executive::services::service;
use crate::image::{Space, Symbols};
use crate::isa::{Form, Insn, source};

/// An image's code as text, built once when it is loaded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listing {
    /// Where the program came from, for titles: a file name.
    pub origin: String,
    /// Code length in bytes.
    pub code_len: u32,
    /// One row an instruction, by address.
    pub rows: Vec<ListingRow>,
    /// Source files the rows refer to: path and lines.
    pub sources: Vec<(String, Vec<String>)>,
    /// Of each of them, whether it was changed after the program was built.
    pub newer: Vec<bool>,
    /// Code labels: `(address, name)`, by address.
    pub labels: Vec<(u32, String)>,
    /// Data labels: `(address, name)`, by address.
    pub data: Vec<(u32, String)>,
    /// Whether it was compiled from C, whose source is there.
    pub is_c: bool,
}

/// One instruction of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingRow {
    /// Byte address.
    pub address: u32,
    /// Its word (the first one, for LDI32).
    pub word: u32,
    /// Mnemonic, or `.code` for a word that is not an instruction.
    pub mnemonic: String,
    /// Operands in the assembler's syntax, labels by name where known.
    pub operands: String,
    /// A remark: where a jump leads, what a service is called.
    pub note: String,
    /// Source file (index into `sources`) and line (from 1).
    pub source: Option<(usize, u32)>,
    /// The same of the nearest instruction before it that has one, in its function; in a prologue where the function
    /// is declared.
    pub near: Option<(usize, u32)>,
    /// Where a jump or call leads.
    pub target: Option<u32>,
}

impl Listing {
    /// Of a program.
    #[must_use]
    pub fn of(program: &Program) -> Listing {
        build(program)
    }

    /// Index of the row at or below `pc`.
    #[must_use]
    pub fn row_at(&self, pc: u32) -> Option<usize> {
        self.rows.partition_point(|row| row.address <= pc).checked_sub(1)
    }

    /// The nearest code label at or below `pc` with the distance to it, e.g. `("again", 0x2C)`.
    #[must_use]
    pub fn label_at(&self, pc: u32) -> Option<(&str, u32)> {
        let i = self.labels.partition_point(|(address, _)| *address <= pc).checked_sub(1)?;
        let (address, name) = self.labels.get(i)?;
        Some((name, pc - address))
    }

    /// An address by name: as a distance from its function where that has a label, else from the nearest
    /// label; the bare address where there is none. E.g. `pace+8`.
    #[must_use]
    pub fn named(&self, function: Option<u32>, pc: u32) -> String {
        let of_function = || {
            let entry = function?;
            let (name, 0) = self.label_at(entry)? else { return None };
            Some((name, pc.checked_sub(entry)?))
        };
        match of_function().or_else(|| self.label_at(pc)) {
            Some((name, 0)) => name.to_owned(),
            Some((name, offset)) => format!("{name}+0x{offset:X}"),
            None => format!("0x{pc:04X}"),
        }
    }
}

/// Every word of the code as a row.
pub fn build(program: &Program) -> Listing {
    let (words, symbols) = (&program.image.code, &program.symbols);
    let mut rows = Vec::with_capacity(words.len());
    let mut i = 0;
    while i < words.len() {
        let (row, len) = row(words, i, symbols);
        rows.push(row);
        i += len;
    }
    let named = |space: Space| {
        let names = symbols.symbols.iter().filter(move |s| s.space == space);
        names.map(|s| (s.address, s.name.clone())).collect()
    };
    let lines = |text: &String| text.lines().map(str::to_owned).collect();
    Listing {
        origin: program.origin(),
        code_len: 4 * words.len() as u32,
        rows,
        sources: symbols.files.iter().map(|f| (f.path.clone(), f.text.as_ref().map_or_else(Vec::new, lines))).collect(),
        newer: symbols.files.iter().map(|f| f.newer).collect(),
        labels: named(Space::Code),
        data: named(Space::Data),
        is_c: symbols.functions.iter().any(|f| f.file.is_some_and(|file| symbols.files[file].text.is_some())),
    }
}

/// The row of the instruction at word `i`, and how many words it takes.
fn row(words: &[u32], i: usize, symbols: &Symbols) -> (ListingRow, usize) {
    let (address, word) = (4 * i as u32, words[i]);
    let next = words.get(i + 1).copied();
    let lines = &symbols.lines;
    let at = lines.partition_point(|l| l.address < address);
    let source_line = lines.get(at).filter(|l| l.address == address).map(|l| (l.file, l.line));
    let near = source_line.or_else(|| near(address, symbols));
    let Some(insn) = Insn::decode(word, next) else {
        let row = ListingRow {
            address,
            word,
            mnemonic: ".code".into(),
            operands: format!("0x{word:08X}"),
            note: "no such instruction".into(),
            source: source_line,
            near,
            target: None,
        };
        return (row, 1);
    };
    let text = source(&insn);
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((&text, ""));
    let (operands, note) = remark(&insn, address, operands, symbols);
    let target = insn.target(address);
    let row =
        ListingRow { address, word, mnemonic: mnemonic.into(), operands, note, source: source_line, near, target };
    (row, (insn.size() / 4) as usize)
}

/// The line around an instruction that has none; in a prologue that of the function's declaration.
fn near(address: u32, symbols: &Symbols) -> Option<(usize, u32)> {
    let declared = || {
        let function = symbols.function_at(address)?;
        Some((function.file?, function.line)).filter(|(_, line)| *line > 0)
    };
    symbols.line_at(address).map(|l| (l.file, l.line)).or_else(declared)
}

/// Operands with names where they are known, and a remark.
fn remark(insn: &Insn, address: u32, operands: &str, symbols: &Symbols) -> (String, String) {
    let named =
        |space, at| symbols.symbols.iter().find(|s| s.space == space && s.address == at).map(|s| s.name.clone());
    match insn.op.row().form {
        Form::Jump | Form::Call => match insn.target(address) {
            Some(target) => match named(Space::Code, target) {
                Some(name) => (name, format!("to 0x{target:04X}")),
                None if insn.op.row().form == Form::Call => (operands.into(), format!("to 0x{target:04X}")),
                None => (format!("0x{target:04X}"), String::new()),
            },
            None => (operands.into(), String::new()),
        },
        Form::RdWide => match insn.wide.and_then(|wide| named(Space::Data, wide)) {
            Some(name) => (format!("R{}, {name}", insn.rd), format!("0x{:04X}", insn.wide.unwrap_or(0))),
            None => (operands.into(), String::new()),
        },
        Form::Service => {
            let (module, function) = insn.service();
            let name = service(module, function).map_or("no service", |s| s.name);
            (operands.into(), name.to_lowercase().replace('_', " "))
        }
        _ => (operands.into(), String::new()),
    }
}

impl Listing {
    /// Whether the source of the instruction at `pc` was changed after the program was built: its lines may have moved.
    #[must_use]
    pub fn is_stale(&self, pc: u32) -> bool {
        let source = self.row_at(pc).and_then(|at| self.rows[at].source);
        source.is_some_and(|(file, _)| self.newer.get(file).copied().unwrap_or_default())
    }
}
