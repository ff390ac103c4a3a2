//! 4: stacks as bars, the RAM at one glance, and the selected task's stack in detail.

use super::{scroll_to, selected};
use crate::target::TaskView;
use crate::ui::format::count;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// Rows the map takes: a scale, the RAM, a legend, free room.
const MAP: usize = 4;

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    scene.now.tasks.len() + MAP + selected(scene).map_or(0, |t| usize::from(t.stack_top.saturating_sub(t.sp)) / 4)
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    let bar = scene.theme.symbols().bar;
    format!("G guard {} used {} was", bar[2], bar[1])
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let tasks = &scene.now.tasks;
    let height = pen.height();
    if tasks.is_empty() {
        pen.row(0).put(" no tasks", Role::Dim);
        return;
    }
    // Bars first, then the map, then the selected stack's words.
    let free_row = usize::from(height >= 2);
    let map = if height > tasks.len().min(4) + MAP { MAP } else { free_row };
    let bars = tasks.len().min(height - map).min((height - map).div_ceil(if map == MAP { 2 } else { 1 }).max(3));
    let at = selected(scene).and_then(|s| tasks.iter().position(|t| t.pid == s.pid)).unwrap_or(0);
    let first = scroll_to(at, tasks.len(), bars);
    for (row, task) in tasks.iter().skip(first).take(bars).enumerate() {
        bar(scene, task, pen.row(row));
    }
    let mut row = bars;
    if map == MAP {
        row += ruler(scene, row, pen);
    }
    if map > 0 && row < height {
        pen.row(row).put(&free(scene), Role::Dim);
        row += 1;
    }
    if let Some(task) = selected(scene).filter(|_| row + 3 < height) {
        detail(scene, task, row + 1, pen);
    }
}

fn bar(scene: &Scene<'_>, task: &TaskView, pen: &mut Pen<'_>) {
    let chosen = selected(scene).is_some_and(|t| t.pid == task.pid);
    if chosen {
        pen.highlight(Role::Selection);
    }
    let plain = if chosen { Role::Selection } else { Role::Text };
    let size = usize::from(task.stack_top.saturating_sub(task.stack_limit)).max(1);
    let used = usize::from(task.stack_top.saturating_sub(task.sp));
    let deepest = (task.counters.deepest as usize).max(used).min(size);
    let numbers = if pen.width() >= 46 {
        format!("{used:5}/{size:<5}hw {deepest:<5}")
    } else {
        format!("{used:4} hw{deepest:4}")
    };
    let cells = pen.width().saturating_sub(5 + 1 + 4 + 1 + 1 + 1 + 4 + numbers.len()).max(4);
    let symbols = pen.symbols().bar;
    let filled = |bytes: usize| (bytes * cells).div_ceil(size).min(cells);
    let near = used * 10 >= size * 9;
    pen.right(&task.pid.to_string(), 5, plain).put(" ", plain);
    pen.put(&format!("{:04X} ", task.stack_limit), Role::Dim).put("G", if near { Role::Trouble } else { Role::Label });
    pen.put(&symbols[0].repeat(cells - filled(deepest)), Role::Dim);
    pen.put(&symbols[1].repeat(filled(deepest) - filled(used)), Role::Since);
    pen.put(&symbols[2].repeat(filled(used)), if near { Role::Trouble } else { Role::Run });
    pen.put(symbols[3], Role::Dim).put(&format!("{:04X}", task.stack_top), Role::Dim).put(&numbers, plain);
}

/// The whole RAM in one row: banks, stacks, image data, free room.
fn ruler(scene: &Scene<'_>, row: usize, pen: &mut Pen<'_>) -> usize {
    let cells = pen.width().saturating_sub(7).clamp(16, 128) / 4 * 4;
    let scale = pen.row(row);
    for quarter in 0..4 {
        scale.col(6 + quarter * cells / 4).put(&format!("{:04X}", quarter * 0x4000), Role::Dim);
    }
    pen.row(row + 1).put("  RAM ", Role::Dim);
    for cell in 0..cells {
        let (from, to) = (cell * 0x1_0000 / cells, (cell + 1) * 0x1_0000 / cells);
        let (text, role) = region(scene, from, to);
        pen.put(&text, role);
    }
    pen.row(row + 2).put("      R banks  digits stacks by pid  b image data", Role::Dim);
    3
}

