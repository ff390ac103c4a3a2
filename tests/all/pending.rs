//! What a stop names and is not there yet: the stop is pending, says so, and becomes active by itself. What can never
//! come is refused when it is set.

use crate::support::{fails, run};
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Status};
use serde_json::{Value, json};
use std::sync::Arc;

/// Opens app:late in turn 5, sends to it in turn 9.
const SENDER: &str = ".text\n.entry start\nstart:\n    LDI R9, 0\n    LDI R9, 1\n    LDI32 R1, name\n    LDI R2, 0\n\
    SVC 5, 0\n    MOV R2, R6\n    LDI32 R2, name\n    LDI R3, 4\n    SVC 5, 2\nagain:\n    JMP again\n\
    .data\nname: .asciz \"app:late\"\n";
const LOOP: &str = ".text\n.entry start\nstart:\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";

fn load(target: &mut Local, directory: &tempfile::TempDir, name: &str, text: &str) {
    let path = directory.path().join(name);
    std::fs::write(&path, text).expect("writes");
    let program = Program::read(&path).unwrap_or_else(|e| panic!("{e}"));
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
}

fn bench(programs: &[(&str, &str)]) -> (Local, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("directory");
    let mut target = Local::new("t", Config::default(), LoadDefaults::default());
    for (name, text) in programs {
        load(&mut target, &directory, name, text);
    }
    (target, directory)
}

fn pending(target: &mut Local) -> Vec<Value> {
    let list = run(target, "info breakpoints")["breakpoints"].clone();
    list.as_array().expect("a list").iter().map(|stop| stop["pending"].clone()).collect()
}

#[test]
fn a_watch_on_a_mailbox_that_no_task_has_opened_waits_for_it() {
    let (mut target, _directory) = bench(&[("sender.mvasm", SENDER)]);
    let set = run(&mut target, "watch app:late.depth");
    assert_eq!(set["pending"], "there is no mailbox app:late");
    assert_eq!(pending(&mut target), [json!("there is no mailbox app:late")]);
    // Opening it is not a change; the message is.
    let answer = run(&mut target, "run 100");
    assert_eq!((&answer["stop"]["kind"], &answer["turn"]), (&json!("watchpoint"), &json!(9)), "{answer}");
    assert_eq!((&answer["stop"]["old"], &answer["stop"]["new"]), (&json!(0), &json!(1)));
    assert_eq!(pending(&mut target), [Value::Null]);
    // The same on the way back.
    let answer = run(&mut target, "run 5; reverse-continue");
    assert_eq!((&answer["stop"]["kind"], &answer["turn"]), (&json!("watchpoint"), &json!(9)), "{answer}");
    assert_eq!(run(&mut target, "reverse-continue")["stop"]["kind"], "start");
}

#[test]
fn a_catch_on_a_mailbox_that_no_task_has_opened_waits_for_it() {
    let (mut target, _directory) = bench(&[("sender.mvasm", SENDER)]);
    assert_eq!(run(&mut target, "catch send app:late")["pending"], "there is no mailbox app:late");
    assert_eq!(run(&mut target, "run 100")["turn"], 9);
    assert_eq!(pending(&mut target), [Value::Null]);
}

#[test]
fn what_can_never_be_a_mailbox_is_refused_with_its_place() {
    let (mut target, _directory) = bench(&[("sender.mvasm", SENDER)]);
    for (line, column) in
        [("catch send late", 11), ("catch recv ap:late", 11), ("catch send svc:stdio.out", 11), ("watch ap:x.depth", 6)]
    {
        let (at, why) = fails(&mut target, line);
        assert_eq!(at, Some(column), "{line}: {why}");
        assert!(why.contains("is not a mailbox"), "{line}: {why}");
    }
    assert_eq!(fails(&mut target, "watch 5").0, Some(6), "a number never changes");
    assert!(target.session().stops.list().is_empty());
}

