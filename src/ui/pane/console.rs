//! 8: what tasks printed.

use super::{filter, subject, tail};
use crate::backend::ConsoleLine;
use crate::ui::format::{count, visible};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::{PaneId, Scene, Spot};

/// The lines that pass: of one task or all, and through the filter.
fn shown<'s>(scene: &'s Scene<'_>) -> Vec<(&'s ConsoleLine, usize, &'s str)> {
    let filter = filter(scene, PaneId::Console);
    let only = scene.view.own_console.then(|| subject(scene, PaneId::Console)).flatten().map(|t| t.pid);
    let mine = |l: &&ConsoleLine| {
        only.is_none_or(|pid| pid == l.pid) && filter.passes(Some(l.pid), l.stream, || l.text.clone())
    };
    scene
        .now
        .console
        .iter()
        .filter(mine)
        .flat_map(|l| lines(&l.text).enumerate().map(move |(i, t)| (l, i, t)))
        .collect()
}

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    shown(scene).len()
}

pub(super) fn title(scene: &Scene<'_>, _: usize) -> String {
    match subject(scene, PaneId::Console).filter(|_| scene.view.own_console) {
        Some(task) => format!("of {}:{}", task.pid, visible(&task.name)),
        None => String::new(),
    }
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
    let all = shown(scene);
    if all.is_empty() {
        pen.row(0).put(" nothing of what was printed passes here", Role::Dim);
    }
    let first = tail(scene, PaneId::Console, all.len(), pen.height());
    let cursor = super::list_cursor(scene, PaneId::Console);
    for (row, (at, (line, i, text))) in all.into_iter().enumerate().skip(first).take(pen.height()).enumerate() {
        pen.row(row).spot(Spot::Row(at));
        if cursor == Some(at) {
            pen.highlight(Role::Selection);
        }
        if i == 0 {
            pen.right(&count(line.turn), 9, Role::Dim).right(&line.pid.to_string(), 13, Role::Text);
            let role = if line.stream == "stderr" { Role::Trouble } else { Role::Dim };
            pen.col(14).put(line.stream, role);
        }
        pen.col(22).put(text, Role::Text);
    }
}
