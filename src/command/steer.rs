//! Commands that steer the rotation: who runs next, in which order, by which schedule.

use super::Call;
use super::parse::{Word, number};
use super::reply::{CommandError, Reply};
use super::run::refuse_waiting;
use crate::backend::{Input, Local, Pid, Schedule, State, Who};
use serde_json::json;
use std::path::Path;

/// `pick PID [N]`: turns of one task, out of rotation.
pub(super) fn pick(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let turns = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    refuse_waiting(call, pid)?;
    call.target.start(Who::Only(pid), turns)?;
    Ok(Reply::started())
}

/// `freeze PID [toggle]`: holds a task back.
pub(super) fn freeze(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let toggle = call.args.take("toggle");
    call.args.done()?;
    if toggle && frozen(call, pid) {
        return thawed(call, pid);
    }
    call.target.apply(Input::Pause(pid))?;
    Ok(Reply::new(format!("task {pid} is frozen: thaw {pid} lets it go on"), json!({ "pid": pid, "state": "paused" })))
}

/// `thaw PID`: lets a frozen task go on.
pub(super) fn thaw(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    if frozen(call, pid) {
        return thawed(call, pid);
    }
    let state = call.target.machine().task(pid).map_or("killed", |t| t.state.name());
    Err(CommandError::new(format!("task {pid} is not frozen, it is {state}")))
}

fn frozen(call: &Call<'_>, pid: Pid) -> bool {
    call.target.machine().task(pid).is_some_and(|t| t.state == State::Paused)
}

fn thawed(call: &mut Call<'_>, pid: Pid) -> Result<Reply, CommandError> {
    call.target.apply(Input::Resume(pid))?;
    let state = call.target.machine().task(pid).map_or("killed", |t| t.state.name());
    Ok(Reply::new(format!("task {pid} is {state} again"), json!({ "pid": pid, "state": state })))
}

/// `order [PID... | default]`: the order of the rotation.
pub(super) fn order(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("default") {
        call.args.done()?;
        call.target.apply(Input::Order(Vec::new()))?;
    } else if !call.args.is_empty() {
        let mut first = Vec::new();
        while !call.args.is_empty() {
            let column = call.args.column();
            let pid = call.args.pid(call.target)?;
            if first.contains(&pid) {
                return Err(CommandError::at(column, format!("task {pid} stands in the order already")));
            }
            first.push(pid);
        }
        call.target.apply(Input::Order(first))?;
    }
    Ok(order_now(call.target))
}

fn order_now(target: &Local) -> Reply {
    let machine = target.machine();
    let first: Vec<Pid> = machine.order().iter().copied().filter(|pid| machine.task(*pid).is_some()).collect();
    let rest = machine.tasks().iter().map(|t| t.pid).filter(|pid| !first.contains(pid));
    let order: Vec<Pid> = first.iter().copied().chain(rest).collect();
    let words: Vec<String> = order.iter().map(Pid::to_string).collect();
    let next = machine.next().map_or("nobody".to_owned(), |pid| format!("task {pid}"));
    let text = match words.is_empty() {
        true => "there are no tasks".to_owned(),
        false => format!("order of rotation {}; next {next}", words.join(" ")),
    };
    Reply::new(text, json!({ "order": order, "default": machine.order().is_empty(), "next": machine.next() }))
}

/// `preempt`: the running task gives the rest of its quantum up.
pub(super) fn preempt(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let Some((pid, left)) = call.target.machine().quantum_left() else {
        let next = call.target.machine().next().map_or("nobody".to_owned(), |pid| format!("task {pid}"));
        let message = format!("no task is in the middle of its quantum: {next} begins a new one anyhow");
        return Err(CommandError::new(message));
    };
    call.target.apply(Input::Preempt)?;
    let next = call.target.machine().next();
    let text = format!(
        "task {pid} gives up {left} turns of its quantum; next task {}",
        next.map_or("nobody".into(), |p| p.to_string())
    );
    Ok(Reply::new(text, json!({ "pid": pid, "given_up": left, "next": next })))
}

/// `schedule FILE | PLACES | random SEED [N] | go [for N] | show [FILE]`.
pub(super) fn schedule(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let limit = limit(call)?;
    let word = call.args.word("a file, places such as 1*3 2, random, go or show")?;
    let schedule = match word.text.as_str() {
        "show" => return show(call),
        "go" => return go(call, word.column, limit),
        "random" => {
            let seed = call.args.number("a seed, any number,")?;
            Schedule::random(seed, call.args.count()?.unwrap_or(u64::MAX))
        }
        text if text.starts_with(|c: char| c.is_ascii_digit()) => {
            call.args.put_back(word);
            let (text, column) = call.args.rest_in_place();
            Schedule::parse(&text).map_err(|e| CommandError::at(column + e.column - 1, e.message))?
        }
        _ => Local::read_schedule(Path::new(&word.text))?,
    };
    call.args.done()?;
    call.target.start_schedule(schedule, limit)?;
    Ok(Reply::started())
}

/// `for N` at the end: so many turns now, what is left with `schedule go`.
fn limit(call: &mut Call<'_>) -> Result<u64, CommandError> {
    let Some((text, column)) = call.args.take_from("for") else { return Ok(u64::MAX) };
    number(&Word { text, column })
}

fn go(call: &mut Call<'_>, column: usize, limit: u64) -> Result<Reply, CommandError> {
    call.args.done()?;
    match call.target.go_on_with_schedule(limit)? {
        true => Ok(Reply::started()),
        false => Err(CommandError::at(column, "no schedule was interrupted here: name a file, places or random")),
    }
}

fn show(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let file = call.args.take_next();
    call.args.done()?;
    match file {
        Some(word) => {
            call.target.write_schedule(Path::new(&word.text))?;
            Ok(Reply::new(format!("{} written", word.text), json!({ "file": word.text })))
        }
        None => {
            let text = call.target.schedule_so_far()?;
            let shown = if text.is_empty() { "# no turn has been taken".to_owned() } else { text.clone() };
            Ok(Reply::new(shown, json!({ "schedule": text })))
        }
    }
}
