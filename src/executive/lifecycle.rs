//! Loading, ending, killing, pausing and resuming tasks, and ends of waits.

use super::arena::{self, Arena, NoRoom};
use super::mailbox::Name;
use super::state_time::StateTime;
use super::task::{Counters, FormerLives, RunState, Task, Wait, application};
use super::trace::What;
use super::wait_stats::WaitStats;
use super::{Machine, Pid, Touched};
use crate::image::Image;
use crate::vm::{BANK_BASE, Code, Context, Flags, RAM_BYTES, WINDOW_BYTES};
use std::sync::Arc;
use thiserror::Error;

/// A program to be loaded as a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// What to load.
    pub image: Arc<Image>,
    /// Its code, decoded once.
    pub code: Arc<Code>,
    /// Name to use instead of the image's own.
    pub name: Option<String>,
    /// Name to use when the image has none.
    pub fallback: Option<String>,
    /// Bytes of stack, a multiple of 4.
    pub stack: u32,
    /// Turns in a row, at least 1.
    pub quantum: u32,
}

impl Load {
    /// Bytes of stack when nothing else is asked for.
    pub const STACK: u32 = 4096;

    /// The image with its own name, the default stack and a quantum of 1.
    #[must_use]
    pub fn new(image: Arc<Image>) -> Load {
        let code = Arc::new(Code::new(&image.code));
        Load { image, code, name: None, fallback: None, stack: Self::STACK, quantum: 1 }
    }
}

/// Why something asked for from outside was not done. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// No such task.
    #[error("there is no task {0}")]
    NoTask(Pid),
    /// The image has no code, or its entry is outside of it.
    #[error("the entry 0x{entry:04X} is outside the code of {code} bytes")]
    NoEntry {
        /// Entry of the image.
        entry: u32,
        /// Bytes of code.
        code: u32,
    },
    /// No room for another task.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// The image allows one instance only.
    #[error("app_exists:{0}: a task of that name is loaded and the image allows one instance only")]
    Exists(String),
    /// All pids are used up.
    #[error("no more pids")]
    NoPid,
    /// The task's state does not allow it.
    #[error("task {pid} is {state}, {wanted} is expected")]
    State {
        /// Which task.
        pid: Pid,
        /// What it is.
        state: &'static str,
        /// What it would have to be.
        wanted: &'static str,
    },
    /// No task is between two turns of one quantum.
    #[error("no task has turns of its quantum left: the next one runs anyhow")]
    NothingLeft,
    /// A value out of range.
    #[error("{what} must be {expected}")]
    Value {
        /// Of what.
        what: &'static str,
        /// The range.
        expected: String,
    },
    /// The mailbox said no.
    #[error("{0}")]
    Mailbox(String),
    /// The registry said no.
    #[error("{0}")]
    Registry(String),
}

impl Machine {
    pub(super) fn load(&mut self, load: &Load) -> Result<Pid, Refused> {
        check_entry(load)?;
        let pid = self.state.next_pid;
        let next_pid = pid.checked_add(1).ok_or(Refused::NoPid)?;
        let name = self.instance_name(load, pid)?;
        self.bring(pid, name, load)?;
        self.state.next_pid = next_pid;
        Ok(pid)
    }

    /// Loads a program in place of a task, which begins a new life under its pid: with its name, where the program's
    /// is the same, the modes of its streams, and held back if it was. All else it had is gone as after a kill.
    pub(super) fn reload(&mut self, pid: Pid, load: &Load, touched: &mut Touched) -> Result<(), Refused> {
        let old = self.task(pid).ok_or(Refused::NoTask(pid))?;
        check_entry(load)?;
        let (state, state_time, streams) = (old.state, old.state_time, self.state.mailboxes.stdio_modes(pid));
        let former = FormerLives { count: old.former.count + 1, turns: old.former.turns + old.counters.turns };
        let name = old.name.clone();
        let before = self.clone();
        let began = self.kill(pid, touched).and_then(|()| self.begin_again(pid, name, streams, load));
        let index = match began {
            Ok(index) => index,
            Err(e) => {
                *self = before;
                touched.forget();
                return Err(e);
            }
        };
        let turn = self.state.turn;
        let task = &mut self.state.tasks[index];
        (task.former, task.state_time) = (former, state_time);
        task.state_time.change(state, RunState::Ready, turn);
        self.state.rotation.end_quantum(pid);
        if state == RunState::Paused {
            self.set_state(index, RunState::Paused);
        }
        Ok(())
    }

