//! Code as the executor wants it: one fixed-size op a word, decoded once when an image is loaded.

use super::fused::{self, Run};
use super::registers::Registers;
use crate::isa::{Form, Insn, Op, sext12};
use std::fmt;

/// Words of code space.
const SLOTS: usize = 0x4000;

/// A predecoded word: register numbers times four, immediates in their final form.
///
/// A word that cannot be executed is kept as a BRK whose `rd` says why: BRK leaves the fast path
/// anyway, so the others cost nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Decoded {
    pub op: Op,
    pub rd: u8,
    pub a: u8,
    pub b: u8,
    /// Sign-extended, or an absolute target, as the op needs it; of a RET, at how many calls it is marked.
    pub imm: u32,
}

impl Decoded {
    /// As it is in code in which each RET `depth` calls deep is marked.
    fn returning(self, depth: u32) -> Decoded {
        if self.op == Op::Ret { Decoded { imm: depth, ..self } } else { self }
    }
}

/// `rd` of a BRK: no such opcode.
pub(super) const ILLEGAL: u8 = 1;
/// `rd` of a BRK: past the end of the code, or an LDI32 cut off by it.
pub(super) const PAST_END: u8 = 2;
/// `rd` of a BRK: the caller wants to look before this instruction runs.
pub(super) const MARK: u8 = 3;

const fn special(why: u8) -> Decoded {
    Decoded { op: Op::Brk, rd: why, a: 0, b: 0, imm: 0 }
}

/// An image's code, predecoded. Shared by all tasks of the image and by all copies of a machine.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Code {
    /// With words past the end, so that those in front of any address can be looked at.
    ops: [Decoded; SLOTS + fused::LONGEST],
    /// How the instructions from each word on are done in one go.
    runs: [Run; SLOTS],
    words: Vec<u32>,
    /// Some word is a BRK.
    breaks: bool,
    /// A RET this many calls deep, or less, is marked.
    returns: u32,
    /// Instructions that access one of these are to be seen in their place.
    seen: Registers,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("words", &self.words.len()).finish_non_exhaustive()
    }
}

impl Code {
    /// Decodes code words from address 0. Words past 64 KiB of code space are left out.
    #[must_use]
    pub fn new(words: &[u32]) -> Code {
        let words = &words[..words.len().min(SLOTS)];
        let mut ops = [special(PAST_END); SLOTS + fused::LONGEST];
        for (i, slot) in ops.iter_mut().enumerate().take(words.len()) {
            *slot = decode(4 * i as u32, words[i], words.get(i + 1).copied());
        }
        let breaks = ops.iter().any(|op| op.op == Op::Brk && ![ILLEGAL, PAST_END, MARK].contains(&op.rd));
        let mut code =
            Code { ops, runs: [Run::Single; SLOTS], words: words.to_vec(), breaks, returns: 0, seen: Registers::NONE };
        code.fuse();
        code
    }

    fn fuse(&mut self) {
        for i in 0..self.words.len() {
            self.runs[i] = self.run_at(i);
        }
    }

    fn run_at(&self, word: usize) -> Run {
        let mut ops = *self.ahead(word);
        let seen = |op: &Decoded| self.seen.met_by(op);
        if seen(&ops[0]) {
            return Run::Seen;
        }
        // Nothing is done in one go with what is to be seen.
        ops.iter_mut().filter(|op| seen(op)).for_each(|op| *op = special(MARK));
        Run::of(&ops)
    }

    /// The same code with marks: a step in front of a marked address does nothing and reports it.
    /// Addresses that are not the start of a word are never reached by the fast path and are left
    /// out.
    #[must_use]
    pub fn with_marks(&self, addresses: impl IntoIterator<Item = u32>) -> Code {
        let mut marked = self.clone();
        for address in addresses.into_iter().filter(|a| a % 4 == 0) {
            if let Some(slot) = marked.ops.get_mut(address as usize / 4) {
                *slot = special(MARK);
            }
        }
        marked.fuse();
        marked
    }

    /// The same code with marks on each RET that is done `depth` calls deep, or less: what is done in deeper calls is not
    /// held up.
    #[must_use]
    pub fn with_marked_returns(&self, depth: u32) -> Code {
        let mut marked = self.clone();
        marked.returns = depth;
        marked.ops.iter_mut().for_each(|op| *op = op.returning(depth));
        marked
    }

