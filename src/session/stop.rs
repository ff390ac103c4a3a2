//! Why a session stands, and breakpoints.

use super::expr::{Expr, Scope, Value};
mod event;

pub use event::Event;

use crate::executive::{Machine, Marks, Pid};
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
    /// What an expression comes to has changed.
    Watchpoint {
        /// Its number.
        number: u32,
        /// The expression.
        expression: String,
        /// Who took the turn that changed it.
        pid: Option<Pid>,
        /// What it came to before.
        old: Option<Value>,
        /// What it comes to now.
        new: Option<Value>,
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

impl Status {
    /// Whether it is worth a mark where the past is shown: something stopped the run, and not the
    /// user's hand or a count of turns. Faults have a mark of their own.
    pub(super) const fn is_mark(&self) -> bool {
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

/// What a stop is on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// An instruction that is about to be done.
    Instruction,
    /// A change of what an expression comes to; what it came to last.
    Change(Expr, Option<Value>),
    /// Something that happens.
    Event(Event),
}

/// A stop: a breakpoint, a watchpoint, or one on something that happens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breakpoint {
    /// Its number, from 1, never used again.
    pub number: u32,
    /// For one task, or for all.
    pub pid: Option<Pid>,
    /// What it is on.
    pub on: On,
    /// Code address of a breakpoint; 0 for others.
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
    /// Whether it is a breakpoint at an address for a task.
    #[must_use]
    pub fn is_at(&self, pid: Pid, pc: u32) -> bool {
        self.on == On::Instruction && self.pc == pc && self.pid.is_none_or(|p| p == pid)
    }

    /// Counts a hit where the condition holds; whether it stops, and is to go after.
    fn count(&mut self, machine: &Machine, pid: Pid) -> Option<bool> {
        if !self.holds(machine, pid) {
            return None;
        }
        self.hits += 1;
        if self.ignore > 0 {
            self.ignore -= 1;
            return None;
        }
        Some(self.temporary)
    }

    fn holds(&self, machine: &Machine, pid: Pid) -> bool {
        let scope = Scope { machine, pid: Some(pid), symbol: &|_, _| None };
        self.condition.as_ref().is_none_or(|c| c.eval(&scope).map_or(true, Value::truth))
    }
}

/// What an expression comes to; `None` where it comes to nothing.
fn value(expr: &Expr, machine: &Machine, pid: Option<Pid>) -> Option<Value> {
    expr.eval(&Scope { machine, pid, symbol: &|_, _| None }).ok()
}

/// The breakpoints, by number.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    list: Vec<Breakpoint>,
    made: u32,
    /// Who took the turn before.
    ran: Option<Pid>,
}

impl Stops {
    /// All of them.
    #[must_use]
    pub fn list(&self) -> &[Breakpoint] {
        &self.list
    }

    /// Adds one, or gives back the number of the one that is there already.
    pub fn add(&mut self, pid: Option<Pid>, pc: u32) -> u32 {
        if let Some(same) = self.list.iter_mut().find(|b| b.on == On::Instruction && b.pid == pid && b.pc == pc) {
            same.enabled = true;
            return same.number;
        }
        self.put(pid, pc, On::Instruction)
    }

    /// Adds one on a change of an expression, or on something that happens.
    pub fn add_on(&mut self, pid: Option<Pid>, on: On) -> u32 {
        self.put(pid, 0, on)
    }

    fn put(&mut self, pid: Option<Pid>, pc: u32, on: On) -> u32 {
        self.made += 1;
        let (number, condition, ignore, temporary) = (self.made, None, 0, false);
        self.list.push(Breakpoint { number, pid, on, pc, enabled: true, hits: 0, condition, ignore, temporary });
        number
    }

    /// Whether each turn has to be looked at.
    pub(super) fn looking(&self) -> bool {
        self.list.iter().any(|b| b.enabled && b.on != On::Instruction)
    }

    /// Looks at a machine that is about to run: what changes is seen from here on.
    pub(super) fn settle(&mut self, machine: &Machine) {
        self.ran = machine.ran();
        for stop in &mut self.list {
            if let On::Change(expr, last) = &mut stop.on {
                *last = value(expr, machine, stop.pid);
            }
        }
    }

    /// Looks at a machine after a turn, and says why it stops.
    pub(super) fn look(&mut self, machine: &Machine) -> Option<Status> {
        let before = std::mem::replace(&mut self.ran, machine.ran());
        let mut status = None;
        let mut gone = None;
        for stop in self.list.iter_mut().filter(|b| b.enabled) {
            let ran = machine.ran().unwrap_or_default();
            let (pid, why) = match &mut stop.on {
                On::Instruction => continue,
                On::Change(expr, last) => {
                    let new = value(expr, machine, stop.pid);
                    if new == *last {
                        continue;
                    }
                    let old = std::mem::replace(last, new);
                    let expression = expr.text().to_owned();
                    (ran, Status::Watchpoint { number: stop.number, expression, pid: machine.ran(), old, new })
                }
                On::Event(event) => match event.happened(machine, before, stop.pid) {
                    Some(pid) => (pid, Status::Event { number: stop.number, pid, event: event.to_string() }),
                    None => continue,
                },
            };
            if let Some(temporary) = stop.count(machine, pid)
                && status.is_none()
            {
                status = Some(why);
                gone = temporary.then_some(stop.number);
            }
        }
        if let Some(number) = gone {
            self.remove(number);
        }
        status
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
        for hit in self.list.iter_mut().filter(|b| b.enabled && b.is_at(pid, pc)) {
            if let Some(temporary) = hit.count(machine, pid) {
                stop = stop.or(Some((hit.number, temporary)));
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
            let applies = |b: &&Breakpoint| b.enabled && b.is_at(task.pid, b.pc);
            let addresses: Vec<u32> = self.list.iter().filter(applies).map(|b| b.pc).collect();
            if !addresses.is_empty() {
                marks.set(task, addresses);
            }
        }
        marks
    }
}
