//! Answers and errors of commands, as text and as JSON.

use super::parse::did_you_mean;
use super::words::Word;
use super::{COMMANDS, Command};
use crate::backend::answer::{Answer, Done, Started};
use crate::backend::{
    CValue, Due, ExprError, Forked, Pid, Refused, Request, Snapshot, SourcePlace, Status, TraceKind, Value,
};
use serde::Serialize;
use thiserror::Error;

/// What a command answers.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// For people; no line break at the end. May hold control characters of guest text: they are made visible where
    /// it is shown.
    pub text: String,
    /// For programs.
    pub json: serde_json::Value,
    /// A run was started; its reply is [`run_reply`] when it has ended.
    pub started: bool,
    /// The user wants to leave.
    pub quit: bool,
    /// What a screen should show.
    pub show: Option<Show>,
    /// Lines of commands to be carried out next, before all that waits.
    pub then: Vec<String>,
    /// What was done to the machine: the requests that do the same again. Empty if it only looked.
    pub done: Vec<Request>,
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
        Reply::new("", Started {})
    }

    /// Text and data.
    #[must_use]
    pub fn new(text: impl Into<String>, data: impl Serialize) -> Reply {
        // Replies are structs and maps with text keys: they always are JSON.
        Reply { text: text.into(), json: serde_json::to_value(data).unwrap_or_default(), ..Reply::default() }
    }

    /// An answer that no request was needed for.
    pub(super) fn of(done: Done) -> Reply {
        Answer { done, forked: None, again: None }.into()
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
    /// What could make it right later.
    #[serde(skip)]
    pub remedy: Remedy,
}

/// What can make a refused line right later. A line for which nothing can is refused before it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// A turn: a task, a mailbox, a state that is not there yet.
    Turn,
    /// Another frame of a program in C, which has a variable of that name.
    Frame,
    /// Nothing: the words themselves are wrong.
    None,
}

impl CommandError {
    /// An error without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> CommandError {
        CommandError { message: message.into(), column: None, example: None, remedy: Remedy::Turn }
    }

    /// An error about a place in the line.
    #[must_use]
    pub fn at(column: usize, message: impl Into<String>) -> CommandError {
        CommandError { message: message.into(), column: Some(column), example: None, remedy: Remedy::Turn }
    }

    /// An error in the words themselves: no turn can make them right.
    #[must_use]
    pub fn malformed(column: usize, message: impl Into<String>) -> CommandError {
        CommandError { remedy: Remedy::None, ..CommandError::at(column, message) }
    }

    /// The file that a column names is not written over unasked.
    #[must_use]
    pub(super) fn written_over(column: usize, why: &str) -> CommandError {
        CommandError::at(column, format!("{why}: with ! after it is written over"))
    }

    /// An error in an expression that begins in a column of the line.
    #[must_use]
    pub fn of(error: ExprError, column: usize) -> CommandError {
        let remedy = if error.unknown { Remedy::Frame } else { Remedy::Turn };
        CommandError { remedy, ..CommandError::at(column + error.column, error.message) }
    }

    /// The same error in a line of its own that is a quoted word of this one.
    #[must_use]
    pub fn inside(self, line: &Word) -> CommandError {
        CommandError { column: self.column.map(|column| line.column + 1 + column), ..self }
    }

    pub(super) fn usage(row: &Command, column: usize) -> CommandError {
        let message = format!("usage: {} {}", row.name, row.args);
        CommandError { message, column: Some(column), example: Some(row.example.to_owned()), remedy: Remedy::None }
    }

    pub(super) fn unknown(word: &Word) -> CommandError {
        let names: Vec<&str> = COMMANDS.iter().map(|c| c.name).collect();
        let near = did_you_mean(&word.text, &names);
        let near = if near.is_empty() { "; help lists all commands".to_owned() } else { near };
        CommandError::malformed(word.column, format!("there is no command \"{}\"{near}", word.text))
    }

    pub(super) fn ambiguous(word: &Word, many: &[&Command]) -> CommandError {
        let names: Vec<&str> = many.iter().map(|c| c.name).collect();
        CommandError::malformed(word.column, format!("\"{}\" may be {}", word.text, names.join(", ")))
    }
}

impl From<Refused> for CommandError {
    fn from(error: Refused) -> CommandError {
        CommandError::new(error.to_string())
    }
}

/// A run that has ended.
#[derive(Serialize)]
struct Ran {
    turns: u64,
    turn: u64,
    time_us: u64,
    stop: Stopped,
    stops: Vec<Due>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logged: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forked: Option<Forked>,
}

/// Why a run has ended, and where.
#[derive(Serialize)]
struct Stopped {
    #[serde(flatten)]
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<Returned>,
    #[serde(flatten)]
    place: Option<SourcePlace>,
}

/// What a function has returned.
#[derive(Serialize)]
struct Returned {
    value: serde_json::Value,
    r#type: String,
}

