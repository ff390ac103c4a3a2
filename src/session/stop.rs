//! Stops: what a run is to be stopped for, counted and tested.

mod access;
mod event;
mod lookout;
mod status;
mod unwritten;

pub use access::{Access, Touching};
pub use event::Event;
pub(super) use lookout::{Lookout, Seen};
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
    /// It stops only where this is true; an error in it stops, too.
    pub condition: Option<Expr>,
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

    /// Counts a hit where the condition holds; whether it stops.
    fn count(&mut self, machine: &Machine, pid: Pid) -> bool {
        if !self.holds(machine, pid) {
            return false;
        }
        self.hits += 1;
        let passes = self.ignore > 0;
        self.ignore -= u64::from(passes);
        !passes
    }

    fn holds(&self, machine: &Machine, pid: Pid) -> bool {
        let scope = Scope { machine, pid: Some(pid), symbol: &|_, _| None };
        self.condition.as_ref().is_none_or(|c| c.eval(&scope).map_or(true, Value::truth))
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
    /// The commands of the stop that was hit last.
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

    /// Adds a breakpoint, or gives back the number of the one that is there already.
    pub fn add(&mut self, pid: Option<Pid>, pc: u32) -> u32 {
        self.version += 1;
        if let Some(same) =
            self.list.iter_mut().find(|b| b.on == On::Instruction(pc) && b.pid == pid && b.app.is_none())
        {
            same.enabled = true;
            return same.number;
        }
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

    /// The commands of the stop that was hit last, once.
    pub fn take_commands(&mut self) -> Vec<String> {
        std::mem::take(&mut self.commands)
    }

    /// Looks at a machine that is about to run: what changes is seen from here on.
    pub(super) fn settle(&mut self, machine: &Machine) {
        self.commands.clear();
        for stop in &mut self.list {
            match &mut stop.on {
                On::Change(expr, last) => *last = value(expr, machine, stop.pid),
                On::Access(access) => access.settle(machine),
                _ => {}
            }
        }
    }

    /// Looks at a machine after a turn in which something may have happened, and says why it stops.
    pub(super) fn look(&mut self, machine: &Machine, seen: &Seen) -> Option<Status> {
        let mut first = None;
        for stop in self.list.iter_mut().filter(|b| b.enabled) {
            if let Some((pid, status)) = stop.happened(machine, seen)
                && stop.count(machine, pid)
            {
                first.get_or_insert((stop.number, status));
            }
        }
        let (number, status) = first?;
        self.hit_by(number);
        Some(status)
    }

    /// Counts a hit of each enabled breakpoint that applies and whose condition holds; the first one
    /// that is not to be ignored stops.
    pub(super) fn hit(&mut self, machine: &Machine, pid: Pid, pc: u32) -> Option<u32> {
        let mut first = None;
        let name = machine.task(pid).map_or("", |t| &t.name);
        for stop in self.list.iter_mut().filter(|b| b.enabled && b.is_at(pid, name, pc)) {
            if stop.count(machine, pid) {
                first.get_or_insert(stop.number);
            }
        }
        self.hit_by(first?);
        first
    }

    /// Counts a deadlock for those who wait for one.
    pub(super) fn deadlock(&mut self, machine: &Machine) {
        let waiting = self.list.iter_mut().filter(|b| b.enabled && b.on == On::Event(Event::Deadlock));
        let hit: Vec<u32> = waiting.filter_map(|b| b.count(machine, 0).then_some(b.number)).collect();
        if let Some(number) = hit.first() {
            self.hit_by(*number);
        }
    }

    /// A stop has stopped: its commands are due, and a temporary one goes.
    fn hit_by(&mut self, number: u32) {
        let Some(stop) = self.list.iter().find(|b| b.number == number) else { return };
        self.commands.clone_from(&stop.commands);
        if stop.temporary {
            self.remove(number);
        }
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
