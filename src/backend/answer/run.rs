//! Answers about runs.

use crate::executive::Pid;
use crate::session::Status;
use serde::Serialize;

/// Nothing else to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Started {}

/// The state of the machine's clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clock {
    /// `running` or `stopped`.
    pub state: &'static str,
    /// Whether a run is in progress.
    pub running: bool,
    /// Turns a second; 0 for full speed.
    pub rate_hz: u64,
    /// Turns done.
    pub turn: u64,
    /// Virtual time, µs.
    pub time_us: u64,
    /// Who runs next in rotation.
    pub next: Option<Pid>,
    /// Why it stands.
    pub stop: Status,
}

/// Whether others run while one task is run towards a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Scheduler {
    /// `rotate` or `locked`.
    pub scheduler: &'static str,
}

/// Whether a certain deadlock ends a run though other tasks could continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DeadlockStops {
    /// Whether it does.
    pub deadlock_stops: bool,
}
