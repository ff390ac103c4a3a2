//! 11: memory as a task sees it, with the owner of each row, and a cursor to change it at.

use super::subject;
use crate::backend::{Snapshot, TaskView};
use crate::ui::format::{plain_bytes, visible};
use crate::ui::marks::{self, Change};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::{ByteFormat, PaneId, Scene, Spot, View};
use std::ops::Range;

/// Addresses there are.
const END: usize = 0x1_0000;
/// Where the image data of each task begins.
const BANK: usize = 0x4000;

/// Bytes a row in so many columns.
#[must_use]
pub fn across(format: ByteFormat, width: usize) -> usize {
    // Address and owner, then each byte (or word) with its mark and its letter.
    let fits = |n: &usize| match format {
        ByteFormat::Text => width >= 10 + n,
        ByteFormat::Hex => width >= 9 + 3 * n + 1 + n,
        ByteFormat::Words => width >= 9 + 11 * n / 4 + n,
    };
    let most = if format == ByteFormat::Text { [64, 32, 16, 8, 4] } else { [16, 8, 4, 4, 4] };
    most.into_iter().find(fits).unwrap_or(4)
}

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    let width = width(scene.view);
    END / across(scene.view.memory, width)
}

fn width(view: &View) -> usize {
    let panes = crate::ui::layout::layout(view);
    panes.iter().find(|(id, _)| *id == PaneId::Memory).map_or(80, |(_, r)| r.width.into())
}

pub(super) fn title(scene: &Scene<'_>, _: usize) -> String {
    subject(scene, PaneId::Memory).map_or(String::new(), |t| format!("of {}:{}", t.pid, visible(&t.name)))
}

pub(super) fn info(_: &Scene<'_>) -> String {
    "W window S stack b data".to_owned()
}

/// The bytes of RAM that the cursor of the focused pane is on: a register and the word it is are lit
/// together, wherever they show.
#[must_use]
pub fn lit(scene: &Scene<'_>) -> Option<Range<usize>> {
    let task = subject(scene, scene.view.focus)?;
    match scene.view.focus {
        PaneId::Windows => {
            let at = usize::from(task.reg_base) + 4 * scene.view.pane(PaneId::Windows).cursor.min(15);
            Some(at..at + 4)
        }
        PaneId::Switch => {
            let (pid, i) = super::switch::chosen(scene)?;
            let task = scene.now.tasks.iter().find(|t| t.pid == pid)?;
            let at = usize::from(task.reg_base) + 4 * usize::from(i);
            Some(at..at + 4)
        }
        PaneId::Memory => {
            let at = cursor(scene, task);
            (!is_banked(task, at)).then_some(at..at + 1)
        }
        _ => None,
    }
}

fn is_banked(task: &TaskView, at: usize) -> bool {
    (BANK..BANK + task.bank.len()).contains(&at)
}

/// Where the cursor is: where the user has put it, or the task's registers.
fn cursor(scene: &Scene<'_>, task: &TaskView) -> usize {
    let moved = scene.view.panes.get(&PaneId::Memory).filter(|s| s.moved);
    moved.map_or(usize::from(task.reg_base), |s| s.cursor.min(END - 1))
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let Some(task) = subject(scene, PaneId::Memory) else { return };
    let across = across(scene.view.memory, pen.width());
    let cursor = cursor(scene, task);
    let page = pen.height() * across;
    let first = match scene.view.panes.get(&PaneId::Memory).filter(|s| s.moved) {
        Some(state) => {
            let least = (cursor + across).saturating_sub(page).div_ceil(across) * across;
            (state.scroll * across).clamp(least.min(cursor), cursor) / across * across
        }
        None => cursor / across * across,
    };
    let first = first.min(END - page.min(END)).div_ceil(across) * across;
    for row in 0..pen.height() {
        let address = first + row * across;
        if address < END {
            line(scene, task, (address, across.min(END - address)), cursor, pen.row(row));
        }
    }
}

