//! The report of a search in words.

use super::Shown;
use crate::backend::{FoundSchedule, Report, Values};
use crate::text::visible;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

pub(super) fn of(report: &Report, shown: &Shown<'_>, saved: &[Option<PathBuf>], spent: Option<Duration>) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{}", covered(report, shown));
    let for_all = report
        .equivalents
        .map_or(String::new(), |n| format!(", which stand for {}", many(n, "order of turns", "orders of turns")));
    let spent = spent.map_or(String::new(), |spent| format!(" in {:.2} s", spent.as_secs_f64()));
    let _ = writeln!(
        out,
        "run {}{for_all}; {}, {}{spent}",
        many(report.schedules.into(), "schedule", "schedules"),
        many(report.states.into(), "state", "states"),
        many(report.steps.into(), "step", "steps"),
    );
    if let Some(folder) = shown.folder.filter(|_| !report.rest.is_empty()) {
        let _ = writeln!(out, "hsxray explore go {} continues", visible(&folder.display().to_string()));
    }
    if !report.collected.is_empty() {
        let texts = shown.search.map_or_else(Vec::new, |(search, _)| search.wanted.collect.clone());
        let _ = writeln!(out, "\n{} at the end:", visible(&texts.join(", ")));
    }
    for (Values(values), found) in report.collected.values() {
        let texts: Vec<String> = values.iter().map(|v| v.map_or("?".to_owned(), |v| v.to_string())).collect();
        let _ = writeln!(out, "  {:24} {}", texts.join(", "), ways(found));
    }
    for (i, ((failure, found), path)) in report.failures.iter().zip(saved).enumerate() {
        let _ = writeln!(out, "\n{} {}: {}", i + 1, failure.kind.name(), visible(&failure.detail));
        let _ = writeln!(out, "  {}", ways(found));
        let _ = writeln!(out, "  schedule {}", short(&found.schedule.to_string().replace('\n', " ")));
        if let Some((target, options)) = shown.start
            && let Some(way_out) = target.way_out(options, &found.schedule)
        {
            let _ = writeln!(out, "  {}", visible(&way_out));
        }
        if let Some(path) = path {
            let _ = writeln!(out, "  hsxray replay {}", visible(&path.display().to_string()));
        }
    }
    if report.failures.is_empty() {
        let _ = writeln!(out, "\nno failure found");
    }
    out
}

fn covered(report: &Report, shown: &Shown<'_>) -> String {
    let parts = shown.parts.map_or(String::new(), |(done, open)| format!("; parts: {done} done, {open} open"));
    match report.bound {
        None => format!("exhausted: every schedule is covered{parts}"),
        Some(bound) => format!("not exhausted ({}): what was not run may fail{parts}", bound.name()),
    }
}

fn ways(found: &FoundSchedule) -> String {
    let for_all = found.equivalents.map_or(String::new(), |n| format!(" for {}", many(n, "order", "orders")));
    let (turns, switches) = (found.schedule.turns(), found.schedule.switches());
    let (what, fewer) = match found.turns {
        None => ("one", String::new()),
        Some(fewest) if fewest < turns => ("fewest switches:", format!("; fewest turns: {fewest}")),
        Some(_) => ("the shortest", String::new()),
    };
    let verb = if what.ends_with(':') { "" } else { " has" };
    let (turns, switches) = (many(turns.into(), "turn", "turns"), many(switches.into(), "switch", "switches"));
    let runs = many(found.schedules.into(), "schedule", "schedules");
    format!("{runs}{for_all}; {what}{verb} {turns} and {switches}{fewer}")
}

fn many(n: u128, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

fn short(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
