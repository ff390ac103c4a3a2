//! Recordings: what is written opens again and proves itself; anything else is an error.

use crate::support::project;
use hsxray::asm;
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Recording, RecordingError};
use hsxray::command;
use hsxray::image::{Image, Symbols};
use hsxray::isa::ISA;
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

const PING: [&str; 3] = ["producer.mvasm", "consumer.mvasm", "ticker.mvasm"];

fn hsxray(arguments: &[&str]) -> Output {
    let directory = project("assets/programs/ping");
    Command::new(env!("CARGO_BIN_EXE_hsxray")).args(arguments).current_dir(directory).output().expect("runs")
}

/// The replies of a batch run, failed commands included.
fn batch(files: &[&str], lines: &[&str]) -> Vec<Value> {
    let commands = lines.iter().flat_map(|line| ["-e", line]);
    let arguments: Vec<&str> = ["batch", "--json"].into_iter().chain(files.iter().copied()).chain(commands).collect();
    let output = hsxray(&arguments);
    assert!(output.status.code().is_some_and(|c| c < 2), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|l| serde_json::from_str::<Value>(l).expect("JSON")["reply"].clone()).collect()
}

/// Runs commands in this process, each to its end.
fn commands(target: &mut Local, line: &str) {
    for words in command::split(line).expect("line") {
        // Refusals are part of random sessions.
        if command::execute(target, None, words).is_ok_and(|r| r.started) {
            while target.pump(1000) {}
        }
    }
}

fn local(sources: &[String]) -> Local {
    let mut target = Local::new("test", Config::default(), LoadDefaults { stack: 512, quantum: 1 });
    for (i, source) in sources.iter().enumerate() {
        let program = Program::builtin(&format!("p{i}.mvasm"), source).expect("assembles");
        target.load(Arc::new(program), LoadOptions::default()).expect("room");
    }
    target
}

fn digest(text: &str) -> Result<u64, String> {
    let recording = Recording::parse(text).map_err(|e| e.to_string())?;
    Local::replay(recording).map(|local| local.machine().digest()).map_err(|e| e.to_string())
}

/// A text with the check that belongs to it.
fn checked(body: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    let check = body.bytes().fold(0xCBF2_9CE4_8422_2325, step);
    format!("{{\"format\":\"hsxray recording\",\"version\":1,\"check\":\"{check:016x}\"}}\n{body}")
}

#[test]
fn a_recording_opens_where_it_was_made_with_all_that_was_done() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("one.hsxrec");
    let file = file.to_str().expect("UTF-8");
    let record = format!("record {file}");
    let lines = [
        "run 426",
        "bookmark a",
        "bp 0x20",
        "step 3 -p 1",
        "reg 1 r9 99",
        "poke 1 0x4000 DEAD",
        "run 100",
        "dumpregs 1",
        "back 10",
        "ps",
        &record,
    ];
    let made = batch(&PING, &lines);
    let opened = batch(&[file], &["ps", "bp", "bookmark", "goto present", "dumpregs 1", "symbols 1"]);
    assert_eq!(opened[0], made[9], "the tasks at the cursor");
    assert_eq!(opened[1]["breakpoints"][0]["pc"], 0x20, "{}", opened[1]);
    assert_eq!(opened[2]["bookmarks"][0]["turn"], 426);
    assert_eq!(opened[4], made[7], "registers at the present");
    assert!(opened[5].to_string().contains("again"), "names come with it: {}", opened[5]);
    let left: Vec<_> = std::fs::read_dir(directory.path()).expect("directory").collect();
    assert_eq!(left.len(), 1, "nothing but the recording is left");
    // And it is a file of shot too.
    assert!(String::from_utf8_lossy(&hsxray(&["shot", file]).stdout).contains("producer"));
}

