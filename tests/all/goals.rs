//! Running one task to somewhere, with the others in rotation or standing still.

use hsxray::backend::{Config, LoadOptions, Local, Program, Status, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::image::{Line, SourceFile, Symbols};
use std::sync::Arc;

fn ping() -> Local {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "set scheduler locked");
    target
}

fn run(target: &mut Local, line: &str) {
    for words in command::split(line).expect("line") {
        if command::execute(target, Some(1), words).expect(line).started {
            while target.pump(1000) {}
        }
    }
}

/// pc and calls of a task.
fn at(target: &Local, pid: u16) -> (u32, u32) {
    let cx = &target.machine().task(pid).expect("there").context;
    (cx.pc, cx.depth)
}

#[test]
fn over_does_a_call_in_one_go_and_into_does_not() {
    let mut target = ping();
    // The CALL of the producer's pace is at 0030.
    run(&mut target, "advance 0x30");
    assert_eq!(at(&target, 1), (0x30, 0));
    let before = target.machine().turns();
    run(&mut target, "next");
    assert_eq!(at(&target, 1), (0x34, 0));
    assert!(target.machine().turns() > before + 10);
    assert_eq!(target.machine().task(2).expect("there").counters().turns, 0, "the others stand still");
    run(&mut target, "advance 0x30; stepi");
    assert_eq!(at(&target, 1), (0x50, 1));
    run(&mut target, "finish");
    assert_eq!(at(&target, 1), (0x34, 0));
    run(&mut target, "next 3");
    assert_eq!(at(&target, 1), (0x40, 0));
}

#[test]
fn until_leaves_a_loop() {
    let mut target = ping();
    // JNZ wait at 0060 jumps back to 0058 until R11 is zero.
    run(&mut target, "advance 0x60");
    run(&mut target, "until");
    assert_eq!(at(&target, 1).0, 0x64);
    run(&mut target, "until again");
    assert_eq!(at(&target, 1).0, 0x20);
}

#[test]
fn in_rotation_the_others_take_their_turns() {
    let mut target = ping();
    run(&mut target, "set scheduler rotate; run 60; next 5");
    assert!(target.machine().task(2).expect("there").counters().turns > 0);
    assert!(matches!(target.session().status(), Status::Arrived { pid: 1, .. }));
}

#[test]
fn a_task_that_has_to_wait_says_so_at_once() {
    let mut target = ping();
    let words = |line: &str| command::split(line).expect("line").remove(0);
    // The consumer waits for a message that only the producer sends.
    command::execute(&mut target, Some(2), words("next 100")).expect("starts");
    while target.pump(1000) {}
    assert_eq!(*target.session().status(), Status::Held { pid: 2 });
    let why = command::stop_line(&target.look(&Want::default()));
    assert!(why.starts_with("task 2 waits for app:ping while the others stand still; set scheduler rotate"), "{why}");
    let json = command::run_reply(&target.look(&Want::default())).json;
    assert_eq!(json["stop"]["kind"], "paused");
    // With the others in rotation it goes on.
    run(&mut target, "set scheduler rotate");
    command::execute(&mut target, Some(2), words("next")).expect("starts");
    while target.pump(1000) {}
    assert!(matches!(target.session().status(), Status::Arrived { pid: 2, .. }));
}

#[test]
fn a_breakpoint_or_the_end_on_the_way_stops_it() {
    let mut target = ping();
    run(&mut target, "bp set 1 0x58; advance 0x30; next");
    assert!(matches!(target.session().status(), Status::Breakpoint { number: 1, pid: 1, .. }));
    let mut target = demo::target("sleepers").expect("demo");
    run(&mut target, "advance 0x0 -p 1");
    assert!(target.machine().task(1).expect("there").state.ended());
    let words = command::split("next").expect("line").remove(0);
    assert!(command::execute(&mut target, Some(1), words).is_err(), "it has ended");
}

#[test]
fn a_breakpoint_whose_condition_is_false_is_passed_on_the_way() {
    let mut target = ping();
    run(&mut target, "break 0x58 if r0 == 12345; advance 0x30; next");
    assert_eq!(at(&target, 1), (0x34, 0));
}

#[test]
fn going_back_and_again_gives_the_same() {
    let mut target = ping();
    run(&mut target, "set scheduler rotate; run 200; next 20");
    let (turn, place) = (target.machine().turns(), at(&target, 1));
    run(&mut target, "goto 200; next 20");
    assert_eq!((target.machine().turns(), at(&target, 1)), (turn, place));
}

