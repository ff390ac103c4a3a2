//! Races as rows of a list.

use crate::session::{Heard, Shown, Site, Stale};
use std::ops::Range;

/// One end of a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceSide {
    /// The instruction.
    pub site: Site,
    /// The turn.
    pub turn: u64,
    /// What was there.
    pub value: u32,
    /// The task's name, as the guest gave it; empty if it is gone.
    pub name: String,
    /// The instruction's mnemonic and operands; empty if its task is gone.
    pub text: String,
    /// File and line, where they are known.
    pub line: Option<(String, u32)>,
}

/// A race with names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceRow {
    /// Its number in the list, from 1.
    pub n: usize,
    /// The access that came first.
    pub earlier: RaceSide,
    /// The access that came later.
    pub later: RaceSide,
    /// The bytes.
    pub bytes: Vec<Range<u32>>,
    /// What they are called: a register of a task, or its stack.
    pub named: Option<String>,
    /// How often.
    pub times: u64,
    /// Both wrote the same value each time.
    pub same_value: bool,
    /// The newest turn of the earlier task that happened before the later access, and why, in words.
    pub heard: Option<(Heard, String)>,
    /// What is known of the other order.
    pub shown: Shown,
    /// Whether the other order was asked for: what is not shown may not have been tried yet.
    pub tried: bool,
    /// The race that decides this one, by number, where the other order was tried and something else happened.
    pub hangs_on: Option<usize>,
    /// The branch in which they come the other way round.
    pub branch: Option<u32>,
}

/// The races of some turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RaceList {
    /// Whose turns: the branch.
    pub branch: u32,
    /// The first turn.
    pub from: u64,
    /// The last turn.
    pub to: u64,
    /// Words declared as synchronization: first address, first one behind.
    pub sync: Vec<(u32, u32)>,
    /// The races by the turns in which they were seen first.
    pub rows: Vec<RaceRow>,
    /// Races that the user has hidden.
    pub hidden: usize,
    /// Stale writes by turn.
    pub stale: Vec<Stale>,
    /// Instructions and stale writes that were left out, being too many.
    pub more: u64,
}

impl RaceList {
    /// Words that the races are on.
    #[must_use]
    pub fn words(&self) -> usize {
        let mut words: Vec<u32> =
            self.rows.iter().flat_map(|r| &r.bytes).flat_map(|b| b.start / 4..b.end.div_ceil(4)).collect();
        words.sort_unstable();
        words.dedup();
        words.len()
    }
}
