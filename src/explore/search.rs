//! A whole search: which strategy, which rules, on how many threads, and the report completed.

use super::bounded::{Bounded, Goal, Price, fewest};
use super::check::{Asked, Checks, Failure};
use super::orders::{self, Known, NoGraph, Subject};
use super::pool::{self, Ended, OnEnd};
use super::reduced::{Bounds, Search, Task};
use super::report::{Bound, Report};
use super::sample::{Draw, sample};
use super::schedule::Schedule;
use super::seen::States;
use super::unit::Unit;
use super::world::{AssumptionBroken, Rules, World};
use crate::executive::{Machine, Quiet};
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
    pub collect: Vec<Asked>,
    /// How far.
    pub bounds: Bounds,
    /// Do not count what each schedule stands for: that takes longer than small searches themselves.
    pub uncounted: bool,
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

/// Schedules run to count them, at most.
const COUNTED_SCHEDULES: u64 = 20_000;
/// Turns of one schedule of those: longer ones spin, or stand for more orders than can be counted.
const COUNTED_TURNS: u64 = 2000;
/// Steps to count schedules with, at most, for each step that the search took.
const COUNTED_STEPS: u64 = 20;
/// Steps in any case; both together stay below a fraction of a second.
const COUNTED_LEAST: u64 = 2000;
const COUNTED_MOST: u64 = 200_000;
/// States of the graph of all orders, at most: in any case, and for each step that the search took.
const ORDERS_LEAST: usize = 30_000;
const ORDERS_STEPS: u64 = 4;
const ORDERS_MOST: usize = 400_000;
/// Bytes that such a state takes, about.
const ORDERS_BYTES: usize = 256;
/// Steps between two looks at whether to continue.
const SLICE: u64 = 8192;
/// Steps of the search for the fewest switches, each time.
const FEWEST_STEPS: u64 = 400_000;

