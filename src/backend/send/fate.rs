//! What can still come of the run.

use crate::backend::answer::{Done, FateJudged};
use crate::backend::request::Fate;
use crate::backend::{Local, Refused};

impl Local {
    /// Answers a question about all schedules that leave the run.
    pub(super) fn carry_out_fate(&mut self, fate: Fate) -> Result<Done, Refused> {
        match fate {
            Fate::Judge(property) => Ok(Done::Fate(Box::new(FateJudged::of(self.fate(property)?)))),
        }
    }
}
