//! Questions about a run that are answered in the background, for a screen that must not wait for them.

use super::{Choices, Fate, FateError, choices, fate};
use crate::executive::Machine;
use crate::explore::background::Background;
use crate::explore::check::Checks;
use crate::explore::graph::Limits;
use crate::explore::schedule::Schedule;

/// A run that is being judged.
pub type BackgroundFate = Background<Result<Fate, FateError>>;
/// The choices along a run that are being found out.
pub type BackgroundChoices = Background<Result<Choices, FateError>>;

/// Begins to judge a run from a machine on.
#[must_use]
pub fn begin_fate(machine: Machine, run: Schedule, checks: Checks, limits: Limits) -> BackgroundFate {
    Background::start(move |go_on| fate(&machine, &run, &checks, limits, &mut || go_on()))
}

/// Begins to find out the choices along a run from a machine on.
#[must_use]
pub fn begin_choices(machine: Machine, run: Schedule, checks: Checks, limits: Limits) -> BackgroundChoices {
    Background::start(move |go_on| choices(&machine, &run, &checks, limits, &mut || go_on()))
}
