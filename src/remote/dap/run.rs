//! Requests that move the machine, forward and back.

use super::{Adapter, Failed, failed};
use crate::backend::request::{Input, Run, Travel};
use crate::backend::{Pid, Refused, Request};
use serde::Deserialize;
use serde_json::{Value, json};

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    /// A run.
    Run,
    /// A step of a task.
    Step(Pid),
    /// A search for the previous stop.
    Back,
}

/// How far a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Granularity {
    /// As a line: HSX programs have no smaller statement.
    #[default]
    Statement,
    /// To another line.
    Line,
    /// One instruction.
    Instruction,
}

/// Arguments of steps and runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StepArguments {
    thread_id: i64,
    single_thread: bool,
    granularity: Granularity,
}

impl StepArguments {
    fn by_instruction(&self) -> bool {
        self.granularity == Granularity::Instruction
    }
}

impl Adapter<'_> {
    /// Starts a run.
    pub(super) fn start(&mut self, request: Request, motion: Motion) -> Result<(), Failed> {
        self.target()?.send(request)?;
        self.under_way(motion);
        Ok(())
    }

    /// A run was started: what clients know of frames is outdated.
    pub(super) fn under_way(&mut self, motion: Motion) {
        self.forget();
        self.motion = Some(motion);
        self.begin_progress();
        if !self.running() {
            self.run_ended();
        }
    }

    /// What was said about frames and variables is outdated.
    pub(super) fn forget(&mut self) {
        self.references.clear();
    }

    /// Starts a step by lines, or by instructions where no lines are known.
    fn step(&mut self, step: &StepArguments, into: bool) -> Result<Value, Failed> {
        let pid = self.pid(step.thread_id)?;
        self.target()?.send(Run::Rotate(!step.single_thread).into())?;
        let instruction = Run::Instructions { pid, count: 1, over: !into };
        let sent = match step.by_instruction() {
            true => self.target()?.send(instruction.into()),
            false => match self.target()?.send(Run::Line { pid, into, count: 1 }.into()) {
                Err(Refused::NoLines) => self.target()?.send(instruction.into()),
                sent => sent,
            },
        };
        sent?;
        self.under_way(Motion::Step(pid));
        Ok(Value::Null)
    }
}

/// `continue`.
pub(super) fn carry_on(adapter: &mut Adapter<'_>, step: StepArguments) -> Result<Value, Failed> {
    let alone = step.single_thread;
    let request = match alone {
        true => Run::Turns { only: Some(adapter.pid(step.thread_id)?), turns: u64::MAX }.into(),
        false => {
            let turn = adapter.target()?.position().turn;
            adapter.launch.as_ref().map_or(Run::ON.into(), |launch| launch.run(turn))
        }
    };
    adapter.start(request, Motion::Run)?;
    Ok(json!({ "allThreadsContinued": !alone }))
}

/// `pause`.
pub(super) fn pause(adapter: &mut Adapter<'_>, _: Value) -> Result<Value, Failed> {
    if adapter.running() {
        adapter.target()?.send(Run::Pause.into())?;
        adapter.end_progress();
        adapter.commands.clear();
        let pid = match adapter.motion.take() {
            Some(Motion::Step(pid)) => Some(pid),
            _ => None,
        };
        adapter.report_news();
        adapter.stop_now("pause", pid, None);
    }
    Ok(Value::Null)
}

/// `next`.
pub(super) fn next(adapter: &mut Adapter<'_>, step: StepArguments) -> Result<Value, Failed> {
    adapter.step(&step, false)
}

/// `stepIn`.
pub(super) fn step_in(adapter: &mut Adapter<'_>, step: StepArguments) -> Result<Value, Failed> {
    adapter.step(&step, true)
}

/// `stepOut`.
pub(super) fn step_out(adapter: &mut Adapter<'_>, step: StepArguments) -> Result<Value, Failed> {
    let pid = adapter.pid(step.thread_id)?;
    adapter.target()?.send(Run::Rotate(!step.single_thread).into())?;
    adapter.innermost(pid)?;
    adapter.start(Run::Finish { pid }.into(), Motion::Step(pid))?;
    Ok(Value::Null)
}

/// `stepBack`.
pub(super) fn step_back(adapter: &mut Adapter<'_>, step: StepArguments) -> Result<Value, Failed> {
    let pid = adapter.pid(step.thread_id)?;
    let target = adapter.target()?;
    let instruction = Travel::Back { pid: Some(pid), turns: 1 };
    let sent = match step.by_instruction() {
        true => target.send(instruction.into()),
        false => match target.send(Travel::ReverseLine { pid, into: false, count: 1 }.into()) {
            Err(Refused::NoLines) => target.send(instruction.into()),
            sent => sent,
        },
    };
    sent?;
    adapter.travelled("step", Some(pid));
    Ok(Value::Null)
}

/// `reverseContinue`.
pub(super) fn reverse_continue(adapter: &mut Adapter<'_>, _: StepArguments) -> Result<Value, Failed> {
    adapter.start(Travel::ReverseContinue.into(), Motion::Back)?;
    Ok(Value::Null)
}

/// A frame that is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OfFrame {
    frame_id: i64,
}

/// `restartFrame`.
pub(super) fn restart_frame(adapter: &mut Adapter<'_>, frame: OfFrame) -> Result<Value, Failed> {
    let (pid, number) = adapter.frame(frame.frame_id)?;
    for _ in 0..=number {
        adapter.target()?.send(Travel::ReverseFinish { pid }.into())?;
    }
    adapter.travelled("restart", Some(pid));
    Ok(Value::Null)
}

/// Tasks that are named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Threads {
    thread_ids: Vec<i64>,
}

/// `terminateThreads`.
pub(super) fn terminate_threads(adapter: &mut Adapter<'_>, threads: Threads) -> Result<Value, Failed> {
    if threads.thread_ids.is_empty() {
        return failed("the threads to be removed are expected in threadIds");
    }
    for thread in threads.thread_ids {
        let pid = adapter.pid(thread)?;
        adapter.target()?.send(Input::Kill(pid).into())?;
    }
    adapter.forget();
    adapter.report_news();
    adapter.changed(&["threads", "stacks", "variables"]);
    Ok(Value::Null)
}