/// Searches schedules from a machine. `go_on` is asked now and then, with what there is so far.
///
/// # Errors
/// Too many tasks, an expression that cannot be evaluated, no threads.
pub fn explore(start: &Machine, options: &Options, go_on: &GoOn<'_>) -> Result<Report, ExploreError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()));
    }
    let mut rules = rules(start, options)?;
    loop {
        match attempt(start, options, &rules, go_on) {
            Ok(report) => {
                let mut report = report?;
                report.rules = rules;
                complete(&mut report, start, options, go_on);
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
        asked
            .value(start)
            .map_err(|e| ExploreError::Expression { text: asked.expr.text().to_owned(), message: e.to_string() })?;
    }
    let mut rules = first_rules(start);
    rules.total |= options.strategy == Strategy::Turns;
    for asked in &checks.always {
        rules.watch(start, asked);
    }
    for asked in checks.finally.iter().chain(collect) {
        rules.read(&asked.needs(start));
    }
    Ok(rules)
}

/// The rules that the state of a machine asks for.
pub(super) fn first_rules(start: &Machine) -> Rules {
    // A wait that ends by itself makes the clock part of the state; so does a limit on taps, which is one by time.
    let clocked = start.config().limits.tap_rate > 0;
    let total = clocked || start.has_deadlines();
    Rules { total, clocked, ends: start.shares_own_mailboxes(), ..Rules::default() }
}

impl Asked {
    fn needs(&self, start: &Machine) -> Needs {
        self.expr.needs(&Scope { machine: start, pid: self.pid, symbol: &|_, _| None })
    }
}

impl Rules {
    /// Clocks and counters that an expression reads are part of the state.
    fn read(&mut self, needs: &Needs) {
        self.total |= needs.clock;
        self.clocked |= needs.clock;
    }

    /// Looks at all that an expression depends on after each step; what that is.
    pub(super) fn watch(&mut self, start: &Machine, asked: &Asked) -> Needs {
        let needs = asked.needs(start);
        self.read(&needs);
        let shared = |(from, to): &(u32, u32)| (*from..*to).all(|at| start.ram().owner(at as u16) == 0);
        let banked = BANK_BASE + start.tasks().iter().map(|t| t.bank.len() as u32).max().unwrap_or(0);
        let outside = |(from, to): &(u32, u32)| *to <= BANK_BASE || *from >= banked;
        // What a task does by itself changes what such a property looks at.
        self.total |= needs.each || needs.events || asked.expr.looks_up_addresses();
        self.total |= !needs.spans.iter().all(|span| shared(span) && outside(span));
        self.watched.extend(&needs.spans);
        needs
    }

    /// Assumes less from now on, after a step that broke an assumption.
    pub(super) fn reckon_with(&mut self, broken: AssumptionBroken) {
        match broken {
            AssumptionBroken::Total => self.total = true,
            AssumptionBroken::Counted => self.counted = true,
            AssumptionBroken::Ends => self.ends = true,
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
            let (bounds, goal, price) = (*bounds, Goal::All, Price::Preemption);
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
fn task<'a>(start: &'a Machine, options: &'a Options, once: Option<&'a States>) -> Task<'a> {
    let Options { checks, collect, bounds, .. } = options;
    Task { start, checks, collect, bounds: *bounds, sleep: once.is_some(), once, count: false }
}

fn exhaustive(start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) -> Attempt {
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

fn alone(task: Task<'_>, rules: &Rules, go_on: &GoOn<'_>) -> Result<Report, AssumptionBroken> {
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

/// Completes the report of a search that went by its rules: counts, and the schedules with the fewest switches. That
/// takes no longer than a small search does; one that was stopped is left as it is.
pub fn complete(report: &mut Report, start: &Machine, options: &Options, go_on: &GoOn<'_>) {
    report.compare_ends(options.checks.same);
    if matches!(report.bound, Some(Bound::Stopped | Bound::Time)) {
        return;
    }
    let rules = &report.rules.clone();
    let known = all_orders(report, start, options, rules, go_on);
    if let Some(known) = &known {
        report.know(known);
    }
    let endless = known.as_ref().is_some_and(|known| known.orders.is_none());
    if options.strategy == Strategy::Exhaustive && report.exhausted() && !options.uncounted && !endless {
        count_schedules(report, start, options, rules, go_on);
    }
    if known.is_none() {
        shorten(report, start, options, rules, go_on);
    }
}

/// Steps of a search that only looks for assumptions that do not hold.
const PROBE_STEPS: u64 = 100_000;
/// Steps taken in a part that has a single step left to try, to split it.
const SPLIT_STEPS: u64 = 64;

/// Splits a search into parts, as many as asked for if there are as many: the rules it goes by, and what came of the
/// beginning, from which the parts are left.
///
/// # Errors
/// As for [`explore`].
pub fn begin_units(start: &Machine, options: &Options, most: usize) -> Result<(Rules, Vec<Ended>), ExploreError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()));
    }
    let mut rules = rules(start, options)?;
    loop {
        let split =
            part(start, options, &rules, &Unit::root(), PROBE_STEPS).and_then(|_| split(start, options, &rules, most));
        match split {
            Ok(ended) => return Ok((rules, ended)),
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

/// A part, done alone for a number of steps.
fn part(start: &Machine, options: &Options, rules: &Rules, unit: &Unit, steps: u64) -> Result<Ended, AssumptionBroken> {
    let states = States::new();
    let once = (options.strategy == Strategy::Exhaustive).then_some(&states);
    let mut task = task(start, options, once);
    task.bounds.steps = steps;
    let mut search = Search::new(task, unit, rules)?;
    while !search.run(SLICE)? {}
    let (mut report, rest) = search.end();
    report.rest = rest;
    Ok(Ended { unit: unit.clone(), report, beside: Vec::new() })
}

fn split(start: &Machine, options: &Options, rules: &Rules, most: usize) -> Result<Vec<Ended>, AssumptionBroken> {
    let (mut open, mut done) = (vec![Unit::root()], Vec::new());
    // A search that ends soon has fewer.
    while open.len() < most && done.len() < 4 * most {
        // The one nearest to the start is most of the search.
        let Some(at) = (0..open.len()).min_by_key(|at| (open[*at].path.len(), &open[*at])) else { break };
        let unit = open.swap_remove(at);
        let parts = unit.split();
        let ended = match parts.len() {
            0 | 1 => part(start, options, rules, &unit, SPLIT_STEPS)?,
            _ => {
                let report = Report { bound: Some(Bound::Units), rest: parts, ..Report::default() };
                Ended { unit, report, beside: Vec::new() }
            }
        };
        open.extend(ended.report.rest.iter().cloned());
        done.push(ended);
    }
    Ok(done)
}

/// Does parts of a search on threads: `on_end` is called with each that has ended, and with those that could not be
/// begun nothing is done. The rules to begin again with, if a step has broken those of the search.
///
/// # Errors
/// As for [`explore`]; a part that is not one of this search.
pub fn do_units(
    start: &Machine,
    options: &Options,
    rules: &Rules,
    units: Vec<Unit>,
    on_end: &OnEnd<'_>,
    go_on: &GoOn<'_>,
) -> Result<Result<(), Rules>, ExploreError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()));
    }
    let begin_again = |broken| {
        let mut rules = rules.clone();
        rules.reckon_with(broken);
        Ok(Err(rules))
    };
    for unit in &units {
        match begins(start, rules, unit) {
            Ok(true) => {}
            Ok(false) => return Err(ExploreError::Unit),
            Err(broken) => return begin_again(broken),
        }
    }
    let states = States::new();
    let once = (options.strategy == Strategy::Exhaustive).then_some(&states);
    match pool::work(task(start, options, once), rules, units, options.jobs, on_end, go_on) {
        Ok(done) => done.map(|_| Ok(())),
        Err(broken) => begin_again(broken),
    }
}

