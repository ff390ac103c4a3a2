//! Rounds of the rotation taken task by task.
//!
//! The rotation switches after every instruction, and a switch is what an interpreter is slowest at: each jump to the next
//! instruction follows one of another program, and no processor guesses that. But turns that only retire an
//! instruction meet in memory alone (while each task's registers are its own: a window that was moved has all turns strict). As long as no task touches what another writes, each can take its turns of many
//! rounds in a row, and the machine after the last of them is the one that strict turns lead to, bit for bit.
//!
//! So a *window* of rounds is taken task by task over memory that keeps claims ([`Claims`]). Where an access is refused,
//! and before an instruction that does more than retire (a service call, a fault, a BRK, a mark), the window ends with the
//! last whole round before: what went beyond is taken back, and the round itself is left to strict turns, which remain
//! the definition. Nothing that can be observed is done here.
//!
//! It pays only where windows are long. After one that was not, turns are taken strictly for a while, and for twice as
//! long each time in a row: programs that share or call all the time lose next to nothing. The task whose service
//! call ended the last window goes first in the next, so that the others are not taken further than they can go.

use super::run::Batch;
use super::task::Task;
use super::trace::LazyTrace;
use super::{Machine, Pid};
use crate::vm::{self, Claims, Code, Context, Sprint, StepOutcome, View, WINDOW_BYTES, Words};

/// Turns of a task in the first window.
const FIRST: u64 = 64;
/// Turns of a task in a window at most: what a processor keeps close of what they touch.
const MOST: u64 = 4096;
/// Turns a task on average takes in a window that pays.
const FEW: u64 = 16;
/// Strict turns after a window that did not pay: at first, and at most.
const WAIT: (u64, u64) = (4096, 1 << 20);

/// What lets turns be taken ahead of their place: working space and what was learned of the programs. No part of the
/// machine: a new one is as right as an old one, and that is what a copy is.
#[derive(Debug)]
pub struct Ahead {
    claims: Option<Claims>,
    /// Turns of a task in the next window.
    turns: u64,
    /// Strict turns to be taken before it.
    wait: u64,
    /// Strict turns after a window that does not pay.
    patience: u64,
    /// Who ended the last window with a service call.
    first: Pid,
    kept: Vec<Kept>,
    /// Some words are not to be touched.
    watches: bool,
    /// What writes the trace afterwards, where it is not written on the way.
    pub(super) lazy: Option<LazyTrace>,
}

impl Default for Ahead {
    fn default() -> Self {
        Ahead {
            claims: None,
            turns: FIRST,
            wait: 0,
            patience: WAIT.0,
            first: 0,
            kept: Vec::new(),
            watches: false,
            lazy: None,
        }
    }
}

impl Clone for Ahead {
    fn clone(&self) -> Self {
        Ahead { lazy: self.lazy.as_ref().map(|_| LazyTrace::default()), ..Ahead::default() }
    }
}

/// A task as it was before the window: what is not memory that others could touch.
#[derive(Debug, Clone)]
struct Kept {
    index: usize,
    context: Context,
    registers: [u8; WINDOW_BYTES as usize],
}

/// What came of it.
pub(super) enum Went {
    /// Turns taken.
    Ahead(Batch),
    /// None; strict turns are to be taken, at most this number of them.
    Nowhere(u64),
}

/// Why a window ended early: after how many whole rounds, and whether for a service call.
struct Early {
    rounds: u64,
    served: Option<Pid>,
}

impl Ahead {
    /// No access to some words is to be done ahead of its place.
    pub fn watch(&mut self, words: Option<Words>) {
        self.watches = words.is_some();
        if self.watches || self.claims.is_some() {
            self.claims.get_or_insert_default().watch(words);
        }
    }

