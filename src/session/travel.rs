//! A session in time: going back and forth, searching the past, branches and changes taken back.

mod change;
mod event;
mod origin;
mod search;
mod sought;
mod stops;

pub use origin::Via;
pub(super) use stops::ReverseSearch;

use super::lanes::{LaneViewport, Lanes};
use super::timeline::{Bookmark, Course, Diverged, Forked, PastPosition, Writer};
use super::{LineTable, Session, Status};
use crate::executive::task::Task;
use crate::executive::{Machine, Pid, Who};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use thiserror::Error;

/// Why a place in time cannot be gone to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TravelError {
    /// It has not happened yet.
    #[error("turn {turn} has not happened: the present is turn {present}")]
    Future {
        /// The turn asked for.
        turn: u64,
        /// Turns done.
        present: u64,
    },
    /// There is nothing before.
    #[error("this is the start: nothing lies before it")]
    Start,
    /// There is nothing of that kind before.
    #[error("{0}")]
    Nothing(String),
    /// There is no such task at this turn.
    #[error("there is no task {0} at this turn")]
    NoTask(Pid),
    /// There is no such branch.
    #[error("there is no branch {0}")]
    NoBranch(u32),
    /// The branch one is on cannot be deleted.
    #[error("branch {0} is the current one: go to another first")]
    Current(u32),
    /// There is no such bookmark.
    #[error("there is no bookmark \"{0}\"")]
    NoBookmark(String),
    /// The machine did not do what its journal says.
    #[error(transparent)]
    Diverged(#[from] Diverged),
}

/// Something that happens to a task again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// It takes over from another task.
    Scheduled,
    /// It begins to wait.
    Blocked,
    /// A wait of it ends, by a message, a time limit or the end of a sleep.
    Woken,
}

impl Moment {
    fn count(self, task: &Task) -> u64 {
        let sums = &task.counters;
        match self {
            // The first turn of all takes over from no task, but its task was scheduled for it.
            Moment::Scheduled => sums.switches + u64::from(sums.turns > 0),
            Moment::Blocked => sums.blocks,
            Moment::Woken => sums.wakes + sums.timeouts,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Moment::Scheduled => "scheduled",
            Moment::Blocked => "blocked",
            Moment::Woken => "woken",
        }
    }
}

/// A write that was found, and the value before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// When and by whom.
    pub writer: Writer,
    /// The value before the turn.
    pub old: u32,
    /// The value after the turn.
    pub new: u32,
}

/// How much past there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Turns done in the current branch.
    pub present: u64,
    /// Virtual time after them, µs.
    pub present_us: u64,
    /// Whether the cursor is before them.
    pub past: bool,
    /// Number of the current branch.
    pub branch: u32,
    /// Its name.
    pub branch_name: String,
    /// Branches there are.
    pub branches: usize,
    /// Bytes of checkpoints.
    pub bytes: usize,
    /// Bytes checkpoints may have.
    pub bound: usize,
    /// Bookmarks by branch and turn.
    pub bookmarks: Vec<Bookmark>,
}

pub(super) type Travel<T = ()> = Result<T, TravelError>;

/// Where it is.
impl Session {
    pub(super) fn here(&self) -> PastPosition {
        self.timeline.here(self.machine.turns())
    }

    /// Where the machine is: branch, turn, and what has come from outside.
    #[must_use]
    pub fn place(&self) -> PastPosition {
        self.here()
    }

    /// Turns done in the current branch.
    #[must_use]
    pub fn present(&self) -> u64 {
        self.timeline.present()
    }

    /// Whether nothing of the current branch lies ahead.
    #[must_use]
    pub fn at_present(&self) -> bool {
        self.timeline.at_present(self.machine.turns())
    }

    /// The branch that began since [`Session::forget_fork`].
    #[must_use]
    pub fn forked(&self) -> Option<Forked> {
        self.timeline.forked()
    }

    /// Takes note of a new branch.
    pub fn forget_fork(&mut self) {
        self.timeline.forget_fork();
    }

    /// How many bytes checkpoints may have. The newest one is always kept.
    pub fn set_history(&mut self, bytes: usize) {
        self.timeline.set_bound(bytes);
    }