    fn begin_again(&mut self, pid: Pid, old: String, streams: [u16; 3], load: &Load) -> Result<usize, Refused> {
        let fresh = self.instance_name(load, pid)?;
        let same = application(&fresh) == application(&old) && self.state.tasks.iter().all(|t| t.name != old);
        let index = self.bring(pid, if same { old } else { fresh }, load)?;
        for (stream, mode) in streams.into_iter().enumerate() {
            self.state.mailboxes.set_stdio(pid, stream, mode).map_err(|e| Refused::Mailbox(e.to_string()))?;
        }
        Ok(index)
    }

    /// Makes the task of a program; its place in the table.
    fn bring(&mut self, pid: Pid, name: String, load: &Load) -> Result<usize, Refused> {
        let image = &load.image;
        let data = bank_of(image);
        let taken: Vec<Arena> = self.state.tasks.iter().map(|t| t.arena).collect();
        let arena = arena::place(&taken, load.stack, data.len() as u32)?;
        self.declare(pid, image)?;
        self.take(arena, pid);
        let index = self.state.tasks.partition_point(|t| t.pid < pid);
        self.state.rotation.make_room(index as u16);
        let task = Task {
            context: context(pid, image.entry, arena),
            bank: data,
            code: Arc::clone(&load.code),
            image: Arc::clone(image),
            arena,
            pid,
            name,
            state: RunState::Ready,
            wait: None,
            last_turn: 0,
            woken: None,
            wait_stats: WaitStats::default(),
            quantum: load.quantum,
            counters: Counters::default(),
            unretired: 0,
            exit_status: None,
            fault: None,
            state_time: StateTime::new(RunState::Ready, self.state.turn),
            former: FormerLives::default(),
        };
        self.state.tasks.insert(index, task);
        self.set_state(index, RunState::Ready);
        self.note(pid, image.entry, What::Load { entry: image.entry });
        Ok(index)
    }

    /// Gives a new task its stdio mailboxes and what its image declares, or nothing at all.
    fn declare(&mut self, pid: Pid, image: &Image) -> Result<(), Refused> {
        let mut mailboxes = self.state.mailboxes.clone();
        mailboxes.create_stdio(pid).map_err(|e| Refused::Mailbox(e.to_string()))?;
        for decl in &image.mailboxes {
            let owner = decl.owner.and_then(|owner| Pid::try_from(owner).ok()).unwrap_or(pid);
            let name = Name::parse(decl.target.as_bytes(), owner).map_err(|e| Refused::Mailbox(e.to_string()))?;
            // A box that exists with messages in it stays as it is; a full pool does not make a load fail.
            let _ = mailboxes.bind(pid, &name, decl.capacity, decl.mode);
        }
        self.state
            .registry
            .declare(pid, &image.values, &image.commands, self.state.time_us)
            .map_err(|e| Refused::Registry(e.to_string()))?;
        self.state.mailboxes = mailboxes;
        Ok(())
    }

    /// The image's name, made unique; images that allow one instance only are refused instead.
    fn instance_name(&self, load: &Load, pid: Pid) -> Result<String, Refused> {
        let given = load.name.as_ref().or(load.image.name.as_ref()).or(load.fallback.as_ref());
        let base: String = given.cloned().unwrap_or_else(|| format!("task_{pid}")).chars().take(31).collect();
        let used = |name: &str| self.state.tasks.iter().any(|t| t.name == name);
        if !used(&base) {
            return Ok(base);
        }
        if !load.image.multiple && load.image.version >= 2 {
            return Err(Refused::Exists(base));
        }
        let numbered = |n: usize| {
            let suffix = format!("_#{n}");
            base.chars().take(31 - suffix.len()).chain(suffix.chars()).collect::<String>()
        };
        // One of one more number than there are tasks is free.
        Ok((0..=self.state.tasks.len()).map(numbered).find(|name| !used(name)).unwrap_or_else(|| numbered(pid.into())))
    }

    fn take(&mut self, arena: Arena, pid: Pid) {
        for range in [arena.bank, arena.stack] {
            self.ram.clear(range.start, range.end - range.start);
            self.ram.own(range.start, range.end - range.start, pid);
        }
    }

    pub(super) fn kill(&mut self, pid: Pid, touched: &mut Touched) -> Result<(), Refused> {
        let index = self.index(pid).ok_or(Refused::NoTask(pid))?;
        self.forget_wait(index);
        let task = self.state.tasks.remove(index);
        self.state.rotation.forget(index as u16);
        for range in [task.arena.bank, task.arena.stack] {
            self.ram.own(range.start, range.end - range.start, 0);
        }
        self.state.registry.kill(pid);
        let killed = self.state.mailboxes.kill(pid);
        self.note(pid, task.context.pc, What::Kill);
        for (owner, handle) in killed.closed {
            self.state.registry.close_handle(owner, handle);
        }
        for (waiter, _) in killed.failed_waits {
            self.fail_wait(waiter, touched);
        }
        Ok(())
    }

