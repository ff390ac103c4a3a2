//! Where a value came from, as a tree: through moves, loads, stores, arithmetic, the stack and messages, back to where it
//! begins. A value that is met twice is one node.

mod log;
mod lost;
mod tree;
mod uses;

use crate::executive::Pid;
use serde::Serialize;
pub use tree::TreeOptions;
pub use uses::{Use, UseAt, Uses};

/// How a value came to where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Copied from a register to another.
    Move,
    /// Loaded from memory, or popped.
    Load,
    /// Stored from a register, or pushed.
    Store,
    /// Computed.
    Compute,
    /// Received in a message.
    Message,
    /// By something that has no kids here; see its end.
    Begin,
}

/// Where a value begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Beginning {
    /// A number of the instruction.
    Constant,
    /// The return address of a CALL.
    ReturnAddress,
    /// SP, as an instruction moved it.
    StackPointer,
    /// What the program brought with it in its data.
    Data,
    /// Nothing has written it: zero since the start.
    Zero,
    /// It came from outside.
    Input,
    /// A result of the executive.
    Service,
    /// The task is gone, and its code with it.
    Gone,
    /// The tree is not followed further.
    Limit,
}

/// What a kid is to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The only source.
    Value,
    /// The first operand.
    Left,
    /// The second operand.
    Right,
    /// What was in the register before.
    Old,
    /// The register an address was made of.
    Address,
}

/// Some bytes that were written in a turn, or that nothing has written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OriginNode {
    /// Its number, from 1; the root is 1.
    pub id: usize,
    /// The turn; 0 for what nothing has written.
    pub turn: u64,
    /// Whose instruction wrote it; 0 for none.
    pub pid: Pid,
    /// The instruction.
    pub pc: u32,
    /// First address.
    pub address: u32,
    /// Bytes.
    pub bytes: u32,
    /// Whose bank it lies in; `None` for the shared RAM.
    pub bank: Option<Pid>,
    /// What was written.
    pub value: u32,
    /// How it came there.
    pub via: Origin,
    /// Its sources.
    pub kids: Vec<OriginKid>,
    /// Where it begins, if it has no sources.
    pub end: Option<Beginning>,
}

/// A source of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OriginKid {
    /// What it is to the value.
    pub role: Role,
    /// Which node.
    pub id: usize,
}
