//! Shared words below the tasks' lanes: who touched them, what was written, and what nothing but the schedule ordered.

use super::LABELS;
use crate::backend::{Lanes, WordCell, WordLane};
use crate::text::visible;
use crate::ui::format::fit;
use crate::ui::pen::Pen;
use crate::ui::theme::{Role, Symbols};

/// The mark of a cell, and its role.
pub fn look(symbols: &'static Symbols, cell: &WordCell) -> (&'static str, Role) {
    let [read, write, modify, several, delivered, stale] = symbols.words;
    let own = Role::of_task(cell.pid);
    match *cell {
        WordCell { stale: true, .. } => (stale, Role::Trouble),
        WordCell { delivered: true, several: false, .. } => (delivered, own),
        WordCell { several: true, written: true, .. } => (several, Role::Label),
        WordCell { read: true, written: true, .. } => (modify, own),
        WordCell { written: true, .. } => (write, own),
        WordCell { read: true, .. } => (read, own),
        WordCell { .. } => (symbols.bar[0], Role::Dim),
    }
}

/// What a lane is called.
pub fn name(lane: &WordLane) -> String {
    match lane.end - lane.start {
        4 => format!("[{:04X}]", lane.start),
        _ => format!("[{:04X}..{:02X}]", lane.start, (lane.end - 1) & 0xFF),
    }
}

/// Draws a word's lane into the row the pen is in.
pub fn lane(lane: &WordLane, variable: Option<&str>, columns: usize, more: bool, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    if more {
        pen.put(symbols.more[0], Role::Dim);
    }
    let pin = if lane.pinned { Role::Label } else { Role::Text };
    let name = variable.map_or_else(|| name(lane), |variable| visible(variable).into_owned());
    pen.col(3).put(&fit(&name, LABELS - 4, symbols.ellipsis), pin);
    pen.col(LABELS);
    let cells = &lane.cells[..columns.min(lane.cells.len())];
    for same in cells.chunk_by(|a, b| look(symbols, a) == look(symbols, b)) {
        let (mark, role) = look(symbols, &same[0]);
        pen.put(&mark.repeat(same.len()), role);
    }
}

/// What was written to a word, where there is room for it, else a dot.
pub fn values(lane: &WordLane, columns: usize, number: impl Fn(u32) -> String, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    pen.col(5).put("value", Role::Dim);
    let cells = &lane.cells[..columns.min(lane.cells.len())];
    let changes: Vec<(usize, u32)> = cells.iter().enumerate().filter_map(|(i, c)| Some((i, c.value?))).collect();
    let mut known = None;
    let mut free = 0;
    for (i, (column, value)) in changes.iter().enumerate() {
        if known.replace(*value) == Some(*value) {
            continue;
        }
        let text = number(*value);
        let next = changes[i + 1..].iter().find(|(_, v)| v != value).map_or(columns, |(column, _)| *column);
        let fits = column + text.len() < next.max(column + 2) && column + text.len() <= columns;
        if fits && *column >= free {
            pen.col(LABELS + column).put(&text, Role::Text);
            free = column + text.len() + 1;
        } else if *column >= free {
            pen.col(LABELS + column).put(symbols.changed, Role::Dim);
            free = column + 1;
        }
    }
}

/// Where the order of two accesses is the schedule's alone.
pub fn unordered(lanes: &[WordLane], columns: usize, pen: &mut Pen<'_>) {
    let mark = pen.symbols().unordered;
    pen.col(5).put("races", Role::Dim);
    for column in 0..columns {
        if lanes.iter().any(|lane| lane.cells.get(column).is_some_and(|cell| cell.unordered)) {
            pen.col(LABELS + column).put(mark, Role::Trouble);
        }
    }
}

/// What the marks mean that are to be seen.
pub fn legend(symbols: &'static Symbols, lanes: &Lanes) -> Vec<(&'static str, &'static str)> {
    let [read, write, modify, several, delivered, stale] = symbols.words;
    let any =
        |wanted: &str| lanes.words.iter().flat_map(|lane| &lane.cells).any(|cell| look(symbols, cell).0 == wanted);
    let marks = [
        (stale, "overwrites unseen"),
        (read, "reads"),
        (write, "writes"),
        (modify, "both"),
        (several, "several tasks"),
        (delivered, "delivered"),
    ];
    let mut legend: Vec<_> = marks.into_iter().filter(|(mark, _)| any(mark)).collect();
    if lanes.words.iter().flat_map(|lane| &lane.cells).any(|cell| cell.unordered) {
        legend.insert(1.min(legend.len()), (symbols.unordered, "unordered"));
    }
    legend
}
