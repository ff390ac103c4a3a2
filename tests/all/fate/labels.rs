//! What can come of each turn of a run, beside the truth by trying all orders.

use super::{Case, cases, parsed};
use hsxray::executive::task::RunState;
use hsxray::executive::{Machine, Outcome};
use hsxray::explore::{Ending, Fate, Limits, Schedule, fate};
use serde_json::Value;

fn judge(case: &Case, run: &Schedule) -> Fate {
    fate(&case.machine, run, &case.checks, Limits::default(), &mut || true).unwrap_or_else(|e| panic!("{e}"))
}

/// What a schedule leads to, and the turns after which it had failed first, by taking one turn after the other.
pub(super) fn ending(case: &Case, schedule: &Schedule) -> (Ending, Option<u64>) {
    let checks = &case.checks;
    let mut machine = case.machine.clone();
    let holds = |machine: &Machine, asked: &[hsxray::explore::ScopedExpr]| {
        asked.iter().all(|a| a.value(machine).is_ok_and(|v| v.truth()))
    };
    let mut failed = (!holds(&machine, &checks.always)).then_some(0);
    for (turn, pid) in (1..).zip(schedule.each()) {
        let taken = machine.turn_of(pid).unwrap_or_else(|e| panic!("{}: {schedule}: turn {turn}: {e:?}", case.name));
        if machine.next().is_none() {
            machine.skip_idle();
        }
        let stopped = match taken.outcome {
            Outcome::Faulted(_) => !checks.faults_allowed,
            Outcome::Break(_) => !checks.brk_allowed,
            _ => false,
        };
        if stopped || !holds(&machine, &checks.always) {
            failed.get_or_insert(turn);
        }
    }
    if machine.next().is_some() {
        return (if failed.is_some() { Ending::Fails } else { Ending::Open }, failed);
    }
    let deadlock = machine.tasks().iter().any(|t| t.state == RunState::WaitingMbx) && !checks.deadlocks_allowed;
    let fails = failed.is_some() || deadlock || !holds(&machine, &checks.finally);
    (if fails { Ending::Fails } else { Ending::Passes }, failed)
}

fn letter(row: &Value) -> char {
    match row["label"].as_str().expect("a label") {
        "safe" => '.',
        "may fail" => 'm',
        "lost" => 'L',
        "never ends" => 'n',
        other => panic!("{other}"),
    }
}

/// Compares the exits of a run with the truth, and plays their schedules.
fn exits(case: &Case, run: &Schedule, fate: &Fate, exit: Option<u64>, danger: Option<u64>) {
    let name = format!("{}: {run}", case.name);
    assert_eq!(fate.last_exit.as_ref().map(|way| way.after), exit, "{name}");
    assert_eq!(fate.last_danger.as_ref().map(|way| way.after), danger, "{name}");
    for way in fate.last_exit.iter().chain(&fate.last_danger) {
        assert_eq!(way.schedule.first(way.after), run.first(way.after), "{name}");
    }
    if let Some(way) = &fate.last_exit {
        assert_eq!(ending(case, &way.schedule).0, Ending::Passes, "{name}: {}", way.schedule);
    }
    if let Some(way) = &fate.last_danger {
        let (ends, failed) = ending(case, &way.schedule);
        assert_eq!(ends, Ending::Fails, "{name}: {}", way.schedule);
        assert!(failed.is_none_or(|turn| turn == way.schedule.turns()), "{name}: {} fails earlier", way.schedule);
    }
}

fn ends(row: &Value) -> Ending {
    match row["ends"].as_str().expect("an end") {
        "passes" => Ending::Passes,
        "fails" => Ending::Fails,
        "open" => Ending::Open,
        other => panic!("{other}"),
    }
}

