//! Breakpoints: places, conditions, counts, and that they change nothing.

use crate::support::{fails, project, run};
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Status, Want};
use hsxray::command;
use hsxray::demo;
use serde_json::json;
use std::sync::Arc;

fn stopped(target: &Local) -> Option<(u32, u16, u32)> {
    match target.session().status() {
        Status::Breakpoint { number, pid, pc } => Some((*number, *pid, *pc)),
        _ => None,
    }
}

#[test]
fn a_place_is_an_address_a_label_or_a_line() {
    for (place, pc) in
        [("0x30", 0x30), ("again", 0x20), ("again+16", 0x30), ("again+0x10", 0x30), ("producer.mvasm:16", 0x30)]
    {
        let mut target = demo::target("ping").expect("demo");
        run(&mut target, &format!("break {place} -p 1; run"));
        assert_eq!(stopped(&target), Some((1, 1, pc)), "{place}");
    }
    let mut target = demo::target("ping").expect("demo");
    assert_eq!(fails(&mut target, "break agian").0, Some(6));
    assert!(fails(&mut target, "break agian").1.contains("did you mean \"again\"?"));
    assert!(fails(&mut target, "break again+zz").1.contains("is expected"));
}

#[test]
fn a_condition_lets_pass_what_it_is_not_true_for() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "break again -p 1 if r9 == 7 && body == 0x400C; run");
    assert_eq!(stopped(&target), Some((1, 1, 0x20)));
    let machine = target.machine();
    assert_eq!(machine.reg(machine.task(1).expect("there"), 9), 7);
    let stops = run(&mut target, "info breakpoints")["breakpoints"].clone();
    let expected = json!([{
        "number": 1, "kind": "breakpoint", "where": "0x0020", "pid": 1, "condition": "r9 == 7 && body == 0x400C",
        "hits": 1, "enabled": true, "ignore": 0, "temporary": false, "pc": 0x20, "named": "again", "place": "again",
    }]);
    assert_eq!(stops, expected);
    // Another one, then none.
    run(&mut target, "condition 1 r9 == 9; run");
    let machine = target.machine();
    assert_eq!(machine.reg(machine.task(1).expect("there"), 9), 9);
    run(&mut target, "condition 1; run");
    let machine = target.machine();
    assert_eq!(machine.reg(machine.task(1).expect("there"), 9), 10);
    // What cannot be looked at stops, too.
    run(&mut target, "condition 1 1/0; run");
    assert_eq!(stopped(&target), Some((1, 1, 0x20)));
    assert_eq!(fails(&mut target, "condition 1 r9 ==").0, Some(17));
    assert_eq!(fails(&mut target, "break again if r9 = 3").0, Some(18));
    assert!(fails(&mut target, "condition 7 r1").1.contains("no stop 7"));
}

#[test]
fn hits_can_be_let_pass_and_some_stop_once() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "break again -p 1; ignore 1 5; run");
    assert_eq!(stopped(&target), Some((1, 1, 0x20)));
    let stop = &target.session().stops.list()[0];
    assert_eq!((stop.hits, stop.ignore), (6, 0));
    run(&mut target, "delete 1; tbreak again -p 1; run");
    assert_eq!(stopped(&target), Some((2, 1, 0x20)));
    assert!(target.session().stops.list().is_empty());
    run(&mut target, "run 500");
    assert_eq!(stopped(&target), None);
}

#[test]
fn a_break_for_one_task_does_not_stop_another() {
    let mut target = demo::target("lost-update").expect("demo");
    run(&mut target, "break 0x8 -p 2; run");
    assert_eq!(stopped(&target).map(|(_, pid, _)| pid), Some(2));
}

#[test]
fn a_label_stops_the_tasks_that_have_it_and_an_address_all() {
    let whose = |programs: &[&str], line: &str| {
        let mut target = Local::new("t", Config::default(), LoadDefaults::default());
        for name in programs {
            let path = project(&format!("assets/programs/{name}.mvasm"));
            target.load(Arc::new(Program::read(&path).expect("reads")), LoadOptions::default()).expect("room");
        }
        run(&mut target, line);
        let stop = target.session().stops.list()[0].clone();
        (stop.pid, stop.app)
    };
    let two = ["ping/producer", "ping/consumer"];
    assert_eq!(whose(&two, "break again"), (Some(1), None));
    assert_eq!(whose(&two, "tbreak consumer.mvasm:6"), (Some(2), None));
    assert_eq!(whose(&two, "break 0x20"), (None, None));
    assert_eq!(whose(&two, "break start"), (None, None), "both have it, at the same address");
    let three = ["ping/producer", "ping/consumer", "ping/producer"];
    assert_eq!(whose(&three, "break again"), (None, Some("producer".to_owned())));
}