/// The reply of a run that has ended.
#[must_use]
pub fn run_reply(now: &Snapshot) -> Reply {
    let Snapshot { ran: turns, turn, time_us, forked, .. } = *now;
    let mut text = format!("{}; {}, turn {turn}, {time_us} us", why_here(now), super::answer::count(turns, "turn"));
    if let Some(fork) = &forked {
        text += &format!("\n{}", super::answer::forked(fork));
    }
    text = now.logged.iter().map(|line| format!("{line}\n")).collect::<String>() + &text;
    let mut returned = None;
    if let Some(CValue { value, type_name, .. }) = &now.returned {
        text = format!("Value returned: {value} ({type_name})\n{text}");
        returned = Some(Returned { value: value.json(), r#type: type_name.clone() });
    }
    let stop = Stopped { status: now.status.clone(), returned, place: now.place.clone() };
    Reply::new(text, Ran { turns, turn, time_us, stop, stops: now.due.clone(), logged: now.logged.clone(), forked })
}

/// Why the machine stands, and all stops that were due at once, each with what is wrong with its condition.
fn why(now: &Snapshot) -> String {
    let mut said = Vec::new();
    if now.due.iter().all(|due| due.status != now.status) {
        said.push(located(now, &now.status));
    }
    said.extend(now.due.iter().map(|due| match &due.condition_error {
        Some(why) => format!("{}, whose condition cannot be evaluated: {why}", located(now, &due.status)),
        None => located(now, &due.status),
    }));
    said.join("; ")
}

/// Why the machine stands, with the place by name where that is in code and its line is not known.
fn located(now: &Snapshot, status: &Status) -> String {
    let place = match status {
        Status::Breakpoint { pid, pc, .. } | Status::Break { pid, pc, .. } | Status::Fault { pid, pc, .. } => {
            now.task(*pid).and_then(|task| task.listing.name_of(*pc))
        }
        _ => None,
    };
    let place = place.filter(|_| now.place.as_ref().is_none_or(|place| place.function.is_none()));
    place.map_or_else(|| sentence(status), |name| format!("{} ({name})", sentence(status)))
}

/// Why a run has ended and what its last turn was, for a message line.
#[must_use]
pub fn stop_line(now: &Snapshot) -> String {
    let mut line = match &now.status {
        Status::Held { pid } => held(now, *pid),
        _ => why_here(now),
    };
    let last = now.trace.iter().filter(|e| e.turn == now.turn && e.pid != 0);
    let last = last.rev().find(|e| matches!(e.kind(), TraceKind::Step | TraceKind::Trap));
    let row = last.and_then(|e| {
        let listing = &now.task(e.pid)?.listing;
        let row = listing.rows.get(listing.row_at(e.pc)?)?;
        let place = listing.label_at(e.pc).map_or(String::new(), |_| format!(" ({})", listing.named(None, e.pc)));
        Some(format!("; last: task {} at 0x{:04X}{place} {} {}", e.pid, e.pc, row.mnemonic, row.operands))
    });
    line += row.unwrap_or_default().trim_end();
    match &now.forked {
        Some(fork) => format!("{line}; {}", super::answer::forked(fork)),
        None => line,
    }
}

/// Why it stands, and where in the source: `task 1 in fact (n=3) at recur.c:8`.
fn why_here(now: &Snapshot) -> String {
    let reason = match (&now.status, &now.place) {
        (Status::Line { pid, .. }, Some(_)) if now.due.is_empty() => format!("task {pid}"),
        _ => why(now),
    };
    match &now.place {
        Some(place) => format!("{reason} {}", source_place(place)),
        None => reason,
    }
}

/// `in fact (n=3) at recur.c:8`.
pub(super) fn source_place(place: &SourcePlace) -> String {
    let arguments =
        if place.arguments.is_empty() { String::new() } else { format!("({}) ", place.arguments.join(", ")) };
    let function = place.function.as_ref().map_or_else(String::new, |name| format!("in {name} {arguments}"));
    format!("{function}at {}:{}", place.file, place.line)
}

/// What the one task that was to run waits for, and how to let the others run.
fn held(now: &Snapshot, pid: Pid) -> String {
    let what = match now.task(pid).and_then(|task| task.wait.as_ref()) {
        Some(wait) => format!("waits for {}", wait.name.as_deref().unwrap_or("a point in time")),
        None => "cannot continue".into(),
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
            format!("task {pid} was stepped {}, the others stood still", super::answer::count(*turns, "turn"))
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
        Status::Watchpoint { number, ended: Some(variable), .. } => {
            format!("watchpoint {number}: {variable} went out of scope, the watchpoint is gone")
        }
        Status::Watchpoint { number, expression, pid, old, new, shape, ended: None } => {
            let said = |v: Value| shape.as_ref().map_or_else(|| v.to_string(), |shape| shape.text(v));
            let text = |v: &Option<Value>| v.map_or("nothing".to_owned(), said);
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
        Status::Arrived { turns, pid, ended } => {
            let how = if *ended { "has ended" } else { "is there" };
            format!("task {pid} {how}, after {}", super::answer::count(*turns, "turn"))
        }
        Status::Line { pid, .. } => format!("task {pid} is on another line"),
        Status::Returned { pid, r0, .. } => format!("task {pid} has returned, R0 is {r0} (0x{r0:08X}),"),
        Status::Held { pid } => format!("task {pid} cannot continue while the others stand still"),
        Status::OffSchedule { place, line, pid, why } => {
            format!("the schedule stands at place {place}, line {line}: task {pid} {why}")
        }
        Status::Paused => "stopped".into(),
        Status::Visited => "in the past".into(),
        Status::Start => "the start: nothing lies before it".into(),
    }
}
