//! How long it took.

use crate::support::run;
use hsxray::backend::Local;
use hsxray::command;
use hsxray::demo;
use hsxray::executive::trace::TraceKind;
use serde_json::Value;

fn ping(line: &str) -> Local {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, line);
    target
}

fn refused(target: &mut Local, line: &str) -> String {
    let words = command::split(line).expect("words").remove(0);
    command::execute(target, Some(1), words).expect_err(line).to_string()
}

fn n(value: &Value, member: &str) -> u64 {
    value[member].as_u64().unwrap_or_else(|| panic!("{member} in {value}"))
}

#[test]
fn between_two_turns_each_task_did_something_in_every_turn() {
    let mut target = ping("run 100; bookmark here; run 325; pause 2; run 40");
    for (line, from, to) in [("measure 0 to 425", 0, 425), ("measure here to 20", 20, 100), ("measure here", 100, 465)]
    {
        let answer = run(&mut target, line);
        assert_eq!((n(&answer, "from"), n(&answer, "to")), (from, to), "{line}");
        let tasks = answer["tasks"].as_array().expect("tasks").clone();
        assert_eq!(tasks.iter().map(|t| n(t, "ran")).sum::<u64>(), to - from, "every turn is one task's: {line}");
        for task in &tasks {
            let all: u64 = ["ran", "ready", "waiting", "sleeping", "paused"].iter().map(|m| n(task, m)).sum();
            assert_eq!(all, to - from, "{line}: {task}");
        }
    }
    let held = run(&mut target, "measure 425");
    assert_eq!(n(&held["tasks"][1], "paused"), 40, "{held}");
}

#[test]
fn times_from_one_event_to_the_next_are_those_of_the_trace() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "run 3000");
    let mailbox = "app:ping";
    let machine = target.machine().clone();
    let held: Vec<_> = machine.trace().last(usize::MAX).collect();
    let is = |kind, e: &hsxray::executive::trace::TraceEntry| {
        e.kind() == kind && e.message().is_some_and(|(box_, _)| machine.mailbox_name(box_) == mailbox)
    };
    let (mut since, mut expected) = (None, Vec::new());
    for entry in &held {
        if let (true, Some(then)) = (is(TraceKind::Recv, entry), since) {
            expected.push(entry.turn - then);
            since = None;
        }
        if is(TraceKind::Send, entry) && since.is_none() {
            since = Some(entry.turn);
        }
    }
    expected.sort_unstable();
    assert!(machine.config().trace as usize > held.len() && expected.len() > 5, "the whole trace is there");
    let answer = run(&mut target, "measure send app:ping to recv app:ping");
    assert_eq!(n(&answer, "count"), expected.len() as u64, "{answer}");
    let turns = ["least", "median", "most"].map(|m| n(&answer[m], "turns"));
    assert_eq!(turns, [expected[0], expected[(expected.len() - 1) / 2], expected[expected.len() - 1]], "{answer}");
    let period = run(&mut target, "measure send app:ping");
    let sends = held.iter().filter(|e| is(TraceKind::Send, e)).count() as u64;
    assert_eq!(n(&period, "count"), sends - 1, "from one to the next of the same: {period}");
    let count = |line: &str| n(&run(&mut ping("run 3000; back 1500"), line), "count");
    assert!(count("measure send app:ping") < sends - 1, "up to this turn");
}

#[test]
fn what_cannot_be_measured_is_refused_with_a_reason() {
    let mut target = ping("run 50");
    assert!(refused(&mut target, "measure 10 to send").contains("an event to an event"));
    assert!(refused(&mut target, "measure 10 to 9999").contains("turn 9999 has not happened"));
    assert!(refused(&mut target, "measure deadlock").contains("cannot be measured"));
    assert!(refused(&mut target, "measure kill").contains("no kill was followed"));
    assert!(refused(&mut target, "measure nosuch").contains("nosuch is not one of"));
    assert!(refused(&mut target, "measure").contains("a turn, a bookmark or an event"));
}
