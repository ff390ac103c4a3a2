//! What has happened in turns, read from the trace and the machine after it, as events of the protocol.

use super::states::States;
use crate::backend::{Local, Pid, Task, TraceEntry, Wait, What, f16};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What clients bring about between two turns, at most.
const WAITING: usize = 256;

/// Something that has happened.
#[derive(Debug)]
pub(super) struct Happening {
    pub kind: &'static str,
    pub pid: Option<Pid>,
    pub data: Value,
}

impl Happening {
    pub fn new(kind: &'static str, pid: Option<Pid>, data: Value) -> Happening {
        Happening { kind, pid, data }
    }

    /// As a step lists it: what it says stands beside its type.
    pub fn flat(&self) -> Value {
        let mut flat = self.data.clone();
        flat["type"] = json!(self.kind);
        if let Some(pid) = self.pid {
            flat["pid"] = json!(pid);
        }
        flat
    }
}

/// What has been read already.
#[derive(Debug, Default)]
pub(super) struct SeenSoFar {
    entries: u64,
    lines: u64,
    values: BTreeMap<(u16, Pid), (u16, u64)>,
    calls: BTreeMap<(u16, Pid), u64>,
    dropped: BTreeMap<u16, u64>,
    /// What clients have brought about since the last turn: reported with the next one.
    waiting: Vec<Happening>,
}

/// What was read.
#[derive(Default)]
pub(super) struct News {
    pub happenings: Vec<Happening>,
    /// Entries of the trace, oldest first.
    pub entries: Vec<TraceEntry>,
    /// Entries that were written over before they were read.
    pub lost: u64,
}

impl SeenSoFar {
    /// What lies before is not reported.
    pub fn begin(&mut self, local: &Local) {
        let machine = local.machine();
        self.entries = machine.trace().total();
        self.lines = lines(local);
        self.registry(local, &mut News::default());
        self.mailboxes(local, &mut News::default());
    }

    /// Entries of the trace that were read.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Whether the machine stands in its past, which has been reported already.
    pub fn is_behind(&self, local: &Local) -> bool {
        local.machine().trace().total() < self.entries
    }

    /// Keeps something that a client has brought about, to be reported with the next turn.
    pub fn later(&mut self, kind: &'static str, pid: Option<Pid>, data: Value) {
        if self.waiting.len() < WAITING {
            self.waiting.push(Happening::new(kind, pid, data));
        }
    }

    /// Reads what a client has brought about between two turns, and keeps it to be reported with the next one.
    pub fn keep(&mut self, local: &Local, states: &mut States) {
        let mut kept = self.read(local, states, usize::MAX).happenings;
        kept.truncate(WAITING);
        self.waiting = kept;
    }

    /// What a client's message has pushed out of a mailbox is reported by its sender.
    pub fn dropped(&mut self, descriptor: u16, in_all: u64) {
        self.dropped.insert(descriptor, in_all);
    }

    /// What is new since the last time, from the newest `most` entries of the trace; with none nothing is reported. Why tasks wait, or no longer do, is kept for when their states are looked at.
    pub fn read(&mut self, local: &Local, states: &mut States, most: usize) -> News {
        let machine = local.machine();
        let total = machine.trace().total();
        let mut news = News::default();
        news.happenings.append(&mut self.waiting);
        // After going back in time there are fewer entries than before: they are not reported again.
        let fresh = total.saturating_sub(self.entries);
        self.entries = total;
        if fresh > 0 && most > 0 {
            let read = usize::try_from(fresh).unwrap_or(usize::MAX).min(most);
            news.entries = machine.trace().last(read).collect();
            news.lost = fresh - news.entries.len() as u64;
            for at in 0..news.entries.len() {
                let happening = happening(local, states, &news.entries, at);
                news.happenings.extend(happening);
            }
            self.registry(local, &mut news);
            self.mailboxes(local, &mut news);
            self.console(local, &mut news);
        }
        self.lines = lines(local);
        news
    }

    fn console(&self, local: &Local, news: &mut News) {
        let fresh = usize::try_from(lines(local).saturating_sub(self.lines)).unwrap_or(usize::MAX);
        let console = local.machine().console().lines();
        let skip = console.len().saturating_sub(fresh);
        for line in console.skip(skip) {
            let kind = match line.stream.name() {
                "stdout" | "uart" => "stdout",
                "stderr" => "stderr",
                _ => continue,
            };
            news.happenings.push(Happening::new(kind, Some(line.pid), json!({ "text": line.text })));
        }
    }

