//! The hash of a world's state, kept up to date by what each step changes.

use super::alike::Entered;
use super::boxes::BoxHashes;
use super::{Rules, Stored, World};
use crate::executive::reversible::Side;
use crate::executive::task::{Task, Wait};
use crate::executive::{Machine, MachineState};
use crate::explore::hash::{Wide, mix};
use crate::vm::{BANK_BASE, Context};
use std::hash::{Hash, Hasher};

/// Kinds of what is hashed: the shared RAM, the contexts, what is a task's own, tasks by class, and a bank for each task.
const SHARED: u64 = 1;
const CONTEXT: u64 = 2;
const STEPS: u64 = 3;
const OWN: u64 = 4;
const CLASS: u64 = 5;
const BANKS: u64 = 16;

/// What a change of a word at a place of a task's own memory does to the hash of that task.
pub(super) fn own_change(place: u64, old: u32, new: u32) -> u128 {
    mix(OWN, place, old.into()) ^ mix(OWN, place, new.into())
}

/// What a change of a word of shared memory does to the hash of memory.
fn shared_change(address: u16, old: u32, new: u32) -> u128 {
    let at = u64::from(address & !3);
    mix(SHARED, at, old.into()) ^ mix(SHARED, at, new.into())
}

/// What a change of a word of a task's bank does to it.
fn bank_change(index: usize, address: u16, old: u32, new: u32) -> u128 {
    let (space, at) = (BANKS + index as u64, u64::from(address & !3) - u64::from(BANK_BASE));
    mix(space, at, old.into()) ^ mix(space, at, new.into())
}