#[test]
fn time_commands_reply_like_run_and_writes_say_who() {
    let lines = ["run 426", "last-write 1 r9", "back 3", "goto present", "reverse-continue", "info", "branch list"];
    let all = batch(&PING, &lines);
    assert_eq!(
        (&all[1]["pid"], &all[1]["turn"]),
        (&1.into(), &423.into()),
        "POP R9 at the end of pace is the last write: {}",
        all[1]
    );
    for reply in &all[1..5] {
        for field in ["turn", "time_us", "stop"] {
            assert!(reply.get(field).is_some(), "{field} in {reply}");
        }
    }
    for field in ["pc", "old", "new"] {
        assert!(all[1][field].is_u64(), "{field}");
    }
    assert_eq!(
        (&all[2]["turn"], &all[3]["turn"], &all[3]["stop"]["kind"]),
        (&420.into(), &426.into(), &"limit".into())
    );
    assert_eq!((&all[4]["turn"], &all[4]["stop"]["kind"]), (&0.into(), &"start".into()));
    assert_eq!(all[6]["branches"][0]["present"], 426);
}

#[test]
fn changing_the_past_says_that_a_branch_begins() {
    let all = batch(&PING, &["run 100", "back 50", "reg 1 r9 7", "run 10", "goto present", "branch go 1", "undo"]);
    assert_eq!((&all[2]["forked"]["branch"], &all[2]["forked"]["turn"]), (&2.into(), &50.into()), "{}", all[2]);
    assert!(all[3].get("forked").is_none());
    assert_eq!((&all[4]["turn"], &all[4]["branch"]), (&60.into(), &2.into()));
    assert_eq!((&all[5]["turn"], &all[5]["branch"]), (&100.into(), &1.into()));
    assert_eq!(all[6], Value::Null, "nothing was changed on the first branch");
}

#[test]
fn a_trace_file_holds_what_was_gone_back_over_once_more() {
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("trace.jsonl");
    let name = file.to_str().expect("UTF-8");
    let lines = ["run 20", "back 10", "run 5", "goto present", "run 3"];
    let commands: Vec<&str> = lines.iter().flat_map(|line| ["-e", line]).collect();
    let output = hsxray(&[&["batch", "--trace-jsonl", name], &PING[..], &commands].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&file).expect("trace");
    let turns: Vec<u64> =
        text.lines().map(|l| serde_json::from_str::<Value>(l).expect("JSON")["turn"].as_u64().expect("turn")).collect();
    let count = |turn: u64| turns.iter().filter(|t| **t == turn).count();
    assert_eq!((count(10) > 0, count(23) > 0), (true, true));
    assert!(count(11) > count(10), "turn 11 was taken twice");
}

#[test]
fn files_that_are_none_are_refused_with_a_reason() {
    let good = local(&[".text\n LDI R1, 1\n JMP 0\n".into()]).recording().expect("recording").text();
    let newer = good.replacen("\"version\":1", "\"version\":5", 1);
    assert!(matches!(Recording::parse(&newer), Err(RecordingError::Newer(5))));
    let cut = &good[..good.len() - 20];
    assert!(matches!(Recording::parse(cut), Err(RecordingError::Damaged(_))));
    let changed = good.replacen("\"turn_us\": 1", "\"turn_us\": 3", 1);
    assert!(matches!(Recording::parse(&changed), Err(RecordingError::Damaged(_))));
    for text in ["", "{}", "[1]", "hello\nworld", "{\"format\":\"x\"}\n{}"] {
        assert!(matches!(Recording::parse(text), Err(RecordingError::Format)), "{text:?}");
    }
    let other = good.split_once('\n').expect("two parts").1.replacen("\"value\"", "\"v\"", 1);
    assert!(digest(&checked(&other.replacen("\"turn_us\": 1", "\"turn_us\": 3", 1))).is_ok(), "no turn was done");
    let mut ran = local(&[".text\n LDI R1, 1\n JMP 0\n".into()]);
    commands(&mut ran, "run 10");
    let body = ran.recording().expect("recording").text();
    let body = body.split_once('\n').expect("two parts").1.replacen("\"turn_us\": 1", "\"turn_us\": 3", 1);
    assert!(digest(&checked(&body)).expect_err("another state").contains("was recorded"));
    let output = hsxray(&["replay", "no-such-file.hsxrec"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-file.hsxrec"));
}

#[test]
fn a_recording_that_cannot_be_written_leaves_the_old_one() {
    let target = local(&[".text\n JMP 0\n".into()]);
    assert!(target.record(Path::new("/no/such/place/x.hsxrec")).is_err());
    let directory = tempfile::tempdir().expect("directory");
    // A directory is in the way: the rename fails, and nothing half written stays.
    assert!(target.record(directory.path()).is_err());
    let parent = directory.path().parent().expect("parent");
    let name = directory.path().file_name().expect("name").to_string_lossy().into_owned();
    let left = std::fs::read_dir(parent).expect("directory").flatten();
    assert_eq!(left.filter(|e| e.file_name().to_string_lossy().contains(&format!("{name}."))).count(), 0);
}

fn word() -> impl Strategy<Value = u32> {
    let tame = (0..ISA.len(), any::<u32>()).prop_map(|(row, low)| u32::from(ISA[row].code) << 24 | low & 0x00FF_F07C);
    let service = (0u32..16, 0u32..16).prop_map(|(module, function)| 0x3000_0000 | module << 8 | function);
    prop_oneof![5 => tame, 1 => service]
}

fn source() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..20).prop_map(|code| {
        let image = Image { code, version: 2, multiple: true, ..Image::default() };
        asm::disassemble(&image, &Symbols::default())
    })
}