    /// A task is over. It keeps its arena; its mailbox handles are closed.
    pub(super) fn end(&mut self, index: usize, state: RunState) {
        let pid = self.state.tasks[index].pid;
        self.set_state(index, state);
        self.state.mailboxes.end_task(pid);
        self.state.registry.end_task(pid);
    }

    pub(super) fn pause(&mut self, pid: Pid) -> Result<(), Refused> {
        let index = self.index(pid).ok_or(Refused::NoTask(pid))?;
        let state = self.state.tasks[index].state;
        if state.ended() || state == RunState::Paused {
            return Err(Refused::State { pid, state: state.name(), wanted: "a task that can still run" });
        }
        self.set_state(index, RunState::Paused);
        Ok(())
    }

    /// A paused task continues, or continues to wait; a faulted one tries its instruction again.
    pub(super) fn resume(&mut self, pid: Pid) -> Result<(), Refused> {
        let index = self.index(pid).ok_or(Refused::NoTask(pid))?;
        let task = &mut self.state.tasks[index];
        if !matches!(task.state, RunState::Paused | RunState::Faulted) {
            return Err(Refused::State { pid, state: task.state.name(), wanted: "paused or faulted" });
        }
        task.fault = None;
        let state = match task.wait {
            Some(Wait::Mailbox { .. }) => RunState::WaitingMbx,
            Some(Wait::Sleep { .. }) => RunState::Sleeping,
            None => RunState::Ready,
        };
        self.set_state(index, state);
        Ok(())
    }

    /// Begins a wait.
    pub(super) fn block(&mut self, index: usize, wait: Wait) {
        let (pid, deadline) = (self.state.tasks[index].pid, wait.deadline());
        self.state.tasks[index].wait_stats.began = self.stamp();
        if let Some(deadline) = deadline {
            self.state.deadlines.insert((deadline, self.state.waits, pid));
        }
        self.state.waits += 1;
        let state = match wait {
            Wait::Mailbox { .. } => RunState::WaitingMbx,
            Wait::Sleep { .. } => RunState::Sleeping,
        };
        self.state.tasks[index].wait = Some(wait);
        self.state.tasks[index].counters.blocks += 1;
        self.set_state(index, state);
    }

    /// Takes a task's wait away; it is ready unless it is paused.
    pub(super) fn unblock(&mut self, index: usize) -> Option<Wait> {
        let (wait, now) = (self.forget_wait(index)?, self.stamp());
        let task = &mut self.state.tasks[index];
        task.woken = Some(now.turn);
        task.wait_stats.ended(now);
        if task.state != RunState::Paused {
            self.set_state(index, RunState::Ready);
        }
        Some(wait)
    }

    fn forget_wait(&mut self, index: usize) -> Option<Wait> {
        let (pid, wait) = (self.state.tasks[index].pid, self.state.tasks[index].wait.take());
        if wait.as_ref().is_some_and(|w| w.deadline().is_some()) {
            self.state.deadlines.retain(|(.., whose)| *whose != pid);
        }
        wait
    }

    /// Ends all waits whose time has come, in the order of their deadlines.
    #[inline]
    pub(super) fn end_due_waits(&mut self, touched: &mut Touched) {
        while let Some(&(deadline, _, pid)) = self.state.deadlines.first()
            && deadline <= self.state.time_us
        {
            self.state.deadlines.pop_first();
            if let Some(index) = self.index(pid) {
                self.time_out(index, touched);
            }
        }
    }
}

fn check_entry(load: &Load) -> Result<(), Refused> {
    let (entry, code) = (load.image.entry, load.code.len());
    if entry >= code || !entry.is_multiple_of(4) {
        return Err(Refused::NoEntry { entry, code });
    }
    match load.quantum {
        0 => Err(Refused::Value { what: "quantum", expected: "at least 1".into() }),
        _ => Ok(()),
    }
}

/// The image's data with its bss, as far as it fits below the end of RAM.
fn bank_of(image: &Image) -> Box<[u8]> {
    let mut data = image.rodata.clone();
    data.resize(data.len() + image.bss as usize, 0);
    data.truncate(RAM_BYTES - BANK_BASE as usize);
    data.into_boxed_slice()
}

fn context(pid: Pid, entry: u32, arena: Arena) -> Context {
    debug_assert_eq!(arena.bank.end - arena.bank.start, WINDOW_BYTES);
    Context {
        pc: entry,
        sp: arena.stack.end,
        reg_base: arena.bank.start as u16,
        pid,
        stack_limit: arena.stack.start,
        stack_top: arena.stack.end,
        lowest: arena.stack.end,
        depth: 0,
        flags: Flags::new(0),
    }
}
