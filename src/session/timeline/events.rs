//! Searching the past for what happened: entries of the trace, in whichever direction.

use super::checkpoints::INTERVAL;
use super::replay::{Diverged, replay};
use super::{PastPosition, Timeline};
use crate::executive::trace::TraceEntry;
use crate::executive::{Machine, Observer};
use crate::session::lanes::News;
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
        wanted: impl Fn(&TraceEntry) -> bool,
    ) -> Result<Option<TraceEntry>, Diverged> {
        let mut end = end;
        loop {
            let start = self.interval(end);
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
        wanted: impl Fn(&TraceEntry) -> bool,
    ) -> Result<Option<TraceEntry>, Diverged> {
        let place = PastPosition { branch: self.branch().number, turn: start, entry: usize::MAX };
        let mut entry = self.bring(machine, None, place, false)?;
        let found = Cell::new(None);
        let mut news = News::new(machine, |e: TraceEntry, _: &Machine| {
            if e.turn > start && found.get().is_none() && wanted(&e) {
                found.set(Some(e));
            }
        });
        while machine.turns() < self.present() && found.get().is_none() {
            let end = (machine.turns() + INTERVAL).min(self.present());
            replay(machine, self.journal(), &mut entry, (end, usize::MAX), &mut news)?;
        }
        Ok(found.get())
    }
}
