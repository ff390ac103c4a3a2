//! The shadow of shared memory: which instructions touched each byte last, and which two of them no turn orders.
//!
//! Of each instruction the latest turn is enough: an earlier one happened before it, so what comes after the latest comes
//! after all. So every pair of places that race is found, and not only the first one of a word.

use super::clock::{Clock, Heard};
use crate::executive::Pid;
use crate::vm::{RAM_BYTES, Words};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// Instructions kept for a byte.
const SITES: usize = 64;

/// An instruction of a task, reading or writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// Whose; 0 for a change from outside.
    pub pid: Pid,
    /// Its address.
    pub pc: u32,
    /// Whether it writes.
    pub write: bool,
    /// Whether it is a service call, whose accesses are the executive's on behalf of the task.
    pub service: bool,
}

impl Site {
    /// Whether it is a change from outside, which no instruction makes.
    #[must_use]
    pub const fn is_host(&self) -> bool {
        self.pid == 0
    }
}

/// One end of a race where it was seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct End {
    /// The instruction.
    #[serde(skip)]
    pub site: Site,
    /// The turn.
    pub turn: u64,
    /// What was there: the first four bytes that both ends touch, least byte first.
    pub value: u32,
}

/// Two instructions of different tasks whose accesses to the same bytes nothing but the schedule ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Race {
    /// The access that came first when the pair was seen first.
    pub earlier: End,
    /// The one that came later then.
    pub later: End,
    /// The bytes, as ranges in order.
    pub bytes: Vec<Range<u32>>,
    /// How many accesses came after one of the other instruction without being ordered after it, in either direction.
    pub times: u64,
    /// Both write, and each time wrote what the other had written.
    pub same_value: bool,
    /// The newest turn of the earlier task that did happen before the later access, and why.
    pub heard: Option<Heard>,
    /// For each other task of which some turn happened before the later access, the last such turn.
    pub before: Vec<(Pid, u64)>,
}

impl Race {
    /// Whether one of the two accesses is a change from outside.
    #[must_use]
    pub const fn is_by_host(&self) -> bool {
        self.earlier.site.is_host() || self.later.site.is_host()
    }
}

/// The latest turn of an instruction at a byte.
#[derive(Debug, Clone, Copy)]
struct Mark {
    site: u32,
    turn: u64,
    byte: u8,
}

/// One access, all of whose bytes an instruction reads or writes in one turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access<'a> {
    pub site: Site,
    pub slot: usize,
    pub turn: u64,
    /// Which bytes, in order of address.
    pub ranges: &'a [Range<u32>],
    /// The tasks by slot.
    pub pids: &'a [Pid],
}

/// What was found for one access and one other instruction.
#[derive(Debug)]
pub(super) struct Hit {
    /// The other instruction, by its number.
    pub site: u32,
    /// Its turn.
    pub turn: u64,
    pub bytes: Vec<Range<u32>>,
    /// Of the first bytes that both touch: what was there then and is there now.
    values: [u32; 2],
    same: bool,
}

/// The shadow of the words that are looked at.
#[derive(Debug, Clone)]
pub(super) struct Shadow {
    sites: Vec<(Site, usize)>,
    numbers: BTreeMap<Site, u32>,
    /// For each byte the place of its marks; 0 for bytes that are not looked at.
    places: Vec<u32>,
    marks: Vec<Vec<Mark>>,
    pairs: BTreeMap<(u32, u32), Race>,
    /// Instructions that found no room.
    more: u64,
}

impl Shadow {
    /// Of some words, but for bytes that are declared as synchronization.
    pub fn new(words: &Words, sync: &[(u32, u32)]) -> Shadow {
        let mut places = vec![0; RAM_BYTES];
        let mut count = 1;
        for (at, place) in (0u32..).zip(&mut places) {
            if words.touched(at, 1) && !sync.iter().any(|(start, end)| (*start..*end).contains(&at)) {
                *place = count;
                count += 1;
            }
        }
        let marks = vec![Vec::new(); count as usize];
        Shadow { sites: Vec::new(), numbers: BTreeMap::new(), places, marks, pairs: BTreeMap::new(), more: 0 }
    }

    fn number(&mut self, site: Site, slot: usize) -> u32 {
        let fresh = self.sites.len() as u32;
        let number = *self.numbers.entry(site).or_insert(fresh);
        if number == fresh {
            self.sites.push((site, slot));
        }
        number
    }

    /// An instruction by its number.
    pub fn site(&self, number: u32) -> Site {
        self.sites[number as usize].0
    }

