//! Which share of even draws fails, estimated where it cannot be counted: orders are drawn and followed.

use super::choices::FAILED;
use super::{FAILS, Judging};
use crate::explore::bounds::bits;
use crate::explore::graph::Judge;
use crate::explore::world::AssumptionBroken;
use crate::session::Dice;

/// Orders that are drawn from a state.
const DRAWS: u32 = 200;
/// Turns of an order at most.
const TURNS: u64 = 2048;
/// Turns of all orders that are drawn for a run, at most: some tenths of a second.
pub(super) const BUDGET: u64 = 1 << 18;
/// The same each time, so that an answer is.
const SEED: u64 = 1;
/// Quantile of the normal distribution for an interval that holds with 95 %.
const Z: f64 = 1.96;

/// What came of orders in which each next task is drawn evenly from those that are ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SampledShare {
    /// Orders that failed.
    pub failed: u32,
    /// Orders that passed.
    pub passed: u32,
    /// Orders that were cut off before either.
    pub open: u32,
}

impl SampledShare {
    /// How many orders were drawn.
    #[must_use]
    pub const fn draws(&self) -> u32 {
        self.failed + self.passed + self.open
    }

    /// Between which shares, from 0 to 1, that of all draws lies with 95 %: by Wilson's interval, with the orders that were
    /// cut off as passing for the lower bound and as failing for the upper one.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let n = f64::from(self.draws().max(1));
        let bound = |failed: u32, sign: f64| {
            let share = f64::from(failed) / n;
            let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
            ((share + Z * Z / (2.0 * n) + sign * spread) / (1.0 + Z * Z / n)).clamp(0.0, 1.0)
        };
        (bound(self.failed, -1.0), bound(self.failed + self.open, 1.0))
    }
}

impl Judging<'_> {
    /// Draws orders from the state the world is in, until `budget` turns are used up. The same state has the same draws.
    pub(super) fn draw(&mut self, mark: u32, budget: &mut u64) -> Result<Option<SampledShare>, AssumptionBroken> {
        let (mut share, mut dice) = (SampledShare::default(), Dice::new(SEED));
        for _ in 0..DRAWS {
            if *budget == 0 {
                break;
            }
            let room = TURNS.min(*budget);
            let (turns, failed) = self.follow_draw(&mut dice, mark == FAILED, room)?;
            *budget -= turns;
            match failed {
                Some(true) => share.failed += 1,
                Some(false) => share.passed += 1,
                None => share.open += 1,
            }
        }
        Ok((share.draws() > 0).then_some(share))
    }

    /// Follows one order and comes back: its turns, and whether it failed if that was found out.
    fn follow_draw(
        &mut self,
        dice: &mut Dice,
        mut failed: bool,
        room: u64,
    ) -> Result<(u64, Option<bool>), AssumptionBroken> {
        let mut turns = 0;
        let outcome = loop {
            let ready = self.graph.world.ready();
            if failed {
                break Some(true);
            }
            if ready == 0 {
                break Some(self.verdict.end(&self.graph.world, 0) == FAILS);
            }
            if turns == room {
                break None;
            }
            let nth = dice.below(ready.count_ones() as usize);
            let Some(index) = bits(ready).nth(nth) else { break None };
            let moved = self.graph.world.step(index)?;
            turns += 1;
            failed = self.verdict.fails(self.graph.world.machine(), index, moved.ended);
        };
        (0..turns).for_each(|_| self.graph.world.undo());
        Ok((turns, outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons_and_what_was_cut_off_widens_it() {
        let near = |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 5e-4 && (b - d).abs() < 5e-4;
        // Twenty of a hundred: from tables.
        let share = SampledShare { failed: 20, passed: 80, open: 0 };
        assert!(near(share.interval(), (0.1333, 0.2888)), "{:?}", share.interval());
        let cut = SampledShare { failed: 20, passed: 70, open: 10 };
        assert!(cut.interval().0 == share.interval().0 && cut.interval().1 > share.interval().1);
        assert!(near(SampledShare { failed: 0, passed: 100, open: 0 }.interval(), (0.0, 0.0370)));
    }
}
