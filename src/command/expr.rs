//! Expressions: print them, keep them in sight.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Expr, Names, Pid};
use serde_json::json;

pub(super) fn print(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let format = match call.args.peek().and_then(|word| word.strip_prefix('/')) {
        Some(letters) => letters.chars().next_back(),
        None => None,
    };
    if format.is_some() {
        call.args.take_next();
    }
    let (text, column) = call.args.rest_in_place();
    if let Some(reply) = super::variables::print(call, &text, column, pid, format)? {
        return Ok(reply);
    }
    let expr = Expr::parse(&text).map_err(super::variables::placed(column))?;
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
    let (text, column) = call.args.rest_in_place();
    let seen_by = pid.or(call.selected);
    let expr = match call.target.expression(&text, seen_by, Names::Innermost) {
        Ok(expr) => expr,
        // A struct is no number, but it can be shown.
        Err(e) => match call.target.c_place(&text, seen_by) {
            Ok(Some((_, address, _))) => Expr::number(&text, address.into()),
            _ => return Err(super::variables::placed(column)(e)),
        },
    };
    let text = expr.text().to_owned();
    let number = call.target.watch(expr, pid);
    Ok(Reply::new(format!("{number}: {text}, shown in pane 10"), json!({ "number": number, "expression": text })))
}

fn list(call: &mut Call<'_>) -> Reply {
    let views = call.target.watch_views(call.selected);
    let line = |w: &crate::backend::WatchView| match (&w.value, &w.text) {
        (_, Some(text)) => format!("{}: {} = {text}", w.number, w.expression),
        (Ok(value), None) => format!("{}: {} = {value}", w.number, w.expression),
        (Err(why), None) => format!("{}: {}: {why}", w.number, w.expression),
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
