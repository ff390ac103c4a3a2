//! The fate of the run in view, kept up to date for a screen.

use super::FateView;
use crate::backend::request::Property;
use crate::backend::{Local, Refused};
use crate::executive::{Machine, Pid};
use crate::explore::{BackgroundFate, Fate, Label, Limits, Schedule, begin_fate};
use crate::session::JournalEntry;
use std::sync::Arc;

/// Turns of a run that is judged for a screen, at most.
const MOST: u64 = 1 << 20;

/// What a screen shows of the fate of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FateShown {
    /// What can come of the run in view after each of its turns, as far as it is known.
    pub run: Option<Arc<FateView>>,
    /// What can come of each task's taking the next turn; empty while that is not known.
    pub next: Vec<(Pid, Label)>,
}

/// A run up to some turn: its branch, that turn, and how often it was changed from outside until then.
pub(in crate::backend) type RunKey = (u32, u64, usize);

/// A run that is being judged.
#[derive(Debug, Clone)]
pub(in crate::backend) struct Job {
    key: RunKey,
    start: Machine,
    run: Schedule,
    pub work: BackgroundFate,
}

/// What is kept of the fate of runs between two looks.
#[derive(Debug, Clone, Default)]
pub(in crate::backend) struct Fates {
    /// What must hold; `None` if nothing is to be shown.
    pub(super) property: Option<Property>,
    /// What is known, the newest last.
    known: Vec<(RunKey, Arc<FateView>)>,
    pub job: Option<Job>,
}

/// Runs whose fate is kept.
const KEPT: usize = 8;

impl Fates {
    fn find(&self, key: RunKey) -> Option<&Arc<FateView>> {
        self.known.iter().find(|(known, _)| *known == key).map(|(_, view)| view)
    }

    fn keep(&mut self, key: RunKey, view: FateView) {
        self.known.retain(|(known, _)| *known != key);
        self.known.push((key, Arc::new(view)));
        if self.known.len() > KEPT {
            self.known.remove(0);
        }
    }
}

impl Local {
    /// Judges the run so far, and shows its fate by the same property from now on.
    ///
    /// # Errors
    /// Something runs, or the run cannot be judged.
    pub fn judge(&mut self, property: Property) -> Result<FateView, Refused> {
        let view = self.fate(property.clone())?;
        let key = self.run_key(self.machine().turns());
        if self.fates.property.as_ref() != Some(&property) {
            self.fates = Fates { property: Some(property), ..Fates::default() };
        }
        self.fates.keep(key, view.clone());
        Ok(view)
    }

    /// Shows no fate any more.
    pub fn hide_fate(&mut self) {
        self.fates = Fates::default();
    }

    /// Whether a run is being judged in the background.
    #[must_use]
    pub fn judging(&self) -> bool {
        self.fates.job.is_some()
    }

    /// Waits until the fate of the run in view is known.
    pub fn wait_for_fate(&mut self) {
        while self.fate_shown().is_some()
            && let Some(job) = &self.fates.job
        {
            job.work.wait();
        }
    }

    /// What a screen shows of the fate of the run in view; `None` if it was not asked for. What is not known yet is begun
    /// in the background.
    pub(in crate::backend) fn fate_shown(&mut self) -> Option<Arc<FateShown>> {
        self.fates.property.as_ref()?;
        let (here, whole) = (self.machine().turns(), self.session.present());
        let wanted = [here, whole].map(|turn| self.run_key(turn));
        self.take_judged(wanted);
        if self.standing().is_ok() {
            let missing = wanted.into_iter().find(|key| self.fates.find(*key).is_none());
            if let (Some(key), None) = (missing, &self.fates.job) {
                self.fates.job = self.begin_to_judge(key);
            }
        }
        let of_branch = self.fates.known.iter().rev().find(|((branch, ..), _)| *branch == wanted[1].0);
        let run = self.fates.find(wanted[1]).or(of_branch.map(|(_, view)| view)).cloned();
        let next = self.fates.find(wanted[0]).map_or_else(Vec::new, |view| view.fate.next.clone());
        Some(Arc::new(FateShown { run, next }))
    }

    pub(in crate::backend) fn run_key(&self, turn: u64) -> RunKey {
        let entries = self.session.journal().entries();
        let inputs = entries.iter().filter(|(at, entry)| *at <= turn && matches!(entry, JournalEntry::Input(_)));
        (self.session.place().branch, turn, inputs.count())
    }

    /// Takes in what was judged in the background, and drops what is no longer wanted.
    fn take_judged(&mut self, wanted: [RunKey; 2]) {
        let Some(job) = self.fates.job.take_if(|job| !wanted.contains(&job.key) || job.work.done().is_some()) else {
            return;
        };
        if let Some(Ok(fate)) = job.work.done() {
            let view = self.fate_view(&job.start, &job.run, fate);
            self.fates.keep(job.key, view);
        } else if wanted.contains(&job.key) {
            // It cannot be judged: then nothing is known of it, and it is not tried again.
            let unknown = Fate::unknown(job.run.turns());
            let view = self.fate_view(&job.start, &job.run, unknown);
            self.fates.keep(job.key, view);
        }
    }

    fn begin_to_judge(&self, key: RunKey) -> Option<Job> {
        let checks = self.fates.property.as_ref()?.checks(self);
        if key.1 > MOST {
            return None;
        }
        let (start, runs) = self.session.undisturbed(key.1).ok()?;
        let run: Schedule = runs.into_iter().collect();
        let work = begin_fate(start.clone(), run.clone(), checks, Limits::default());
        Some(Job { key, start, run, work })
    }
}
