//! `hsxray explore merge`: the reports of the shards of one search as one.

use super::{BOUND, FAILED, wrong};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

pub(super) fn run(files: &[String], as_json: bool) -> ExitCode {
    let mut reports = Vec::new();
    for file in files {
        let path = Path::new(file);
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) => return wrong(path, e),
        };
        match serde_json::from_str::<Value>(&text) {
            Ok(report) if report["schedules"].is_u64() => reports.push(report),
            Ok(_) => return wrong(path, "a report of hsxray explore --json is expected"),
            Err(e) => return wrong(path, e),
        }
    }
    if reports.is_empty() {
        return wrong(Path::new("explore merge"), "reports of hsxray explore --json are expected");
    }
    let merged = merged(&reports);
    let failed = merged["failures"].as_array().is_some_and(|f| !f.is_empty());
    let text = if as_json { merged.to_string() } else { format!("{merged:#}") };
    println!("{text}");
    ExitCode::from(match (failed, merged["exhausted"] == true) {
        (true, _) => FAILED,
        (false, false) => BOUND,
        (false, true) => 0,
    })
}

/// Sums, and the shortest of what is the same. All is covered if each shard was done to its end: then
/// nothing but their number bounds them.
fn merged(reports: &[Value]) -> Value {
    let sum = |key: &str| reports.iter().map(|r| r[key].as_u64().unwrap_or(0)).sum::<u64>();
    let other = reports.iter().map(|r| &r["bound"]).find(|b| !b.is_null() && *b != "shard").cloned();
    let of: Vec<(u64, u64)> =
        reports.iter().filter_map(|r| Some((r["shard"][0].as_u64()?, r["shard"][1].as_u64()?))).collect();
    let parts = of.first().map_or(0, |(_, n)| *n);
    let all = (1..=parts).all(|i| of.contains(&(i, parts)));
    let bound = other.unwrap_or_else(|| if parts > 0 && !all { "shard".into() } else { Value::Null });
    json!({
        "exhausted": bound.is_null(), "bound": bound, "schedules": sum("schedules"), "equivalents": null,
        "states": sum("states"), "collected": rows(reports, "collected", |r| r["values"].to_string()),
        "failures": rows(reports, "failures", |r| format!("{} {}", r["kind"], r["detail"])),
    })
}

fn rows(reports: &[Value], list: &str, key: fn(&Value) -> String) -> Vec<Value> {
    let mut out: BTreeMap<String, Value> = BTreeMap::new();
    for row in reports.iter().filter_map(|r| r[list].as_array()).flatten() {
        match out.get_mut(&key(row)) {
            None => drop(out.insert(key(row), row.clone())),
            Some(kept) => {
                let sum = kept["schedules"].as_u64().unwrap_or(0) + row["schedules"].as_u64().unwrap_or(0);
                let length = |r: &Value| (r["shortest_turns"].as_u64(), r["switches"].as_u64());
                if length(row) < length(kept) {
                    *kept = row.clone();
                }
                kept["schedules"] = sum.into();
            }
        }
    }
    out.into_values().collect()
}
