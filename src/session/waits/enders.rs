//! Who could end a wait: by what a task has open, and what its code can do at all.

use crate::executive::mailbox::{DescriptorId, Mailbox};
use crate::executive::services::{self, Seen};
use crate::executive::task::Task;
use crate::executive::{Machine, Pid};
use crate::isa::Flow;
use crate::vm::Code;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a task could end a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It has the mailbox open, and its code sends.
    Sends,
    /// It changes values, and the mailbox is notified of changes.
    Tells,
    /// It has not, but its code opens mailboxes, or has them told of changes.
    Opens,
}

/// A task that could end a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ender {
    /// Who.
    pub pid: Pid,
    /// How.
    pub how: How,
    /// It waits itself, without a time limit.
    pub blocked: bool,
}

/// What code can do to mailboxes: whether there is such a service call anywhere in it, at whatever
/// byte. Code never changes, so what is not there can never be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Power {
    sends: bool,
    opens: bool,
    tells: bool,
    subscribes: bool,
}

impl Power {
    fn of(code: &Code) -> Power {
        let mut power = Power::default();
        for pc in 0..code.len() {
            let Some(insn) = code.insn_at(pc).filter(|insn| insn.op.row().access.flow == Flow::Trap) else { continue };
            let (module, function) = insn.service();
            power.add(services::seen(module, function));
        }
        power
    }

    /// Adds what a service can do.
    fn add(&mut self, seen: &[Seen]) {
        for seen in seen {
            match seen {
                Seen::Send(_) | Seen::Stream(_) => self.sends = true,
                Seen::Open(_) => self.opens = true,
                // From then on a task that changes the value sends to the mailbox that was named.
                Seen::Values => self.tells = true,
                // None of these makes a message.
                Seen::Mailbox(_)
                | Seen::Mailboxes
                | Seen::Taps
                | Seen::Files
                | Seen::End
                | Seen::Time
                | Seen::Steps => {}
                // Requests go to mailboxes of the owner alone; see `Send` for the others.
                Seen::Commands => {}
                Seen::Everything => *self = Power { sends: true, opens: true, tells: true, subscribes: true },
            }
        }
        self.subscribes |= seen.contains(&Seen::Values) && seen.iter().any(|s| matches!(s, Seen::Open(_)));
    }
}

/// What each task that is alive could do.
#[derive(Debug, Clone, Default)]
pub(super) struct Powers(BTreeMap<Pid, Power>);

impl Powers {
    pub(super) fn of(machine: &Machine) -> Powers {
        let mut known: BTreeMap<*const Code, Power> = BTreeMap::new();
        let tasks = machine.tasks().iter();
        let power = |code: &Arc<Code>| *known.entry(Arc::as_ptr(code)).or_insert_with(|| Power::of(code));
        Powers(tasks.map(|t| t.pid).zip(machine.tasks().iter().map(|t| &t.code).map(power)).collect())
    }

    /// Whether a task's code can send at all, whatever it has open.
    pub(super) fn sends(&self, pid: Pid) -> bool {
        self.0.get(&pid).is_some_and(|p| p.sends || p.tells)
    }

    /// The tasks other than `waiter` that could bring a message to a mailbox, by pid.
    pub(super) fn enders(&self, machine: &Machine, waiter: Pid, descriptor: DescriptorId) -> Vec<Ender> {
        let Some(mailbox) = machine.mailboxes().get(descriptor) else { return Vec::new() };
        let values = machine.registry().values();
        let told = values.flat_map(|v| &v.subscribers).any(|s| s.descriptor == descriptor);
        let others = machine.tasks().iter().filter(|t| t.pid != waiter && !t.state.ended());
        let ender = |t: &Task| {
            let how = self.how(t.pid, mailbox, told)?;
            let blocked = t.wait.as_ref().is_some_and(|w| w.deadline().is_none());
            Some(Ender { pid: t.pid, how, blocked })
        };
        others.filter_map(ender).collect()
    }

    fn how(&self, pid: Pid, mailbox: &Mailbox, told: bool) -> Option<How> {
        let Power { sends, opens, tells, subscribes } = *self.0.get(&pid)?;
        let open = mailbox.handles().any(|(whose, _)| whose == pid);
        if sends && open {
            Some(How::Sends)
        } else if told && tells {
            Some(How::Tells)
        } else {
            (sends && opens || subscribes).then_some(How::Opens)
        }
    }
}

/// What the code of each task that is loaded can do: a quick answer to whether a wait without end may still be
/// ended, without looking at any mailbox.
#[derive(Debug, Clone)]
pub(in crate::session) struct Helpers(Powers);

impl Helpers {
    /// Reads the code of all tasks.
    pub(in crate::session) fn of(machine: &Machine) -> Helpers {
        Helpers(Powers::of(machine))
    }

    /// Whether some task that is not stuck itself could send to any mailbox: then no deadlock is certain.
    pub(in crate::session) fn can_help(&self, machine: &Machine) -> bool {
        let stuck = |t: &Task| t.state.ended() || t.wait.as_ref().is_some_and(|w| w.deadline().is_none());
        let helps = |t: &Task| {
            let Some(Power { sends, opens, subscribes, .. }) = self.0.0.get(&t.pid) else { return true };
            *sends && *opens || *subscribes
        };
        machine.tasks().iter().any(|t| !stuck(t) && helps(t))
    }
}
