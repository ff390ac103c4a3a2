//! Tasks that nothing can tell apart.
//!
//! Two tasks are *alike* if they run the same code on the same data, began with the same registers and stack, and meet
//! other tasks in shared memory alone. Let two of them change places in a state, with all that is their own: each step
//! that one of them could take the other can take now, and it does the same to what they share. So whatever follows
//! from one of the two states follows from the other with the tasks exchanged, and a search need enter only one.
//!
//! What is a task's own is hashed by its place in the window, the stack or the bank: not by where those are. R15 follows
//! SP, which is an address: it does not count, and a task whose program reads it is like no other.

use super::hashed::{own_change, stands_anywhere};
use crate::executive::arena::{Arena, Range};
use crate::executive::reversible::Side;
use crate::executive::task::Task;
use crate::executive::{Machine, Pid};
use crate::isa::Operand;
use crate::vm::{Code, Context};

/// Where R15, which follows SP, lies in the window.
const R15: u64 = 60;
/// Places in a stack are counted from its top, places in a bank by address.
const STACK: u64 = 1 << 16;
const BANK: u64 = 2 << 16;

/// Which tasks of a machine are alike, and where what is their own lies.
#[derive(Debug)]
pub(in crate::explore) struct Alike {
    /// The first task that each is like, by index.
    first: Vec<usize>,
    arenas: Vec<Arena>,
}

impl Alike {
    /// The tasks of a machine, if some of them are alike.
    pub fn of(machine: &Machine) -> Option<Alike> {
        let tasks = machine.tasks();
        let like = |at: usize| (0..at).find(|before| is_like(machine, &tasks[*before], &tasks[at])).unwrap_or(at);
        let first: Vec<usize> = (0..tasks.len()).map(like).collect();
        let some = first.iter().enumerate().any(|(at, first)| at != *first);
        some.then(|| Alike { first, arenas: tasks.iter().map(|task| task.arena).collect() })
    }

    /// The pairs of tasks that are alike and next to each other among those that are: exchanging such pairs leads to every
    /// order of them.
    pub fn pairs(&self, machine: &Machine) -> Vec<(Pid, Pid)> {
        let pid = |at: usize| machine.tasks()[at].pid;
        let before = |at: usize| (0..at).rev().find(|before| self.first[*before] == self.first[at]);
        (0..self.first.len()).filter_map(|at| Some((pid(before(at)?), pid(at)))).collect()
    }

    /// The first task that a task is like, by index: the same for all that are alike.
    pub fn class(&self, index: usize) -> usize {
        self.first[index]
    }

    /// What a change of a word does to the hash of the task that owns the word; `None` if tasks share it.
    pub fn change(
        &self,
        index: usize,
        (side, address): (Side, u16),
        (before, after): (u32, u32),
    ) -> Option<(usize, u128)> {
        let address = u32::from(address & !3);
        if side == Side::Bank {
            return Some((index, own_change(BANK | u64::from(address), before, after)));
        }
        let own = |of: usize| Some((of, place(&self.arenas[of], address)?));
        let (of, place) = own(index).or_else(|| (0..self.arenas.len()).find_map(own))?;
        Some((of, if place == R15 { 0 } else { own_change(place, before, after) }))
    }
}

/// The place of an address in the window or the stack of a task.
fn place(arena: &Arena, address: u32) -> Option<u64> {
    let within = |range: &Range| range.start <= address && address < range.end;
    match () {
        () if within(&arena.bank) => Some(u64::from(address - arena.bank.start)),
        () if within(&arena.stack) => Some(STACK | u64::from(arena.stack.end - address)),
        () => None,
    }
}

/// Whether two tasks are alike in a machine as it is.
fn is_like(machine: &Machine, a: &Task, b: &Task) -> bool {
    let stack = |task: &Task| {
        let Context { stack_limit, stack_top, .. } = task.context;
        stack_top.wrapping_sub(stack_limit)
    };
    let waits = a.wait.is_some() || b.wait.is_some();
    !waits
        && stands_anywhere(a) == stands_anywhere(b)
        && stack(a) == stack(b)
        && a.bank == b.bank
        && a.code.words() == b.code.words()
        && !reads_stack_pointer(&a.code)
        && own_words(machine, a) == own_words(machine, b)
}

/// The words of a task's window and stack without R15.
fn own_words(machine: &Machine, task: &Task) -> Vec<u32> {
    let Arena { bank, stack } = task.arena;
    let words = |range: Range| (range.start..range.end).step_by(4).filter_map(|at| u16::try_from(at).ok());
    let counts = |at: &u16| u64::from(u32::from(*at) - bank.start) != R15;
    words(bank).filter(counts).chain(words(stack)).map(|at| machine.ram().shared_word(at)).collect()
}

/// Whether some instruction of a program reads R15.
fn reads_stack_pointer(code: &Code) -> bool {
    (0..code.len()).step_by(4).filter_map(|pc| code.insn_at(pc)).any(|insn| {
        let access = &insn.op.row().access;
        let fields = [(Operand::A, insn.rs1), (Operand::B, insn.rs2), (Operand::D, insn.rd)];
        fields.iter().any(|(operand, register)| *register == 15 && access.is_read(*operand))
    })
}

/// A state as the table of states knows it: tasks that are alike stand in an order of their own.
#[derive(Debug, Clone, Copy)]
pub(in crate::explore) struct Entered {
    /// The number of the state, the same for all that differ in the places of tasks that are alike.
    pub key: u128,
    /// The index of the task at each place of that order.
    places: [u8; 32],
    /// How many places there are; 0 if no tasks are alike.
    used: usize,
}

impl Entered {
    /// A state in which every task is one of its own.
    pub fn plain(key: u128) -> Entered {
        Entered { key, places: [0; 32], used: 0 }
    }

    /// A state by the class and the hash of each task. Among equals, those that are asleep come last: which of them sleep
    /// makes no difference, only how many.
    pub fn sorted(key: u128, hashes: &[(usize, u128)], asleep: u32) -> Entered {
        let mut places = [0; 32];
        let used = hashes.len();
        (0..).zip(&mut places[..used]).for_each(|(index, place)| *place = index);
        places[..used].sort_unstable_by_key(|index| (hashes[usize::from(*index)], asleep >> index & 1));
        Entered { key, places, used }
    }

    /// A set of tasks, by bit, as one of places.
    pub fn to_places(self, tasks: u32) -> u32 {
        let places = self.places[..self.used].iter().zip(0..);
        match self.used {
            0 => tasks,
            _ => places.fold(0, |set, (index, place)| set | (tasks >> index & 1) << place),
        }
    }

    /// A set of places as one of tasks, by bit.
    pub fn to_tasks(self, set: u32) -> u32 {
        let places = self.places[..self.used].iter().zip(0..);
        match self.used {
            0 => set,
            _ => places.fold(0, |tasks, (index, place)| tasks | (set >> place & 1) << index),
        }
    }
}
