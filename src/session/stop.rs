//! Stops: what a run is to be stopped for, counted and tested.

mod access;
mod backwards;
mod deadlock;
mod due;
mod event;
mod lifetime;
mod logged;
mod observer;
mod outside;
mod status;
mod unwritten;
mod wanted;

pub use access::{Access, AwaitedAccess, Touching};
pub(super) use deadlock::{Beside, DeadlockWatch};
pub use due::Due;
pub use event::Event;
pub use lifetime::Lifetime;
use lifetime::Presence;
pub use logged::LogText;
use logged::Logged;
pub(super) use observer::{StopObserver, TurnSeen};
pub use status::{Status, Waiter};
pub(super) use unwritten::{Survey, Unwritten};
pub(super) use wanted::Wanted;

use super::expr::{Expr, Scope, Value};
use crate::executive::task::{Task, application};
use crate::executive::{Machine, Marks, Pid};
use crate::image::Image;
use std::sync::Arc;

/// What a stop is on.
#[derive(Debug, Clone, PartialEq)]
pub enum On {
    /// The instruction at this code address, before it is done.
    Instruction(u32),
    /// An instruction of a task that is not loaded yet: its name has an address when the task comes.
    Awaited,
    /// A change of an expression's value; the value it had last.
    Change(Expr, Option<Value>),
    /// A read or write of some memory.
    Access(Access),
    /// The same of a task that is not loaded yet.
    AwaitedAccess(AwaitedAccess),
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
    /// How its place was named: a label, `label+n`, a function or `FILE:LINE`; `None` for a bare address.
    pub named: Option<String>,
    /// Where its place is in programs that were loaded again since; nowhere for `None`.
    pub elsewhere: Vec<(Arc<Image>, Option<u32>)>,
    /// What it writes down instead of stopping.
    pub log: Option<LogText>,
}

impl Stop {
    /// A stop without anything else said about it.
    fn new(number: u32, pid: Option<Pid>, on: On) -> Stop {
        Stop {
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
            named: None,
            elsewhere: Vec::new(),
            log: None,
        }
    }

    /// A breakpoint of a machine elsewhere.
    #[must_use]
    pub fn breakpoint(number: u32, pid: Option<Pid>, pc: u32) -> Stop {
        Stop::new(number, pid, On::Instruction(pc))
    }

    /// The code address of a breakpoint.
    #[must_use]
    pub fn pc(&self) -> Option<u32> {
        match self.on {
            On::Instruction(pc) => Some(pc),
            _ => None,
        }
    }

    /// Whether it is on an instruction, whose address may not be known yet.
    #[must_use]
    pub fn is_breakpoint(&self) -> bool {
        matches!(self.on, On::Instruction(_) | On::Awaited)
    }

    /// Whether it looks for its place backwards, so that nothing it meets ends it.
    fn looks_backwards(&self) -> bool {
        matches!(&self.on, On::Access(Access { lifetime: Some(lifetime), .. }) if lifetime.looks_backwards())
    }

    /// Whether it is for a task, by pid and name.
    #[must_use]
    pub fn concerns(&self, pid: Pid, name: &str) -> bool {
        self.pid.is_none_or(|p| p == pid) && self.app.as_ref().is_none_or(|app| app == application(name))
    }

    /// The code address of a breakpoint in a program.
    #[must_use]
    pub fn pc_in(&self, image: &Arc<Image>) -> Option<u32> {
        let moved = self.elsewhere.iter().find(|(of, _)| Arc::ptr_eq(of, image));
        moved.map_or_else(|| self.pc(), |(_, pc)| *pc)
    }

    /// The code address of a breakpoint for a task, if it is for that task and its program has the place.
    #[must_use]
    pub fn pc_for(&self, task: &Task) -> Option<u32> {
        self.pc_in(&task.image).filter(|_| self.concerns(task.pid, &task.name))
    }

    /// A task has a program now in which the place is somewhere else, or nowhere.
    pub fn move_to(&mut self, image: &Arc<Image>, pc: Option<u32>) {
        self.elsewhere.retain(|(of, _)| !Arc::ptr_eq(of, image));
        if pc != self.pc() {
            self.elsewhere.push((Arc::clone(image), pc));
        }
    }

