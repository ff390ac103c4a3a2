//! Depth first with a price on switches: searches with few of them, and the fewest that lead somewhere.

use super::bounds::Bounds;
use super::check::{Checks, Failure, ScopedExpr};
use super::hash::mix;
use super::report::{Bound, Report, Values};
use super::schedule::Schedule;
use super::seen::States;
use super::world::{AssumptionBroken, Rules, World};
use crate::executive::Machine;

/// What counts as a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Price {
    /// Another task steps though the last one could continue.
    Preemption,
    /// Another task steps.
    Switch,
}

/// Where a search is to lead.
#[derive(Debug, Clone, Copy)]
pub(super) enum SearchGoal<'a> {
    /// Everywhere: all is reported.
    All,
    /// To a failure.
    Failure(&'a Failure),
    /// To final values, by their text.
    Values(&'a str),
    /// To a state in which an expression is true.
    Holds(&'a ScopedExpr),
}

struct Node {
    todo: u32,
    last: Option<usize>,
    left: u64,
}

/// A search with a bound on switches.
pub(super) struct Bounded<'a> {
    pub start: &'a Machine,
    pub checks: &'a Checks,
    pub collect: &'a [ScopedExpr],
    pub bounds: Bounds,
    pub price: Price,
    pub goal: SearchGoal<'a>,
}

/// The result of such a search.
pub(super) struct Outcome {
    pub report: Report,
    /// The schedule that leads to the goal.
    pub schedule: Option<Schedule>,
    /// Switches were left untried.
    pub cut: bool,
    /// It was ended before it was done.
    pub over: bool,
}

impl Bounded<'_> {
    /// Searches with at most `most` switches; `go_on` is asked now and then.
    pub fn run(
        &self,
        rules: &Rules,
        most: u64,
        go_on: &mut dyn FnMut(&Report) -> bool,
    ) -> Result<Outcome, AssumptionBroken> {
        let rules = Rules { hashed: true, ..rules.clone() };
        let mut world = World::new(self.start, rules);
        world.owns_registers()?;
        let (states, mut out) =
            (States::new(), Outcome { report: Report::default(), schedule: None, cut: false, over: false });
        let mut nodes = Vec::new();
        self.look(&mut out, &world);
        self.descend(&mut nodes, &world, &states, &mut out, (None, most));
        while let Some(node) = nodes.last_mut() {
            if out.schedule.is_some() {
                break;
            }
            if node.todo == 0 {
                nodes.pop();
                world.undo();
                continue;
            }
            let index = node.todo.trailing_zeros() as usize;
            node.todo &= node.todo - 1;
            let costs = match (self.price, node.last) {
                (_, None) => false,
                (_, Some(last)) if last == index => false,
                (Price::Switch, _) => true,
                (Price::Preemption, Some(last)) => world.machine().is_ready(last),
            };
            let Some(left) = node.left.checked_sub(costs.into()) else {
                out.cut = true;
                continue;
            };
            let moved = world.step(index)?;
            out.report.steps += 1;
            if let Some(outcome) = moved.ended
                && let Some(failure) = self.checks.ended(world.machine(), index, outcome)
            {
                self.failed(&mut out, failure, &world);
            }
            if self.checks.each(&moved) {
                self.look(&mut out, &world);
            }
            if !self.descend(&mut nodes, &world, &states, &mut out, (Some(index), left)) {
                world.undo();
            }
            let stopped = out.report.steps % 4096 == 0 && !go_on(&out.report);
            if let Some(bound) = self.over(&out.report, &states).or(stopped.then_some(Bound::Stopped)) {
                out.report.limit(bound);
                out.over = true;
                break;
            }
        }
        Ok(out)
    }

    fn over(&self, report: &Report, states: &States) -> Option<Bound> {
        let Bounds { schedules, steps, bytes, .. } = self.bounds;
        match () {
            () if report.schedules >= schedules => Some(Bound::Schedules),
            () if report.steps >= steps => Some(Bound::Steps),
            () if states.bytes() > bytes => Some(Bound::Memory),
            () => None,
        }
    }

    fn failed(&self, out: &mut Outcome, failure: Failure, world: &World) {
        if matches!(self.goal, SearchGoal::Failure(wanted) if *wanted == failure) {
            out.schedule.get_or_insert_with(|| world.schedule());
        }
        out.report.failed(&failure, world, true);
    }

    fn look(&self, out: &mut Outcome, world: &World) {
        if let SearchGoal::Holds(goal) = self.goal
            && goal.value(world.machine()).is_ok_and(|v| v.truth())
        {
            out.schedule.get_or_insert_with(|| world.schedule());
        }
        for failure in self.checks.always(world.machine()) {
            self.failed(out, failure, world);
        }
    }

    fn descend(
        &self,
        nodes: &mut Vec<Node>,
        world: &World,
        states: &States,
        out: &mut Outcome,
        (last, left): (Option<usize>, u64),
    ) -> bool {
        let ready = world.ready();
        if ready == 0 {
            self.end(out, world);
            return false;
        }
        let here = world.key() ^ last.map_or(0, |last| mix(7, last as u64, 1));
        if !states.richer(here, left) {
            return false;
        }
        out.report.states += 1;
        if world.turns() >= self.bounds.turns {
            out.report.limit(Bound::Turns);
            return false;
        }
        nodes.push(Node { todo: ready, last, left });
        true
    }

    fn end(&self, out: &mut Outcome, world: &World) {
        let wanted = match self.goal {
            SearchGoal::All | SearchGoal::Holds(_) => false,
            SearchGoal::Failure(failure) => self.checks.finally(world.machine()).contains(failure),
            SearchGoal::Values(text) => Values::of(self.collect, world.machine()).text() == *text,
        };
        if wanted {
            out.schedule.get_or_insert_with(|| world.schedule());
        }
        out.report.ended(world, (self.checks, self.collect), None);
    }
}

/// The schedule with the fewest switches that leads to a goal, as long as it has fewer than one that is
/// known: none below that number is left out. `None` if there is none, or it takes more steps than the search may take in
/// all its attempts.
pub(super) fn fewest(
    search: &Bounded<'_>,
    rules: &Rules,
    known: u64,
    go_on: &mut dyn FnMut(&Report) -> bool,
) -> Option<Schedule> {
    let mut left = search.bounds.steps;
    for most in 0..known {
        let bounds = Bounds { steps: left, ..search.bounds };
        let out = Bounded { bounds, ..*search }.run(rules, most, go_on).ok()?;
        left = left.saturating_sub(out.report.steps);
        if let Some(schedule) = out.schedule {
            return Some(schedule);
        }
        if out.over {
            return None;
        }
    }
    None
}
