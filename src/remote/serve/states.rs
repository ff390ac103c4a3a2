//! The states of tasks as the protocol knows them, and the events for their changes.
//!
//! An executive reports states when it has looked at them: after a step, a tick of its clock and a change from outside. So
//! what lies between two looks is one change, with the last thing that ended or began a wait as its reason. Where a client
//! wants states, each wait between two looks and each end of one is reported, too, with the turn it was in.

use super::stream::Streams;
use crate::backend::{Local, Pid, RunState, Task};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The events that say what tasks do.
pub(super) const STATES: [&str; 2] = ["task_state", "scheduler"];

/// Why nothing runs until a task is resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    /// The task that a stop has ended the run at.
    pub pid: Pid,
    /// Where it stands, if a breakpoint is why.
    pub breakpoint: Option<u32>,
}

/// What a wait has begun or ended with.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub name: &'static str,
    pub details: Value,
}

/// A wait that began or ended in a turn.
#[derive(Debug, Clone)]
struct PassedChange {
    pid: Pid,
    state: &'static str,
    reason: Reason,
    turn: u64,
}

impl PassedChange {
    /// Whether a task that was found in a state may be in it since this change.
    fn leads_to(&self, found: &str) -> bool {
        self.state == found || self.state == "ready" && found == "running"
    }
}

/// What is known of the tasks.
#[derive(Debug, Default)]
pub(super) struct States {
    known: BTreeMap<Pid, &'static str>,
    /// The task that is next, or was loaded or resumed last; none when a pause or breakpoint has taken it.
    pub current: Option<Pid>,
    /// The task that took the last turn of a step or tick.
    pub last: Option<Pid>,
    /// Tasks that the protocol calls running: just loaded, just resumed, or next.
    running: BTreeSet<Pid>,
    pub hold: Option<Hold>,
    /// The current task when states were looked at last.
    shown: Option<Pid>,
    reasons: BTreeMap<Pid, Reason>,
    /// What the trace says of waits, and is not reported yet, oldest first.
    passed: Vec<PassedChange>,
    /// Numbers that clients give tasks; the scheduler looks at none.
    pub priorities: BTreeMap<Pid, i64>,
}

/// What has been executed before states are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Executed {
    pub turns: u64,
    pub source: &'static str,
}

impl States {
    /// Takes note of the tasks that are there at the start.
    pub fn begin(&mut self, local: &Local, streams: &mut Streams) {
        let pids: Vec<Pid> = local.machine().tasks().iter().map(|task| task.pid).collect();
        if let Some(last) = pids.last() {
            self.loaded(*last);
        }
        self.look(local, streams, None);
    }

    /// The session is another: what was not reported of the old one is not true any more.
    pub fn begin_again(&mut self) {
        self.hold = None;
        self.passed.clear();
    }

