//! Stops: what a run is to be stopped for, counted and tested.

mod access;
mod deadlock;
mod due;
mod event;
mod observer;
mod status;
mod unwritten;

pub use access::{Access, Touching};
pub(super) use deadlock::{Beside, DeadlockWatch};
pub use due::Due;
pub use event::Event;
pub(super) use observer::{Seen, StopObserver};
pub use status::{Status, Waiter};
pub(super) use unwritten::{Survey, Unwritten};

use super::expr::{Expr, Scope, Value};
use crate::executive::task::application;
use crate::executive::{Machine, Marks, Pid};

/// What a stop is on.
#[derive(Debug, Clone, PartialEq)]
pub enum On {
    /// The instruction at this code address, before it is done.
    Instruction(u32),
    /// A change of an expression's value; the value it had last.
    Change(Expr, Option<Value>),
    /// A read or write of some memory.
    Access(Access),
    /// Something that happens.
    Event(Event),
}

/// A stop: a breakpoint, a watchpoint, or one on something that happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Its number, from 1, never used again.
    pub number: u32,
    /// For one task, or for all.
    pub pid: Option<Pid>,
    /// For the instances of this application alone.
    pub app: Option<String>,
    /// What it is on.
    pub on: On,
    /// Whether it stops.
    pub enabled: bool,
    /// How often it was reached with its condition true.
    pub hits: u64,
    /// It stops only where this is true, or where it cannot be evaluated.
    pub condition: Option<Expr>,
    /// Why the condition could not be evaluated when the stop was due last.
    pub condition_error: Option<String>,
    /// Hits that are ignored before it stops.
    pub ignore: u64,
    /// It goes when it has stopped once.
    pub temporary: bool,
    /// Command lines to be carried out when it has stopped.
    pub commands: Vec<String>,
}

impl Stop {
    /// The code address of a breakpoint.
    #[must_use]
    pub fn pc(&self) -> Option<u32> {
        match self.on {
            On::Instruction(pc) => Some(pc),
            _ => None,
        }
    }

    /// Whether it is for a task, by pid and name.
    #[must_use]
    pub fn concerns(&self, pid: Pid, name: &str) -> bool {
        self.pid.is_none_or(|p| p == pid) && self.app.as_ref().is_none_or(|app| app == application(name))
    }

    /// Whether it is a breakpoint at an address for a task.
    #[must_use]
    pub fn is_at(&self, pid: Pid, name: &str, pc: u32) -> bool {
        self.pc() == Some(pc) && self.concerns(pid, name)
    }

    /// Whether what it is on has happened in the last turn: to whom, and why it stops for it.
    fn happened(&mut self, machine: &Machine, seen: &Seen) -> Option<(Pid, Status)> {
        let (number, ran) = (self.number, machine.ran());
        let (pid, app) = (self.pid, self.app.clone());
        let mine = |who: Pid| {
            let named = |app: &String| machine.task(who).is_some_and(|t| application(&t.name) == app);
            pid.is_none_or(|pid| pid == who) && app.as_ref().is_none_or(named)
        };
        match &mut self.on {
            On::Instruction(_) => None,
            On::Change(expr, last) => {
                let new = value(expr, machine, self.pid);
                let old = std::mem::replace(last, new);
                let expression = expr.text().to_owned();
                let status = Status::Watchpoint { number, expression, pid: ran, old, new };
                (new != old).then_some((ran.unwrap_or_default(), status))
            }
            On::Access(access) => {
                let (old, new) = access.happened(machine, seen, &mine)?;
                let expression = access.to_string();
                Some((ran.unwrap_or_default(), Status::Watchpoint { number, expression, pid: ran, old, new }))
            }
            On::Event(event) => {
                let (pid, event) = event.happened(machine, seen, &mine)?;
                Some((pid, Status::Event { number, pid, event }))
            }
        }
    }
}

/// What an expression evaluates to; `None` where it cannot be evaluated.
fn value(expr: &Expr, machine: &Machine, pid: Option<Pid>) -> Option<Value> {
    expr.eval(&Scope { machine, pid, symbol: &|_, _| None }).ok()
}

/// The stops, by number.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    list: Vec<Stop>,
    made: u32,
    /// Changes with the list.
    version: u64,
    /// The stops that were due when the last run ended, or are due in the turn that is being looked at.
    due: Vec<Due>,
    /// The commands of those stops.
    commands: Vec<String>,
}

impl Stops {
    /// All of them.
    #[must_use]
    pub fn list(&self) -> &[Stop] {
        &self.list
    }

