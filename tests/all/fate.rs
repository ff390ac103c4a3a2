//! Searches beside the truth about small programs: `tests/cases/fate`, made by trying all orders of turns with an
//! interpreter of its own.

mod commands;
mod could;
mod labels;
mod map;
mod random;
mod screen;
mod world;

use crate::explore::{run, values};
use crate::support::project;
use hsxray::executive::input::{Input, Load};
use hsxray::executive::{Config, Machine};
use hsxray::explore::{Checks, Failure, FailureKind, Options, Report, Schedule, ScopedExpr, Strategy};
use hsxray::session::TurnSource;
use hsxray::session::expr::Expr;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A case: its programs, loaded, what is asked, and what is true.
struct Case {
    name: String,
    machine: Machine,
    checks: Checks,
    collect: Vec<ScopedExpr>,
    expect: Value,
}

fn asked(texts: &Value) -> Vec<ScopedExpr> {
    let one = |text: &Value| ScopedExpr {
        expr: Expr::parse(text.as_str().expect("text")).expect("expression"),
        pid: Some(1),
    };
    texts.as_array().map_or_else(Vec::new, |texts| texts.iter().map(one).collect())
}

fn load(machine: &mut Machine, path: &Path) {
    let source = std::fs::read(path).expect("source");
    let read = &mut |_: &Path| Ok(source.clone());
    let made = hsxray::asm::assemble(&["t.mvasm".into()], &Default::default(), read).unwrap_or_else(|e| panic!("{e}"));
    machine.apply(&Input::Load(Load::new(Arc::new(made.image)))).expect("room");
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

fn case(folder: &Path) -> Case {
    let case = json(&folder.join("case.json"));
    let mut machine = Machine::new(Config::default());
    for program in case["programs"].as_array().expect("programs") {
        load(&mut machine, &folder.join(program.as_str().expect("a name")));
    }
    let property = &case["property"];
    let allowed = |kind: &str| property["allow"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind));
    let checks = Checks {
        faults_allowed: allowed("fault"),
        deadlocks_allowed: allowed("deadlock"),
        brk_allowed: allowed("brk"),
        always: asked(&property["always"]),
        finally: asked(&property["finally"]),
        ..Checks::default()
    };
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    Case { name, machine, checks, collect: asked(&case["collect"]), expect: json(&folder.join("expect.json")) }
}

fn cases() -> Vec<Case> {
    let folders = std::fs::read_dir(project("tests/cases/fate")).expect("cases");
    let mut folders: Vec<PathBuf> = folders.map(|f| f.expect("an entry").path()).collect();
    folders.retain(|folder| folder.join("case.json").is_file());
    folders.sort();
    assert_eq!(folders.len(), 22);
    folders.iter().map(|folder| case(folder)).collect()
}

fn parsed(schedule: &Value) -> Schedule {
    let text = schedule.as_str().expect("a schedule");
    let part = |word: &str| match word.split_once('*') {
        Some((pid, turns)) => (pid.parse().expect("a pid"), turns.parse().expect("turns")),
        None => (word.parse().expect("a pid"), 1),
    };
    text.split_whitespace().map(part).collect()
}

fn number(text: &Value) -> Option<u128> {
    text.as_str().map(|text| text.parse().expect("a number"))
}

fn options(case: &Case, strategy: Strategy) -> Options {
    Options { strategy, checks: case.checks.clone(), collect: case.collect.clone(), jobs: 1, ..Options::default() }
}

/// Whether a schedule fails as a report says, in its last turn or where it ends.
fn fails(case: &Case, start: &Machine, failure: &Failure, schedule: &Schedule) {
    let mut machine = start.clone();
    assert_eq!(schedule.run(&mut machine), schedule.turns(), "{}: {schedule} cannot be run", case.name);
    if machine.next().is_none() {
        machine.skip_idle();
    }
    let broken = |asked: &[ScopedExpr]| asked.iter().any(|a| !a.value(&machine).is_ok_and(|v| v.truth()));
    let shown = match failure.kind {
        FailureKind::Always => broken(&case.checks.always),
        FailureKind::Finally => machine.next().is_none() && broken(&case.checks.finally),
        FailureKind::Deadlock => machine.next().is_none() && machine.tasks().iter().any(|t| t.wait.is_some()),
        FailureKind::Fault => machine.tasks().iter().any(|t| t.fault.is_some()),
        FailureKind::Race => case.checks.norace,
        FailureKind::Brk => {
            let (last, _) = schedule.parts().last().copied().expect("a turn");
            machine
                .task(last)
                .is_some_and(|t| t.code.insn_at(t.context.pc - 4).is_some_and(|i| i.op == hsxray::isa::Op::Brk))
        }
    };
    assert!(shown, "{}: {} is not what {schedule} leads to", case.name, failure.detail);
}

