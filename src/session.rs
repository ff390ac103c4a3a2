//! A machine being debugged: runs and why they stop, breakpoints, the journal of what came from
//! outside. Knows nothing of keys, colours or files.

pub mod expr;
mod journal;
mod stop;

pub use journal::{Entry, Journal};
pub use stop::{Breakpoint, Status, Stops, Waiter};

use crate::executive::input::{Applied, Input, Refused};
use crate::executive::task::{State, Wait};
use crate::executive::{Config, End, Machine, Marks, Outcome, Quiet, Ran, Turn, Who};

/// A run that was asked for and may take many slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    who: Who,
    limit: u64,
    done: u64,
}

/// A run that is held for a moment.
#[derive(Debug)]
#[must_use]
pub struct Held(Option<Plan>);

/// A stretch of turns that can be done again: the machine before it.
#[derive(Debug, Clone)]
struct Slice {
    start: Machine,
    who: Who,
    turns: u64,
}

/// A machine being debugged.
#[derive(Debug, Clone)]
pub struct Session {
    machine: Machine,
    /// Breakpoints.
    pub stops: Stops,
    journal: Journal,
    status: Status,
    plan: Option<Plan>,
    /// The run that has stopped last.
    last: Option<Plan>,
    /// Turns the last run has done.
    ran: u64,
    slice: Option<Slice>,
    before: Option<Machine>,
    stopped: Option<Machine>,
    since: Option<Machine>,
}

impl Session {
    /// A session on an empty machine.
    #[must_use]
    pub fn new(config: Config) -> Session {
        Session {
            machine: Machine::new(config),
            stops: Stops::default(),
            journal: Journal::default(),
            status: Status::Fresh,
            plan: None,
            last: None,
            ran: 0,
            slice: None,
            before: None,
            stopped: None,
            since: None,
        }
    }

    /// The machine.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// What came from outside so far.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Whether it runs, or why it stands.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Whether a run is going on.
    #[must_use]
    pub fn running(&self) -> bool {
        self.plan.is_some()
    }

    /// The task that alone runs, or ran last, while the others stand still.
    #[must_use]
    pub fn alone(&self) -> Option<crate::executive::Pid> {
        match self.plan.or(self.last)?.who {
            Who::Only(pid) => Some(pid),
            _ => None,
        }
    }

    /// Turns the present or last run has done.
    #[must_use]
    pub fn ran(&self) -> u64 {
        self.ran
    }

    /// The machine just before the last turn, while it stands.
    #[must_use]
    pub fn before(&self) -> Option<&Machine> {
        self.before.as_ref()
    }

    /// The machine at the stop before this one.
    #[must_use]
    pub fn since(&self) -> Option<&Machine> {
        self.since.as_ref()
    }

    /// Does something from outside, between turns, and writes it down.
    ///
    /// # Errors
    /// What was wrong with it; then nothing has changed and nothing is written down.
    pub fn apply(&mut self, input: Input) -> Result<Applied, Refused> {
        let applied = self.machine.apply(&input)?;
        self.journal.input(self.machine.turns(), input);
        Ok(applied)
    }

    /// Asks for a run of at most `limit` turns; [`Session::pump`] does them.
    pub fn start(&mut self, who: Who, limit: u64) {
        self.since = Some(self.stopped.take().unwrap_or_else(|| self.machine.clone()));
        self.before = None;
        self.slice = None;
        self.ran = 0;
        self.plan = Some(Plan { who, limit, done: 0 });
        self.status = Status::Running;
    }

    /// Takes the run away for a moment, so that inputs can come in between two of its turns.
    pub fn hold(&mut self) -> Held {
        Held(self.plan.take())
    }

    /// Puts a held run back.
    pub fn release(&mut self, held: Held) {
        self.plan = held.0;
    }

    /// Lets a run go on that has stopped because nothing could run.
    pub fn go_on(&mut self) {
        if let Some(plan) = self.last.filter(|p| p.done < p.limit) {
            self.plan = Some(plan);
            self.status = Status::Running;
        }
    }

