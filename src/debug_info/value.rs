//! Bytes of memory as values of C.

use super::types::{BitField, Member, TypeId, TypeKind, Types};
use crate::isa::{decode_f16, low_bits};
use crate::session::expr::{Shape, numbered};
use crate::text::hex::{first_pairs, pairs};
use crate::text::{character, quoted};
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
    /// A pointer, and the text it points at, as C writes it, if it points at characters.
    Pointer(u32, Option<String>),
    /// The members of a struct or union, in order.
    Members(Vec<MemberValue>),
    /// The elements of an array.
    Elements(Vec<Datum>),
    /// What nothing more is known of: as it is in memory.
    Bytes(Vec<u8>),
    /// A number of 64 bits, which HSX does not have: as it is in memory.
    Wide(Vec<u8>),
}

/// The value of a member.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberValue {
    /// The member's name; empty for an unnamed struct or union.
    pub name: String,
    /// Its value.
    pub value: Datum,
    /// Its bytes; 0 when unknown.
    pub size: u32,
}

/// Reads the value of a type at an address; `byte` gives memory as the task sees it.
#[must_use]
pub fn decode(types: &Types, of: TypeId, address: u32, byte: &dyn Fn(u32) -> u8) -> Datum {
    let mut left = MOST;
    Decoder { types, byte }.decode(of, address, 0, &mut left)
}

/// The value of a bit-field of a type in the unit at an address.
#[must_use]
pub fn decode_field(types: &Types, of: TypeId, address: u32, field: BitField, byte: &dyn Fn(u32) -> u8) -> Datum {
    Decoder { types, byte }.field(of, address, field)
}

impl Types {
    /// A whole number as a value of a type.
    #[must_use]
    pub fn datum(&self, of: TypeId, n: i64) -> Datum {
        match self.kind(of) {
            TypeKind::Character { .. } => Datum::Character(n),
            TypeKind::Pointer(_) => Datum::Pointer(n as u32, None),
            TypeKind::Enumeration(values) => {
                let name = values.iter().find(|(_, v)| *v == n).map(|(name, _)| name.clone());
                Datum::Enumerator(n, name)
            }
            TypeKind::Integer { .. }
            | TypeKind::Float
            | TypeKind::Foreign
            | TypeKind::Struct(_)
            | TypeKind::Union(_)
            | TypeKind::Array { .. }
            | TypeKind::Alias(_)
            | TypeKind::Qualified(..)
            | TypeKind::Function(..)
            | TypeKind::Unknown => Datum::Integer(n),
        }
    }

    /// What the bytes of a type are, if they are a number.
    #[must_use]
    pub fn shape(&self, of: TypeId) -> Option<Shape> {
        let bytes = self.size(of);
        match self.kind(of) {
            TypeKind::Character { signed } => Some(Shape::Character { signed: *signed }),
            TypeKind::Integer { signed } => Some(Shape::Whole { bytes, signed: *signed }),
            TypeKind::Float => Some(Shape::Real { bytes }),
            TypeKind::Enumeration(names) => Some(Shape::Enumeration { bytes, names: names.clone().into() }),
            TypeKind::Pointer(_) => Some(Shape::Pointer),
            TypeKind::Foreign
            | TypeKind::Struct(_)
            | TypeKind::Union(_)
            | TypeKind::Array { .. }
            | TypeKind::Alias(_)
            | TypeKind::Qualified(..)
            | TypeKind::Function(..)
            | TypeKind::Unknown => None,
        }
    }

    /// Whether a number of a type may be negative.
    #[must_use]
    pub fn is_signed(&self, of: TypeId) -> bool {
        match self.kind(of) {
            TypeKind::Character { signed } | TypeKind::Integer { signed } => *signed,
            TypeKind::Enumeration(values) => values.iter().any(|(_, value)| *value < 0),
            TypeKind::Float
            | TypeKind::Foreign
            | TypeKind::Struct(_)
            | TypeKind::Union(_)
            | TypeKind::Array { .. }
            | TypeKind::Alias(_)
            | TypeKind::Qualified(..)
            | TypeKind::Function(..)
            | TypeKind::Pointer(_)
            | TypeKind::Unknown => false,
        }
    }
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
        low_bits(value, 8 * size.clamp(1, 4), signed)
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
            TypeKind::Enumeration(_) => self.types.datum(of, self.number(address, size, self.types.is_signed(of))),
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
            TypeKind::Foreign => Datum::Wide(self.bytes(address, size)),
            // What stands in memory at the address of a function is not its code.
            TypeKind::Function(..) => Datum::Pointer(address, None),
            TypeKind::Float | TypeKind::Unknown => bytes(),
            TypeKind::Alias(_) | TypeKind::Qualified(..) => Datum::Bytes(Vec::new()),
        }
    }

    fn members(&self, members: &[Member], address: u32, depth: usize, left: &mut usize) -> Vec<MemberValue> {
        let mut found = Vec::new();
        for member in members {
            if *left == 0 {
                break;
            }
            let at = address.wrapping_add(member.offset);
            let size = self.types.size(member.of);
            let value = match member.field() {
                Some(field) => self.field(member.of, at, field),
                None => self.decode(member.of, at, depth + 1, left),
            };
            found.push(MemberValue { name: member.name.clone(), value, size });
        }
        found
    }

    /// The value of a bit-field in the unit at an address.
    fn field(&self, of: TypeId, address: u32, field: BitField) -> Datum {
        let unit = self.number(address, self.types.size(of), false) as u32;
        self.types.datum(of, field.of(unit, self.types.is_signed(of)))
    }

    fn text(&self, at: u32) -> String {
        let bytes: Vec<u8> = (0..TEXT).map(|i| (self.byte)(at.wrapping_add(i))).take_while(|b| *b != 0).collect();
        let cut = if bytes.len() == TEXT as usize { "…" } else { "" };
        quoted(&bytes) + cut
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
                let fields = members.iter().map(|member| (member.name.clone(), member.value.json()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Datum::Elements(elements) => elements.iter().map(Datum::json).collect(),
            Datum::Bytes(bytes) | Datum::Wide(bytes) => json!(bytes),
        }
    }
}

