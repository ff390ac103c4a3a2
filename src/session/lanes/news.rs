//! An observer that reads the trace while turns are taken again: all but the ordinary turns.

use crate::executive::trace::{Entry, Kind};
use crate::executive::{Machine, Observer, Turn};
use crate::vm::{Code, Context, View};
use std::cell::{Cell, RefCell};

/// Trace entries that a machine needs room for while they are read.
pub const ROOM: usize = 4096;

/// Tells of trace entries as they come; see [`ROOM`].
pub struct News<F> {
    read: Cell<u64>,
    tell: RefCell<F>,
}

impl<F: FnMut(Entry, &Machine)> News<F> {
    /// Of what comes from now on.
    pub fn new(machine: &Machine, tell: F) -> News<F> {
        News { read: Cell::new(machine.trace().total()), tell: RefCell::new(tell) }
    }

    fn read(&self, machine: &Machine) {
        let total = machine.trace().total();
        let new = total - self.read.replace(total);
        if new == 0 {
            return;
        }
        // Ordinary turns, which may be many, stand before what else came with the last one.
        let newest = machine.trace().last(new.try_into().unwrap_or(usize::MAX)).rev();
        let mut fresh: Vec<Entry> = newest.take_while(|e| e.kind != Kind::Step).collect();
        fresh.reverse();
        let mut tell = self.tell.borrow_mut();
        fresh.into_iter().for_each(|entry| (*tell)(entry, machine));
    }
}

impl<F: FnMut(Entry, &Machine)> Observer for News<F> {
    #[inline(always)]
    fn before(&self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    fn after(&self, machine: &Machine, _: Option<Turn>) -> bool {
        self.read(machine);
        false
    }

    fn idle(&self, machine: &Machine) {
        self.read(machine);
    }

    fn input(&self, machine: &Machine) {
        self.read(machine);
    }
}
