//! What can still come of the run.

use crate::backend::answer::{CouldData, Done, FateJudged, FateOff};
use crate::backend::request::Fate;
use crate::backend::{Local, Refused};

impl Local {
    /// Answers a question about all schedules that leave the run.
    pub(super) fn carry_out_fate(&mut self, fate: Fate) -> Result<Done, Refused> {
        match fate {
            Fate::Off => {
                self.hide_fate();
                Ok(Done::FateOff(FateOff { fate: None }))
            }
            Fate::Could { pid, n, after } => Ok(Done::Could(Box::new(CouldData::of(self.could(pid, n, after)?)))),
            Fate::Judge(property) => Ok(Done::Fate(Box::new(FateJudged::of(self.judge(property)?)))),
        }
    }
}
