//! What a run carries along to be stopped: marked code, and the observer. Made again when stops or
//! tasks have changed, and at no other time: marked copies of code take a while.

use super::Session;
use super::plan::Goal;
use super::shared::RaceWatch;
use super::stop::{DeadlockWatch, Event, StopObserver, Unwritten, Wanted};
use crate::executive::{Machine, Marks, Observer, Pid};
use crate::image::Image;
use crate::vm::Touch;
use std::sync::Arc;

/// What a run carries along, and what it was made for.
#[derive(Debug, Clone)]
pub(super) struct Armed {
    stops: u64,
    /// With where their registers lie.
    tasks: Vec<(Pid, Arc<Image>, u16)>,
    goal: Option<Goal>,
    /// How many calls deep those RETs are marked that alone lead on to the goal: the other turns need no look.
    returns: Option<u32>,
    pub marks: Marks,
    pub observer: Option<StopObserver>,
    /// Watches for a deadlock of some tasks, if that ends a run.
    pub deadlock: Option<DeadlockWatch>,
}

impl Armed {
    fn fits(&self, session: &Session) -> bool {
        let same = |((pid, image, base), task): (&(Pid, Arc<Image>, u16), &crate::executive::task::Task)| {
            *pid == task.pid && Arc::ptr_eq(image, &task.image) && *base == task.context.reg_base
        };
        let tasks = session.machine.tasks();
        let races = self.observer.as_ref().and_then(|observer| observer.races.as_ref());
        let deep = self.observer.as_ref().is_some_and(StopObserver::is_deep);
        let returns = self.returns.map_or(!deep, |depth| session.only_returns() == Some(depth));
        returns
            && self.stops == session.stops.version()
            && self.goal == session.goal()
            && self.deadlock.is_some() == session.deadlock_stops
            && races.is_none_or(|races| session.knows_races(races))
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

    /// How many calls deep only a RET leads on to the goal, while that is so. The first turn of a run passes marks.
    fn only_returns(&self) -> Option<u32> {
        let goal = self.goal().filter(|_| !self.fresh)?;
        goal.only_returns(&self.machine.task(goal.pid())?.context)
    }

    /// What the run needs; to be put back after.
    pub(super) fn take_armed(&mut self) -> Armed {
        let kept = match self.armed.take() {
            Some(armed) if armed.fits(self) => return armed,
            kept => kept,
        };
        let goal = self.goal();
        let deep = kept.as_ref().and_then(|k| k.observer.as_ref()).is_some_and(StopObserver::is_deep);
        let returns = self.only_returns().filter(|_| deep);
        let task = goal.and_then(|goal| self.machine.task(goal.pid()));
        // That its task ends is an event, whatever leads to the goal.
        let sought = Wanted { goal: goal.filter(|_| returns.is_none()), events: goal.is_some(), ..Wanted::default() };
        let observer = StopObserver::new(self.stops.list(), sought, &self.lines, &self.machine);
        let mut marks = Marks::default();
        let seen = observer.iter().flat_map(|observer| observer.registers(&self.machine));
        seen.for_each(|(task, registers)| marks.see(task, registers));
        self.stops.mark(&self.machine, &mut marks);
        if let (Some(depth), Some(task)) = (returns, task) {
            marks.set_returns(task, depth);
        }
        let tasks = self.machine.tasks().iter();
        let mut armed = Armed {
            stops: self.stops.version(),
            tasks: tasks.map(|t| (t.pid, Arc::clone(&t.image), t.context.reg_base)).collect(),
            goal,
            returns,
            marks,
            observer,
            deadlock: self.deadlock_stops.then(|| DeadlockWatch::new(&self.machine)),
        };
        if let Some(observer) = &mut armed.observer {
            let (unwritten, races) = kept.and_then(|k| k.observer).map_or((None, None), |o| (o.unwritten, o.races));
            if StopObserver::wants(self.stops.list(), |event| *event == Event::Unwritten) {
                observer.unwritten = self.survey(unwritten);
            }
            if StopObserver::wants(self.stops.list(), |event| matches!(event, Event::Race(_))) {
                observer.races = self.race_watch(races);
            }
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

    fn knows_races(&self, races: &RaceWatch) -> bool {
        let here = self.here();
        races.knows(here.branch, &self.declared.sync, here.turn)
    }

    /// The races up to here: as they are known already, or from the start.
    fn race_watch(&self, known: Option<Box<RaceWatch>>) -> Option<Box<RaceWatch>> {
        known.filter(|races| self.knows_races(races)).or_else(|| self.find_races(Vec::new()))
    }

    fn find_races(&self, open: Vec<Pid>) -> Option<Box<RaceWatch>> {
        let mut scratch = Machine::new(self.machine.config().clone());
        let (turn, sync) = (self.machine.turns(), &self.declared.sync);
        // What orders turns is learned from the trace; the past was run once already: it can be run again.
        let traced = scratch.config().trace >= Event::Race(None).least_trace();
        traced.then(|| self.timeline.race_watch(&mut scratch, turn, sync, open).ok()).flatten().map(Box::new)
    }

    /// After a slice of a run: looks through the past again where a task has touched what was left to another, and leaves
    /// out the races that are hidden.
    pub(super) fn settle_races(&self, observer: &mut StopObserver) {
        if let Some(open) = observer.races.as_ref().and_then(|races| races.wider()) {
            observer.races = self.find_races(open);
            observer.look_up_races(self.machine.turns());
        }
        observer.leave_out_races(|second| second.is_hidden(&self.declared, &self.machine));
    }

    /// Something from outside was done that may have written memory, loaded a task or sent a message.
    pub(super) fn written_from_outside(&mut self, touched: &[Touch]) {
        if let Some(observer) = self.armed.as_mut().and_then(|a| a.observer.as_mut()) {
            observer.input(&self.machine, touched);
        }
    }
}
