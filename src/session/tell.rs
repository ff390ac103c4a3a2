//! The whole trace of a branch, told from the start: nothing keeps it, so it is run again.

use super::{Session, TravelError};
use crate::executive::trace::Entry;
use crate::executive::{Config, Machine, Observer, Turn};
use crate::vm::{Code, Context, View};
use std::cell::{Cell, RefCell};

/// Turns run in one go.
const BLOCK: u64 = 1 << 13;
/// Entries that fit: a block of turns, and far more than one turn and the waits that end in it can write.
const ENTRIES: usize = 1 << 15;

/// Receives an entry and the machine after it, and says whether to continue.
type Tell<'t> = dyn FnMut(&Machine, Entry) -> bool + 't;

/// Tells entries as they come.
struct Teller<'t> {
    tell: RefCell<&'t mut Tell<'t>>,
    told: Cell<u64>,
    ended: Cell<bool>,
}

impl Teller<'_> {
    fn drain(&self, machine: &Machine) {
        let trace = machine.trace();
        let fresh = trace.total() - self.told.replace(trace.total());
        debug_assert!(fresh <= trace.capacity() as u64, "entries were lost");
        let mut tell = self.tell.borrow_mut();
        for entry in trace.last(fresh as usize) {
            if self.ended.get() || !tell(machine, entry) {
                return self.ended.set(true);
            }
        }
    }
}

impl Observer for Teller<'_> {
    fn before(&self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    fn after(&self, machine: &Machine, _: Option<Turn>) -> bool {
        self.drain(machine);
        self.ended.get()
    }

    fn idle(&self, machine: &Machine) {
        self.drain(machine);
    }

    fn input(&self, machine: &Machine) {
        self.drain(machine);
    }
}

impl Session {
    /// Tells every entry of the trace of the current branch, from its start to its present, each with the machine
    /// after it and what came with it. `tell` gives false to hear no more. Gives the machine at the present,
    /// unless no more was wanted.
    ///
    /// # Errors
    /// None of the past can fail.
    pub fn tell<'t>(&self, tell: &'t mut Tell<'t>) -> Result<Option<Machine>, TravelError> {
        let mut machine = Machine::new(Config { trace: ENTRIES, ..self.machine.config().clone() });
        let teller = Teller { tell: RefCell::new(tell), told: Cell::new(0), ended: Cell::new(false) };
        let (mut entry, mut turn) = (0, 0);
        loop {
            let done = self.timeline.tell(&mut machine, &mut entry, turn, &teller);
            if teller.ended.get() {
                return Ok(None);
            }
            done?;
            if turn == self.present() {
                return Ok(Some(machine));
            }
            turn = (turn + BLOCK).min(self.present());
        }
    }
}
