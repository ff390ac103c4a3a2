//! Two runs side by side: why they part, what each task does differently, and where the same place lies in the other.

use crate::support::{Dice, assemble, run, snapshot};
use hsxray::backend::{BothSight, Doing, LaneViewport, Local, Want};
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::task::RunState;
use hsxray::executive::{Config, Who};
use hsxray::image::Image;
use hsxray::session::{Cause, Session};
use hsxray::ui::{self, App, Palette, Theme, picture};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// The demo in which an update is lost, with the failing schedule beside one that passes.
fn beside() -> Local {
    let mut target = hsxray::demo::target("lost-update").expect("demo");
    run(&mut target, "explore start finally 'w[0x5000] == 2'; explore wait; explore open 1 beside");
    target
}

#[test]
fn a_failure_that_was_found_stands_beside_a_run_that_passes() {
    let mut target = beside();
    let list = run(&mut target, "branch list");
    let names: Vec<&str> =
        list["branches"].as_array().expect("list").iter().map(|b| b["name"].as_str().expect("name")).collect();
    assert_eq!(names, ["failing 1", "passing 1"]);
    assert_eq!(run(&mut target, "print w[0x5000]")["value"], json!(1), "it stands at the end of the failure");
    run(&mut target, "branch go 2");
    assert_eq!(run(&mut target, "print w[0x5000]")["value"], json!(2), "the other one passes");
    let said = run(&mut target, "compare 1 2");
    assert_eq!(said["cause"]["kind"], "pick", "{said}");
    let turn = said["cause"]["turn"].as_u64().expect("turn");
    // The bookmark of each marks the choice that makes the difference.
    for branch in 1..=2 {
        let arrived = run(&mut target, &format!("goto 'switch {branch}'"));
        assert_eq!((arrived["turn"].as_u64(), arrived["branch"].as_u64()), (Some(turn), Some(branch)), "{arrived}");
    }
    // The task that reads too early reads another value: 2 after 1 has stored, or before.
    let differing: Vec<&serde_json::Value> =
        said["tasks"].as_array().expect("tasks").iter().filter(|t| !t["differs_at"].is_null()).collect();
    assert_eq!(differing.len(), 1, "{said}");
    assert!(differing[0]["text"].as_str().expect("text").contains("LD R2"), "{said}");
}

#[test]
fn what_makes_two_runs_part_is_named() {
    let cause = |demo: &str, lines: &str, compare: &str| {
        let mut target = hsxray::demo::target(demo).expect("demo");
        run(&mut target, lines);
        let said = run(&mut target, compare);
        let text = |name: &str| said["cause"][name].as_str().expect("words").to_owned();
        (text("kind"), text("text"))
    };
    let (kind, text) = cause("ping", "step 60; goto 50; reg 1 r9 7; step 20", "compare 1 2");
    assert_eq!((kind.as_str(), text.as_str()), ("input", "after turn 50 from outside: A nothing, B R9 of 1 = 0x07"));
    let (kind, text) = cause("lost-update", "run 12; goto 4; step -p 2; run", "compare 1 2");
    assert_eq!((kind.as_str(), text.as_str()), ("pick", "after turn 4 A ran 1 at start+0xC, B ran 2 at start+0xC"));
    let (kind, text) = cause("lost-update", "run 12; goto 4; step -p 2", "compare 2 1");
    assert_eq!((kind.as_str(), text.as_str()), ("pick", "after turn 4 A ran 2 at start+0xC, B ran 1 at start+0xC"));
    let (kind, text) = cause("lost-update", "run 12", "compare 1 1");
    assert_eq!((kind.as_str(), text.as_str()), ("nothing", "they are the same"));
}

