//! Searches over schedules from where a session stands, and sessions that follow what was found.

use super::{Local, Pid, Refused};
use crate::explore::{
    self, BackgroundSearch, Bounds, CriticalSwitch, Ended, ExploreError, Failure, FoundSchedule, GoOn, NoPar, OnEnd,
    Options, Par, Progress, Report, Rules, Schedule, ScopedExpr, Unit,
};
use crate::session::expr::{Expr, ExprError};
use crate::session::{Status, TurnSource};

/// A search that was begun in a session.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    hunt: BackgroundSearch,
    branch: u32,
    turn: u64,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRow {
    /// It is a failure; else it is an end with what was collected there.
    pub failure: bool,
    /// What happened, or the values, in words.
    pub what: String,
    /// How.
    pub found: FoundSchedule,
}

impl SearchRow {
    /// The row in a line.
    #[must_use]
    pub fn text(&self) -> String {
        let FoundSchedule { schedules, schedule, .. } = &self.found;
        let (turns, switches) = (schedule.turns(), schedule.switches());
        let (runs, turns) = (many(*schedules, "schedule", "schedules"), many(turns, "turn", "turns"));
        format!("{}: {runs}; one has {turns}, {}", self.what, many(switches, "switch", "switches"))
    }
}

/// A number of things.
pub(super) fn many(n: u64, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

/// A find that was opened: what it is, and what was done for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The find in words.
    pub text: String,
    /// The branch the search began on.
    pub branch: u32,
    /// The turn it began at.
    pub turn: u64,
    /// What was followed from there.
    pub schedule: Schedule,
}

/// How a search stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchStatus {
    /// The turn it began at.
    pub from: u64,
    /// How far it has come.
    pub progress: Progress,
    /// What it has found, failures first, once it is over.
    pub rows: Vec<SearchRow>,
}

/// The bookmark of the turn after which another choice would have passed.
const SWITCH: &str = "switch";

/// Steps of the search for a par: some seconds.
const PAR_STEPS: u64 = 20_000_000;

/// Puzzles in which the student is the scheduler.
impl Local {
    /// The fewest switches, up to `most`, of any schedule from here on after some turn of which a goal holds. Names
    /// without a task are those of `pid`.
    ///
    /// # Errors
    /// The goal is not reached, or cannot be evaluated.
    pub fn par(&self, goal: Expr, pid: Option<Pid>, most: u64) -> Result<Par, NoPar> {
        let goal = ScopedExpr { expr: self.bound(goal, pid), pid };
        let bounds = Bounds { steps: PAR_STEPS, ..Bounds::default() };
        explore::par(self.machine(), &goal, bounds, most, &mut |_| true)
    }
}

/// Searches in the background.
impl Local {
    /// Begins a search from here; one that continues is stopped.
    ///
    /// # Errors
    /// Something runs.
    pub fn start_hunt(&mut self, options: Options) -> Result<(), Refused> {
        self.standing()?;
        let (branch, turn) = (self.session.history().branch, self.machine().turns());
        self.hunt = Some(Begun { hunt: BackgroundSearch::start(self.machine().clone(), options), branch, turn });
        Ok(())
    }

    /// Lets the search end.
    pub fn stop_hunt(&mut self) {
        self.hunt.iter().for_each(|begun| begun.hunt.stop());
        self.wait_for_hunt();
    }

    /// Waits until the search is over.
    pub fn wait_for_hunt(&self) {
        if let Some(begun) = &self.hunt {
            begun.hunt.wait();
        }
    }

    /// Whether a search continues.
    #[must_use]
    pub fn hunting(&self) -> bool {
        self.hunt.as_ref().is_some_and(|begun| begun.hunt.progress().done.is_none())
    }

    /// How the search stands that was begun last.
    #[must_use]
    pub fn hunted(&self) -> Option<SearchStatus> {
        let Begun { hunt, turn, .. } = self.hunt.as_ref()?;
        let progress = hunt.progress();
        let rows = progress.done.iter().flatten().flat_map(|report| rows(hunt.options(), report)).collect();
        Some(SearchStatus { from: *turn, progress, rows })
    }

