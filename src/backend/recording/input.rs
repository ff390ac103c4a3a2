//! Journal entries as a recording writes them.

use crate::backend::request::{register_name, register_named};
use crate::executive::Pid;
use crate::executive::input::{Input, Load};
use crate::session::JournalEntry;
use crate::text::hex;
use crate::vm::Code;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing from outside. Bytes are hex digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum RecordedInput {
    Load {
        program: usize,
        name: Option<String>,
        fallback: Option<String>,
        stack: u32,
        quantum: u32,
    },
    Reload {
        pid: Pid,
        program: usize,
        name: Option<String>,
        fallback: Option<String>,
        stack: u32,
        quantum: u32,
    },
    Kill {
        pid: Pid,
    },
    Pause {
        pid: Pid,
    },
    Resume {
        pid: Pid,
    },
    SetReg {
        pid: Pid,
        reg: String,
        value: u32,
    },
    Poke {
        pid: Pid,
        address: u16,
        #[serde(with = "hex")]
        bytes: Vec<u8>,
    },
    Quantum {
        pid: Pid,
        turns: u32,
    },
    Rebase {
        pid: Pid,
        address: u16,
    },
    Order {
        first: Vec<Pid>,
    },
    Preempt,
    Stdio {
        pid: Pid,
        stream: u8,
        mode: u16,
    },
    Send {
        pid: Pid,
        #[serde(with = "hex")]
        target: Vec<u8>,
        #[serde(with = "hex")]
        payload: Vec<u8>,
    },
    Receive {
        pid: Pid,
        #[serde(with = "hex")]
        target: Vec<u8>,
        limit: u64,
    },
    SetValue {
        pid: Pid,
        oid: u16,
        raw: u16,
    },
    Call {
        pid: Pid,
        oid: u16,
    },
    File {
        path: String,
        #[serde(with = "hex")]
        content: Vec<u8>,
    },
    Pick {
        pid: Pid,
        turns: u64,
    },
    Idle,
}

/// A program that a step may load.
pub(super) struct Loadable {
    pub image: Arc<crate::image::Image>,
    pub code: Arc<Code>,
}

impl Loadable {
    fn load(&self, name: Option<String>, fallback: Option<String>, stack: u32, quantum: u32) -> Load {
        Load { image: Arc::clone(&self.image), code: Arc::clone(&self.code), name, fallback, stack, quantum }
    }
}

impl RecordedInput {
    /// From an entry; `program` finds the number of a load's program.
    pub fn of(entry: &JournalEntry, program: impl FnOnce(&Load) -> Option<usize>) -> Option<RecordedInput> {
        let input = match entry {
            JournalEntry::Pick { pid, turns } => return Some(RecordedInput::Pick { pid: *pid, turns: *turns }),
            JournalEntry::Idle => return Some(RecordedInput::Idle),
            JournalEntry::Input(input) => (**input).clone(),
        };
        Some(match input {
            Input::Load(load) => RecordedInput::Load {
                program: program(&load)?,
                name: load.name,
                fallback: load.fallback,
                stack: load.stack,
                quantum: load.quantum,
            },
            Input::Reload { pid, load } => RecordedInput::Reload {
                pid,
                program: program(&load)?,
                name: load.name,
                fallback: load.fallback,
                stack: load.stack,
                quantum: load.quantum,
            },
            Input::Kill(pid) => RecordedInput::Kill { pid },
            Input::Pause(pid) => RecordedInput::Pause { pid },
            Input::Resume(pid) => RecordedInput::Resume { pid },
            Input::SetReg { pid, reg, value } => RecordedInput::SetReg { pid, reg: register_name(reg), value },
            Input::Poke { pid, address, bytes } => RecordedInput::Poke { pid, address, bytes },
            Input::Quantum { pid, turns } => RecordedInput::Quantum { pid, turns },
            Input::Rebase { pid, address } => RecordedInput::Rebase { pid, address },
            Input::Order(first) => RecordedInput::Order { first },
            Input::Preempt => RecordedInput::Preempt,
            Input::Stdio { pid, stream, mode } => RecordedInput::Stdio { pid, stream, mode },
            Input::Send { pid, target, payload } => RecordedInput::Send { pid, target, payload },
            Input::Receive { pid, target, limit } => RecordedInput::Receive { pid, target, limit: limit as u64 },
            Input::SetValue { pid, oid, raw } => RecordedInput::SetValue { pid, oid, raw },
            Input::Call { pid, oid } => RecordedInput::Call { pid, oid },
            Input::File { path, content } => RecordedInput::File { path, content },
        })
    }

    /// To an entry; `None` if it names a program or register that is not there.
    pub fn entry(self, programs: &[Loadable]) -> Option<JournalEntry> {
        let input = match self {
            RecordedInput::Pick { pid, turns } => return Some(JournalEntry::Pick { pid, turns }),
            RecordedInput::Idle => return Some(JournalEntry::Idle),
            RecordedInput::Load { program, name, fallback, stack, quantum } => {
                Input::Load(programs.get(program)?.load(name, fallback, stack, quantum))
            }
            RecordedInput::Reload { pid, program, name, fallback, stack, quantum } => {
                Input::Reload { pid, load: programs.get(program)?.load(name, fallback, stack, quantum) }
            }
            RecordedInput::Kill { pid } => Input::Kill(pid),
            RecordedInput::Pause { pid } => Input::Pause(pid),
            RecordedInput::Resume { pid } => Input::Resume(pid),
            RecordedInput::SetReg { pid, reg, value } => Input::SetReg { pid, reg: register_named(&reg)?, value },
            RecordedInput::Poke { pid, address, bytes } => Input::Poke { pid, address, bytes },
            RecordedInput::Quantum { pid, turns } => Input::Quantum { pid, turns },
            RecordedInput::Rebase { pid, address } => Input::Rebase { pid, address },
            RecordedInput::Order { first } => Input::Order(first),
            RecordedInput::Preempt => Input::Preempt,
            RecordedInput::Stdio { pid, stream, mode } => Input::Stdio { pid, stream, mode },
            RecordedInput::Send { pid, target, payload } => Input::Send { pid, target, payload },
            RecordedInput::Receive { pid, target, limit } => {
                Input::Receive { pid, target, limit: usize::try_from(limit).unwrap_or(usize::MAX) }
            }
            RecordedInput::SetValue { pid, oid, raw } => Input::SetValue { pid, oid, raw },
            RecordedInput::Call { pid, oid } => Input::Call { pid, oid },
            RecordedInput::File { path, content } => Input::File { path, content },
        };
        Some(JournalEntry::Input(Arc::new(input)))
    }
}
