//! What is wrong with a source that is being typed, with its places.

use crate::asm::{self, Diagnostic, Files, Severity};
use serde::Serialize;
use std::path::Path;

/// A place in a source, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// How many characters it takes, at least one.
    pub length: usize,
    /// It does not assemble for it.
    pub error: bool,
    /// What is wrong, and what was expected.
    pub text: String,
}

/// Assembles a text; what is wrong with it, in the order of its lines. `read` gives the files that it includes.
pub(super) fn marks(name: &str, text: &str, read: &dyn Fn(&Path) -> std::io::Result<Vec<u8>>) -> Vec<Mark> {
    let mut source = Some(text.as_bytes().to_vec());
    let mut read = |path: &Path| source.take().map_or_else(|| read(path), Ok);
    match asm::assemble(&[name.into()], &asm::Options::default(), &mut read) {
        Ok(assembled) => assembled.warnings.iter().map(|d| mark(d, &assembled.files)).collect(),
        Err(failure) => failure.errors.iter().map(|d| mark(d, &failure.files)).collect(),
    }
}

fn mark(found: &Diagnostic, files: &Files) -> Mark {
    let (line, column) = files.line_column(found.span.file, found.span.range.start);
    let (last, end) = files.line_column(found.span.file, found.span.range.end);
    let length = if last == line { end.saturating_sub(column).max(1) } else { 1 };
    let mut text = found.message.clone();
    if !found.expected.is_empty() {
        text += &format!("; expected {}", found.expected);
    }
    if let Some(hint) = &found.hint {
        text += &format!(" ({hint})");
    }
    // A place in a file that is included stands in that file.
    let (line, column, length) = if found.span.file == 0 { (line, column, length) } else { (1, 1, 1) };
    Mark {
        line,
        column,
        length,
        error: found.severity == Severity::Error,
        text: crate::text::visible(&text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_at_their_places_and_good_text_has_none() {
        let none = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
        assert_eq!(marks("a.mvasm", ".text\n    LDI R1, 5\n    RET\n", &none), []);
        let bad = marks("a.mvasm", ".text\n    LDI R1, 5\n    JUMBLE R1\n    RET\n", &none);
        assert_eq!((bad[0].line, bad[0].column, bad[0].length, bad[0].error), (3, 5, 6, true), "{bad:?}");
    }
}
