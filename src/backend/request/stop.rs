//! Setting and changing stops.

use super::text::{self, quoted};
use crate::executive::Pid;
use crate::session::expr::Expr;
use crate::session::{Event, Touching};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something about stops. Numbers are those that answers gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Set one.
    Set(NewStop),
    /// Set several: a line may have instructions in several functions.
    SetAll(Vec<NewStop>),
    /// Remove one.
    Delete(u32),
    /// Remove the breakpoints of one task: all of them, or the one at an address.
    Clear {
        /// Which task.
        pid: Pid,
        /// The address.
        pc: Option<u32>,
    },
    /// Switch one on or off.
    Enable(u32, bool),
    /// Let one stop only where an expression is true; without one always.
    Condition(u32, Option<Expr>),
    /// Let the next hits of one pass.
    Ignore(u32, u64),
    /// Command lines to be carried out when it has stopped; none takes them away.
    Commands(u32, Vec<String>),
}

/// A stop to be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStop {
    /// What it is on.
    pub on: On,
    /// For one task, or for all.
    pub pid: Option<Pid>,
    /// For the instances of this application alone.
    pub app: Option<String>,
    /// It stops only where this is true.
    pub condition: Option<Expr>,
    /// It goes when it has stopped once; breakpoints alone can.
    pub temporary: bool,
}

/// What a stop is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// The instruction at this code address, before it is done.
    Instruction(u32),
    /// A change of an expression's value.
    Change(Expr),
    /// A read or write of some memory.
    Access {
        /// The memory: a register, memory at an address, or a symbol.
        place: Expr,
        /// How many bytes from there on; what the place has if left out.
        bytes: Option<u32>,
        /// Which reads and writes count.
        touching: Touching,
        /// The task that sees the place so; the one the stop is for, or the first, if left out.
        seen_by: Option<Pid>,
    },
    /// Something that happens.
    #[serde(with = "text::event")]
    Event(Event),
}

impl NewStop {
    /// A stop without anything else said about it.
    #[must_use]
    pub fn plain(on: On, pid: Option<Pid>) -> NewStop {
        NewStop { on, pid, app: None, condition: None, temporary: false }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Set(new) => new.fmt(f),
            Stop::SetAll(all) => {
                let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("; "))
            }
            Stop::Delete(number) => write!(f, "delete {number}"),
            Stop::Clear { pid, pc: None } => write!(f, "bp clearall {pid}"),
            Stop::Clear { pid, pc: Some(pc) } => write!(f, "bp clear {pid} 0x{pc:04X}"),
            Stop::Enable(number, true) => write!(f, "enable {number}"),
            Stop::Enable(number, false) => write!(f, "disable {number}"),
            Stop::Condition(number, None) => write!(f, "condition {number}"),
            Stop::Condition(number, Some(expr)) => write!(f, "condition {number} {}", expr.plain_text()),
            Stop::Ignore(number, hits) => write!(f, "ignore {number} {hits}"),
            Stop::Commands(number, lines) if lines.is_empty() => write!(f, "commands {number} ''"),
            Stop::Commands(number, lines) => {
                write!(f, "commands {number}")?;
                lines.iter().try_for_each(|line| write!(f, " {}", quoted(line)))
            }
        }
    }
}

impl fmt::Display for NewStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NewStop { on, pid, app, condition, temporary } = self;
        if *temporary {
            f.write_str("t")?;
        }
        on.fmt(f)?;
        match (app, pid) {
            (Some(app), _) => write!(f, " -p {}", quoted(app))?,
            (None, Some(pid)) => write!(f, " -p {pid}")?,
            (None, None) => {}
        }
        condition.as_ref().map_or(Ok(()), |c| write!(f, " if {}", c.plain_text()))
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            On::Instruction(pc) => write!(f, "break 0x{pc:04X}"),
            On::Change(expr) => write!(f, "watch {}", expr.plain_text()),
            On::Access { place, bytes, touching, seen_by } => {
                write!(f, "{} {}", touching.command(), place.plain_text())?;
                bytes.map_or(Ok(()), |bytes| write!(f, " len {bytes}"))?;
                seen_by.map_or(Ok(()), |pid| write!(f, " as {pid}"))
            }
            On::Event(event) => write!(f, "catch {event}"),
        }
    }
}