#[test]
fn two_runs_are_drawn_side_by_side_with_the_place_of_the_cursor_in_both() {
    let target = beside();
    for (size, ascii, keys) in
        [((80, 24), false, "v b"), ((80, 24), true, "v b"), ((120, 40), false, "v b"), ((200, 60), false, "v b")]
    {
        let (mut app, mut copy) = (App::new(size), target.clone());
        let now = copy.look(&Want::default());
        run(&mut copy, "goto 9");
        let now = ui::press(&mut app, &mut copy, keys, now).expect("keys");
        let theme = Theme::new(Palette::Dark, ascii);
        let shown = picture::text(&ui::render(&now, &app.view, &theme, size));
        let name = format!("both-{}{}", size.0, if ascii { "-ascii" } else { "" });
        snapshot(&name, &shown);
    }
    let mut copy = target.clone();
    run(&mut copy, "branch go 1 6");
    let sight = LaneViewport { columns: 40, power: Some(0), first: 1, ..LaneViewport::default() };
    let sight = BothSight { lanes: sight, own: None };
    let both = copy.look(&Want { both: Some(sight), ..Want::default() }).both.clone().expect("two runs");
    let (pid, n) = both.place.expect("after the parting");
    let turns = both.sides.each_ref().map(|side| side.cursor.expect("both come there"));
    assert_eq!((both.here, turns[0]), (Some(0), 6));
    for (branch, turn) in [(1, turns[0]), (2, turns[1])] {
        run(&mut copy, &format!("branch go {branch} {turn}"));
        let machine = copy.machine();
        assert_eq!((machine.ran(), machine.task(pid).expect("task").counters().turns), (Some(pid), n));
    }
}

#[test]
fn columns_of_a_tasks_own_turns_stand_below_each_other() {
    let target = beside();
    for pid in 1..=2 {
        let mut copy = target.clone();
        run(&mut copy, "branch go 1 6");
        let lanes = LaneViewport { columns: 40, power: Some(0), first: 1, ..LaneViewport::default() };
        let sight = BothSight { lanes, own: Some(pid) };
        let both = copy.look(&Want { both: Some(sight), ..Want::default() }).both.clone().expect("two runs");
        let (own, first) = both.own.expect("it runs after the parting");
        assert_eq!(own, pid);
        let columns = both.sides.each_ref().map(|side| side.ends.len());
        assert!(columns.iter().all(|columns| *columns >= 2), "{columns:?}");
        for side in &both.sides {
            let mut before = both.common;
            for (column, turn) in side.ends.iter().copied().enumerate() {
                run(&mut copy, &format!("branch go {} {turn}", side.branch));
                let machine = copy.machine();
                let taken = machine.task(pid).expect("task").counters().turns;
                assert_eq!((machine.ran(), taken), (Some(pid), first + column as u64), "column {column}");
                assert_eq!(side.column_of(turn), Some(column));
                let cell = |lane: &hsxray::backend::Lane| (lane.pid, lane.cells[column].share.turns(Doing::Ran));
                let ran: Vec<(u16, u64)> = side.lanes.tasks.iter().map(cell).collect();
                assert!(ran.contains(&(pid, 1)), "column {column}: {ran:?}");
                assert_eq!(ran.iter().map(|(_, turns)| turns).sum::<u64>(), turn - before, "column {column}: {ran:?}");
                before = turn;
            }
        }
    }
    let (mut app, mut copy) = (App::new((120, 40)), target.clone());
    let now = copy.look(&Want::default());
    run(&mut copy, "goto 9");
    let now = ui::press(&mut app, &mut copy, "v b %", now).expect("keys");
    let theme = Theme::new(Palette::Dark, false);
    snapshot("both-own", &picture::text(&ui::render(&now, &app.view, &theme, (120, 40))));
}

/// A program that loads, stores, computes and branches on what it has loaded.
fn program(dice: &mut Dice) -> String {
    let mut text = String::from(".text\n LDI32 R6, 0x5000\nagain:\n");
    for i in 0..4 + dice.roll(6) {
        text += &match dice.roll(5) {
            0 => format!(" LD R{}, [R6+{}]\n", 1 + dice.roll(4), 4 * dice.roll(2)),
            1 => format!(" ST [R6+{}], R{}\n", 4 * dice.roll(2), 1 + dice.roll(4)),
            2 => format!(" ADD R{}, R{}, R{}\n", 1 + dice.roll(4), 1 + dice.roll(4), 1 + dice.roll(4)),
            3 => format!(" LDI R{}, {}\n", 1 + dice.roll(4), dice.roll(9)),
            _ => format!(" CMP R1, R2\n JZ over{i}\n ADD R3, R3, R1\nover{i}:\n"),
        };
    }
    text + " JMP again\n"
}

