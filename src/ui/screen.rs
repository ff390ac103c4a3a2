//! The whole screen: line 1, panes with their rules and walls, message, hints, overlays.

use super::format::fit;
use super::layout::{LEAST, content, layout};
use super::pane::{Here, PaneId, spots};
use super::pen::Pen;
use super::theme::{Role, Theme};
use super::view::{Overlay, Prompt, Scene, Tone, View};
use super::{bar, frame, overlay, slider};
use crate::backend::Snapshot;
use crate::text::visible;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Draws a scene into a frame.
pub fn draw(frame: &mut ratatui::Frame<'_>, scene: &Scene<'_>) {
    let area = frame.area();
    paint(frame.buffer_mut(), area, scene);
    if let Some(cell) = cursor(scene, area) {
        frame.set_cursor_position(cell);
    }
}

/// The cell of the cursor, where a line is typed.
#[must_use]
pub fn cursor(scene: &Scene<'_>, area: Rect) -> Option<(u16, u16)> {
    let Overlay::Prompt(prompt) = &scene.view.typing.overlay else { return None };
    let (_, column) = in_sight(prompt, usize::from(area.width));
    (area.height > 1).then(|| (column as u16, message_row(area)))
}

/// The cell on which what has the focus stands: the row of the cursor in the focused pane, or the chosen row of what lies
/// over the panes. Devices for those who cannot see the whole screen follow it. `None` where a line is typed, which shows
/// the cursor, and where there is no room for a pane.
#[must_use]
pub fn focus(scene: &Scene<'_>) -> Option<(u16, u16)> {
    if matches!(scene.view.typing.overlay, Overlay::Prompt(_)) {
        return None;
    }
    let cell = overlay::chosen_cell(scene.view).or_else(|| {
        let panes = layout(scene.view);
        let (id, rect) = panes.iter().find(|(id, _)| *id == scene.view.layout.focus)?;
        let area = content(*rect);
        let cursor = super::pane::cursor(&Here::of(*scene, *id));
        let row = cursor.and_then(|cursor| spots(scene, *id, area).into_iter().find(|(_, spot)| *spot == cursor));
        Some(row.map_or((area.x, area.y), |(place, _)| (place.x, place.y)))
    });
    let (columns, rows) = scene.view.layout.size;
    cell.filter(|(x, y)| *x < columns && *y < rows)
}

/// Draws a scene without a terminal.
#[must_use]
pub fn render(now: &Snapshot, view: &View, theme: &Theme, size: (u16, u16)) -> Buffer {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    paint(&mut buffer, area, &Scene { now, view, theme });
    buffer
}

fn message_row(area: Rect) -> u16 {
    area.height.saturating_sub(2)
}

fn paint(buffer: &mut Buffer, area: Rect, scene: &Scene<'_>) {
    let size = (area.width, area.height);
    if scene.view.layout.size != size {
        // The terminal has just changed and the view does not know yet.
        let mut view = scene.view.clone();
        view.layout.size = size;
        return paint(buffer, area, &Scene { view: &view, ..*scene });
    }
    let flashing = scene.view.notices.flash.then(|| scene.theme.flashing());
    let scene = &Scene { theme: flashing.as_ref().unwrap_or(scene.theme), ..*scene };
    let panes = layout(scene.view);
    if panes.is_empty() {
        return too_small(buffer, area, scene);
    }
    bar::bar(scene, &mut Pen::new(buffer, Rect { height: 1, ..area }, scene.theme));
    for (id, rect) in &panes {
        super::pane::draw(scene, *id, content(*rect), buffer);
    }
    for (id, rect) in &panes {
        frame::title(scene, &panes, *id, *rect, buffer);
    }
    frame::walls(scene, &panes, area, buffer);
    matches(scene, &panes, buffer);
    if let Some(area) = super::layout::slider(scene.view) {
        slider::draw(scene, &mut Pen::new(buffer, area, scene.theme));
    }
    let row = |y: u16| Rect { y, height: 1, ..area };
    message(scene, &mut Pen::new(buffer, row(message_row(area)), scene.theme));
    hints(scene, &mut Pen::new(buffer, row(area.height - 1), scene.theme));
    match &scene.view.typing.overlay {
        Overlay::Help { scroll } => overlay::help(scene, *scroll, area, buffer),
        Overlay::Prompt(prompt) => {
            overlay::completions(scene, prompt, area, buffer);
            let column = prompt.label().width() + prompt.wrong.as_ref().map_or(0, |w| w.column);
            overlay::wrong(scene, prompt, column, area, buffer);
        }
        Overlay::Palette(palette) => overlay::palette(scene, palette, buffer),
        Overlay::Menu(menu) => overlay::menu(scene, menu, buffer),
        Overlay::None => {
            overlay::pause(scene, area, buffer);
            overlay::follow(scene, area, buffer);
            overlay::welcome(scene, area, buffer);
        }
    }
}

