//! The clock and steps: whose turns are done, in slices, and what is said when a run has ended.

use super::happened::{Happening, finite};
use super::hx::Line;
use super::outgoing::Outgoing;
use super::states::{Executed, Hold};
use super::{Call, Handled, Reply, Server, member, refuse};
use crate::backend::request::{Input, Run};
use crate::backend::{Fault, Local, Pid, State, Status, Target, Want};
use serde_json::{Value, json};
use std::sync::Arc;

/// Events that a step lists; those beyond them are told to subscribers alone.
const LISTED: usize = 4096;
/// Turns of a step that are looked at one by one; a longer one is done in larger slices.
const LOOKED_AT: u64 = 100_000;
/// Turns that are looked at one by one between two looks at requests.
const AT_ONCE: u64 = 1024;
/// The most turns of a step.
const MOST: u64 = 1 << 40;

/// Events whose members are known only in the turn in which they happen.
const MOMENTARY: [&str; 5] = ["mailbox_send", "mailbox_recv", "mailbox_wake", "value_changed", "cmd_invoked"];

/// The clock.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Clients let it run.
    on: bool,
    /// A stop has interrupted it: it continues when the task is resumed.
    interrupted: bool,
    /// Nothing could run when the trace had this many entries.
    quiet: Option<u64>,
    rate_hz: f64,
    auto_steps: u64,
    auto_turns: u64,
    manual_steps: u64,
    manual_turns: u64,
    /// The pace begins again.
    anew: bool,
}

impl Clock {
    /// Instructions done in all.
    pub fn total(&self) -> u64 {
        self.auto_turns + self.manual_turns
    }
}

/// What a step does.
pub(super) enum Work {
    /// Turns of one task, or of all.
    Turns {
        pid: Option<Pid>,
        turns: u64,
        /// How many requests it counts as.
        requests: u64,
    },
    /// A line of hsxray's own commands.
    Line(Line),
}

/// A run that somebody waits for.
pub(super) struct Step {
    pub to: Arc<Outgoing>,
    work: Work,
    executed: u64,
    events: Vec<Value>,
    debug_event: Value,
}

impl Step {
    fn new(to: &Arc<Outgoing>, work: Work) -> Step {
        Step { to: Arc::clone(to), work, executed: 0, events: Vec::new(), debug_event: Value::Null }
    }

    /// A line of hsxray's own commands.
    pub fn of_line(to: &Arc<Outgoing>, line: Line) -> Step {
        Step::new(to, Work::Line(line))
    }

    /// The one task that runs.
    fn alone(&self) -> Option<Pid> {
        match self.work {
            Work::Turns { pid, .. } => pid,
            Work::Line(_) => None,
        }
    }

    /// Whether it is short enough to be looked at turn by turn.
    fn is_short(&self) -> bool {
        matches!(self.work, Work::Turns { turns, .. } if turns <= LOOKED_AT)
    }

    fn list(&mut self, event: Value) {
        if self.events.len() < LISTED {
            self.events.push(event);
        }
    }
}

impl Server {
    /// Whether turns are to be done.
    pub(super) fn runs(&self) -> bool {
        self.step.is_some() || self.clock.on && self.states.hold.is_none() && self.clock.quiet.is_none()
    }

    /// Whether the pace has to begin again: what runs, or how fast, has changed.
    pub(super) fn paced_anew(&mut self) -> bool {
        std::mem::take(&mut self.clock.anew)
    }

    /// Does at most this many turns of what is under way, and reports what has happened; true while it continues.
    pub fn pump(&mut self, target: &mut dyn Target, turns: u64) -> bool {
        self.wind(target);
        if !target.position().running {
            return false;
        }
        let before = target.position().turn;
        let each = self.slice(target);
        let mut left = if each == 1 { turns.min(AT_ONCE) } else { turns };
        let mut running = true;
        while left > 0 && running {
            running = target.pump(left.min(each));
            left = left.saturating_sub(each);
            self.report(target);
        }
        let done = target.position().turn.saturating_sub(before);
        match &mut self.step {
            Some(step) => step.executed += done,
            None => {
                self.clock.auto_turns += done;
                self.clock.auto_steps += done.div_ceil(self.options.steps.max(1));
            }
        }
        if !running {
            self.run_ended(target);
        } else if self.step.is_none() {
            self.look(target, Some(Executed { turns: done, source: "auto" }));
        }
        target.position().running
    }

