//! 8: what tasks printed.

use super::list::tail;
use super::{Here, Unit};
use crate::backend::ConsoleLine;
use crate::text::visible;
use crate::ui::format::count;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { title, info, rows, draw, newest: true, pins: true, filters: true, ..Unit::LIST };

/// The lines that pass: of one task or all, and through the filter.
fn shown<'s>(here: &Here<'s>) -> Vec<(&'s ConsoleLine, usize, &'s str)> {
    let filter = here.filter();
    let only = here.view.formats.own_console.then(|| here.subject()).flatten().map(|t| t.pid);
    let mine = |l: &&ConsoleLine| {
        only.is_none_or(|pid| pid == l.pid) && filter.passes(Some(l.pid), l.stream, || l.text.clone())
    };
    let wanted = here.now.console.iter().filter(mine);
    wanted.flat_map(|l| lines(&l.text).enumerate().map(move |(i, t)| (l, i, t))).collect()
}

fn rows(here: &Here<'_>) -> usize {
    shown(here).len()
}

fn title(here: &Here<'_>, _: usize) -> String {
    match here.subject().filter(|_| here.view.formats.own_console) {
        Some(task) => format!("of {}:{}", task.pid, visible(&task.name)),
        None => String::new(),
    }
}

fn info(here: &Here<'_>) -> String {
    let dropped = here.now.console_dropped;
    let lost = if dropped > 0 { format!(", {} dropped", count(dropped)) } else { String::new() };
    format!("turn pid stream{lost}")
}

/// The lines of a text; a line break at its end ends the last one and begins none.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n')
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    if here.now.console.is_empty() {
        pen.row(0).put(" nothing printed yet: stdout, stderr and UART of all tasks show here", Role::Dim);
        return;
    }
    let all = shown(here);
    if all.is_empty() {
        pen.row(0).put(" nothing of what was printed passes here", Role::Dim);
    }
    let first = tail(here, all.len(), pen.height());
    let cursor = here.moved_to();
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
        let end = pen.width();
        pen.col(22).long(&[(text, Role::Text)], end);
    }
}
