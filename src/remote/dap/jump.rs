//! Places in time: where a task was, or will be, at a line; and setting its PC there.

use super::reference::{MemoryReference, Referred};
use super::run::Motion;
use super::sources::{Source, stops_at};
use super::{Adapter, Failed, failed};
use crate::backend::request::{Goto, Input, Run, Travel};
use crate::backend::{Reg, Request};
use serde::Deserialize;
use serde_json::{Value, json};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jump {
    /// Back in time.
    Back,
    /// On in time.
    On,
    /// The task continues there from now: a new branch of events, if this is the past.
    Here,
}

/// A line.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct At {
    source: Source,
    line: i64,
}

/// `gotoTargets`.
pub(super) fn targets(adapter: &mut Adapter<'_>, at: At) -> Result<Value, Failed> {
    let now = adapter.look()?;
    let line = adapter.client.line_from(at.line);
    let mut targets = Vec::new();
    for (task, place) in adapter.tasks_of(&now, &at.source)? {
        let Some((addresses, line)) = stops_at(task, place, line) else { continue };
        let Some(pc) = addresses.first() else { continue };
        let ways = [
            (Jump::Back, "back to the last time it was here"),
            (Jump::On, "on to the next time it is here"),
            (Jump::Here, "set its PC here"),
        ];
        for (way, label) in ways {
            targets.push(json!({
                "id": adapter.references.number(Referred::Jump(way, task.pid, *pc)),
                "label": format!("task {}: {label}", task.pid),
                "line": adapter.client.line(line),
                "instructionPointerReference": MemoryReference::Code(task.pid, (*pc).into()).text(),
            }));
        }
    }
    Ok(json!({ "targets": targets }))
}

/// One of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Chosen {
    target_id: i64,
}

/// `goto`.
pub(super) fn goto(adapter: &mut Adapter<'_>, chosen: Chosen) -> Result<Value, Failed> {
    let Referred::Jump(way, pid, pc) = adapter.references.find(chosen.target_id)? else {
        return failed("one of the targets of gotoTargets is expected");
    };
    let request: Request = match way {
        Jump::On => {
            if let Err(why) = adapter.start(Run::At { pid, pc }.into(), Motion::Step(pid)) {
                adapter.stood(Some(pid), &why)?;
            }
            return Ok(Value::Null);
        }
        Jump::Back => Travel::Goto(Goto::Ran { pc, pid: Some(pid) }).into(),
        Jump::Here => Input::Register { pid, reg: Reg::Pc, value: pc }.into(),
    };
    match adapter.target()?.send(request).map_err(Failed::from) {
        Ok(_) => adapter.travelled("goto", Some(pid)),
        Err(why) => adapter.stood(Some(pid), &why)?,
    }
    Ok(Value::Null)
}
