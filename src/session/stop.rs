//! Why a session stands, and breakpoints.

use super::expr::{Expr, Scope, Value};
use crate::executive::{Machine, Marks, Pid};
use crate::vm::Fault;
use serde::{Serialize, Serializer};

/// Whether the machine runs, or why it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
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
    /// Nothing can run and no deadline exists; who waits for what.
    Deadlock {
        /// The blocked tasks and the mailboxes they wait for.
        waits: Vec<Waiter>,
    },
    /// Every task has ended.
    AllDone,
    /// A breakpoint; the instruction there has not run yet.
    Breakpoint {
        /// Its number.
        number: u32,
        /// The task in front of it.
        pid: Pid,
        /// The address.
        pc: u32,
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
    },
    /// The one task that was to run cannot, and the others stand still.
    #[serde(rename = "paused")]
    Held {
        /// The task.
        pid: Pid,
    },
    /// The user stopped it.
    Paused,
    /// A turn of the past was gone to.
    Visited,
    /// The first turn of the session: nothing lies before it.
    Start,
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

/// A breakpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breakpoint {
    /// Its number, from 1, never used again.
    pub number: u32,
    /// For one task, or for all.
    pub pid: Option<Pid>,
    /// Code address.
    pub pc: u32,
    /// Whether it stops.
    pub enabled: bool,
    /// How often it was reached with its condition true.
    pub hits: u64,
    /// It stops only where this is true; an error in it stops, too.
    pub condition: Option<Expr>,
    /// So many hits are let pass.
    pub ignore: u64,
    /// It goes when it has stopped once.
    pub temporary: bool,
}

impl Breakpoint {
    fn holds(&self, machine: &Machine, pid: Pid) -> bool {
        let scope = Scope { machine, pid: Some(pid), symbol: &|_, _| None };
        self.condition.as_ref().is_none_or(|c| c.eval(&scope).map_or(true, Value::truth))
    }
}

/// The breakpoints, by number.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    list: Vec<Breakpoint>,
    made: u32,
}

impl Stops {
    /// All of them.
    #[must_use]
    pub fn list(&self) -> &[Breakpoint] {
        &self.list
    }

    /// Adds one, or gives back the number of the one that is there already.
    pub fn add(&mut self, pid: Option<Pid>, pc: u32) -> u32 {
        if let Some(same) = self.list.iter_mut().find(|b| b.pid == pid && b.pc == pc) {
            same.enabled = true;
            return same.number;
        }
        self.made += 1;
        let (condition, ignore, temporary) = (None, 0, false);
        self.list.push(Breakpoint { number: self.made, pid, pc, enabled: true, hits: 0, condition, ignore, temporary });
        self.made
    }

    /// One of them, to be changed.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Breakpoint> {
        self.list.iter_mut().find(|b| b.number == number)
    }

    /// Removes one; false if there is none of that number.
    pub fn remove(&mut self, number: u32) -> bool {
        let before = self.list.len();
        self.list.retain(|b| b.number != number);
        self.list.len() < before
    }

    /// Switches one on or off; false if there is none of that number.
    pub fn enable(&mut self, number: u32, enabled: bool) -> bool {
        match self.list.iter_mut().find(|b| b.number == number) {
            Some(b) => {
                b.enabled = enabled;
                true
            }
            None => false,
        }
    }

    /// Counts a hit of each enabled breakpoint that applies and whose condition holds; the first one
    /// that is not to be ignored stops.
    pub(super) fn hit(&mut self, machine: &Machine, pid: Pid, pc: u32) -> Option<u32> {
        let mut stop: Option<(u32, bool)> = None;
        let applies = |b: &&mut Breakpoint| b.enabled && b.pc == pc && b.pid.is_none_or(|p| p == pid);
        for hit in self.list.iter_mut().filter(applies).filter(|b| b.holds(machine, pid)) {
            hit.hits += 1;
            match hit.ignore {
                0 => stop = stop.or(Some((hit.number, hit.temporary))),
                _ => hit.ignore -= 1,
            }
        }
        let (number, temporary) = stop?;
        if temporary {
            self.remove(number);
        }
        Some(number)
    }

    /// The code of each task with the enabled breakpoints marked.
    pub(super) fn marks(&self, machine: &Machine) -> Marks {
        let mut marks = Marks::default();
        for task in machine.tasks() {
            let applies = |b: &&Breakpoint| b.enabled && b.pid.is_none_or(|p| p == task.pid);
            let addresses: Vec<u32> = self.list.iter().filter(applies).map(|b| b.pc).collect();
            if !addresses.is_empty() {
                marks.set(task, addresses);
            }
        }
        marks
    }
}
