//! One instruction of one context.
//!
//! This layer knows RAM, register windows and what each instruction does to them. It knows nothing
//! of tasks, mailboxes, time or the trace: [`step`] gets a context and reports how the instruction
//! ended.

use serde::Serialize;

/// Why an instruction could not be carried out. PC stays at the instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// PUSH or CALL would move SP below the stack's guard.
    StackOverflow,
    /// POP or RET with SP at or above the stack's top.
    StackUnderflow,
    /// An access past 0xFFFF, or a store into another task's registers or stack.
    MemFault {
        /// The first address the access touches.
        address: u16,
    },
    /// DIV with a divisor of zero.
    DivZero,
    /// The opcode does not exist.
    IllegalOpcode,
    /// PC lies outside the code, or an LDI32 is cut off by its end.
    PcOutOfRange,
}

impl Fault {
    /// The fault's name as it stands in traces and replies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::StackOverflow => "stack_overflow",
            Fault::StackUnderflow => "stack_underflow",
            Fault::MemFault { .. } => "mem_fault",
            Fault::DivZero => "div_zero",
            Fault::IllegalOpcode => "illegal_opcode",
            Fault::PcOutOfRange => "pc_out_of_range",
        }
    }

    /// The code the fault leaves in R0; the last two leave R0 alone.
    #[must_use]
    pub const fn code(self) -> Option<u32> {
        match self {
            Fault::StackUnderflow => Some(0xFFFF_FF02),
            Fault::StackOverflow => Some(0xFFFF_FF03),
            Fault::MemFault { .. } => Some(0xFFFF_FF04),
            Fault::DivZero => Some(0xFFFF_FF05),
            Fault::IllegalOpcode | Fault::PcOutOfRange => None,
        }
    }

    /// The address a memory fault is about.
    #[must_use]
    pub const fn address(self) -> Option<u16> {
        match self {
            Fault::MemFault { address } => Some(address),
            _ => None,
        }
    }
}

mod access;
mod alu;
mod claims;
mod code;
mod data;
mod exec;
mod fused;
mod psw;
mod ram;
mod reach;
mod registers;
mod store;
mod touch;

pub use access::StackMove;
pub use alu::{C, Flags, N, V, Z, decode_f16, encode_f16};
pub use claims::{Claimed, Claims};
pub use code::Code;
pub use data::{calls_service, data_touch};
pub use exec::step;
pub use fused::{Sprint, sprint};
pub use psw::{FLAG_LETTERS, flag_letters, flags_named};
pub use ram::{BANK_BASE, Memory, PAGE_BYTES, RAM_BYTES, Ram, View, WINDOW_BYTES};
pub use reach::{Reach, Reached, reach};
pub use registers::Registers;
pub use store::{Place, Span, stores_into};
pub use touch::{Touch, Words, reads_from, register_accesses, stack_move, touches};

/// All that a context switch changes, but for the image bank and the code, which belong to the
/// task beside it. Registers are not here: they are words of RAM from `reg_base` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(align(64))]
pub struct Context {
    /// Byte address of the next instruction. RET can load any 32 bits.
    pub pc: u32,
    /// Stack pointer, an absolute address. 32 bits wide only so that the end of RAM can be named.
    pub sp: u32,
    /// RAM address of R0.
    pub reg_base: u16,
    /// Who this is, to tell its own arena from others'.
    pub pid: u16,
    /// The guard: PUSH and CALL never move SP below it.
    pub stack_limit: u32,
    /// POP and RET need SP below it.
    pub stack_top: u32,
    /// Lowest SP so far.
    pub lowest: u32,
    /// Calls not yet returned from; RET at 0 ends the task.
    pub depth: u32,
    /// The condition flags.
    pub flags: Flags,
}

/// How an instruction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// Done; PC is at the next instruction.
    Retired,
    /// Done, and it stored into another task's arena at this address.
    Foreign(u16),
    /// A service call; PC is past it. Module, function.
    Trap(u8, u8),
    /// RET at call depth 0; PC stays.
    Returned,
    /// BRK with its code; PC is past it.
    Break(u8),
    /// Nothing was done but R0 set to the fault's code, if it has one.
    Fault(Fault),
    /// A mark lies on the instruction, or on memory that may not be touched now; nothing was done.
    Mark,
}

/// Register `i` (0..=15) of a context.
#[must_use]
pub fn get(ram: &Ram, cx: &Context, i: u8) -> u32 {
    ram.word(cx.reg_base, 4 * (i & 15))
}

/// Sets register `i` (0..=15) of a context.
pub fn set(ram: &mut Ram, cx: &Context, i: u8, value: u32) {
    ram.set_word(cx.reg_base, 4 * (i & 15), value);
}
