//! 17: a search over schedules: how it stands and what it has found, a row each.

use super::list::head;
use super::{Here, Response, Unit};
use crate::backend::{SearchRow, SearchStatus};
use crate::command::summary;
use crate::text::visible;
use crate::ui::format::{count, fit};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { want: |_, _, want| want.hunt = true, info, rows, draw, open, ..Unit::LIST };

/// Lines above the rows: what was covered, and the heads of columns.
const ABOVE: usize = 2;

/// What stands here before the first search.
const NONE: [&str; 3] = [
    " no search yet; :explore start tries all schedules from here on",
    " with collect EXPR, always EXPR, finally EXPR if wanted",
    " Enter opens what it has found",
];

fn hunted<'s>(here: &Here<'s>) -> Option<&'s SearchStatus> {
    here.now.hunted.as_deref()
}

fn rows(here: &Here<'_>) -> usize {
    hunted(here).map_or(0, |h| h.rows.len())
}

fn info(here: &Here<'_>) -> String {
    match hunted(here) {
        None => String::new(),
        Some(h) if h.progress.done.is_none() => format!("searching from turn {}", count(h.from)),
        Some(h) => format!("from turn {}", count(h.from)),
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let Some(hunted) = hunted(here) else {
        let ellipsis = pen.symbols().ellipsis;
        for (row, text) in NONE.iter().enumerate().take(pen.height()) {
            let text = fit(text, pen.width(), ellipsis);
            pen.row(row).put(&text, Role::Dim);
        }
        return;
    };
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    let said = visible(&summary(&hunted.progress, hunted.from)).into_owned();
    pen.row(0).put(" ", Role::Text).put(&fit(&said, width.saturating_sub(2), ellipsis), Role::Text);
    if hunted.rows.is_empty() {
        if hunted.progress.done.is_some() {
            pen.row(1).put(" no failure found", Role::Dim);
        }
        return;
    }
    let columns = Columns::of(width);
    columns.head(pen);
    let room = pen.height().saturating_sub(ABOVE);
    let first = head(here, hunted.rows.len(), room);
    for (at, (i, row)) in hunted.rows.iter().enumerate().skip(first).take(room).enumerate() {
        let chosen = here.chosen() == Some(i);
        pen.row(at + ABOVE).spot(Spot::Row(i));
        line(i, row, chosen, &columns, pen);
    }
}

/// Opens what was found as a branch; a failure beside a run that passes.
fn open(here: &Here<'_>) -> Vec<Response> {
    let found = hunted(here).and_then(|hunted| hunted.rows.get(here.state.cursor));
    let beside = |row: &SearchRow| if row.failure { " beside" } else { "" };
    let open = |row| Response::Command(format!("explore open {}{}", here.state.cursor + 1, beside(row)));
    found.map(open).into_iter().collect()
}

/// Where the figures are; what happened gets the rest.
struct Columns {
    what: usize,
    run: usize,
    orders: Option<usize>,
    turns: usize,
    switches: usize,
}

impl Columns {
    fn of(width: usize) -> Columns {
        let end = width.saturating_sub(1).min(110);
        let orders = (end >= 70).then(|| end - 19);
        let run = end.saturating_sub(if orders.is_some() { 34 } else { 19 });
        Columns { what: 6, run, orders, turns: end.saturating_sub(10), switches: end }
    }

    fn head(&self, pen: &mut Pen<'_>) {
        pen.row(1).put("    # what happened", Role::Head);
        pen.right("run", self.run, Role::Head);
        if let Some(at) = self.orders {
            pen.right("stands for", at, Role::Head);
        }
        pen.right("turns", self.turns, Role::Head);
        pen.right("switches", self.switches, Role::Head);
    }
}

fn line(number: usize, row: &SearchRow, chosen: bool, columns: &Columns, pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let plain = match (chosen, row.failure) {
        (true, _) => Role::Selection,
        (false, true) => Role::Trouble,
        (false, false) => Role::Text,
    };
    let mark = if row.failure { "!" } else { " " };
    let end = columns.run.saturating_sub(9);
    pen.put(mark, Role::Trouble).right(&(number + 1).to_string(), 5, plain);
    pen.col(columns.what).long(&[(&row.what, plain)], end);
    pen.right(&count(row.found.schedules), columns.run, plain);
    if let Some(at) = columns.orders {
        let orders = row
            .found
            .equivalents
            .map_or_else(|| "-".to_owned(), |n| u64::try_from(n).map_or_else(|_| format!("{:.1e}", n as f64), count));
        pen.right(&orders, at, plain);
    }
    pen.right(&count(row.found.schedule.turns()), columns.turns, plain);
    pen.right(&count(row.found.schedule.switches()), columns.switches, plain);
}
