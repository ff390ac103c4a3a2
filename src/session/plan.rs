//! Where a run is to end: after a number of turns, or when a task reaches a place.

mod lines;
mod walk;

pub use lines::{LineTable, SourceLine};
pub use walk::LineWalk;

use crate::executive::{Machine, Pid, Who};
use crate::vm::Context;

/// A run that was asked for and may take many slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub who: Who,
    pub limit: u64,
    pub done: u64,
    /// What ends it before its limit.
    pub goal: Option<Goal>,
    /// The session's schedule says who runs.
    pub scheduled: bool,
}

/// Somewhere a task is to get to. What a goal tests is the machine between two turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The task has executed this many more instructions, not counting those of functions it calls.
    Over {
        /// Which task.
        pid: Pid,
        /// Instructions still to do.
        left: u64,
        /// Calls it is deep now; deeper ones do not count.
        depth: u32,
        /// Turns it had when that was looked at last.
        turns: u64,
    },
    /// The task has returned from its function.
    Out {
        /// Which task.
        pid: Pid,
        /// Calls it is deep now.
        depth: u32,
        /// Where that function begins, if that is known.
        function: Option<u32>,
    },
    /// The task stands at an address.
    At {
        /// Which task.
        pid: Pid,
        /// The address.
        pc: u32,
    },
    /// The task is past an address, in the same function or above: out of a loop.
    Past {
        /// Which task.
        pid: Pid,
        /// The address.
        pc: u32,
        /// Calls it is deep now.
        depth: u32,
    },
    /// The task is on another source line: at its start, or in the middle after a jump. Instructions
    /// without a line belong to the line around them.
    Line {
        /// Which task.
        pid: Pid,
        /// Where it is on its way.
        walk: LineWalk,
        /// Whether the lines of called functions count.
        into: bool,
        /// Lines still to reach.
        left: u64,
    },
}

impl Goal {
    /// The task it is about.
    #[must_use]
    pub const fn pid(self) -> Pid {
        match self {
            Goal::Over { pid, .. }
            | Goal::Out { pid, .. }
            | Goal::At { pid, .. }
            | Goal::Past { pid, .. }
            | Goal::Line { pid, .. } => pid,
        }
    }

    /// Looks at the machine after a turn; true once it is reached. A task that has ended gets
    /// nowhere any more.
    pub(super) fn reached(&mut self, machine: &Machine, lines: &LineTable) -> bool {
        let Some(task) = machine.task(self.pid()).filter(|t| !t.state.ended()) else { return true };
        let cx = &task.context;
        match self {
            Goal::Over { left, depth, turns, .. } => {
                let now = task.steps();
                if now == *turns || cx.depth > *depth {
                    return false;
                }
                // A return makes the function it leads to the one that is stepped through.
                (*turns, *depth) = (now, cx.depth);
                *left = left.saturating_sub(1);
                *left == 0
            }
            Goal::Out { depth, .. } => cx.depth < *depth,
            Goal::At { pc, .. } => cx.pc == *pc,
            Goal::Past { pc, depth, .. } => cx.pc > *pc && cx.depth <= *depth || cx.depth < *depth,
            Goal::Line { walk, into, left, .. } => {
                let arrives = walk.arrives(*into, cx, lines);
                *left -= u64::from(arrives && *left > 0);
                *left == 0
            }
        }
    }

    /// How many calls deep a RET alone leads on to the goal, and in deeper calls nothing does; `None` where other
    /// instructions may.
    fn returns_at(&self) -> Option<u32> {
        match self {
            // To count instructions of any depth is to be as deep as can be.
            Goal::Over { depth, .. } | Goal::Past { depth, .. } => depth.checked_add(1),
            Goal::Out { depth, .. } => Some(*depth).filter(|depth| *depth > 0),
            Goal::Line { walk, into: false, .. } => walk.below(),
            Goal::Line { into: true, .. } | Goal::At { .. } => None,
        }
    }

    /// As [`Goal::returns_at`], if the task is as deep as that.
    pub(super) fn only_returns(&self, cx: &Context) -> Option<u32> {
        self.returns_at().filter(|depth| cx.depth >= *depth)
    }

    /// Whether the next instruction of the task may lead to the goal.
    pub(super) fn may_follow(&self, cx: &Context, lines: &LineTable, returns: impl Fn() -> bool) -> bool {
        if cx.pid != self.pid() {
            return false;
        }
        if let Some(depth) = self.only_returns(cx) {
            return cx.depth == depth && returns();
        }
        match self {
            Goal::Line { .. } => lines.may_leave(cx.pc),
            Goal::Out { .. } => returns(),
            Goal::Over { .. } | Goal::At { .. } | Goal::Past { .. } => true,
        }
    }
}
