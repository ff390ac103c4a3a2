//! The call stack from a task's real frames, and what is said of source, memory and places.

use crate::support::{run, snapshot};
use hsxray::backend::{Config, Local, Want, frames};
use hsxray::command::{self, Reply};
use hsxray::ui::{self, App, PaneId, Theme, picture};
use serde_json::json;

const CALLS: &str = ".entry main\n.text\nmain:\n    LDI R1, 3\n    CALL outer\n    JMP main\nouter:\n    PUSH R1\n    PUSH R2\n    CALL inner\n    POP R2\n    POP R1\n    RET\ninner:\n    PUSH R3\n    LDI R3, 20\n    PUSH R3\n    CMP R4, R1\n    JZ skip\n    CALL leaf\nskip:\n    POP R3\n    POP R3\n    RET\nleaf:\n    ADD R4, R4, R1\n    RET\n";

fn open(source: &str) -> (Local, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("calls.mvasm");
    std::fs::write(&file, source).expect("writes");
    let mut target = Local::new("calls", Config::default(), Default::default());
    run(&mut target, &format!("load {}", file.display()));
    (target, directory)
}

fn reply(target: &mut Local, line: &str) -> Reply {
    let words = command::split(line).expect("line").remove(0);
    command::execute(target, Some(1), words).unwrap_or_else(|e| panic!("{line}: {e}"))
}

#[test]
fn frames_are_those_of_the_calls_that_were_made() {
    let recursive = ".text\nmain:\n    LDI R1, 9\n    CALL fib\n    JMP main\nfib:\n    LDI R3, 1\n    CMP R1, R3\n    JZ one\n    LDI R4, 0\n    CMP R1, R4\n    JZ zero\n    PUSH R1\n    SUB R1, R1, R3\n    CALL fib\n    POP R1\n    PUSH R0\n    LDI R2, 2\n    SUB R1, R1, R2\n    CALL fib\n    POP R2\n    ADD R0, R0, R2\n    RET\none:\n    LDI R0, 1\n    RET\nzero:\n    LDI R0, 0\n    RET\n";
    // Words on the stack that look like return addresses: the address behind a CALL is pushed as data.
    let tricky = ".text\nmain:\n    LDI R1, 8\n    CALL outer\n    JMP main\nouter:\n    PUSH R1\n    PUSH R1\n    CALL inner\n    POP R1\n    POP R1\n    RET\ninner:\n    PUSH R1\n    POP R2\n    RET\n";
    for source in [CALLS, recursive, tricky] {
        let (mut target, _directory) = open(source);
        // What was called and has not returned, from watching each turn.
        let mut made: Vec<u32> = Vec::new();
        for _ in 0..3000 {
            let before = target.machine().tasks()[0].context;
            run(&mut target, "step");
            let task = &target.machine().tasks()[0];
            if task.context.depth > before.depth {
                made.push(before.pc + 4);
            } else if task.context.depth < before.depth {
                made.pop();
            }
            let (found, more) = frames(target.machine(), task);
            let returns: Vec<u32> = found.iter().filter_map(|f| f.returns_to).collect();
            let expected: Vec<u32> = made.iter().rev().copied().collect();
            assert_eq!((returns, more), (expected, 0), "turn {}", target.machine().turns());
            let stack: u32 = found.iter().map(|f| f.bytes).sum();
            assert_eq!(stack, task.context.stack_top - task.context.sp);
        }
    }
}

#[test]
fn a_stack_leads_to_who_wrote_each_word_and_to_where_each_frame_was_entered() {
    let recursive = ".text\nmain:\n    LDI R1, 6\n    CALL down\n    JMP main\ndown:\n    PUSH R1\n    LDI R3, 1\n    SUB R1, R1, R3\n    JZ end\n    CALL down\nend:\n    POP R1\n    RET\n";
    for (source, turns) in [(CALLS, 95), (recursive, 25), (recursive, 60)] {
        let (mut target, _directory) = open(source);
        run(&mut target, &format!("run {turns}"));
        let (sp, top, depth, lowest) = {
            let cx = &target.machine().tasks()[0].context;
            (cx.sp, cx.stack_top, cx.depth, cx.lowest)
        };
        assert!(sp < top && depth > 0, "{turns}: a call is open");
        let words = run(&mut target, "stack 1 64 writers")["words"].as_array().expect("words").clone();
        assert_eq!(words.len(), (top - sp) as usize / 4);
        for word in words {
            let address = word["address"].as_u64().expect("address");
            let mut other = target.clone();
            let found = run(&mut other, &format!("last-write 1 0x{address:04X}"));
            assert_eq!((&word["written"]["turn"], &word["written"]["pc"]), (&found["turn"], &found["pc"]), "{word}");
        }
        let (found, _) = frames(target.machine(), &target.machine().tasks()[0]);
        for (number, frame) in found.iter().enumerate().filter(|(_, frame)| frame.returns_to.is_some()) {
            let mut other = target.clone();
            run(&mut other, &format!("goto entered {number}"));
            let cx = &other.machine().tasks()[0].context;
            assert_eq!((Some(cx.pc + 4), cx.depth), (frame.returns_to, depth - number as u32 - 1), "frame {number}");
        }
        let words = command::split(&format!("goto entered {depth}")).expect("line").remove(0);
        let refused = command::execute(&mut target, Some(1), words).expect_err("the outermost").to_string();
        assert!(refused.contains("no call entered frame"), "{refused}");
        let mut other = target.clone();
        run(&mut other, "goto deepest");
        assert_eq!(other.machine().tasks()[0].context.lowest, lowest);
        run(&mut other, "back");
        assert!(other.machine().tasks()[0].context.lowest > lowest, "one turn earlier it was not as deep");
    }
}

