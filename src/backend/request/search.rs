//! Searches over schedules.

use super::schedule::write_list;
use super::text::expression_word;
use crate::executive::Pid;
use crate::session::expr::Expr;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something about the search over schedules in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// Begin one from here; one that is under way is stopped.
    Start(Plan),
    /// Stop it.
    Stop,
    /// Wait until it is over.
    Wait,
    /// Follow what it has found as a branch, by number from 1: failures first, then ends.
    Open(u64),
    /// The same, and beside it a run that passes, from where one choice less or more makes the difference.
    Beside(u64),
    /// Follow a schedule from here, past faults and whatever else would stop a run.
    Follow(Vec<(Pid, u64)>),
}

/// What a search looks for, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The task that is meant where an expression names none.
    pub pid: Option<Pid>,
    /// What must hold after every turn.
    pub always: Vec<Expr>,
    /// What must hold at every end.
    pub finally: Vec<Expr>,
    /// What is collected at every end.
    pub collect: Vec<Expr>,
    /// Every task must return.
    pub returns: bool,
    /// All ends must be the same.
    pub same: bool,
    /// No two accesses may be in an order that is the schedule's alone.
    #[serde(default)]
    pub norace: bool,
    /// Only schedules with at most this number of preemptions.
    pub preemptions: Option<u32>,
    /// Schedules drawn at random from a seed.
    pub random: Option<u64>,
    /// At most this number of schedules.
    pub schedules: Option<u64>,
}

impl Search {
    /// Whether it changes the machine.
    #[must_use]
    pub const fn is_journaled(&self) -> bool {
        matches!(self, Search::Open(_) | Search::Beside(_) | Search::Follow(_))
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Search::Start(plan) => write!(f, "explore start{plan}"),
            Search::Stop => f.write_str("explore stop"),
            Search::Wait => f.write_str("explore wait"),
            Search::Open(number) => write!(f, "explore open {number}"),
            Search::Beside(number) => write!(f, "explore open {number} beside"),
            Search::Follow(places) => {
                f.write_str("explore follow ")?;
                write_list(f, places)
            }
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { pid, always, finally, collect, returns, same, norace, preemptions, random, schedules } = self;
        for (word, exprs) in [("always", always), ("finally", finally), ("collect", collect)] {
            exprs.iter().try_for_each(|expr| write!(f, " {word} {}", expression_word(expr)))?;
        }
        for (word, on) in [("returns", returns), ("same", same), ("norace", norace)] {
            if *on {
                write!(f, " {word}")?;
            }
        }
        let numbers = [
            ("preemptions", preemptions.map(u64::from)),
            ("random", *random),
            ("schedules", *schedules),
            ("-p", pid.map(u64::from)),
        ];
        numbers.into_iter().try_for_each(|(word, n)| n.map_or(Ok(()), |n| write!(f, " {word} {n}")))
    }
}
