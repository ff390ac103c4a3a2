//! The past of a session: branches of journaled turns with checkpoints on the way, and the cursor
//! that visits them.
//!
//! A state is never stored for each turn. It follows from a checkpoint by running on through the
//! journal; only the last turns before the cursor have undo records, made when the user goes back.

mod both;
mod branch;
mod change;
mod checkpoints;
mod clock;
mod compare;
mod course;
mod events;
mod lanes;
mod lines;
mod mark;
mod marks;
mod notes;
mod rebuild;
mod replay;
mod search;
mod shared;
mod stacks;
mod stretches;
mod sums;
mod visit;
mod watch;
mod writes;

pub use both::{Cause, TaskDiffers, TwoRuns};
pub use branch::Fork;
pub use change::BranchInfo;
pub use compare::Difference;
pub use course::{Course, Stretch};
pub use mark::Bookmark;
pub(super) use marks::Sought;
pub use replay::Diverged;
pub use watch::{WatchedBytes, Writer};
pub use writes::{AllWrites, Written};

use super::journal::Journal;
use super::lanes::StateTimeTotals;
use super::slices::Looked;
use crate::executive::input::Input;
use crate::executive::{Config, Machine, Observer, Undo, Who};
use branch::Branch;
use checkpoints::INTERVAL;
use course::Tally;
use serde::Serialize;
use std::sync::Arc;
use visit::Echo;

/// Bytes of checkpoints when nothing else is asked for.
pub const HISTORY_BYTES: usize = 256 << 20;

/// A place in the past: between two turns of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPosition {
    /// Which branch.
    pub branch: u32,
    /// Turns done.
    pub turn: u64,
    /// Journal entries behind it, at most; `usize::MAX` for all that came before the next turn.
    pub entry: usize,
}

/// What a new branch came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Forked {
    /// The new branch.
    pub branch: u32,
    /// The old one, which is kept.
    pub from: u32,
    /// The turn at which they part.
    pub turn: u64,
    /// Turns the old one has done.
    pub kept: u64,
}

/// A stretch of turns that one call of the machine may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub who: Who,
    pub reach: u64,
    past: bool,
    before: Tally,
}

/// The past of a session.
#[derive(Debug, Clone)]
pub struct Timeline {
    branches: Vec<Branch>,
    /// Index of the branch the cursor is on.
    current: usize,
    /// Branches ever made.
    made: u32,
    /// Journal entries behind the cursor.
    entry: usize,
    /// The clock has jumped since the cursor's place, and nothing says so in the journal.
    idle: bool,
    /// The way back from the cursor, turn by turn.
    stretch: Vec<Undo>,
    /// The turn at which the next checkpoint is due.
    due: u64,
    bound: usize,
    bookmarks: Vec<Bookmark>,
    /// Places from which changes were undone.
    undone: Vec<PastPosition>,
    forked: Option<Forked>,
    before: Option<Echo>,
    since: Option<Echo>,
    /// A machine that makes lanes, and those it made last.
    lanes_at: Option<Echo>,
    made_lanes: Option<lanes::Made>,
    /// A machine that fills the short stretches of the notes in.
    filled_at: Option<Echo>,
    /// Searches look at all turns, also where the index says that there is nothing.
    everywhere: bool,
    /// How far searches have come.
    looked: Looked,
}

impl Timeline {
    pub(super) fn new() -> Timeline {
        Timeline {
            branches: vec![Branch::main()],
            current: 0,
            made: 1,
            entry: 0,
            idle: false,
            stretch: Vec::new(),
            due: INTERVAL,
            bound: HISTORY_BYTES,
            bookmarks: Vec::new(),
            undone: Vec::new(),
            forked: None,
            before: None,
            since: None,
            lanes_at: None,
            made_lanes: None,
            filled_at: None,
            everywhere: false,
            looked: Looked::default(),
        }
    }

    /// One that knows the current branch and nothing else, for a run through its past.
    pub(super) fn probe(&self) -> Timeline {
        let Branch { number, journal, present, .. } = self.branch();
        let branch = Branch { number: *number, journal: journal.clone(), present: *present, ..Branch::main() };
        Timeline { branches: vec![branch], due: u64::MAX, bound: 0, ..Timeline::new() }
    }

    fn branch(&self) -> &Branch {
        &self.branches[self.current]
    }

    /// The journal of the current branch.
    pub(super) fn journal(&self) -> &Journal {
        &self.branch().journal
    }

    /// Turns done in the current branch.
    pub(super) fn present(&self) -> u64 {
        self.branch().present
    }

    /// Whether a machine that stands at the cursor has nothing of its branch before it.
    pub(super) fn at_present(&self, turn: u64) -> bool {
        let Branch { journal, present, .. } = self.branch();
        turn == *present && journal.past_picks(self.entry, turn) == journal.len()
    }

    /// Where the cursor is.
    pub(super) fn here(&self, turn: u64) -> PastPosition {
        let entry = self.journal().past_picks(self.entry, turn);
        PastPosition { branch: self.branch().number, turn, entry }
    }

    /// The branch that came into being since this was last forgotten.
    pub(super) fn forked(&self) -> Option<Forked> {
        self.forked
    }

    pub(super) fn forget_fork(&mut self) {
        self.forked = None;
    }

    /// What to run next: in the past what the journal says, unless another task is to run, which
    /// begins a new branch.
    pub(super) fn leg(&mut self, machine: &Machine, who: Who) -> Leg {
        let turn = machine.turns();
        let before = Tally::of(machine);
        if !self.at_present(turn) {
            let Branch { journal, present, .. } = self.branch();
            let (recorded, reach) = journal.ahead(journal.past_picks(self.entry, turn), turn);
            let reach = reach.min(*present).saturating_sub(turn);
            if reach > 0 && (who == Who::Rotation || who == recorded) {
                return Leg { who: recorded, reach, past: true, before };
            }
            self.fork(turn, &StateTimeTotals::of(machine));
        }
        let notes = &mut self.branches[self.current].notes;
        notes.begin(machine);
        let reach = self.due.saturating_sub(turn).max(1).min(notes.room(turn));
        Leg { who, reach, past: false, before }
    }

