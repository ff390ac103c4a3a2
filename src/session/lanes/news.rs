//! An observer that reads the trace while turns are taken again: all but the ordinary turns.

use crate::executive::trace::{TraceEntry, What};
use crate::executive::{Machine, Observer, Turn};
use crate::vm::{Code, Context, Touch, View};

/// Trace entries that a machine needs room for while they are read.
pub const ROOM: usize = 4096;

/// Tells of trace entries as they come; see [`ROOM`].
pub struct News<F> {
    read: u64,
    tell: F,
}

impl<F: FnMut(TraceEntry, &Machine)> News<F> {
    /// Of what comes from now on.
    pub fn new(machine: &Machine, tell: F) -> News<F> {
        News { read: machine.trace().total(), tell }
    }

    fn read(&mut self, machine: &Machine) {
        fresh(machine, &mut self.read).into_iter().for_each(|entry| (self.tell)(entry, machine));
    }
}

/// The entries that came since `read` of them had, which is brought up to date; ordinary turns apart.
pub fn fresh(machine: &Machine, read: &mut u64) -> Vec<TraceEntry> {
    let total = machine.trace().total();
    let new = total - std::mem::replace(read, total);
    if new == 0 {
        return Vec::new();
    }
    // Ordinary turns, which may be many, stand before what else came with the last one.
    let newest = machine.trace().last(new.try_into().unwrap_or(usize::MAX)).rev();
    let mut fresh: Vec<TraceEntry> = newest.take_while(|e| e.what != What::Step).collect();
    fresh.reverse();
    fresh
}

impl<F: FnMut(TraceEntry, &Machine)> Observer for News<F> {
    #[inline(always)]
    fn before(&mut self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    fn after(&mut self, machine: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        self.read(machine);
        false
    }

    fn idle(&mut self, machine: &Machine, _: &[Touch]) {
        self.read(machine);
    }

    fn input(&mut self, machine: &Machine, _: &[Touch]) {
        self.read(machine);
    }
}
