//! What a task could see: all values that one of its turns gets over all schedules.
//!
//! The past is kept, everything else is free until the value is known: the task's own turns before it, too, and a
//! receive that waits until something ends its wait. No property plays a part: orders continue past faults and BRK.

mod alone;
mod background;
mod next;

use super::graph::{After, ENDLESS, Graph, Judge, Limits, OPEN, OutcomeId, bit};
use super::schedule::Schedule;
use super::search::{ExploreError, first_rules};
use super::world::{AssumptionBroken, Moved, Rules, World};
use crate::executive::services::Carries;
use crate::executive::task::{RunState, Task, Wait};
use crate::executive::{Machine, Pid};
use crate::isa::Insn;
use crate::vm::Reach;
pub use alone::{Readable, UpcomingRead, upcoming_reads};
pub use background::{BackgroundCould, begin_could};
pub use next::next_sight;
use thiserror::Error;

/// What a turn gets to see.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sees {
    /// A word, half or byte of memory.
    Read {
        /// First address, as the task sees memory.
        address: u16,
        /// Bytes.
        bytes: u8,
        /// What stands there.
        value: u32,
    },
    /// A message.
    Message {
        /// Who has sent it; 0 for the host.
        from: u32,
        /// Its bytes, as many as were copied.
        data: Vec<u8>,
    },
    /// No message, where it does not wait for one.
    Nothing,
    /// The end of a time limit.
    Timeout,
    /// How many messages there are.
    Peek {
        /// The number of messages.
        messages: u32,
    },
    /// A value of the registry, as f16 bits.
    Value {
        /// The bits.
        bits: u32,
    },
    /// Bytes of a file.
    File {
        /// The bytes.
        data: Vec<u8>,
    },
    /// Nothing is read: another instruction stands there, or it faults.
    Other,
}

/// One of the things that a turn could see, and the schedule that makes it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouldSee {
    /// The address of its instruction.
    pub pc: u32,
    /// That instruction; `None` if none stands there.
    pub insn: Option<Insn>,
    /// What it sees.
    pub sees: Sees,
    /// How often another task takes over until that is known, at least.
    pub switches: u32,
    /// A schedule with this many, and the fewest turns of those, up to the turn with which it is known.
    pub schedule: Schedule,
}

/// All that a turn could see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Could {
    /// Each of the things once, those with the fewest switches first.
    pub values: Vec<CouldSee>,
    /// Some schedule ends, and the task with it, before it sees anything.
    pub ends: bool,
    /// In some schedule the task waits for ever.
    pub waits_for_ever: bool,
    /// Some schedule never ends and does not reach it.
    pub endless: bool,
    /// Every schedule was tried.
    pub exhausted: bool,
    /// States that were looked at.
    pub states: usize,
}

/// Why it cannot be said what a turn could see.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CouldError {
    /// There is no such task.
    #[error("there is no task {0}")]
    Task(Pid),
    /// The turn lies in the past.
    #[error("task {pid} has done its turn {n}: it has done {done} so far")]
    Past {
        /// Which task.
        pid: Pid,
        /// Which of its turns.
        n: u64,
        /// Turns it has done.
        done: u64,
    },
    /// The search behind it cannot begin.
    #[error(transparent)]
    Search(#[from] ExploreError),
}

/// An order ends, and the task has seen nothing.
const ENDS: OutcomeId = 0;
/// An order ends, and the task waits for ever.
const WAITS: OutcomeId = 1;
/// The first of the things it sees.
const FIRST: OutcomeId = 2;

