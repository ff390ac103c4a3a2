//! JSON as the HSX toolchain reads and writes it: integers of any size, `NaN` and infinities, the
//! last of equal keys counts, and one exact output form, so that equal data gives equal bytes.

mod write;

pub use write::write;

use crate::limits::{JSON_VALUES, Over};
use std::collections::BTreeMap;
use thiserror::Error;

/// A JSON value.
#[derive(Debug, Clone)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer in its shortest decimal form, of any size.
    Int(String),
    /// A number with a point or an exponent, `NaN`, `Infinity`, `-Infinity`.
    Float(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; keys by code point.
    Object(BTreeMap<String, Json>),
}

/// The same data: `NaN` equals itself, so that an image always equals its copy.
impl PartialEq for Json {
    fn eq(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::Null, Json::Null) => true,
            (Json::Bool(a), Json::Bool(b)) => a == b,
            (Json::Int(a), Json::Int(b)) | (Json::Text(a), Json::Text(b)) => a == b,
            (Json::Float(a), Json::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
            (Json::List(a), Json::List(b)) => a == b,
            (Json::Object(a), Json::Object(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Json {}

/// Bad JSON.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JsonError {
    /// The text does not follow JSON's rules.
    #[error("{expected} is expected at byte {at}")]
    Expected {
        /// Byte offset in the text.
        at: usize,
        /// What is expected there.
        expected: &'static str,
    },
    /// It holds more than is read.
    #[error("{over} at byte {at}")]
    Over {
        /// Byte offset in the text.
        at: usize,
        /// The limit.
        over: Over,
    },
}

impl JsonError {
    /// Byte offset in the text.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            JsonError::Expected { at, .. } | JsonError::Over { at, .. } => *at,
        }
    }
}

/// Deepest nesting that is read.
const DEPTH: usize = 64;

/// Reads one value; white space may stand around it.
///
/// # Errors
/// The first place where the text is not JSON.
pub fn parse(text: &str) -> Result<Json, JsonError> {
    let mut reader = Reader { text, at: 0, values: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() { Err(reader.expected("the end of the text")) } else { Ok(value) }
}

/// Reads the value a text begins with, and how many bytes it takes.
///
/// # Errors
/// The first place where the text is not JSON.
pub fn parse_prefix(text: &str) -> Result<(Json, usize), JsonError> {
    let mut reader = Reader { text, at: 0, values: 0 };
    let value = reader.value(0)?;
    Ok((value, reader.at))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Values begun so far.
    values: u64,
}

impl Reader<'_> {
    fn expected(&self, expected: &'static str) -> JsonError {
        JsonError::Expected { at: self.at, expected }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.blanks();
        self.values += 1;
        JSON_VALUES.check(self.values).map_err(|over| JsonError::Over { at: self.at, over })?;
        if depth > DEPTH {
            return Err(self.expected("less nesting"));
        }
        const WORDS: [(&str, Json); 6] = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("NaN", Json::Float(f64::NAN)),
            ("Infinity", Json::Float(f64::INFINITY)),
            ("-Infinity", Json::Float(f64::NEG_INFINITY)),
        ];
        if let Some((_, value)) = WORDS.iter().find(|(word, _)| self.take(word)) {
            return Ok(value.clone());
        }
        match self.rest().chars().next() {
            Some('"') => self.string().map(Json::Text),
            Some('[') => self.list(depth),
            Some('{') => self.object(depth),
            Some('-' | '0'..='9') => self.number(),
            _ => Err(self.expected("a JSON value")),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.take("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.take("]") {
                return Ok(Json::List(items));
            }
            if !self.take(",") {
                return Err(self.expected("\",\" or \"]\""));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut members = BTreeMap::new();
        self.blanks();
        if self.take("}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.blanks();
            if !self.rest().starts_with('"') {
                return Err(self.expected("a key in double quotes"));
            }
            let key = self.string()?;
            self.blanks();
            if !self.take(":") {
                return Err(self.expected("\":\""));
            }
            members.insert(key, self.value(depth + 1)?);
            self.blanks();
            if self.take("}") {
                return Ok(Json::Object(members));
            }
            if !self.take(",") {
                return Err(self.expected("\",\" or \"}\""));
            }
        }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        self.take("-");
        let whole = self.digits();
        if whole == 0 || whole > 1 && self.text[self.at - whole..].starts_with('0') {
            return Err(self.expected("a number without leading zeros"));
        }
        let mut float = false;
        if self.rest().starts_with('.') {
            self.at += 1;
            float = true;
            if self.digits() == 0 {
                return Err(self.expected("a digit"));
            }
        }
        if self.take("e") || self.take("E") {
            float = true;
            if !self.take("+") {
                self.take("-");
            }
            if self.digits() == 0 {
                return Err(self.expected("a digit"));
            }
        }
        let text = &self.text[start..self.at];
        match text {
            "-0" => Ok(Json::Int("0".into())),
            _ if float => text.parse().map(Json::Float).map_err(|_| self.expected("a number")),
            _ => Ok(Json::Int(text.to_owned())),
        }
    }

    fn digits(&mut self) -> usize {
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        self.at += count;
        count
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(self.expected("a closing quote")) };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => out.push(self.escape()?),
                c if c < ' ' => return Err(self.expected("no raw control character")),
                c => {
                    self.at += c.len_utf8();
                    out.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        const SIMPLE: [(&str, char); 8] = [
            ("\\\"", '"'),
            ("\\\\", '\\'),
            ("\\/", '/'),
            ("\\b", '\u{8}'),
            ("\\f", '\u{C}'),
            ("\\n", '\n'),
            ("\\r", '\r'),
            ("\\t", '\t'),
        ];
        if let Some((_, c)) = SIMPLE.iter().find(|(text, _)| self.take(text)) {
            return Ok(*c);
        }
        let high = self.unit()?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.expected("a whole surrogate pair"));
        }
        let low = self.unit()?;
        let code = 0x1_0000 + ((high - 0xD800) << 10) + low.wrapping_sub(0xDC00);
        let pair = (0xDC00..0xE000).contains(&low).then(|| char::from_u32(code)).flatten();
        pair.ok_or_else(|| self.expected("the second half of a surrogate pair"))
    }

    fn unit(&mut self) -> Result<u32, JsonError> {
        if !self.take("\\u") {
            return Err(self.expected("a known escape"));
        }
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit =
            digits.and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or_else(|| self.expected("four hex digits"))?;
        self.at += 4;
        Ok(unit)
    }
}

