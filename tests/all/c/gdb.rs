//! What one types who knows gdb.

use super::cases::target;
use super::handmade::text;
use crate::support::run;
use hsxray::backend::Local;
use serde_json::{Value, json};

fn in_fact() -> Local {
    let mut target = target("recur");
    run(&mut target, "tbreak recur.c:7; run");
    target
}

#[test]
fn a_plain_number_is_a_line_of_the_file_in_which_the_frame_stands() {
    let mut target = target("recur");
    let set = run(&mut target, "tbreak 7");
    assert_eq!(
        (&set["pc"], &set["place"]),
        (&json!(136), &json!("recur.c:7")),
        "before anything has run: of main's file"
    );
    assert_eq!(run(&mut target, "run")["stop"]["line"], 7);
    run(&mut target, "until 9");
    assert_eq!(run(&mut target, "backtrace")["frames"][0]["line"], 9);
    run(&mut target, "advance 42");
    assert_eq!(run(&mut target, "info line 42")["places"][0]["line"], 42);
    assert_eq!(run(&mut target, "break 0x3C")["pc"], 0x3C, "an address has 0x");
    let mut files = super::cases::target("files");
    run(&mut files, "tbreak note; run");
    assert_eq!(run(&mut files, "tbreak 10")["place"], "log.c:10");
    run(&mut files, "up");
    assert_eq!(run(&mut files, "tbreak 16")["place"], "main.c:16", "of the chosen frame");
    let mut assembler = hsxray::demo::target("ping").expect("demo");
    assert_eq!(run(&mut assembler, "break 8")["pc"], 8, "of assembler it is an address");
}

#[test]
fn a_task_that_has_ended_on_the_way_is_not_there() {
    let mut target = in_fact();
    let told = text(&mut target, "advance 0x3C");
    assert!(told.starts_with("task 1 has ended, after 565 turns"), "{told}");
}

fn shown(reply: &Value) -> Vec<u64> {
    reply["lines"].as_array().expect("lines").iter().map(|line| line["line"].as_u64().expect("a number")).collect()
}

#[test]
fn a_list_continues_where_the_last_one_ended_until_the_task_has_moved() {
    let mut target = in_fact();
    let mut listed = |line: &str| {
        let lines = shown(&run(&mut target, line));
        (lines[0], lines[lines.len() - 1])
    };
    assert_eq!(
        ["list", "list", "list", "list -", "list"].map(&mut listed),
        [(2, 11), (12, 21), (22, 31), (12, 21), (22, 31)]
    );
    assert_eq!(["list 40", "list", "list 3,5", "list -"].map(&mut listed), [(35, 44), (45, 46), (3, 5), (1, 2)]);
    assert_eq!(text(&mut target, "list -"), "the first lines of the source were listed last");
    assert_eq!(shown(&run(&mut target, "list 46"))[0], 41);
    assert_eq!(text(&mut target, "list"), "recur.c has the lines 1 to 46");
    // A frame that is chosen and a task that moves are places of their own.
    run(&mut target, "up");
    let outer = shown(&run(&mut target, "list"));
    run(&mut target, "down; step");
    assert_eq!(shown(&run(&mut target, "list"))[0], 2);
    assert!(outer[0] > 2, "{outer:?}");
}

#[test]
fn lines_are_listed_by_number_by_range_and_in_other_files() {
    let mut target = in_fact();
    for (line, first, last, marked) in [
        ("list", 2, 11, 7),
        ("list fact", 1, 10, 6),
        ("list 20", 15, 24, 20),
        ("list 10,20", 10, 20, 7),
        ("list recur.c:5", 1, 10, 5),
        ("list recur.c:5, 8", 5, 8, 7),
        ("list ,20", 11, 20, 7),
        ("list 40,", 40, 46, 7),
    ] {
        let reply = run(&mut target, line);
        let lines = shown(&reply);
        assert_eq!((lines.first(), lines.last()), (Some(&first), Some(&last)), "{line}");
        assert_eq!(reply["line"], marked, "{line}");
    }
    assert_eq!(text(&mut target, "list 99"), "recur.c has the lines 1 to 46");
    assert_eq!(text(&mut target, "list 9,3"), "recur.c has the lines 1 to 46");
    let mut files = super::cases::target("files");
    run(&mut files, "tbreak note; run");
    assert_eq!(run(&mut files, "list bank.c:3,5")["file"], "bank.c");
    assert_eq!(run(&mut files, "list 3")["file"], "log.c");
}