#[test]
fn stops_never_change_what_happens() {
    for name in ["ping", "fanout", "values", "lost-update"] {
        let mut plain = demo::target(name).expect("demo");
        run(&mut plain, "run 2000");
        let mut stopping = demo::target(name).expect("demo");
        let armed = "break 0x8; break 0x10 if r1 > 2; break 0x20 if turn & 1 == 0; ignore 1 3; tbreak 0x14";
        run(&mut stopping, armed);
        let wanted = plain.machine().turns();
        while stopping.machine().turns() < wanted {
            let left = wanted - stopping.machine().turns();
            run(&mut stopping, &format!("run {left}"));
        }
        assert!(plain.machine() == stopping.machine(), "{name}");
    }
}

#[test]
fn conditions_stop_backwards_as_they_do_forwards() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "break again -p 1 if r9 == 7; run 2000");
    let turn = target.machine().turns();
    run(&mut target, "run 1000");
    run(&mut target, "reverse-continue");
    assert_eq!((target.machine().turns(), stopped(&target)), (turn, Some((1, 1, 0x20))));
}

#[test]
fn a_recording_keeps_conditions() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("run.hsxrec");
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, &format!("break again -p 1 if r9 == body; ignore 1 2; run 100; record {}", file.display()));
    let mut again = Local::open(&file).expect("opens");
    let stops = again.look(&Want::default()).stops.clone();
    assert_eq!(stops.len(), 1);
    assert_eq!(stops[0].condition.as_ref().map(|c| c.text()), Some("r9 == body"));
    assert_eq!(stops[0].ignore, target.session().stops.list()[0].ignore);
}

#[test]
fn a_watchpoint_stops_after_whoever_changes_the_value() {
    let mut target = demo::target("ping").expect("demo");
    // The consumer's window is written by its own instructions, and by the service when a message comes.
    run(&mut target, "run 120; watch 2.r0 -p 2; watch app:ping.sent; run");
    let Status::Watchpoint { number: 2, pid: Some(1), old, new, .. } = target.session().status().clone() else {
        panic!("{:?}", target.session().status())
    };
    assert_eq!((old.map(|v| v.to_string()), new.map(|v| v.to_string())), (Some("2".into()), Some("3".into())));
    let json = command::run_reply(&target.look(&Want::default())).json;
    assert_eq!(
        (&json["stop"]["kind"], &json["stop"]["number"], &json["stop"]["new"]),
        (&json!("watchpoint"), &json!(2), &json!(3))
    );
    // With a condition, and only a change counts.
    run(&mut target, "delete 1; delete 2; watch w[body] -p 1 if w[body] > 8; run");
    assert!(matches!(target.session().status(), Status::Watchpoint { number: 3, pid: Some(1), .. }));
    assert_eq!(target.session().stops.list()[0].hits, 1);
    run(&mut target, "delete 3; watch r14; run 3000");
    assert!(matches!(target.session().status(), Status::Limit { .. }), "nobody writes R14");
    assert_eq!(fails(&mut target, "watch nonsense").0, Some(6));
}

