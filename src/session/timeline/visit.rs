//! Going to a place: from a checkpoint forward, or back by undo records.

use super::branch::nearest;
use super::checkpoints::INTERVAL;
use super::replay::{Diverged, replay, step};
use super::{PastPosition, Timeline};
use crate::executive::{Ahead, Config, Machine, Turn, Undo};

/// Undo records made at once. A record of a turn with a service call weighs some kilobytes and
/// costs some microseconds.
const STRETCH: u64 = 512;

/// Bytes of undo records, roughly: two such amounts can be there for a moment.
const STRETCH_BYTES: usize = 16 << 20;

/// Adds an undo record to a stretch; its bytes.
fn keep(stretch: &mut Vec<Undo>, before: &Machine, after: &Machine, turn: Option<Turn>) -> usize {
    let earlier = stretch.iter().rev().find(|undo| undo.is_whole());
    let undo = Undo::between(before, after, turn, earlier);
    let bytes = undo.bytes_beyond(earlier);
    stretch.push(undo);
    bytes
}

/// A second machine at some place, kept because the next place asked for is often near.
#[derive(Debug, Clone)]
pub struct Echo {
    pub(super) machine: Machine,
    /// Where it is, with the number of entries behind it; `None` while it is nowhere.
    pub(super) at: Option<PastPosition>,
}

impl Echo {
    pub(super) fn new(config: &Config) -> Echo {
        Echo { machine: Machine::new(config.clone()), at: None }
    }
}

impl Timeline {
    pub(super) fn journal_of(&self, number: u32) -> Option<&super::Journal> {
        self.branches.iter().find(|b| b.number == number).map(|b| &b.journal)
    }

    /// Brings a machine that is at `from` (if anywhere) to a place; gives the entries behind it.
    /// `whole` says that its trace must be whole too.
    pub(super) fn bring(
        &self,
        machine: &mut Machine,
        from: Option<PastPosition>,
        to: PastPosition,
        whole: bool,
    ) -> Result<usize, Diverged> {
        let margin = if whole { machine.trace().capacity() as u64 } else { 0 };
        let held = nearest(&self.branches, to.branch, to.turn.saturating_sub(margin), to.entry);
        let start = held.map_or(0, |h| h.turn);
        let near =
            |f: &PastPosition| f.branch == to.branch && f.turn <= to.turn && f.entry <= to.entry && f.turn >= start;
        let Some(journal) = self.journal_of(to.branch) else { return Err(Diverged { turn: to.turn }) };
        let mut entry = match (from.filter(near), held) {
            // A pick whose turns were all done may have become longer since.
            (Some(here), _) => here.entry.min(journal.behind(here.turn)),
            (None, Some(held)) => {
                held.checkpoint.restore(machine);
                held.entry
            }
            (None, None) => {
                *machine = Machine::new(machine.config().clone());
                0
            }
        };
        replay(machine, journal, &mut entry, (to.turn, to.entry), &mut Ahead::again(to.turn))?;
        Ok(entry)
    }

    /// Brings the machine of the session to a turn of the current branch.
    pub(in crate::session) fn seek(&mut self, machine: &mut Machine, turn: u64) -> Result<(), Diverged> {
        let back = machine.turns().checked_sub(turn).filter(|_| !self.idle);
        if let Some(count) = back.filter(|b| *b <= self.stretch.len() as u64) {
            for undo in self.stretch.drain(self.stretch.len() - count as usize..).rev() {
                undo.apply(machine);
            }
            self.entry = self.journal().behind(turn);
            return Ok(());
        }
        let from = (!self.idle).then(|| self.here(machine.turns()));
        self.arrive(machine, from, turn)
    }

    /// Brings the machine of the session to a place between two inputs of a turn, as taking one back does.
    pub(in crate::session) fn seek_input(
        &mut self,
        machine: &mut Machine,
        turn: u64,
        entry: usize,
    ) -> Result<(), Diverged> {
        let to = PastPosition { branch: self.branch().number, turn, entry };
        self.entry = self.bring(machine, None, to, true)?;
        self.idle = false;
        self.stretch.clear();
        Ok(())
    }