    /// Takes an access in: `before` is what happened before it, `byte` reads what is there, `heard` tells of which turn of
    /// another task its task knows. Gives the earlier accesses that it races with.
    pub fn access(
        &mut self,
        access: &Access<'_>,
        before: &Clock,
        byte: impl Fn(u32) -> u8,
        heard: impl Fn(usize) -> Option<Heard>,
    ) -> Vec<Hit> {
        let own = self.number(access.site, access.slot);
        let mut hits: Vec<Hit> = Vec::new();
        for at in access.ranges.iter().flat_map(Clone::clone) {
            let place = self.places.get(at as usize).copied().unwrap_or(0) as usize;
            if place == 0 {
                continue;
            }
            let mark = Mark { site: own, turn: access.turn, byte: byte(at) };
            let mut known = false;
            for other in &mut self.marks[place] {
                if other.site == own {
                    (*other, known) = (mark, true);
                    continue;
                }
                let (site, slot) = self.sites[other.site as usize];
                let conflict = slot != access.slot && (site.write || access.site.write);
                if conflict && other.turn > before.of(slot) {
                    note(&mut hits, at, *other, mark);
                }
            }
            if !known {
                let full = self.marks[place].len() >= SITES;
                self.more += u64::from(full);
                if !full {
                    self.marks[place].push(mark);
                }
            }
        }
        for hit in &hits {
            self.found(access, own, hit, before, &heard);
        }
        hits
    }

    fn found(
        &mut self,
        access: &Access<'_>,
        own: u32,
        hit: &Hit,
        before: &Clock,
        heard: impl Fn(usize) -> Option<Heard>,
    ) {
        let (site, slot) = self.sites[hit.site as usize];
        let both = site.write && access.site.write;
        let race = self.pairs.entry((own.min(hit.site), own.max(hit.site))).or_insert_with(|| Race {
            earlier: End { site, turn: hit.turn, value: hit.values[0] },
            later: End { site: access.site, turn: access.turn, value: hit.values[1] },
            bytes: Vec::new(),
            times: 0,
            same_value: both,
            heard: heard(slot),
            before: before.entries().filter_map(|(slot, turn)| Some((*access.pids.get(slot)?, turn))).collect(),
        });
        race.times += 1;
        race.same_value &= hit.same;
        hit.bytes.iter().for_each(|range| insert(&mut race.bytes, range.clone()));
    }

    /// A stretch of memory is new: what was done there before is past.
    pub fn clear(&mut self, range: Range<u32>) {
        for at in range {
            let place = self.places.get(at as usize).copied().unwrap_or(0) as usize;
            self.marks[place].clear();
        }
    }

    /// The races by the turns in which they were seen first, and how many instructions were left out.
    pub fn done(self) -> (Vec<Race>, u64) {
        let mut races: Vec<Race> = self.pairs.into_values().collect();
        races.sort_by_key(|r| (r.later.turn, r.earlier.turn, r.earlier.site, r.later.site));
        (races, self.more)
    }
}

/// Takes a byte into what was found.
fn note(hits: &mut Vec<Hit>, at: u32, then: Mark, now: Mark) {
    let values = [then.byte, now.byte].map(u32::from);
    let same = then.byte == now.byte;
    let Some(hit) = hits.iter_mut().find(|h| h.site == then.site) else {
        let bytes = Vec::from_iter(std::iter::once(at..at + 1));
        return hits.push(Hit { site: then.site, turn: then.turn, bytes, values, same });
    };
    let first = hit.bytes.first().map_or(at, |range| range.start);
    if (1..4).contains(&(at - first)) {
        hit.values = [0, 1].map(|i| hit.values[i] | values[i] << (8 * (at - first)));
    }
    hit.turn = hit.turn.max(then.turn);
    hit.same &= same;
    insert(&mut hit.bytes, at..at + 1);
}

/// Adds a range to others that are in order and do not touch.
pub(super) fn insert(ranges: &mut Vec<Range<u32>>, new: Range<u32>) {
    let first = ranges.partition_point(|r| r.end < new.start);
    let behind = ranges.partition_point(|r| r.start <= new.end);
    let start = ranges.get(first).filter(|_| first < behind).map_or(new.start, |r| r.start.min(new.start));
    let end = ranges[..behind].last().filter(|_| first < behind).map_or(new.end, |r| r.end.max(new.end));
    ranges.splice(first..behind, std::iter::once(start..end));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        let mut ranges = Vec::new();
        for new in [8..12, 0..2, 4..5, 2..4, 20..21, 5..8] {
            insert(&mut ranges, new);
        }
        assert_eq!(ranges, [0..12, 20..21]);
        insert(&mut ranges, 3..6);
        assert_eq!(ranges, [0..12, 20..21]);
    }
}
