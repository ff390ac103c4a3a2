//! Finding out in the background what a task could see, for a screen that must not wait for it.

use super::{Could, CouldError, could};
use crate::executive::{Machine, Pid};
use crate::explore::background::{Background, WorkState};
use crate::explore::graph::Limits;
use crate::explore::search::ExploreError;

/// A question about a task's turn that is being answered. Clones share it; it is stopped when the last of them goes.
#[derive(Debug, Clone)]
pub struct BackgroundCould(Background<Result<Could, CouldError>>);

impl BackgroundCould {
    /// Begins to find out what turn `n` of a task could see from a machine on.
    #[must_use]
    pub fn start(machine: Machine, place: (Pid, u64), limits: Limits) -> BackgroundCould {
        let last = machine.ran();
        BackgroundCould(Background::start(move |go_on| could(&machine, last, place, limits, &mut || go_on())))
    }

    /// What was found out, once it is over.
    #[must_use]
    pub fn done(&self) -> Option<Result<Could, CouldError>> {
        match self.0.state() {
            WorkState::UnderWay => None,
            WorkState::Done(done) => Some(done),
            WorkState::Failed => Some(Err(ExploreError::Failed.into())),
        }
    }

    /// Waits until it is over.
    pub fn wait(&self) {
        self.0.wait();
    }
}
