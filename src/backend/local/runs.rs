//! Runs: asked for, done in slices, held and paused.

use super::{Local, Refused};
use crate::executive::input;
use crate::executive::{Pid, Who};
use crate::session::Goal;
use crate::session::expr::Expr;

impl Local {
    /// Does something between two turns of a run, as if the machine stood; the run continues after that.
    pub fn between_turns<T>(&mut self, f: impl FnOnce(&mut Local) -> T) -> T {
        let held = self.session.hold();
        self.held = true;
        let done = f(self);
        self.held = false;
        self.session.release(held);
        done
    }

    /// Lets a run continue that has stopped because nothing could run.
    pub fn go_on(&mut self) {
        self.session.go_on();
    }

    pub(in crate::backend) fn standing(&self) -> Result<(), Refused> {
        if self.running() { Err(Refused::Running) } else { Ok(()) }
    }

    pub(in crate::backend) fn may_start(&self) -> Result<(), Refused> {
        if self.running() || self.held { Err(Refused::RunsAlready) } else { Ok(()) }
    }

    /// Asks for a run; [`Local::pump`] does the turns.
    ///
    /// # Errors
    /// It runs already, or the one task that is to run is not there.
    pub fn start(&mut self, who: Who, limit: u64) -> Result<(), Refused> {
        self.may_start()?;
        if let Who::Only(pid) = who
            && self.machine().task(pid).is_none()
        {
            return Err(input::Refused::NoTask(pid).into());
        }
        self.session.start(who, limit);
        Ok(())
    }

    /// Asks for a run until a task has got somewhere.
    ///
    /// # Errors
    /// It runs already, or the task is not there.
    pub fn start_towards(&mut self, goal: Goal) -> Result<(), Refused> {
        self.may_start()?;
        if self.machine().task(goal.pid()).is_none() {
            return Err(input::Refused::NoTask(goal.pid()).into());
        }
        self.session.start_towards(goal);
        Ok(())
    }

    /// Asks for a run in rotation until an expression is true. Whatever ends it, it leaves no stop behind.
    ///
    /// # Errors
    /// It runs already.
    pub fn start_until(&mut self, expr: Expr, pid: Pid) -> Result<(), Refused> {
        self.may_start()?;
        let expr = self.bound(expr, Some(pid));
        self.session.start_until(expr, pid);
        Ok(())
    }

    /// Whether the others take their turns while one task is run towards a goal.
    pub fn set_rotate(&mut self, rotate: bool) {
        self.session.rotate = rotate;
    }

    /// Does at most `turns` turns of the run; true while it continues.
    pub fn pump(&mut self, turns: u64) -> bool {
        if self.looking().is_some() { self.look_on(turns) } else { self.session.pump(turns) }
    }

    /// Stops a run between two turns.
    pub fn pause(&mut self) {
        self.session.pause();
    }

    /// Whether a run is in progress.
    #[must_use]
    pub fn running(&self) -> bool {
        self.session.running() || self.looking().is_some()
    }
}
