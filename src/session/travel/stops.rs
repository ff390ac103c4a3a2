//! Back to the previous stop.

use super::{Travel, TravelError};
use crate::executive::Who;
use crate::session::{Session, Status};

impl Session {
    /// Goes to the previous stop: the last place before this one where a run forward would stop.
    ///
    /// # Errors
    /// This is the start.
    pub fn reverse_continue(&mut self) -> Travel {
        let here = self.machine.turns();
        if here == 0 {
            return Err(TravelError::Start);
        }
        let (turn, status) = self.last_stop(here)?.unwrap_or((0, Status::Start));
        self.travel(|s| Ok((s.timeline.seek(&mut s.machine, turn)?, Some(status))))
    }

    /// The last stop before a turn, newest interval first. The past is run again as a forward run
    /// would do it, so whatever stops a run is found; hit counts stay as they are.
    fn last_stop(&mut self, here: u64) -> Travel<Option<(u64, Status)>> {
        let probe = self.timeline.probe();
        let timeline = std::mem::replace(&mut self.timeline, probe);
        let mut probe = self.clone();
        self.timeline = timeline;
        let mut end = here;
        while end > 0 {
            let start = self.timeline.interval(end);
            let entry = self.timeline.open(&mut probe.machine, start)?;
            probe.timeline.stand_at(&mut probe.machine, entry);
            // One turn more than the interval: a stop in front of the next one is tested then.
            let found = probe.last_stop_below(here, (end + 1).min(here));
            if found.is_some() {
                return Ok(found);
            }
            end = start;
        }
        Ok(None)
    }

    /// Runs on to a turn through all stops; the last of them below `here`.
    fn last_stop_below(&mut self, here: u64, end: u64) -> Option<(u64, Status)> {
        let mut found = None;
        while self.machine.turns() < end {
            let limit = end - self.machine.turns();
            self.start(Who::Rotation, limit);
            while self.pump(limit) {}
            if self.machine.turns() < here && !matches!(self.status, Status::Limit { .. }) {
                found = Some((self.machine.turns(), self.status.clone()));
            }
            if self.last.is_none_or(|p| p.done == 0) {
                break;
            }
        }
        found
    }
}
