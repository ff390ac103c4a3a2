//! Taking turns: one instruction of one task each, and runs of them.

mod count;
mod settle;

use count::left_after;

use super::ahead::{Ahead, Went};
use super::observe::Observer;
use super::task::{RunState, Task};
use super::trace::{TraceEntry, What};
use super::turn::{End, Marks, Outcome, Quiet, Ran, Turn, Who};
use super::{Machine, MachineState, Pid, Touched};
use crate::vm::{self, Code, StepOutcome};
use std::sync::Arc;

/// Turns of a run that is short.
const SHORT: u64 = 1 << 13;

/// A stretch of turns up to the first that did more than retire.
pub(super) struct Batch {
    pub turns: u64,
    pub index: usize,
    pub pc: u32,
    pub step: StepOutcome,
    /// The observer has ended the run before the next turn.
    pub seen: bool,
}

impl Batch {
    /// Turns of it that only retired.
    fn retired(&self) -> u64 {
        self.turns - u64::from(!matches!(self.step, StepOutcome::Retired | StepOutcome::Mark))
    }
}

impl Machine {
    /// Takes the next turn in rotation. When no task is ready but a deadline exists, the clock
    /// jumps to it first.
    ///
    /// # Errors
    /// Why no turn can be taken.
    pub fn turn(&mut self) -> Result<Turn, Quiet> {
        self.one(Who::Rotation)
    }

    /// Takes a turn of one task, out of rotation.
    ///
    /// # Errors
    /// [`Quiet::NotReady`] if the task is not there or cannot run.
    pub fn turn_of(&mut self, pid: Pid) -> Result<Turn, Quiet> {
        self.one(Who::Only(pid))
    }

    fn one(&mut self, who: Who) -> Result<Turn, Quiet> {
        let (ran, _) = self.run_from(who, 1, &mut (), &mut Touched::default());
        match (ran.last, ran.end) {
            (Some(turn), _) => Ok(turn),
            (None, End::Quiet(quiet)) => Err(quiet),
            (None, _) => Err(Quiet::NotReady),
        }
    }

    /// Takes turns until `limit` are done, one is a fault or a BRK, a mark is reached or no task
    /// can run.
    pub fn run(&mut self, who: Who, limit: u64, marks: &Marks) -> Ran {
        // What it takes to go faster is not worth making for a short run.
        if limit < if self.trace.capacity() == 0 { SHORT } else { 8 * SHORT } {
            return self.observe(who, limit, marks, &mut ());
        }
        let mut ahead = Ahead::lazy(self.state.turn.saturating_add(limit));
        let ran = self.observe(who, limit, marks, &mut ahead);
        ahead.write_trace(self);
        ran
    }

    /// As [`Machine::run`], with an observer, which can end the run.
    pub fn observe(&mut self, who: Who, limit: u64, marks: &Marks, observer: &mut impl Observer) -> Ran {
        self.laps(who, limit, marks, observer)
    }

    /// A run in one go, as [`Machine::run_from`].
    pub(super) fn lap(
        &mut self,
        who: Who,
        limit: u64,
        marks: &Marks,
        observer: &mut impl Observer,
    ) -> (Ran, Option<Turn>) {
        let mut touched = Touched::new(observer.wants_touches());
        let own = self.swap_code(marks);
        let (ran, settled) = self.run_from(who, limit, observer, &mut touched);
        for (index, code) in own {
            self.state.tasks[index].code = code;
        }
        observer.after(self, ran.last, touched.list());
        (ran, settled)
    }

    /// Gives tasks the marked copies of their code, so that marks cost a run nothing; their own code,
    /// by index.
    fn swap_code(&mut self, marks: &Marks) -> Vec<(usize, Arc<Code>)> {
        let there = marks.code.iter().filter_map(|(pid, code)| Some((self.index(*pid)?, Arc::clone(code))));
        let there: Vec<(usize, Arc<Code>)> = there.collect();
        there.into_iter().map(|(i, marked)| (i, std::mem::replace(&mut self.state.tasks[i].code, marked))).collect()
    }

