//! What an instruction did: the sentence of the instruction table, filled with the turn's values.

use super::words::{at, flags, hex, home, place};
use super::{Level, Sentence, Span, fault, service};
use crate::executive::task::Task;
use crate::executive::{Outcome, Turn};
use crate::isa::{Flow, Insn, decode_f16, fill, source};
use crate::vm::C;

/// What the turn's instruction did, or why it could not.
pub fn sentences(span: &Span<'_>, turn: &Turn) -> Vec<Sentence> {
    let (Some(before), Some(after)) = (span.before.task(turn.pid), span.after.task(turn.pid)) else {
        return Vec::new();
    };
    let insn = before.code.insn_at(turn.pc);
    let what = insn.map_or_else(|| "a word that is not an instruction".to_owned(), |insn| source(&insn));
    let plain = |text| Sentence::new(Level::Turn, text);
    let head = |verb| plain(format!("Turn {}: task {} {verb} {what} at {}.", turn.n, turn.pid, at(turn.pc)));
    let (Some(insn), false) = (insn, matches!(turn.outcome, Outcome::Faulted(_))) else {
        let mut told = vec![head("failed at")];
        if let Outcome::Faulted(fault) = turn.outcome {
            told.extend(fault::sentences(span, before, insn, fault).into_iter().map(plain));
        }
        return told;
    };
    let mut told = vec![head("ran")];
    match (insn.op.row().access.flow, turn.outcome) {
        (Flow::Trap, _) => told.extend(service::sentences(span, before, insn).into_iter().map(plain)),
        // RET at depth 0 takes nothing from the stack: the trace tells the rest.
        (_, Outcome::Halted { .. }) => {}
        _ => {
            let done = InstructionNotes { span, before, after, insn };
            let row = insn.op.row().told;
            let without = row.split_once("; {flags}").map(|(head, tail)| done.sentence(&format!("{head}{tail}")));
            told.push(Sentence { plain: without, ..plain(done.sentence(row)) });
        }
    }
    told
}

/// An instruction that was done.
struct InstructionNotes<'s, 'm> {
    span: &'s Span<'m>,
    before: &'m Task,
    after: &'m Task,
    insn: Insn,
}

impl InstructionNotes<'_, '_> {
    /// The sentence of a row, or a part of it.
    fn sentence(&self, told: &str) -> String {
        let row = self.insn.op.row();
        let home = if row.access.sets_rd() { home(self.before, self.insn.rd) + " " } else { String::new() };
        format!("{home}{} {}.", row.mnemonic, fill(told, |name| self.value(name)))
    }

    /// What a name in braces stands for.
    fn value(&self, name: &str) -> String {
        let Insn { rs1, rs2, .. } = self.insn;
        let (a, b, d) = (self.source(rs1), self.source(rs2), self.span.after.reg(self.after, self.insn.rd));
        let (was, is) = (&self.before.context, &self.after.context);
        let carry = was.flags.psw() & C != 0;
        let f16 = |word: u32| decode_f16(word as u16).to_string();
        match name {
            "a" => hex(a),
            "b" => hex(b),
            "d" => hex(d),
            "d0" => hex(self.source(self.insn.rd)),
            "ra" => format!("R{rs1}"),
            "rb" => format!("R{rs2}"),
            "b8" => hex(b & 0xFF),
            "b16" => hex(b & 0xFFFF),
            "d16" => hex(d & 0xFFFF),
            "fa" => f16(a),
            "fb" => f16(b),
            "fd" => f16(d),
            "sa" => (a as i32).to_string(),
            "sd" => (d as i32).to_string(),
            "n" => (b & 31).to_string(),
            "c" => u32::from(carry).to_string(),
            "k" => u32::from(!carry).to_string(),
            "z" => (if was.flags.psw() & crate::vm::Z == 0 { "clear" } else { "set" }).to_owned(),
            "imm" => self.insn.value().to_string(),
            "at" => self.address(a),
            "pc" => at(is.pc),
            "sp0" => at(was.sp),
            "sp" => at(is.sp),
            "depth" => is.depth.to_string(),
            "r15" => hex(self.span.after.reg(self.after, 15)),
            // CALL leaves the word behind, RET has taken it: it stands at the lower of the two.
            "top" => hex(self.word(was.sp.min(is.sp))),
            "flags" => flags(is.flags.psw()),
            other => format!("{{{other}}}"),
        }
    }

    fn source(&self, i: u8) -> u32 {
        self.span.before.reg(self.before, i)
    }

    /// A word of the shared RAM behind the turn.
    fn word(&self, address: u32) -> u32 {
        let bytes = self.span.after.ram().bytes().get(address as usize..address as usize + 4);
        bytes.map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// `0x400C (R6 0x400C + 0), in the image data of task 1`.
    fn address(&self, base: u32) -> String {
        let offset = self.insn.value();
        let address = base.wrapping_add_signed(offset) as u16;
        let sign = if offset < 0 { '-' } else { '+' };
        let sum = format!("(R{} {} {sign} {})", self.insn.rs1, hex(base), offset.unsigned_abs());
        format!("{} {sum}, {}", at(address.into()), place(self.span.before, self.before, address))
    }
}
