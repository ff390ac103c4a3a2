//! Breakpoints, and what all stops have in common: conditions, counts, commands, lists.

use super::columns::padded;
use super::reply::{CommandError, Remedy, Reply};
use super::{Call, Meaning};
use crate::backend::request::{self, NewStop, Stop};
use crate::backend::{Expr, Names, On, Pid, Request, Snapshot, StopView, TaskView, answer};
use serde::Serialize;

pub(super) fn bp(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    match call.args.peek() {
        None => Ok(list(call, None).into()),
        Some("list") => {
            call.args.take_next();
            let pid = if call.args.is_empty() { None } else { Some(call.pid()?) };
            call.args.done()?;
            Ok(list(call, pid).into())
        }
        Some("set") => {
            call.args.take_next();
            let pid = call.pid()?;
            let column = call.args.column();
            let pc = call.args.code_address(&call.now, Some(pid))?;
            add(call, Some(pid), pc, column)
        }
        Some("clear") => {
            call.args.take_next();
            let pid = call.pid()?;
            let pc = Some(call.args.code_address(&call.now, Some(pid))?);
            call.args.done()?;
            Ok(Stop::Clear { pid, pc }.into())
        }
        Some("clearall") => {
            call.args.take_next();
            let pid = call.pid()?;
            call.args.done()?;
            Ok(Stop::Clear { pid, pc: None }.into())
        }
        Some(_) => {
            let pid = call.args.pid_option(&call.now)?;
            let column = call.args.column();
            let pc = call.args.code_address(&call.now, pid)?;
            add(call, pid, pc, column)
        }
    }
}

fn add(call: &mut Call<'_>, pid: Option<Pid>, pc: u32, column: usize) -> Result<Meaning, CommandError> {
    call.args.done()?;
    super::breakpoints::begins(call, pc, pid).map_err(|e| CommandError { column: Some(column), ..e })?;
    Ok(Stop::Set(NewStop::plain(request::On::Instruction(pc), pid)).into())
}

/// The condition at the end of a line, after `if`, as written.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    text: String,
    column: usize,
}

/// What may be said of any stop: `[-p PID] [if EXPR]`.
pub(super) struct Scope {
    pub pid: Option<Pid>,
    pub app: Option<String>,
    pub condition: Option<Condition>,
}

impl Scope {
    /// Takes it out of the words.
    pub fn take(call: &mut Call<'_>) -> Result<Scope, CommandError> {
        let condition = call.args.take_from("if").map(|(text, column)| Condition { text, column });
        let (pid, app) = call.args.whose_option(&call.now)?;
        Ok(Scope { pid, app, condition })
    }

    /// Reads a condition with its names as a task has them in a frame, and makes sure that they mean something.
    pub fn check(
        call: &mut Call<'_>,
        condition: Option<Condition>,
        pid: Option<Pid>,
        names: Names,
    ) -> Result<Option<Expr>, CommandError> {
        let Some(Condition { text, column }) = condition else { return Ok(None) };
        let expr = call.expression(&text, column, pid, names)?;
        call.check_names(&expr, column, pid)?;
        Ok(Some(expr))
    }
}

/// The number of a stop that is there; `last` is the one that was set last.
fn stop<'n>(call: &'n mut Call<'_>) -> Result<&'n StopView, CommandError> {
    let column = call.args.column();
    if call.args.take("last") {
        let newest = call.now.stops.iter().max_by_key(|stop| stop.number);
        return newest.ok_or_else(|| CommandError::at(column, "there are no stops"));
    }
    let number = call.number("a stop's number")?;
    let found = call.now.stops.iter().find(|stop| u64::from(stop.number) == number);
    found.ok_or_else(|| CommandError::at(column, format!("there is no stop {number}")))
}