/// The word of a bank that holds an address; its last one may be cut off.
pub(super) fn bank_word(bank: &[u8], address: u16) -> u32 {
    let bytes = bank.get(usize::from(address & !3) - BANK_BASE as usize..).unwrap_or(&[]);
    bytes.iter().take(4).rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// Where a task stands, as far as programs can notice, with its SP as it is to count. Where its registers and stack are,
/// and the lowest SP so far, make no difference to it.
fn stands(task: &Task, sp: u32) -> (u64, u64) {
    let Context { pc, sp: _, depth, flags, reg_base: _, pid: _, stack_limit: _, stack_top: _, lowest: _ } =
        task.context;
    let more = u64::from(depth) << 16 | u64::from(flags.psw()) << 8 | task.state as u64;
    (u64::from(pc) << 32 | u64::from(sp), more)
}

/// The same wherever its stack is.
pub(super) fn stands_anywhere(task: &Task) -> (u64, u64) {
    stands(task, task.context.stack_top.wrapping_sub(task.context.sp))
}

impl World {
    /// A number for the state: two states with the same one are the same to all programs.
    #[must_use]
    pub fn key(&self) -> u128 {
        let contexts = self.machine.tasks().iter().zip(0u64..).map(|(t, i)| {
            let (place, more) = stands(t, t.context.sp);
            mix(CONTEXT << 32 | i, place, more)
                ^ if self.rules.counted { mix(STEPS << 32 | i, t.steps(), 0) } else { 0 }
        });
        let locals = self.locals.iter().zip(0u64..).map(|(own, i)| mix(OWN << 32 | i, (own >> 64) as u64, *own as u64));
        let clocks = if self.rules.clocked { clocks(&self.machine) } else { 0 };
        contexts.chain(locals).fold(self.ram ^ self.rest ^ clocks, |sum, hash| sum ^ hash)
    }

    /// The state as the table of states is to know it, with the tasks that are asleep in it: one of those that differ
    /// only in the places of tasks that are alike stands for all of them.
    pub(in crate::explore) fn entered(&self, asleep: u32) -> Entered {
        let Some(alike) = &self.alike else { return Entered::plain(self.key()) };
        let mut hashes = [(0, 0); 32];
        let tasks = self.machine.tasks();
        let mut key = self.ram ^ self.rest;
        for (i, (task, own)) in tasks.iter().zip(&self.locals).enumerate() {
            let (place, more) = stands_anywhere(task);
            let (class, hash) = (alike.class(i), mix(CONTEXT << 32, place, more) ^ own);
            hashes[i] = (class, hash);
            // A sum: of two equal tasks nothing must cancel out.
            key = key.wrapping_add(mix(CLASS << 32 | class as u64, (hash >> 64) as u64, hash as u64));
        }
        Entered::sorted(key, &hashes[..tasks.len()], asleep)
    }

    /// Takes the change of a word into the hash.
    pub(super) fn changed(&mut self, index: usize, (side, address): (Side, u16), (before, after): (u32, u32)) {
        let own = self.alike.as_ref().and_then(|alike| alike.change(index, (side, address), (before, after)));
        match (own, side) {
            (Some((of, change)), _) => self.locals[of] ^= change,
            (None, Side::Bank) => self.ram ^= bank_change(index, address, before, after),
            (None, Side::Shared) => self.ram ^= shared_change(address, before, after),
        }
    }

    /// Takes in the words that an instruction has changed: the last ones of the list, from a place on.
    pub(super) fn words(&mut self, index: usize, from: usize) {
        for i in from..self.stored.len() {
            let Stored { address, side, before } = self.stored[i];
            let same = |other: &Stored| other.side == side && other.address & !3 == address & !3;
            let after = self.machine.whole_word(index, side, address);
            // A word may be kept twice: a register that is also where the instruction stores.
            if before != after && !self.stored[from..i].iter().any(same) {
                self.changed(index, (side, address), (before, after));
            }
        }
    }
}

/// Hash of what only expressions can read: clocks, counters, the task that runs next.
fn clocks(machine: &Machine) -> u128 {
    let mut wide = Wide::default();
    (machine.turns(), machine.time_us(), machine.next()).hash(&mut wide);
    for task in machine.tasks() {
        (task.counters(), task.context.lowest).hash(&mut wide);
    }
    machine.mailboxes().iter().for_each(|m| m.counters().hash(&mut wide));
    wide.sum()
}

/// Hash of what is neither memory nor context.
pub(super) fn rest(machine: &Machine, rules: &Rules, known: &mut BoxHashes) -> u128 {
    let MachineState {
        tasks,
        mailboxes,
        files,
        registry,
        // A search chooses whose turn it is, and how often each task has had one is counted by the key.
        rotation: _,
        turn: _,
        waits: _,
        ran: _,
        // Time is noticed by what is left of waits, and by expressions: those have a hash of their own.
        time_us,
        deadlines: _,
        // No task is loaded in a search, and none can read the console.
        next_pid: _,
        console: _,
    } = machine.state();
    let mut wide = Wide::default();
    tasks.iter().for_each(|t| task(t, *time_us, rules, &mut wide));
    // Numbers of mailboxes depend on the order of opening: names stand for them as long as no task asks.
    let in_any_order = mailboxes.shared().fold(0, |sum, mailbox| sum ^ known.of(mailbox, rules.numbered).content);
    in_any_order.hash(&mut wide);
    rules.numbered.then_some(mailboxes.last_descriptor()).hash(&mut wide);
    for task in tasks {
        for (handle, descriptor) in mailboxes.handles(task.pid) {
            (handle, known.name(descriptor)).hash(&mut wide);
        }
        mailboxes.last_handle(task.pid).hash(&mut wide);
    }
    (files, rules.total.then_some(registry)).hash(&mut wide);
    wide.sum()
}

/// What of a task others can notice, or its own later turns, beside memory and context.
fn task(task: &Task, now_us: u64, rules: &Rules, to: &mut impl Hasher) {
    let Task {
        wait,
        // The key's: its context and state, and its steps if some task counts them.
        context: _,
        state: _,
        counters: _,
        unretired: _,
        // In the hash of memory.
        bank: _,
        // They do not change in a search.
        code: _,
        quantum: _,
        pid: _,
        image: _,
        arena: _,
        name: _,
        // Statistics, and results that no task can read.
        last_turn: _,
        woken: _,
        wait_stats: _,
        exit_status: _,
        fault: _,
        state_time: _,
        former: _,
    } = task;
    wait.is_some().hash(to);
    if rules.total {
        wait.as_ref().and_then(Wait::deadline).map(|at| at.saturating_sub(now_us)).hash(to);
    }
}