    /// Whether what it is on has happened in the last turn: to whom, and why it stops for it.
    fn happened(&mut self, machine: &Machine, seen: &TurnSeen) -> Option<(Pid, Status)> {
        let (number, ran) = (self.number, machine.ran());
        let (pid, app) = (self.pid, self.app.clone());
        let mine = |who: Pid| {
            let named = |app: &String| machine.task(who).is_some_and(|t| application(&t.name) == app);
            pid.is_none_or(|pid| pid == who) && app.as_ref().is_none_or(named)
        };
        match &mut self.on {
            On::Instruction(_) | On::Awaited | On::AwaitedAccess(_) => None,
            On::Change(expr, last) => {
                let new = value(expr, machine, self.pid);
                let old = std::mem::replace(last, new);
                let expression = expr.text().to_owned();
                let shape = expr.shape().cloned();
                let status = Status::Watchpoint { number, expression, pid: ran, old, new, shape, ended: None };
                // What it names may come into being, such as a mailbox: from then on it has a value that can change.
                (old.is_some() && new != old).then_some((ran.unwrap_or_default(), status))
            }
            On::Access(access) => {
                let expression = access.to_string();
                let touched = access.happened(machine, seen, &mine);
                let presence = access.lifetime.as_mut().map(|lifetime| lifetime.happened(machine, seen));
                let ((old, new), ended) = match presence {
                    Some(Presence::Outside) => return None,
                    Some(Presence::Left) => ((None, None), access.lifetime.as_ref().map(|l| l.name.clone())),
                    Some(Presence::Within) | None => (touched?, None),
                };
                let shape = access.shape.clone();
                let status = Status::Watchpoint { number, expression, pid: ran, old, new, shape, ended };
                Some((ran.unwrap_or_default(), status))
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
    /// What log points have written since the last run began.
    logged: Logged,
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
        self.list.push(Stop::new(number, pid, on));
        number
    }

    /// Puts a stop back that was removed; its number.
    pub(super) fn put_back(&mut self, stop: Stop) -> u32 {
        let number = stop.number;
        self.version += 1;
        self.list.push(stop);
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

    /// What log points have written since the last run began, oldest first.
    #[must_use]
    pub fn logged(&self) -> &[String] {
        self.logged.lines()
    }

    /// Those commands are no longer due: something else is done first.
    pub fn drop_commands(&mut self) {
        self.commands.clear();
    }

    /// The stops that were due are passed.
    pub(super) fn pass(&mut self) {
        self.commands.clear();
        self.due.clear();
        self.logged.clear();
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
    pub(super) fn look(&mut self, machine: &Machine, seen: &TurnSeen) {
        for stop in self.list.iter_mut().filter(|b| b.enabled) {
            if let Some((pid, status)) = stop.happened(machine, seen) {
                let due = stop.hit(machine, pid, status);
                self.logged.take(stop, machine, pid, due, &mut self.due);
            }
        }
    }

    /// A task is in front of an instruction: which breakpoints are due there.
    pub(super) fn arrive(&mut self, machine: &Machine, pid: Pid) {
        let Some(task) = machine.task(pid) else { return };
        let pc = task.context.pc;
        for stop in self.list.iter_mut().filter(|b| b.enabled && b.pc_for(task) == Some(pc)) {
            let status = Status::Breakpoint { number: stop.number, pid, pc };
            let due = stop.hit(machine, pid, status);
            self.logged.take(stop, machine, pid, due, &mut self.due);
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

    /// The same stops as they are where nothing has run: none has been hit.
    #[must_use]
    pub fn counting_afresh(&self) -> Stops {
        let mut stops =
            Stops { list: self.list.clone(), made: self.made, version: self.version + 1, ..Stops::default() };
        for stop in &mut stops.list {
            stop.hits = 0;
            stop.elsewhere.clear();
            stop.condition_error = None;
        }
        stops
    }

    /// The number of turns for which the clock alone changes nothing that a stop is on.
    pub(super) fn steady_turns(&self, machine: &Machine) -> u64 {
        let steady = |stop: &Stop| match &stop.on {
            On::Change(expr, _) if stop.enabled => {
                let scope = Scope { machine, pid: stop.pid, symbol: &|_, _| None };
                expr.needs(&scope).each.then(|| expr.steady_turns(&scope).unwrap_or(0))
            }
            _ => None,
        };
        self.list.iter().filter_map(steady).min().unwrap_or(u64::MAX)
    }

    /// Marks the enabled breakpoints in the code of each task.
    pub(super) fn mark(&self, machine: &Machine, marks: &mut Marks) {
        for task in machine.tasks() {
            let enabled = self.list.iter().filter(|b| b.enabled);
            let addresses: Vec<u32> = enabled.filter_map(|b| b.pc_for(task)).collect();
            if !addresses.is_empty() {
                marks.set(task, addresses);
            }
        }
    }
}