#[test]
fn a_full_backtrace_shows_the_variables_of_each_frame() {
    let mut target = in_fact();
    let told = text(&mut target, "bt full 2");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "#0   0x0088  fact (n=1) at recur.c:7",
            "        rest = 2 (not set yet)",
            "#1   0x00AC  fact (n=2) at recur.c:8",
        ]
    );
    let frames = run(&mut target, "backtrace full");
    assert_eq!(frames["frames"][5]["locals"][0]["name"], "deepest");
    assert!(run(&mut target, "backtrace")["frames"][0].get("locals").is_none());
}

#[test]
fn what_nothing_was_stored_in_is_said_by_print_too() {
    let mut target = in_fact();
    assert_eq!(text(&mut target, "print rest"), "rest = 2 (not set yet)");
    assert_eq!(run(&mut target, "print rest")["set"], false);
    assert_eq!(run(&mut target, "print n")["set"], true);
    assert!(run(&mut target, "print n + 1").get("set").is_none());
}

#[test]
fn info_tells_of_functions_types_scopes_and_registers() {
    let mut target = in_fact();
    let functions = text(&mut target, "info functions");
    assert!(functions.contains("0x0000  int fact(int)  recur.c:3"), "{functions}");
    assert!(functions.contains("void visit(int, int *)"), "{functions}");
    assert_eq!(run(&mut target, "info functions vis")["functions"].as_array().map(Vec::len), Some(1));
    let scope = text(&mut target, "info scope visit");
    assert!(scope.contains("level  int, argument, line 28") && scope.contains("mine  int, local"), "{scope}");
    assert_eq!(run(&mut target, "info registers")["pc"], 136);
    assert_eq!(run(&mut target, "i r")["pc"], 136, "the beginning of a word will do");
    assert_eq!(run(&mut target, "info threads")["tasks"][0]["pid"], 1);
    run(&mut target, "display n");
    assert_eq!(text(&mut target, "info display"), "1: n = 1");
    assert_eq!(run(&mut target, "info 1")["pid"], 1, "a task all the same");
    let mut types = super::cases::target("types");
    let names = text(&mut types, "info types");
    for name in ["enum colour", "struct point", "union word", "u16", "unsigned int"] {
        assert!(names.lines().any(|line| line == name), "{name}: {names}");
    }
    let mut scopes = super::cases::target("scope");
    let blocks: Vec<Value> = run(&mut scopes, "info scope inner")["variables"]
        .as_array()
        .expect("variables")
        .iter()
        .filter(|v| v["name"] == "x")
        .map(|v| v["block_line"].clone())
        .collect();
    assert_eq!(blocks, [json!(null), json!(8), json!(11)], "the argument, and one in each block");
}

#[test]
fn symbols_say_what_names_are_in_c() {
    let mut files = target("files");
    let all = run(&mut files, "symbols 1")["symbols"].clone();
    let of = |name: &str, kind: &str| {
        let found = all.as_array().expect("a list").iter().find(|s| s["name"] == name && s["kind"] == kind);
        found.unwrap_or_else(|| panic!("{name}: {all}")).clone()
    };
    let deposit = of("deposit", "function");
    assert_eq!((&deposit["type"], &deposit["file"]), (&json!("int(int)"), &json!("bank.c")));
    let history = of("history", "global");
    assert_eq!((&history["type"], &history["size"], &history["file"]), (&json!("int[4]"), &json!(16), &json!("log.c")));
    assert_eq!(of("count", "static")["line"], 2);
}

