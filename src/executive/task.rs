//! A task: its context, state, wait and counters.

use super::Pid;
use super::arena::Arena;
use super::state_time::StateTime;
use super::wait_stats::WaitStats;
use crate::image::Image;
use crate::vm::{Code, Context, Fault};
use serde::Serialize;
use std::sync::Arc;

/// What a task is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Can run.
    Ready,
    /// Waits for a message; see [`Wait`].
    WaitingMbx,
    /// Waits for a point in time.
    Sleeping,
    /// Held back by the user. A wait it had continues behind the pause.
    Paused,
    /// Ended by RET at call depth 0; R0 is its exit status.
    Returned,
    /// Ended by the exit service; R0 is its exit status.
    Exited,
    /// Stopped by a fault; keeps its arena to be looked at.
    Faulted,
}

impl RunState {
    /// How many states there are.
    pub const COUNT: usize = 7;

    /// Whether the task has ended for good (a faulted one can still be resumed by the user).
    #[must_use]
    pub const fn ended(self) -> bool {
        matches!(self, RunState::Returned | RunState::Exited | RunState::Faulted)
    }

    /// The name used in replies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RunState::Ready => "ready",
            RunState::WaitingMbx => "waiting_mbx",
            RunState::Sleeping => "sleeping",
            RunState::Paused => "paused",
            RunState::Returned => "returned",
            RunState::Exited => "exited",
            RunState::Faulted => "faulted",
        }
    }
}

/// What a task waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wait {
    /// A message on a mailbox. Results go straight into the waiter's window and buffers.
    Mailbox {
        /// The mailbox.
        descriptor: u16,
        /// The handle the task receives on.
        handle: u16,
        /// Where the payload goes.
        buffer: u16,
        /// How many bytes of it are wanted.
        max: u16,
        /// Where the info record goes; 0 for none.
        info: u16,
        /// Virtual time in µs at which the wait ends with status 7; `None` waits forever.
        deadline: Option<u64>,
    },
    /// A point in virtual time.
    Sleep {
        /// µs.
        deadline: u64,
    },
}

impl Wait {
    /// When the wait ends by itself, in µs of virtual time.
    #[must_use]
    pub const fn deadline(&self) -> Option<u64> {
        match self {
            Wait::Mailbox { deadline, .. } => *deadline,
            Wait::Sleep { deadline } => Some(*deadline),
        }
    }
}

/// The name of the application a task is an instance of: the second one of `app` is called `app_#1`.
#[must_use]
pub fn application(name: &str) -> &str {
    match name.rsplit_once("_#") {
        Some((app, n)) if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) => app,
        _ => name,
    }
}

/// What a task has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Counters {
    /// Turns taken, whatever their outcome.
    pub turns: u64,
    /// Times the task took over from another.
    pub switches: u64,
    /// Service calls.
    pub traps: u64,
    /// Times it began to wait.
    pub blocks: u64,
    /// Waits ended by a message or by the end of a sleep.
    pub wakes: u64,
    /// Waits ended by their time limit.
    pub timeouts: u64,
    /// Messages sent.
    pub sends: u64,
    /// Messages received.
    pub receives: u64,
    /// Deepest stack use seen, in bytes.
    pub deepest: u32,
}

/// Why and where a task faulted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaultAt {
    /// Why.
    pub fault: Fault,
    /// PC of the instruction.
    pub pc: u32,
}

/// What a task was before it was loaded again under its pid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FormerLives {
    /// How often it was loaded again.
    pub count: u32,
    /// Turns it took in those lives.
    pub turns: u64,
}

/// A loaded program: everything that is its own. Its registers and stack are in the shared RAM.
///
/// What a turn touches stands first and together, so that a switch costs two cache lines whatever
/// the number of tasks.
#[derive(Debug, Clone, PartialEq)]
#[repr(C)]
pub struct Task {
    /// What a switch to this task puts in place.
    pub context: Context,
    /// The image's code.
    pub code: Arc<Code>,
    /// The image's data, which this task sees from 0x4000 on.
    pub bank: Box<[u8]>,
    /// Turns in a row it gets in rotation, at least 1.
    pub quantum: u32,
    /// Process id.
    pub pid: Pid,
    /// What it is doing.
    pub state: RunState,
    /// The turn it took last; 0 before its first.
    pub last_turn: u64,
    /// The turn after which a wait of it ended, until it takes one.
    pub woken: Option<u64>,
    /// What it has done so far.
    pub counters: Counters,
    /// The image.
    pub image: Arc<Image>,
    /// Where its registers and stack are.
    pub arena: Arena,
    /// Instance name.
    pub name: String,
    /// What it waits for. A paused task can have one too.
    pub wait: Option<Wait>,
    /// How its waits went.
    pub wait_stats: WaitStats,
    /// Turns that retired nothing (faults, the final RET): the step counter leaves them out.
    pub unretired: u64,
    /// R0 at its end.
    pub exit_status: Option<u32>,
    /// Why and where it faulted.
    pub fault: Option<FaultAt>,
    /// In which states it has spent the machine's turns, in former lives as well.
    pub state_time: StateTime,
    /// Its lives before this one.
    pub former: FormerLives,
}

impl Task {
    /// Takes note of turns it took, the first and the last of some.
    #[inline]
    pub(super) fn took(&mut self, first: u64, last: u64) {
        self.last_turn = last;
        if let Some(woken) = self.woken.take() {
            self.wait_stats.runs_again(woken, first);
        }
    }

    /// Retired instructions, as CORE_GET_STEPS counts them.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.counters.turns - self.unretired
    }

    /// Turns of the machine that began with the task in a state, after `turn` turns in all.
    #[must_use]
    pub fn turns_in(&self, state: RunState, turn: u64) -> u64 {
        self.state_time.turns_in(state, self.state, turn)
    }

    /// The counters, with the deepest stack use filled in.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters { deepest: self.context.stack_top - self.context.lowest, ..self.counters }
    }
}
