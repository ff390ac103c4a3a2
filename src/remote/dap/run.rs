//! Requests that move the machine, forward and back.

use super::exceptions::OfThread;
use super::{Adapter, Failed, failed};
use crate::backend::request::{Input, Run, Travel};
use crate::backend::target::Course;
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
    /// A search for the previous stop, of one task where it is named.
    Back(Option<Pid>),
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

    /// Whether a search for the previous stop is under way.
    pub(super) fn is_back(&self) -> bool {
        matches!(self.motion, Some(Motion::Back(_)))
    }

    /// Starts a step by lines, or by instructions where no lines are known.
    fn step(&mut self, step: &StepArguments, into: bool) -> Result<Value, Failed> {
        let pid = self.pid(step.thread_id)?;
        match self.begin_step(pid, step, into) {
            Ok(()) => self.under_way(Motion::Step(pid)),
            Err(why) => self.stood(Some(pid), &why)?,
        }
        Ok(Value::Null)
    }

    fn begin_step(&mut self, pid: Pid, step: &StepArguments, into: bool) -> Result<(), Failed> {
        self.target()?.send(Run::Rotate(!step.single_thread).into())?;
        let instruction = Run::Instructions { pid, count: 1, over: !into };
        match step.by_instruction() {
            true => self.target()?.send(instruction.into())?,
            false => match self.target()?.send(Run::Line { pid, into, count: 1 }.into()) {
                Err(Refused::NoLines) => self.target()?.send(instruction.into())?,
                sent => sent?,
            },
        };
        Ok(())
    }

    /// What was to move the machine is refused. To a client it runs from the moment that it asks, so it hears of a stop, and
    /// why.
    pub(super) fn stood(&mut self, pid: Option<Pid>, why: &Failed) -> Result<(), Failed> {
        let reason = self.step_reason()?;
        self.stop_now(reason, pid, Some(why.0.clone()));
        Ok(())
    }

    /// The reason that a client is given for the end of a step: `entry` where no turn has been taken.
    fn step_reason(&mut self) -> Result<&'static str, Failed> {
        Ok(if self.target()?.position().turn == 0 { "entry" } else { "step" })
    }

    /// There is no line before the one a task is at: what lies before it is where the task begins.
    fn back_to_its_start(&mut self, pid: Pid, why: &Failed) -> Result<(), Failed> {
        let turns = self.look()?.task(pid).map_or(0, |task| task.counters.turns);
        if turns == 0 || self.target()?.send(Travel::Back { pid: Some(pid), turns }.into()).is_err() {
            return self.stood(Some(pid), why);
        }
        let reason = self.step_reason()?;
        self.travelled(reason, Some(pid));
        Ok(())
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
    if let Err(why) = adapter.start(request, Motion::Run) {
        let pid = adapter.pid(step.thread_id).ok();
        adapter.stood(pid, &why)?;
    }
    Ok(json!({ "allThreadsContinued": !alone }))
}

/// `pause`. A client that pauses a machine that stands has not heard that it does, or has forgotten.
pub(super) fn pause(adapter: &mut Adapter<'_>, of: OfThread) -> Result<Value, Failed> {
    if !adapter.running() {
        adapter.say_stopped_again();
        return Ok(Value::Null);
    }
    let alone = match adapter.target()?.position().course {
        Course::Only(pid) => Some(pid),
        Course::Rotation | Course::Schedule | Course::Search | Course::Looking => None,
    };
    adapter.target()?.send(Run::Pause.into())?;
    adapter.end_progress();
    adapter.commands.clear();
    let stepped = match adapter.motion.take() {
        Some(Motion::Step(pid)) => Some(pid),
        Some(Motion::Run | Motion::Back(_)) | None => None,
    };
    let asked = adapter.pid(of.thread_id).ok();
    adapter.report_news();
    adapter.stop_now("pause", alone.or(stepped).or(asked), None);
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
    let started = adapter.innermost(pid).and_then(|()| adapter.start(Run::Finish { pid }.into(), Motion::Step(pid)));
    if let Err(why) = started {
        adapter.stood(Some(pid), &why)?;
    }
    Ok(Value::Null)
}

/// `stepBack`.
pub(super) fn step_back(adapter: &mut Adapter<'_>, step: StepArguments) -> Result<Value, Failed> {
    let pid = adapter.pid(step.thread_id)?;
    let target = adapter.target()?;
    let instruction = Travel::Back { pid: Some(pid), turns: 1 };
    let by_line = match step.by_instruction() {
        true => Err(Refused::NoLines),
        false => target.send(Travel::ReverseLine { pid, into: false, count: 1 }.into()),
    };
    let (sent, by_line) = match by_line {
        Err(Refused::NoLines) => (target.send(instruction.into()), false),
        sent => (sent, true),
    };
    match sent.map_err(Failed::from) {
        Ok(_) => adapter.travelled("step", Some(pid)),
        Err(why) if by_line => adapter.back_to_its_start(pid, &why)?,
        Err(why) => adapter.stood(Some(pid), &why)?,
    }
    Ok(Value::Null)
}

/// `reverseContinue`.
pub(super) fn reverse_continue(adapter: &mut Adapter<'_>, step: StepArguments) -> Result<Value, Failed> {
    let only = if step.single_thread { Some(adapter.pid(step.thread_id)?) } else { None };
    if let Err(why) = adapter.start(Travel::ReverseContinue.into(), Motion::Back(only)) {
        let pid = adapter.pid(step.thread_id).ok();
        adapter.stood(pid, &why)?;
    }
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
