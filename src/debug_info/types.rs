//! Types of C as HSX lays them out.
//!
//! Debug information is made for a machine with 64-bit pointers. On HSX a pointer has 4 bytes, so that sizes and
//! places of members follow from the members, and not from what is written there.

mod layout;
mod name;
mod read;

pub use read::Reader;

use crate::isa::low_bits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A type, by its place in [`Types`].
pub type TypeId = usize;

/// Bytes of a pointer.
pub const POINTER: u32 = 4;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Type {
    /// Its name, or the tag of a struct, union or enum; `None` for what has none.
    pub name: Option<String>,
    /// What it is.
    pub kind: TypeKind,
    /// Bytes; 0 when unknown.
    pub size: u32,
    /// What its address is a multiple of.
    pub align: u32,
}

/// What a type is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeKind {
    /// `char` and its kin.
    Character {
        /// Whether it may be negative.
        signed: bool,
    },
    /// `int`, `short` and their kin, `_Bool`.
    Integer {
        /// Whether it may be negative.
        signed: bool,
    },
    /// `_Float16`, or by its size `float`.
    Float,
    /// What HSX does not have: 64-bit numbers. Shown as bytes.
    Foreign,
    /// A pointer; `None` to `void`.
    Pointer(Option<TypeId>),
    /// An array.
    Array {
        /// Of what.
        of: TypeId,
        /// How many; 0 when unknown.
        count: u32,
    },
    /// A struct.
    Struct(Vec<Member>),
    /// A union.
    Union(Vec<Member>),
    /// An enum: its names and their values.
    Enumeration(Vec<(String, i64)>),
    /// A typedef; `None` of `void`.
    Alias(Option<TypeId>),
    /// `const` or `volatile` of a type; `None` of `void`.
    Qualified(Qualifier, Option<TypeId>),
    /// A function: what it returns, and its arguments; `None` for `void` and for further ones.
    Function(Option<TypeId>, Vec<Option<TypeId>>),
    /// Something else.
    Unknown,
}

/// What may stand in front of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Qualifier {
    /// `const`
    Const,
    /// `volatile`
    Volatile,
}

impl Qualifier {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Qualifier::Const => "const",
            Qualifier::Volatile => "volatile",
        }
    }
}

/// A member of a struct or union.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name; empty for an unnamed struct or union.
    pub name: String,
    /// Its type.
    pub of: TypeId,
    /// Bytes from the start of the whole.
    pub offset: u32,
    /// How many bits it has, if it is a bit-field.
    pub bits: Option<u32>,
    /// Bits of the unit it lies in that come before those of a bit-field.
    #[serde(default)]
    pub shift: u32,
}

impl Member {
    /// Which bits of its bytes it is, if it is a bit-field.
    #[must_use]
    pub fn field(&self) -> Option<BitField> {
        self.bits.map(|bits| BitField { shift: self.shift, bits })
    }
}

/// Some bits of a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitField {
    /// Bits below them.
    pub shift: u32,
    /// How many.
    pub bits: u32,
}

impl BitField {
    /// The bits out of the number they are in.
    #[must_use]
    pub fn of(self, unit: u32, signed: bool) -> i64 {
        low_bits(unit.checked_shr(self.shift).unwrap_or(0), self.bits, signed)
    }

    /// The number they are in, with other bits in their place.
    #[must_use]
    pub fn put(self, unit: u32, value: u32) -> u32 {
        let mask = u32::MAX >> (32 - self.bits.clamp(1, 32));
        let place = |bits: u32| bits.checked_shl(self.shift).unwrap_or(0);
        unit & !place(mask) | place(value & mask)
    }
}

/// The types of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Types {
    list: Vec<Type>,
}

/// Typedefs and qualifiers in a row that are followed.
const DEEPEST: usize = 64;

impl Types {
    /// No types.
    #[must_use]
    pub const fn new() -> Types {
        Types { list: Vec::new() }
    }

