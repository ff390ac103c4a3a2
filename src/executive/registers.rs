//! Registers from outside: setting one, and moving the window in which they are. Registers are words of RAM from `reg_base`
//! on, so a move changes nothing but that address: what the task reads in R0 from then on is what lies there.
//!
//! The arena stays: it is what the task was given, what is guarded and what is freed at its end. A window that was moved lies
//! wherever the user wants it, on memory that all tasks share or on the window of another one. From then on registers are no
//! longer a task's own, and what relies on that asks [`Task::window_is_moved`].

use super::input::{Applied, Refused, Reg};
use super::task::Task;
use super::{Machine, Pid, Touched};
use crate::vm::{self, BANK_BASE, Flags, RAM_BYTES, WINDOW_BYTES};
use std::ops::Range;

/// The highest address of a window.
const LAST: u32 = RAM_BYTES as u32 - WINDOW_BYTES;

impl Task {
    /// The addresses of its registers.
    #[must_use]
    pub fn window(&self) -> Range<u32> {
        let base = u32::from(self.context.reg_base);
        base..base + WINDOW_BYTES
    }

    /// Whether its registers lie elsewhere than in its arena: other tasks may touch them like any memory.
    #[inline(always)]
    #[must_use]
    pub const fn window_is_moved(&self) -> bool {
        self.context.reg_base as u32 != self.arena.bank.start
    }

    /// What is wrong with an address for its window, in words of what is expected.
    pub(super) fn no_window_at(&self, address: u32) -> Option<String> {
        let data = BANK_BASE..BANK_BASE + self.bank.len() as u32;
        if !address.is_multiple_of(4) || !(4..=LAST).contains(&address) {
            return Some(format!("a multiple of 4 from 0x0004 to 0x{LAST:04X}"));
        }
        let covered = address < data.end && data.start < address + WINDOW_BYTES;
        covered
            .then(|| format!("one outside 0x{:04X}..0x{:04X}, where the task sees its own data", data.start, data.end))
    }
}

impl Machine {
    pub(super) fn set_reg(
        &mut self,
        pid: Pid,
        reg: Reg,
        value: u32,
        touched: &mut Touched,
    ) -> Result<Applied, Refused> {
        let index = self.find(pid)?;
        let cx = &mut self.state.tasks[index].context;
        match reg {
            Reg::R(i) => {
                let cx = *cx;
                touched.host_register(&self.state.tasks[index], i);
                vm::set(&mut self.ram, &cx, i, value);
            }
            Reg::Pc => cx.pc = value,
            Reg::Sp if (cx.stack_limit..=cx.stack_top).contains(&value) => {
                cx.sp = value;
                cx.lowest = cx.lowest.min(value);
            }
            Reg::Sp => {
                let expected = format!("from 0x{:04X} to 0x{:04X}, the task's stack", cx.stack_limit, cx.stack_top);
                return Err(Refused::Value { what: "SP", expected });
            }
            Reg::Psw if value <= 0xFF => cx.flags = Flags::new(value as u8),
            Reg::Psw => return Err(Refused::Value { what: "PSW", expected: "from 0 to 0xFF".into() }),
        }
        Ok(Applied::Done)
    }

    /// Moves a task's window; no word changes.
    pub(super) fn rebase(&mut self, pid: Pid, address: u16) -> Result<Applied, Refused> {
        let index = self.find(pid)?;
        let task = &mut self.state.tasks[index];
        if let Some(expected) = task.no_window_at(address.into()) {
            return Err(Refused::Value { what: "the window's address", expected });
        }
        task.context.reg_base = address;
        Ok(Applied::Done)
    }

    /// Whether the registers of some task lie elsewhere than in its arena.
    #[must_use]
    pub fn moved_windows(&self) -> bool {
        self.state.tasks.iter().any(Task::window_is_moved)
    }
}
