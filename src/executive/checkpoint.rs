//! A machine put away to be gone back to: small, because it shares with the one before it what
//! did not change, and because it leaves out the trace, which comes back by running on.

use super::console::Console;
use super::files::Files;
use super::mailbox::{Mailboxes, Message};
use super::paged::Paged;
use super::registry::Registry;
use super::rotation::Rotation;
use super::task::Task;
use super::{Machine, MachineState, Pid};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A [`MachineState`] put away.
#[derive(Debug, Clone)]
pub(super) struct Rest {
    /// The tasks, their banks left out.
    tasks: Vec<Task>,
    banks: Vec<Paged>,
    rotation: Rotation,
    turn: u64,
    time_us: u64,
    deadlines: BTreeSet<(u64, u64, Pid)>,
    waits: u64,
    ran: Pid,
    next_pid: Pid,
    mailboxes: Arc<Mailboxes>,
    files: Arc<Files>,
    registry: Arc<Registry>,
    console: Console,
}

/// What an earlier copy holds already, or a new copy of it.
fn share<T: Clone + PartialEq>(now: &T, earlier: Option<&Arc<T>>) -> Arc<T> {
    match earlier {
        Some(same) if **same == *now => Arc::clone(same),
        _ => Arc::new(now.clone()),
    }
}

/// A task without its bank.
fn bankless(task: &Task) -> Task {
    let Task {
        context,
        code,
        bank: _,
        quantum,
        pid,
        state,
        last_turn,
        woken,
        counters,
        image,
        arena,
        name,
        wait,
        wait_stats,
        unretired,
        exit_status,
        fault,
        state_time,
        former,
    } = task;
    Task {
        context: *context,
        code: Arc::clone(code),
        bank: Box::default(),
        quantum: *quantum,
        pid: *pid,
        state: *state,
        last_turn: *last_turn,
        woken: *woken,
        counters: *counters,
        image: Arc::clone(image),
        arena: *arena,
        name: name.clone(),
        wait: wait.clone(),
        wait_stats: *wait_stats,
        unretired: *unretired,
        exit_status: *exit_status,
        fault: *fault,
        state_time: *state_time,
        former: *former,
    }
}

impl Rest {
    pub(super) fn of(machine: &Machine, earlier: Option<&Rest>) -> Rest {
        let MachineState {
            tasks,
            rotation,
            turn,
            time_us,
            deadlines,
            waits,
            ran,
            next_pid,
            mailboxes,
            files,
            registry,
            console,
        } = &machine.state;
        let bank_of = |pid| earlier.and_then(|e| Some(&e.banks[e.tasks.binary_search_by_key(&pid, |t| t.pid).ok()?]));
        Rest {
            tasks: tasks.iter().map(bankless).collect(),
            banks: tasks.iter().map(|t| Paged::of(&t.bank, bank_of(t.pid))).collect(),
            rotation: rotation.clone(),
            turn: *turn,
            time_us: *time_us,
            deadlines: deadlines.clone(),
            waits: *waits,
            ran: *ran,
            next_pid: *next_pid,
            mailboxes: share(mailboxes, earlier.map(|e| &e.mailboxes)),
            files: share(files, earlier.map(|e| &e.files)),
            registry: share(registry, earlier.map(|e| &e.registry)),
            console: console.clone(),
        }
    }

    pub(super) fn put(&self, machine: &mut Machine) {
        let Rest {
            tasks,
            banks,
            rotation,
            turn,
            time_us,
            deadlines,
            waits,
            ran,
            next_pid,
            mailboxes,
            files,
            registry,
            console,
        } = self;
        let to = &mut machine.state;
        to.tasks.clear();
        let with_bank = |(task, bank): (&Task, &Paged)| Task { bank: bank.to_bytes().into(), ..bankless(task) };
        to.tasks.extend(tasks.iter().zip(banks).map(with_bank));
        to.rotation.clone_from(rotation);
        to.turn = *turn;
        to.time_us = *time_us;
        to.deadlines.clone_from(deadlines);
        to.waits = *waits;
        to.ran = *ran;
        to.next_pid = *next_pid;
        to.mailboxes.clone_from(mailboxes);
        to.files.clone_from(files);
        to.registry.clone_from(registry);
        to.console.clone_from(console);
    }

