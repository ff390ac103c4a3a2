//! Operators of C.

use super::{Binary, Compiler, Node, Of, Read, TypeId, TypeKind, Typed, Unary};
use crate::debug_info::BitField;

/// What a cast takes.
const CASTS: &str = "numbers and pointers can be cast to whole numbers and pointers, numbers to _Float16";
/// Elements that `@` makes an array of.
const MOST: i64 = 4096;

/// What a value is in arithmetic.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    /// Of the machine's own, as wide as it comes.
    Word,
    /// A whole number of 32 bits, and whether it may be negative.
    Whole {
        signed: bool,
    },
    Real,
    /// A pointer, and to what.
    Pointer(Of),
    /// Nothing to calculate with.
    Other,
}

fn whole(op: Binary, left: Node, right: Node) -> Node {
    Node::Binary { op, at: 0, left: Box::new(left), right: Box::new(right) }
}

/// The low bytes of a value as a number.
fn narrowed(node: Node, bytes: u32, signed: bool) -> Node {
    low_bits(node, 8 * bytes, signed)
}

/// The low bits of a value, at most 32, as a number.
fn low_bits(node: Node, bits: u32, signed: bool) -> Node {
    let above = 64 - i64::from(bits);
    match (bits, signed) {
        (32, true) => Node::Unary(Unary::Signed, Box::new(node)),
        (_, true) => {
            let shifted = whole(Binary::ShiftLeft, node, Node::Number(above));
            whole(Binary::ShiftRight, shifted, Node::Number(above))
        }
        (_, false) => whole(Binary::BitAnd, node, Node::Number((1_i64 << bits) - 1)),
    }
}

/// Some bits of a number.
fn bits_of(node: Node, field: BitField, signed: bool) -> Node {
    let shifted = whole(Binary::ShiftRight, node, Node::Number(field.shift.into()));
    low_bits(shifted, field.bits.clamp(1, 32), signed)
}