/// Marks the text that is looked for, in the pane with the focus.
fn matches(scene: &Scene<'_>, panes: &[(PaneId, Rect)], buffer: &mut Buffer) {
    let wanted: Vec<char> = scene.view.typing.search.to_lowercase().chars().collect();
    let Some((_, rect)) = panes.iter().find(|(id, _)| *id == scene.view.layout.focus) else { return };
    if wanted.is_empty() {
        return;
    }
    let style = scene.theme.style(Role::Found);
    let area = content(*rect);
    for y in area.y..area.bottom() {
        let letter = |x: u16| buffer[(x, y)].symbol().chars().flat_map(char::to_lowercase).next().unwrap_or(' ');
        let line: Vec<char> = (area.x..area.right()).map(letter).collect();
        let starts = line.windows(wanted.len()).enumerate().filter(|(_, w)| *w == wanted).map(|(i, _)| i);
        for start in starts.collect::<Vec<_>>() {
            let x = area.x + start as u16;
            let place = Rect { x, y, width: wanted.len() as u16, height: 1 };
            buffer.set_style(place, ratatui::style::Style::reset());
            buffer.set_style(place, style);
        }
    }
}

fn too_small(buffer: &mut Buffer, area: Rect, scene: &Scene<'_>) {
    let mut pen = Pen::new(buffer, area, scene.theme);
    let lines = [
        "hsxray needs a larger screen".to_owned(),
        format!("{} columns, {} rows at least", LEAST.0, LEAST.1),
        format!("{} columns, {} rows are here", area.width, area.height),
    ];
    for (row, line) in lines.iter().enumerate() {
        pen.row(row).put(line, Role::Text);
    }
}

/// The part of a command line that is shown, so that the cursor is in sight, and the cursor's column.
fn in_sight(prompt: &Prompt, width: usize) -> (&str, usize) {
    let before = prompt.text.get(..prompt.cursor).unwrap_or("");
    let label = prompt.label().width();
    let room = width.saturating_sub(label + 1);
    let (mut start, mut columns) = (before.len(), 0);
    for (at, c) in before.char_indices().rev() {
        let more = visible(c.encode_utf8(&mut [0; 4])).width();
        if columns + more > room {
            break;
        }
        (start, columns) = (at, columns + more);
    }
    (&prompt.text[start..], label + columns)
}

fn message(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let width = pen.width();
    if let Overlay::Prompt(prompt) = &scene.view.typing.overlay {
        let (text, _) = in_sight(prompt, width);
        let role = if prompt.replaces { Role::Selection } else { Role::Text };
        pen.row(0).put(&prompt.label(), Role::Focus).put(text, role);
        return;
    }
    let role = if scene.view.notices.tone == Tone::Error { Role::Error } else { Role::Text };
    let ellipsis = pen.symbols().ellipsis;
    pen.row(0).put(&fit(&visible(&scene.view.notices.message), width, ellipsis), role);
}

fn hints(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    pen.row(0);
    let pending = scene.view.typing.pending();
    if !pending.is_empty() {
        pen.put(&pending, Role::Pc).put(" ", Role::Text);
    }
    for (key, does) in &scene.view.notices.hints {
        if pen.at() + key.width() + does.width() + 1 > pen.width() {
            break;
        }
        pen.put(key, Role::Key).put(" ", Role::Text).put(does, Role::Text).put("  ", Role::Text);
    }
}