    /// Follows what the search has found, from where it began: a branch. `None` if there is nothing of that
    /// number, counted from 0.
    ///
    /// # Errors
    /// Something runs.
    pub fn open_found(&mut self, number: usize) -> Result<Option<Opened>, Refused> {
        self.standing()?;
        let Some(row) = self.hunted().and_then(|h| h.rows.into_iter().nth(number)) else { return Ok(None) };
        let Some(Begun { branch, turn, hunt }) = self.hunt.clone() else { return Ok(None) };
        self.travel()?.go(branch, turn)?;
        let way_out = self.way_out(hunt.options(), &row.found.schedule).filter(|_| row.failure);
        self.follow(TurnSource::of(row.found.schedule.parts()))?;
        let text = way_out.map_or_else(|| row.text(), |way_out| format!("{}; {way_out}", row.text()));
        Ok(Some(Opened { text, branch, turn, schedule: row.found.schedule }))
    }

    /// A schedule that passes, from where the search began, which leaves a find (by number, from 1) as late as is known;
    /// and the turns that both have in common.
    ///
    /// # Errors
    /// Something runs.
    pub(super) fn passing(&mut self, number: u64) -> Result<Option<(Schedule, u64)>, Refused> {
        self.standing()?;
        let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1)).unwrap_or(usize::MAX);
        let Some(row) = self.hunted().and_then(|h| h.rows.into_iter().nth(index)) else { return Ok(None) };
        let Some(Begun { branch, turn, hunt }) = self.hunt.clone().filter(|_| row.failure) else { return Ok(None) };
        self.travel()?.go(branch, turn)?;
        let failing = &row.found.schedule;
        let exit = self.last_exit(hunt.options(), failing).and_then(|view| view.fate.last_exit);
        let exit = exit.map(|way| (way.schedule, way.after));
        Ok(exit.or_else(|| self.critical_switch(hunt.options(), failing).map(|found| (found.schedule, found.turn))))
    }

    /// Marks the turn of the choice that makes the difference in the branch where the session stands, and names that.
    pub(super) fn name_run(&mut self, name: &str, switch: u64) -> Result<(), Refused> {
        let branch = self.session.place().branch;
        self.session.bookmark_turn(&format!("{SWITCH} {branch}"), switch);
        Ok(self.travel()?.name_branch(branch, name)?)
    }
}

fn rows(options: &Options, report: &Report) -> Vec<SearchRow> {
    let failures = report.failures.iter().map(|(failure, found)| SearchRow {
        failure: true,
        what: format!("{}: {}", failure.kind.name(), failure.detail),
        found: found.clone(),
    });
    let ends = report.collected.values().map(|(values, found)| {
        let value = |(asked, value): (&ScopedExpr, &Option<crate::session::expr::Value>)| {
            format!("{} = {}", asked.expr.text(), value.map_or("?".to_owned(), |v| v.to_string()))
        };
        let what = options.collect.iter().zip(&values.0).map(value).collect::<Vec<_>>().join(", ");
        SearchRow { failure: false, what: format!("ends with {what}"), found: found.clone() }
    });
    failures.chain(ends).collect()
}

impl Local {
    /// An expression with the symbols of the programs, for a search.
    ///
    /// # Errors
    /// It is not one.
    pub fn asked(&self, text: &str, pid: Option<Pid>) -> Result<ScopedExpr, ExprError> {
        Ok(ScopedExpr { expr: self.bound(self.expression(text, pid, super::Names::Innermost)?, pid), pid })
    }

    /// Searches schedules from here on.
    ///
    /// # Errors
    /// As for [`explore::explore`].
    pub fn explore(&self, options: &Options, go_on: &GoOn<'_>) -> Result<Report, ExploreError> {
        explore::explore(self.machine(), options, go_on)
    }

    /// Splits a search from here on into parts.
    ///
    /// # Errors
    /// As for [`explore::explore`].
    pub fn begin_units(&self, options: &Options, most: usize) -> Result<(Rules, Vec<Ended>), ExploreError> {
        explore::begin_units(self.machine(), options, most)
    }