fn take(session: &mut Session, who: Who, turns: u64) {
    session.start(who, turns);
    while session.pump(u64::MAX) {}
}

proptest! {
    #![proptest_config(crate::support::cases(24))]

    #[test]
    fn places_and_first_differences_are_those_of_the_machines_turn_by_turn(seed: u64) {
        let mut dice = Dice(seed);
        let mut session = Session::new(Config::default());
        for _ in 0..3 {
            let image = Image { name: None, ..assemble(&program(&mut dice)).image };
            session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
        }
        take(&mut session, Who::Rotation, 60 + dice.roll(40));
        let fork = 10 + dice.roll(40);
        session.seek(fork).expect("past");
        if dice.roll(2) == 0 {
            session.apply(Input::SetReg { pid: 1, reg: Reg::R(1 + dice.roll(4) as u8), value: 70 }).expect("task");
        }
        for _ in 0..40 {
            let ready: Vec<u16> =
                session.machine().tasks().iter().filter(|t| t.state == RunState::Ready).map(|t| t.pid).collect();
            take(&mut session, Who::Only(*dice.of(&ready)), 1);
        }
        if session.branches().len() < 2 {
            // The picks were those of the rotation, up to the present.
            return Ok(());
        }
        let runs = session.two_runs([1, 2]).expect("branches");
        prop_assert!(runs.common >= fork);
        let first = [0, 1].map(|side| runs.place(side, runs.common + 1).map(|(pid, _)| pid));
        match &runs.cause {
            Cause::Pick { a, b } => prop_assert!(a.0 != b.0 && first == [Some(a.0), Some(b.0)], "{:?}", first),
            Cause::Input { a, b } => prop_assert!(a.is_none() && b.is_some() && runs.common == fork),
            Cause::Ends { first: ended } => prop_assert_eq!(first[usize::from(!ended)], None),
            Cause::Nothing => prop_assert_eq!(first, [None, None]),
        }
        let registers = |session: &Session, pid: u16| {
            let machine = session.machine();
            let task = machine.task(pid).expect("task");
            ((0..16).map(|i| machine.reg(task, i)).collect::<Vec<u32>>(), task.counters().turns, task.context.pc)
        };
        // Registers, the number of its turn, pc, and the turn of the machine.
        type Before = (Vec<u32>, u64, u32, u64);
        // What each task was like before each of its turns, in each run.
        let mut seen: Vec<Vec<Vec<Before>>> = Vec::new();
        for (side, present) in runs.presents.into_iter().enumerate() {
            let mut tasks = vec![Vec::new(); 4];
            for turn in runs.common..present {
                session.go(side as u32 + 1, turn).expect("past");
                let before: Vec<_> = (1..=3).map(|pid| registers(&session, pid)).collect();
                session.go(side as u32 + 1, turn + 1).expect("past");
                let pid = session.machine().ran().expect("turns");
                let (registers, n, pc) = before[usize::from(pid) - 1].clone();
                tasks[usize::from(pid)].push((registers, n + 1, pc, turn + 1));
                prop_assert_eq!(runs.place(side, turn + 1), Some((pid, n + 1)));
                prop_assert_eq!(runs.turn_of(side, (pid, n + 1)), Some(turn + 1));
            }
            seen.push(tasks);
        }
        for (pid, differs) in &runs.tasks {
            let (a, b) = (&seen[0][usize::from(*pid)], &seen[1][usize::from(*pid)]);
            let first = a.iter().zip(b).position(|(x, y)| (&x.0, x.2) != (&y.0, y.2));
            prop_assert_eq!(differs.is_some(), first.is_some(), "{}", pid);
            if let (Some(differs), Some(at)) = (differs, first) {
                prop_assert_eq!(differs.next, [a[at].2, b[at].2]);
                prop_assert_eq!(differs.n, if at == 0 { 0 } else { a[at - 1].1 });
                if let Some((i, values)) = differs.register {
                    prop_assert_eq!(values, [a[at].0[usize::from(i)], b[at].0[usize::from(i)]]);
                }
            }
        }
    }
}
