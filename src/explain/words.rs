//! Numbers and places as sentences write them.

use crate::executive::task::{RunState, Task, Wait};
use crate::executive::{Machine, Pid};
use crate::text::hex::first_pairs;
use crate::vm::{BANK_BASE, C, N, V, WINDOW_BYTES, Z};

/// Bytes of a payload that are shown.
const SHOWN: usize = 16;

/// `0x0B`, `0x104C`, `0x0001104C`: upper case, as many digits as the number needs, by pairs.
pub fn hex(value: u32) -> String {
    match value {
        0..=0xFF => format!("0x{value:02X}"),
        0x100..=0xFFFF => format!("0x{value:04X}"),
        _ => format!("0x{value:08X}"),
    }
}

/// An address: `0x104C`.
pub fn at(address: u32) -> String {
    format!("0x{address:04X}")
}

/// `0B 00 00 00`; what is too long ends in dots.
pub fn bytes(bytes: &[u8]) -> String {
    first_pairs(bytes, SHOWN, "...")
}

/// `; the others continue`, where one of them can.
pub fn others(machine: &Machine, pid: Pid) -> &'static str {
    let has_a_turn =
        |task: &Task| task.state == RunState::Ready || task.wait.as_ref().and_then(Wait::deadline).is_some();
    let continues = machine.tasks().iter().any(|task| task.pid != pid && has_a_turn(task));
    if continues { "; the others continue" } else { "" }
}

/// `Z clear, C set, N clear, V clear`.
pub fn flags(psw: u8) -> String {
    let flag = |(name, bit)| format!("{name} {}", if psw & bit == 0 { "clear" } else { "set" });
    [("Z", Z), ("C", C), ("N", N), ("V", V)].map(flag).join(", ")
}

/// `R3 of task 2 lives at RAM 0x104C (reg_base 0x1040 + 4*3).`
pub fn home(task: &Task, i: u8) -> String {
    let base = task.context.reg_base;
    let place = at(u32::from(base) + 4 * u32::from(i));
    format!("R{i} of task {} lives at RAM {place} (reg_base {} + 4*{i}).", task.pid, at(base.into()))
}

/// What lies at an address as a task sees it: its own image data, a task's register or stack, or
/// RAM that all share.
pub fn place(machine: &Machine, task: &Task, address: u16) -> String {
    let banked = u32::from(address).checked_sub(BANK_BASE);
    if banked.is_some_and(|offset| (offset as usize) < task.bank.len()) {
        return format!("in the image data of task {}", task.pid);
    }
    match owner(machine, address) {
        Some((pid, Some(i))) => format!("which is R{i} of task {pid}"),
        Some((pid, None)) => format!("in the stack of task {pid}"),
        None => "in the RAM that all tasks share".into(),
    }
}

/// Whose arena an address of the shared RAM is part of, and of which register it is.
pub fn owner(machine: &Machine, address: u16) -> Option<(Pid, Option<u32>)> {
    let address = u32::from(address);
    machine.tasks().iter().find_map(|t| {
        let register = address.checked_sub(t.context.reg_base.into()).filter(|offset| *offset < WINDOW_BYTES);
        let stack = (t.context.stack_limit..t.context.stack_top).contains(&address);
        (register.is_some() || stack).then_some((t.pid, register.map(|offset| offset / 4)))
    })
}