/// The letters that [`Datum::formatted`] knows.
pub const FORMATS: &str = "xduotcf";

impl Datum {
    /// The value in one of the [`FORMATS`], of a value of `size` bytes: x hexadecimal, d signed, u unsigned, o octal, t
    /// binary, c a character, f f16; anything else as it is.
    #[must_use]
    pub fn formatted(&self, format: char, size: u32) -> String {
        match self {
            Datum::Integer(n) | Datum::Character(n) | Datum::Enumerator(n, _) => number(*n, format, size),
            Datum::Pointer(at, _) => number((*at).into(), format, size),
            Datum::Elements(elements) => {
                let size = size / u32::try_from(elements.len().max(1)).unwrap_or(1);
                format!("{{{}}}", folded(elements, &|element| element.formatted(format, size)).join(", "))
            }
            Datum::Members(members) => braced(members, &|member| member.value.formatted(format, member.size)),
            Datum::Real(_) | Datum::Bytes(_) | Datum::Wide(_) => self.to_string(),
        }
    }
}

fn number(n: i64, format: char, size: u32) -> String {
    let bits = 8 * size.clamp(1, 4);
    let plain = low_bits(n as u32, bits, false) as u32;
    match format {
        'x' => format!("0x{plain:0width$X}", width = (bits / 4) as usize),
        'd' => low_bits(n as u32, bits, true).to_string(),
        'u' => plain.to_string(),
        'o' => format!("0{plain:o}"),
        't' => format!("{plain:0width$b}", width = bits as usize),
        'c' => character(plain as u8),
        'f' => decode_f16(plain as u16).to_string(),
        _ => n.to_string(),
    }
}

/// The members of a struct or union: `{x = 11, y = 22}`.
fn braced(members: &[MemberValue], text: &dyn Fn(&MemberValue) -> String) -> String {
    let member = |member: &MemberValue| match member.name.as_str() {
        "" => text(member),
        name => format!("{name} = {}", text(member)),
    };
    let members: Vec<String> = members.iter().map(member).collect();
    format!("{{{}}}", members.join(", "))
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Datum::Integer(n) | Datum::Enumerator(n, None) => write!(f, "{n}"),
            Datum::Real(x) => write!(f, "{x}"),
            Datum::Character(n) => write!(f, "{}", numbered(*n)),
            Datum::Enumerator(_, Some(name)) => write!(f, "{name}"),
            Datum::Pointer(at, None) => write!(f, "0x{at:04X}"),
            Datum::Pointer(at, Some(text)) => write!(f, "0x{at:04X} {text}"),
            Datum::Members(members) => write!(f, "{}", braced(members, &|member| member.value.to_string())),
            Datum::Elements(elements) => match text(elements) {
                Some(text) => write!(f, "{text}"),
                None => write!(f, "{{{}}}", folded(elements, &ToString::to_string).join(", ")),
            },
            Datum::Bytes(bytes) => write!(f, "bytes {}", first_pairs(bytes, ELEMENTS, "…")),
            Datum::Wide(bytes) => write!(f, "bytes {}: 64-bit types do not exist on HSX", pairs(bytes)),
        }
    }
}

/// The text in an array of characters, if it holds one: something that can be read, and zeros behind it.
fn text(elements: &[Datum]) -> Option<String> {
    let byte = |element: &Datum| if let Datum::Character(n) = element { Some(*n as u8) } else { None };
    let bytes: Vec<u8> = elements.iter().map(byte).collect::<Option<_>>()?;
    let end = bytes.iter().position(|b| *b == 0).filter(|end| *end > 0)?;
    let (text, rest) = bytes.split_at(end);
    let is_text = text.iter().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\t')) && rest.iter().all(|b| *b == 0);
    is_text.then(|| quoted(text))
}

/// The elements of an array in words, equal ones in a row as one.
fn folded(elements: &[Datum], text: &dyn Fn(&Datum) -> String) -> Vec<String> {
    let mut texts = Vec::new();
    let mut shown = 0;
    for same in elements.chunk_by(|a, b| a == b) {
        if shown >= ELEMENTS {
            texts.push("…".to_owned());
            break;
        }
        match same.len() {
            4.. => texts.push(format!("{} <repeats {} times>", text(&same[0]), same.len())),
            _ => texts.extend(same.iter().map(text)),
        }
        shown += same.len().min(4);
    }
    texts
}
