//! Lanes of memory words that several tasks touch: who read and wrote them, column by column.

use super::Lanes;
use crate::executive::Pid;
use crate::session::shared::{Hit, Sharing};
use std::collections::BTreeMap;

/// What happened to a word in the turns of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WordCell {
    /// It was read.
    pub read: bool,
    /// It was written, deliveries included.
    pub written: bool,
    /// It was written by the delivery of a message, in another task's turn.
    pub delivered: bool,
    /// A task wrote over what another had written since it had read.
    pub stale: bool,
    /// An access came in this order only because the schedule had it so.
    pub unordered: bool,
    /// Who touched it; 0 for no task.
    pub pid: Pid,
    /// More than one task touched it.
    pub several: bool,
    /// What the last write left there.
    pub value: Option<u32>,
}

/// A stretch of neighbouring words that look the same in all columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordLane {
    /// First address.
    pub start: u32,
    /// First address behind it.
    pub end: u32,
    /// The user asked for it.
    pub pinned: bool,
    /// One for each column.
    pub cells: Vec<WordCell>,
}

/// A word under way.
struct Word {
    cells: Vec<WordCell>,
    pids: Vec<Pid>,
    written: bool,
}

/// The words that more than one task touched in some columns, one of them writing, and those that are pinned, which come
/// first.
pub fn word_lanes(lanes: &Lanes, sharing: &Sharing, pins: &[(u32, u32)]) -> Vec<WordLane> {
    let columns = lanes.window.columns;
    let mut words: BTreeMap<u32, Word> = BTreeMap::new();
    let fresh = || Word { cells: vec![WordCell::default(); columns], pids: Vec::new(), written: false };
    for hit in &sharing.hits {
        let Some(column) = lanes.column_of(hit.turn) else { continue };
        for at in hit.address / 4..(hit.address + hit.len).div_ceil(4) {
            words.entry(at).or_insert_with(fresh).take(column, hit);
        }
    }
    for pin in pins.iter().flat_map(|(start, end)| start / 4..end.div_ceil(4)) {
        words.entry(pin).or_insert_with(fresh);
    }
    let mut mark = |address: u32, end: u32, turn: u64, stale: bool| {
        let Some(column) = lanes.column_of(turn) else { return };
        for at in address / 4..end.div_ceil(4) {
            if let Some(cell) = words.get_mut(&at).and_then(|word| word.cells.get_mut(column)) {
                cell.stale |= stale;
                cell.unordered |= !stale;
            }
        }
    };
    sharing.stale.iter().for_each(|s| mark(s.address, s.address + s.len, s.write, true));
    for race in &sharing.races {
        race.bytes.iter().for_each(|bytes| mark(bytes.start, bytes.end, race.later.turn, false));
    }
    let is_pinned = |at: u32| pins.iter().any(|(start, end)| (start / 4..end.div_ceil(4)).contains(&at));
    let shared = |word: &Word| word.written && word.pids.len() > 1;
    let mut made: Vec<WordLane> = Vec::new();
    for (at, word) in words.into_iter().filter(|(at, word)| is_pinned(*at) || shared(word)) {
        let pinned = is_pinned(at);
        match made.last_mut() {
            Some(last) if last.end == 4 * at && last.pinned == pinned && last.cells == word.cells => last.end += 4,
            _ => made.push(WordLane { start: 4 * at, end: 4 * at + 4, pinned, cells: word.cells }),
        }
    }
    made.sort_by_key(|lane| (!lane.pinned, lane.start));
    made
}

impl Word {
    fn take(&mut self, column: usize, hit: &Hit) {
        if !self.pids.contains(&hit.pid) {
            self.pids.push(hit.pid);
        }
        self.written |= hit.write;
        let cell = &mut self.cells[column];
        cell.several |= cell.pid != 0 && cell.pid != hit.pid;
        cell.pid = hit.pid;
        cell.read |= !hit.write;
        cell.written |= hit.write;
        cell.delivered |= hit.delivered;
        if hit.write {
            cell.value = Some(hit.value);
        }
    }
}
