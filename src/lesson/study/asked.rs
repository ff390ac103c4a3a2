//! What a task asks for beside the state that is to be reached: how that comes about.

use super::{Facts, Study};
use crate::backend::{Expr, Input, Value};
use crate::lesson::LessonTask;
use crate::lesson::kind::Change;
use std::sync::Arc;

impl Study {
    /// What is missing where the state of a task has been reached in another way than it asks for, in words.
    pub(super) fn shortfall(&self, task: &LessonTask, facts: &Facts<'_>) -> Option<String> {
        let changes = changes(&self.given, facts.inputs);
        let unasked = changes.iter().find(|c| !task.by.contains(c)).copied();
        let missing = task.by.iter().find(|c| !changes.contains(c)).copied();
        if let Some(way) = unasked.or(missing) {
            return Some(unfair(way, unasked.is_none()));
        }
        let again = "begin the page again with `:lesson again`.";
        if let Some(name) = task.used.iter().find(|name| !self.used.iter().any(|used| is_use(used, name))) {
            return Some(format!("That is the place to reach, but it asks for `{name}`: {again}"));
        }
        let stop = task.stop.as_ref().filter(|stop| !facts.stopped.iter().any(|line| is_use(line, stop)));
        stop.map(|stop| format!("That is the place to reach, but a run has to stop there for `{stop}`: {again}"))
    }

    /// Whether what a task wants to be used was used where it asks for that.
    pub(super) fn in_place(task: &LessonTask, facts: &Facts<'_>) -> bool {
        let truth = |expr: &Expr| (facts.value)(expr).is_some_and(Value::truth);
        let there = |expr: &Expr| is_cursor_at(expr, facts);
        task.holds.as_ref().is_none_or(truth) && task.at.as_ref().is_none_or(there)
    }
}

/// Whether the cursor is on a register or byte at an address.
pub(super) fn is_cursor_at(expr: &Expr, facts: &Facts<'_>) -> bool {
    facts.cursor.is_some_and(|at| (facts.value)(expr) == Some(Value::Int(at.into())))
}

/// Whether what was used is what a name asks for: that, or that with more behind it.
pub(super) fn is_use(used: &str, name: &str) -> bool {
    used.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// What a student has changed from outside, beside steering who runs.
fn changes(given: &[Arc<Input>], now: &[Arc<Input>]) -> Vec<Change> {
    let same = given.iter().zip(now).take_while(|(a, b)| Arc::ptr_eq(a, b) || a == b).count();
    now[same..].iter().filter_map(|input| Change::of(input)).collect()
}

/// What is said to a goal that was reached in another way than the task asks for.
fn unfair(way: Change, missing: bool) -> String {
    let how = way.words();
    match missing {
        true => format!("That is the state to reach, but it asks for {how}. Go back with `u`, and do it that way."),
        false => format!(
            "That came about by {how}, which the task does not ask for. Go back with `u`, or begin the page again: `:lesson again`."
        ),
    }
}
