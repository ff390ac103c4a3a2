//! Judging a run in the background, for a screen that must not wait for it.

use super::{Choices, Fate, FateError, choices, fate};
use crate::executive::Machine;
use crate::explore::background::{Background, WorkState};
use crate::explore::check::Checks;
use crate::explore::graph::Limits;
use crate::explore::schedule::Schedule;
use crate::explore::search::ExploreError;

/// A run that is being judged. Clones share it; it is stopped when the last of them goes.
#[derive(Debug, Clone)]
pub struct BackgroundFate(Background<Result<Fate, FateError>>);

impl BackgroundFate {
    /// Begins to judge a run from a machine on.
    #[must_use]
    pub fn start(machine: Machine, run: Schedule, checks: Checks, limits: Limits) -> BackgroundFate {
        BackgroundFate(Background::start(move |go_on| fate(&machine, &run, &checks, limits, &mut || go_on())))
    }

    /// What was found out, once it is over.
    #[must_use]
    pub fn done(&self) -> Option<Result<Fate, FateError>> {
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

/// The choices along a run that are being found out. Clones share it; it is stopped when the last of them goes.
#[derive(Debug, Clone)]
pub struct BackgroundChoices(Background<Result<Choices, FateError>>);

impl BackgroundChoices {
    /// Begins to find out the choices along a run from a machine on.
    #[must_use]
    pub fn start(machine: Machine, run: Schedule, checks: Checks, limits: Limits) -> BackgroundChoices {
        BackgroundChoices(Background::start(move |go_on| choices(&machine, &run, &checks, limits, &mut || go_on())))
    }

    /// What was found out, once it is over.
    #[must_use]
    pub fn done(&self) -> Option<Result<Choices, FateError>> {
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
