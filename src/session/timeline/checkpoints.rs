//! The checkpoints of a branch: which are kept, and what they weigh.

use crate::executive::{Checkpoint, Machine};

/// Turns between two checkpoints while the machine runs: about 1 ms of replay, so that a first
/// step back is felt as no wait, and far more work than taking a checkpoint is.
pub const INTERVAL: u64 = 1 << 16;
/// The gap between two checkpoints may be their distance from the present divided by this: 4
/// million turns at a distance of a billion.
const DENSITY: u64 = 256;

/// A checkpoint and where it is.
#[derive(Debug, Clone)]
pub struct Held {
    /// Turns done.
    pub turn: u64,
    /// Journal entries behind it.
    pub entry: usize,
    bytes: usize,
    pub checkpoint: Checkpoint,
}

/// Checkpoints by turn.
#[derive(Debug, Clone, Default)]
pub struct CheckpointStore {
    held: Vec<Held>,
    bytes: usize,
}

impl CheckpointStore {
    /// Bytes of all checkpoints.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// The last checkpoint at or before a place.
    pub fn nearest(&self, turn: u64, entry: usize) -> Option<&Held> {
        let end = self.held.partition_point(|h| h.turn <= turn);
        self.held[..end].iter().rev().find(|h| h.entry <= entry)
    }

    /// Takes a checkpoint of a machine, unless there is one of that turn.
    pub fn put(&mut self, machine: &Machine, entry: usize) {
        let turn = machine.turns();
        let at = self.held.partition_point(|h| h.turn < turn);
        if self.held.get(at).is_some_and(|h| h.turn == turn) {
            return;
        }
        let before = at.checked_sub(1).map(|i| &self.held[i].checkpoint);
        let checkpoint = Checkpoint::of(machine, before);
        self.held.insert(at, Held { turn, entry, bytes: 0, checkpoint });
        self.weigh(at);
    }

    /// Takes copies of another branch's checkpoints up to a place, all older than its own.
    pub fn adopt(&mut self, other: &CheckpointStore, turn: u64, entry: usize) {
        let older = other.held.iter().filter(|h| h.turn < turn || h.turn == turn && h.entry <= entry);
        let first = self.held.first().map_or(u64::MAX, |h| h.turn);
        let count = self.held.len();
        self.held.splice(0..0, older.filter(|h| h.turn < first).cloned().collect::<Vec<_>>());
        self.bytes = self.held.iter().map(|h| h.bytes).sum();
        if count > 0 {
            self.weigh(self.held.len() - count);
        }
    }

    /// Drops checkpoints that are closer together than their distance from the present asks for.
    pub fn thin(&mut self, present: u64) {
        let mut i = 1;
        while i + 1 < self.held.len() {
            let (before, after) = (self.held[i - 1].turn, self.held[i + 1].turn);
            if after - before <= ((present - after) / DENSITY).max(INTERVAL) {
                self.remove(i);
            } else {
                i += 1;
            }
        }
    }

    /// Drops the checkpoint that leaves the smallest gap for its age; false if only the first and
    /// the last are left.
    pub fn shed(&mut self, present: u64) -> bool {
        let cost = |i: &usize| {
            let (before, after) = (self.held[i - 1].turn, self.held[i + 1].turn);
            u128::from(after - before) * 1_000_000 / u128::from(present.saturating_sub(before) + 1)
        };
        let Some(least) = (1..self.held.len().saturating_sub(1)).min_by_key(cost) else { return false };
        self.remove(least);
        true
    }

    fn remove(&mut self, i: usize) {
        self.bytes -= self.held.remove(i).bytes;
        // What only the two shared is now held by the next one alone.
        self.weigh(i);
    }

    fn weigh(&mut self, i: usize) {
        for i in i..(i + 2).min(self.held.len()) {
            let before = i.checked_sub(1).map(|b| &self.held[b].checkpoint);
            let bytes = self.held[i].checkpoint.bytes_beyond(before);
            self.bytes = self.bytes + bytes - self.held[i].bytes;
            self.held[i].bytes = bytes;
        }
    }
}
