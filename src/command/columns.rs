//! Columns of answers, as wide as a terminal shows them.

use unicode_width::UnicodeWidthStr;

/// A text with blanks up to a number of columns of the screen, which one that is longer exceeds.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(padded("日本", 6), "日本  ");
        assert_eq!(padded("abc", 6), "abc   ");
        assert_eq!(padded("日本語プ", 6), "日本語プ");
    }
}
