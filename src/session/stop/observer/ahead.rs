//! What may be done ahead of its place beside stops, and where each turn has to be looked at.

use super::StopObserver;
use crate::executive::task::Task;
use crate::executive::{Ahead, Machine};
use crate::vm::Registers;

/// Turns that are looked at where the clock is about to change something: to look costs less than to solve for each turn.
const NEAR: u64 = 16;

impl StopObserver {
    /// Whether what lets turns be taken ahead can be used here.
    pub fn takes_ahead(&self) -> bool {
        self.words.is_some() && !self.has_tables()
    }

    /// The registers of each task whose accesses are not to be done ahead of their place, of those that have some.
    pub fn registers<'m>(&self, machine: &'m Machine) -> impl Iterator<Item = (&'m Task, Registers)> {
        let tasks = machine.tasks().iter().filter(|_| self.words.is_some());
        let some = |task| self.wanted.registers(task).filter(|registers| *registers != Registers::NONE);
        tasks.filter_map(move |task| Some((task, some(task)?)))
    }

    /// How many of the next `left` turns to take until the clock has to be asked again, given the number of turns for
    /// which it changes nothing; where that are few, each of them is looked at.
    pub fn until_clock(&mut self, left: u64, steady: impl FnOnce() -> u64) -> u64 {
        if !self.wanted.clock || self.wanted.each {
            return left;
        }
        let steady = steady();
        self.near = steady < NEAR;
        left.min(steady.max(NEAR))
    }

    /// Takes what lets turns be taken ahead, if it can be used here; else gives it back.
    pub fn lend_ahead(&mut self, mut ahead: Ahead) -> Option<Ahead> {
        if !self.takes_ahead() {
            return Some(ahead);
        }
        ahead.watch(self.words.clone());
        self.ahead = Some(ahead);
        None
    }

    /// Gives it back.
    pub fn return_ahead(&mut self) -> Option<Ahead> {
        self.ahead.take()
    }
}
