//! Branches: going to another, naming, deleting; taking the last change back.

use super::branch::Branch;
use super::replay::Diverged;
use super::{Fork, PastPosition, Timeline};
use crate::executive::Machine;
use crate::executive::input::Input;
use crate::session::journal::JournalEntry;
use crate::session::lanes::StateTimeTotals;
use crate::session::stop::Status;
use serde::Serialize;
use std::sync::Arc;

/// A branch as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BranchInfo {
    /// Its number, from 1.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Where it left another.
    pub parent: Option<Fork>,
    /// Turns done in all.
    pub present: u64,
    /// Inputs and other things from outside.
    pub inputs: usize,
    /// Whether the cursor is on it.
    pub current: bool,
}

impl Timeline {
    pub(in crate::session) fn branches(&self) -> Vec<BranchInfo> {
        let info = |(i, b): (usize, &Branch)| BranchInfo {
            number: b.number,
            name: b.name.clone(),
            parent: b.parent,
            present: b.present,
            inputs: b.journal.len(),
            current: i == self.current,
        };
        self.branches.iter().enumerate().map(info).collect()
    }

    pub(super) fn index(&self, number: u32) -> Option<usize> {
        self.branches.iter().position(|b| b.number == number)
    }

    /// Keeps why the present stood, for the return to it.
    pub(in crate::session) fn leave(&mut self, turn: u64, status: &Status) {
        if self.at_present(turn) && *status != Status::Running {
            // One that was gone to and then changed something is the end of a branch now.
            let status = if *status == Status::Visited { &Status::Paused } else { status };
            self.branches[self.current].status = status.clone();
        }
    }

    /// Why the present stood when it was left.
    pub(in crate::session) fn status(&self) -> &Status {
        &self.branch().status
    }

    /// Goes to a place of any branch; false if there is no such branch.
    pub(in crate::session) fn go(&mut self, machine: &mut Machine, number: u32, turn: u64) -> Result<bool, Diverged> {
        let Some(index) = self.index(number) else { return Ok(false) };
        let from = (!self.idle).then(|| self.here(machine.turns()));
        self.current = index;
        self.arrive(machine, from, turn.min(self.present()))?;
        self.due = self.due_after(self.present());
        Ok(true)
    }

    /// The next checkpoint comes an interval after the last one.
    fn due_after(&self, present: u64) -> u64 {
        let last = self.branch().checkpoints.nearest(u64::MAX, usize::MAX).map_or(0, |h| h.turn);
        (last + super::INTERVAL).max(present + 1)
    }

    /// Takes the current branch of another session of the same configuration over as one more of this.
    pub(in crate::session) fn adopt(&mut self, other: &Timeline) -> u32 {
        self.made += 1;
        let number = self.made;
        let mut branch = Branch { number, parent: None, ..other.branch().clone() };
        if let Some(fork) = other.branch().parent {
            // What it shared with a branch that stays behind.
            let older = other.index(fork.branch).map(|i| &other.branches[i].checkpoints);
            older.into_iter().for_each(|held| branch.checkpoints.adopt(held, fork.turn, fork.entry));
        }
        self.branches.push(branch);
        self.keep_bound();
        number
    }

    pub(in crate::session) fn rename(&mut self, number: u32, name: &str) -> bool {
        let Some(index) = self.index(number) else { return false };
        name.clone_into(&mut self.branches[index].name);
        true
    }

    /// Forgets a branch that the cursor is not on. Those that left it keep what they share.
    pub(in crate::session) fn delete(&mut self, number: u32) -> bool {
        let Some(index) = self.index(number).filter(|i| *i != self.current) else { return false };
        let gone = self.branches.remove(index);
        self.current -= usize::from(index < self.current);
        for child in &mut self.branches {
            let Some(fork) = child.parent.filter(|fork| fork.branch == number) else { continue };
            child.checkpoints.adopt(&gone.checkpoints, fork.turn, fork.entry);
            child.parent = gone.parent.map(|older| Fork {
                turn: older.turn.min(fork.turn),
                entry: older.entry.min(fork.entry),
                ..older
            });
        }
        self.bookmarks.retain(|b| b.branch != number);
        self.undone.retain(|place| place.branch != number);
        for echo in [&mut self.before, &mut self.since, &mut self.lanes_at, &mut self.filled_at] {
            *echo = None;
        }
        true
    }

    /// Goes to where the last change before the cursor came, without it: back to the branch that was left
    /// for that change, or else to a new one. Gives the change, and whether a branch was begun; `None` if
    /// there is no change.
    pub(in crate::session) fn undo(&mut self, machine: &mut Machine) -> Result<Option<(Arc<Input>, bool)>, Diverged> {
        let here = self.here(machine.turns());
        let changes = self.journal().entries()[..here.entry].iter().enumerate().rev();
        let mut changes = changes.filter_map(|(i, (turn, entry))| match entry {
            JournalEntry::Input(input) if *turn > 0 || !is_setup(input) => Some((i, *turn, Arc::clone(input))),
            _ => None,
        });
        let Some((entry, turn, input)) = changes.next() else { return Ok(None) };
        // A branch that begins with this change left one that is without it.
        let left = self.branch().parent.filter(|fork| (fork.turn, fork.entry) == (turn, entry));
        let left = left.and_then(|fork| Some((fork.branch, self.index(fork.branch)?)));
        let to = PastPosition { branch: left.map_or(here.branch, |(number, _)| number), turn, entry };
        self.entry = self.bring(machine, None, to, true)?;
        self.idle = false;
        self.stretch.clear();
        match left {
            Some((_, index)) => {
                self.current = index;
                self.due = self.due_after(self.present());
            }
            None => self.fork(turn, &StateTimeTotals::of(machine)),
        }
        self.undone.push(here);
        Ok(Some((input, left.is_none())))
    }

    /// Goes back to where the last change was undone; false if nothing was, or more has changed since.
    pub(in crate::session) fn redo(&mut self, machine: &mut Machine) -> Result<bool, Diverged> {
        match self.undone.pop() {
            Some(place) => self.go(machine, place.branch, place.turn),
            None => Ok(false),
        }
    }
}

/// What a session begins with.
fn is_setup(input: &Input) -> bool {
    matches!(input, Input::Load(_) | Input::File { .. })
}
