//! Breakpoints, and what all stops have in common: conditions, counts, commands, lists.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Expr, Names, On, Pid, StopView, Task, application};
use serde_json::json;

pub(super) fn bp(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    match call.args.peek() {
        None => list(call, None),
        Some("list") => {
            call.args.take_next();
            let pid = if call.args.is_empty() { None } else { Some(call.args.pid(call.target)?) };
            call.args.done()?;
            list(call, pid)
        }
        Some("set") => {
            call.args.take_next();
            let pid = call.args.pid(call.target)?;
            let pc = call.args.code_address(call.target, Some(pid))?;
            add(call, Some(pid), pc)
        }
        Some("clear") => {
            call.args.take_next();
            let pid = call.args.pid(call.target)?;
            let pc = call.args.code_address(call.target, Some(pid))?;
            call.args.done()?;
            clear(call, pid, |b| b.pc() == Some(pc))
        }
        Some("clearall") => {
            call.args.take_next();
            let pid = call.args.pid(call.target)?;
            call.args.done()?;
            clear(call, pid, |_| true)
        }
        Some(_) => {
            let pid = call.args.pid_option(call.target)?;
            let pc = call.args.code_address(call.target, pid)?;
            add(call, pid, pc)
        }
    }
}

/// `break PLACE [-p PID] [if EXPR]`.
pub(super) fn set_break(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    place(call, false)
}

pub(super) fn tbreak(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    place(call, true)
}

fn place(call: &mut Call<'_>, temporary: bool) -> Result<Reply, CommandError> {
    if call.args.is_empty() && !temporary {
        return list(call, None);
    }
    let condition = Condition::take(call);
    let app = call.args.app_option(call.target);
    let pid = call.args.pid_option(call.target)?;
    let named = call.args.peek().unwrap_or_default().to_owned();
    let places = call.args.stop_places(call.target, pid)?;
    call.args.done()?;
    places.iter().try_for_each(|pc| aligned(*pc))?;
    let mut replies = Vec::new();
    for pc in places {
        replies.push(place_at(call, (&named, pc), (pid, app.clone()), condition.as_ref(), temporary)?);
    }
    let texts: Vec<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
    let text = texts.join("\n");
    let mut reply = replies.swap_remove(0);
    reply.text = text;
    Ok(reply)
}

/// Sets a breakpoint at one of the places that a name stands for.
fn place_at(
    call: &mut Call<'_>,
    (named, pc): (&str, u32),
    (pid, app): (Option<Pid>, Option<String>),
    condition: Option<&Condition>,
    temporary: bool,
) -> Result<Reply, CommandError> {
    let seen_by = pid.or_else(|| whose_place(call, named, pc).0).or(call.selected);
    let condition = condition.map(|c| c.read(call, seen_by, Names::At(pc))).transpose()?;
    let (pid, app) = match (pid, app) {
        (None, None) => whose_place(call, named, pc),
        said => said,
    };
    let number = match app {
        Some(_) => call.target.add_stop(pid, On::Instruction(pc)),
        None => call.target.add_breakpoint(pid, pc),
    };
    let who = app.as_ref().map_or_else(|| whose(pid), |app| format!("every {app}"));
    let mut reply = Reply::new(
        format!("breakpoint {number}: {who} at 0x{pc:04X}"),
        json!({ "number": number, "pid": pid, "pc": pc }),
    );
    dress(call, number, app, condition, &mut reply)?;
    if temporary {
        call.target.set_temporary(number)?;
        reply.text += ", once";
    }
    Ok(reply)
}

/// Whose a label or line is that stands at an address: that of one task, or of all instances of an application. A
/// bare address, and what every task has, is everybody's.
fn whose_place(call: &Call<'_>, named: &str, pc: u32) -> (Option<Pid>, Option<String>) {
    let tasks = call.target.machine().tasks();
    let has = |t: &&Task| match call.target.stop_places(named, Some(t.pid)) {
        Some(places) => places.contains(&pc),
        None => call.args.place(named, 0, call.target, t.pid).is_ok_and(|at| at == pc),
    };
    let owners: Vec<&Task> = tasks.iter().filter(has).collect();
    match owners[..] {
        _ if owners.len() == tasks.len() => (None, None),
        [one] => (Some(one.pid), None),
        [first, ref rest @ ..] if rest.iter().all(|t| application(&t.name) == application(&first.name)) => {
            (None, Some(application(&first.name).to_owned()))
        }
        _ => (None, None),
    }
}

/// The condition at the end of a line, after `if`, as written.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    text: String,
    column: usize,
}

