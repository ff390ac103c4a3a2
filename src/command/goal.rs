//! Running one task to somewhere: over calls, out of a function, until a place.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::target::{Goal, Pid, Task};
use serde_json::json;

/// The task that is meant: `-p PID`, the selected one, or the one that runs next.
fn meant(call: &mut Call<'_>) -> Result<Pid, CommandError> {
    let named = call.args.pid_option(call.target)?;
    let machine = call.target.machine();
    let pid = named.or(call.selected).or(machine.next()).or_else(|| machine.tasks().first().map(|t| t.pid));
    pid.ok_or_else(|| CommandError::new("there is no task"))
}

fn task(call: &Call<'_>, pid: Pid) -> Result<Task, CommandError> {
    let task = call.target.machine().task(pid).cloned();
    let task = task.ok_or_else(|| CommandError::new(format!("there is no task {pid}")))?;
    match task.state.ended() {
        true => Err(CommandError::new(format!("task {pid} has ended: it goes nowhere any more"))),
        false => Ok(task),
    }
}

fn start(call: &mut Call<'_>, goal: Goal) -> Result<Reply, CommandError> {
    call.target.start_towards(goal)?;
    Ok(Reply::started())
}

/// So many instructions of a task, into calls.
pub(super) fn stepi(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    instructions(call, |_| u32::MAX)
}

/// So many instructions of a task, over calls.
pub(super) fn next(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    instructions(call, |task| task.context.depth)
}

fn instructions(call: &mut Call<'_>, depth: impl Fn(&Task) -> u32) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let left = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    let task = task(call, pid)?;
    start(call, Goal::Over { pid, left: left.max(1), depth: depth(&task), turns: task.steps() })
}

/// Until the function has returned.
pub(super) fn finish(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    call.args.done()?;
    match task(call, pid)?.context.depth {
        0 => Err(CommandError::new(format!("task {pid} is in no function: nothing was called that has not returned"))),
        depth => start(call, Goal::Out { pid, depth }),
    }
}

/// Until a place, or out of a loop.
pub(super) fn until(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let task = task(call, pid)?;
    if call.args.is_empty() {
        let (pc, depth) = (task.context.pc, task.context.depth);
        return start(call, Goal::Past { pid, pc, depth });
    }
    advance_to(call, pid)
}

/// Until a place.
pub(super) fn advance(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    task(call, pid)?;
    advance_to(call, pid)
}

fn advance_to(call: &mut Call<'_>, pid: Pid) -> Result<Reply, CommandError> {
    let pc = call.args.code_address(call.target, Some(pid))?;
    call.args.done()?;
    start(call, Goal::At { pid, pc })
}

/// `set scheduler locked|rotate|toggle`.
pub(super) fn set(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if !call.args.take("scheduler") {
        return super::screen(call);
    }
    let rotate = call.target.session().rotate;
    let wanted = match call.args.take_next() {
        None => rotate,
        Some(word) => match word.text.as_str() {
            "rotate" => true,
            "locked" => false,
            "toggle" => !rotate,
            _ => return Err(CommandError::at(word.column, "locked, rotate or toggle is expected")),
        },
    };
    call.args.done()?;
    call.target.set_rotate(wanted);
    let (name, what) = match wanted {
        true => ("rotate", "while one task is stepped over, out or until, the others take their turns"),
        false => ("locked", "while one task is stepped over, out or until, the others stand still"),
    };
    Ok(Reply::new(what, json!({ "scheduler": name })))
}
