//! Mailboxes in a picture.

use crate::executive::Pid;
use serde::Serialize;

/// One mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailboxView {
    /// Descriptor id.
    pub descriptor: u16,
    /// Name with namespace and owner, e.g. `app:ping`, `svc:stdio.out@1`.
    pub name: String,
    /// The task it belongs to.
    pub owner: Option<Pid>,
    /// Capacity in bytes; each message costs its length + 8.
    pub capacity: u32,
    /// Bytes used.
    pub bytes_used: u32,
    /// Messages queued.
    pub depth: usize,
    /// Mode bits.
    pub mode: u16,
    /// Messages ever queued.
    pub sent: u64,
    /// Messages ever received.
    pub received: u64,
    /// Most messages queued at once.
    pub deepest: usize,
    /// Waiting pids, in the order they will be woken.
    pub waiters: Vec<Pid>,
    /// With fan-out: each reader, and the number of the message it gets next.
    pub readers: Vec<(Pid, u32)>,
    /// Taps.
    pub taps: Vec<TapView>,
    /// Queued messages, oldest first.
    pub messages: Vec<MessageView>,
}

/// A tap on a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TapView {
    /// Whose.
    pub pid: Pid,
    /// On which handle.
    pub handle: u16,
    /// Copies not yet read.
    pub depth: usize,
}

/// A queued message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// Sequence number in its mailbox, from 0.
    pub seq: u32,
    /// Sender.
    pub src: Pid,
    /// STDOUT 1, STDERR 2, OOB 4, OVERRUN 8.
    pub flags: u16,
    /// Channel.
    pub channel: u16,
    /// Payload length.
    pub length: usize,
    /// Payload.
    pub bytes: Vec<u8>,
    /// The turn it was sent in.
    pub turn: u64,
}