impl Json {
    /// A member of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An integer: a number (cut toward zero), a bool, or a string with an integer literal.
    #[must_use]
    pub fn integer(&self) -> Option<i128> {
        match self {
            Json::Int(text) => text.parse().ok(),
            Json::Float(x) => x.is_finite().then_some(*x as i128),
            Json::Bool(b) => Some(i128::from(*b)),
            Json::Text(text) => integer_literal(text),
            _ => None,
        }
    }

    /// Whether it is a list or object without members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Json::List(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
            _ => false,
        }
    }

    /// Whether it counts as "nothing given": null, false, 0 or an empty string.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Json::Null | Json::Bool(false) => true,
            Json::Int(text) => text == "0",
            Json::Float(x) => *x == 0.0,
            Json::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}

/// An integer in text: sign, `0x`, `0o` or `0b`, `_` between digits.
#[must_use]
pub fn integer_literal(text: &str) -> Option<i128> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, body) = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((radix, lower.strip_prefix(prefix)?)))
        .unwrap_or((10, &lower));
    if body.is_empty() || body.starts_with('_') && radix == 10 || body.ends_with('_') || body.contains("__") {
        return None;
    }
    let plain = body.replace('_', "");
    if radix == 10 && plain.len() > 1 && plain.starts_with('0') && plain.bytes().any(|b| b != b'0') {
        return None;
    }
    i128::from_str_radix(&plain, radix)
        .ok()
        .filter(|_| plain.bytes().all(|b| b.is_ascii_alphanumeric()))
        .map(|n| sign * n)
}

#[cfg(test)]
mod tests;
