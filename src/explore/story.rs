//! Which switch of a failing schedule matters: the last one without which all could still go well.

use super::check::{Checks, Failure};
use super::schedule::Schedule;
use super::search::Options;
use crate::executive::{Machine, Outcome, Pid};

/// The first point where a schedule that passes differs from one that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turning {
    /// Turns that both have in common.
    pub turn: u64,
    /// Who goes on in the one that fails; `None` where it has ended.
    pub fails: Option<(Pid, u32)>,
    /// Who goes on in the one that passes, and the pc it stands at.
    pub passes: (Pid, u32),
    /// The schedule that passes.
    pub schedule: Schedule,
}

/// Looks for a schedule that passes and has as much in common with a failing one as possible: at each of
/// its switches, the last first, another task goes on, and then one after the other. `None` if that
/// always fails, too.
#[must_use]
pub fn turning(start: &Machine, options: &Options, failing: &Schedule) -> Option<Turning> {
    let mut turns: Vec<u64> =
        failing.parts().iter().scan(0, |at, (_, n)| Some(std::mem::replace(at, *at + n))).collect();
    turns.reverse();
    turns.into_iter().find_map(|turn| other_way(start, options, failing, turn))
}

fn other_way(start: &Machine, options: &Options, failing: &Schedule, turn: u64) -> Option<Turning> {
    let mut there = start.clone();
    there.forget_trace();
    let common = failing.first(turn);
    common.run(&mut there);
    let pc = |pid: Pid| there.task(pid).map(|t| (pid, t.context.pc));
    let fails = failing.each().nth(turn as usize);
    let ready = (0..there.tasks().len()).filter(|i| there.is_ready(*i)).map(|i| there.tasks()[i].pid);
    // The one that ran before comes first: then the switch was not made at all.
    let last = common.parts().last().map(|(pid, _)| *pid);
    let mut others: Vec<Pid> = ready.filter(|pid| Some(*pid) != fails).collect();
    others.sort_by_key(|pid| Some(*pid) != last);
    others.into_iter().find_map(|pid| {
        let schedule = passes(&there, options, pid)?;
        let whole = common.parts().iter().chain(schedule.parts()).copied().collect();
        Some(Turning { turn, fails: fails.and_then(pc), passes: pc(pid)?, schedule: whole })
    })
}

/// Lets one task go on as long as it can, then the others by pid: how, if nothing fails.
fn passes(there: &Machine, options: &Options, first: Pid) -> Option<Schedule> {
    let (checks, mut machine) = (&options.checks, there.clone());
    let (mut schedule, mut pid) = (Schedule::default(), first);
    while schedule.turns() < options.bounds.turns.min(100_000) {
        if wrong(checks, &machine).is_some() {
            return None;
        }
        match machine.turn_of(pid) {
            Ok(turn) => {
                let index = machine.tasks().iter().position(|t| t.pid == pid)?;
                schedule.push(pid, 1);
                let ended = matches!(turn.outcome, Outcome::Faulted(_) | Outcome::Break(_));
                if ended && checks.ended(&machine, index, turn.outcome).is_some() {
                    return None;
                }
            }
            Err(_) => {
                if machine.next().is_none() {
                    machine.skip_idle();
                }
                match (0..machine.tasks().len()).find(|i| machine.is_ready(*i)) {
                    Some(index) => pid = machine.tasks()[index].pid,
                    None => return checks.finally(&machine).is_empty().then_some(schedule),
                }
            }
        }
    }
    None
}

fn wrong(checks: &Checks, machine: &Machine) -> Option<Failure> {
    checks.always(machine)
}