fn line() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "run 50",
        "run 7",
        "step 3 -p 1",
        "step -p 2",
        "back 5",
        "back 30",
        "goto 20",
        "goto present",
        "reg 1 r3 77",
        "reg 2 pc 0",
        "poke 1 0x20 0102030405",
        "send 1 hello",
        "send 2 app:x \"two words\"",
        "listen 1",
        "pause 1",
        "resume 1",
        "resume 2",
        "kill 3",
        "sched 1 quantum 3",
        "order 2 1",
        "order default",
        "preempt",
        "pick 2 2",
        "schedule 1*2 2 1*3",
        "schedule random 5 9",
        "schedule go",
        "undo",
        "redo",
        "bookmark b",
        "bp 0x8",
        "reverse-continue",
    ]);
    line.prop_map(str::to_owned)
}

#[test]
fn a_recording_that_is_opened_says_how_far_it_has_come() {
    let mut target = local(&[".text\nagain:\n    JMP again\n".to_owned()]);
    commands(&mut target, "run 3000000");
    let text = target.recording().expect("recording").text();
    let mut seen = Vec::new();
    Local::open_watched(text.into_bytes(), &mut |turn, end| seen.push((turn, end))).expect("opens");
    assert!(seen.len() > 1 && seen.is_sorted() && seen.last() == Some(&(3_000_000, 3_000_000)), "{seen:?}");
}

