//! Columns in two halves: lanes are made with columns half as wide, and put together in pairs.

use super::{Cell, Clock, Lane, Lanes, TurnWindow};

/// Messages that are kept for each column; where more are sent, they could not be distinguished.
pub(super) const MESSAGES_A_COLUMN: usize = 2;

impl TurnWindow {
    /// The same turns in columns half as wide; `None` if a column is one turn.
    #[must_use]
    pub(in crate::session) fn halved(self) -> Option<TurnWindow> {
        let power = self.power.checked_sub(1)?;
        let (start, columns) = (self.start.checked_mul(2)?, self.columns.checked_mul(2)?);
        Some(TurnWindow { power, start, columns, ..self })
    }
}

impl Lanes {
    /// Each two columns as one, with the shares of both where they can be distinguished.
    #[must_use]
    pub(in crate::session) fn paired(self) -> Lanes {
        let Lanes { window: fine, tasks, sent, mut messages, grain, clock, exact, words, stale } = self;
        let window =
            TurnWindow { power: fine.power + 1, start: fine.start / 2, columns: fine.columns / 2, time: fine.time };
        let distinct = grain <= fine.per_column();
        let pair = |two: &[Cell]| {
            let mut cell = Cell::default();
            two.iter().for_each(|half| cell.join(half));
            cell.halves = distinct.then(|| [0, 1].map(|i| two.get(i).map_or_else(Default::default, |half| half.share)));
            cell
        };
        let task = |lane: Lane| Lane { cells: lane.cells.chunks(2).map(pair).collect(), ..lane };
        if messages.len() > MESSAGES_A_COLUMN * window.columns {
            messages.clear();
        }
        let clock = clock.map(|clock| Clock { ends: clock.ends.iter().skip(1).step_by(2).copied().collect(), ..clock });
        Lanes {
            window,
            tasks: tasks.into_iter().map(task).collect(),
            sent: sent.chunks(2).map(|two| two.iter().sum()).collect(),
            messages,
            grain: grain.max(window.per_column()),
            clock,
            exact,
            words,
            stale,
        }
    }
}
