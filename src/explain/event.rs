//! What the trace says beside the instruction: messages, waits and their ends, ends of tasks, what
//! came from outside.

use super::Span;
use super::words::{at, bytes, hex, others, place};
use crate::executive::Pid;
use crate::executive::input::{Input, InputKind};
use crate::executive::services::{self, Seen};
use crate::executive::task::{RunState, Task, Wait};
use crate::executive::trace::{TraceEntry, What};
use crate::text::counted;

/// An entry in a sentence; `None` for what the instruction's own sentences say.
pub fn sentence(span: &Span<'_>, entry: &TraceEntry) -> Option<String> {
    let pid = entry.pid;
    Some(match entry.what {
        What::Step | What::Trap { .. } | What::Break { .. } | What::Fault { .. } => return None,
        What::Send { mailbox, seq } => sent(span, entry, mailbox, seq),
        What::Recv { mailbox, seq } => received(span, entry, mailbox, seq),
        What::Block { on } => blocked(span, entry, on),
        What::Wake { by } => woken(span, entry, by),
        What::Timeout { on } => timed_out(span, entry, on),
        What::Halt { status } => halted(span, entry, status),
        What::Load { entry: start } => loaded(span, entry, start),
        What::Kill => {
            format!("Task {pid} was killed: its registers, its stack and all it had are free again.")
        }
        // The entry has the time before the jump.
        What::Idle { us } => format!("No task was ready, so the clock jumped {us} us to {} us.", entry.time_us + us),
        What::Input { input } => came(input, pid, None),
        What::Foreign { address } => foreign(span, entry, address),
    })
}

/// What came from outside, with its values where the input is known.
pub fn came(kind: InputKind, pid: Pid, input: Option<&Input>) -> String {
    match input {
        Some(input) => format!("From outside: {}.", super::input(input)),
        None if pid == 0 => format!("From outside came a {}.", kind.name()),
        None => format!("From outside came a {}, for task {pid}.", kind.name()),
    }
}

fn who(pid: Pid) -> String {
    if pid == 0 { "The host".into() } else { format!("Task {pid}") }
}

/// `4 bytes, 0B 00 00 00`.
fn payload(data: &[u8]) -> String {
    format!("{}, {}", counted(data.len() as u64, "byte"), bytes(data))
}

fn sent(span: &Span<'_>, entry: &TraceEntry, descriptor: u16, seq: u32) -> String {
    let name = span.after.mailbox_name(descriptor);
    let queue = span.after.mailboxes().get(descriptor);
    let queued = queue.and_then(|q| q.messages().find(|m| m.seq == seq));
    let what = match (queued, payload_of_call(span, entry)) {
        (Some(message), _) => format!(": {}", payload(&message.payload)),
        (None, Some(data)) => format!(": {}", payload(&data)),
        (None, None) => String::new(),
    };
    let end = if queued.is_some() { " It is queued there." } else { "" };
    format!("{} sent message #{seq} to {name}{what}.{end}", who(entry.pid))
}

/// The payload of the call that sent: both services that send take its address and length in R2 and R3.
fn payload_of_call(span: &Span<'_>, entry: &TraceEntry) -> Option<Vec<u8>> {
    let called = |e: &TraceEntry| match e.what {
        What::Trap { module, function } if e.pid == entry.pid => Some(services::seen(module, function)),
        _ => None,
    };
    let seen = span.entries.iter().find_map(called)?;
    let sends = seen.iter().any(|s| matches!(s, Seen::Send(1) | Seen::Stream(_)));
    let task = span.before.task(entry.pid).filter(|_| sends)?;
    let [address, len] = [2, 3].map(|i| span.before.reg(task, i) as u16);
    Some(span.before.peek(task, address, len.into()))
}

fn received(span: &Span<'_>, entry: &TraceEntry, descriptor: u16, seq: u32) -> String {
    let name = span.after.mailbox_name(descriptor);
    let Some(task) = span.after.task(entry.pid) else { return String::new() };
    let buffer = buffer(span, entry.pid);
    let [r0, len, flags, channel, sender] = [0, 1, 2, 3, 4].map(|i| span.after.reg(task, i));
    let data = span.after.peek(task, buffer, len as usize);
    let base = u32::from(task.context.reg_base);
    format!(
        "Task {} received message #{seq} from {name}: its buffer at {} holds {} now, and its window R0 {} at {}, \
         R1 {} (length) at {}, R2 {} (flags), R3 {} (channel), R4 {} (sender).",
        entry.pid,
        at(buffer.into()),
        payload(&data),
        hex(r0),
        at(base),
        hex(len),
        at(base + 4),
        hex(flags),
        hex(channel),
        hex(sender)
    )
}