#[test]
fn events_can_be_caught() {
    let caught = |demo: &str, line: &str| {
        let mut target = demo::target(demo).expect("demo");
        run(&mut target, &format!("{line}; run 3000"));
        match target.session().status().clone() {
            Status::Event { pid, event, .. } => Some((target.machine().turns(), pid, event)),
            _ => None,
        }
    };
    for (demo, line, pid) in [
        ("ping", "catch send", 1),
        ("ping", "catch send app:ping -p 1", 1),
        ("ping", "catch recv app:ping", 2),
        ("ping", "catch block -p 2", 2),
        ("ping", "catch wake -p 3", 3),
        ("ping", "catch trap 5.2", 1),
        ("ping", "catch trap 6 -p 3", 3),
        ("ping", "catch switch -p 2", 2),
        ("ping", "catch depth 1", 1),
        ("sleepers", "catch halt", 1),
        ("sleepers", "catch wake -p 2", 2),
        ("sleepers", "catch idle", 0),
        ("runaway", "catch stack 100", 1),
        ("ping", "catch stack 4", 1),
    ] {
        let (_, who, _) = caught(demo, line).unwrap_or_else(|| panic!("{line} does not stop"));
        assert_eq!(who, pid, "{line}");
    }
    for line in [
        "catch send app:pong",
        "catch send -p 2",
        "catch timeout",
        "catch trap 7",
        "catch depth 9",
        "catch kill",
        "catch fault",
        "catch stack 8",
        "catch deadlock",
    ] {
        assert_eq!(caught("ping", line), None, "{line}");
    }
    let mut target = demo::target("ping").expect("demo");
    assert!(fails(&mut target, "catch sned").1.contains("is not one of block, wake, timeout, halt"));
    assert!(fails(&mut target, "catch block app:ping").1.contains("takes no mailbox"));
    assert!(fails(&mut target, "catch trap 999").1.contains("from 0 to 15"));
}

#[test]
fn watching_and_catching_change_nothing_and_work_backwards() {
    let mut plain = demo::target("ping").expect("demo");
    run(&mut plain, "run 3000");
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "watch 1.r9 -p 1; catch recv; catch switch -p 3; tbreak again; ignore 2 3");
    let mut places = Vec::new();
    while target.machine().turns() < 3000 {
        let left = 3000 - target.machine().turns();
        run(&mut target, &format!("run {left}"));
        places.push(target.machine().turns());
    }
    assert!(plain.machine() == target.machine());
    // Each stop again, backwards; the one that stops once has gone.
    run(&mut target, "ignore 2 0");
    let mut back = Vec::new();
    while target.machine().turns() > 0 && back.len() < 40 {
        run(&mut target, "reverse-continue");
        back.push(target.machine().turns());
    }
    let later = |t: &&u64| **t >= *back.last().expect("some") && **t < 3000;
    let forward: Vec<u64> = places.iter().filter(later).rev().copied().collect();
    assert!(forward.iter().all(|t| back.contains(t)), "{forward:?} {back:?}");
}

#[test]
fn a_recording_keeps_watchpoints_and_events() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("run.hsxrec");
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, &format!("watch w[body] -p 1; catch send app:ping; run 50; record {}", file.display()));
    let mut again = Local::open(&file).expect("opens");
    let said = run(&mut again, "info breakpoints")["breakpoints"].clone();
    let places: Vec<&str> = said.as_array().expect("list").iter().filter_map(|b| b["where"].as_str()).collect();
    assert_eq!(places, ["w[body]", "send app:ping"]);
    run(&mut again, "run");
    assert!(matches!(again.session().status(), Status::Watchpoint { .. } | Status::Event { .. }));
}

#[test]
fn the_references_watch_keeps_expressions_in_sight() {
    let mut target = demo::target("ping").expect("demo");
    assert_eq!(run(&mut target, "watch add 1 r9")["number"], 1);
    assert_eq!(run(&mut target, "watch list 1")["displays"][0]["expression"], "r9");
    run(&mut target, "watch remove 1 1");
    assert!(target.look(&Want::default()).watches.is_empty());
}

/// The turns after which a run with a stop stands, one after the other.
fn places(target: &mut Local, most: u64) -> Vec<u64> {
    let mut places = Vec::new();
    while target.machine().turns() < most {
        let left = most - target.machine().turns();
        run(target, &format!("run {left}"));
        match target.session().status() {
            Status::Watchpoint { .. } | Status::Event { .. } | Status::Breakpoint { .. } => {
                places.push(target.machine().turns());
            }
            Status::Limit { .. } => {}
            _ => break,
        }
    }
    places
}

