//! Runs by a schedule.

use super::text::quoted;
use crate::executive::Pid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A run by a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleRun {
    /// Follow a schedule from its start.
    Start {
        /// Which.
        places: Places,
        /// Turns at most; the rest waits for [`ScheduleRun::Go`].
        limit: Option<u64>,
    },
    /// Continue with what is left of the one that was interrupted.
    Go {
        /// Turns at most.
        limit: Option<u64>,
    },
}

/// Who takes the turns of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Places {
    /// These tasks, each for a number of turns in a row, at least 1.
    List(Vec<(Pid, u64)>),
    /// Tasks drawn evenly from those that are ready.
    Random {
        /// The same seed draws the same.
        seed: u64,
        /// How many turns; `None` for no end.
        turns: Option<u64>,
    },
    /// What a file of the host says.
    File(String),
}

impl ScheduleRun {
    /// The most turns it may do, where it says so.
    #[must_use]
    pub const fn limit(&self) -> Option<u64> {
        match self {
            ScheduleRun::Start { limit, .. } | ScheduleRun::Go { limit } => *limit,
        }
    }

    /// The same with another bound.
    #[must_use]
    pub fn with_limit(self, turns: u64) -> ScheduleRun {
        let limit = Some(turns);
        match self {
            ScheduleRun::Start { places, .. } => ScheduleRun::Start { places, limit },
            ScheduleRun::Go { .. } => ScheduleRun::Go { limit },
        }
    }
}

impl fmt::Display for ScheduleRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = match self {
            ScheduleRun::Start { places, limit } => {
                write!(f, "schedule {places}")?;
                limit
            }
            ScheduleRun::Go { limit } => {
                f.write_str("schedule go")?;
                limit
            }
        };
        limit.map_or(Ok(()), |turns| write!(f, " for {turns}"))
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Places::List(places) => write_list(f, places),
            Places::Random { seed, turns: None } => write!(f, "random {seed}"),
            Places::Random { seed, turns: Some(turns) } => write!(f, "random {seed} {turns}"),
            Places::File(path) => f.write_str(&quoted(path)),
        }
    }
}

/// `1*3 2 1`.
pub(super) fn write_list(f: &mut fmt::Formatter<'_>, places: &[(Pid, u64)]) -> fmt::Result {
    for (i, (pid, turns)) in places.iter().enumerate() {
        let blank = if i > 0 { " " } else { "" };
        match turns {
            1 => write!(f, "{blank}{pid}")?,
            _ => write!(f, "{blank}{pid}*{turns}")?,
        }
    }
    Ok(())
}
