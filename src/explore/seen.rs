//! The states a search has entered, by hash: a table of its own because it is asked at each step, and because it is most of
//! what a search keeps in memory.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A state, by the four words of its hash, the highest first; all are 0 in a free place. Its number.
///
/// Words of 32 bits, so that an entry takes 20 bytes and not 32.
type Entry = ([u32; 4], u32);

/// Bytes of an entry.
const ENTRY: usize = size_of::<Entry>();
/// Places of the first table, and of those the places behind all that a hash can mean.
const LEAST: usize = 96;
const BEHIND: usize = 32;

/// States with a number each. Hashes are spread already, so the place of one follows from its highest bits; where that is
/// taken, states stand behind it *in order*. So all of the table is in order, with gaps: a state that is not there is missed
/// as soon as one that is higher is met, even where the table is nearly full, and a larger table is filled from one end to
/// the other.
#[derive(Debug, Default)]
pub(super) struct StateTable {
    entries: Vec<Entry>,
    /// Places behind all that a hash can mean.
    behind: usize,
    len: usize,
}

impl StateTable {
    /// Bytes the table takes.
    pub fn bytes(&self) -> usize {
        self.entries.len() * ENTRY
    }

    /// The number of a state, to be read or set; `None` with the number put in if it was not there.
    #[inline]
    pub fn entry(&mut self, key: u128, fresh: u32) -> Option<&mut u32> {
        // Up to 7/8 are taken.
        if self.len * 8 >= self.entries.len() * 7 {
            // A sixth more: it is never less than 3/4 full once it has been full.
            self.behind = self.behind.max(BEHIND);
            self.resize(self.entries.len() / 6);
        }
        // 0 marks a free place.
        let key = words(key.max(1));
        let at = self.find(key);
        if self.entries[at].0 == key {
            return Some(&mut self.entries[at].1);
        }
        self.insert(at, (key, fresh));
        None
    }

    /// Where a key is, or where it belongs: in front of the first that is higher, or in a free place.
    #[inline]
    fn find(&self, key: [u32; 4]) -> usize {
        let mut at = home(key, self.entries.len() - self.behind);
        // The last place is always free.
        while self.entries[at].0 != FREE && self.entries[at].0 < key {
            at += 1;
        }
        at
    }

    /// Puts in a state that is not there, where it belongs.
    fn insert(&mut self, mut at: usize, entry: Entry) {
        loop {
            let free = self.entries[at..].iter().position(|(key, _)| *key == FREE).map(|free| at + free);
            if let Some(free) = free.filter(|free| free + 1 < self.entries.len()) {
                self.entries.copy_within(at..free, at + 1);
                self.entries[at] = entry;
                self.len += 1;
                return;
            }
            let more = self.behind;
            self.behind *= 2;
            self.resize(more);
            at = self.find(entry.0);
        }
    }

    /// Makes the table larger by some places, and by more behind the last that a hash can mean if there are too few.
    fn resize(&mut self, more: usize) {
        let mut places = (self.entries.len() + more).max(LEAST);
        self.entries = loop {
            match self.refilled(places) {
                Some(entries) => break entries,
                None => {
                    places += self.behind;
                    self.behind *= 2;
                }
            }
        };
    }

    /// The same states in a table of another size; `None` if too many would stand behind the last place.
    fn refilled(&self, places: usize) -> Option<Vec<Entry>> {
        let (mut entries, mut next) = (vec![(FREE, 0); places], 0);
        for entry in self.entries.iter().filter(|(key, _)| *key != FREE) {
            let at = next.max(home(entry.0, places - self.behind));
            if at + 1 >= places {
                return None;
            }
            entries[at] = *entry;
            next = at + 1;
        }
        Some(entries)
    }
}

/// The place that a hash means, of a number of places: it grows with the hash.
#[inline]
fn home(key: [u32; 4], places: usize) -> usize {
    let high = u64::from(key[0]) << 32 | u64::from(key[1]);
    ((u128::from(high) * places as u128) >> 64) as usize
}

const FREE: [u32; 4] = [0; 4];

/// The words of a hash, the highest first, so that they compare as the hash does.
#[inline]
fn words(key: u128) -> [u32; 4] {
    [(key >> 96) as u32, (key >> 64) as u32, (key >> 32) as u32, key as u32]
}

/// Tables that the threads of a search share, by the last bits of a hash.
#[derive(Debug)]
pub(super) struct States {
    tables: Vec<Mutex<StateTable>>,
    bytes: AtomicUsize,
}

/// How many; a power of two.
const TABLES: usize = 64;

impl States {
    pub fn new() -> States {
        States { tables: (0..TABLES).map(|_| Mutex::default()).collect(), bytes: AtomicUsize::new(0) }
    }

    /// Bytes of all.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    fn with<T>(&self, key: u128, f: impl FnOnce(&mut StateTable) -> T) -> T {
        // The first bits say where in its table it stands.
        let table = &self.tables[key as usize % TABLES];
        // A thread that fails holds no lock while it does: the table is whole.
        let mut table = table.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = table.bytes();
        let result = f(&mut table);
        if table.bytes() != before {
            self.bytes.fetch_add(table.bytes() - before, Relaxed);
        }
        result
    }

    /// The steps that slept whenever a state was entered before; from now on those that sleep now as well.
    /// `None` if it is new.
    pub fn asleep(&self, key: u128, sleep: u32) -> Option<u32> {
        self.with(key, |table| {
            let slept = table.entry(key, sleep)?;
            let before = *slept;
            *slept &= sleep;
            Some(before)
        })
    }

    /// Whether a state was not entered yet with as much left to spend.
    pub fn richer(&self, key: u128, left: u64) -> bool {
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        self.with(key, |table| match table.entry(key, left) {
            None => true,
            Some(most) if *most < left => {
                *most = left;
                true
            }
            Some(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash::mix;
    use super::*;

    #[test]
    fn states_are_found_again_with_their_numbers() {
        let mut seen = StateTable::default();
        for i in 0..50_000u32 {
            assert_eq!(seen.entry(mix(1, i.into(), i.into()), i), None);
        }
        assert_eq!(seen.len, 50_000);
        for i in 0..50_000u32 {
            assert_eq!(seen.entry(mix(1, i.into(), i.into()), 0), Some(&mut i.clone()));
        }
        assert_eq!(seen.entry(0, 3), None);
        assert_eq!(seen.entry(0, 4), Some(&mut 3));
    }

    #[test]
    fn hashes_that_are_close_together_have_places_of_their_own() {
        for close in [|i: u32| u128::from(i) + 1, |i: u32| u128::MAX - u128::from(i)] {
            let mut seen = StateTable::default();
            for i in 0..3000 {
                assert_eq!(seen.entry(close(i), i), None);
            }
            assert!((0..3000).all(|i| seen.entry(close(i), 0) == Some(&mut i.clone())));
        }
    }

    #[test]
    fn a_table_of_many_states_takes_no_more_than_28_bytes_for_each() {
        let mut seen = StateTable::default();
        for i in 0..200_000u32 {
            seen.entry(mix(2, i.into(), i.into()), 0);
            let full = seen.len < 10_000 || seen.bytes() <= 28 * seen.len;
            assert!(full, "{} bytes for {} states", seen.bytes(), seen.len);
        }
    }
}
