//! Schedules drawn by chance from a seed: evenly, or by priorities that change a few times (PCT).
//!
//! PCT (Burckhardt and others, ASPLOS 2010): a failure that needs `depth` orderings is found by one run in
//! `n * k^(depth - 1)` at least, with `n` tasks and `k` steps.

use super::bounds::{Bounds, bits};
use super::check::{Checks, ScopedExpr};
use super::report::{Bound, Report};
use super::world::{AssumptionBroken, Rules, World};
use crate::executive::Machine;
use crate::session::Dice;

/// How schedules are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Each step by any of the tasks that are ready, all with the same chance.
    Even,
    /// By priorities that change at `depth - 1` random steps.
    Pct {
        /// Orderings that a failure may need, at least 1.
        depth: u32,
    },
}

/// The priorities of one PCT run.
struct Priorities {
    of: Vec<u64>,
    /// Steps after which the task that ran falls below all others.
    changes: Vec<u64>,
}

impl Priorities {
    fn draw(tasks: usize, depth: u32, steps: u64, dice: &mut Dice) -> Priorities {
        let depth = u64::from(depth.max(1));
        let mut of: Vec<u64> = (0..tasks as u64).map(|i| depth + i).collect();
        (1..tasks).rev().for_each(|i| of.swap(i, dice.below(i + 1)));
        let changes = (1..depth).map(|_| dice.below(steps.max(1) as usize) as u64);
        Priorities { of, changes: changes.collect() }
    }

    fn pick(&mut self, ready: u32, step: u64) -> usize {
        let highest = |of: &[u64]| bits(ready).max_by_key(|i| of[*i]).unwrap_or(0);
        let chosen = highest(&self.of);
        match self.changes.iter().position(|at| *at == step) {
            Some(rank) => {
                // Its new priority is below those that tasks begin with.
                self.of[chosen] = rank as u64;
                highest(&self.of)
            }
            None => chosen,
        }
    }
}

/// Runs schedules that are drawn.
pub(super) fn sample(
    start: &Machine,
    (checks, collect): (&Checks, &[ScopedExpr]),
    (draw, seed): (Draw, u64),
    bounds: Bounds,
    rules: &Rules,
    go_on: &mut dyn FnMut(&Report) -> bool,
) -> Result<Report, AssumptionBroken> {
    let mut world = World::new(start, Rules { hashed: checks.same, ..rules.clone() });
    world.lead()?;
    let mut report = Report { bound: Some(Bound::Sampled), ..Report::default() };
    let (mut dice, mut longest) = (Dice::new(seed), 1);
    let bottom = world.depth();
    while report.schedules < bounds.schedules && report.steps < bounds.steps {
        let mut priorities = match draw {
            Draw::Even => None,
            Draw::Pct { depth } => Some(Priorities::draw(start.tasks().len(), depth, longest, &mut dice)),
        };
        let (mut step, mut failed) = (0, Vec::new());
        let mut ready = world.ready();
        while ready != 0 && world.turns() < bounds.turns {
            let index = match &mut priorities {
                Some(priorities) => priorities.pick(ready, step),
                None => bits(ready).nth(dice.below(ready.count_ones() as usize)).unwrap_or(0),
            };
            let moved = world.step(index)?;
            step += 1;
            let ended = moved.ended.and_then(|outcome| checks.ended(world.machine(), index, outcome));
            let broken = if checks.each(&moved) { checks.always(world.machine()) } else { Vec::new() };
            for failure in ended.into_iter().chain(broken) {
                report.failed(&failure, &world, false);
                if !failed.contains(&failure) {
                    failed.push(failure);
                }
            }
            ready = world.ready();
        }
        (report.steps, report.states, longest) = (report.steps + step, report.states + step, longest.max(step));
        match ready {
            0 => report.ended(&world, (checks, collect), None),
            // One that was cut off counts, so that the search ends.
            _ => report.schedules += 1,
        }
        failed.iter().for_each(|failure| report.count(failure, None));
        (bottom..world.depth()).for_each(|_| world.undo());
        if !go_on(&report) {
            report.bound = Some(Bound::Stopped);
            break;
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_a_permutation_and_change_as_often_as_they_may() {
        let mut dice = Dice::new(3);
        let mut p = Priorities::draw(4, 3, 10, &mut dice);
        let mut sorted = p.of.clone();
        sorted.sort_unstable();
        assert_eq!((sorted, p.changes.len()), (vec![3, 4, 5, 6], 2));
        p.changes = vec![5, 7];
        let first = p.pick(0b1111, 0);
        assert_eq!(p.pick(0b1111, 4), first);
        assert_ne!(p.pick(0b1111, 5), first);
    }
}
