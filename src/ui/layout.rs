//! Where the panes are: a pure function of the size and of what the user has opened.

use super::view::{PaneId, View};
use ratatui::layout::Rect;

/// Smallest screen with one pane.
pub const LEAST: (u16, u16) = (40, 12);
/// Rows above and below the panes: line 1, message, hints.
const CHROME: u16 = 3;
/// Rows of the windows pane: title, head, four rows of registers.
const WINDOWS: u16 = 6;

/// Columns one register window needs.
const ONE_WINDOW: u16 = 57;

/// The panes on the screen, in Tab order, each with its title row on top. A column is left free
/// for the wall right of each pane that does not reach the screen's edge.
#[must_use]
pub fn layout(view: &View) -> Vec<(PaneId, Rect)> {
    let (width, height) = view.size;
    if width < LEAST.0 || height < LEAST.1 {
        return Vec::new();
    }
    let body = Rect { x: 0, y: 1, width, height: height - CHROME };
    if view.zoom || width < ONE_WINDOW || body.height < WINDOWS + 6 {
        return vec![(view.focus, body)];
    }
    if width < 80 {
        return narrow(view, body);
    }
    let panes = match (width, height) {
        (200.., 60..) => large(view, body),
        (120.., 40..) => medium(view, body),
        _ => small(view, body),
    };
    with_focus(view, panes)
}

/// A focused pane that has no place takes the strip's.
fn with_focus(view: &View, mut panes: Vec<(PaneId, Rect)>) -> Vec<(PaneId, Rect)> {
    if !panes.iter().any(|(id, _)| *id == view.focus)
        && let Some(last) = panes.last_mut()
    {
        last.0 = view.focus;
    }
    panes
}

/// Splits a part off the top.
fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// Splits a part off the left, with a column for the wall.
fn left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width.saturating_sub(1));
    (Rect { width: columns, ..area }, Rect { x: area.x + columns + 1, width: area.width - columns - 1, ..area })
}

/// One pane of the user's choice above the register window.
fn narrow(view: &View, body: Rect) -> Vec<(PaneId, Rect)> {
    let (upper, windows) = top(body, body.height - WINDOWS);
    let chosen = if view.focus == PaneId::Windows { PaneId::Code } else { view.focus };
    vec![(chosen, upper), (PaneId::Windows, windows)]
}

fn small(view: &View, body: Rect) -> Vec<(PaneId, Rect)> {
    let strip = match body.height {
        0..=20 => 0,
        rows => 5 + (rows - 21) / 3,
    };
    let (upper, lower) = top(body, body.height - WINDOWS - strip);
    let (windows, strip_area) = top(lower, WINDOWS);
    let (side, code) = left(upper, 38 + (body.width - 80) / 4);
    let mut panes = Vec::new();
    if side.height >= 10 {
        let (tasks, stack) = top(side, side.height / 2);
        panes.extend([
            (PaneId::Tasks, tasks),
            (PaneId::Windows, windows),
            (PaneId::Code, code),
            (PaneId::Stack, stack),
        ]);
    } else {
        panes.extend([(PaneId::Tasks, side), (PaneId::Windows, windows), (PaneId::Code, code)]);
    }
    if strip > 0 {
        panes.push((view.strip, strip_area));
    }
    panes
}

fn medium(view: &View, body: Rect) -> Vec<(PaneId, Rect)> {
    let lower = 11 + (body.height - 37) / 3;
    let (upper, rest) = top(body, body.height - WINDOWS - lower);
    let (windows, bottom) = top(rest, WINDOWS);
    let (side, code) = left(upper, 52 + (body.width - 120) / 5);
    let (tasks, stack) = top(side, side.height / 3);
    // The wall continues the one between two register windows.
    let (boxes, strip) = left(bottom, bottom.width / 2);
    vec![
        (PaneId::Tasks, tasks),
        (PaneId::Windows, windows),
        (PaneId::Code, code),
        (PaneId::Stack, stack),
        (PaneId::Mailboxes, boxes),
        (if view.strip == PaneId::Mailboxes { PaneId::Trace } else { view.strip }, strip),
    ]
}

fn large(view: &View, body: Rect) -> Vec<(PaneId, Rect)> {
    let lower = 16 + (body.height - 57) / 3;
    let (upper, rest) = top(body, body.height - WINDOWS - lower);
    let (windows, bottom) = top(rest, WINDOWS);
    let (first, more) = left(upper, 68 + (body.width - 200) / 6);
    let (code, third) = left(more, 56 + (body.width - 200) / 2);
    let (tasks, rest) = top(first, first.height * 2 / 5);
    let (boxes, stops) = top(rest, rest.height * 3 / 5);
    // Twelve rows of memory hold the banks of three tasks.
    let (stack, memory) = top(third, (third.height - 13).max(third.height / 2));
    let (trace, console) = left(bottom, bottom.width * 3 / 5);
    let shown = [PaneId::Mailboxes, PaneId::Stops, PaneId::Memory, PaneId::Trace];
    let strip = if shown.contains(&view.strip) { PaneId::Console } else { view.strip };
    vec![
        (PaneId::Tasks, tasks),
        (PaneId::Windows, windows),
        (PaneId::Code, code),
        (PaneId::Stack, stack),
        (PaneId::Mailboxes, boxes),
        (PaneId::Stops, stops),
        (PaneId::Memory, memory),
        (PaneId::Trace, trace),
        (strip, console),
    ]
}

/// The part of a pane below its title.
#[must_use]
pub fn content(pane: Rect) -> Rect {
    top(pane, 1).1
}

/// Rows a pane shows; 0 if it is not on the screen.
#[must_use]
pub fn page(view: &View, id: PaneId) -> usize {
    layout(view).iter().find(|(pane, _)| *pane == id).map_or(0, |(_, area)| usize::from(area.height.saturating_sub(1)))
}
