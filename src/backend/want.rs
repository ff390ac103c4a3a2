//! What a front end wants to see of a machine.

use super::snapshot::LaneViewport;
use super::{Expr, Pid};

/// How much of the long lists a front end wants to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Want {
    /// At most this many of the newest trace entries.
    pub trace: usize,
    /// At most this many of the newest console lines.
    pub console: usize,
    /// The task that watches mean where they name none.
    pub pid: Option<Pid>,
    /// The last turn in words; they cost taking it once more.
    pub explain: bool,
    /// What the last turn changed; that costs taking it once more, too.
    pub happened: bool,
    /// What the last turn changed and did also while a run continues: it is slow.
    pub follow: bool,
    /// What somebody sees of the lanes, if they are on the screen.
    pub lanes: Option<LaneViewport>,
    /// Who waits for whom.
    pub waits: bool,
    /// How a search over schedules stands.
    pub hunt: bool,
    /// The races of the newest turns, or of those that were asked for.
    pub races: bool,
    /// The tree of origins that was asked for last.
    pub origins: bool,
    /// Expressions whose values somebody wants to know.
    pub asks: Vec<Expr>,
    /// What came from outside.
    pub inputs: bool,
}

impl Default for Want {
    fn default() -> Self {
        Want {
            trace: 512,
            console: 512,
            pid: None,
            explain: false,
            happened: false,
            follow: false,
            lanes: None,
            waits: false,
            hunt: false,
            races: false,
            origins: false,
            asks: Vec::new(),
            inputs: false,
        }
    }
}