    /// How many turns are done before it is looked at what has happened.
    fn slice(&self, target: &mut dyn Target) -> u64 {
        let few = self.step.as_ref().is_some_and(Step::is_short);
        if few || self.records.any() || self.streams.wanted(&MOMENTARY) {
            return 1;
        }
        if self.streams.any() {
            // A turn may write several entries.
            return (target.look(&Want::numbers()).trace_capacity as u64 / 4).max(1);
        }
        u64::MAX
    }

    /// Starts the run that the clock stands for, if it should be under way.
    fn wind(&mut self, target: &mut dyn Target) {
        let Some(local) = target.here() else { return };
        let total = local.machine().trace().total();
        if self.clock.quiet.is_some_and(|quiet| quiet != total) {
            self.clock.quiet = None;
        }
        if !target.position().running && self.step.is_none() && self.runs() {
            // The clock is not stopped by a deadlock of some tasks while others run.
            let started = target.send(Run::DeadlockStops(false).into()).and_then(|_| target.send(Run::ON.into()));
            if started.is_err() {
                self.clock.quiet = Some(total);
            }
        }
    }

    /// Reads what a client has brought about, to be reported with the next turn.
    pub(super) fn keep(&mut self, target: &mut dyn Target) {
        if let Some(local) = target.here() {
            self.seen.keep(local, &mut self.states);
        }
    }

    /// Wakes the clock, if what has come from outside may let a task run again.
    pub(super) fn nudge(&mut self, target: &mut dyn Target) {
        self.wind(target);
    }

    /// Reports what has happened since the last time.
    pub(super) fn report(&mut self, target: &mut dyn Target) {
        let Some(local) = target.here() else { return };
        let news = self.seen.read(local, &mut self.states);
        for entry in &news.entries {
            if let Some((data, listed)) = self.records.take(local, entry) {
                self.streams.tell("trace_step", Some(entry.pid), &data);
                if let Some(step) = &mut self.step {
                    step.list(listed);
                }
            }
        }
        for happening in &news.happenings {
            self.streams.tell(happening.kind, happening.pid, &happening.data);
            // The text of a console is an event alone: a step lists the message that it was sent with.
            if let Some(step) = &mut self.step
                && !matches!(happening.kind, "stdout" | "stderr")
            {
                step.list(happening.flat());
            }
        }
        if news.lost > 0 && self.streams.any() {
            let data = json!({ "reason": "event_dropped", "drops": news.lost });
            self.streams.tell("warning", None, &data);
        }
    }

    /// Looks at the states of tasks and at watches, and reports what has changed.
    pub(super) fn look(&mut self, target: &mut dyn Target, executed: Option<Executed>) {
        let Some(local) = target.here() else { return };
        if let Some(ran) = executed.filter(|executed| executed.turns > 0).and_then(|_| local.machine().ran()) {
            let alone = self.step.as_ref().is_some_and(|step| step.alone().is_some());
            let next = if alone { Some(ran) } else { local.machine().next() };
            if self.states.hold.is_none() {
                self.states.ran(ran, next);
            } else {
                self.states.last = Some(ran);
            }
        }
        self.states.look(local, &mut self.streams, executed.filter(|executed| executed.turns > 0));
        if let Some(hold) = self.states.hold.filter(|_| executed.is_some())
            && let Some(pc) = hold.breakpoint
        {
            let data = json!({ "pc": pc, "phase": "post", "reason": "breakpoint" });
            let event = self.streams.tell("debug_break", Some(hold.pid), &data);
            if let Some(step) = &mut self.step {
                step.list(event);
            }
        }
        for (pid, data) in self.watches.changed(local) {
            let event = self.streams.tell("watch_update", Some(pid), &data);
            if let Some(step) = &mut self.step {
                step.list(event);
            }
        }
    }