#[test]
fn stops_for_a_task_that_is_not_loaded_wait_for_it() {
    let (mut target, directory) = bench(&[("a.mvasm", LOOP)]);
    assert_eq!(run(&mut target, "break again -p 2")["pending"], "there is no task 2");
    assert_eq!(run(&mut target, "break 0x8 -p 2")["pending"], "there is no task 2");
    assert_eq!(run(&mut target, "watch 2.r1")["pending"], "there is no task 2");
    assert_eq!(run(&mut target, "break again -p late")["pending"], "no task has an instruction at again");
    let answer = run(&mut target, "run 20");
    assert_eq!(answer["turns"], 20, "{answer}");
    load(&mut target, &directory, "late.mvasm", LOOP);
    assert_eq!(pending(&mut target), [Value::Null, Value::Null, Value::Null, Value::Null]);
    let answer = run(&mut target, "run");
    let due: Vec<u64> =
        answer["stops"].as_array().expect("a list").iter().map_while(|d| d["number"].as_u64()).collect();
    assert_eq!(due, [1, 4], "{answer}");
    assert!(matches!(target.session().status(), Status::Breakpoint { pid: 2, pc: 4, .. }));
}

#[test]
fn a_stop_for_a_killed_task_is_pending_and_reads_no_other_task() {
    let (mut target, _directory) = bench(&[("a.mvasm", LOOP), ("b.mvasm", LOOP)]);
    run(&mut target, "watch r1 -p 2; watch 2.r1; kill 2");
    let why = json!("there is no task 2");
    assert_eq!(pending(&mut target), [why.clone(), why]);
    assert_eq!(run(&mut target, "run 30")["turns"], 30);
}

#[test]
fn a_label_that_stops_every_task_is_found_in_programs_that_come_later() {
    const MOVED: &str =
        ".text\n.entry start\nstart:\n    LDI R2, 1\n    LDI R3, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";
    let (mut target, directory) = bench(&[("a.mvasm", LOOP)]);
    run(&mut target, "break again");
    load(&mut target, &directory, "b.mvasm", MOVED);
    run(&mut target, "kill 1; run");
    assert!(matches!(target.session().status(), Status::Breakpoint { pid: 2, pc: 8, .. }));
}

#[test]
fn a_recording_keeps_stops_that_wait() {
    let (mut target, directory) = bench(&[("a.mvasm", LOOP)]);
    run(&mut target, "break again -p 2; watch app:late.depth");
    let file = directory.path().join("a.hsxrec");
    target.record(&file).expect("writes");
    let mut again = Local::open(&file).expect("opens");
    assert_eq!(pending(&mut again), [json!("there is no task 2"), json!("there is no mailbox app:late")]);
    load(&mut again, &directory, "b.mvasm", LOOP);
    assert_eq!(pending(&mut again)[0], Value::Null);
}

#[test]
fn watched_memory_of_a_task_that_is_not_loaded_yet_waits_for_it() {
    let (mut target, directory) = bench(&[("a.mvasm", LOOP)]);
    run(&mut target, "rwatch 2.r1; awatch 2.r1; watch -w r1 -p 2; watch -l 2.r1 len 2");
    assert_eq!(pending(&mut target), vec![json!("there is no task 2"); 4]);
    let file = directory.path().join("a.hsxrec");
    target.record(&file).expect("writes");
    let mut again = Local::open(&file).expect("opens");
    assert_eq!(pending(&mut again), vec![json!("there is no task 2"); 4]);
    for target in [&mut target, &mut again] {
        load(target, &directory, "b.mvasm", LOOP);
        assert_eq!(pending(target), vec![Value::Null; 4]);
        run(target, "run 20");
        assert!(
            matches!(target.session().status(), Status::Watchpoint { pid: Some(2), .. }),
            "{:?}",
            target.session().status()
        );
        let stops = run(target, "info breakpoints")["breakpoints"].clone();
        assert_eq!(stops[3]["where"], "2.r1 len 2");
    }
}

#[test]
fn names_in_the_commands_of_a_stop_are_looked_up_when_they_are_set() {
    let (mut target, _directory) = bench(&[("a.mvasm", LOOP)]);
    run(&mut target, "break again");
    for (line, column) in [
        ("commands 1 'print nosuch'", 18),
        ("commands 1 'prnt r1'", 12),
        ("commands 1 'print r1' 'break nosuch'", 29),
        ("commands 1 'reg 1 r16 3'", 18),
        ("commands 1 'print 1.nosuch'", 18),
        ("commands 1 'print (r1'", 21),
        ("commands 1 'step x'", 17),
        ("commands 1 'set scheduler never'", 26),
        ("commands 1 'until time soon'", 23),
    ] {
        assert_eq!(fails(&mut target, line).0, Some(column), "{line}: {}", fails(&mut target, line).1);
    }
    // What may be right by then is not an error now.
    for line in ["expect r1 == 77", "print app:late.depth", "print 2.r1", "kill 2", "print 8 / r1", "run; print r1"] {
        run(&mut target, &format!("commands 1 '{line}'"));
    }
}

