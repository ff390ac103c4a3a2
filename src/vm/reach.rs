//! What the instruction in front of a context can reach: for callers that do it and take it back.

use super::access::{self, BEYOND, LOADS, POPS, PUSHES, RETURNS, SETS_D, STORES};
use super::{Code, Context, Ram};

/// What an instruction reaches, before it is done. One that will fault is treated as if it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It retires: its own registers and stack, and memory if it has a width.
    Retires(Reached),
    /// The last RET, which ends the task.
    End,
    /// More than an instruction can do alone: a service call, BRK, or a word that is not an instruction.
    Beyond,
}

/// What an instruction that retires reads and writes beside its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    bits: u16,
    /// The register in the field rd, by its offset in the window, in bytes.
    pub register: u8,
    /// Bytes of memory that it reads or writes: 1, 2 or 4; 0 for none.
    pub len: u8,
    /// Where they begin, as the task sees memory.
    pub address: u16,
}

impl Reached {
    /// Whether it writes the register.
    #[inline]
    #[must_use]
    pub const fn sets_register(&self) -> bool {
        self.bits & SETS_D != 0
    }

    /// Whether it moves SP, and R15 with it.
    #[inline]
    #[must_use]
    pub const fn moves_stack(&self) -> bool {
        self.bits & (PUSHES | POPS) != 0
    }

    /// Whether it writes the word below SP.
    #[inline]
    #[must_use]
    pub const fn pushes(&self) -> bool {
        self.bits & PUSHES != 0
    }

    /// Whether it writes the bytes of memory.
    #[inline]
    #[must_use]
    pub const fn stores(&self) -> bool {
        self.bits & STORES != 0
    }
}

/// What the instruction in front of a context reaches.
#[inline]
#[must_use]
pub fn reach(cx: &Context, ram: &Ram, code: &Code) -> Reach {
    let op = code.fetch(cx.pc);
    let bits = access::bits(op.op);
    if bits & (BEYOND | RETURNS) != 0 && (bits & BEYOND != 0 || cx.depth == 0) {
        return if bits & BEYOND != 0 { Reach::Beyond } else { Reach::End };
    }
    let mut reached = Reached { bits, register: op.rd, len: 0, address: 0 };
    if bits & (LOADS | STORES) != 0 {
        reached.len = access::width(op.op) as u8;
        reached.address = ram.word(cx.reg_base, op.a).wrapping_add(op.imm) as u16;
    }
    Reach::Retires(reached)
}