/// Compares a report with a row of the truth. Failures before the search are not in it.
fn compare(case: &Case, start: &Machine, report: &Report, row: &Value, at: &str) {
    let name = format!("{} {at}", case.name);
    assert!(report.exhausted(), "{name}: {:?}", report.bound);
    let orders = &row["orders"];
    assert_eq!(report.equivalents, number(&orders["all"]), "{name}");
    if row["failed"].is_null() {
        assert_eq!(!report.failures.is_empty(), row["fails"] == true, "{name}: {:?}", report.failures.keys());
        assert_eq!(report.failing, number(&orders["fail"]), "{name}");
    }
    for (failure, found) in &report.failures {
        fails(case, start, failure, &found.schedule);
        assert!(found.turns.is_some_and(|fewest| fewest <= found.schedule.turns()), "{name}: {found:?}");
    }
}

#[test]
fn searches_from_the_start_agree_with_trying_all_orders() {
    for case in cases() {
        let all = &case.expect["all"];
        let report = run(&case.machine, &options(&case, Strategy::Exhaustive));
        compare(&case, &case.machine, &report, all, "from the start");
        let mut kinds: BTreeMap<&str, Vec<u128>> = BTreeMap::new();
        for (failure, found) in &report.failures {
            kinds.entry(failure.kind.name()).or_default().extend(found.equivalents);
        }
        for (kind, orders) in all["by_kind"].as_object().into_iter().flatten() {
            match (&kinds.get(kind.as_str()).map_or(&[][..], Vec::as_slice), number(orders).expect("a count")) {
                ([], 0) => {}
                ([one], expected) => assert_eq!(*one, expected, "{}: {kind}", case.name),
                // An order may have several of a kind.
                (several, expected) => {
                    let (sum, most) = (several.iter().sum::<u128>(), several.iter().max().copied().unwrap_or(0));
                    assert!(most <= expected && expected <= sum, "{}: {kind} {several:?} {expected}", case.name);
                }
            }
        }
        for (expr, counts) in case.expect["collect"].as_object().into_iter().flatten() {
            assert_eq!(case.collect.len(), 1, "{expr}");
            let expected: BTreeMap<String, Option<u128>> = counts
                .as_object()
                .expect("values")
                .iter()
                .map(|(value, orders)| (format!("{:020}", value.parse::<i64>().expect("a number")), number(orders)))
                .collect();
            let found: BTreeMap<String, Option<u128>> =
                report.collected.iter().map(|(text, (_, found))| (text.clone(), found.equivalents)).collect();
            assert_eq!(found, expected, "{}", case.name);
        }
    }
}

#[test]
fn searches_begun_after_each_turn_of_a_run_agree_with_trying_all_orders() {
    for case in cases() {
        let (expect, run_there) = (&case.expect, parsed(&case.expect["run"]["schedule"]));
        let rows = expect["turns"].as_array().expect("rows");
        // The largest takes its time.
        let every = if expect["states"].as_u64() > Some(10_000) { 9 } else { 1 };
        for (k, row) in rows.iter().enumerate().step_by(every) {
            let mut start = case.machine.clone();
            assert_eq!(run_there.first(k as u64).run(&mut start), k as u64);
            let report = run(&start, &options(&case, Strategy::Exhaustive));
            compare(&case, &start, &report, row, &format!("after turn {k}"));
            // The shortest way to any failure, as found breadth first.
            let danger = &expect["last_danger"];
            if danger["after_turn"] == k as u64 {
                let shortest = report.failures.values().filter_map(|found| found.turns).min();
                let witness = parsed(&danger["witness"]).turns() - k as u64;
                assert_eq!(shortest, Some(witness), "{} after turn {k}", case.name);
            }
        }
    }
}

#[test]
fn every_strategy_that_covers_everything_finds_the_same_as_trying_all_orders() {
    // Those with few enough orders to be run one by one.
    let few = |case: &&Case| number(&case.expect["all"]["orders"]["all"]).is_some_and(|orders| orders < 1000);
    let cases = cases();
    assert!(cases.iter().filter(few).count() >= 4);
    for case in cases.iter().filter(few) {
        let reduced = run(&case.machine, &options(case, Strategy::Exhaustive));
        for strategy in [Strategy::All, Strategy::Turns] {
            let report = run(&case.machine, &options(case, strategy));
            let kinds = |report: &Report| report.failures.keys().cloned().collect::<BTreeSet<_>>();
            assert!(report.exhausted(), "{}", case.name);
            assert_eq!((kinds(&report), values(&report)), (kinds(&reduced), values(&reduced)), "{}", case.name);
            assert_eq!(report.equivalents, reduced.equivalents, "{}", case.name);
            if strategy == Strategy::Turns {
                assert_eq!(u128::from(report.schedules), report.equivalents.expect("counted"), "{}", case.name);
                for found in report.failures.values() {
                    assert_eq!(Some(u128::from(found.schedules)), found.equivalents, "{}", case.name);
                }
            }
        }
    }
}

#[test]
fn schedules_of_the_truth_are_read_as_the_session_reads_them() {
    let text = "1*4 2*6 1*2";
    assert_eq!(TurnSource::parse(text).expect("a schedule").left(), parsed(&text.into()).turns());
}
