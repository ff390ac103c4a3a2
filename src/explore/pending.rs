//! Races in a state: two tasks that can both run stand in front of accesses to the same byte, one of which writes.
//!
//! Either may go first, so nothing but the schedule orders the two. Looked at are loads and stores of instructions;
//! what services read and write for a task is left out.

use super::check::{Failure, FailureKind};
use crate::executive::Machine;
use crate::executive::task::{RunState, Task};
use crate::vm::{BANK_BASE, Reach, reach};

/// What a task is about to load or store.
#[derive(Debug, Clone, Copy)]
struct Pending<'m> {
    task: &'m Task,
    start: u32,
    end: u32,
    write: bool,
}

impl<'m> Pending<'m> {
    /// The next access of a task to memory that others can reach, if that is what it does next.
    fn of(machine: &Machine, task: &'m Task) -> Option<Pending<'m>> {
        if task.state != RunState::Ready {
            return None;
        }
        let Reach::Retires(reached) = reach(&task.context, machine.ram(), &task.code) else { return None };
        let start = u32::from(reached.address);
        let banked = start.checked_sub(BANK_BASE).is_some_and(|at| (at as usize) < task.bank.len());
        let len = u32::from(reached.len);
        (len > 0 && !banked).then_some(Pending { task, start, end: start + len, write: reached.stores() })
    }

    fn conflicts(&self, other: &Pending<'_>) -> bool {
        (self.write || other.write) && self.start < other.end && other.start < self.end
    }

    fn text(&self) -> String {
        let does = if self.write { "writes" } else { "reads" };
        format!("{} {} {does} at 0x{:04X}", self.task.pid, self.task.name, self.task.context.pc)
    }
}

/// The races of a state, but for bytes that are declared as synchronization.
pub(super) fn races(machine: &Machine, sync: &[(u32, u32)]) -> Vec<Failure> {
    let pending: Vec<Pending<'_>> = machine.tasks().iter().filter_map(|task| Pending::of(machine, task)).collect();
    let mut found = Vec::new();
    for (i, a) in pending.iter().enumerate() {
        for b in pending[i + 1..].iter().filter(|b| a.conflicts(b)) {
            let (start, end) = (a.start.max(b.start), a.end.min(b.end));
            let declared = |at: u32| sync.iter().any(|(from, to)| (*from..*to).contains(&at));
            if let Some(at) = (start..end).find(|at| !declared(*at)) {
                let detail = format!("[0x{at:04X}]: {}, {}, in no order", a.text(), b.text());
                found.push(Failure { kind: FailureKind::Race, detail });
            }
        }
    }
    found
}