/// Whether there is a state where a part begins.
fn begins(start: &Machine, rules: &Rules, unit: &Unit) -> Result<bool, AssumptionBroken> {
    let mut world = World::new(start, rules.clone());
    world.lead()?;
    for below in &unit.path {
        let ready = world.ready();
        if below.index >= 32 || ready >> below.index & 1 == 0 || below.tried & !ready != 0 {
            return Ok(false);
        }
        world.step(below.index)?;
    }
    let here = unit.todo.unwrap_or(0) | unit.tried;
    Ok(here & !world.ready() == 0)
}

/// What is known of all orders of single turns, if their graph is small beside the search.
fn all_orders(report: &Report, start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) -> Option<Known> {
    let Options { checks, collect, bounds, .. } = options;
    // States that are compared as a whole are not told apart alike by both.
    if checks.same || options.uncounted || !report.exhausted() {
        return None;
    }
    let most = usize::try_from(report.steps.saturating_mul(ORDERS_STEPS)).unwrap_or(usize::MAX);
    let most = most.clamp(ORDERS_LEAST, ORDERS_MOST).min(bounds.bytes / ORDERS_BYTES);
    let mut rules = rules.clone();
    loop {
        let subject = Subject { start, checks, collect };
        match orders::build(subject, &rules, most, &mut || go_on(report, Some(1.0))) {
            Ok(Ok(graph)) => return Some(graph.known()),
            Ok(Err(NoGraph::Large | NoGraph::Stopped)) => return None,
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

/// Counts the schedules that differ in more than what commutes, and what each stands for, if there are few.
fn count_schedules(report: &mut Report, start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) {
    let Options { checks, collect, bounds, .. } = options;
    let steps = (report.steps * COUNTED_STEPS).clamp(COUNTED_LEAST, COUNTED_MOST);
    let turns = bounds.turns.min(COUNTED_TURNS);
    let bounds = Bounds { schedules: COUNTED_SCHEDULES, steps, turns, ..*bounds };
    let task = Task { start, checks, collect, bounds, sleep: true, once: None, count: true };
    if let Ok(counted) = alone(task, rules, go_on)
        && counted.exhausted()
    {
        report.take_counts(counted);
    }
}

/// Finds a schedule with fewer switches for each failure and each end, if that can be found soon.
fn shorten(report: &mut Report, start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) {
    let found_so_far = report.clone();
    let mut go_on = |_: &Report| go_on(&found_so_far, Some(1.0));
    let Options { checks, collect, bounds, .. } = options;
    let bounds = Bounds { steps: FEWEST_STEPS, schedules: u64::MAX, ..*bounds };
    let search = |goal| Bounded { start, checks, collect, bounds, price: Price::Switch, goal };
    for (failure, found) in &mut report.failures {
        let fewer = fewest(&search(Goal::Failure(failure)), rules, found.schedule.switches(), &mut go_on);
        found.schedule = fewer.unwrap_or_else(|| std::mem::take(&mut found.schedule));
        found.schedule = until_failure(start, checks, failure, &found.schedule);
    }
    for (text, (_, found)) in report.collected.iter_mut().take(64) {
        let fewer = fewest(&search(Goal::Values(text)), rules, found.schedule.switches(), &mut go_on);
        found.schedule = fewer.unwrap_or_else(|| std::mem::take(&mut found.schedule));
    }
}

/// A schedule up to the turn with which it fails.
fn until_failure(start: &Machine, checks: &Checks, failure: &Failure, schedule: &Schedule) -> Schedule {
    let mut machine = start.clone();
    machine.forget_trace();
    let mut turns = 0;
    if checks.always(&machine).contains(failure) {
        return schedule.first(0);
    }
    for pid in schedule.each() {
        let mut turn = machine.turn_of(pid);
        if turn == Err(Quiet::NotReady) {
            machine.skip_idle();
            turn = machine.turn_of(pid);
        }
        let (Ok(turn), Some(index)) = (turn, machine.tasks().iter().position(|t| t.pid == pid)) else { break };
        turns += 1;
        if checks.ended(&machine, index, turn.outcome).as_ref() == Some(failure)
            || checks.always(&machine).contains(failure)
        {
            break;
        }
    }
    schedule.first(turns)
}
