//! A task as programs rely on it.

use crate::backend::snapshot::Counters;
use crate::backend::snapshot::RunState;
use crate::backend::snapshot::TaskView;
use crate::backend::snapshot::WaitView;
use crate::executive::Pid;
use serde::Serialize;

/// A task as programs rely on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskInfo {
    /// Process id.
    pub pid: Pid,
    /// Its name.
    pub name: String,
    /// Its state by name; `running` for the one that runs.
    pub state: &'static str,
    /// R0 at its end.
    pub exit_status: Option<u32>,
    /// Why and where it faulted.
    pub fault: Option<FaultInfo>,
    /// Turns taken.
    pub turns: u64,
    /// Times it took over from another task.
    pub switches: u64,
    /// Address of the next instruction.
    pub pc: u32,
    /// Flags.
    pub psw: u8,
    /// Stack pointer.
    pub sp: u16,
    /// Address of R0.
    pub reg_base: u16,
    /// Lowest address of the stack.
    pub stack_base: u16,
    /// The guard.
    pub stack_limit: u16,
    /// First address past the stack.
    pub stack_top: u16,
    /// What it waits for.
    pub wait: Option<WaitView>,
    /// Turns in a row it gets.
    pub quantum: u32,
    /// Calls not yet returned from.
    pub depth: u32,
    /// What it has done so far.
    pub counters: Counters,
}

impl TaskInfo {
    /// From a task of a snapshot; `running` is the one that runs, if a run is in progress.
    #[must_use]
    pub fn of(task: &TaskView, running: Option<Pid>) -> TaskInfo {
        let runs = running == Some(task.pid) && task.state == RunState::Ready;
        TaskInfo {
            pid: task.pid,
            name: task.name.clone(),
            state: if runs { "running" } else { task.state.name() },
            exit_status: task.exit_status,
            fault: task.fault.map(|(fault, pc)| FaultInfo { kind: fault.name(), pc, address: fault.address() }),
            turns: task.counters.turns,
            switches: task.counters.switches,
            pc: task.pc,
            psw: task.psw,
            sp: task.sp,
            reg_base: task.reg_base,
            stack_base: task.stack_base,
            stack_limit: task.stack_limit,
            stack_top: task.stack_top,
            wait: task.wait.clone(),
            quantum: task.quantum,
            depth: task.depth,
            counters: task.counters,
        }
    }
}

/// A fault as programs rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FaultInfo {
    /// Its name.
    pub kind: &'static str,
    /// The instruction's address.
    pub pc: u32,
    /// The address it is about, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<u16>,
}
