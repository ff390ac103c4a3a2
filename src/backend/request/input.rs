//! Changing the machine from outside.

use super::stdio::{StreamMode, Streams, Whose};
use super::text::{self, quoted};
use crate::executive::Pid;
use crate::executive::input::Reg;
use crate::text::hex;
use crate::vm::decode_f16;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change from outside, between two turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Set a register.
    Register {
        /// Whose.
        pid: Pid,
        /// Which.
        #[serde(with = "text::register")]
        reg: Reg,
        /// To what.
        value: u32,
    },
    /// Set bytes of memory as a task sees it.
    Poke {
        /// Whose view.
        pid: Pid,
        /// First address.
        address: u16,
        /// What.
        #[serde(with = "crate::text::hex")]
        bytes: Vec<u8>,
    },
    /// Change a variable of C.
    Variable {
        /// The task in whose chosen frame it is looked up.
        pid: Pid,
        /// The variable, as an expression of C.
        place: String,
        /// Its new value, as an expression.
        value: String,
    },
    /// Send a message.
    Send {
        /// To whose standard input, or as which task a mailbox's name is read.
        pid: Pid,
        /// To this mailbox.
        mailbox: Option<String>,
        /// What.
        text: String,
    },
    /// Send a message that need not be text.
    Bytes {
        /// As which task the mailbox's name is read.
        pid: Pid,
        /// To this mailbox.
        mailbox: String,
        /// What.
        #[serde(with = "crate::text::hex")]
        bytes: Vec<u8>,
    },
    /// Take messages out of the standard output of a task, or of all.
    Listen {
        /// Which task.
        pid: Option<Pid>,
        /// At most this number of each.
        limit: u64,
    },
    /// Set how standard streams pass messages on.
    Stdio {
        /// Whose.
        whose: Whose,
        /// Which.
        streams: Streams,
        /// How.
        mode: StreamMode,
    },
    /// Change a value of the registry.
    Value {
        /// On whose behalf; 0 for the host.
        pid: Pid,
        /// Which: group << 8 | id.
        oid: u16,
        /// f16 bits.
        raw: u16,
    },
    /// Call a command of the registry.
    Call {
        /// On whose behalf; 0 for the host.
        pid: Pid,
        /// Which: group << 8 | id.
        oid: u16,
    },
    /// Set a task's turns in a row.
    Quantum {
        /// Whose.
        pid: Pid,
        /// At least 1.
        turns: u32,
    },
    /// Move a task's register window.
    Rebase {
        /// Whose.
        pid: Pid,
        /// The address of R0 from now on.
        address: u16,
    },
    /// Change the order of the rotation: these first, the others after them by pid. None at all puts it back.
    Order(Vec<Pid>),
    /// Let the next task in rotation run though the last one has turns of its quantum left.
    Preempt,
    /// Hold a task back.
    Pause(Pid),
    /// Let a paused task continue, or a faulted one try its instruction again.
    Resume(Pid),
    /// Remove a task and all it has.
    Kill(Pid),
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Register { pid, reg, value } => write!(f, "reg {pid} {} 0x{value:08X}", text::register_name(*reg)),
            Input::Poke { pid, address, bytes } => {
                write!(f, "poke {pid} 0x{address:04X} {}", hex::shown(bytes))
            }
            Input::Variable { pid, place, value } => write!(f, "set var {place} = {value} -p {pid}"),
            Input::Send { pid, mailbox: None, text } => write!(f, "send {pid} {}", quoted(text)),
            Input::Send { pid, mailbox: Some(to), text } => write!(f, "send {pid} {} {}", quoted(to), quoted(text)),
            Input::Bytes { pid, mailbox, bytes } => {
                write!(f, "sendhex {pid} {} {}", quoted(mailbox), hex::shown(bytes))
            }
            Input::Listen { pid: None, limit } => write!(f, "listen all {limit}"),
            Input::Listen { pid: Some(pid), limit } => write!(f, "listen {pid} {limit}"),
            Input::Stdio { whose, streams, mode } => write!(f, "stdio {whose} {} {}", streams.name(), mode.name()),
            Input::Value { pid, oid, raw } => {
                write!(f, "val set 0x{oid:04X} {}", decode_f16(u32::from(*raw)))?;
                behalf(f, *pid)
            }
            Input::Call { pid, oid } => {
                write!(f, "cmd call 0x{oid:04X}")?;
                behalf(f, *pid)
            }
            Input::Quantum { pid, turns } => write!(f, "sched {pid} quantum {turns}"),
            Input::Rebase { pid, address } => write!(f, "rebase {pid} 0x{address:04X}"),
            Input::Order(pids) if pids.is_empty() => f.write_str("order default"),
            Input::Order(pids) => {
                f.write_str("order")?;
                pids.iter().try_for_each(|pid| write!(f, " {pid}"))
            }
            Input::Preempt => f.write_str("preempt"),
            Input::Pause(pid) => write!(f, "pause {pid}"),
            Input::Resume(pid) => write!(f, "resume {pid}"),
            Input::Kill(pid) => write!(f, "kill {pid}"),
        }
    }
}

/// `-p PID`, unless the host itself acts.
fn behalf(f: &mut fmt::Formatter<'_>, pid: Pid) -> fmt::Result {
    if pid == 0 { Ok(()) } else { write!(f, " -p {pid}") }
}
