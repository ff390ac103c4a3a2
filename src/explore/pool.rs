//! The parts of a search, done by threads that share one table of states.

use super::reduced::{Search, SearchTask};
use super::report::{Bound, Report};
use super::search::{ExploreError, GoOn};
use super::unit::Unit;
use super::world::{AssumptionBroken, Rules};
use crate::executive::Machine;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Steps between two looks at the other threads.
const SLICE: u64 = 8192;

/// A part that was done, or ended before it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// The part.
    pub unit: Unit,
    /// What was found, and the parts that are left of it in `rest`.
    pub report: Report,
    /// The parts that other threads were doing when it ended, whose states it may have relied on.
    pub beside: Vec<Unit>,
}

/// Called with each part when it has ended.
pub type OnEnd<'a> = dyn Fn(Ended) + Sync + 'a;

/// What threads share.
struct Shared<'a> {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// Threads without a part.
    idle: AtomicUsize,
    stop: AtomicBool,
    on_end: &'a OnEnd<'a>,
    go_on: &'a GoOn<'a>,
    parts: usize,
    ended: AtomicUsize,
    /// Bytes that the ways of all threads take.
    bytes: AtomicUsize,
    /// Sums of all threads, for those who look on.
    sum: Mutex<Report>,
}

struct Queue {
    waiting: Vec<Unit>,
    /// The parts being done, by thread.
    running: BTreeMap<usize, Unit>,
    broken: Option<AssumptionBroken>,
}

impl Shared<'_> {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A thread that fails holds no lock while it does.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes all threads end soon.
    fn stop(&self) {
        self.stop.store(true, Relaxed);
        self.changed.notify_all();
    }

    /// The next part; `None` when nothing is left to do. Waits while other threads may still give some away.
    fn next(&self, thread: usize) -> Option<Unit> {
        let mut queue = self.queue();
        queue.running.remove(&thread);
        self.idle.fetch_add(1, Relaxed);
        loop {
            if self.stop.load(Relaxed) || queue.broken.is_some() {
                break;
            }
            if let Some(unit) = queue.waiting.pop() {
                queue.running.insert(thread, unit.clone());
                self.idle.fetch_sub(1, Relaxed);
                return Some(unit);
            }
            if queue.running.is_empty() {
                break;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        self.changed.notify_all();
        None
    }

    /// Whether to continue, asked with the sums of all threads. `told` is what was added to them of this part.
    fn continues(&self, search: &Search<'_>, told: &mut Report, bytes: usize, part: f64) -> bool {
        let report = search.report();
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.schedules += report.schedules - told.schedules;
        sum.states += report.states - told.states;
        sum.steps += report.steps - told.steps;
        (told.schedules, told.states, told.steps) = (report.schedules, report.states, report.steps);
        for failure in report.failures.keys() {
            sum.failures.entry(failure.clone()).or_default();
        }
        (sum.bytes, sum.frontier) = (bytes, search.frontier());
        (self.go_on)(&sum, Some(part))
    }

    /// Whether a thread without a part waits for one.
    fn is_hungry(&self) -> bool {
        self.idle.load(Relaxed) > 0 && self.queue().waiting.is_empty()
    }
}

/// Does parts on threads until none is left or the search ends; the parts that were not begun. The task's machine is
/// not used: each thread has its own copy.
pub(super) fn work(
    task: SearchTask<'_>,
    rules: &Rules,
    mut units: Vec<Unit>,
    jobs: usize,
    on_end: &OnEnd<'_>,
    go_on: &GoOn<'_>,
) -> Result<Result<Vec<Unit>, ExploreError>, AssumptionBroken> {
    // The last is done first: the one nearest to the start, which is most of the search.
    units.sort_by(|a, b| (b.depth(), b).cmp(&(a.depth(), a)));
    let parts = units.len().max(1);
    let shared = Shared {
        queue: Mutex::new(Queue { waiting: units, running: BTreeMap::new(), broken: None }),
        changed: Condvar::new(),
        idle: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        on_end,
        go_on,
        parts,
        ended: AtomicUsize::new(0),
        bytes: AtomicUsize::new(0),
        sum: Mutex::new(Report::default()),
    };
    let SearchTask { start: _, checks, collect, bounds, sleep, once, alike, count } = task;
    let start = |machine: Machine, thread: usize| {
        let task = SearchTask { start: &machine, checks, collect, bounds, sleep, once, alike, count };
        if let Err(broken) = thread_work(task, rules, thread, &shared) {
            shared.queue().broken = Some(broken);
            shared.stop();
        }
    };
    if let Err(message) = side_by_side(jobs, task.start, &start) {
        shared.stop();
        return Ok(Err(ExploreError::Threads(message)));
    }
    let queue = shared.queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    match queue.broken {
        Some(broken) => Err(broken),
        None => Ok(Ok(queue.waiting)),
    }
}

/// Does work on `jobs` threads (0: one for each processor), each with a machine of its own.
#[cfg(feature = "threads")]
fn side_by_side(jobs: usize, machine: &Machine, work: &(dyn Fn(Machine, usize) + Sync)) -> Result<(), String> {
    let jobs = match jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => jobs,
    };
    if jobs == 1 {
        work(machine.clone(), 0);
        return Ok(());
    }
    std::thread::scope(|scope| {
        let begin = |thread| {
            let machine = machine.clone();
            std::thread::Builder::new().spawn_scoped(scope, move || work(machine, thread))
        };
        match (0..jobs).map(begin).collect::<Result<Vec<_>, _>>() {
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    })
}

/// Without threads the caller does it all.
#[cfg(not(feature = "threads"))]
fn side_by_side(_: usize, machine: &Machine, work: &(dyn Fn(Machine, usize) + Sync)) -> Result<(), String> {
    work(machine.clone(), 0);
    Ok(())
}

/// A thread at work. When it fails, the others end as well: they would wait for its part for ever.
struct AtWork<'a>(&'a Shared<'a>, usize);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        if queue.running.remove(&self.1).is_some() {
            self.0.stop();
        }
    }
}

