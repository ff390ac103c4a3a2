//! Bytes as texts: as C writes them, and as plain letters.

use std::fmt::Write;

/// A text in quotes, what cannot be read of it as escapes.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    bytes.iter().for_each(|byte| put(&mut text, *byte, '"'));
    text.push('"');
    text
}

/// A character in quotes.
#[must_use]
pub fn character(byte: u8) -> String {
    let mut text = String::from("'");
    put(&mut text, byte, '\'');
    text.push('\'');
    text
}

/// Bytes as letters: printable ASCII, dots for the rest.
#[must_use]
pub fn plain(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if matches!(b, b' '..=b'~') { char::from(*b) } else { '.' }).collect()
}

fn put(text: &mut String, byte: u8, quote: char) {
    let c = char::from(byte);
    match c {
        '\n' => text.push_str("\\n"),
        '\t' => text.push_str("\\t"),
        '\r' => text.push_str("\\r"),
        '\0' => text.push_str("\\0"),
        '\\' => text.push_str("\\\\"),
        c if c == quote => text.extend(['\\', c]),
        ' '..='~' => text.push(c),
        // Three digits of octal: a digit that follows is not part of it.
        _ => {
            let _ = write!(text, "\\{byte:03o}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_an_escape_of_c() {
        assert_eq!(quoted(b"a\"b\\\n\x011\xE4'"), "\"a\\\"b\\\\\\n\\0011\\344'\"");
        assert_eq!([b'A', b'\'', 0, 7].map(character), ["'A'", "'\\''", "'\\0'", "'\\007'"]);
    }
}
