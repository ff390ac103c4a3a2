//! A machine on which steps of chosen tasks are taken and taken back.
//!
//! A *step* of a task is one operation that others can notice (a load or store of shared memory, a
//! service call, a fault) and all that the task does after it by itself, up to the next such operation.
//! Orders in which tasks are switched in between need no trying: nobody could tell.

use super::foot::{ALL_BOXES, FILES, Foot};
use super::hash::{Wide, mix};
use super::schedule::Schedule;
use crate::executive::mailbox::Mailbox;
use crate::executive::task::{State, Task};
use crate::executive::trial::{Own, Side};
use crate::executive::{Machine, Outcome, Pid};
use crate::isa::Op;
use crate::vm::{BANK_BASE, Reach};
use std::hash::{Hash, Hasher};

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
        let rest = if rules.hashed { rest(&machine, &rules) } else { 0 };
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

    /// A number for the state: two states with the same one are the same to all programs.
    #[must_use]
    pub fn key(&self) -> u128 {
        let contexts = self.machine.tasks().iter().zip(0u64..).map(|(t, i)| {
            let cx = &t.context;
            let place = u64::from(cx.pc) << 32 | u64::from(cx.sp);
            let more = u64::from(cx.depth) << 16 | u64::from(cx.flags.psw()) << 8 | t.state as u64;
            mix(CONTEXT << 32 | i, place, more)
                ^ if self.rules.counted { mix(STEPS << 32 | i, t.steps(), 0) } else { 0 }
        });
        contexts.fold(self.ram ^ self.rest, |sum, hash| sum ^ hash)
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
            let now = self.machine.own_state(*index);
            let base = usize::from(own.context.reg_base);
            let words = own.window.chunks_exact(4).zip(now.window.chunks_exact(4)).enumerate();
            for (i, (before, after)) in words.filter(|(_, (before, after))| before != after) {
                self.ram ^= word_change(SHARED, base + 4 * i, before, after);
            }
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
            let base = self.machine.tasks()[index].context.reg_base;
            for Stored { address, side, before } in &self.stored[from..] {
                // Registers are compared when the step is over.
                if *side == Side::Shared && address.wrapping_sub(base) < 64 {
                    continue;
                }
                let space = if *side == Side::Bank { BANKS + index as u64 } else { SHARED };
                let at = u64::from(address & !3) - if *side == Side::Bank { u64::from(BANK_BASE) } else { 0 };
                let after = self.machine.whole_word(index, *side, *address);
                self.ram ^= mix(space, at, (*before).into()) ^ mix(space, at, after.into());
            }
        }
        true
    }

    fn watches(&self, foot: &Foot) -> bool {
        self.rules.total || self.rules.watched.iter().any(|(start, end)| foot.writes(*start, *end))
    }

    /// What a load or store is to others.
    fn memory(&self, index: usize, foot: &mut Foot, address: u16, len: u8, write: bool) -> Result<(), Surprise> {
        let pid = self.machine.tasks()[index].pid;
        let last = address.saturating_add(u16::from(len) - 1);
        for (side, owner) in [self.machine.side(index, address), self.machine.side(index, last)] {
            match (side, owner) {
                (Side::Bank, _) => {}
                (Side::Shared, 0) => {
                    foot.memory(address.into(), len.into(), write);
                }
                (Side::Shared, owner) if owner == pid || self.rules.total => {}
                // A store will be refused, which nobody else can notice.
                (Side::Shared, _) if write && self.machine.config().protect => {}
                (Side::Shared, _) => return Err(Surprise::Total),
            }
        }
        Ok(())
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
            self.rest = rest(&self.machine, &self.rules);
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

    /// What a service call is to others, before it is done.
    fn service(&self, index: usize) -> Result<Foot, Surprise> {
        let task = &self.machine.tasks()[index];
        let boxes = self.machine.mailboxes();
        let ends = boxes.handles(task.pid).fold(0, |bits, (_, at)| bits | Foot::mailbox(at));
        let mut foot = Foot::default();
        let insn = task.code.insn_at(task.context.pc).filter(|insn| insn.op == Op::Svc);
        let Some((module, function)) = insn.map(|insn| insn.service()) else {
            // BRK, a fault, the last return.
            foot.thing(ends);
            return Ok(foot);
        };
        match (module, function) {
            (0, 0) if !self.rules.counted => return Err(Surprise::Counted),
            (1, 0) => foot.thing(ends),
            (4, _) => foot.thing(FILES),
            (5, 2..=4) => {
                let handle = self.machine.reg(task, 1) as u16;
                foot.thing(boxes.resolve(task.pid, handle).map_or(0, Foot::mailbox));
            }
            (5, 5) | (6..=8, _) => return Err(Surprise::Total),
            (5, _) => foot.thing(ALL_BOXES),
            _ => {}
        }
        Ok(foot)
    }

    /// What a service has touched in memory.
    fn touches(&self, index: usize, woke: u32, foot: &mut Foot) -> Result<(), Surprise> {
        let mut foreign = false;
        let tasks = self.machine.tasks();
        self.machine.touched(|touch| {
            let owner = self.machine.ram().owner(touch.address as u16);
            match (touch.bank, owner) {
                (Some(_), _) => {}
                (None, 0) => foot.memory(touch.address, touch.len, touch.write),
                (None, owner) => {
                    let mine = |i: usize, t: &Task| t.pid == owner && (i == index || woke & 1 << i != 0);
                    foreign |= !tasks.iter().enumerate().any(|(i, t)| mine(i, t));
                }
            }
        });
        if foreign { Err(Surprise::Total) } else { Ok(()) }
    }

    /// Brings the hash of memory up to date after a turn of the executive.
    fn difference(&mut self, before: &Machine) {
        let mut sum = self.ram;
        let pages = before.ram().bytes().chunks_exact(512).zip(self.machine.ram().bytes().chunks_exact(512));
        for (page, (old, new)) in pages.enumerate().filter(|(_, (old, new))| old != new) {
            for (i, (old, new)) in old.chunks_exact(4).zip(new.chunks_exact(4)).enumerate() {
                if old != new {
                    sum ^= word_change(SHARED, 512 * page + 4 * i, old, new);
                }
            }
        }
        for (index, (old, new)) in before.tasks().iter().zip(self.machine.tasks()).enumerate() {
            for (i, (old, new)) in old.bank.chunks(4).zip(new.bank.chunks(4)).enumerate() {
                if old != new {
                    sum ^= word_change(BANKS + index as u64, 4 * i, old, new);
                }
            }
        }
        self.ram = sum;
    }
}