    /// Lets the clock jump to the next deadline if no task is ready, as the next turn in rotation
    /// would do first.
    pub fn skip_idle(&mut self) {
        self.skip_idle_touching(&mut Touched::default());
    }

    /// As [`Machine::skip_idle`]; what the waits that end touch is added to a list.
    pub fn skip_idle_touching(&mut self, touched: &mut Touched) {
        self.end_due_waits(touched);
        // Whether a task can run then is found out by the next turn.
        let _ = self.ready_or_jump(Who::Rotation, touched);
    }

    /// Runs; also the last turn at which turns taken in their places would have paused too, to see what it asks for: a
    /// run that ends in front of a turn gives that one.
    fn run_from(
        &mut self,
        who: Who,
        limit: u64,
        observer: &mut impl Observer,
        touched: &mut Touched,
    ) -> (Ran, Option<Turn>) {
        let mut ran = Ran { turns: 0, last: None, end: End::Limit };
        let mut settled = None;
        while ran.turns < limit {
            self.end_due_waits(touched);
            if observer.after(self, ran.last, touched.list()) {
                return (Ran { end: End::Seen, ..ran }, settled);
            }
            let before = self.state.time_us;
            if let Err(quiet) = self.ready_or_jump(who, touched) {
                return (Ran { end: End::Quiet(quiet), ..ran }, settled);
            }
            if self.state.time_us != before {
                observer.idle(self, touched.list());
            }
            let left = self.turns_of_time();
            if left == 0 {
                return (Ran { end: End::Quiet(Quiet::TimeOver), ..ran }, settled);
            }
            let pause = self.turns_to_deadline().min(left);
            let batch = self.batch(who, pause.min(limit - ran.turns), observer);
            ran.turns += batch.turns;
            if batch.step == StepOutcome::Mark {
                let end = if batch.seen { End::Seen } else { End::Mark(self.state.tasks[batch.index].pid) };
                return (Ran { end, last: settled, ..ran }, settled);
            }
            let turn = self.settle(&batch, touched);
            ran.last = Some(turn);
            if batch.turns == pause || batch.step != StepOutcome::Retired {
                settled = ran.last;
            }
            if matches!(turn.outcome, Outcome::Faulted(_) | Outcome::Break(_)) {
                ran.end = End::Event;
                break;
            }
        }
        self.end_due_waits(touched);
        (ran, settled)
    }

    fn ready_or_jump(&mut self, who: Who, touched: &mut Touched) -> Result<(), Quiet> {
        match who {
            Who::Only(pid) if self.task(pid).is_some_and(|t| t.state == RunState::Ready) => Ok(()),
            Who::Only(_) => Err(Quiet::NotReady),
            Who::Rotation if self.state.rotation.ready().is_empty() => self.jump(touched),
            Who::Rotation => Ok(()),
        }
    }

    /// Moves the clock to the next deadline that makes a task ready.
    fn jump(&mut self, touched: &mut Touched) -> Result<(), Quiet> {
        touched.forget();
        while self.state.rotation.ready().is_empty() {
            let Some(&(deadline, ..)) = self.state.deadlines.first() else { return Err(self.quiet()) };
            self.note(0, 0, What::Idle { us: deadline.saturating_sub(self.state.time_us) });
            self.state.time_us = self.state.time_us.max(deadline);
            self.end_due_waits(touched);
        }
        Ok(())
    }

    fn quiet(&self) -> Quiet {
        if self.state.tasks.iter().all(|t| t.state.ended()) {
            Quiet::AllDone
        } else if self.state.tasks.iter().any(|t| t.state == RunState::WaitingMbx) {
            Quiet::Deadlock
        } else {
            Quiet::Idle
        }
    }

