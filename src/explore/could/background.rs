//! Finding out in the background what a task could see, for a screen that must not wait for it.

use super::{Could, CouldError, could};
use crate::executive::{Machine, Pid};
use crate::explore::background::Background;
use crate::explore::graph::Limits;

/// A question about a task's turn that is being answered.
pub type BackgroundCould = Background<Result<Could, CouldError>>;

/// Begins to find out what turn `n` of a task could see from a machine on.
#[must_use]
pub fn begin_could(machine: Machine, place: (Pid, u64), limits: Limits) -> BackgroundCould {
    let last = machine.ran();
    Background::start(move |go_on| could(&machine, last, place, limits, &mut || go_on()))
}
