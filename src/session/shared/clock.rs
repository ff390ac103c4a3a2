//! Clocks of tasks. Turns are numbered through all tasks and each belongs to one of them, so a clock needs no counters of
//! its own: it names, for each task, the last of its turns that happened before something.

use serde::Serialize;

/// What made one turn happen before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Edge {
    /// A message was received that the other had sent.
    Message {
        /// The mailbox.
        descriptor: u16,
        /// The message's number there.
        seq: u32,
    },
    /// A message was counted by a PEEK.
    Peek {
        /// The mailbox.
        descriptor: u16,
    },
    /// A message fitted because the other had received one.
    Room {
        /// The mailbox.
        descriptor: u16,
    },
    /// A value of the registry was read that the other had set.
    Value {
        /// Its number.
        oid: u16,
    },
    /// A file was read that the other had changed.
    File,
    /// A wait failed because the other was killed.
    Kill,
    /// The task was loaded after the other's turn.
    Load,
    /// A word that is declared as synchronization was read after the other had written it.
    Sync {
        /// Its address.
        address: u32,
    },
}

/// The newest reason why turns of one task happened before what another does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// The last turn of the one that happened before.
    pub from: u64,
    /// The turn in which the other heard of it.
    pub to: u64,
    /// How.
    #[serde(flatten)]
    pub edge: Edge,
}

/// For each task, by its slot, the last of its turns that happened before something; 0 for none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Clock(Vec<u64>);

impl Clock {
    /// The last turn of a task that happened before.
    pub fn of(&self, slot: usize) -> u64 {
        self.0.get(slot).copied().unwrap_or(0)
    }

    /// A turn of a task, and with it all its earlier ones, happened before, too.
    pub fn advance(&mut self, slot: usize, turn: u64) {
        if self.0.len() <= slot {
            self.0.resize(slot + 1, 0);
        }
        self.0[slot] = self.0[slot].max(turn);
    }

    /// All that happened before something else happened before this, too.
    pub fn join(&mut self, other: &Clock) {
        other.entries().for_each(|(slot, turn)| self.advance(slot, turn));
    }

    /// The tasks of which some turn happened before.
    pub fn entries(&self) -> impl Iterator<Item = (usize, u64)> {
        self.0.iter().copied().enumerate().filter(|(_, turn)| *turn > 0)
    }
}

/// A task's own clock, and why it is what it is.
#[derive(Debug, Clone, Default)]
pub(super) struct TaskClock {
    pub now: Clock,
    heard: Vec<Option<Heard>>,
}

impl TaskClock {
    /// All that happened before something else happens before what the task does from turn `to` on.
    pub fn hear(&mut self, other: &Clock, to: u64, edge: Edge) {
        for (slot, from) in other.entries().filter(|(slot, from)| *from > self.now.of(*slot)).collect::<Vec<_>>() {
            self.now.advance(slot, from);
            if self.heard.len() <= slot {
                self.heard.resize(slot + 1, None);
            }
            self.heard[slot] = Some(Heard { from, to, edge });
        }
    }

    /// The newest reason why turns of a task happened before what this one does now.
    pub fn heard(&self, slot: usize) -> Option<Heard> {
        self.heard.get(slot).copied().flatten()
    }
}
