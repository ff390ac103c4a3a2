//! 8: what tasks printed.

use super::tail;
use crate::ui::format::count;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::{PaneId, Scene};

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    scene.now.console.iter().map(|l| lines(&l.text).count()).sum()
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    let dropped = scene.now.console_dropped;
    let lost = if dropped > 0 { format!(", {} dropped", count(dropped)) } else { String::new() };
    format!("turn pid stream{lost}")
}

/// The lines of a text; a line break at its end ends the last one and begins none.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n')
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    if scene.now.console.is_empty() {
        pen.row(0).put(" nothing printed yet: stdout, stderr and UART of all tasks show here", Role::Dim);
        return;
    }
    let first = tail(scene, PaneId::Console, rows(scene), pen.height());
    let all = scene.now.console.iter().flat_map(|l| lines(&l.text).enumerate().map(move |(i, text)| (l, i, text)));
    for (row, (line, i, text)) in all.skip(first).take(pen.height()).enumerate() {
        pen.row(row);
        if i == 0 {
            pen.right(&count(line.turn), 9, Role::Dim).right(&line.pid.to_string(), 13, Role::Text);
            let role = if line.stream == "stderr" { Role::Trouble } else { Role::Dim };
            pen.col(14).put(line.stream, role);
        }
        pen.col(22).put(text, Role::Text);
    }
}
