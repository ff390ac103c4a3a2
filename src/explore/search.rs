//! A whole search: which strategy, which rules, on how many threads, and the report completed.

use super::bounded::{Bounded, Price, SearchGoal};
use super::bounds::Bounds;
use super::check::{Checks, ScopedExpr};
use super::complete::complete;
use super::persistent::Persistent;
use super::pool::{self, Ended};
use super::reduced::{Search, SearchTask};
use super::report::{Bound, Report};
use super::sample::{Draw, sample};
use super::seen::States;
use super::unit::Unit;
use super::world::{AssumptionBroken, Rules};
use crate::executive::Machine;
use crate::session::expr::{Needs, Scope};
use crate::vm::BANK_BASE;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// How a search proceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// All schedules, except those that only swap what commutes, and each state once.
    #[default]
    Exhaustive,
    /// All orders of steps, none left out.
    All,
    /// All orders of single turns, none left out.
    Turns,
    /// All with at most this number of preemptions.
    Preemptions(u32),
    /// Some, drawn from a seed.
    Sample(Draw, u64),
}

/// What a search is to do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// How.
    pub strategy: Strategy,
    /// What must hold.
    pub checks: Checks,
    /// What is to be collected from final states.
    pub collect: Vec<ScopedExpr>,
    /// How far.
    pub bounds: Bounds,
    /// Do not count what each schedule stands for: that takes longer than small searches themselves.
    pub uncounted: bool,
    /// Do not leave out states by persistent sets, also where they are small enough to be tried first.
    pub all_states: bool,
    /// Do not take tasks that are alike for one another.
    pub tell_apart: bool,
    /// Threads; 0 for as many as the computer has processors.
    pub jobs: usize,
}

/// Why a search cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExploreError {
    /// More tasks than a search can tell apart.
    #[error("{0} tasks: a search can have 32 at most")]
    Tasks(usize),
    /// An expression cannot be evaluated.
    #[error("{text}: {message}")]
    Expression {
        /// The expression.
        text: String,
        /// Why not.
        message: String,
    },
    /// It has failed by an error of its own.
    #[error("the search has failed by an error of its own")]
    Failed,
    /// A part does not begin where this search leads.
    #[error("a part of the search begins where it does not lead")]
    Unit,
    /// The threads cannot be started.
    #[error("threads cannot be started: {0}")]
    Threads(String),
}

/// Asked now and then whether to continue, with what there is so far, and about how much of the search is done,
/// from 0 to 1, if that is known.
pub type GoOn<'a> = dyn Fn(&Report, Option<f64>) -> bool + Sync + 'a;

/// Steps between two looks at whether to continue.
pub(super) const SLICE: u64 = 8192;
/// Searches schedules from a machine. `go_on` is asked now and then, with what there is so far.
///
/// # Errors
/// Too many tasks, an expression that cannot be evaluated, no threads.
pub fn explore(start: &Machine, options: &Options, go_on: &GoOn<'_>) -> Result<Report, ExploreError> {
    let mut report = search(start, options, go_on)?;
    complete(&mut report, start, options, go_on);
    Ok(report)
}

