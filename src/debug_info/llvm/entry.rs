//! One entry: `distinct !DIKind(key: value, …)`.

use super::{Id, reference};

/// Deepest nesting of brackets in a value.
const DEEPEST: usize = 64;

/// What an entry says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'t> {
    /// Another entry.
    Ref(Id),
    /// A text in quotes, escapes as they stand.
    Text(&'t str),
    /// A number.
    Number(i64),
    /// Anything else: flags, tags, expressions, as written.
    Word(&'t str),
}

/// An entry that has been taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'t> {
    /// What it is, e.g. `DILocalVariable`.
    pub kind: &'t str,
    fields: Vec<(&'t str, Value<'t>)>,
}

impl<'t> Entry<'t> {
    /// Takes an entry apart; `None` for lists and what is not well formed.
    pub(super) fn read(text: &'t str) -> Option<Entry<'t>> {
        let text = text.strip_prefix("distinct ").unwrap_or(text).strip_prefix('!')?;
        let (kind, rest) = text.split_once('(')?;
        let mut fields = Vec::new();
        let mut rest = rest.trim_end().strip_suffix(')')?;
        while !rest.is_empty() {
            // What is written over several lines may end in a line break.
            if rest.trim().is_empty() {
                break;
            }
            let (key, value) = rest.split_once(':')?;
            let end = end_of_value(value)?;
            let key = key.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            fields.push((key, read_value(value[..end].trim())));
            rest = &value[end..];
        }
        Some(Entry { kind, fields })
    }

    /// What it says of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'t>> {
        self.fields.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// Another entry that it names.
    #[must_use]
    pub fn id(&self, key: &str) -> Option<Id> {
        match self.get(key) {
            Some(Value::Ref(id)) => Some(*id),
            _ => None,
        }
    }

    /// A text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'t str> {
        match self.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(Value::Number(n)) => Some(*n),
            _ => None,
        }
    }

    /// A line number; 0 when there is none.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.number("line").and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
    }

    /// A word, such as a tag.
    #[must_use]
    pub fn word(&self, key: &str) -> Option<&'t str> {
        match self.get(key) {
            Some(Value::Word(word)) => Some(word),
            _ => None,
        }
    }
}

/// Where a value ends: at the comma behind it, or at the end. Commas in quotes and brackets belong to it.
fn end_of_value(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        if depth > DEEPEST {
            return None;
        }
    }
    (depth == 0 && !quoted).then_some(text.len())
}

fn read_value(text: &str) -> Value<'_> {
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match (quoted, reference(text), text.parse()) {
        (Some(text), _, _) => Value::Text(text),
        (None, Some(id), _) => Value::Ref(id),
        (None, None, Ok(number)) => Value::Number(number),
        _ => Value::Word(text),
    }
}
