//! The choices along the run in view: where it mattered who took the next turn, kept up to date for a screen.

use super::{DecidingTurn, RunKey};
use crate::backend::request::Property;
use crate::backend::{Local, Refused};
use crate::executive::{Machine, Pid};
use crate::explore::{
    self, BackgroundChoices, Choices, FailingShare, FateMoment, Label, Limits, SampledShare, Schedule, begin_choices,
};
use std::sync::Arc;

/// Rows of a map, at most: the last ones.
const ROWS: usize = 512;

/// A moment of a run at which it matters who takes the next turn, or its last one.
#[derive(Debug, Clone, PartialEq)]
pub struct MapRow {
    /// Turns that are done.
    pub after: u64,
    /// The turn that the run takes there, and what can come of it; `None` where the run ends so far.
    pub taken: Option<(DecidingTurn, Label)>,
    /// What can come of each task's taking the next turn.
    pub picks: Vec<(Pid, Label)>,
    /// The share of all that can follow the moment that fails.
    pub share: Option<FailingShare>,
    /// What came of some draws, where that was not counted.
    pub sampled: Option<SampledShare>,
}

/// The choices along a run.
#[derive(Debug, Clone, PartialEq)]
pub struct MapView {
    /// The first moment that was looked at.
    pub from: u64,
    /// Turns of the run.
    pub turns: u64,
    /// The moments that matter, the first one first.
    pub rows: Vec<MapRow>,
    /// Whether what can come of every moment is known.
    pub exhausted: bool,
    /// States that were looked at.
    pub states: usize,
}

/// A whole run, and what must hold.
type Key = (RunKey, Property);

/// A run whose choices are being found out.
#[derive(Debug, Clone)]
pub(in crate::backend) struct Job {
    start: Machine,
    run: Schedule,
    pub work: BackgroundChoices,
}

/// What is kept of the map between two looks.
#[derive(Debug, Clone, Default)]
pub(in crate::backend) struct Maps {
    shown: Option<(Key, Option<Arc<MapView>>)>,
    pub job: Option<Job>,
}

impl Local {
    /// The choices along the whole run, by what must hold.
    ///
    /// # Errors
    /// Something runs, or the run cannot be judged.
    pub fn choices(&self, property: &Property) -> Result<MapView, Refused> {
        self.standing()?;
        let (start, runs) = self.session.undisturbed(self.session.present())?;
        let run: Schedule = runs.into_iter().collect();
        let choices = explore::choices(&start, &run, &property.checks(self), Limits::default(), &mut || true)?;
        Ok(self.map_view(&start, &run, choices))
    }

    /// What the fate that shows asks for; that nothing fails if none shows.
    #[must_use]
    pub fn property_shown(&self) -> Property {
        self.fates.property.clone().unwrap_or_default()
    }

    /// Whether the choices of the run in view are being found out in the background.
    pub(in crate::backend) fn mapping(&self) -> bool {
        self.maps.job.is_some()
    }

    /// Waits until the choices of the run in view are known.
    pub fn wait_for_map(&mut self) {
        while self.map_shown().is_none()
            && let Some(job) = &self.maps.job
        {
            job.work.wait();
        }
    }

    /// The choices of the run in view; what is not known yet is begun in the background.
    pub(in crate::backend) fn map_shown(&mut self) -> Option<Arc<MapView>> {
        self.standing().ok()?;
        let key = (self.run_key(self.session.present()), self.property_shown());
        if self.maps.shown.as_ref().is_none_or(|(known, _)| *known != key) {
            self.maps.job = self.begin_map(&key);
            self.maps.shown = Some((key, None));
        }
        self.take_map();
        self.maps.shown.as_ref().and_then(|(_, shown)| shown.clone())
    }

    /// Takes in what was found out in the background, if it is over.
    pub(in crate::backend) fn take_map(&mut self) {
        if let Some(done) = self.maps.job.as_ref().and_then(|job| job.work.done())
            && let Some(job) = self.maps.job.take()
            && let Ok(choices) = done
        {
            let view = Arc::new(self.map_view(&job.start, &job.run, choices));
            if let Some((_, shown)) = &mut self.maps.shown {
                *shown = Some(view);
            }
        }
    }

    fn begin_map(&self, ((_, whole, _), property): &Key) -> Option<Job> {
        let (start, runs) = self.session.undisturbed(*whole).ok()?;
        let run: Schedule = runs.into_iter().collect();
        let work = begin_choices(start.clone(), run.clone(), property.checks(self), Limits::default());
        Some(Job { start, run, work })
    }

    fn map_view(&self, start: &Machine, run: &Schedule, choices: Choices) -> MapView {
        let Choices { lead, moments, states } = choices;
        let (from, turns) = (start.turns() + lead, start.turns() + run.turns());
        let exhausted = lead == 0 && moments.iter().all(|moment| moment.label != Label::Unknown);
        let after = |at: usize| moments.get(at + 1).map_or(Label::Unknown, |next| next.label);
        let last = moments.len().saturating_sub(1);
        let matter = moments.iter().enumerate().filter(|(at, moment)| moment.is_choice() || *at == last);
        let mut rows: Vec<MapRow> = Vec::new();
        for (at, moment) in matter.rev().take(ROWS) {
            let taken = self.deciding(start, run, lead + at as u64).map(|turn| (turn, after(at)));
            let FateMoment { label: _, picks, share, sampled } = moment.clone();
            rows.push(MapRow { after: from + at as u64, taken, picks, share, sampled });
        }
        rows.reverse();
        MapView { from, turns, rows, exhausted, states }
    }
}
