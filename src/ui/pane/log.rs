//! 16: answers of the debugger.

use super::list::tail;
use super::{Here, Unit};
use crate::ui::format::plural;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { info, rows, draw, newest: true, filters: true, ..Unit::LIST };

fn rows(here: &Here<'_>) -> usize {
    shown(here).len()
}

fn shown<'s>(here: &Here<'s>) -> Vec<&'s String> {
    let filter = here.filter();
    here.view.notices.log.iter().filter(|l| filter.passes(None, "", || (*l).clone())).collect()
}

fn info(here: &Here<'_>) -> String {
    plural(here.view.notices.log.len() as u64, "line")
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let all = shown(here);
    let first = tail(here, all.len(), pen.height());
    let cursor = here.moved_to();
    for (row, (at, line)) in all.into_iter().enumerate().skip(first).take(pen.height()).enumerate() {
        if cursor == Some(at) {
            pen.row(row).highlight(Role::Selection);
        }
        let role = if line.starts_with("> ") { Role::Label } else { Role::Text };
        let end = pen.width();
        pen.row(row).spot(Spot::Row(at)).put(" ", Role::Text).long(&[(line, role)], end);
    }
    if here.view.notices.log.is_empty() {
        pen.row(0).put(" answers of commands show here: type : and help", Role::Dim);
    }
}
