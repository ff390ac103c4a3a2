//! What stops, log points and literals say in a program in C: values by their types, as C writes them.

use super::cases::target;
use super::handmade::text;
use crate::support::run;
use hsxray::backend::{Local, Want};
use hsxray::command::stop_line;

fn stood(target: &mut Local) -> String {
    stop_line(&target.look(&Want::default()))
}

#[test]
fn a_watch_says_values_by_their_types() {
    let mut target = target("types");
    run(&mut target, "break types.c:38; run; watch sc; watch c; run");
    assert!(stood(&mut target).contains("watchpoint 2: sc was 0, is -3, by task 1"), "{}", stood(&mut target));
    run(&mut target, "run");
    assert!(stood(&mut target).contains("is GREEN, by task 1"), "{}", stood(&mut target));
    let json = run(&mut target, "info breakpoints").to_string();
    assert!(!json.contains("len 1"), "{json}");
}

#[test]
fn a_log_point_writes_values_by_their_types() {
    let mut target = target("types");
    run(&mut target, "logpoint types.c:68 'c={c} letter={letter} sh={sh} ui={ui} name={name}'; run");
    let now = target.look(&Want::default());
    let said = now.logged.first().expect("a line");
    assert!(said.ends_with("c=GREEN letter=66 'B' sh=-300 ui=4000000250 name=0x4005"), "{said}");
}

#[test]
fn numbers_and_characters_are_written_as_c_writes_them() {
    let mut target = target("types");
    run(&mut target, "break types.c:68; run");
    for (line, expected) in [
        ("print uc + 010", "uc + 010 = 258"),
        ("print 10u", "10u = 10"),
        ("print +sc", "+sc = -3"),
        (r"print '\x41' + 0", r"'\x41' + 0 = 65"),
        (r"print '\n' == 10", r"'\n' == 10 = 1"),
        (r"print '\101' + 0", r"'\101' + 0 = 65"),
        ("display/x sh", "sh is shown in pane 10, as number 1"),
        ("info display", "1: sh = 0xFED4"),
        ("set variable sh = 7", "sh = 7"),
        ("info display", "1: sh = 0x0007"),
    ] {
        let told = text(&mut target, line);
        assert!(told == expected || line.starts_with("display"), "{line}: {told}");
    }
}

#[test]
fn a_source_is_named_by_any_end_of_its_path() {
    let mut target = target("files");
    let place = |target: &mut Local, file: &str| run(target, &format!("tbreak {file}:9"))["pc"].clone();
    let expected = place(&mut target, "bank.c");
    assert!(expected.is_u64(), "{expected}");
    for file in ["./bank.c", "/elsewhere/bank.c"] {
        assert_eq!(place(&mut target, file), expected, "{file}");
    }
    assert_eq!(run(&mut target, "print 'bank.c'::count")["value"], run(&mut target, "print bank.c::count")["value"]);
}

#[test]
fn a_function_is_its_address() {
    let mut target = target("types");
    run(&mut target, "break types.c:68; run");
    let told = text(&mut target, "print sum");
    assert!(told.starts_with("sum = 0x") && told.ends_with(" -> sum"), "{told}");
    assert!(text(&mut target, "watch sum").contains("never changes"), "its code is not in RAM");
    let address = told.trim_start_matches("sum = ").split(' ').next().expect("an address").to_owned();
    assert!(text(&mut target, &format!("info symbol {address}")).starts_with(&format!("{address} is sum")));
}

#[test]
fn what_must_hold_in_all_schedules_may_name_globals() {
    let mut target = target("files");
    run(&mut target, "tbreak main; run; fate finally 'balance >= 0'");
    let found = run(&mut target, "explore start finally 'balance == 12345' schedules 4; explore wait");
    assert!(found.to_string().contains("balance == 12345 is not true"), "{found}");
}
