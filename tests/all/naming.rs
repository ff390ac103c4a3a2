//! Places by name in answers and panes: the trace, comparisons, inputs; and what is certain said at once.

use crate::support::{obey, run};
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::ui::{self, App, Scene, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What a line answers in words.
fn said(target: &mut Local, line: &str) -> String {
    let outcomes = command::execute_line(target, Some(1), line);
    let texts = outcomes.into_iter().map(|outcome| outcome.result.unwrap_or_else(|e| panic!("{line}: {e}")).text);
    texts.collect::<Vec<_>>().join("\n")
}

/// The screen as lines.
fn screen(target: &mut Local, keys: &str, size: (u16, u16)) -> Vec<String> {
    let mut app = App::new(size);
    let now = target.look(&Want::default());
    app.look(&now);
    let now = target.look(&app.want());
    let now = ui::press(&mut app, target, keys, now).expect("keys");
    let buffer = ui::render(&now, &app.view, &Theme::default(), size);
    let row = |y| (0..size.0).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..size.1).map(row).collect()
}

/// Words of a text that are four or eight hexadecimal digits without a mark, where they are not a time. Bytes of dumps are
/// pairs, and turns and counts have other lengths here.
fn unmarked(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let hex = |c: char| c.is_ascii_digit() || ('A'..='F').contains(&c);
    let number = |word: &str| matches!(word.len(), 4 | 8) && word != "4096" && word.chars().all(hex);
    let next = words.iter().skip(1).chain([&""]);
    words.iter().zip(next).filter(|(word, next)| number(word) && **next != "us").map(|(word, _)| *word).collect()
}

#[test]
fn every_address_and_word_of_an_answer_has_its_mark() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "watch w[0x400C]; break pace; run; run; run 200; display w[0x400C]");
    for line in [
        "ps",
        "dumpregs 1",
        "backtrace",
        "frame",
        "disasm 1 0 40",
        "disasm 2",
        "memory regions 1",
        "symbols 1",
        "sym addr 1 0x30",
        "sym name 1 pace",
        "sym line 1 0x30",
        "stack 1 8 writers",
        "peek 1 0x4000 32",
        "x/8xw sp -p 1",
        "x/4i pc",
        "x/s 0x4000",
        "find 00",
        "trace 40",
        "sched",
        "info",
        "info 1",
        "info breakpoints",
        "info line pace",
        "writes 1 r9",
        "writes 1 0x400C",
        "origin tree 1 r9",
        "uses 1 r9",
        "races",
        "lanes",
        "waits",
        "display",
        "check",
        "mbox",
        "print w[0x400C]",
        "last-write 1 r9",
        "last-write 1 0x400C",
        "branch",
        "jumps",
        "could 1",
    ] {
        let said = said(&mut target, line);
        assert_eq!(unmarked(&said), Vec::<&str>::new(), "{line}:\n{said}");
    }
}

#[test]
fn the_trace_names_labels_registers_and_what_came_from_outside() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "step 40; reg 1 r3 0x10; poke 1 0x5000 2A2B; step 1; reg 2 psw ZC; step 1");
    let trace = said(&mut target, "trace 8");
    for text in ["wait+0x4", "R3 of 1 = 0x10", "2 bytes at 0x5000: 2A 2B", "PSW of 2 = 0x03"] {
        assert!(trace.contains(text), "{text}:\n{trace}");
    }
    let lines = screen(&mut target, "6 Tab z", (120, 40)).join("\n");
    assert!(lines.contains("from outside: R3 of 1 = 0x10") && lines.contains("from outside: PSW of 2"), "{lines}");
    // Going to one says it too.
    let arrived = said(&mut target, "goto previous input -p 1");
    assert!(arrived.contains("R3 of 1 = 0x10") || arrived.contains("2 bytes at 0x5000"), "{arrived}");
}

#[test]
fn a_comparison_names_the_place_and_the_register_and_the_other_branch_is_the_one_compared() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "step 60; goto 50; reg 1 r9 7; step 20; goto 40; reg 2 r8 5; step 30");
    let branches = run(&mut target, "branch list")["branches"].as_array().expect("a list").len();
    assert_eq!(branches, 3);
    let answer = said(&mut target, "compare 1 3");
    assert!(answer.contains("R8 of 2 (0x1060)"), "{answer}");
    let json = run(&mut target, "compare 1 3");
    assert_eq!(json["word"]["name"], "R8 of 2", "{json}");
    let on = |target: &mut Local| target.look(&Want::lists()).branches.iter().find(|b| b.current).expect("one").number;
    assert_eq!(on(&mut target), 1);
    run(&mut target, "branch next");
    assert_eq!(on(&mut target), 3, "the other one of the two");
    run(&mut target, "branch next");
    assert_eq!(on(&mut target), 1);
    let answer = said(&mut target, "compare 1 2");
    assert!(answer.contains("R9 of 1 (0x1024)") && answer.contains(" at "), "{answer}");
}

