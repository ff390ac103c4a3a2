//! Files as people have them: pipes, odd names, other line ends and encodings, sources that have changed since.

use crate::support::project;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const LOOP: &str =
    ".entry start\n.text\nstart:\n    LDI R1, 0\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";

fn hsxray<A: AsRef<OsStr>>(arguments: &[A], directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hsxray")).args(arguments).current_dir(directory).output().expect("runs")
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", err(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs with bytes on standard input.
#[cfg(unix)]
fn piped(bytes: &[u8], arguments: &[&str], directory: &Path) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    let child = child.args(arguments).current_dir(directory).stdin(Stdio::piped());
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    child.stdin.take().expect("a pipe").write_all(bytes).expect("written");
    child.wait_with_output().expect("ends")
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_and_its_content_says_what_it_is() {
    let home = tempfile::tempdir().expect("directory");
    let ps = |bytes: &[u8]| out(&piped(bytes, &["batch", "/dev/stdin", "-e", "step 3", "-e", "print r2"], home.path()));
    assert!(ps(LOOP.as_bytes()).contains("r2 = 1"));
    fs::write(home.path().join("loop.mvasm"), LOOP).expect("written");
    out(&hsxray(&["asm", "loop.mvasm", "-o", "loop.hxe"], home.path()));
    assert!(ps(&fs::read(home.path().join("loop.hxe")).expect("there")).contains("r2 = 1"));
    out(&hsxray(&["batch", "loop.mvasm", "-e", "step 5", "-e", "record p.hsxrec"], home.path()));
    let recording = fs::read(home.path().join("p.hsxrec")).expect("there");
    let csv = out(&piped(&recording, &["export", "/dev/stdin", "--to", "csv"], home.path()));
    assert!(csv.lines().count() > 5, "{csv}");
    let scenario = format!("commands = [\"step 2\"]\n[[program]]\nfile = \"{}/loop.mvasm\"\n", home.path().display());
    assert!(ps(scenario.as_bytes()).contains("r2 = 1"));
    assert!(
        out(&piped(b"step 2\r\nps\r\n", &["batch", "loop.mvasm", "-x", "/dev/stdin"], home.path())).contains("loop")
    );
}

#[cfg(unix)]
#[test]
fn a_fifo_does_not_hang() {
    let home = tempfile::tempdir().expect("directory");
    let made = Command::new("mkfifo").arg(home.path().join("pipe.mvasm")).status().expect("mkfifo");
    assert!(made.success());
    let path = home.path().join("pipe.mvasm");
    let writer = std::thread::spawn(move || fs::write(path, LOOP).expect("written"));
    assert!(out(&hsxray(&["batch", "pipe.mvasm", "-e", "step 2", "-e", "print r2"], home.path())).contains("r2 = 1"));
    writer.join().expect("ends");
}

#[cfg(unix)]
#[test]
fn names_with_blanks_and_bytes_that_are_no_text_can_be_opened() {
    use std::os::unix::ffi::OsStrExt;
    let home = tempfile::tempdir().expect("directory");
    for name in [&b"my loop.mvasm"[..], b"bad\xff.mvasm"] {
        let name = OsStr::from_bytes(name);
        fs::write(home.path().join(name), LOOP).expect("written");
        let run = [
            OsStr::new("batch"),
            name,
            OsStr::new("-e"),
            OsStr::new("step 2"),
            OsStr::new("-e"),
            OsStr::new("print r2"),
        ];
        assert!(out(&hsxray(&run, home.path())).contains("r2 = 1"));
        let mut with = name.to_owned();
        with.push(":stack=64,name=odd");
        let run = [OsStr::new("batch"), &with, OsStr::new("-e"), OsStr::new("ps")];
        let told = out(&hsxray(&run, home.path()));
        assert!(told.contains("odd") && told.contains("FFBC"), "{told}");
    }
}

#[test]
fn directories_devices_and_large_files_are_refused_by_name() {
    let home = tempfile::tempdir().expect("directory");
    let refused = |arguments: &[&str]| {
        let output = hsxray(arguments, home.path());
        assert_eq!(output.status.code(), Some(2), "{}", err(&output));
        err(&output)
    };
    assert_eq!(refused(&["batch", "."]), "hsxray: .: it is a directory: a file or a pipe is expected\n");
    let big = fs::File::create(home.path().join("big.hxe")).expect("made");
    big.set_len((64 << 20) + 1).expect("long");
    assert_eq!(refused(&["batch", "big.hxe"]), "hsxray: big.hxe: over the limit \"file size\" of 64 MB\n");
    fs::write(home.path().join("loop.mvasm"), LOOP).expect("written");
    let big = fs::File::create(home.path().join("big.txt")).expect("made");
    big.set_len((4 << 20) + 1).expect("long");
    let told = refused(&["batch", "loop.mvasm", "-x", "big.txt"]);
    assert_eq!(told, "hsxray: big.txt: over the limit \"small file size\" of 4 MB\n");
    #[cfg(unix)]
    assert_eq!(refused(&["batch", "/dev/zero"]), "hsxray: /dev/zero: it is a device: a file or a pipe is expected\n");
}

#[test]
fn text_files_may_have_a_mark_and_other_line_ends() {
    let home = tempfile::tempdir().expect("directory");
    let write = |name: &str, text: &str| {
        fs::write(home.path().join(name), format!("\u{FEFF}{}", text.replace('\n', "\r\n"))).expect("written");
    };
    write("loop.mvasm", LOOP);
    write("talk.txt", "step 2\nprint r2\n");
    write("a.toml", "commands = [\"step 2\"]\n[[program]]\nfile = \"loop.mvasm\"\n");
    write("order.txt", "1*2\n1\n");
    assert!(out(&hsxray(&["batch", "loop.mvasm", "-x", "talk.txt"], home.path())).contains("r2 = 1"));
    assert!(out(&hsxray(&["batch", "a.toml", "-e", "print r2"], home.path())).contains("r2 = 1"));
    assert!(
        out(&hsxray(&["batch", "loop.mvasm", "-e", "schedule order.txt", "-e", "print turn"], home.path()))
            .contains("turn = 3")
    );
    out(&hsxray(&["batch", "loop.mvasm", "-e", "step 5", "-e", "record p.hsxrec"], home.path()));
    let recording = fs::read_to_string(home.path().join("p.hsxrec")).expect("there");
    write("p.hsxrec", &recording);
    assert!(out(&hsxray(&["batch", "p.hsxrec", "-e", "print turn"], home.path())).contains("turn = 5"));
    out(&hsxray(&["asm", "loop.mvasm", "-o", "loop.hxe", "--sym", "loop.sym"], home.path()));
    let symbols = fs::read_to_string(home.path().join("loop.sym")).expect("there");
    write("loop.sym", &symbols);
    assert!(out(&hsxray(&["batch", "loop.hxe", "-e", "print again"], home.path())).contains("again = 8"));
}

#[test]
fn a_source_that_is_newer_than_its_image_is_told_in_the_answer_and_the_pane() {
    let home = tempfile::tempdir().expect("directory");
    fs::write(home.path().join("s.mvasm"), LOOP).expect("written");
    out(&hsxray(&["asm", "s.mvasm", "-o", "s.hxe", "--sym", "s.sym"], home.path()));
    let run = |more: &str| hsxray(&["batch", "s.hxe", "-e", "list again", "-e", more], home.path());
    let clean = run("ps");
    assert!(!out(&clean).contains("newer") && err(&clean).is_empty(), "{}", err(&clean));
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(10);
    fs::write(home.path().join("s.mvasm"), format!("; one\n; \u{e9}\n{LOOP}")).expect("written");
    let source = fs::File::options().write(true).open(home.path().join("s.mvasm")).expect("there");
    source.set_modified(later).expect("dated");
    let stale = run("ps");
    assert!(err(&stale).contains("s.mvasm is newer than the image: its lines may have moved"), "{}", err(&stale));
    assert!(out(&stale).starts_with("s.mvasm is newer than the image"), "{}", out(&stale));
    fs::write(home.path().join("config.toml"), "code = \"source\"\n").expect("written");
    let shot = ["shot", "s.hxe", "--config", "config.toml", "--size", "120x40"];
    assert!(out(&hsxray(&shot, home.path())).contains("source, newer than the image"));
}

#[test]
fn sources_are_looked_for_in_the_current_directory_and_may_be_in_latin_1() {
    let home = tempfile::tempdir().expect("directory");
    let [from, built, at] = ["from", "built", "at"].map(|name| home.path().join(name));
    [&from, &built, &at].iter().for_each(|d| fs::create_dir(d).expect("made"));
    fs::write(from.join("s.mvasm"), LOOP).expect("written");
    out(&hsxray(&["asm", "s.mvasm", "-o", "../built/s.hxe", "--sym", "../built/s.sym"], &from));
    fs::rename(from.join("s.mvasm"), at.join("s.mvasm")).expect("moved");
    let told = out(&hsxray(&["batch", "../built/s.hxe", "-e", "list again"], &at));
    assert!(told.contains("ADD R1, R1, R2"), "{told}");
    fs::write(at.join("s.mvasm"), [LOOP.as_bytes(), b"; caf\xE9\n"].concat()).expect("written");
    let told = out(&hsxray(&["batch", "../built/s.hxe", "-e", "list again"], &at));
    assert!(told.contains("; caf\u{FFFD}"), "{told}");
    let refused = err(&hsxray(&["asm", "s.mvasm", "-o", "t.hxe"], &at));
    assert!(refused.contains("s.mvasm:9:6") && refused.contains("is not UTF-8"), "{refused}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_left_out_of_the_machine_with_a_line_about_it() {
    let home = tempfile::tempdir().expect("directory");
    fs::write(home.path().join("loop.mvasm"), LOOP).expect("written");
    fs::create_dir(home.path().join("tree")).expect("made");
    fs::write(home.path().join("tree/a.txt"), "a").expect("written");
    std::os::unix::fs::symlink("a.txt", home.path().join("tree/b.txt")).expect("linked");
    let output = hsxray(&["batch", "loop.mvasm", "--fs", "tree", "-e", "fs list"], home.path());
    assert!(out(&output).contains("a.txt") && !out(&output).contains("b.txt"), "{}", out(&output));
    let expected = "hsxray: warning: tree/b.txt is neither a file nor a directory: left out\n";
    assert_eq!(err(&output), expected);
}

#[test]
fn the_values_of_a_scenario_are_those_of_the_command_line() {
    let home = tempfile::tempdir().expect("directory");
    fs::write(home.path().join("loop.mvasm"), LOOP).expect("written");
    let refused = |text: &str| {
        fs::write(home.path().join("a.toml"), format!("{text}\n[[program]]\nfile = \"loop.mvasm\"\n"))
            .expect("written");
        let output = hsxray(&["batch", "a.toml", "-e", "ps"], home.path());
        assert_eq!(output.status.code(), Some(2));
        err(&output)
    };
    let turn_us = "hsxray: a.toml: turn_us is 0: a number from 1 to 1000000000 is expected\n";
    assert_eq!(refused("turn_us = 0"), turn_us);
    assert!(
        refused("turn_us = 18446744073709551615").contains("turn_us")
            || !refused("turn_us = 9223372036854775807").is_empty()
    );
    assert_eq!(refused("stack = 2"), "hsxray: a.toml: stack is 2: a number from 4 to 65536 is expected\n");
    assert_eq!(refused("quantum = 0"), "hsxray: a.toml: quantum is 0: a number from 1 to 1000000 is expected\n");
}

#[test]
fn one_line_holds_thousands_of_commands_and_a_longer_one_is_refused_by_the_limit() {
    let home = tempfile::tempdir().expect("directory");
    fs::write(home.path().join("loop.mvasm"), LOOP).expect("written");
    fs::write(home.path().join("line.txt"), "step 1;".repeat(9000) + "\n").expect("written");
    let told = out(&hsxray(&["batch", "loop.mvasm", "-x", "line.txt", "-e", "print turn"], home.path()));
    assert_eq!(told.lines().filter(|l| l.contains("is done")).count(), 9000);
    fs::write(home.path().join("line.txt"), "step 1;".repeat(30_000) + "\n").expect("written");
    let output = hsxray(&["batch", "loop.mvasm", "-x", "line.txt"], home.path());
    assert!(!output.status.success());
    assert_eq!(err(&output), "hsxray: line 1: this line is over the limit \"line length\" of 64 KB\n");
}

#[test]
fn the_math_services_and_the_mailbox_profile_are_options() {
    let home = tempfile::tempdir().expect("directory");
    fs::write(home.path().join("m.mvasm"), ".text\n    LDI R1, 0\n    SVC 0xE01\n    RET\n").expect("written");
    let print = |option: &str, value: &str| {
        let run = ["batch", "m.mvasm", option, value, "-e", "run", "-e", "print r0"];
        out(&hsxray(&run, home.path()))
    };
    assert!(print("--math", "on").contains("r0 = 15360 (0x00003C00)"));
    assert!(print("--math", "off").contains("0xFFFFFF01"));
    let five = ["batch", "m.mvasm", "m.mvasm", "m.mvasm", "m.mvasm", "m.mvasm", "-e", "ps"];
    assert!(hsxray(&five, home.path()).status.success());
    let output = hsxray(&[&five[..], &["--profile", "embedded"]].concat(), home.path());
    assert!(err(&output).contains("16"), "four mailboxes a task, and no room for a fifth: {}", err(&output));
    fs::write(home.path().join("a.toml"), "math = false\nprofile = \"embedded\"\n[[program]]\nfile = \"m.mvasm\"\n")
        .expect("written");
    assert!(out(&hsxray(&["batch", "a.toml", "-e", "run", "-e", "print r0"], home.path())).contains("0xFFFFFF01"));
}

#[test]
fn sym_looks_up_by_address_name_and_line_and_takes_another_file() {
    let cases = project("tests/cases/protocol-programs");
    let run = |line: &str| out(&hsxray(&["batch", "frames.hxe", "-e", line], &cases));
    assert!(run("sym name 1 inner").contains("inner is a function at 0x0024"), "{}", run("sym name 1 inner"));
    let told = run("sym addr 1 0x28");
    assert!(told.contains("inner is a function at 0x0024; the address is 0x4 behind it"), "{told}");
    assert!(run("sym line 1 0x28").contains("frames.mvasm:21"));
    assert!(run("sym info 1").contains("symbols, 17 lines of frames.mvasm"), "{}", run("sym info 1"));
    let told = out(&hsxray(&["batch", "echo.hxe", "-e", "sym load 1 frames.sym", "-e", "sym name 1 inner"], &cases));
    assert!(told.contains("4 symbols of frames.sym") && told.contains("inner is a function"), "{told}");
    let output = hsxray(&["batch", "frames.hxe", "-e", "sym name 1 nothing"], &cases);
    assert!(err(&output).contains("task 1 has no symbol nothing"), "{}", err(&output));
}

#[test]
fn an_address_behind_the_code_is_that_of_data() {
    let home = tempfile::tempdir().expect("directory");
    let program =
        ".text\nstart:\n    LDI32 R1, name\nlast:\n    RET\n.data\nname:\n    .asciz \"x\"\nbody:\n    .word 1\n";
    fs::write(home.path().join("m.mvasm"), program).expect("written");
    let ask = |place: &str| hsxray(&["batch", "m.mvasm", "-e", &format!("sym addr 1 {place}")], home.path());
    let told = |place: &str| out(&ask(place));
    assert!(told("0x8").contains("last is a label at 0x0008"), "{}", told("0x8"));
    assert!(
        told("0x4001").contains("name is a variable at 0x4000; the address is 0x1 behind it"),
        "{}",
        told("0x4001")
    );
    assert!(told("body").contains("body is a variable at"), "{}", told("body"));
    let refused = err(&ask("0x3000"));
    assert!(refused.contains("no symbol is at or below 0x3000"), "{refused}");
}

#[test]
fn virtual_time_ends_a_run_and_does_not_wrap() {
    use hsxray::executive::{Config, End, Machine, Quiet, Who};
    // Each sleep takes some 50 days, so that a few million of them are all the time there is.
    let mut machine = Machine::new(Config { turn_us: u64::MAX, trace: 0, ..Config::default() });
    assert_eq!(machine.config().turn_us, Config::LONGEST_TURN_US);
    crate::support::load(&mut machine, ".text\nstart:\n    LDI R0, -1\n    SVC 6, 0\n    JMP start\n");
    let ran = machine.run(Who::Rotation, u64::MAX, &Default::default());
    assert_eq!(ran.end, End::Quiet(Quiet::TimeOver));
    assert!(machine.time_us() > u64::MAX - 2 * Config::LONGEST_TURN_US, "{}", machine.time_us());
    assert_eq!(machine.run(Who::Only(1), 1, &Default::default()).turns, 0);
}

#[test]
fn standard_streams_can_be_passed_on_to_every_reader() {
    let cases = project("tests/cases/protocol-programs");
    let run = [
        "batch",
        "echo.hxe",
        "-e",
        "stdio",
        "-e",
        "stdio 1 out fanout",
        "-e",
        "stdio all in block",
        "-e",
        "stdio default",
    ];
    let told = out(&hsxray(&run, &cases));
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], "tasks loaded later: in RDWR, out RDWR, err RDWR");
    assert_eq!(lines[1], "task 1: in RDWR, out RDWR, err RDWR");
    assert_eq!(lines[2], "task 1: out RDWR|FANOUT|FANOUT_DROP");
    assert_eq!(lines[3..5], ["tasks loaded later: in RDWR|FANOUT|FANOUT_BLOCK", "task 1: in RDWR|FANOUT|FANOUT_BLOCK"]);
    assert_eq!(lines[5], "tasks loaded later: in RDWR|FANOUT|FANOUT_BLOCK, out RDWR, err RDWR");
    let home = tempfile::tempdir().expect("directory");
    fs::copy(cases.join("echo.hxe"), home.path().join("echo.hxe")).expect("copied");
    let record =
        ["batch", "echo.hxe", "-e", "step 3", "-e", "stdio 1 out fanout", "-e", "step 3", "-e", "record a.hsxrec"];
    out(&hsxray(&record, home.path()));
    assert!(out(&hsxray(&["batch", "a.hsxrec", "-e", "stdio 1 out"], home.path())).contains("FANOUT_DROP"));
}
