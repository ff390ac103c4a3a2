//! Why a run ends: its limit, its goal, what stops it, and what no run can pass.

use super::plan::Plan;
use super::{Session, Status};
use crate::executive::task::RunState;
use crate::executive::{End, Outcome, Quiet, Ran, Turn, Who};

/// What became of a slice of a run.
pub(super) struct Slice {
    /// Whether something came from outside at its end.
    pub came: bool,
    /// Why the run ends, if it does and no stop is the reason.
    pub why: Option<Status>,
}

impl Session {
    /// Ends the run if something ends it: why the slice ended, a stop that is due, or the goal.
    pub(super) fn end_slice(&mut self, why: Option<Status>) {
        let why = why.or_else(|| self.goal_reached());
        if why.is_some() || !self.stops.due().is_empty() {
            self.stop(why);
        }
    }

    /// Why a slice ends the run, if it does.
    pub(super) fn why_stop(&mut self, plan: Plan, done: u64, ran: Ran) -> Option<Status> {
        match (ran.end, ran.last) {
            (End::Event, Some(Turn { pid, pc, outcome: Outcome::Faulted(fault), .. })) => {
                Some(Status::Fault { pid, pc, fault })
            }
            (End::Event, Some(Turn { pid, pc, outcome: Outcome::Break(code), .. })) => {
                Some(Status::Break { pid, pc, code })
            }
            (End::Mark(pid), _) => {
                self.stops.arrive(&self.machine, pid);
                None
            }
            (End::Quiet(Quiet::Idle), _) => Some(Status::Idle),
            (End::Quiet(Quiet::AllDone), _) => Some(Status::AllDone),
            (End::Quiet(Quiet::TimeOver), _) => Some(Status::TimeOver),
            (End::Quiet(Quiet::Deadlock), _) => {
                self.stops.deadlock(&self.machine);
                Some(Status::Deadlock { waits: self.blocked(), others: Vec::new() })
            }
            // The schedule says what is wrong with that.
            (End::Quiet(Quiet::NotReady), _) if plan.scheduled => None,
            (End::Quiet(Quiet::NotReady), _) => Some(match plan.who {
                Who::Only(pid) => Status::Held { pid },
                Who::Rotation => Status::Paused,
            }),
            (End::Limit | End::Event | End::Seen, _) if done >= plan.limit => {
                let alone = if let Who::Only(pid) = plan.who { Some(pid) } else { None };
                let pid = alone.filter(|_| !plan.scheduled);
                Some(Status::Limit { turns: done, pid })
            }
            (End::Limit | End::Event | End::Seen, _) => None,
        }
    }

    /// Ends the run. What stops were set for comes first among the reasons, but for what ends a run by itself;
    /// that only the turns asked for are done is the least of them.
    pub(super) fn stop(&mut self, why: Option<Status>) {
        let plan = self.plan.take();
        self.last = plan;
        if let Some(plan) = plan.filter(|plan| plan.done > 0 && !self.stops.stands_at_breakpoint()) {
            self.arrive_at_next(plan);
        }
        self.arrived = matches!(why, Some(Status::Limit { .. } | Status::Arrived { .. }));
        let due = self.stops.due().first().map(|due| due.status.clone());
        let status = match why {
            Some(Status::Limit { .. } | Status::Arrived { .. }) | None => due.or(why),
            why => why,
        };
        if let Some(number) = self.transient.take() {
            self.kept = self.stops.list().iter().find(|stop| stop.number == number).cloned();
            self.kept.take_if(|_| self.stops.due().iter().any(|due| due.number == number));
            self.stops.remove(number);
        }
        self.stops.conclude();
        let status = status.unwrap_or(Status::Paused);
        if status.is_mark() {
            self.timeline.stopped(self.machine.turns());
        }
        self.status = status;
        self.stopped = Some(self.here());
    }

    /// A run that ends in front of a breakpoint has reached it: the next run passes it.
    fn arrive_at_next(&mut self, plan: Plan) {
        let who = match plan.who {
            Who::Rotation => self.timeline.recorded(self.machine.turns()),
            only => only,
        };
        let next = match who {
            Who::Rotation => self.machine.next(),
            Who::Only(pid) => self.machine.task(pid).filter(|t| t.state == RunState::Ready).map(|t| t.pid),
        };
        if let Some(pid) = next {
            self.stops.arrive(&self.machine, pid);
        }
    }
}
