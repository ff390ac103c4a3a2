//! What can still come of a run, and what a task could still see.

use super::text::expression_word;
use crate::executive::Pid;
use crate::explore::FailureKind;
use crate::session::expr::Expr;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A question about all schedules that leave the run at some turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// After which turns of the run so far a schedule passes, and after which one fails.
    Judge(Property),
    /// Show it no longer.
    Off,
    /// Where along the run it mattered who took the next turn, by what `Judge` asked for last.
    Map,
    /// What one of a task's turns could see, over all schedules.
    Could {
        /// Which task.
        pid: Pid,
        /// Which of its turns, counted from its start, from 1.
        n: u64,
        /// Turns of the run that are kept; all so far if left out.
        after: Option<u64>,
    },
    /// What others have done since a task's last turn that it will read.
    World(Pid),
    /// Go, as a branch, to one of the things that were asked for last, by number from 1.
    Open(u64),
}

impl Fate {
    /// Whether it changes the machine.
    #[must_use]
    pub const fn is_journaled(&self) -> bool {
        matches!(self, Fate::Open(_))
    }
}

/// What must hold, beside that no task faults, no BRK is reached and none waits for ever.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Property {
    /// The task that is meant where an expression names none.
    pub pid: Option<Pid>,
    /// What must hold after every turn.
    pub always: Vec<Expr>,
    /// What must hold at every end.
    pub finally: Vec<Expr>,
    /// Kinds of failures that are none: faults, BRK, deadlocks.
    pub allow: Vec<FailureKind>,
    /// No two tasks may stand in front of accesses that race.
    #[serde(default)]
    pub norace: bool,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Off => f.write_str("fate off"),
            Fate::Map => f.write_str("fate map"),
            Fate::Judge(property) => write!(f, "fate{property}"),
            Fate::World(pid) => write!(f, "world {pid}"),
            Fate::Open(number) => write!(f, "could open {number}"),
            Fate::Could { pid, n, after: None } => write!(f, "could {pid} {n}"),
            Fate::Could { pid, n, after: Some(after) } => write!(f, "could {pid} {n} after {after}"),
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Property { pid, always, finally, allow, norace } = self;
        for (word, exprs) in [("always", always), ("finally", finally)] {
            exprs.iter().try_for_each(|expr| write!(f, " {word} {}", expression_word(expr)))?;
        }
        allow.iter().try_for_each(|kind| write!(f, " allow {}", kind.name()))?;
        f.write_str(if *norace { " norace" } else { "" })?;
        pid.map_or(Ok(()), |pid| write!(f, " -p {pid}"))
    }
}
