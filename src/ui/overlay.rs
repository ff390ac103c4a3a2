//! What lies over the panes: help, completions, the palette, menus, what may follow a key, and the
//! two lines for those who are new here.

use super::format::{fit, wrapped};
use super::layout::{in_strip, layout};
use super::pane::{PaneId, pane, scroll_to, strip};
use super::pen::Pen;
use super::theme::Role;
use super::view::{Menu, Overlay, Palette, Prompt, Scene, View};
use crate::backend::Snapshot;
use crate::text::visible;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Columns of what a script says, at most.
const WIDEST: u16 = 84;
/// Completions shown at once.
const MOST: usize = 10;

/// Clears an area and draws a frame around it; gives back the inside.
fn frame(scene: &Scene<'_>, area: Rect, title: &str, buffer: &mut Buffer) -> Rect {
    let area = area.intersection(buffer.area);
    let symbols = scene.theme.symbols();
    let mut pen = Pen::new(buffer, area, scene.theme);
    let (width, height) = (pen.width(), pen.height());
    let rule = symbols.live.rule[0].repeat(width.saturating_sub(2));
    for row in 0..height {
        pen.row(row).put(&" ".repeat(width), Role::Text);
        let corners = match row {
            0 => Some(&symbols.corners[..2]),
            _ if row + 1 == height => Some(&symbols.corners[2..]),
            _ => None,
        };
        if let Some(corners) = corners {
            pen.col(0).put(corners[0], Role::Focus).put(&rule, Role::Focus).put(corners[1], Role::Focus);
        } else {
            let wall = symbols.live.wall;
            pen.col(0).put(wall, Role::Focus).col(width.saturating_sub(1)).put(wall, Role::Focus);
        }
    }
    pen.row(0).col(2).put(&format!(" {title} "), Role::Focus);
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}

/// Rows of help at a size.
#[must_use]
pub fn help_page(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(6))
}

/// The help screen.
pub fn help(scene: &Scene<'_>, scroll: usize, area: Rect, buffer: &mut Buffer) {
    let width = if area.width < 100 { area.width } else { 96 };
    let outer = Rect { x: (area.width - width) / 2, y: 2, width, height: area.height.saturating_sub(4) };
    let inside = frame(scene, outer, "help: Up and Down scroll, Esc leaves", buffer);
    let mut pen = Pen::new(buffer, inside, scene.theme);
    let rows = &scene.view.notices.help;
    let ellipsis = pen.symbols().ellipsis;
    let keys_width = rows.iter().map(|(keys, _)| keys.width()).max().unwrap_or(0).min(20) + 2;
    let first = scroll.min(rows.len().saturating_sub(pen.height()));
    for (row, (keys, sentence)) in rows.iter().skip(first).take(pen.height()).enumerate() {
        pen.row(row);
        if keys.is_empty() {
            pen.put(sentence, Role::Head);
        } else {
            pen.put(keys, Role::Key).col(keys_width.max(keys.width() + 1));
            let room = pen.width().saturating_sub(pen.at());
            pen.put(&fit(sentence, room, ellipsis), Role::Text);
        }
    }
}

/// The completions of the prompt, above the message line.
pub fn completions(scene: &Scene<'_>, prompt: &Prompt, area: Rect, buffer: &mut Buffer) {
    let list = &prompt.completions;
    if list.is_empty() || area.height < 8 {
        return;
    }
    let shown = list.len().min(MOST).min(usize::from(area.height) - 6);
    let words = list.iter().map(|(word, _)| word.width()).max().unwrap_or(0);
    let widest = list.iter().map(|(_, about)| about.width()).max().unwrap_or(0);
    let width = (words + widest + 8).min(usize::from(area.width)) as u16;
    let height = shown as u16 + 2;
    let outer = Rect { x: 0, y: area.height.saturating_sub(2 + height), width, height };
    let inside = frame(scene, outer, &format!("{} completions, Tab chooses", list.len()), buffer);
    let mut pen = Pen::new(buffer, inside, scene.theme);
    let chosen = prompt.chosen.unwrap_or(0);
    let first = scroll_to(chosen, list.len(), shown);
    for (row, (i, (word, about))) in list.iter().enumerate().skip(first).take(shown).enumerate() {
        pen.row(row);
        let role = if prompt.chosen == Some(i) { Role::Pc } else { Role::Key };
        pen.put(word, role).col(words + 2);
        let room = pen.width().saturating_sub(pen.at());
        pen.put(&fit(about, room, pen.symbols().ellipsis), Role::Dim);
    }
}

/// What was wrong with the line being typed, above it, pointing at the place.
pub fn wrong(scene: &Scene<'_>, prompt: &Prompt, column: usize, area: Rect, buffer: &mut Buffer) {
    let Some(wrong) = &prompt.wrong else { return };
    let message = visible(&wrong.message);
    let width = area.width.saturating_sub(1);
    let fits = column + 2 + message.width() <= usize::from(width);
    let text = if fits { format!("{:column$}^ {message}", "") } else { message.into_owned() };
    let row = Rect { y: area.height.saturating_sub(3), height: 1, ..area };
    let mut pen = Pen::new(buffer, row, scene.theme);
    let blank = " ".repeat(pen.width());
    let ellipsis = pen.symbols().ellipsis;
    pen.row(0).over(&blank, Role::Text).col(0).put(&fit(&text, area.width.into(), ellipsis), Role::Error);
}

