//! What a search over schedules costs, beside loom and shuttle on the same program.
//!
//! `cargo bench -p hsxray-bench --bench explore` prints one figure a line; with `-- schedules` only those of whole searches, to be
//! looked at with a profiler. The program: tasks that each load, add one and store a
//! shared counter so many times; every load and store is a choice.

#![allow(clippy::print_stdout)]

use hsxray::executive::input::{Input, Load};
use hsxray::executive::{Config, Machine};
use hsxray::explore::{Checks, Options, Report, ScopedExpr, Strategy, explore};
use hsxray::session::expr::Expr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

fn time(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}

/// Loads, adds one and stores a word some times.
fn counter(at: usize, increments: usize) -> String {
    let body = "    LD R2, [R1+0]\n    LDI R3, 1\n    ADD R2, R2, R3\n    ST [R1+0], R2\n".repeat(increments);
    format!(".text\n    LDI32 R1, {at}\n{body}    RET\n")
}

fn machine(tasks: usize, increments: usize) -> Machine {
    machine_of(&vec![counter(0x5000, increments); tasks])
}

fn machine_of(sources: &[String]) -> Machine {
    let mut machine = Machine::new(Config::default());
    for source in sources {
        let read = &mut |_: &Path| Ok(source.as_bytes().to_vec());
        let made = hsxray::asm::assemble(&["bench.mvasm".into()], &Default::default(), read).expect("assembles");
        let load = Input::Load(Load { stack: 1024, ..Load::new(Arc::new(made.image)) });
        machine.apply(&load).expect("room");
    }
    machine
}

fn asked(text: &str) -> ScopedExpr {
    ScopedExpr { expr: Expr::parse(text).expect("expression"), pid: None }
}

/// The median of some searches, and the last report.
fn ours(machine: &Machine, options: &Options) -> (Duration, Report) {
    let mut report = Report::default();
    let mut times: Vec<Duration> =
        (0..15).map(|_| time(|| report = explore(machine, options, &|_, _| true).expect("search"))).collect();
    times.sort();
    (times[7], report)
}

fn schedules() {
    let checks = Checks { always: vec![asked("w[0x5000] <= 8")], ..Checks::default() };
    for (tasks, increments) in [(2, 4), (3, 2)] {
        let machine = machine(tasks, increments);
        let options = Options { strategy: Strategy::All, checks: checks.clone(), jobs: 1, ..Options::default() };
        let (took, report) = ours(&machine, &options);
        println!(
            "{tasks} tasks of {} operations, all orders          {:>9} schedules in {took:>9.2?}: {:.1} M schedules/s, {:.1} M steps/s",
            2 * increments,
            report.schedules,
            report.schedules as f64 / took.as_secs_f64() / 1e6,
            report.steps as f64 / took.as_secs_f64() / 1e6
        );
    }
}

fn exhausting() -> Duration {
    let machine = machine(2, 4);
    let counted = Options { collect: vec![asked("w[0x5000]")], jobs: 1, ..Options::default() };
    let (took, report) = ours(&machine, &counted);
    println!(
        "2 tasks of 8 operations, exhausted and counted {:>9} schedules in {took:>9.2?}, for {:?} orders",
        report.schedules, report.equivalents
    );
    // With a property to check in place of ends to collect, whose schedules would be made shorter.
    let checks = Checks { always: vec![asked("w[0x5000] <= 8")], ..Checks::default() };
    let (took, report) = ours(&machine, &Options { uncounted: true, checks, jobs: 1, ..Options::default() });
    assert!(report.exhausted() && report.failures.is_empty());
    println!("the same, each state once, not counted         {:>9} states    in {took:>9.2?}", report.states);
    took
}

