//! The smallest parts of a line: comments, numbers, names, strings, lists.

use std::ops::Range;

/// What is wrong with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bad {
    pub code: &'static str,
    pub message: String,
    pub expected: &'static str,
}

impl Bad {
    pub fn new(code: &'static str, message: impl Into<String>, expected: &'static str) -> Bad {
        Bad { code, message: message.into(), expected }
    }
}

/// Length of a line without its comment: up to the first `;` outside quotes.
pub(super) fn code_len(line: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            // A quote that is never closed is not a quote: the comment still starts at its `;`.
            (None, '"' | '\'') if line[at + 1..].contains(c) => quote = Some(c),
            (None, ';') => return at,
            (None, _) => {}
        }
    }
    line.len()
}

/// Whether a word can name a symbol: `[A-Za-z_.][A-Za-z0-9_.$]*`.
pub(super) fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '.')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$'))
}

/// A number: `0x…`, `0b…`, `'c'`, or decimal with an optional sign; single `_` between digits.
pub(super) fn number(word: &str) -> Option<i128> {
    let mut chars = word.chars();
    if let (Some('\''), Some(c), Some('\''), None) = (chars.next(), chars.next(), chars.next(), chars.next()) {
        return Some(i128::from(u32::from(c)));
    }
    let lower = word.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return digits_of(digits.strip_prefix('_').unwrap_or(digits), 16);
    }
    if let Some(digits) = lower.strip_prefix("0b") {
        return digits_of(digits.strip_prefix('_').unwrap_or(digits), 2);
    }
    match word.strip_prefix('-') {
        Some(digits) => digits_of(digits, 10).map(|n| -n),
        None => digits_of(word.strip_prefix('+').unwrap_or(word), 10),
    }
}

fn digits_of(digits: &str, radix: u32) -> Option<i128> {
    let good = |c: char| c.is_digit(radix) || c == '_';
    if digits.is_empty()
        || !digits.chars().all(good)
        || digits.starts_with('_')
        || digits.ends_with('_')
        || digits.contains("__")
    {
        return None;
    }
    i128::from_str_radix(&digits.replace('_', ""), radix).ok()
}

/// The bytes of a string token, which begins and ends with the same quote.
pub(super) fn string(token: &str, reference_escapes: bool) -> Result<Vec<u8>, Bad> {
    let mut chars = token.chars();
    let quote = chars.next().filter(|c| matches!(c, '"' | '\''));
    let open = Bad::new("E20", "this string is not closed", "a string in quotes");
    let body = quote.and_then(|q| token.get(1..)?.strip_suffix(q)).ok_or(open)?;
    if reference_escapes { reference_bytes(body) } else { plain_bytes(body) }
}

fn plain_bytes(body: &str) -> Result<Vec<u8>, Bad> {
    let mut out = Vec::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        match chars.next() {
            Some('n') => out.push(b'\n'),
            Some('r') => out.push(b'\r'),
            Some('t') => out.push(b'\t'),
            Some('0') => out.push(0),
            Some('x') => {
                let digits: String = chars.by_ref().take(2).collect();
                let byte = Some(&digits).filter(|d| d.len() == 2 && d.bytes().all(|b| b.is_ascii_hexdigit()));
                let byte = byte.and_then(|d| u8::from_str_radix(d, 16).ok());
                out.push(byte.ok_or_else(|| Bad::new("E23", "bad \\x escape", "two hex digits after \\x"))?);
            }
            Some(c) => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            None => return Err(Bad::new("E22", "the string ends with a backslash", "a character after the backslash")),
        }
    }
    Ok(out)
}

/// The reference continues at an escape's last character and not behind it, and takes characters
/// for bytes.
fn reference_bytes(body: &str) -> Result<Vec<u8>, Bad> {
    let chars: Vec<char> = body.chars().collect();
    let byte = |c: char| {
        u8::try_from(u32::from(c))
            .map_err(|_| Bad::new("E21", format!("{c:?} is not a byte"), "a character up to U+00FF"))
    };
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if chars[i] != '\\' {
            out.push(byte(chars[i])?);
            i += 1;
            continue;
        }
        i += 1;
        match chars.get(i) {
            None => return Err(Bad::new("E22", "the string ends with a backslash", "a character after the backslash")),
            Some('n') => out.push(b'\n'),
            Some('r') => out.push(b'\r'),
            Some('t') => out.push(b'\t'),
            Some('0') => out.push(0),
            Some('x') => {
                let digits: String = chars.iter().skip(i + 1).take(2).collect();
                let value = u8::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 2);
                out.push(value.ok_or_else(|| Bad::new("E23", "bad \\x escape", "two hex digits after \\x"))?);
                i += 2;
            }
            Some(c) => out.push(byte(*c)?),
        }
    }
    Ok(out)
}

/// The parts of a list, split at commas outside quotes, trimmed; empty parts are left out.
pub(super) fn list(text: &str) -> Vec<Range<usize>> {
    split(text, |c| c == ',', false)
}

/// The first word of a line, outside quotes, that is longer than a bound.
pub(super) fn longer(line: &str, most: usize) -> Option<Range<usize>> {
    if line.len() <= most {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '+' | ':');
    split(line, ends, false).into_iter().find(|r| r.len() > most && !line[r.clone()].starts_with(['"', '\'', '{']))
}

/// Operands of an instruction: split at commas and white space; what stands in brackets is one.
pub(super) fn operands(text: &str) -> Vec<Range<usize>> {
    split(text, |c| c == ',' || c.is_whitespace(), true)
}

fn split(text: &str, separates: impl Fn(char) -> bool, brackets: bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut quote, mut depth, mut escaped) = (0, None, false, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if text[at + 1..].contains(c) => quote = Some(c),
            (None, '[') if brackets => depth = true,
            (None, ']') if brackets => depth = false,
            (None, c) if !depth && separates(c) => {
                parts.push(start..at);
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(start..text.len());
    let trim = |r: Range<usize>| {
        let part = &text[r.clone()];
        let from = r.start + (part.len() - part.trim_start().len());
        from..from + part.trim().len()
    };
    parts.into_iter().map(trim).filter(|r| !r.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_documented_forms() {
        for (text, value) in [
            ("0x1_F", 31),
            ("0b101", 5),
            ("'A'", 65),
            ("'''", 39),
            ("-12", -12),
            ("+7", 7),
            ("007", 7),
            ("1_000", 1000),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["-0x10", "0o7", "5h", "$5", "1_", "1__0", "", "'\\n'", "x"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn escapes_are_plain_by_default_and_doubled_on_demand() {
        assert_eq!(string(r#""a\nb\x41\\""#, false), Ok(b"a\nbA\\".to_vec()));
        assert_eq!(string(r#""a\nb""#, true), Ok(vec![0x61, 0x0A, 0x6E, 0x62]));
        assert_eq!(string(r#""a\\b""#, true), Ok(vec![0x61, 0x5C, 0x62, 0x62]));
        assert_eq!(string(r#""\x41""#, true), Ok(vec![0x41, 0x31]));
        assert_eq!(string("\"open", false).expect_err("open").code, "E20");
    }

    #[test]
    fn comments_start_outside_quotes() {
        assert_eq!(code_len("LDI R1, ';' ; x"), 12);
        assert_eq!(code_len("; all"), 0);
        assert_eq!(code_len("don't ; x"), 6);
    }

    #[test]
    fn operands_split_at_commas_and_blanks_but_not_in_brackets() {
        let text = "R1, [R2 + 4]  R3";
        let parts: Vec<&str> = operands(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(parts, ["R1", "[R2 + 4]", "R3"]);
    }
}