#[test]
fn a_watchpoint_stops_exactly_where_the_value_is_another_than_before() {
    for (demo, text) in [
        ("ping", "1.r9"),
        ("ping", "2.r9 + 1.r11"),
        ("ping", "[r6]"),
        ("ping", "w[body]"),
        ("ping", "1.sp"),
        ("ping", "1.depth"),
        ("ping", "1.psw.z"),
        ("ping", "app:ping.sent"),
        ("ping", "2.waiting"),
        ("ping", "2.turns"),
        ("ping", "time / 100"),
        ("ping", "h[0xFFF4]"),
        ("fanout", "shared:news.depth"),
        ("fanout", "3.r4"),
        ("values", "2.r9"),
        ("sleepers", "1.r8"),
        ("deadlock", "1.r0 == 7"),
    ] {
        let most = 700;
        let mut stepped = demo::target(demo).expect("demo");
        let expr = hsxray::backend::Expr::parse(text).expect("expression");
        let value = |t: &Local| t.evaluate(&expr, Some(1)).ok();
        // The mailboxes are there by then.
        run(&mut stepped, "run 50");
        let (mut changes, mut last) = (Vec::new(), value(&stepped));
        while stepped.machine().turns() < most {
            let turn = stepped.machine().turns();
            run(&mut stepped, "step");
            if stepped.machine().turns() == turn {
                break;
            }
            let now = value(&stepped);
            if now != last {
                changes.push(stepped.machine().turns());
            }
            last = now;
        }
        let mut watched = demo::target(demo).expect("demo");
        run(&mut watched, &format!("run 50; watch {text}"));
        assert_eq!(places(&mut watched, most), changes, "{demo}: {text}");
        assert!(watched.machine() == stepped.machine(), "{demo}: {text}");
        assert!(!changes.is_empty() || text.contains("== 7"), "{demo}: {text} never changes");
    }
}

#[test]
fn reads_and_writes_stop_whoever_does_them() {
    let turns = |demo: &str, line: &str| {
        let mut target = demo::target(demo).expect("demo");
        run(&mut target, line);
        places(&mut target, 300)
    };
    // Both tasks of lost-update load the word in turns 3 and 4 and store it in turns 9 and 10.
    assert_eq!(turns("lost-update", "rwatch [0x5000]"), [3, 4]);
    assert_eq!(turns("lost-update", "watch -w [0x5000]"), [9, 10]);
    assert_eq!(turns("lost-update", "watch [0x5000]"), [9], "the second store stores the same");
    assert_eq!(
        fails(&mut demo::target("lost-update").expect("demo"), "watch 0x5000").0,
        Some(6),
        "a number never changes"
    );
    assert_eq!(turns("lost-update", "awatch [0x5000]"), [3, 4, 9, 10]);
    assert_eq!(turns("lost-update", "awatch [0x5000] -p 2"), [4, 10]);
    assert_eq!(turns("lost-update", "awatch [0x5000] -p 2 if 2.r2 == 1"), [10]);
    assert_eq!(turns("lost-update", "awatch b[0x5001] -p 2"), [4, 10], "a byte of the word");
    assert_eq!(turns("lost-update", "awatch b[0x4FF0] len 16"), [] as [u64; 0], "just below");
    assert_eq!(turns("lost-update", "awatch b[0x4FF0] len 17 -p 1"), [3, 9]);
    // LDI32 R1, LD through R1, ST through R1.
    assert_eq!(turns("lost-update", "rwatch r1 -p 1"), [3, 9]);
    // A service reads its arguments and the message, and writes its results.
    let sends = turns("ping", "catch send");
    assert_eq!(turns("ping", "rwatch [body]"), sends);
    let received = turns("ping", "watch -w 2.r3");
    assert!(sends.iter().all(|t| received.contains(t)), "{sends:?} {received:?}");
    // Old and new value, and who it was.
    let mut target = demo::target("lost-update").expect("demo");
    run(&mut target, "watch -l w[0x5000]; run");
    let Status::Watchpoint { number: 1, expression, pid: Some(1), old, new, ended: None, shape: None } =
        target.session().status().clone()
    else {
        panic!("{:?}", target.session().status())
    };
    let text = |v: Option<hsxray::backend::Value>| v.map(|v| v.to_string());
    assert_eq!((expression.as_str(), text(old).as_deref(), text(new).as_deref()), ("w[0x5000]", Some("0"), Some("1")));
    assert_eq!(fails(&mut target, "rwatch r1 + 1").0, Some(7));
    assert!(fails(&mut target, "awatch [0xFFFE] len 4").1.contains("ends at or below 0xFFFF"));
    assert!(fails(&mut target, "rwatch [0x5000] len").1.contains("number"));
}