    fn turns_to_deadline(&self) -> u64 {
        self.state
            .deadlines
            .first()
            .map_or(u64::MAX, |(deadline, ..)| (deadline - self.state.time_us).div_ceil(self.config.turn_us).max(1))
    }

    /// Turns of ready tasks until `limit`, or one that did more than retire.
    fn batch(&mut self, who: Who, limit: u64, observer: &mut impl Observer) -> Batch {
        if self.trace.capacity() == 0 {
            return self.untraced(who, limit, observer);
        }
        let room = if observer.strict() { 0 } else { observer.ahead().map_or(0, |ahead| ahead.room(self)) };
        if room == 0 {
            return self.strictly::<true>(who, limit, observer);
        }
        let batch = self.untraced(who, limit.min(room), observer);
        self.trace.leave_out(batch.retired());
        observer.ahead().into_iter().for_each(|ahead| ahead.left_out(self.trace.total()));
        batch
    }

    /// Turns that write no entries, ahead of their place if the observer allows it.
    fn untraced(&mut self, who: Who, limit: u64, observer: &mut impl Observer) -> Batch {
        let hurries = who == Who::Rotation && !observer.strict();
        let Some(ahead) = observer.ahead().filter(|_| hurries) else {
            return self.strictly::<false>(who, limit, observer);
        };
        match self.windows(ahead, limit) {
            Went::Ahead(batch) => {
                observer.passed(self.state.ran);
                batch
            }
            Went::Nowhere(most) => {
                let batch = self.strictly::<false>(who, limit.min(most), observer);
                observer.ahead().into_iter().for_each(|ahead| ahead.waited(batch.turns));
                batch
            }
        }
    }

    /// Turns in their places.
    fn strictly<const TRACE: bool>(&mut self, who: Who, limit: u64, observer: &mut impl Observer) -> Batch {
        match self.state.tasks.len() > 1 && (self.config.protect || self.trace.capacity() > 0) {
            true => self.dispatch::<true, TRACE>(who, limit, observer),
            false => self.dispatch::<false, TRACE>(who, limit, observer),
        }
    }

    fn dispatch<const GUARD: bool, const TRACE: bool>(
        &mut self,
        who: Who,
        limit: u64,
        observer: &mut impl Observer,
    ) -> Batch {
        match who {
            Who::Only(pid) => {
                let index = self.index(pid).unwrap_or(0);
                self.solo::<GUARD, TRACE>(index, limit, observer)
            }
            Who::Rotation if self.state.rotation.ready().len() == 1 => {
                let index = usize::from(self.state.rotation.ready()[0]);
                let batch = self.solo::<GUARD, TRACE>(index, limit, observer);
                let Task { pid, quantum, .. } = self.state.tasks[index];
                let fresh = if self.state.rotation.last == pid && self.state.rotation.left > 0 {
                    self.state.rotation.left
                } else {
                    quantum
                };
                if batch.turns > 0 {
                    self.state.rotation.last = pid;
                    self.state.rotation.left = left_after(fresh, quantum, batch.turns);
                }
                batch
            }
            Who::Rotation => self.ring::<GUARD, TRACE>(limit, observer),
        }
    }