    /// A run has ended: a step is answered, and what has stopped it holds the machine.
    pub(super) fn run_ended(&mut self, target: &mut dyn Target) {
        let now = target.look(&Want::numbers());
        let turns = match &self.step {
            Some(step) => step.executed,
            None => now.ran,
        };
        let held = match target.here() {
            Some(local) => stopped(&now.status, local),
            None => None,
        };
        if let Some((hold, happenings)) = held {
            self.states.held(hold);
            self.clock.interrupted = self.clock.on;
            self.clock.on = false;
            for happening in happenings {
                self.streams.tell(happening.kind, happening.pid, &happening.data);
                if let Some(step) = &mut self.step {
                    step.list(happening.flat());
                    step.debug_event = happening.flat();
                    // The attempt that a breakpoint refuses is counted.
                    step.executed += u64::from(hold.breakpoint.is_some() && happening.kind == "debug_stop");
                }
            }
        } else {
            match now.status {
                Status::Paused if self.step.is_none() => self.clock.on = false,
                Status::AllDone | Status::Idle | Status::Deadlock { .. } | Status::TimeOver => self.quiet(target),
                _ => {}
            }
        }
        match self.step.is_some() {
            true => self.step_ran(target, turns),
            false => self.look(target, Some(Executed { turns, source: "auto" })),
        }
        if let Status::Deadlock { waits, .. } = &now.status {
            self.streams.tell("deadlock", waits.first().map(|waiter| waiter.pid), &json!({ "waits": waits }));
        }
    }

    /// Nothing can run: the clock waits for something from outside.
    fn quiet(&mut self, target: &mut dyn Target) {
        let Some(local) = target.here() else { return };
        let total = local.machine().trace().total();
        if self.step.is_none() {
            self.clock.quiet = Some(total);
            self.clock.on &= !local.machine().tasks().is_empty();
        }
    }

    /// Begins a step. A run of the clock is held for it.
    pub(super) fn begin_step(&mut self, target: &mut dyn Target, mut step: Step) {
        if target.position().running {
            // Also where the run was begun at the screen.
            self.clock.on = true;
            let paused = target.send(Run::Pause.into());
            debug_assert!(paused.is_ok(), "a pause is always possible");
        }
        self.clock.anew = true;
        let (pid, turns) = match &mut step.work {
            Work::Turns { pid, turns, .. } => (*pid, *turns),
            Work::Line(line) => {
                let runs = self.continue_line(target, line);
                self.step = Some(step);
                if !runs {
                    self.end_step(target, 0);
                }
                return;
            }
        };
        self.step = Some(step);
        if let Some(hold) = self.states.hold {
            // The task that is held may be stepped by name: there is no other way on for clients that only step.
            if pid != Some(hold.pid) {
                self.end_step(target, 0);
                return;
            }
            self.release(target, hold);
        }
        let started = turns > 0 && target.send(Run::Turns { only: pid, turns }.into()).is_ok();
        if !started {
            self.report(target);
            self.end_step(target, 0);
        }
    }

    /// A run of a step has ended: the next command of a line, or the answer.
    fn step_ran(&mut self, target: &mut dyn Target, turns: u64) {
        let Some(mut step) = self.step.take() else { return };
        if let Work::Line(line) = &mut step.work {
            self.hx_ran(target, line);
            if self.continue_line(target, line) {
                self.step = Some(step);
                return;
            }
        }
        self.step = Some(step);
        self.end_step(target, turns);
    }

    /// Answers the step, lets the clock continue, and does what has waited for it.
    fn end_step(&mut self, target: &mut dyn Target, turns: u64) {
        self.report(target);
        self.look(target, Some(Executed { turns, source: "manual" }));
        let Some(step) = self.step.take() else { return };
        self.clock.anew = true;
        let to = Arc::clone(&step.to);
        let members = match step.work {
            Work::Line(line) => Server::hx_reply(line),
            Work::Turns { requests, .. } => {
                self.clock.manual_steps += requests;
                self.clock.manual_turns += step.executed;
                json!({ "result": self.result(target, step), "clock": self.clock(target) })
            }
        };
        to.reply(super::reply(members));
        self.catch_up(target);
    }

