//! How a task has fared: when it ran last, how long it waited, how soon it ran after a wake.
//!
//! Kept up when tasks block, wake and take over, never in every turn. No part of the digest:
//! nothing that happens depends on it.

use super::mailbox::Stamp;
use serde::Serialize;

/// Classes of a [`Latency`].
const CLASSES: usize = 24;

/// The longest wait a task has had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Longest {
    /// The turn that began it.
    pub since: u64,
    /// Turns of all tasks it took.
    pub turns: u64,
    /// Virtual µs it took: more than its turns where the clock has jumped.
    pub us: u64,
}

/// How soon a task ran after its waits had ended: turns from the end of the wait to its own first
/// turn, so 1 is the soonest. Counted in classes of powers of two: 1, 2 to 3, 4 to 7 and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// Least and most, in turns; 0 before the first.
    least: u64,
    most: u64,
    classes: [u32; CLASSES],
}

impl Default for Latency {
    fn default() -> Latency {
        Latency { least: 0, most: 0, classes: [0; CLASSES] }
    }
}

impl Latency {
    fn add(&mut self, turns: u64) {
        let turns = turns.max(1);
        self.least = if self.most == 0 { turns } else { self.least.min(turns) };
        self.most = self.most.max(turns);
        let class = &mut self.classes[(turns.ilog2() as usize).min(CLASSES - 1)];
        *class = class.saturating_add(1);
    }

    /// How many wakes were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.classes.iter().map(|n| u64::from(*n)).sum()
    }

    /// The least number of turns; `None` before the first wake.
    #[must_use]
    pub fn least(&self) -> Option<u64> {
        (self.most > 0).then_some(self.least)
    }

    /// The greatest number of turns.
    #[must_use]
    pub fn most(&self) -> Option<u64> {
        (self.most > 0).then_some(self.most)
    }

    /// The median lies between these, both included: the class it is in, cut to what was seen.
    #[must_use]
    pub fn median(&self) -> Option<(u64, u64)> {
        let middle = self.count().div_ceil(2);
        let mut below = 0;
        let class = self.classes.iter().position(|n| {
            below += u64::from(*n);
            middle > 0 && below >= middle
        })?;
        let (low, high) = (1 << class, if class + 1 == CLASSES { u64::MAX } else { (2 << class) - 1 });
        Some((self.least.max(low), self.most.min(high)))
    }
}

/// What is known of a task's waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WaitStats {
    /// The turn after which it became ready last.
    pub ready: u64,
    /// When the wait it is in began, or its last one.
    pub began: Stamp,
    /// Its longest wait that has ended, by virtual time.
    pub longest: Option<Longest>,
    /// How soon it ran after its waits.
    pub latency: Latency,
}

impl WaitStats {
    /// A wait has ended.
    pub(super) fn ended(&mut self, now: Stamp) {
        let Stamp { turn, micros } = self.began;
        let wait = Longest { since: turn, turns: now.turn - turn, us: now.micros - micros };
        if self.longest.is_none_or(|longest| longest.us < wait.us) {
            self.longest = Some(wait);
        }
    }

    /// It runs for the first time after a wait.
    #[cold]
    pub(super) fn runs_again(&mut self, woken: u64, turn: u64) {
        self.latency.add(turn - woken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_class_of_the_middle_one() {
        let mut latency = Latency::default();
        assert_eq!((latency.count(), latency.least(), latency.median(), latency.most()), (0, None, None, None));
        [3, 1, 100, 2, 9].into_iter().for_each(|turns| latency.add(turns));
        assert_eq!((latency.count(), latency.least(), latency.most()), (5, Some(1), Some(100)));
        assert_eq!(latency.median(), Some((2, 3)));
        let mut one = Latency::default();
        one.add(u64::MAX);
        assert_eq!(one.median(), Some((u64::MAX, u64::MAX)));
    }
}