    /// How much past there is.
    #[must_use]
    pub fn history(&self) -> History {
        let branches = self.timeline.branches();
        let current = branches.iter().find(|b| b.current);
        History {
            present: self.present(),
            present_us: self.timeline.present_us(&self.machine),
            past: !self.at_present(),
            branch: current.map_or(0, |b| b.number),
            branch_name: current.map_or_else(String::new, |b| b.name.clone()),
            branches: branches.len(),
            bytes: self.timeline.bytes(),
            bound: self.timeline.bound(),
            bookmarks: self.timeline.bookmarks().to_vec(),
        }
    }

    /// What happened where in the current branch.
    pub fn course(&mut self) -> Arc<Course> {
        self.timeline.course(self.machine.config())
    }

    /// What tasks did over a window of turns, or of virtual time, of the current branch.
    pub fn lanes(&mut self, sight: &LaneViewport) -> Arc<Lanes> {
        self.timeline.lanes(sight, &self.declared, &self.machine)
    }

    /// The machine one turn before this one, but for its trace; `None` at the start.
    pub fn before(&mut self) -> Option<&Machine> {
        self.timeline.before(&self.machine)
    }

    /// Who was to take the last turn: everybody in rotation, or one task alone.
    #[must_use]
    pub fn chosen(&self) -> Who {
        let (journal, turn) = (self.timeline.journal(), self.machine.turns().saturating_sub(1));
        journal.ahead(journal.behind(turn), turn).0
    }

    /// The machine at the stop before this one, but for its trace; `None` before the first stop.
    pub fn since(&mut self) -> Option<&Machine> {
        self.timeline.at(self.since?, self.machine.config())
    }

    /// Where [`Session::before`] and [`Session::since`] are.
    #[must_use]
    pub fn compared(&self) -> (Option<PastPosition>, Option<PastPosition>) {
        let here = self.here();
        (here.turn.checked_sub(1).map(|turn| PastPosition { turn, entry: usize::MAX, ..here }), self.since)
    }
}

/// Going there.
impl Session {
    /// Does something that moves the cursor.
    fn travel<T>(&mut self, f: impl FnOnce(&mut Session) -> Travel<(T, Option<Status>)>) -> Travel<T> {
        let from = self.here();
        self.timeline.leave(from.turn, &self.status);
        let (result, status) = f(self)?;
        self.status = match status {
            Some(status) => status,
            None if self.at_present() => self.timeline.status().clone(),
            None if self.machine.turns() == 0 => Status::Start,
            None => Status::Visited,
        };
        self.follow_lifetimes(from);
        self.since = Some(from);
        self.stopped = Some(self.here());
        self.last = None;
        // What is left of a schedule belongs to where it was interrupted.
        self.schedule = None;
        Ok(result)
    }

    /// Goes to a turn of the current branch: the state with all that came before the next turn.
    ///
    /// # Errors
    /// It has not happened yet.
    pub fn seek(&mut self, turn: u64) -> Travel {
        let present = self.present();
        if turn > present {
            return Err(TravelError::Future { turn, present });
        }
        self.travel(|s| Ok((s.timeline.seek(&mut s.machine, turn)?, None)))
    }

    /// Goes to a turn of the current branch as it was when the first `entry` entries of the journal had been applied.
    ///
    /// # Errors
    /// The branch has not come that far, or these are not the entries before that turn and some of its own.
    pub fn seek_input(&mut self, turn: u64, entry: usize) -> Travel {
        self.seek(turn)?;
        let (before, after) = self.journal().entries().split_at_checked(entry).ok_or(TravelError::Start)?;
        if before.iter().any(|(t, _)| *t > turn) || after.iter().any(|(t, _)| *t < turn) {
            return Err(TravelError::Nothing(format!("entry {entry} of the journal is not of turn {turn}")));
        }
        self.travel(|s| Ok((s.timeline.seek_input(&mut s.machine, turn, entry)?, None)))
    }

    /// Goes `turns` turns back, at most to the start.
    ///
    /// # Errors
    /// This is the start.
    pub fn back(&mut self, turns: u64) -> Travel {
        let turn = self.machine.turns();
        if turn == 0 && turns > 0 {
            return Err(TravelError::Start);
        }
        self.seek(turn.saturating_sub(turns))
    }

