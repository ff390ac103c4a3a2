//! Where an instruction is about to store: for searches of who wrote a word.

use super::access::{self, POPS, PUSHES, R15, RETURNS, SETS_D, STORES};
use super::code::Decoded;
use super::{Code, Context, View};

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

/// What an instruction stores beside the register in the field rd.
const ELSEWHERE: u16 = STORES | PUSHES | POPS;

/// Whether the instruction in front of a context stores into a place, unless it faults; not what a
/// service call stores.
#[inline(always)]
#[must_use]
pub fn stores_into(cx: &Context, ram: &View<'_>, code: &Code, place: &impl Place) -> bool {
    let op = code.fetch(cx.pc);
    let bits = access::bits(op.op);
    let shared = place.shared();
    let register = |offset: u8| shared & place.touches(u32::from(cx.reg_base) + u32::from(offset), 4);
    if (bits & SETS_D != 0) & register(op.rd) {
        return true;
    }
    bits & ELSEWHERE != 0 && stores_elsewhere(cx, ram, &op, bits, place)
}

#[inline(always)]
fn stores_elsewhere(cx: &Context, ram: &View<'_>, op: &Decoded, bits: u16, place: &impl Place) -> bool {
    if bits & STORES != 0 && place.touches(access::address(cx, ram, op), access::width(op.op)) && place.reached(cx, ram)
    {
        return true;
    }
    if bits & (PUSHES | POPS) == 0 || bits & RETURNS != 0 && cx.depth == 0 {
        return false;
    }
    let mirror = place.touches(u32::from(cx.reg_base) + u32::from(R15), 4);
    let pushes = bits & PUSHES != 0 && place.touches(cx.sp.wrapping_sub(4), 4);
    place.shared() && (mirror || pushes)
}
