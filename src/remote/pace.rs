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
    pub fn due(&self, rate: Option<f64>) -> u64 {
        rate.map_or(self.slice, |rate| self.due_after(self.began.elapsed(), rate))
    }

    fn due_after(&self, elapsed: Duration, rate: f64) -> u64 {
        // The conversion is bounded: a product that is too large is the most there is.
        let due = (elapsed.as_secs_f64() * rate) as u64;
        due.saturating_sub(self.turns).min(self.slice)
    }

    /// How long to wait until the next turn is due.
    pub fn wait(&self, rate: Option<f64>) -> Duration {
        let seconds = 1.0 / rate.filter(|rate| *rate > 0.0).unwrap_or(1.0);
        Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
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

    #[test]
    fn a_rate_below_one_turn_a_second_waits_for_seconds_and_looks_up_in_between() {
        let pace = Pace::new();
        let due = |rate| pace.due_after(Duration::from_millis(3900), rate);
        assert_eq!([due(0.5), due(0.25), due(10.0), due(1e30)], [1, 0, 39, FIRST_SLICE]);
        assert_eq!([pace.wait(Some(0.5)), pace.wait(Some(100.0))], [LONGEST_WAIT, Duration::from_millis(10)]);
    }
}
