//! Runs.

use crate::backend::answer::{Clock, DeadlockStops, Done, Scheduler, Started};
use crate::backend::request::{Places, Run, ScheduleRun};
use crate::backend::{LineStep, Local, Refused, view};
use crate::executive::task::{RunState, Task};
use crate::executive::{Pid, Who, input};
use crate::session::{self, Goal};
use std::path::Path;

impl Local {
    /// Starts, stops and paces runs.
    pub(super) fn carry_out_run(&mut self, run: Run) -> Result<Done, Refused> {
        match run {
            Run::Turns { only: None, turns } => self.start(Who::Rotation, turns)?,
            Run::Turns { only: Some(pid), turns } => {
                self.may_start()?;
                self.refuse_waiting(pid)?;
                self.start(Who::Only(pid), turns)?;
            }
            Run::Until { pid, expr } => self.start_until(expr, pid)?,
            Run::Pause => {
                self.pause();
                return Ok(self.clock());
            }
            Run::Continue => self.go_on(),
            Run::Rate(rate) => {
                self.rate = rate;
                return Ok(self.clock());
            }
            Run::DeadlockStops(on) => {
                self.session_mut().deadlock_stops = on;
                return Ok(Done::DeadlockStops(DeadlockStops { deadlock_stops: on }));
            }
            Run::Rotate(rotate) => {
                self.set_rotate(rotate);
                return Ok(Done::Scheduler(Scheduler { scheduler: if rotate { "rotate" } else { "locked" } }));
            }
            Run::Line { pid, into, count } => {
                self.going(pid)?;
                self.start_line(pid, if into { LineStep::Into } else { LineStep::Over }, count)?;
            }
            Run::Past { pid } if self.has_lines(pid) => {
                self.going(pid)?;
                self.start_line(pid, LineStep::Until, 1)?;
            }
            Run::Instructions { .. } | Run::Finish { .. } | Run::Past { .. } | Run::At { .. } => {
                let goal = self.goal(&run)?;
                self.start_towards(goal)?;
            }
        }
        Ok(Done::Started(Started {}))
    }

    /// Starts runs by a schedule.
    pub(super) fn carry_out_schedule(&mut self, request: ScheduleRun) -> Result<Done, Refused> {
        let limit = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
        match request {
            ScheduleRun::Start { places, limit: turns } => {
                let file = if let Places::File(path) = &places { Some(path.clone()) } else { None };
                let schedule = match places {
                    Places::List(places) => session::TurnSource::of(&places),
                    Places::Random { seed, turns } => session::TurnSource::random(seed, turns.unwrap_or(u64::MAX)),
                    Places::File(path) => Local::read_schedule(Path::new(&path))?,
                };
                self.start_schedule(schedule, limit(turns))?;
                if let Some(path) = file {
                    self.note_read(Path::new(&path));
                }
            }
            ScheduleRun::Go { limit: turns } => {
                if !self.go_on_with_schedule(limit(turns))? {
                    let message = "no schedule was interrupted here: name a file, places or random";
                    return Err(Refused::Now(message.into()));
                }
            }
        }
        Ok(Done::Started(Started {}))
    }

    /// The state of the clock.
    pub(super) fn clock(&self) -> Done {
        let (machine, running) = (self.machine(), self.running());
        Done::Clock(Clock {
            state: if running { "running" } else { "stopped" },
            running,
            rate_hz: self.rate.unwrap_or(0),
            turn: machine.turns(),
            time_us: machine.time_us(),
            next: machine.next(),
            stop: self.session().status().clone(),
        })
    }

    /// A task that may still go somewhere.
    fn going(&self, pid: Pid) -> Result<&Task, Refused> {
        let task = self.machine().task(pid).ok_or(input::Refused::NoTask(pid))?;
        if task.state.ended() {
            return Err(Refused::Now(format!("task {pid} has ended: it goes nowhere any more")));
        }
        Ok(task)
    }

    /// What the machine must reach for a run towards a goal to end.
    fn goal(&self, run: &Run) -> Result<Goal, Refused> {
        Ok(match *run {
            Run::Instructions { pid, count, over } => {
                let task = self.going(pid)?;
                let depth = if over { task.context.depth } else { u32::MAX };
                Goal::Over { pid, left: count.max(1), depth, turns: task.steps() }
            }
            Run::Finish { pid } => {
                let frame = self.chosen_frame(pid);
                let depth = self.going(pid)?.context.depth.saturating_sub(u32::try_from(frame).unwrap_or(u32::MAX));
                if depth == 0 {
                    return Err(Refused::Now(match frame {
                        0 => format!("task {pid} is in no function: nothing was called that has not returned"),
                        _ => format!("frame {frame} of task {pid} is the outermost: nothing has called it"),
                    }));
                }
                let function = self.frames(pid).0.get(frame).and_then(|frame| frame.entry);
                Goal::Out { pid, depth, function }
            }
            Run::Past { pid } => {
                let cx = &self.going(pid)?.context;
                Goal::Past { pid, pc: cx.pc, depth: cx.depth }
            }
            Run::At { pid, pc } => {
                self.going(pid)?;
                Goal::At { pid, pc }
            }
            Run::Turns { .. }
            | Run::Line { .. }
            | Run::Until { .. }
            | Run::Pause
            | Run::Continue
            | Run::Rate(_)
            | Run::Rotate(_)
            | Run::DeadlockStops(_) => {
                return Err(Refused::Now("this is not a run towards a goal".into()));
            }
        })
    }

    /// Whether a task is in a function whose lines are known.
    fn has_lines(&self, pid: Pid) -> bool {
        let symbols = self.program(pid).map(|program| &program.symbols);
        let pc = self.machine().task(pid).map(|task| task.context.pc);
        symbols.zip(pc).is_some_and(|(s, pc)| s.function_at(pc).is_some_and(|f| s.body(f).is_some()))
    }

    /// A task that waits cannot be stepped while the others stand still: says at once what it waits for.
    fn refuse_waiting(&self, pid: Pid) -> Result<(), Refused> {
        let machine = self.machine();
        let Some(task) = machine.task(pid) else { return Ok(()) };
        let message = match (task.state, view::wait_of(machine, task)) {
            (RunState::Ready, _) => return Ok(()),
            (_, Some(wait)) => {
                let what = wait.name.unwrap_or_else(|| "a point in time".into());
                format!("task {pid} waits for {what} and cannot be stepped alone; step or run lets the others continue")
            }
            (state, None) => format!("task {pid} is {} and cannot be stepped", state.name()),
        };
        Err(Refused::Now(message))
    }
}
