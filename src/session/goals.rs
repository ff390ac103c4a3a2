//! Runs towards a goal of one task.

use super::{Goal, LineTable, On, Session, Status, armed, expr};
use crate::executive::{Machine, Pid, Who};
use std::sync::Arc;

impl Session {
    /// Asks for a run until a task has got somewhere, in rotation or alone as [`Session::rotate`] says.
    pub fn start_towards(&mut self, goal: Goal) {
        let who = if self.rotate { Who::Rotation } else { Who::Only(goal.pid()) };
        self.start(who, u64::MAX);
        if let Some(plan) = &mut self.plan {
            plan.goal = Some(goal);
        }
    }

    /// Asks for a run until a task is on another source line, as a [`Goal::Line`] says.
    pub fn start_step(&mut self, goal: Goal, lines: Arc<LineTable>) {
        self.lines = lines;
        // The lines of another program may give an equal goal.
        self.armed.iter_mut().for_each(armed::Armed::outdate);
        self.start_towards(goal);
    }

    /// Asks for a run in rotation until an expression is true.
    pub fn start_until(&mut self, expr: expr::Expr, pid: Pid) {
        let number = self.stops.add_on(Some(pid), On::Change(expr.clone(), None));
        if let Some(stop) = self.stops.get_mut(number) {
            (stop.condition, stop.temporary) = (Some(expr), true);
        }
        self.start(Who::Rotation, u64::MAX);
        self.transient = Some(number);
    }

    /// Whether the task has reached the goal of the run, or has ended on the way.
    pub(super) fn goal_reached(&mut self) -> Option<Status> {
        let plan = self.plan.as_mut()?;
        let goal = plan.goal.as_mut()?;
        goal.reached(&self.machine, &self.lines).then(|| arrived(&self.machine, *goal, plan.done))
    }
}

/// Why a run stands that has reached its goal.
fn arrived(machine: &Machine, goal: Goal, turns: u64) -> Status {
    let pid = goal.pid();
    match (machine.task(pid).filter(|t| !t.state.ended()), goal) {
        (Some(_), Goal::Line { .. }) => Status::Line { turns, pid },
        (Some(task), Goal::Out { function, .. }) => Status::Returned { turns, pid, function, r0: machine.reg(task, 0) },
        (standing, _) => Status::Arrived { turns, pid, ended: standing.is_none() },
    }
}
