//! A task on its way through its source lines.

use super::{LineTable, SourceLine};
use crate::vm::Context;

/// Where a task is on its way from line to line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineWalk {
    /// The line it is on; `None` in a prologue and in code without lines.
    pub from: Option<SourceLine>,
    /// Calls it is deep.
    pub depth: u32,
    /// In this function only lines from this address on count: out of a loop. 0 for all.
    pub past: u32,
}

impl LineWalk {
    /// A walk from where a task stands.
    #[must_use]
    pub fn new(cx: &Context, lines: &LineTable) -> LineWalk {
        LineWalk { from: lines.near(cx.pc), depth: cx.depth, past: 0 }
    }

    /// From how many calls on what is done belongs to functions called from the line. From code without lines the first
    /// line counts, however deep.
    pub(super) fn below(&self) -> Option<u32> {
        self.from.map(|_| self.depth + 1)
    }

    fn is_below(&self, depth: u32) -> bool {
        self.below().is_some_and(|below| depth >= below)
    }

    /// Whether the task has reached another line: at its start, or into the middle after a jump. Glue belongs to the
    /// line around it; the rest of a statement that has called belongs to the step. With `into`, lines of called
    /// functions count.
    pub fn arrives(&mut self, into: bool, cx: &Context, lines: &LineTable) -> bool {
        if !into && self.is_below(cx.depth) {
            return false;
        }
        if cx.depth < self.depth {
            // Lines of the caller count again from its CALL on.
            *self = LineWalk { from: lines.near(cx.pc.wrapping_sub(4)), depth: cx.depth, past: 0 };
        }
        let called = cx.depth > self.depth;
        let line = lines.line(cx.pc);
        let arrives = line.is_some() && (called || line != self.from && cx.pc >= self.past);
        if arrives {
            *self = LineWalk { from: line, depth: cx.depth, past: 0 };
        }
        arrives
    }
}