    /// Goes to the last state at or before a virtual time.
    ///
    /// # Errors
    /// None of the past can fail.
    pub async fn seek_time(&mut self, time_us: u64) -> Travel {
        let found = self.timeline.last_state(&mut self.scratch(), self.present(), |m| m.time_us() <= time_us).await?;
        self.seek(found.unwrap_or(0))
    }

    /// Goes to just before a task's previous turn, or the `count`th one before.
    ///
    /// # Errors
    /// There is no such task now, or it had no turn before this one.
    pub async fn back_of(&mut self, pid: Pid, count: u64) -> Travel {
        let done = self.task(pid)?.counters.turns;
        let Some(target) = done.checked_sub(count.max(1)) else {
            return Err(TravelError::Nothing(format!("task {pid} has taken {done} turns before this one")));
        };
        let found = self.timeline.turn_after(&mut self.scratch(), pid, target, self.machine.turns()).await?;
        self.seek_found(found, || format!("no turn of task {pid} lies before this one"))
    }

    /// Goes to just before a task's previous turn at its present call depth or above: back over calls.
    ///
    /// # Errors
    /// There is no such task now, or no such turn.
    pub async fn reverse_next(&mut self, pid: Pid) -> Travel {
        let depth = self.task(pid)?.context.depth + 1;
        let found = self.timeline.last_turn(&mut self.scratch(), pid, depth, self.machine.turns()).await?;
        self.seek_found(found, || format!("no turn of task {pid} lies before this one"))
    }

    /// Goes to where a task came to the source line before this one: of its function or one that called it, or
    /// with `into` of any function.
    ///
    /// # Errors
    /// There is no such task now, or no line before.
    pub async fn reverse_line(&mut self, pid: Pid, into: bool, lines: &LineTable) -> Travel {
        let (depth, here) = (self.task(pid)?.context.depth, self.machine.turns());
        let found = self.timeline.line_before(&mut self.scratch(), (pid, depth), into, lines, here).await?;
        let turn = found.ok_or_else(|| TravelError::Nothing(format!("no line of task {pid} lies before this one")))?;
        self.seek(turn)
    }

    /// Goes to just before the call that entered a task's present function.
    ///
    /// # Errors
    /// There is no such task now, or it is in no function that was called.
    pub async fn reverse_finish(&mut self, pid: Pid) -> Travel {
        let depth = self.task(pid)?.context.depth;
        let outermost = || TravelError::Nothing(format!("task {pid} is in no function that was called"));
        if depth == 0 {
            return Err(outermost());
        }
        let found = self.timeline.last_turn(&mut self.scratch(), pid, depth, self.machine.turns()).await?;
        self.seek_found(found, || outermost().to_string())
    }

    /// Goes to where something happened last to a task: to just before the turn in which it was
    /// scheduled, to just after the one in which it was blocked or woken.
    ///
    /// # Errors
    /// There is no such task now, or it never happened before.
    pub async fn back_to(&mut self, pid: Pid, moment: Moment) -> Travel {
        let here = self.machine.turns();
        let never = || format!("task {pid} was not {} before this turn", moment.name());
        let mut count = moment.count(self.task(pid)?);
        while let Some(before) = count.checked_sub(1) {
            let fewer = |m: &Machine| m.task(pid).is_none_or(|t| moment.count(t) <= before);
            let found = self.timeline.last_state(&mut self.scratch(), here, fewer).await?;
            let turn = found.map(|turn| if moment == Moment::Scheduled { turn } else { turn + 1 });
            if turn != Some(here) {
                return self.seek_found(turn.map(|t| t + 1), never);
            }
            count = before;
        }
        Err(TravelError::Nothing(never()))
    }

    pub(super) fn seek_found(&mut self, turn: Option<u64>, never: impl FnOnce() -> String) -> Travel {
        match turn.and_then(|turn| turn.checked_sub(1)) {
            Some(before) => self.seek(before),
            None => Err(TravelError::Nothing(never())),
        }
    }
}
