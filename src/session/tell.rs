//! The whole trace of a branch, told from the start: nothing keeps it, so it is run again.

use super::{Session, TravelError};
use crate::executive::trace::Entry;
use crate::executive::{Config, Machine, Observer, Turn};
use crate::vm::{Code, Context, Touch, View};

/// Turns run in one go.
const BLOCK: u64 = 1 << 13;
/// Entries that fit: a block of turns, and far more than one turn and the waits that end in it can write.
const ENTRIES: usize = 1 << 15;

/// Receives an entry and the machine after it, and says whether to continue.
type Tell<'t> = dyn FnMut(&Machine, Entry) -> bool + 't;

/// Tells entries as they come.
struct Teller<'t> {
    tell: &'t mut Tell<'t>,
    told: u64,
    ended: bool,
}

impl Teller<'_> {
    fn drain(&mut self, machine: &Machine) {
        let trace = machine.trace();
        let fresh = trace.total() - std::mem::replace(&mut self.told, trace.total());
        debug_assert!(fresh <= trace.capacity() as u64, "entries were lost");
        for entry in trace.last(fresh as usize) {
            self.ended = self.ended || !(self.tell)(machine, entry);
            if self.ended {
                return;
            }
        }
    }
}

impl Observer for Teller<'_> {
    fn before(&mut self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    fn after(&mut self, machine: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        self.drain(machine);
        self.ended
    }

    fn idle(&mut self, machine: &Machine, _: &[Touch]) {
        self.drain(machine);
    }

    fn input(&mut self, machine: &Machine, _: &[Touch]) {
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
        let mut teller = Teller { tell, told: 0, ended: false };
        let (mut entry, mut turn) = (0, 0);
        loop {
            let done = self.timeline.tell(&mut machine, &mut entry, turn, &mut teller);
            if teller.ended {
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