#[test]
fn a_read_of_what_nothing_has_written_stops() {
    let source = ".text\n LDI R1, 1\n ADD R2, R1, R1\n LDI32 R3, 0x5000\n LD R4, [R3+0]\n ST [R3+0], R1\n LD R4, [R3+0]\n PUSH R9\n LDI R0, 0\n RET\n";
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("a.mvasm");
    std::fs::write(&file, source).expect("writes");
    let open = || {
        let mut target = Local::new("uninit", hsxray::backend::Config::default(), Default::default());
        run(&mut target, &format!("load {}", file.display()));
        target
    };
    let mut target = open();
    run(&mut target, "catch uninit");
    let mut said = Vec::new();
    for _ in 0..2 {
        run(&mut target, "run");
        let Status::Event { event, .. } = target.session().status() else { panic!("{:?}", target.session().status()) };
        said.push((target.machine().turns(), event.clone()));
    }
    assert_eq!(said, [(4, "uninit 0x5000".into()), (7, "uninit R9 of 1".into())]);
    // Backwards, and once it has run without anybody looking.
    run(&mut target, "run; reverse-continue");
    assert_eq!(target.machine().turns(), 7);
    run(&mut target, "reverse-continue");
    assert_eq!(target.machine().turns(), 4);
    let mut late = open();
    run(&mut late, "run 5; catch uninit; run");
    assert_eq!(late.machine().turns(), 7, "the word at 5000 is written by then");
    // Written from outside counts as written.
    let mut poked = open();
    run(&mut poked, "poke 1 0x5000 00000000; reg 1 r9 1; catch uninit; run");
    assert!(matches!(poked.session().status(), Status::AllDone), "{:?}", poked.session().status());
    let mut poked = open();
    run(&mut poked, "catch uninit; run 3; poke 1 0x5000 00000000; run");
    assert_eq!(poked.machine().turns(), 7);
}

#[test]
fn every_kind_of_stop_works_backwards() {
    for (demo, line) in [
        ("ping", "break again"),
        ("ping", "break again -p 1 if r9 & 1"),
        ("ping", "watch 2.r6"),
        ("ping", "watch 1.depth"),
        ("ping", "rwatch r9 -p 1"),
        ("ping", "watch -w 2.r3 -p 1"),
        ("ping", "awatch [body]"),
        ("ping", "watch b[0x1000] len 64"),
        ("ping", "catch send"),
        ("ping", "catch recv app:ping if 2.r6 > 3"),
        ("ping", "catch block -p 2"),
        ("ping", "catch wake -p 2"),
        ("ping", "catch trap 5.2"),
        ("ping", "catch switch -p 3"),
        ("ping", "catch depth 1"),
        ("ping", "catch stack 4"),
        ("lost-update", "catch race"),
        ("sleepers", "catch idle"),
        ("sleepers", "catch halt"),
        ("values", "catch send"),
    ] {
        let most = 600;
        let mut target = demo::target(demo).expect("demo");
        run(&mut target, line);
        let mut forward = places(&mut target, most);
        let end = target.machine().turns();
        forward.retain(|t| *t < end);
        let mut back = Vec::new();
        while target.machine().turns() > 0 {
            run(&mut target, "reverse-continue");
            if !matches!(target.session().status(), Status::Fault { .. } | Status::Break { .. } | Status::Start) {
                back.push(target.machine().turns());
            }
        }
        back.reverse();
        assert_eq!(back, forward, "{demo}: {line}");
        assert!(!forward.is_empty(), "{demo}: {line} never stops");
    }
}

/// Where it stands, and the stops that are due there.
fn hit(target: &Local) -> (u64, Vec<u32>) {
    (target.machine().turns(), target.session().stops.due().iter().map(|due| due.number).collect())
}