#[test]
fn labels_exits_and_dangers_of_every_run_are_the_truth() {
    for case in cases() {
        let (expect, run) = (&case.expect, parsed(&case.expect["run"]["schedule"]));
        let fate = judge(&case, &run);
        let rows = expect["turns"].as_array().expect("rows");
        assert_eq!(fate.letters(), rows.iter().map(letter).collect::<String>(), "{}", case.name);
        assert_eq!((fate.ending, fate.exhausted()), (ends(&expect["run"]), true), "{}", case.name);
        let after = |of: &str| expect[of]["after_turn"].as_u64();
        exits(&case, &run, &fate, after("last_exit"), after("last_danger"));
        for (of, way) in [("last_exit", &fate.last_exit), ("last_danger", &fate.last_danger)] {
            let fewest = way.as_ref().map(|way| way.schedule.turns());
            let truth = expect[of].as_object().map(|row| parsed(&row["witness"]).turns());
            assert_eq!(fewest, truth, "{}: {of}", case.name);
        }
    }
}

#[test]
fn the_next_picks_after_each_turn_of_a_run_are_labelled_with_the_truth() {
    for case in cases() {
        let run = parsed(&case.expect["run"]["schedule"]);
        let rows = case.expect["turns"].as_array().expect("rows");
        // The larger ones take their time.
        let every = match case.expect["states"].as_u64().expect("states") {
            0..600 => 1,
            600..10_000 => 4,
            _ => 15,
        };
        for (k, row) in rows.iter().enumerate().step_by(every) {
            let fate = judge(&case, &run.first(k as u64));
            let lane: String = rows[..=k].iter().map(letter).collect();
            assert_eq!(fate.letters(), lane, "{} after turn {k}", case.name);
            let truth: Vec<(u16, char)> = row["next"]
                .as_object()
                .expect("picks")
                .iter()
                .map(|(pid, row)| (pid.parse().expect("a pid"), letter(row)))
                .collect();
            let next: Vec<(u16, char)> = fate.next.iter().map(|(pid, label)| (*pid, label.letter())).collect();
            assert_eq!(next, truth, "{} after turn {k}", case.name);
            assert_eq!(fate.endless, row["endless"] == true, "{} after turn {k}", case.name);
        }
    }
}

#[test]
fn drawn_runs_have_the_lanes_that_trying_all_orders_gives_them() {
    let mut lanes = 0;
    for case in cases() {
        // The largest takes its time.
        let most = if case.expect["states"].as_u64() > Some(10_000) { 2 } else { 6 };
        for lane in case.expect["lanes"].as_array().expect("lanes").iter().take(most) {
            let run = parsed(&lane["run"]);
            let fate = judge(&case, &run);
            assert_eq!(fate.letters(), lane["lane"].as_str().expect("letters"), "{}: {run}", case.name);
            assert_eq!(fate.ending, ends(lane), "{}: {run}", case.name);
            exits(&case, &run, &fate, lane["last_exit"].as_u64(), lane["last_danger"].as_u64());
            lanes += 1;
        }
    }
    assert!(lanes >= 100, "{lanes}");
}

#[test]
fn nothing_is_claimed_beyond_a_bound() {
    for case in cases() {
        let (expect, run) = (&case.expect, parsed(&case.expect["run"]["schedule"]));
        let rows = expect["turns"].as_array().expect("rows");
        for states in [1, 10, 50, 200] {
            let limits = Limits { states, ..Limits::default() };
            let bounded = fate(&case.machine, &run, &case.checks, limits, &mut || true).expect("a run");
            let name = format!("{} with {states} states", case.name);
            assert_eq!(bounded.labels.len(), rows.len(), "{name}");
            for (label, row) in bounded.letters().chars().zip(rows) {
                assert!(label == '?' || label == letter(row), "{name}: {}", bounded.letters());
            }
            // An exit is named only if nothing behind it is open.
            for (way, of) in [(&bounded.last_exit, "last_exit"), (&bounded.last_danger, "last_danger")] {
                let after = way.as_ref().map(|way| way.after);
                assert!(after.is_none() || after == expect[of]["after_turn"].as_u64(), "{name}: {of}");
            }
            assert_eq!(
                bounded.exhausted(),
                !bounded.letters().contains('?') && bounded.next.iter().all(|n| n.1.letter() != '?')
            );
        }
    }
}