    /// The same code of which no instruction that accesses one of some registers is done ahead of its place: turns taken
    /// there end in front of it. A step does it as ever.
    #[must_use]
    pub fn with_seen(&self, registers: Registers) -> Code {
        let mut seen = Code { seen: registers, ..self.clone() };
        seen.fuse();
        seen
    }

    /// Whether the instruction at `pc` is to be seen in its place.
    #[inline(always)]
    pub(super) fn is_seen(&self, pc: u32) -> bool {
        self.seen != Registers::NONE && self.seen.met_by(&self.fetch(pc))
    }

    /// Whether a BRK is among the words.
    #[must_use]
    pub const fn breaks(&self) -> bool {
        self.breaks
    }

    /// Code length in bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        4 * self.words.len() as u32
    }

    /// Whether there is no code at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The code words.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The word at any byte address, most significant byte first; `None` past the end.
    #[must_use]
    pub fn word_at(&self, pc: u32) -> Option<u32> {
        let (i, shift) = (pc as usize / 4, 8 * (pc % 4));
        let high = *self.words.get(i)?;
        match shift {
            0 => Some(high),
            _ => Some(high << shift | *self.words.get(i + 1)? >> (32 - shift)),
        }
    }

    /// The instruction at any byte address, `None` past the end or for an unknown opcode.
    #[must_use]
    pub fn insn_at(&self, pc: u32) -> Option<Insn> {
        Insn::decode(self.word_at(pc)?, pc.checked_add(4).and_then(|pc| self.word_at(pc)))
    }

    /// The ops from a word on.
    #[inline(always)]
    fn ahead(&self, word: usize) -> &[Decoded; fused::LONGEST] {
        const NONE: &[Decoded; fused::LONGEST] = &[special(PAST_END); fused::LONGEST];
        // The table is longer than the mask by as many: no check of bounds remains.
        self.ops[word & (SLOTS - 1)..].first_chunk().unwrap_or(NONE)
    }

    /// How the instructions from `pc` on are done in one go, and their ops; `None` unless a word begins there.
    #[inline(always)]
    pub(super) fn fetch_run(&self, pc: u32) -> Option<(Run, &[Decoded; fused::LONGEST])> {
        let word = pc as usize / 4;
        (pc & !(4 * SLOTS as u32 - 4) == 0).then(|| (self.runs[word & (SLOTS - 1)], self.ahead(word)))
    }

    /// The op at `pc`.
    #[inline(always)]
    pub(super) fn fetch(&self, pc: u32) -> Decoded {
        if pc & !(4 * SLOTS as u32 - 4) == 0 { self.ops[pc as usize / 4] } else { self.fetch_unaligned(pc) }
    }

    #[cold]
    fn fetch_unaligned(&self, pc: u32) -> Decoded {
        match self.word_at(pc) {
            Some(word) => {
                decode(pc, word, pc.checked_add(4).and_then(|next| self.word_at(next))).returning(self.returns)
            }
            None => special(PAST_END),
        }
    }
}

fn decode(pc: u32, word: u32, next: Option<u32>) -> Decoded {
    let Some(insn) = Insn::decode(word, next) else { return special(ILLEGAL) };
    let imm = match insn.op.row().form {
        Form::RdWide => match insn.wide {
            Some(wide) => wide,
            None => return special(PAST_END),
        },
        Form::Call => insn.target(pc).unwrap_or((4 * sext12(insn.imm)) as u32),
        _ => insn.value() as u32,
    };
    Decoded { op: insn.op, rd: 4 * insn.rd, a: 4 * insn.rs1, b: 4 * insn.rs2, imm }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoded_op_is_eight_bytes() {
        assert_eq!(size_of::<Decoded>(), 8);
    }

    #[test]
    fn words_are_found_at_any_byte_address() {
        let code = Code::new(&[0x2100_1002, 0x3000_0000]);
        assert_eq!(code.word_at(2), Some(0x1002_3000));
        assert_eq!(code.word_at(5), None);
        assert_eq!(code.word_at(8), None);
        assert_eq!(code.word_at(u32::MAX), None);
    }
}
