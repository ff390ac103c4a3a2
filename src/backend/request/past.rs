//! Questions about the past: they change nothing, and turns are run again for the answer.

use super::text;
use super::travel::Written;
use crate::executive::Pid;
use crate::session::Event;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A question about the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Past {
    /// All writes of a place in some turns.
    Writes {
        /// What is written.
        place: Written,
        /// The first turn.
        from: u64,
        /// The last turn.
        to: u64,
    },
    /// Where a value goes from here on; the one that was gone to if left out.
    Uses(Option<Written>),
    /// What went by between two turns, task by task.
    Between {
        /// One of them.
        from: u64,
        /// The other.
        to: u64,
    },
    /// The time from each event to the next of another kind, or the same, up to this turn.
    Intervals {
        /// What each time begins with.
        #[serde(with = "text::event")]
        first: Event,
        /// What it ends with.
        #[serde(with = "text::event")]
        second: Event,
        /// Whose events; those of any task if left out.
        pid: Option<Pid>,
    },
    /// Who had to run before the last wait of a task ended.
    WakePath(Pid),
}

impl fmt::Display for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Past::Writes { place, from, to } => write!(f, "writes {place} from {from} to {to}"),
            Past::Uses(None) => f.write_str("uses"),
            Past::Uses(Some(place)) => write!(f, "uses {place}"),
            Past::Between { from, to } => write!(f, "measure {from} to {to}"),
            Past::Intervals { first, second, pid } => {
                write!(f, "measure {first} to {second}")?;
                pid.map_or(Ok(()), |pid| write!(f, " -p {pid}"))
            }
            Past::WakePath(pid) => write!(f, "waits path {pid}"),
        }
    }
}
