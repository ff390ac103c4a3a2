//! What the instruction in front of a context can reach beyond its registers.

use super::store::width;
use super::{Code, Context, Ram};
use crate::isa::Op;

/// What an instruction reaches beyond its flags, before it is done. Registers are told by their offset in the
/// window, in bytes; an instruction that writes none may tell one all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing but a register to write.
    Own(u8),
    /// Its own stack to read, and a register to write.
    Pop(u8),
    /// Its own stack, to write the word below SP.
    Push,
    /// So many bytes at an address as the task sees it, to read into a register or to write.
    Memory {
        /// The register.
        register: u8,
        /// First address.
        address: u16,
        /// Bytes: 1, 2 or 4.
        len: u8,
        /// Written, or read.
        write: bool,
    },
    /// The last RET, which ends the task.
    End,
    /// More than an instruction can do alone: a service call, BRK, or nothing that is one.
    Beyond,
}

/// What the instruction in front of a context reaches. One that will fault is told as if it did not.
#[inline]
#[must_use]
pub fn reach(cx: &Context, ram: &Ram, code: &Code) -> Reach {
    let op = code.fetch(cx.pc);
    match op.op {
        Op::Ld | Op::Ldh | Op::Ldb | Op::St | Op::Sth | Op::Stb => Reach::Memory {
            register: op.rd,
            address: ram.word(cx.reg_base, op.a).wrapping_add(op.imm) as u16,
            len: width(op.op) as u8,
            write: matches!(op.op, Op::St | Op::Sth | Op::Stb),
        },
        Op::Push | Op::Call => Reach::Push,
        Op::Ret if cx.depth == 0 => Reach::End,
        Op::Pop | Op::Ret => Reach::Pop(op.rd),
        Op::Svc | Op::Brk => Reach::Beyond,
        _ => Reach::Own(op.rd),
    }
}
