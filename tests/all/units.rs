//! Searches in parts: whatever was done by which run, the claim is that of one search, or names what is open.

use crate::explore::{asked, collecting, increments, machine, program, run, values};
use hsxray::executive::Machine;
use hsxray::explore::{
    Checks, Ended, Ledger, Options, Report, Strategy, Unit, UnitReport, begin_units, checksum, do_units,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    command.args(arguments);
    command
}

/// Status, standard output as JSON where it is that, and standard error.
fn hsxray(arguments: &[&str]) -> (i32, Value, String) {
    let output = command(arguments).output().expect("runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (output.status.code().expect("a status"), json, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A folder with `tasks` programs that add one to a word `k` times each.
struct Programs {
    folder: tempfile::TempDir,
    files: Vec<String>,
}

impl Programs {
    fn new(tasks: usize, k: usize) -> Programs {
        let folder = tempfile::tempdir().expect("folder");
        let write = |i| {
            let path = folder.path().join(format!("t{i}.mvasm"));
            std::fs::write(&path, increments(k)).expect("writes");
            path.display().to_string()
        };
        let files = (0..tasks).map(write).collect();
        Programs { folder, files }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// `explore` with all programs and some options.
    fn explore(&self, more: &[&str]) -> (i32, Value, String) {
        let files: Vec<&str> = self.files.iter().map(String::as_str).collect();
        // Equal tasks would leave little to divide.
        let usual = [
            "explore",
            "--json",
            "--tell-apart",
            "--jobs",
            "1",
            "--collect",
            "w[0x5000]",
            "--finally",
            "w[0x5000] != 2",
        ];
        hsxray(&[&usual[..], more, &files].concat())
    }
}

/// What of a report does not depend on how the work was divided.
fn essence(report: &Value) -> Value {
    let rows = |list: &str| {
        let row = |row: &Value| {
            json!([
                row["kind"],
                row["detail"],
                row["values"],
                row["equivalents"],
                row["shortest_turns"],
                row["schedule"]
            ])
        };
        report[list].as_array().expect("rows").iter().map(row).collect::<Vec<_>>()
    };
    json!([
        report["exhausted"],
        report["bound"],
        report["equivalents"],
        report["failing"],
        rows("failures"),
        rows("collected")
    ])
}

fn unit_files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(folder).join("units")).expect("units");
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn parts_done_one_by_one_come_to_the_report_of_one_search() {
    let programs = Programs::new(2, 3);
    let (status, one, _) = programs.explore(&["--no-recordings"]);
    assert_eq!((status, &one["exhausted"]), (1, &true.into()));
    let folder = programs.path("parts");
    let (_, begun, _) = programs.explore(&["--no-recordings", "--units", "5", "--out", &folder]);
    assert_eq!((&begun["exhausted"], &begun["bound"]), (&false.into(), &"units".into()), "nothing is claimed yet");
    assert!(unit_files(&folder).len() >= 5);
    let mut done = 0;
    while let Some(unit) = unit_files(&folder).pop() {
        let unit = unit.display().to_string();
        let (status, part, error) = hsxray(&["explore", "--json", "--jobs", "1", "unit", &unit]);
        assert!(status != 2, "{error}");
        assert_eq!((status == 1), !part["failures"].as_array().expect("rows").is_empty());
        done += 1;
        assert!(done < 100);
    }
    let (status, merged, _) = hsxray(&["explore", "--json", "--no-recordings", "merge", &folder]);
    assert_eq!((status, essence(&merged)), (1, essence(&one)));
    assert_eq!(merged["units"]["open"], 0);
}

#[test]
fn merge_does_not_depend_on_order_or_repetition_and_refuses_what_is_not_the_same_search() {
    let programs = Programs::new(2, 2);
    let folder = programs.path("parts");
    programs.explore(&["--no-recordings", "--units", "4", "--out", &folder]);
    while hsxray(&["explore", "--no-recordings", "--jobs", "1", "go", &folder]).0 == 3 {}
    let reports = std::fs::read_dir(Path::new(&folder).join("reports")).expect("reports");
    let mut files: Vec<String> = reports.map(|e| e.expect("an entry").path().display().to_string()).collect();
    files.sort();
    let merge = |files: &[&str]| hsxray(&[&["explore", "--json", "merge"], files].concat());
    let all: Vec<&str> = files.iter().map(String::as_str).collect();
    let (status, whole, _) = merge(&all);
    assert_eq!((status, &whole["exhausted"]), (1, &true.into()));
    // In two groups, in another order, twice.
    let (left, right) = all.split_at(all.len() / 2);
    let keep = |name: &str, report: &Value| {
        std::fs::write(programs.path(name), report.to_string()).expect("writes");
        programs.path(name)
    };
    let (status, part, _) = merge(left);
    assert_eq!((&part["exhausted"], &part["bound"]), (&false.into(), &"units".into()), "{status}");
    let part = keep("left.json", &part);
    assert_eq!(merge(&[&part]).1["exhausted"], false, "a part of a part claims nothing");
    let again = [right, &[part.as_str(), part.as_str()], left].concat();
    assert_eq!(merge(&again), merge(&all));
    // Another program, another question, a report that was changed.
    let (_, other, _) = Programs::new(2, 1).explore(&["--no-recordings"]);
    let (status, _, error) = merge(&[&part, &keep("other.json", &other)]);
    assert!(status == 2 && error.contains("programs differs"), "{error}");
    let (_, asked, _) = programs.explore(&["--no-recordings", "--always", "1"]);
    let (status, _, error) = merge(&[&part, &keep("asked.json", &asked)]);
    assert!(status == 2 && error.contains("always differs"), "{error}");
    let mut changed = asked.clone();
    changed["ledger"][0]["entry"]["report"]["states"] = 1.into();
    let (status, _, error) = merge(&[&keep("changed.json", &changed)]);
    assert!(status == 2 && error.contains("checksum"), "{error}");
    let mut mistyped = asked;
    mistyped["ledger"][0]["entry"]["report"]["states"] = "many".into();
    assert_eq!(merge(&[&keep("mistyped.json", &mistyped)]).0, 2);
    for (bad, status) in [("Cargo.toml", 2), ("no-such-file.json", 2)] {
        assert_eq!(merge(&[bad]).0, status);
    }
    // What was drawn by chance covers nothing.
    let (status, _, error) = programs.explore(&["--strategy", "random", "--units", "4", "--out", &programs.path("r")]);
    assert!(status == 2 && error.contains("random"), "{error}");
    let (_, drawn, _) = programs.explore(&["--no-recordings", "--strategy", "pct", "--schedules", "9"]);
    assert_eq!(merge(&[&keep("drawn.json", &drawn)]).0, 2);
}

#[test]
fn a_stopped_search_goes_on() {
    let programs = Programs::new(3, 2);
    let (_, one, _) = programs.explore(&["--no-recordings"]);
    let out = programs.path("out");
    std::fs::create_dir(&out).expect("folder");
    let (status, stopped, error) = programs.explore(&["--seconds", "0", "--out", &out]);
    assert_eq!(stopped["bound"], "time", "{status} {error}");
    let folder = stopped["folder"].as_str().expect("a folder").to_owned();
    let mut last = stopped;
    for round in 0.. {
        assert!(round < 200, "it ends");
        if last["exhausted"] == true {
            break;
        }
        assert!(["time", "units"].contains(&last["bound"].as_str().expect("bounded")), "{}", last["bound"]);
        let go = ["explore", "--json", "--no-recordings", "--jobs", "2", "--seconds", "0.5", "go", &folder];
        last = hsxray(&go).1;
    }
    assert_eq!(essence(&last), essence(&one));
}

#[test]
fn a_search_that_is_interrupted_reports_what_it_has_and_leaves_the_rest() {
    let programs = Programs::new(4, 4);
    let out = programs.path("out");
    std::fs::create_dir(&out).expect("folder");
    for signal in ["INT", "TERM"] {
        let files: Vec<&str> = programs.files.iter().map(String::as_str).collect();
        let options = ["explore", "--json", "--tell-apart", "--finally", "w[0x5000] != 16", "--out", &out];
        let child = command(&[&options[..], &files].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        std::thread::sleep(Duration::from_secs(4));
        let (asked, pid) = (Instant::now(), child.id().to_string());
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().expect("kill").success());
        let output = child.wait_with_output().expect("ends");
        assert!(asked.elapsed() < Duration::from_secs(20), "{signal}: {:?}", asked.elapsed());
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        assert_eq!((output.status.code(), &report["bound"]), (Some(1), &"stopped".into()), "{signal}");
        assert!(Path::new(report["failures"][0]["recording"].as_str().expect("a path")).is_file());
        assert!(!unit_files(report["folder"].as_str().expect("a folder")).is_empty());
    }
}

#[test]
fn a_bound_on_memory_holds_for_the_whole_search_and_leaves_the_rest() {
    let programs = Programs::new(4, 4);
    let out = programs.path("out");
    std::fs::create_dir(&out).expect("folder");
    let files: Vec<&str> = programs.files.iter().map(String::as_str).collect();
    let options = ["explore", "--json", "--tell-apart", "--jobs", "1", "--memory", "2", "--out", &out];
    let (status, report, _) = hsxray(&[&options[..], &files].concat());
    assert_eq!((status, &report["bound"]), (3, &"memory".into()));
    assert!(report["states"].as_u64().expect("a count") < 120_000, "{}", report["states"]);
    assert!(!unit_files(report["folder"].as_str().expect("a folder")).is_empty());
}

/// Does a part for a number of steps, as a session of its own.
fn part(machine: &Machine, options: &Options, rules: &hsxray::explore::Rules, unit: Unit, steps: u64) -> Vec<Ended> {
    let (mut options, ended) = (options.clone(), Mutex::new(Vec::new()));
    options.bounds.steps = steps;
    let keep = |part: Ended| ended.lock().expect("whole").push(part);
    do_units(machine, &options, rules, vec![unit], &keep, &|_, _| true).expect("a search").expect("the rules hold");
    ended.into_inner().expect("whole")
}

/// Does a search in parts of few steps in an order by chance, some of them lost and done again.
fn in_parts(machine: &Machine, options: &Options, mut seed: u64) -> Report {
    let mut dice = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let (rules, _) = begin_units(machine, options, 1).expect("a search");
    let mut ledger = Ledger::default();
    for session in 0.. {
        let claim = ledger.claim();
        if claim.open.is_empty() {
            return claim.report;
        }
        assert!(session < 4000, "{} open", claim.open.len());
        let unit = claim.open[dice(claim.open.len() as u64) as usize].clone();
        let ended = part(machine, options, &rules, unit, 1 + dice(50));
        if dice(8) == 0 {
            continue;
        }
        for (number, Ended { unit, report, beside }) in (0..).zip(ended) {
            let entry = UnitReport { session: session.to_string(), number, unit, beside, report };
            ledger.add(checksum(&(session, number)), entry);
        }
    }
    unreachable!()
}

#[test]
fn small_parts_in_any_order_find_what_one_search_finds() {
    let start = machine(&[increments(2), increments(2), increments(1)]);
    let mut options = collecting(Strategy::Exhaustive, &["w[0x5000]"]);
    options.checks = Checks { always: vec![asked("w[0x5000] < 5")], ..Checks::default() };
    let one = run(&start, &options);
    for seed in 0..6 {
        let parts = in_parts(&start, &options, seed);
        assert_eq!((values(&parts), parts.bound), (values(&one), None), "seed {seed}");
        assert!(parts.failures.keys().eq(one.failures.keys()));
    }
}

proptest! {
    #![proptest_config(crate::support::cases(12))]

    #[test]
    fn parts_of_random_programs_find_what_one_search_finds(
        sources in proptest::collection::vec(program(), 2..3),
        seed in any::<u64>(),
    ) {
        let start = machine(&sources);
        let options = collecting(Strategy::Exhaustive, &["w[0x5000]", "w[0x5004]", "1.r3", "2.r3", "1.r4", "2.r4"]);
        let (one, parts) = (run(&start, &options), in_parts(&start, &options, seed));
        prop_assert_eq!(values(&parts), values(&one));
        prop_assert!(parts.failures.keys().eq(one.failures.keys()));
    }
}
