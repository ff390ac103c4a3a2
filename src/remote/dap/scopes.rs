//! What there is to be looked at beside a frame.

use super::labels::EVENTS;
use super::reference::Referred;
use super::{Adapter, Failed, failed};
use serde::Deserialize;
use serde_json::{Value, json};

/// A frame.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OfFrame {
    frame_id: i64,
}

/// `scopes`.
pub(super) fn scopes(adapter: &mut Adapter<'_>, frame: OfFrame) -> Result<Value, Failed> {
    let (pid, number) = adapter.frame(frame.frame_id)?;
    let now = adapter.look()?;
    let Some(task) = now.task(pid) else { return failed(format!("there is no task {pid}")) };
    let inspect = adapter.target()?.inspect();
    let locals = inspect.is_some_and(|inspect| !inspect.variables(pid, number).is_empty());
    let globals = inspect.is_some_and(|inspect| !inspect.globals(pid).is_empty());
    let data = !globals && !task.listing.data.is_empty();
    let words = usize::from(task.stack_top.saturating_sub(task.sp)) / 4;
    let events = usize::try_from(now.trace_total).map_or(EVENTS, |events| events.min(EVENTS));
    let rows = [
        (locals, "Locals", Referred::Locals(pid, number), false, Some("locals"), 0),
        (true, "Registers", Referred::Registers(pid), false, Some("registers"), 0),
        (true, "Stack", Referred::Stack(pid), false, None, words),
        (globals, "Globals", Referred::Globals(pid), false, Some("globals"), 0),
        (data, "Data", Referred::Data(pid), false, Some("globals"), 0),
        (true, "Task", Referred::Task(pid), false, None, 0),
        (true, "Mailboxes", Referred::Mailboxes, true, None, 0),
        (!now.values.is_empty(), "Values", Referred::Values, true, None, 0),
        (true, "Scheduler", Referred::Scheduler, true, None, 0),
        (true, "Trace", Referred::Trace, true, None, events),
    ];
    let mut scopes = Vec::new();
    for (_, name, referred, expensive, hint, indexed) in rows.into_iter().filter(|row| row.0) {
        let reference = adapter.references.number(referred);
        let mut scope = json!({ "name": name, "variablesReference": reference, "expensive": expensive });
        if let Some(hint) = hint {
            scope["presentationHint"] = hint.into();
        }
        if indexed > 0 {
            scope["indexedVariables"] = indexed.into();
        }
        scopes.push(scope);
    }
    Ok(json!({ "scopes": scopes }))
}
