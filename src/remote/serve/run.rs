//! Runs: turns done in slices, what has happened in them, and what is said when one has ended.

use super::states::{Executed, STATES};
use super::step::{AwaitedStep, Work};
use super::stopped::stopped;
use super::{Server, Turns};
use crate::backend::request::Run;
use crate::backend::{RunState, Status, Target, Want};
use serde_json::{Value, json};
use std::sync::Arc;

/// Turns that are looked at one by one between two looks at requests.
const AT_ONCE: u64 = 1024;

/// Events whose members are known only in the turn in which they happen.
const MOMENTARY: [&str; 5] = ["mailbox_send", "mailbox_recv", "mailbox_wake", "value_changed", "cmd_invoked"];

/// Entries of the trace that are looked at where only the states of tasks are reported.
const RECENT: usize = 256;

/// Events that are read from the trace, which keeps a number of entries. Everything else is looked at after a slice.
const TRACED: [&str; 4] = ["mailbox_wait", "mailbox_timeout", "sleep_request", "sleep_complete"];

impl Server {
    /// Whether turns are to be done.
    pub(super) fn runs(&self) -> bool {
        self.step.is_some() || self.clock.on && self.states.hold.is_none() && self.clock.quiet.is_none()
    }

    /// Whether the pace has to begin again: what runs, or how fast, has changed.
    pub(super) fn takes_new_pace(&mut self) -> bool {
        std::mem::take(&mut self.clock.new_pace)
    }

    /// Does at most this many turns of what is under way, and reports what has happened; true while it continues.
    pub fn pump(&mut self, target: &mut dyn Target, turns: u64, run: Turns<'_>) -> bool {
        if target.position().running && self.step.is_none() {
            // The user at the screen has let the machine continue.
            self.states.hold = None;
        }
        self.wind(target);
        if !target.position().running {
            if self.step.is_some() {
                // A client has stopped it between two turns.
                self.run_ended(target);
            }
            return target.position().running;
        }
        let before = target.position().turn;
        let each = self.slice(target);
        let mut left = if each == 1 { turns.min(AT_ONCE) } else { turns };
        let mut running = true;
        while left > 0 && running {
            running = run(target, left.min(each));
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
        self.report_to_followers(target);
        target.position().running
    }

    /// Takes note of what was done to the machine by others, at a screen; whether that was something.
    pub fn notice(&mut self, target: &mut dyn Target) -> bool {
        self.report_to_followers(target);
        let Some(local) = target.here() else { return false };
        let (fresh, back) = (local.machine().trace().total() != self.seen.entries(), self.seen.is_behind(local));
        if !target.position().running {
            if self.step.is_some() {
                self.run_ended(target);
                return true;
            }
            let paused = target.here().is_some_and(|local| *local.session().status() == Status::Paused);
            self.clock.on &= !paused;
        }
        if back {
            self.begin_again(target);
        } else if fresh {
            self.report(target);
            self.look(target, None);
        }
        back || fresh
    }

    /// How many turns are done before the server looks at what has happened.
    fn slice(&self, target: &mut dyn Target) -> u64 {
        let few = self.step.as_ref().is_some_and(AwaitedStep::is_short);
        if few || self.records.any() || self.streams.wanted(&MOMENTARY) {
            return 1;
        }
        if self.streams.wanted(&TRACED) || self.streams.wanted(&STATES) {
            // A turn may write several entries.
            return (target.look(&Want::numbers()).trace_capacity as u64 / 4).max(1);
        }
        u64::MAX
    }

    /// Starts the run that the clock stands for, if it should be under way.
    pub(super) fn wind(&mut self, target: &mut dyn Target) {
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
        let all = self.step.as_ref().is_some_and(AwaitedStep::is_short) || self.records.any();
        let most = match () {
            () if all || [&MOMENTARY[..], &TRACED, &STATES].iter().any(|kinds| self.streams.wanted(kinds)) => {
                usize::MAX
            }
            // They say why tasks wait, or no longer do.
            () if self.streams.any() || self.step.is_some() => RECENT,
            () => 0,
        };
        let news = self.seen.read(local, &mut self.states, most);
        self.states.report_passed(&mut self.streams);
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
        if news.lost > 0 && (self.streams.wanted(&TRACED) || self.streams.wanted(&STATES)) {
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
        if self.step.is_none() && std::mem::take(&mut self.clock.bounded) {
            self.clock.on = false;
        }
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
    pub(super) fn begin_step(&mut self, target: &mut dyn Target, mut step: AwaitedStep) {
        if target.position().running {
            // Also where the run was begun at the screen.
            self.clock.on = true;
            let paused = target.send(Run::Pause.into());
            debug_assert!(paused.is_ok(), "a pause is always possible");
        }
        self.clock.new_pace = true;
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
            // The task that is held may be stepped by name: clients that only step have no other way to continue.
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
        self.clock.new_pace = true;
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

    /// The result of a step.
    fn result(&self, target: &mut dyn Target, step: AwaitedStep) -> Value {
        let Some(local) = target.here() else { return Value::Null };
        let machine = local.machine();
        let last = match self.states.hold {
            // A step that is refused at a breakpoint is of no task.
            Some(hold) if hold.breakpoint.is_some() && step.executed == 0 => None,
            Some(hold) => machine.task(hold.pid),
            None => self.states.last.and_then(|pid| machine.task(pid)),
        };
        let running = last.is_some_and(|task| task.state == RunState::Ready) && self.states.hold.is_none();
        let steps = last.map_or(0, |task| task.steps());
        let next = self.states.current.or(last.map(|task| task.pid)).filter(|_| last.is_some());
        json!({ "executed": step.executed, "running": running, "pc": last.map(|task| task.context.pc), "steps": steps,
            "cycles": steps, "sleep_pending": last.is_some_and(|task| task.state == RunState::Sleeping),
            "events": step.events, "paused": self.states.hold.is_some(), "current_pid": last.map(|task| task.pid),
            "next_pid": next, "debug_event": step.debug_event })
    }
}
