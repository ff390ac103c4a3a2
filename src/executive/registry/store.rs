//! The store that outlives values: 16-bit keys, raw f16 values, part of the machine's state.
//!
//! Saves can be put off; they happen in machine time, when the store is next used.

use std::collections::BTreeMap;

/// What is kept, and what will be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Store {
    saved: BTreeMap<u16, u16>,
    pending: BTreeMap<u16, Pending>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Pending {
    due: u64,
    raw: u16,
}

impl Store {
    /// Keeps a value, for the host; key 0 keeps nothing.
    pub fn put(&mut self, key: u16, raw: u16) {
        if key != 0 {
            self.saved.insert(key, raw);
        }
    }

    /// What is kept under a key at time `now` (µs).
    #[must_use]
    pub fn get(&self, key: u16, now: u64) -> Option<u16> {
        let due = self.pending.get(&key).filter(|pending| pending.due <= now);
        due.map(|pending| pending.raw).or_else(|| self.saved.get(&key).copied())
    }

    /// Everything that is kept at time `now` (µs), by key.
    #[must_use]
    pub fn entries(&self, now: u64) -> BTreeMap<u16, u16> {
        let keys = self.saved.keys().chain(self.pending.keys());
        keys.filter_map(|&key| Some((key, self.get(key, now)?))).collect()
    }

    /// Saves after the debounce time; a save of the same key that is not yet due is given up.
    pub(super) fn save(&mut self, key: u16, raw: u16, debounce_ms: u16, now: u64) {
        if key == 0 {
            return;
        }
        if let Some(pending) = self.pending.remove(&key).filter(|pending| pending.due <= now) {
            self.saved.insert(key, pending.raw);
        }
        if debounce_ms == 0 {
            self.saved.insert(key, raw);
        } else {
            let due = now.saturating_add(u64::from(debounce_ms) * 1000);
            self.pending.insert(key, Pending { due, raw });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_change_restarts_the_debounce_time() {
        let mut store = Store::default();
        store.put(7, 1);
        store.save(7, 2, 5, 0);
        store.save(7, 3, 5, 4_000);
        assert_eq!(store.get(7, 8_999), Some(1));
        assert_eq!(store.get(7, 9_000), Some(3));
        store.save(7, 4, 5, 10_000);
        assert_eq!((store.get(7, 10_000), store.entries(15_000)), (Some(3), BTreeMap::from([(7, 4)])));
    }
}
