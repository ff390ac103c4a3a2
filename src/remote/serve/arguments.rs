//! What a request says, as values of the kinds that are expected.

use super::Refusal;
use crate::text::hex;
use serde_json::{Map, Value};

/// The members of a request.
pub(super) struct Arguments<'m> {
    pub command: &'m str,
    pub members: &'m Map<String, Value>,
}

/// A number in decimal or with `0x`, negative ones too.
pub(super) fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let parsed = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    parsed.ok().filter(|n| *n >= 0 && !digits.contains(['-', '+'])).map(|n: i64| sign * n)
}

/// A whole number that a value stands for.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => {
            n.as_i64().or_else(|| n.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 1e15).map(|n| n as i64))
        }
        Value::String(text) => number(text),
        _ => None,
    }
}

impl Arguments<'_> {
    /// A member that is there and not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// The first member that is there, of several names for one thing.
    pub fn any(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.get(name))
    }

    fn wrong(&self, name: &str, expected: &str, value: &Value) -> Refusal {
        let shown: String = match value {
            Value::String(text) => text.chars().take(80).collect(),
            other => other.to_string().chars().take(80).collect(),
        };
        Refusal(format!("{} expects {expected} {name}, got '{shown}'", self.command))
    }

    /// What is missing.
    pub fn missing(&self, name: &str) -> Refusal {
        Refusal(format!("{} requires '{name}'", self.command))
    }

    /// A whole number, under the first of several names that is there.
    pub fn int(&self, names: &[&str]) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.any(names) else { return Ok(None) };
        whole(value).map(Some).ok_or_else(|| self.wrong(names[0], "integer", value))
    }

    /// A number that is not negative, and one that may not be left out.
    pub fn count(&self, names: &[&str]) -> Result<Option<u64>, Refusal> {
        match self.int(names)? {
            Some(n) => u64::try_from(n).map(Some).map_err(|_| self.wrong(names[0], "non-negative", &n.into())),
            None => Ok(None),
        }
    }

    /// An address of 16 bits, whatever is above them.
    pub fn address(&self, names: &[&str]) -> Result<Option<u16>, Refusal> {
        Ok(self.int(names)?.map(|n| n as u16))
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A text that may not be left out.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| self.missing(name))
    }

    /// Yes or no, in any of the protocol's spellings.
    pub fn switch(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(on) => Some(*on),
            Value::Number(n) => Some(n.as_f64() != Some(0.0)),
            Value::String(text) => match text.to_lowercase().as_str() {
                "on" | "true" | "1" | "yes" => Some(true),
                "off" | "false" | "0" | "no" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// What is to be done of what the command can, by its first word.
    pub fn op<'a>(&'a self, names: &[&str], usual: &'a str) -> String {
        let op = names.iter().find_map(|name| self.text(name));
        op.unwrap_or(usual).to_lowercase()
    }
}

/// The bytes that hex digits stand for, blanks between them left out.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    hex::bytes(&text.split_ascii_whitespace().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal_or_hexadecimal() {
        assert_eq!([number("16"), number("0x10"), number(" -0x1 "), number("")], [Some(16), Some(16), Some(-1), None]);
        assert_eq!([number("--1"), number("0x"), number("0x-1"), number("1e3")], [None; 4]);
        assert_eq!(whole(&serde_json::json!(4.0)), Some(4));
        assert_eq!(whole(&serde_json::json!(4.5)), None);
    }

    #[test]
    fn blanks_may_stand_between_hex_digits() {
        assert_eq!([unhex("00 ff\t0a"), unhex("0 "), unhex("0g")], [Some(vec![0, 0xFF, 0x0A]), None, None]);
    }
}
