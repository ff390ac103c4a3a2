//! Answers about stops and expressions in sight.

use crate::backend::snapshot::StopView;
use crate::executive::Pid;
use serde::Serialize;

/// A stop that was set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StopSet {
    /// Its number.
    pub number: u32,
    /// For which task; `None` for all.
    pub pid: Option<Pid>,
    /// A breakpoint's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pc: Option<u32>,
    /// Its place by name: as it was asked for, else by the nearest label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Why it cannot be due yet, though it may be later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// The stop itself.
    #[serde(skip)]
    pub stop: StopView,
}

/// Stops that were set together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StopsSet {
    /// The first of them.
    #[serde(flatten)]
    pub first: StopSet,
    /// The others.
    #[serde(skip)]
    pub others: Vec<StopSet>,
}

/// Stops that were removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Their numbers.
    pub removed: Vec<u32>,
}

/// A stop that was switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Enabled {
    /// Its number.
    pub number: u32,
    /// Whether it stops.
    pub enabled: bool,
}

/// A stop's condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conditioned {
    /// Its number.
    pub number: u32,
    /// The expression; empty for none.
    pub condition: String,
}

/// Hits that a stop lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ignoring {
    /// Its number.
    pub number: u32,
    /// How many.
    pub ignore: u64,
}

/// Command lines of a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commands {
    /// Its number.
    pub number: u32,
    /// The lines.
    pub commands: Vec<String>,
}

/// An expression that is kept in sight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its number.
    pub number: u32,
    /// Its text.
    pub expression: String,
    /// Why it has no value yet, if what it names may come later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
}

/// An expression that is no longer kept in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Its number.
    pub number: u32,
}
