//! What happens before what: the clocks of tasks, and what carries them from one task to another.

use super::channel::{Channel, length};
use super::clock::{Clock, Edge, Heard, TaskClock};
use crate::executive::mailbox::Mailbox;
use crate::executive::registry::Actor;
use crate::executive::services::{self, Carries};
use crate::executive::trace::{TraceEntry, TraceKind};
use crate::executive::{Machine, Pid};
use crate::vm::Touch;
use std::collections::BTreeMap;

/// A service call that has been answered, with the registers it was made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    pub pid: Pid,
    pub turn: u64,
    /// Module, function.
    pub number: (u8, u8),
    /// R0 to R5 before the call.
    pub given: [u32; 6],
    /// R0 and R1 after it.
    pub answered: [u32; 2],
}

/// The clocks of all tasks of a run, or a part of one.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    /// The tasks by slot.
    pids: Vec<Pid>,
    clocks: Vec<TaskClock>,
    channels: BTreeMap<u16, Channel>,
    values: BTreeMap<(u16, Pid), Clock>,
    files: BTreeMap<String, Clock>,
    sync: BTreeMap<u32, Clock>,
}

impl Order {
    /// At the start of a run, or of a part of one.
    pub fn new(machine: &Machine, sync: &[(u32, u32)]) -> Order {
        let mut order = Order::default();
        for task in machine.tasks() {
            order.slot(task.pid);
        }
        order.channels = machine.mailboxes().iter().map(|b| (b.descriptor(), Channel::of(b))).collect();
        order.sync = sync.iter().flat_map(|(start, end)| *start..*end).map(|at| (at, Clock::default())).collect();
        order
    }

    /// The tasks by slot.
    pub fn pids(&self) -> &[Pid] {
        &self.pids
    }

    /// The slot of a task.
    pub fn slot(&mut self, pid: Pid) -> usize {
        self.pids.iter().position(|p| *p == pid).unwrap_or_else(|| {
            self.pids.push(pid);
            self.clocks.push(TaskClock::default());
            self.pids.len() - 1
        })
    }

    /// What has happened before what a task does now.
    pub fn before(&self, slot: usize) -> &Clock {
        &self.clocks[slot].now
    }

    /// The newest reason why turns of one task happened before what another does now.
    pub fn heard(&self, of: usize, by: usize) -> Option<Heard> {
        self.clocks[by].heard(of)
    }

    /// All that happened before the end of a task's turn.
    fn through(&mut self, pid: Pid, turn: u64) -> Clock {
        let slot = self.slot(pid);
        let mut clock = self.clocks[slot].now.clone();
        clock.advance(slot, turn);
        clock
    }

    fn hear(&mut self, pid: Pid, clock: &Clock, turn: u64, edge: Edge) {
        let slot = self.slot(pid);
        self.clocks[slot].hear(clock, turn, edge);
    }

    /// A word that is declared as synchronization is read or written.
    pub fn synchronize(&mut self, slot: usize, turn: u64, touch: &Touch) {
        for address in touch.address..touch.address + touch.len {
            let Some(clock) = self.sync.get_mut(&address) else { continue };
            if touch.write {
                clock.join(&self.clocks[slot].now);
                clock.advance(slot, turn);
            } else {
                self.clocks[slot].hear(clock, turn, Edge::Sync { address });
            }
        }
    }

    /// What a call learns of other tasks.
    pub fn learn(&mut self, call: &Service, machine: &Machine) {
        let Service { pid, turn, given, answered: [r0, r1], .. } = *call;
        let actor = Actor::Task(pid);
        let owner = |oid: u32| machine.registry().value(actor, oid as u16).ok().map(|v| (v.oid, v.owner));
        match carries(call) {
            Carries::Queued(handle) if r0 == 0 && r1 > 0 => {
                let handle = given[usize::from(handle)] as u16;
                let Ok(descriptor) = machine.mailboxes().resolve(pid, handle) else { return };
                let Some(mailbox) = machine.mailboxes().get(descriptor) else { return };
                let tap = mailbox.taps().find(|t| (t.pid, t.handle) == (pid, handle));
                let clock = self.channel(mailbox).queued(tap.map(|t| t.depth as usize));
                self.hear(pid, &clock, turn, Edge::Peek { descriptor });
            }
            Carries::ValueFound if r0 == 0 => self.learn_value(owner(r1), pid, turn),
            Carries::ValueRead(oid) if r1 == 0 => self.learn_value(owner(given[usize::from(oid)]), pid, turn),
            Carries::FileRead(fd) => {
                let clock = path(machine, given[usize::from(fd)]).and_then(|path| self.files.get(path)).cloned();
                self.hear(pid, &clock.unwrap_or_default(), turn, Edge::File);
            }
            // It failed.
            Carries::Queued(_) | Carries::ValueFound | Carries::ValueRead(_) => {}
            // The trace has messages; the others tell, and learn nothing.
            Carries::Nothing
            | Carries::Messages
            | Carries::Received
            | Carries::FileWritten(_)
            | Carries::FilesNamed(_)
            | Carries::ValueMade
            | Carries::ValueWritten(_) => {}
        }
    }

