//! Sets of kinds of trace entries.

use crate::executive::trace::Kind;

/// A set of kinds of trace entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u16);

impl Kinds {
    /// What one goes to when nothing else is said: messages, waits and their ends, faults, breaks
    /// and ends of tasks.
    pub const EVENTS: Kinds = Kinds::none()
        .with(Kind::Send)
        .with(Kind::Recv)
        .with(Kind::Block)
        .with(Kind::Wake)
        .with(Kind::Timeout)
        .with(Kind::Halt)
        .with(Kind::Fault)
        .with(Kind::Break);

    /// The empty set.
    #[must_use]
    pub const fn none() -> Kinds {
        Kinds(0)
    }

    /// The set with one kind more.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Kinds {
        Kinds(self.0 | 1 << kind as u8)
    }

    /// Whether it holds a kind.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 >> kind as u8 & 1 == 1
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
