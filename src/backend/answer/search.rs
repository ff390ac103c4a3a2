//! Answers about searches over schedules.

use crate::backend::SearchRow;
use crate::backend::SearchStatus;
use crate::executive::Pid;
use serde::Serialize;

/// How a search over schedules stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchState {
    /// The turn it began at.
    pub from: u64,
    /// Whether it is in progress.
    pub searching: bool,
    /// Whether every schedule is covered, once it is over.
    pub exhausted: Option<bool>,
    /// The bound that ended it.
    pub bound: Option<&'static str>,
    /// Schedules met.
    pub schedules: u64,
    /// States met.
    pub states: u64,
    /// How much of it is done, about, from 0 to 1.
    pub part: Option<f64>,
    /// What it has found.
    pub found: Vec<Find>,
    /// The same for people.
    #[serde(skip)]
    pub hunted: SearchStatus,
}

impl SearchState {
    /// From how it stands.
    #[must_use]
    pub fn of(hunted: SearchStatus) -> SearchState {
        let progress = &hunted.progress;
        let (exhausted, bound) = match &progress.done {
            Some(Ok(report)) => (Some(report.exhausted()), report.bound.map(|b| b.name())),
            _ => (None, None),
        };
        SearchState {
            from: hunted.from,
            searching: progress.done.is_none(),
            exhausted,
            bound,
            schedules: progress.schedules,
            states: progress.states,
            part: progress.part,
            found: hunted.rows.iter().map(Find::of).collect(),
            hunted,
        }
    }
}

/// Something a search has found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Find {
    /// A failure, else an end.
    pub failure: bool,
    /// What.
    pub what: String,
    /// Schedules that lead there.
    pub schedules: u64,
    /// Turns of the shortest one.
    pub shortest_turns: u64,
    /// Switches of it.
    pub switches: u64,
    /// The turns of each task in a row.
    pub schedule: Vec<(Pid, u64)>,
}

impl Find {
    fn of(row: &SearchRow) -> Find {
        let schedule = &row.found.schedule;
        Find {
            failure: row.failure,
            what: row.what.clone(),
            schedules: row.found.schedules,
            shortest_turns: schedule.turns(),
            switches: schedule.switches(),
            schedule: schedule.parts().to_vec(),
        }
    }
}
