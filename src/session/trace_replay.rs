//! The whole trace of a branch, from the start: nothing keeps it, so the branch is run again.

use super::slices::give_way;
use super::{Session, TravelError};
use crate::executive::trace::TraceEntry;
use crate::executive::{Config, Machine, Observer, Turn};
use crate::vm::{Code, Context, Touch, View};

/// Turns run in one go.
const BLOCK: u64 = 1 << 13;
/// Entries that fit: a block of turns, and far more than one turn and the waits that end in it can write.
const ENTRIES: usize = 1 << 15;

/// Receives an entry and the machine after it, and says whether to continue.
type Visit<'t> = dyn FnMut(&Machine, TraceEntry) -> bool + Send + 't;

/// Passes entries on as they are written.
struct TraceReplay<'t> {
    visit: &'t mut Visit<'t>,
    passed: u64,
    ended: bool,
}

impl TraceReplay<'_> {
    fn drain(&mut self, machine: &Machine) {
        let trace = machine.trace();
        let fresh = trace.total() - std::mem::replace(&mut self.passed, trace.total());
        debug_assert!(fresh <= trace.capacity() as u64, "entries were lost");
        for entry in trace.last(fresh as usize) {
            self.ended = self.ended || !(self.visit)(machine, entry);
            if self.ended {
                return;
            }
        }
    }
}

impl Observer for TraceReplay<'_> {
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
    /// Replays the trace of the current branch, from its start to its present: `visit` gets every entry with the machine
    /// after it, and returns false to end the replay. Returns the machine at the present, unless it was ended. Gives way
    /// after each block of turns.
    ///
    /// # Errors
    /// None of the past can fail.
    pub async fn replay_trace<'t>(&self, visit: &'t mut Visit<'t>) -> Result<Option<Machine>, TravelError> {
        let looked = self.looked();
        looked.expect(self.present());
        let mut machine = Machine::new(Config { trace: ENTRIES, ..self.machine.config().clone() });
        let mut replay = TraceReplay { visit, passed: 0, ended: false };
        let (mut entry, mut turn) = (0, 0);
        loop {
            let done = self.timeline.replay(&mut machine, &mut entry, turn, &mut replay);
            if replay.ended {
                return Ok(None);
            }
            done?;
            if turn == self.present() {
                return Ok(Some(machine));
            }
            let next = (turn + BLOCK).min(self.present());
            looked.add(next - turn);
            turn = next;
            give_way().await;
        }
    }
}
