//! Writing into a part of a buffer: clipped, by role, never outside.

use super::format::{drawn, window};
use super::spot::Spot;
use super::theme::{Role, Symbols, Theme};
use crate::text::visible;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A place to write at, and the area that may be written.
pub struct Pen<'b> {
    buffer: &'b mut Buffer,
    area: Rect,
    theme: &'b Theme,
    pitch: u16,
    x: u16,
    y: u16,
    spots: Vec<(Rect, Spot)>,
    /// Columns of long texts that are scrolled past.
    aside: usize,
    /// Long texts as they are: row, column and text.
    whole: Vec<(u16, u16, String)>,
}

/// Whether a text is a number, or numbers and what stands between them.
fn is_number(text: &str) -> bool {
    let part = |b: u8| b.is_ascii_hexdigit() || b" +-/:%.x".contains(&b);
    text.bytes().all(part) && text.bytes().any(|b| b.is_ascii_digit())
}

/// Where a number of columns of a text end.
fn split(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let past = text.char_indices().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > columns
    });
    past.map_or(text.len(), |(at, _)| at)
}

impl<'b> Pen<'b> {
    /// A pen at the upper left of an area.
    pub fn new(buffer: &'b mut Buffer, area: Rect, theme: &'b Theme) -> Pen<'b> {
        let area = area.intersection(buffer.area);
        Pen { buffer, area, theme, pitch: 1, x: 0, y: 0, spots: Vec::new(), aside: 0, whole: Vec::new() }
    }

    /// Lets this many rows of the area pass from one row to the next.
    #[must_use]
    pub fn apart(self, pitch: u16) -> Pen<'b> {
        Pen { pitch, ..self }
    }

    /// Scrolls past this many columns of long texts.
    #[must_use]
    pub fn aside(self, aside: usize) -> Pen<'b> {
        Pen { aside, ..self }
    }

    /// Columns of the area.
    #[must_use]
    pub fn width(&self) -> usize {
        usize::from(self.area.width)
    }

    /// Rows that can be written.
    #[must_use]
    pub fn height(&self) -> usize {
        usize::from(self.area.height.div_ceil(self.pitch))
    }

    /// The characters of the theme.
    #[must_use]
    pub fn symbols(&self) -> &'static Symbols {
        self.theme.symbols()
    }

    /// Goes to the start of a row.
    pub fn row(&mut self, row: usize) -> &mut Self {
        self.y = u16::try_from(row).unwrap_or(u16::MAX).saturating_mul(self.pitch);
        self.x = 0;
        self
    }

    /// Moves to the blank row below, if rows stand apart; false if they do not.
    pub fn below(&mut self) -> bool {
        self.y += u16::from(self.pitch > 1);
        self.pitch > 1
    }

    /// Goes to a column of the row.
    pub fn col(&mut self, column: usize) -> &mut Self {
        self.x = u16::try_from(column).unwrap_or(u16::MAX);
        self
    }

    /// The column the pen is at.
    #[must_use]
    pub fn at(&self) -> usize {
        usize::from(self.x)
    }

    /// Writes a text; control characters in it are made visible. What passes the area is left out, and so is the head of a
    /// column that would touch the one before it.
    pub fn put(&mut self, text: &str, role: Role) -> &mut Self {
        if self.y >= self.area.height || self.x >= self.area.width {
            return self;
        }
        let text = drawn(text, self.theme.ascii() && !self.is_symbol(text));
        let room = usize::from(self.area.width - self.x);
        if is_number(&text) && text.trim_end().len() > room {
            // A part of a number would be another number.
            self.x = self.area.width;
            return self;
        }
        let (x, y) = (self.area.x + self.x, self.area.y + self.y);
        if role == Role::Head && self.x > 0 && self.ends_a_word(x - 1, y) && !text.starts_with(' ') {
            return self;
        }
        let (end, _) = self.buffer.set_stringn(x, y, text, room, self.theme.style(role));
        self.x = end - self.area.x;
        self
    }

    fn ends_a_word(&self, x: u16, y: u16) -> bool {
        self.buffer[(x, y)].symbol().chars().all(char::is_alphanumeric)
    }

    /// Writes what may be longer than the room up to a column: that part of it which is scrolled to, with
    /// marks where something is left out.
    pub fn long(&mut self, parts: &[(&str, Role)], end: usize) -> &mut Self {
        let all: Vec<(String, Role)> = parts.iter().map(|(text, role)| (visible(text).into_owned(), *role)).collect();
        let text: String = all.iter().map(|(text, _)| text.as_str()).collect();
        let room = end.min(self.width()).saturating_sub(self.at());
        let shown = window(&text, self.aside, room, self.symbols().ellipsis).into_owned();
        self.whole.push((self.y, self.x, text));
        // A mark has the role of what it stands for.
        let mut rest = shown.as_str();
        let mut past = 0;
        for (i, (part, role)) in all.iter().enumerate() {
            past += part.width();
            let columns = past.saturating_sub(self.aside).saturating_sub(shown.width() - rest.width());
            let at = if i + 1 == all.len() { rest.len() } else { split(rest, columns) };
            self.put(&rest[..at], *role);
            rest = &rest[at..];
        }
        self
    }

    /// Writes a text over what is there, whose style is forgotten.
    pub fn over(&mut self, text: &str, role: Role) -> &mut Self {
        let columns = text.width() as u16;
        if self.y < self.area.height && self.x < self.area.width {
            let (x, y) = (self.area.x + self.x, self.area.y + self.y);
            let covered = Rect { x, y, width: columns.min(self.area.width - self.x), height: 1 };
            self.buffer.set_style(covered, ratatui::style::Style::reset());
        }
        self.put(text, role)
    }

    /// Says what the whole row is about: what a click on it means.
    pub fn spot(&mut self, spot: Spot) -> &mut Self {
        let row = Rect { y: self.area.y.saturating_add(self.y), height: 1, ..self.area };
        self.spots.push((row, spot));
        self
    }

    /// Says what the part of the row from a column to the pen is about.
    pub fn spot_from(&mut self, column: usize, spot: Spot) -> &mut Self {
        let width = self.at().saturating_sub(column) as u16;
        let (x, y) = (self.area.x + column as u16, self.area.y.saturating_add(self.y));
        self.spots.push((Rect { x, y, width, height: 1 }, spot));
        self
    }

    /// Says what a column of the whole area is about.
    pub fn spot_column(&mut self, column: usize, spot: Spot) -> &mut Self {
        let x = self.area.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
        self.spots.push((Rect { x, width: 1, ..self.area }, spot));
        self
    }

    /// What was said about the parts of the area; where two overlap, the later counts.
    #[must_use]
    pub fn spots(self) -> Vec<(Rect, Spot)> {
        self.spots
    }

    /// The long texts that were written, as they are: row, column and text.
    #[must_use]
    pub fn whole(&self) -> &[(u16, u16, String)] {
        &self.whole
    }

    /// ASCII symbols are ASCII already, the others are never drawn in ASCII mode.
    fn is_symbol(&self, text: &str) -> bool {
        text.is_ascii()
    }

    /// Writes a text that ends at a column.
    pub fn right(&mut self, text: &str, end: usize, role: Role) -> &mut Self {
        let width = text.width();
        let start = end.saturating_sub(width);
        self.col(start).put(text, role)
    }

    /// Marks the row from its start to the area's end, or to what is written there.
    pub fn highlight(&mut self, role: Role) -> &mut Self {
        if self.y < self.area.height {
            let row = Rect { y: self.area.y + self.y, height: 1, ..self.area };
            let style = self.theme.style(role);
            // Only attributes: the colours are those of what is written there.
            self.buffer.set_style(row, ratatui::style::Style { fg: None, ..style });
        }
        self
    }
}