    /// A type by its place.
    #[must_use]
    pub fn get(&self, id: TypeId) -> Option<&Type> {
        self.list.get(id)
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether each type that one is made of is there.
    #[must_use]
    pub fn are_closed(&self) -> bool {
        let there = |id: &TypeId| *id < self.list.len();
        self.list.iter().all(|of| match &of.kind {
            TypeKind::Pointer(to) | TypeKind::Alias(to) | TypeKind::Qualified(_, to) => to.iter().all(there),
            TypeKind::Array { of, .. } => there(of),
            TypeKind::Struct(members) | TypeKind::Union(members) => members.iter().all(|member| there(&member.of)),
            TypeKind::Function(returns, arguments) => returns.iter().chain(arguments.iter().flatten()).all(there),
            TypeKind::Character { .. }
            | TypeKind::Integer { .. }
            | TypeKind::Float
            | TypeKind::Foreign
            | TypeKind::Enumeration(_)
            | TypeKind::Unknown => true,
        })
    }

    /// Gives all types their sizes again, whatever was written there; numbers have at most eight bytes.
    pub fn measure_again(&mut self) {
        for of in &mut self.list {
            (of.size, of.align) = (of.size.min(8), of.align.clamp(1, 4));
        }
        self.lay_out(0);
    }

    /// Adds a type.
    pub fn add(&mut self, of: Type) -> TypeId {
        self.list.push(of);
        self.list.len() - 1
    }

    /// A type without its typedefs and qualifiers; `None` for `void` and for what goes round in circles.
    #[must_use]
    pub fn plain(&self, id: TypeId) -> Option<(TypeId, &Type)> {
        let mut id = id;
        for _ in 0..DEEPEST {
            let of = self.get(id)?;
            match of.kind {
                TypeKind::Alias(to) | TypeKind::Qualified(_, to) => id = to?,
                _ => return Some((id, of)),
            }
        }
        None
    }

    /// What a type is without its typedefs and qualifiers.
    #[must_use]
    pub fn kind(&self, id: TypeId) -> &TypeKind {
        self.plain(id).map_or(&TypeKind::Unknown, |(_, of)| &of.kind)
    }

    /// Bytes of a type; 0 when unknown.
    #[must_use]
    pub fn size(&self, id: TypeId) -> u32 {
        self.plain(id).map_or(0, |(_, of)| of.size)
    }

    /// The type of a name: `int`, `u16`, or with the word in front `struct point`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<TypeId> {
        let of = |kind: &TypeKind| match kind {
            TypeKind::Struct(_) => "struct ",
            TypeKind::Union(_) => "union ",
            TypeKind::Enumeration(_) => "enum ",
            _ => "",
        };
        let same = |t: &Type| {
            let own = t.name.as_deref();
            own.is_some() && own == name.strip_prefix(of(&t.kind))
        };
        self.list.iter().position(same)
    }

    /// The names of types that have one, as [`Types::named`] knows them, each once, in the order of the alphabet.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let named = self.list.iter().enumerate().filter(|(_, of)| of.name.is_some() && of.kind != TypeKind::Unknown);
        let names: BTreeSet<String> = named.map(|(id, _)| self.name(Some(id))).collect();
        names.into_iter().collect()
    }

    /// The value of an enumerator, and its type.
    #[must_use]
    pub fn enumerator(&self, name: &str) -> Option<(TypeId, i64)> {
        self.list.iter().enumerate().find_map(|(id, of)| match &of.kind {
            TypeKind::Enumeration(values) => values.iter().find(|(n, _)| n == name).map(|(_, value)| (id, *value)),
            _ => None,
        })
    }

    /// The members of a struct or union.
    #[must_use]
    pub fn members(&self, id: TypeId) -> Option<&[Member]> {
        match self.kind(id) {
            TypeKind::Struct(members) | TypeKind::Union(members) => Some(members),
            _ => None,
        }
    }

    /// A member by name, those of unnamed structs and unions in it included: its place from the start, and it.
    #[must_use]
    pub fn member(&self, id: TypeId, name: &str) -> Option<(u32, &Member)> {
        self.member_below(id, name, DEEPEST)
    }

    fn member_below(&self, id: TypeId, name: &str, depth: usize) -> Option<(u32, &Member)> {
        let members = self.members(id).filter(|_| depth > 0)?;
        if let Some(own) = members.iter().find(|m| m.name == name) {
            return Some((own.offset, own));
        }
        members.iter().filter(|m| m.name.is_empty()).find_map(|unnamed| {
            let (offset, found) = self.member_below(unnamed.of, name, depth - 1)?;
            Some((unnamed.offset.wrapping_add(offset), found))
        })
    }
}
