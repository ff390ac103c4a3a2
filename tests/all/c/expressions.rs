//! Expressions of C: members, elements, pointers, casts, names in other frames, files and tasks; changes.

use super::cases::target;
use crate::support::run;
use hsxray::backend::Local;
use hsxray::command;
use serde_json::json;

fn at_the_end_of_types() -> Local {
    let mut target = target("types");
    run(&mut target, "tbreak types.c:68; run");
    target
}

fn text(target: &mut Local, line: &str) -> String {
    let words = command::split(line).expect("line").remove(0);
    command::execute(target, Some(1), words).map_or_else(|e| e.to_string(), |reply| reply.text)
}

#[test]
fn parts_of_values_are_reached_as_in_c() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("print letter", "letter = 66 'B'"),
        ("print p", "p = {x = 11, y = 22, tag = -4}"),
        ("print pp->y", "pp->y = 22"),
        ("print (*pp).tag", "(*pp).tag = -4"),
        ("print &p", "&p = 0xFF98"),
        ("print *pp", "*pp = {x = 11, y = 22, tag = -4}"),
        ("print values[2] + first[1]", "values[2] + first[1] = 298"),
        ("print *(first + 2)", "*(first + 2) = 300"),
        ("print **deeper", "**deeper = 16909061"),
        ("print w", "w = {whole = 16909061, bytes = {5, 3, 2, 1}}"),
        ("print w.bytes[3] * 2", "w.bytes[3] * 2 = 2"),
        ("print (short)ui", "(short)ui = 10490"),
        ("print *(short *)&ui", "*(short *)&ui = 10490"),
        ("print sizeof p", "sizeof p = 12"),
        ("print sizeof(struct point)", "sizeof(struct point) = 12"),
        ("print c == GREEN", "c == GREEN = 1"),
        ("print favourite", "favourite = BLUE"),
        ("print name", "name = 0x4005 \"hsx\""),
        ("print name[1]", "name[1] = 115 's'"),
        ("print/x ui", "ui = 0xEE6B28FA"),
        ("print/x values", "values = {0x0001, 0xFFFE, 0x012C}"),
        ("print/t uc", "uc = 11111010"),
        ("print ui > 0", "ui > 0 = 1"),
        ("print -sc", "-sc = 3"),
        ("print mask - 1", "mask - 1 = 2147483648"),
        ("print *(int *)0x4000", "*(int *)0x4000 = -2147483647"),
        ("whatis pp", "type = struct point *"),
        ("whatis values", "type = short[3]"),
        ("whatis &values[1]", "type = short *"),
        ("whatis u16", "type = u16"),
        ("ptype u16", "type = unsigned short"),
        ("ptype enum colour", "type = enum colour { RED = 0, GREEN = 5, BLUE = 6 }"),
        ("ptype pp", "type = struct point *"),
        (
            "ptype struct point",
            "type = struct point {\n    int x;  // at 0\n    int y;  // at 4\n    short tag;  // at 8\n}  // 12 bytes",
        ),
    ] {
        assert_eq!(text(&mut target, line), expected, "{line}");
    }
}

#[test]
fn one_of_two_values_is_chosen_and_has_the_type_that_both_have() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("print sc < 0 ? -sc : sc", "sc < 0 ? -sc : sc = 3"),
        ("print uc < 0 ? 1 : uc > 200 ? 2 : 3", "uc < 0 ? 1 : uc > 200 ? 2 : 3 = 2"),
        ("print (1 ? sc : mask) > 0", "(1 ? sc : mask) > 0 = 1"),
        ("print values[sc ? 2 : 0]", "values[sc ? 2 : 0] = 300"),
        ("print (c == GREEN ? pp : 0)->y", "(c == GREEN ? pp : 0)->y = 22"),
        ("print sc ? p : p", "a struct point is not a number: name a member or an element of it"),
        ("print sc ? 1", "\":\" is expected"),
    ] {
        assert_eq!(text(&mut target, line), expected, "{line}");
    }
}

