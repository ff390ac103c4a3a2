//! Why a file is not read, and texts from bytes.

use crate::limits::Over;
use std::io;
use thiserror::Error;

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Refused {
    /// It is something that has no end, or no content.
    #[cfg(feature = "host-files")]
    #[error("it is a {0}: a file or a pipe is expected")]
    Kind(&'static str),
    /// It is too large.
    #[error(transparent)]
    Over(#[from] Over),
    /// It is not text.
    #[error("line {line}, column {column}: the byte 0x{byte:02X} is not UTF-8")]
    Utf8 {
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// The first byte that fits nowhere.
        byte: u8,
    },
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, refused)
    }
}

/// A text from bytes: without a byte order mark, its lines ended by LF.
pub(super) fn plain(bytes: Vec<u8>) -> Result<String, Refused> {
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let (before, byte) = (&e.as_bytes()[..at], e.as_bytes().get(at).copied().unwrap_or_default());
        let line = before.split(|b| *b == b'\n').next_back().unwrap_or_default();
        let lines = before.iter().filter(|b| **b == b'\n').count();
        Refused::Utf8 { line: lines + 1, column: String::from_utf8_lossy(line).chars().count() + 1, byte }
    })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(&text).replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        plain(bytes.to_vec()).expect_err("refused").to_string()
    }

    #[test]
    fn a_text_loses_its_mark_and_the_ends_of_its_lines() {
        assert_eq!(plain(b"\xEF\xBB\xBFa\r\nb\r\n".to_vec()), Ok("a\nb\n".to_owned()));
    }

    #[test]
    fn what_is_no_text_is_named_with_its_place() {
        assert_eq!(refusal(b"ok\nab\xE9c"), "line 2, column 3: the byte 0xE9 is not UTF-8");
    }
}
