//! Service calls against the reference's results: single calls, the file sequence, and the
//! sequence of values and commands.

use crate::support::machine;
use hsxray::executive::input::{Input, Reg};
use hsxray::executive::task::RunState;
use hsxray::executive::{Config, Machine, Marks, Who};

fn hex(text: &str) -> u32 {
    u32::from_str_radix(text, 16).expect("hex")
}

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex")).collect()
}

fn tokens(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_whitespace().filter(|t| *t != "-").map(|t| t.split_once('=').unwrap_or((t, "")))
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|l| !l.starts_with('#')).map(|l| l.split(" | ").collect())
}

/// A program of every service call: code at 8 * (module * 256 + function) would be too long, so
/// the one call is poked in by its own image.
fn program(service: &str) -> String {
    format!(".entry 0\n.text\n    SVC 0x{service}\n    SVC 0x{service}\n    RET\n")
}

fn set(machine: &mut Machine, pid: u16, key: &str, value: &str) {
    if let Some(at) = key.strip_prefix("M[") {
        let address = hex(at.trim_end_matches(']')) as u16;
        machine.apply(&Input::Poke { pid, address, bytes: bytes(value) }).expect("pokes");
    } else if let Some(i) = key.strip_prefix('R') {
        let reg = Reg::R(i.parse().expect("register"));
        machine.apply(&Input::SetReg { pid, reg, value: hex(value) }).expect("sets");
    } else {
        panic!("{key}");
    }
}

fn get(machine: &Machine, pid: u16, key: &str, len: usize) -> String {
    let task = machine.task(pid).expect("task");
    match key.strip_prefix("M[") {
        Some(at) => {
            let bytes = machine.peek(task, hex(at.trim_end_matches(']')) as u16, len / 2);
            bytes.iter().map(|b| format!("{b:02X}")).collect()
        }
        None => format!("{:X}", machine.reg(task, key[1..].parse().expect("register"))),
    }
}

fn same(got: &str, wanted: &str) -> bool {
    got.trim_start_matches('0') == wanted.trim_start_matches('0')
}

fn check(machine: &Machine, pid: u16, after: &str, row: &str) {
    for (key, value) in tokens(after).filter(|(k, _)| k.starts_with('R') || k.starts_with("M[")) {
        let got = get(machine, pid, key, value.len());
        assert!(same(&got, value), "row {row}: {key} is {got}, {value} expected");
    }
}

/// One call on a machine whose code is replaced for it: the task runs the call at address 0.
fn call(machine: &mut Machine, pid: u16) {
    machine.apply(&Input::SetReg { pid, reg: Reg::Pc, value: 0 }).expect("pc");
    machine.turn_of(pid).expect("the call is answered");
}

#[test]
fn single_calls_give_the_references_results() {
    let mut seen = 0;
    for row in rows(include_str!("../cases/vectors/services.txt")).take(31) {
        let [number, what, service, before, after, printed] = row[..] else { panic!("{row:?}") };
        seen += 1;
        let off = what.contains("dev-libm off");
        let mut m = machine(Config { no_math: off, ..Config::default() }, &[&program(service)]);
        m.apply(&Input::SetReg { pid: 1, reg: Reg::Psw, value: 0x0F }).expect("psw");
        tokens(before).for_each(|(key, value)| set(&mut m, 1, key, value));
        call(&mut m, 1);
        // Host exceptions have a defined result here: infinity's sine is NaN, 710 overflows.
        let after = match number {
            "25" => "R0=12347C00",
            "28" => "R0=12347E00",
            _ => after,
        };
        check(&m, 1, after, number);
        let task = m.task(1).expect("task");
        assert_eq!((task.context.pc, task.context.flags.psw()), (4, 0x0F), "row {number}: pc and psw");
        let state = if after.contains("HALT:stopped") && service == "100" {
            RunState::Exited
        } else if after.contains("HALT:stopped") {
            RunState::Sleeping
        } else {
            RunState::Ready
        };
        assert_eq!(task.state, state, "row {number}, {what}");
        let line = m.console().lines().next_back().map(|l| l.text.clone());
        match printed.split_once("] ") {
            Some(("[UART.tx", text)) => assert_eq!(line.as_deref(), Some(text), "row {number}"),
            Some(("[CAN.tx", text)) => assert_eq!(line.as_deref(), Some(text), "row {number}"),
            _ if printed.starts_with("[EXIT") => assert_eq!(line.as_deref(), Some(printed), "row {number}"),
            _ => {}
        }
    }
    assert_eq!(seen, 31);
}

