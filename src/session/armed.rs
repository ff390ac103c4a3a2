//! What a run carries along to be stopped: marked code, and the observer. Made again when stops or
//! tasks have changed, and at no other time: marked copies of code take a while.

use super::Session;
use super::plan::Goal;
use super::stop::{DeadlockWatch, StopObserver, Unwritten};
use crate::executive::{Machine, Marks, Pid};
use crate::image::Image;
use crate::vm::Touch;
use std::sync::Arc;

/// What a run carries along, and what it was made for.
#[derive(Debug, Clone)]
pub(super) struct Armed {
    stops: u64,
    tasks: Vec<(Pid, Arc<Image>)>,
    goal: Option<Goal>,
    pub marks: Marks,
    pub observer: Option<StopObserver>,
    /// Watches for a deadlock of some tasks, if that ends a run.
    pub deadlock: Option<DeadlockWatch>,
}

impl Armed {
    fn fits(&self, session: &Session) -> bool {
        let same = |((pid, image), task): (&(Pid, Arc<Image>), &crate::executive::task::Task)| {
            *pid == task.pid && Arc::ptr_eq(image, &task.image)
        };
        let tasks = session.machine.tasks();
        self.stops == session.stops.version()
            && self.goal == session.goal()
            && self.deadlock.is_some() == session.deadlock_stops
            && self.tasks.len() == tasks.len()
            && self.tasks.iter().zip(tasks).all(same)
    }

    /// It has to be made again, though nothing it was made for has changed.
    pub fn outdate(&mut self) {
        self.stops = u64::MAX;
    }
}

impl Session {
    fn goal(&self) -> Option<Goal> {
        self.plan.and_then(|p| p.goal)
    }

    /// What the run needs; to be put back after.
    pub(super) fn take_armed(&mut self) -> Armed {
        let kept = match self.armed.take() {
            Some(armed) if armed.fits(self) => return armed,
            kept => kept,
        };
        let goal = self.goal();
        let mut armed = Armed {
            stops: self.stops.version(),
            tasks: self.machine.tasks().iter().map(|t| (t.pid, Arc::clone(&t.image))).collect(),
            goal,
            marks: self.stops.marks(&self.machine),
            observer: StopObserver::new(self.stops.list(), goal, &self.lines, &self.machine),
            deadlock: self.deadlock_stops.then(|| DeadlockWatch::new(&self.machine)),
        };
        if let Some(observer) = armed.observer.as_mut().filter(|_| StopObserver::wants_unwritten(self.stops.list())) {
            let known = kept.and_then(|k| k.observer?.unwritten);
            observer.unwritten = self.survey(known);
        }
        armed
    }

    /// What nothing has written up to here: as it is known already, or from the start.
    fn survey(&self, known: Option<Unwritten>) -> Option<Unwritten> {
        let here = self.here();
        let knows = |u: &Unwritten| u.branch == here.branch && u.upto >= here.turn;
        known.filter(knows).or_else(|| {
            let mut scratch = Machine::new(self.machine.config().clone());
            // The past was run once already: it can be run again.
            self.timeline.survey(&mut scratch, here).ok()
        })
    }

    /// Something from outside was done that may have written memory or loaded a task.
    pub(super) fn written_from_outside(&mut self, touched: &[Touch]) {
        let table = self.armed.as_mut().and_then(|a| a.observer.as_mut()?.unwritten.as_mut());
        if let Some(table) = table {
            table.tasks(&self.machine);
            touched.iter().for_each(|t| table.write(t, self.machine.turns()));
        }
    }
}
