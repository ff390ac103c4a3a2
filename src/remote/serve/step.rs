//! Steps: runs that clients wait for.

use super::hx::CommandLine;
use super::outgoing::Outgoing;
use crate::backend::Pid;
use serde_json::Value;
use std::sync::Arc;

/// Events that a step lists; those beyond them reach subscribers alone.
const LISTED: usize = 4096;
/// Turns of a step that are looked at one by one; a longer one is done in larger slices.
const LOOKED_AT: u64 = 100_000;

/// What a step does.
pub(super) enum Work {
    /// Turns of one task, or of all.
    Turns {
        pid: Option<Pid>,
        turns: u64,
        /// How many requests it counts as.
        requests: u64,
    },
    /// A line of hsxray's own commands.
    Line(CommandLine),
}

/// A run that a client waits for.
pub(super) struct AwaitedStep {
    pub to: Arc<Outgoing>,
    pub work: Work,
    pub executed: u64,
    pub events: Vec<Value>,
    pub debug_event: Value,
}

impl AwaitedStep {
    pub fn new(to: &Arc<Outgoing>, work: Work) -> AwaitedStep {
        AwaitedStep { to: Arc::clone(to), work, executed: 0, events: Vec::new(), debug_event: Value::Null }
    }

    /// Whether it may run for ever, and no other client has anything of it.
    pub fn is_line(&self) -> bool {
        matches!(self.work, Work::Line(_))
    }

    /// A line of hsxray's own commands.
    pub fn of_line(to: &Arc<Outgoing>, line: CommandLine) -> AwaitedStep {
        AwaitedStep::new(to, Work::Line(line))
    }

    /// The one task that runs.
    pub fn alone(&self) -> Option<Pid> {
        match self.work {
            Work::Turns { pid, .. } => pid,
            Work::Line(_) => None,
        }
    }

    /// Whether it is short enough to be looked at turn by turn.
    pub fn is_short(&self) -> bool {
        matches!(self.work, Work::Turns { turns, .. } if turns <= LOOKED_AT)
    }

    pub fn list(&mut self, event: Value) {
        if self.events.len() < LISTED {
            self.events.push(event);
        }
    }
}
