//! What a run did, as far as a model of another machine asks.

use crate::executive::Pid;
use serde::Serialize;
use std::collections::BTreeMap;

/// A turn, as far as it matters to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnDone {
    /// Whose.
    pub pid: Pid,
    /// Calls of the task that had not returned before it.
    pub depth: u32,
    /// 1 for a call, -1 for a return from one, 0 for anything else.
    pub calls: i8,
    /// Registers that its instruction read.
    pub reads: u64,
    /// Registers that it wrote.
    pub writes: u64,
}

/// Sums over a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// Turns.
    pub turns: u64,
    /// Turns of another task than the turn before.
    pub switches: u64,
    /// Registers that instructions and services read.
    pub reads: u64,
    /// Registers that they wrote.
    pub writes: u64,
    /// Windows that were in the register file of a SPARC when their task lost the processor.
    pub flushed: u64,
    /// Calls that found no free window there: the oldest one went to memory.
    pub spilled: u64,
    /// Returns to a window that was in memory.
    pub filled: u64,
}

/// Counts turn by turn. The register file of a SPARC has some windows, one of which is always free, for traps; a call takes
/// one, a return gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    windows: u32,
    last: Option<Pid>,
    /// Windows of each task that are in the register file.
    in_use: BTreeMap<Pid, u32>,
    counted: Counted,
}

impl Counter {
    /// From where a task ran last, with a number of register windows, at least 2.
    #[must_use]
    pub fn new(windows: u32, last: Option<Pid>) -> Counter {
        Counter { windows: windows.max(2), last, in_use: BTreeMap::new(), counted: Counted::default() }
    }

    /// Register windows there are.
    #[must_use]
    pub fn windows(&self) -> u32 {
        self.windows
    }

    /// What was counted.
    #[must_use]
    pub fn counted(&self) -> Counted {
        self.counted
    }

    /// Windows of a task that are in the register file; 1 for one that has not run.
    #[must_use]
    pub fn windows_in_use(&self, pid: Pid) -> u64 {
        self.in_use.get(&pid).copied().unwrap_or(1).into()
    }

    /// Takes in the next turn.
    pub fn turn(&mut self, turn: &TurnDone) {
        self.counted.turns += 1;
        if let Some(last) = self.last.replace(turn.pid).filter(|last| *last != turn.pid) {
            self.counted.switches += 1;
            self.counted.flushed += u64::from(self.in_use.insert(last, 1).unwrap_or(1));
        }
        // A task that begins again has no more windows than calls.
        let in_use = self.in_use.entry(turn.pid).or_insert(1);
        *in_use = (*in_use).min(turn.depth.saturating_add(1));
        match turn.calls {
            1.. if *in_use == self.windows - 1 => self.counted.spilled += 1,
            1.. => *in_use += 1,
            ..=-1 if *in_use == 1 => self.counted.filled += 1,
            ..=-1 => *in_use -= 1,
            0 => {}
        }
        self.registers([turn.reads, turn.writes]);
    }

    /// Takes in reads and writes of registers.
    pub fn registers(&mut self, [reads, writes]: [u64; 2]) {
        self.counted.reads += reads;
        self.counted.writes += writes;
    }
}
