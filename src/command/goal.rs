//! Running one task to somewhere: over calls, out of a function, until a place.

use super::reply::{CommandError, Reply};
use super::words::Word;
use super::{Call, Meaning};
use crate::backend::answer::{DeadlockStops, Done};
use crate::backend::request::Run;
use crate::backend::{Names, Pid, Request};

/// The task that is meant: `-p PID`, the selected one, or the one that runs next.
fn meant(call: &mut Call<'_>) -> Result<Pid, CommandError> {
    let named = call.args.pid_option(&call.now)?;
    let now = &call.now;
    let pid = named.or(call.selected).or(now.next).or_else(|| now.tasks.first().map(|t| t.pid));
    pid.ok_or_else(|| CommandError::new("there is no task"))
}

/// Instructions of a task, into calls.
pub(super) fn stepi(call: &mut Call<'_>) -> Result<Request, CommandError> {
    instructions(call, false)
}

/// Instructions of a task, over calls.
pub(super) fn next(call: &mut Call<'_>) -> Result<Request, CommandError> {
    instructions(call, true)
}

fn instructions(call: &mut Call<'_>, over: bool) -> Result<Request, CommandError> {
    let pid = meant(call)?;
    let count = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Run::Instructions { pid, count, over }.into())
}

/// Until other source lines, over calls or into them.
pub(super) fn line(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = meant(call)?;
    let into = call.args.take("into");
    lines(call, pid, into)
}

/// `li`: as `line into`.
pub(super) fn line_into(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = meant(call)?;
    lines(call, pid, true)
}

fn lines(call: &mut Call<'_>, pid: Pid, into: bool) -> Result<Request, CommandError> {
    let count = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Run::Line { pid, into, count }.into())
}

/// Until the function has returned.
pub(super) fn finish(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = meant(call)?;
    call.args.done()?;
    Ok(Run::Finish { pid }.into())
}

/// Until a place, or out of a loop.
pub(super) fn until(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = meant(call)?;
    if call.args.is_empty() {
        return Ok(Run::Past { pid }.into());
    }
    // `turn` and `time` alone begin expressions, too.
    let two = call.args.len() == 2;
    if two && call.args.take("turn") {
        return until_turn(call);
    }
    let time = two && call.args.take("time");
    if call.args.peek().is_some_and(|word| word.starts_with('*')) {
        let column = call.args.column();
        let pc = super::breakpoints::computed(call, Some(pid))?;
        super::breakpoints::stands_at(call, pc, pid, column)?;
        return Ok(Run::At { pid, pc }.into());
    }
    if call.args.len() == 1 {
        call.name_line(Some(pid));
    }
    let (text, column) = call.args.rest_in_place();
    if time {
        let us = super::history::time(text.trim());
        let us = us.ok_or_else(|| CommandError::malformed(column, "a time such as 500us, 20ms or 3s is expected"))?;
        return until_true(call, pid, &format!("time >= {us}"), column);
    }
    // A place is one word; what means nothing as one is an expression.
    let place = call.target.inspect().and_then(|inspect| inspect.stop_places(&text, Some(pid))?.first().copied());
    let word = Word::plain(text.as_str(), column);
    match place.map_or_else(|| super::parse::code_address(&word, &call.now, Some(pid)), Ok) {
        Ok(pc) => {
            super::breakpoints::stands_at(call, pc, pid, column)?;
            Ok(Run::At { pid, pc }.into())
        }
        Err(_) if text.contains(|c| "=<>!&|()[".contains(c)) || is_computed(&text) => {
            until_true(call, pid, &text, column)
        }
        Err(e) => Err(e),
    }
}

fn until_turn(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let column = call.args.column();
    let turn = call.natural("a turn", call.selected)?;
    call.args.done()?;
    let left = turn.checked_sub(call.now.turn).filter(|left| *left > 0);
    let turns =
        left.ok_or_else(|| CommandError::at(column, format!("turn {turn} is here or past: goto goes there")))?;
    Ok(Run::Turns { only: None, turns }.into())
}

/// Whether a text can be no place, but an expression: one with a task's field or a division, which no line of a file has.
fn is_computed(text: &str) -> bool {
    text.contains(['.', '/', '%', '^']) && !text.contains(':')
}

/// Until an expression is true that is not true now.
fn until_true(call: &mut Call<'_>, pid: Pid, text: &str, column: usize) -> Result<Request, CommandError> {
    let expr = call.expression(text, column, Some(pid), Names::Innermost)?;
    if call.value(&expr, column, Some(pid))?.truth() {
        return Err(CommandError::at(column, format!("{} is true already", expr.text())));
    }
    Ok(Run::Until { pid, expr }.into())
}

/// Until a place.
pub(super) fn advance(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = meant(call)?;
    let column = call.args.column();
    let places = call.stop_places(Some(pid))?;
    call.args.done()?;
    let pc = places.first().copied().unwrap_or_default();
    super::breakpoints::stands_at(call, pc, pid, column)?;
    Ok(Run::At { pid, pc }.into())
}

/// What `set` changes in the session though it is not a setting.
pub const SET_OF_SESSION: [&str; 3] = ["var", "variable", "scheduler"];

/// `set scheduler locked|rotate|toggle` and `set var PLACE = EXPR`; all else that can be set is the screen's.
pub(super) fn set(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.take("var") || call.args.take("variable") {
        return super::variables::set_var(call).map(Meaning::Request);
    }
    if call.args.take("deadlock_stops") {
        return deadlock_stops(call);
    }
    if !call.args.take("scheduler") {
        return Err(call.needs_screen());
    }
    let rotate = call.now.rotate;
    let wanted = match call.args.take_next() {
        None => rotate,
        Some(word) => match word.text.as_str() {
            "rotate" => true,
            "locked" => false,
            "toggle" => !rotate,
            _ => return Err(CommandError::malformed(word.column, "locked, rotate or toggle is expected")),
        },
    };
    call.args.done()?;
    Ok(Run::Rotate(wanted).into())
}

/// `set deadlock_stops [on|off|toggle]`.
fn deadlock_stops(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let now = call.now.deadlock_stops;
    let Some(word) = call.args.take_next() else {
        return Ok(Reply::of(Done::DeadlockStops(DeadlockStops { deadlock_stops: now })).into());
    };
    let on = match word.text.as_str() {
        "on" => true,
        "off" => false,
        "toggle" => !now,
        _ => return Err(CommandError::malformed(word.column, "on, off or toggle is expected")),
    };
    call.args.done()?;
    Ok(Run::DeadlockStops(on).into())
}