    /// Who takes the next turn by the journal; the rotation at the present.
    pub(super) fn recorded(&self, turn: u64) -> Who {
        let journal = self.journal();
        if self.at_present(turn) { Who::Rotation } else { journal.ahead(journal.past_picks(self.entry, turn), turn).0 }
    }

    /// Records a leg that took some turns, or continues in the journal; whether something came
    /// from outside at its end. `jumped` says that the clock has moved since the last turn.
    pub(super) fn passed(
        &mut self,
        machine: &mut Machine,
        leg: Leg,
        turns: u64,
        jumped: bool,
        observer: &mut impl Observer,
    ) -> bool {
        if turns > 0 || jumped {
            self.stretch.clear();
            self.idle = jumped;
        }
        if leg.past {
            return self.catch_up(machine, observer);
        }
        let turn = machine.turns();
        let branch = &mut self.branches[self.current];
        branch.present = turn;
        if turns > 0 {
            branch.notes.ran(machine, leg.before);
        }
        if let (Who::Only(pid), true) = (leg.who, turns > 0) {
            branch.journal.pick(turn - turns, pid, turns);
        }
        if std::mem::take(&mut self.idle) {
            branch.journal.idle(turn);
        }
        self.entry = branch.journal.behind(turn);
        if turn >= self.due {
            self.checkpoint(machine);
        }
        false
    }

    /// Writes down that the clock has jumped without a turn; in the past a new branch may do that later.
    pub(super) fn jumped(&mut self, turn: u64) {
        self.stretch.clear();
        self.idle = true;
        if self.at_present(turn) {
            self.idle = false;
            let journal = &mut self.branches[self.current].journal;
            journal.idle(turn);
            self.entry = journal.len();
        }
    }

    /// Takes note that a run was stopped here by something worth finding again.
    pub(super) fn stopped(&mut self, turn: u64) {
        if self.at_present(turn) {
            self.branches[self.current].notes.stopped(turn);
        }
    }

    /// What happened where in the current branch.
    pub(super) fn course(&mut self, config: &Config) -> Arc<Course> {
        Arc::clone(&self.notes(config).course)
    }

    /// Does what the journal says for now. What it says cannot fail: it was done here before.
    fn catch_up(&mut self, machine: &mut Machine, observer: &mut impl Observer) -> bool {
        let journal = &self.branches[self.current].journal;
        let came = replay::catch_up(machine, journal, &mut self.entry, usize::MAX, observer).unwrap_or(true);
        self.idle &= !came;
        came
    }

    /// Writes an input down that was just done; in the past it begins a new branch. `done` is what
    /// tasks had done before it.
    pub(super) fn input(&mut self, turn: u64, input: Arc<Input>, done: &StateTimeTotals) {
        if !self.at_present(turn) {
            self.fork(turn, done);
        }
        let branch = &mut self.branches[self.current];
        branch.journal.input(turn, input);
        self.entry = branch.journal.len();
        self.stretch.clear();
        self.undone.clear();
    }

    /// Leaves the current branch for a new one that has the same past.
    fn fork(&mut self, turn: u64, done: &StateTimeTotals) {
        self.made += 1;
        let number = self.made;
        let Branch { number: from, present: kept, journal, notes, .. } = &self.branches[self.current];
        let notes = notes.until(turn, done);
        let mut journal = journal.until(self.entry, turn);
        let fork = Fork { branch: *from, turn, entry: journal.len().min(self.entry) };
        if std::mem::take(&mut self.idle) {
            journal.idle(turn);
        }
        self.forked = Some(Forked { branch: number, from: *from, turn, kept: *kept });
        self.entry = journal.behind(turn);
        let name = format!("branch {number}");
        self.branches.push(Branch {
            number,
            name,
            parent: Some(fork),
            journal,
            present: turn,
            notes,
            ..Branch::main()
        });
        self.current = self.branches.len() - 1;
        self.due = turn + INTERVAL / 16;
    }

    /// Takes a checkpoint and makes room for it.
    fn checkpoint(&mut self, machine: &Machine) {
        let turn = machine.turns();
        let branch = &mut self.branches[self.current];
        branch.checkpoints.put(machine, self.entry);
        branch.checkpoints.thin(turn);
        self.due = turn + INTERVAL;
        self.keep_bound();
    }

    /// Bytes of all checkpoints.
    pub(super) fn bytes(&self) -> usize {
        self.branches.iter().map(|b| b.checkpoints.bytes()).sum()
    }

    pub(super) fn bound(&self) -> usize {
        self.bound
    }

    pub(super) fn set_bound(&mut self, bytes: usize) {
        self.bound = bytes;
        self.keep_bound();
    }

    /// Takes a machine at a checkpoint for the cursor's, and does what came there before the next
    /// turn.
    pub(super) fn stand_at(&mut self, machine: &mut Machine, entry: usize) {
        self.entry = entry;
        self.idle = false;
        self.catch_up(machine, &mut ());
    }

    fn keep_bound(&mut self) {
        while self.bytes() > self.bound
            && let Some(heaviest) =
                self.branches.iter_mut().filter(|b| b.checkpoints.len() > 2).max_by_key(|b| b.checkpoints.bytes())
        {
            let present = heaviest.present;
            heaviest.checkpoints.shed(present);
        }
    }
}
