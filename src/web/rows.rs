//! A picture as rows of text in one style each, as far as it differs from the last one.

use crate::ui::picture;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

/// What has changed on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Columns and rows of the whole screen.
    pub size: (u16, u16),
    /// The rows that are to be drawn.
    pub rows: Vec<Row>,
    /// The cell of the cursor, where a line is typed.
    pub cursor: Option<(u16, u16)>,
    /// The cell of what has the focus.
    pub focus: Option<(u16, u16)>,
}

impl Picture {
    /// All rows of a picture.
    #[must_use]
    pub fn whole(buffer: &Buffer) -> Picture {
        picture(&Buffer::default(), buffer, None, None)
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which, from 0 at the top.
    pub y: u16,
    /// All of its text, from left to right.
    pub runs: Vec<Run>,
}

/// Neighbouring cells of one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Their characters; none of them is a control character.
    pub text: String,
    /// How many columns they take.
    pub columns: u16,
    /// Their colours as CSS writes them, empty for those of the page.
    pub ink: String,
    /// That of the background.
    pub paper: String,
    /// Letters for what else they are: `b`old, `d`im, `u`nderlined.
    pub style: String,
}

/// The rows of a picture that differ from those of the one before.
pub(super) fn picture(before: &Buffer, now: &Buffer, cursor: Option<(u16, u16)>, focus: Option<(u16, u16)>) -> Picture {
    let (width, height) = (now.area.width, now.area.height);
    let cells = |buffer: &Buffer, y: u16| -> Vec<Cell> {
        let row = usize::from(y) * usize::from(width);
        buffer.content[row..row + usize::from(width)].to_vec()
    };
    let changed = |y: &u16| before.area != now.area || cells(before, *y) != cells(now, *y);
    let rows = (0..height).filter(changed).map(|y| Row { y, runs: runs(now, y) }).collect();
    Picture { size: (width, height), rows, cursor, focus }
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let cells: Vec<&Cell> = picture::row(buffer, y).map(|(_, cell)| cell).collect();
    // A wide character has its own run: browsers take its width from a font of their choice.
    let wide = |cell: &Cell| cell.symbol().width() != 1;
    let alike = |a: &&Cell, b: &&Cell| (a.fg, a.bg, a.modifier) == (b.fg, b.bg, b.modifier) && !wide(a) && !wide(b);
    cells.chunk_by(alike).map(run).collect()
}

fn run(cells: &[&Cell]) -> Run {
    let text: String = cells.iter().map(|cell| cell.symbol()).collect();
    let columns = u16::try_from(text.width()).unwrap_or(u16::MAX);
    let cell = cells.first().map(|cell| (*cell).clone()).unwrap_or_default();
    let has = |modifier: Modifier| cell.modifier.contains(modifier);
    let (mut ink, mut paper) = (picture::css(cell.fg), picture::css(cell.bg));
    if has(Modifier::REVERSED) {
        // The page's own colours have names, so that they can change places.
        (ink, paper) = (or(paper, "var(--paper)"), or(ink, "var(--ink)"));
    }
    let letters = [(Modifier::BOLD, 'b'), (Modifier::DIM, 'd'), (Modifier::UNDERLINED, 'u')];
    let style = letters.iter().filter(|(modifier, _)| has(*modifier)).map(|(_, letter)| *letter).collect();
    Run { text, columns, ink, paper, style }
}

fn or(colour: String, otherwise: &str) -> String {
    if colour.is_empty() { otherwise.to_owned() } else { colour }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    #[test]
    fn only_changed_rows_are_drawn_in_runs_of_one_style() {
        let empty = Buffer::empty(Rect::new(0, 0, 6, 2));
        let mut now = empty.clone();
        now.set_string(0, 1, "ab", Style::new().fg(Color::Rgb(1, 2, 3)));
        now.set_string(2, 1, "漢", Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD));
        let picture = picture(&empty, &now, None, None);
        let [row] = &picture.rows[..] else { panic!("{picture:?}") };
        let told: Vec<_> = row.runs.iter().map(|r| (&*r.text, r.columns, &*r.ink, &*r.paper, &*r.style)).collect();
        assert_eq!(row.y, 1);
        assert_eq!(
            told,
            [("ab", 2, "#010203", "", ""), ("漢", 2, "var(--paper)", "var(--ink)", "b"), ("  ", 2, "", "", "")]
        );
        assert_eq!(super::picture(&now, &now, None, None).rows, []);
        assert_eq!(super::picture(&Buffer::default(), &now, None, None).rows.len(), 2, "another size draws all");
    }
}