/// All that turn `n` of a task, counted from its start, could see, over all schedules from a machine on. `last` is the
/// task that ran last, so that another one's turn is a switch. `go_on` is asked now and then whether to continue.
///
/// # Errors
/// There is no such task, the turn lies in the past, or there are too many tasks.
pub fn could(
    start: &Machine,
    last: Option<Pid>,
    (pid, n): (Pid, u64),
    limits: Limits,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Could, CouldError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()).into());
    }
    let place = |pid: Pid| start.tasks().iter().position(|t| t.pid == pid);
    let index = place(pid).ok_or(CouldError::Task(pid))?;
    let task = &start.tasks()[index];
    let done = task.counters().turns;
    let left = match n.checked_sub(done) {
        Some(0) if task.state != RunState::WaitingMbx => None,
        left => left,
    };
    let left = left.ok_or(CouldError::Past { pid, n, done })?;
    let left = u32::try_from(left).unwrap_or(u32::MAX);
    let last = last.and_then(place).map(|index| index as u8);
    let mut rules = first_rules(start);
    loop {
        let mut seeing = Seeing { index, left, turn: Turn::default(), seen: Vec::new() };
        match seeing.all(start, last, &rules, limits, go_on) {
            Ok(could) => return Ok(could),
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

/// The turn of the task before it is taken.
#[derive(Debug, Clone, Default)]
struct Turn {
    pc: u32,
    insn: Option<Insn>,
    /// What it reads of memory: first address, bytes, value.
    reads: Option<(u16, u8, u32)>,
    /// Where a service puts what it reads.
    buffer: u16,
}

/// A way to see something: the instruction's address, the instruction, what it sees.
type Sight = (u32, Option<Insn>, Sees);

/// Follows a task until it has seen something. Marks count its turns.
struct Seeing {
    index: usize,
    /// Turns it takes until then; 0 if it waits already.
    left: u32,
    turn: Turn,
    /// What was seen, by number of the goal.
    seen: Vec<Sight>,
}

impl Seeing {
    fn all(
        &mut self,
        start: &Machine,
        last: Option<u8>,
        rules: &Rules,
        limits: Limits,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Could, AssumptionBroken> {
        let mut graph = Graph::new(start, rules, limits);
        let root = graph.explore(self, 0, &|_, _| false, go_on)?;
        let leads = graph.leads_to(root);
        let pids: Vec<Pid> = start.tasks().iter().map(|t| t.pid).collect();
        let ways = graph.fewest_switches(root, last);
        let mut values: Vec<CouldSee> = ways
            .into_iter()
            .filter_map(|(goal, ((switches, _), way))| {
                let (pc, insn, sees) = self.seen.get(goal.checked_sub(FIRST)? as usize)?.clone();
                let schedule = way.into_iter().map(|index| (pids[usize::from(index)], 1)).collect();
                Some(CouldSee { pc, insn, sees, switches, schedule })
            })
            .collect();
        values.sort_by(|a, b| {
            let rank = |v: &CouldSee| (v.switches, v.schedule.turns(), v.pc);
            rank(a).cmp(&rank(b)).then_with(|| a.sees.cmp(&b.sees))
        });
        Ok(Could {
            values,
            ends: leads & bit(ENDS) != 0,
            waits_for_ever: leads & bit(WAITS) != 0,
            endless: leads & ENDLESS != 0,
            exhausted: leads & OPEN == 0,
            states: graph.states(),
        })
    }

    fn task<'w>(&self, world: &'w World) -> &'w Task {
        &world.machine().tasks()[self.index]
    }

    /// The goal of something that was seen.
    fn goal(&mut self, sight: Sight) -> After {
        let known = self.seen.iter().position(|s| *s == sight);
        let at = known.unwrap_or_else(|| {
            self.seen.push(sight);
            self.seen.len() - 1
        });
        After::Goal(FIRST + at as OutcomeId)
    }

    /// What the turn that was looked at has seen.
    fn sight(&self, world: &World, moved: &Moved) -> Sees {
        if moved.ended.is_some() {
            return Sees::Other;
        }
        if let Some((address, bytes, value)) = self.turn.reads {
            return Sees::Read { address, bytes, value };
        }
        let (machine, task) = (world.machine(), self.task(world));
        let register = |i: u8| machine.reg(task, i);
        match self.turn.insn.map_or(Carries::Nothing, next::carried) {
            Carries::Received => received(machine, task, self.turn.buffer),
            Carries::Queued(_) if register(0) == 0 => Sees::Peek { messages: register(1) },
            Carries::ValueRead(_) if register(1) == 0 => Sees::Value { bits: register(0) },
            Carries::FileRead(_) => {
                let len = usize::try_from(register(0)).unwrap_or(usize::MAX).min(1 << 16);
                Sees::File { data: machine.peek(task, self.turn.buffer, len) }
            }
            Carries::Nothing
            | Carries::Messages
            | Carries::Queued(_)
            | Carries::FileWritten(_)
            | Carries::FilesNamed(_)
            | Carries::ValueMade
            | Carries::ValueFound
            | Carries::ValueRead(_)
            | Carries::ValueWritten(_) => Sees::Other,
        }
    }
}

/// What a receive that is over has seen, by its results.
fn received(machine: &Machine, task: &Task, buffer: u16) -> Sees {
    let register = |i: u8| machine.reg(task, i);
    match register(0) {
        0 => Sees::Message { from: register(4), data: machine.peek(task, buffer, register(1) as u16 as usize) },
        3 => Sees::Nothing,
        7 => Sees::Timeout,
        _ => Sees::Other,
    }
}

impl Judge for Seeing {
    fn before(&mut self, world: &World, mark: u32, index: usize) {
        let (machine, task) = (world.machine(), self.task(world));
        if let Some(Wait::Mailbox { buffer, .. }) = &task.wait {
            self.turn.buffer = *buffer;
        }
        if index != self.index || mark + 1 != self.left {
            return;
        }
        let pc = task.context.pc;
        let reads = match machine.reach(index) {
            Reach::Retires(reached) if reached.len > 0 && !reached.stores() => Some((reached.address, reached.len)),
            Reach::Retires(reached) if reached.moves_stack() && !reached.pushes() => Some((task.context.sp as u16, 4)),
            Reach::Retires(_) | Reach::End | Reach::Beyond => None,
        };
        let word = |bytes: Vec<u8>| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        let reads = reads.map(|(at, len)| (at, len, word(machine.peek(task, at, len.into()))));
        self.turn = Turn { pc, insn: task.code.insn_at(pc), reads, buffer: machine.reg(task, 2) as u16 };
    }

    fn after(&mut self, world: &World, mark: u32, index: usize, moved: &Moved) -> After {
        let waits = self.task(world).state == RunState::WaitingMbx;
        if index == self.index {
            let mark = mark + 1;
            if mark < self.left || waits {
                return After::State(mark);
            }
            let sight = (self.turn.pc, self.turn.insn, self.sight(world, moved));
            return self.goal(sight);
        }
        if mark < self.left || waits {
            return After::State(mark);
        }
        // What it waited for has come, or its time limit: the receive lies before its pc.
        let task = self.task(world);
        let pc = task.context.pc.wrapping_sub(4);
        let sight = (pc, task.code.insn_at(pc), received(world.machine(), task, self.turn.buffer));
        self.goal(sight)
    }

    fn end(&mut self, world: &World, _: u32) -> OutcomeId {
        if self.task(world).state == RunState::WaitingMbx { WAITS } else { ENDS }
    }
}
