//! Searches in parts: splitting one, and doing parts of it.

use super::pool::{self, Ended, OnEnd};
use super::reduced::Search;
use super::report::{Bound, Report};
use super::search::{ExploreError, GoOn, Options, SLICE, Strategy, rules, task};
use super::seen::States;
use super::unit::Unit;
use super::world::{AssumptionBroken, Rules, World};
use crate::executive::Machine;

/// Steps of a search that only looks for assumptions that do not hold.
const PROBE_STEPS: u64 = 100_000;
/// Steps taken in a part that has a single step left to try, to split it.
const SPLIT_STEPS: u64 = 64;

/// Splits a search into parts, as many as asked for if there are as many: the rules it goes by, and what came of the
/// beginning, from which the parts are left.
///
/// # Errors
/// As for the whole search.
pub fn begin_units(start: &Machine, options: &Options, most: usize) -> Result<(Rules, Vec<Ended>), ExploreError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()));
    }
    let mut rules = rules(start, options)?;
    loop {
        let split =
            part(start, options, &rules, &Unit::root(), PROBE_STEPS).and_then(|_| split(start, options, &rules, most));
        match split {
            Ok(ended) => return Ok((rules, ended)),
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

/// A part, done alone for a number of steps.
fn part(start: &Machine, options: &Options, rules: &Rules, unit: &Unit, steps: u64) -> Result<Ended, AssumptionBroken> {
    let states = States::new();
    let once = (options.strategy == Strategy::Exhaustive).then_some(&states);
    let mut task = task(start, options, once);
    task.bounds.steps = steps;
    let mut search = Search::new(task, unit, rules)?;
    while !search.run(SLICE)? {}
    let (mut report, rest) = search.end();
    report.rest = rest;
    Ok(Ended { unit: unit.clone(), report, beside: Vec::new() })
}

fn split(start: &Machine, options: &Options, rules: &Rules, most: usize) -> Result<Vec<Ended>, AssumptionBroken> {
    let (mut open, mut done) = (vec![Unit::root()], Vec::new());
    // A search that ends soon has fewer.
    while open.len() < most && done.len() < 4 * most {
        // The one nearest to the start is most of the search.
        let Some(at) = (0..open.len()).min_by_key(|at| (open[*at].depth(), &open[*at])) else { break };
        let unit = open.swap_remove(at);
        let parts = unit.split();
        let ended = match parts.len() {
            0 | 1 => part(start, options, rules, &unit, SPLIT_STEPS)?,
            _ => {
                let report = Report { bound: Some(Bound::Units), rest: parts, ..Report::default() };
                Ended { unit, report, beside: Vec::new() }
            }
        };
        open.extend(ended.report.rest.iter().cloned());
        done.push(ended);
    }
    Ok(done)
}

/// Does parts of a search on threads: `on_end` is called with each that has ended, and with those that could not be
/// begun nothing is done. The rules to begin again with, if a step has broken those of the search.
///
/// # Errors
/// As for the whole search; a part that is not one of this search.
pub fn do_units(
    start: &Machine,
    options: &Options,
    rules: &Rules,
    units: Vec<Unit>,
    on_end: &OnEnd<'_>,
    go_on: &GoOn<'_>,
) -> Result<Result<(), Rules>, ExploreError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()));
    }
    let begin_again = |broken| {
        let mut rules = rules.clone();
        rules.reckon_with(broken);
        Ok(Err(rules))
    };
    for unit in &units {
        match begins(start, rules, unit) {
            Ok(true) => {}
            Ok(false) => return Err(ExploreError::Unit),
            Err(broken) => return begin_again(broken),
        }
    }
    let states = States::new();
    let once = (options.strategy == Strategy::Exhaustive).then_some(&states);
    match pool::work(task(start, options, once), rules, units, options.jobs, on_end, go_on) {
        Ok(done) => done.map(|_| Ok(())),
        Err(broken) => begin_again(broken),
    }
}

/// Whether there is a state where a part begins.
fn begins(start: &Machine, rules: &Rules, unit: &Unit) -> Result<bool, AssumptionBroken> {
    let mut world = World::new(start, rules.clone());
    world.lead()?;
    for below in &unit.path {
        let ready = world.ready();
        if below.index >= 32 || ready >> below.index & 1 == 0 || (below.tried | below.todo) & !ready != 0 {
            return Ok(false);
        }
        world.step(below.index)?;
    }
    let here = unit.todo.unwrap_or(0) | unit.tried;
    Ok(here & !world.ready() == 0)
}
