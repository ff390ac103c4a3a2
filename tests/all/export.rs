//! The trace for other tools: complete, consistent, and the same from a run, a past and a recording.

#[path = "export/perfetto.rs"]
mod perfetto;

use crate::support::project;
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program};
use hsxray::command;
use hsxray::export::Format;
use hsxray::image::Image;
use hsxray::isa::ISA;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};
use std::sync::Arc;

const PING: [&str; 3] = ["producer.mvasm", "consumer.mvasm", "ticker.mvasm"];
const NAP: &str = ".text\n LDI R9, 3\n LDI R8, 1\nagain:\n LDI R0, 1\n SVC 6, 0\n SUB R9, R9, R8\n JNZ again\n RET\n";
const BAD: &str = ".text\n BRK 3\n LDI R1, 0\n LDI R2, 1\n DIV R2, R2, R1\n RET\n";
const SPIN: &str = ".text\nagain:\n ADD R1, R1, R2\n JMP again\n";

fn local(config: Config, sources: &[&str]) -> Local {
    let mut target = Local::new("test \"one\"", config, LoadDefaults { stack: 512, quantum: 1 });
    for (i, source) in sources.iter().enumerate() {
        let program = Program::builtin(&format!("p{i}.mvasm"), source).expect("assembles");
        let options = LoadOptions { name: Some(format!("p,{i} \"x\"\u{1b}")), ..LoadOptions::default() };
        target.load(Arc::new(program), options).expect("room");
    }
    target
}

fn ping() -> Local {
    let text = |file: &&str| fs::read_to_string(project(&format!("assets/programs/ping/{file}"))).expect("source");
    let sources: Vec<String> = PING.iter().map(text).collect();
    local(Config::default(), &sources.iter().map(String::as_str).collect::<Vec<_>>())
}

fn all(target: &mut Local, line: &str) {
    for words in command::split(line).expect("line") {
        if command::execute(target, None, words).unwrap_or_else(|e| panic!("{line}: {e}")).started {
            while target.pump(1000) {}
        }
    }
}

fn exported(target: &Local, format: Format) -> String {
    let mut out = Vec::new();
    target.export(format, &mut out).expect("writes");
    String::from_utf8(out).expect("UTF-8")
}

fn events(target: &Local) -> Vec<Value> {
    let file: Value = serde_json::from_str(&exported(target, Format::Perfetto)).expect("JSON");
    file["traceEvents"].as_array().expect("events").clone()
}

fn number(event: &Value, field: &str) -> u64 {
    event[field].as_u64().unwrap_or_else(|| panic!("{field} in {event}"))
}

#[test]
fn the_usage_of_the_command_names_every_format() {
    let row = command::COMMANDS.iter().find(|c| c.name == "export").expect("a row");
    let named: Vec<&str> = row.args.split([' ', '|']).take(Format::ALL.len()).collect();
    assert_eq!(named, Format::ALL.map(Format::name));
}

#[test]
fn what_came_from_outside_is_written_with_its_values() {
    let mut target = ping();
    all(&mut target, "run 3; reg 1 r8 5; send 2 hello; reg 2 r3 0x10");
    let csv = exported(&target, Format::Csv);
    let inputs: Vec<&str> = csv.lines().filter(|line| line.contains(",INPUT,")).collect();
    let said: Vec<&str> = inputs.iter().filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(said, ["R8 of 1 = 0x05", "5 bytes to svc:stdio.in@2", "R3 of 2 = 0x10"]);
}

