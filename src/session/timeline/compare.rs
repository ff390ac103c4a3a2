//! Where two courses of events part.

use super::replay::{Diverged, replay};
use super::{PastPosition, Timeline};
use crate::executive::{Machine, Pid};
use crate::session::journal::Journal;
use serde::Serialize;

/// Turns compared at once.
const BLOCK: u64 = 1024;

/// The first state in which two courses of events differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Turns done.
    pub turn: u64,
    /// Whose the last turn was, on each side.
    pub ran: (Option<Pid>, Option<Pid>),
    /// The address of its instruction, on each side, as far as the trace says.
    pub at: (Option<u32>, Option<u32>),
    /// The first address of the shared RAM that differs, and its word on each side.
    pub ram: Option<(u32, u32, u32)>,
}

impl Difference {
    fn between(a: &Machine, b: &Machine) -> Difference {
        let bytes = a.ram().bytes().iter().zip(b.ram().bytes()).position(|(x, y)| x != y);
        let address = bytes.map(|at| at & !3);
        let word = |m: &Machine, at: usize| {
            m.ram().bytes()[at..at + 4].iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
        };
        // What it woke may stand behind the instruction in the trace.
        let at = |m: &Machine| {
            let last = m.trace().last(64).filter(|e| e.turn == m.turns() && Some(e.pid) == m.ran());
            last.map(|e| e.pc).next()
        };
        Difference {
            at: (at(a), at(b)),
            turn: a.turns(),
            ran: (a.ran(), b.ran()),
            ram: address.map(|at| (at as u32, word(a, at), word(b, at))),
        }
    }
}

/// One side: a machine on its way through a journal.
struct Side<'a> {
    machine: &'a mut Machine,
    journal: &'a Journal,
    entry: usize,
    timeline: &'a Timeline,
    branch: u32,
}

impl Side<'_> {
    fn go(&mut self, turn: u64) -> Result<(), Diverged> {
        replay(self.machine, self.journal, &mut self.entry, (turn, usize::MAX), &mut ())
    }

    fn jump(&mut self, turn: u64) -> Result<(), Diverged> {
        let place = PastPosition { branch: self.branch, turn, entry: usize::MAX };
        self.entry = self.timeline.bring(self.machine, None, place, true)?;
        Ok(())
    }
}

impl Timeline {
    /// Brings a fresh machine to the present.
    pub(in crate::session) fn to_present(&self, machine: &mut Machine) -> Result<(), Diverged> {
        let branch = self.branch();
        let place = PastPosition { branch: branch.number, turn: branch.present, entry: usize::MAX };
        self.bring(machine, None, place, true).map(drop)
    }

    /// The first difference between a branch of this timeline and one of another; both are there.
    pub(in crate::session) fn compare(
        &self,
        (left, a): (&mut Machine, u32),
        other: &Timeline,
        (right, b): (&mut Machine, u32),
    ) -> Result<Option<Difference>, Diverged> {
        let same_start = left.config() == right.config();
        let (Some(x), Some(y)) = (self.index(a), other.index(b)) else { return Ok(None) };
        let (x, y) = (&self.branches[x], &other.branches[y]);
        let end = x.present.min(y.present);
        let common = x.journal.common(&y.journal);
        let part = |j: &Journal| j.entries().get(common).map_or(end, |(turn, _)| *turn);
        // Up to where the journals part there is nothing to compare.
        let start = if same_start { part(&x.journal).min(part(&y.journal)).min(end).saturating_sub(1) } else { 0 };
        let mut left = Side { machine: left, journal: &x.journal, entry: 0, timeline: self, branch: a };
        let mut right = Side { machine: right, journal: &y.journal, entry: 0, timeline: other, branch: b };
        left.jump(start)?;
        right.jump(start)?;
        first_difference(&mut left, &mut right, end)
    }
}

fn first_difference(left: &mut Side<'_>, right: &mut Side<'_>, end: u64) -> Result<Option<Difference>, Diverged> {
    // A difference in the trace could be over when more entries have come than it keeps.
    let block = BLOCK.min(left.machine.trace().capacity() as u64).max(1);
    let mut good = left.machine.turns();
    while left.machine == right.machine {
        good = left.machine.turns();
        if good == end {
            return Ok(None);
        }
        left.go((good + block).min(end))?;
        right.go((good + block).min(end))?;
    }
    left.jump(good)?;
    right.jump(good)?;
    while left.machine == right.machine && left.machine.turns() < end {
        let next = left.machine.turns() + 1;
        left.go(next)?;
        right.go(next)?;
    }
    Ok(Some(Difference::between(left.machine, right.machine)))
}
