//! What comes from outside, between turns.

use super::{Session, lanes};
use crate::executive::Touched;
use crate::executive::input::{Applied, Input, Refused};
use std::sync::Arc;

impl Session {
    /// Does something from outside, between turns, and writes it down.
    ///
    /// # Errors
    /// What was wrong with it; then nothing has changed and nothing is written down.
    pub fn apply(&mut self, input: Input) -> Result<Applied, Refused> {
        let done = lanes::StateTimeTotals::of(&self.machine);
        let (mut touched, noted) = (Touched::new(true), self.machine.trace().total());
        let applied = self.machine.apply_touching(&input, &mut touched)?;
        self.written_from_outside(touched.list());
        self.look_at_input(noted);
        self.timeline.input(self.machine.turns(), Arc::new(input), &done);
        Ok(applied)
    }

    /// Something came from outside, with which the trace has grown from `noted` entries: whether a stop is on that.
    fn look_at_input(&mut self, noted: u64) {
        let new = usize::try_from(self.machine.trace().total() - noted).unwrap_or(usize::MAX);
        let due = self.stops.look_at_input(&self.machine, new);
        if let Some(first) = due.first().filter(|_| self.plan.is_none()) {
            self.status = first.status.clone();
        }
        if !due.is_empty() {
            self.stops.pass();
            self.stops.fall_due(due);
        }
    }
}
