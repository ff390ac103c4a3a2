//! Answers and errors of commands, as text and as JSON.

use super::parse::{Word, did_you_mean};
use super::{COMMANDS, Command};
use crate::backend::{CValue, Due, Kind, Local, SourcePlace, Status, TargetError};
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

/// What a command answers.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// For people; no line break at the end. May hold control characters of guest text: who shows
    /// it makes them visible.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// A run was started; its reply is [`run_reply`] when it has ended.
    pub started: bool,
    /// The user wants to leave.
    pub quit: bool,
    /// What a screen should show.
    pub show: Option<Show>,
    /// The line that does the same to the machine again, where the command itself would not: its own has
    /// looked at something that takes its time. An empty one has done nothing to it.
    pub again: Option<String>,
}

/// A place that an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// An instruction of a task.
    Code(crate::backend::Pid, u32),
    /// A byte as the selected task sees it.
    Memory(u16),
}

impl Reply {
    /// Nothing to say.
    #[must_use]
    pub fn empty() -> Reply {
        Reply { json: json!({}), ..Reply::default() }
    }

    /// Text and data.
    #[must_use]
    pub fn new(text: impl Into<String>, data: impl Serialize) -> Reply {
        // Replies are structs and maps with text keys: they always are JSON.
        Reply { text: text.into(), json: serde_json::to_value(data).unwrap_or_default(), ..Reply::default() }
    }

    pub(super) fn started() -> Reply {
        Reply { started: true, ..Reply::empty() }
    }
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize)]
#[error("{message}")]
pub struct CommandError {
    /// What was wrong and what was expected.
    pub message: String,
    /// Column in the line, from 0, if it is about a place in it.
    pub column: Option<usize>,
    /// A line that works, where that helps.
    pub example: Option<String>,
    /// It was refused only because a run goes on; between two turns it would work.
    #[serde(skip)]
    pub busy: bool,
}

impl CommandError {
    /// An error without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> CommandError {
        CommandError { message: message.into(), column: None, example: None, busy: false }
    }

    /// An error about a place in the line.
    #[must_use]
    pub fn at(column: usize, message: impl Into<String>) -> CommandError {
        CommandError { message: message.into(), column: Some(column), example: None, busy: false }
    }

    pub(super) fn usage(row: &Command, column: usize) -> CommandError {
        let message = format!("usage: {} {}", row.name, row.args);
        CommandError { message, column: Some(column), example: Some(row.example.to_owned()), busy: false }
    }

    pub(super) fn unknown(word: &Word) -> CommandError {
        let names: Vec<&str> = COMMANDS.iter().map(|c| c.name).collect();
        let near = did_you_mean(&word.text, &names);
        let near = if near.is_empty() { "; help lists all commands".to_owned() } else { near };
        CommandError::at(word.column, format!("there is no command \"{}\"{near}", word.text))
    }

    pub(super) fn ambiguous(word: &Word, many: &[&Command]) -> CommandError {
        let names: Vec<&str> = many.iter().map(|c| c.name).collect();
        CommandError::at(word.column, format!("\"{}\" may be {}", word.text, names.join(", ")))
    }
}

impl From<TargetError> for CommandError {
    fn from(error: TargetError) -> CommandError {
        CommandError { busy: matches!(error, TargetError::Running), ..CommandError::new(error.to_string()) }
    }
}

/// The reply of a run that has ended.
#[must_use]
pub fn run_reply(target: &Local) -> Reply {
    let machine = target.machine();
    let (turns, turn, time_us) = (target.session().ran(), machine.turns(), machine.time_us());
    let stop = target.session().status();
    let due = target.session().stops.due();
    let place = stop.pid_at_a_place().and_then(|pid| target.source_place(pid));
    let text = format!("{}; {turns} turns, turn {turn}, {time_us} us", why_here(stop, due, place.as_ref()));
    let data = json!({ "turns": turns, "turn": turn, "time_us": time_us, "stop": stop, "stops": due });
    let mut reply = Reply::new(text, data);
    if let Some(CValue { value, type_name, .. }) = returned(target, stop) {
        reply.text = format!("Value returned: {value} ({type_name})\n{}", reply.text);
        reply.json["stop"]["returned"] = json!({ "value": value.json(), "type": type_name });
    }
    if let (Some(place), Some(stop)) = (place, reply.json["stop"].as_object_mut()) {
        stop.extend(place_fields(&place));
    }
    super::history::tell_fork(target, &mut reply);
    reply
}

/// Why the machine stands, and all stops that were due at once, each with what is wrong with its condition.
fn why(status: &Status, due: &[Due]) -> String {
    let mut said = Vec::new();
    if due.iter().all(|d| d.status != *status) {
        said.push(sentence(status));
    }
    said.extend(due.iter().map(|d| match &d.condition_error {
        Some(why) => format!("{}, whose condition cannot be evaluated: {why}", sentence(&d.status)),
        None => sentence(&d.status),
    }));
    said.join("; ")
}

