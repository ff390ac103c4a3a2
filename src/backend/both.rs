//! Two runs side by side, with names: the two branches that were compared last.

use super::Pid;
use super::local::Local;
use crate::executive::input::Input;
use crate::explain;
use crate::session::{Cause, Declared, LaneViewport, Lanes, TaskDiffers, TurnWindow, TwoRuns};
use std::sync::Arc;

/// Turns in common that are seen before those that are not.
const LEAD: u64 = 3;

/// One of two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSide {
    /// The branch.
    pub branch: u32,
    /// Its name.
    pub name: String,
    /// Turns done in it.
    pub present: u64,
    /// What its tasks did in the window, which is the same for both.
    pub lanes: Arc<Lanes>,
    /// Where the place of the cursor lies in it: a turn.
    pub cursor: Option<u64>,
    /// The last turn of each column, where columns are the turns of one task; else empty.
    pub ends: Vec<u64>,
}

impl RunSide {
    /// The column of a turn, if it is one of them.
    #[must_use]
    pub fn column_of(&self, turn: u64) -> Option<usize> {
        if self.ends.is_empty() {
            return self.lanes.window.column_of(turn);
        }
        let column = self.ends.partition_point(|end| *end < turn);
        (column < self.ends.len()).then_some(column)
    }
}

/// What a task did differently first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// The task.
    pub pid: Pid,
    /// Its name.
    pub name: String,
    /// What differs, in words.
    pub text: String,
    /// Which of its instructions made the difference, from 1, or 0 for none; `None` if nothing of it differs.
    pub n: Option<u64>,
    /// The turns of that instruction in each run.
    pub turns: Option<[u64; 2]>,
}

/// Two runs from where they part on.
#[derive(Debug, Clone, PartialEq)]
pub struct BothRuns {
    /// The two.
    pub sides: [RunSide; 2],
    /// Turns that they have in common.
    pub common: u64,
    /// Why they part, in words.
    pub cause: String,
    /// What their tasks do differently first, by pid.
    pub rows: Vec<DifferenceRow>,
    /// The place of the cursor: whose turn, and which of its turns from 1; `None` before the runs part.
    pub place: Option<(Pid, u64)>,
    /// Which of them the machine stands in: 0 or 1; `None` for another branch.
    pub here: Option<usize>,
    /// The task whose turns are the columns, and the number of the first of them; `None` for turns of all tasks.
    pub own: Option<(Pid, u64)>,
}

/// What is seen of two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BothSight {
    /// The columns.
    pub lanes: LaneViewport,
    /// The task whose turns are to be the columns, so that they stand below each other; `None` for the same turns.
    pub own: Option<Pid>,
}

/// Turns of all tasks that columns of one task's turns may reach over.
const REACH: u64 = 1 << 15;

/// What was made last, and of what: branches, turns done in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Both {
    runs: Option<([u32; 2], [u64; 2], Arc<TwoRuns>)>,
    lanes: Option<(LaneKey, [Arc<Lanes>; 2])>,
}

type LaneKey = ([u32; 2], [u64; 2], TurnWindow, Declared);

/// The turns that are seen: from where the runs part on, or the newest up to a turn behind that.
fn window(runs: &TwoRuns, sight: LaneViewport, turn: Option<u64>) -> TurnWindow {
    let first = (runs.common + 1).saturating_sub(LEAD).max(1);
    let sight = LaneViewport { time: false, power: Some(sight.power.unwrap_or(0)), first, fixed: false, ..sight };
    let present = runs.presents[0].max(runs.presents[1]);
    match turn {
        Some(turn) => sight.window(turn.min(present.saturating_sub(1)), present),
        None => sight.window(first, present.max(first + 1)),
    }
}

/// The lanes of two runs, and the turns after which the columns of each end.
type OwnLanes = ([Arc<Lanes>; 2], [Vec<u64>; 2]);

impl Local {
    /// What two branches do from where they part on; the same again as long as they have not run further.
    pub(super) fn two_runs(&mut self, branches: [u32; 2]) -> Option<Arc<TwoRuns>> {
        let all = self.session.branches();
        let present = |number| all.iter().find(|b| b.number == number).map(|b| b.present);
        let presents = [present(branches[0])?, present(branches[1])?];
        if let Some((of, upto, runs)) = &self.both.runs
            && (*of, *upto) == (branches, presents)
        {
            return Some(Arc::clone(runs));
        }
        let runs = Arc::new(self.session.two_runs(branches).ok()?);
        self.both.runs = Some((branches, presents, Arc::clone(&runs)));
        Some(runs)
    }