#[test]
fn words_that_another_task_or_the_host_wrote_on_a_stack_are_marked() {
    let (mut target, _directory) = open(".text\n PUSH R1\n PUSH R2\nwait:\n JMP wait\n");
    run(&mut target, "run 5");
    let sp = target.machine().tasks()[0].context.sp;
    run(&mut target, &format!("poke 1 0x{sp:04X} 01020304; run 3"));
    let said = reply(&mut target, "stack 1 4 writers").text;
    assert!(said.contains("! from outside after turn 5") && said.contains("in turn 1 at 0x0000"), "{said}");
}

#[test]
fn frames_of_a_recursion_that_look_the_same_are_one_line() {
    let mut target = hsxray::demo::target("runaway").expect("demo");
    run(&mut target, "run");
    let said = reply(&mut target, "backtrace").text;
    let folded = said.lines().find(|line| line.contains("more like it, up to #")).unwrap_or_else(|| panic!("{said}"));
    assert!(folded.starts_with('…') && said.lines().count() < 8, "{said}");
}

#[test]
fn a_recursion_without_end_has_its_innermost_frames_shown() {
    let mut target = hsxray::demo::target("runaway").expect("demo");
    run(&mut target, "run");
    let said = run(&mut target, "backtrace 3");
    assert_eq!((said["frames"].as_array().map(Vec::len), &said["more"]), (Some(3), &json!(62)));
    let mut deep = hsxray::demo::target("runaway").expect("demo");
    run(&mut deep, "kill 1; kill 2");
    assert!(deep.look(&Want::default()).calls.is_none());
}

#[test]
fn backtrace_frame_and_list_say_where_it_is() {
    let (mut target, directory) = open(CALLS);
    run(&mut target, "break leaf; run");
    let strip = |text: String| text.replace(&format!("{}/", directory.path().display()), "");
    let shown = strip(reply(&mut target, "bt").text);
    snapshot("backtrace", &shown);
    let outer = run(&mut target, "frame 2");
    assert_eq!((&outer["function"], &outer["line"], &outer["returns_to"]), (&json!("outer"), &json!(10), &json!(8)));
    let listed = run(&mut target, "list outer");
    assert_eq!((&listed["line"], &listed["lines"][0]["line"]), (&json!(8), &json!(3)));
    for (line, column) in [("frame 9", 6), ("list nowhere", 5)] {
        let words = command::split(line).expect("line").remove(0);
        assert_eq!(command::execute(&mut target, Some(1), words).expect_err(line).column, Some(column), "{line}");
    }
}

#[test]
fn memory_is_written_in_formats_and_searched() {
    let (mut target, _directory) = open(CALLS);
    run(&mut target, "poke 1 0x5000 FEFFFFFF00460A00686579000C40; run 3");
    for (line, expected) in [
        ("x/2xw 0x5000", "0x5000  0xFFFFFFFE  0x000A4600"),
        ("x/2dw 0x5000", "0x5000  -2  673280"),
        ("x/uh 0x5000", "0x5000  65534"),
        ("x/db 0x5000", "0x5000  -2"),
        ("x/tb 0x5000", "0x5000  11111110"),
        ("x/f 0x5004", "0x5004  6"),
        ("x/3c 0x5008", "0x5008  'h'  'e'  'y'"),
        ("x/s 0x5008", "0x5008  \"hey\""),
        ("x 0x5000", "0x5000  0xFFFFFFFE"),
        ("x /xb 0x4FFF + 1", "0x5000  0xFE"),
        ("find 6865", "0x5008"),
        ("find text hey", "0x5008"),
        ("find 0C 40", "0x500C"),
        ("find DEADBEEF", "not found"),
    ] {
        assert_eq!(reply(&mut target, line).text, expected, "{line}");
    }
    for line in ["x/q 3", "x", "x/4x 0x12345", "find", "find xyz", "x/99999999999999999999 0"] {
        let words = command::split(line).expect("line").remove(0);
        assert!(command::execute(&mut target, Some(1), words).is_err(), "{line}");
    }
}

