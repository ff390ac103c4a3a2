//! The command line without a terminal.

use crate::support::project;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn hsxray(arguments: &[&str], directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hsxray")).args(arguments).current_dir(directory).output().expect("runs")
}

fn case(name: &str) -> std::path::PathBuf {
    project("tests/cases").join(name)
}

/// The replies of a batch run; every command must have worked.
fn replies(arguments: &[&str], directory: &Path) -> Vec<Value> {
    let output = hsxray(arguments, directory);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let line = |l: &str| {
        let value: Value = serde_json::from_str(l).expect("JSON");
        assert_eq!(value["ok"], true, "{l}");
        value["reply"].clone()
    };
    text.lines().map(line).collect()
}

fn sorted(keys: &str) -> Vec<String> {
    let mut keys: Vec<String> = keys.split(',').map(str::to_owned).collect();
    keys.sort();
    keys
}

#[track_caller]
fn has(value: &Value, keys: &str) {
    for key in sorted(keys) {
        assert!(value.get(&key).is_some(), "{key} is missing in {value}");
    }
}

#[test]
fn a_race_fails_a_run_that_asks_for_it() {
    let directory = project("assets/lessons/14-who-comes-first");
    let status = |files: [&str; 2], more: &[&str]| {
        let output = hsxray(&[&["batch", files[0], files[1], "-e", "run"], more].concat(), &directory);
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let (code, text) = status(["writer.mvasm", "reader.mvasm"], &["--fail-on-race"]);
    assert!(code == Some(1) && text.contains("1 race on 1 word"), "{text}");
    assert_eq!(status(["writer.mvasm", "reader.mvasm"], &[]).0, Some(0), "only where it is asked for");
    assert_eq!(status(["sender.mvasm", "receiver.mvasm"], &["--fail-on-race"]).0, Some(0), "a message orders them");
    let declared = ["-e", "sync 0x5004", "--fail-on-race"];
    assert_eq!(status(["flag-writer.mvasm", "flag-reader.mvasm"], &declared).0, Some(0), "a declared flag, too");
}

#[test]
fn replies_have_the_fields_other_programs_rely_on() {
    let directory = case("mbx-ping");
    let lines = ["run 21", "ps", "dumpregs 2", "peek 1 0x4000 8", "trace 4", "mbox", "clock step 2", "run", "console"];
    let mut arguments = vec!["batch", "a.hxe", "b.hxe", "--json"];
    lines.iter().for_each(|l| arguments.extend(["-e", l]));
    let all = replies(&arguments, &directory);
    let [run, ps, regs, peek, trace, mbox, step, end, console] = &all[..] else { panic!("{all:?}") };
    assert_eq!(
        (&run["turns"], &run["turn"], &run["time_us"], &run["stop"]["kind"]),
        (&21.into(), &21.into(), &21.into(), &"limit".into())
    );
    has(
        &ps["tasks"][0],
        "pid,name,state,exit_status,fault,turns,switches,pc,psw,sp,reg_base,stack_base,stack_limit,stack_top,wait",
    );
    assert_eq!((&ps["tasks"][1]["reg_base"], &ps["tasks"][1]["stack_top"]), (&0x1040.into(), &0xEFFC.into()));
    has(regs, "pid,pc,psw,sp,reg_base,stack_base,stack_limit,regs");
    assert_eq!(regs["regs"].as_array().map(Vec::len), Some(16));
    assert_eq!(peek, &serde_json::json!({ "pid": 1, "address": 0x4000, "bytes": "6170703a70696e67" }));
    has(&trace["events"][0], "turn,time_us,pid,kind,pc,arg");
    assert_eq!(trace["dropped"], 0);
    let ping = mbox["mailboxes"].as_array().and_then(|b| b.iter().find(|b| b["name"] == "app:ping")).expect("box");
    has(ping, "descriptor,name,owner,capacity,bytes_used,depth,mode,waiters,taps,messages");
    has(&ping["messages"][0], "seq,src,flags,channel,length,bytes");
    assert_eq!(ping["messages"][0]["bytes"], "50494e47");
    assert_eq!(step["turns"], 2);
    assert_eq!((&end["stop"]["kind"], &end["turn"]), (&"all_done".into(), &88.into()));
    assert_eq!(console["lines"], serde_json::json!([]));
}

#[test]
fn a_fault_a_break_and_a_deadlock_stop_a_run_and_run_goes_on() {
    let stops = |directory: &str, files: &[&str]| {
        let mut arguments = vec!["batch", "--json", "-e", "run; run; run"];
        arguments.extend(files);
        replies(&arguments, &case(directory))
            .iter()
            .map(|r| r["stop"]["kind"].as_str().expect("kind").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(stops("fault-among-others", &["a.hxe", "b.hxe", "c.hxe"]), ["fault", "all_done", "all_done"]);
    assert_eq!(stops("brk", &["main.hxe"])[0], "break");
    let deadlock = project("assets/programs/deadlock");
    let all = replies(&["batch", "left.mvasm", "right.mvasm", "--json", "-e", "run; run; ps"], &deadlock);
    assert_eq!(
        (&all[0]["stop"]["kind"], &all[1]["stop"]["kind"], &all[1]["turns"]),
        (&"deadlock".into(), &"deadlock".into(), &0.into())
    );
    assert_eq!(
        all[2]["tasks"][0]["wait"],
        serde_json::json!({ "kind": "mailbox", "descriptor": 9, "name": "app:a", "deadline_us": null })
    );
    let fault = replies(&["batch", "main.hxe", "--json", "-e", "run; ps"], &case("fault-mem"));
    assert_eq!(fault[1]["tasks"][0]["fault"]["kind"], "mem_fault");
    assert!(fault[1]["tasks"][0]["fault"]["address"].is_u64());
    assert_eq!(fault[0]["stop"]["fault"]["kind"], "mem_fault");
}

#[test]
fn stepping_one_pid_never_disturbs_the_others() {
    let line = "clock step 4; clock step 3 -p 2; ps; clock step 1; ps";
    let all = replies(&["batch", "a.hxe", "b.hxe", "c.hxe", "--json", "-e", line], &case("rr-three-equal"));
    let turns = |reply: &Value| {
        reply["tasks"].as_array().expect("tasks").iter().map(|t| t["turns"].as_u64().expect("n")).collect::<Vec<_>>()
    };
    assert_eq!(turns(&all[2]), [2, 4, 1]);
    // The next in rotation after four turns is still task 2.
    assert_eq!(turns(&all[4]), [2, 5, 1]);
}

#[test]
fn the_trace_file_holds_every_event_of_every_turn() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("trace.jsonl");
    let path = file.to_str().expect("path");
    let programs = case("mbx-ping");
    replies(
        &["batch", "a.hxe", "b.hxe", "--json", "--trace-size", "16", "--trace-jsonl", path, "-e", "run"],
        &programs,
    );
    let text = fs::read_to_string(&file).expect("written");
    let events: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let of = |kind: &str| events.iter().filter(|e| e["kind"] == kind).count();
    // Each turn is a step, a trap or the final return; three messages went over.
    assert_eq!(of("STEP") + of("TRAP") + of("HALT"), 88);
    assert_eq!((of("LOAD"), of("SEND"), of("RECV"), of("HALT")), (2, 3, 3, 2));
    assert!(events.windows(2).all(|w| w[0]["turn"].as_u64() <= w[1]["turn"].as_u64()));
}

#[test]
fn exit_status_and_errors_follow_the_contract() {
    let directory = case("sum-loop");
    let failed = hsxray(&["batch", "main.hxe", "--json", "-e", "ps 9", "-e", "run"], &directory);
    assert_eq!(failed.status.code(), Some(1));
    let text = String::from_utf8(failed.stdout).expect("UTF-8");
    let first: Value = serde_json::from_str(text.lines().next().expect("line")).expect("JSON");
    assert_eq!(
        (&first["command"], &first["ok"], &first["error"]["column"]),
        (&"ps 9".into(), &false.into(), &3.into())
    );
    assert!(first["error"]["message"].as_str().expect("text").contains("there are 1"));
    assert_eq!(text.lines().count(), 2, "the next command ran all the same");
    assert_eq!(hsxray(&["batch", "missing.hxe", "-e", "run"], &directory).status.code(), Some(2));
    assert_eq!(hsxray(&["batch", "--no-such-option"], &directory).status.code(), Some(2));
    assert_eq!(hsxray(&["batch", "main.hxe:stack=x"], &directory).status.code(), Some(2));
    let garbage = tempfile::tempdir().expect("directory");
    fs::write(garbage.path().join("bad.hxe"), b"not an image, but long enough to be one, really").expect("writes");
    let bad = hsxray(&["batch", "bad.hxe"], garbage.path());
    assert_eq!(bad.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("bad.hxe: Unsupported HSXE version"));
    let plain = hsxray(&["batch", "main.hxe", "-e", "peek 1 zzz"], &directory);
    let shown = String::from_utf8_lossy(&plain.stderr).into_owned();
    assert!(shown.contains("    peek 1 zzz\n           ^"), "{shown}");
}

#[test]
fn load_options_apply_to_all_or_to_one() {
    let arguments =
        ["batch", "a.hxe", "b.hxe:stack=512,quantum=2,name=x", "--stack", "1024", "--json", "-e", "clock step 6; ps"];
    let all = replies(&arguments, &case("window-isolation"));
    let tasks = &all[1]["tasks"];
    assert_eq!(
        (&tasks[0]["stack_base"], &tasks[1]["stack_base"]),
        (&(0xFFFC - 1024).into(), &(0xFFFC - 1024 - 512).into())
    );
    assert_eq!((&tasks[1]["name"], &tasks[1]["turns"], &tasks[0]["turns"]), (&"x".into(), &4.into(), &2.into()));
    let slow = replies(&["batch", "a.hxe", "--turn-us", "50", "--json", "-e", "step 3"], &case("window-isolation"));
    assert_eq!(slow[0]["time_us"], 150);
}

#[test]
fn a_scenario_brings_programs_inputs_and_commands() {
    let directory = tempfile::tempdir().expect("directory");
    let echo = ".text\nagain:\n    LDI R1, 1\n    LDI32 R2, 0x5000\n    LDI R3, 32\n    LDI32 R4, 0xFFFF\n    LDI R5, 0\n    SVC 5, 3\n    MOV R9, R1\n    LDI32 R1, 0x5000\n    MOV R2, R9\n    SVC 1, 1\n    JMP again\n";
    fs::write(directory.path().join("echo.mvasm"), echo).expect("writes");
    let toml = "title = \"talk\"\nstack = 256\ncommands = [\"step 2\"]\n[[program]]\nfile = \"echo.mvasm\"\nname = \"echo\"\n[[input]]\nturn = 20\ncommand = \"send 1 hello\"\n[[input]]\ntime_us = 5000\ncommand = \"send 1 later\"\n";
    fs::write(directory.path().join("talk.toml"), toml).expect("writes");
    let all = replies(&["batch", "talk.toml", "--json", "-e", "info; run; console"], directory.path());
    assert_eq!((&all[0]["title"], &all[0]["turn"]), (&"talk".into(), &2.into()));
    assert_eq!(all[1]["stop"]["kind"], "deadlock");
    let lines: Vec<&str> =
        all[2]["lines"].as_array().expect("lines").iter().map(|l| l["text"].as_str().expect("text")).collect();
    assert_eq!(lines, ["hello", "later"]);
    fs::write(directory.path().join("bad.toml"), "titel = 1\n").expect("writes");
    let bad = hsxray(&["batch", "bad.toml"], directory.path());
    assert_eq!(bad.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("titel"));
}

#[test]
fn files_go_in_at_the_start_and_come_out_on_request() {
    let directory = tempfile::tempdir().expect("directory");
    let inside = directory.path().join("in/sub");
    fs::create_dir_all(&inside).expect("makes");
    fs::write(directory.path().join("in/a.txt"), b"AB").expect("writes");
    fs::write(inside.join("b.txt"), b"CD").expect("writes");
    let append = ".text\n    LDI32 R1, path\n    SVC 4, 0\n    MOV R1, R0\n    LDI32 R2, text\n    LDI R3, 3\n    SVC 4, 2\n    LDI32 R1, out\n    LDI32 R2, evil\n    SVC 4, 12\n    RET\n.data\npath:\n    .asciz \"a.txt\"\ntext:\n    .ascii \"xyz\"\nout:\n    .asciz \"/hello.txt\"\nevil:\n    .asciz \"../evil.txt\"\n";
    fs::write(directory.path().join("append.mvasm"), append).expect("writes");
    let all = replies(&["batch", "append.mvasm", "--fs", "in", "--json", "-e", "run; fs export out"], directory.path());
    assert_eq!(all[1]["files"], serde_json::json!(["a.txt", "sub/b.txt"]));
    assert_eq!(fs::read(directory.path().join("out/a.txt")).expect("file"), b"xyz");
    assert_eq!(fs::read(directory.path().join("out/sub/b.txt")).expect("file"), b"CD");
    assert!(!directory.path().join("evil.txt").exists(), "a name that leads out is not written");
}

#[test]
fn files_of_the_machine_are_not_written_over_what_the_session_was_read_from() {
    let directory = tempfile::tempdir().expect("directory");
    fs::create_dir_all(directory.path().join("in")).expect("makes");
    // A file of the machine has the name of the program.
    let program = ".text\n    RET\n";
    fs::write(directory.path().join("in/own.mvasm"), "; mine\n").expect("writes");
    fs::write(directory.path().join("own.mvasm"), program).expect("writes");
    let export = |line: &str| hsxray(&["batch", "own.mvasm", "--fs", "in", "-e", line], directory.path());
    let kept = || fs::read_to_string(directory.path().join("own.mvasm")).expect("file");
    std::os::unix::fs::symlink(".", directory.path().join("here")).expect("a link");
    for line in ["fs export .", "fs export here", "fs export in"] {
        let refused = export(line);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("own.mvasm was read for this session"), "{line}: {said}");
        assert_eq!(kept(), program, "{line}");
    }
    for (line, text) in [("fs export out", program), ("fs export . !", "; mine\n")] {
        assert!(export(line).status.success(), "{line}");
        assert_eq!(kept(), text, "{line}");
    }
}

#[test]
fn values_commands_registers_and_memory_can_be_changed() {
    let directory = project("assets/programs/values");
    let line = "run 60; val get motor:speed; val set 0x0201 42.5; val list; cmd list; cmd call motor:stop; reg 1 r3 -1; poke 1 0x5000 DEADBEEF; peek 1 0x5000 4; dumpregs 1";
    let all = replies(&["batch", "motor.mvasm", "monitor.mvasm", "--json", "-e", line], &directory);
    assert_eq!(all[1]["name"], "speed");
    assert_eq!((&all[2]["changed"], &all[2]["value"]["value"]), (&true.into(), &42.5.into()));
    assert_eq!(all[3]["values"].as_array().map(Vec::len), Some(2));
    assert_eq!(all[4]["commands"][0]["name"], "stop");
    assert_eq!(all[8]["bytes"], "deadbeef");
    assert_eq!(all[9]["regs"][3], u32::MAX);
    let flags = "reg 1 psw zV; print psw; reg 1 psw -; print psw; reg 1 psw 3; print psw";
    let all = replies(&["batch", "motor.mvasm", "monitor.mvasm", "--json", "-e", flags], &directory);
    assert_eq!([1, 3, 5].map(|i| all[i]["value"].as_u64()), [Some(9), Some(0), Some(3)], "{all:?}");
}

#[test]
fn tasks_are_loaded_killed_and_reloaded_while_others_run() {
    let directory = case("rr-different-lengths");
    let line = "step 3; kill 2; load b.hxe; reload 1; ps; check; run; ps";
    let all = replies(&["batch", "a.hxe", "b.hxe", "c.hxe", "--json", "-e", line], &directory);
    let pids: Vec<u64> =
        all[4]["tasks"].as_array().expect("tasks").iter().map(|t| t["pid"].as_u64().expect("pid")).collect();
    assert_eq!(pids, [1, 3, 4]);
    assert_eq!(all[4]["tasks"][2]["reg_base"], 0x1040, "the freed arena is used again");
    assert_eq!((&all[5]["ok"], &all[6]["stop"]["kind"]), (&true.into(), &"all_done".into()));
}

#[test]
fn files_of_the_user_are_not_written_over_unasked() {
    let directory = tempfile::tempdir().expect("directory");
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("writes");
    let read = |name: &str| fs::read_to_string(directory.path().join(name)).expect("reads");
    let source = ".text\n.entry start\nstart:\n    LDI R1, 0\n    JMP start\n";
    write("s.mvasm", source);
    fs::hard_link(directory.path().join("s.mvasm"), directory.path().join("link.hxe")).expect("links");
    let refused = |arguments: &[&str]| {
        let out = hsxray(arguments, directory.path());
        assert!(!out.status.success(), "{arguments:?}");
        assert_eq!(read("s.mvasm"), source, "{arguments:?}");
        String::from_utf8_lossy(&out.stderr).into_owned()
    };
    for output in ["s.mvasm", "./s.mvasm", "link.hxe"] {
        let said = refused(&["asm", "s.mvasm", "-o", output]);
        assert!(said.contains("is read here"), "{said}");
        // Not with force either.
        refused(&["asm", "s.mvasm", "--force", "-o", output]);
    }
    refused(&["asm", "s.mvasm", "-o", "x.hxe", "--sym", "x.hxe"]);
    refused(&["export", "s.mvasm", "--to", "csv", "-o", "s.mvasm"]);
    write("notes.md", "# Mine\n");
    for line in ["record", "export csv", "export jsonl", "schedule show", "waits dot", "save stops"] {
        let said = refused(&["batch", "s.mvasm", "-e", "run 9", "-e", &format!("{line} notes.md")]);
        assert!(said.contains("notes.md is there and is not"), "{line}: {said}");
        assert_eq!(read("notes.md"), "# Mine\n", "{line}");
    }
    refused(&["batch", "s.mvasm", "-e", "record s.mvasm"]);
    // What it has written itself it writes again, and anything if told to.
    let lines = ["break start", "run 9", "record a.hsxrec", "record a.hsxrec", "export csv a.csv", "export csv a.csv"];
    let more = [
        "schedule show a.txt",
        "schedule show a.txt",
        "waits dot a.dot",
        "waits dot a.dot",
        "save stops b.txt",
        "save stops b.txt",
        "record notes.md !",
    ];
    let mut arguments = vec!["batch", "s.mvasm", "--json"];
    lines.iter().chain(&more).for_each(|line| arguments.extend(["-e", line]));
    replies(&arguments, directory.path());
    assert_ne!(read("notes.md"), "# Mine\n");
    assert!(hsxray(&["asm", "s.mvasm", "-o", "a.csv", "--force"], directory.path()).status.success());
}

#[test]
fn asm_and_disasm_go_round() {
    let directory = tempfile::tempdir().expect("directory");
    let source = project("assets/programs/ping/producer.mvasm");
    let source = source.to_str().expect("path");
    let out = hsxray(&["asm", source, "-o", "p.hxe", "--sym", "p.sym"], directory.path());
    assert!(out.status.success());
    let text = hsxray(&["disasm", "p.hxe"], directory.path());
    fs::write(directory.path().join("again.mvasm"), &text.stdout).expect("writes");
    assert!(hsxray(&["asm", "again.mvasm", "-o", "again.hxe", "--name", "p"], directory.path()).status.success());
    let read = |name: &str| fs::read(directory.path().join(name)).expect("file");
    assert_eq!(read("again.hxe"), read("p.hxe"));
    // The symbol file beside the image gives names back.
    let all = replies(&["batch", "p.hxe", "--json", "-e", "disasm 1 pace 2"], directory.path());
    assert_eq!(all[0]["rows"][0]["mnemonic"], "PUSH");
    let listing = String::from_utf8(hsxray(&["disasm", "p.hxe", "--listing"], directory.path()).stdout).expect("UTF-8");
    assert!(listing.starts_with("  0x0000: 0x60100000 LDI32 R1 <- 0x00004000\n"), "{listing}");
    fs::write(directory.path().join("bad.mvasm"), "LDIX R1, 1\nJMP no\n").expect("writes");
    let bad = hsxray(&["asm", "bad.mvasm", "-o", "bad.hxe"], directory.path());
    assert_eq!(bad.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert!(
        shown.contains("bad.mvasm:1:1")
            && shown.contains("bad.mvasm:2:5")
            && !directory.path().join("bad.hxe").exists(),
        "{shown}"
    );
}

#[test]
fn shot_draws_the_same_screen_as_text_ansi_and_svg() {
    let here = project("");
    let shot = |format: &str| {
        let out = hsxray(&["shot", "--demo", "ping", "-e", "run 100", "--size", "80x24", "--format", format], &here);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8")
    };
    let text = shot("text");
    assert!(text.starts_with(" hsxray ping") && text.lines().count() == 24, "{text}");
    assert!(shot("ansi").contains("\x1B[0;"));
    let svg = shot("svg");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && svg.contains("producer"));
    assert_eq!(text, shot("text"), "the same each time");
}

#[test]
fn escape_sequences_never_reach_standard_output_raw() {
    let directory = tempfile::tempdir().expect("directory");
    let source = ".text\n    LDI32 R1, text\n    LDI R2, 6\n    SVC 1, 1\n    LDI R1, 1\n    LDI32 R2, text\n    LDI R3, 6\n    SVC 4, 2\n    RET\n.data\ntext:\n    .ascii \"\\x1B[31mX\"\n";
    fs::write(directory.path().join("evil.mvasm"), source).expect("writes");
    let out = hsxray(
        &["batch", "evil.mvasm:name=a\x1B[7mb", "-e", "run; ps; console; mbox; listen 1; info; trace"],
        directory.path(),
    );
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    assert!(text.contains("\\x1B[31mX"), "{text}");
    assert!(!text.contains('\x1B'), "{text}");
}

#[test]
fn every_command_has_help_and_an_example_that_parses() {
    let list = hsxray(&["batch", "-e", "help"], &project(""));
    let text = String::from_utf8(list.stdout).expect("UTF-8");
    for command in hsxray::command::COMMANDS {
        assert!(text.contains(command.name), "{}", command.name);
        assert!(!command.help.is_empty() && command.help.ends_with('.'), "{}", command.name);
        let words = hsxray::command::split(command.example).expect(command.name);
        let name = words[0][0].text.split('/').next().expect("split gives one part at least");
        assert!(name == command.name || command.short.contains(&name), "{}", command.example);
    }
}

#[test]
fn commands_mean_the_task_that_the_last_stop_was_about_or_that_was_selected() {
    let directory = tempfile::tempdir().expect("directory");
    for (name, value) in [("one", 7), ("two", 9)] {
        let text = format!(".entry main\nmain:\n    LDI R1, {value}\nhere:\n    ADD R2, R1, R1\n    JMP here\n");
        fs::write(directory.path().join(format!("{name}.mvasm")), text).expect("writes");
    }
    let lines = ["break here -p 1", "run", "print r1", "next", "select two", "print r1", "thread 1", "print r1"];
    let mut arguments = vec!["batch", "--json", "one.mvasm", "two.mvasm"];
    lines.iter().for_each(|line| arguments.extend(["-e", line]));
    let replies = replies(&arguments, directory.path());
    assert_eq!((&replies[1]["stop"]["pid"], &replies[2]["value"]), (&1.into(), &7.into()), "the stop's task");
    assert_eq!(replies[4]["pid"], 2);
    assert_eq!((&replies[5]["value"], &replies[7]["value"]), (&9.into(), &7.into()), "the selected one");
    let output = hsxray(&["batch", "one.mvasm", "-e", "select three"], directory.path());
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no task three"));
}
