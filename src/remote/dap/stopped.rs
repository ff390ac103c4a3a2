//! What is reported when the machine stands again: one `stopped` for a stop, what tasks have printed, which are new.

use super::book::BreakpointKind;
use super::exceptions::Filter;
use super::memory::RAM;
use super::reference::MemoryReference;
use super::run::Motion;
use super::terms::Effect;
use super::{Adapter, Event, console};
use crate::backend::request::{Run, Travel};
use crate::backend::{Pid, Snapshot, Status, Value as Number, Want};
use crate::command::{script, sentence, stop_line};
use serde_json::{Value, json};
use std::sync::Arc;

/// Console lines that are reported at once.
const LINES: usize = 4096;
/// Trace entries that the sentence about a stop looks at.
const TRACE: usize = 64;

/// The stops that are due, each with what it stops for. A search of the past names only the one it has found.
fn due(now: &Snapshot) -> Vec<(u32, &Status)> {
    match &now.status {
        status @ (Status::Breakpoint { number, .. }
        | Status::Watchpoint { number, .. }
        | Status::Event { number, .. })
            if now.due.is_empty() =>
        {
            vec![(*number, status)]
        }
        _ => now.due.iter().map(|due| (due.number, &due.status)).collect(),
    }
}

impl Adapter<'_> {
    /// The run has ended: it continues if nothing stops it that the client has asked for; otherwise says why it stands.
    pub(super) fn run_ended(&mut self) {
        let Some(machine) = &mut self.machine else { return };
        let now = machine.target.look(&Want { trace: TRACE, console: LINES, ..Want::default() });
        let passed = self.pass_breakpoints(&now);
        let filtered = self.filters.pass(&now) || self.is_unmet(&now) || self.is_of_another(&now);
        let arrived = now.arrived && !self.is_back();
        let Some(machine) = &mut self.machine else { return };
        if filtered || passed && !arrived {
            let again = match self.motion {
                Some(Motion::Back(_)) => Travel::ReverseContinue.into(),
                Some(Motion::Run | Motion::Step(_)) | None => Run::Continue.into(),
            };
            if machine.target.send(again).is_ok() && machine.target.position().running {
                return;
            }
        }
        self.report(&now);
        let due = script::due(&now, self.until.take());
        due.into_iter().rev().for_each(|due| self.commands.push_front((due.words, Some(due.until))));
        if !self.commands.is_empty() && console::continue_line(self) {
            return;
        }
        self.end_progress();
        // Commands may have moved it.
        let motion = self.motion.take();
        if let Some(machine) = &mut self.machine {
            let now = machine.target.look(&Want { trace: TRACE, console: LINES, ..Want::default() });
            self.stopped(&now, motion, passed && arrived);
        }
    }

    /// Whether a search for the previous stop of one task has found one of another.
    fn is_of_another(&self, now: &Snapshot) -> bool {
        let Some(Motion::Back(Some(only))) = self.motion else { return false };
        now.status.about().is_some_and(|pid| pid != only)
    }

    /// Writes what log points say that are due; whether every stop that is due is passed, and nothing else ended the run.
    fn pass_breakpoints(&mut self, now: &Snapshot) -> bool {
        let (back, debugs) = (self.is_back(), self.debugs());
        let due = due(now);
        let mut passed = due.iter().any(|(_, status)| **status == now.status);
        passed &= now.due.iter().all(|due| due.condition_error.is_none());
        for (number, status) in due {
            match self.breakpoints.effect(number, now, back) {
                Effect::Stop => passed &= !debugs,
                Effect::Pass => {}
                Effect::Log(text) => self.log_point(&text, status.about()),
            }
        }
        passed
    }

    /// Writes the text of a log point, with the values of the expressions in braces.
    fn log_point(&mut self, text: &str, pid: Option<Pid>) {
        let mut written = String::new();
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once('{') {
            written += before;
            let Some((expression, after)) = inside.split_once('}') else {
                rest = &rest[before.len()..];
                break;
            };
            written += &match self.evaluated(expression, pid, false) {
                Ok(value) => value["result"].as_str().unwrap_or_default().to_owned(),
                Err(super::Failed(why)) => format!("<{why}>"),
            };
            rest = after;
        }
        let text = format!("{written}{rest}\n");
        self.say("output", json!({ "category": "console", "output": text }));
    }

    /// Whether a run has ended for a filter whose condition is false. One that cannot be evaluated stops.
    fn is_unmet(&mut self, now: &Snapshot) -> bool {
        let Some(condition) = self.filters.condition(now).cloned() else { return false };
        let pid = match &now.status {
            Status::Fault { pid, .. } | Status::Break { pid, .. } => Some(*pid),
            _ => None,
        };
        let Some(machine) = &mut self.machine else { return false };
        let asked = machine.target.look(&Want { pid, asks: vec![condition], ..Want::numbers() });
        match asked.asked.first() {
            Some((_, Ok(Number::Int(value)))) => *value == 0,
            Some((_, Ok(Number::Real(value)))) => *value == 0.0,
            Some((_, Err(_))) | None => false,
        }
    }

    /// Says why the machine stands.
    fn stopped(&mut self, now: &Snapshot, motion: Option<Motion>, stepped_there: bool) {
        let ended = now.status == Status::AllDone;
        if ended && self.launch.as_ref().is_some_and(|launch| launch.end_at_exit) {
            self.end();
            return;
        }
        if !self.debugs() && !matches!(now.status, Status::Paused | Status::Running) {
            if !ended {
                self.events.push(Event::important(format!("{}\n", sentence(&now.status))));
            }
            self.end();
            return;
        }
        let numbers: Vec<u32> = due(now).iter().map(|(number, _)| *number).collect();
        let hit = if stepped_there { Vec::new() } else { self.breakpoints.hit(&numbers) };
        let reason = match (&now.status, hit.first()) {
            _ if stepped_there => "step",
            (Status::Break { .. } | Status::Fault { .. } | Status::Deadlock { .. }, _) => "exception",
            _ if self.filters.hit(&numbers) => "exception",
            (Status::Breakpoint { .. } | Status::Watchpoint { .. } | Status::Event { .. }, Some((_, kind))) => {
                kind.reason()
            }
            (Status::Breakpoint { .. }, None) => BreakpointKind::Source(String::new()).reason(),
            (Status::Watchpoint { .. } | Status::Event { .. }, None) => BreakpointKind::Data.reason(),
            (Status::Limit { .. } | Status::Arrived { .. } | Status::Line { .. } | Status::Returned { .. }, _)
            | (Status::Held { .. } | Status::OffSchedule { .. }, _) => "step",
            (Status::Start | Status::Fresh, _) => "entry",
            (Status::AllDone | Status::TimeOver, _) => "end",
            (Status::Visited, _) => "goto",
            (Status::Idle | Status::Paused | Status::Running, _) => "pause",
        };
        let stepped = match motion {
            Some(Motion::Step(pid)) => Some(pid),
            Some(Motion::Back(only)) => only,
            Some(Motion::Run) | None => None,
        };
        let pid = now.status.about().or(stepped).or(now.last).or_else(|| now.tasks.first().map(|task| task.pid));
        let mut text = stop_line(now);
        if ended {
            let status = |task: &crate::backend::TaskView| Some(format!("task {}: {}", task.pid, task.exit_status?));
            let all: Vec<String> = now.tasks.iter().filter_map(status).collect();
            text += &if all.is_empty() { String::new() } else { format!("; exit status of {}", all.join(", ")) };
        }
        let body = json!({
            "reason": reason,
            "description": sentence(&now.status),
            "text": text,
            "hitBreakpointIds": hit.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        });
        self.say_stopped(body, pid);
    }

    /// Says that it stands though no run has ended.
    pub(super) fn stop_now(&mut self, reason: &str, pid: Option<Pid>, text: Option<String>) {
        let Ok(now) = self.target().map(|target| target.look(&Want { trace: TRACE, console: 0, ..Want::default() }))
        else {
            return;
        };
        let next = now.next.or(now.last).or_else(|| now.tasks.first().map(|task| task.pid));
        let description = text.clone().unwrap_or_else(|| sentence(&now.status));
        let text = text.unwrap_or_else(|| stop_line(&now));
        let body = json!({ "reason": reason, "description": description, "text": text });
        self.say_stopped(body, pid.or(next));
    }

    fn say_stopped(&mut self, mut body: Value, pid: Option<Pid>) {
        // Where a task was killed, another one is shown.
        let there = pid.filter(|pid| self.pids.contains(pid)).or_else(|| self.pids.first().copied());
        if let Some(pid) = there {
            body["threadId"] = pid.into();
        }
        body["allThreadsStopped"] = true.into();
        self.stop = Some(body.clone());
        self.say("stopped", body);
        self.report_memory();
    }

    /// Says once more why it stands, to a client that thinks it runs.
    pub(super) fn say_stopped_again(&mut self) {
        let Some(mut body) = self.stop.take() else { return };
        let named = body["threadId"].as_i64();
        if let Value::Object(members) = &mut body {
            members.remove("threadId");
        }
        let pid = self.pids.iter().copied().find(|pid| named == Some(i64::from(*pid)));
        self.say_stopped(body, pid);
    }

    /// The machine is at another place in time.
    pub(super) fn travelled(&mut self, reason: &str, pid: Option<Pid>) {
        self.forget();
        self.report_news();
        self.stop_now(reason, pid, None);
    }

    /// What the client has shown is outdated though the machine has not moved.
    pub(super) fn changed(&mut self, areas: &[&str]) {
        if self.client.supports_invalidated_event {
            self.say("invalidated", json!({ "areas": areas }));
        }
        self.memory_changed();
    }

    /// Memory that the client may show is not what it was: registers are in it, too.
    fn memory_changed(&mut self) {
        self.read.clear();
        if !self.client.supports_memory_event {
            return;
        }
        let pids: Vec<Pid> = self.look().map(|now| now.tasks.iter().map(|task| task.pid).collect()).unwrap_or_default();
        for pid in pids {
            let reference = MemoryReference::Ram(Some(pid), 0).text();
            self.say("memory", json!({ "memoryReference": reference, "offset": 0, "count": RAM }));
        }
    }

    /// Reports what tasks have printed since, and which are new or gone.
    pub(super) fn report_news(&mut self) {
        let now: Option<Arc<Snapshot>> =
            self.machine.as_mut().map(|m| m.target.look(&Want { trace: 0, console: LINES, ..Want::default() }));
        if let Some(now) = now {
            self.report(&now);
        }
    }

    fn report(&mut self, now: &Snapshot) {
        self.report_printed(now);
        let pids: Vec<Pid> = now.tasks.iter().map(|task| task.pid).collect();
        let old = std::mem::replace(&mut self.pids, pids.clone());
        for gone in old.iter().filter(|pid| !pids.contains(pid)) {
            self.say("thread", json!({ "reason": "exited", "threadId": gone }));
        }
        for new in pids.iter().filter(|pid| !old.contains(pid)) {
            self.say("thread", json!({ "reason": "started", "threadId": new }));
        }
    }
}

impl Filter {
    /// Whether a status is what the filter is about.
    pub(super) fn concerns(self, status: &Status) -> bool {
        match self {
            Filter::Fault => matches!(status, Status::Fault { .. }),
            Filter::Brk => matches!(status, Status::Break { .. }),
            Filter::Deadlock => matches!(status, Status::Deadlock { others, .. } if !others.is_empty()),
            Filter::Race | Filter::Uninit | Filter::Timeout => false,
        }
    }
}