#[test]
fn a_task_is_run_from_line_to_line() {
    // Three instructions a line, as a compiler makes them.
    let source = ".entry main\n.text\nmain:\n LDI R1, 1\n LDI R2, 2\n ADD R3, R1, R2\n PUSH R3\n CALL leaf\n POP R3\n ADD R3, R3, R1\n JMP main\nleaf:\n LDI R4, 1\n LDI R5, 1\n RET\n";
    let directory = tempfile::tempdir().expect("directory");
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("a.mvasm"), source).expect("writes");
    let asm = ["asm", "a.mvasm", "-o", "a.hxe", "--sym", "a.sym"];
    let made =
        std::process::Command::new(env!("CARGO_BIN_EXE_hsxray")).args(asm).current_dir(directory.path()).output();
    assert!(made.expect("runs").status.success());
    let text = std::fs::read_to_string(at("a.sym")).expect("symbols");
    let mut symbols: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for row in symbols["instructions"].as_array_mut().expect("rows") {
        let pc = row["pc"].as_u64().expect("pc");
        row["line"] = (10 + pc / 12).into();
    }
    std::fs::write(at("a.sym"), symbols.to_string()).expect("writes");
    let mut target = Local::new("lines", Config::default(), Default::default());
    run(&mut target, &format!("load {}", at("a.hxe").display()));
    let mut stands = |line: &str| {
        run(&mut target, line);
        self::at(&target, 1)
    };
    assert_eq!(stands("line"), (0xC, 0));
    assert_eq!(stands("line"), (0x18, 0), "over the call");
    assert_eq!(stands("line"), (0, 0), "back around the loop");
    assert_eq!(stands("line; line into"), (0x20, 1), "into the call");
    assert_eq!(stands("line into"), (0x24, 1));
    let mut bare = Local::new("bare", Config::default(), Default::default());
    std::fs::remove_file(at("a.sym")).expect("removes");
    run(&mut bare, &format!("load {}", at("a.hxe").display()));
    let words = command::split("line").expect("line").remove(0);
    let error = command::execute(&mut bare, Some(1), words).expect_err("no lines");
    assert!(error.to_string().contains("no lines are known"), "{error}");
}

/// Calls that take long, in which a task goes up and down: what a step over them does.
const LONG_CALLS: &str = "
        .entry main
main:   LDI R1, 3
again:  CALL work
        SUB R1, R1, R5
        CMP R1, R0
        JNZ again
        LDI R0, 0
        RET
work:   LDI32 R2, 700
        LDI R5, 1
outer:  CALL deeper
        SUB R2, R2, R5
        CMP R2, R0
        JNZ outer
        RET
deeper: LDI R3, 9
inner:  SUB R3, R3, R5
        CMP R3, R0
        JNZ inner
        RET
";

/// A function that leaves its caller out on the way back: what is stepped over ends with a fault of main.
const DROPPED_FRAME: &str = "
        .entry main
main:   LDI R5, 1
        CALL outer
        LDI R0, 7
        RET
outer:  CALL work
        LDI R0, 1
        RET
work:   LDI32 R2, 9000
loop:   SUB R2, R2, R5
        CMP R2, R0
        JNZ loop
        POP R4
        RET
";

/// Task 1 of a program each of whose words is a line, and another task that runs beside it.
fn beside_another(source: &str, scheduler: &str) -> Local {
    let mut target = Local::new("calls", Config::default(), Default::default());
    for text in [source, "        .entry main\nmain:   ADD R1, R1, R2\n        JMP main\n"] {
        let mut program = Program::builtin("calls", text).expect("assembles");
        let Symbols { lines, files, .. } = &mut program.symbols;
        *files = vec![SourceFile::default()];
        *lines = (0..32).map(|line| Line { address: 4 * line, file: 0, line: line + 1 }).collect();
        target.load(Arc::new(program), LoadOptions::default()).expect("loads");
    }
    run(&mut target, &format!("set scheduler {scheduler}"));
    target
}

/// Turn and place of task 1 after as many turns, one by one, as it takes until it has come up to a depth of calls, or has ended.
fn one_by_one(target: &Local, scheduler: &str, depth: u32) -> (u64, u32) {
    let mut machine = target.machine().clone();
    loop {
        let turn = if scheduler == "locked" { machine.turn_of(1) } else { machine.turn() };
        let mine = turn.expect("a task is ready").pid == 1;
        let task = machine.task(1).expect("there");
        if mine && (task.context.depth <= depth || task.state.ended()) {
            return (machine.turns(), task.context.pc);
        }
    }
}

#[test]
fn a_step_over_a_long_call_ends_where_single_turns_come_up_again() {
    // From where the call is, what is done before the step, the step, and up to which depth it goes.
    let steps = [("", "next", 0), ("", "line", 0), ("", "until", 0), ("stepi", "finish", 0)];
    for scheduler in ["locked", "rotate"] {
        for ((before, step, depth), source) in steps.iter().flat_map(|s| [(s, LONG_CALLS), (s, DROPPED_FRAME)]) {
            let mut target = beside_another(source, scheduler);
            run(&mut target, "advance 0x04");
            run(&mut target, before);
            let ends = one_by_one(&target, scheduler, *depth);
            let began = target.machine().turns();
            run(&mut target, step);
            assert_eq!(
                (target.machine().turns(), at(&target, 1).0),
                ends,
                "{step} from {began}, {scheduler}:\n{source}"
            );
            assert!(ends.0 - began > 8192, "the call is a long one");
        }
    }
}
