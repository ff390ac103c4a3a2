//! Commands that steer the rotation: who runs next, in which order, by which schedule.

use super::parse::number;
use super::reply::{CommandError, Reply};
use super::words::Word;
use super::{Call, Meaning};
use crate::backend::request::{File, Input, Places, Run, ScheduleRun};
use crate::backend::{Pid, Request, RunState, Want, answer};
use serde::Serialize;

/// `pick PID [N]`: turns of one task, out of rotation.
pub(super) fn pick(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    let turns = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Run::Turns { only: Some(pid), turns }.into())
}

/// `freeze PID [toggle]`: holds a task back.
pub(super) fn freeze(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    let toggle = call.args.take("toggle");
    call.args.done()?;
    let frozen = call.task(pid)?.state == RunState::Paused;
    Ok(if toggle && frozen { Input::Resume(pid) } else { Input::Pause(pid) }.into())
}

/// `thaw PID`: lets a frozen task continue.
pub(super) fn thaw(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    call.args.done()?;
    match call.task(pid)?.state {
        RunState::Paused => Ok(Input::Resume(pid).into()),
        state => Err(CommandError::new(format!("task {pid} is not frozen, it is {}", state.name()))),
    }
}

/// `order [PID... | default]`: the order of the rotation.
pub(super) fn order(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.take("default") {
        call.args.done()?;
        return Ok(Input::Order(Vec::new()).into());
    }
    if call.args.is_empty() {
        return Ok(order_now(call).into());
    }
    let mut first = Vec::new();
    while !call.args.is_empty() {
        let column = call.args.column();
        let pid = call.pid()?;
        if first.contains(&pid) {
            return Err(CommandError::at(column, format!("task {pid} stands in the order already")));
        }
        first.push(pid);
    }
    Ok(Input::Order(first).into())
}

fn order_now(call: &Call<'_>) -> Reply {
    let now = &call.now;
    let first: Vec<Pid> = now.order.iter().copied().filter(|pid| now.task(*pid).is_some()).collect();
    let rest = now.tasks.iter().map(|t| t.pid).filter(|pid| !first.contains(pid));
    let order = first.iter().copied().chain(rest).collect();
    Reply::of(answer::Done::Order(answer::Order { order, default: now.order.is_empty(), next: now.next }))
}

/// `preempt`: the running task gives the rest of its quantum up.
pub(super) fn preempt(call: &mut Call<'_>) -> Result<Request, CommandError> {
    call.args.done()?;
    Ok(Input::Preempt.into())
}

/// `schedule FILE | PLACES | random SEED [N] | go [for N] | show [FILE]`.
pub(super) fn schedule(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let limit = limit(call)?;
    let word = call.args.word("a file, places such as 1*3 2, random, go or show")?;
    let places = match word.text.as_str() {
        "show" => return show(call),
        "go" => {
            call.args.done()?;
            call.blame = Some(word.column);
            return Ok(ScheduleRun::Go { limit }.into());
        }
        "random" => Places::Random { seed: call.number("a seed, any number,")?, turns: call.count()? },
        text if text.starts_with(|c: char| c.is_ascii_digit()) => {
            call.args.put_back(word);
            Places::List(super::explore::places(call)?)
        }
        _ => {
            call.args.put_back(word);
            Places::File(call.file("a schedule")?)
        }
    };
    call.args.done()?;
    Ok(ScheduleRun::Start { places, limit }.into())
}

/// `for N` at the end: that many turns now, the rest with `schedule go`.
fn limit(call: &mut Call<'_>) -> Result<Option<u64>, CommandError> {
    let Some((text, column)) = call.args.take_from("for") else { return Ok(None) };
    number(&Word::plain(text, column)).map(Some)
}

/// Who took the turns so far.
#[derive(Serialize)]
struct SoFar<'s> {
    schedule: &'s str,
}

fn show(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if !call.args.is_empty() {
        let path = call.output(crate::backend::host::Content::Schedule)?;
        call.args.done()?;
        return Ok(File::Schedule(path).into());
    }
    let now = call.look(&Want { schedule: true, ..Want::numbers() });
    let text = match &now.schedule {
        Some(Ok(text)) => text,
        Some(Err(e)) => return Err(CommandError::new(e)),
        None => return Err(CommandError::new("this target does not know who took the turns so far")),
    };
    let shown = if text.is_empty() { "# no turn has been taken" } else { text };
    Ok(Reply::new(shown, SoFar { schedule: text }).into())
}
