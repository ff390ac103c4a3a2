//! Searching the past: intervals between checkpoints are run again under an observer,
//! newest first, at full speed.

use super::branch::nearest;
use super::checkpoints::INTERVAL;
use super::marks::{Sought, pages_of};
use super::replay::{Diverged, replay};
use super::watch::{LastTurn, WatchedBytes, Writer, Writes};
use super::{PastPosition, Timeline};
use crate::executive::task::Task;
use crate::executive::{Config, Machine, Observer, Pid};
use crate::session::shared::{RaceWatch, arena};
use crate::session::slices::{SLICE, give_way};
use crate::session::stop::{Survey, Unwritten};
use crate::vm::Span;

/// Turns run in one go while looking for the turn at which something ceases.
const BLOCK: u64 = 2048;

impl Timeline {
    /// Where the interval before a turn begins: at a checkpoint, or at the start.
    pub(in crate::session) fn interval(&self, end: u64) -> u64 {
        let Some(last) = end.checked_sub(1) else { return 0 };
        nearest(&self.branches, self.branch().number, last, usize::MAX).map_or(0, |h| h.turn)
    }

    /// A machine at a checkpoint or the start, not yet with what came before the next turn, and
    /// its entries.
    pub(in crate::session) fn open(&self, machine: &mut Machine, turn: u64) -> Result<usize, Diverged> {
        let branch = self.branch().number;
        let entry = nearest(&self.branches, branch, turn, usize::MAX).filter(|h| h.turn == turn).map_or(0, |h| h.entry);
        self.bring(machine, None, PastPosition { branch, turn, entry }, false)
    }

    /// A machine at any turn, and its entries.
    pub(super) fn open_at(&self, machine: &mut Machine, turn: u64) -> Result<usize, Diverged> {
        match self.interval(turn + 1) == turn {
            true => self.open(machine, turn),
            false => {
                let place = PastPosition { branch: self.branch().number, turn, entry: usize::MAX };
                self.bring(machine, None, place, false)
            }
        }
    }

    /// Looks through the turns up to `end`, newest interval first.
    async fn search<O: Observer, R>(
        &self,
        machine: &mut Machine,
        mut end: u64,
        wanted: Sought,
        begin: impl Fn(&Machine) -> O,
        found: impl Fn(O) -> Option<R>,
    ) -> Result<Option<R>, Diverged> {
        loop {
            let start = self.interval(end);
            if self.may(start + 1, end, wanted) {
                let mut entry = self.open(machine, start)?;
                let mut observer = begin(machine);
                self.look_through(machine, &mut entry, end, &mut observer).await?;
                if let Some(result) = found(observer) {
                    return Ok(Some(result));
                }
            } else {
                self.looked.add(end - start);
            }
            if start == 0 {
                return Ok(None);
            }
            end = start;
        }
    }

    /// Runs a machine that has the first `entry` entries behind it up to a turn, under an observer.
    pub(in crate::session) fn replay(
        &self,
        machine: &mut Machine,
        entry: &mut usize,
        turn: u64,
        observer: &mut impl Observer,
    ) -> Result<(), Diverged> {
        replay(machine, self.journal(), entry, (turn, usize::MAX), observer)
    }

    /// The same in slices.
    pub(in crate::session) async fn look_through(
        &self,
        machine: &mut Machine,
        entry: &mut usize,
        turn: u64,
        observer: &mut impl Observer,
    ) -> Result<(), Diverged> {
        loop {
            let from = machine.turns();
            let next = (from + SLICE).min(turn);
            replay(machine, self.journal(), entry, (next, usize::MAX), observer)?;
            self.looked.add(machine.turns().saturating_sub(from));
            if next == turn || next <= from {
                return Ok(());
            }
            give_way().await;
        }
    }

    /// What nothing has written up to a place, from the start on. The machine is a fresh one.
    pub(in crate::session) fn survey(&self, machine: &mut Machine, to: PastPosition) -> Result<Unwritten, Diverged> {
        let mut table = Unwritten::new(to.branch);
        replay(machine, self.journal(), &mut 0, (to.turn, usize::MAX), &mut Survey(&mut table))?;
        table.upto = to.turn;
        Ok(table)
    }

    /// All races of the current branch up to a turn, from the start on, with the windows and stacks of some tasks, and of
    /// those into which others are seen to look. The machine is a fresh one.
    pub(in crate::session) fn race_watch(
        &self,
        machine: &mut Machine,
        turn: u64,
        sync: &[(u32, u32)],
        mut open: Vec<Pid>,
    ) -> Result<RaceWatch, Diverged> {
        loop {
            *machine = Machine::new(machine.config().clone());
            let mut watch = RaceWatch::new(machine, self.branch().number, sync, open);
            replay(machine, self.journal(), &mut 0, (turn, usize::MAX), &mut watch)?;
            match watch.wider() {
                Some(wider) => open = wider,
                None => return Ok(watch),
            }
        }
    }

    /// The last write into a spot up to a turn, what came before the next turn included.
    pub(in crate::session) async fn last_write(
        &self,
        machine: &mut Machine,
        spot: WatchedBytes,
        end: u64,
    ) -> Result<Option<Writer>, Diverged> {
        let wanted = self.writers(spot.span, machine.config());
        self.search(machine, end, wanted, |m| Writes::new(spot, m), |w| w.last).await
    }

