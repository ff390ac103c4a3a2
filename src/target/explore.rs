//! Searches over schedules from where a session stands, and sessions that follow what was found.

use super::{Local, Pid, TargetError};
use crate::explore::{self, Asked, ExploreError, Options, Report, Schedule, Turning};
use crate::session::expr::{Expr, ExprError};
use crate::session::{Schedule as Cue, Status};

impl Local {
    /// An expression with the symbols of the programs, for a search.
    ///
    /// # Errors
    /// It is none.
    pub fn asked(&self, text: &str, pid: Option<Pid>) -> Result<Asked, ExprError> {
        Ok(Asked { expr: self.bound(Expr::parse(text)?, pid), pid })
    }

    /// Searches schedules from here on.
    ///
    /// # Errors
    /// As for [`explore::explore`].
    pub fn explore(&self, options: &Options, go_on: &(dyn Fn(&Report) -> bool + Sync)) -> Result<Report, ExploreError> {
        explore::explore(self.machine(), options, go_on)
    }

    /// Which switch of a failing schedule matters.
    #[must_use]
    pub fn turning(&self, options: &Options, failing: &Schedule) -> Option<Turning> {
        explore::turning(self.machine(), options, failing)
    }

    /// A session of its own that has followed a schedule from here on.
    ///
    /// # Errors
    /// Something runs.
    pub fn along(&self, schedule: &Schedule) -> Result<Local, TargetError> {
        self.standing()?;
        let mut copy = self.clone();
        copy.follow(schedule)?;
        Ok(copy)
    }

    /// Follows a schedule from here on, past faults and whatever else would stop a run.
    ///
    /// # Errors
    /// Something runs.
    pub fn follow(&mut self, schedule: &Schedule) -> Result<(), TargetError> {
        let end = self.machine().turns() + schedule.turns();
        let Ok(cue) = Cue::parse(&schedule.to_string()) else { return Ok(()) };
        self.start_schedule(cue, u64::MAX)?;
        while self.pump(1 << 20) {}
        while self.machine().turns() < end
            && !matches!(self.session().status(), Status::OffSchedule { .. })
            && self.go_on_with_schedule(u64::MAX)?
        {
            while self.pump(1 << 20) {}
        }
        Ok(())
    }
}
