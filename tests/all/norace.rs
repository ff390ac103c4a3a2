//! `norace`: no schedule has two accesses whose order is the schedule's alone.

use crate::support::{Dice, assemble, machine, project};
use hsxray::backend::{Bounds, Checks, ExploreOptions, FailureKind, Report, Strategy};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::task::{RunState, Task};
use hsxray::executive::{Config, Machine, Who};
use hsxray::explore::explore;
use hsxray::image::Image;
use hsxray::session::{Session, now};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

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
            let load = Load::new(Arc::new(assemble(source).image));
            session.apply(Input::Load(load)).expect("room");
        }
        session.start(Who::Rotation, 100);
        while session.pump(u64::MAX) {}
        let turns = session.machine().turns();
        let seen = now(session.sharing(1, turns, &[], false)).expect("it has happened");
        assert_eq!(seen.races.is_empty(), all.is_empty(), "{sources:?}");
    }
    assert!((10..60).contains(&racing), "{racing} of 60");
}

/// How many turns the instructions of a beginning take.
fn beginning(text: &str) -> u64 {
    text.lines().filter(|line| line.starts_with(' ')).count() as u64
}

/// A few loads and stores of two words in all widths, and at most one service, behind a beginning that is as long in
/// every task and makes the registers they need. The last instruction does nothing that others notice.
fn small(dice: &mut Dice, number: u64, values: bool, most: u64) -> (String, u64) {
    let mut text = String::from(".text\n LDI32 R10, 0x5000\n LDI R9, 3\n");
    // A value is registered by the first task; the others take as many turns.
    text += match (values, number) {
        (true, 0) => " LDI R1, 2\n LDI R2, 1\n LDI R3, 0\n LDI R4, 0\n SVC 7, 0\n LDI32 R1, 0x0201\n LDI R2, 7\n",
        (true, _) => " LDI R1, 2\n LDI R2, 1\n LDI R3, 0\n LDI R4, 0\n LDI R0, 0\n LDI32 R1, 0x0201\n LDI R2, 7\n",
        (false, _) => " LDI32 R1, name\n SVC 5, 0\n LDI32 R2, buf\n LDI R3, 4\n LDI R5, 0\n",
    };
    let service = *match (values, number % 2) {
        (true, _) => dice.of(&["SVC 7, 2", "SVC 7, 3"]),
        (false, 0) => dice.of(&["SVC 5, 2", "SVC 5, 2", "SVC 5, 4"]),
        (false, _) => dice.of(&["SVC 5, 3", "SVC 5, 3", "SVC 5, 2", "SVC 5, 4"]),
    };
    let waits = service == "SVC 5, 3" && dice.roll(2) == 0;
    text += if waits { " LDI32 R4, 0xFFFF\n" } else { " LDI32 R4, 0\n" };
    let begins = beginning(&text);
    let mut ops: Vec<String> = (0..1 + dice.roll(most))
        .map(|_| {
            let (word, byte, half) = (4 * dice.roll(2), dice.roll(8), 2 * dice.roll(4));
            match dice.roll(6) {
                0 => format!("LD R8, [R10+{word}]"),
                1 => format!("ST [R10+{word}], R9"),
                2 => format!("LDB R8, [R10+{byte}]"),
                3 => format!("STB [R10+{byte}], R9"),
                4 => format!("LDH R8, [R10+{half}]"),
                _ => format!("STH [R10+{half}], R9"),
            }
        })
        .collect();
    if dice.roll(3) > 0 {
        let at = dice.roll(ops.len() as u64 + 1) as usize;
        ops.insert(at, service.to_owned());
    }
    ops.iter().for_each(|op| text += &format!(" {op}\n"));
    (text + " RET\n.data\nname:\n .asciz \"app:a\"\n.align 4\nbuf:\n .word 0\n", begins)
}

/// Whether a task has reached its last instruction.
fn at_its_end(task: &Task) -> bool {
    task.code.insn_at(task.context.pc).is_some_and(|insn| insn.op.row().mnemonic == "RET")
}

/// All orders in which the tasks of a machine can take their turns up to their last instructions.
fn orders(machine: &Machine, so_far: &mut Vec<u16>, all: &mut Vec<Vec<u16>>) {
    let ready = |task: &&Task| task.state == RunState::Ready && !at_its_end(task);
    let pids: Vec<u16> = machine.tasks().iter().filter(ready).map(|task| task.pid).collect();
    if pids.is_empty() {
        all.push(so_far.clone());
    }
    for pid in pids {
        let mut next = machine.clone();
        next.turn_of(pid).expect("it is ready");
        so_far.push(pid);
        orders(&next, so_far, all);
        so_far.pop();
    }
}

proptest! {
    #![proptest_config(crate::support::cases(24))]

    #[test]
    fn norace_says_what_some_schedule_shows_for_programs_small_enough_to_try_every_order(seed: u64) {
        let mut dice = Dice(seed);
        let (tasks, most) = *dice.of(&[(2, 3), (2, 3), (3, 1)]);
        let values = dice.roll(3) == 0;
        let mut begun = Session::new(Config::default());
        let mut turns = 0;
        for number in 0..tasks {
            let (source, begins) = small(&mut dice, number, values, most);
            let image = Image { name: None, ..assemble(&source).image };
            begun.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
            turns += begins;
        }
        begun.start(Who::Rotation, turns);
        while begun.pump(u64::MAX) {}
        prop_assert_eq!(begun.machine().turns(), turns);
        let mut all = Vec::new();
        orders(begun.machine(), &mut Vec::new(), &mut all);
        let races = |order: &Vec<u16>| {
            let mut session = begun.clone();
            for pid in order {
                session.start(Who::Only(*pid), 1);
                while session.pump(u64::MAX) {}
            }
            let to = session.present();
            assert_eq!(to, turns + order.len() as u64);
            !now(session.sharing(turns + 1, to, &[], false)).expect("past").races.is_empty()
        };
        let some = all.iter().any(races);
        for strategy in [Strategy::Exhaustive, Strategy::Turns] {
            let report = search(begun.machine(), strategy, &[]);
            prop_assert!(report.exhausted());
            prop_assert_eq!(!found(&report).is_empty(), some, "{:?} over {} orders", strategy, all.len());
        }
    }
}

/// The programs of the property above are of all kinds: some race and some do not, with messages and with values.
#[test]
fn small_programs_are_of_all_kinds() {
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let mut dice = Dice(seed);
        for values in [false, true] {
            let text = small(&mut dice, seed % 3, values, 3).0;
            let body: String = text.lines().rev().skip_while(|line| *line != " RET").take(5).collect();
            let kinds =
                ["LD ", "ST ", "LDB", "STB", "LDH", "STH", "SVC 5, 2", "SVC 5, 3", "SVC 5, 4", "SVC 7, 2", "SVC 7, 3"];
            seen.extend(kinds.into_iter().filter(|kind| body.contains(kind)));
        }
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
}
