//! To the previous or the next turn in which something happened.

use super::{Travel, TravelError};
use crate::executive::trace::TraceEntry;
use crate::executive::{Config, Machine, Pid};
use crate::session::Session;
use crate::session::lanes::{Kinds, ROOM};

impl Session {
    /// Goes to the next turn, or the previous one, in which something of these kinds happened, to one
    /// task or to any; tells what.
    ///
    /// # Errors
    /// There is no such turn.
    pub async fn seek_event(&mut self, forward: bool, kinds: Kinds, pid: Option<Pid>) -> Travel<TraceEntry> {
        let here = self.machine.turns();
        let wanted = |e: &TraceEntry| e.turn > 0 && kinds.has(e.kind()) && pid.is_none_or(|pid| pid == e.pid);
        let config = self.machine.config();
        let mut scratch = Machine::new(Config { trace: config.trace.max(ROOM), ..config.clone() });
        let found = match (forward, here.checked_sub(1)) {
            (true, _) => self.timeline.next_event(&mut scratch, here, kinds, wanted).await?,
            (false, Some(end)) => self.timeline.last_event(&mut scratch, end, kinds, wanted).await?,
            (false, None) => return Err(TravelError::Start),
        };
        let side = if forward { "after" } else { "before" };
        let entry =
            found.ok_or_else(|| TravelError::Nothing(format!("nothing of that kind happened {side} turn {here}")))?;
        self.seek(entry.turn)?;
        Ok(entry)
    }
}
