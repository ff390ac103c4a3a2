//! A whole search: which strategy, which rules, on how many threads, and the report made ready.

use super::bounded::{Bounded, Goal, Price, fewest};
use super::check::{Asked, Checks};
use super::jobs;
use super::reduced::{Below, Bounds, Search, Task, bits};
use super::report::{Bound, Report};
use super::sample::{Draw, sample};
use super::seen::States;
use super::world::{Rules, Surprise, World};
use crate::executive::Machine;
use crate::session::expr::{Needs, Scope};
use crate::vm::BANK_BASE;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use thiserror::Error;

/// How a search goes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// All schedules, but for those that only swap what commutes, and each state once.
    #[default]
    Exhaustive,
    /// All orders of steps, none left out.
    All,
    /// All orders of single turns, none left out.
    Turns,
    /// All with so many preemptions at most.
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
    /// Only this part of so many: number from 0, and how many.
    pub shard: Option<(usize, usize)>,
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
    /// The threads cannot be started.
    #[error("threads cannot be started: {0}")]
    Threads(String),
}

/// Asked now and then whether to go on, with what there is so far, and about how much of the search is done,
/// from 0 to 1, if that can be said.
pub type GoOn<'a> = dyn Fn(&Report, Option<f64>) -> bool + Sync + 'a;

/// Steps of the first attempt, which counts what each schedule stands for.
const COUNTED_STEPS: u64 = 300_000;
/// Turns of one schedule of it: longer ones spin, or stand for more orders than can be counted.
const COUNTED_TURNS: u64 = 2000;
/// Schedules of it.
const COUNTED_SCHEDULES: u64 = 20_000;
/// Steps between two looks at whether to go on.
const SLICE: u64 = 8192;
/// Parts that a search is split into for threads and shards, at least, if there are as many.
const PARTS: usize = 64;
/// Steps of the search for the fewest switches, each time.
const FEWEST_STEPS: u64 = 400_000;

/// Searches schedules from a machine on. `go_on` is asked now and then, with what there is so far.
///
/// # Errors
/// Too many tasks, an expression that means nothing, no threads.
pub fn explore(start: &Machine, options: &Options, go_on: &GoOn<'_>) -> Result<Report, ExploreError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()));
    }
    let mut rules = rules(start, options)?;
    loop {
        match attempt(start, options, &rules, go_on) {
            Ok(report) => {
                let mut report = report?;
                report.compare_ends(&options.checks);
                if report.bound != Some(Bound::Stopped) {
                    shorten(&mut report, start, options, &rules, go_on);
                }
                return Ok(report);
            }
            Err(surprise) => rules.reckon_with(surprise),
        }
    }
}

/// The rules to begin with: what expressions look at is known.
fn rules(start: &Machine, options: &Options) -> Result<Rules, ExploreError> {
    let Options { checks, collect, .. } = options;
    for asked in checks.always.iter().chain(&checks.finally).chain(collect) {
        asked
            .value(start)
            .map_err(|e| ExploreError::Expression { text: asked.expr.text().to_owned(), message: e.to_string() })?;
    }
    let total = options.strategy == Strategy::Turns;
    let mut rules = Rules { total, ends: start.shares_own_mailboxes(), ..Rules::default() };
    for asked in &checks.always {
        rules.watch(start, asked);
    }
    Ok(rules)
}

impl Rules {
    /// Looks at all that an expression depends on; what that is.
    pub(super) fn watch(&mut self, start: &Machine, asked: &Asked) -> Needs {
        let needs = asked.expr.needs(&Scope { machine: start, pid: asked.pid, symbol: &|_, _| None });
        let shared = |(from, to): &(u32, u32)| (*from..*to).all(|at| start.ram().owner(at as u16) == 0);
        let banked = BANK_BASE + start.tasks().iter().map(|t| t.bank.len() as u32).max().unwrap_or(0);
        let outside = |(from, to): &(u32, u32)| *to <= BANK_BASE || *from >= banked;
        // What a task does by itself changes what such a property looks at.
        self.total |= needs.each || needs.events || asked.expr.looks_up_addresses();
        self.total |= !needs.spans.iter().all(|span| shared(span) && outside(span));
        self.watched.extend(&needs.spans);
        needs
    }

    /// Holds for less from now on, since something was met on the way.
    pub(super) fn reckon_with(&mut self, surprise: Surprise) {
        match surprise {
            Surprise::Total => self.total = true,
            Surprise::Counted => self.counted = true,
            Surprise::Ends => self.ends = true,
        }
    }
}

type Attempt = Result<Result<Report, ExploreError>, Surprise>;

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
        Strategy::All | Strategy::Turns => {
            let task =
                Task { start, checks, collect, bounds: *bounds, sleep: false, once: None, count: false, prefix: &[] };
            Ok(Ok(alone(task, rules, go_on)?))
        }
        Strategy::Exhaustive => exhaustive(start, options, rules, go_on),
    }
}

