//! What an instruction in front of a context touches, from the access column of the instruction table: as bits,
//! because it is asked at every turn of a search or of a run with a stop on memory.

use super::code::Decoded;
use super::{Context, View};
use crate::isa::{Flow, ISA, Op, Operand};

/// Where R15, which follows SP, lies in a window.
pub(super) const R15: u8 = 60;

/// It reads the register in the field rs1.
pub(super) const READS_A: u16 = 1;
/// It reads the register in the field rs2.
pub(super) const READS_B: u16 = 2;
/// It reads the register in the field rd.
pub(super) const READS_D: u16 = 4;
/// It reads memory at rs1 + imm.
pub(super) const LOADS: u16 = 8;
/// It pops: reads the word at SP and moves SP and R15.
pub(super) const POPS: u16 = 16;
/// It writes the register in the field rd.
pub(super) const SETS_D: u16 = 32;
/// It writes memory at rs1 + imm.
pub(super) const STORES: u16 = 64;
/// It pushes: writes the word below SP and moves SP and R15.
pub(super) const PUSHES: u16 = 128;
/// It returns: at call depth 0 the task ends instead.
pub(super) const RETURNS: u16 = 256;
/// It calls.
pub(super) const CALLS: u16 = 512;
/// It does more than retire.
pub(super) const BEYOND: u16 = 1024;

/// The bits of each instruction.
const BITS: [u16; ISA.len()] = {
    let mut table = [0; ISA.len()];
    let mut i = 0;
    while i < ISA.len() {
        let access = &ISA[i].access;
        let reads = bit(access.is_read(Operand::A), READS_A)
            | bit(access.is_read(Operand::B), READS_B)
            | bit(access.is_read(Operand::D), READS_D)
            | bit(access.loads(), LOADS)
            | bit(access.pops(), POPS);
        let writes = bit(access.sets_rd(), SETS_D) | bit(access.stores(), STORES) | bit(access.pushes(), PUSHES);
        // A register that is only read has no place among the operands to be written.
        assert!(access.written(Operand::A).is_none() && access.written(Operand::B).is_none());
        table[i] = reads | writes | flow(access.flow);
        i += 1;
    }
    table
};

/// Bytes of memory that each instruction touches at rs1 + imm.
const WIDTHS: [u8; ISA.len()] = {
    let mut table = [0; ISA.len()];
    let mut i = 0;
    while i < ISA.len() {
        table[i] = ISA[i].access.width();
        i += 1;
    }
    table
};

const fn bit(set: bool, bit: u16) -> u16 {
    if set { bit } else { 0 }
}

const fn flow(flow: Flow) -> u16 {
    match flow {
        Flow::Next | Flow::Jump | Flow::Branch => 0,
        Flow::Call => CALLS,
        Flow::Return => RETURNS,
        Flow::Trap | Flow::Break => BEYOND,
    }
}

/// What an instruction does, as bits.
#[inline(always)]
pub(super) const fn bits(op: Op) -> u16 {
    BITS[op as usize]
}

/// Bytes it reads or writes in memory: 1, 2 or 4; 0 for none.
#[inline(always)]
pub(super) const fn width(op: Op) -> u32 {
    WIDTHS[op as usize] as u32
}

/// The address of the memory that it reads or writes.
#[inline(always)]
pub(super) fn address(cx: &Context, ram: &View<'_>, op: &Decoded) -> u32 {
    u32::from(ram.word(cx.reg_base, op.a).wrapping_add(op.imm) as u16)
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

impl StackMove {
    /// What an instruction with some bits does to its stack, unless it faults.
    #[inline(always)]
    pub(super) const fn of(bits: u16) -> Option<StackMove> {
        if bits & (PUSHES | POPS) == 0 {
            None
        } else if bits & CALLS != 0 {
            Some(StackMove::Call)
        } else if bits & RETURNS != 0 {
            Some(StackMove::Return)
        } else if bits & PUSHES != 0 {
            Some(StackMove::Push)
        } else {
            Some(StackMove::Pop)
        }
    }
}