/// The search alone: its schedules are those that were found, not the shortest.
pub(super) fn search(start: &Machine, options: &Options, go_on: &GoOn<'_>) -> Result<Report, ExploreError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()));
    }
    let mut rules = rules(start, options)?;
    loop {
        match attempt(start, options, &rules, go_on) {
            Ok(report) => {
                let mut report = report?;
                report.rules = rules;
                return Ok(report);
            }
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

/// The rules to begin with, from what expressions read and what the tasks wait for.
pub(super) fn rules(start: &Machine, options: &Options) -> Result<Rules, ExploreError> {
    let Options { checks, collect, .. } = options;
    for asked in checks.always.iter().chain(&checks.finally).chain(collect) {
        // A mailbox that is not there yet may come.
        if let Err(e) = asked.value(start)
            && !e.absent
        {
            let text = asked.expr.text().to_owned();
            return Err(ExploreError::Expression { text, message: e.to_string() });
        }
    }
    let mut rules = first_rules(start);
    rules.total |= options.strategy == Strategy::Turns;
    for asked in &checks.always {
        rules.watch(start, asked);
    }
    for asked in checks.finally.iter().chain(collect) {
        let needs = asked.needs(start);
        rules.read(&needs);
        rules.named |= !asked.is_of_shared_memory(&needs, start);
    }
    // Ends are compared with everything that is in them.
    rules.named |= checks.same || options.tell_apart;
    Ok(rules)
}

/// The rules that the state of a machine asks for.
pub(super) fn first_rules(start: &Machine) -> Rules {
    // A wait that ends by itself makes the clock part of the state; so does a limit on taps, which is one by time.
    let clocked = start.config().limits.tap_rate > 0;
    let total = clocked || start.has_deadlines();
    Rules { total, clocked, ends: start.shares_own_mailboxes(), ..Rules::default() }
}

impl ScopedExpr {
    fn needs(&self, start: &Machine) -> Needs {
        self.expr.needs(&Scope { machine: start, pid: self.pid, symbol: &|_, _| None })
    }

    /// Whether it depends on nothing but words that all tasks see alike.
    fn is_of_shared_memory(&self, needs: &Needs, start: &Machine) -> bool {
        let shared = |(from, to): &(u32, u32)| (*from..*to).all(|at| start.ram().owner(at as u16) == 0);
        let banked = BANK_BASE + start.tasks().iter().map(|t| t.bank.len() as u32).max().unwrap_or(0);
        let outside = |(from, to): &(u32, u32)| *to <= BANK_BASE || *from >= banked;
        let Needs { spans, events, each, clock } = needs;
        let words = spans.iter().all(|span| shared(span) && outside(span));
        words && !(*events | *each | *clock) && !self.expr.looks_up_addresses()
    }
}

impl Rules {
    /// Clocks and counters that an expression reads are part of the state.
    fn read(&mut self, needs: &Needs) {
        self.total |= needs.clock;
        self.clocked |= needs.clock;
    }

    /// Looks at all that an expression depends on after each step; what that is.
    pub(super) fn watch(&mut self, start: &Machine, asked: &ScopedExpr) -> Needs {
        let needs = asked.needs(start);
        self.read(&needs);
        // What a task does by itself changes what such a property looks at.
        self.total |= !asked.is_of_shared_memory(&needs, start);
        self.watched.extend(&needs.spans);
        needs
    }

    /// Assumes less from now on, after a step that broke an assumption.
    pub(super) fn reckon_with(&mut self, broken: AssumptionBroken) {
        match broken {
            AssumptionBroken::Total => self.total = true,
            AssumptionBroken::Counted => self.counted = true,
            AssumptionBroken::Ends => self.ends = true,
            AssumptionBroken::Numbered => self.numbered = true,
            AssumptionBroken::Named => self.named = true,
        }
    }
}

type Attempt = Result<Result<Report, ExploreError>, AssumptionBroken>;

fn attempt(start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) -> Attempt {
    let Options { checks, collect, bounds, .. } = options;
    match options.strategy {
        Strategy::Sample(draw, seed) => {
            let report = sample(start, (checks, collect), (draw, seed), *bounds, rules, &mut |r| {
                go_on(r, Some(r.schedules as f64 / bounds.schedules.max(1) as f64))
            })?;
            Ok(Ok(report))
        }
        Strategy::Preemptions(most) => {
            let (bounds, goal, price) = (*bounds, SearchGoal::All, Price::Preemption);
            let search = Bounded { start, checks, collect, bounds, price, goal };
            let out = search.run(rules, most.into(), &mut |r| go_on(r, None))?;
            let mut report = out.report;
            if out.cut {
                report.limit(Bound::Preemptions);
            }
            Ok(Ok(report))
        }
        Strategy::All | Strategy::Turns => Ok(Ok(alone(task(start, options, None), rules, go_on)?)),
        Strategy::Exhaustive => exhaustive(start, options, rules, go_on),
    }
}

/// What a search of everything is to do.
pub(super) fn task<'a>(start: &'a Machine, options: &'a Options, once: Option<&'a States>) -> SearchTask<'a> {
    let Options { checks, collect, bounds, .. } = options;
    let (sleep, alike) = (once.is_some(), once.is_some());
    SearchTask { start, checks, collect, bounds: *bounds, sleep, once, alike, count: false }
}