fn states() {
    for jobs in [1, 2] {
        let machine = machine(4, 4);
        let options = Options { collect: vec![asked("w[0x5000]")], jobs, ..Options::default() };
        let mut report = Report::default();
        let took = time(|| report = explore(&machine, &options, &|_, _| true).expect("search"));
        println!(
            "4 tasks of 8 operations, each state once, {jobs} jobs: {:>9} states in {took:>9.2?}: {:.2} M states/s",
            report.states,
            report.states as f64 / took.as_secs_f64() / 1e6
        );
    }
}

/// What a rule saves: the same program searched with it and without, in the same run.
fn rules() {
    let equal = machine(4, 3);
    let own: Vec<usize> = (0..8).map(|task| 0x5000 + 4 * task).collect();
    let apart = machine_of(&own.iter().map(|at| counter(*at, 2)).collect::<Vec<_>>());
    let checks = Checks { always: vec![asked("w[0x5000] <= 99")], ..Checks::default() };
    let every = Options { uncounted: true, all_states: true, jobs: 1, ..Options::default() };
    let always = Options { checks, ..every.clone() };
    for (name, machine, with, without) in [
        ("4 equal tasks of 6 operations, alike", &equal, always.clone(), Options { tell_apart: true, ..always }),
        ("8 tasks with a word each, few steps", &apart, Options { all_states: false, ..every.clone() }, every),
    ] {
        let search = |options: &Options| {
            let mut report = Report::default();
            let took = time(|| report = explore(machine, options, &|_, _| true).expect("search"));
            assert!(report.exhausted());
            (took, report)
        };
        let ((took, report), (longer, all)) = (search(&with), search(&without));
        println!(
            "{name:46} {:>9} states    in {took:>9.2?}, without {} in {longer:.2?}: {:.0} x the states, {:.0} x the time",
            report.states,
            all.states,
            all.states as f64 / report.states as f64,
            longer.as_secs_f64() / took.as_secs_f64()
        );
    }
}

fn loom_run() -> (Duration, u64) {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    let took = time(|| {
        loom::model(|| {
            RUNS.fetch_add(1, Relaxed);
            let counter = loom::sync::Arc::new(AtomicUsize::new(0));
            let task = |counter: loom::sync::Arc<AtomicUsize>| {
                move || {
                    for _ in 0..4 {
                        let value = counter.load(SeqCst);
                        counter.store(value + 1, SeqCst);
                    }
                }
            };
            let other = loom::thread::spawn(task(loom::sync::Arc::clone(&counter)));
            task(loom::sync::Arc::clone(&counter))();
            other.join().expect("ends");
            assert!(counter.load(SeqCst) <= 8);
        });
    });
    (took, RUNS.load(Relaxed))
}

fn shuttle_run() -> (Duration, u64) {
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    use shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    let took = time(|| {
        shuttle::check_dfs(
            move || {
                counted.fetch_add(1, Relaxed);
                let counter = shuttle::sync::Arc::new(AtomicUsize::new(0));
                let task = |counter: shuttle::sync::Arc<AtomicUsize>| {
                    move || {
                        for _ in 0..4 {
                            let value = counter.load(SeqCst);
                            counter.store(value + 1, SeqCst);
                        }
                    }
                };
                let other = shuttle::thread::spawn(task(shuttle::sync::Arc::clone(&counter)));
                task(shuttle::sync::Arc::clone(&counter))();
                other.join().expect("ends");
                assert!(counter.load(SeqCst) <= 8);
            },
            None,
        );
    });
    (took, runs.load(Relaxed))
}

fn main() {
    schedules();
    if std::env::args().any(|a| a == "schedules") {
        return;
    }
    rules();
    let own = exhausting();
    for (name, (took, runs)) in [("loom", loom_run()), ("shuttle", shuttle_run())] {
        println!(
            "{name:8} the same program                       {runs:>9} schedules in {took:>9.2?}: {:.3} M schedules/s; {:.0} x our time to exhaust it",
            runs as f64 / took.as_secs_f64() / 1e6,
            took.as_secs_f64() / own.as_secs_f64()
        );
    }
    states();
}