impl Condition {
    /// Takes it from a line.
    pub fn take(call: &mut Call<'_>) -> Option<Condition> {
        call.args.take_from("if").map(|(text, column)| Condition { text, column })
    }

    /// Reads it, with its names as a task has them in a frame.
    pub fn read(&self, call: &Call<'_>, pid: Option<Pid>, names: Names) -> Result<Expr, CommandError> {
        parsed(call, &self.text, self.column, pid, names)
    }
}

/// Gives a new stop its condition and the application it is for.
pub(super) fn dress(
    call: &mut Call<'_>,
    number: u32,
    app: Option<String>,
    condition: Option<Expr>,
    reply: &mut Reply,
) -> Result<(), CommandError> {
    if app.is_some() {
        call.target.set_app(number, app)?;
    }
    if let Some(condition) = condition {
        reply.text += &format!(" if {}", condition.text());
        call.target.set_condition(number, Some(condition))?;
    }
    Ok(())
}

fn whose(pid: Option<u16>) -> String {
    pid.map_or("every task".to_owned(), |pid| format!("task {pid}"))
}

fn aligned(pc: u32) -> Result<(), CommandError> {
    let says = || CommandError::new(format!("0x{pc:04X} is not the start of a word: a multiple of 4 is expected"));
    if pc.is_multiple_of(4) { Ok(()) } else { Err(says()) }
}

/// `commands N`, `commands N LINE`: what to do when a stop has stopped.
pub(super) fn commands(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let number = u32::try_from(call.args.number("a stop's number")?).unwrap_or(u32::MAX);
    let there = call.target.session().stops.list().iter().find(|s| s.number == number).map(|s| s.commands.clone());
    let Some(now) = there else { return Err(CommandError::new(format!("there is no stop {number}"))) };
    if call.args.is_empty() {
        let text = if now.is_empty() { format!("stop {number} has no commands") } else { now.join("\n") };
        return Ok(Reply::new(text, json!({ "number": number, "commands": now })));
    }
    let mut lines = Vec::new();
    while let Some(word) = call.args.take_next() {
        super::split(&word.text).map_err(|e| CommandError::at(word.column + 1 + e.column.unwrap_or(0), e.message))?;
        lines.push(word.text);
    }
    // An empty text takes them away.
    lines.retain(|line| !line.trim().is_empty());
    let text = match lines.len() {
        0 => format!("stop {number} has no commands any more"),
        _ => format!("stop {number} does: {}", lines.join("; ")),
    };
    call.target.set_commands(number, lines.clone())?;
    Ok(Reply::new(text, json!({ "number": number, "commands": lines })))
}

/// What a stop is and where, in words.
fn place_of(b: &StopView) -> (&'static str, String) {
    match &b.on {
        On::Instruction(pc) => ("breakpoint", format!("0x{pc:04X}")),
        On::Change(expr, _) => ("watchpoint", expr.text().to_owned()),
        On::Access(access) => (access.touching.kind(), access.to_string()),
        On::Event(event) => ("catch", event.to_string()),
    }
}

/// An expression, with its names as a task has them in a frame.
pub(super) fn parsed(
    call: &Call<'_>,
    text: &str,
    column: usize,
    pid: Option<Pid>,
    names: Names,
) -> Result<Expr, CommandError> {
    call.target.expression(text, pid, names).map_err(|e| CommandError::at(column + e.column, e.message))
}

pub(super) fn condition(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let number = call.args.number("a breakpoint's number")?;
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let (text, column) = call.args.rest_in_place();
    let stop = call.target.session().stops.list().iter().find(|s| s.number == number);
    let (pid, pc) = stop.map_or((None, None), |s| (s.pid, s.pc()));
    let names = pc.map_or(Names::Innermost, Names::At);
    let condition =
        if text.is_empty() { None } else { Some(parsed(call, &text, column, pid.or(call.selected), names)?) };
    let said = match &condition {
        Some(c) => format!("breakpoint {number} stops if {}", c.text()),
        None => format!("breakpoint {number} always stops"),
    };
    call.target.set_condition(number, condition)?;
    Ok(Reply::new(said, json!({ "number": number, "condition": text })))
}

pub(super) fn ignore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let number = call.args.number("a breakpoint's number")?;
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let hits = call.args.number("how many hits to let pass")?;
    call.args.done()?;
    call.target.set_ignore(number, hits)?;
    Ok(Reply::new(
        format!("the next {hits} hits of breakpoint {number} pass"),
        json!({ "number": number, "ignore": hits }),
    ))
}

