//! Sets of kinds of trace entries.

use crate::executive::trace::Kind;

/// A set of kinds of trace entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u32);

const _: () = assert!(Kind::ALL.len() <= 32, "each kind has a bit");

impl Kinds {
    /// What one goes to when nothing else is said: messages, waits and their ends, faults, breaks
    /// and ends of tasks.
    pub const EVENTS: Kinds = {
        let (mut kinds, mut i) = (Kinds::none(), 0);
        while i < Kind::ALL.len() {
            if is_event(Kind::ALL[i]) {
                kinds = kinds.with(Kind::ALL[i]);
            }
            i += 1;
        }
        kinds
    };

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

const fn is_event(kind: Kind) -> bool {
    match kind {
        Kind::Send | Kind::Recv | Kind::Block | Kind::Wake | Kind::Timeout | Kind::Halt | Kind::Fault | Kind::Break => {
            true
        }
        Kind::Step | Kind::Trap | Kind::Load | Kind::Kill | Kind::Idle | Kind::Input | Kind::Foreign => false,
    }
}
