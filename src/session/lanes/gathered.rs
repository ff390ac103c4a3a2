//! The same turns in other columns, so that the turns of one task stand at even distances.

use super::{Cell, Lane, Lanes, TurnWindow, WordCell, WordLane};
use std::ops::Range;

impl Cell {
    /// Takes the next column in.
    pub(super) fn join(&mut self, next: &Cell) {
        self.share.add(&next.share);
        self.kinds = self.kinds.and(next.kinds);
    }
}

impl WordCell {
    /// Takes the next column in.
    fn join(&mut self, next: &WordCell) {
        let others = self.pid != 0 && next.pid != 0 && self.pid != next.pid;
        *self = WordCell {
            read: self.read | next.read,
            written: self.written | next.written,
            delivered: self.delivered | next.delivered,
            stale: self.stale | next.stale,
            unordered: self.unordered | next.unordered,
            pid: if next.pid == 0 { self.pid } else { next.pid },
            several: self.several | next.several | others,
            value: next.value.or(self.value),
        };
    }
}

/// One cell for each range of columns.
fn gather<C: Clone + Default>(cells: &[C], columns: &[Range<usize>], join: impl Fn(&mut C, &C)) -> Vec<C> {
    let one = |range: &Range<usize>| {
        let mut all = C::default();
        cells.get(range.clone()).unwrap_or_default().iter().for_each(|cell| join(&mut all, cell));
        all
    };
    columns.iter().map(one).collect()
}

impl Lanes {
    /// The same with columns that end with these turns; each begins behind the one before it, the first with `first`. This
    /// has one turn a column. What is known by turn alone, such as messages, is left out.
    #[must_use]
    pub fn gathered(&self, first: u64, ends: &[u64]) -> Lanes {
        let column = |turn: u64| {
            let at = turn.saturating_sub(self.window.first_of(0));
            usize::try_from(at).unwrap_or(usize::MAX).min(self.window.columns)
        };
        let begins = std::iter::once(first).chain(ends.iter().map(|end| end + 1));
        let columns: Vec<Range<usize>> = begins.zip(ends).map(|(from, to)| column(from)..column(to + 1)).collect();
        let task = |lane: &Lane| Lane { cells: gather(&lane.cells, &columns, Cell::join), ..lane.clone() };
        let word = |lane: &WordLane| WordLane { cells: gather(&lane.cells, &columns, WordCell::join), ..lane.clone() };
        Lanes {
            tasks: self.tasks.iter().map(task).collect(),
            words: self.words.iter().map(word).collect(),
            exact: self.exact,
            ..Lanes::empty(TurnWindow { columns: columns.len(), ..self.window })
        }
    }
}
