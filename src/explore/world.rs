//! A machine on which steps of chosen tasks are taken and taken back.
//!
//! A *step* of a task is one operation that others can notice (a load or store of shared memory, a
//! service call, a fault) and all that the task does after it by itself, up to the next such operation.
//! Orders in which tasks are switched in between need no trying: nobody could tell.

mod hashed;
mod noticed;

use super::foot::Foot;
use super::schedule::Schedule;
use crate::executive::task::State;
use crate::executive::trial::{Own, Side};
use crate::executive::{Machine, Outcome, Pid};
use crate::vm::Reach;

/// Instructions that a task does by itself in one step, at most: it may never come to an end with them.
const ALONE: u64 = 4096;

/// What holds for a search as a whole. It begins with the defaults; what it meets on its way can make
/// it begin again with less.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Each instruction is a step of its own, and none commute: somebody looks into another's registers
    /// or stack, or the clock matters.
    pub total: bool,
    /// States with different numbers of instructions done are different: somebody counts them.
    pub counted: bool,
    /// A task's end is noticed by others: somebody uses its own mailboxes.
    pub ends: bool,
    /// Keep the hash of the state.
    pub hashed: bool,
    /// Shared memory that a property looks at: first address, and first after it.
    pub watched: Vec<(u32, u32)>,
}

/// What the rules did not reckon with: the search begins again with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surprise {
    /// Somebody looks into another's registers or stack, or waits with a time limit.
    Total,
    /// Somebody counts instructions.
    Counted,
    /// Somebody uses another's own mailboxes.
    Ends,
}

/// What a step was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// What it touched.
    pub foot: Foot,
    /// Turns it took.
    pub turns: u64,
    /// Tasks it has woken, by bit.
    pub woke: u32,
    /// It ended in a fault or a BRK.
    pub ended: Option<Outcome>,
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
enum Way {
    Quick { own: Own, stored: usize, returned: bool },
    Whole(Box<Machine>),
}

#[derive(Debug)]
struct Done {
    index: usize,
    turns: u64,
    ram: u128,
    rest: u128,
    way: Way,
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
    /// Hash of all but memory and contexts.
    rest: u128,
    /// How many of what was done came before the first step.
    lead: usize,
    /// Turns done when it began.
    from: u64,
}

impl World {
    /// One that starts from a machine, whose trace is not kept.
    #[must_use]
    pub fn new(machine: &Machine, rules: Rules) -> World {
        let mut machine = machine.clone();
        machine.forget_trace();
        machine.note_touches(true);
        let rest = if rules.hashed { hashed::rest(&machine, &rules) } else { 0 };
        let from = machine.turns();
        World { machine, rules, done: Vec::new(), stored: Vec::new(), ram: 0, rest, lead: 0, from }
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

    /// Turns taken and not taken back.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.machine.turns() - self.from
    }

