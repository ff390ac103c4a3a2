//! How many turns are due, so that a run keeps to its rate and requests do not wait.

use std::time::{Duration, Instant};

/// How long a slice of a run may take before requests are looked at.
const SLICE: Duration = Duration::from_millis(1);
/// Turns of the first slice of a run.
const FIRST_SLICE: u64 = 10_000;
/// The longest wait for the next turn of a slow run.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// The pace of a run.
pub(super) struct Pace {
    slice: u64,
    began: Instant,
    turns: u64,
}

impl Pace {
    pub fn new() -> Pace {
        Pace { slice: FIRST_SLICE, began: Instant::now(), turns: 0 }
    }

    /// Counts from here on: the machine stood, or its rate may be another.
    pub fn begin(&mut self) {
        (self.began, self.turns) = (Instant::now(), 0);
    }

    /// The turns of the next slice, at a rate in turns a second; full speed without one.
    pub fn due(&self, rate: Option<u64>) -> u64 {
        let Some(rate) = rate else { return self.slice };
        let due = self.began.elapsed().as_micros().saturating_mul(u128::from(rate)) / 1_000_000;
        u64::try_from(due).unwrap_or(u64::MAX).saturating_sub(self.turns).min(self.slice)
    }

    /// How long to wait until the next turn is due.
    pub fn wait(&self, rate: Option<u64>) -> Duration {
        Duration::from_micros(1_000_000 / rate.unwrap_or(1).max(1)).min(LONGEST_WAIT)
    }

    /// Some turns were done, in this time. A slice that was not filled says nothing of how long a full one takes.
    pub fn done(&mut self, turns: u64, took: Duration) {
        self.turns += turns;
        self.slice = match took {
            took if took > SLICE => (self.slice / 2).max(1),
            took if took < SLICE / 2 && turns >= self.slice => (self.slice * 2).min(1 << 24),
            _ => self.slice,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_do_not_make_the_slices_of_a_run_long() {
        let (mut pace, quick) = (Pace::new(), Duration::from_micros(3));
        (0..200).for_each(|_| pace.done(1, quick));
        assert_eq!(pace.due(None), FIRST_SLICE);
        pace.done(FIRST_SLICE, quick);
        assert_eq!(pace.due(None), 2 * FIRST_SLICE, "a full one that was quick does");
        pace.done(2 * FIRST_SLICE, 2 * SLICE);
        assert_eq!(pace.due(None), FIRST_SLICE);
    }
}