    /// Does parts of a search from here on; the rules to begin again with, if those do not hold.
    ///
    /// # Errors
    /// As for [`explore::do_units`].
    pub fn do_units(
        &self,
        options: &Options,
        rules: &Rules,
        units: Vec<Unit>,
        on_end: &OnEnd<'_>,
        go_on: &GoOn<'_>,
    ) -> Result<Result<(), Rules>, ExploreError> {
        explore::do_units(self.machine(), options, rules, units, on_end, go_on)
    }

    /// Completes what the parts of a search from here on have found.
    pub fn complete_search(&self, report: &mut Report, options: &Options) {
        explore::complete(report, self.machine(), options, &|_, _| true);
    }

    /// A way out of a failing schedule.
    #[must_use]
    pub fn critical_switch(&self, options: &Options, failing: &Schedule) -> Option<CriticalSwitch> {
        explore::critical_switch(self.machine(), options, failing)
    }

    /// How a failing schedule could have been avoided, in words: its last exit if that was found out, else that way out.
    #[must_use]
    pub fn way_out(&self, options: &Options, failing: &Schedule) -> Option<String> {
        if let Some(view) = self.last_exit(options, failing) {
            return Some(match &view.decides {
                Some(turn) => {
                    let its = turn.turn - view.from;
                    format!("the last exit: avoidable until turn {its} of this schedule: {turn}")
                }
                None => "unavoidable: no schedule passes".into(),
            });
        }
        let found = self.critical_switch(options, failing)?;
        let at = |(pid, pc): (Pid, u32)| {
            let place = self.listing(pid).map_or_else(|| format!("0x{pc:04X}"), |l| l.named(None, pc));
            format!("{pid} at {place}")
        };
        let fails = found.fails.map_or("ends".to_owned(), |task| format!("runs {}", at(task)));
        let (turn, passes) = (found.turn, at(found.passes));
        Some(format!(
            "a way out (a guess, there may be later ones): after turn {turn} this schedule {fails}, one that passes runs {passes}"
        ))
    }

    /// A session of its own that has followed a failing schedule from here on, to its failure. It says what failed, and
    /// the turn after which another choice would have passed is the bookmark `switch`.
    ///
    /// # Errors
    /// Something runs.
    pub fn at_failure(&self, options: &Options, failure: &Failure, failing: &Schedule) -> Result<Local, Refused> {
        let mut copy = self.along(failing)?;
        let exit = self.last_exit(options, failing).and_then(|view| view.fate.last_exit).map(|way| way.after);
        let after = exit.or_else(|| self.critical_switch(options, failing).map(|switch| switch.turn));
        let mut said = format!("{}: {}", failure.kind.name(), failure.detail);
        if let Some(after) = after {
            let turn = self.machine().turns() + after;
            copy.session.bookmark_turn(SWITCH, turn);
            said += &format!("; after turn {turn} another choice passes: goto {SWITCH}");
        }
        copy.failure = Some(said);
        Ok(copy)
    }

    /// A session of its own that has followed a schedule from here on.
    ///
    /// # Errors
    /// Something runs.
    pub fn along(&self, schedule: &Schedule) -> Result<Local, Refused> {
        self.standing()?;
        let mut copy = self.clone();
        copy.follow(TurnSource::of(schedule.parts()))?;
        Ok(copy)
    }

    /// Follows a schedule from here on, past faults and whatever else would stop a run.
    ///
    /// # Errors
    /// Something runs.
    pub fn follow(&mut self, schedule: TurnSource) -> Result<(), Refused> {
        let end = self.machine().turns().saturating_add(schedule.left());
        self.start_schedule(schedule, u64::MAX)?;
        while self.pump(1 << 20) {}
        while self.machine().turns() < end
            && !matches!(self.session().status(), Status::OffSchedule { .. })
            && self.go_on_with_schedule(u64::MAX)?
        {
            while self.pump(1 << 20) {}
        }
        Ok(())
    }
}