    /// What a step has come to.
    fn result(&self, target: &mut dyn Target, step: Step) -> Value {
        let Some(local) = target.here() else { return Value::Null };
        let machine = local.machine();
        let last = match self.states.hold {
            // A step that is refused at a breakpoint is of no task.
            Some(hold) if hold.breakpoint.is_some() && step.executed == 0 => None,
            Some(hold) => machine.task(hold.pid),
            None => self.states.last.and_then(|pid| machine.task(pid)),
        };
        let running = last.is_some_and(|task| task.state == State::Ready) && self.states.hold.is_none();
        let steps = last.map_or(0, |task| task.steps());
        let next = self.states.current.or(last.map(|task| task.pid)).filter(|_| last.is_some());
        json!({ "executed": step.executed, "running": running, "pc": last.map(|task| task.context.pc), "steps": steps,
            "cycles": steps, "sleep_pending": last.is_some_and(|task| task.state == State::Sleeping),
            "events": step.events, "paused": self.states.hold.is_some(), "current_pid": last.map(|task| task.pid),
            "next_pid": next, "debug_event": step.debug_event })
    }

    /// The clock as clients are told of it.
    pub(super) fn clock(&self, target: &mut dyn Target) -> Value {
        let position = target.position();
        let on = self.clock.on || position.running && self.step.is_none();
        let waits = |state| target.here().is_some_and(|l| l.machine().tasks().iter().any(|task| task.state == state));
        let quiet = on && self.clock.quiet.is_some();
        let mode = match () {
            () if !on => "stopped",
            () if quiet && waits(State::Sleeping) => "sleep",
            () if quiet && waits(State::WaitingMbx) => "wait_mbx",
            () if quiet => "idle",
            () if self.clock.rate_hz > 0.0 => "rate",
            () => "active",
        };
        json!({ "state": if on { "running" } else { "stopped" }, "running": on, "mode": mode, "throttled": false,
            "throttle_reason": Value::Null, "last_wait_s": 0.0, "rate_hz": finite(self.clock.rate_hz),
            "step_size": self.options.steps.max(1), "auto_steps": self.clock.auto_steps,
            "auto_total_steps": self.clock.auto_turns, "manual_steps": self.clock.manual_steps,
            "manual_total_steps": self.clock.manual_turns, "hx_turn_us": position.turn_us })
    }

    /// Sets the ticks a second; 0 is full speed.
    pub fn set_rate(&mut self, target: &mut dyn Target, rate: f64) {
        let steps = self.options.steps.max(1) as f64;
        // The pace goes by whole turns a second.
        let turns = (rate * steps).ceil().min(1e9);
        if target.send(Run::Rate((turns > 0.0).then_some(turns as u64)).into()).is_ok() {
            self.clock.rate_hz = turns / steps;
            self.clock.anew = true;
        }
    }

    /// Stops the clock; whether it ran.
    pub(super) fn stop_clock(&mut self, target: &mut dyn Target) -> bool {
        let ran = self.clock.on || self.step.is_none() && target.position().running;
        self.clock.on = false;
        self.clock.interrupted = false;
        self.clock.quiet = None;
        if self.step.is_none() && target.position().running {
            let paused = target.send(Run::Pause.into());
            debug_assert!(paused.is_ok(), "a pause is always possible");
        }
        ran
    }

    /// Lets the clock run.
    pub(super) fn start_clock(&mut self, target: &mut dyn Target) {
        self.clock.on = true;
        self.clock.anew = true;
        self.clock.quiet = None;
        self.wind(target);
    }

