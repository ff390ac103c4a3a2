//! How fast a run goes: what a limited rate asks for, and what it does not make up for.

use std::time::Duration;

/// How far a run has come since when.
pub(super) struct Pace {
    /// By the front end's clock.
    pub since: Duration,
    /// Turns that it has done since.
    pub done: u64,
    /// Turns that were due and are not made up for.
    pub dropped: u64,
    /// Turns a second that it was to take.
    pub rate: Option<u64>,
}

/// What a limited rate makes up for after a delay. Turns that were due before that (the machine cannot keep up, the
/// program was stopped, the computer slept) are dropped.
const DEBT: Duration = Duration::from_millis(50);

impl Pace {
    /// Turns that a rate asks for now.
    pub fn due(&mut self, now: Duration, hz: u64) -> u64 {
        let turns = |time: Duration| (time.as_secs_f64() * hz as f64) as u64;
        let due = turns(now.saturating_sub(self.since)).saturating_sub(self.done + self.dropped);
        let most = turns(DEBT).max(1);
        self.dropped += due.saturating_sub(most);
        due.min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pace at one rate that does all that is due, at these times in ms.
    fn done(hz: u64, times: &[u64]) -> Vec<u64> {
        let mut pace = Pace { since: Duration::ZERO, done: 0, dropped: 0, rate: Some(hz) };
        let at = |time: &u64| {
            let due = pace.due(Duration::from_millis(*time), hz);
            pace.done += due;
            due
        };
        times.iter().map(at).collect()
    }

    #[test]
    fn a_rate_makes_up_for_a_short_delay_and_drops_what_a_long_one_owes() {
        assert_eq!(done(1000, &[1, 2, 2, 30]), [1, 1, 0, 28]);
        // Stopped for an hour: fifty milliseconds are made up for, and from then on the rate is what it was.
        assert_eq!(done(1000, &[10, 3_600_000, 3_600_010]), [10, 50, 10]);
        // One turn in two seconds is done late, and once.
        assert_eq!(done(1, &[500, 7_300, 7_400, 8_100]), [0, 1, 0, 1]);
    }
}
