//! What lies over the panes: help, and the completions of the prompt.

use super::format::fit;
use super::pen::Pen;
use super::theme::Role;
use super::view::{Prompt, Scene};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Completions shown at once.
const MOST: usize = 10;

/// Clears an area and draws a frame around it; gives back the inside.
fn frame(scene: &Scene<'_>, area: Rect, title: &str, buffer: &mut Buffer) -> Rect {
    let area = area.intersection(buffer.area);
    let symbols = scene.theme.symbols();
    let mut pen = Pen::new(buffer, area, scene.theme);
    let (width, height) = (pen.width(), pen.height());
    let rule = symbols.rule[0].repeat(width.saturating_sub(2));
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
            pen.col(0).put(symbols.wall, Role::Focus).col(width.saturating_sub(1)).put(symbols.wall, Role::Focus);
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
    let rows = &scene.view.help;
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
    let first = super::pane::scroll_to(chosen, list.len(), shown);
    for (row, (i, (word, about))) in list.iter().enumerate().skip(first).take(shown).enumerate() {
        pen.row(row);
        let role = if prompt.chosen == Some(i) { Role::Pc } else { Role::Key };
        pen.put(word, role).col(words + 2);
        let room = pen.width().saturating_sub(pen.at());
        pen.put(&fit(about, room, pen.symbols().ellipsis), Role::Dim);
    }
}