    /// Lets what a stop holds continue. A task that has faulted tries its instruction again.
    pub(super) fn release(&mut self, target: &mut dyn Target, hold: Hold) {
        self.states.hold = None;
        let faulted = target.here().and_then(|local| local.machine().task(hold.pid)).map(|task| task.state);
        if faulted == Some(State::Faulted) {
            let resumed = target.send(Input::Resume(hold.pid).into());
            debug_assert!(resumed.is_ok(), "a faulted task can be resumed");
        }
        if std::mem::take(&mut self.clock.interrupted) {
            self.clock.on = true;
            self.clock.anew = true;
        }
    }
}

/// What a stop says, and which task it holds.
fn stopped(status: &Status, local: &Local) -> Option<(Hold, Vec<Happening>)> {
    let machine = local.machine();
    let stop = |pid: Pid, reason: &str, pc: u32| {
        let task = machine.task(pid);
        let (next, steps) = (task.map(|task| task.context.pc), task.map_or(0, |task| task.steps()));
        json!({ "reason": reason, "pc": pc, "next_pc": next, "steps": steps, "cycles": steps })
    };
    let debug_stop = |pid, data| vec![Happening::new("debug_stop", Some(pid), data)];
    match *status {
        Status::Breakpoint { pid, pc, .. } => {
            Some((Hold { pid, breakpoint: Some(pc) }, debug_stop(pid, stop(pid, "breakpoint", pc))))
        }
        Status::Break { pid, pc, code } => {
            let mut data = stop(pid, "brk", pc);
            data["opcode"] = json!(machine.task(pid).and_then(|task| task.code.word_at(pc)));
            data["code"] = json!(code);
            Some((Hold { pid, breakpoint: None }, debug_stop(pid, data)))
        }
        Status::Fault { pid, pc, fault } => {
            let length = machine.task(pid).map(|task| task.code.len());
            let error = if fault == Fault::PcOutOfRange { "pc_out_of_range" } else { fault.name() };
            let mut data = stop(pid, "vm_error", pc);
            data["error"] = json!(error);
            data["code_len"] = json!(length);
            let first = json!({ "error": error, "pc": pc, "code_len": length });
            let mut all = vec![Happening::new("vm_error", Some(pid), first)];
            all.extend(debug_stop(pid, data));
            Some((Hold { pid, breakpoint: None }, all))
        }
        Status::Watchpoint { .. } | Status::Event { .. } => {
            let pid = machine.ran()?;
            let pc = machine.task(pid)?.context.pc;
            let reason = if matches!(status, Status::Watchpoint { .. }) { "watchpoint" } else { "event" };
            Some((Hold { pid, breakpoint: None }, debug_stop(pid, stop(pid, reason, pc))))
        }
        _ => None,
    }
}

/// `step`.
pub(super) fn step(call: Call<'_>) -> Handled {
    let steps = call.arguments.int(&["steps"])?;
    begin(call, steps.map(|steps| u64::try_from(steps).unwrap_or(0)))
}

fn begin(call: Call<'_>, steps: Option<u64>) -> Handled {
    let pid = if call.arguments.get("pid").is_some() { Some(call.pid()?) } else { None };
    pid.map_or(Ok(()), |pid| call.may_change(pid))?;
    let turns = steps.unwrap_or(call.server.options.steps.max(1)).min(MOST);
    let by_source = call.arguments.switch("source_only").or(call.arguments.switch("source")) == Some(true);
    let requests = if by_source { turns } else { 1 };
    Ok(Reply::Step(Step::new(call.from, Work::Turns { pid, turns, requests })))
}

/// `clock`.
pub(super) fn clock(call: Call<'_>) -> Handled {
    match &*call.arguments.op(&["op"], "status") {
        "status" => {
            let clock = call.server.clock(call.target);
            member("clock", clock)
        }
        "start" | "run" => start(call),
        "stop" | "halt" => stop(call),
        "rate" => rate(call),
        "step" => {
            let steps = match call.arguments.int(&["steps"]) {
                Ok(steps) => steps,
                Err(refusal) => return Err(refusal),
            };
            match steps {
                Some(steps) if steps < 1 => refuse("clock step steps must be positive"),
                steps => begin(call, steps.map(i64::unsigned_abs)),
            }
        }
        op => refuse(format!("unknown clock op '{}'", op.chars().take(80).collect::<String>())),
    }
}

