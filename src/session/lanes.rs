//! Lanes: for each task, what it did over a window of turns or of virtual time, column by column.
//!
//! Shares of turns are differences between what tasks had done before a column and after it, so
//! that wide columns are exactly the sums of narrow ones.

mod axis;
mod gathered;
mod halves;
mod kinds;
mod news;
mod record;
mod share;
mod words;

pub use axis::Clock;
pub use kinds::Kinds;
pub(super) use news::{News, ROOM, fresh};
pub(super) use record::{Passed, Recorder};
pub use share::{Doing, Share, StateTimeTotals};
pub(super) use words::word_lanes;
pub use words::{WordCell, WordLane};

use super::shared::Stale;
use crate::executive::Pid;

/// The columns in view, which follow the cursor or stand still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaneViewport {
    /// How many columns.
    pub columns: usize,
    /// Columns are of virtual µs: what follows counts these and not turns.
    pub time: bool,
    /// Turns in a column as a power of two; `None` lets the columns hold the whole run.
    pub power: Option<u32>,
    /// A turn of the first column when it was looked at last.
    pub first: u64,
    /// Whether the columns stay there, wherever the cursor is.
    pub fixed: bool,
    /// Whether the two halves of columns of several turns are distinguished.
    pub halves: bool,
}

/// Columns of equally many turns; or of virtual µs, which then are what the numbers of turns here count: the
/// first µs is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnWindow {
    /// The columns are of virtual µs.
    pub time: bool,
    /// The column it begins with, counted from that of turn 1.
    pub start: u64,
    /// How many columns.
    pub columns: usize,
    /// Turns in a column, as a power of two.
    pub power: u32,
}

impl LaneViewport {
    /// The columns in view when `turn` turns (or virtual µs) are behind the cursor, of `present` in all. They
    /// move as little as keeps the cursor in sight.
    #[must_use]
    pub fn window(&self, turn: u64, present: u64) -> TurnWindow {
        let columns = self.columns.max(1);
        let power = self.power.unwrap_or_else(|| whole(columns, present)).min(63);
        let column = |turn: u64| (turn.max(1) - 1) >> power;
        let (cursor, last, wide) = (column(turn), column(present), columns as u64);
        let newest = (last + 1).saturating_sub(wide);
        let start = match column(self.first) {
            start if self.fixed => start.min(newest),
            _ if turn == present => newest,
            start if (start..start + wide).contains(&cursor) => start.min(newest),
            _ => cursor.saturating_sub(wide / 2).min(newest),
        };
        TurnWindow { time: self.time, start, columns, power }
    }
}

/// The power of two at which a run fits a number of columns.
fn whole(columns: usize, present: u64) -> u32 {
    (0..63).find(|power| (present.max(1) - 1) >> power < columns as u64).unwrap_or(63)
}

impl TurnWindow {
    /// Turns in a column.
    #[must_use]
    pub fn per_column(&self) -> u64 {
        1 << self.power
    }

    /// The first turn of a column.
    #[must_use]
    pub fn first_of(&self, column: usize) -> u64 {
        self.start.saturating_add(column as u64).saturating_mul(self.per_column()).saturating_add(1)
    }

    /// The last turn of a column.
    #[must_use]
    pub fn last_of(&self, column: usize) -> u64 {
        self.first_of(column).saturating_add(self.per_column() - 1)
    }

    /// The column of a turn, if it is one of them.
    #[must_use]
    pub fn column_of(&self, turn: u64) -> Option<usize> {
        let column = ((turn.max(1) - 1) >> self.power).checked_sub(self.start)?;
        usize::try_from(column).ok().filter(|c| *c < self.columns)
    }
}

/// What a task did in the turns of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// Its turns and those of others, or virtual µs; nothing where the task was not there.
    pub share: Share,
    /// What happened to it, as far as that is known; see [`Lanes::exact`].
    pub kinds: Kinds,
    /// The shares of the two halves of the column, if they are distinguished.
    pub halves: Option<[Share; 2]>,
}

