//! What the executive reads and writes of tasks' memory on their behalf: for observers, and no part of the
//! machine.

use super::task::Task;
use crate::vm::{BANK_BASE, RAM_BYTES, Touch};

/// What services, ended waits and inputs touch, written down if the caller asks for it.
///
/// Each touch carries the task whose access it is and its instruction: a service's is the caller's, at its SVC;
/// what ends a wait writes as the waiter, at the waiter's SVC; an input's is the host's, pid 0 at address 0.
#[derive(Debug, Default)]
pub struct Touched {
    wanted: bool,
    list: Vec<Touch>,
}

impl Touched {
    /// An empty list, which is kept up if it is wanted.
    #[must_use]
    pub fn new(wanted: bool) -> Touched {
        Touched { wanted, list: Vec::new() }
    }

    /// What was touched, in that order.
    #[must_use]
    pub fn list(&self) -> &[Touch] {
        &self.list
    }

    pub(super) fn forget(&mut self) {
        self.list.clear();
    }

    /// Register `i` of a task is read or written by its instruction at `pc`.
    pub(super) fn register(&mut self, task: &Task, pc: u32, i: u8, write: bool) {
        if self.wanted {
            let address = u32::from(task.context.reg_base) + 4 * u32::from(i & 15);
            self.list.push(Touch { pid: task.pid, pc, address, len: 4, write, bank: None });
        }
    }

    /// Memory is read or written by a task's instruction at `pc`, at an address as the task sees it.
    pub(super) fn memory(&mut self, task: &Task, pc: u32, address: u16, len: usize, write: bool) {
        self.seen_by(task, Touch { pid: task.pid, pc, address: address.into(), len: len as u32, write, bank: None });
    }

    /// The host writes a register of a task.
    pub(super) fn host_register(&mut self, task: &Task, i: u8) {
        self.register(task, 0, i, true);
        self.list.iter_mut().for_each(|touch| touch.pid = 0);
    }

    /// The host writes memory, at an address as a task sees it.
    pub(super) fn host_memory(&mut self, task: &Task, address: u16, len: usize) {
        self.seen_by(task, Touch { pid: 0, pc: 0, address: address.into(), len: len as u32, write: true, bank: None });
    }

    /// What crosses an end of the task's bank counts as two touches; what lies past 0xFFFF as none.
    fn seen_by(&mut self, task: &Task, touch: Touch) {
        if !self.wanted || touch.len == 0 {
            return;
        }
        let base = BANK_BASE;
        let (start, end) = (touch.address, (touch.address + touch.len).min(RAM_BYTES as u32));
        let (low, high) = (base.clamp(start, end), (base + task.bank.len() as u32).clamp(start, end));
        for (from, to, banked) in [(start, low, false), (low, high, true), (high, end, false)] {
            if from < to {
                let bank = banked.then_some(task.pid);
                self.list.push(Touch { address: from, len: to - from, bank, ..touch });
            }
        }
    }
}
