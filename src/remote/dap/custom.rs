//! Requests that the protocol does not have: what only this machine can be asked. Each is a line of commands, and is answered
//! as that line is with `--json`.

use super::{Adapter, Failed, console, failed};
use crate::backend::Pid;
use serde::Deserialize;
use serde_json::Value;

/// Turns.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Turns {
    from: Option<u64>,
    to: Option<u64>,
}

/// A task.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OfTask {
    thread_id: i64,
}

/// A place, as `last-write` takes it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OfPlace {
    variable: String,
    thread_id: Option<i64>,
}

/// What to search for, as `explore start` takes it; nothing asks how far the search is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    start: Option<String>,
}

/// Nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Nothing {}

/// `hsxray/lanes`.
pub(super) fn lanes(adapter: &mut Adapter<'_>, turns: Turns) -> Result<Value, Failed> {
    let line = match (turns.from, turns.to) {
        (None, None) => "lanes".to_owned(),
        (Some(from), Some(to)) => format!("lanes {from} {to}"),
        _ => return failed("both from and to are expected, or neither"),
    };
    console::asked(adapter, &line, None)
}

/// `hsxray/waits`.
pub(super) fn waits(adapter: &mut Adapter<'_>, Nothing {}: Nothing) -> Result<Value, Failed> {
    console::asked(adapter, "waits", None)
}

/// `hsxray/branches`.
pub(super) fn branches(adapter: &mut Adapter<'_>, Nothing {}: Nothing) -> Result<Value, Failed> {
    console::asked(adapter, "branch list", None)
}

/// `hsxray/explore`.
pub(super) fn explore(adapter: &mut Adapter<'_>, search: Search) -> Result<Value, Failed> {
    match search.start {
        Some(what) => console::asked(adapter, &format!("explore start {what}"), None),
        None => console::asked(adapter, "explore", None),
    }
}

/// `hsxray/freeze`.
pub(super) fn freeze(adapter: &mut Adapter<'_>, task: OfTask) -> Result<Value, Failed> {
    let pid = adapter.pid(task.thread_id)?;
    console::asked(adapter, &format!("freeze {pid}"), Some(pid))
}

/// `hsxray/thaw`.
pub(super) fn thaw(adapter: &mut Adapter<'_>, task: OfTask) -> Result<Value, Failed> {
    let pid = adapter.pid(task.thread_id)?;
    console::asked(adapter, &format!("thaw {pid}"), Some(pid))
}

/// `hsxray/lastWrite`.
pub(super) fn last_write(adapter: &mut Adapter<'_>, place: OfPlace) -> Result<Value, Failed> {
    let pid: Option<Pid> = place.thread_id.map(|thread| adapter.pid(thread)).transpose()?;
    console::asked(adapter, &format!("last-write {}", place.variable), pid)
}
