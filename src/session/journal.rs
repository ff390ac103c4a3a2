//! What came from outside, with the turn it came before: with the programs and the configuration
//! it determines the whole run.

use crate::executive::Pid;
use crate::executive::input::Input;

/// One thing from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// An input.
    Input(Input),
    /// Turns of one task, out of rotation.
    Pick {
        /// Which task.
        pid: Pid,
        /// How many turns.
        turns: u64,
    },
}

/// All that came from outside, oldest first: turns done before it, and what it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Journal {
    entries: Vec<(u64, Entry)>,
}

impl Journal {
    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[(u64, Entry)] {
        &self.entries
    }

    pub(super) fn input(&mut self, turn: u64, input: Input) {
        self.entries.push((turn, Entry::Input(input)));
    }

    /// Turns of one task; one stretch makes one entry.
    pub(super) fn pick(&mut self, turn: u64, pid: Pid, turns: u64) {
        if let Some((from, Entry::Pick { pid: same, turns: so_far })) = self.entries.last_mut()
            && *same == pid
            && *from + *so_far == turn
        {
            *so_far += turns;
            return;
        }
        self.entries.push((turn, Entry::Pick { pid, turns }));
    }
}
