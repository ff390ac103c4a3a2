//! Back to the previous stop: a search that continues interval by interval, so that it can be given
//! up.

use super::{Travel, TravelError};
use crate::executive::{Pid, Who};
use crate::session::timeline::{Diverged, PastPosition, Sought};
use crate::session::{Due, Session, Status, Stops, now};

/// Where a run would stop, why, and the stops that are due there.
type Found = (u64, Status, Vec<Due>);

/// A search for the previous stop that is under way.
#[derive(Debug, Clone)]
pub(in crate::session) struct ReverseSearch {
    /// The past is run again as a run forward would do it, so whatever stops a run is found; counts that let hits pass
    /// are left out, as the hits come in the other order.
    probe: Session,
    /// The stops as they are when the search gets to where it has come.
    stops: Stops,
    /// What could stop a run.
    stopping: Vec<Sought>,
    here: u64,
    end: u64,
    /// The interval up to `end`, if it is being run again.
    interval: Option<Interval>,
    /// Why the session stood.
    stood: Status,
}

/// An interval of the past that is run again.
#[derive(Debug, Clone, Default)]
struct Interval {
    /// Where it begins.
    start: u64,
    /// The turn the runs end at.
    until: u64,
    /// A run is under way.
    runs: bool,
    /// What has stopped runs so far, oldest first.
    found: Vec<Found>,
}

impl Session {
    /// The turn of the call that made a frame of a task; `None` for the frame that no call has made.
    ///
    /// # Errors
    /// None of the past can fail.
    pub fn call_of(&self, pid: Pid, depth: u32) -> Travel<Option<u64>> {
        Ok(now(self.timeline.last_turn(&mut self.scratch(), pid, depth, self.machine.turns()))?)
    }

    /// The machine stands somewhere else than before: whether the frames are there whose variables are watched.
    pub(in crate::session) fn follow_lifetimes(&mut self, from: PastPosition) {
        let from = if from.branch == self.here().branch { from.turn } else { 0 };
        let mut stops = std::mem::take(&mut self.stops);
        for lifetime in stops.lifetimes() {
            lifetime.stand_at(&self.machine, from, |l| self.call_of(l.pid, l.depth).ok().flatten());
        }
        self.stops = stops;
    }

    /// Goes to the previous stop: the last place before this one where a run forward would stop.
    ///
    /// # Errors
    /// This is the start.
    pub fn reverse_continue(&mut self) -> Travel {
        self.start_reverse_continue()?;
        while self.pump(u64::MAX) {}
        Ok(())
    }

    /// Begins to search for the previous stop; [`Session::pump`] continues it, newest interval
    /// first, and goes there in the end. To pause gives it up.
    ///
    /// # Errors
    /// This is the start.
    pub fn start_reverse_continue(&mut self) -> Travel {
        let here = self.machine.turns();
        if here == 0 {
            return Err(TravelError::Start);
        }
        let probe = self.timeline.probe();
        let timeline = std::mem::replace(&mut self.timeline, probe);
        let mut probe = self.clone();
        probe.stops.stop_at_each_hit();
        self.timeline = timeline;
        let stood = std::mem::replace(&mut self.status, Status::Running);
        let (stops, stopping) = (self.stops.clone(), self.stopping());
        let search = ReverseSearch { probe, stops, stopping, here, end: here, interval: None, stood };
        self.errand = Some(Box::new(search));
        self.ran = 0;
        Ok(())
    }

    /// Runs about that many turns of the past again; true until the search has ended.
    pub(in crate::session) fn search_on(&mut self, turns: u64) -> bool {
        let Some(mut errand) = self.errand.take() else { return false };
        match self.search_interval(&mut errand, turns) {
            Ok(None) if errand.end > 0 || errand.interval.is_some() => self.errand = Some(errand),
            Ok(found) => {
                let (turn, status, due) = found.unwrap_or((0, Status::Start, Vec::new()));
                self.status = errand.stood;
                self.ran = errand.here - turn;
                // What was due at the end of the last run is not due here.
                self.stops.pass();
                // The past was run just now: it can be gone to.
                let _ = self.travel(|s| Ok((s.timeline.seek(&mut s.machine, turn)?, Some(status))));
                self.stops.found_backwards(errand.stops, due);
            }
            Err(Diverged { .. }) => self.status = errand.stood,
        }
        self.errand.is_some()
    }

    /// Ends a search without a result; the session stands where it stood.
    pub(in crate::session) fn give_up_search(&mut self) {
        if let Some(errand) = self.errand.take() {
            self.status = errand.stood;
        }
    }

    /// Searches on for some turns; what was found, once an interval is done.
    fn search_interval(&self, errand: &mut ReverseSearch, turns: u64) -> Result<Option<Found>, Diverged> {
        let ReverseSearch { probe, stops, stopping, here, end, interval, .. } = errand;
        let mut under_way = match interval.take() {
            Some(interval) => interval,
            None => {
                let start = self.timeline.interval(*end);
                // One turn more than the interval: a stop in front of the next one is tested then.
                let until = (*end + 1).min(*here);
                if !stopping.iter().any(|sought| self.timeline.may(start + 1, until, *sought)) {
                    *end = start;
                    return Ok(None);
                }
                let entry = self.timeline.open(&mut probe.machine, start)?;
                probe.timeline.stand_at(&mut probe.machine, entry);
                Interval { start, until, ..Interval::default() }
            }
        };
        if !probe.hits_on(*here, turns, &mut under_way) {
            *interval = Some(under_way);
            return Ok(None);
        }
        // What the turn after the interval has led to was found in the interval before.
        let fresh = under_way.found.into_iter().rev().filter(|(turn, ..)| *turn <= *end);
        let stopping = |(turn, status, hits): Found| {
            let due = stops.hit_backwards(hits);
            let status = if status.is_of_a_stop() { due.first()?.status.clone() } else { status };
            Some((turn, status, due))
        };
        let found = fresh.filter_map(stopping).next();
        *end = under_way.start;
        Ok(found)
    }

    /// Runs on through the stops of an interval, about that many turns; whether it is done. Stops below `here` count.
    fn hits_on(&mut self, here: u64, turns: u64, interval: &mut Interval) -> bool {
        let last = self.machine.turns().saturating_add(turns.max(1));
        while interval.runs || self.machine.turns() < interval.until {
            let left = last.saturating_sub(self.machine.turns());
            if left == 0 {
                return false;
            }
            if !std::mem::replace(&mut interval.runs, true) {
                self.start(Who::Rotation, interval.until - self.machine.turns());
            }
            if self.pump(left) {
                continue;
            }
            interval.runs = false;
            if self.machine.turns() < here && !matches!(self.status, Status::Limit { .. }) {
                interval.found.push((self.machine.turns(), self.status.clone(), self.stops.due().to_vec()));
            }
            if self.last.is_none_or(|p| p.done == 0) {
                break;
            }
        }
        true
    }
}
