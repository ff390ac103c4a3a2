//! From a machine to a snapshot.

use super::Want;
use super::snapshot::{
    Calls, CommandView, ConsoleLine, MailboxView, MessageView, Past, Snapshot, TapView, TaskView, TraceEntry,
    TraceKind, ValueView, WaitView, Waits, Was,
};
use super::{Listing, Program};
use crate::executive::mailbox::{Mailbox, Message};
use crate::executive::registry::{Command, Value};
use crate::executive::task::{Task, Wait};
use crate::executive::{Machine, Pid};
use crate::vm::decode_f16;
use std::sync::Arc;

/// How far back activity marks look.
const RECENT: usize = 64;
/// Trace entries that hit counts are made of.
const LATELY: usize = 1024;

/// The machine's part of a snapshot; the rest is left empty.
pub fn of(machine: &Machine, want: &Want, program: impl Fn(Pid) -> Option<(Arc<Listing>, Arc<Program>)>) -> Snapshot {
    let lately: Vec<TraceEntry> = machine.trace().last(LATELY).collect();
    let console = machine.console();
    let skip = console.lines().len().saturating_sub(want.console);
    Snapshot {
        last: machine.ran(),
        next: machine.next(),
        order: machine.order().to_vec(),
        protect: machine.config().protect,
        tasks: machine.tasks().iter().map(|t| task(machine, t, program(t.pid), &lately)).collect(),
        mailboxes: machine.mailboxes().iter().map(mailbox).collect(),
        console: console.lines().skip(skip).map(line).collect(),
        calls: calls(machine, want),
        dead: dead(machine),
        waits: want.waits.then(|| Waits::of(machine)),
        console_dropped: console.dropped(),
        values: machine.registry().values().map(value).collect(),
        commands: machine.registry().commands().map(command).collect(),
        ram: machine.ram().bytes().into(),
        ..Snapshot::default()
    }
}

/// The tasks that certainly wait for ever.
fn dead(machine: &Machine) -> Vec<Pid> {
    let waits = |t: &Task| t.wait.as_ref().is_some_and(|wait| wait.deadline().is_none());
    if !machine.tasks().iter().any(waits) {
        return Vec::new();
    }
    Waits::of(machine).deadlock.map_or_else(Vec::new, |deadlock| deadlock.pids)
}

fn calls(machine: &Machine, want: &Want) -> Option<Calls> {
    let chosen = want.pid.and_then(|pid| machine.task(pid));
    let task = chosen.or_else(|| machine.tasks().first())?;
    let (frames, more) = super::frames(machine, task);
    Some(Calls { pid: task.pid, frames, of_c: Vec::new(), more, chosen: 0 })
}

/// What is needed of an earlier machine.
pub fn past(machine: &Machine) -> Past {
    let context = |t: &Task| {
        let cx = &t.context;
        Was { pid: t.pid, pc: cx.pc, psw: cx.flags.psw(), sp: cx.sp as u16, state: t.state }
    };
    Past {
        turn: machine.turns(),
        ram: machine.ram().bytes().into(),
        contexts: machine.tasks().iter().map(context).collect(),
    }
}

fn task(
    machine: &Machine,
    task: &Task,
    program: Option<(Arc<Listing>, Arc<Program>)>,
    lately: &[TraceEntry],
) -> TaskView {
    let (listing, program) = program.unzip();
    let cx = &task.context;
    let ran =
        |e: &&TraceEntry| e.pid == task.pid && matches!(e.kind(), TraceKind::Step | TraceKind::Trap | TraceKind::Break);
    let recent = &lately[lately.len().saturating_sub(RECENT)..];
    let mut ran_at: Vec<u32> = lately.iter().filter(ran).map(|e| e.pc).collect();
    ran_at.sort_unstable();
    let hits = ran_at.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect();
    TaskView {
        pid: task.pid,
        name: task.name.clone(),
        state: task.state,
        exit_status: task.exit_status,
        fault: task.fault.map(|f| (f.fault, f.pc)),
        counters: task.counters(),
        quantum: task.quantum,
        pc: cx.pc,
        psw: cx.flags.psw(),
        sp: cx.sp as u16,
        depth: cx.depth,
        reg_base: cx.reg_base,
        stack_base: cx.stack_limit as u16,
        stack_limit: cx.stack_limit as u16,
        stack_top: cx.stack_top as u16,
        wait: wait_of(machine, task),
        bank: (*task.bank).into(),
        listing: listing.unwrap_or_default(),
        program,
        recent: recent.iter().filter(ran).map(|e| e.turn).collect(),
        hits,
    }
}

/// What a task waits for.
#[must_use]
pub fn wait_of(machine: &Machine, task: &Task) -> Option<WaitView> {
    task.wait.as_ref().map(|w| wait(machine, w))
}

fn wait(machine: &Machine, wait: &Wait) -> WaitView {
    match wait {
        Wait::Mailbox { descriptor, deadline, .. } => WaitView {
            kind: "mailbox",
            descriptor: Some(*descriptor),
            name: Some(machine.mailbox_name(*descriptor)),
            deadline_us: *deadline,
        },
        Wait::Sleep { deadline } => {
            WaitView { kind: "sleep", descriptor: None, name: None, deadline_us: Some(*deadline) }
        }
    }
}

fn mailbox(mailbox: &Mailbox) -> MailboxView {
    let sums = mailbox.counters();
    MailboxView {
        descriptor: mailbox.descriptor(),
        name: mailbox.name().to_string(),
        owner: mailbox.name().owner,
        capacity: mailbox.capacity(),
        bytes_used: mailbox.used(),
        depth: mailbox.depth() as usize,
        mode: mailbox.mode(),
        sent: sums.sent,
        received: sums.received,
        deepest: sums.high_water as usize,
        waiters: mailbox.waiters().iter().map(|(pid, _)| *pid).collect(),
        readers: mailbox.positions().collect(),
        taps: mailbox.taps().map(|t| TapView { pid: t.pid, handle: t.handle, depth: t.depth as usize }).collect(),
        messages: mailbox.messages().map(message).collect(),
    }
}

/// A message as data.
pub fn message(message: &Message) -> MessageView {
    MessageView {
        seq: message.seq,
        src: message.source,
        flags: message.flags,
        channel: message.channel,
        length: message.payload.len(),
        bytes: message.payload.clone(),
        turn: message.turn,
    }
}

fn line(line: &crate::executive::console::Line) -> ConsoleLine {
    ConsoleLine { pid: line.pid, stream: line.stream.name(), text: line.text.clone(), turn: line.turn }
}

fn number(raw: u16) -> f64 {
    decode_f16(u32::from(raw))
}

fn value(value: &Value) -> ValueView {
    let meta = &value.meta;
    ValueView {
        oid: value.oid,
        owner: value.owner,
        group: meta.group.clone(),
        name: meta.name.clone(),
        unit: meta.unit.clone(),
        flags: value.flags,
        raw: value.raw,
        value: number(value.raw),
        range: meta.range.map(|(low, high)| (number(low), number(high))),
        epsilon: number(meta.epsilon),
        persist_key: meta.persist.map(|p| p.key),
        changes: value.changes,
        subscribers: value.subscribers.iter().map(|s| s.pid).collect(),
    }
}

fn command(command: &Command) -> CommandView {
    CommandView {
        oid: command.oid,
        owner: command.owner,
        group: command.meta.group.clone(),
        name: command.meta.name.clone(),
        help: command.meta.help.clone(),
        flags: command.flags,
        handler: command.handler,
        calls: command.calls,
    }
}
