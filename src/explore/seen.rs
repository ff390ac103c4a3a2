//! The states a search has entered, by hash: a table of its own because it is asked at each step.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// States with a number each. Hashes are spread already; places are tried one after the other.
#[derive(Debug, Default)]
pub(super) struct StateTable {
    keys: Vec<u128>,
    values: Vec<u64>,
    len: usize,
}

/// Bytes of an entry.
const ENTRY: usize = 24;

impl StateTable {
    /// Bytes the table takes.
    pub fn bytes(&self) -> usize {
        self.keys.len() * ENTRY
    }

    /// The number of a state, to be read or set; `None` with the number put in if it was not there.
    #[inline]
    pub fn entry(&mut self, key: u128, fresh: u64) -> Option<&mut u64> {
        if self.len * 3 >= self.keys.len() * 2 {
            self.grow();
        }
        // 0 marks a free place.
        let key = key.max(1);
        let at = self.place(key);
        if self.keys[at] == key {
            return Some(&mut self.values[at]);
        }
        (self.keys[at], self.values[at]) = (key, fresh);
        self.len += 1;
        None
    }

    /// Where a key is, or the free place where it belongs: there always is one.
    #[inline]
    fn place(&self, key: u128) -> usize {
        let mask = self.keys.len() - 1;
        let mut at = key as usize & mask;
        while self.keys[at] != 0 && self.keys[at] != key {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let room = (2 * self.keys.len()).max(64);
        let (keys, values) = (std::mem::replace(&mut self.keys, vec![0; room]), std::mem::take(&mut self.values));
        self.values = vec![0; room];
        for (key, value) in keys.into_iter().zip(values).filter(|(key, _)| *key != 0) {
            let at = self.place(key);
            (self.keys[at], self.values[at]) = (key, value);
        }
    }
}

/// Tables that the threads of a search share, by the first bits of a hash.
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
        let table = &self.tables[(key >> 120) as usize % TABLES];
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
            let slept = table.entry(key, sleep.into())?;
            let before = *slept as u32;
            *slept &= u64::from(sleep);
            Some(before)
        })
    }

    /// Whether a state was not entered yet with as much left to spend.
    pub fn richer(&self, key: u128, left: u64) -> bool {
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
        for i in 0..50_000u64 {
            assert_eq!(seen.entry(mix(1, i, i), i), None);
        }
        assert_eq!(seen.len, 50_000);
        for i in 0..50_000u64 {
            assert_eq!(seen.entry(mix(1, i, i), 0), Some(&mut i.clone()));
        }
        assert_eq!(seen.entry(0, 3), None);
        assert_eq!(seen.entry(0, 4), Some(&mut 3));
    }
}
