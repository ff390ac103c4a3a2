//! `hsxray explore`: search schedules for one that fails, and say what was covered.

mod args;
mod progress;
mod stop;
mod text;
mod units;

use super::batch::settle;
use super::open::open;
use super::output::{self, unusable};
use super::written;
use crate::backend::host::{self, Content};
use crate::backend::search_folder::{Kept, SearchFolder};
use crate::backend::search_identity::Identity;
use crate::backend::{Bound, ExploreOptions, Failure, FoundSchedule, Local, Report, Values};
use crate::explore::{Ledger, checksum};
pub(super) use args::ExploreArgs;
use progress::ProgressLine;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use stop::Stop;
#[cfg(feature = "remote")]
pub(super) use stop::listen_to_signals;

/// A property failed.
const FAILED: u8 = 1;
/// Nothing failed, but not everything was covered.
const BOUND: u8 = 3;

pub(super) fn run(args: &ExploreArgs) -> ExitCode {
    let files = &args.programs.files;
    let done = match (files.first().and_then(|f| f.to_str()), files.get(1..).unwrap_or_default()) {
        (Some("merge"), paths @ [_, ..]) => units::merge(args, &paths.iter().map(PathBuf::from).collect::<Vec<_>>()),
        (Some("unit"), [file]) => units::one(args, Path::new(file)),
        (Some("go"), [folder]) => units::all(args, Path::new(folder)),
        (Some("merge" | "unit" | "go"), _) => {
            Err("explore: merge FILE... or merge DIR, unit FILE, or go DIR is expected".to_owned())
        }
        _ => explore(args),
    };
    done.unwrap_or_else(|e| unusable(&e))
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
    if let Some(most) = args.units {
        args.wanted().options(&target).map_err(|e| format!("explore: {e}"))?;
        return units::begin(args, &target, &options, most);
    }
    let (stop, line) = (Stop::new(args.seconds)?, ProgressLine::new());
    let go_on = |report: &Report, part: Option<f64>| {
        line.show(report, part, &stop);
        stop.reason().is_none()
    };
    let report = target.explore(&options, &go_on);
    line.clear();
    let mut report = report.map_err(|e| format!("explore: {e}"))?;
    if report.bound == Some(Bound::Stopped) {
        report.bound = stop.reason().or(report.bound);
    }
    let kept = args.wanted().options(&target).is_ok().then(|| {
        let search = Identity::of(&target, args.wanted(), &report.rules);
        let ledger = units::whole(&search, &report);
        (search, ledger)
    });
    let folder = match &kept {
        Some((search, ledger)) if !report.rest.is_empty() && !args.no_recordings => {
            // The report is worth more than what could be continued.
            let left = leave(&target, args, search, ledger);
            left.inspect_err(|e| output::note(&format_args!("hsxray: {e}: nothing is left to be continued"))).ok()
        }
        _ => None,
    };
    let shown = Shown {
        search: kept.as_ref().map(|(search, ledger)| (search, ledger)),
        start: Some((&target, &options)),
        parts: None,
        folder: folder.as_ref().map(SearchFolder::path),
    };
    finish(args, &report, &shown, Some(stop.spent()))
}

/// Leaves what is still to be done in a folder, to be continued.
fn leave(target: &Local, args: &ExploreArgs, search: &Identity, ledger: &Ledger) -> Result<SearchFolder, String> {
    let id = checksum(&serde_json::to_string(search).unwrap_or_default());
    let name = format!("{}-{}.search", safe(target), &id[..8]);
    let folder = SearchFolder::create(&args.out.join(name), target, search.clone()).map_err(|e| e.to_string())?;
    for (_, entry) in ledger.entries() {
        folder.report(entry.clone()).map_err(|e| e.to_string())?;
    }
    Ok(folder)
}

/// The title of a session as a part of a file name.
fn safe(target: &Local) -> String {
    target.title.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// What is shown beside a report.
struct Shown<'a> {
    /// The search, and the reports of its parts.
    search: Option<(&'a Identity, &'a Ledger)>,
    /// The machine it began with, and what was asked.
    start: Option<(&'a Local, &'a ExploreOptions)>,
    /// Parts that were done and that are open, where it was done in parts.
    parts: Option<(usize, usize)>,
    /// Where it can be continued.
    folder: Option<&'a Path>,
}