/// `info breakpoints`.
pub(super) fn info(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    list(call, None)
}

fn row(b: &StopView, pending: Option<String>) -> serde_json::Value {
    let (kind, place) = place_of(b);
    let mut row = json!({
        "number": b.number, "kind": kind, "where": place, "pid": b.pid, "condition": b.condition, "hits": b.hits,
        "enabled": b.enabled, "ignore": b.ignore, "temporary": b.temporary,
    });
    if let Some(pc) = b.pc() {
        row["pc"] = json!(pc);
    }
    if let Some(app) = &b.app {
        row["app"] = json!(app);
    }
    if let Some(why) = pending {
        row["pending"] = json!(why);
    }
    if let Some(why) = &b.condition_error {
        row["condition_error"] = json!(why);
    }
    if !b.commands.is_empty() {
        row["commands"] = json!(b.commands);
    }
    row
}

fn add(call: &mut Call<'_>, pid: Option<u16>, pc: u32) -> Result<Reply, CommandError> {
    call.args.done()?;
    aligned(pc)?;
    let number = call.target.add_breakpoint(pid, pc);
    let who = whose(pid);
    let data = json!({ "number": number, "pid": pid, "pc": pc });
    Ok(Reply::new(format!("breakpoint {number}: {who} at 0x{pc:04X}"), data))
}

fn clear(call: &mut Call<'_>, pid: u16, which: impl Fn(&StopView) -> bool) -> Result<Reply, CommandError> {
    let gone: Vec<u32> = call
        .target
        .session()
        .stops
        .list()
        .iter()
        .filter(|b| b.pc().is_some() && b.pid == Some(pid) && which(b))
        .map(|b| b.number)
        .collect();
    for number in &gone {
        call.target.remove_breakpoint(*number)?;
    }
    Ok(Reply::new(format!("{} breakpoints removed", gone.len()), json!({ "removed": gone })))
}

fn list(call: &Call<'_>, pid: Option<u16>) -> Result<Reply, CommandError> {
    let all = call.target.session().stops.list();
    let shown: Vec<&StopView> = all.iter().filter(|b| pid.is_none_or(|pid| b.pid.is_none_or(|p| p == pid))).collect();
    let line = |b: &&StopView| {
        let who = b.pid.map_or_else(|| b.app.clone().unwrap_or("all".into()), |pid| pid.to_string());
        let off = if b.enabled { "" } else { "  off" };
        let once = if b.temporary { "  once" } else { "" };
        let pass = if b.ignore > 0 { format!("  the next {} pass", b.ignore) } else { String::new() };
        let condition = b.condition.as_ref().map_or(String::new(), |c| format!("  if {}", c.text()));
        let (kind, place) = place_of(b);
        let place = b.pc().map_or_else(|| format!("{kind} {place}"), |pc| format!("{pc:04X}"));
        let pending = b.pending(call.target.machine()).map_or(String::new(), |why| format!("  pending: {why}"));
        let failed = b.condition_error.as_ref().map_or(String::new(), |why| format!("  its condition fails: {why}"));
        let does = if b.commands.is_empty() { String::new() } else { format!("  does: {}", b.commands.join("; ")) };
        format!(
            "{:3}  pid {who:4} {place}  {} hits{off}{once}{pass}{condition}{pending}{failed}{does}",
            b.number, b.hits
        )
    };
    let text: Vec<String> = shown.iter().map(line).collect();
    let text = if text.is_empty() { "no stops".to_owned() } else { text.join("\n") };
    let rows: Vec<_> = shown.iter().map(|b| row(b, b.pending(call.target.machine()))).collect();
    Ok(Reply::new(text, json!({ "breakpoints": rows })))
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let number = number(call)?;
    call.target.remove_breakpoint(number)?;
    Ok(Reply::new(format!("breakpoint {number} removed"), json!({ "removed": [number] })))
}

pub(super) fn enable(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    switch(call, true)
}

pub(super) fn disable(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    switch(call, false)
}

fn switch(call: &mut Call<'_>, on: bool) -> Result<Reply, CommandError> {
    let number = number(call)?;
    call.target.enable_breakpoint(number, on)?;
    let state = if on { "on" } else { "off" };
    Ok(Reply::new(format!("breakpoint {number} is {state}"), json!({ "number": number, "enabled": on })))
}

fn number(call: &mut Call<'_>) -> Result<u32, CommandError> {
    let number = call.args.number("a breakpoint's number")?;
    call.args.done()?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}