    /// Turns of the only task that runs, at most `turns`, and fewer where what they overwrite has to be kept.
    pub(super) fn sprint<const GUARD: bool>(
        &mut self,
        context: &mut Context,
        ram: &mut View<'_>,
        code: &Code,
        index: usize,
        turns: u64,
    ) -> Sprint {
        if !self.watches || index >= Claims::TASKS {
            return vm::sprint::<GUARD, _>(context, ram, code, turns);
        }
        let (claims, pid) = (self.claims.get_or_insert_default(), context.pid);
        claims.begin();
        vm::sprint::<false, _>(context, &mut claims.of(ram.again(), index, pid), code, turns.min(MOST))
    }

    /// Strict turns were taken.
    pub(super) fn waited(&mut self, turns: u64) {
        self.wait = self.wait.saturating_sub(turns);
    }

    /// Learns from windows that did `rounds` rounds of `cycle` turns and then ended early.
    fn learn(&mut self, early: &Early, rounds: u64, cycle: u64, tasks: u64) {
        self.turns = (early.rounds * cycle / tasks).clamp(FIRST, MOST);
        self.first = early.served.unwrap_or(0);
        if rounds * cycle < FEW * tasks {
            self.patience = (2 * self.patience).min(WAIT.1);
            self.wait = self.patience;
        } else {
            self.patience = WAIT.0;
            self.wait = cycle;
        }
    }
}

impl Machine {
    /// Takes whole rounds of the rotation ahead, at most `limit` turns.
    pub(super) fn windows(&mut self, ahead: &mut Ahead, limit: u64) -> Went {
        let ready = self.state.rotation.ready();
        if ready.len() < 2 {
            return Went::Nowhere(u64::MAX);
        }
        if ahead.wait > 0 {
            return Went::Nowhere(ahead.wait);
        }
        let start = self.state.rotation.next(|i| self.state.tasks[usize::from(i)].pid).unwrap_or(0);
        let task = |i: &u16| &self.state.tasks[usize::from(*i)];
        let Task { pid, quantum, .. } = *task(&ready[start]);
        if ready.iter().any(|i| task(i).window_is_moved()) {
            return Went::Nowhere(u64::MAX);
        }
        let left = self.state.rotation.left;
        if left > 0 && left != quantum && pid == self.state.rotation.last {
            return Went::Nowhere(left.into());
        }
        let (tasks, cycle) = (ready.len() as u64, ready.iter().map(|i| u64::from(task(i).quantum)).sum::<u64>());
        let room = limit / cycle;
        if room * cycle < FEW * tasks || self.state.tasks.len() >= Claims::TASKS {
            return Went::Nowhere(u64::MAX);
        }
        let last = usize::from(if start == 0 { ready[ready.len() - 1] } else { ready[start - 1] });
        let (mut rounds, mut pc) = (0, 0);
        while rounds < room {
            let most = (ahead.turns * tasks / cycle).clamp(1, room - rounds);
            let (done, at, early) = self.window(ahead, most, last);
            (rounds, pc) = (rounds + done, if done > 0 { at } else { pc });
            if let Some(early) = early {
                ahead.learn(&early, rounds, cycle, tasks);
                break;
            }
            ahead.turns = (2 * ahead.turns).min(MOST);
        }
        if rounds == 0 {
            return Went::Nowhere(ahead.wait.max(1));
        }
        let (turns, before) = (rounds * cycle, self.state.turn);
        self.state.turn += turns;
        self.state.time_us += turns * self.config.turn_us;
        self.settle_counters(start, quantum, before, turns);
        Went::Ahead(Batch { turns, index: last, pc, step: StepOutcome::Retired, seen: false })
    }

    /// Takes a window of at most `rounds` rounds: how many were done, where the last turn stood, which is of the task
    /// at index `last`, and why it ended early.
    fn window(&mut self, ahead: &mut Ahead, rounds: u64, last: usize) -> (u64, u32, Option<Early>) {
        let (mut rounds, mut early) = (rounds, None);
        self.keep(ahead);
        while rounds > 0 {
            ahead.claims.get_or_insert_default().begin();
            match self.rounds(ahead, rounds, last) {
                Ok((done, pc, Some(new))) => return (done, pc, Some(new)),
                Ok((done, pc, None)) => return (done, pc, early),
                Err(new) => {
                    self.take_window_back(ahead);
                    rounds = new.rounds;
                    early = Some(new);
                }
            }
        }
        (0, 0, early)
    }