/// Writes recordings, prints the report, and says whether anything failed.
fn finish(args: &ExploreArgs, report: &Report, shown: &Shown<'_>, spent: Option<Duration>) -> Result<ExitCode, String> {
    let saved = match shown.start {
        Some((target, options)) => save(target, options, report, args),
        None => vec![None; report.failures.len()],
    };
    match args.json {
        true => output::json(&whole_report(report, shown, &saved)),
        false => output::lines(text::of(report, shown, &saved, spent).trim_end()),
    }
    .map_err(|e| format!("standard output: {e}"))?;
    Ok(ExitCode::from(match (report.failures.is_empty(), report.exhausted()) {
        (false, _) => FAILED,
        (true, false) => BOUND,
        (true, true) => 0,
    }))
}

/// Writes a recording for each failure: it opens at the failure. One that cannot be written is named, and the report is
/// there all the same.
fn save(target: &Local, options: &ExploreOptions, report: &Report, args: &ExploreArgs) -> Vec<Option<PathBuf>> {
    if args.no_recordings || report.failures.is_empty() {
        return vec![None; report.failures.len()];
    }
    if let Err(e) = host::make_directory(&args.out) {
        output::note(&format_args!("hsxray: {e}: no recording is written"));
        return vec![None; report.failures.len()];
    }
    let name = |i: usize| args.out.join(format!("{}-{}.hsxrec", safe(target), i + 1));
    let write = |i: usize, failure: &Failure, found: &FoundSchedule| -> Result<PathBuf, String> {
        written::may_be(&name(i), Content::Recording, &written::inputs(&args.programs), args.force)?;
        let copy = target.at_failure(options, failure, &found.schedule).map_err(|e| e.to_string())?;
        copy.record(&name(i)).map_err(|e| e.to_string())?;
        Ok(name(i))
    };
    let failures = report.failures.iter().enumerate();
    let saved = failures.map(|(i, (failure, found))| {
        let written = write(i, failure, found);
        written.inspect_err(|e| output::note(&format_args!("hsxray: {e}: no recording of failure {}", i + 1))).ok()
    });
    saved.collect()
}

/// A find as JSON. Counts of orders are texts: they may be larger than the numbers of JSON readers.
fn found_json(found: &FoundSchedule) -> Value {
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
fn whole_report(report: &Report, shown: &Shown<'_>, saved: &[Option<PathBuf>]) -> Value {
    let failures = report.failures.iter().zip(saved).map(|((failure, found), path)| {
        let mut row = found_json(found);
        row["kind"] = failure.kind.name().into();
        row["detail"] = failure.detail.clone().into();
        row["recording"] = path.as_ref().map(|p| p.display().to_string()).into();
        let way_out = shown.start.and_then(|(target, options)| target.critical_switch(options, &found.schedule));
        row["turning"] = way_out.map_or(Value::Null, |t| {
            json!({ "turn": t.turn, "fails": t.fails.map(|(pid, _)| pid), "passes": t.passes.0, "schedule": t.schedule.parts() })
        });
        row["last_exit"] = shown
            .start
            .and_then(|(target, options)| target.last_exit(options, &found.schedule))
            .and_then(|view| view.fate.last_exit)
            .map_or(Value::Null, |way| json!({ "turn": way.after, "schedule": way.schedule.parts() }));
        row
    });
    let collected = report.collected.values().map(|(Values(values), found)| {
        let mut row = found_json(found);
        row["values"] = json!(values);
        row
    });
    let ledger = shown
        .search
        .map(|(search, ledger)| ledger.entries().map(|(_, entry)| Kept::of(search, entry.clone())).collect::<Vec<_>>());
    json!({
        "exhausted": report.exhausted(),
        "bound": report.bound.map(|b| b.name()),
        "schedules": report.schedules,
        "equivalents": report.equivalents.map(|n| n.to_string()),
        "failing": report.failing.map(|n| n.to_string()),
        "states": report.states,
        "steps": report.steps,
        "units": shown.parts.map(|(done, open)| json!({ "done": done, "open": open })),
        "folder": shown.folder.map(|folder| folder.display().to_string()),
        "collected": collected.collect::<Vec<_>>(),
        "failures": failures.collect::<Vec<_>>(),
        "ledger": ledger,
    })
}
