//! Commands that run the machine.

use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::request::{Input, Run};
use crate::backend::{Request, RunState, Status, answer};

pub(super) fn step(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let only = call.args.pid_option(&call.now)?;
    let turns = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Run::Turns { only, turns }.into())
}

pub(super) fn round(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let rounds = call.count()?.unwrap_or(1);
    call.args.done()?;
    let ready = call.now.tasks.iter().filter(|t| t.state == RunState::Ready);
    let turns: u64 = ready.map(|t| u64::from(t.quantum)).sum();
    Ok(Run::Turns { only: None, turns: rounds.saturating_mul(turns.max(1)) }.into())
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let turns = call.count()?.unwrap_or(u64::MAX);
    call.args.done()?;
    Ok(Run::Turns { only: None, turns }.into())
}

pub(super) fn clock(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let Some(word) = call.args.take_next() else { return status(call) };
    Ok(match word.text.as_str() {
        "status" => return status(call),
        "start" | "run" => run(call)?.into(),
        "stop" | "halt" => {
            call.args.done()?;
            Run::Pause.into()
        }
        "step" => step(call)?.into(),
        "rate" => Run::Rate(rate(call)?).into(),
        _ => return Err(CommandError::malformed(word.column, format!("one of {} is expected", call.row.args))),
    })
}

/// Turns a second: a number, `max`, `double` or `half`.
fn rate(call: &mut Call<'_>) -> Result<Option<u64>, CommandError> {
    let now = call.now.rate;
    let word = call.args.word("turns a second, or max")?;
    call.args.done()?;
    match word.text.as_str() {
        "max" => Ok(None),
        "double" => Ok(now.and_then(|hz| hz.checked_mul(2)).filter(|hz| *hz <= 1_000_000)),
        "half" => Ok(Some(now.map_or(1_000_000, |hz| (hz / 2).max(1)))),
        _ => Ok(Some(super::parse::number(&word)?).filter(|hz| *hz > 0)),
    }
}

fn status(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    call.args.done()?;
    let now = &call.now;
    let running = now.status == Status::Running;
    let clock = answer::Clock {
        state: if running { "running" } else { "stopped" },
        running,
        rate_hz: now.rate.unwrap_or(0),
        turn: now.turn,
        time_us: now.time_us,
        next: now.next,
        stop: now.status.clone(),
    };
    Ok(Reply::of(answer::Done::Clock(clock)).into())
}

pub(super) fn pause(call: &mut Call<'_>) -> Result<Request, CommandError> {
    if call.args.is_empty() {
        return Ok(Run::Pause.into());
    }
    let pid = call.pid()?;
    call.args.done()?;
    Ok(Input::Pause(pid).into())
}

pub(super) fn resume(call: &mut Call<'_>) -> Result<Request, CommandError> {
    if call.args.is_empty() {
        return Ok(Run::Continue.into());
    }
    let pid = call.pid()?;
    call.args.done()?;
    Ok(Input::Resume(pid).into())
}