    fn learn_value(&mut self, key: Option<(u16, Pid)>, pid: Pid, turn: u64) {
        if let Some((key, clock)) = key.and_then(|key| Some((key, self.values.get(&key)?.clone()))) {
            self.hear(pid, &clock, turn, Edge::Value { oid: key.0 });
        }
    }

    /// What a call lets other tasks know, messages apart. `name` reads a text of the caller's memory.
    pub fn tell(&mut self, call: &Service, machine: &Machine, name: impl Fn(u32) -> String) {
        let Service { pid, turn, given, answered: [r0, r1], .. } = *call;
        let oid = match carries(call) {
            Carries::ValueMade if r0 == 0 => r1,
            Carries::ValueWritten(oid) if r0 == 0 => given[usize::from(oid)],
            Carries::FileWritten(fd) if r0 > 0 => {
                return self.tell_files(path(machine, given[usize::from(fd)]).map(str::to_owned), pid, turn);
            }
            Carries::FilesNamed(names) if r0 == 0 => {
                return self.tell_files(names.iter().map(|register| name(given[usize::from(*register)])), pid, turn);
            }
            // It failed.
            Carries::ValueMade | Carries::ValueWritten(_) | Carries::FileWritten(_) | Carries::FilesNamed(_) => return,
            // The trace has messages; the others learn, and tell nothing.
            Carries::Nothing
            | Carries::Messages
            | Carries::Received
            | Carries::Queued(_)
            | Carries::FileRead(_)
            | Carries::ValueFound
            | Carries::ValueRead(_) => return,
        };
        let Ok(value) = machine.registry().value(Actor::Task(pid), oid as u16) else { return };
        let clock = self.through(pid, turn);
        self.values.entry((value.oid, value.owner)).or_default().join(&clock);
    }

    fn tell_files(&mut self, paths: impl IntoIterator<Item = String>, pid: Pid, turn: u64) {
        let clock = self.through(pid, turn);
        paths.into_iter().for_each(|path| self.files.entry(path).or_default().join(&clock));
    }

    fn channel(&mut self, mailbox: &Mailbox) -> &mut Channel {
        self.channels.entry(mailbox.descriptor()).or_default()
    }

    /// The room a message found: the sender's turn comes after the receipts that made it.
    pub fn find_room(&mut self, entry: &TraceEntry, pid: Pid, len: u32, machine: &Machine) {
        let Some((descriptor, _)) = entry.message() else { return };
        if let Some(mailbox) = machine.mailboxes().get(descriptor) {
            let clock = self.channel(mailbox).room_for(mailbox, len);
            self.hear(pid, &clock, entry.turn, Edge::Room { descriptor });
        }
    }

    /// A message was queued, in a turn of `pid`; by no task if it came from outside.
    pub fn sent(&mut self, entry: &TraceEntry, pid: Option<Pid>, copied: u32, machine: &Machine) {
        let Some((descriptor, seq)) = entry.message() else { return };
        let clock = pid.map(|pid| self.through(pid, entry.turn)).unwrap_or_default();
        let len = length(machine, descriptor, seq, copied);
        self.channels.entry(descriptor).or_default().sent(seq, len, clock);
    }

    /// A message was received: the receiver comes after its sender.
    pub fn received(&mut self, entry: &TraceEntry, machine: &Machine) {
        let (Some((descriptor, seq)), pid) = (entry.message(), entry.pid) else { return };
        let Some(channel) = self.channels.get(&descriptor) else { return };
        if let Some(clock) = channel.sender(seq).cloned() {
            self.hear(pid, &clock, entry.turn, Edge::Message { descriptor, seq });
        }
        let receipt = self.through(pid, entry.turn);
        let tapped = machine.mailboxes().get(descriptor).is_some_and(|b| b.taps().any(|t| t.pid == pid));
        if let Some(channel) = self.channels.get_mut(&descriptor).filter(|_| !tapped) {
            channel.received(seq, &receipt);
        }
    }

    /// Takes in what mailboxes hold now that something has changed in one of them.
    pub fn settle(&mut self, machine: &Machine) {
        self.channels.retain(|descriptor, channel| {
            let mailbox = machine.mailboxes().get(*descriptor);
            mailbox.inspect(|mailbox| channel.settle(mailbox)).is_some()
        });
    }

    /// Takes in tasks that were loaded or killed from outside.
    pub fn outside(&mut self, entries: &[TraceEntry], turn: u64) {
        let mut killed = None;
        for entry in entries {
            match (entry.kind(), &killed) {
                (TraceKind::Load, _) => {
                    let mut all = Clock::default();
                    (0..self.pids.len()).for_each(|slot| all.advance(slot, turn));
                    self.hear(entry.pid, &all, turn, Edge::Load);
                }
                (TraceKind::Kill, _) => killed = Some(self.through(entry.pid, turn)),
                (TraceKind::Wake, Some(clock)) => self.hear(entry.pid, clock, turn, Edge::Kill),
                _ => {}
            }
        }
    }
}

/// What a call carries, by the row of its service; nothing if there is none.
fn carries(call: &Service) -> Carries {
    let (module, function) = call.number;
    services::service(module, function).map_or(Carries::Nothing, |row| row.carries)
}

/// The path of an open file.
fn path(machine: &Machine, fd: u32) -> Option<&str> {
    machine.files().open_files().find(|(open, _)| u32::from(*open) == fd & 0xFFFF).map(|(_, open)| open.path.as_str())
}
