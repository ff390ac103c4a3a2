//! Every access to shared words, one by one: what lanes are drawn from.

use crate::executive::Pid;

/// Accesses that are kept, at most.
pub(super) const MOST: usize = 200_000;

/// One access: neighbouring bytes that an instruction, or the executive on behalf of a task, reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The turn.
    pub turn: u64,
    /// What is there after the turn: four bytes at most, least byte first.
    pub value: u32,
    /// The instruction.
    pub pc: u32,
    /// First address.
    pub address: u32,
    /// Bytes.
    pub len: u32,
    /// Whose access it is.
    pub pid: Pid,
    /// Whether it writes.
    pub write: bool,
    /// It was made in the turn of another task, or in none.
    pub delivered: bool,
}
