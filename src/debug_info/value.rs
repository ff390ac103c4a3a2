//! Bytes of memory as values of C.

use super::types::{Member, TypeId, TypeKind, Types};
use crate::isa::decode_f16;
use serde_json::{Map, Value, json};
use std::fmt;

/// Values within values that are shown.
const DEEPEST: usize = 8;
/// Values in one whole that are read.
const MOST: usize = 4096;
/// Elements of an array that are written out.
const ELEMENTS: usize = 64;
/// Characters of a text that are read.
const TEXT: u32 = 200;

/// A value of C.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A character by its number.
    Character(i64),
    /// A value of an enum; its name if it has one.
    Enumerator(i64, Option<String>),
    /// A pointer, and the text it points at if it points at characters.
    Pointer(u32, Option<String>),
    /// The members of a struct or union, in order.
    Members(Vec<(String, Datum)>),
    /// The elements of an array.
    Elements(Vec<Datum>),
    /// What nothing more is known of: as it is in memory.
    Bytes(Vec<u8>),
}

/// Reads the value of a type at an address; `byte` gives memory as the task sees it.
#[must_use]
pub fn decode(types: &Types, of: TypeId, address: u32, byte: &dyn Fn(u32) -> u8) -> Datum {
    let mut left = MOST;
    Decoder { types, byte }.decode(of, address, 0, &mut left)
}

struct Decoder<'d> {
    types: &'d Types,
    byte: &'d dyn Fn(u32) -> u8,
}

