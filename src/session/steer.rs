//! Runs by a schedule: it says whose the next turns are, and each choice is a pick in the journal.

use super::journal::JournalEntry;
use super::plan::Plan;
use super::schedule::TurnSource;
use super::{Session, Slice, Status, TravelError};
use crate::executive::task::{RunState, Wait};
use crate::executive::{Config, Machine, Marks, Observer, Pid, Touched, Turn, Who};
use crate::vm::{Code, Context, Touch, View};

/// Most places of a schedule that are written out.
const MOST: usize = 1 << 20;

/// Writes down who takes turns.
struct Runs {
    runs: Vec<(Pid, u64)>,
    over: bool,
}

impl Observer for Runs {
    fn before(&mut self, _: u64, cx: &Context, _: &View<'_>, _: &Code) -> bool {
        let full = self.runs.len() == MOST;
        match self.runs.last_mut() {
            Some((pid, turns)) if *pid == cx.pid => *turns += 1,
            _ if full => self.over = true,
            _ => self.runs.push((cx.pid, 1)),
        }
        self.over
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        false
    }
}

impl Session {
    /// Whether the current run, or the last one, follows a schedule.
    #[must_use]
    pub fn scheduled(&self) -> bool {
        self.plan.or(self.last).is_some_and(|p| p.scheduled)
    }

    /// Asks for a run by a schedule, of at most `limit` turns; [`Session::pump`] does it.
    pub fn start_schedule(&mut self, schedule: TurnSource, limit: u64) {
        self.start(Who::Rotation, schedule.left().min(limit));
        if let Some(plan) = &mut self.plan {
            plan.scheduled = true;
        }
        self.schedule = Some(schedule);
    }

    /// Asks for what is left of the schedule that a stop has interrupted, or at most `limit` turns of it; false if
    /// there is none.
    pub fn go_on_with_schedule(&mut self, limit: u64) -> bool {
        let Some(schedule) = self.schedule.take().filter(|s| s.left() > 0) else { return false };
        self.start_schedule(schedule, limit);
        true
    }

    /// Who took turns from the start of the current branch up to here, and how many in a row.
    ///
    /// # Errors
    /// The list has more than a million places.
    pub fn runs(&self) -> Result<Vec<(Pid, u64)>, TravelError> {
        let mut scratch = Machine::new(self.machine.config().clone());
        let mut observer = Runs { runs: Vec::new(), over: false };
        let replayed = self.timeline.replay(&mut scratch, &mut 0, self.machine.turns(), &mut observer);
        if observer.over {
            return Err(TravelError::Nothing(format!("the schedule so far has more than {MOST} places")));
        }
        replayed?;
        Ok(observer.runs)
    }

    /// The turns of the current branch up to one of them, from the last change from outside before it: the machine they
    /// begin with, and who takes them.
    ///
    /// # Errors
    /// The list has more than a million places.
    pub fn undisturbed(&self, to: u64) -> Result<(Machine, Vec<(Pid, u64)>), TravelError> {
        let inputs = self.journal().entries().iter().filter(|(_, entry)| matches!(entry, JournalEntry::Input(_)));
        let from = inputs.map(|(turn, _)| *turn).filter(|turn| *turn <= to).max().unwrap_or(0);
        let mut machine = Machine::new(Config { trace: 0, ..self.machine.config().clone() });
        let (mut entry, mut observer) = (0, Runs { runs: Vec::new(), over: false });
        self.timeline.replay(&mut machine, &mut entry, from, &mut ())?;
        let start = machine.clone();
        let replayed = self.timeline.replay(&mut machine, &mut entry, to, &mut observer);
        if observer.over {
            return Err(TravelError::Nothing(format!("the turns from {from} to {to} have more than {MOST} switches")));
        }
        replayed?;
        Ok((start, observer.runs))
    }

    /// A slice of the run: by the schedule if it has one.
    pub(super) fn slice(&mut self, plan: Plan, turns: u64, marks: &Marks, observer: &mut impl Observer) -> Slice {
        if !plan.scheduled {
            return self.slice_of(plan, turns, marks, observer);
        }
        let (who, most) = match self.cue(observer) {
            Ok(cue) => cue,
            Err(why) => return Slice { came: false, why: Some(why) },
        };
        let slice = self.slice_of(Plan { who, ..plan }, turns.min(most), marks, observer);
        let taken = self.ran - plan.done;
        if let Some(schedule) = &mut self.schedule {
            schedule.took(taken);
        }
        slice
    }

    /// Whose turn it is by the schedule, and for how many turns.
    ///
    /// # Errors
    /// That task cannot run, and why.
    fn cue(&mut self, observer: &mut impl Observer) -> Result<(Who, u64), Status> {
        if self.machine.next().is_none() {
            self.skip_idle(observer);
        }
        let tasks = self.machine.tasks().iter();
        let ready: Vec<Pid> = tasks.filter(|t| t.state == RunState::Ready).map(|t| t.pid).collect();
        match self.schedule.as_mut().and_then(|s| s.next(&ready)) {
            Some((pid, turns)) if ready.contains(&pid) => Ok((Who::Only(pid), turns)),
            Some((pid, _)) => Err(self.off_schedule(pid)),
            // No task can run: the rotation knows why.
            None => Ok((Who::Rotation, 1)),
        }
    }

    /// Lets the clock jump while no task is ready, as the next turn in rotation would.
    fn skip_idle(&mut self, observer: &mut impl Observer) {
        let before = self.machine.time_us();
        let mut touched = Touched::new(observer.wants_touches());
        self.machine.skip_idle_touching(&mut touched);
        if self.machine.time_us() != before {
            observer.idle(&self.machine, touched.list());
            self.timeline.jumped(self.machine.turns());
        }
    }

    fn off_schedule(&self, pid: Pid) -> Status {
        let (place, line) = self.schedule.as_ref().and_then(TurnSource::at).unwrap_or((1, 1));
        Status::OffSchedule { place, line, pid, why: self.why_not(pid) }
    }

    /// Why a task cannot run, in words.
    fn why_not(&self, pid: Pid) -> String {
        let Some(task) = self.machine.task(pid) else { return "is not there".into() };
        match (task.state, &task.wait) {
            (RunState::Paused, _) => "is frozen".into(),
            (RunState::Faulted, _) => "has faulted".into(),
            (RunState::Returned | RunState::Exited, _) => "has ended".into(),
            (_, Some(Wait::Mailbox { descriptor, .. })) => {
                format!("waits for {}", self.machine.mailbox_name(*descriptor))
            }
            (_, Some(Wait::Sleep { deadline })) => format!("sleeps until {deadline} us"),
            (RunState::Ready | RunState::WaitingMbx | RunState::Sleeping, None) => "cannot run".into(),
        }
    }
}
