//! What programs in C cost: steps by lines, variables, reading the compiler's files.
//!
//! `cargo bench -p hsxray-bench --bench c` prints one figure a line, medians; the bounds stand behind them.

#![allow(clippy::print_stdout)]

mod common;

use common::time;
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program};
use hsxray::command;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Variables of the function.
const VARIABLES: usize = 50;

/// `main` calls `work`, which takes a million turns; `main` has a frame as compiled functions have.
fn assembler() -> String {
    let room = "    PUSH R12\n".repeat(VARIABLES);
    format!(
        ".entry main\n.text\nmain:\n    PUSH R7\n    MOV R7, R15\n{room}    LDI R1, 5\nagain:\n    CALL work\n    JMP again\n\
         work:\n    LDI32 R2, 333333\n    LDI R3, 1\nturn:\n    SUB R2, R2, R3\n    CMP R2, R3\n    JNZ turn\n    RET\n"
    )
}

/// What clang would say of it: one line of C each, integers, and pointers to them.
fn llvm() -> String {
    let mut text = String::from(
        "define i32 @main() #0 !dbg !1 {\ndefine i32 @work() #0 !dbg !2 {\n!0 = !DIFile(filename: \"app.c\", directory: \".\")\n\
         !1 = distinct !DISubprogram(name: \"main\", scope: !0, file: !0, line: 3, type: !5)\n\
         !2 = distinct !DISubprogram(name: \"work\", scope: !0, file: !0, line: 30, type: !5)\n\
         !3 = !DIBasicType(name: \"int\", size: 32, encoding: DW_ATE_signed)\n\
         !4 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !3, size: 64)\n!5 = !DISubroutineType(types: !6)\n!6 = !{!3}\n",
    );
    for i in 0..VARIABLES {
        let of = if i % 5 == 4 { 4 } else { 3 };
        let _ =
            writeln!(text, "!{} = !DILocalVariable(name: \"v{i}\", scope: !1, file: !0, line: 4, type: !{of})", 10 + i);
    }
    text
}

fn symbols(program: &Program) -> String {
    let at = |name: &str| {
        let found = program.symbols.symbols.iter().find(|s| s.name == name);
        found.map_or(0, |s| s.address)
    };
    let (main, again, work) = (at("main"), at("again"), at("work"));
    let end = 4 * program.image.code.len() as u32;
    let mut lines = String::new();
    for (pc, line) in [(again - 4, 5), (again, 6), (again + 4, 7), (work, 31), (end - 4, 32)] {
        let _ = write!(lines, "{{\"pc\": {pc}, \"line\": {line}, \"file\": \"app.c\"}},");
    }
    let mut locals = String::new();
    for i in 0..VARIABLES {
        let offset = 4 * (i + 1);
        let _ = write!(
            locals,
            "{{\"name\": \"v{i}\", \"function\": \"main\", \"line\": 4, \"scope\": \"!1\", \"locations\": [{{\"start\": {main}, \
             \"end\": {work}, \"location\": {{\"kind\": \"stack\", \"offset\": -{offset}}}}}]}},"
        );
    }
    format!(
        "{{\"version\": 1, \"addresses\": \"words\", \"instructions\": [{}], \"symbols\": {{\"functions\": [\
         {{\"name\": \"main\", \"address\": {main}, \"size\": {}, \"line\": 3, \"file\": \"app.c\"}}, \
         {{\"name\": \"work\", \"address\": {work}, \"size\": {}, \"line\": 30, \"file\": \"app.c\"}}], \"locals\": [{}]}}}}",
        lines.trim_end_matches(','),
        work - main,
        end - work,
        locals.trim_end_matches(',')
    )
}

/// The files of the program in a directory of their own.
fn files() -> PathBuf {
    let directory = std::env::temp_dir().join(format!("hsxray-bench-c-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("directory");
    let program = Program::builtin("app.mvasm", &assembler()).expect("assembles");
    std::fs::write(directory.join("app.hxe"), hsxray::image::write(&program.image).expect("an image")).expect("writes");
    std::fs::write(directory.join("app.sym"), symbols(&program)).expect("writes");
    std::fs::write(directory.join("app.ll"), llvm()).expect("writes");
    directory
}

fn target(directory: &Path) -> Local {
    let program = Program::read(&directory.join("app.hxe")).expect("reads");
    assert!(program.warnings.is_empty(), "{:?}", program.warnings);
    let mut target = Local::new("bench", Config::default(), LoadDefaults::default());
    target.load(Arc::new(program), LoadOptions::default()).expect("loads");
    target
}

fn execute(target: &mut Local, line: &str) {
    for outcome in command::execute_line(target, Some(1), line) {
        outcome.result.unwrap_or_else(|e| panic!("{line}: {e}"));
    }
    while target.pump(4_000_000) {}
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A step over a call of a million turns, and a run of as many turns.
fn steps(directory: &Path) {
    let (mut stepped, mut ran) = (target(directory), target(directory));
    execute(&mut stepped, "tbreak app.c:6; run");
    execute(&mut ran, "tbreak app.c:6; run");
    let (mut steps, mut runs) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let before = stepped.machine().turns();
        steps.push(time(|| execute(&mut stepped, "line")));
        let turns = stepped.machine().turns() - before;
        assert!(turns > 900_000, "{turns}");
        runs.push(time(|| execute(&mut ran, &format!("run {turns}"))));
        execute(&mut stepped, "line");
        execute(&mut ran, "run 1");
    }
    let (step, run) = (median(steps), median(runs));
    let ratio = step.as_secs_f64() / run.as_secs_f64();
    println!(
        "a step over a call of a million turns        {step:>10.2?}  the run alone {run:>10.2?}: {ratio:.2} (1.2)"
    );
}

fn variables(directory: &Path) {
    let mut target = target(directory);
    execute(&mut target, "tbreak app.c:6; run");
    assert_eq!(target.variables_set(1, 0).len(), VARIABLES);
    let times = (0..201).map(|_| time(|| execute(&mut target, "info locals"))).collect();
    println!("info locals of {VARIABLES} variables                  {:>10.2?}  (1 ms)", median(times));
}

/// The same program with a `.ll` of ten megabytes: places and values of a large source.
fn reading(directory: &Path) {
    let mut text = llvm();
    let mut id = 1000;
    while text.len() < 10_000_000 {
        let _ = writeln!(
            text,
            "  %{id} = load i32, ptr %2, align 4, !dbg !{id}\n!{id} = !DILocation(line: {}, column: 9, scope: !1)",
            id % 500
        );
        id += 1;
    }
    std::fs::write(directory.join("app.ll"), &text).expect("writes");
    let image = directory.join("app.hxe");
    let times = (0..9).map(|_| time(|| drop(Program::read(&image).expect("reads")))).collect();
    println!("a program with a .ll of {} MB                {:>10.2?}  (0.3 s)", text.len() / 1_000_000, median(times));
}

fn main() {
    let directory = files();
    steps(&directory);
    variables(&directory);
    reading(&directory);
    std::fs::remove_dir_all(&directory).expect("removes");
}
