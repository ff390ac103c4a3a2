//! `waits`: who waits for whom, in words, as data, as a graph.

use super::inspect::state_text;
use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::request::{File, Past};
use crate::backend::waits::{
    Deadlock, Ender, HighWater, How, Latency, Longest, Object, Starving, TaskWaits, WaitEnd, Waiting, Waits, WakeLink,
    WakePath, listed,
};
use crate::backend::{Pid, Request, Snapshot, Want};
use crate::export::dot;
use serde::Serialize;
use std::fmt::Write;

/// Turns after which a task counts as kept waiting too long, unless something else is said.
const STARVE_TURNS: u64 = 1000;

pub(super) fn waits(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.take("path") {
        return path(call).map(Meaning::Request);
    }
    let graph = call.args.take("dot");
    if graph && !call.args.is_empty() {
        let path = call.output(crate::backend::host::Content::Graph)?;
        call.args.done()?;
        return Ok(File::Waits(path).into());
    }
    let limit = call.count()?.unwrap_or(STARVE_TURNS);
    call.args.done()?;
    let now = call.look(&Want { waits: true, ..Want::lists() });
    let Some(waits) = &now.waits else { return Err(CommandError::new("this target does not know who waits")) };
    if graph {
        let dot = dot(waits);
        return Ok(Reply::new(dot.trim_end(), Graph { dot: &dot }).into());
    }
    let mut text = String::new();
    for row in &waits.rows {
        let _ = writeln!(text, "{}", line(&now, waits, row));
    }
    for row in &waits.rows {
        let _ = writeln!(text, "{}", figures(waits, row));
    }
    for starving in waits.starving(limit) {
        let why = if starving.ready { "ready and not scheduled" } else { "waiting for a message" };
        let _ = writeln!(text, "{} is {why} for {} turns, more than {limit}", starving.pid, starving.turns);
    }
    text.push_str(&waits.verdict().join("\n"));
    Ok(Reply::new(text, AllWaits::of(waits, limit)).into())
}

/// `waits path [PID]`.
fn path(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = match call.args.is_empty() {
        true => super::examine::meant(call)?,
        false => call.pid()?,
    };
    call.args.done()?;
    Ok(Past::WakePath(pid).into())
}

/// Who had to run for a wake, a task a line.
pub(super) fn path_text(path: &WakePath) -> String {
    let WakePath { pid, since, until, ended, ref links, ref mailboxes } = *path;
    let name = |descriptor: u16| mailboxes.get(&descriptor).cloned().unwrap_or_else(|| format!("mailbox {descriptor}"));
    let end = |end: WaitEnd| match end {
        WaitEnd::Message { descriptor, seq, by: Some(by) } => {
            format!("message {seq} of {}, sent by {by}", name(descriptor))
        }
        WaitEnd::Message { descriptor, seq, by: None } => {
            format!("message {seq} of {}, from outside", name(descriptor))
        }
        WaitEnd::Limit => "its time limit".into(),
        WaitEnd::Sleep => "the end of its sleep".into(),
        WaitEnd::Gone => "the end of what it waited for".into(),
    };
    let mut text = format!("{pid} waited from turn {since} to turn {until}, which ended it by {}", end(ended));
    for WakeLink { pid, from, to, turns, woken } in links {
        let since = match woken {
            Some(woken) => format!("after turn {from}, when {} woke it", end(*woken)),
            None => format!("after turn {from}, when the wait began"),
        };
        let _ = write!(text, "\n{to:8}  {pid} sent; {turns} of the {} turns {since} were its own", to - from);
    }
    text
}

/// The graph as text.
#[derive(Serialize)]
struct Graph<'g> {
    dot: &'g str,
}

fn line(now: &Snapshot, waits: &Waits, row: &TaskWaits) -> String {
    let who = format!("{}:{}", row.pid, row.name);
    let Some(wait) = &row.wait else {
        let state = now.task(row.pid).map_or_else(String::new, state_text);
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
        let pid = |e: &Ender| match e.blocked {
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

fn figures(waits: &Waits, row: &TaskWaits) -> String {
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

/// Who waits for whom, as programs rely on it.
#[derive(Serialize)]
struct AllWaits<'w> {
    waits: Vec<Wait<'w>>,
    deadlock: bool,
    since: Option<u64>,
    pids: Option<&'w [Pid]>,
    cycle: Option<&'w [Pid]>,
    missing: Option<&'w [Pid]>,
    suspect: Option<&'w Deadlock>,
    starving: Vec<Starving>,
    limit: u64,
    verdict: Vec<String>,
    tasks: Vec<Fared<'w>>,
}

/// One wait.
#[derive(Serialize)]
struct Wait<'w> {
    pid: Pid,
    r#for: &'w str,
    descriptor: Option<u16>,
    since_turn: u64,
    since_us: u64,
    deadline_us: Option<u64>,
    enders: &'w [Ender],
    outside: bool,
}

/// How a task has fared.
#[derive(Serialize)]
struct Fared<'w> {
    pid: Pid,
    share: f64,
    turns: u64,
    unserved: Option<u64>,
    longest: Option<Longest>,
    latency: Delays,
    queues: &'w [HighWater],
}

/// How soon a task ran after its waits, in turns.
#[derive(Serialize)]
struct Delays {
    count: u64,
    min: Option<u64>,
    median: Option<(u64, u64)>,
    max: Option<u64>,
}

impl AllWaits<'_> {
    fn of(waits: &Waits, limit: u64) -> AllWaits<'_> {
        let found = waits.deadlock.as_ref();
        AllWaits {
            waits: waits.rows.iter().filter_map(Wait::of).collect(),
            deadlock: found.is_some(),
            since: found.map(|d| d.since),
            pids: found.map(|d| &d.pids[..]),
            cycle: found.map(|d| &d.cycle[..]),
            missing: found.map(|d| &d.missing[..]),
            suspect: waits.suspect.as_ref(),
            starving: waits.starving(limit),
            limit,
            verdict: waits.verdict(),
            tasks: waits.rows.iter().map(|row| Fared::of(row, waits.turn)).collect(),
        }
    }
}

impl Wait<'_> {
    fn of(row: &TaskWaits) -> Option<Wait<'_>> {
        let wait = row.wait.as_ref()?;
        let what = match &wait.on {
            Object::Mailbox { name, .. } => name.as_str(),
            Object::Sleep => "sleep",
        };
        Some(Wait {
            pid: row.pid,
            r#for: what,
            descriptor: wait.mailbox(),
            since_turn: wait.since_turn,
            since_us: wait.since_us,
            deadline_us: wait.until,
            enders: &wait.enders,
            outside: wait.outside,
        })
    }
}

impl Fared<'_> {
    fn of(row: &TaskWaits, turn: u64) -> Fared<'_> {
        Fared {
            pid: row.pid,
            share: row.share(turn) as f64 / 1000.0,
            turns: row.turns,
            unserved: row.unserved,
            longest: row.longest,
            latency: Delays::of(&row.latency),
            queues: &row.queues,
        }
    }
}

impl Delays {
    fn of(latency: &Latency) -> Delays {
        Delays { count: latency.count(), min: latency.least(), median: latency.median(), max: latency.most() }
    }
}