    /// Stops a run between two turns.
    pub fn pause(&mut self) {
        if self.plan.is_some() {
            self.stop(Status::Paused);
        }
    }

    /// Does at most `turns` turns of the run that was asked for; true while it goes on.
    pub fn pump(&mut self, turns: u64) -> bool {
        let Some(plan) = self.plan else { return false };
        let marks = self.stops.marks(&self.machine);
        let start = self.machine.clone();
        let ran = self.advance(plan, turns.min(plan.limit - plan.done), &marks);
        if ran.turns > 0 {
            self.slice = Some(Slice { start, who: plan.who, turns: ran.turns });
        }
        let done = plan.done + ran.turns;
        self.ran = done;
        self.plan = Some(Plan { done, ..plan });
        if let Some(status) = self.why_stop(plan, done, ran) {
            self.stop(status);
        }
        self.plan.is_some()
    }

    /// Runs; a breakpoint right under the first turn has been seen already and is passed.
    fn advance(&mut self, plan: Plan, limit: u64, marks: &Marks) -> Ran {
        let turn = self.machine.turns();
        let first = u64::from(plan.done == 0 && !marks.is_empty()).min(limit);
        let mut ran = self.machine.run(plan.who, first, &Marks::default());
        if ran.end == End::Limit {
            let rest = self.machine.run(plan.who, limit - first, marks);
            ran = Ran { turns: ran.turns + rest.turns, last: rest.last.or(ran.last), end: rest.end };
        }
        if let (Who::Only(pid), true) = (plan.who, ran.turns > 0) {
            self.journal.pick(turn, pid, ran.turns);
        }
        ran
    }

    fn why_stop(&mut self, plan: Plan, done: u64, ran: Ran) -> Option<Status> {
        match (ran.end, ran.last) {
            (End::Event, Some(Turn { pid, pc, outcome: Outcome::Faulted(fault), .. })) => {
                Some(Status::Fault { pid, pc, fault })
            }
            (End::Event, Some(Turn { pid, pc, outcome: Outcome::Break(code), .. })) => {
                Some(Status::Break { pid, pc, code })
            }
            (End::Mark(pid), _) => {
                let pc = self.machine.task(pid).map_or(0, |t| t.context.pc);
                self.stops.hit(pid, pc).map(|number| Status::Breakpoint { number, pid, pc })
            }
            (End::Quiet(Quiet::Idle), _) => Some(Status::Idle),
            (End::Quiet(Quiet::AllDone), _) => Some(Status::AllDone),
            (End::Quiet(Quiet::Deadlock), _) => Some(Status::Deadlock { waits: self.blocked() }),
            (End::Quiet(Quiet::NotReady), _) => Some(Status::Paused),
            (End::Limit | End::Event, _) if done >= plan.limit => {
                let pid = if let Who::Only(pid) = plan.who { Some(pid) } else { None };
                Some(Status::Limit { turns: done, pid })
            }
            (End::Limit | End::Event, _) => None,
        }
    }

    /// Who is blocked without a deadline, and on what.
    #[must_use]
    pub fn blocked(&self) -> Vec<Waiter> {
        let waiting = self.machine.tasks().iter().filter(|t| t.state == State::WaitingMbx);
        waiting
            .filter_map(|t| match t.wait {
                Some(Wait::Mailbox { descriptor, deadline: None, .. }) => {
                    Some(Waiter { pid: t.pid, descriptor, name: self.machine.mailbox_name(descriptor) })
                }
                _ => None,
            })
            .collect()
    }

    fn stop(&mut self, status: Status) {
        self.last = self.plan.take();
        self.status = status;
        self.before = self.slice.take().map(|slice| {
            let mut machine = slice.start;
            machine.run(slice.who, slice.turns - 1, &Marks::default());
            machine
        });
        self.stopped = Some(self.machine.clone());
    }
}
