//! Messages, and the bounded queue that holds them: in a mailbox and in each tap.
//!
//! Knows nothing of readers.

use std::collections::VecDeque;

use crate::executive::Pid;

/// Bytes a message costs besides its payload.
pub const OVERHEAD: u32 = 8;

/// When something happens: the turn, and the machine's virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stamp {
    /// Number of the turn.
    pub turn: u64,
    /// Virtual time in microseconds.
    pub micros: u64,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Message {
    /// Its number in its mailbox, from 0.
    pub seq: u32,
    /// The bytes, all of them: a receiver with less room cuts them.
    pub payload: Vec<u8>,
    /// STDOUT 1, STDERR 2, OOB 4, OVERRUN 8 (added on receipt if messages were lost before), and what the sender likes.
    pub flags: u16,
    /// Who sent it; 0 for the host.
    pub source: Pid,
    /// A number of the sender's choice.
    pub channel: u16,
    /// The turn it was sent at.
    pub turn: u64,
}

impl Message {
    /// Payload bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        size(&self.payload)
    }

    /// Whether the payload is empty; a queued message never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.payload.is_empty()
    }

    /// Bytes of capacity it takes.
    #[must_use]
    pub fn cost(&self) -> u32 {
        self.len().saturating_add(OVERHEAD)
    }
}

/// The length of a payload; lengths past 32 bits count as the largest, which fits nowhere.
pub(super) fn size(payload: &[u8]) -> u32 {
    u32::try_from(payload.len()).unwrap_or(u32::MAX)
}

/// First in, first out, with the bytes counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Queue {
    messages: VecDeque<Message>,
    used: u32,
}

impl Queue {
    pub(super) fn used(&self) -> u32 {
        self.used
    }

    pub(super) fn depth(&self) -> u32 {
        u32::try_from(self.messages.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn fits(&self, cost: u32, capacity: u32) -> bool {
        cost <= capacity.saturating_sub(self.used)
    }

    pub(super) fn push(&mut self, message: Message) {
        self.used = self.used.saturating_add(message.cost());
        self.messages.push_back(message);
    }

    pub(super) fn pop(&mut self) -> Option<Message> {
        let message = self.messages.pop_front()?;
        self.used = self.used.saturating_sub(message.cost());
        Some(message)
    }

    /// The message `index` places behind the oldest.
    pub(super) fn get(&self, index: u32) -> Option<&Message> {
        self.messages.get(usize::try_from(index).ok()?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }
}
