//! Commands that run the machine.

use super::reply::{CommandError, Reply, sentence};
use super::{COMMANDS, Call};
use crate::backend::{Input, State, Who};
use serde_json::json;

pub(super) fn step(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid_option(call.target)?;
    let turns = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    let who = pid.map_or(Who::Rotation, Who::Only);
    if let Some(pid) = pid {
        refuse_waiting(call, pid)?;
    }
    call.target.start(who, turns)?;
    Ok(Reply::started())
}

/// A task that waits cannot be stepped while the others stand still: say at once what it waits for.
pub(super) fn refuse_waiting(call: &Call<'_>, pid: u16) -> Result<(), CommandError> {
    let machine = call.target.machine();
    let Some(task) = machine.task(pid) else { return Ok(()) };
    let waits = crate::backend::view::wait_of(machine, task);
    match (task.state, waits) {
        (State::Ready, _) => Ok(()),
        (_, Some(wait)) => {
            let what = wait.name.unwrap_or_else(|| "a point in time".into());
            Err(CommandError::new(format!(
                "task {pid} waits for {what} and cannot be stepped alone; step or run lets the others go on"
            )))
        }
        (state, None) => Err(CommandError::new(format!("task {pid} is {} and cannot be stepped", state.name()))),
    }
}

pub(super) fn round(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let rounds = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    let ready = call.target.machine().tasks().iter().filter(|t| t.state == State::Ready);
    let turns: u64 = ready.map(|t| u64::from(t.quantum)).sum();
    call.target.start(Who::Rotation, rounds.saturating_mul(turns.max(1)))?;
    Ok(Reply::started())
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let limit = call.args.count()?.unwrap_or(u64::MAX);
    call.args.done()?;
    call.target.start(Who::Rotation, limit)?;
    Ok(Reply::started())
}

pub(super) fn clock(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let Some(word) = call.args.take_next() else { return status(call) };
    match word.text.as_str() {
        "status" => status(call),
        "start" | "run" => run(call),
        "stop" | "halt" => {
            call.args.done()?;
            call.target.pause();
            status(call)
        }
        "step" => step(call),
        "rate" => {
            call.target.rate = rate(call)?;
            status(call)
        }
        _ => {
            let usage = COMMANDS.iter().find(|c| c.name == "clock").map_or("", |c| c.args);
            Err(CommandError::at(word.column, format!("one of {usage} is expected")))
        }
    }
}

/// Turns a second: a number, `max`, `double` or `half`.
fn rate(call: &mut Call<'_>) -> Result<Option<u64>, CommandError> {
    let now = call.target.rate;
    let word = call.args.word("turns a second, or max")?;
    call.args.done()?;
    match word.text.as_str() {
        "max" => Ok(None),
        "double" => Ok(now.and_then(|hz| hz.checked_mul(2)).filter(|hz| *hz <= 1_000_000)),
        "half" => Ok(Some(now.map_or(1_000_000, |hz| (hz / 2).max(1)))),
        _ => Ok(Some(super::parse::number(&word)?).filter(|hz| *hz > 0)),
    }
}

fn status(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let machine = call.target.machine();
    let (running, rate) = (call.target.running(), call.target.rate);
    let status = call.target.session().status();
    let speed = rate.map_or("full speed".to_owned(), |hz| format!("{hz} turns a second"));
    let text = format!(
        "{}; turn {}, {} us, {speed}; next {}",
        sentence(status),
        machine.turns(),
        machine.time_us(),
        machine.next().map_or("nobody".into(), |pid| pid.to_string()),
    );
    let state = if running { "running" } else { "stopped" };
    Ok(Reply::new(
        text,
        json!({ "state": state, "running": running, "rate_hz": rate.unwrap_or(0), "turn": machine.turns(),
                "time_us": machine.time_us(), "next": machine.next(), "stop": status }),
    ))
}

pub(super) fn pause(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.is_empty() {
        call.target.pause();
        return status(call);
    }
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    call.target.apply(Input::Pause(pid))?;
    Ok(Reply::new(format!("task {pid} is paused"), json!({ "pid": pid, "state": "paused" })))
}

pub(super) fn resume(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    call.target.apply(Input::Resume(pid))?;
    let state = call.target.machine().task(pid).map_or("killed", |t| t.state.name());
    Ok(Reply::new(format!("task {pid} is {state}"), json!({ "pid": pid, "state": state })))
}
