//! 12: who waits for whom: what is to be said of all waits, the cycle of a deadlock, a row a task.

mod cycle;
mod table;

use super::{Here, Response, Unit, scroll_to};
use crate::backend::waits::{Starving, Waits};
use crate::text::visible;
use crate::ui::format::{count, fit, plural, wrapped};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { want: |_, _, want| want.waits = true, info, rows, draw, open, ..Unit::LIST };

fn rows(here: &Here<'_>) -> usize {
    here.now.waits.as_ref().map_or(0, |w| w.rows.len())
}

fn info(here: &Here<'_>) -> String {
    let Some(waits) = &here.now.waits else { return String::new() };
    match (&waits.deadlock, waits.longest()) {
        (Some(deadlock), _) => format!("deadlock since turn {}", count(deadlock.since)),
        (None, Some((pid, longest))) => format!("longest wait: {pid}, {}", plural(longest.turns, "turn")),
        (None, None) => "no task has waited".to_owned(),
    }
}

/// Goes to the turn at which the wait under the cursor began.
fn open(here: &Here<'_>) -> Vec<Response> {
    let row = here.now.waits.as_ref().and_then(|w| w.rows.get(here.state.cursor.min(w.rows.len().checked_sub(1)?)));
    match row.map(|row| row.wait.as_ref().map(|w| w.since_turn)) {
        Some(Some(turn)) => vec![Response::Turn(turn)],
        Some(None) => Response::refuse("this task does not wait"),
        None => Vec::new(),
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let Some(waits) = &here.now.waits else {
        let unknown = pen.symbols().bar[0].repeat(2);
        pen.row(0).put("  ", Role::Dim).put(&unknown, Role::Dim);
        return;
    };
    let starving = waits.starving(here.view.formats.starve_turns);
    // Half the pane at most is for words: the rows are what can be gone to.
    let said = said(waits, &starving, pen.width(), (pen.height() / 2).max(1), here.view.formats.starve_turns);
    for (row, (text, role)) in said.iter().enumerate() {
        pen.row(row).put("  ", Role::Text).put(text, *role);
    }
    let below = said.len() + picture(waits, said.len(), pen);
    list(here, waits, &starving, below, pen);
}

/// The sentences, in lines.
fn said(waits: &Waits, starving: &[Starving], width: usize, most: usize, limit: u64) -> Vec<(String, Role)> {
    let width = width.saturating_sub(3);
    let trouble = if waits.deadlock.is_some() { Role::Trouble } else { Role::Text };
    let mut lines: Vec<(String, Role)> = Vec::new();
    for (i, sentence) in waits.verdict().iter().enumerate() {
        let role = if i == 0 { trouble } else { Role::Text };
        lines.extend(wrapped(&visible(sentence), width, [""; 2]).into_iter().map(|line| (line, role)));
    }
    for s in starving {
        let why = if s.ready { "ready and not scheduled" } else { "waiting for a message" };
        let text = format!("! {} has been {why} for {}, more than {}", s.pid, plural(s.turns, "turn"), count(limit));
        lines.extend(wrapped(&text, width, [""; 2]).into_iter().map(|line| (line, Role::Text)));
    }
    lines.truncate(most);
    lines
}

/// Draws the cycle of a deadlock, if there is one and it fits with room for the rows, else a blank
/// line if that does; lines taken.
fn picture(waits: &Waits, from: usize, pen: &mut Pen<'_>) -> usize {
    let needed = cycle::LINES + 2;
    let blank = usize::from(pen.height() > from + 4 + waits.rows.len());
    let cycle = waits.deadlock.as_ref().or(waits.suspect.as_ref()).map(|d| &d.cycle[..]);
    if pen.height() < from + needed + 1 + waits.rows.len().min(3) {
        return blank;
    }
    let room = pen.width().saturating_sub(1);
    let Some(lines) = cycle.and_then(|cycle| cycle::drawing(waits, cycle, pen.symbols(), room)) else { return blank };
    for (i, line) in lines.iter().enumerate() {
        pen.row(from + 1 + i).put(line, Role::Wait);
    }
    needed
}

fn list(here: &Here<'_>, waits: &Waits, starving: &[Starving], from: usize, pen: &mut Pen<'_>) {
    let columns = table::Columns::of(pen.width());
    columns.head(pen.row(from));
    let left = pen.height().saturating_sub(from + 1);
    // Figures without columns of their own are shown of one task below.
    let foot = if columns.has_figures() || left < 4 { 0 } else { 1 };
    let hint = usize::from(left > waits.rows.len() + foot + 1);
    let room = left.saturating_sub(foot + hint);
    let cursor = here.state.cursor.min(waits.rows.len().saturating_sub(1));
    let first = scroll_to(cursor, waits.rows.len(), room);
    for (line, (i, row)) in waits.rows.iter().enumerate().skip(first).take(room).enumerate() {
        let chosen = i == cursor && here.focused();
        let starves = starving.iter().any(|s| s.pid == row.pid);
        table::line(waits, row, &columns, chosen, starves, pen.row(from + 1 + line).spot(Spot::Row(i)));
    }
    let below = from + 1 + waits.rows.len().min(room);
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    if let (1, Some(row)) = (foot, waits.rows.get(cursor)) {
        pen.row(below).put(&fit(&format!("  {}", table::figures(waits, row)), width, ellipsis), Role::Dim);
    }
    if hint > 0 {
        let text = "  Enter goes to the turn a wait began   :waits dot FILE writes the graph";
        pen.row(below + foot).put(&fit(text, width, ellipsis), Role::Dim);
    }
}
