//! What the mailbox calls take and give back: plain data.

use super::{DescriptorId, Handle, Message};
use crate::executive::Pid;

/// How much there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Mailboxes at one time.
    pub max_descriptors: u16,
    /// Open handles per pid, stdio included; also for the host, pid 0.
    pub handles_per_pid: u16,
    /// Bytes of a mailbox for which no capacity was given.
    pub default_capacity: u32,
    /// Copies per tap and second; 0 for no limit.
    pub tap_rate: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_descriptors: 4096, handles_per_pid: 64, default_capacity: 64, tap_rate: 0 }
    }
}

impl Limits {
    /// The limits of a small controller: 16 mailboxes, so four tasks, and 8 handles each.
    #[must_use]
    pub fn embedded() -> Limits {
        Limits { max_descriptors: 16, handles_per_pid: 8, default_capacity: 64, tap_rate: 20 }
    }
}

/// Sums of one mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Counters {
    /// Messages queued.
    pub sent: u64,
    /// Messages received from the queue; a fan-out message counts once per reader. Taps do not count.
    pub received: u64,
    /// Messages pushed out unread.
    pub dropped: u64,
    /// The most messages that were queued at one time.
    pub high_water: u32,
}

/// A tap on a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TapView {
    /// Whose tap it is.
    pub pid: Pid,
    /// On which handle.
    pub handle: Handle,
    /// Copies not read yet.
    pub depth: u32,
    /// Copies lost.
    pub dropped: u64,
}

/// A message that was pushed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dropped {
    /// Its number.
    pub seq: u32,
    /// Who had sent it.
    pub source: Pid,
    /// Its payload bytes.
    pub len: u32,
    /// Its flags.
    pub flags: u16,
    /// Its channel.
    pub channel: u16,
}

/// A wait that has ended with a message: the waiter is off the list and the message received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// Who waited.
    pub pid: Pid,
    /// On which of its handles.
    pub handle: Handle,
    /// On which mailbox.
    pub descriptor: DescriptorId,
    /// What it receives.
    pub message: Message,
}

/// What a send did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sent {
    /// The mailbox.
    pub descriptor: DescriptorId,
    /// The number of the message; `None` for an empty one, which is not queued.
    pub seq: Option<u32>,
    /// Messages pushed out to make room, oldest first.
    pub dropped: Vec<Dropped>,
    /// Waits this send has ended, in the order in which they began.
    pub deliveries: Vec<Delivery>,
}

/// What a BIND did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bound {
    /// The mailbox. Not a handle: sending and receiving need an OPEN.
    pub descriptor: DescriptorId,
    /// Whether it is new.
    pub created: bool,
    /// Messages that no longer fit, oldest first.
    pub dropped: Vec<Dropped>,
}

/// What a PEEK sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Peek {
    /// Messages in the queue; for a tap, in its buffer.
    pub depth: u32,
    /// Bytes they use.
    pub used: u32,
    /// Payload bytes of the next message for this handle; 0 if there is none.
    pub next_len: u32,
}