/// What every trace of a branch holds to, whatever was run.
fn holds(target: &Local) -> Vec<Value> {
    let events = events(target);
    let end = target.session().machine_at_present().expect("present");
    let mut lanes: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    let mut turns: BTreeMap<u64, u64> = BTreeMap::new();
    let mut arrows: BTreeMap<String, i64> = BTreeMap::new();
    for e in events.iter().filter(|e| e["ph"] != "M") {
        assert!(e["ts"].as_f64().is_some_and(|ts| ts >= 0.0 && ts <= end.time_us() as f64), "{e}");
        match e["ph"].as_str().expect("phase") {
            "X" => {
                let ts = number(e, "ts");
                let until = ts + number(e, "dur");
                assert!(until <= end.time_us(), "{e}");
                lanes.entry(number(e, "tid")).or_default().push((ts, until));
                if e["cat"] == "run" {
                    *turns.entry(number(e, "tid")).or_default() += number(&e["args"], "turns");
                }
            }
            "s" => *arrows.entry(e["id"].to_string()).or_default() += 1,
            "f" => {
                let open = arrows.get_mut(&e["id"].to_string()).expect("an end has a start before it");
                *open -= 1;
            }
            _ => {}
        }
    }
    assert!(arrows.values().all(|open| *open == 0), "{arrows:?}");
    for (pid, lane) in &mut lanes {
        lane.sort_unstable();
        assert!(lane.windows(2).all(|w| w[0].1 <= w[1].0), "lane {pid} overlaps: {lane:?}");
    }
    for task in end.tasks() {
        assert_eq!(turns.get(&task.pid.into()).copied().unwrap_or(0), task.counters.turns, "turns of {}", task.pid);
    }
    let received: u64 = end.tasks().iter().map(|t| t.counters.receives).sum();
    assert!(events.iter().filter(|e| e["ph"] == "f").count() as u64 >= received);
    events
}

fn count(events: &[Value], phase: &str, category: &str) -> usize {
    events.iter().filter(|e| e["ph"] == phase && e["cat"] == category).count()
}

#[test]
fn lanes_arrows_and_sums_fit_the_machine() {
    let mut target = ping();
    all(&mut target, "run 426");
    let events = holds(&target);
    let received: u64 = target.machine().tasks().iter().map(|t| t.counters.receives).sum();
    let arrows = (count(&events, "s", "message") as u64, count(&events, "f", "message") as u64);
    assert_eq!(arrows, (received, received));
    assert!(received > 5);
    assert!(count(&events, "X", "wait") > 5 && count(&events, "X", "sleep") >= 1 && count(&events, "i", "trap") > 20);
    let names: Vec<&str> =
        events.iter().filter(|e| e["name"] == "thread_name").filter_map(|e| e["args"]["name"].as_str()).collect();
    assert_eq!(names, ["outside and idle", "1:p,0 \"x\"\u{1b}", "2:p,1 \"x\"\u{1b}", "3:p,2 \"x\"\u{1b}"]);
    let waits = events.iter().find(|e| e["cat"] == "wait").expect("a wait");
    assert_eq!((waits["name"].as_str(), number(waits, "tid")), (Some("waits for app:ping"), 2));
}

#[test]
fn steering_inputs_faults_and_idle_times_are_in_it() {
    let mut target = local(Config { turn_us: 7, ..Config::default() }, &[NAP, BAD]);
    all(&mut target, "run; run; run");
    let events = holds(&target);
    assert_eq!((count(&events, "i", "fault"), count(&events, "i", "break")), (1, 1));
    assert_eq!((count(&events, "X", "sleep"), count(&events, "X", "idle")), (3, 3));
    let mut target = local(Config { trace: 0, ..Config::default() }, &[SPIN, NAP, SPIN]);
    all(
        &mut target,
        "schedule random 5 300; freeze 1; order 3 1; run 40; send 1 hello; thaw 1; pick 3 9; kill 2; run 9",
    );
    let events = holds(&target);
    assert!(count(&events, "i", "input") >= 4 && count(&events, "i", "kill") == 1);
    let depth: Vec<&Value> = events.iter().filter(|e| e["ph"] == "C").collect();
    assert_eq!(depth[0]["name"], "svc:stdio.in@1 depth");
    assert_eq!(depth[0]["args"]["messages"], 1);
}

