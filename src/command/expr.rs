//! Expressions: print them, keep them in sight.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Expr, Pid};
use serde_json::json;

/// The expression in the words that are left; columns of errors are those of the line.
fn expression(call: &mut Call<'_>) -> Result<(Expr, usize), CommandError> {
    let (text, column) = call.args.rest_in_place();
    let expr = Expr::parse(&text).map_err(|e| CommandError::at(column + e.column, e.message))?;
    Ok((expr, column))
}

pub(super) fn print(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let (expr, column) = expression(call)?;
    let value = call.target.evaluate(&expr, pid).map_err(|e| CommandError::at(column + e.column, e.message))?;
    let text = value.to_string();
    Ok(Reply::new(format!("{} = {text}", expr.text()), json!({ "value": value, "text": text })))
}

/// The task that is meant where the expression names none: `-p PID`, or the selected one.
fn meant(call: &mut Call<'_>) -> Result<Option<Pid>, CommandError> {
    Ok(call.args.pid_option(call.target)?.or(call.selected))
}

pub(super) fn display(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid_option(call.target)?;
    if call.args.is_empty() {
        return Ok(list(call));
    }
    keep(call, pid)
}

/// Keeps the expression in the words that are left in sight.
pub(super) fn keep(call: &mut Call<'_>, pid: Option<Pid>) -> Result<Reply, CommandError> {
    let (expr, _) = expression(call)?;
    let text = expr.text().to_owned();
    let number = call.target.watch(expr, pid);
    Ok(Reply::new(format!("{number}: {text}, shown in pane 10"), json!({ "number": number, "expression": text })))
}

fn list(call: &mut Call<'_>) -> Reply {
    let views = call.target.watch_views(call.selected);
    let line = |w: &crate::backend::WatchView| match &w.value {
        Ok(value) => format!("{}: {} = {value}", w.number, w.expression),
        Err(why) => format!("{}: {}: {why}", w.number, w.expression),
    };
    let text = if views.is_empty() {
        "nothing is kept in sight".into()
    } else {
        views.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    Reply::new(text, json!({ "displays": views }))
}

pub(super) fn undisplay(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let word = call.args.word("the number of a display")?;
    call.args.done()?;
    let number = word.text.parse().ok();
    match number.filter(|n| call.target.unwatch(*n)) {
        Some(number) => Ok(Reply::new(format!("{number} is no longer shown"), json!({ "number": number }))),
        None => Err(CommandError::at(word.column, format!("there is no display {}", word.text))),
    }
}
