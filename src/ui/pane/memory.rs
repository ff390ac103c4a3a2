//! 11: memory as the selected task sees it, with the owner of each row.

use super::selected;
use crate::target::{Snapshot, TaskView};
use crate::ui::format::plain_bytes;
use crate::ui::marks::{self, Change};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// Bytes a row.
pub const ROW_BYTES: usize = 16;

pub(super) fn rows(_: &Scene<'_>) -> usize {
    0x1_0000 / ROW_BYTES
}

pub(super) fn title(scene: &Scene<'_>, _: usize) -> String {
    selected(scene).map_or(String::new(), |t| format!("of {}:{}", t.pid, crate::ui::format::visible(&t.name)))
}

pub(super) fn info(_: &Scene<'_>) -> String {
    "R bank S stack b data".to_owned()
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let Some(task) = selected(scene) else { return };
    let first = usize::from(scene.view.memory_at) / ROW_BYTES * ROW_BYTES;
    let last = 0x1_0000 - (pen.height() * ROW_BYTES).min(0x1_0000);
    let first = first.min(last);
    let across = if pen.width() >= 6 + 4 + 3 * 16 + 16 { 16 } else { 8 };
    for row in 0..pen.height() {
        let address = first + row * across;
        if address < 0x1_0000 {
            line(scene.now, task, address, across, pen.row(row));
        }
    }
}

/// Whose an address is: `R1` bank of task 1, `S2` stack of task 2, `b` the task's own image data.
fn owner(now: &Snapshot, task: &TaskView, address: usize) -> String {
    if (0x4000..0x4000 + task.bank.len()).contains(&address) {
        return "b".into();
    }
    for t in &now.tasks {
        let bank = usize::from(t.reg_base);
        if (bank..bank + 64).contains(&address) {
            return format!("R{}", t.pid);
        }
        if (usize::from(t.stack_base)..usize::from(t.stack_top)).contains(&address) {
            return format!("S{}", t.pid);
        }
    }
    ".".into()
}

fn line(now: &Snapshot, task: &TaskView, address: usize, across: usize, pen: &mut Pen<'_>) {
    let byte = |at: usize| {
        let banked = at.checked_sub(0x4000).and_then(|i| task.bank.get(i));
        banked.or(now.ram.get(at)).copied().unwrap_or(0)
    };
    let bytes: Vec<u8> = (address..address + across).map(byte).collect();
    pen.put(&format!("{address:04X} "), Role::Dim).put(&owner(now, task, address), Role::Label).col(9);
    for (i, b) in bytes.iter().enumerate() {
        let banked = (0x4000..0x4000 + task.bank.len()).contains(&(address + i));
        let change = if banked { Change::None } else { marks::byte(now, address + i) };
        pen.put(&format!("{b:02X}"), change.role(if *b == 0 { Role::Dim } else { Role::Text }));
        pen.put(if change == Change::None { " " } else { change.mark(pen.symbols()) }, change.role(Role::Dim));
    }
    pen.put(" ", Role::Dim).put(&plain_bytes(&bytes), Role::Dim);
}
