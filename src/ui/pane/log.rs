//! 16: answers of the debugger.

use super::tail;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::{PaneId, Scene};

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    scene.view.log.len()
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    format!("{} lines", scene.view.log.len())
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let first = tail(scene, PaneId::Log, rows(scene), pen.height());
    for (row, line) in scene.view.log.iter().skip(first).take(pen.height()).enumerate() {
        let role = if line.starts_with("> ") { Role::Label } else { Role::Text };
        pen.row(row).put(" ", Role::Text).put(line, role);
    }
    if scene.view.log.is_empty() {
        pen.row(0).put(" answers of commands show here: type : and help", Role::Dim);
    }
}
