//! What the numbers of a program are in its language, for showing them.

use super::Value;
use crate::isa::{decode_f16, low_bits};
use crate::text::character;
use std::sync::Arc;

/// What a number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A whole number.
    Whole {
        /// Its bytes, 1 to 4.
        bytes: u32,
        /// Whether it may be negative.
        signed: bool,
    },
    /// A character.
    Character {
        /// Whether it may be negative.
        signed: bool,
    },
    /// A number with a fraction.
    Real {
        /// Its bytes, 2 or 4.
        bytes: u32,
    },
    /// One of some names.
    Enumeration {
        /// Its bytes, 1 to 4.
        bytes: u32,
        /// The names and their numbers.
        names: Arc<[(String, i64)]>,
    },
    /// An address.
    Pointer,
}

impl Shape {
    /// The value of its bits.
    #[must_use]
    pub fn value(&self, bits: u32) -> Value {
        let whole = |bytes: u32| Value::Int(low_bits(bits, 8 * bytes.clamp(1, 4), self.is_signed()));
        match self {
            Shape::Whole { bytes, .. } | Shape::Enumeration { bytes, .. } => whole(*bytes),
            Shape::Character { .. } => whole(1),
            Shape::Real { bytes: 2 } => Value::Real(decode_f16(bits as u16)),
            Shape::Real { .. } => Value::Real(f32::from_bits(bits).into()),
            Shape::Pointer => whole(4),
        }
    }

    /// Whether its bits may stand for a negative whole number.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        match self {
            Shape::Whole { signed, .. } | Shape::Character { signed } => *signed,
            Shape::Enumeration { names, .. } => names.iter().any(|(_, n)| *n < 0),
            Shape::Real { .. } | Shape::Pointer => false,
        }
    }

    /// A value as the language writes it.
    #[must_use]
    pub fn text(&self, value: Value) -> String {
        let Value::Int(n) = value else { return value.to_string() };
        match self {
            Shape::Whole { .. } | Shape::Real { .. } => n.to_string(),
            Shape::Character { .. } => numbered(n),
            Shape::Enumeration { names, .. } => {
                let name = names.iter().find(|(_, value)| *value == n).map(|(name, _)| name.clone());
                name.unwrap_or_else(|| n.to_string())
            }
            Shape::Pointer => format!("0x{n:04X}"),
        }
    }
}

/// A character as its number and, if it can be printed, itself as C writes it: `66 'B'`, `39 '\''`.
#[must_use]
pub fn numbered(n: i64) -> String {
    match u8::try_from(n) {
        Ok(byte @ b' '..=b'~') => format!("{n} {}", character(byte)),
        _ => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_shown_as_what_they_are() {
        let said = |shape: Shape, bits: u32| shape.text(shape.value(bits));
        assert_eq!(said(Shape::Whole { bytes: 1, signed: true }, 0xFD), "-3");
        assert_eq!(said(Shape::Whole { bytes: 2, signed: false }, 0xFFFF_FFFE), "65534");
        assert_eq!(said(Shape::Whole { bytes: 4, signed: true }, u32::MAX), "-1");
        assert_eq!(said(Shape::Character { signed: true }, 66), "66 'B'");
        assert_eq!(said(Shape::Character { signed: true }, 39), "39 '\\''");
        assert_eq!(said(Shape::Real { bytes: 2 }, 0x42C0), "3.375");
        assert_eq!(said(Shape::Real { bytes: 4 }, 1.5_f32.to_bits()), "1.5");
        let names: Arc<[(String, i64)]> = [("RED".to_owned(), -1), ("GREEN".to_owned(), 5)].into();
        let colour = Shape::Enumeration { bytes: 1, names };
        assert_eq!([said(colour.clone(), 5), said(colour.clone(), 0xFF), said(colour, 7)], ["GREEN", "RED", "7"]);
        assert_eq!(said(Shape::Pointer, 0x4005), "0x4005");
    }
}
