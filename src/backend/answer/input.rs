//! Answers about changes from outside.

use crate::backend::request::{Streams, Whose};
use crate::backend::snapshot::ValueView;
use crate::executive::Pid;
use serde::Serialize;

/// A register that was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Register {
    /// Whose.
    pub pid: Pid,
    /// Its name in capitals.
    pub reg: String,
    /// To what.
    pub value: u32,
}

/// A register window that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebased {
    /// Whose.
    pub pid: Pid,
    /// The address of R0 before.
    pub was: u16,
    /// The address of R0 now.
    pub reg_base: u16,
    /// The tasks whose window or stack it lies on.
    pub overlaps: Vec<Pid>,
}

/// Memory that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Poked {
    /// Whose view.
    pub pid: Pid,
    /// First address.
    pub address: u16,
    /// How many bytes.
    pub length: usize,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// As which task.
    pub pid: Pid,
    /// To which mailbox.
    pub target: String,
    /// Bytes.
    pub length: usize,
    /// Its number there; `None` for an empty one, which is not queued.
    pub seq: Option<u32>,
    /// No task has the mailbox open: nothing reads it unless one opens it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unopened: bool,
}

/// Messages that were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// The messages.
    pub messages: Vec<TakenMessage>,
}

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenMessage {
    /// Out of whose standard output.
    pub pid: Pid,
    /// Its number.
    pub seq: u32,
    /// Its sender.
    pub src: Pid,
    /// STDOUT 1, STDERR 2, OOB 4, OVERRUN 8.
    pub flags: u16,
    /// Its channel.
    pub channel: u16,
    /// Bytes.
    pub length: usize,
    /// The bytes as text.
    pub text: String,
    /// The bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// A value of the registry that was set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueSet {
    /// Whether it changed by its epsilon or more.
    pub changed: bool,
    /// The value now.
    pub value: Option<ValueView>,
}

/// A command of the registry that was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Called {
    /// Which.
    pub oid: u16,
    /// Whose.
    pub owner: Pid,
    /// 0: the request is on its way.
    pub status: u8,
}

/// The order of the rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// All tasks.
    pub order: Vec<Pid>,
    /// Whether it is the order by pid.
    pub default: bool,
    /// Who runs next.
    pub next: Option<Pid>,
}

/// A quantum that was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Preempted {
    /// Whose.
    pub pid: Pid,
    /// Turns that were left of it.
    pub given_up: u32,
    /// Who runs next.
    pub next: Option<Pid>,
}

/// A task's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TaskState {
    /// Which task.
    pub pid: Pid,
    /// Its state by name; `killed` if it is gone.
    pub state: &'static str,
}

/// How standard streams pass messages on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamModes {
    /// Of each task that was asked for, 0 for those loaded later.
    pub streams: Vec<ModesOf>,
    /// Which streams were asked for.
    #[serde(skip)]
    pub shown: Streams,
}

/// The modes of a task's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ModesOf {
    /// Whose.
    pub pid: Pid,
    /// Input, output, errors.
    pub modes: [u16; 3],
}

impl StreamModes {
    /// Some of all modes.
    #[must_use]
    pub fn of(all: &[(Pid, [u16; 3])], whose: Whose, shown: Streams) -> StreamModes {
        let streams = all.iter().filter(|(pid, _)| whose.has(*pid));
        StreamModes { streams: streams.map(|(pid, modes)| ModesOf { pid: *pid, modes: *modes }).collect(), shown }
    }
}

/// A variable of C that was changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VariableSet {
    /// Whose memory it is in.
    pub pid: Pid,
    /// Its address.
    pub address: u16,
    /// Its bytes.
    pub size: u32,
    /// Its value now.
    pub value: serde_json::Value,
    /// As it was named.
    #[serde(skip)]
    pub name: String,
    /// Its value in words.
    #[serde(skip)]
    pub text: String,
}
