//! 16: answers of the debugger.

use super::{filter, tail};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::{PaneId, Scene, Spot};

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    shown(scene).len()
}

fn shown<'s>(scene: &Scene<'s>) -> Vec<&'s String> {
    let filter = filter(scene, PaneId::Log);
    scene.view.log.iter().filter(|l| filter.passes(None, "", || (*l).clone())).collect()
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    format!("{} lines", scene.view.log.len())
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let all = shown(scene);
    let first = tail(scene, PaneId::Log, all.len(), pen.height());
    let cursor = super::list_cursor(scene, PaneId::Log);
    for (row, (at, line)) in all.into_iter().enumerate().skip(first).take(pen.height()).enumerate() {
        if cursor == Some(at) {
            pen.row(row).highlight(Role::Selection);
        }
        let role = if line.starts_with("> ") { Role::Label } else { Role::Text };
        pen.row(row).spot(Spot::Row(at)).put(" ", Role::Text).put(line, role);
    }
    if scene.view.log.is_empty() {
        pen.row(0).put(" answers of commands show here: type : and help", Role::Dim);
    }
}
