//! A machine on which steps of chosen tasks are taken and taken back.
//!
//! A *step* of a task is one operation that others can notice (a load or store of shared memory, a
//! service call, a fault) and all that the task does after it by itself, up to the next such operation.
//! Orders in which tasks are switched in between need no trying: no task could tell.

mod alike;
mod boxes;
mod hashed;
mod noticed;
mod quick;
mod shadow;
mod whole;

use super::footprint::Footprint;
use super::schedule::Schedule;
use crate::executive::reversible::{Own, Side};
use crate::executive::task::RunState;
use crate::executive::{Machine, MachineState, Outcome, Pid};
pub(super) use alike::Alike;
use boxes::BoxHashes;
use serde::{Deserialize, Serialize};
use shadow::Shadow;

/// What a search assumes of its programs and expressions. It begins with the least; a step that breaks an
/// assumption makes the search begin again with that rule set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Each instruction is a step of its own, and no two commute: a task reads or writes another's registers
    /// or stack, a property does, or a wait has a time limit.
    pub total: bool,
    /// States with different numbers of retired instructions are different: a task asks for its number.
    pub counted: bool,
    /// The end of a task is visible to others: another task uses its own mailboxes.
    pub ends: bool,
    /// Numbers of mailboxes are part of the state: a task asks for them.
    pub numbered: bool,
    /// States with different clocks or counters are different: an expression reads them, or taps are limited
    /// by time.
    pub clocked: bool,
    /// Tasks that are alike are distinguished: one calls a service that others notice, or a property looks at a task.
    #[serde(default)]
    pub named: bool,
    /// Keep the hash of the state.
    #[serde(skip)]
    pub hashed: bool,
    /// Take tasks that are alike for one another, as long as the other rules allow it.
    #[serde(skip)]
    pub alike: bool,
    /// Shared memory that a property looks at: first address, and first after it.
    pub watched: Vec<(u32, u32)>,
}

impl Rules {
    /// The names of the rules that are set.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let Rules { total, counted, ends, numbered, clocked, named, hashed: _, alike: _, watched: _ } = self;
        let names = [
            (total, "total"),
            (counted, "counted"),
            (ends, "ends"),
            (numbered, "numbered"),
            (clocked, "clocked"),
            (named, "named"),
        ];
        names.into_iter().filter(|(set, _)| **set).map(|(_, name)| name).collect()
    }

    /// The tasks that may be taken for one another in a machine.
    pub(super) fn alike(&self, machine: &Machine) -> Option<Alike> {
        let apart = self.named || self.total || self.counted || self.ends || self.clocked;
        if self.alike && !apart { Alike::of(machine) } else { None }
    }
}

/// An assumption that a step has broken: the search begins again with the rule of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssumptionBroken {
    /// A task reads or writes another's registers or stack, or waits with a time limit.
    Total,
    /// A task asks how many instructions it has retired.
    Counted,
    /// A task uses another's own mailboxes.
    Ends,
    /// A task asks for the number of a mailbox.
    Numbered,
    /// A task that is like another does what tells them apart.
    Named,
}

/// What a step was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// What it touched.
    pub foot: Footprint,
    /// Turns it took.
    pub turns: u64,
    /// Tasks it has woken, by bit.
    pub woke: u32,
    /// It ended in a fault or a BRK, at this pc.
    pub ended: Option<(Outcome, u32)>,
    /// It may have changed what a property looks at.
    pub watched: bool,
}

/// A word that a step has changed.
#[derive(Debug, Clone, Copy)]
struct Stored {
    address: u16,
    side: Side,
    before: u32,
}

/// The way back over a step.
#[derive(Debug)]
enum StepBack {
    /// Over instructions that only retired.
    Quick,
    /// The same, and a last return.
    Returned,
    /// Over a turn of the executive: all but the words of shared memory it wrote.
    Whole(Box<MachineState>),
}

/// A step and what was before it.
#[derive(Debug)]
struct Done {
    index: usize,
    turns: u64,
    ram: u128,
    rest: u128,
    /// Of the task's own memory.
    local: u128,
    ready: u32,
    own: Own,
    stored: usize,
    way: StepBack,
}

/// A machine on which steps are taken and taken back.
#[derive(Debug)]
pub struct World {
    machine: Machine,
    rules: Rules,
    done: Vec<Done>,
    stored: Vec<Stored>,
    /// Hash of memory; only differences count.
    ram: u128,
    /// Hashes of what of it is each task's own, by index; empty if no tasks are alike.
    locals: Vec<u128>,
    alike: Option<Alike>,
    boxes: BoxHashes,
    /// Hash of all but memory and contexts.
    rest: u128,
    /// The tasks that can take a step, by bit.
    ready: u32,
    /// The tasks whose return no other task can notice, by bit, if that is known.
    quiet: Option<u32>,
    /// How many of what was done came before the first step.
    lead: usize,
    /// Turns done when it began.
    from: u64,
    shadow: Shadow,
    /// Bytes of a state of the machine, about, and of all that are kept.
    state_bytes: usize,
    kept: usize,
}

/// Bytes of a state of the machine for each task, about, beside its bank.
const TASK_BYTES: usize = 1024;

