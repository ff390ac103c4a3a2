//! Tasks as threads, and their calls.

use super::reference::{MemoryReference, Referred};
use super::{Adapter, Failed, failed};
use crate::backend::request::Display;
use crate::backend::{Frame, Pid, TaskView, Want};
use crate::text::visible;
use serde::Deserialize;
use serde_json::{Value, json};

/// Frames that are given at once.
const MOST: usize = 1000;

/// `threads`.
pub(super) fn threads(adapter: &mut Adapter<'_>, _: Value) -> Result<Value, Failed> {
    let now = adapter.look()?;
    let threads: Vec<Value> =
        now.tasks.iter().map(|task| json!({ "id": task.pid, "name": thread_name(task) })).collect();
    Ok(json!({ "threads": threads }))
}

/// A task's name, and what it waits for or how it ended.
fn thread_name(task: &TaskView) -> String {
    let wait = task.wait.as_ref().map(|wait| match &wait.name {
        Some(mailbox) => format!("waiting for {mailbox}"),
        None => "sleeping".to_owned(),
    });
    let state = wait.unwrap_or_else(|| match task.exit_status {
        Some(status) => format!("{} {status}", task.state.name()),
        None => task.state.name().to_owned(),
    });
    visible(&format!("{} ({state})", task.name)).into_owned()
}

/// Which calls are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Span {
    thread_id: i64,
    start_frame: usize,
    levels: usize,
}

/// `stackTrace`.
pub(super) fn stack_trace(adapter: &mut Adapter<'_>, span: Span) -> Result<Value, Failed> {
    let pid = adapter.pid(span.thread_id)?;
    let now = adapter.target()?.look(&Want { pid: Some(pid), ..Want::lists() });
    let Some(task) = now.task(pid) else { return failed(format!("there is no task {pid}")) };
    let calls = now.calls.as_ref().map_or(&[][..], |calls| &calls.frames[..]);
    let levels = if span.levels == 0 { MOST } else { span.levels.min(MOST) };
    let mut frames = Vec::new();
    for (number, frame) in calls.iter().enumerate().skip(span.start_frame).take(levels) {
        let pc = frame.at_call(number);
        let (source, line) = adapter.source_of(task, pc)?;
        let mut shown = json!({
            "id": adapter.references.number(Referred::Frame(pid, number)),
            "name": function(task, frame, pc),
            "source": source,
            "line": adapter.client.line(line),
            "column": adapter.client.column(),
            "instructionPointerReference": MemoryReference::Code(pid, pc.into()).text(),
            "moduleId": pid,
            "canRestart": number + 1 < calls.len(),
        });
        if frame.doubtful {
            shown["presentationHint"] = "subtle".into();
        }
        if shown["source"].is_null() {
            shown["line"] = 0.into();
        }
        frames.push(shown);
    }
    Ok(json!({ "stackFrames": frames, "totalFrames": calls.len() }))
}

/// The name of the function a frame is in.
fn function(task: &TaskView, frame: &Frame, pc: u32) -> String {
    let of_source = task.program.as_ref().and_then(|program| program.symbols.function_at(pc));
    match of_source {
        Some(function) => visible(&function.name).into_owned(),
        None => visible(&task.listing.named(frame.entry, frame.pc)).into_owned(),
    }
}

impl Adapter<'_> {
    /// The call that a client means by a number.
    pub(super) fn frame(&mut self, id: i64) -> Result<(Pid, usize), Failed> {
        match self.references.find(id)? {
            Referred::Frame(pid, number) => Ok((pid, number)),
            _ => failed("a frame is expected"),
        }
    }

    /// Names are looked up in a call from now on.
    pub(super) fn choose(&mut self, pid: Pid, number: usize) -> Result<(), Failed> {
        self.target()?.send(Display::Frame { pid, frame: number as u64 }.into())?;
        Ok(())
    }

    /// Names are looked up in the innermost call, and a task returns from that.
    pub(super) fn innermost(&mut self, pid: Pid) -> Result<(), Failed> {
        self.choose(pid, 0)
    }
}
