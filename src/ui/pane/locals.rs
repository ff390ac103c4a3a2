//! 24: variables of the chosen frame of C: arguments, then its blocks from the inside out.

use super::list::head;
use super::{Here, Response, Unit};
use crate::backend::{Changed, FrameVariables, Pid, VariableRow};
use crate::text::visible;
use crate::ui::format::fit;
use crate::ui::marks::Change;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit {
    want: |view, _, want| want.variables = Some(view.opened.clone()),
    title,
    info,
    rows,
    draw,
    cursor,
    open,
    edit,
    stop,
    ..Unit::LIST
};

/// Columns from which on types have a column.
const WIDE: usize = 44;

fn found<'s>(here: &Here<'s>) -> Option<&'s FrameVariables> {
    here.now.variables.as_ref()
}

/// The row under the cursor, and whose it is.
fn chosen<'s>(here: &Here<'s>) -> Option<(Pid, &'s VariableRow)> {
    let found = found(here)?;
    Some((found.pid, found.rows.get(here.state.cursor)?))
}

fn rows(here: &Here<'_>) -> usize {
    found(here).map_or(0, |found| found.rows.len())
}

fn title(here: &Here<'_>, _: usize) -> String {
    let place = found(here).and_then(|found| Some((found.frame, found.function.as_deref()?)));
    place.map_or(String::new(), |(frame, function)| format!("of #{frame} {}", visible(function)))
}

fn info(here: &Here<'_>) -> String {
    let task = found(here).and_then(|found| here.now.task(found.pid));
    task.map_or(String::new(), |task| format!("{}:{}", task.pid, visible(&task.name)))
}

/// The first byte of the variable, so that everything that can be done with memory can be done with it.
fn cursor(here: &Here<'_>) -> Option<Spot> {
    let (pid, row) = chosen(here)?;
    let at = row.bytes.as_ref().and_then(|bytes| u16::try_from(bytes.start).ok());
    Some(at.map_or(Spot::Row(here.state.cursor), |at| Spot::Byte(pid, at)))
}

/// Opens what has parts, or shuts it; shows anything else in memory.
fn open(here: &Here<'_>) -> Vec<Response> {
    let Some((_, row)) = chosen(here) else { return Vec::new() };
    let at = row.bytes.as_ref().and_then(|bytes| u16::try_from(bytes.start).ok());
    match (row.opens, at) {
        (true, _) => vec![Response::Fold(row.path.clone())],
        (false, Some(at)) => vec![Response::Memory(at)],
        (false, None) => Response::refuse("this is not in memory"),
    }
}

/// Asks for a new value.
fn edit(here: &Here<'_>) -> Vec<Response> {
    let Some((pid, row)) = chosen(here) else { return Response::refuse("there is no variable under the cursor") };
    if let Some(why) = unnamed(row) {
        return why;
    }
    let parts = row.opens && !row.text.starts_with("0x");
    if parts {
        return Response::refuse("Enter opens it: its parts can be changed one by one");
    }
    // What stands behind a number is its meaning: a character, a text.
    let value = row.text.split(' ').next().unwrap_or_default().to_owned();
    let template = format!("set var -p {pid} {} = {{}}", row.path);
    vec![Response::Ask { label: row.path.clone(), template, text: value, value: true }]
}

/// Stops when it changes.
fn stop(here: &Here<'_>) -> Option<Vec<Response>> {
    let (pid, row) = chosen(here)?;
    Some(unnamed(row).unwrap_or_else(|| Response::command(format!("watch {} -p {pid}", row.path))))
}

/// Why commands cannot name a variable, if they cannot.
fn unnamed(row: &VariableRow) -> Option<Vec<Response>> {
    row.hidden.then(|| Response::refuse(format!("an inner {} hides this one: commands cannot name it", row.path)))
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let width = pen.width();
    let value_at = (width / 4).clamp(12, 26);
    let type_at = (width >= WIDE).then(|| width - (width / 4).clamp(14, 30));
    pen.row(0).put("   name", Role::Head).col(value_at).put("value", Role::Head);
    if let Some(at) = type_at {
        pen.col(at).put("type", Role::Head);
    }
    let rows = found(here).map_or(&[][..], |found| &found.rows);
    if rows.is_empty() {
        pen.row(1).put(&format!(" {}", nothing(here)), Role::Dim);
    }
    let room = pen.height().saturating_sub(1);
    let first = head(here, rows.len(), room);
    for (at, (i, row)) in rows.iter().enumerate().skip(first).take(room).enumerate() {
        line(row, here.chosen() == Some(i), (value_at, type_at), pen.row(at + 1).spot(Spot::Row(i)));
    }
}

fn nothing(here: &Here<'_>) -> String {
    match found(here).and_then(|found| found.function.as_deref()) {
        Some(function) => format!("{} has no variables here", visible(function)),
        None => "no C function here".to_owned(),
    }
}

fn line(row: &VariableRow, chosen: bool, (value_at, type_at): (usize, Option<usize>), pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let (symbols, width) = (pen.symbols(), pen.width());
    let role = |plain| if chosen { Role::Selection } else { plain };
    let change = match row.changed {
        Some(Changed::Turn) => Change::Turn,
        Some(Changed::Since) => Change::Since,
        None => Change::None,
    };
    let fold = match (row.opens, row.open) {
        (true, true) => "-",
        (true, false) => "+",
        (false, _) => " ",
    };
    let indent = 3 + 2 * row.depth.min(value_at / 4);
    pen.put(change.mark(symbols), change.role(Role::Text)).col(indent - 2).put(fold, role(Role::Dim));
    let name = if row.depth == 0 { &row.path } else { &row.name };
    pen.col(indent).put(
        &fit(&visible(name), value_at.saturating_sub(indent + 1), symbols.ellipsis),
        role(if row.hidden { Role::Dim } else { Role::Label }),
    );
    let end = type_at.map_or(width, |at| at - 1);
    let known = !row.text.starts_with('<');
    let plain = if known { change.role(Role::Text) } else { Role::Dim };
    pen.col(value_at).long(&[(&row.text, role(plain))], end);
    if let Some(at) = type_at {
        let text = fit(&visible(&row.type_name), width - at, symbols.ellipsis).into_owned();
        pen.col(at).put(&text, role(Role::Dim));
    }
}