    fn registry(&mut self, local: &Local, news: &mut News) {
        let machine = local.machine();
        let ran = machine.ran();
        for value in machine.registry().values() {
            let now = (value.raw, value.changes);
            let was = self.values.insert((value.oid, value.owner), now);
            if let Some((old, changes)) = was
                && changes != value.changes
            {
                let from_outside =
                    |e: &TraceEntry| matches!(e.what, What::Input { input } if input.name() == "value change");
                let host = news.entries.iter().any(from_outside);
                let caller = ran.filter(|_| !host).unwrap_or(value.owner);
                let data = json!({ "caller_pid": caller, "oid": value.oid, "group_id": value.oid >> 8,
                    "value_id": value.oid & 0xFF, "old_f16": old, "new_f16": value.raw, "old_value": finite(f16(old)),
                    "new_value": finite(f16(value.raw)), "flags": value.flags, "auth_level": value.auth });
                news.happenings.push(Happening::new("value_changed", Some(value.owner), data));
            }
        }
        for command in machine.registry().commands() {
            let was = self.calls.insert((command.oid, command.owner), command.calls);
            for _ in was.unwrap_or(command.calls)..command.calls {
                let data = json!({ "caller_pid": command.owner, "oid": command.oid, "group_id": command.oid >> 8,
                    "cmd_id": command.oid & 0xFF, "owner_pid": command.owner, "flags": command.flags,
                    "auth_level": command.auth });
                news.happenings.push(Happening::new("cmd_invoked", Some(command.owner), data));
            }
        }
    }

    /// Messages that were pushed out unread.
    fn mailboxes(&mut self, local: &Local, news: &mut News) {
        for mailbox in local.machine().mailboxes().iter() {
            let dropped = mailbox.counters().dropped;
            let was = self.dropped.insert(mailbox.descriptor(), dropped).unwrap_or(0);
            if dropped > was {
                let data = json!({ "descriptor": mailbox.descriptor(), "dropped_seq": mailbox.head_seq().wrapping_sub(1),
                    "dropped": dropped - was, "reason": "fanout_drop", "queue_depth": mailbox.depth() });
                news.happenings.push(Happening::new("mailbox_overrun", Some(0), data));
            }
        }
    }
}

/// Lines that tasks have printed in all.
fn lines(local: &Local) -> u64 {
    let console = local.machine().console();
    console.dropped() + console.lines().len() as u64
}

/// A number that JSON has.
pub(super) fn finite(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}

/// Virtual time in seconds.
pub(super) fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// The handle under which a task has a mailbox.
fn handle(local: &Local, pid: Pid, descriptor: u16) -> Option<u16> {
    let mailboxes = local.machine().mailboxes();
    // A task may have its standard streams twice: the one that it has opened itself is the one that it uses.
    mailboxes.handles(pid).filter(|(_, of)| *of == descriptor).map(|(handle, _)| handle).max()
}

/// What a wait is, as the protocol says it.
pub(super) fn wait(local: &Local, task: &Task) -> Option<Value> {
    match task.wait.as_ref()? {
        Wait::Mailbox { descriptor, handle, deadline, .. } => {
            // The limit is still in the register it was asked for in.
            let timeout = local.machine().reg(task, 4) & 0xFFFF;
            Some(
                json!({ "descriptor": descriptor, "handle": handle, "timeout": timeout, "deadline": deadline.map(seconds) }),
            )
        }
        Wait::Sleep { .. } => None,
    }
}

/// What a receiver has got, from the registers that the service has filled.
fn received(local: &Local, pid: Pid, descriptor: u16) -> Option<Value> {
    let machine = local.machine();
    let task = machine.task(pid)?;
    let reg = |i| machine.reg(task, i);
    Some(json!({ "descriptor": descriptor, "handle": handle(local, pid, descriptor), "length": reg(1), "flags": reg(2),
        "channel": reg(3), "src_pid": reg(4) }))
}

/// The entry behind another one that ends the wait which that begins; `None` while the task still waits, and says more of it.
fn ending(entries: &[TraceEntry], at: usize) -> Option<&TraceEntry> {
    let ends = |entry: &TraceEntry| matches!(entry.what, What::Wake { .. } | What::Timeout { .. });
    entries[at + 1..].iter().find(|later| later.pid == entries[at].pid && ends(later))
}

