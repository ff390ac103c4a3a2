//! A past from a journal alone: a recording that is opened.

use super::Timeline;
use super::branch::Branch;
use super::replay::{self, Diverged};
use crate::executive::{Ahead, Machine};
use crate::session::Journal;
use crate::session::slices::{Looked, give_way};

impl Timeline {
    /// Takes a journal over and runs a fresh machine through it, up to a turn, in slices.
    pub(in crate::session) async fn rebuild(
        &mut self,
        machine: &mut Machine,
        journal: Journal,
        present: u64,
        looked: &Looked,
    ) -> Result<(), Diverged> {
        let branch = &mut self.branches[self.current];
        (branch.journal, branch.present) = (journal, present);
        let mut ahead = Ahead::again(present);
        loop {
            let due = self.due.min(present);
            while machine.turns() < due {
                let Branch { journal, notes, .. } = &mut self.branches[self.current];
                let now = machine.turns();
                let turn = due.min(now + notes.room(now));
                notes.again(machine, (journal, &mut self.entry), turn, &mut ahead)?;
                looked.add(turn - now);
                give_way().await;
            }
            let journal = &self.branches[self.current].journal;
            replay::replay(machine, journal, &mut self.entry, (due, usize::MAX), &mut ahead)?;
            if due == present {
                let done = self.at_present(present);
                return if done { Ok(()) } else { Err(Diverged { turn: present }) };
            }
            self.checkpoint(machine);
        }
    }
}
