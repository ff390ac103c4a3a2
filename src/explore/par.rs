//! The fewest switches with which something can be made to happen, for puzzles in which the student is the
//! scheduler.

use super::bounded::{Bounded, Price, SearchGoal};
use super::bounds::Bounds;
use super::check::{Checks, ScopedExpr};
use super::report::Report;
use super::schedule::Schedule;
use super::search::{ExploreError, first_rules};
use super::world::{AssumptionBroken, Rules};
use crate::executive::Machine;
use thiserror::Error;

/// A goal that can be reached, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par {
    /// How often another task takes over, at least: the first task's start is not a switch; a switch where a task
    /// waits or has ended is one.
    pub switches: u64,
    /// A schedule with this many, up to the turn after which the goal is reached first.
    pub schedule: Schedule,
    /// Every schedule with fewer switches was tried.
    pub proved: bool,
}

/// Why there is no par.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoPar {
    /// No schedule reaches the goal: all were tried.
    #[error("no schedule reaches the goal")]
    Never,
    /// None with so few switches does, and no more were tried.
    #[error("no schedule with {0} switches or fewer reaches the goal, and no more were tried")]
    More(u64),
    /// The search was ended by its bounds or by who asked for it.
    #[error("the search was ended with {0} switches, before all schedules with that many were tried")]
    Ended(u64),
    /// The search cannot begin.
    #[error(transparent)]
    Search(#[from] ExploreError),
}

/// The least number of switches, up to `most`, of any schedule of single turns from a machine on after some turn of
/// which a goal holds: found by trying all schedules without a switch, with one, and so on. `go_on` is asked now and
/// then, with what the search has done so far.
///
/// # Errors
/// The goal is not reached, or cannot be evaluated. A mailbox that is not there yet is not an error: it makes the goal
/// untrue.
pub fn par(
    start: &Machine,
    goal: &ScopedExpr,
    bounds: Bounds,
    most: u64,
    go_on: &mut dyn FnMut(&Report) -> bool,
) -> Result<Par, NoPar> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()).into());
    }
    let mut rules = first_rules(start);
    let needs = rules.watch(start, goal);
    if let Err(e) = goal.value(start)
        && !needs.events
    {
        let text = goal.expr.text().to_owned();
        return Err(ExploreError::Expression { text, message: e.to_string() }.into());
    }
    let checks = Checks::default();
    let search =
        Bounded { start, checks: &checks, collect: &[], bounds, price: Price::Switch, goal: SearchGoal::Holds(goal) };
    loop {
        match fewest(&search, &rules, most, go_on) {
            Ok(found) => return found.map(|par| Par { schedule: reached(start, goal, &par.schedule), ..par }),
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

type Found = Result<Result<Par, NoPar>, AssumptionBroken>;

fn fewest(search: &Bounded<'_>, rules: &Rules, most: u64, go_on: &mut dyn FnMut(&Report) -> bool) -> Found {
    let mut proved = true;
    for switches in 0..=most {
        let out = search.run(rules, switches, go_on)?;
        if let Some(schedule) = out.schedule {
            return Ok(Ok(Par { switches, schedule, proved }));
        }
        if out.over {
            return Ok(Err(NoPar::Ended(switches)));
        }
        proved &= out.report.exhausted();
        if !out.cut {
            // More switches lead nowhere else; turns may have been left out.
            return Ok(Err(if proved { NoPar::Never } else { NoPar::Ended(switches) }));
        }
    }
    Ok(Err(NoPar::More(most)))
}

/// A schedule up to the turn after which a goal holds first.
fn reached(start: &Machine, goal: &ScopedExpr, schedule: &Schedule) -> Schedule {
    let mut machine = start.clone();
    let holds = |machine: &Machine| goal.value(machine).is_ok_and(|v| v.truth());
    let mut turns = 0;
    for pid in schedule.each() {
        if holds(&machine) {
            break;
        }
        Schedule::from_iter([(pid, 1)]).run(&mut machine);
        turns += 1;
    }
    schedule.first(turns)
}
