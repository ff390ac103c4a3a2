//! What the selected task could see, kept up to date for a screen.

use super::CouldView;
use crate::backend::Local;
use crate::backend::fate::RunKey;
use crate::executive::{Machine, Pid};
use crate::explore::{BackgroundCould, Limits, begin_could, next_sight};
use std::sync::Arc;

/// States that are looked at for a screen, at most: it asks again after each turn.
const STATES: usize = 40_000;

/// What a screen shows of what a task could see next.
#[derive(Debug, Clone, PartialEq)]
pub struct CouldShown {
    /// Which task.
    pub pid: Pid,
    /// Which of its turns is the next that sees something, counted from its start; `None` if it reaches none by itself.
    pub n: Option<u64>,
    /// What was found out, or why nothing can be; `None` while that is under way.
    pub known: Option<Result<Arc<CouldView>, String>>,
}

/// A run up to some turn, and a task.
type Key = (RunKey, Pid);

/// A question that is being answered.
#[derive(Debug, Clone)]
pub(in crate::backend) struct Job {
    start: Machine,
    pub work: BackgroundCould,
}

/// What is kept of what tasks could see between two looks.
#[derive(Debug, Clone, Default)]
pub(in crate::backend) struct Coulds {
    /// What was asked for last by a command, and the branch it was asked in.
    pub asked: Option<(u32, Arc<CouldView>)>,
    shown: Option<(Key, Arc<CouldShown>)>,
    pub job: Option<Job>,
}

impl Local {
    /// Whether it is being found out in the background what a task could see.
    pub(in crate::backend) fn looking_ahead(&self) -> bool {
        self.coulds.job.is_some()
    }

    /// Waits until it is known what a screen shows.
    pub fn wait_for_could(&mut self, pid: Pid) {
        while self.could_shown(pid).is_some_and(|shown| shown.known.is_none())
            && let Some(job) = &self.coulds.job
        {
            job.work.wait();
        }
    }

    /// What a screen shows of what a task could see next; what is not known yet is begun in the background.
    pub(in crate::backend) fn could_shown(&mut self, pid: Pid) -> Option<Arc<CouldShown>> {
        self.standing().ok()?;
        let key = (self.run_key(self.machine().turns()), pid);
        if self.coulds.shown.as_ref().is_none_or(|(known, _)| *known != key) {
            self.begin_to_look_ahead(key);
        }
        self.take_could();
        self.coulds.shown.as_ref().map(|(_, shown)| Arc::clone(shown))
    }

    /// Takes in what was found out in the background, if it is over.
    pub(in crate::backend) fn take_could(&mut self) {
        let done = self.coulds.job.as_ref().and_then(|job| job.work.done());
        if let Some(done) = done
            && let Some(job) = self.coulds.job.take()
            && let Some((key, shown)) = self.coulds.shown.take()
        {
            let (pid, n) = (shown.pid, shown.n.unwrap_or_default());
            let known = done.map(|could| Arc::new(self.could_view(&job.start, (pid, n), could)));
            let known = Some(known.map_err(|e| e.to_string()));
            self.coulds.shown = Some((key, Arc::new(CouldShown { known, ..(*shown).clone() })));
        }
    }

    fn begin_to_look_ahead(&mut self, key: Key) {
        let pid = key.1;
        let n = next_sight(self.machine(), pid);
        self.coulds.job = n.map(|n| {
            let start = self.machine().clone();
            let limits = Limits { states: STATES, ..Limits::default() };
            Job { work: begin_could(start.clone(), (pid, n), limits), start }
        });
        self.coulds.shown = Some((key, Arc::new(CouldShown { pid, n, known: None })));
    }
}