    /// Takes rounds task by task. The task that goes first can end them early; if another one has to, what was done must
    /// be taken back.
    fn rounds(&mut self, ahead: &mut Ahead, rounds: u64, last: usize) -> Result<(u64, u32, Option<Early>), Early> {
        let (mut rounds, mut pc, mut early) = (rounds, 0, None);
        for place in 0..ahead.kept.len() {
            let index = ahead.kept[place].index;
            let quantum = u64::from(self.state.tasks[index].quantum);
            let sprint = self.alone(ahead, index, rounds * quantum);
            if let Some((at, step)) = sprint.ended {
                let task = &mut self.state.tasks[index];
                let served = matches!(step, StepOutcome::Trap(..)).then_some(task.pid);
                let ended = Early { rounds: sprint.retired / quantum, served };
                // A fault has overwritten R0.
                let exact = sprint.retired.is_multiple_of(quantum) && !matches!(step, StepOutcome::Fault(_));
                if place > 0 || !exact || ended.rounds == 0 {
                    return Err(ended);
                }
                task.context.pc = at;
                rounds = ended.rounds;
                early = Some(ended);
            }
            if index == last {
                pc = sprint.last;
            }
        }
        Ok((rounds, pc, early))
    }

    /// Turns of one task that only retire.
    fn alone(&mut self, ahead: &mut Ahead, index: usize, turns: u64) -> Sprint {
        let Task { context, bank, code, pid, .. } = &mut self.state.tasks[index];
        let mut ram = ahead.claims.get_or_insert_default().of(self.ram.view(bank), index, *pid);
        vm::sprint::<false, _>(context, &mut ram, code, turns)
    }

    /// Keeps the tasks that take part, in the order in which they are taken.
    fn keep(&self, ahead: &mut Ahead) {
        let ready = self.state.rotation.ready();
        ahead.kept.clear();
        ahead.kept.extend(ready.iter().map(|i| {
            let context = self.state.tasks[usize::from(*i)].context;
            let base = usize::from(context.reg_base);
            let mut registers = [0; WINDOW_BYTES as usize];
            registers.copy_from_slice(&self.ram.storage()[base..base + WINDOW_BYTES as usize]);
            Kept { index: usize::from(*i), context, registers }
        }));
        if let Some(first) = ahead.kept.iter().position(|kept| kept.context.pid == ahead.first) {
            ahead.kept.swap(0, first);
        }
    }

    /// Takes back what the window has done.
    #[cold]
    fn take_window_back(&mut self, ahead: &Ahead) {
        let Machine { ram, state, .. } = self;
        if let Some(claims) = &ahead.claims {
            claims.overwritten().for_each(|(address, word)| ram.set_shared_word(address, word));
            for (index, address, len, bytes) in claims.banked() {
                let at = usize::from(address) - vm::BANK_BASE as usize;
                let len = usize::from(len);
                state.tasks[usize::from(index)].bank[at..at + len].copy_from_slice(&bytes.to_le_bytes()[..len]);
            }
        }
        for Kept { index, context, registers } in &ahead.kept {
            let base = usize::from(context.reg_base);
            ram.storage_mut()[base..base + registers.len()].copy_from_slice(registers);
            state.tasks[*index].context = *context;
        }
    }
}

/// Looks at nothing.
impl super::Observer for Ahead {
    #[inline(always)]
    fn ahead(&mut self) -> Option<&mut Ahead> {
        Some(self)
    }

    #[inline(always)]
    fn before(&mut self, _: u64, _: &Context, _: &vm::View<'_>, _: &vm::Code) -> bool {
        false
    }

    #[inline(always)]
    fn after(&mut self, _: &Machine, _: Option<super::Turn>, _: &[vm::Touch]) -> bool {
        false
    }
}