/// Why a run has ended and what its last turn was, for a message line.
#[must_use]
pub fn stop_line(target: &Local) -> String {
    let said = match target.session().status() {
        Status::Held { pid } => held(target, *pid),
        status => {
            let place = status.pid_at_a_place().and_then(|pid| target.source_place(pid));
            why_here(status, target.session().stops.due(), place.as_ref())
        }
    };
    let machine = target.machine();
    let last = machine
        .trace()
        .last(64)
        .filter(|e| e.turn == machine.turns() && e.pid != 0)
        .find(|e| matches!(e.kind(), Kind::Step | Kind::Trap));
    let row = last.and_then(|e| {
        let listing = target.listing(e.pid)?;
        let row = listing.rows.get(listing.row_at(e.pc)?)?;
        let place = listing.label_at(e.pc).map_or(String::new(), |(name, offset)| {
            if offset == 0 { format!(" ({name})") } else { format!(" ({name}+{offset:X})") }
        });
        Some(format!("; last: task {} at {:04X}{place} {} {}", e.pid, e.pc, row.mnemonic, row.operands))
    });
    let mut line = Reply::new(said + row.unwrap_or_default().trim_end(), json!({}));
    super::history::tell_fork(target, &mut line);
    line.text.replace('\n', "; ")
}

/// Why it stands, and where in the source: `task 1 in fact (n=3) at recur.c:8`.
fn why_here(status: &Status, due: &[Due], place: Option<&SourcePlace>) -> String {
    let reason = match (status, place) {
        (Status::Line { pid, .. }, Some(_)) if due.is_empty() => format!("task {pid}"),
        _ => why(status, due),
    };
    place.map_or(reason.clone(), |place| format!("{reason} {}", source_place(place)))
}

/// What a function has returned, where its type is known.
fn returned(target: &Local, status: &Status) -> Option<CValue> {
    match status {
        Status::Returned { pid, function: Some(function), r0, .. } => target.returned(*pid, *function, *r0),
        _ => None,
    }
}

/// `in fact (n=3) at recur.c:8`.
pub(super) fn source_place(place: &SourcePlace) -> String {
    let arguments =
        if place.arguments.is_empty() { String::new() } else { format!("({}) ", place.arguments.join(", ")) };
    let function = place.function.as_ref().map_or_else(String::new, |name| format!("in {name} {arguments}"));
    format!("{function}at {}:{}", place.file, place.line)
}

/// A place in the source as fields of an answer.
pub(super) fn place_fields(place: &SourcePlace) -> [(String, Value); 4] {
    [
        ("file".into(), json!(place.file)),
        ("line".into(), json!(place.line)),
        ("function".into(), json!(place.function)),
        ("depth".into(), json!(place.depth)),
    ]
}

/// What a task waits for that alone was to run, and how to let the others run.
fn held(target: &Local, pid: u16) -> String {
    let machine = target.machine();
    let wait = machine.task(pid).and_then(|t| crate::backend::view::wait_of(machine, t));
    let what = match wait {
        Some(wait) => format!("waits for {}", wait.name.unwrap_or_else(|| "a point in time".into())),
        None => "cannot go on".into(),
    };
    format!("task {pid} {what} while the others stand still; set scheduler rotate (L) lets them run")
}

/// Why the machine stands, in words.
#[must_use]
pub fn sentence(status: &Status) -> String {
    match status {
        Status::Fresh => "nothing has run yet".into(),
        Status::Running => "running".into(),
        Status::Limit { turns, pid: Some(pid) } => {
            format!("task {pid} was stepped {turns} turns, the others stood still")
        }
        Status::Limit { turns: 1, .. } => "one turn is done".into(),
        Status::Limit { turns, .. } => format!("{turns} turns are done"),
        Status::Idle => "nothing can run: the tasks that have not ended are paused".into(),
        Status::Deadlock { waits, others } => {
            let who: Vec<String> = waits.iter().map(|w| format!("{} waits for {}", w.pid, w.name)).collect();
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            let why = match &others[..] {
                [] => "nothing is ready and no deadline is set".to_owned(),
                [one] => format!("task {one} continues and can never help"),
                many => format!("tasks {} continue and can never help", many.join(", ")),
            };
            format!("deadlock: {why}; {}", who.join(", "))
        }
        Status::AllDone => "every task has ended".into(),
        Status::TimeOver => format!("virtual time is at its end, near {} us: no turn fits into it", u64::MAX),
        Status::Watchpoint { number, expression, pid, old, new } => {
            let text = |v: &Option<crate::backend::Value>| v.map_or("nothing".to_owned(), |v| v.to_string());
            let who = pid.map_or(String::new(), |pid| format!(", by task {pid}"));
            format!("watchpoint {number}: {expression} was {}, is {}{who}", text(old), text(new))
        }
        Status::Event { number, pid, event } => format!("stop {number}: {event}, task {pid}"),
        Status::Breakpoint { number, pid, pc } => format!("breakpoint {number}: task {pid} at 0x{pc:04X}"),
        Status::Break { pid, pc, code } => format!("BRK {code} by task {pid} at 0x{pc:04X}"),
        Status::Fault { pid, pc, fault } => match fault.address() {
            Some(address) => format!("task {pid} faulted at 0x{pc:04X}: {} at 0x{address:04X}", fault.name()),
            None => format!("task {pid} faulted at 0x{pc:04X}: {}", fault.name()),
        },
        Status::Arrived { turns: 1, pid } => format!("task {pid} is there, after 1 turn"),
        Status::Arrived { turns, pid } => format!("task {pid} is there, after {turns} turns"),
        Status::Line { pid, .. } => format!("task {pid} is on another line"),
        Status::Returned { pid, r0, .. } => format!("task {pid} has returned, R0 is {r0} (0x{r0:08X}),"),
        Status::Held { pid } => format!("task {pid} cannot go on while the others stand still"),
        Status::OffSchedule { place, line, pid, why } => {
            format!("the schedule stands at place {place}, line {line}: task {pid} {why}")
        }
        Status::Paused => "stopped".into(),
        Status::Visited => "in the past".into(),
        Status::Start => "the start: nothing lies before it".into(),
    }
}
