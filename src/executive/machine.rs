//! The machine's state, and looking at it.

use super::Pid;
use super::console::Console;
use super::files::{self, Files};
use super::mailbox::{Limits, Mailboxes};
use super::registry::Registry;
use super::rotation::Rotation;
use super::task::{State, Task};
use super::touched::Touched;
use super::trace::{Entry, Kind, Ring};
use crate::vm::{self, Ram};
use std::collections::BTreeSet;

/// What is chosen before the machine starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Config {
    /// Virtual µs one turn takes, at least 1.
    pub turn_us: u64,
    /// Whether stores into other tasks' arenas are refused.
    pub protect: bool,
    /// Trace entries kept; 0 switches the trace off.
    pub trace: usize,
    /// How many mailboxes and handles there may be.
    pub limits: Limits,
    /// Leave service module 0xE (math) unanswered, as controllers without it do.
    pub no_math: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config { turn_us: 1, protect: true, trace: 4096, limits: Limits::default(), no_math: false }
    }
}

/// The whole state: a pure function of programs, configuration and inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    pub(super) config: Config,
    pub(super) ram: Ram,
    /// By pid, ascending.
    pub(super) tasks: Vec<Task>,
    pub(super) rotation: Rotation,
    pub(super) turn: u64,
    pub(super) time_us: u64,
    /// Waits that end by themselves: when, in the order they began, whose.
    pub(super) deadlines: BTreeSet<(u64, u64, Pid)>,
    /// Waits begun so far.
    pub(super) waits: u64,
    /// Who ran last, in rotation or not; 0 before the first turn.
    pub(super) ran: Pid,
    pub(super) next_pid: Pid,
    pub(super) mailboxes: Mailboxes,
    pub(super) files: Files,
    pub(super) registry: Registry,
    pub(super) console: Console,
    pub(super) trace: Ring,
    /// Not part of the state.
    pub(super) touched: Touched,
}

impl Machine {
    /// An empty machine.
    #[must_use]
    pub fn new(config: Config) -> Machine {
        Machine {
            ram: Ram::new(config.protect),
            trace: Ring::new(config.trace),
            mailboxes: Mailboxes::new(config.limits),
            files: Files::new(files::DEFAULT_LIMIT),
            registry: Registry::default(),
            config: Config { turn_us: config.turn_us.max(1), ..config },
            tasks: Vec::new(),
            rotation: Rotation::default(),
            turn: 0,
            time_us: 0,
            deadlines: BTreeSet::new(),
            waits: 0,
            ran: 0,
            next_pid: 1,
            console: Console::default(),
            touched: Touched::default(),
        }
    }

    /// The same machine with an empty trace of its own length: to see what the next turn writes.
    #[must_use]
    pub fn with_trace(self, entries: usize) -> Machine {
        Machine { trace: Ring::new(entries), ..self }
    }

    /// What was chosen before it started.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The shared RAM.
    #[must_use]
    pub fn ram(&self) -> &Ram {
        &self.ram
    }

    /// The tasks by pid.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// One task.
    #[must_use]
    pub fn task(&self, pid: Pid) -> Option<&Task> {
        self.index(pid).map(|i| &self.tasks[i])
    }

    /// Register `i` of a task, read through its window.
    #[must_use]
    pub fn reg(&self, task: &Task, i: u8) -> u32 {
        vm::get(&self.ram, &task.context, i)
    }

    /// `len` bytes from `address` as a task sees them; fewer at the end of RAM.
    #[must_use]
    pub fn peek(&self, task: &Task, address: u16, len: usize) -> Vec<u8> {
        let end = (usize::from(address) + len).min(vm::RAM_BYTES);
        (usize::from(address)..end).map(|at| self.ram.byte(&task.bank, at)).collect()
    }

    /// Turns done.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.turn
    }

    /// Virtual time, µs.
    #[must_use]
    pub fn time_us(&self) -> u64 {
        self.time_us
    }

    /// Who ran last.
    #[must_use]
    pub fn ran(&self) -> Option<Pid> {
        (self.ran != 0).then_some(self.ran)
    }

    /// Who runs next in rotation.
    #[must_use]
    pub fn next(&self) -> Option<Pid> {
        let place = self.rotation.next(|i| self.tasks[usize::from(i)].pid)?;
        Some(self.tasks[usize::from(self.rotation.ready()[place])].pid)
    }

    /// The trace.
    #[must_use]
    pub fn trace(&self) -> &Ring {
        &self.trace
    }

    /// What tasks printed.
    #[must_use]
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// The mailboxes.
    #[must_use]
    pub fn mailboxes(&self) -> &Mailboxes {
        &self.mailboxes
    }

    /// A mailbox's name for people, e.g. `app:ping`.
    #[must_use]
    pub fn mailbox_name(&self, descriptor: u16) -> String {
        self.mailboxes.get(descriptor).map_or_else(|| format!("mailbox {descriptor}"), |m| m.name().to_string())
    }

    /// The file tree.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Values and commands.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(super) fn index(&self, pid: Pid) -> Option<usize> {
        self.tasks.binary_search_by_key(&pid, |t| t.pid).ok()
    }

    /// Writes a trace entry for now.
    pub(super) fn note(&mut self, pid: Pid, kind: Kind, pc: u32, arg: u64) {
        self.trace.push(Entry { turn: self.turn, time_us: self.time_us, pid, kind, pc, arg });
    }

    /// Puts a task into a state, and into or out of the rotation.
    pub(super) fn set_state(&mut self, index: usize, state: State) {
        let task = &mut self.tasks[index];
        task.spent.change(task.state, state, self.turn);
        task.state = state;
        match state {
            State::Ready => {
                self.tasks[index].figures.ready = self.turn;
                self.rotation.insert(index as u16, |i| self.tasks[usize::from(i)].pid);
            }
            _ => self.rotation.remove(index as u16),
        }
    }
}