/// Steps of a search by persistent sets, at most: it is tried first, and for nothing where everything conflicts.
const FEW_STEPS: u64 = 100_000;
/// Steps between two looks at whether they help.
const FEW_SLICE: u64 = 512;

/// A search by persistent sets, if it ends soon.
fn few(
    start: &Machine,
    options: &Options,
    rules: &Rules,
    go_on: &GoOn<'_>,
) -> Result<Option<Report>, AssumptionBroken> {
    let (mut persistent, mut steps) = (Persistent::new(start.tasks().len()), 0);
    while steps < FEW_STEPS {
        let states = States::new();
        // Which tasks are enough is learned of each by itself.
        let mut task = SearchTask { alike: false, ..task(start, options, Some(&states)) };
        task.bounds.steps = FEW_STEPS - steps;
        let mut search = Search::of_few(task, persistent, rules)?;
        while !search.run(FEW_SLICE)? {
            if search.persistent().is_none_or(|p| p.is_useless() || p.has_circle()) {
                return Ok(None);
            }
            if !go_on(search.report(), Some(0.0)) {
                search.stop(Bound::Stopped);
                break;
            }
        }
        let Some(learned) = search.persistent().cloned() else { return Ok(None) };
        let (mut report, _) = search.end();
        match report.bound {
            // The steps were few; what is left of it says nothing.
            Some(Bound::Steps | Bound::Memory | Bound::Turns) => return Ok(None),
            Some(Bound::Stopped) => report.rest = vec![Unit::root()],
            _ if learned.has_circle() => return Ok(None),
            _ if learned.is_stale() => {
                steps += report.steps;
                persistent = learned;
                continue;
            }
            _ => {}
        }
        report.steps += steps;
        return Ok(Some(report));
    }
    Ok(None)
}

fn exhaustive(start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) -> Attempt {
    let every_state = options.all_states || rules.total || options.checks.norace || !options.checks.always.is_empty();
    let bounded = options.bounds.schedules != u64::MAX || options.bounds.steps != u64::MAX;
    if !every_state
        && !bounded
        && let Some(report) = few(start, options, rules, go_on)?
    {
        return Ok(Ok(report));
    }
    let Bounds { schedules, steps, .. } = options.bounds;
    // Those of all threads together would have to be counted at each step.
    let counted = schedules != u64::MAX || steps != u64::MAX;
    let jobs = if counted { 1 } else { options.jobs };
    let sum = Mutex::new((Report::default(), BTreeSet::new()));
    let on_end = |ended: Ended| {
        let (report, done) = &mut *sum.lock().unwrap_or_else(PoisonError::into_inner);
        report.add(ended.report);
        done.insert(ended.unit);
    };
    let states = States::new();
    let task = task(start, options, Some(&states));
    let left = match pool::work(task, rules, vec![Unit::root()], jobs, &on_end, go_on)? {
        Ok(left) => left,
        Err(e) => return Ok(Err(e)),
    };
    let (mut report, done) = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    // What one part left, another thread may have done.
    let open: BTreeSet<Unit> = report.rest.into_iter().chain(left).filter(|unit| !done.contains(unit)).collect();
    report.rest = open.into_iter().collect();
    Ok(Ok(report))
}

pub(super) fn alone(task: SearchTask<'_>, rules: &Rules, go_on: &GoOn<'_>) -> Result<Report, AssumptionBroken> {
    let mut search = Search::whole(task, rules)?;
    while !search.run(SLICE)? {
        if search.bytes() > task.bounds.bytes {
            search.stop(Bound::Memory);
            break;
        }
        if !go_on(search.report(), Some(search.part())) {
            search.stop(Bound::Stopped);
            break;
        }
    }
    let (mut report, rest) = search.end();
    report.rest = rest;
    Ok(report)
}