#[test]
fn any_stops_name_the_same_hits_backwards_as_forwards() {
    const LINES: &[&str] = &[
        "break again",
        "break again -p 1 if r9 & 1",
        "break 0x30",
        "break wait if r11 == 2",
        "watch 2.r6",
        "watch 1.r9",
        "catch send",
        "catch block -p 2",
        "catch switch -p 3",
        "catch depth 1",
        "awatch [body]",
    ];
    let mut dice = crate::support::Dice(5);
    for round in 0..12 {
        let lines: Vec<&str> = (0..=dice.roll(4)).map(|_| *dice.of(LINES)).collect();
        let mut target = demo::target("ping").expect("demo");
        lines.iter().for_each(|line| drop(run(&mut target, line)));
        let mut forward = Vec::new();
        while target.machine().turns() < 400 {
            let left = 400 - target.machine().turns();
            run(&mut target, &format!("run {left}"));
            forward.push(hit(&target));
        }
        forward.retain(|(turn, due)| *turn < 400 && !due.is_empty());
        let mut back = Vec::new();
        while target.machine().turns() > 0 {
            run(&mut target, "reverse-continue");
            back.push(hit(&target));
        }
        back.retain(|(_, due)| !due.is_empty());
        back.reverse();
        assert_eq!(back, forward, "round {round}: {lines:?}");
    }
}

#[test]
fn ignore_counts_and_temporary_stops_work_backwards() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "break again -p 1; run 400");
    let mut turns = Vec::new();
    while target.machine().turns() < 400 {
        turns.push(target.machine().turns());
        let left = 400 - target.machine().turns();
        run(&mut target, &format!("run {left}"));
    }
    let newest_first: Vec<u64> = turns.into_iter().rev().collect();
    let hits = target.session().stops.list()[0].hits;
    run(&mut target, "ignore 1 2; reverse-continue");
    let stop = &target.session().stops.list()[0];
    assert_eq!((target.machine().turns(), stop.ignore, stop.hits), (newest_first[2], 0, hits + 3));
    run(&mut target, "delete 1; tbreak again -p 1; reverse-continue");
    assert_eq!(target.machine().turns(), newest_first[3]);
    assert!(target.session().stops.list().is_empty(), "it stops once");
}

#[test]
fn a_deadlock_that_is_waited_for_is_counted() {
    let mut target = demo::target("deadlock").expect("demo");
    run(&mut target, "catch deadlock; commands 1 'print turn'; run");
    assert!(matches!(target.session().status(), Status::Deadlock { .. }));
    assert_eq!(target.session().stops.list()[0].hits, 1);
    assert_eq!(due(&mut target), ["print turn"]);
    // So is a fault, which stops anyhow.
    let mut target = demo::target("runaway").expect("demo");
    run(&mut target, "catch fault -p 1; catch fault -p 2; run");
    assert!(matches!(target.session().status(), Status::Fault { pid: 1, .. }));
    let hits: Vec<u64> = target.session().stops.list().iter().map(|s| s.hits).collect();
    assert_eq!(hits, [1, 0]);
}

#[test]
fn stops_can_be_for_all_instances_of_an_application() {
    let program = hsxray::demo::target("lost-update").expect("demo").program(1).expect("there").clone();
    let program = std::sync::Arc::new(program);
    let mut target = Local::new("names", hsxray::backend::Config::default(), Default::default());
    for name in ["twin", "twin", "other"] {
        let options = hsxray::backend::LoadOptions { name: Some(name.into()), ..Default::default() };
        target.load(std::sync::Arc::clone(&program), options).expect("room");
    }
    run(&mut target, "break 0x8 -p twin");
    let mut who = Vec::new();
    loop {
        run(&mut target, "run");
        let Some((_, pid, _)) = stopped(&target) else { break };
        who.push(pid);
    }
    assert_eq!(who, [1, 2]);
    assert_eq!(run(&mut target, "info breakpoints")["breakpoints"][0]["app"], "twin");
}

#[test]
fn commands_of_a_stop_are_due_once_it_has_stopped() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "tbreak again -p 1; commands 1 'print r9' 'display r9'");
    assert_eq!(run(&mut target, "commands 1")["commands"], json!(["print r9", "display r9"]));
    run(&mut target, "run");
    assert_eq!(due(&mut target), ["print r9", "display r9"], "though it has gone");
    run(&mut target, "clock rate 5");
    assert!(due(&mut target).is_empty(), "once");
    run(&mut target, "break again -p 1; commands 2 'print r9'; commands 2 ''; run");
    assert!(due(&mut target).is_empty(), "an empty one takes them away");
    assert_eq!(fails(&mut target, "commands 9 ps").1, "there is no stop 9");
    assert_eq!(fails(&mut target, "commands 2 'print \"'").0, Some(18));
}