impl Decoder<'_> {
    fn bytes(&self, address: u32, size: u32) -> Vec<u8> {
        (0..size.min(MOST as u32)).map(|i| (self.byte)(address.wrapping_add(i))).collect()
    }

    fn number(&self, address: u32, size: u32, signed: bool) -> i64 {
        let bytes = self.bytes(address, size.min(4));
        let value = bytes.iter().rev().fold(0_u32, |sum, b| sum << 8 | u32::from(*b));
        let shift = 32 - 8 * size.clamp(1, 4);
        if signed { ((value << shift) as i32 >> shift).into() } else { value.into() }
    }

    fn decode(&self, of: TypeId, address: u32, depth: usize, left: &mut usize) -> Datum {
        *left = left.saturating_sub(1);
        let Some((_, plain)) = self.types.plain(of).filter(|_| depth < DEEPEST) else {
            return Datum::Bytes(Vec::new());
        };
        let size = plain.size;
        let bytes = || Datum::Bytes(self.bytes(address, size));
        match &plain.kind {
            TypeKind::Character { signed } => Datum::Character(self.number(address, size, *signed)),
            TypeKind::Integer { signed } => Datum::Integer(self.number(address, size, *signed)),
            TypeKind::Float if size == 2 => Datum::Real(decode_f16(self.number(address, 2, false) as u16)),
            TypeKind::Float if size == 4 => Datum::Real(f32::from_bits(self.number(address, 4, false) as u32).into()),
            TypeKind::Enumeration(values) => {
                let value = self.number(address, size, values.iter().any(|(_, value)| *value < 0));
                let name = values.iter().find(|(_, v)| *v == value).map(|(name, _)| name.clone());
                Datum::Enumerator(value, name)
            }
            TypeKind::Pointer(to) => {
                let at = self.number(address, size, false) as u32;
                let text = to.is_some_and(|to| matches!(self.types.kind(to), TypeKind::Character { .. }));
                Datum::Pointer(at, text.then(|| self.text(at)))
            }
            TypeKind::Struct(members) | TypeKind::Union(members) => {
                Datum::Members(self.members(members, address, depth, left))
            }
            TypeKind::Array { of, count } => {
                let size = self.types.size(*of).max(1);
                let mut elements = Vec::new();
                for i in 0..*count {
                    if *left == 0 {
                        break;
                    }
                    elements.push(self.decode(*of, address.wrapping_add(i.wrapping_mul(size)), depth + 1, left));
                }
                Datum::Elements(elements)
            }
            TypeKind::Float | TypeKind::Foreign | TypeKind::Function(..) | TypeKind::Unknown => bytes(),
            TypeKind::Alias(_) | TypeKind::Qualified(..) => Datum::Bytes(Vec::new()),
        }
    }

    fn members(&self, members: &[Member], address: u32, depth: usize, left: &mut usize) -> Vec<(String, Datum)> {
        let mut found = Vec::new();
        for member in members {
            if *left == 0 {
                break;
            }
            let at = address.wrapping_add(member.offset);
            let value = match member.bits {
                true => Datum::Bytes(self.bytes(at, self.types.size(member.of))),
                false => self.decode(member.of, at, depth + 1, left),
            };
            found.push((member.name.clone(), value));
        }
        found
    }

    fn text(&self, at: u32) -> String {
        let bytes: Vec<u8> = (0..TEXT).map(|i| (self.byte)(at.wrapping_add(i))).take_while(|b| *b != 0).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Datum {
    /// The value as data.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Datum::Integer(n) | Datum::Character(n) | Datum::Enumerator(n, None) => json!(n),
            Datum::Real(x) => json!(x),
            Datum::Enumerator(_, Some(name)) => json!(name),
            Datum::Pointer(at, _) => json!(format!("0x{at:04X}")),
            Datum::Members(members) => {
                let fields = members.iter().map(|(name, value)| (name.clone(), value.json()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Datum::Elements(elements) => elements.iter().map(Datum::json).collect(),
            Datum::Bytes(bytes) => json!(bytes),
        }
    }
}

impl Datum {
    /// The value in a format, of a value of `size` bytes: x hexadecimal, u unsigned, t binary, c a character, anything
    /// else as it is.
    #[must_use]
    pub fn formatted(&self, format: char, size: u32) -> String {
        match self {
            Datum::Integer(n) | Datum::Character(n) | Datum::Enumerator(n, _) => number(*n, format, size),
            Datum::Pointer(at, _) => number((*at).into(), format, size),
            Datum::Elements(elements) => {
                let size = size / u32::try_from(elements.len().max(1)).unwrap_or(1);
                let elements: Vec<String> = elements.iter().map(|e| e.formatted(format, size)).collect();
                format!("{{{}}}", elements.join(", "))
            }
            Datum::Members(members) => {
                let member = |(name, value): &(String, Datum)| format!("{name} = {}", value.formatted(format, 4));
                let members: Vec<String> = members.iter().map(member).collect();
                format!("{{{}}}", members.join(", "))
            }
            Datum::Real(_) | Datum::Bytes(_) => self.to_string(),
        }
    }
}

fn number(n: i64, format: char, size: u32) -> String {
    let bits = 8 * size.clamp(1, 4);
    let plain = n as u32 & (u32::MAX >> (32 - bits));
    match format {
        'x' => format!("0x{plain:0width$X}", width = (bits / 4) as usize),
        'u' => plain.to_string(),
        't' => format!("{plain:0width$b}", width = bits as usize),
        'c' => format!("{:?}", char::from(plain as u8)),
        _ => n.to_string(),
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Datum::Integer(n) | Datum::Enumerator(n, None) => write!(f, "{n}"),
            Datum::Real(x) => write!(f, "{x}"),
            Datum::Character(n) => match u8::try_from(*n) {
                Ok(byte @ b' '..=b'~') => write!(f, "{n} '{}'", char::from(byte)),
                _ => write!(f, "{n}"),
            },
            Datum::Enumerator(_, Some(name)) => write!(f, "{name}"),
            Datum::Pointer(at, None) => write!(f, "0x{at:04X}"),
            Datum::Pointer(at, Some(text)) => write!(f, "0x{at:04X} {text:?}"),
            Datum::Members(members) => {
                let members: Vec<String> = members.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                write!(f, "{{{}}}", members.join(", "))
            }
            Datum::Elements(elements) => {
                let folded = folded(elements);
                write!(f, "{{{}}}", folded.join(", "))
            }
            Datum::Bytes(bytes) => {
                let bytes: Vec<String> = bytes.iter().take(ELEMENTS).map(|b| format!("{b:02X}")).collect();
                write!(f, "bytes {}", bytes.join(" "))
            }
        }
    }
}

/// The elements of an array, equal ones in a row as one.
fn folded(elements: &[Datum]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut shown = 0;
    for same in elements.chunk_by(|a, b| a == b) {
        if shown >= ELEMENTS {
            texts.push("…".to_owned());
            break;
        }
        match same.len() {
            4.. => texts.push(format!("{} <repeats {} times>", same[0], same.len())),
            _ => texts.extend(same.iter().map(ToString::to_string)),
        }
        shown += same.len().min(4);
    }
    texts
}
