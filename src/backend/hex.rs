//! Bytes as pairs of hex digits, as recordings, requests and answers have them.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Bytes as lower-case digits.
pub fn text(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Bytes as upper-case digits, for people.
pub fn shown(bytes: &[u8]) -> String {
    text(bytes).to_uppercase()
}

/// The bytes that digits of either case stand for; `None` for anything else.
pub fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.len().is_multiple_of(2).then(|| digits.chunks(2));
    Some(pairs?.map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&text(bytes))
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    bytes(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("pairs of hex digits are expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_digits_are_read_back() {
        assert_eq!(bytes(&text(&[0, 0xFF, 0x0A])), Some(vec![0, 0xFF, 0x0A]));
        assert_eq!((text(&[0x0A, 0xFF]), shown(&[0x0A, 0xFF])), ("0aff".into(), "0AFF".into()));
        assert_eq!(bytes("dEad"), Some(vec![0xDE, 0xAD]));
        assert_eq!([bytes("0"), bytes("0g"), bytes("+1"), bytes("0 ")], [None, None, None, None]);
    }
}
