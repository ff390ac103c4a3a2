//! What a turn is and how it ends, how runs end, and the marks that end them.

use super::Pid;
use super::task::Task;
use crate::vm::{Code, Fault, Registers};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// An instruction was done.
    Retired,
    /// A service call was answered.
    Trap {
        /// Module, 0..=15.
        module: u8,
        /// Function.
        function: u8,
    },
    /// A service call began a wait.
    Blocked,
    /// The task returned or exited.
    Halted {
        /// R0.
        status: u32,
    },
    /// The instruction could not be done.
    Faulted(Fault),
    /// BRK, with its code.
    Break(u8),
}

/// One turn of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Turn {
    /// Its number, from 1.
    pub n: u64,
    /// Virtual time after it, µs.
    pub time_us: u64,
    /// Whose it was.
    pub pid: Pid,
    /// PC before it.
    pub pc: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// Why no turn can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quiet {
    /// No task is ready and none is blocked forever.
    Idle,
    /// No task is ready, no deadline exists and a task is blocked forever.
    Deadlock,
    /// There is no task, or every task has ended.
    AllDone,
    /// The one task that may run cannot.
    NotReady,
    /// Virtual time is at its end: another turn would not fit into it.
    TimeOver,
}

/// Who may take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// All of them, in rotation.
    Rotation,
    /// One task, out of turn: the rotation does not move.
    Only(Pid),
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// All turns asked for are done.
    Limit,
    /// No turn can be taken.
    Quiet(Quiet),
    /// The last turn was a fault or a BRK.
    Event,
    /// This task is in front of a marked instruction.
    Mark(Pid),
    /// The observer has ended it.
    Seen,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// Turns done.
    pub turns: u64,
    /// The last of them.
    pub last: Option<Turn>,
    /// Why it ended.
    pub end: End,
}

/// Instructions in front of which a run ends, or that an observer is to see in their place: marked copies of tasks' code.
/// They are an argument of a run and no part of the machine.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    pub(super) code: BTreeMap<Pid, Arc<Code>>,
    /// The same code without what ends a run, where the two differ.
    seen: BTreeMap<Pid, Arc<Code>>,
}

impl Marks {
    /// Lets no instruction of a task that accesses some registers be done ahead of its place. Comes before the marks that
    /// end a run.
    pub fn see(&mut self, task: &Task, registers: Registers) {
        let seen = Arc::new(task.code.with_seen(registers));
        self.code.insert(task.pid, Arc::clone(&seen));
        self.seen.insert(task.pid, seen);
    }

    /// Marks code addresses of a task.
    pub fn set(&mut self, task: &Task, addresses: impl IntoIterator<Item = u32>) {
        let marked = self.code.get(&task.pid).unwrap_or(&task.code).with_marks(addresses);
        self.code.insert(task.pid, Arc::new(marked));
    }

    /// The same for a run past what would end it.
    #[must_use]
    pub fn passed(&self) -> Marks {
        Marks { code: self.seen.clone(), seen: self.seen.clone() }
    }

    /// Marks each RET of a task that it does `depth` calls deep, or less.
    pub fn set_returns(&mut self, task: &Task, depth: u32) {
        let marked = self.code.get(&task.pid).unwrap_or(&task.code).with_marked_returns(depth);
        self.code.insert(task.pid, Arc::new(marked));
    }

    /// Whether nothing is marked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }
}
