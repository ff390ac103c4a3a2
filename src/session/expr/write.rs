//! Expressions as text.

use super::{Binary, Node, Unary};
use std::fmt;

impl Binary {
    /// As it is written.
    const fn text(self) -> &'static str {
        match self {
            Binary::Or => "||",
            Binary::And => "&&",
            Binary::Equal => "==",
            Binary::Unequal => "!=",
            Binary::Less => "<",
            Binary::LessOrEqual => "<=",
            Binary::Greater => ">",
            Binary::GreaterOrEqual => ">=",
            Binary::BitOr => "|",
            Binary::BitXor => "^",
            Binary::BitAnd => "&",
            Binary::ShiftLeft => "<<",
            Binary::ShiftRight => ">>",
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::Divide => "/",
            Binary::Remainder => "%",
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Number(n) if *n < 0 => write!(f, "(0 - {})", n.unsigned_abs()),
            Node::Number(n) => write!(f, "{n}"),
            Node::Name { text, .. } => write!(f, "{text}"),
            Node::Memory { bytes, task, address, .. } => {
                if let Some(task) = task {
                    write!(f, "{task}:")?;
                }
                let width = match bytes {
                    1 => "b",
                    2 => "h",
                    _ => "w",
                };
                write!(f, "{width}[{address}]")
            }
            Node::Unary(op, inner) => match op {
                Unary::Negative => write!(f, "-({inner})"),
                Unary::Not => write!(f, "!({inner})"),
                Unary::Flip => write!(f, "~({inner})"),
                Unary::Signed => write!(f, "signed({inner})"),
                Unary::Half => write!(f, "f16({inner})"),
                Unary::Whole => write!(f, "int({inner})"),
                Unary::Real => write!(f, "real({inner})"),
            },
            Node::Binary { op, left, right, .. } => write!(f, "({left} {} {right})", op.text()),
            Node::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                write!(f, "({condition} ? {yes} : {no})")
            }
        }
    }
}