/// `commands N`, `commands N LINE`: what to do when a stop has stopped.
pub(super) fn commands(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let (number, pid, now) = stop(call).map(|stop| (stop.number, stop.pid, stop.commands.clone()))?;
    if call.args.is_empty() {
        let text = if now.is_empty() { format!("stop {number} has no commands") } else { now.join("\n") };
        return Ok(Reply::new(text, answer::Commands { number, commands: now }).into());
    }
    let mut lines = Vec::new();
    while let Some(word) = call.args.take_next() {
        check_line(call, &word.text, pid).map_err(|e| e.inside(&word))?;
        lines.push(word.text);
    }
    // An empty text takes them away.
    lines.retain(|line| !line.trim().is_empty());
    Ok(Stop::Commands(number, lines).into())
}

/// Makes sure that a line of commands can be carried out later: what nothing can make right is refused now. In programs
/// in C names are those of the frame in which the task stops then.
fn check_line(call: &mut Call<'_>, line: &str, pid: Option<Pid>) -> Result<(), CommandError> {
    let in_c = |task: &TaskView| task.program.as_ref().is_some_and(|program| !program.debug.is_empty());
    let other_frames = call.now.tasks.iter().any(in_c);
    for words in super::split(line)? {
        let Err(error) = super::read(call.target, pid.or(call.selected), words) else { continue };
        match error.remedy {
            Remedy::Turn => {}
            Remedy::Frame if other_frames => {}
            Remedy::Frame | Remedy::None => return Err(error),
        }
    }
    Ok(())
}

/// What a stop is and where, in words.
fn place_of(b: &StopView) -> (&'static str, String) {
    match &b.on {
        On::Instruction(pc) if b.log.is_some() => ("log point", format!("0x{pc:04X}")),
        On::Instruction(pc) => ("breakpoint", format!("0x{pc:04X}")),
        On::Awaited => ("breakpoint", b.named.clone().unwrap_or_default()),
        On::Change(expr, _) => ("watchpoint", expr.text().to_owned()),
        On::Access(access) => (access.touching.kind(), access.to_string()),
        On::AwaitedAccess(access) => (access.touching.kind(), access.to_string()),
        On::Event(event) => ("catch", event.to_string()),
    }
}

/// A stop as it was asked for: `watch r3`, `catch send app:ping`.
pub(super) fn said(b: &StopView) -> String {
    match &b.on {
        On::Instruction(pc) => format!("break 0x{pc:04X}"),
        On::Awaited => format!("break {}", b.named.as_deref().unwrap_or_default()),
        On::Change(expr, _) => format!("watch {}", expr.text()),
        On::Access(access) => format!("{} {access}", access.touching.command()),
        On::AwaitedAccess(access) => format!("{} {access}", access.touching.command()),
        On::Event(event) => format!("catch {event}"),
    }
}

pub(super) fn condition(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let (number, pid, pc) = stop(call).map(|stop| (stop.number, stop.pid, stop.pc()))?;
    let (text, column) = call.args.rest_in_place();
    if text.is_empty() {
        return Ok(Stop::Condition(number, None).into());
    }
    let names = pc.map_or(Names::Innermost, Names::At);
    let condition = Some(Condition { text, column });
    Ok(Stop::Condition(number, Scope::check(call, condition, pid, names)?).into())
}

pub(super) fn ignore(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let number = stop(call)?.number;
    let hits = call.number("how many hits to let pass")?;
    call.args.done()?;
    Ok(Stop::Ignore(number, hits).into())
}

/// A stop as programs rely on it.
#[derive(Serialize)]
struct StopInfo {
    number: u32,
    kind: &'static str,
    r#where: String,
    pid: Option<Pid>,
    condition: Option<Expr>,
    hits: u64,
    enabled: bool,
    ignore: u64,
    temporary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pc: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_error: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commands: Vec<String>,
}

