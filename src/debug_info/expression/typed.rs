//! What a part of an expression is.

use crate::debug_info::{BitField, TypeId};
use crate::session::expr::Node;

/// A type in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// Of the machine's own: as wide as it comes.
    Word,
    /// `void`
    Void,
    /// `int`
    Int,
    /// `unsigned int`
    Unsigned,
    /// A narrower whole number.
    Narrow {
        /// Its bytes, 1 or 2.
        bytes: u32,
        /// Whether it may be negative.
        signed: bool,
    },
    /// `_Float16`
    Real,
    /// A type of the program.
    Type(TypeId),
    /// A pointer to one of these.
    PointerTo(Box<Of>),
    /// As many of one type in a row.
    ArrayOf(Box<Of>, u32),
    /// Nothing is known but where it is: taken for an `int`.
    Unknown,
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// Its value, or its address if it is a place.
    pub node: Node,
    /// Its type.
    pub of: Of,
    /// Whether it is a place in memory.
    pub is_place: bool,
    /// Which bits of its bytes it is, for a place that is a bit-field.
    pub field: Option<BitField>,
    /// The task whose memory it is in, where one is named.
    pub task: Option<String>,
}

impl Typed {
    /// A value.
    pub(super) fn value(node: Node, of: Of) -> Typed {
        Typed { node, of, is_place: false, field: None, task: None }
    }

    /// A number as written.
    pub(super) fn literal(number: i64) -> Typed {
        let of = match (i32::try_from(number), u32::try_from(number)) {
            (Ok(_), _) => Of::Int,
            (_, Ok(_)) => Of::Unsigned,
            _ => Of::Word,
        };
        Typed::value(Node::Number(number), of)
    }
}
