//! Sets of kinds of trace entries.

use crate::executive::trace::TraceKind;

/// A set of kinds of trace entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u32);

const _: () = assert!(TraceKind::ALL.len() <= 32, "each kind has a bit");

impl Kinds {
    /// What one goes to when nothing else is said: messages, waits and their ends, faults, breaks
    /// and ends of tasks.
    pub const EVENTS: Kinds = {
        let (mut kinds, mut i) = (Kinds::none(), 0);
        while i < TraceKind::ALL.len() {
            if is_event(TraceKind::ALL[i]) {
                kinds = kinds.with(TraceKind::ALL[i]);
            }
            i += 1;
        }
        kinds
    };

    /// All of them.
    pub const ALL: Kinds = Kinds(u32::MAX >> (32 - TraceKind::ALL.len()));

    /// The empty set.
    #[must_use]
    pub const fn none() -> Kinds {
        Kinds(0)
    }

    /// The set with one kind more.
    #[must_use]
    pub const fn with(self, kind: TraceKind) -> Kinds {
        Kinds(self.0 | 1 << kind as u8)
    }

    /// What is in it, and what is in another.
    #[must_use]
    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Whether they have a kind in common.
    #[must_use]
    pub const fn meets(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it holds a kind.
    #[must_use]
    pub const fn has(self, kind: TraceKind) -> bool {
        self.0 >> kind as u8 & 1 == 1
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

const fn is_event(kind: TraceKind) -> bool {
    match kind {
        TraceKind::Send
        | TraceKind::Recv
        | TraceKind::Block
        | TraceKind::Wake
        | TraceKind::Timeout
        | TraceKind::Halt
        | TraceKind::Fault
        | TraceKind::Break => true,
        TraceKind::Step
        | TraceKind::Trap
        | TraceKind::Load
        | TraceKind::Kill
        | TraceKind::Idle
        | TraceKind::Input
        | TraceKind::Foreign => false,
    }
}