fn exhaustive(start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) -> Attempt {
    let Options { checks, collect, bounds, .. } = options;
    let few = Bounds {
        schedules: bounds.schedules.min(COUNTED_SCHEDULES),
        steps: bounds.steps.min(COUNTED_STEPS),
        turns: bounds.turns.min(COUNTED_TURNS),
        ..*bounds
    };
    let task = Task { start, checks, collect, bounds: few, sleep: true, once: None, count: true, prefix: &[] };
    if options.shard.is_none() && !options.uncounted {
        let report = alone(task, rules, go_on)?;
        if report.exhausted() || report.bound == Some(Bound::Stopped) {
            return Ok(Ok(report));
        }
    }
    let states = States::new();
    let task = Task { bounds: *bounds, once: Some(&states), count: false, ..task };
    // So many of all threads together would have to be counted at each step.
    let counted = bounds.schedules != u64::MAX || bounds.steps != u64::MAX;
    if options.shard.is_none() && (options.jobs == 1 || counted) {
        return Ok(Ok(alone(task, rules, go_on)?));
    }
    split(task, options, rules, go_on)
}

fn alone(task: Task<'_>, rules: &Rules, go_on: &GoOn<'_>) -> Result<Report, Surprise> {
    let mut search = Search::new(task, rules)?;
    while !search.run(SLICE)? {
        if !go_on(search.report(), Some(search.part())) {
            search.stop();
            break;
        }
    }
    Ok(search.into_report())
}

/// Below each of some prefixes on its own thread, with one table of states for all.
fn split(task: Task<'_>, options: &Options, rules: &Rules, go_on: &GoOn<'_>) -> Attempt {
    let prefixes = prefixes(task.start, rules)?;
    let mine = |i: usize| options.shard.is_none_or(|(part, of)| i % of.max(1) == part);
    // A machine cannot be looked at by two threads at once: each part has one of its own.
    let mine: Vec<(Machine, Vec<Below>)> =
        prefixes.into_iter().enumerate().filter(|(i, _)| mine(*i)).map(|(_, p)| (task.start.clone(), p)).collect();
    let Task { checks, collect, bounds, sleep, once, count, .. } = task;
    let (sum, stop) = (Mutex::new(Report::default()), AtomicBool::new(false));
    let (ended, all) = (AtomicUsize::new(0), mine.len().max(1) as f64);
    let outcome = jobs::each(options.jobs, mine, |(start, prefix)| {
        let part = |own: Option<f64>| own.map(|own| (ended.load(Relaxed) as f64 + own) / all);
        let steps = |r: &Report, own| go_on(r, part(own)) && !stop.load(Relaxed);
        let task = Task { start: &start, checks, collect, bounds, sleep, once, count, prefix: &prefix };
        let report = alone(task, rules, &steps);
        ended.fetch_add(1, Relaxed);
        if !matches!(&report, Ok(r) if r.bound != Some(Bound::Stopped)) {
            stop.store(true, Relaxed);
        }
        // A thread that fails holds no lock while it does.
        sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(report?);
        Ok(())
    });
    match outcome {
        Ok(outcome) => outcome?,
        Err(e) => return Ok(Err(ExploreError::Threads(e))),
    }
    let mut report = sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if options.shard.is_some_and(|(_, of)| of > 1) {
        report.limit(Bound::Shard);
    }
    Ok(Ok(report))
}

/// Ways down from the start that together lead to everything: so many that threads are kept busy.
fn prefixes(start: &Machine, rules: &Rules) -> Result<Vec<Vec<Below>>, Surprise> {
    let mut all: Vec<Vec<Below>> = vec![Vec::new()];
    let mut world = World::new(start, rules.clone());
    world.lead()?;
    // A program that ends soon has fewer.
    for _ in 0..8 {
        if all.len() >= PARTS {
            break;
        }
        let mut next = Vec::new();
        for prefix in all {
            let steps = prefix.len();
            for below in &prefix {
                world.step(below.index)?;
            }
            let mut tried = 0;
            for index in bits(world.ready()) {
                next.push(prefix.iter().copied().chain([Below { index, tried }]).collect());
                tried |= 1 << index;
            }
            if tried == 0 {
                next.push(prefix);
            }
            (0..steps).for_each(|_| world.undo());
        }
        all = next;
    }
    Ok(all)
}

/// Finds for each failure and each end the schedule with the fewest switches, if that can be found soon.
fn shorten(report: &mut Report, start: &Machine, options: &Options, rules: &Rules, go_on: &GoOn<'_>) {
    let found_so_far = report.clone();
    let mut go_on = |_: &Report| go_on(&found_so_far, Some(1.0));
    let Options { checks, collect, bounds, .. } = options;
    let bounds = Bounds { steps: FEWEST_STEPS, schedules: u64::MAX, ..*bounds };
    let search = |goal| Bounded { start, checks, collect, bounds, price: Price::Switch, goal };
    for (failure, found) in &mut report.failures {
        let fewer = fewest(&search(Goal::Failure(failure)), rules, found.schedule.switches(), &mut go_on);
        found.schedule = fewer.unwrap_or_else(|| std::mem::take(&mut found.schedule));
    }
    for (text, (_, found)) in report.collected.iter_mut().take(64) {
        let fewer = fewest(&search(Goal::Values(text)), rules, found.schedule.switches(), &mut go_on);
        found.schedule = fewer.unwrap_or_else(|| std::mem::take(&mut found.schedule));
    }
}
