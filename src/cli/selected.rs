//! Which task commands mean where they name none and there is no screen: the one that was selected, or the one that the
//! last stop was about.

use crate::backend::{Pid, RunState, Snapshot, Target, Want};
use crate::command::{CommandError, Reply, Word};
use crate::ui::{App, screen_row};
use serde::Serialize;

/// A task that was selected.
#[derive(Serialize)]
struct Selected<'n> {
    pid: Pid,
    name: &'n str,
    pc: u32,
    state: RunState,
}

/// `select TASK`; `None` if the words are another command.
pub(super) fn select(target: &mut dyn Target, app: &mut App, words: &[Word]) -> Option<Result<Reply, CommandError>> {
    screen_row(words).filter(|row| row.name == "select")?;
    let [_, word] = words else { return None };
    let now = target.look(&Want::lists());
    let named = |pid: Pid, name: &str| word.text == pid.to_string() || word.text == name;
    let Some(task) = now.tasks.iter().find(|task| named(task.pid, &task.name)) else {
        return Some(Err(CommandError::at(word.column, format!("there is no task {}", word.text))));
    };
    app.view.selected = Some(task.pid);
    let place = task.listing.named(None, task.pc);
    let text = format!("task {} {} at {place}, {}", task.pid, task.name, task.state.name());
    Some(Ok(Reply::new(text, Selected { pid: task.pid, name: &task.name, pc: task.pc, state: task.state })))
}

/// A run has ended: what it ended for is what the next commands are about.
pub(super) fn follow(app: &mut App, now: &Snapshot) {
    let kept = app.view.selected.filter(|pid| now.task(*pid).is_some());
    app.view.selected = now.status.about().filter(|pid| now.task(*pid).is_some()).or(kept);
}
