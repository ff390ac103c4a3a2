//! Bytes as pairs of hex digits: as recordings, requests and answers have them, and as people read them.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Bytes as lower-case digits.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Bytes as upper-case digits, for people.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    text(bytes).to_uppercase()
}

/// Bytes as pairs of upper-case digits with blanks between them: `0B 00`.
#[must_use]
pub fn pairs(bytes: &[u8]) -> String {
    let pair = |byte: &u8| shown(std::slice::from_ref(byte));
    bytes.iter().map(pair).collect::<Vec<_>>().join(" ")
}

/// The first bytes as [`pairs`], with a mark behind them if there are more.
#[must_use]
pub fn first_pairs(bytes: &[u8], most: usize, mark: &str) -> String {
    let (first, more) = bytes.split_at(bytes.len().min(most));
    if more.is_empty() { pairs(first) } else { format!("{} {mark}", pairs(first)) }
}

/// The bytes that digits of either case stand for; `None` for anything else.
#[must_use]
pub fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.len().is_multiple_of(2).then(|| digits.chunks(2));
    Some(pairs?.map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

/// For `#[serde(with)]`.
///
/// # Errors
/// Those of the format.
pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&text(bytes))
}

/// For `#[serde(with)]`.
///
/// # Errors
/// Something else than pairs of digits.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    bytes(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("pairs of hex digits are expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_apart_and_say_whether_there_are_more() {
        assert_eq!([pairs(&[]), pairs(&[0x0B, 0]), first_pairs(&[1, 2], 2, "…")], ["", "0B 00", "01 02"]);
        assert_eq!(first_pairs(&[1, 2, 3], 2, "…"), "01 02 …");
    }

    #[test]
    fn hex_digits_are_read_back() {
        assert_eq!(bytes(&text(&[0, 0xFF, 0x0A])), Some(vec![0, 0xFF, 0x0A]));
        assert_eq!((text(&[0x0A, 0xFF]), shown(&[0x0A, 0xFF])), ("0aff".into(), "0AFF".into()));
        assert_eq!(bytes("dEad"), Some(vec![0xDE, 0xAD]));
        assert_eq!([bytes("0"), bytes("0g"), bytes("+1"), bytes("0 ")], [None, None, None, None]);
    }
}
