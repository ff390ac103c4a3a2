//! `hsxray explore`: search schedules for one that fails, and say what was covered.

mod args;
mod merge;
mod text;

use super::batch::settle;
use super::open::open;
use super::{UNUSABLE, unusable};
use crate::backend::{ExploreOptions, Found, Local, Report, Values};
pub(super) use args::ExploreArgs;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A property failed.
const FAILED: u8 = 1;
/// Nothing failed, but not everything was covered.
const BOUND: u8 = 3;

pub(super) fn run(args: &ExploreArgs) -> ExitCode {
    if let [verb, files @ ..] = &args.programs.files[..]
        && verb == "merge"
    {
        return merge::run(files, args.json);
    }
    match explore(args) {
        Ok(code) => code,
        Err(e) => unusable(&e),
    }
}

fn explore(args: &ExploreArgs) -> Result<ExitCode, String> {
    if args.programs.files.is_empty() {
        return Err("explore: programs, a scenario or a recording are expected".into());
    }
    let mut opened = open(&args.programs, &crate::ui::Settings::default())?;
    opened.scenario.first_commands(&mut opened.target)?;
    settle(&mut opened, &args.commands)?;
    let target = opened.target;
    let options = args.options(&target)?;
    let (start, limit) = (Instant::now(), args.seconds.map(Duration::from_secs_f64));
    let go_on = |_: &Report, _: Option<f64>| limit.is_none_or(|limit| start.elapsed() < limit);
    let report = target.explore(&options, &go_on).map_err(|e| format!("explore: {e}"))?;
    let saved = save(&target, &report, args)?;
    let spent = start.elapsed();
    let told = told(&target, &options, &report, &saved);
    match args.json {
        true => println!("{told}"),
        false => print!("{}", text::of(&target, &options, &report, &saved, spent)),
    }
    Ok(ExitCode::from(status(&report)))
}

fn status(report: &Report) -> u8 {
    match (report.failures.is_empty(), report.exhausted()) {
        (false, _) => FAILED,
        (true, false) => BOUND,
        (true, true) => 0,
    }
}

/// Writes a recording for each failure: it opens at the failure.
fn save(target: &Local, report: &Report, args: &ExploreArgs) -> Result<Vec<Option<PathBuf>>, String> {
    let name = |i: usize| {
        let safe: String =
            target.title.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect();
        args.out.join(format!("{safe}-{}.hsxrec", i + 1))
    };
    let write = |(i, found): (usize, &Found)| -> Result<Option<PathBuf>, String> {
        if args.no_recordings {
            return Ok(None);
        }
        let copy = target.along(&found.schedule).map_err(|e| e.to_string())?;
        copy.record(&name(i)).map_err(|e| e.to_string())?;
        Ok(Some(name(i)))
    };
    report.failures.values().enumerate().map(write).collect()
}

fn found_json(found: &Found) -> Value {
    json!({
        "schedules": found.schedules,
        "equivalents": found.equivalents.map(|n| n.to_string()),
        "shortest_turns": found.turns,
        "turns": found.schedule.turns(),
        "switches": found.schedule.switches(),
        "schedule": found.schedule.parts(),
    })
}

/// The report as JSON.
fn told(target: &Local, options: &ExploreOptions, report: &Report, saved: &[Option<PathBuf>]) -> Value {
    let failures = report.failures.iter().zip(saved).map(|((failure, found), path)| {
        let mut row = found_json(found);
        row["kind"] = failure.kind.name().into();
        row["detail"] = failure.detail.clone().into();
        row["recording"] = path.as_ref().map(|p| p.display().to_string()).into();
        row["turning"] = target.critical_switch(options, &found.schedule).map_or(Value::Null, |t| {
            json!({ "turn": t.turn, "fails": t.fails.map(|(pid, _)| pid), "passes": t.passes.0, "schedule": t.schedule.parts() })
        });
        row
    });
    let collected = report.collected.values().map(|(Values(values), found)| {
        let mut row = found_json(found);
        row["values"] = json!(values);
        row
    });
    json!({
        "exhausted": report.exhausted(),
        "bound": report.bound.map(|b| b.name()),
        "schedules": report.schedules,
        "equivalents": report.equivalents.map(|n| n.to_string()),
        "failing": report.failing.map(|n| n.to_string()),
        "states": report.states,
        "steps": report.steps,
        "collected": collected.collect::<Vec<_>>(),
        "failures": failures.collect::<Vec<_>>(),
    })
}

fn wrong(path: &Path, what: impl std::fmt::Display) -> ExitCode {
    eprintln!("hsxray: {}: {what}", path.display());
    ExitCode::from(UNUSABLE)
}
