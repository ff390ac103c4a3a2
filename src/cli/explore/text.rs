//! The report of a search in words.

use crate::backend::{ExploreOptions, Found, Local, Report, Values};
use crate::ui::visible;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

pub(super) fn of(
    target: &Local,
    options: &ExploreOptions,
    report: &Report,
    saved: &[Option<PathBuf>],
    spent: Duration,
) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{}", covered(report));
    let for_all = report.equivalents.map_or(String::new(), |n| format!(", which stand for {n} orders of turns"));
    let _ = writeln!(
        out,
        "run {} schedules{for_all}; {} states, {} steps in {:.2} s",
        report.schedules,
        report.states,
        report.steps,
        spent.as_secs_f64()
    );
    if !report.collected.is_empty() {
        let texts: Vec<&str> = options.collect.iter().map(|a| a.expr.text()).collect();
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
        if let Some(matters) = target.switch_that_matters(options, &found.schedule) {
            let _ = writeln!(out, "  {}", visible(&matters));
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

fn covered(report: &Report) -> String {
    match report.bound {
        None => "exhausted: every schedule is covered".to_owned(),
        Some(bound) => format!("not exhausted ({}): what was not run may fail", bound.name()),
    }
}

fn ways(found: &Found) -> String {
    let many = |n: u64, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let for_all = found.equivalents.map_or(String::new(), |n| format!(" for {n} orders"));
    let (turns, switches) = (found.schedule.turns(), found.schedule.switches());
    let switches = if switches == 1 { "1 switch".to_owned() } else { format!("{switches} switches") };
    format!("{}{for_all}; the shortest has {} and {switches}", many(found.schedules, "schedule"), many(turns, "turn"))
}

fn short(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
