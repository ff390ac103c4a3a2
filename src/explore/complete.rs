//! What is added to the report of a search: how many orders there are, and the schedules with the fewest switches.

use super::along::along;
use super::bounded::{Bounded, Price, SearchGoal, fewest};
use super::bounds::Bounds;
use super::check::{Checks, Failure};
use super::mirrored::mirror;
use super::orders::{self, Known, NoGraph, Subject};
use super::reduced::SearchTask;
use super::report::{Bound, Report};
use super::schedule::Schedule;
use super::search::{GoOn, Options, Strategy, alone};
use super::world::Rules;
use crate::executive::Machine;

/// Schedules run to count them, at most.
const COUNTED_SCHEDULES: u64 = 20_000;
/// Turns of one schedule of those: longer ones spin, or stand for more orders than can be counted.
const COUNTED_TURNS: u64 = 2000;
/// Steps to count schedules with, at most, for each step that the search took.
const COUNTED_STEPS: u64 = 20;
/// Steps in any case; both together stay below a fraction of a second.
const COUNTED_LEAST: u64 = 2000;
const COUNTED_MOST: u64 = 200_000;
/// States of the graph of all orders, at most: in any case, and for each step that the search took.
const ORDERS_LEAST: usize = 30_000;
const ORDERS_STEPS: u64 = 4;
const ORDERS_MOST: usize = 400_000;
/// Bytes that such a state takes, about.
const ORDERS_BYTES: usize = 256;
/// Steps of all searches for the fewest switches together, at most: in any case, and for each step that the search took.
const FEWEST_LEAST: u64 = 100_000;
const FEWEST_STEPS: u64 = 2;
/// Ends that a schedule with the fewest switches is looked for, at most.
const FEWEST_ENDS: usize = 64;

/// Completes the report of a search that went by its rules: counts, and the schedules with the fewest switches. That
/// takes no longer than a small search does; one that was stopped is left as it is.
pub fn complete(report: &mut Report, start: &Machine, options: &Options, go_on: &GoOn<'_>) {
    report.compare_ends(options.checks.same);
    if options.strategy == Strategy::Exhaustive {
        mirror(report, start, &options.checks);
    }
    if matches!(report.bound, Some(Bound::Stopped | Bound::Time)) {
        return;
    }
    let rules = &report.rules.clone();
    let known = all_orders(report, start, options, rules, go_on);
    if let Some(known) = &known {
        report.know(known);
    }
    let endless = known.as_ref().is_some_and(|known| known.orders.is_none());
    if options.strategy == Strategy::Exhaustive && report.exhausted() && !options.uncounted && !endless {
        count_schedules(report, start, options, rules, go_on);
    }
    if known.is_none() {
        shorten(report, start, options, rules, go_on);
    }
}

/// What is known of all orders of single turns, if their graph is small beside the search.
fn all_orders(report: &Report, start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) -> Option<Known> {
    let Options { checks, collect, bounds, .. } = options;
    // States that are compared as a whole are not told apart alike by both.
    if checks.same || options.uncounted || !report.exhausted() {
        return None;
    }
    let most = usize::try_from(report.steps.saturating_mul(ORDERS_STEPS)).unwrap_or(usize::MAX);
    let most = most.clamp(ORDERS_LEAST, ORDERS_MOST).min(bounds.bytes / ORDERS_BYTES);
    let mut rules = rules.clone();
    loop {
        let subject = Subject { start, checks, collect };
        match orders::build(subject, &rules, most, &mut || go_on(report, Some(1.0))) {
            Ok(Ok(graph)) => return Some(graph.known()),
            Ok(Err(NoGraph::Large | NoGraph::Stopped)) => return None,
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

/// Counts the schedules that differ in more than what commutes, and what each stands for, if there are few.
fn count_schedules(report: &mut Report, start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) {
    let Options { checks, collect, bounds, .. } = options;
    let steps = (report.steps * COUNTED_STEPS).clamp(COUNTED_LEAST, COUNTED_MOST);
    let turns = bounds.turns.min(COUNTED_TURNS);
    let bounds = Bounds { schedules: COUNTED_SCHEDULES, steps, turns, ..*bounds };
    let task = SearchTask { start, checks, collect, bounds, sleep: true, once: None, alike: false, count: true };
    if let Ok(counted) = alone(task, rules, go_on)
        && counted.exhausted()
    {
        report.take_counts(counted);
    }
}

/// Finds a schedule with fewer switches for each failure and each end, if that can be found soon.
fn shorten(report: &mut Report, start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) {
    let found_so_far = report.clone();
    let mut go_on = |_: &Report| go_on(&found_so_far, Some(1.0));
    let Options { checks, collect, bounds, .. } = options;
    let goals = report.failures.len() + report.collected.len().min(FEWEST_ENDS);
    let steps = (FEWEST_LEAST + report.steps.saturating_mul(FEWEST_STEPS)) / goals.max(1) as u64;
    let bounds = Bounds { steps, schedules: u64::MAX, ..*bounds };
    let search = |goal| Bounded { start, checks, collect, bounds, price: Price::Switch, goal };
    for (failure, found) in &mut report.failures {
        let fewer = fewest(&search(SearchGoal::Failure(failure)), rules, found.schedule.switches(), &mut go_on);
        found.schedule = fewer.unwrap_or_else(|| std::mem::take(&mut found.schedule));
        found.schedule = until_failure(start, checks, failure, &found.schedule);
    }
    for (text, (_, found)) in report.collected.iter_mut().take(FEWEST_ENDS) {
        let fewer = fewest(&search(SearchGoal::Values(text)), rules, found.schedule.switches(), &mut go_on);
        found.schedule = fewer.unwrap_or_else(|| std::mem::take(&mut found.schedule));
    }
}

/// A schedule up to the turn with which it fails.
fn until_failure(start: &Machine, checks: &Checks, failure: &Failure, schedule: &Schedule) -> Schedule {
    schedule.first(along(start, checks, schedule, &|found| found == failure).turns)
}