    /// The two runs that were compared last, in a window of columns like the timeline's; `None` where none were.
    pub(super) fn both_runs(&mut self, sight: BothSight) -> Option<Arc<BothRuns>> {
        let branches = self.compared?;
        let runs = self.two_runs(branches)?;
        let here = self.session.place();
        let side = branches.iter().position(|branch| *branch == here.branch);
        let turn = side.map(|_| here.turn).filter(|turn| *turn > runs.common);
        let place = side.and_then(|side| runs.place(side, here.turn));
        let own = sight.own.and_then(|pid| Some((pid, runs.first_turn(pid, place, sight.lanes.columns)?)));
        let (lanes, ends) = match own {
            Some((pid, n)) => self.own_lanes(branches, &runs, (pid, n), sight.lanes.columns)?,
            None => (self.both_lanes(branches, &runs, window(&runs, sight.lanes, turn))?, Default::default()),
        };
        let cursor = |of: usize| match (side, place) {
            (Some(side), _) if side == of || here.turn <= runs.common => Some(here.turn),
            (Some(_), Some(place)) => runs.turn_of(of, place),
            _ => None,
        };
        let all = self.session.branches();
        let name = |number: u32| all.iter().find(|b| b.number == number).map_or_else(String::new, |b| b.name.clone());
        let run = |of: usize, lanes: Arc<Lanes>, ends: Vec<u64>| RunSide {
            branch: branches[of],
            name: name(branches[of]),
            present: runs.presents[of],
            lanes,
            cursor: cursor(of),
            ends,
        };
        let ([a, b], [a_ends, b_ends]) = (lanes, ends);
        Some(Arc::new(BothRuns {
            sides: [run(0, a, a_ends), run(1, b, b_ends)],
            common: runs.common,
            cause: self.cause_text(&runs),
            rows: self.difference_rows(&runs),
            place,
            here: side,
            own,
        }))
    }

    /// The lanes of two runs in columns that are a task's turns from its nth on, and where the columns end.
    fn own_lanes(
        &mut self,
        branches: [u32; 2],
        runs: &TwoRuns,
        (pid, n): (Pid, u64),
        columns: usize,
    ) -> Option<OwnLanes> {
        let mut side = |of: usize| {
            let first = runs.turn_of(of, (pid, n - 1)).map_or(runs.common + 1, |turn| turn + 1);
            let ends: Vec<u64> = runs.turns_from(of, (pid, n)).take(columns).collect();
            let ends: Vec<u64> = ends.into_iter().take_while(|end| *end < first + REACH).collect();
            let wide = ends.last().map_or(1, |last| last + 1 - first) as usize;
            let window = TurnWindow { time: false, start: first - 1, columns: wide, power: 0 };
            let lanes = self.session.lanes_of(branches[of], window)?;
            Some((Arc::new(lanes.gathered(first, &ends)), ends))
        };
        let ((a, a_ends), (b, b_ends)) = (side(0)?, side(1)?);
        Some(([a, b], [a_ends, b_ends]))
    }

    /// The lanes of two runs in a window; the same again as long as neither has run further.
    fn both_lanes(&mut self, branches: [u32; 2], runs: &TwoRuns, window: TurnWindow) -> Option<[Arc<Lanes>; 2]> {
        let key = (branches, runs.presents, window, self.session.declared.clone());
        if let Some((of, lanes)) = &self.both.lanes
            && *of == key
        {
            return Some(lanes.clone());
        }
        let mut of = |branch| self.session.lanes_of(branch, window).map(Arc::new);
        let lanes = [of(branches[0])?, of(branches[1])?];
        self.both.lanes = Some((key, lanes.clone()));
        Some(lanes)
    }

    /// Why two runs part, in words.
    pub(super) fn cause_text(&self, runs: &TwoRuns) -> String {
        let place = |(pid, pc): (Pid, u32)| {
            let named = self.listing(pid).map_or_else(|| format!("0x{pc:04X}"), |l| l.named(None, pc));
            format!("{pid} at {named}")
        };
        let common = runs.common;
        match &runs.cause {
            Cause::Pick { a, b } => format!("after turn {common} A ran {}, B ran {}", place(*a), place(*b)),
            Cause::Input { a, b } => {
                let said = |input: &Option<Arc<Input>>| {
                    input.as_ref().map_or_else(|| "nothing".to_owned(), |input| explain::input(input))
                };
                format!("after turn {common} from outside: A {}, B {}", said(a), said(b))
            }
            Cause::Ends { first } => {
                let (short, long) = if *first { ("A", "B") } else { ("B", "A") };
                format!("{short} ends after turn {common}, {long} continues")
            }
            Cause::Nothing if runs.difference.is_none() => "they are the same".into(),
            Cause::Nothing => format!("the same {common} turns, and nothing but what comes next differs"),
        }
    }

    /// What tasks did differently first, by pid.
    pub(super) fn difference_rows(&self, runs: &TwoRuns) -> Vec<DifferenceRow> {
        let row = |(pid, differs): &(Pid, Option<TaskDiffers>)| DifferenceRow {
            pid: *pid,
            name: self.machine().task(*pid).map_or_else(String::new, |t| t.name.clone()),
            text: differs
                .map_or_else(|| "does the same in both".to_owned(), |differs| self.differs_text(*pid, differs)),
            n: differs.map(|differs| differs.n),
            turns: differs.map(|differs| differs.turns),
        };
        runs.tasks.iter().map(row).collect()
    }

    fn differs_text(&self, pid: Pid, differs: TaskDiffers) -> String {
        let TaskDiffers { n, pc, register, next, .. } = differs;
        let by = match n {
            0 => "at once".to_owned(),
            n => format!("by its instruction {n}, 0x{pc:04X} {}", self.instruction_text(pid, pc)),
        };
        let what = match register {
            Some((i, [a, b])) => format!("R{i} is 0x{a:08X} in A, 0x{b:08X} in B"),
            None => format!("it continues at 0x{:04X} in A, at 0x{:04X} in B", next[0], next[1]),
        };
        format!("first differs {by}: {what}")
    }
}
