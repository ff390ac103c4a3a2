//! One line: its label, its first word, the rest, each with its place.

use super::diagnostic::Span;
use super::source::{Files, ModuleLine};
use super::token;

/// A piece of a line.
#[derive(Debug, Clone)]
pub(super) struct Piece<'t> {
    pub text: &'t str,
    pub span: Span,
}

impl<'t> Piece<'t> {
    /// A part of this piece.
    pub fn part(&self, range: std::ops::Range<usize>) -> Piece<'t> {
        let start = self.span.range.start;
        let span = Span { file: self.span.file, range: start + range.start..start + range.end };
        Piece { text: &self.text[range], span }
    }

    pub fn trim(&self) -> Piece<'t> {
        let from = self.text.len() - self.text.trim_start().len();
        self.part(from..from + self.text.trim().len())
    }

    /// The place right behind it.
    pub fn end(&self) -> Span {
        let end = self.span.range.end;
        Span { file: self.span.file, range: end..end }
    }

    /// The first word and what follows it.
    pub fn first_word(&self, ends: impl Fn(char) -> bool) -> (Piece<'t>, Piece<'t>) {
        let end = self.text.find(ends).unwrap_or(self.text.len());
        (self.part(0..end), self.part(end..self.text.len()).trim())
    }
}

/// A line without comment and white space around it.
pub(super) fn line<'f>(row: &ModuleLine, files: &'f Files) -> Piece<'f> {
    let text = &files.text(row.file)[row.start..row.start + row.len];
    let span = Span { file: row.file, range: row.start..row.start + row.len };
    let code = Piece { text, span }.part(0..token::code_len(text));
    code.trim()
}

/// The label a line begins with, and what follows. A line that ends with a colon is a label
/// whatever stands before it.
pub(super) fn label<'t>(line: &Piece<'t>) -> Option<(Piece<'t>, Piece<'t>)> {
    if let Some(name) = line.text.strip_suffix(':') {
        let end = line.text.len();
        return Some((line.part(0..name.len()).trim(), line.part(end..end)));
    }
    let colon = line.text.find(':')?;
    let name = line.part(0..colon).trim();
    token::is_name(name.text).then(|| (name, line.part(colon + 1..line.text.len()).trim()))
}
