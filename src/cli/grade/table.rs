//! Tables of what strangers say, for spreadsheets and for people.

use crate::text::visible;
use unicode_width::UnicodeWidthStr;

/// A table with a head.
pub(super) struct Table(Vec<Vec<String>>);

impl Table {
    pub fn new(head: &[&str]) -> Table {
        let mut table = Table(Vec::new());
        table.row(head);
        table
    }

    pub fn row(&mut self, cells: &[&str]) {
        self.0.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    /// As RFC 4180 has it, safe to open in a spreadsheet.
    pub fn text(&self) -> String {
        let line = |row: &Vec<String>| row.iter().map(|cell| field(cell)).collect::<Vec<_>>().join(",") + "\n";
        self.0.iter().map(line).collect()
    }

    /// In columns.
    pub fn aligned(&self) -> String {
        let columns = self.0.first().map_or(0, Vec::len);
        let shown: Vec<Vec<String>> =
            self.0.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
        let width = |column: usize| shown.iter().map(|row| row[column].width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
        };
        shown.iter().map(line).collect()
    }
}

/// A text in one line, with what is not seen made visible.
fn one_line(text: &str) -> String {
    visible(&text.replace(['\n', '\r'], " ")).into_owned()
}

/// What a spreadsheet takes for the beginning of a formula, in both widths.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// A text as a field: nothing that is not seen, and never a formula. What could be one begins with an apostrophe, which a
/// spreadsheet takes for the mark of a text.
fn field(text: &str) -> String {
    let mut text = one_line(text);
    if text.trim_start().starts_with(FORMULA) {
        text.insert(0, '\'');
    }
    match text.contains([',', '"', ';']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_never_a_formula_and_holds_nothing_that_is_not_seen() {
        for text in ["=1+1", "+1", "-2+3", "@SUM(A1)", "  =1", "\u{FF1D}1", "\t=1"] {
            let field = field(text);
            assert!(field.starts_with('\'') || !field.trim_start().starts_with(FORMULA), "{text}: {field}");
        }
        assert_eq!(field("=HYPERLINK(\"http://x\",1)"), "\"'=HYPERLINK(\"\"http://x\"\",1)\"");
        assert!(!field("a\u{1b}[31mb\r\n\0").chars().any(char::is_control));
        assert_eq!(field("Ada Lovelace"), "Ada Lovelace");
    }

    #[test]
    fn columns_stand_below_one_another() {
        let mut table = Table::new(&["a", "bb"]);
        table.row(&["long", "x"]);
        assert_eq!(table.aligned(), "a     bb\nlong  x\n");
    }
}
