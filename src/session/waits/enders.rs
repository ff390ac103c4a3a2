//! Who could end a wait: by what a task has open, and what its code can do at all.

use crate::executive::mailbox::{DescriptorId, Mailbox};
use crate::executive::{Machine, Pid};
use crate::isa::Op;
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
            let Some(insn) = code.insn_at(pc).filter(|insn| insn.op == Op::Svc) else { continue };
            let number = insn.value() as u32;
            match ((number >> 8) as u8, number as u8) {
                // MAILBOX_SEND; FS_WRITE sends to stdout.
                (5, 2) | (4, 2) => power.sends = true,
                (5, 0) => power.opens = true,
                // A call of a command posts to a mailbox it names.
                (8, 3) => (power.sends, power.opens) = (true, true),
                // From then on each task that changes the value sends to the mailbox it names.
                (7, 5) => (power.tells, power.subscribes) = (true, true),
                (7, _) => power.tells = true,
                _ => {}
            }
        }
        power
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
        let ender = |t: &crate::executive::task::Task| {
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