impl StopInfo {
    fn of(b: &StopView, named: Option<String>, pending: Option<&str>) -> StopInfo {
        let (kind, place) = place_of(b);
        StopInfo {
            number: b.number,
            kind,
            r#where: place,
            pid: b.pid,
            condition: b.condition.clone(),
            hits: b.hits,
            enabled: b.enabled,
            ignore: b.ignore,
            temporary: b.temporary,
            pc: b.pc(),
            named: b.named.clone(),
            place: named,
            log: b.log.as_ref().map(ToString::to_string),
            app: b.app.clone(),
            pending: pending.map(str::to_owned),
            condition_error: b.condition_error.clone(),
            commands: b.commands.clone(),
        }
    }
}

/// All stops.
#[derive(Serialize)]
struct AllStops {
    breakpoints: Vec<StopInfo>,
}

/// The place of a breakpoint by name: as it was asked for, else by the nearest label of a task that it is for.
fn place_name(now: &Snapshot, b: &StopView) -> Option<String> {
    let pc = b.pc()?;
    let label = |t: &TaskView| t.listing.name_of(t.stop_address(b).filter(|at| *at == pc)?);
    b.named.clone().or_else(|| now.tasks.iter().find_map(label))
}

/// The stops that apply to a task, or all.
pub(super) fn list(call: &Call<'_>, pid: Option<Pid>) -> Reply {
    let shown: Vec<&StopView> =
        call.now.stops.iter().filter(|b| pid.is_none_or(|pid| b.pid.is_none_or(|p| p == pid))).collect();
    let pending = |b: &StopView| {
        let found = call.now.pending.iter().find(|(number, _)| *number == b.number);
        found.map(|(_, why)| why.as_str())
    };
    let line = |b: &&StopView| {
        let who = b.pid.map_or_else(|| b.app.clone().unwrap_or("all".into()), |pid| pid.to_string());
        let off = if b.enabled { "" } else { "  off" };
        let once = if b.temporary { "  once" } else { "" };
        let pass = if b.ignore > 0 { format!("  the next {} pass", b.ignore) } else { String::new() };
        let condition = b.condition.as_ref().map_or(String::new(), |c| format!("  if {}", c.text()));
        let (kind, place) = place_of(b);
        let named = place_name(&call.now, b).map_or_else(String::new, |name| format!(" {name}"));
        let place = match (b.pc(), &b.log) {
            (Some(_), Some(text)) => format!("{place}{named}  logs {text}"),
            (Some(_), None) => format!("{place}{named}"),
            (None, _) => format!("{kind} {place}"),
        };
        let pending = pending(b).map_or(String::new(), |why| format!("  pending: {why}"));
        let hits = super::answer::count(b.hits, "hit");
        let failed = b.condition_error.as_ref().map_or(String::new(), |why| format!("  its condition fails: {why}"));
        let does = if b.commands.is_empty() { String::new() } else { format!("  does: {}", b.commands.join("; ")) };
        format!(
            "{:3}  pid {} {place}  {hits}{off}{once}{pass}{condition}{pending}{failed}{does}",
            b.number,
            padded(&who, 4)
        )
    };
    let text: Vec<String> = shown.iter().map(line).collect();
    let text = if text.is_empty() { "no stops".to_owned() } else { text.join("\n") };
    Reply::new(
        text,
        AllStops {
            breakpoints: shown.into_iter().map(|b| StopInfo::of(b, place_name(&call.now, b), pending(b))).collect(),
        },
    )
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let number = stop(call)?.number;
    call.args.done()?;
    Ok(Stop::Delete(number).into())
}

pub(super) fn enable(call: &mut Call<'_>) -> Result<Request, CommandError> {
    switch(call, true)
}

pub(super) fn disable(call: &mut Call<'_>) -> Result<Request, CommandError> {
    switch(call, false)
}

fn switch(call: &mut Call<'_>, on: bool) -> Result<Request, CommandError> {
    let number = stop(call)?.number;
    call.args.done()?;
    Ok(Stop::Enable(number, on).into())
}