/// Does parts until there are none.
fn thread_work(
    task: SearchTask<'_>,
    rules: &Rules,
    thread: usize,
    shared: &Shared<'_>,
) -> Result<(), AssumptionBroken> {
    let _at_work = AtWork(shared, thread);
    while let Some(unit) = shared.next(thread) {
        let mut search = Search::new(task, &unit, rules)?;
        let (mut given, mut bytes) = (Vec::new(), 0);
        let mut told = Report::default();
        while !search.run(SLICE)? {
            let now = search.bytes();
            shared.bytes.fetch_add(now, Relaxed);
            shared.bytes.fetch_sub(std::mem::replace(&mut bytes, now), Relaxed);
            let all = shared.parts as f64;
            let part = (shared.ended.load(Relaxed) as f64 + search.part()) / all;
            let in_use = task.once.map_or(0, |states| states.bytes()) + shared.bytes.load(Relaxed);
            let full = in_use > task.bounds.bytes;
            if full {
                search.stop(Bound::Memory);
                shared.stop.store(true, Relaxed);
            } else if shared.stop.load(Relaxed) || !shared.continues(&search, &mut told, in_use, part.min(1.0)) {
                search.stop(Bound::Stopped);
                shared.stop.store(true, Relaxed);
            }
            if shared.stop.load(Relaxed) {
                break;
            }
            if shared.is_hungry()
                && let Some(unit) = search.give()
            {
                given.push(unit.clone());
                shared.queue().waiting.push(unit);
                shared.changed.notify_one();
            }
        }
        shared.bytes.fetch_sub(bytes, Relaxed);
        shared.ended.fetch_add(1, Relaxed);
        let (mut report, rest) = search.end();
        if matches!(report.bound, Some(Bound::Memory | Bound::Stopped)) {
            shared.stop.store(true, Relaxed);
        }
        report.rest = rest;
        report.rest.extend(given);
        let others = shared.queue().running.iter().filter(|(of, _)| **of != thread).map(|(_, u)| u.clone()).collect();
        (shared.on_end)(Ended { unit, report, beside: others });
    }
    Ok(())
}
