//! Which turns the columns of lanes hold: columns are stretches of turns, or of virtual time.

use super::{Lanes, TurnWindow};

/// Where columns of virtual time lie among the turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clock {
    /// Turns done when the first column begins.
    pub(in crate::session) before: u64,
    /// Turns done when each column ends. A turn belongs to the column in which it ends.
    pub(in crate::session) ends: Vec<u64>,
    /// What a turn takes, virtual µs.
    pub(in crate::session) turn_us: u64,
}

impl Clock {
    /// Time has reached `to_us`; `before` and `after` are the turns done before and after that step.
    pub(in crate::session) fn passed(&mut self, window: TurnWindow, to_us: u64, (before, after): (u64, u64)) {
        if to_us < window.first_of(0) {
            self.before = after;
        }
        while self.ends.len() < window.columns && window.last_of(self.ends.len()) <= to_us {
            self.ends.push(if window.last_of(self.ends.len()) < to_us { before } else { after });
        }
    }

    /// Nothing follows: what is left of the columns ends with this number of turns.
    pub(in crate::session) fn over(&mut self, window: TurnWindow, turns: u64) {
        self.ends.resize(window.columns, turns);
    }
}

impl Lanes {
    /// Turns done when a column ends.
    #[must_use]
    pub fn turns_by(&self, column: usize) -> u64 {
        match &self.clock {
            Some(clock) => clock.ends.get(column).copied().unwrap_or(clock.before),
            None => self.window.last_of(column),
        }
    }

    /// The column of a turn, if it is one of these.
    #[must_use]
    pub fn column_of(&self, turn: u64) -> Option<usize> {
        match &self.clock {
            Some(clock) => {
                let column = clock.ends.partition_point(|end| *end < turn);
                (turn > clock.before && column < clock.ends.len()).then_some(column)
            }
            None => self.window.column_of(turn),
        }
    }

    /// Turns that end in a column, at most.
    #[must_use]
    pub fn turns_a_column(&self) -> u64 {
        match &self.clock {
            Some(clock) => self.window.per_column().div_ceil(clock.turn_us.max(1)),
            None => self.window.per_column(),
        }
    }
}
