//! Running one task to somewhere: over calls, out of a function, until a place.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Goal, LineStep, Names, Pid, Task};
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

/// Until other source lines, over calls or into them.
pub(super) fn line(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let step = if call.args.take("into") { LineStep::Into } else { LineStep::Over };
    lines(call, pid, step)
}

/// `li`: as `line into`.
pub(super) fn line_into(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    lines(call, pid, LineStep::Into)
}

fn lines(call: &mut Call<'_>, pid: Pid, step: LineStep) -> Result<Reply, CommandError> {
    let count = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    task(call, pid)?;
    call.target.start_line(pid, step, count)?;
    Ok(Reply::started())
}

/// Until the function has returned.
pub(super) fn finish(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    call.args.done()?;
    let frame = call.target.chosen_frame(pid);
    match task(call, pid)?.context.depth.saturating_sub(frame as u32) {
        0 => Err(CommandError::new(format!("task {pid} is in no function: nothing was called that has not returned"))),
        depth => {
            let function = call.target.frames(pid).0.get(frame).and_then(|f| f.entry);
            start(call, Goal::Out { pid, depth, function })
        }
    }
}

/// Until a place, or out of a loop.
pub(super) fn until(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let task = task(call, pid)?;
    if call.args.is_empty() {
        let (pc, depth) = (task.context.pc, task.context.depth);
        let symbols = call.target.program(pid).map(|program| &program.symbols);
        if symbols.is_some_and(|s| s.function_at(pc).is_some_and(|f| s.body(f).is_some())) {
            return lines(call, pid, LineStep::Until);
        }
        return start(call, Goal::Past { pid, pc, depth });
    }
    if call.args.take("turn") {
        return until_turn(call);
    }
    let time = call.args.take("time");
    let (text, column) = call.args.rest_in_place();
    if time {
        let us = super::history::time(text.trim());
        let us = us.ok_or_else(|| CommandError::at(column, "a time such as 500us, 20ms or 3s is expected"))?;
        return until_true(call, pid, &format!("time >= {us}"), column);
    }
    // A place is one word; what means nothing as one is an expression.
    let place = call.target.stop_places(&text, Some(pid)).and_then(|places| places.first().copied());
    let place = place.map_or_else(|| call.args.place(&text, column, call.target, pid), Ok);
    match place {
        Ok(pc) => start(call, Goal::At { pid, pc }),
        Err(_) if text.contains(|c| "=<>!&|()[".contains(c)) => until_true(call, pid, &text, column),
        Err(e) => Err(e),
    }
}

fn until_turn(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let column = call.args.column();
    let turn = call.args.number("a turn")?;
    call.args.done()?;
    let now = call.target.machine().turns();
    let left = turn.checked_sub(now).filter(|left| *left > 0);
    let left = left.ok_or_else(|| CommandError::at(column, format!("turn {turn} is here or past: goto goes there")))?;
    call.target.start(crate::backend::Who::Rotation, left)?;
    Ok(Reply::started())
}

/// Until an expression is true that is not true now.
fn until_true(call: &mut Call<'_>, pid: Pid, text: &str, column: usize) -> Result<Reply, CommandError> {
    let place = |e: crate::backend::ExprError| CommandError::at(column + e.column, e.message);
    let expr = call.target.expression(text, Some(pid), Names::Innermost).map_err(place)?;
    if call.target.evaluate(&expr, Some(pid)).map_err(place)?.truth() {
        return Err(CommandError::at(column, format!("{} is true already", expr.text())));
    }
    call.target.start_until(expr, pid)?;
    Ok(Reply::started())
}

/// Until a place.
pub(super) fn advance(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    task(call, pid)?;
    advance_to(call, pid)
}

fn advance_to(call: &mut Call<'_>, pid: Pid) -> Result<Reply, CommandError> {
    let place = call.args.stop_places(call.target, Some(pid))?;
    call.args.done()?;
    let pc = place.first().copied().unwrap_or_default();
    start(call, Goal::At { pid, pc })
}

/// `set scheduler locked|rotate|toggle`.
pub(super) fn set(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("var") {
        return super::variables::set_var(call);
    }
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
