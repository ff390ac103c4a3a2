//! Running and pausing.

use crate::executive::Pid;
use crate::session::expr::Expr;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A run, or how runs go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Run {
    /// Turns in rotation, or of one task while the others stand still.
    Turns {
        /// The one task.
        only: Option<Pid>,
        /// How many at most; `u64::MAX` for no bound.
        turns: u64,
    },
    /// Until a task has done more instructions.
    Instructions {
        /// Which task.
        pid: Pid,
        /// How many, at least 1.
        count: u64,
        /// Instructions of functions that are called do not count.
        over: bool,
    },
    /// Until a task is on another source line.
    Line {
        /// Which task.
        pid: Pid,
        /// Also if that is one of a function that is called.
        into: bool,
        /// On how many other lines.
        count: u64,
    },
    /// Until a task has returned from its function.
    Finish {
        /// Which task.
        pid: Pid,
    },
    /// Until a task is past its instruction: out of a loop.
    Past {
        /// Which task.
        pid: Pid,
    },
    /// Until a task stands at an address.
    At {
        /// Which task.
        pid: Pid,
        /// The address, in bytes of code.
        pc: u32,
    },
    /// Until an expression is true that is not true now.
    Until {
        /// The task that is meant where the expression names none.
        pid: Pid,
        /// The expression.
        expr: Expr,
    },
    /// Stop between two turns.
    Pause,
    /// Continue the run that ended last, past the stop where it stands, with what is left of its bound.
    Continue,
    /// Turns a second; `None` for full speed.
    Rate(Option<u64>),
    /// Whether the other tasks take their turns while one is run towards a goal.
    Rotate(bool),
    /// Whether a run ends when some tasks certainly wait for ever, though others could continue.
    DeadlockStops(bool),
}

impl Run {
    /// One turn in rotation.
    pub const STEP: Run = Run::Turns { only: None, turns: 1 };
    /// A run without a bound.
    pub const ON: Run = Run::Turns { only: None, turns: u64::MAX };

    /// Whether it runs the machine, and does not only say how.
    #[must_use]
    pub const fn takes_turns(&self) -> bool {
        match self {
            Run::Turns { .. }
            | Run::Instructions { .. }
            | Run::Line { .. }
            | Run::Finish { .. }
            | Run::Past { .. }
            | Run::At { .. }
            | Run::Until { .. }
            | Run::Continue => true,
            Run::Pause | Run::Rate(_) | Run::Rotate(_) | Run::DeadlockStops(_) => false,
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Run::Turns { only: None, turns: u64::MAX } => f.write_str("run"),
            Run::Turns { only: None, turns } => write!(f, "step {turns}"),
            Run::Turns { only: Some(pid), turns } => write!(f, "step {turns} -p {pid}"),
            Run::Instructions { pid, count, over: false } => write!(f, "stepi {count} -p {pid}"),
            Run::Instructions { pid, count, over: true } => write!(f, "next {count} -p {pid}"),
            Run::Line { pid, into: false, count } => write!(f, "line {count} -p {pid}"),
            Run::Line { pid, into: true, count } => write!(f, "line into {count} -p {pid}"),
            Run::Finish { pid } => write!(f, "finish -p {pid}"),
            Run::Past { pid } => write!(f, "until -p {pid}"),
            Run::At { pid, pc } => write!(f, "advance 0x{pc:04X} -p {pid}"),
            Run::Until { pid, expr } => write!(f, "until {} -p {pid}", expr.plain_text()),
            Run::Pause => f.write_str("pause"),
            Run::Continue => f.write_str("resume"),
            Run::Rate(None) => f.write_str("clock rate max"),
            Run::Rate(Some(hz)) => write!(f, "clock rate {hz}"),
            Run::Rotate(true) => f.write_str("set scheduler rotate"),
            Run::Rotate(false) => f.write_str("set scheduler locked"),
            Run::DeadlockStops(on) => write!(f, "set deadlock_stops {}", if *on { "on" } else { "off" }),
        }
    }
}