    /// One task for many turns, its context kept close.
    fn solo<const GUARD: bool, const TRACE: bool>(
        &mut self,
        index: usize,
        limit: u64,
        observer: &mut impl Observer,
    ) -> Batch {
        let Machine { ram, state, trace, config } = self;
        let MachineState { tasks, turn, time_us, ran, .. } = state;
        let Task { context, bank, code, pid, counters, .. } = &mut tasks[index];
        let (code, pid) = (&**code, *pid);
        let (mut ram, mut trace) = (ram.view(bank), trace.writer());
        let (turn_us, first_turn, first_time) = (config.turn_us, *turn, *time_us);
        let mut cx = *context;
        let mut turns = 0;
        let mut seen = false;
        let (pc, step) = loop {
            if !TRACE
                && !observer.strict()
                && let Some(ahead) = observer.ahead()
            {
                let sprint = ahead.sprint::<GUARD>(&mut cx, &mut ram, code, index, limit - turns);
                turns += sprint.retired;
                if sprint.retired > 0 {
                    observer.passed(pid);
                }
                match sprint.ended {
                    None if turns == limit => break (sprint.last, StepOutcome::Retired),
                    None => continue,
                    // It may be an access that is to be seen in its place, and is then.
                    Some((_, StepOutcome::Mark)) => {}
                    Some((pc, step)) => {
                        turns += 1;
                        break (pc, step);
                    }
                }
            }
            let pc = cx.pc;
            if observer.before(first_turn + turns + 1, &cx, &ram, code) {
                seen = true;
                break (pc, StepOutcome::Mark);
            }
            let step = vm::step::<GUARD>(&mut cx, &mut ram, code);
            if !matches!(step, StepOutcome::Retired) {
                turns += u64::from(!matches!(step, StepOutcome::Mark));
                break (pc, step);
            }
            turns += 1;
            if TRACE {
                trace.push(retired(first_turn + turns, first_time + turns * turn_us, pid, pc));
            }
            if turns == limit {
                break (pc, step);
            }
        };
        *context = cx;
        *turn += turns;
        *time_us += turns * turn_us;
        if turns > 0 {
            counters.turns += turns;
            counters.switches += u64::from(*ran != pid && *ran != 0);
            *ran = pid;
            tasks[index].took(first_turn + 1, first_turn + turns);
        }
        Batch { turns, index, pc, step, seen }
    }

    /// The ready tasks in rotation. Counters are settled afterwards, from how far it came.
    fn ring<const GUARD: bool, const TRACE: bool>(&mut self, limit: u64, observer: &mut impl Observer) -> Batch {
        let start = self.state.rotation.next(|i| self.state.tasks[usize::from(i)].pid).unwrap_or(0);
        let Machine { ram, state, trace, config } = self;
        let MachineState { tasks, rotation, turn, time_us, .. } = state;
        let (mut ram, mut trace) = (ram.view(&mut []), trace.writer());
        let (tasks, ready) = (&mut tasks[..], rotation.ready());
        let (turn_us, first_turn, first_time) = (config.turn_us, *turn, *time_us);
        let (mut place, mut index) = (start, usize::from(ready[start]));
        let first_left = match rotation.left {
            left if left > 0 && tasks[index].pid == rotation.last => left,
            _ => tasks[index].quantum,
        };
        let (mut left, mut turns) = (first_left, 0);
        let batch = loop {
            let Task { context, bank, code, .. } = &mut tasks[index];
            let pc = context.pc;
            let (mut ram, code) = (ram.with(bank), &**code);
            if observer.before(first_turn + turns + 1, context, &ram, code) {
                break Batch { turns, index, pc, step: StepOutcome::Mark, seen: true };
            }
            let step = vm::step::<GUARD>(context, &mut ram, code);
            if !matches!(step, StepOutcome::Retired) {
                turns += u64::from(!matches!(step, StepOutcome::Mark));
                break Batch { turns, index, pc, step, seen: false };
            }
            turns += 1;
            if TRACE {
                trace.push(retired(first_turn + turns, first_time + turns * turn_us, context.pid, pc));
            }
            if turns == limit {
                break Batch { turns, index, pc, step, seen: false };
            }
            left -= 1;
            if left == 0 {
                place = if place + 1 == ready.len() { 0 } else { place + 1 };
                index = usize::from(ready[place]);
                left = tasks[index].quantum;
            }
        };
        drop(trace);
        *turn += turns;
        *time_us += turns * config.turn_us;
        self.settle_counters(start, first_left, first_turn, turns);
        batch
    }
}

#[inline(always)]
fn retired(turn: u64, time_us: u64, pid: Pid, pc: u32) -> TraceEntry {
    TraceEntry { turn, time_us, pid, pc, what: What::Step }
}