#[test]
fn numbers_with_a_fraction_are_cast_as_in_c() {
    let mut halves = super::cases::target("types");
    run(&mut halves, "tbreak blend; run");
    for (line, expected) in [
        ("print (int)b", "(int)b = 2"),
        ("print (int)-b", "(int)-b = -2"),
        ("print (unsigned char)(a * 200)", "(unsigned char)(a * 200) = 44 ','"),
        ("print (int)a == 1 ? 10 : 20", "(int)a == 1 ? 10 : 20 = 10"),
        ("print (_Float16)2049", "(_Float16)2049 = 2048"),
        ("print (_Float16)3 / 2", "(_Float16)3 / 2 = 1.5"),
        ("print 1 ? a : 2", "1 ? a : 2 = 1.5"),
        ("print (int *)b", "numbers and pointers can be cast to whole numbers and pointers, numbers to _Float16"),
    ] {
        assert_eq!(text(&mut halves, line), expected, "{line}");
    }
}

#[test]
fn what_means_nothing_is_refused_with_what_there_is() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("print origin", "origin is not in the image: the compiler left it out"),
        ("print p.z", "struct point has no z: it has x, y, tag"),
        ("print r.x", "a int has no members"),
        ("print *r", "this is not a pointer: cast it, as in *(int *)0x5000"),
        ("print p + 1", "a struct point is not a number: name a member or an element of it"),
        ("print length::s", "s: length has no such frame in task 1"),
        ("print nowhere::s", "there is no function nowhere"),
        ("print halves.c::nothing", "halves.c has no nothing"),
        ("print values[", "a number, a name or [address] is expected, not the end"),
        ("print (short", "\")\" is expected"),
    ] {
        assert_eq!(text(&mut target, line), expected, "{line}");
    }
    let missing = text(&mut target, "print nothing");
    assert!(missing.starts_with("no nothing here: main has letter, "), "{missing}");
    let deep = format!("print {}r{}", "(".repeat(200), ")".repeat(200));
    assert!(text(&mut target, &deep).contains("too deep"), "a bound on nesting");
}

#[test]
fn the_machines_own_words_stay_what_they_were() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("print turn", "turn = "),
        ("print r7", "r7 = 65528 (0x0000FFF8)"),
        ("print $next", "$next = 1"),
        ("print 1.sp", "1.sp = "),
    ] {
        let shown = text(&mut target, line);
        assert!(shown.starts_with(expected), "{line}: {shown}");
    }
    assert_eq!(text(&mut target, "print w[0x4000]"), "w[0x4000] = 2147483649 (0x80000001)");
}

#[test]
fn names_of_other_frames_files_and_tasks_are_reached() {
    let mut files = target("files");
    run(&mut files, "tbreak note; run");
    assert_eq!(text(&mut files, "print count"), "count = 0", "that of log.c");
    assert_eq!(text(&mut files, "print bank.c::count"), "bank.c::count = 1");
    assert_eq!(text(&mut files, "print main.c::count"), "main.c::count = 11");
    assert_eq!(text(&mut files, "print ::balance"), "::balance = 600");
    assert_eq!(text(&mut files, "print deposit::calls"), "deposit::calls = 6", "a static needs no frame");
    assert_eq!(text(&mut files, "print main::got"), "main::got = 6");
    run(&mut files, "up");
    assert_eq!(text(&mut files, "print count"), "count = 11");
    assert_eq!(text(&mut files, "print what"), "no what here: main has got, noted, more, times");
    run(&mut files, "down");
    assert_eq!(text(&mut files, "print what"), "what = 6");

    let mut recur = target("recur");
    run(&mut recur, "break fact if n == 2");
    assert_eq!(run(&mut recur, "run")["stop"]["kind"], "breakpoint");
    assert_eq!(text(&mut recur, "print n"), "n = 2");
    assert_eq!(text(&mut recur, "print fact#2::n"), "fact#2::n = 3");
    assert_eq!(text(&mut recur, "print fact#3::n * 10"), "fact#3::n * 10 = 40");
    run(&mut recur, "frame 2");
    assert_eq!(text(&mut recur, "print n"), "n = 4");
    run(&mut recur, "step");
    assert_eq!(text(&mut recur, "print n"), "n = 2", "the frame was chosen until the task ran");

    let mut race = target("race");
    run(&mut race, "break right.c:13 -p 2; run");
    assert_eq!(text(&mut race, "print 2:i"), "2:i = 0 (not set yet)");
}