#[test]
fn a_certain_deadlock_is_said_in_line_1_and_in_the_list_of_tasks_while_others_run() {
    let busy = ".text\nagain:\n ADD R1, R1, R2\n JMP again\n";
    let program = Program::builtin("busy.mvasm", busy).expect("program");
    let mut target = demo::target("deadlock").expect("demo");
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
    assert!(!screen(&mut target, "", (120, 40))[0].contains("deadlock 1"));
    run(&mut target, "run 500");
    let turn = target.machine().turns();
    assert!(screen(&mut target, "", (120, 40))[0].contains("DEADLOCK 1 and 2"), "why it has stopped");
    run(&mut target, "run 50");
    for size in [(80, 24), (120, 40), (200, 60)] {
        let lines = screen(&mut target, "", size);
        assert!(lines[0].contains("deadlock 1 and 2"), "{}", lines[0]);
        let rows: Vec<&String> = lines.iter().filter(|l| l.contains(" left ") || l.contains(" right ")).collect();
        assert!(rows.iter().filter(|row| row.contains("dead")).count() >= 2, "{lines:#?}");
    }
    assert!(said(&mut target, "ps").contains("for ever: deadlock"));
    // The moment it is certain, without a stop.
    let mut target = demo::target("deadlock").expect("demo");
    let program = Program::builtin("busy.mvasm", busy).expect("program");
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
    obey(&mut target, "set deadlock_stops off");
    let first = (0..500).find(|_| {
        run(&mut target, "step 1");
        !target.look(&Want::lists()).dead.is_empty()
    });
    assert!(first.is_some());
    assert_eq!(target.machine().turns(), turn);
}

#[test]
fn a_file_that_has_changed_is_noticed_until_it_is_read_again() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("a.mvasm");
    let include = directory.path().join("b.inc");
    std::fs::write(&file, ".text\n.include \"b.inc\"\n JMP 0\n").expect("written");
    std::fs::write(&include, " LDI R1, 1\n").expect("written");
    let mut target = Local::new("t", Config::default(), LoadDefaults::default());
    let program = Program::read(&file).unwrap_or_else(|e| panic!("{e}"));
    target.load(Arc::new(program), LoadOptions::default()).expect("room");
    let changed = |target: &mut Local| {
        let seen = target.look(&Want { changed: true, ..Want::numbers() }).changed.clone().expect("asked for");
        seen.iter().map(|c| (c.pid, c.file.file_name().expect("a name").to_owned())).collect::<Vec<_>>()
    };
    assert!(changed(&mut target).is_empty());
    std::fs::write(&include, " LDI R1, 1000\n").expect("written");
    assert_eq!(changed(&mut target), [(1, "b.inc".into())]);
    assert!(target.look(&Want::default()).changed.is_none(), "only where it is asked for is the disk looked at");
    run(&mut target, "reload 1");
    assert!(changed(&mut target).is_empty());
    assert_eq!(run(&mut target, "step 1; print r1")["value"], 1000);
}

#[test]
fn columns_of_answers_are_measured_as_a_terminal_does() {
    let program = |name: &str| Program::builtin(name, ".text\n JMP 0\n").expect("program");
    let mut target = Local::new("t", Config::default(), LoadDefaults::default());
    for name in ["日本語.mvasm", "b.mvasm"] {
        target.load(Arc::new(program(name)), LoadOptions::default()).expect("room");
    }
    let columns: Vec<usize> = said(&mut target, "ps")
        .lines()
        .filter_map(|line| Some(unicode_width::UnicodeWidthStr::width(&line[..line.find("ready")?])))
        .collect();
    assert_eq!(columns, [columns[0]; 2]);
    // The words of the head stand above it.
    let head = said(&mut target, "ps").lines().next().expect("a head").find("state");
    assert_eq!(head, Some(columns[0]));
}

#[test]
fn heads_of_columns_never_touch() {
    const HEADS: [&str; 38] = [
        "pid",
        "name",
        "state",
        "turns",
        "cpu",
        "sw",
        "sent",
        "recv",
        "deep",
        "pc",
        "wait",
        "lately",
        "id",
        "depth",
        "bytes",
        "waiters",
        "expression",
        "value",
        "was",
        "task",
        "where",
        "hits",
        "type",
        "function",
        "line",
        "stack",
        "changes",
        "since",
        "waited",
        "until",
        "share",
        "longest",
        "queue",
        "earlier",
        "later",
        "times",
        "run",
        "switches",
    ];
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "step 300; break again; display r1");
    let mut app = App::new((160, 40));
    let theme = Theme::default();
    for pane in ui::pane::PANES {
        app.look(&target.look(&Want::default()));
        let now = target.look(&app.want_for(pane.id));
        for columns in 20..=140 {
            let area = Rect::new(0, 0, columns, 16);
            let mut buffer = Buffer::empty(area);
            let scene = Scene { now: &now, view: &app.view, theme: &theme };
            ui::pane::draw(&scene, pane.id, area, &mut buffer);
            for y in 0..2 {
                let line: String = (0..columns).map(|x| buffer[(x, y)].symbol()).collect();
                for (a, b) in HEADS.iter().flat_map(|a| HEADS.iter().map(move |b| (a, b))) {
                    assert!(!line.contains(&format!("{a}{b}")), "{} at {columns}: {line:?}", pane.name);
                }
            }
        }
    }
}
