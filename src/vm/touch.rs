//! What an instruction is about to read and write: for stops on reads and writes.

use super::store::{Place, width};
use super::{Code, Context, RAM_BYTES, View};
use crate::isa::{ISA, Op};

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

/// Words of 16-bit addresses, as a set. Whose bank they may lie in is not told.
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

/// Where R15 lies in a window.
const R15: u8 = 60;

/// Tells what the instruction in front of a context reads, then what it writes unless it faults.
/// What a service call touches is not told.
pub fn touches(cx: &Context, ram: &View<'_>, code: &Code, mut tell: impl FnMut(Touch)) {
    let op = code.fetch(cx.pc);
    let register = |offset: u8| u32::from(cx.reg_base) + u32::from(offset);
    let (pid, pc) = (cx.pid, cx.pc);
    let mut shared = |address: u32, write: bool| tell(Touch { pid, pc, address, len: 4, write, bank: None });
    let stack = (cx.sp, cx.sp.wrapping_sub(4));
    use Op::{
        Brk, Call, Cmp, F2i, Fadd, Fdiv, Fmul, Fsub, I2f, Jmp, Jnz, Jz, Ld, Ldb, Ldh, Ldi, Ldi32, Mov, Not, Pop, Push,
        Ret, St, Stb, Sth, Svc,
    };
    let (reads, writes): (&[u8], &[u8]) = match op.op {
        Ldi | Ldi32 => (&[], &[op.rd]),
        Mov | Not | F2i => (&[op.a], &[op.rd]),
        I2f => (&[op.a, op.rd], &[op.rd]),
        Fadd | Fsub | Fmul | Fdiv => (&[op.a, op.b, op.rd], &[op.rd]),
        Ld | Ldh | Ldb => (&[op.a], &[op.rd]),
        St | Sth | Stb | Cmp => (&[op.a, op.b], &[]),
        Push => (&[op.a], &[R15]),
        Pop => (&[], &[op.rd, R15]),
        Call if op.a == 0 => (&[], &[R15]),
        Call => (&[op.a], &[R15]),
        Ret if cx.depth > 0 => (&[], &[R15]),
        Ret | Jmp | Jz | Jnz | Svc | Brk => (&[], &[]),
        _ => (&[op.a, op.b], &[op.rd]),
    };
    reads.iter().for_each(|r| shared(register(*r), false));
    match op.op {
        Pop => shared(stack.0, false),
        Ret if cx.depth > 0 => shared(stack.0, false),
        Push | Call => shared(stack.1, true),
        _ => {}
    }
    writes.iter().for_each(|r| shared(register(*r), true));
    if matches!(op.op, Ld | Ldh | Ldb | St | Sth | Stb) {
        let address = u32::from(ram.word(cx.reg_base, op.a).wrapping_add(op.imm) as u16);
        let write = matches!(op.op, St | Sth | Stb);
        tell(Touch { pid, pc, address, len: width(op.op), write, bank: ram.banked(address).then_some(pid) });
    }
}

/// Registers an op reads, and what else.
const A: u8 = 1;
const B: u8 = 2;
const RD: u8 = 4;
const MEMORY: u8 = 8;
const STACK: u8 = 16;

/// What each op reads: a table, because this is asked at every turn of a run with a stop on reads.
const READS: [u8; ISA.len()] = {
    let mut table = [A | B; ISA.len()];
    let mut i = 0;
    while i < ISA.len() {
        table[i] = match ISA[i].op {
            Op::Ldi | Op::Ldi32 | Op::Jmp | Op::Jz | Op::Jnz | Op::Svc | Op::Brk => 0,
            Op::Mov | Op::Not | Op::F2i | Op::Push | Op::Call => A,
            Op::I2f => A | RD,
            Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv => A | B | RD,
            Op::Ld | Op::Ldh | Op::Ldb => A | MEMORY,
            Op::Pop | Op::Ret => STACK,
            _ => A | B,
        };
        i += 1;
    }
    table
};

/// Whether the instruction in front of a context may read one of some words: what [`touches`] tells
/// decides.
#[inline(always)]
#[must_use]
pub fn reads_from(cx: &Context, ram: &View<'_>, code: &Code, words: &Words) -> bool {
    let op = code.fetch(cx.pc);
    let reads = READS[op.op as usize];
    let window = words.window(cx.reg_base);
    if window != 0 {
        let register = |offset: u8| window >> (offset / 4) & 1 != 0;
        let plain = (reads & A != 0) & register(op.a) | (reads & B != 0) & register(op.b);
        if plain | ((reads & RD != 0) & register(op.rd)) {
            return true;
        }
    }
    if reads & MEMORY != 0 {
        let address = u32::from(ram.word(cx.reg_base, op.a).wrapping_add(op.imm) as u16);
        return words.touched(address, width(op.op));
    }
    (reads & STACK != 0) & words.touched(cx.sp, 4)
}

/// What an instruction does to a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackMove {
    /// PUSH.
    Push,
    /// POP.
    Pop,
    /// CALL.
    Call,
    /// RET.
    Return,
}

const MOVES: [Option<StackMove>; ISA.len()] = {
    let mut table = [None; ISA.len()];
    let mut i = 0;
    while i < ISA.len() {
        table[i] = match ISA[i].op {
            Op::Push => Some(StackMove::Push),
            Op::Pop => Some(StackMove::Pop),
            Op::Call => Some(StackMove::Call),
            Op::Ret => Some(StackMove::Return),
            _ => None,
        };
        i += 1;
    }
    table
};

/// What the instruction in front of a context does to its stack, unless it faults.
#[inline(always)]
#[must_use]
pub fn stack_move(cx: &Context, code: &Code) -> Option<StackMove> {
    MOVES[code.fetch(cx.pc).op as usize]
}
