//! A way out of a failing schedule: a switch that another schedule, which passes, does not make.
//!
//! It is one greedy guess: only the switches are looked at, the last first, and from each the other tasks are only let
//! run one after the other. A later way out may exist, and one may exist where none is found.

use super::schedule::Schedule;
use super::search::Options;
use crate::executive::{Machine, Outcome, Pid};

/// The point where a schedule that passes leaves one that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalSwitch {
    /// Turns that both have in common.
    pub turn: u64,
    /// The task that continues in the one that fails, and its pc; `None` where it has ended.
    pub fails: Option<(Pid, u32)>,
    /// The task that continues in the one that passes, and its pc.
    pub passes: (Pid, u32),
    /// The schedule that passes.
    pub schedule: Schedule,
}

/// Looks for a schedule that passes and shares a long beginning with a failing one: at each of its switches, the last
/// first, another task continues, and then one after the other. `None` if all of those fail, too.
#[must_use]
pub fn critical_switch(start: &Machine, options: &Options, failing: &Schedule) -> Option<CriticalSwitch> {
    let mut turns: Vec<u64> =
        failing.parts().iter().scan(0, |at, (_, n)| Some(std::mem::replace(at, *at + n))).collect();
    turns.reverse();
    turns.into_iter().find_map(|turn| other_way(start, options, failing, turn))
}

fn other_way(start: &Machine, options: &Options, failing: &Schedule, turn: u64) -> Option<CriticalSwitch> {
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
        Some(CriticalSwitch { turn, fails: fails.and_then(pc), passes: pc(pid)?, schedule: whole })
    })
}

/// Lets one task continue as long as it can, then the others by pid: the schedule, if nothing fails.
fn passes(there: &Machine, options: &Options, first: Pid) -> Option<Schedule> {
    let (checks, mut machine) = (&options.checks, there.clone());
    let (mut schedule, mut pid) = (Schedule::default(), first);
    while schedule.turns() < options.bounds.turns.min(100_000) {
        if !checks.always(&machine).is_empty() {
            return None;
        }
        match machine.turn_of(pid) {
            Ok(turn) => {
                let index = machine.tasks().iter().position(|t| t.pid == pid)?;
                schedule.push(pid, 1);
                let ended = matches!(turn.outcome, Outcome::Faulted(_) | Outcome::Break(_));
                if ended && checks.ended(&machine, index, (turn.outcome, turn.pc)).is_some() {
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
