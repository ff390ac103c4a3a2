//! Searching the past for what happened: entries of the trace, in whichever direction.

use super::Timeline;
use super::marks::Wanted;
use super::replay::{Diverged, replay};
use crate::executive::trace::TraceEntry;
use crate::executive::{Machine, Observer};
use crate::session::lanes::{Kinds, News};
use std::cell::Cell;

impl Timeline {
    /// Runs the current branch again from its start to a turn, and shows it to an observer.
    pub(in crate::session) fn retell(
        &self,
        machine: &mut Machine,
        end: u64,
        observer: &mut impl Observer,
    ) -> Result<(), Diverged> {
        replay(machine, self.journal(), &mut 0, (end, usize::MAX), observer)
    }

    /// The last entry up to turn `end` that is wanted. The machine is a fresh one with room for the
    /// trace.
    pub(in crate::session) fn last_event(
        &self,
        machine: &mut Machine,
        end: u64,
        kinds: Kinds,
        wanted: impl Fn(&TraceEntry) -> bool,
    ) -> Result<Option<TraceEntry>, Diverged> {
        let mut end = end;
        loop {
            let start = self.interval(end);
            if start > 0 && !self.may(start + 1, end, Wanted::Kinds(kinds)) {
                end = start;
                continue;
            }
            let mut entry = self.open(machine, start)?;
            let found = Cell::new(None);
            let mut news = News::new(machine, |e: TraceEntry, _: &Machine| {
                if e.turn <= end && wanted(&e) {
                    found.set(Some(e));
                }
            });
            replay(machine, self.journal(), &mut entry, (end, usize::MAX), &mut news)?;
            match found.get() {
                None if start > 0 => end = start,
                found => return Ok(found),
            }
        }
    }

    /// The first entry after turn `start` that is wanted. The machine is a fresh one with room for the
    /// trace.
    pub(in crate::session) fn next_event(
        &self,
        machine: &mut Machine,
        start: u64,
        kinds: Kinds,
        wanted: impl Fn(&TraceEntry) -> bool,
    ) -> Result<Option<TraceEntry>, Diverged> {
        let mut turn = start;
        while let Some((from, end)) = self.next_stretch(turn, Wanted::Kinds(kinds)) {
            let mut entry = self.skip_to(machine, from)?;
            let found = Cell::new(None);
            let mut news = News::new(machine, |e: TraceEntry, _: &Machine| {
                if e.turn > start && found.get().is_none() && wanted(&e) {
                    found.set(Some(e));
                }
            });
            replay(machine, self.journal(), &mut entry, (end, usize::MAX), &mut news)?;
            if found.get().is_some() {
                return Ok(found.get());
            }
            turn = end;
        }
        Ok(None)
    }
}
