//! Where an instruction is about to store: for searches of who wrote a word.

use super::code::Decoded;
use super::{Code, Context, View};
use crate::isa::{ISA, Op};

/// Where R15 lies in a window.
const R15: u32 = 60;

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

/// Memory that stores are compared with.
pub trait Place {
    /// Whether a stretch touches it.
    fn touches(&self, address: u32, len: u32) -> bool;
    /// Whether it has shared RAM in it, where registers and stacks are.
    fn shared(&self) -> bool;
    /// Whether a store of a context at its addresses reaches it: its own bank, or RAM its bank does
    /// not hide.
    fn reached(&self, cx: &Context, ram: &View<'_>) -> bool;
}

impl Place for Span {
    #[inline(always)]
    fn touches(&self, address: u32, len: u32) -> bool {
        (address < self.end) & (self.start < address.saturating_add(len))
    }

    #[inline(always)]
    fn shared(&self) -> bool {
        self.bank.is_none()
    }

    fn reached(&self, cx: &Context, ram: &View<'_>) -> bool {
        match self.bank {
            Some(pid) => cx.pid == pid,
            None => !ram.banked(self.start),
        }
    }
}

/// The register an op writes is always looked at; these bits say what else it may store.
const REGISTER: u8 = 1;
const MEMORY: u8 = 2;
const STACK: u8 = 4;

/// What each op may store: a table, because this is asked at every turn of a search.
const STORES: [u8; ISA.len()] = {
    let mut table = [REGISTER; ISA.len()];
    let mut i = 0;
    while i < ISA.len() {
        table[i] = match ISA[i].op {
            Op::St | Op::Sth | Op::Stb => MEMORY,
            Op::Push | Op::Call | Op::Ret => STACK,
            Op::Pop => STACK | REGISTER,
            Op::Cmp | Op::Jmp | Op::Jz | Op::Jnz | Op::Svc | Op::Brk => 0,
            _ => REGISTER,
        };
        i += 1;
    }
    table
};

/// Whether the instruction in front of a context stores into a place, unless it faults. What a
/// service call stores is not told.
#[inline(always)]
#[must_use]
pub fn stores_into(cx: &Context, ram: &View<'_>, code: &Code, place: &impl Place) -> bool {
    let op = code.fetch(cx.pc);
    let stores = STORES[op.op as usize];
    let shared = place.shared();
    let register = |offset: u8| shared & place.touches(u32::from(cx.reg_base) + u32::from(offset), 4);
    if (stores & REGISTER != 0) & register(op.rd) {
        return true;
    }
    stores > REGISTER && stores_elsewhere(cx, ram, &op, stores, place)
}

#[inline(always)]
fn stores_elsewhere(cx: &Context, ram: &View<'_>, op: &Decoded, stores: u8, place: &impl Place) -> bool {
    if stores == MEMORY {
        let address = u32::from(ram.word(cx.reg_base, op.a).wrapping_add(op.imm) as u16);
        return place.touches(address, width(op.op)) && place.reached(cx, ram);
    }
    let mirror = place.touches(u32::from(cx.reg_base) + R15, 4) && (op.op != Op::Ret || cx.depth > 0);
    let pushes = matches!(op.op, Op::Push | Op::Call) && place.touches(cx.sp.wrapping_sub(4), 4);
    place.shared() && (mirror || pushes)
}

/// Bytes a load or store touches.
pub(super) const fn width(op: Op) -> u32 {
    match op {
        Op::Stb | Op::Ldb => 1,
        Op::Sth | Op::Ldh => 2,
        _ => 4,
    }
}