#[test]
fn a_struct_takes_another_one_of_its_type() {
    let mut target = at_the_end_of_types();
    let there = "*(struct point *)0x5000";
    assert_eq!(text(&mut target, &format!("set var {there} = p")), format!("{there} = {{x = 11, y = 22, tag = -4}}"));
    run(&mut target, "set var p.x = 7; set var p = *(struct point *)0x5000");
    assert_eq!(text(&mut target, "print p"), "p = {x = 11, y = 22, tag = -4}");
    assert_eq!(text(&mut target, "set var w = p"), "this is a struct point, and a union word is expected");
}

#[test]
fn variables_are_changed_by_their_types_and_in_the_past() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("set var pp->tag = -7", "pp->tag = -7"),
        ("set var letter = 'z'", "letter = 122 'z'"),
        ("set var c = BLUE", "c = BLUE"),
        ("set var values[1] = values[2] + 1", "values[1] = 301"),
        ("set var p = 1", "a struct point is not a number: name a member or an element of it"),
    ] {
        assert_eq!(text(&mut target, line), expected, "{line}");
    }
    assert_eq!(text(&mut target, "print p"), "p = {x = 11, y = 22, tag = -7}");
    assert_eq!(run(&mut target, "peek 1 0xFFA0 4")["address"], json!(0xFFA0));
    let mut halves = super::cases::target("types");
    run(&mut halves, "tbreak blend; run");
    assert_eq!(text(&mut halves, "print a * 2"), "a * 2 = 3");
    assert_eq!(text(&mut halves, "set var b = 3"), "b = 3");
    assert_eq!(text(&mut halves, "set var b = a + 0.25"), "b = 1.75");
    run(&mut halves, "goto 5; set var mask = 7");
    assert_eq!(run(&mut halves, "print mask")["value"], 7);
    assert_eq!(halves.session().history().branches, 2, "a change in the past begins a branch");
}

#[test]
fn finish_says_the_value_by_its_type() {
    let mut target = target("recur");
    run(&mut target, "tbreak fact; run");
    let stop = run(&mut target, "finish")["stop"].clone();
    assert_eq!(stop["returned"], json!({ "value": 120, "type": "int" }));
    assert!(
        hsxray::command::run_reply(&target.look(&hsxray::backend::Want::lists()))
            .text
            .starts_with("Value returned: 120 (int)\n")
    );
    let mut outer = super::cases::target("recur");
    run(&mut outer, "break fact if n == 2; run; frame 2");
    let stop = run(&mut outer, "finish")["stop"].clone();
    assert_eq!(stop["returned"]["value"], 24, "the chosen frame is the one that returns");
}