#[test]
fn every_program_there_is_is_told_completely() {
    let directories = ["tests/cases", "assets/programs"].map(|at| fs::read_dir(project(at)).expect("directory"));
    let mut arrows = 0;
    for directory in directories.into_iter().flatten().map(|e| e.expect("entry").path()).filter(|p| p.is_dir()) {
        let mut target = Local::new("all", Config::default(), LoadDefaults::default());
        let entries = fs::read_dir(&directory).expect("directory").map(|e| e.expect("entry").path());
        for file in entries.filter(|p| p.extension().is_some_and(|e| e == "mvasm")) {
            // Sources that include others, or that are to fail, are for other tests.
            if let Ok(program) = Program::read(&file) {
                let _ = target.load(Arc::new(program), LoadOptions::default());
            }
        }
        all(&mut target, "run 2000; run 2000; run 2000");
        let events = holds(&target);
        arrows += count(&events, "f", "message");
        let received = target.machine().tasks().iter().map(|t| t.counters.receives).sum::<u64>();
        assert_eq!(count(&events, "f", "message") as u64, received, "{}", directory.display());
    }
    assert!(arrows > 100, "{arrows}");
}

#[test]
fn every_entry_is_a_row_whatever_the_ring_keeps() {
    let mut target = local(Config { trace: 16, ..Config::default() }, &[SPIN, NAP, BAD]);
    all(&mut target, "run; run 30000; send 1 'a,b'; run 20");
    let total = target.machine().trace().total();
    let csv = exported(&target, Format::Csv);
    let mut rows = csv.lines();
    assert_eq!(rows.next(), Some("turn,time_us,pid,task,kind,pc,arg,about"));
    assert_eq!(rows.clone().count() as u64, total);
    for row in rows {
        let fields = fields(row);
        assert_eq!(fields.len(), 8, "{row}");
        let pid: usize = fields[2].parse().expect("pid");
        let name = if pid == 0 { String::new() } else { format!("p,{} \"x\"\\x1B", pid - 1) };
        assert_eq!(fields[3], name, "{row}");
    }
    assert!(!csv.contains('\u{1b}') && csv.contains(",FAULT,") && csv.contains(",div_zero\n"), "{csv:.300}");
    let lines = exported(&target, Format::Jsonl);
    assert_eq!(lines.lines().count() as u64, total);
    let newest: Vec<String> =
        target.machine().trace().last(16).map(|e| serde_json::to_string(&e).expect("JSON")).collect();
    assert!(lines.trim_end().ends_with(&newest.join("\n")), "the newest entries are those of the ring");
}

/// A row by RFC 4180.
fn fields(row: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = row.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => fields.last_mut().expect("one").extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().expect("one").push(c),
        }
    }
    fields
}

#[test]
fn the_past_a_recording_and_the_run_give_the_same_file() {
    let directory = tempfile::tempdir().expect("directory");
    let file = |name: &str| directory.path().join(name).display().to_string();
    let mut target = ping();
    all(&mut target, &format!("run 300; export csv {}; record {}; back 200", file("a.csv"), file("a.hsxrec")));
    all(&mut target, &format!("export csv {}; reg 1 r9 7; run 5; export perfetto {}", file("b.csv"), file("b.json")));
    let text = |name: &str| fs::read_to_string(file(name)).expect("file");
    assert_eq!(text("a.csv"), text("b.csv"), "up to the present, wherever one stands");
    assert_eq!(text("b.json"), exported(&target, Format::Perfetto), "then the new branch");
    assert!(command::execute(&mut target, None, command::split("export svg x").expect("line").remove(0)).is_err());
    assert_eq!(fs::read_dir(directory.path()).expect("directory").count(), 4, "nothing else is left");
    let out = hsxray(&["export", &file("a.hsxrec"), "--to", "csv"]);
    assert_eq!(String::from_utf8(out.stdout).expect("UTF-8"), text("a.csv"));
}

fn word() -> impl Strategy<Value = u32> {
    let tame = (0..ISA.len(), any::<u32>()).prop_map(|(row, low)| u32::from(ISA[row].code) << 24 | low & 0x00FF_F07C);
    let service = (0u32..16, 0u32..16).prop_map(|(module, function)| 0x3000_0000 | module << 8 | function);
    let message = (0u32..7).prop_map(|function| 0x3000_0500 | function);
    prop_oneof![5 => tame, 1 => service, 2 => message]
}

fn source() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..20).prop_map(|code| {
        let image = Image { code, version: 2, multiple: true, ..Image::default() };
        hsxray::asm::disassemble(&image, &Default::default())
    })
}

