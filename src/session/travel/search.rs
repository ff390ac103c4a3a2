//! Searching the past, and comparing it with another.

use super::{Travel, TravelError, Write};
use crate::executive::task::Task;
use crate::executive::{Machine, Pid};
use crate::session::lanes::{Lanes, TurnWindow};
use crate::session::timeline::{AllWrites, Difference, TwoRuns, WatchedBytes, Writer};
use crate::session::{Looked, PastPosition, Session};
use std::collections::BTreeMap;

impl Session {
    /// The machine at the present of the current branch.
    ///
    /// # Errors
    /// None of the past can fail.
    pub fn machine_at_present(&self) -> Travel<Machine> {
        if self.at_present() {
            return Ok(self.machine.clone());
        }
        let mut machine = Machine::new(self.machine.config().clone());
        self.timeline.to_present(&mut machine)?;
        Ok(machine)
    }

    /// The first difference between two branches; `None` if one is the beginning of the other.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn compare(&self, a: u32, b: u32) -> Travel<Option<Difference>> {
        self.compare_with(a, self, b)
    }

    /// The first difference between this session's branch and another session's.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn compare_with(&self, a: u32, other: &Session, b: u32) -> Travel<Option<Difference>> {
        for (session, number) in [(self, a), (other, b)] {
            if !session.branches().iter().any(|x| x.number == number) {
                return Err(TravelError::NoBranch(number));
            }
        }
        let mut left = Machine::new(self.machine.config().clone());
        let mut right = Machine::new(other.machine.config().clone());
        Ok(self.timeline.compare((&mut left, a), &other.timeline, (&mut right, b))?)
    }

    /// Searches of the past look at all turns from now on, also at those in which the index says that there is nothing: to
    /// compare.
    pub fn look_everywhere(&mut self) {
        self.timeline.look_everywhere();
    }

    /// Counts the turns that searches look at from now on.
    pub fn count_looked(&mut self) -> Looked {
        self.timeline.count_looked()
    }

    /// Where turns that are looked at are counted.
    pub fn looked(&self) -> Looked {
        self.timeline.looked()
    }

    /// What two branches do from where they part on.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn two_runs(&self, branches: [u32; 2]) -> Travel<TwoRuns> {
        for number in branches {
            if !self.branches().iter().any(|branch| branch.number == number) {
                return Err(TravelError::NoBranch(number));
            }
        }
        Ok(self.timeline.two_runs(branches, self.machine.config())?)
    }

    /// What tasks did over a window of turns of any branch; `None` if there is no such branch.
    pub fn lanes_of(&mut self, branch: u32, window: TurnWindow) -> Option<Lanes> {
        self.timeline.lanes_of(branch, window, &self.declared, self.machine.config())
    }

    pub(super) fn task(&self, pid: Pid) -> Travel<&Task> {
        self.machine.task(pid).ok_or(TravelError::NoTask(pid))
    }

    /// A machine to run turns again on.
    pub(super) fn scratch(&self) -> Machine {
        Machine::new(self.machine.config().clone())
    }

    /// Goes to the turn in which a spot was written last, this turn included, unless that is
    /// what it came here for.
    ///
    /// # Errors
    /// Nothing wrote it before.
    pub async fn last_write(&mut self, spot: WatchedBytes) -> Travel<Write> {
        let here = self.machine.turns();
        let seen = self.found.is_some_and(|(same, place, _)| (same, place) == (spot, self.here()));
        let end = if seen { here.checked_sub(1) } else { Some(here) };
        let found = match end {
            Some(end) => self.timeline.last_write(&mut self.scratch(), spot, end).await?,
            None => None,
        };
        self.go_to_write(spot, found, "was not written before")
    }

    /// Goes to the turn in which a spot is written next, up to the present.
    ///
    /// # Errors
    /// Nothing wrote it after.
    pub async fn next_write(&mut self, spot: WatchedBytes) -> Travel<Write> {
        let mut scratch = self.machine.clone();
        let found = self.timeline.next_write(&mut scratch, spot).await?;
        self.go_to_write(spot, found, "was not written after")
    }

    /// The writes of a spot in the turns from `from` to `to` of the current branch, the newest `most` of them.
    ///
    /// # Errors
    /// Not all of these turns have happened.
    pub async fn writes(&self, spot: WatchedBytes, from: u64, to: u64, most: usize) -> Travel<AllWrites> {
        let present = self.present();
        if to > present {
            return Err(TravelError::Future { turn: to, present });
        }
        Ok(self.timeline.writes(&mut self.scratch(), spot, (from.max(1), to), most).await?)
    }

    /// The spot that a search went to, if this is its place.
    #[must_use]
    pub fn found_spot(&self) -> Option<WatchedBytes> {
        self.found.filter(|(_, place, _)| *place == self.here()).map(|(spot, ..)| spot)
    }

    /// The machine after a turn of the past.
    ///
    /// # Errors
    /// None of the past can fail.
    pub fn past(&self, turn: u64) -> Travel<Machine> {
        let mut machine = self.scratch();
        let place = PastPosition { turn, entry: usize::MAX, ..self.here() };
        self.timeline.bring_to(&mut machine, place)?;
        Ok(machine)
    }

    /// The last write into each of some words of RAM after a turn up to this one, by address.
    ///
    /// # Errors
    /// None of the past can fail.
    pub async fn last_writers(&self, words: &[u32], since: u64) -> Travel<BTreeMap<u32, Writer>> {
        Ok(self.timeline.last_writers(&mut self.scratch(), words, (since, self.machine.turns())).await?)
    }

    /// The turns after a turn in which the calls were made that a task is in now, the innermost first: `None` for one that
    /// was made before.
    ///
    /// # Errors
    /// There is no such task now.
    pub fn calls_made(&self, pid: Pid, since: u64) -> Travel<Vec<Option<u64>>> {
        let depth = self.task(pid)?.context.depth;
        let turns = (since, self.machine.turns());
        let mut made = self.timeline.calls_made(&mut self.scratch(), (pid, depth), turns)?;
        made.reverse();
        Ok(made)
    }

    /// Goes to the turn in which a task's stack was first as deep as it ever was up to here.
    ///
    /// # Errors
    /// There is no such task now, or its stack was never used.
    pub async fn deepest(&mut self, pid: Pid) -> Travel {
        let (here, task) = (self.machine.turns(), self.task(pid)?);
        let lowest = task.context.lowest;
        if lowest == task.context.stack_top {
            return Err(TravelError::Nothing(format!("task {pid} has not used its stack before this turn")));
        }
        let higher = |m: &Machine| m.task(pid).is_none_or(|task| task.context.lowest > lowest);
        let found = self.timeline.last_state(&mut self.scratch(), here, higher).await?;
        self.seek(found.map_or(0, |turn| turn + 1).min(here))
    }

    /// Goes to just before the call that entered a frame of a task: 0 is its innermost function, 1 the one that called it.
    ///
    /// # Errors
    /// There is no such task now, or it has no such frame.
    pub async fn entered(&mut self, pid: Pid, frame: u32) -> Travel {
        let depth = self.task(pid)?.context.depth;
        let none =
            || TravelError::Nothing(format!("no call entered frame {frame} of task {pid}: it is {depth} calls deep"));
        let Some(depth) = depth.checked_sub(frame).filter(|depth| *depth > 0) else { return Err(none()) };
        let found = self.timeline.last_turn(&mut self.scratch(), pid, depth, self.machine.turns()).await?;
        self.seek_found(found, || none().to_string())
    }

    /// Goes to just before the last turn before this one in which an instruction ran, of one task or any.
    ///
    /// # Errors
    /// It did not run before.
    pub async fn last_ran(&mut self, pc: u32, pid: Option<Pid>) -> Travel {
        let end = self.machine.turns();
        let found = self.timeline.last_ran(&mut self.scratch(), pc, pid, end).await?;
        self.seek_found(found, || format!("the instruction at 0x{pc:04X} did not run before this turn"))
    }

    pub(super) fn go_to_write(&mut self, spot: WatchedBytes, found: Option<Writer>, never: &str) -> Travel<Write> {
        let here = self.machine.turns();
        let Some(writer) = found else {
            return Err(TravelError::Nothing(format!("0x{:04X} {never} turn {here}", spot.address())));
        };
        self.seek(writer.turn)?;
        let new = spot.value(&self.machine);
        let old = self.before().map_or(0, |m| spot.value(m));
        self.found = Some((spot, self.here(), writer));
        Ok(Write { writer, old, new })
    }
}
