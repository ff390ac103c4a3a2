//! Journal entries as a recording writes them.

use super::hex;
use crate::backend::request::{register_name, register_named};
use crate::executive::Pid;
use crate::executive::input::{Input, Load};
use crate::session::Entry;
use crate::vm::Code;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing from outside. Bytes are hex digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Step {
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

impl Step {
    /// From an entry; `program` finds the number of a load's program.
    pub fn of(entry: &Entry, program: impl FnOnce(&Load) -> Option<usize>) -> Option<Step> {
        let input = match entry {
            Entry::Pick { pid, turns } => return Some(Step::Pick { pid: *pid, turns: *turns }),
            Entry::Idle => return Some(Step::Idle),
            Entry::Input(input) => (**input).clone(),
        };
        Some(match input {
            Input::Load(load) => Step::Load {
                program: program(&load)?,
                name: load.name,
                fallback: load.fallback,
                stack: load.stack,
                quantum: load.quantum,
            },
            Input::Reload { pid, load } => Step::Reload {
                pid,
                program: program(&load)?,
                name: load.name,
                fallback: load.fallback,
                stack: load.stack,
                quantum: load.quantum,
            },
            Input::Kill(pid) => Step::Kill { pid },
            Input::Pause(pid) => Step::Pause { pid },
            Input::Resume(pid) => Step::Resume { pid },
            Input::SetReg { pid, reg, value } => Step::SetReg { pid, reg: register_name(reg), value },
            Input::Poke { pid, address, bytes } => Step::Poke { pid, address, bytes },
            Input::Quantum { pid, turns } => Step::Quantum { pid, turns },
            Input::Order(first) => Step::Order { first },
            Input::Preempt => Step::Preempt,
            Input::Stdio { pid, stream, mode } => Step::Stdio { pid, stream, mode },
            Input::Send { pid, target, payload } => Step::Send { pid, target, payload },
            Input::Receive { pid, target, limit } => Step::Receive { pid, target, limit: limit as u64 },
            Input::SetValue { pid, oid, raw } => Step::SetValue { pid, oid, raw },
            Input::Call { pid, oid } => Step::Call { pid, oid },
            Input::File { path, content } => Step::File { path, content },
        })
    }

    /// To an entry; `None` if it names a program or register that is not there.
    pub fn entry(self, programs: &[Loadable]) -> Option<Entry> {
        let input = match self {
            Step::Pick { pid, turns } => return Some(Entry::Pick { pid, turns }),
            Step::Idle => return Some(Entry::Idle),
            Step::Load { program, name, fallback, stack, quantum } => {
                Input::Load(programs.get(program)?.load(name, fallback, stack, quantum))
            }
            Step::Reload { pid, program, name, fallback, stack, quantum } => {
                Input::Reload { pid, load: programs.get(program)?.load(name, fallback, stack, quantum) }
            }
            Step::Kill { pid } => Input::Kill(pid),
            Step::Pause { pid } => Input::Pause(pid),
            Step::Resume { pid } => Input::Resume(pid),
            Step::SetReg { pid, reg, value } => Input::SetReg { pid, reg: register_named(&reg)?, value },
            Step::Poke { pid, address, bytes } => Input::Poke { pid, address, bytes },
            Step::Quantum { pid, turns } => Input::Quantum { pid, turns },
            Step::Order { first } => Input::Order(first),
            Step::Preempt => Input::Preempt,
            Step::Stdio { pid, stream, mode } => Input::Stdio { pid, stream, mode },
            Step::Send { pid, target, payload } => Input::Send { pid, target, payload },
            Step::Receive { pid, target, limit } => {
                Input::Receive { pid, target, limit: usize::try_from(limit).unwrap_or(usize::MAX) }
            }
            Step::SetValue { pid, oid, raw } => Input::SetValue { pid, oid, raw },
            Step::Call { pid, oid } => Input::Call { pid, oid },
            Step::File { path, content } => Input::File { path, content },
        };
        Some(Entry::Input(Arc::new(input)))
    }
}