    /// Changes whenever the list may have changed.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Adds a breakpoint. Several may stand at one address: each keeps its number, counts and condition.
    pub fn add(&mut self, pid: Option<Pid>, pc: u32) -> u32 {
        self.add_on(pid, On::Instruction(pc))
    }

    /// Adds a stop.
    pub fn add_on(&mut self, pid: Option<Pid>, on: On) -> u32 {
        self.made += 1;
        self.version += 1;
        let number = self.made;
        self.list.push(Stop {
            number,
            pid,
            app: None,
            on,
            enabled: true,
            hits: 0,
            condition: None,
            condition_error: None,
            ignore: 0,
            temporary: false,
            commands: Vec::new(),
        });
        number
    }

    /// One of them, to be changed.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Stop> {
        self.version += 1;
        self.list.iter_mut().find(|b| b.number == number)
    }

    /// Removes one; false if there is none of that number.
    pub fn remove(&mut self, number: u32) -> bool {
        self.version += 1;
        let before = self.list.len();
        self.list.retain(|b| b.number != number);
        self.list.len() < before
    }

    /// The stops that were due when the last run ended, in the order in which they were found.
    #[must_use]
    pub fn due(&self) -> &[Due] {
        &self.due
    }

    /// Whether one of the stops that are due is a breakpoint in front of which a task stands.
    pub(super) fn stands_at_breakpoint(&self) -> bool {
        self.due.iter().any(|due| matches!(due.status, Status::Breakpoint { .. }))
    }

    /// The commands of the stops that ended the last run, to be carried out once.
    #[must_use]
    pub fn commands_due(&self) -> &[String] {
        &self.commands
    }

    /// Those commands are no longer due: something else is done first.
    pub fn drop_commands(&mut self) {
        self.commands.clear();
    }

    /// The stops that were due are passed.
    pub(super) fn pass(&mut self) {
        self.commands.clear();
        self.due.clear();
    }

    /// Looks at a machine that is about to run: what changes is seen from here on.
    pub(super) fn settle(&mut self, machine: &Machine) {
        self.pass();
        for stop in &mut self.list {
            match &mut stop.on {
                On::Change(expr, last) => *last = value(expr, machine, stop.pid),
                On::Access(access) => access.settle(machine),
                _ => {}
            }
        }
    }

    /// Looks at a machine after a turn in which something may have happened: which stops are due for it.
    pub(super) fn look(&mut self, machine: &Machine, seen: &Seen) {
        for stop in self.list.iter_mut().filter(|b| b.enabled) {
            if let Some((pid, status)) = stop.happened(machine, seen) {
                self.due.extend(stop.hit(machine, pid, status));
            }
        }
    }

    /// A task is in front of an instruction: which breakpoints are due there.
    pub(super) fn arrive(&mut self, machine: &Machine, pid: Pid) {
        let Some(task) = machine.task(pid) else { return };
        let pc = task.context.pc;
        for stop in self.list.iter_mut().filter(|b| b.enabled && b.is_at(pid, &task.name, pc)) {
            let status = Status::Breakpoint { number: stop.number, pid, pc };
            self.due.extend(stop.hit(machine, pid, status));
        }
    }

    /// Nothing can run: the stops on a deadlock are due.
    pub(super) fn deadlock(&mut self, machine: &Machine) {
        for stop in self.list.iter_mut().filter(|b| b.enabled && b.on == On::Event(Event::Deadlock)) {
            let status = Status::Event { number: stop.number, pid: 0, event: Event::Deadlock.to_string() };
            self.due.extend(stop.hit(machine, 0, status));
        }
    }

    /// The run has ended: the commands of the stops that were due are to be carried out, and temporary ones
    /// are removed.
    pub(super) fn conclude(&mut self) {
        let is_due = |number: u32| self.due.iter().any(|d| d.number == number);
        let hit = self.list.iter().filter(|stop| is_due(stop.number));
        self.commands = hit.flat_map(|stop| stop.commands.iter().cloned()).collect();
        let before = self.list.len();
        let due = &self.due;
        self.list.retain(|stop| !(stop.temporary && due.iter().any(|d| d.number == stop.number)));
        self.version += u64::from(self.list.len() != before);
    }

    /// The code of each task with the enabled breakpoints marked.
    pub(super) fn marks(&self, machine: &Machine) -> Marks {
        let mut marks = Marks::default();
        for task in machine.tasks() {
            let applies = |b: &Stop| b.pc().filter(|pc| b.enabled && b.is_at(task.pid, &task.name, *pc));
            let addresses: Vec<u32> = self.list.iter().filter_map(applies).collect();
            if !addresses.is_empty() {
                marks.set(task, addresses);
            }
        }
        marks
    }
}