    /// A task's state by its name in the protocol.
    pub fn of(&self, task: &Task) -> &'static str {
        match task.state {
            _ if self.hold.is_some_and(|hold| hold.pid == task.pid) && !task.state.ended() => "paused",
            RunState::Ready if self.running.contains(&task.pid) => "running",
            // An executive knows no other state of a task that has exited or faulted.
            RunState::Paused | RunState::Exited | RunState::Faulted => "paused",
            RunState::Ready | RunState::WaitingMbx | RunState::Sleeping | RunState::Returned => task.state.name(),
        }
    }

    /// A task's state as the machine has it.
    pub fn raw(&self, task: &Task) -> &'static str {
        match task.state {
            RunState::Exited => "stopped",
            _ if self.hold.is_some_and(|hold| hold.pid == task.pid) && !task.state.ended() => "paused",
            _ => task.state.name(),
        }
    }

    /// A task was loaded.
    pub fn loaded(&mut self, pid: Pid) {
        self.running = BTreeSet::from([pid]);
        self.current = Some(pid);
        self.last.get_or_insert(pid);
        self.reasons.insert(pid, Reason { name: "loaded", details: Value::Null });
    }

    /// A task was resumed.
    pub fn resumed(&mut self, pid: Pid) {
        self.running.insert(pid);
        self.current = Some(pid);
        self.reasons.insert(pid, Reason { name: "resume", details: Value::Null });
    }

    /// A task was paused by a client.
    pub fn paused(&mut self, pid: Pid) {
        self.running.remove(&pid);
        self.current = self.current.filter(|current| *current != pid);
        self.reasons.insert(pid, Reason { name: "user_pause", details: Value::Null });
    }

    /// A task was removed; who is next then.
    pub fn killed(&mut self, pid: Pid, next: Option<Pid>) {
        self.running.remove(&pid);
        self.hold = self.hold.filter(|hold| hold.pid != pid);
        self.last = self.last.filter(|last| *last != pid);
        if self.current == Some(pid) {
            self.current = next;
            self.running.extend(next);
        }
    }

    /// Turns were taken, the last one by this task; who is next.
    pub fn ran(&mut self, last: Pid, next: Option<Pid>) {
        self.last = Some(last);
        self.current = next.or(Some(last));
        self.running = next.filter(|next| *next != last).into_iter().collect();
    }

    /// A stop has ended the run.
    pub fn held(&mut self, hold: Hold) {
        self.running.clear();
        self.hold = Some(hold);
        self.current = Some(hold.pid).filter(|_| hold.breakpoint.is_none());
        if let Some(pc) = hold.breakpoint {
            self.because(hold.pid, "debug_break", json!({ "pc": pc, "phase": "post" }));
        }
    }

    /// Why a task's state will have changed, when it is looked at.
    pub fn because(&mut self, pid: Pid, name: &'static str, details: Value) {
        self.reasons.insert(pid, Reason { name, details });
    }

    /// A wait of a task has begun or ended in a turn, which its state will show unless something comes behind it.
    pub fn waited(&mut self, (pid, turn): (Pid, u64), name: &'static str, details: Value) {
        let state = match name {
            "mailbox_wait" => "waiting_mbx",
            "sleep" => "sleeping",
            _ => "ready",
        };
        let reason = Reason { name, details };
        self.passed.push(PassedChange { pid, state, reason: reason.clone(), turn });
        self.reasons.insert(pid, reason);
    }

    /// Reports the waits that others have followed since, if a client wants to know. The last one of each task is left for
    /// the next look.
    pub fn report_passed(&mut self, streams: &mut Streams) {
        let all = std::mem::take(&mut self.passed);
        if !streams.wanted(&STATES) {
            return;
        }
        for (at, change) in all.iter().enumerate() {
            match all[at + 1..].iter().any(|later| later.pid == change.pid) {
                true => self.report_change(change, streams),
                false => self.passed.push(change.clone()),
            }
        }
    }

    fn report_change(&mut self, change: &PassedChange, streams: &mut Streams) {
        let PassedChange { pid, state, reason, turn } = change;
        let old = self.known.insert(*pid, state);
        if old == Some(*state) {
            return;
        }
        let mut data = json!({ "prev_state": old, "new_state": state, "reason": reason.name, "hx_turn": turn });
        if !reason.details.is_null() {
            data["details"] = reason.details.clone();
        }
        streams.tell("task_state", Some(*pid), &data);
    }

    /// Reports the last wait of each task that has done something else since.
    fn report_left(&mut self, local: &Local, streams: &mut Streams) {
        self.report_passed(streams);
        for change in std::mem::take(&mut self.passed) {
            let found = local.machine().task(change.pid).map(|task| self.of(task));
            if found.is_some_and(|found| !change.leads_to(found)) {
                self.report_change(&change, streams);
            }
        }
    }

    /// Looks at all tasks, and reports what has changed since the last look.
    pub fn look(&mut self, local: &Local, streams: &mut Streams, executed: Option<Executed>) {
        self.report_left(local, streams);
        let before = self.known.clone();
        let reasons = std::mem::take(&mut self.reasons);
        for task in local.machine().tasks() {
            let (old, new) = (before.get(&task.pid).copied(), self.of(task));
            self.known.insert(task.pid, new);
            let reason = reasons.get(&task.pid);
            if old != Some(new) || reason.is_some_and(|reason| reason.name == "debug_break") {
                streams.tell("task_state", Some(task.pid), &change(task, old, new, reason));
            }
        }
        for (pid, old) in before.iter().filter(|(pid, _)| local.machine().task(**pid).is_none()) {
            self.known.remove(pid);
            let data = json!({ "prev_state": old, "new_state": "terminated", "reason": "killed" });
            streams.tell("task_state", Some(*pid), &data);
        }
        self.switched(local, streams, &before, executed);
    }

    /// Reports a switch, once: from the task that ran last to the one that is next.
    fn switched(
        &mut self,
        local: &Local,
        streams: &mut Streams,
        before: &BTreeMap<Pid, &'static str>,
        executed: Option<Executed>,
    ) {
        let from = if executed.is_some() { self.last } else { self.shown };
        let to = self.current;
        self.shown = to;
        let Some(prev) = from.filter(|_| from != to) else { return };
        if self.hold.is_some_and(|hold| hold.breakpoint.is_some()) {
            return;
        }
        let post = self.known.get(&prev).copied();
        let reason = match post {
            None => "killed",
            Some("waiting_mbx") => "wait_mbx",
            Some("sleeping") => "sleep",
            Some("paused") => "paused",
            Some(_) => "quantum_expired",
        };
        let left = local.machine().task(prev).map_or(0, |task| {
            let quantum = u64::from(task.quantum);
            (quantum - task.steps() % quantum) % quantum
        });
        let mut data = json!({ "state": "switch", "prev_pid": prev, "next_pid": to, "reason": reason,
            "quantum_remaining": left, "prev_state": before.get(&prev) });
        if let Some(next) = to {
            data["next_state"] = json!(self.known.get(&next));
        }
        if let Some(post) = post {
            data["post_state"] = json!(post);
        }
        if let Some(Executed { turns, source }) = executed {
            data["executed"] = json!(turns);
            data["source"] = json!(source);
        }
        streams.tell("scheduler", to, &data);
    }
}

/// A change of a task's state, as it is reported.
fn change(task: &Task, old: Option<&str>, new: &str, reason: Option<&Reason>) -> Value {
    let mut data = json!({ "prev_state": old, "new_state": new });
    let waits = old.is_some_and(|old| matches!(old, "waiting_mbx" | "sleeping"));
    let fits = |reason: &&Reason| match reason.name {
        "mailbox_wait" => new == "waiting_mbx",
        "sleep" => new == "sleeping",
        "mailbox_wake" | "timeout" | "sleep_wake" => waits && matches!(new, "ready" | "running"),
        _ => true,
    };
    match (task.state, reason.filter(fits)) {
        (RunState::Returned, _) => {
            data["reason"] = json!("returned");
            data["details"] = json!({ "exit_status": task.exit_status });
        }
        (RunState::Faulted, _) => {
            let fault = task.fault.map(|fault| (fault.fault.name(), fault.pc));
            data["reason"] = json!("fault");
            data["details"] = json!({ "fault": fault.map(|(name, _)| name), "pc": fault.map(|(_, pc)| pc) });
        }
        (_, Some(reason)) => {
            data["reason"] = json!(reason.name);
            if !reason.details.is_null() {
                data["details"] = reason.details.clone();
                if new == "running" && waits {
                    data["details"]["expected_state"] = json!("ready");
                }
            }
        }
        (_, None) => {}
    }
    data
}
