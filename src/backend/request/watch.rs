//! Expressions that are kept in sight.

use crate::executive::Pid;
use crate::session::expr::Expr;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something about the expressions that are kept in sight, and the frame they are looked up in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Display {
    /// Keep one.
    Keep {
        /// Which.
        expr: Expr,
        /// The task that is meant where it names none; the selected one if left out.
        pid: Option<Pid>,
        /// The format in which its value is shown, as `print` has them: x, d, u, …; by its type if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        format: Option<char>,
    },
    /// No longer keep one, by number.
    Drop(u32),
    /// Choose the frame of a task in which names are looked up, until it runs.
    Frame {
        /// Which task.
        pid: Pid,
        /// The frame, from 0 for the innermost.
        frame: u64,
    },
}

impl fmt::Display for Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Display::Keep { expr, pid, format } => {
                let format = format.map_or_else(String::new, |format| format!("/{format}"));
                write!(f, "display{format} {}", expr.plain_text())?;
                pid.map_or(Ok(()), |pid| write!(f, " -p {pid}"))
            }
            Display::Frame { pid, frame } => write!(f, "frame {frame} -p {pid}"),
            Display::Drop(number) => write!(f, "undisplay {number}"),
        }
    }
}
