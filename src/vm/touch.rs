//! What an instruction is about to read and write: for stops on reads and writes.

use super::access::{
    self, CALLS, LOADS, POPS, PUSHES, R15, READS_A, READS_B, READS_D, RETURNS, SETS_D, STORES, StackMove,
};
use super::store::Place;
use super::{Code, Context, RAM_BYTES, View};

/// A stretch of memory that is read or written, and whose access it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Whose instruction it is; 0 for the host.
    pub pid: u16,
    /// Where that instruction stands; 0 for the host.
    pub pc: u32,
    /// First address.
    pub address: u32,
    /// Bytes.
    pub len: u32,
    /// Written, or read.
    pub write: bool,
    /// Whose bank it lies in; `None` for the shared RAM.
    pub bank: Option<u16>,
}

/// Words of 16-bit addresses, as a set, whosever bank they may lie in.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(Box<[u64; RAM_BYTES / 4 / 64]>);

impl Default for Words {
    fn default() -> Self {
        Words(Box::new([0; RAM_BYTES / 4 / 64]))
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Words").field(&self.0.iter().map(|bits| bits.count_ones()).sum::<u32>()).finish()
    }
}

impl Words {
    /// Adds the words of a stretch.
    pub fn insert(&mut self, start: u32, end: u32) {
        for word in start / 4..end.min(RAM_BYTES as u32).div_ceil(4) {
            self.0[word as usize / 64] |= 1 << (word % 64);
        }
    }

    /// Takes the words of a stretch out.
    pub fn remove(&mut self, start: u32, end: u32) {
        for word in start / 4..end.min(RAM_BYTES as u32).div_ceil(4) {
            self.0[word as usize / 64] &= !(1 << (word % 64));
        }
    }

    /// Adds all words of another set.
    pub fn add(&mut self, other: &Words) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(bits, more)| *bits |= more);
    }

    /// Which registers of a context are among them, a bit for each from R0 on; `None` for a window that is not where
    /// windows are.
    #[must_use]
    pub fn registers(&self, cx: &Context) -> Option<u16> {
        u16::try_from(self.window(cx.reg_base)).ok()
    }

    #[inline(always)]
    fn has(&self, address: u32) -> bool {
        self.0[(address as usize & (RAM_BYTES - 1)) / 256] >> (address / 4 % 64) & 1 != 0
    }

    /// Which of sixteen words are among them, from the lowest bit on.
    #[inline(always)]
    fn window(&self, base: u16) -> u64 {
        let word = usize::from(base / 4);
        let (low, shift) = (self.0[word / 64], word % 64);
        // Windows are aligned to their size; one that is not may reach into the next 64 words.
        if shift <= 48 { low >> shift & 0xFFFF } else { u64::MAX }
    }

    /// Whether a stretch of at most five bytes touches one of them.
    #[inline(always)]
    #[must_use]
    pub fn touched(&self, address: u32, len: u32) -> bool {
        self.has(address) | self.has(address.wrapping_add(len.wrapping_sub(1)))
    }
}

impl Place for Words {
    #[inline(always)]
    fn touches(&self, address: u32, len: u32) -> bool {
        self.touched(address, len)
    }

    #[inline(always)]
    fn shared(&self) -> bool {
        true
    }

    #[inline(always)]
    fn reached(&self, _: &Context, _: &View<'_>) -> bool {
        true
    }
}

/// Gives what the instruction in front of a context reads, then what it writes unless it faults; not what a service
/// call touches.
pub fn touches(cx: &Context, ram: &View<'_>, code: &Code, mut touch: impl FnMut(Touch)) {
    let op = code.fetch(cx.pc);
    let bits = access::bits(op.op);
    let (pid, pc) = (cx.pid, cx.pc);
    let mut shared = |address: u32, write: bool| touch(Touch { pid, pc, address, len: 4, write, bank: None });
    let register = |offset: u8| u32::from(cx.reg_base) + u32::from(offset);
    let has = |bit: u16| bits & bit != 0;
    let moves = moves_stack(bits, cx);
    if reads_a(bits, op.a) {
        shared(register(op.a), false);
    }
    if has(READS_B) {
        shared(register(op.b), false);
    }
    if has(READS_D) {
        shared(register(op.rd), false);
    }
    if moves && has(POPS) {
        shared(cx.sp, false);
    }
    if moves && has(PUSHES) {
        shared(cx.sp.wrapping_sub(4), true);
    }
    if has(SETS_D) {
        shared(register(op.rd), true);
    }
    if moves {
        shared(register(R15), true);
    }
    if has(LOADS | STORES) {
        let address = access::address(cx, ram, &op);
        let bank = ram.banked(address).then_some(pid);
        let memory = Touch { pid, pc, address, len: access::width(op.op), write: false, bank };
        if has(LOADS) {
            touch(memory);
        }
        if has(STORES) {
            touch(Touch { write: true, ..memory });
        }
    }
}

/// Whether it moves SP and R15: the last RET takes nothing from the stack.
#[inline(always)]
const fn moves_stack(bits: u16, cx: &Context) -> bool {
    bits & (PUSHES | POPS) != 0 && !(bits & RETURNS != 0 && cx.depth == 0)
}

/// Whether it reads the register in the field rs1, by its offset: a CALL names a register unless that is R0.
#[inline(always)]
pub(super) const fn reads_a(bits: u16, a: u8) -> bool {
    bits & READS_A != 0 && !(bits & CALLS != 0 && a == 0)
}

/// How many registers the instruction in front of a context reads, and how many it writes unless it faults, R15 with SP
/// included; not what a service call touches.
#[inline(always)]
#[must_use]
pub fn register_accesses(cx: &Context, code: &Code) -> [u32; 2] {
    let op = code.fetch(cx.pc);
    let bits = access::bits(op.op);
    let reads = u32::from(reads_a(bits, op.a)) + (bits & (READS_B | READS_D)).count_ones();
    [reads, u32::from(bits & SETS_D != 0) + u32::from(moves_stack(bits, cx))]
}

/// Whether the instruction in front of a context may read one of some words; [`touches`] decides.
#[inline(always)]
#[must_use]
pub fn reads_from(cx: &Context, ram: &View<'_>, code: &Code, words: &Words) -> bool {
    let op = code.fetch(cx.pc);
    let bits = access::bits(op.op);
    let window = words.window(cx.reg_base);
    if window != 0 {
        let register = |offset: u8| window >> (offset / 4) & 1 != 0;
        let plain = (bits & READS_A != 0) & register(op.a) | (bits & READS_B != 0) & register(op.b);
        if plain | ((bits & READS_D != 0) & register(op.rd)) {
            return true;
        }
    }
    if bits & LOADS != 0 && words.touched(access::address(cx, ram, &op), access::width(op.op)) {
        return true;
    }
    (bits & POPS != 0) & words.touched(cx.sp, 4)
}

/// What the instruction in front of a context does to its stack, unless it faults.
#[inline(always)]
#[must_use]
pub fn stack_move(cx: &Context, code: &Code) -> Option<StackMove> {
    StackMove::of(access::bits(code.fetch(cx.pc).op))
}