proptest! {
    #![proptest_config(crate::support::cases(48))]

    #[test]
    fn any_session_is_told_completely(
        sources in prop::collection::vec(source(), 1..5),
        lines in prop::collection::vec(prop::sample::select(LINES), 1..12),
        turn_us in 1u64..4,
    ) {
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let mut target = local(Config { turn_us, ..Config::default() }, &sources);
        for words in lines.iter().flat_map(|line| command::split(line).expect("line")) {
            // Refusals are part of random sessions.
            if command::execute(&mut target, None, words).is_ok_and(|r| r.started) {
                while target.pump(1000) {}
            }
        }
        holds(&target);
        let end = target.session().machine_at_present().expect("present");
        let rows = exported(&target, Format::Csv).lines().count() as u64;
        prop_assert_eq!(rows, end.trace().total() + 1);
    }
}

const LINES: &[&str] = &[
    "run 50",
    "run 7",
    "pick 1 3",
    "schedule random 3 40",
    "schedule go",
    "freeze 1",
    "thaw 1",
    "order 2 1",
    "preempt",
    "send 1 hello",
    "send 2 app:x two",
    "listen 1",
    "kill 2",
    "back 9",
    "goto present",
    "reg 1 pc 0",
    "resume 1",
];

fn hsxray(arguments: &[&str]) -> Output {
    let directory = project("assets/programs/ping");
    Command::new(env!("CARGO_BIN_EXE_hsxray")).args(arguments).current_dir(directory).output().expect("runs")
}

#[test]
fn programs_are_run_up_to_a_bound_or_as_commands_say() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("x.json");
    let path = file.to_str().expect("path");
    let out = hsxray(&[&["export"], &PING[..], &["--to", "jsonl", "--turns", "50"]].concat());
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    let last: Value = serde_json::from_str(text.lines().last().expect("line")).expect("JSON");
    assert_eq!(last["turn"], 50);
    let out = hsxray(&[&["export"], &PING[..], &["--to", "perfetto", "-e", "run 20; pick 1 4", "-o", path]].concat());
    assert!(out.status.success() && out.stdout.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
    let json: Value = serde_json::from_str(&fs::read_to_string(&file).expect("file")).expect("JSON");
    assert!(json["traceEvents"].as_array().is_some_and(|e| e.len() > 20));
    let bad = hsxray(&["export", "producer.mvasm", "--to", "csv", "-o", "/no/such/place/x"]);
    assert_eq!((bad.status.code(), bad.stdout.len()), (Some(2), 0));
    assert_eq!(hsxray(&["export", "producer.mvasm", "--to", "svg"]).status.code(), Some(2));
    assert_eq!(hsxray(&["export", "--to", "csv"]).status.code(), Some(2));
}

#[test]
fn races_are_arrows_from_the_earlier_access_to_the_later_one() {
    let source =
        |name| fs::read_to_string(project(&format!("tests/cases/races/lost-update/{name}.mvasm"))).expect("source");
    let mut target = local(Config::default(), &[&source("first"), &source("second")]);
    all(&mut target, "run");
    let arrows = |target: &Local| {
        let events = events(target);
        let ends = |phase: &str| {
            let of = |e: &&Value| e["cat"] == "race" && e["ph"] == phase;
            events
                .iter()
                .filter(of)
                .map(|e| (number(e, "id"), number(e, "tid"), e["ts"].as_f64().expect("time")))
                .collect()
        };
        let (starts, finishes): (Vec<_>, Vec<_>) = (ends("s"), ends("f"));
        let pair = |((id, from, then), (same, to, now)): ((u64, u64, f64), (u64, u64, f64))| {
            assert!(id == same && then < now, "{id}");
            (from, to)
        };
        starts.into_iter().zip(finishes).map(pair).collect::<Vec<_>>()
    };
    // 2 read in 4 what 1 writes in 9; 1 read in 3 what 2 writes in 10; both write.
    let mut found = arrows(&target);
    found.sort_unstable();
    assert_eq!(found, [(1, 2), (1, 2), (2, 1)]);
    all(&mut target, "races hide 1");
    assert_eq!(arrows(&target), [(1, 2), (1, 2)], "a pair that is hidden has none");
}