impl Compiler<'_> {
    /// Bytes of a type; 0 when unknown.
    pub(super) fn size(&self, of: &Of) -> u32 {
        match of {
            Of::Word | Of::Int | Of::Unsigned | Of::PointerTo(_) | Of::Unknown => 4,
            Of::Narrow { bytes, .. } => *bytes,
            Of::Real => 2,
            Of::Void => 1,
            Of::Type(id) => self.types().size(*id),
            Of::ArrayOf(of, count) => self.size(of).saturating_mul(*count),
        }
    }

    /// `place @ count`: that many of its type from there on.
    pub(super) fn repeated(&mut self, place: Typed, count: Typed) -> Read {
        let count = match count.node {
            Node::Number(n @ 1..=MOST) => n as u32,
            _ => return Err(self.error(format!("a number from 1 to {MOST} is expected behind @"))),
        };
        if !place.is_place || place.field.is_some() {
            return Err(self.error("what stands before @ has to be in memory, as *p or a[0] is".to_owned()));
        }
        self.is_c = true;
        Ok(Typed { of: Of::ArrayOf(Box::new(place.of), count), ..place })
    }

    fn kind(&self, id: TypeId) -> &TypeKind {
        self.types().kind(id)
    }

    fn class(&self, of: &Of) -> Class {
        match of {
            Of::Word => Class::Word,
            Of::Void | Of::ArrayOf(..) => Class::Other,
            Of::Int | Of::Narrow { .. } | Of::Unknown => Class::Whole { signed: true },
            Of::Unsigned => Class::Whole { signed: false },
            Of::Real => Class::Real,
            Of::PointerTo(to) => Class::Pointer((**to).clone()),
            Of::Type(id) => match self.kind(*id) {
                // What is narrower than an int becomes one.
                TypeKind::Integer { signed } => Class::Whole { signed: *signed || self.types().size(*id) < 4 },
                TypeKind::Character { .. } | TypeKind::Enumeration(_) => Class::Whole { signed: true },
                TypeKind::Float => Class::Real,
                TypeKind::Pointer(to) => Class::Pointer(to.map_or(Of::Void, Of::Type)),
                _ => Class::Other,
            },
        }
    }

    /// The value of a part: what is at a place, the address of an array.
    pub(super) fn load(&self, typed: Typed) -> Read {
        if !typed.is_place {
            return Ok(typed);
        }
        let Typed { node, of, task, field, .. } = typed;
        let at = self.cursor.column();
        let read = |bytes: u32| Node::Memory {
            bytes: bytes as usize,
            task: task.clone(),
            address: Box::new(node.clone()),
            at,
        };
        let size = self.size(&of);
        if let (Some(field), Of::Type(id)) = (field, &of) {
            let value = bits_of(read(size), field, self.types().is_signed(*id));
            return Ok(Typed { task, ..Typed::value(value, of) });
        }
        let value = match &of {
            Of::Type(id) => match self.kind(*id) {
                TypeKind::Array { of, .. } => {
                    return Ok(Typed { task, ..Typed::value(node, Of::PointerTo(Box::new(Of::Type(*of)))) });
                }
                TypeKind::Float if size == 2 => Node::Unary(Unary::Half, Box::new(read(2))),
                TypeKind::Character { signed } | TypeKind::Integer { signed } if size > 0 => {
                    narrowed(read(size), size, *signed)
                }
                TypeKind::Enumeration(values) if size > 0 => {
                    narrowed(read(size), size, values.iter().any(|(_, value)| *value < 0))
                }
                TypeKind::Pointer(_) => read(4),
                // A function is its address.
                TypeKind::Function(..) => {
                    return Ok(Typed { task, ..Typed::value(node, Of::PointerTo(Box::new(Of::Type(*id)))) });
                }
                TypeKind::Foreign => {
                    let name = self.types().name(Some(*id));
                    return Err(self.error(format!("{name} has 64 bits, and HSX calculates with 32")));
                }
                _ => {
                    let name = self.types().name(Some(*id));
                    return Err(self.error(format!("a {name} is not a number: name a member or an element of it")));
                }
            },
            Of::ArrayOf(of, _) => return Ok(Typed { task, ..Typed::value(node, Of::PointerTo(of.clone())) }),
            Of::Int | Of::Unknown => narrowed(read(4), 4, true),
            Of::Narrow { bytes, signed } => narrowed(read(*bytes), *bytes, *signed),
            Of::Real => Node::Unary(Unary::Half, Box::new(read(2))),
            Of::Word | Of::Unsigned | Of::PointerTo(_) => read(4),
            Of::Void => return Err(self.error("a void has no value: cast the pointer first".to_owned())),
        };
        Ok(Typed { task, ..Typed::value(value, of) })
    }

    /// `-` and `~`.
    pub(super) fn arithmetic(&self, op: Unary, typed: Typed) -> Read {
        let typed = self.load(typed)?;
        let node = Node::Unary(op, Box::new(typed.node));
        match self.class(&typed.of) {
            Class::Whole { signed: true } => Ok(Typed::value(narrowed(node, 4, true), Of::Int)),
            Class::Whole { signed: false } => Ok(Typed::value(narrowed(node, 4, false), Of::Unsigned)),
            Class::Real => Ok(Typed::value(node, Of::Real)),
            Class::Word => Ok(Typed::value(node, Of::Word)),
            Class::Pointer(_) | Class::Other => Err(self.error("a number is expected".to_owned())),
        }
    }

    /// An operator between two parts, with C's conversions.
    pub(super) fn combine(&self, op: Binary, left: Typed, right: Typed) -> Read {
        use Binary::{Add, And, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Or, Subtract, Unequal};
        let (left, right) = (self.load(left)?, self.load(right)?);
        let (a, b) = (self.class(&left.of), self.class(&right.of));
        if a == Class::Other || b == Class::Other {
            return Err(self.error("numbers and pointers can be combined, nothing else".to_owned()));
        }
        if matches!(op, And | Or) {
            return Ok(Typed::value(whole(op, left.node, right.node), Of::Int));
        }
        let unsigned = [&a, &b].into_iter().any(|c| matches!(c, Class::Whole { signed: false } | Class::Pointer(_)));
        let compares = matches!(op, Equal | Unequal | Less | LessOrEqual | Greater | GreaterOrEqual);
        match (a, b) {
            (Class::Real, _) | (_, Class::Real) if compares => {
                Ok(Typed::value(whole(op, left.node, right.node), Of::Int))
            }
            (Class::Real, _) | (_, Class::Real) => Ok(Typed::value(whole(op, left.node, right.node), Of::Real)),
            (Class::Word, _) | (_, Class::Word) => Ok(Typed::value(whole(op, left.node, right.node), Of::Word)),
            _ if compares && unsigned => {
                let (left, right) = (narrowed(left.node, 4, false), narrowed(right.node, 4, false));
                Ok(Typed::value(whole(op, left, right), Of::Int))
            }
            _ if compares => Ok(Typed::value(whole(op, left.node, right.node), Of::Int)),
            (Class::Pointer(to), Class::Pointer(_)) if op == Subtract => {
                let size = i64::from(self.size(&to).max(1));
                let distance = whole(op, left.node, right.node);
                Ok(Typed::value(whole(Binary::Divide, distance, Node::Number(size)), Of::Int))
            }
            (Class::Pointer(to), Class::Whole { .. }) if matches!(op, Add | Subtract) => {
                Ok(Typed { of: left.of.clone(), ..self.moved(op, left, right, &to) })
            }
            (Class::Whole { .. }, Class::Pointer(to)) if op == Add => {
                Ok(Typed { of: right.of.clone(), ..self.moved(op, right, left, &to) })
            }
            (Class::Pointer(_), _) | (_, Class::Pointer(_)) => {
                Err(self.error("pointers can be compared, moved by a number, and subtracted".to_owned()))
            }
            _ => {
                let of = if unsigned { Of::Unsigned } else { Of::Int };
                let sides = |node| if unsigned { narrowed(node, 4, false) } else { node };
                Ok(Typed::value(narrowed(whole(op, sides(left.node), sides(right.node)), 4, !unsigned), of))
            }
        }
    }

    /// One of two parts, with C's conversions.
    pub(super) fn choice(&self, condition: Typed, yes: Typed, no: Typed) -> Read {
        let [condition, yes, no] = [condition, yes, no].map(|part| self.load(part));
        let (condition, yes, no) = (condition?, yes?, no?);
        let of = match (self.class(&condition.of), self.class(&yes.of), self.class(&no.of)) {
            (Class::Other, ..) | (_, Class::Other, _) | (.., Class::Other) => {
                return Err(self.error("numbers and pointers can be chosen between, nothing else".to_owned()));
            }
            (_, Class::Pointer(_), _) => yes.of.clone(),
            (.., Class::Pointer(_)) => no.of.clone(),
            (_, Class::Real, _) | (.., Class::Real) => Of::Real,
            (_, Class::Word, _) | (.., Class::Word) => Of::Word,
            (_, Class::Whole { signed: a }, Class::Whole { signed: b }) => {
                if a && b {
                    Of::Int
                } else {
                    Of::Unsigned
                }
            }
        };
        let part = |node: Node| match &of {
            Of::Unsigned => narrowed(node, 4, false),
            Of::Real => Node::Unary(Unary::Real, Box::new(node)),
            _ => node,
        };
        let parts = [condition.node, part(yes.node), part(no.node)];
        Ok(Typed::value(Node::Choice(Box::new(parts)), of))
    }

    /// A pointer moved by a number of elements.
    fn moved(&self, op: Binary, pointer: Typed, by: Typed, to: &Of) -> Typed {
        let size = Node::Number(self.size(to).max(1).into());
        let bytes = whole(Binary::Multiply, by.node, size);
        Typed { node: narrowed(whole(op, pointer.node, bytes), 4, false), ..pointer }
    }

    /// `*pointer`
    pub(super) fn pointed_at(&self, pointer: Typed) -> Read {
        let pointer = self.load(pointer)?;
        match self.class(&pointer.of) {
            Class::Pointer(Of::Void) => {
                Err(self.error("a void pointer points at nothing of a type: cast it first".to_owned()))
            }
            Class::Pointer(of) => Ok(Typed { of, is_place: true, ..pointer }),
            _ => Err(self.error("this is not a pointer: cast it, as in *(int *)0x5000".to_owned())),
        }
    }

    /// `&place`
    pub(super) fn address_of(&self, place: Typed) -> Read {
        if place.field.is_some() {
            return Err(self.error("a bit-field has no address".to_owned()));
        }
        match place.is_place {
            true => Ok(Typed { of: Of::PointerTo(Box::new(place.of)), is_place: false, ..place }),
            // A function, a label: its value is its address.
            false if place.of == Of::Word => Ok(place),
            false => Err(self.error("this has no address".to_owned())),
        }
    }

    /// The member that is named next.
    pub(super) fn member(&mut self, whole: Typed) -> Read {
        let (column, types) = (self.cursor.column(), self.types());
        let Some(name) = self.cursor.word() else {
            return Err(self.error("the name of a member is expected".to_owned()));
        };
        let error = |message: String| super::ExprError::at(column, message);
        let Of::Type(id) = whole.of else { return Err(error("this has no members".to_owned())) };
        let Some(members) = types.members(id).filter(|_| whole.is_place) else {
            return Err(error(format!("a {} has no members", types.name(Some(id)))));
        };
        let Some((offset, member)) = types.member(id, name) else {
            let names: Vec<&str> = members.iter().map(|m| m.name.as_str()).collect();
            return Err(error(format!("{} has no {name}: it has {}", types.name(Some(id)), names.join(", "))));
        };
        let (of, field) = (Of::Type(member.of), member.field());
        Ok(Typed { node: offset_by(whole.node, offset), of, field, ..whole })
    }

    /// `whole[index]`
    pub(super) fn element(&self, whole: Typed, index: Typed) -> Read {
        let index = self.load(index)?;
        if !matches!(self.class(&index.of), Class::Whole { .. } | Class::Word) {
            return Err(self.error("an index is a whole number".to_owned()));
        }
        let pointer = self.load(whole)?;
        let Class::Pointer(of) = self.class(&pointer.of) else {
            return Err(self.error("this is neither an array nor a pointer".to_owned()));
        };
        let moved = self.moved(Binary::Add, pointer, index, &of);
        self.pointed_at(moved)
    }

    /// `(type)value`
    pub(super) fn cast(&self, of: Of, value: Typed) -> Read {
        let value = self.load(value)?;
        let from = self.class(&value.of);
        let (bytes, signed) = match (&of, self.class(&of)) {
            (Of::Narrow { bytes, signed }, _) => (*bytes, *signed),
            (Of::Type(id), Class::Whole { .. }) => {
                let signed =
                    matches!(self.kind(*id), TypeKind::Integer { signed: true } | TypeKind::Character { signed: true });
                (self.size(&of), signed)
            }
            (_, Class::Whole { signed }) => (4, signed),
            (_, Class::Pointer(_)) => (4, false),
            (_, Class::Real) => return self.real(of, value, from),
            (_, Class::Word | Class::Other) => return Err(self.error(CASTS.to_owned())),
        };
        let node = match (from, self.class(&of)) {
            (Class::Whole { .. } | Class::Word | Class::Pointer(_), _) => value.node,
            // Without its fraction, as C has it.
            (Class::Real, Class::Whole { .. }) => Node::Unary(Unary::Whole, Box::new(value.node)),
            (Class::Real | Class::Other, _) => return Err(self.error(CASTS.to_owned())),
        };
        Ok(Typed { node: narrowed(node, bytes.clamp(1, 4), signed), of, ..value })
    }

    /// A value as a number with a fraction.
    fn real(&self, of: Of, value: Typed, from: Class) -> Read {
        match from {
            Class::Real => Ok(Typed { of, ..value }),
            Class::Whole { .. } | Class::Word => {
                Ok(Typed { node: Node::Unary(Unary::Real, Box::new(value.node)), of, ..value })
            }
            Class::Pointer(_) | Class::Other => Err(self.error(CASTS.to_owned())),
        }
    }
}

/// An address and a number of bytes.
fn offset_by(node: Node, offset: u32) -> Node {
    match (node, offset) {
        (node, 0) => node,
        (Node::Number(n), offset) => Node::Number(n + i64::from(offset)),
        (node, offset) => whole(Binary::Add, node, Node::Number(offset.into())),
    }
}