/// What an entry of the trace says to clients.
fn happening(local: &Local, states: &mut States, entries: &[TraceEntry], at: usize) -> Option<Happening> {
    let entry = entries[at];
    let (machine, pid) = (local.machine(), entry.pid);
    // Only of what has just happened the registers and queues tell more.
    let now = entry.turn == machine.turns();
    match entry.what {
        What::Block { on: Some(descriptor) } => {
            let task = machine.task(pid)?;
            let waits = wait(local, task).filter(|_| ending(entries, at).is_none());
            let data = waits.unwrap_or_else(|| json!({ "descriptor": descriptor }));
            let mut details = data.clone();
            if details["deadline"].is_null() {
                details.as_object_mut()?.remove("deadline");
            }
            states.waited((pid, entry.turn), "mailbox_wait", details);
            Some(Happening::new("mailbox_wait", Some(pid), data))
        }
        What::Block { on: None } => {
            let deadline = match ending(entries, at) {
                None => machine.task(pid)?.wait.as_ref().and_then(Wait::deadline),
                Some(end) => Some(end.time_us),
            };
            let ms = deadline.map(|deadline| deadline.saturating_sub(entry.time_us).div_ceil(1000));
            states.waited((pid, entry.turn), "sleep", json!({ "sleep_pending": true, "sleep_ms": ms }));
            Some(Happening::new("sleep_request", None, json!({ "ms": ms, "deadline": deadline.map(seconds) })))
        }
        What::Wake { by: Some(descriptor) } => {
            let mut data =
                received(local, pid, descriptor).filter(|_| now).unwrap_or_else(|| json!({ "descriptor": descriptor }));
            data["status"] = json!(0);
            let mut details = data.clone();
            details.as_object_mut()?.remove("handle");
            states.waited((pid, entry.turn), "mailbox_wake", details);
            Some(Happening::new("mailbox_wake", Some(pid), data))
        }
        What::Wake { by: None } => {
            states.waited((pid, entry.turn), "sleep_wake", Value::Null);
            Some(Happening::new("sleep_complete", None, json!({})))
        }
        What::Timeout { on } => {
            let details = json!({ "descriptor": on, "status": 7, "length": 0, "flags": 0, "channel": 0, "src_pid": 0 });
            let mut data = details.clone();
            data["handle"] = json!(handle(local, pid, on));
            states.waited((pid, entry.turn), "timeout", details);
            Some(Happening::new("mailbox_timeout", Some(pid), data))
        }
        What::Send { mailbox, seq } if pid != 0 => {
            let mut data = json!({ "descriptor": mailbox, "handle": handle(local, pid, mailbox), "src_pid": pid });
            let queued = machine.mailboxes().get(mailbox)?.messages().find(|message| message.seq == seq);
            let woken =
                entries[at..].iter().find(|e| e.turn == entry.turn && e.what == What::Wake { by: Some(mailbox) });
            if let Some(message) = queued {
                data["length"] = json!(message.payload.len());
                data["flags"] = json!(message.flags);
                data["channel"] = json!(message.channel);
            } else if let Some(got) = woken.filter(|_| now).and_then(|woken| received(local, woken.pid, mailbox)) {
                for name in ["length", "flags", "channel"] {
                    data[name] = got[name].clone();
                }
            }
            Some(Happening::new("mailbox_send", Some(pid), data))
        }
        What::Recv { mailbox, .. } if pid != 0 => {
            let woken =
                |e: &TraceEntry| e.turn == entry.turn && e.pid == pid && e.what == What::Wake { by: Some(mailbox) };
            if entries.iter().any(woken) {
                return None;
            }
            let data =
                received(local, pid, mailbox).filter(|_| now).unwrap_or_else(|| json!({ "descriptor": mailbox }));
            Some(Happening::new("mailbox_recv", Some(pid), data))
        }
        // Ends and stops are reported when the run has ended, changes from outside where they are made.
        What::Send { .. }
        | What::Recv { .. }
        | What::Step
        | What::Trap { .. }
        | What::Halt { .. }
        | What::Fault { .. }
        | What::Break { .. }
        | What::Load { .. }
        | What::Kill
        | What::Idle { .. }
        | What::Input { .. }
        | What::Foreign { .. } => None,
    }
}