#[test]
fn values_are_written_in_the_formats_of_c() {
    let mut target = target("types");
    run(&mut target, "tbreak types.c:65; run");
    for (line, expected) in [
        ("print/x p", "p = {x = 0x0000000B, y = 0x00000016, tag = 0xFFFC}"),
        ("print/d c", "c = 5"),
        ("print/o mask", "mask = 020000000001"),
        ("print/u sc", "sc = 253"),
        ("print/c w.bytes[0]", "w.bytes[0] = '\\005'"),
        ("print/f 0x3C00", "0x3C00 = 1"),
        ("print/y sc", "there is no format y: x, d, u, o, t, c, f are there"),
        ("print values[0]@2", "values[0]@2 = {1, -2}"),
        ("print *first@3", "*first@3 = {1, -2, 300}"),
        ("print/x *first@2", "*first@2 = {0x0001, 0xFFFE}"),
        ("whatis *first@3", "type = short[3]"),
        ("print 5@2", "what stands before @ has to be in memory, as *p or a[0] is"),
        ("print values[0]@sh", "a number from 1 to 4096 is expected behind @"),
        ("print sc = 3", "an expression changes nothing: set var NAME = VALUE does"),
        ("print length(name)", "an expression calls no function: that would change the machine"),
        ("x/s name", "0x4005  \"hsx\""),
        ("display/x sc", "1: sc, shown in pane 10"),
    ] {
        assert_eq!(text(&mut target, line), expected, "{line}");
    }
    let listed = text(&mut target, "x/1i $pc");
    assert_eq!(listed, text(&mut target, "x/1i"), "$pc is an address as the pc is");
    let pc = run(&mut target, "print pc")["value"].clone();
    assert_eq!(run(&mut target, "break *$pc")["pc"], pc);
}

#[test]
fn what_the_compiler_has_got_wrong_is_found_by_check() {
    let mut fields = hsxray::backend::Local::new("fields", Default::default(), Default::default());
    let program = super::cases::program("faults/fields", "fields");
    fields.load(std::sync::Arc::new(program), Default::default()).expect("loads");
    let told = text(&mut fields, "check");
    assert!(told.starts_with("all invariants hold\n"), "{told}");
    assert!(told.contains("fields.c:12: y of struct point is taken from the start of the struct"), "{told}");
    assert!(!told.contains(" x of struct"), "the first member is where it should be: {told}");
    let found = run(&mut fields, "check");
    assert_eq!((&found["ok"], found["compiler_faults"].as_array().map(Vec::len)), (&json!(true), Some(4)));
    let mut right = target("types");
    assert_eq!(text(&mut right, "check"), "all invariants hold", "POINT_Y adds the distance itself");
}

#[test]
fn a_register_is_said_to_be_of_the_innermost_frame_where_another_one_is_chosen() {
    let mut target = in_fact();
    let note = ", registers being those of the innermost frame";
    assert!(!text(&mut target, "print r4").contains(note));
    run(&mut target, "frame 2");
    assert!(text(&mut target, "print r4").ends_with(note));
    assert!(text(&mut target, "print n + r4").ends_with(note));
    assert_eq!(text(&mut target, "print n"), "n = 3");
}

/// What plain mode says to some lines about a program of C.
fn plain(lines: &str) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    command.arg("--plain").arg(crate::support::project("tests/cases/c/recur/recur.hxe"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("is read");
    String::from_utf8_lossy(&child.wait_with_output().expect("ends").stdout).into_owned()
}

#[test]
fn n_and_s_typed_in_plain_mode_go_by_lines_unless_that_is_switched_off() {
    let told = plain("n\nn\nn\ns\n");
    for place in ["main at recur.c:40", "main at recur.c:41", "main at recur.c:42", "fact (n=5) at recur.c:6"] {
        assert!(told.contains(place), "{place}: {told}");
    }
    let told = plain("set step instruction\nn\n");
    assert!(told.contains("1 turn") && !told.contains("recur.c:40"), "{told}");
}