#[test]
fn a_deadlock_of_some_stops_while_others_run() {
    let mut target = demo::target("deadlock").expect("demo");
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("busy.mvasm");
    std::fs::write(&file, ".text\nagain:\n ADD R1, R1, R2\n JMP again\n").expect("writes");
    let status = |target: &Local| target.session().status().clone();
    let reply = run(&mut target, &format!("load {}; run 500", file.display()));
    assert_eq!((&reply["stop"]["kind"], &reply["stop"]["others"]), (&json!("deadlock"), &json!([3])), "{reply}");
    let turn = target.machine().turns();
    assert!(turn < 100 && target.machine().next() == Some(3), "{turn}");
    // It is the same one from then on.
    run(&mut target, "run 500");
    assert!(matches!(status(&target), Status::Limit { .. }), "{:?}", status(&target));
    run(&mut target, "reverse-continue");
    assert_eq!(target.machine().turns(), turn);
    // A stop of one's own on it is due at the same time.
    let reply = run(&mut target, "goto 1; catch deadlock; commands 1 'print turn'; run 500");
    assert_eq!((&reply["turn"], &reply["stops"][0]["number"]), (&json!(turn), &json!(1)), "{reply}");
    assert_eq!(due(&mut target), ["print turn"]);
}

/// Counts to 100 in R1: `again` is 0x8, the test of the loop 0xC.
const LOOP: &str = ".text\nstart:\n    LDI R1, 0\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    LDI R3, 100\n    CMP R1, R3\n    JNZ again\n    RET\n";

fn looping(config: Config) -> Local {
    let program = Program::builtin("loop.mvasm", LOOP).expect("program");
    let mut target = Local::new("loop", config, LoadDefaults::default());
    target.load(Arc::new(program), LoadOptions::default()).expect("loads");
    target
}

#[test]
fn all_stops_that_are_due_at_once_are_reported_and_counted_and_their_commands_carried_out() {
    let mut target = looping(Config::default());
    run(&mut target, "watch r1; break 0xC; commands 1 'print r1'; commands 2 'print pc'");
    let reply = run(&mut target, "run");
    let numbers = |reply: &serde_json::Value| -> Vec<u64> {
        reply["stops"].as_array().expect("list").iter().filter_map(|s| s["number"].as_u64()).collect()
    };
    assert_eq!((reply["turn"].as_u64(), numbers(&reply)), (Some(3), vec![1, 2]), "{reply}");
    assert_eq!(reply["stop"]["kind"], "watchpoint");
    assert_eq!(due(&mut target), ["print r1", "print pc"]);
    let reply = run(&mut target, "run");
    assert_eq!((reply["turn"].as_u64(), numbers(&reply)), (Some(7), vec![1, 2]), "{reply}");
    let hits = run(&mut target, "info breakpoints")["breakpoints"].clone();
    assert_eq!((&hits[0]["hits"], &hits[1]["hits"]), (&json!(2), &json!(2)));
}

#[test]
fn a_count_of_turns_that_ends_in_front_of_a_breakpoint_has_reached_it() {
    let mut target = looping(Config::default());
    let reply = run(&mut target, "break 0xC; step 3");
    assert_eq!((&reply["stop"]["kind"], &reply["turn"]), (&json!("breakpoint"), &json!(3)), "{reply}");
    // It is passed by the next run, and reached again.
    assert_eq!(run(&mut target, "run")["turn"], 7);
    assert_eq!(run(&mut target, "info breakpoints")["breakpoints"][0]["hits"], 2);
}

#[test]
fn several_breakpoints_at_one_place_keep_their_numbers_counts_and_conditions() {
    let mut target = looping(Config::default());
    let reply = run(&mut target, "break 0xC; tbreak 0xC; break 0xC if r1 == 2; run");
    let due: Vec<u64> = reply["stops"].as_array().expect("list").iter().filter_map(|s| s["number"].as_u64()).collect();
    assert_eq!(due, [1, 2]);
    let due = run(&mut target, "run")["stops"].as_array().map(Vec::len);
    assert_eq!(due, Some(2), "the temporary one is gone, the condition is true");
    let rows = run(&mut target, "info breakpoints")["breakpoints"].clone();
    let hits: Vec<_> =
        rows.as_array().expect("list").iter().map(|r| (r["number"].clone(), r["hits"].clone())).collect();
    assert_eq!(hits, [(json!(1), json!(2)), (json!(3), json!(1))]);
}

