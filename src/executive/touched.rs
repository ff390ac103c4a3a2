//! What services read and write of tasks' memory, for whoever looks on. It is no part of the state:
//! machines are equal whatever is written down here.

use super::task::Task;
use super::{Machine, Pid};
use crate::vm::{BANK_BASE, RAM_BYTES, Touch};
use std::cell::RefCell;

/// What the executive has touched within the last turn.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    on: bool,
    list: RefCell<Vec<Touch>>,
}

impl PartialEq for Touched {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Machine {
    /// Begins or ends writing down what services touch.
    pub fn note_touches(&mut self, on: bool) {
        self.touched.on = on;
        self.touched.list.get_mut().clear();
    }

    /// What services and waits that ended have touched since the last instruction, if that is
    /// written down.
    pub fn touched(&self, mut tell: impl FnMut(Touch)) {
        self.touched.list.borrow().iter().for_each(|t| tell(*t));
    }

    pub(super) fn forget_touches(&mut self) {
        if self.touched.on {
            self.touched.list.get_mut().clear();
        }
    }

    /// Register `i` of a task is read or written.
    pub(super) fn touch_register(&self, task: &Task, i: u8, write: bool) {
        if self.touched.on {
            let address = u32::from(task.context.reg_base) + 4 * u32::from(i & 15);
            self.touched.list.borrow_mut().push(Touch { address, len: 4, write, bank: None });
        }
    }

    /// Memory is read or written as a task sees it. What crosses an end of the task's bank counts as
    /// two stretches.
    pub(super) fn touch_memory(&self, pid: Pid, bank: usize, address: u16, len: usize, write: bool) {
        if !self.touched.on || len == 0 {
            return;
        }
        let base = BANK_BASE as usize;
        let (start, end) = (usize::from(address), (usize::from(address) + len).min(RAM_BYTES));
        let (low, high) = (base.clamp(start, end), (base + bank).clamp(start, end));
        for (from, to, banked) in [(start, low, false), (low, high, true), (high, end, false)] {
            if from < to {
                let (address, len) = (from as u32, (to - from) as u32);
                let touch = Touch { address, len, write, bank: banked.then_some(pid) };
                self.touched.list.borrow_mut().push(touch);
            }
        }
    }
}
