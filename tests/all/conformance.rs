//! Programs with the results the reference implementation gave.

use crate::support::project;
use hsxray::asm::{self, Options};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::task::RunState;
use hsxray::executive::{Config, Machine, Outcome, Turn};
use hsxray::image;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(project("tests/cases")).expect("cases").map(|e| e.expect("entry").path());
    let mut cases: Vec<PathBuf> = entries.filter(|p| p.join("expect.json").exists()).collect();
    cases.sort();
    cases
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("directory").map(|e| e.expect("entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "mvasm")).collect();
    files.sort();
    files
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    fs::read(path)
}

/// Bytes without the application name, which the reference took from a temporary file.
fn nameless(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes[5] == 2 {
        bytes[0x20..0x40].fill(0);
    }
    bytes
}

#[test]
fn assembled_programs_are_byte_identical_to_the_reference_toolchains() {
    let directories = cases().into_iter().chain([project("tests/cases/protocol-programs")]);
    let mut seen = 0;
    for source in directories.flat_map(|d| sources(&d)) {
        let image = source.with_extension("hxe");
        // The reference repeats the last character of each escape; there is a switch for that.
        let single_instance = source.file_stem().is_some_and(|s| s == "single");
        let options = Options { reference_escapes: true, single_instance, ..Options::default() };
        let assembled =
            asm::assemble(std::slice::from_ref(&source), &options, &mut read).unwrap_or_else(|e| panic!("{e}"));
        let ours = image::write(&assembled.image).expect("fits");
        assert_eq!(nameless(ours), nameless(fs::read(&image).expect("image")), "{}", source.display());
        seen += 1;
    }
    assert!(seen >= 50, "{seen} programs");
}

fn machine(case: &Path, expect: &Value) -> Machine {
    let mut machine = Machine::new(Config::default());
    for program in expect["programs"].as_array().expect("programs") {
        let bytes = fs::read(case.join(program.as_str().expect("name"))).expect("image");
        let image = image::read(&bytes).expect("good image");
        machine.apply(&Input::Load(Load::new(Arc::new(image)))).expect("loads");
    }
    machine
}

fn registers(machine: &Machine, pid: u16) -> Vec<u32> {
    let task = machine.task(pid).expect("task");
    (0..16).map(|i| machine.reg(task, i)).collect()
}

/// The registers of a row of the trace against ours: all that changed since the task's last row.
fn check_row(machine: &Machine, turn: Turn, row: &[Value], known: &mut [Vec<u32>], case: &str) {
    let number = |i: usize| row[i].as_u64().expect("number");
    let task = machine.task(turn.pid).expect("task");
    let place = format!("{case}, turn {}", turn.n);
    assert_eq!((turn.n, u64::from(turn.pid)), (number(0), number(1)), "{place}: turn and pid");
    assert_eq!(
        (u64::from(turn.pc), u64::from(task.context.pc)),
        (number(2), number(3)),
        "{place}: pc before and after"
    );
    assert_eq!(u64::from(task.context.flags.psw()), number(4), "{place}: psw");
    assert_eq!(u64::from(task.context.sp), number(5), "{place}: sp");
    let now = registers(machine, turn.pid);
    let before = &mut known[usize::from(turn.pid) - 1];
    let changed: serde_json::Map<String, Value> =
        (0..16).filter(|i| now[*i] != before[*i]).map(|i| (format!("r{i}"), now[i].into())).collect();
    assert_eq!(&changed, row[6].as_object().expect("registers"), "{place}: changed registers");
    *before = now;
}

#[test]
fn every_turn_is_the_references() {
    for case in cases() {
        let name = case.file_name().expect("name").to_string_lossy().into_owned();
        let expect: Value =
            serde_json::from_str(&fs::read_to_string(case.join("expect.json")).expect("file")).expect("JSON");
        let mut machine = machine(&case, &expect);
        let mut known: Vec<Vec<u32>> = machine.tasks().iter().map(|t| registers(&machine, t.pid)).collect();
        for row in expect["trace"].as_array().expect("trace") {
            let turn = machine.turn().unwrap_or_else(|quiet| panic!("{name}: {quiet:?} at {row}"));
            check_row(&machine, turn, row.as_array().expect("row"), &mut known, &name);
            assert_eq!(machine.check(), Vec::<String>::new(), "{name}, turn {}", turn.n);
        }
        assert_eq!(machine.turns(), expect["turns"].as_u64().expect("turns"), "{name}");
        check_end(&mut machine, &expect, &name);
    }
}

fn check_end(machine: &mut Machine, expect: &Value, case: &str) {
    for wanted in expect["tasks"].as_array().expect("tasks") {
        let number = |key: &str| wanted[key].as_u64().expect("number");
        let task = machine.task(number("pid") as u16).expect("task");
        let cx = &task.context;
        assert_eq!(u64::from(cx.pc), number("pc"), "{case}: pc");
        assert_eq!(u64::from(cx.flags.psw()), number("psw"), "{case}: psw");
        assert_eq!(u64::from(cx.sp), number("sp"), "{case}: sp");
        assert_eq!(u64::from(cx.reg_base), number("reg_base"), "{case}: reg_base");
        assert_eq!(u64::from(cx.stack_limit), number("stack_limit"), "{case}: stack_limit");
        assert_eq!(task.counters.turns, number("turns"), "{case}: turns");
        let regs: Vec<u64> = registers(machine, task.pid).into_iter().map(u64::from).collect();
        assert_eq!(Value::from(regs), wanted["regs"], "{case}: registers");
        let end = wanted["end"].as_str().expect("end");
        let status = wanted["exit_status"].as_u64();
        match (end, task.state) {
            ("returned", RunState::Returned) => assert_eq!(task.exit_status.map(u64::from), status, "{case}"),
            // The reference keeps no status for exits; the contract's is R0.
            ("exited", RunState::Exited) => {
                assert_eq!(task.exit_status, Some(registers(machine, task.pid)[0]), "{case}")
            }
            // BRK: the contract lets the machine go on, so the task is ready.
            ("paused", RunState::Ready) if case == "brk" => {}
            // PC outside the code: a fault by the contract, a pause of everything in the reference.
            ("paused", RunState::Faulted) if case == "pc-out-of-range" => {
                assert_eq!(task.fault.expect("fault").fault.name(), "pc_out_of_range");
            }
            (fault, RunState::Faulted) => {
                assert_eq!(fault.strip_prefix("fault:"), task.fault.map(|f| f.fault.name()), "{case}");
            }
            other => panic!("{case}: {other:?}"),
        }
    }
    // A task that is over takes no more turns; what was left runs on (the BRK case has nothing).
    if case != "brk" {
        assert!(machine.turn().is_err(), "{case}: everything is over");
    }
}

#[test]
fn a_break_is_reported_with_its_code_and_the_machine_goes_on() {
    let case = project("tests/cases/brk");
    let expect: Value =
        serde_json::from_str(&fs::read_to_string(case.join("expect.json")).expect("file")).expect("JSON");
    let mut machine = machine(&case, &expect);
    machine.turn().expect("first");
    assert!(matches!(machine.turn().expect("BRK").outcome, Outcome::Break(_)));
    assert!(machine.turn().is_ok(), "PC has moved on");
}
