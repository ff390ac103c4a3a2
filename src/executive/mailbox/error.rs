//! Status codes of the mailbox calls, and the errors behind them.

use super::name::NameError;
use super::{DescriptorId, Handle};
use crate::executive::Pid;

/// Done.
pub const OK: u32 = 0;
/// The message does not fit now.
pub const WOULDBLOCK: u32 = 1;
/// The task has no such handle.
pub const INVALID_HANDLE: u32 = 2;
/// A poll found nothing.
pub const NO_DATA: u32 = 3;
/// The message can never fit.
pub const MSG_TOO_LARGE: u32 = 4;
/// No more mailboxes or handles.
pub const NO_DESCRIPTOR: u32 = 5;
/// The time limit of a receive was reached.
pub const TIMEOUT: u32 = 7;
/// Malformed arguments.
pub const INTERNAL_ERROR: u32 = 0xFF;

/// Why a mailbox call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MailboxError {
    /// The message does not fit now: status 1. A receive by another task makes room.
    #[error("mailbox {descriptor} is full: {requested} bytes requested, {used} of {capacity} in use")]
    WouldBlock {
        /// The mailbox.
        descriptor: DescriptorId,
        /// What the message costs, in bytes.
        requested: u32,
        /// Bytes in use.
        used: u32,
        /// Bytes in all.
        capacity: u32,
    },
    /// The task has no such handle: status 2.
    #[error("task {pid} has no mailbox handle {handle}")]
    InvalidHandle {
        /// The caller.
        pid: Pid,
        /// What it asked for.
        handle: Handle,
    },
    /// There is no such mailbox: status 2.
    #[error("there is no mailbox {0}")]
    UnknownMailbox(DescriptorId),
    /// The message can never fit: status 4.
    #[error("a message of {length} bytes costs {requested}, more than the capacity {capacity} of mailbox {descriptor}")]
    TooLarge {
        /// The mailbox.
        descriptor: DescriptorId,
        /// Payload length in bytes.
        length: u32,
        /// What the message costs, in bytes.
        requested: u32,
        /// Bytes in all.
        capacity: u32,
    },
    /// No more mailboxes: status 5.
    #[error("all {0} mailbox descriptors are in use")]
    PoolFull(u16),
    /// No more handles for this task: status 5.
    #[error("task {pid} has used up its mailbox handles; at most {limit} can be open, and numbers end at 65535")]
    HandleLimit {
        /// The caller.
        pid: Pid,
        /// How many it may have open.
        limit: u16,
    },
    /// Another way of queueing was asked for while messages are queued: status 0xFF.
    #[error("mailbox {descriptor} holds {queued} messages; its mode cannot change from {from:#x} to {to:#x} now")]
    ModeInUse {
        /// The mailbox.
        descriptor: DescriptorId,
        /// How many messages it holds.
        queued: u32,
        /// Its mode.
        from: u16,
        /// The mode asked for.
        to: u16,
    },
    /// The name is malformed: status 0xFF.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl MailboxError {
    /// What the program finds in R0.
    #[must_use]
    pub fn status(&self) -> u32 {
        match self {
            MailboxError::WouldBlock { .. } => WOULDBLOCK,
            MailboxError::InvalidHandle { .. } | MailboxError::UnknownMailbox(_) => INVALID_HANDLE,
            MailboxError::TooLarge { .. } => MSG_TOO_LARGE,
            MailboxError::PoolFull(_) | MailboxError::HandleLimit { .. } => NO_DESCRIPTOR,
            MailboxError::ModeInUse { .. } | MailboxError::Name(_) => INTERNAL_ERROR,
        }
    }
}