    /// Goes to a turn by way of the stretch before it, and keeps the way back.
    pub(super) fn arrive(
        &mut self,
        machine: &mut Machine,
        from: Option<PastPosition>,
        turn: u64,
    ) -> Result<(), Diverged> {
        let branch = self.branch().number;
        let start = turn.saturating_sub(STRETCH);
        if let Some(near) = self.far(from, start) {
            self.leave_checkpoint(&mut Echo::new(machine.config()), near)?;
        }
        self.entry = self.bring(machine, from, PastPosition { branch, turn: start, entry: usize::MAX }, true)?;
        self.idle = false;
        self.stretch.clear();
        let (mut shadow, mut behind, mut weight) = (machine.clone(), self.entry, 0);
        while machine.turns() < turn {
            let journal = &self.branches[self.current].journal;
            let taken = step(machine, journal, &mut self.entry)?;
            weight += keep(&mut self.stretch, &shadow, machine, taken);
            if weight > STRETCH_BYTES {
                // Those nearest to the turn are what is asked for next.
                self.stretch.drain(..self.stretch.len() / 2);
                weight = 0;
            }
            step(&mut shadow, journal, &mut behind)?;
        }
        Ok(())
    }

    /// Where checkpoints are far apart, and the machine that is to come is not near: the turn before a
    /// visited one at which a checkpoint should be.
    pub(super) fn far(&self, from: Option<PastPosition>, turn: u64) -> Option<u64> {
        let near = turn.saturating_sub(INTERVAL / 2);
        let branch = self.branch().number;
        let held = nearest(&self.branches, branch, turn, usize::MAX).map_or(0, |h| h.turn);
        let own = self.branch().parent.is_none_or(|fork| fork.turn < near);
        let here = from.is_some_and(|f| f.branch == branch && (near.saturating_sub(INTERVAL)..=turn).contains(&f.turn));
        (own && !here && turn - held > 2 * INTERVAL && self.bytes() < self.bound).then_some(near)
    }

    /// Leaves a checkpoint at a turn, where the echo goes for it.
    pub(super) fn leave_checkpoint(&mut self, echo: &mut Echo, turn: u64) -> Result<(), Diverged> {
        let place = PastPosition { branch: self.branch().number, turn, entry: usize::MAX };
        let at = self.move_echo_to(echo, place)?;
        self.branches[self.current].checkpoints.put(&echo.machine, at.entry);
        echo.at = Some(at);
        self.keep_bound();
        Ok(())
    }

    /// The machine one turn before the cursor, but for its trace.
    pub(in crate::session) fn before(&mut self, machine: &Machine) -> Option<&Machine> {
        let turn = machine.turns().checked_sub(1)?;
        let place = PastPosition { branch: self.branch().number, turn, entry: usize::MAX };
        let mut echo = self.before.take().unwrap_or_else(|| Echo::new(machine.config()));
        let known = echo.at.is_some_and(|at| at.branch == place.branch && at.turn == turn);
        match self.stretch.last().filter(|_| !known) {
            Some(undo) => {
                echo.machine.clone_from(machine);
                undo.apply(&mut echo.machine);
                echo.at = Some(PastPosition { entry: self.journal().behind(turn), ..place });
            }
            None => self.move_echo(&mut echo, place)?,
        }
        Some(&self.before.insert(echo).machine)
    }

    /// The machine at another place, but for its trace.
    pub(in crate::session) fn at(&mut self, place: PastPosition, config: &Config) -> Option<&Machine> {
        let mut echo = self.since.take().unwrap_or_else(|| Echo::new(config));
        self.move_echo(&mut echo, place)?;
        Some(&self.since.insert(echo).machine)
    }

    fn move_echo(&self, echo: &mut Echo, place: PastPosition) -> Option<()> {
        echo.at = Some(self.move_echo_to(echo, place).ok()?);
        Some(())
    }

    /// Brings an echo to a place, and says where it is. Until its place is noted, it is nowhere.
    pub(super) fn move_echo_to(&self, echo: &mut Echo, place: PastPosition) -> Result<PastPosition, Diverged> {
        let entry = self.bring(&mut echo.machine, echo.at.take(), place, false)?;
        Ok(PastPosition { entry, ..place })
    }
}