/// What a script says while it waits, below the lines of it that were done last.
pub fn pause(scene: &Scene<'_>, area: Rect, buffer: &mut Buffer) {
    let Some(pause) = &scene.view.notices.pause else { return };
    let room = usize::from(area.width.min(WIDEST).saturating_sub(4));
    let text = if pause.text.is_empty() { Vec::new() } else { wrapped(&visible(&pause.text), room, [""; 2]) };
    let title = visible(&pause.title);
    let done: Vec<String> = pause.done.iter().map(|line| format!("> {}", visible(line))).collect();
    let widest = done.iter().chain(&text).map(|line| line.width()).max().unwrap_or(0);
    let width = (widest.max(title.width() + 2).min(room) + 4) as u16;
    let height = ((done.len() + text.len()) as u16 + 2).min(area.height.saturating_sub(3));
    let outer = Rect { x: 0, y: area.height.saturating_sub(2 + height), width, height };
    let ellipsis = scene.theme.symbols().ellipsis;
    let inside = frame(scene, outer, &fit(&title, room, ellipsis), buffer);
    let mut pen = Pen::new(buffer, inside, scene.theme);
    let lines = done.iter().map(|line| (line, Role::Key)).chain(text.iter().map(|line| (line, Role::Text)));
    for (row, (line, role)) in lines.take(pen.height()).enumerate() {
        pen.row(row).put(&fit(line, room, ellipsis), role);
    }
}

/// What may follow the keys typed so far.
pub fn follow(scene: &Scene<'_>, area: Rect, buffer: &mut Buffer) {
    let list = &scene.view.typing.follow;
    if list.is_empty() || scene.view.typing.prefix.is_empty() || area.height < 10 {
        return;
    }
    let keys = list.iter().map(|(key, _)| key.width()).max().unwrap_or(0);
    let widest = list.iter().map(|(_, about)| about.width()).max().unwrap_or(0);
    let most = usize::from(area.height) - 6;
    // Several columns where the list is long and the screen wide.
    let wide = usize::from(area.width);
    let columns = list.len().div_ceil(most).max(1).min((wide / 30).max(1));
    let cell = (keys + 2 + widest).min((wide - 4) / columns).max(16);
    let rows = list.len().div_ceil(columns).min(most);
    let width = (cell * columns + 4).min(wide) as u16;
    let height = rows as u16 + 2;
    let outer = Rect { x: area.width - width, y: area.height - 2 - height, width, height };
    let title = format!("{} and then", super::help::sequence(&scene.view.typing.prefix));
    let inside = frame(scene, outer, &title, buffer);
    let mut pen = Pen::new(buffer, inside, scene.theme);
    let ellipsis = pen.symbols().ellipsis;
    for (i, (key, about)) in list.iter().take(rows * columns).enumerate() {
        let left = i / rows * cell;
        pen.row(i % rows).col(left).put(key, Role::Key).col(left + keys + 2);
        pen.put(&fit(about, (cell - keys).saturating_sub(3), ellipsis), Role::Text);
    }
}

/// The two lines for those who are new here, above the message line.
pub fn welcome(scene: &Scene<'_>, area: Rect, buffer: &mut Buffer) {
    if !scene.view.notices.welcome || area.height < 14 {
        return;
    }
    let lines = [
        "s takes one turn, S one of the selected task; Space runs and pauses.",
        "? lists all keys, Ctrl-P finds things by name, Tab changes the pane.",
    ];
    let width = 76.min(area.width);
    let outer = Rect { x: (area.width - width) / 2, y: area.height - 6, width, height: 4 };
    let inside = frame(scene, outer, "welcome; any key ends this", buffer);
    let mut pen = Pen::new(buffer, inside, scene.theme);
    let ellipsis = pen.symbols().ellipsis;
    for (row, line) in lines.iter().enumerate() {
        let room = pen.width();
        pen.row(row).put(&fit(line, room, ellipsis), Role::Text);
    }
}

/// Where the palette is.
fn palette_area((width, height): (u16, u16)) -> Rect {
    let columns = width.min(100);
    let rows = height.saturating_sub(6).min(24);
    Rect { x: (width - columns) / 2, y: 2.min(height), width: columns, height: rows }
}

/// Rows of the palette's list.
#[must_use]
pub fn palette_page(size: (u16, u16)) -> usize {
    usize::from(palette_area(size).height.saturating_sub(3)).max(1)
}