impl World {
    /// One that starts from a machine, whose trace is not kept.
    #[must_use]
    pub fn new(machine: &Machine, rules: Rules) -> World {
        let mut machine = machine.clone();
        machine.forget_trace();
        if machine.has_deadlines() && ready(&machine) == 0 {
            machine.skip_idle();
        }
        let mut boxes = BoxHashes::default();
        let rest = if rules.hashed { hashed::rest(&machine, &rules, &mut boxes) } else { 0 };
        let (from, ready) = (machine.turns(), ready(&machine));
        let (done, stored) = (Vec::new(), Vec::new());
        let state_bytes = machine.tasks().iter().map(|t| TASK_BYTES + t.bank.len()).sum();
        let shadow = Shadow::of(&machine);
        let alike = rules.alike(&machine);
        let locals = vec![0; if alike.is_some() { machine.tasks().len() } else { 0 }];
        World {
            machine,
            shadow,
            state_bytes,
            kept: 0,
            rules,
            done,
            stored,
            ram: 0,
            locals,
            alike,
            boxes,
            rest,
            ready,
            quiet: None,
            lead: 0,
            from,
        }
    }

    /// The machine as it is now.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Steps taken and not taken back.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.done.len()
    }

    /// Bytes of the way back, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.done.len() * size_of::<Done>() + self.stored.len() * size_of::<Stored>() + self.kept
    }

    /// Turns taken and not taken back.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.machine.turns() - self.from
    }

    /// The schedule of the steps taken. What a task did by itself at the start is done together with its first
    /// step; no task can notice.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        let (mut schedule, owed) = self.schedule_of_steps();
        owed.into_iter().for_each(|(pid, turns)| schedule.push(pid, turns));
        schedule
    }

    /// The same without what tasks did by themselves that have taken no step yet, and that.
    pub(super) fn schedule_of_steps(&self) -> (Schedule, Vec<(Pid, u64)>) {
        let pid = |d: &Done| self.machine.tasks()[d.index].pid;
        let (lead, steps) = self.done.split_at(self.lead);
        let mut owed: Vec<(Pid, u64)> = lead.iter().map(|d| (pid(d), d.turns)).collect();
        let mut schedule = Schedule::default();
        for step in steps {
            let first = owed.iter_mut().find(|(p, _)| *p == pid(step));
            let before = first.map_or(0, |(_, turns)| std::mem::take(turns));
            schedule.push(pid(step), before + step.turns);
        }
        (schedule, owed)
    }

    /// The tasks that can take a step, by bit.
    #[inline]
    #[must_use]
    pub fn ready(&self) -> u32 {
        self.ready
    }

    /// Brings each task in front of its first operation that others can notice.
    ///
    /// # Errors
    /// The rules do not hold for the machine as it is.
    pub fn lead(&mut self) -> Result<(), AssumptionBroken> {
        self.owns_registers()?;
        for index in 0..self.machine.tasks().len() {
            if !self.rules.total && self.ready >> index & 1 != 0 {
                self.begin(index);
                let turns = self.alone(index)?;
                self.settle(index, turns);
            }
        }
        self.lead = self.done.len();
        Ok(())
    }

    /// Makes sure that no task can touch another's registers by its own, if that is assumed.
    pub(super) fn owns_registers(&self) -> Result<(), AssumptionBroken> {
        let assumed = !self.rules.total;
        if assumed && self.machine.moved_windows() { Err(AssumptionBroken::Total) } else { Ok(()) }
    }

    /// Takes a step of a task that is ready.
    ///
    /// # Errors
    /// The rules do not hold for it; the world is of no use any more.
    pub fn step(&mut self, index: usize) -> Result<Moved, AssumptionBroken> {
        self.begin(index);
        match self.quick(index)? {
            Some(moved) => Ok(moved),
            None => self.whole(index),
        }
    }

    /// Takes a further step of the task that took the last one, and takes both back together. `None` if it is a
    /// step that cannot be taken so; then nothing has changed.
    ///
    /// # Errors
    /// As for a step.
    pub fn go_on(&mut self, index: usize) -> Result<Option<Moved>, AssumptionBroken> {
        match self.done.last() {
            Some(Done { index: last, way: StepBack::Quick, .. }) if *last == index => self.quick(index),
            _ => Ok(None),
        }
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        let Some(Done { index, turns, ram, rest, local, ready, own, stored, way }) = self.done.pop() else { return };
        (self.ram, self.rest, self.ready) = (ram, rest, ready);
        self.locals.get_mut(index).into_iter().for_each(|of| *of = local);
        if let StepBack::Returned = way {
            self.machine.take_return_back(index);
        }
        while self.stored.len() > stored
            && let Some(s) = self.stored.pop()
        {
            self.machine.set_whole_word(index, s.side, s.address, s.before);
            if s.side == Side::Shared {
                self.shadow.changes(s.address);
            }
        }
        if let StepBack::Whole(state) = way {
            self.machine.put_state(*state);
            self.kept -= self.state_bytes;
            self.quiet = None;
            return;
        }
        self.machine.take_back(index, &own, turns);
    }

    fn begin(&mut self, index: usize) {
        let (own, stored) = (self.machine.own_state(index), self.stored.len());
        let (ram, rest, ready) = (self.ram, self.rest, self.ready);
        let local = self.locals.get(index).copied().unwrap_or(0);
        self.done.push(Done { index, turns: 0, ram, rest, local, ready, own, stored, way: StepBack::Quick });
    }

    /// The turns are known that were done of the step that was begun.
    fn settle(&mut self, index: usize, turns: u64) {
        self.machine.count(index, turns);
        if let Some(done) = self.done.last_mut() {
            done.turns += turns;
        }
    }
}

/// The tasks that can run, by bit.
fn ready(machine: &Machine) -> u32 {
    let tasks = machine.tasks().iter().enumerate();
    tasks.filter(|(_, t)| t.state == RunState::Ready).fold(0, |bits, (i, _)| bits | 1 << i)
}
