//! The registry: values and commands that tasks publish under 16-bit numbers, and the store that keeps values.
//!
//! Pure tables: they take pids and bits and give back results and what is to be sent. They know nothing of tasks, RAM
//! or mailboxes: the caller opens mailboxes, sends the messages and reports those that did not fit. Times are virtual,
//! in microseconds.
//!
//! An entry belongs to a task and goes with it. Several tasks may have the same number by declaration: a task then means
//! its own, everybody else the one of the lowest pid.

use std::collections::{BTreeMap, BTreeSet};

use crate::executive::Pid;
use crate::executive::mailbox::Handle;

mod chain;
mod command;
mod declared;
mod store;
#[cfg(test)]
mod tests;
mod value;

pub use chain::{ChainError, CommandMeta, Persist, ValueMeta, read_command, read_value};
pub use command::{ASYNC, Command, CommandError, FAILED, Invocation, PIN, async_result};
pub use declared::DeclareError;
pub use store::Store;
pub use value::{Changed, PERSIST, RO, Subscriber, Value, ValueError};

/// Number of a value or command: group in the upper byte, id in the lower.
pub type Oid = u16;

/// The lowest level: open to everybody.
pub const PUBLIC: u8 = 0;

/// The group that means every group.
pub const ALL_GROUPS: u8 = 0xFF;

/// Status of malformed arguments, bad mailbox names and unknown functions in both modules.
pub const INVALID: u32 = 4;

/// The number of an id in a group.
#[must_use]
pub fn oid_of(group: u8, id: u8) -> Oid {
    Oid::from_be_bytes([group, id])
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The host: it may what the owner may.
    Host,
    /// A task.
    Task(Pid),
}

impl Actor {
    /// The pid that messages carry; 0 for the host.
    #[must_use]
    pub fn pid(self) -> Pid {
        match self {
            Actor::Host => 0,
            Actor::Task(pid) => pid,
        }
    }

    fn owns(self, owner: Pid) -> bool {
        self == Actor::Host || self == Actor::Task(owner)
    }
}

/// How much there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RegistryLimits {
    /// Values at one time.
    pub values: usize,
    /// Commands at one time.
    pub commands: usize,
    /// Bytes of names and help, a zero each included; equal texts count once.
    pub text_bytes: usize,
}

impl Default for RegistryLimits {
    fn default() -> RegistryLimits {
        RegistryLimits { values: 256, commands: 256, text_bytes: 4096 }
    }
}

/// All values and commands of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Registry {
    limits: RegistryLimits,
    values: BTreeMap<(Oid, Pid), Value>,
    commands: BTreeMap<(Oid, Pid), Command>,
    store: Store,
    registered: u64,
}

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new(limits: RegistryLimits) -> Registry {
        Registry { limits, ..Registry::default() }
    }

    /// All values, by number, then owner.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.values()
    }

    /// All commands, by number, then owner.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.commands.values()
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> RegistryLimits {
        self.limits
    }

    /// Bytes of names and help in use.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.texts().map(|text| text.len() + 1).sum()
    }

    /// What is kept beyond the life of values.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is kept beyond the life of values, for the host to fill.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// A handle was closed: its subscriptions end.
    pub fn close_handle(&mut self, pid: Pid, handle: Handle) {
        self.keep_subscribers(|subscriber| (subscriber.pid, subscriber.handle) != (pid, handle));
    }

    /// A task has ended, and with it all its handles: its subscriptions end, its values and commands stay.
    pub fn end_task(&mut self, pid: Pid) {
        self.keep_subscribers(|subscriber| subscriber.pid != pid);
    }

    /// A task was killed: its values, commands and subscriptions go. The store stays.
    pub fn kill(&mut self, pid: Pid) {
        self.end_task(pid);
        self.values.retain(|&(_, owner), _| owner != pid);
        self.commands.retain(|&(_, owner), _| owner != pid);
    }

    fn keep_subscribers(&mut self, keep: impl Fn(&Subscriber) -> bool) {
        for value in self.values.values_mut() {
            value.subscribers.retain(&keep);
        }
    }

    fn next_order(&mut self) -> u64 {
        self.registered += 1;
        self.registered
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let values = self.values.values().flat_map(|value| [&value.meta.group, &value.meta.name]);
        let commands = self.commands.values().map(|command| &command.meta);
        let commands = commands.flat_map(|meta| [&meta.group, &meta.name, &meta.help]);
        let all: BTreeSet<&str> = values.chain(commands).flatten().map(String::as_str).collect();
        all.into_iter()
    }

    fn has_room_for(&self, new: &[&Option<String>]) -> bool {
        let mut all: BTreeSet<&str> = self.texts().collect();
        all.extend(new.iter().copied().flatten().map(String::as_str));
        all.iter().map(|text| text.len() + 1).sum::<usize>() <= self.limits.text_bytes
    }
}

/// Which entry a number means: the actor's own, else the one of the lowest pid.
fn key<T>(table: &BTreeMap<(Oid, Pid), T>, actor: Actor, oid: Oid) -> Option<(Oid, Pid)> {
    let own = (oid, actor.pid());
    let lowest = || table.range((oid, Pid::MIN)..=(oid, Pid::MAX)).next().map(|(&key, _)| key);
    table.contains_key(&own).then_some(own).or_else(lowest)
}