/// The palette: the letters typed, and what they find.
pub fn palette(scene: &Scene<'_>, palette: &Palette, buffer: &mut Buffer) {
    let title = format!("{} of {}: type a few letters, Enter does it", palette.found.len(), palette.all.len());
    let inside = frame(scene, palette_area(scene.view.layout.size), &title, buffer);
    let mut pen = Pen::new(buffer, inside, scene.theme);
    pen.row(0).put("> ", Role::Focus).put(&palette.line.text, Role::Text).put(" ", Role::Pc);
    let page = palette_page(scene.view.layout.size);
    let first = scroll_to(palette.chosen, palette.found.len(), page);
    let names = (pen.width() * 2 / 5).max(12);
    let ellipsis = pen.symbols().ellipsis;
    let found = palette.found.iter().filter_map(|i| palette.all.get(*i));
    for (row, (i, choice)) in found.enumerate().skip(first).take(page).enumerate() {
        let role = if i == palette.chosen { Role::Pc } else { Role::Label };
        pen.row(row + 1).put(&fit(&visible(&choice.label), names - 2, ellipsis), role).col(names);
        let room = pen.width().saturating_sub(names);
        pen.put(&fit(&visible(&choice.about), room, ellipsis), Role::Dim);
    }
    if palette.found.is_empty() {
        pen.row(1).put("nothing is called that", Role::Dim);
    }
}

/// Rows of a menu that are paged by.
#[must_use]
pub const fn menu_page() -> usize {
    10
}

/// Where a menu is: beside the thing it is about, inside the screen.
fn menu_area(menu: &Menu, (width, height): (u16, u16)) -> Rect {
    let label = menu.choices.iter().map(|c| c.label.width()).max().unwrap_or(0);
    let key = menu.choices.iter().map(|c| c.about.width()).max().unwrap_or(0);
    let columns = (label + key + 6).max(menu.title.width() + 6).min(width.into()) as u16;
    let rows = (menu.choices.len() as u16 + 2).min(height.saturating_sub(1));
    let x = menu.at.0.min(width - columns);
    let y = (menu.at.1 + 1).min(height.saturating_sub(rows));
    Rect { x, y, width: columns, height: rows }
}

/// What can be done with a thing.
pub fn menu(scene: &Scene<'_>, menu: &Menu, buffer: &mut Buffer) {
    let inside = frame(scene, menu_area(menu, scene.view.layout.size), &visible(&menu.title), buffer);
    let mut pen = Pen::new(buffer, inside, scene.theme);
    for (row, choice) in menu.choices.iter().enumerate() {
        let role = if row == menu.chosen { Role::Pc } else { Role::Text };
        let end = pen.width();
        pen.row(row).put(&choice.label, role).right(&choice.about, end, Role::Key);
    }
}

/// Where the list of the menu or the palette is: its frame, the rows above it in that, its first row, and the chosen one.
fn list(view: &View) -> Option<(Rect, u16, usize, usize)> {
    match &view.typing.overlay {
        Overlay::Menu(menu) => Some((menu_area(menu, view.layout.size), 1, 0, menu.chosen)),
        Overlay::Palette(p) => {
            let first = scroll_to(p.chosen, p.found.len(), palette_page(view.layout.size));
            Some((palette_area(view.layout.size), 2, first, p.chosen))
        }
        _ => None,
    }
}

/// The row of the palette's or the menu's list at a cell.
#[must_use]
pub fn list_at(view: &View, (x, y): (u16, u16)) -> Option<usize> {
    let (area, above, first, _) = list(view)?;
    let inside = area.contains((x, y).into()) && y >= area.y + above && y + 1 < area.bottom();
    inside.then(|| usize::from(y - area.y - above) + first)
}

/// The cell where the chosen row of that list begins.
#[must_use]
pub fn chosen_cell(view: &View) -> Option<(u16, u16)> {
    let (area, above, first, chosen) = list(view)?;
    let row = u16::try_from(chosen.saturating_sub(first)).unwrap_or_default();
    Some((area.x + 1, (area.y + above + row).min(area.bottom().saturating_sub(2))))
}

/// The pane whose name stands in the strip's title at a cell.
#[must_use]
pub fn tab_at(now: &Snapshot, view: &View, (x, y): (u16, u16)) -> Option<PaneId> {
    let shown = in_strip(view).filter(|_| !view.layout.zoom)?;
    let panes = layout(view);
    let (_, rect) = panes.iter().find(|(id, _)| *id == shown)?;
    if y != rect.y || !rect.contains((x, y).into()) {
        return None;
    }
    let theme = super::theme::Theme::default();
    let area = Rect::new(0, 0, view.layout.size.0, view.layout.size.1);
    let mut buffer = Buffer::empty(area);
    super::frame::title(&Scene { now, view, theme: &theme }, &panes, shown, *rect, &mut buffer);
    let text: Vec<char> = (0..area.width).map(|x| buffer[(x, y)].symbol().chars().next().unwrap_or(' ')).collect();
    // The word under the cell, and the one before it: `8 console`.
    let mut hidden = strip().filter(|o| panes.iter().all(|(shown, _)| shown != o));
    let row: String = text.iter().collect();
    hidden.find(|id| {
        let p = pane(*id);
        let forms = [format!(" {} {} ", p.number, p.name), format!(" {} ", p.number)];
        forms.iter().any(|form| {
            let starts = row.match_indices(form.as_str()).map(|(at, _)| row[..at].chars().count());
            starts.into_iter().any(|at| (at..at + form.len()).contains(&usize::from(x)))
        })
    })
}
