//! Searching the past for what happened: entries of the trace, in whichever direction.

use super::Timeline;
use super::marks::Sought;
use super::replay::Diverged;
use crate::executive::trace::TraceEntry;
use crate::executive::{Machine, Observer};
use crate::session::lanes::{Kinds, News};

impl Timeline {
    /// Runs the current branch again from its start to a turn, and shows it to an observer.
    pub(in crate::session) async fn retell(
        &self,
        machine: &mut Machine,
        end: u64,
        observer: &mut impl Observer,
    ) -> Result<(), Diverged> {
        self.look_through(machine, &mut 0, end, observer).await
    }

    /// The last entry up to turn `end` that is wanted. The machine is a fresh one with room for the
    /// trace.
    pub(in crate::session) async fn last_event(
        &self,
        machine: &mut Machine,
        end: u64,
        kinds: Kinds,
        wanted: impl Fn(&TraceEntry) -> bool,
    ) -> Result<Option<TraceEntry>, Diverged> {
        let mut end = end;
        loop {
            let start = self.interval(end);
            if start > 0 && !self.may(start + 1, end, Sought::Kinds(kinds)) {
                end = start;
                continue;
            }
            let mut entry = self.open(machine, start)?;
            let mut found = None;
            let mut news = News::new(machine, |e: TraceEntry, _: &Machine| {
                if e.turn <= end && wanted(&e) {
                    found = Some(e);
                }
            });
            self.look_through(machine, &mut entry, end, &mut news).await?;
            match found {
                None if start > 0 => end = start,
                found => return Ok(found),
            }
        }
    }

    /// The first entry after turn `start` that is wanted. The machine is a fresh one with room for the
    /// trace.
    pub(in crate::session) async fn next_event(
        &self,
        machine: &mut Machine,
        start: u64,
        kinds: Kinds,
        wanted: impl Fn(&TraceEntry) -> bool,
    ) -> Result<Option<TraceEntry>, Diverged> {
        let mut turn = start;
        while let Some((from, end)) = self.next_stretch(turn, Sought::Kinds(kinds)) {
            let mut entry = self.skip_to(machine, from)?;
            let mut found = None;
            let mut news = News::new(machine, |e: TraceEntry, _: &Machine| {
                if e.turn > start && found.is_none() && wanted(&e) {
                    found = Some(e);
                }
            });
            self.look_through(machine, &mut entry, end, &mut news).await?;
            if found.is_some() {
                return Ok(found);
            }
            turn = end;
        }
        Ok(None)
    }
}
