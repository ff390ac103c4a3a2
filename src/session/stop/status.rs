//! Why a session stands.

use crate::executive::Pid;
use crate::session::expr::{Shape, Value};
use crate::vm::Fault;
use serde::{Serialize, Serializer};

/// Whether the machine runs, or why it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Status {
    /// Nothing has run yet.
    #[default]
    Fresh,
    /// Turns are being done.
    Running,
    /// As many turns as asked for are done.
    Limit {
        /// How many.
        turns: u64,
        /// The only task that was run, for a step of one pid.
        pid: Option<Pid>,
    },
    /// Nothing can run, and no task is blocked for ever (all others are paused or ended).
    Idle,
    /// Some tasks certainly wait for ever: nothing can run and no deadline exists, or no other task can help; who waits for what.
    Deadlock {
        /// The blocked tasks and the mailboxes they wait for.
        waits: Vec<Waiter>,
        /// The tasks that still run, or sleep, and can never help. Empty if nothing can run.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        others: Vec<Pid>,
    },
    /// Every task has ended.
    AllDone,
    /// Virtual time is at its end: another turn would not fit into it.
    TimeOver,
    /// A breakpoint; the instruction there has not run yet.
    Breakpoint {
        /// Its number.
        number: u32,
        /// The task in front of it.
        pid: Pid,
        /// The address.
        pc: u32,
    },
    /// The value of an expression has changed.
    Watchpoint {
        /// Its number.
        number: u32,
        /// The expression.
        expression: String,
        /// Who took the turn that changed it.
        pid: Option<Pid>,
        /// What it came to before.
        old: Option<Value>,
        /// Its value now.
        new: Option<Value>,
        /// What the values are, where they are numbers of a program.
        #[serde(skip)]
        shape: Option<Shape>,
        /// The variable whose function has returned: the stop is gone with it.
        #[serde(skip_serializing_if = "Option::is_none")]
        ended: Option<String>,
    },
    /// Something has happened that is to be stopped at.
    Event {
        /// The number of the stop.
        number: u32,
        /// To which task.
        pid: Pid,
        /// What.
        event: String,
    },
    /// BRK was executed.
    Break {
        /// By whom.
        pid: Pid,
        /// Where.
        pc: u32,
        /// Its code.
        code: u8,
    },
    /// A task faulted.
    Fault {
        /// Which.
        pid: Pid,
        /// Where.
        pc: u32,
        /// Why, as `{"kind", "address"?}`.
        #[serde(serialize_with = "plain_fault")]
        fault: Fault,
    },
    /// The task has got where it was to get, or has ended on the way.
    #[serde(rename = "limit")]
    Arrived {
        /// Turns that took.
        turns: u64,
        /// The task.
        pid: Pid,
        /// It has ended on the way.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ended: bool,
    },
    /// The task is on another source line.
    Line {
        /// Turns that took.
        turns: u64,
        /// The task.
        pid: Pid,
    },
    /// The task has returned from the function it was to return from.
    Returned {
        /// Turns that took.
        turns: u64,
        /// The task.
        pid: Pid,
        /// Where that function begins, if that is known.
        function: Option<u32>,
        /// R0, in which functions return their value.
        r0: u32,
    },
    /// The one task that was to run cannot, and the others stand still.
    #[serde(rename = "paused")]
    Held {
        /// The task.
        pid: Pid,
    },
    /// A task cannot run whose turn it is by a schedule.
    #[serde(rename = "paused")]
    OffSchedule {
        /// The place of the schedule, from 1.
        place: usize,
        /// The line in which it stands, from 1.
        line: usize,
        /// The task.
        pid: Pid,
        /// Why it cannot, in words that follow its name.
        why: String,
    },
    /// The user stopped it.
    Paused,
    /// A turn of the past was gone to.
    Visited,
    /// The first turn of the session: nothing lies before it.
    Start,
}

impl Status {
    /// Whether a stop that the user has set is why it stands.
    #[must_use]
    pub const fn is_of_a_stop(&self) -> bool {
        matches!(self, Status::Breakpoint { .. } | Status::Watchpoint { .. } | Status::Event { .. })
    }

    /// Whether it is that what a stop watches is not there any more.
    #[must_use]
    pub const fn ends_a_stop(&self) -> bool {
        matches!(self, Status::Watchpoint { ended: Some(_), .. })
    }

    /// The task that stands at an instruction it has been run to, for those who say where that is.
    #[must_use]
    pub const fn pid_at_a_place(&self) -> Option<Pid> {
        use Status::{Arrived, Breakpoint, Line, Returned};
        match self {
            Breakpoint { pid, .. } | Line { pid, .. } | Returned { pid, .. } => Some(*pid),
            Arrived { pid, ended: false, .. } => Some(*pid),
            _ => None,
        }
    }

    /// The task that it is about, if it is about one; of a deadlock the first that waits.
    #[must_use]
    pub fn about(&self) -> Option<Pid> {
        let pid = match self {
            Status::Limit { pid, .. } | Status::Watchpoint { pid, .. } => *pid,
            Status::Breakpoint { pid, .. }
            | Status::Event { pid, .. }
            | Status::Break { pid, .. }
            | Status::Fault { pid, .. }
            | Status::Arrived { pid, .. }
            | Status::Line { pid, .. }
            | Status::Returned { pid, .. }
            | Status::Held { pid }
            | Status::OffSchedule { pid, .. } => Some(*pid),
            Status::Deadlock { waits, .. } => waits.first().map(|waiter| waiter.pid),
            Status::Fresh
            | Status::Running
            | Status::Idle
            | Status::AllDone
            | Status::TimeOver
            | Status::Paused
            | Status::Visited
            | Status::Start => None,
        };
        pid.filter(|pid| *pid > 0)
    }

    /// Whether it is worth a mark where the past is shown: something stopped the run, and not the
    /// user's hand or a count of turns. Faults have a mark of their own.
    pub(in crate::session) const fn is_mark(&self) -> bool {
        use Status::{Break, Breakpoint, Deadlock, Event, Watchpoint};
        matches!(self, Breakpoint { .. } | Watchpoint { .. } | Event { .. } | Break { .. } | Deadlock { .. })
    }
}

fn plain_fault<S: Serializer>(fault: &Fault, s: S) -> Result<S::Ok, S::Error> {
    fault.serialize(s)
}

/// A task blocked for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiter {
    /// Who waits.
    pub pid: Pid,
    /// On which mailbox.
    pub descriptor: u16,
    /// The mailbox's name.
    pub name: String,
}
