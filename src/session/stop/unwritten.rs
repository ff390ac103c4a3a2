//! Which bytes of RAM nothing has written yet, at any turn of a branch: for stops on reads of them.

use crate::executive::{Machine, Observer, Outcome, Pid, Turn};
use crate::vm::{Code, Context, RAM_BYTES, Touch, View, WINDOW_BYTES, touches};
use std::ops::Range;

const NEVER: u64 = u64::MAX;

/// When each byte of RAM was first written since the task it belongs to was loaded. What an image brings
/// with it in its bank counts as written.
#[derive(Debug, Clone)]
pub struct Unwritten {
    /// The branch it is true of.
    pub branch: u32,
    /// It is true up to this turn.
    pub upto: u64,
    /// Turn of the first write, by address.
    first: Vec<u64>,
    /// What was there when a task was loaded: the turn, where, and the turns until then.
    before: Vec<(u64, usize, Vec<u64>)>,
    /// The tasks that are known, each with its lives before.
    known: Vec<(Pid, u32)>,
    /// First written in the last turn.
    fresh: Vec<usize>,
}

impl Unwritten {
    /// Nothing is written at the start of a branch.
    pub fn new(branch: u32) -> Unwritten {
        let first = vec![NEVER; RAM_BYTES];
        Unwritten { branch, upto: 0, first, before: Vec::new(), known: Vec::new(), fresh: Vec::new() }
    }

    /// Whether a byte had been written before a turn began.
    pub fn written(&self, address: usize, turn: u64) -> bool {
        let holds =
            |(at, start, was): &&(u64, usize, Vec<u64>)| *at >= turn && (*start..*start + was.len()).contains(&address);
        let first =
            self.before.iter().find(holds).map_or(self.first.get(address), |(_, start, was)| was.get(address - start));
        first.is_none_or(|first| *first < turn)
    }

    /// The first byte of a read that nothing had written.
    pub fn unwritten(&self, touch: &Touch, turn: u64) -> Option<u32> {
        let stretch = touch.address..touch.address + touch.len;
        let read = !touch.write && touch.bank.is_none();
        read.then(|| stretch.into_iter().find(|at| !self.written(*at as usize, turn))).flatten()
    }

    /// A turn begins.
    pub fn forget_fresh(&mut self) {
        self.fresh.clear();
    }

    /// Takes a turn's writes in.
    pub fn write(&mut self, touch: &Touch, turn: u64) {
        if !touch.write || touch.bank.is_some() {
            return;
        }
        let start = touch.address as usize;
        for at in start..(start + touch.len as usize).min(RAM_BYTES) {
            if self.first[at] > turn {
                self.first[at] = turn;
                self.fresh.push(at);
            }
        }
    }

    /// The last turn was a fault: what it was about to write is not written.
    pub fn refused(&mut self) {
        self.fresh.drain(..).for_each(|at| self.first[at] = NEVER);
    }

    /// Takes in which tasks there are: the arena of a new one is unwritten.
    pub fn tasks(&mut self, machine: &Machine) {
        for task in machine.tasks() {
            let life = (task.pid, task.former.count);
            if self.known.contains(&life) {
                continue;
            }
            self.known.push(life);
            let base = usize::from(task.context.reg_base);
            self.clear(machine.turns(), base..base + WINDOW_BYTES as usize);
            self.clear(machine.turns(), task.context.stack_limit as usize..task.context.stack_top as usize);
        }
    }

    fn clear(&mut self, turn: u64, range: Range<usize>) {
        let range = range.start.min(RAM_BYTES)..range.end.min(RAM_BYTES);
        if self.first[range.clone()].iter().any(|first| *first != NEVER) {
            self.before.push((turn, range.start, self.first[range.clone()].to_vec()));
            self.first[range].fill(NEVER);
        }
    }
}

/// Takes everything in while the past is run again.
pub struct Survey<'u>(pub &'u mut Unwritten);

impl Observer for Survey<'_> {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.0.forget_fresh();
        touches(cx, ram, code, |t| self.0.write(&t, turn));
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        if last.is_some_and(|t| matches!(t.outcome, Outcome::Faulted(_)) && t.n == machine.turns()) {
            self.0.refused();
        }
        touched.iter().for_each(|t| self.0.write(t, machine.turns()));
        false
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        self.0.tasks(machine);
        // Before the next turn: it is written in that one.
        touched.iter().for_each(|t| self.0.write(t, machine.turns()));
    }
}
