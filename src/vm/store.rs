//! Where an instruction is about to store: for searches of who wrote a word.

use super::{Code, Context, View};
use crate::isa::Op;

/// A stretch of memory: of the shared RAM, or of one task's bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First address.
    pub start: u32,
    /// First address after it.
    pub end: u32,
    /// Whose bank it lies in; `None` for the shared RAM.
    pub bank: Option<u16>,
}

impl Span {
    fn touches(&self, address: u32, len: u32) -> bool {
        address < self.end && self.start < address + len
    }
}

/// What kinds of stores an op does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Register,
    Memory(u32),
    Push,
    Pop,
    Ret,
}

const fn kind(op: Op) -> Kind {
    match op {
        Op::St => Kind::Memory(4),
        Op::Sth => Kind::Memory(2),
        Op::Stb => Kind::Memory(1),
        Op::Push | Op::Call => Kind::Push,
        Op::Pop => Kind::Pop,
        Op::Ret => Kind::Ret,
        Op::Cmp | Op::Jmp | Op::Jz | Op::Jnz | Op::Svc | Op::Brk => Kind::Nothing,
        _ => Kind::Register,
    }
}

/// Whether the instruction in front of a context stores into a span, unless it faults. What a
/// service call stores is not told.
#[inline(always)]
#[must_use]
pub fn stores_into(cx: &Context, ram: &View<'_>, code: &Code, span: &Span) -> bool {
    let op = code.fetch(cx.pc);
    let register = |offset: u8| span.bank.is_none() && span.touches(u32::from(cx.reg_base) + u32::from(offset), 4);
    let stack = |sp: u32| span.bank.is_none() && span.touches(sp, 4);
    match kind(op.op) {
        Kind::Nothing => false,
        Kind::Register => register(op.rd),
        Kind::Memory(len) => {
            let address = u32::from(ram.word(cx.reg_base, op.a).wrapping_add(op.imm) as u16);
            span.touches(address, len) && mine(cx, ram, span)
        }
        Kind::Push => register(60) || stack(cx.sp.wrapping_sub(4)),
        Kind::Pop => register(60) || register(op.rd),
        Kind::Ret => cx.depth > 0 && register(60),
    }
}

/// Whether a store of this context at the span reaches it: its own bank, or RAM its bank does not hide.
fn mine(cx: &Context, ram: &View<'_>, span: &Span) -> bool {
    match span.bank {
        Some(pid) => cx.pid == pid,
        None => !ram.banked(span.start),
    }
}
