//! Stops: breakpoints, watchpoints, and those on something that happens.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::target::{Event, Expr, On, StopView};
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
            clear(call, pid, |b| b.pc == pc)
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
    let condition = call.args.take_from("if").map(|(text, column)| parsed(&text, column)).transpose()?;
    let pid = call.args.pid_option(call.target)?;
    let pc = call.args.code_address(call.target, pid)?;
    let mut reply = add(call, pid, pc)?;
    let number = reply.json["number"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
    if let Some(condition) = condition {
        reply.text += &format!(" if {}", condition.text());
        call.target.set_condition(number, Some(condition))?;
    }
    if temporary {
        call.target.set_temporary(number)?;
        reply.text += ", once";
    }
    Ok(reply)
}

/// `watch EXPR`, and the reference's `watch add|list|remove`, which keep an expression in sight.
pub(super) fn watch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("list") {
        call.args.clear();
        return super::expr::display(call);
    }
    if call.args.take("add") {
        let pid = call.args.pid(call.target)?;
        return super::expr::keep(call, Some(pid));
    }
    if call.args.take("remove") {
        call.args.pid(call.target)?;
        return super::expr::undisplay(call);
    }
    let condition = call.args.take_from("if").map(|(text, column)| parsed(&text, column)).transpose()?;
    let pid = call.args.pid_option(call.target)?.or(call.selected);
    let (text, column) = call.args.rest_in_place();
    let expr = parsed(&text, column)?;
    call.target.evaluate(&expr, pid).map_err(|e| CommandError::at(column + e.column, e.message))?;
    let said = format!("watch {}", expr.text());
    arm(call, pid, On::Change(expr, None), condition, said)
}

pub(super) fn catch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let condition = call.args.take_from("if").map(|(text, column)| parsed(&text, column)).transpose()?;
    let pid = call.args.pid_option(call.target)?;
    let name = call.args.word("an event, such as send, block or trap 5")?;
    let argument = call.args.take_next();
    call.args.done()?;
    let event = Event::parse(&name.text, argument.as_ref().map(|w| w.text.as_str()));
    let event = event.map_err(|e| CommandError::at(argument.map_or(name.column, |w| w.column), e))?;
    let said = format!("catch {event}");
    arm(call, pid, On::Event(event), condition, said)
}

fn arm(
    call: &mut Call<'_>,
    pid: Option<u16>,
    on: On,
    condition: Option<Expr>,
    said: String,
) -> Result<Reply, CommandError> {
    let number = call.target.add_stop(pid, on);
    let mut text = format!("stop {number}: {said}");
    if let Some(condition) = condition {
        text += &format!(" if {}", condition.text());
        call.target.set_condition(number, Some(condition))?;
    }
    Ok(Reply::new(text, json!({ "number": number, "pid": pid })))
}

/// What a stop is and where, in words.
fn place_of(b: &StopView) -> (&'static str, String) {
    match &b.on {
        On::Instruction => ("breakpoint", format!("0x{:04X}", b.pc)),
        On::Change(expr, _) => ("watchpoint", expr.text().to_owned()),
        On::Event(event) => ("catch", event.to_string()),
    }
}

fn parsed(text: &str, column: usize) -> Result<Expr, CommandError> {
    Expr::parse(text).map_err(|e| CommandError::at(column + e.column, e.message))
}

pub(super) fn condition(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let number = call.args.number("a breakpoint's number")?;
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let (text, column) = call.args.rest_in_place();
    let condition = if text.is_empty() { None } else { Some(parsed(&text, column)?) };
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
    let stops = call.target.session().stops.list();
    let row = |b: &StopView| {
        json!({
            "number": b.number, "kind": place_of(b).0, "where": place_of(b).1, "pid": b.pid,
            "condition": b.condition, "hits": b.hits, "enabled": b.enabled, "ignore": b.ignore, "temporary": b.temporary,
        })
    };
    let rows: Vec<_> = stops.iter().map(row).collect();
    let text = list(call, None)?.text;
    Ok(Reply::new(text, json!({ "breakpoints": rows })))
}

fn add(call: &mut Call<'_>, pid: Option<u16>, pc: u32) -> Result<Reply, CommandError> {
    call.args.done()?;
    if !pc.is_multiple_of(4) {
        return Err(CommandError::new(format!("0x{pc:04X} is not the start of a word: a multiple of 4 is expected")));
    }
    let number = call.target.add_breakpoint(pid, pc);
    let who = pid.map_or("every task".to_owned(), |pid| format!("task {pid}"));
    Ok(Reply::new(
        format!("breakpoint {number}: {who} at 0x{pc:04X}"),
        json!({ "number": number, "pid": pid, "pc": pc }),
    ))
}

fn clear(call: &mut Call<'_>, pid: u16, which: impl Fn(&StopView) -> bool) -> Result<Reply, CommandError> {
    let gone: Vec<u32> = call
        .target
        .session()
        .stops
        .list()
        .iter()
        .filter(|b| b.on == On::Instruction && b.pid == Some(pid) && which(b))
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
        let who = b.pid.map_or("all".to_owned(), |pid| pid.to_string());
        let off = if b.enabled { "" } else { "  off" };
        let once = if b.temporary { "  once" } else { "" };
        let pass = if b.ignore > 0 { format!("  the next {} pass", b.ignore) } else { String::new() };
        let condition = b.condition.as_ref().map_or(String::new(), |c| format!("  if {}", c.text()));
        let (kind, place) = place_of(b);
        let place = if b.on == On::Instruction { format!("{:04X}", b.pc) } else { format!("{kind} {place}") };
        format!("{:3}  pid {who:4} {place}  {} hits{off}{once}{pass}{condition}", b.number, b.hits)
    };
    let text: Vec<String> = shown.iter().map(line).collect();
    let text = if text.is_empty() { "no breakpoints".to_owned() } else { text.join("\n") };
    Ok(Reply::new(text, json!({ "breakpoints": shown })))
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
