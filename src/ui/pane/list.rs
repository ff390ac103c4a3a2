//! What panes do that show a list, unless they say otherwise.

use super::{Here, Motion, Response, pane};
use crate::ui::spot::Spot;
use crate::ui::view::Formats;

/// The row of the cursor: where the user has put it, else where it rests.
fn row(here: &Here<'_>) -> Option<usize> {
    let unit = &pane(here.id).unit;
    let last = (unit.rows)(here).checked_sub(1)?;
    Some(if unit.newest && !here.state.moved { last } else { here.state.cursor.min(last) })
}

/// The row the cursor is on.
#[must_use]
pub fn cursor(here: &Here<'_>) -> Option<Spot> {
    row(here).map(Spot::Row)
}

/// Moves by rows.
#[must_use]
pub fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    if let Motion::Columns(by) = motion {
        return vec![Response::Aside(by)];
    }
    move_from(here, row(here).unwrap_or(0), motion)
}

/// Moves by rows from a row.
#[must_use]
pub fn move_from(here: &Here<'_>, from: usize, motion: Motion) -> Vec<Response> {
    let rows = (pane(here.id).unit.rows)(here);
    vec![Response::Cursor(moved(from, motion.rows(here.height), rows))]
}

/// A place among a number of places, moved and kept inside.
#[must_use]
pub fn moved(from: usize, by: i64, count: usize) -> usize {
    let last = count.saturating_sub(1);
    (from as i64).saturating_add(by).clamp(0, last as i64) as usize
}

/// Selects the task that many rows further in a list of tasks.
#[must_use]
pub fn select(here: &Here<'_>, tasks: &[u16], by: i64) -> Vec<Response> {
    let at = tasks.iter().position(|pid| Some(*pid) == here.view.selected).unwrap_or(0);
    tasks.get(moved(at, by, tasks.len())).map(|pid| Response::Select(*pid)).into_iter().collect()
}

/// Takes the cursor to a thing: to its row, or to its register, and to its task.
#[must_use]
pub fn put(here: &Here<'_>, spot: Spot) -> Vec<Response> {
    match spot {
        Spot::Task(pid) => vec![Response::Select(pid)],
        Spot::Register(pid, i) => vec![Response::Select(pid), Response::Cursor(i.into())],
        Spot::Byte(_, address) => vec![Response::Cursor(address.into())],
        Spot::Row(row) | Spot::Code(_, row, _) | Spot::Box(row, _) | Spot::Stop(row, _) => {
            vec![Response::Cursor(row)]
        }
        // A click there goes to the turn by itself.
        Spot::Turn(_) => Vec::new(),
        Spot::Sort(sort) => vec![Response::Formats(Formats { sort, ..here.view.formats })],
    }
}

/// First row that keeps the cursor in sight.
#[must_use]
pub fn scroll(here: &Here<'_>, row: usize) -> usize {
    let height = here.height.max(1);
    keep(here, row, row.saturating_sub(height / 2), height)
}

/// The same from a first row of its own while the user has not moved, for this many rows.
#[must_use]
pub fn keep(here: &Here<'_>, row: usize, natural: usize, height: usize) -> usize {
    let scroll = if here.state.moved { here.state.scroll } else { natural };
    scroll.clamp((row + 1).saturating_sub(height), row)
}

/// The next format of numbers.
#[must_use]
pub fn format(here: &Here<'_>) -> Vec<Response> {
    let formats = here.view.formats;
    vec![Response::Formats(Formats { numbers: formats.numbers.next(), ..formats })]
}

/// First row of a list of `rows` in a window of `height` that keeps `cursor` in sight.
#[must_use]
pub fn scroll_to(cursor: usize, rows: usize, height: usize) -> usize {
    cursor.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// First row of a list that starts at its top, in a window of `height`.
#[must_use]
pub fn head(here: &Here<'_>, rows: usize, height: usize) -> usize {
    let first = here.state.scroll.min(rows.saturating_sub(height));
    // Headings take rows of the window that scrolling does not know of.
    let cursor = here.state.cursor.min(rows.saturating_sub(1));
    if here.state.moved { first.clamp((cursor + 1).saturating_sub(height).min(cursor), cursor) } else { first }
}

/// First row of a list that grows at its end: the newest rows, or where the user has scrolled to.
#[must_use]
pub fn tail(here: &Here<'_>, rows: usize, height: usize) -> usize {
    let last = rows.saturating_sub(height);
    if here.state.moved { here.state.scroll.min(last) } else { last }
}

/// Rows of a window that are left for what stands below a list with two rows of headings: the list comes first.
#[must_use]
pub fn foot_room(height: usize, rows: usize) -> usize {
    /// A list in a window as high as this may be shortened for it.
    const HIGH: usize = 12;
    let left = height.saturating_sub(2 + rows);
    if height >= HIGH { left.max(4) } else { left }
}
