//! Who waits for whom: what each task blocks on, since when, until when, who could end it, and
//! whether some can never be woken again.
//!
//! Computed from a machine between two turns. What it claims holds for the machine by itself:
//! from outside anything can be sent anywhere.

mod deadlock;
mod enders;
mod path;
mod words;

pub(super) use enders::Helpers;

pub use crate::executive::wait_stats::{Latency, Longest};
pub use deadlock::Deadlock;
pub use enders::{Ender, How};
pub use path::{WaitEnd, WakeLink, WakePath};
pub use words::listed;

use super::{Session, Waiter};
use crate::executive::mailbox::{DescriptorId, Mailbox, Namespace, Stamp};
use crate::executive::task::{RunState, Task, Wait};
use crate::executive::{Machine, Pid};
use serde::Serialize;

/// What a task waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Object {
    /// A message on a mailbox.
    Mailbox {
        /// Which.
        descriptor: DescriptorId,
        /// Its name; may hold anything a guest says.
        name: String,
    },
    /// A point in virtual time.
    Sleep,
}

/// A wait that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// For what.
    pub on: Object,
    /// The turn that began it.
    pub since_turn: u64,
    /// When it began, in virtual µs.
    pub since_us: u64,
    /// When it ends by itself, in virtual µs; `None` is never.
    pub until: Option<u64>,
    /// The tasks that could end it, by pid: each of them alive, blocked or not.
    pub enders: Vec<Ender>,
    /// Whether it is for what comes from the host: a task's stdin or control mailbox.
    pub outside: bool,
}

impl Waiting {
    /// The mailbox it is for.
    #[must_use]
    pub fn mailbox(&self) -> Option<DescriptorId> {
        match self.on {
            Object::Mailbox { descriptor, .. } => Some(descriptor),
            Object::Sleep => None,
        }
    }

    /// Pids of those who could end it with what they have: not by opening a mailbox first.
    pub fn holders(&self) -> impl Iterator<Item = Pid> + '_ {
        self.enders.iter().filter(|e| e.how != How::Opens).map(|e| e.pid)
    }
}

/// How full a mailbox has been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HighWater {
    /// Which.
    pub descriptor: DescriptorId,
    /// Its name.
    pub name: String,
    /// The most messages that were queued at once.
    pub messages: u32,
}

/// A task and how it has fared.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskWaits {
    /// Process id.
    pub pid: Pid,
    /// Instance name; may hold anything a guest file says.
    pub name: String,
    /// What it is doing.
    pub state: RunState,
    /// R0 at its end.
    pub exit_status: Option<u32>,
    /// The turn it took last; 0 before its first.
    pub last_turn: u64,
    /// What it waits for.
    pub wait: Option<Waiting>,
    /// Turns since it last ran or became ready, while it is ready.
    pub unserved: Option<u64>,
    /// Turns it took.
    pub turns: u64,
    /// Its longest wait by virtual time, the one that has not ended included.
    pub longest: Option<Longest>,
    /// How soon it ran after its waits.
    pub latency: Latency,
    /// The mailboxes it owns or has open that have held messages.
    pub queues: Vec<HighWater>,
}

impl TaskWaits {
    /// Its turns in 1000 of all.
    #[must_use]
    pub fn share(&self, all: u64) -> u64 {
        (u128::from(self.turns) * 1000 / u128::from(all.max(1))) as u64
    }

    /// The most messages one of its mailboxes has held at once.
    #[must_use]
    pub fn deepest_queue(&self) -> u32 {
        self.queues.iter().map(|q| q.messages).max().unwrap_or(0)
    }
}

/// A task that is kept waiting too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Starving {
    /// Who.
    pub pid: Pid,
    /// Whether it is ready and not scheduled; else it waits for a message.
    pub ready: bool,
    /// For how many turns.
    pub turns: u64,
}

/// All waits of a machine at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Waits {
    /// Turns done.
    pub turn: u64,
    /// Virtual time, µs.
    pub time_us: u64,
    /// Every task, by pid.
    pub rows: Vec<TaskWaits>,
    /// No task is ready and no deadline is set, though some wait.
    pub quiet: bool,
    /// Tasks that can never be woken again by the machine itself: certain.
    pub deadlock: Option<Deadlock>,
    /// Others that can be woken only if a task opens a mailbox that it does not have open now.
    pub suspect: Option<Deadlock>,
}

impl Waits {
    /// The waits of a machine.
    #[must_use]
    pub fn of(machine: &Machine) -> Waits {
        let powers = enders::Powers::of(machine);
        let rows: Vec<TaskWaits> = machine.tasks().iter().map(|task| row(machine, task, &powers)).collect();
        let idle = rows.iter().all(|r| r.state != RunState::Ready && r.wait.as_ref().is_none_or(|w| w.until.is_none()));
        let quiet = idle && rows.iter().any(|r| r.state == RunState::WaitingMbx);
        let deadlock = deadlock::certain(machine, &rows, &powers);
        let suspect = deadlock::suspect(&rows, deadlock.as_ref());
        Waits { turn: machine.turns(), time_us: machine.time_us(), rows, quiet, deadlock, suspect }
    }