/// Whose an address is: `W1` window of task 1, `S2` stack of task 2, `b` the task's own image data.
fn owner(now: &Snapshot, task: &TaskView, address: usize) -> String {
    if is_banked(task, address) {
        return "b".into();
    }
    for t in &now.tasks {
        let bank = usize::from(t.reg_base);
        if (bank..bank + 64).contains(&address) {
            return format!("W{}", t.pid);
        }
        if (usize::from(t.stack_base)..usize::from(t.stack_top)).contains(&address) {
            return format!("S{}", t.pid);
        }
    }
    ".".into()
}

/// A byte as a task sees it.
#[must_use]
pub fn byte(now: &Snapshot, task: &TaskView, at: usize) -> u8 {
    let banked = at.checked_sub(BANK).and_then(|i| task.bank.get(i));
    banked.or(now.ram.get(at)).copied().unwrap_or(0)
}

fn change(now: &Snapshot, task: &TaskView, at: usize) -> Change {
    if is_banked(task, at) { Change::None } else { marks::byte(now, at) }
}

fn line(scene: &Scene<'_>, task: &TaskView, (address, count): (usize, usize), cursor: usize, pen: &mut Pen<'_>) {
    let now = scene.now;
    let owned = owner(now, task, address);
    let role = match owned.as_bytes() {
        [b'W', ..] => Role::Label,
        [b'S', ..] => Role::Sleep,
        [b'b'] => Role::Run,
        _ => Role::Dim,
    };
    pen.put(&format!("{address:04X} "), Role::Dim).put(&owned, role).col(9);
    let lit = lit(scene);
    let is_lit = |at: usize| lit.as_ref().is_some_and(|l| l.contains(&at)) && !is_banked(task, at);
    let here = |at: usize| at == cursor && scene.view.focus == PaneId::Memory || is_lit(at);
    let bytes: Vec<u8> = (address..address + count).map(|at| byte(now, task, at)).collect();
    match scene.view.memory {
        ByteFormat::Hex => {
            for (i, b) in bytes.iter().enumerate() {
                let (at, start) = (address + i, pen.at());
                let change = change(now, task, at);
                let plain = change.role(if *b == 0 { Role::Dim } else { Role::Text });
                pen.put(&format!("{b:02X}"), if here(at) { Role::Pc } else { plain });
                pen.put(change.mark(pen.symbols()), change.role(Role::Dim));
                pen.spot_from(start, Spot::Byte(task.pid, at as u16));
            }
            pen.put(" ", Role::Dim);
            text(task, address, &bytes, here, pen);
        }
        ByteFormat::Words => words(scene, task, address, &bytes, here, pen),
        ByteFormat::Text => text(task, address, &bytes, here, pen),
    }
}

fn text(task: &TaskView, address: usize, bytes: &[u8], here: impl Fn(usize) -> bool, pen: &mut Pen<'_>) {
    for (i, b) in bytes.iter().enumerate() {
        let start = pen.at();
        let role = if here(address + i) { Role::Pc } else { Role::Dim };
        pen.put(&plain_bytes(&[*b]), role).spot_from(start, Spot::Byte(task.pid, (address + i) as u16));
    }
}

fn words(
    scene: &Scene<'_>,
    task: &TaskView,
    address: usize,
    bytes: &[u8],
    here: impl Fn(usize) -> bool,
    pen: &mut Pen<'_>,
) {
    for (i, word) in bytes.chunks_exact(4).enumerate() {
        let (at, start) = (address + 4 * i, pen.at());
        let value = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        let change = (at..at + 4).map(|at| change(scene.now, task, at)).max().unwrap_or_default();
        let here = (at..at + 4).any(&here);
        let plain = change.role(if value == 0 { Role::Dim } else { Role::Text });
        pen.put(&format!("{value:08X}"), if here { Role::Pc } else { plain });
        pen.put(change.mark(pen.symbols()), change.role(Role::Dim)).put("  ", Role::Dim);
        pen.spot_from(start, Spot::Byte(task.pid, at as u16));
    }
    pen.put(&plain_bytes(bytes), Role::Dim);
}
