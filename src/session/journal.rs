//! What came from outside, with the turn it came before: with the programs and the configuration
//! it determines the whole run.

use crate::executive::input::{Input, Reg};
use crate::executive::{Pid, Who};
use std::sync::Arc;

/// One thing from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum JournalEntry {
    /// An input.
    Input(Arc<Input>),
    /// Turns of one task, out of rotation.
    Pick {
        /// Which task.
        pid: Pid,
        /// How many turns, at least 1.
        turns: u64,
    },
    /// A run was asked for that took no more turn, but let the clock jump over a time in which
    /// no task was ready.
    Idle,
}

impl JournalEntry {
    /// The input that it is, if it is one.
    #[must_use]
    pub fn input(&self) -> Option<&Arc<Input>> {
        match self {
            JournalEntry::Input(input) => Some(input),
            JournalEntry::Pick { .. } | JournalEntry::Idle => None,
        }
    }
}

/// All that came from outside, oldest first: turns done before it, and what it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Journal {
    entries: Vec<(u64, JournalEntry)>,
}

impl Journal {
    /// A journal of entries from elsewhere; `None` if they are not in order, or a pick takes no
    /// turn or reaches over the next entry.
    #[must_use]
    pub fn of(entries: Vec<(u64, JournalEntry)>) -> Option<Journal> {
        let over = |(turn, entry): &(u64, JournalEntry)| match entry {
            JournalEntry::Pick { turns: 0, .. } => None,
            JournalEntry::Pick { turns, .. } => turn.checked_add(*turns),
            _ => Some(*turn),
        };
        let in_order = entries.windows(2).all(|w| over(&w[0]).is_some_and(|turn| turn <= w[1].0));
        let ends = entries.last().is_none_or(|last| over(last).is_some());
        (in_order && ends).then_some(Journal { entries })
    }

    /// How many entries it has in common with another, from the first on.
    pub(super) fn common(&self, other: &Journal) -> usize {
        self.entries.iter().zip(&other.entries).take_while(|(a, b)| a == b).count()
    }

    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[(u64, JournalEntry)] {
        &self.entries
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn input(&mut self, turn: u64, input: Arc<Input>) {
        self.entries.push((turn, JournalEntry::Input(input)));
    }

    pub(super) fn idle(&mut self, turn: u64) {
        self.entries.push((turn, JournalEntry::Idle));
    }

    /// Turns of one task; one stretch makes one entry.
    pub(super) fn pick(&mut self, turn: u64, pid: Pid, turns: u64) {
        if let Some((from, JournalEntry::Pick { pid: same, turns: so_far })) = self.entries.last_mut()
            && *same == pid
            && *from + *so_far == turn
        {
            *so_far += turns;
            return;
        }
        self.entries.push((turn, JournalEntry::Pick { pid, turns }));
    }

    /// How many entries are behind a machine that has done `turn` turns and all that came before
    /// the next one. A pick is behind it when all its turns are.
    pub(super) fn behind(&self, turn: u64) -> usize {
        let begun = self.entries.partition_point(|(at, _)| *at <= turn);
        match begun.checked_sub(1).map(|last| &self.entries[last]) {
            Some((from, JournalEntry::Pick { turns, .. })) if from + turns > turn => begun - 1,
            _ => begun,
        }
    }

    /// Moves past a pick whose turns are done.
    pub(super) fn past_picks(&self, mut entry: usize, turn: u64) -> usize {
        while let Some((from, JournalEntry::Pick { turns, .. })) = self.entries.get(entry)
            && from + turns <= turn
        {
            entry += 1;
        }
        entry
    }

    /// The first entry that comes after `turn` turns: when, and its place.
    pub(super) fn after(&self, turn: u64) -> Option<(u64, usize)> {
        let next = self.entries.partition_point(|(at, _)| *at <= turn);
        self.entries.get(next).map(|(at, _)| (*at, next))
    }

    /// Whether something came after the turns from `first` to `last`, other than picks.
    pub(super) fn has_between(&self, first: u64, last: u64) -> bool {
        let from = self.entries.partition_point(|(at, _)| *at < first);
        let came = self.entries[from..].iter().take_while(|(at, _)| *at <= last);
        came.into_iter().any(|(_, entry)| !matches!(entry, JournalEntry::Pick { .. }))
    }

    /// Whether registers or a stack may lie elsewhere after the first turn than before it: a program came or went, a window
    /// or a stack pointer was moved.
    pub(super) fn moves_arenas(&self) -> bool {
        let moves = |input: &Input| match input {
            Input::Load(_) | Input::Reload { .. } | Input::Kill(_) | Input::Rebase { .. } => true,
            Input::SetReg { reg, .. } => *reg == Reg::Sp,
            Input::Pause(_)
            | Input::Resume(_)
            | Input::Poke { .. }
            | Input::Quantum { .. }
            | Input::Order(_)
            | Input::Preempt
            | Input::Send { .. }
            | Input::Receive { .. }
            | Input::SetValue { .. }
            | Input::Call { .. }
            | Input::File { .. }
            | Input::Stdio { .. } => false,
        };
        self.entries.iter().any(|(at, entry)| matches!(entry, JournalEntry::Input(input) if *at > 0 && moves(input)))
    }

    /// What is to be done next at `turn`, if it takes no turn.
    pub(super) fn due(&self, entry: usize, turn: u64) -> Option<&JournalEntry> {
        self.entries.get(entry).filter(|(at, e)| *at <= turn && !matches!(e, JournalEntry::Pick { .. })).map(|(_, e)| e)
    }

    /// Who takes the next turns, and the turn up to which that is sure.
    pub(super) fn ahead(&self, entry: usize, turn: u64) -> (Who, u64) {
        match self.entries.get(entry) {
            Some((from, JournalEntry::Pick { pid, turns })) if *from <= turn => (Who::Only(*pid), from + turns),
            Some((at, _)) => (Who::Rotation, *at),
            None => (Who::Rotation, u64::MAX),
        }
    }

    /// The journal as it was at `turn`, after its first `entry` entries.
    pub(super) fn until(&self, entry: usize, turn: u64) -> Journal {
        let mut entries = self.entries[..entry.min(self.entries.len())].to_vec();
        if let Some((from, JournalEntry::Pick { pid, .. })) = self.entries.get(entry)
            && *from < turn
        {
            entries.push((*from, JournalEntry::Pick { pid: *pid, turns: turn - from }));
        }
        Journal { entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Journal {
        let mut journal = Journal::default();
        journal.input(0, Arc::new(Input::Kill(1)));
        journal.pick(5, 2, 3);
        journal.pick(8, 2, 2);
        journal.input(10, Arc::new(Input::Kill(2)));
        journal
    }

    #[test]
    fn picks_in_a_row_are_one_entry() {
        assert_eq!(journal().len(), 3);
    }

    #[test]
    fn what_is_behind_a_turn_is_what_came_before_the_next_one() {
        let behind: Vec<usize> = [0, 4, 5, 9, 10, 11].iter().map(|t| journal().behind(*t)).collect();
        assert_eq!(behind, [1, 1, 1, 1, 3, 3]);
    }

    #[test]
    fn a_journal_can_be_cut_inside_a_pick() {
        let cut = journal().until(1, 7);
        assert_eq!(cut.entries()[1], (5, JournalEntry::Pick { pid: 2, turns: 2 }));
        assert_eq!(journal().until(1, 5).len(), 1);
    }
}