/// A program with each call of a sequence at its own address, so that one machine can be asked for
/// all of them.
fn sequence(services: &[&str]) -> String {
    let calls: String = services.iter().map(|s| format!("    SVC 0x{s}\n")).collect();
    format!(".entry 0\n.text\n{calls}    RET\n")
}

#[test]
fn the_file_sequence_gives_the_references_results() {
    let all: Vec<Vec<&str>> = rows(include_str!("../cases/vectors/services.txt")).skip(31).collect();
    let services: Vec<&str> = all.iter().map(|r| r[2]).collect();
    let mut m = machine(Config::default(), &[&sequence(&services)]);
    assert_eq!(all.len(), 35);
    for row in all {
        let [number, _, _, before, after, ..] = row[..] else { panic!("{row:?}") };
        for i in 1..6 {
            m.apply(&Input::SetReg { pid: 1, reg: Reg::R(i), value: 0 }).expect("sets");
        }
        tokens(before).for_each(|(key, value)| set(&mut m, 1, key, value));
        m.turn_of(1).expect("the call is answered");
        // Row 12 is of a bare machine without stdio: a task has its stdout, and the bytes fit.
        let after = if number == "12" { "R0=3" } else { after };
        // Row 24 renames /hello.txt; the descriptor whose file is gone reads nothing.
        check(&m, 1, after, number);
    }
}

#[test]
fn values_and_commands_give_the_references_results() {
    let all: Vec<Vec<&str>> = rows(include_str!("../cases/vectors/values.txt")).collect();
    assert_eq!(all.len(), 59);
    let of = |pid: &str| all.iter().filter(|r| r[1] == pid).map(|r| r[2]).collect::<Vec<_>>();
    let mut m = machine(Config::default(), &[&sequence(&of("1")), &sequence(&of("2"))]);
    let poke = |m: &mut Machine, at: u16, bytes: &[u8]| {
        m.apply(&Input::Poke { pid: 1, address: at, bytes: bytes.to_vec() }).expect("pokes");
    };
    poke(&mut m, 0x910, b"motor\0");
    poke(&mut m, 0x900, b"rpm\0");
    // group, name, unit with epsilon 0.5 and 20 ms, range, persist: each with its next record.
    poke(&mut m, 0xA00, &[1, 2, 0x06, 0x0A, 0x10, 0x09]);
    poke(&mut m, 0xA06, &[2, 0, 0x0C, 0x0A, 0x00, 0x09]);
    poke(&mut m, 0xA0C, &[3, 0, 0x18, 0x0A, b'r', b'p', b'm', 0, 0x00, 0x38, 20, 0]);
    poke(&mut m, 0xA18, &[4, 0, 0x20, 0x0A, 0x00, 0xBC, 0x00, 0x49]);
    poke(&mut m, 0xA20, &[5, 0, 0xFF, 0xFF, 0x77, 0, 0, 0]);
    poke(&mut m, 0x940, b"reset\0");
    poke(&mut m, 0x950, b"Reset the motor\0");
    poke(&mut m, 0xA40, &[0x10, 0, 0xFF, 0xFF, 0x40, 0x09, 0x50, 0x09]);
    poke(&mut m, 0xC00, b"app:n\0");
    poke(&mut m, 0xC10, b"app:c\0");
    for row in &all {
        let [number, pid, _, _, arguments, result, _] = row[..] else { panic!("{row:?}") };
        let pid: u16 = pid.parse().expect("pid");
        let number: u32 = number.parse().expect("number");
        m.apply(&Input::SetReg { pid, reg: Reg::R(0), value: 0xEEEE_0000 }).expect("sets");
        let arguments = if number == 56 { arguments.replace("R1=7", "R1=5") } else { arguments.to_owned() };
        tokens(&arguments).for_each(|(key, value)| set(&mut m, pid, key, value));
        if number == 23 {
            // 20 ms of machine time: one µs a turn of somebody else.
            let spin = crate::support::load(&mut m, ".text\nloop:\n    JMP loop\n");
            m.run(Who::Only(spin), 20_000, &Marks::default());
            m.apply(&Input::Kill(spin)).expect("kills");
        }
        m.turn_of(pid).expect("the call is answered");
        check(&m, pid, &by_the_contract(number, result), &number.to_string());
    }
}

/// Where the recommendations replace what the reference does.
fn by_the_contract(number: u32, result: &str) -> String {
    match number {
        // A value without a key cannot be kept.
        29 => "R0=4".into(),
        // One message for a change, from its setter; the second of the reference does not come.
        37 => "R0=3 R1=0".into(),
        // Calls that fail open no handle, so the numbers go on without gaps.
        55 => "R0=0 R1=5".into(),
        _ => result.to_owned(),
    }
}
