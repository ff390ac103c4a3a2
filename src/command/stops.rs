//! Breakpoints.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::target::StopView;
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
        .filter(|b| b.pid == Some(pid) && which(b))
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
        format!("{:3}  pid {who:4} {:04X}  {} hits{off}", b.number, b.pc, b.hits)
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
