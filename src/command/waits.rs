//! `waits`: who waits for whom, in words, as data, as a graph.

use super::Call;
use super::inspect::state_text;
use super::reply::{CommandError, Reply};
use crate::backend::host;
use crate::backend::waits::{How, Latency, Longest, Object, Row, Waiting, Waits, listed};
use crate::export;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// Turns after which a task counts as kept waiting too long, unless something else is said.
const STARVE_TURNS: u64 = 1000;

pub(super) fn waits(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("dot") {
        return dot(call);
    }
    let limit = call.args.count()?.unwrap_or(STARVE_TURNS);
    call.args.done()?;
    let waits = Waits::of(call.target.machine());
    let mut text = String::new();
    for row in &waits.rows {
        let _ = writeln!(text, "{}", line(call, &waits, row));
    }
    for row in &waits.rows {
        let _ = writeln!(text, "{}", figures(&waits, row));
    }
    for starving in waits.starving(limit) {
        let why = if starving.ready { "ready and not scheduled" } else { "waiting for a message" };
        let _ = writeln!(text, "{} is {why} for {} turns, more than {limit}", starving.pid, starving.turns);
    }
    text.push_str(&waits.verdict().join("\n"));
    Ok(Reply::new(text, data(&waits, limit)))
}

/// `waits dot [FILE]`.
fn dot(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let file = call.args.take_next();
    call.args.done()?;
    let text = export::dot(&Waits::of(call.target.machine()));
    let Some(file) = file else { return Ok(Reply::new(text.trim_end(), json!({ "dot": text }))) };
    host::atomic_write(Path::new(&file.text), |out| out.write_all(text.as_bytes()))
        .map_err(|e| CommandError::at(file.column, format!("{}: {e}", file.text)))?;
    Ok(Reply::new(format!("{} written", file.text), json!({ "file": file.text, "bytes": text.len() })))
}

fn line(call: &Call<'_>, waits: &Waits, row: &Row) -> String {
    let who = format!("{}:{}", row.pid, row.name);
    let Some(wait) = &row.wait else {
        let state = call.target.machine().task(row.pid).map_or(String::new(), state_text);
        let unserved =
            row.unserved.filter(|n| *n > 0).map_or(String::new(), |n| format!(", not scheduled for {n} turns"));
        return format!("{who} {state}{unserved}");
    };
    let what = match &wait.on {
        Object::Mailbox { name, .. } => format!("waits for {name}"),
        Object::Sleep => "sleeps".to_owned(),
    };
    let until = wait.until.map_or("for ever".to_owned(), |at| format!("until {at} us"));
    let waited = waits.time_us - wait.since_us;
    format!("{who} {what} since turn {} ({waited} us) {until}{}", wait.since_turn, helpers(wait))
}

/// Who could end a wait.
fn helpers(wait: &Waiting) -> String {
    if wait.on == Object::Sleep {
        return String::new();
    }
    let mut parts = Vec::new();
    for (how, verb) in [(How::Sends, "could send"), (How::Tells, "could change a value"), (How::Opens, "could open it")]
    {
        let pid = |e: &crate::backend::waits::Ender| match e.blocked {
            true => format!("{} (blocked)", e.pid),
            false => e.pid.to_string(),
        };
        let pids: Vec<String> = wait.enders.iter().filter(|e| e.how == how).map(pid).collect();
        if !pids.is_empty() {
            parts.push(format!("{} {verb}", listed(&pids, "or")));
        }
    }
    if wait.outside {
        parts.push("it can come from outside".to_owned());
    }
    if parts.is_empty() { "; no task that is left could send".to_owned() } else { format!("; {}", parts.join("; ")) }
}

fn figures(waits: &Waits, row: &Row) -> String {
    let share = row.share(waits.turn);
    let mut text = format!("{}: {}.{} % of turns", row.pid, share / 10, share % 10);
    if let Some(Longest { since, turns, us }) = row.longest {
        let s = if turns == 1 { "" } else { "s" };
        let _ = write!(text, ", longest wait {turns} turn{s}, {us} us, from turn {since}");
    }
    if let (Some(least), Some((low, high)), Some(most)) =
        (row.latency.least(), row.latency.median(), row.latency.most())
    {
        let median = if low == high { low.to_string() } else { format!("{low} to {high}") };
        let _ = write!(text, ", ran {least} to {most} turns after a wake, median {median}");
    }
    let queues: Vec<String> = row.queues.iter().map(|q| format!("{} {}", q.name, q.messages)).collect();
    if !queues.is_empty() {
        let _ = write!(text, ", most queued: {}", queues.join(", "));
    }
    text
}

fn data(waits: &Waits, limit: u64) -> Value {
    let rows: Vec<Value> = waits.rows.iter().filter_map(|r| Some(wait_data(r, r.wait.as_ref()?))).collect();
    let tasks: Vec<Value> = waits.rows.iter().map(|r| task_data(waits, r)).collect();
    let found = waits.deadlock.as_ref();
    json!({ "waits": rows, "deadlock": found.is_some(), "since": found.map(|d| d.since),
            "pids": found.map(|d| &d.pids), "cycle": found.map(|d| &d.cycle), "missing": found.map(|d| &d.missing),
            "suspect": waits.suspect, "starving": waits.starving(limit), "limit": limit,
            "verdict": waits.verdict(), "tasks": tasks })
}

fn wait_data(row: &Row, wait: &Waiting) -> Value {
    let what = match &wait.on {
        Object::Mailbox { name, .. } => name.as_str(),
        Object::Sleep => "sleep",
    };
    json!({ "pid": row.pid, "for": what, "descriptor": wait.mailbox(), "since_turn": wait.since_turn,
            "since_us": wait.since_us, "deadline_us": wait.until, "enders": wait.enders, "outside": wait.outside })
}

fn task_data(waits: &Waits, row: &Row) -> Value {
    json!({ "pid": row.pid, "share": row.share(waits.turn) as f64 / 1000.0, "turns": row.turns, "unserved": row.unserved,
            "longest": row.longest, "latency": latency_data(&row.latency), "queues": row.queues })
}

fn latency_data(latency: &Latency) -> Value {
    json!({ "count": latency.count(), "min": latency.least(), "median": latency.median(), "max": latency.most() })
}
