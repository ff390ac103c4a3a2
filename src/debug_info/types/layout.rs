//! Sizes of types, and places of members in them.

use super::{POINTER, TypeId, TypeKind, Types};

/// Bytes that a type may have; larger ones cannot be in memory.
const LARGEST: u64 = 0x1_0000;

impl Types {
    /// Gives the types from a place on their sizes. A type that contains itself has none.
    pub(super) fn lay_out(&mut self, from: TypeId) {
        let mut known = vec![State::Open; self.list.len() - from];
        for id in from..self.list.len() {
            self.measure(id, from, &mut known, 0);
        }
    }

    /// Size and alignment of a type, its own kept.
    fn measure(&mut self, id: TypeId, from: TypeId, known: &mut [State], depth: usize) -> (u32, u32) {
        let Some(own) = self.list.get(id) else { return (0, 1) };
        let measured = (own.size, own.align);
        let Some(state) = id.checked_sub(from).and_then(|i| known.get_mut(i)) else { return measured };
        match state {
            State::Done => return measured,
            State::Begun => return (0, 1),
            State::Open if depth > super::DEEPEST => return (0, 1),
            State::Open => *state = State::Begun,
        }
        let mut kind = own.kind.clone();
        let mut below = |types: &mut Types, id| types.measure(id, from, known, depth + 1);
        let (size, align) = match &mut kind {
            TypeKind::Pointer(_) => (POINTER, POINTER),
            TypeKind::Alias(Some(of)) | TypeKind::Qualified(_, Some(of)) => below(self, *of),
            TypeKind::Array { of, count } => {
                let (size, align) = below(self, *of);
                let all = u64::from(size) * u64::from(*count);
                (if all <= LARGEST { all as u32 } else { 0 }, align)
            }
            TypeKind::Struct(members) => {
                let (mut end, mut largest) = (StructEnd::default(), 1);
                for member in members {
                    let (size, align) = below(self, member.of);
                    let at = match member.bits {
                        Some(bits) => {
                            let (at, shift) = end.bits(bits, size, align);
                            member.shift = shift;
                            at
                        }
                        None => end.member(size, align),
                    };
                    member.offset = u32::try_from(at).unwrap_or(u32::MAX);
                    largest = largest.max(align);
                }
                let all = end.bytes().next_multiple_of(largest.into());
                (if all <= LARGEST { all as u32 } else { 0 }, largest)
            }
            TypeKind::Union(members) => {
                let sizes: Vec<(u32, u32)> = members.iter().map(|m| below(self, m.of)).collect();
                let align = sizes.iter().map(|(_, align)| *align).max().unwrap_or(1);
                (sizes.iter().map(|(size, _)| *size).max().unwrap_or(0).next_multiple_of(align), align)
            }
            TypeKind::Character { .. }
            | TypeKind::Integer { .. }
            | TypeKind::Float
            | TypeKind::Foreign
            | TypeKind::Enumeration(_)
            | TypeKind::Alias(None)
            | TypeKind::Qualified(_, None)
            | TypeKind::Function(..)
            | TypeKind::Unknown => measured,
        };
        known[id - from] = State::Done;
        let own = &mut self.list[id];
        (own.kind, own.size, own.align) = (kind, size, align.max(1));
        (size, align.max(1))
    }
}

/// The end of what a struct has so far, in bits.
#[derive(Debug, Clone, Copy, Default)]
struct StructEnd(u64);

impl StructEnd {
    fn bytes(self) -> u64 {
        self.0.div_ceil(8)
    }

    /// Puts a member there: its place in bytes.
    fn member(&mut self, size: u32, align: u32) -> u64 {
        let at = self.bytes().next_multiple_of(align.into());
        self.0 = 8 * (at + u64::from(size));
        at
    }

    /// Puts a bit-field there: the place of the bytes it is in, and how many bits of those come before it. It lies in one
    /// unit of its type; one of no bits ends the unit.
    fn bits(&mut self, bits: u32, size: u32, align: u32) -> (u64, u32) {
        let unit = 8 * u64::from(size.max(1));
        if bits == 0 || self.0 % unit + u64::from(bits) > unit {
            self.0 = self.0.next_multiple_of(8 * u64::from(align));
        }
        let at = self.0 / unit * u64::from(size.max(1));
        let shift = (self.0 % unit) as u32;
        self.0 += u64::from(bits.min(64));
        (at, shift)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Begun,
    Done,
}