    /// The schedule of the steps taken. What a task did by itself at the start is done where its first
    /// step is: nobody can tell.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        let pid = |d: &Done| self.machine.tasks()[d.index].pid;
        let (lead, steps) = self.done.split_at(self.lead);
        let mut owed: Vec<(Pid, u64)> = lead.iter().map(|d| (pid(d), d.turns)).collect();
        let mut schedule = Schedule::default();
        for step in steps {
            let first = owed.iter_mut().find(|(p, _)| *p == pid(step));
            let before = first.map_or(0, |(_, turns)| std::mem::take(turns));
            schedule.push(pid(step), before + step.turns);
        }
        owed.into_iter().for_each(|(pid, turns)| schedule.push(pid, turns));
        schedule
    }

    /// The tasks that can take a step, by bit.
    #[must_use]
    pub fn ready(&self) -> u32 {
        let tasks = self.machine.tasks().iter().enumerate();
        tasks.filter(|(_, t)| t.state == State::Ready).fold(0, |bits, (i, _)| bits | 1 << i)
    }

    /// Brings each task in front of its first operation that others can notice.
    pub fn lead(&mut self) -> Result<(), Surprise> {
        for index in 0..self.machine.tasks().len() {
            if !self.rules.total && self.machine.is_ready(index) {
                self.begin(index);
                let turns = self.alone(index, ALONE)?;
                self.settle(turns);
            }
        }
        self.lead = self.done.len();
        Ok(())
    }

    /// Takes a step of a task that is ready.
    ///
    /// # Errors
    /// The rules do not hold for it; the world is of no use any more.
    pub fn step(&mut self, index: usize) -> Result<Moved, Surprise> {
        let clock = self.rules.total && self.machine.has_deadlines();
        let mut foot = Foot::default();
        let reach = self.machine.reach(index);
        if let (Reach::Memory { address, len, write }, false) = (reach, clock) {
            self.memory(index, &mut foot, address, len, write)?;
        }
        self.begin(index);
        let quick = match reach {
            _ if clock => false,
            Reach::Beyond => false,
            Reach::End => self.returns(index),
            _ => self.retire(index, reach),
        };
        if quick {
            let turns = 1 + self.after(index)?;
            self.settle(turns);
            let watched = self.watches(&foot);
            let foot = if self.rules.total { Foot::ALL } else { foot };
            return Ok(Moved { foot, turns, woke: 0, ended: None, watched });
        }
        self.whole(index)
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        let Some(Done { index, turns, ram, rest, way }) = self.done.pop() else { return };
        (self.ram, self.rest) = (ram, rest);
        match way {
            Way::Whole(machine) => self.machine = *machine,
            Way::Quick { own, stored, returned } => {
                if returned {
                    self.machine.take_return_back(index);
                }
                while self.stored.len() > stored
                    && let Some(s) = self.stored.pop()
                {
                    self.machine.set_whole_word(index, s.side, s.address, s.before);
                }
                self.machine.take_back(index, &own, turns - u64::from(returned));
            }
        }
    }

    fn begin(&mut self, index: usize) {
        let way = Way::Quick { own: self.machine.own_state(index), stored: self.stored.len(), returned: false };
        self.done.push(Done { index, turns: 0, ram: self.ram, rest: self.rest, way });
    }

    /// The turns of the step that was begun are known, and what it did to its registers.
    fn settle(&mut self, turns: u64) {
        let Some(Done { index, way: Way::Quick { own, .. }, turns: all, .. }) = self.done.last_mut() else { return };
        *all = turns;
        if self.rules.hashed {
            let (index, own) = (*index, *own);
            self.registers(index, &own);
        }
    }

    /// Does an instruction that only retires, and keeps what it stores.
    fn retire(&mut self, index: usize, reach: Reach) -> bool {
        let (address, len) = match reach {
            Reach::Memory { address, len, write: true } => (address, u32::from(len)),
            Reach::Push => {
                let at = self.machine.tasks()[index].context.sp.wrapping_sub(4);
                match u16::try_from(at) {
                    Ok(at) => return self.store(index, &[(at, Side::Shared)]),
                    Err(_) => return false,
                }
            }
            _ => return self.machine.retire(index),
        };
        let last = address.saturating_add(len as u16 - 1);
        let at = |address| (address, self.machine.side(index, address).0);
        match (at(address), at(last)) {
            (first, second) if first.0 & !3 == second.0 & !3 && first.1 == second.1 => self.store(index, &[first]),
            (first, second) => self.store(index, &[first, second]),
        }
    }

    fn store(&mut self, index: usize, places: &[(u16, Side)]) -> bool {
        let from = self.stored.len();
        for &(address, side) in places {
            let before = self.machine.whole_word(index, side, address);
            self.stored.push(Stored { address, side, before });
        }
        if !self.machine.retire(index) {
            self.stored.truncate(from);
            return false;
        }
        if self.rules.hashed {
            self.words(index, from);
        }
        true
    }

    /// A last return that nobody else can notice.
    fn returns(&mut self, index: usize) -> bool {
        let quiet = !self.rules.total && !self.rules.ends && self.machine.return_quietly(index);
        if quiet && let Some(Done { way: Way::Quick { returned, .. }, .. }) = self.done.last_mut() {
            *returned = true;
        }
        quiet
    }

    fn after(&mut self, index: usize) -> Result<u64, Surprise> {
        match self.rules.total || !self.machine.is_ready(index) {
            true => Ok(0),
            false => self.alone(index, ALONE),
        }
    }

    /// Does what a task does by itself: the number of its turns.
    fn alone(&mut self, index: usize, most: u64) -> Result<u64, Surprise> {
        let mut turns = 0;
        while turns < most {
            let reach = self.machine.reach(index);
            let own = match reach {
                Reach::Own | Reach::Push => true,
                Reach::Memory { address, len, write } => {
                    let mut foot = Foot::default();
                    self.memory(index, &mut foot, address, len, write)?;
                    foot == Foot::default()
                }
                Reach::End => return Ok(turns + u64::from(self.returns(index))),
                Reach::Beyond => false,
            };
            if !own || !self.retire(index, reach) {
                break;
            }
            turns += 1;
        }
        Ok(turns)
    }

    /// Takes a turn as the executive does: services, ends, faults.
    fn whole(&mut self, index: usize) -> Result<Moved, Surprise> {
        self.done.pop();
        let mut foot = if self.rules.total { Foot::ALL } else { self.service(index)? };
        let before = Box::new(self.machine.clone());
        let (ram, rest_before) = (self.ram, self.rest);
        let pid = self.machine.tasks()[index].pid;
        let ready = self.ready();
        // It is ready, so it has its turn.
        let Ok(turn) = self.machine.turn_of(pid) else { return Err(Surprise::Total) };
        if self.rules.total && self.ready() == 0 {
            self.machine.skip_idle();
        }
        let woke = self.ready() & !ready;
        if !self.rules.total {
            if self.machine.has_deadlines() {
                return Err(Surprise::Total);
            }
            if !self.rules.ends && self.machine.shares_own_mailboxes() {
                return Err(Surprise::Ends);
            }
            self.touches(index, woke, &mut foot)?;
        }
        if self.rules.hashed {
            self.difference(&before);
            self.rest = hashed::rest(&self.machine, &self.rules);
        }
        self.done.push(Done { index, turns: 1, ram, rest: rest_before, way: Way::Whole(before) });
        let ended = matches!(turn.outcome, Outcome::Faulted(_) | Outcome::Break(_)).then_some(turn.outcome);
        let mut turns = 1;
        if !self.rules.total {
            // The way back leads over all of it.
            let stored = self.stored.len();
            if self.machine.is_ready(index) {
                self.begin(index);
                let own = self.alone(index, ALONE)?;
                self.settle(own);
                self.done.pop();
                turns += own;
            }
            self.stored.truncate(stored);
        }
        if let Some(done) = self.done.last_mut() {
            done.turns = turns;
        }
        Ok(Moved { foot, turns, woke, ended, watched: true })
    }
}
