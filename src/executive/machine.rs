//! The machine's state, and looking at it.

use super::Pid;
use super::console::Console;
use super::files::{self, Files};
use super::mailbox::{Limits, Mailboxes};
use super::registry::Registry;
use super::rotation::Rotation;
use super::task::{RunState, Task};
use super::trace::{Ring, TraceEntry, What};
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

impl Config {
    /// The longest turn, in virtual µs.
    pub const LONGEST_TURN_US: u64 = 1_000_000_000;
}

impl Default for Config {
    fn default() -> Self {
        Config { turn_us: 1, protect: true, trace: 4096, limits: Limits::default(), no_math: false }
    }
}

/// A machine: a pure function of programs, configuration and inputs.
///
/// All that turns and inputs change is in `ram`, `state` and `trace`. Whatever copies, hashes or takes back a
/// state takes [`MachineState`] and [`Task`] apart field by field, so that a new field stops the build there.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    pub(super) config: Config,
    pub(super) ram: Ram,
    pub(super) state: MachineState,
    pub(super) trace: Ring,
}

/// All that turns and inputs change, but for RAM and the trace.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineState {
    /// By pid, ascending.
    pub tasks: Vec<Task>,
    /// Whose turn is next.
    pub rotation: Rotation,
    /// Turns done.
    pub turn: u64,
    /// Virtual time, µs.
    pub time_us: u64,
    /// Waits that end by themselves: when, in the order they began, whose.
    pub deadlines: BTreeSet<(u64, u64, Pid)>,
    /// Waits begun so far.
    pub waits: u64,
    /// Who ran last, in rotation or not; 0 before the first turn.
    pub ran: Pid,
    /// The pid of the next task to be loaded.
    pub next_pid: Pid,
    /// The mailboxes and handles.
    pub mailboxes: Mailboxes,
    /// The file tree.
    pub files: Files,
    /// Values and commands.
    pub registry: Registry,
    /// What tasks printed.
    pub console: Console,
}

impl Machine {
    /// An empty machine.
    #[must_use]
    pub fn new(config: Config) -> Machine {
        let state = MachineState {
            tasks: Vec::new(),
            rotation: Rotation::default(),
            turn: 0,
            time_us: 0,
            deadlines: BTreeSet::new(),
            waits: 0,
            ran: 0,
            next_pid: 1,
            mailboxes: Mailboxes::new(config.limits),
            files: Files::new(files::DEFAULT_LIMIT),
            registry: Registry::default(),
            console: Console::default(),
        };
        Machine {
            ram: Ram::new(config.protect),
            trace: Ring::new(config.trace),
            config: Config { turn_us: config.turn_us.clamp(1, Config::LONGEST_TURN_US), ..config },
            state,
        }
    }

    /// All of it but RAM and trace.
    #[must_use]
    pub fn state(&self) -> &MachineState {
        &self.state
    }

    /// Makes a state the machine was in before its state again. RAM and the trace are the caller's to put back.
    pub fn put_state(&mut self, state: MachineState) {
        self.state = state;
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

    /// The pages in which memory was stored to since this was asked last; see [`Ram::take_written`].
    pub fn take_written_pages(&mut self) -> u128 {
        self.ram.take_written()
    }

    /// The tasks by pid.
    #[must_use]
    pub fn tasks(&self) -> &[Task] {
        &self.state.tasks
    }

    /// One task.
    #[must_use]
    pub fn task(&self, pid: Pid) -> Option<&Task> {
        self.index(pid).map(|i| &self.state.tasks[i])
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
        self.state.turn
    }

    /// Virtual time, µs.
    #[must_use]
    pub fn time_us(&self) -> u64 {
        self.state.time_us
    }

    /// Who ran last.
    #[must_use]
    pub fn ran(&self) -> Option<Pid> {
        (self.state.ran != 0).then_some(self.state.ran)
    }

    /// Who runs next in rotation.
    #[must_use]
    pub fn next(&self) -> Option<Pid> {
        let place = self.state.rotation.next(|i| self.state.tasks[usize::from(i)].pid)?;
        Some(self.state.tasks[usize::from(self.state.rotation.ready()[place])].pid)
    }

    /// The trace.
    #[must_use]
    pub fn trace(&self) -> &Ring {
        &self.trace
    }

    /// What tasks printed.
    #[must_use]
    pub fn console(&self) -> &Console {
        &self.state.console
    }

    /// The mailboxes.
    #[must_use]
    pub fn mailboxes(&self) -> &Mailboxes {
        &self.state.mailboxes
    }

    /// A mailbox's name for people, e.g. `app:ping`.
    #[must_use]
    pub fn mailbox_name(&self, descriptor: u16) -> String {
        self.state.mailboxes.get(descriptor).map_or_else(|| format!("mailbox {descriptor}"), |m| m.name().to_string())
    }

    /// The file tree.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.state.files
    }

    /// Values and commands.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.state.registry
    }

    pub(super) fn index(&self, pid: Pid) -> Option<usize> {
        self.state.tasks.binary_search_by_key(&pid, |t| t.pid).ok()
    }

    /// Writes a trace entry for now.
    pub(super) fn note(&mut self, pid: Pid, pc: u32, what: What) {
        self.trace.push(TraceEntry { turn: self.state.turn, time_us: self.state.time_us, pid, pc, what });
    }

    /// Puts a task into a state, and into or out of the rotation.
    pub(super) fn set_state(&mut self, index: usize, state: RunState) {
        let task = &mut self.state.tasks[index];
        task.state_time.change(task.state, state, self.state.turn);
        task.state = state;
        match state {
            RunState::Ready => {
                self.state.tasks[index].wait_stats.ready = self.state.turn;
                self.state.rotation.insert(index as u16, |i| self.state.tasks[usize::from(i)].pid);
            }
            _ => self.state.rotation.remove(index as u16),
        }
    }

    /// Turns for which virtual time is left, or many of them: it never wraps.
    pub(super) fn turns_of_time(&self) -> u64 {
        const FAR: u64 = 1 << 62;
        // The longest turn takes less than 2^30 us, so these many end before 2^63.
        if self.state.time_us < FAR { 1 << 32 } else { (u64::MAX - self.state.time_us) / self.config.turn_us }
    }
}