/// Where a received message went: the wait that it ended says so, or the call.
fn buffer(span: &Span<'_>, pid: Pid) -> u16 {
    match span.before.task(pid) {
        Some(Task { wait: Some(Wait::Mailbox { buffer, .. }), .. }) => *buffer,
        Some(task) => span.before.reg(task, 2) as u16,
        None => 0,
    }
}

fn until(wait: Option<&Wait>) -> String {
    wait.and_then(Wait::deadline).map_or_else(|| "for ever".into(), |at| format!("until {at} us"))
}

fn blocked(span: &Span<'_>, entry: &TraceEntry, on: Option<u16>) -> String {
    let until = until(span.after.task(entry.pid).and_then(|t| t.wait.as_ref()));
    let others = others(span.after, entry.pid);
    let Some(on) = on else { return format!("Task {} sleeps {until}{others}.", entry.pid) };
    let name = span.after.mailbox_name(on);
    format!("There is nothing in {name}, so task {} waits for it {until}{others}.", entry.pid)
}

/// What becomes of a task whose wait has ended.
fn goes_on(span: &Span<'_>, entry: &TraceEntry) -> String {
    match span.after.task(entry.pid).map(|t| t.state) {
        Some(RunState::Paused) => format!("it stays paused at {}", at(entry.pc)),
        _ => format!("it is ready again and continues at {}", at(entry.pc)),
    }
}

fn woken(span: &Span<'_>, entry: &TraceEntry, by: Option<u16>) -> String {
    let (pid, end) = (entry.pid, goes_on(span, entry));
    let waited = span.before.task(pid).and_then(|t| t.wait.as_ref());
    match (by, waited) {
        (None, Some(Wait::Mailbox { descriptor, .. })) => {
            let name = span.before.mailbox_name(*descriptor);
            let r0 = span.after.task(pid).map_or(0, |t| span.after.reg(t, 0));
            format!("{name} is gone, so the wait of task {pid} ends with status {} in R0: {end}.", hex(r0))
        }
        (None, _) => format!("The sleep of task {pid} is over: {end}."),
        (Some(by), _) => {
            let name = span.after.mailbox_name(by);
            format!("The message ends the wait of task {pid} for {name}: {end}.")
        }
    }
}

fn timed_out(span: &Span<'_>, entry: &TraceEntry, on: u16) -> String {
    let name = span.after.mailbox_name(on);
    let r0 = span.after.task(entry.pid).map_or(0, |t| span.after.reg(t, 0));
    format!(
        "Task {} has waited for {name} until its time limit, with status {} in R0 and 0x00 in R1 to R4: {}.",
        entry.pid,
        hex(r0),
        goes_on(span, entry)
    )
}

fn halted(span: &Span<'_>, entry: &TraceEntry, status: u32) -> String {
    let how = match span.after.task(entry.pid).map(|t| t.state) {
        Some(RunState::Exited) => "has left by the exit service",
        _ => "has returned from its first function, at call depth 0",
    };
    format!(
        "Task {} {how}: its status is R0, {}. Its mailbox handles are closed; its registers and stack stay until it is \
         killed.",
        entry.pid,
        hex(status)
    )
}

fn loaded(span: &Span<'_>, entry: &TraceEntry, start: u32) -> String {
    let entry_point = at(start);
    let Some(task) = span.after.task(entry.pid) else {
        return format!("Task {} was loaded, entry {entry_point}.", entry.pid);
    };
    let cx = &task.context;
    format!(
        "Task {} was loaded: entry {entry_point}, registers from {} on, stack from {} to {}.",
        entry.pid,
        at(cx.reg_base.into()),
        at(cx.stack_limit),
        at(cx.stack_top - 1)
    )
}

fn foreign(span: &Span<'_>, entry: &TraceEntry, address: u16) -> String {
    let Some(task) = span.before.task(entry.pid) else { return String::new() };
    let lies = place(span.before, task, address);
    let done =
        if span.after.config().protect { "protection left that out" } else { "protection is off, so it was done" };
    format!("Task {} stored at {}, {lies}; {done}.", entry.pid, at(address.into()))
}
