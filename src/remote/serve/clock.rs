//! The clock, and the requests that run the machine.

use super::happened::finite;
use super::states::Hold;
use super::step::{AwaitedStep, Work};
use super::{Call, Handled, Reply, Server, member, refuse};
use crate::backend::request::{Input, Run};
use crate::backend::{RunState, Target};
use serde_json::{Value, json};

/// The most turns of a step.
const MOST: u64 = 1 << 40;

/// The clock.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Clients let it run.
    pub on: bool,
    /// A stop has interrupted it: it continues when the task is resumed.
    pub interrupted: bool,
    /// Nothing could run when the trace had this many entries.
    pub quiet: Option<u64>,
    rate_hz: f64,
    /// The whole turns a second that it stands for in the machine, which has no fractions.
    paced: Option<u64>,
    pub auto_steps: u64,
    pub auto_turns: u64,
    pub manual_steps: u64,
    pub manual_turns: u64,
    /// What runs is a run of a follower, which ends by itself.
    pub bounded: bool,
    /// The pace begins again.
    pub new_pace: bool,
}

impl Clock {
    /// Instructions done in all.
    pub fn total(&self) -> u64 {
        self.auto_turns + self.manual_turns
    }
}

impl Server {
    /// The clock as clients see it.
    pub(super) fn clock(&self, target: &mut dyn Target) -> Value {
        let position = target.position();
        let on = self.clock.on || position.running && self.step.is_none();
        let waits = |state| target.here().is_some_and(|l| l.machine().tasks().iter().any(|task| task.state == state));
        let quiet = on && self.clock.quiet.is_some();
        let mode = match () {
            () if !on => "stopped",
            () if self.states.hold.is_some() => "paused",
            () if quiet && waits(RunState::Sleeping) => "sleep",
            () if quiet && waits(RunState::WaitingMbx) => "wait_mbx",
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
        let turns = (rate * steps).min(1e9);
        let paced = (turns > 0.0).then_some(turns.ceil() as u64);
        if target.send(Run::Rate(paced).into()).is_ok() {
            (self.clock.rate_hz, self.clock.paced) = (turns / steps, paced);
            self.clock.new_pace = true;
        }
    }

    /// The turns a second at which the machine runs; `None` for full speed. Fractions are those that a client has asked for,
    /// unless the rate was changed since by others.
    pub(super) fn pace(&self, target: &dyn Target) -> Option<f64> {
        let rate = target.position().rate?;
        let own = self.clock.rate_hz * self.options.steps.max(1) as f64;
        Some(if self.clock.paced == Some(rate) { own } else { rate as f64 })
    }

    /// Stops the clock; whether it ran.
    pub(super) fn stop_clock(&mut self, target: &mut dyn Target) -> bool {
        let ran = self.clock.on || self.step.is_none() && target.position().running;
        self.clock.on = false;
        self.clock.interrupted = false;
        self.clock.quiet = None;
        // A step ends with it, and is answered when turns are due next.
        if target.position().running {
            let paused = target.send(Run::Pause.into());
            debug_assert!(paused.is_ok(), "a pause is always possible");
        }
        ran
    }

    /// A run that a follower has started goes as the clock does.
    pub(super) fn clock_runs(&mut self, bounded: bool) {
        self.clock.on = true;
        self.clock.bounded = bounded;
        self.clock.quiet = None;
        self.clock.new_pace = true;
    }

    /// Whether what runs cannot be interrupted and begun again.
    pub(super) fn clock_is_bounded(&self) -> bool {
        self.clock.bounded
    }

    /// Lets the clock run.
    pub(super) fn start_clock(&mut self, target: &mut dyn Target) {
        self.clock.on = true;
        self.clock.new_pace = true;
        self.clock.quiet = None;
        self.wind(target);
    }

    /// Lets what a stop holds continue. A task that has faulted tries its instruction again.
    pub(super) fn release(&mut self, target: &mut dyn Target, hold: Hold) {
        self.states.hold = None;
        let faulted = target.here().and_then(|local| local.machine().task(hold.pid)).map(|task| task.state);
        if faulted == Some(RunState::Faulted) {
            let resumed = target.send(Input::Resume(hold.pid).into());
            debug_assert!(resumed.is_ok(), "a faulted task can be resumed");
        }
        if std::mem::take(&mut self.clock.interrupted) {
            self.clock.on = true;
            self.clock.new_pace = true;
        }
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
    Ok(Reply::Step(AwaitedStep::new(call.from, Work::Turns { pid, turns, requests })))
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
        "step" => match call.arguments.int(&["steps"])? {
            Some(steps) if steps < 1 => refuse("clock step steps must be positive"),
            steps => begin(call, steps.map(i64::unsigned_abs)),
        },
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