#[test]
fn an_expression_may_have_blanks_wherever_it_stands() {
    let (mut target, _directory) = bench(&[("a.mvasm", LOOP)]);
    for line in [
        "explore start always r1 < 1000 finally r1 == 2 schedules 1",
        "explore start collect r1 + 1 always (r1 < 1000) && 1 returns preemptions 0",
        "explore start always 'r1 < 1000' schedules 1",
        "fate always r1 < 1000 finally r1 == 2 allow deadlock",
        "until *start + 4",
    ] {
        run(&mut target, line);
    }
    assert_eq!(fails(&mut target, "explore start always r1 < nosuch schedules 1").0, Some(26));
    assert_eq!(fails(&mut target, "fate always r1 < finally r1 == 2").0, Some(16));
    assert_eq!(fails(&mut target, "explore start schedules 1 nonsense").0, Some(26));
}

#[test]
fn hexadecimal_without_its_mark_is_refused_with_a_hint_in_every_command() {
    let (mut target, _directory) = bench(&[("a.mvasm", LOOP)]);
    run(&mut target, "break again");
    for line in [
        "print C0",
        "print 1A",
        "print 10h",
        "display C0",
        "watch [C0]",
        "break C0",
        "break 1A",
        "break *C0",
        "tbreak C0",
        "until C0",
        "until r1 == C0",
        "until turn C0",
        "advance C0",
        "goto C0",
        "peek 1 C0",
        "peek 1 0x40 C0",
        "poke 1 C0 00",
        "reg 1 r1 C0",
        "x/4xw C0",
        "disasm 1 C0",
        "step C0",
        "run C0",
        "back C0",
        "trace C0",
        "catch depth C",
        "catch stack C0",
        "catch trap A.2",
        "catch race C0",
        "condition 1 r1 == C0",
        "ignore 1 C0",
        "expect r1 == C0",
        "sync C0",
        "lane C0",
        "explore start always r1 != C0",
        "send C0+1 x",
    ] {
        let told = fails(&mut target, line).1;
        assert!(told.contains("; hexadecimal is 0x"), "{line}: {told}");
    }
}

#[test]
fn a_task_is_an_expression_where_a_command_takes_one() {
    let (mut target, _directory) = bench(&[("a.mvasm", LOOP), ("b.mvasm", LOOP)]);
    assert_eq!(run(&mut target, "send 1+1 hello")["pid"], 2);
    assert_eq!(run(&mut target, "peek 3-1 again 4")["pid"], 2);
    assert_eq!(run(&mut target, "reg b r1 2+3")["pid"], 2);
    assert_eq!(fails(&mut target, "send 1+4 hello").0, Some(5));
    let rows = run(&mut target, "x/2i pc+4");
    assert!(rows.to_string().contains("ADD"), "{rows}");
}

#[test]
fn a_message_to_a_mailbox_that_no_task_has_open_says_so() {
    let (mut target, _directory) = bench(&[("sender.mvasm", SENDER)]);
    assert_eq!(run(&mut target, "send 1 app:late hello")["unopened"], true);
    run(&mut target, "run 8");
    assert_eq!(run(&mut target, "send 1 app:late hello")["unopened"], Value::Null);
    assert_eq!(run(&mut target, "send 1 hello")["unopened"], Value::Null, "a task's own stream");
}

#[test]
fn an_expression_in_sight_says_that_what_it_names_has_not_come() {
    let mut target = hsxray::demo::target("ping").expect("demo");
    for (line, why) in
        [("display 7.r3", "there is no task 7"), ("display app:nope.depth", "there is no mailbox app:nope")]
    {
        let kept = run(&mut target, line);
        assert!(kept["pending"].as_str().is_some_and(|said| said.contains(why)), "{kept}");
    }
    assert!(run(&mut target, "display r3").get("pending").is_none());
}
