//! Setting and changing stops.

use super::text::{self, quoted};
use crate::executive::Pid;
use crate::session::expr::Expr;
use crate::session::{self, Event, LogText, Stop as StopView, Touching};
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
    /// How the place of a breakpoint was named, to be found again in a program that is loaded again.
    #[serde(default)]
    pub named: Option<String>,
    /// What a breakpoint writes down instead of stopping: text with expressions in braces.
    #[serde(default)]
    pub log: Option<String>,
}

/// What a stop is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// The instruction at this code address, before it is done.
    Instruction(u32),
    /// The instruction that a place's name stands for in a task that is not loaded yet.
    Awaited,
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
        NewStop { on, pid, app: None, condition: None, temporary: false, named: None, log: None }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Set(new) => new.fmt(f),
            Stop::SetAll(all) => {
                // One name stands for all its places.
                let mut lines: Vec<String> = all.iter().map(ToString::to_string).collect();
                lines.dedup();
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

/// The command line that sets a stop: `break again -p 1 if r9 > 3`.
fn line(what: &str, temporary: bool, log: Option<&str>, whose: Option<&str>, condition: Option<&str>) -> String {
    let mut line = match (temporary, log, what.strip_prefix("break ")) {
        (_, Some(text), Some(place)) => format!("logpoint {place} {}", quoted(text)),
        (true, _, _) => format!("t{what}"),
        _ => what.to_owned(),
    };
    line += &whose.map_or_else(String::new, |whose| format!(" -p {}", quoted(whose)));
    line + &condition.map_or_else(String::new, |condition| format!(" if {condition}"))
}

/// The command that watches some memory.
fn watched(access: &session::AwaitedAccess) -> String {
    let seen_by = access.seen_by.map_or_else(String::new, |pid| format!(" as {pid}"));
    format!("{} {access}{seen_by}", access.touching.command())
}

/// The command lines that set a stop as it is now, wherever it is the one that was set last.
#[must_use]
pub fn lines(stop: &StopView) -> Vec<String> {
    let what = match &stop.on {
        session::On::Instruction(pc) => match &stop.named {
            Some(name) => format!("break {}", quoted(name)),
            None => format!("break 0x{pc:04X}"),
        },
        session::On::Awaited => format!("break {}", quoted(stop.named.as_deref().unwrap_or_default())),
        session::On::Change(expr, _) => format!("watch {}", expr.text()),
        session::On::Access(access) => watched(&access.asked()),
        session::On::AwaitedAccess(access) => watched(access),
        session::On::Event(event) => format!("catch {event}"),
    };
    let whose = stop.app.clone().or_else(|| stop.pid.map(|pid| pid.to_string()));
    let log = stop.log.as_ref().map(LogText::text);
    let condition = stop.condition.as_ref().map(Expr::text);
    let mut lines = vec![line(&what, stop.temporary, log, whose.as_deref(), condition)];
    if stop.ignore > 0 {
        lines.push(format!("ignore last {}", stop.ignore));
    }
    if !stop.commands.is_empty() {
        let commands: Vec<String> = stop.commands.iter().map(|line| quoted(line)).collect();
        lines.push(format!("commands last {}", commands.join(" ")));
    }
    if !stop.enabled {
        lines.push("disable last".into());
    }
    lines
}

impl fmt::Display for NewStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NewStop { on, pid, app, condition, temporary, named, log } = self;
        let what = match (on, named) {
            (On::Instruction(_) | On::Awaited, Some(name)) => format!("break {}", quoted(name)),
            _ => on.to_string(),
        };
        let whose = match (app, pid) {
            (Some(app), _) => Some(app.clone()),
            (None, pid) => pid.map(|pid| pid.to_string()),
        };
        let condition = condition.as_ref().map(Expr::plain_text);
        f.write_str(&line(&what, *temporary, log.as_deref(), whose.as_deref(), condition.as_deref()))
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            On::Instruction(pc) => write!(f, "break 0x{pc:04X}"),
            // Its name is the stop's.
            On::Awaited => write!(f, "break"),
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