fn region(scene: &Scene<'_>, from: usize, to: usize) -> (String, Role) {
    let tasks = &scene.now.tasks;
    let covers = |start: usize, end: usize| start < to && from < end;
    let chosen = |pid: u16| selected(scene).is_some_and(|t| t.pid == pid);
    let bank = tasks.iter().find(|t| covers(t.reg_base.into(), usize::from(t.reg_base) + 64));
    let stack = tasks.iter().find(|t| covers(t.stack_base.into(), t.stack_top.into()));
    if let Some(task) = bank {
        ("R".into(), if chosen(task.pid) { Role::Focus } else { Role::Label })
    } else if let Some(task) = stack {
        ((task.pid % 10).to_string(), if chosen(task.pid) { Role::Focus } else { Role::Run })
    } else if tasks.iter().any(|t| !t.bank.is_empty() && covers(0x4000, 0x4000 + t.bank.len())) {
        ("b".into(), Role::Since)
    } else {
        (scene.theme.symbols().bar[0].into(), Role::Dim)
    }
}

/// The largest free piece between the lowest bank and the highest stack.
fn free(scene: &Scene<'_>) -> String {
    let tasks = scene.now.tasks.iter();
    let mut busy: Vec<(usize, usize)> = tasks
        .flat_map(|t| {
            let bank = usize::from(t.reg_base);
            [(bank, bank + 64), (t.stack_base.into(), t.stack_top.into())]
        })
        .collect();
    busy.sort_unstable();
    let mut best = (0x1000, 0x1000);
    let mut at = 0x1000;
    for (start, end) in busy.into_iter().chain([(0xFFFC, 0x1_0000)]) {
        if start > at && start - at > best.1 - best.0 {
            best = (at, start);
        }
        at = at.max(end);
    }
    let bytes = best.1 - best.0;
    format!("      free {:04X}..{:04X}, {} bytes", best.0, best.1.max(1) - 1, count(bytes as u64))
}

/// The words of a stack, newest first.
fn detail(scene: &Scene<'_>, task: &TaskView, row: usize, pen: &mut Pen<'_>) {
    let rows = pen.height() - row;
    let words = usize::from(task.stack_top.saturating_sub(task.sp)) / 4;
    let rule = pen.symbols().rule[0].repeat(2);
    let left = usize::from(task.sp.saturating_sub(task.stack_limit));
    pen.row(row).put(&format!("{rule} stack of {}", task.pid), Role::Border);
    pen.put(&format!("  used {}  left {left}  depth {}", 4 * words, task.depth), Role::Dim);
    let fit = if words > rows - 2 { rows.saturating_sub(3) } else { words };
    for i in 0..fit {
        word(scene, task, i, pen.row(row + 1 + i));
    }
    let mut at = row + 1 + fit;
    if words > fit {
        let text = format!("{}     {} more words", pen.symbols().ellipsis, words - fit);
        pen.row(at).put(&text, Role::Dim);
        at += 1;
    }
    pen.row(at).put(&format!("{:04X} {rule} TOP {rule}", task.stack_top), Role::Dim);
}

fn word(scene: &Scene<'_>, task: &TaskView, i: usize, pen: &mut Pen<'_>) {
    let address = usize::from(task.sp) + 4 * i;
    let bytes = scene.now.ram.get(address..address + 4).unwrap_or(&[0; 4]);
    let value = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let change = crate::ui::marks::byte(scene.now, address);
    pen.put(&format!("{address:04X} "), Role::Dim);
    pen.put(if i == 0 { pen.symbols().last } else { " " }, Role::Run);
    pen.put(&format!("{:8}", if i == 0 { "sp".to_owned() } else { format!("sp+{}", 4 * i) }), Role::Dim);
    let mark = change.mark(pen.symbols());
    pen.put(&format!("{value:08X}"), change.role(Role::Text)).put(mark, change.role(Role::Text));
    if let Some(place) = returns_to(task, value) {
        pen.put("  returns to ", Role::Dim).put(&place, Role::Label);
    }
}

/// A word that is the address behind a CALL is a return address.
fn returns_to(task: &TaskView, value: u32) -> Option<String> {
    let row = task.listing.rows.get(task.listing.row_at(value.checked_sub(4)?)?)?;
    let behind = row.mnemonic == "CALL" && row.address + 4 == value;
    behind.then(|| super::label(task, value).unwrap_or_else(|| format!("{value:04X}")))
}
