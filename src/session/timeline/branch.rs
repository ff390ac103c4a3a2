//! One course of events: its journal, how far it has come, and where it left another.

use super::checkpoints::{CheckpointStore, Held};
use super::notes::Notes;
use crate::session::journal::Journal;
use crate::session::stop::Status;
use serde::Serialize;

/// Where a branch left another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fork {
    /// The other branch.
    pub branch: u32,
    /// Turns done before.
    pub turn: u64,
    /// Journal entries the two share.
    #[serde(skip)]
    pub(super) entry: usize,
}

/// One course of events.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub number: u32,
    pub name: String,
    pub parent: Option<Fork>,
    /// From the first turn of the session on.
    pub journal: Journal,
    /// Turns done in all.
    pub present: u64,
    /// Why it stood when it was left.
    pub status: Status,
    /// What happened and what tasks did where.
    pub notes: Notes,
    /// Checkpoints after the fork.
    pub checkpoints: CheckpointStore,
}

impl Branch {
    pub fn main() -> Branch {
        Branch {
            number: 1,
            name: "main".into(),
            parent: None,
            journal: Journal::default(),
            present: 0,
            status: Status::Fresh,
            notes: Notes::new(),
            checkpoints: CheckpointStore::default(),
        }
    }
}

/// The last checkpoint at or before a place of a branch, which may be its parent's.
pub(super) fn nearest(branches: &[Branch], number: u32, mut turn: u64, mut entry: usize) -> Option<&Held> {
    let mut branch = branches.iter().find(|b| b.number == number)?;
    loop {
        if let Some(held) = branch.checkpoints.nearest(turn, entry) {
            return Some(held);
        }
        let fork = branch.parent?;
        (turn, entry) = (turn.min(fork.turn), entry.min(fork.entry));
        branch = branches.iter().find(|b| b.number == fork.branch)?;
    }
}