/// A task over all columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Which.
    pub pid: Pid,
    /// Its name, as the guest gave it.
    pub name: String,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A message on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// The mailbox.
    pub descriptor: u16,
    /// Its number there.
    pub seq: u32,
    /// The turn it was sent in and by whom (0 is the host), if that is in the window.
    pub sent: Option<(u64, Pid)>,
    /// The turn it was first received in and by whom, if that is in the window.
    pub received: Option<(u64, Pid)>,
}

/// What tasks did over a window of turns or of virtual time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lanes {
    /// Which.
    pub window: TurnWindow,
    /// The tasks by pid, all that were there in the window.
    pub tasks: Vec<Lane>,
    /// Messages sent in each column.
    pub sent: Vec<u64>,
    /// The messages by the turn they were sent in; none if they are too many, or not exact.
    pub messages: Vec<Message>,
    /// Turns that are distinguished. Where they are more than a column has, its shares are those of all
    /// of them.
    pub grain: u64,
    /// Where the columns lie among turns, if they are of virtual time.
    pub clock: Option<Clock>,
    /// Whether it was made by running these turns again: then it knows what happened in them.
    pub exact: bool,
    /// Words that several tasks touched, and those that are pinned, first; none where it is not exact.
    pub words: Vec<WordLane>,
    /// Writes to them over what another task had written since the writer had read, by turn.
    pub stale: Vec<Stale>,
}

impl Lanes {
    /// Columns in which nothing is known yet.
    #[must_use]
    pub(super) fn empty(window: TurnWindow) -> Lanes {
        Lanes {
            window,
            tasks: Vec::new(),
            sent: vec![0; window.columns],
            messages: Vec::new(),
            grain: window.per_column(),
            clock: None,
            exact: false,
            words: Vec::new(),
            stale: Vec::new(),
        }
    }

    /// A task's part of a column, to be filled.
    pub(super) fn cell(&mut self, pid: Pid, column: usize, name: impl FnOnce() -> String) -> Option<&mut Cell> {
        let at = self.tasks.binary_search_by_key(&pid, |lane| lane.pid).unwrap_or_else(|at| {
            let cells = vec![Cell::default(); self.window.columns];
            self.tasks.insert(at, Lane { pid, name: name(), cells });
            at
        });
        self.tasks[at].cells.get_mut(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(power: Option<u32>, first: u64) -> LaneViewport {
        LaneViewport { columns: 10, power, first, ..LaneViewport::default() }
    }

    #[test]
    fn the_present_stands_in_the_last_column_and_a_short_run_in_the_first() {
        assert_eq!(sight(Some(0), 1).window(100, 100).first_of(0), 91);
        assert_eq!(sight(Some(0), 1).window(5, 5).first_of(0), 1);
        assert_eq!(sight(Some(3), 1).window(100, 100).start, 3);
    }

    #[test]
    fn columns_stay_while_the_cursor_is_in_them() {
        assert_eq!(sight(Some(0), 91).window(91, 100).first_of(0), 91);
        assert_eq!(sight(Some(0), 91).window(90, 100).first_of(0), 85);
        assert_eq!(sight(Some(0), 95).window(97, 100).first_of(0), 91);
        let fixed = LaneViewport { fixed: true, ..sight(Some(0), 40) };
        assert_eq!(fixed.window(100, 100).first_of(0), 40);
    }

    #[test]
    fn a_whole_run_fits() {
        for present in [0, 1, 10, 11, 20, 21, 1_000_000_007, u64::MAX] {
            let window = sight(None, 1).window(present, present);
            assert!(window.column_of(1).is_some() && window.column_of(present).is_some(), "{present}");
            let half = (present.max(1) - 1) >> window.power.saturating_sub(1);
            assert!(window.power == 0 || half >= 10, "{present}: {window:?}");
        }
    }
}