#[test]
fn stops_searches_and_displays_take_names_of_c() {
    let mut target = target("files");
    run(&mut target, "line");
    let set = run(&mut target, "watch balance");
    assert_eq!(set["number"], 1);
    let stop = run(&mut target, "run")["stop"].clone();
    assert_eq!((&stop["kind"], &stop["old"], &stop["new"]), (&json!("watchpoint"), &json!(100), &json!(600)));
    assert_eq!(text(&mut target, "print balance"), "balance = 600");
    let wrote = run(&mut target, "last-write balance");
    assert_eq!((&wrote["new"], &wrote["pid"]), (&json!(600), &json!(1)));
    run(&mut target, "run 5");
    assert_eq!(run(&mut target, "last-write *(int *)&balance")["turn"], wrote["turn"]);
    run(&mut target, "goto start; delete 1; break note if what > 5");
    assert_eq!(run(&mut target, "run")["stop"]["kind"], "breakpoint");
    assert_eq!(text(&mut target, "print what"), "what = 6");
    text(&mut target, "display what");
    assert_eq!(text(&mut target, "display"), "1: what = 6");
    run(&mut target, "finish");
    assert_eq!(text(&mut target, "display"), "1: what: not in scope");
    assert_eq!(run(&mut target, "until count == 4")["stop"]["kind"], "watchpoint");
    assert_eq!(text(&mut target, "print main.c::count"), "main.c::count = 4");
}

#[test]
fn stops_on_names_of_c_survive_a_recording() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("stops.hsxrec");
    let mut target = target("recur");
    run(&mut target, "break fact if n == 2");
    run(&mut target, &format!("record {}", file.display()));
    let mut opened = target;
    run(&mut opened, &format!("replay {}", file.display()));
    assert_eq!(run(&mut opened, "run")["stop"]["kind"], "breakpoint");
    assert_eq!(text(&mut opened, "print n"), "n = 2", "the recording brings what is known of the variables");
}

#[test]
fn reverse_lines_are_the_steps_taken_back() {
    for (command, back) in [("line", "reverse-line"), ("line into", "reverse-line into")] {
        let mut target = target("lines");
        let mut turns = Vec::new();
        run(&mut target, "line");
        while run(&mut target, command)["stop"]["kind"] == "line" {
            turns.push(target.machine().turns());
        }
        run(&mut target, &format!("goto {}", turns.pop().expect("steps")));
        while let Some(turn) = turns.pop() {
            run(&mut target, back);
            assert_eq!(target.machine().turns(), turn, "{back}, {} left", turns.len());
        }
    }
}

#[test]
fn pointers_name_what_they_point_at() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("print pp", "pp = 0xFF98 -> p"),
        ("print first", "first = 0xFF7C -> values[0]"),
        ("print deep", "deep = 0xFFA8 -> w.whole"),
        ("print deeper", "deeper = 0xFF60 -> deep"),
    ] {
        assert_eq!(text(&mut target, line), expected);
    }
    let found = run(&mut target, "print pp");
    assert_eq!((&found["value"], &found["points_at"]), (&json!("0xFF98"), &json!("p")));
    let mut target = crate::c::cases::target("recur");
    run(&mut target, "tbreak visit; run");
    assert_eq!(text(&mut target, "print deepest"), "deepest = 0xFFF0 -> main::deepest");
    assert!(text(&mut target, "backtrace").contains("visit (level=1, deepest=0xFFF0) at"));
}

#[test]
fn memory_is_looked_at_by_expressions_of_c() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("x/3dh values", "0xFF7C  1  -2  300"),
        ("x/s name", "0x4005  \"hsx\""),
        ("x/1dw &p.y", "0xFF9C  22"),
        ("x/1dw p", "0xFF98  11"),
        ("x/1dh first + 1", "0xFF7E  -2"),
    ] {
        assert_eq!(text(&mut target, line), expected);
    }
}

#[test]
fn what_has_no_place_has_a_type_and_formats_are_for_all_numbers() {
    let mut target = at_the_end_of_types();
    for (line, expected) in [
        ("whatis length", "type = int(const char *)"),
        ("whatis sum", "type = int(struct point *, short *, int)"),
        ("whatis origin", "type = struct point"),
        ("print/c 65", "65 = 'A'"),
        ("print/x 255", "255 = 0x000000FF"),
    ] {
        assert_eq!(text(&mut target, line), expected);
    }
    assert!(text(&mut target, "print p->x").contains("not a pointer"), "{}", text(&mut target, "print p->x"));
}