/// `clock` with `op` start.
pub(super) fn start(call: Call<'_>) -> Handled {
    call.server.start_clock(call.target);
    let clock = call.server.clock(call.target);
    member("clock", clock)
}

/// `clock` with `op` stop.
pub(super) fn stop(call: Call<'_>) -> Handled {
    call.server.stop_clock(call.target);
    call.server.look(call.target, None);
    let clock = call.server.clock(call.target);
    member("clock", clock)
}

fn rate(call: Call<'_>) -> Handled {
    let Some(value) = call.arguments.get("rate") else { return refuse("clock rate requires 'rate' value") };
    let rate = value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    let Some(rate) = rate.filter(|rate| rate.is_finite()) else { return refuse("clock rate expects a number") };
    if rate < 0.0 {
        return refuse("clock rate must be non-negative");
    }
    call.server.set_rate(call.target, rate);
    let clock = call.server.clock(call.target);
    member("clock", clock)
}

/// `sched`.
pub(super) fn sched(mut call: Call<'_>) -> Handled {
    if call.arguments.get("pid").is_none() {
        let limit = call.arguments.count(&["limit"])?.map_or(32, |limit| limit.min(32) as usize);
        let (counters, trace) = scheduler(call.local()?, limit);
        return member("scheduler", json!({ "counters": counters, "trace": trace }));
    }
    let pid = call.pid()?;
    let priority = call.arguments.int(&["priority"])?;
    if priority.is_some_and(|priority| priority < 0) {
        return refuse("sched priority must be non-negative");
    }
    if let Some(quantum) = call.arguments.int(&["quantum"])? {
        let Some(turns) = u32::try_from(quantum).ok().filter(|turns| *turns > 0) else {
            return refuse("sched quantum must be positive");
        };
        call.send(Input::Quantum { pid, turns })?;
    }
    if let Some(priority) = priority {
        call.server.states.priorities.insert(pid, priority);
    }
    let task = super::tasks::task(&call, pid, false)?;
    member("task", task)
}

/// What the scheduler did: counts of each task, and its newest entries.
pub(super) fn scheduler(local: &Local, limit: usize) -> (Value, Vec<Value>) {
    use crate::backend::What;
    let machine = local.machine();
    let mut counters = serde_json::Map::new();
    for task in machine.tasks() {
        let counted = task.counters();
        let all = [
            ("step", counted.turns),
            ("rotate", counted.switches),
            ("block", counted.blocks),
            ("wake", counted.wakes),
            ("timeout", counted.timeouts),
        ];
        let some = all.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name.to_owned(), json!(count)));
        counters.insert(task.pid.to_string(), Value::Object(some.collect()));
    }
    let entries: Vec<_> = machine.trace().last(256).collect();
    let shown = entries.iter().enumerate().filter_map(|(at, entry)| {
        let (event, more) = match entry.what {
            What::Step | What::Trap { .. } | What::Break { .. } | What::Halt { .. } | What::Fault { .. } => {
                // The pc behind the instruction: where the task's next entry begins, or where it stands.
                let later = entries[at + 1..].iter().find(|later| later.pid == entry.pid && later.turn > entry.turn);
                let pc = later.map(|later| later.pc).or(machine.task(entry.pid).map(|task| task.context.pc));
                ("step", json!({ "pc": pc }))
            }
            What::Block { on } => ("block", json!({ "descriptor": on })),
            What::Wake { by } => ("wake", json!({ "descriptor": by })),
            What::Timeout { on } => ("timeout", json!({ "descriptor": on })),
            _ => return None,
        };
        let mut shown = more;
        shown["event"] = json!(event);
        shown["ts"] = json!(super::happened::seconds(entry.time_us));
        shown["pid"] = json!(entry.pid);
        Some(shown)
    });
    let shown: Vec<Value> = shown.collect();
    let skip = shown.len().saturating_sub(limit);
    (Value::Object(counters), shown.into_iter().skip(skip).collect())
}
