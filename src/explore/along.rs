//! A schedule followed turn by turn, up to where something fails.

use super::check::{Checks, Failure};
use super::schedule::Schedule;
use crate::executive::{Machine, Quiet};

/// Where a schedule leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Along {
    /// Turns taken: all of it, or up to what fails, or up to one that cannot be taken.
    pub turns: u64,
    /// What fails there.
    pub failure: Option<Failure>,
}

/// Follows a schedule up to the first failure that is wanted.
#[must_use]
pub fn along(start: &Machine, checks: &Checks, schedule: &Schedule, wanted: &dyn Fn(&Failure) -> bool) -> Along {
    let mut machine = start.clone();
    machine.forget_trace();
    let first = |failures: Vec<Failure>| failures.into_iter().find(|failure| wanted(failure));
    let (mut turns, mut failure) = (0, first(checks.always(&machine)));
    for pid in schedule.each() {
        if failure.is_some() {
            break;
        }
        let mut turn = machine.turn_of(pid);
        if turn == Err(Quiet::NotReady) {
            machine.skip_idle();
            turn = machine.turn_of(pid);
        }
        let (Ok(turn), Some(index)) = (turn, machine.tasks().iter().position(|t| t.pid == pid)) else { break };
        turns += 1;
        let ended = checks.ended(&machine, index, (turn.outcome, turn.pc));
        failure = first(ended.into_iter().chain(checks.always(&machine)).collect());
    }
    let at_end =
        failure.is_none() && !machine.has_deadlines() && (0..machine.tasks().len()).all(|i| !machine.is_ready(i));
    if at_end {
        failure = first(checks.finally(&machine));
    }
    Along { turns, failure }
}
