//! Answers that say what was asked for cannot be done, or was done only in part.

use crate::support::{fails, run};
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program};
use std::sync::Arc;

/// LDI32 at 0, two more instructions, RET at 0x10.
const SHORT: &str = ".text\n.entry start\nstart:\n    LDI32 R1, 0x5000\n    LDI R2, 1\n    JMP last\nlast:\n    RET\n";
const LOOP: &str = ".text\n.entry start\nstart:\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";

fn bench(source: &str) -> Local {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("short.mvasm");
    std::fs::write(&path, source).expect("writes");
    let mut target = Local::new("t", Config::default(), LoadDefaults::default());
    let program = Program::read(&path).unwrap_or_else(|e| panic!("{e}"));
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
    target
}

fn said(target: &mut Local, line: &str) -> String {
    let words = hsxray::command::split(line).expect("a line").remove(0);
    let reply = hsxray::command::execute(target, Some(1), words).unwrap_or_else(|e| panic!("{line}: {e}"));
    if !reply.started {
        return reply.text;
    }
    while target.pump(1_000_000) {}
    hsxray::command::run_reply(&hsxray::backend::Target::look(target, &hsxray::backend::Want::default())).text
}

#[test]
fn what_goes_to_an_instruction_is_refused_where_none_begins() {
    let mut target = bench(SHORT);
    run(&mut target, "step 2");
    for line in ["until 0x4", "until *0x4", "advance 0x4", "goto ran 0x4", "x/2i 0x4", "disasm 1 0x4", "bp 0x4"] {
        let (column, why) = fails(&mut target, line);
        assert!(why.contains("second word of LDI32"), "{line}: {why}");
        assert_eq!(column, line.find("0x4").or(column).map(|at| at - usize::from(line.contains('*'))), "{line}: {why}");
    }
    for line in ["until 0x14", "advance 0x14", "x/2i 0x14", "disasm 1 0x100"] {
        let (column, why) = fails(&mut target, line);
        assert!(why.contains("its code ends at 0x0013"), "{line}: {why}");
        assert_eq!(column, line.find("0x"), "{line}");
    }
}

#[test]
fn a_task_that_has_ended_on_the_way_is_not_said_to_be_there() {
    for line in ["until start", "advance start", "next 100"] {
        let mut target = bench(SHORT);
        run(&mut target, "step 2");
        let said = said(&mut target, line);
        assert!(said.starts_with("task 1 has ended, after 2 turns"), "{line}: {said}");
    }
    let mut target = bench(LOOP);
    assert!(said(&mut target, "until again").starts_with("task 1 is there, after 1 turn"));
}

#[test]
fn a_list_that_is_cut_says_where_what_there_is_ends() {
    let mut target = bench(SHORT);
    assert!(said(&mut target, "x/9i start").ends_with("the code ends at 0x0013"));
    assert!(said(&mut target, "disasm 1 start 9").ends_with("the code ends at 0x0013"));
    assert!(!said(&mut target, "disasm 1").contains("ends at"), "nobody has asked for more");
    assert!(!said(&mut target, "x/2i start").contains("ends at"));
    assert!(said(&mut target, "peek 1 0xFFFE 8").ends_with("RAM ends at 0xFFFF"));
    assert!(!said(&mut target, "peek 1 0xFFF8 8").contains("ends"));
}

#[test]
fn a_list_of_mailboxes_says_what_there_is_none_of() {
    let mut target = bench(LOOP);
    assert_eq!(said(&mut target, "mbox app:late"), "there is no mailbox app:late");
    assert_eq!(said(&mut target, "mbox ns shared"), "there are no mailboxes shared:");
    for (line, part) in
        [("mbox foo:bar", "not a mailbox"), ("mbox pid 9", "there is no task 9"), ("mbox ns foo", "app, shared")]
    {
        let (column, why) = fails(&mut target, line);
        assert!(why.contains(part) && column.is_some(), "{line}: {why}");
    }
}

#[test]
fn what_can_never_happen_is_no_event() {
    let mut target = bench(LOOP);
    for line in ["catch trap 16", "catch trap 5.256", "catch stack 65537", "catch depth 16385"] {
        let (column, why) = fails(&mut target, line);
        assert!(
            column.is_some() && (why.contains("to 15") || why.contains("to 255") || why.contains("up to")),
            "{line}: {why}"
        );
    }
    for line in ["catch trap 15", "catch trap 0xE.0x2", "catch stack 0x100", "catch depth 16384"] {
        run(&mut target, line);
    }
}

#[test]
fn the_text_of_a_log_point_is_what_stands_in_its_quotes() {
    for (typed, written) in [
        ("logpoint again \"r1 \\\"is\\\" {r1}\"", "r1 \"is\" 0"),
        ("logpoint again 'r1 is {r1}'", "r1 is 0"),
        ("logpoint again 'x'", "x"),
        ("logpoint again x", "x"),
    ] {
        let mut target = bench(LOOP);
        run(&mut target, typed);
        let said = said(&mut target, "run 2");
        assert!(said.starts_with(&format!("turn 1, 1: {written}\n")), "{typed}: {said}");
    }
}
