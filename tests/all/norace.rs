//! `norace`: no schedule has two accesses whose order is the schedule's alone.

use crate::support::{Dice, machine, project};
use hsxray::backend::{Bounds, Checks, ExploreOptions, FailureKind, Report, Strategy};
use hsxray::executive::{Config, Machine, Who};
use hsxray::explore::explore;
use hsxray::session::Session;
use std::collections::BTreeSet;

fn search(start: &Machine, strategy: Strategy, sync: &[(u32, u32)]) -> Report {
    let checks = Checks {
        norace: true,
        sync: sync.to_vec(),
        faults_allowed: true,
        deadlocks_allowed: true,
        brk_allowed: true,
        ..Checks::default()
    };
    let bounds = Bounds { turns: 400, ..Bounds::default() };
    let options = ExploreOptions { strategy, checks, bounds, jobs: 1, ..ExploreOptions::default() };
    explore(start, &options, &|_, _| true).expect("searches")
}

fn found(report: &Report) -> BTreeSet<String> {
    report.failures.keys().filter(|f| f.kind == FailureKind::Race).map(|f| f.detail.clone()).collect()
}

fn case(name: &str) -> Machine {
    let directory = project("tests/cases/races").join(name);
    let said: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(directory.join("case.json")).expect("reads")).expect("JSON");
    let sources: Vec<String> = said["programs"]
        .as_array()
        .expect("programs")
        .iter()
        .map(|name| std::fs::read_to_string(directory.join(name.as_str().expect("a name"))).expect("reads"))
        .collect();
    machine(Config::default(), &sources.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn programs_that_race_in_some_schedule_are_found_and_others_are_not() {
    for (name, pairs) in [("lost-update", 3), ("same-value", 1), ("message-orders", 0), ("ordered-lost-update", 0)] {
        let report = search(&case(name), Strategy::Exhaustive, &[]);
        assert!(report.exhausted(), "{name}");
        assert_eq!(found(&report).len(), pairs, "{name}: {:?}", found(&report));
    }
}

#[test]
fn a_flag_that_is_declared_orders_nothing_but_is_no_race_itself() {
    let start = case("peterson");
    let bare = search(&start, Strategy::Exhaustive, &[]);
    assert!(found(&bare).len() > 3, "{:?}", found(&bare));
    let declared = search(&start, Strategy::Exhaustive, &[(0x5000, 0x5008), (0x500C, 0x5010)]);
    assert!(declared.exhausted());
    assert_eq!(found(&declared), BTreeSet::new());
}

/// Two tasks with a few loads and stores of two words, and a message now and then.
fn random(dice: &mut Dice) -> [String; 2] {
    let mut task = |name: &str| {
        let mut text = String::from(".entry start\n.text\nstart:\n    LDI32 R1, 0x5000\n    LDI R3, 1\n");
        for _ in 0..1 + dice.roll(3) {
            text += match dice.roll(5) {
                0 => "    LD R2, [R1+0]\n",
                1 => "    ST [R1+0], R3\n",
                2 => "    STB [R1+4], R3\n",
                3 => "    LDB R4, [R1+4]\n",
                _ => "    ADD R3, R3, R3\n",
            };
        }
        let _ = name;
        text + "    RET\n"
    };
    [task("a"), task("b")]
}

#[test]
fn the_reduced_search_finds_the_races_of_all_orders_of_turns() {
    let mut dice = Dice(11);
    let mut racing = 0;
    for _ in 0..60 {
        let sources = random(&mut dice);
        let start = machine(Config::default(), &[&sources[0], &sources[1]]);
        let all = found(&search(&start, Strategy::Turns, &[]));
        assert_eq!(found(&search(&start, Strategy::Exhaustive, &[])), all, "{sources:?}");
        racing += usize::from(!all.is_empty());
        // What a run of one schedule shows is among them.
        let mut session = Session::new(Config::default());
        for source in &sources {
            let image = crate::support::assemble(source).image;
            let load = hsxray::executive::input::Load::new(std::sync::Arc::new(image));
            session.apply(hsxray::executive::input::Input::Load(load)).expect("room");
        }
        session.start(Who::Rotation, 100);
        while session.pump(u64::MAX) {}
        let turns = session.machine().turns();
        let seen = session.sharing(1, turns, &[]).expect("it has happened");
        assert_eq!(seen.races.is_empty(), all.is_empty(), "{sources:?}");
    }
    assert!((10..60).contains(&racing), "{racing} of 60");
}