/// Kinds of what is hashed: the shared RAM, the contexts, and a bank for each task.
const SHARED: u64 = 1;
const CONTEXT: u64 = 2;
const STEPS: u64 = 3;
const BANKS: u64 = 16;

/// What a change of the bytes of a word does to the hash of memory.
fn word_change(space: u64, at: usize, old: &[u8], new: &[u8]) -> u128 {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, b| word << 8 | u64::from(*b));
    mix(space, at as u64, word(old)) ^ mix(space, at as u64, word(new))
}

/// Hash of what is neither memory nor context.
fn rest(machine: &Machine, rules: &Rules) -> u128 {
    let mut wide = Wide::default();
    for task in machine.tasks() {
        task.wait.is_some().hash(&mut wide);
        if rules.total {
            let left = task.wait.as_ref().and_then(|w| w.deadline()).map(|at| at.saturating_sub(machine.time_us()));
            left.hash(&mut wide);
        }
    }
    machine.mailboxes().iter().for_each(|m| mailbox(m, &mut wide));
    for task in machine.tasks() {
        machine.mailboxes().handles(task.pid).for_each(|h| h.hash(&mut wide));
    }
    (machine.files(), rules.total.then(|| machine.registry())).hash(&mut wide);
    wide.sum()
}

/// What of a mailbox programs can notice: not when its messages came.
fn mailbox(mailbox: &Mailbox, to: &mut impl Hasher) {
    (mailbox.descriptor(), mailbox.name(), mailbox.capacity(), mailbox.mode(), mailbox.waiters()).hash(to);
    let head = mailbox.head_seq();
    mailbox.positions().for_each(|(pid, at)| (pid, at.wrapping_sub(head)).hash(to));
    mailbox.taps().for_each(|tap| (tap.pid, tap.handle, tap.depth).hash(to));
    for message in mailbox.messages() {
        (&message.payload, message.flags, message.source, message.channel).hash(to);
    }
}