    /// Who writes some memory: a bank its task alone; RAM each task that stores there, and where it is a register or on a stack its
    /// task, whose instructions and services set registers and push without a store.
    pub(in crate::session) fn writers(&self, span: Span, config: &Config) -> Sought {
        if let Some(pid) = span.bank {
            return Sought::Own(pid);
        }
        let (from, to) = (span.start, span.end);
        if self.journal().moves_arenas() {
            return Sought::Anything;
        }
        let mut start = Machine::new(config.clone());
        if replay(&mut start, self.journal(), &mut 0, (0, usize::MAX), &mut ()).is_err() {
            return Sought::Anything;
        }
        let lies = |task: &&Task| arena(task).into_iter().any(|range| range.start < to && from < range.end);
        let mut owners = start.tasks().iter().filter(lies).map(|task| task.pid);
        let owner = owners.next();
        if owners.next().is_some() { Sought::Anything } else { Sought::Stores(pages_of(from, to), owner) }
    }

    /// The first write into a spot after a place, up to the present. The machine is there.
    pub(in crate::session) async fn next_write(
        &self,
        machine: &mut Machine,
        spot: WatchedBytes,
    ) -> Result<Option<Writer>, Diverged> {
        let mut entry = self.journal().behind(machine.turns());
        let wanted = self.writers(spot.span, machine.config());
        while let Some((from, end)) = self.next_stretch(machine.turns(), wanted) {
            if from > machine.turns() {
                entry = self.skip_to(machine, from)?;
            }
            let mut observer = Writes::new(spot, machine);
            self.look_through(machine, &mut entry, end, &mut observer).await?;
            if let Some(first) = observer.first {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// The next turns after a turn that have to be looked at, an interval at most; `None` up to the present.
    pub(super) fn next_stretch(&self, mut turn: u64, wanted: Sought) -> Option<(u64, u64)> {
        while turn < self.present() {
            let end = (turn + INTERVAL).min(self.present());
            if self.may(turn + 1, end, wanted) {
                return Some((turn, end));
            }
            turn = end;
        }
        None
    }

    /// Brings a machine that stands before a turn there; the entries behind it.
    pub(super) fn skip_to(&self, machine: &mut Machine, turn: u64) -> Result<usize, Diverged> {
        let place = PastPosition { branch: self.branch().number, turn, entry: usize::MAX };
        let here = machine.turns();
        let from = PastPosition { turn: here, entry: self.journal().behind(here), ..place };
        self.bring(machine, (here > 0).then_some(from), place, false)
    }

    /// The last turn up to `end` that a task took at a call depth below `depth`.
    pub(in crate::session) async fn last_turn(
        &self,
        machine: &mut Machine,
        pid: Pid,
        depth: u32,
        end: u64,
    ) -> Result<Option<u64>, Diverged> {
        let begin = |_: &Machine| LastTurn::new(|cx| cx.pid == pid && cx.depth < depth);
        self.search(machine, end, Sought::Turns(pid), begin, |o| o.turn).await
    }

    /// The last turn up to `end` in which a task, or any, was at an instruction.
    pub(in crate::session) async fn last_ran(
        &self,
        machine: &mut Machine,
        pc: u32,
        pid: Option<Pid>,
        end: u64,
    ) -> Result<Option<u64>, Diverged> {
        let begin = |_: &Machine| LastTurn::new(|cx| cx.pc == pc && pid.is_none_or(|pid| pid == cx.pid));
        self.search(machine, end, pid.map_or(Sought::Anything, Sought::Turns), begin, |o| o.turn).await
    }

    /// The turn up to `end` before which a task had taken `count` turns.
    pub(in crate::session) async fn turn_after(
        &self,
        machine: &mut Machine,
        pid: Pid,
        count: u64,
        end: u64,
    ) -> Result<Option<u64>, Diverged> {
        let begin = |m: &Machine| {
            let mut seen = m.task(pid).map_or(0, |t| t.counters.turns);
            LastTurn::new(move |cx| {
                let taken = seen;
                seen += u64::from(cx.pid == pid);
                cx.pid == pid && taken == count
            })
        };
        self.search(machine, end, Sought::Turns(pid), begin, |o| o.turn).await
    }

    /// The last state up to `end` of which something holds that, once it ceases, never holds again.
    pub(in crate::session) async fn last_state(
        &self,
        machine: &mut Machine,
        mut end: u64,
        holds: impl Fn(&Machine) -> bool,
    ) -> Result<Option<u64>, Diverged> {
        let mut start = self.interval(end);
        let mut entry = self.open(machine, start)?;
        while start > 0 && !holds(machine) {
            end = start;
            start = self.interval(end);
            entry = self.open(machine, start)?;
            give_way().await;
        }
        let (mut block, mut behind) = (start, entry);
        replay(machine, self.journal(), &mut entry, (start, usize::MAX), &mut ())?;
        if !holds(machine) {
            return Ok(None);
        }
        while machine.turns() < end {
            (block, behind) = (machine.turns(), entry);
            let next = (block + BLOCK).min(end);
            self.look_through(machine, &mut entry, next, &mut ()).await?;
            if next.is_multiple_of(SLICE) {
                give_way().await;
            }
            if !holds(machine) {
                break;
            }
        }
        if holds(machine) {
            return Ok(Some(end));
        }
        let place = PastPosition { branch: self.branch().number, turn: block, entry: behind };
        entry = self.bring(machine, None, place, false)?;
        let mut last = block;
        while machine.turns() < end {
            replay(machine, self.journal(), &mut entry, (last + 1, usize::MAX), &mut ())?;
            if !holds(machine) {
                break;
            }
            last = machine.turns();
        }
        Ok(Some(last))
    }
}