#[test]
fn a_run_goes_until_an_expression_is_true_a_turn_or_a_time() {
    let (mut target, _directory) = open(CALLS);
    run(&mut target, "until r4 >= 3");
    let machine = target.machine();
    assert_eq!(machine.reg(&machine.tasks()[0], 4), 3);
    assert!(target.session().stops.list().is_empty(), "it leaves no stop behind");
    run(&mut target, "until turn 100");
    assert_eq!(target.machine().turns(), 100);
    run(&mut target, "until time 250us");
    assert_eq!(target.machine().time_us(), 250);
    run(&mut target, "until skip");
    assert_eq!(target.machine().tasks()[0].context.pc, 0x3C);
    // Something else stops it: the stop goes all the same.
    run(&mut target, "tbreak inner; until r4 == 12345");
    assert!(target.session().stops.list().is_empty());
    for line in ["until turn 5", "until time 1us", "until r4 > 0", "until nowhere", "until r4 >"] {
        let words = command::split(line).expect("line").remove(0);
        assert!(command::execute(&mut target, Some(1), words).is_err(), "{line}");
    }
}

#[test]
fn the_calls_pane_shows_frames_and_leads_to_them() {
    let (mut target, _directory) = open(CALLS);
    run(&mut target, "break leaf; run");
    for (width, height) in [(40, 12), (120, 40)] {
        let mut app = App::new((width, height));
        let now = target.look(&Want::default());
        let now = ui::press(&mut app, &mut target, "g f z", now).expect("keys");
        let shown = picture::text(&ui::render(&now, &app.view, &Theme::default(), (width, height)));
        let content: Vec<&str> = shown.lines().skip(1).take(7).collect();
        snapshot(&format!("pane-calls-{width}"), &content.join("\n"));
    }
    let mut app = App::new((120, 40));
    let now = target.look(&Want::default());
    let now = ui::press(&mut app, &mut target, "g f j j Enter", now).expect("keys");
    let row = now.tasks[0].listing.row_at(0x18).expect("a row");
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Code).cursor), (PaneId::Code, row));
    // Back to where one came from, and forward again.
    let now = ui::press(&mut app, &mut target, "g a \"0x5000\" Enter", now).expect("keys");
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Memory).cursor), (PaneId::Memory, 0x5000));
    let now = ui::press(&mut app, &mut target, "Backspace", now).expect("keys");
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Code).cursor), (PaneId::Code, row));
    let now = ui::press(&mut app, &mut target, "Backspace", now).expect("keys");
    assert_eq!(app.view.layout.focus, PaneId::Calls);
    let now = ui::press(&mut app, &mut target, "Alt-Right Alt-Right", now).expect("keys");
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Memory).cursor), (PaneId::Memory, 0x5000));
    ui::press(&mut app, &mut target, "Alt-Right", now).expect("keys");
    assert!(app.view.notices.message.contains("last place"), "{}", app.view.notices.message);
}

#[test]
fn sources_are_found_where_they_have_moved() {
    let directory = tempfile::tempdir().expect("directory");
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir_all(at("built")).expect("made");
    std::fs::create_dir_all(at("elsewhere")).expect("made");
    std::fs::write(at("calls.mvasm"), CALLS).expect("writes");
    let hsxray = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"));
        let output = command.args(arguments).current_dir(directory.path()).output().expect("runs");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    hsxray(&["asm", "calls.mvasm", "-o", "built/calls.hxe", "--sym", "built/calls.sym"]);
    std::fs::rename(at("calls.mvasm"), at("elsewhere/calls.mvasm")).expect("moves");
    let lost = hsxray(&["batch", "built/calls.hxe", "-e", "list"]);
    assert!(lost.contains("was not found: looked at") && lost.contains("--source"), "{lost}");
    let found = hsxray(&["batch", "built/calls.hxe", "--source", "elsewhere", "-e", "list"]);
    assert!(found.contains(">   4      LDI R1, 3"), "{found}");
    let mapped = hsxray(&["batch", "built/calls.hxe", "--map", "calls=elsewhere/calls", "-e", "list"]);
    assert!(mapped.contains(">   4      LDI R1, 3"), "{mapped}");
    let later = hsxray(&["batch", "built/calls.hxe", "-e", "directory elsewhere", "-e", "list"]);
    assert!(later.contains("found for 1 task") && later.contains(">   4      LDI R1, 3"), "{later}");
    assert!(hsxray(&["batch", "built/calls.hxe", "--map", "x"]).contains("OLD=NEW"));
    // A file of the same name beside the image counts as well.
    std::fs::copy(at("elsewhere/calls.mvasm"), at("built/calls.mvasm")).expect("copies");
    assert!(hsxray(&["batch", "built/calls.hxe", "-e", "list"]).contains(">   4      LDI R1, 3"));
}