    /// Tasks and the mailboxes they wait for.
    #[must_use]
    pub fn waiters(&self, pids: &[Pid]) -> Vec<Waiter> {
        let waiter = |pid: &Pid| match &self.row(*pid)?.wait.as_ref()?.on {
            Object::Mailbox { descriptor, name } => {
                Some(Waiter { pid: *pid, descriptor: *descriptor, name: name.clone() })
            }
            Object::Sleep => None,
        };
        pids.iter().filter_map(waiter).collect()
    }

    /// The row of a task.
    #[must_use]
    pub fn row(&self, pid: Pid) -> Option<&TaskWaits> {
        self.rows.binary_search_by_key(&pid, |r| r.pid).ok().map(|i| &self.rows[i])
    }

    /// Tasks that have been ready and not scheduled, or waiting for a message, for more than `limit`
    /// turns. Who sleeps has asked for it.
    #[must_use]
    pub fn starving(&self, limit: u64) -> Vec<Starving> {
        let starving = |r: &TaskWaits| {
            let waited = r.wait.as_ref().filter(|w| w.on != Object::Sleep).map(|w| self.turn - w.since_turn);
            let turns = r.unserved.or(waited)?;
            (turns > limit).then_some(Starving { pid: r.pid, ready: r.unserved.is_some(), turns })
        };
        self.rows.iter().filter_map(starving).collect()
    }

    /// Who has waited longest, or waits: the task and its longest wait.
    #[must_use]
    pub fn longest(&self) -> Option<(Pid, Longest)> {
        let waits = self.rows.iter().filter_map(|r| Some((r.pid, r.longest?)));
        waits.min_by_key(|(pid, longest)| (std::cmp::Reverse(longest.us), *pid))
    }
}

fn row(machine: &Machine, task: &Task, powers: &enders::Powers) -> TaskWaits {
    let wait = task.wait.as_ref().map(|wait| waiting(machine, task, wait, powers));
    TaskWaits {
        pid: task.pid,
        name: task.name.clone(),
        state: task.state,
        exit_status: task.exit_status,
        last_turn: task.last_turn,
        unserved: (task.state == RunState::Ready).then(|| machine.turns() - task.last_turn.max(task.wait_stats.ready)),
        turns: task.counters.turns,
        longest: longest(machine, task),
        latency: task.wait_stats.latency,
        queues: queues(machine, task.pid),
        wait,
    }
}

fn waiting(machine: &Machine, task: &Task, wait: &Wait, powers: &enders::Powers) -> Waiting {
    let Stamp { turn, micros } = task.wait_stats.began;
    let mailbox = match wait {
        Wait::Mailbox { descriptor, .. } => Some(*descriptor),
        Wait::Sleep { .. } => None,
    };
    let on = mailbox
        .map_or(Object::Sleep, |descriptor| Object::Mailbox { descriptor, name: machine.mailbox_name(descriptor) });
    Waiting {
        on,
        since_turn: turn,
        since_us: micros,
        until: wait.deadline(),
        enders: mailbox.map_or_else(Vec::new, |descriptor| powers.enders(machine, task.pid, descriptor)),
        outside: mailbox.and_then(|d| machine.mailboxes().get(d)).is_some_and(is_input),
    }
}

/// Whether a mailbox is there for the host to send to.
fn is_input(mailbox: &Mailbox) -> bool {
    let name = mailbox.name();
    name.namespace == Namespace::Pid || name.namespace == Namespace::Svc && name.name == b"stdio.in"
}

fn longest(machine: &Machine, task: &Task) -> Option<Longest> {
    let Stamp { turn, micros } = task.wait_stats.began;
    let now = task.wait.is_some().then(|| Longest {
        since: turn,
        turns: machine.turns() - turn,
        us: machine.time_us() - micros,
    });
    match (task.wait_stats.longest, now) {
        (Some(before), Some(now)) if now.us > before.us => Some(now),
        (before, now) => before.or(now),
    }
}

fn queues(machine: &Machine, pid: Pid) -> Vec<HighWater> {
    let used = machine.mailboxes().iter().filter(|m| m.counters().high_water > 0);
    let own = used.filter(|m| m.name().owner == Some(pid) || m.handles().any(|(whose, _)| whose == pid));
    let high = |m: &Mailbox| HighWater {
        descriptor: m.descriptor(),
        name: m.name().to_string(),
        messages: m.counters().high_water,
    };
    own.map(high).collect()
}

impl Session {
    /// Who is blocked without a deadline, and on what.
    #[must_use]
    pub fn blocked(&self) -> Vec<Waiter> {
        let waiting = self.machine().tasks().iter().filter(|t| t.state == RunState::WaitingMbx);
        waiting
            .filter_map(|t| match t.wait {
                Some(Wait::Mailbox { descriptor, deadline: None, .. }) => {
                    Some(Waiter { pid: t.pid, descriptor, name: self.machine().mailbox_name(descriptor) })
                }
                _ => None,
            })
            .collect()
    }
}