    /// Bytes that it does not share with an earlier one, nearly.
    pub(super) fn bytes_beyond(&self, earlier: Option<&Rest>) -> usize {
        let bank_of = |pid| earlier.and_then(|e| Some(&e.banks[e.tasks.binary_search_by_key(&pid, |t| t.pid).ok()?]));
        let tasks: usize = self
            .tasks
            .iter()
            .zip(&self.banks)
            .map(|(t, b)| size_of::<Task>() + 64 + b.bytes_beyond(bank_of(t.pid)))
            .sum();
        let same = |a: *const (), b: Option<*const ()>| b == Some(a);
        let mut bytes = size_of::<Rest>() + tasks + 32 * self.deadlines.len();
        if !same(Arc::as_ptr(&self.mailboxes).cast(), earlier.map(|e| Arc::as_ptr(&e.mailboxes).cast())) {
            bytes += mailbox_bytes(&self.mailboxes);
        }
        if !same(Arc::as_ptr(&self.files).cast(), earlier.map(|e| Arc::as_ptr(&e.files).cast())) {
            bytes += self.files.iter().map(|(name, content)| 96 + name.len() + content.len()).sum::<usize>();
        }
        if !same(Arc::as_ptr(&self.registry).cast(), earlier.map(|e| Arc::as_ptr(&e.registry).cast())) {
            bytes += 256 * (self.registry.values().count() + self.registry.commands().count());
        }
        bytes + self.console.bytes_beyond(earlier.map(|e| &e.console))
    }
}

fn mailbox_bytes(mailboxes: &Mailboxes) -> usize {
    let of_message = |m: &Message| size_of::<Message>() + m.payload.len();
    mailboxes.iter().map(|m| 384 + 96 * m.handles().count() + m.messages().map(of_message).sum::<usize>()).sum()
}

/// A machine put away.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    ram: Paged,
    owners: Arc<Vec<u16>>,
    rest: Rest,
    /// Trace entries written by then.
    traced: u64,
}

impl Checkpoint {
    /// Puts a machine away; what did not change since an earlier one is shared with it.
    #[must_use]
    pub fn of(machine: &Machine, earlier: Option<&Checkpoint>) -> Checkpoint {
        let owners = match earlier {
            Some(e) if e.owners[..] == *machine.ram.owners() => Arc::clone(&e.owners),
            _ => Arc::new(machine.ram.owners().to_vec()),
        };
        Checkpoint {
            ram: Paged::of(machine.ram.storage(), earlier.map(|e| &e.ram)),
            owners,
            rest: Rest::of(machine, earlier.map(|e| &e.rest)),
            traced: machine.trace.total(),
        }
    }

    /// Makes a machine of the same configuration the one that was put away, but for its trace:
    /// that is whole again after as many entries as it keeps.
    pub fn restore(&self, machine: &mut Machine) {
        self.ram.put(machine.ram.storage_mut());
        machine.ram.owners_mut().copy_from_slice(&self.owners);
        self.rest.put(machine);
        machine.trace.forget(self.traced);
    }

    /// Turns done by then.
    #[must_use]
    pub fn turn(&self) -> u64 {
        self.rest.turn
    }

    /// Bytes that it does not share with an earlier one: exact for memory, near for the rest.
    #[must_use]
    pub fn bytes_beyond(&self, earlier: Option<&Checkpoint>) -> usize {
        let owners = match earlier {
            Some(e) if Arc::ptr_eq(&e.owners, &self.owners) => 0,
            _ => size_of_val(&self.owners[..]),
        };
        owners + self.ram.bytes_beyond(earlier.map(|e| &e.ram)) + self.rest.bytes_beyond(earlier.map(|e| &e.rest))
    }
}