#[test]
fn a_change_that_was_taken_back_stays_so_in_a_recording() {
    let mut target = local(&[".text\n.entry 0\n    LDI R0, 0\n".to_owned()]);
    for line in ["reg 1 r3 77", "undo", "reg 1 r3 77", "undo"] {
        commands(&mut target, line);
    }
    let recording = target.recording().expect("recording");
    let again = Local::replay(Recording::parse(&recording.text()).expect("good")).expect("the same end");
    assert!(*again.machine() == *target.machine() && again.session().place().entry == target.session().place().entry);
    assert!(recording.text().starts_with(r#"{"format":"hsxray recording","version":3"#), "older programs refuse it");
}

proptest! {
    #![proptest_config(crate::support::cases(64))]

    #[test]
    fn any_session_is_recorded_and_ends_the_same_when_replayed(
        sources in prop::collection::vec(source(), 1..4),
        lines in prop::collection::vec(line(), 1..14),
    ) {
        let mut target = local(&sources);
        lines.iter().for_each(|l| commands(&mut target, l));
        let recording = target.recording().expect("recording");
        let text = recording.text();
        let read = Recording::parse(&text).expect("good");
        prop_assert_eq!(&read, &recording);
        let again = Local::replay(read).expect("the same end");
        prop_assert!(again.machine().turns() == target.machine().turns());
        prop_assert!(*again.machine() == *target.machine(), "the state at the cursor");
        prop_assert_eq!(again.recording().expect("recording").text(), text);
    }

    #[test]
    fn any_text_and_any_damage_is_a_recording_or_an_error(
        text in "\\PC{0,60}",
        lines in prop::collection::vec(line(), 1..6),
        damage in prop::collection::vec((any::<usize>(), any::<u8>()), 1..5),
    ) {
        let _ = digest(&text);
        let _ = digest(&checked(&text));
        let mut target = local(&[".text\n LDI R1, 1\n ADD R2, R2, R1\n JMP 4\n".into()]);
        lines.iter().for_each(|l| commands(&mut target, l));
        let good = target.recording().expect("recording").text();
        let mut bytes = good.into_bytes();
        for (at, byte) in damage {
            let len = bytes.len();
            // Digits to digits: what is well formed still gets further.
            let at = at % len;
            bytes[at] = if bytes[at].is_ascii_digit() { b'0' + byte % 10 } else { byte & 0x7F };
        }
        let damaged = String::from_utf8(bytes).expect("ASCII");
        let _ = digest(&damaged);
        // With a fitting check the damage gets past the first test. Runs of more than a few turns are not the point.
        let body = damaged.split_once('\n').map_or("", |(_, body)| body);
        let long = body.contains("\"turn\": 1000") || body.len() > 1 << 20;
        if !long && Recording::parse(&checked(body)).is_ok_and(|r| r.turns() < 100_000) {
            let _ = digest(&checked(body));
        }
    }
}

#[test]
fn two_recordings_are_compared_and_both_are_there() {
    let directory = tempfile::tempdir().expect("directory");
    let file = |name: &str| directory.path().join(name).display().to_string();
    let source = ".text\nagain:\n ADD R1, R1, R2\n JMP again\n";
    let mut first = local(&[source.into()]);
    commands(&mut first, &format!("run 30; record {}; back 10; reg 1 r2 5; run 30; record {}", file("a"), file("b")));
    let fresh = || Local::new("compare", Config::default(), Default::default());
    let mut both = fresh();
    commands(&mut both, &format!("compare {} {}", file("a"), file("b")));
    let r2 = |local: &Local| local.machine().reg(&local.machine().tasks()[0], 2);
    assert_eq!((both.machine().turns(), r2(&both)), (20, 0), "at the first difference, in the first");
    commands(&mut both, "branch next");
    assert_eq!((both.machine().turns(), r2(&both)), (20, 5), "the other is a branch at the same turn");
    commands(&mut both, "branch go 1 12; branch go 2; back 7; branch next; branch next");
    assert_eq!((both.machine().turns(), both.session().present(), r2(&both)), (30, 50, 5));
    // Beside a session that has a past of its own, which stays.
    let mut own = local(&[source.into()]);
    commands(&mut own, &format!("run 12; compare 1 {}", file("a")));
    assert_eq!(own.session().branches().iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["main", "a"]);
    assert_eq!(own.session().compare(1, 2).expect("branches"), None, "the same as far as both go");
    assert_eq!(own.session().present(), 12);
}

#[test]
fn what_is_declared_about_races_is_recorded_and_makes_the_second_version() {
    let mut target = hsxray::demo::target("lost-update").expect("demo");
    commands(&mut target, "run 12; sync 0x5004 8; races hide 1 'known'");
    let text = target.recording().expect("recording").text();
    assert!(text.lines().next().expect("header").contains("\"version\":2"), "{text}");
    let again = Local::replay(Recording::parse(&text).expect("good")).expect("replays");
    assert_eq!(again.declared(), target.declared());
    assert_eq!(
        (again.declared().sync.as_slice(), again.declared().hidden[0].why.as_str()),
        (&[(0x5004, 0x500C)][..], "known")
    );
    assert_eq!(again.recording().expect("recording").text(), text);
    let outside = text.split_once('\n').expect("two parts").1.replacen("20484", "99999", 1);
    assert!(digest(&checked(&outside)).is_err(), "a stretch outside of RAM is refused");
}