#[test]
fn a_condition_that_cannot_be_evaluated_stops_and_says_why_and_is_no_hit() {
    let mut target = looping(Config::default());
    let reply = run(&mut target, "break 0xC if 1 / (r1 - 1); run");
    assert_eq!(reply["stops"][0]["condition_error"], "this divides by zero", "{reply}");
    let row = run(&mut target, "info breakpoints")["breakpoints"][0].clone();
    assert_eq!((&row["hits"], &row["condition_error"]), (&json!(0), &json!("this divides by zero")));
    // In the next round it is true: a hit, and no error is left.
    assert_eq!(run(&mut target, "run")["stops"][0]["condition_error"], json!(null));
    let row = run(&mut target, "info breakpoints")["breakpoints"][0].clone();
    assert_eq!((&row["hits"], &row["condition_error"]), (&json!(1), &json!(null)));
}

#[test]
fn a_stop_whose_condition_names_what_is_not_there_yet_is_pending() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "break again -p 1 if app:ping.sent > 1");
    let row = run(&mut target, "info breakpoints")["breakpoints"][0].clone();
    assert_eq!(row["pending"], "there is no mailbox app:ping");
    run(&mut target, "run");
    assert_eq!(stopped(&target).map(|(number, ..)| number), Some(1));
    let row = run(&mut target, "info breakpoints")["breakpoints"][0].clone();
    assert_eq!((&row["pending"], &row["hits"]), (&json!(null), &json!(1)));
}

/// The command lines of the stops that ended the last run.
fn due(target: &mut Local) -> Vec<String> {
    target.look(&Want::numbers()).commands_due.clone()
}

#[test]
fn what_comes_from_outside_is_a_stop_forwards_as_it_is_backwards() {
    for (event, does) in [("input", "send 1 hello"), ("kill", "kill 2"), ("load", "load")] {
        let mut target = demo::target("ping").expect("demo");
        run(&mut target, &format!("run 5; catch {event}"));
        match does {
            "load" => {
                let program = Program::builtin("more", ".entry main\nmain:\n    JMP main\n").expect("assembles");
                target.load(Arc::new(program), LoadOptions::default()).expect("loads");
            }
            does => drop(run(&mut target, does)),
        }
        let stood = target.session().status().clone();
        assert!(matches!(stood, Status::Event { number: 1, .. }), "{event}: {stood:?}");
        let hits = |target: &mut Local| run(target, "info breakpoints")["breakpoints"][0]["hits"].clone();
        assert_eq!(hits(&mut target), 1, "{event}");
        run(&mut target, "run 20");
        assert_eq!(target.machine().turns(), 25, "{event}: it was reported already");
        run(&mut target, "reverse-continue");
        assert_eq!((target.machine().turns(), target.session().status()), (5, &stood), "{event}");
    }
}

#[test]
fn a_flag_is_no_memory_to_be_watched() {
    let mut target = demo::target("ping").expect("demo");
    for line in ["rwatch psw.z", "awatch psw.c", "watch -w 2.psw.n", "rwatch 1.psw.v"] {
        assert!(fails(&mut target, line).1.contains("is expected"), "{line}");
    }
}

#[test]
fn a_stop_for_a_task_that_has_not_come_is_pending() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "watch r3 -p nosuch; catch send -p nosuch; catch switch -p nosuch");
    let stops = run(&mut target, "info breakpoints")["breakpoints"].clone();
    for stop in stops.as_array().expect("stops") {
        assert_eq!(stop["pending"], "there is no task nosuch", "{stop}");
    }
}

#[test]
fn an_address_that_can_never_be_one_is_refused_in_the_commands_of_a_stop() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "break again");
    assert!(fails(&mut target, "commands 1 'poke 1 0x20000 00'").1.contains("an address from 0 to 0xFFFF"));
    run(&mut target, "commands 1 'poke 1 r3 00'");
}
