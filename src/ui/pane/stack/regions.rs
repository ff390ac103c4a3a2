//! What lies where in RAM: banks, stacks and free pieces, from the highest address down.

use crate::backend::{Pid, Snapshot};
use crate::text::visible;
use crate::ui::format::{count, fit};
use crate::ui::pane::selected;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// First address past the stacks.
const STACKS_END: usize = 0xFFFC;

/// What a piece of RAM is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The registers of a task.
    Bank(Pid),
    /// The stack of a task.
    Stack(Pid),
    /// Nothing yet.
    Free,
}

/// A piece of RAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First address.
    pub start: usize,
    /// First address past it.
    pub end: usize,
    /// What for.
    pub what: What,
}

/// All of RAM in pieces, by falling address.
#[must_use]
pub fn list(now: &Snapshot) -> Vec<Region> {
    let mut busy: Vec<Region> = Vec::with_capacity(2 * now.tasks.len());
    for t in &now.tasks {
        let bank = usize::from(t.reg_base);
        busy.push(Region { start: bank, end: bank + 64, what: What::Bank(t.pid) });
        busy.push(Region { start: t.stack_base.into(), end: t.stack_top.into(), what: What::Stack(t.pid) });
    }
    busy.sort_unstable_by_key(|r| r.start);
    let mut all = Vec::with_capacity(2 * busy.len());
    let mut at = 0;
    // The last word belongs to no stack and is nobody's to use.
    for region in busy.into_iter().chain([Region { start: STACKS_END, end: STACKS_END, what: What::Free }]) {
        if region.start > at {
            // Below 0x1000 nothing is handed out: a piece of its own.
            for (start, end) in [(at, region.start.min(0x1000)), (at.max(0x1000), region.start)] {
                if start < end {
                    all.push(Region { start, end, what: What::Free });
                }
            }
        }
        at = at.max(region.end);
        if region.end > region.start {
            all.push(region);
        }
    }
    all.reverse();
    all
}

/// Rows of the whole table.
#[must_use]
pub fn rows(scene: &Scene<'_>) -> usize {
    let banked = scene.now.tasks.iter().any(|t| !t.bank.is_empty());
    list(scene.now).len() + 1 + usize::from(banked)
}

/// Draws as much of the table as there is room for.
pub fn draw(scene: &Scene<'_>, row: usize, room: usize, pen: &mut Pen<'_>) {
    let what = pen.width().saturating_sub(8 + 12).min(40);
    pen.row(row).put("addr    what", Role::Head).right("bytes", 8 + what + 8, Role::Head);
    let all = list(scene.now);
    let banked = selected(scene).filter(|t| !t.bank.is_empty());
    let foot = usize::from(banked.is_some() && room > 3);
    let shown = room.saturating_sub(1 + foot);
    let whole = all.len() <= shown;
    let fit_rows = if whole { all.len() } else { shown.saturating_sub(1) };
    for (i, region) in all.iter().take(fit_rows).enumerate() {
        line(scene, region, what, pen.row(row + 1 + i));
    }
    let mut at = row + 1 + fit_rows;
    if !whole && shown > 0 {
        let text = format!("        {} {} more", pen.symbols().more[0], all.len() - fit_rows);
        pen.row(at).put(&text, Role::Dim);
        at += 1;
    }
    if let Some(task) = banked.filter(|_| foot > 0) {
        let end = 0x4000 + task.bank.len() - 1;
        let text = format!("4000..{end:04X}  image data of {}, seen by it alone", task.pid);
        pen.row(at).put(&text, Role::Dim);
    }
}

fn line(scene: &Scene<'_>, region: &Region, width: usize, pen: &mut Pen<'_>) {
    let chosen = selected(scene).map(|t| t.pid);
    let name = |pid: Pid| scene.now.tasks.iter().find(|t| t.pid == pid).map_or("".into(), |t| visible(&t.name));
    let (text, owner) = match region.what {
        What::Bank(pid) => (format!("bank  {pid}:{}", name(pid)), Some(pid)),
        What::Stack(pid) => (format!("stack {pid}:{}", name(pid)), Some(pid)),
        What::Free => ("free".to_owned(), None),
    };
    let role = match owner {
        None => Role::Dim,
        owner if owner == chosen => Role::Focus,
        _ => Role::Text,
    };
    pen.put(&format!("{:04X}", region.start), Role::Dim);
    let ellipsis = pen.symbols().ellipsis;
    pen.col(8).put(&fit(&text, width, ellipsis), role);
    pen.right(&count((region.end - region.start) as u64), 8 + width + 8, role);
}
