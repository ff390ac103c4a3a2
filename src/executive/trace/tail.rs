//! The newest entries of a ring as they were, to be put back.

use super::Ring;
use super::ring::Slot;

/// The slots that a few entries have overwritten, and how many entries there were before.
#[derive(Debug, Clone)]
pub struct Tail {
    total: u64,
    slots: Vec<Slot>,
}

impl Ring {
    /// What `later`, this ring with some more entries, has overwritten of it.
    pub fn overwritten_by(&self, later: &Ring) -> Tail {
        let count = (later.total - self.total).min(self.slots.len() as u64);
        let from = later.total - count;
        let mask = self.slots.len().wrapping_sub(1);
        Tail { total: self.total, slots: (from..later.total).map(|i| self.slots[i as usize & mask]).collect() }
    }

    /// Takes the entries since then back. The last ones written are those the tail was made for.
    pub fn put_back(&mut self, tail: &Tail) {
        let mask = self.slots.len().wrapping_sub(1);
        let from = self.total - tail.slots.len() as u64;
        for (i, slot) in (from..).zip(&tail.slots) {
            self.slots[i as usize & mask] = *slot;
        }
        self.total = tail.total;
    }

    /// Forgets all entries but how many there were: as many new ones as fit make it whole again.
    pub fn forget(&mut self, total: u64) {
        self.slots.fill(Slot::default());
        self.total = total;
    }
}
