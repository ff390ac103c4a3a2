//! The source lines of a program's instructions, as steps by lines go by them.

use crate::image::Symbols;
use crate::isa::Op;
use crate::vm::Code;

/// A line of a source file: the file's index in the program's symbols, and the line from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceLine {
    /// Index into [`Symbols::files`].
    pub file: usize,
    /// Line number, from 1.
    pub line: u32,
}

/// A code word as steps by lines see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot {
    /// The line of the instruction; `None` for glue.
    line: Option<SourceLine>,
    /// The line of it, or of the nearest instruction before it in its function.
    near: Option<SourceLine>,
    /// Whether another line may follow it, or another function.
    leaves: bool,
}

/// The lines of a program's code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineTable {
    slots: Vec<Slot>,
}

impl LineTable {
    /// The lines of a code.
    #[must_use]
    pub fn new(symbols: &Symbols, code: &Code) -> LineTable {
        let source = |l: &crate::image::Line| SourceLine { file: l.file, line: l.line };
        let slot = |at: u32| Slot {
            line: symbols.line_of(at).map(source),
            near: symbols.line_at(at).map(source),
            leaves: false,
        };
        let mut table = LineTable { slots: (0..code.len()).step_by(4).map(slot).collect() };
        for i in 0..table.slots.len() {
            table.slots[i].leaves = table.leaves(code, 4 * i as u32);
        }
        table
    }

    /// Whether no instruction has a line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.iter().all(|slot| slot.line.is_none())
    }

    /// The line of exactly the instruction at an address.
    #[must_use]
    pub fn line(&self, pc: u32) -> Option<SourceLine> {
        self.slots.get(pc as usize / 4)?.line
    }

    /// The line of the instruction at an address, or of the nearest one before it in its function.
    #[must_use]
    pub fn near(&self, pc: u32) -> Option<SourceLine> {
        self.slots.get(pc as usize / 4)?.near
    }

    /// Whether another line or function may follow the instruction at an address.
    pub(in crate::session) fn may_leave(&self, pc: u32) -> bool {
        self.slots.get(pc as usize / 4).is_none_or(|slot| slot.leaves)
    }

    fn leaves(&self, code: &Code, at: u32) -> bool {
        let Some(insn) = code.insn_at(at) else { return true };
        let own = self.line(at);
        let other = |to: u32| self.line(to).is_some_and(|line| Some(line) != own);
        match (insn.op, insn.target(at)) {
            (Op::Call | Op::Ret, _) | (Op::Jmp | Op::Jz | Op::Jnz, None) => true,
            (Op::Jmp, Some(target)) => other(target),
            (Op::Jz | Op::Jnz, Some(target)) => other(target) || other(at.wrapping_add(insn.size())),
            _ => other(at.wrapping_add(insn.size())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Function, Line, SourceFile};

    #[test]
    fn only_ends_of_lines_calls_and_returns_may_leave_a_line() {
        // Prologue, two instructions of line 3 with glue between, line 4, RET of line 4.
        let (mov, ret) = (0x0412_0000, 0x2500_0000);
        let code = Code::new(&[mov, mov, mov, mov, mov, ret]);
        let line = |address, line| Line { address, file: 0, line };
        let symbols = Symbols {
            functions: vec![Function { name: "f".into(), start: 0, end: 24, file: None, line: 0 }],
            lines: vec![line(4, 3), line(12, 3), line(16, 4), line(20, 4)],
            files: vec![SourceFile::default()],
            ..Symbols::default()
        };
        let table = LineTable::new(&symbols, &code);
        let leaves: Vec<bool> = (0..6).map(|i| table.may_leave(4 * i)).collect();
        // What follows glue is not compared with the line around it: asking once too often does no harm.
        assert_eq!(leaves, [true, false, true, true, false, true]);
        assert_eq!((table.near(0), table.near(8).map(|l| l.line), table.line(8)), (None, Some(3), None));
    }
}
