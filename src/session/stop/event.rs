//! Things that happen and can be stopped at.

use super::TurnSeen;
use crate::executive::mailbox::Name;
use crate::executive::task::Task;
use crate::executive::trace::{TraceEntry, TraceKind, What};
use crate::executive::{Machine, Pid};
use crate::session::expr::ExprError;
use crate::session::waits::Waits;
use crate::vm::{RAM_BYTES, StackMove, WINDOW_BYTES};
use std::fmt;

/// Something that happens in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An entry of the trace of this kind; sends and receives may be those of one mailbox.
    Traced {
        /// Which kind.
        kind: TraceKind,
        /// The mailbox's name.
        mailbox: Option<String>,
    },
    /// A service of a module is called, or one of its functions.
    Trap {
        /// The module.
        module: u8,
        /// The function, if only that one.
        function: Option<u8>,
    },
    /// Another task than before takes a turn; with a pid only that one.
    Switch,
    /// A call takes a task this many calls deep.
    Depth(u32),
    /// A task's stack grows beyond this many bytes.
    Stack(u32),
    /// A byte of RAM, registers included, is read that nothing has written since its task was loaded.
    Unwritten,
    /// The second access of a race; with a stretch of memory (first address, first one behind) only there.
    Race(Option<(u32, u32)>),
    /// No task can run, and no wait ends by itself.
    Deadlock,
}

/// Whether a kind can be stopped at by its name. Faults and BRK always stop; a stop that the user sets on them
/// counts them and can have commands.
const fn has_a_stop(kind: &TraceKind) -> bool {
    match kind {
        // Each turn is one; `trap` has arguments of its own; a watchpoint stops at stores.
        TraceKind::Step | TraceKind::Trap | TraceKind::Foreign => false,
        TraceKind::Fault
        | TraceKind::Break
        | TraceKind::Send
        | TraceKind::Recv
        | TraceKind::Block
        | TraceKind::Wake
        | TraceKind::Timeout
        | TraceKind::Halt
        | TraceKind::Idle
        | TraceKind::Load
        | TraceKind::Kill
        | TraceKind::Input => true,
    }
}

/// The last module that an instruction can name.
const MODULES: u8 = 15;

/// Reads the argument of an event.
type Read = fn(Option<&str>) -> Result<Event, String>;

/// Events that are not entries of the trace, by name.
const OTHERS: [(&str, Read); 7] = [
    ("trap", trap),
    ("switch", |argument| alone("switch", argument, Event::Switch)),
    ("depth", |argument| Ok(Event::Depth(count(argument, "a number of calls", RAM_BYTES as u32 / 4)?))),
    ("stack", |argument| Ok(Event::Stack(count(argument, "a number of bytes", RAM_BYTES as u32)?))),
    ("uninit", |argument| alone("uninit", argument, Event::Unwritten)),
    ("race", |argument| argument.map(stretch).transpose().map(Event::Race)),
    ("deadlock", |argument| alone("deadlock", argument, Event::Deadlock)),
];

/// An event that takes no argument.
fn alone(name: &str, argument: Option<&str>, event: Event) -> Result<Event, String> {
    argument.map_or(Ok(event), |text| Err(format!("{name} takes no argument, and {text} is one")))
}

/// A number of something of which there can be no more than `most`: more could never come.
fn count(argument: Option<&str>, what: &str, most: u32) -> Result<u32, String> {
    let text = argument.ok_or_else(|| format!("{what} is expected"))?;
    let number = number(text).ok_or_else(|| format!("{what} is expected, not {text}{}", ExprError::hex_hint(text)))?;
    if number <= most { Ok(number) } else { Err(format!("{what} up to {most} is expected, not {text}")) }
}

/// A number, decimal or `0x…`.
fn number(text: &str) -> Option<u32> {
    text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())
}

/// `MODULE` or `MODULE.FUNCTION`.
fn trap(argument: Option<&str>) -> Result<Event, String> {
    let text = argument.ok_or("a module is expected, or module.function, such as trap 5.2")?;
    let upto = |text: &str, most: u8| {
        let hint = if number(text).is_some() { String::new() } else { ExprError::hex_hint(text) };
        let found = number(text).and_then(|n| u8::try_from(n).ok()).filter(|n| *n <= most);
        found.ok_or_else(|| format!("a number from 0 to {most} is expected, not {text}{hint}"))
    };
    let (module, function) = text.split_once('.').map_or((text, None), |(m, f)| (m, Some(f)));
    let function = function.map(|function| upto(function, u8::MAX)).transpose()?;
    Ok(Event::Trap { module: upto(module, MODULES)?, function })
}

/// `0x5000`, a word, or `0x5000..0x5010`, up to before the second address.
fn stretch(text: &str) -> Result<(u32, u32), String> {
    let wrong =
        || format!("an address is expected, or two, such as 0x5000..0x5010, not {text}{}", ExprError::hex_hint(text));
    let number = |text: &str| u32::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    let (start, end) = match text.split_once("..") {
        Some((start, end)) => (number(start), number(end)),
        None => (number(text), number(text).map(|start| start.saturating_add(4))),
    };
    let (start, end) = start.zip(end).ok_or_else(wrong)?;
    if start >= end || end > RAM_BYTES as u32 { Err(wrong()) } else { Ok((start, end)) }
}

impl Event {
    /// The names that events begin with.
    pub fn names() -> impl Iterator<Item = String> {
        let traced = TraceKind::ALL.into_iter().filter(has_a_stop);
        traced.map(|kind| kind.name().to_lowercase()).chain(OTHERS.map(|(name, _)| name.to_owned()))
    }

    /// Reads `send app:ping`, `trap 5.2`, `switch`, `depth 3`.
    ///
    /// # Errors
    /// What is expected.
    pub fn parse(name: &str, argument: Option<&str>) -> Result<Event, String> {
        let name = name.to_lowercase();
        if let Some((_, read)) = OTHERS.iter().find(|(other, _)| *other == name) {
            return read(argument);
        }
        let known = TraceKind::ALL.into_iter().filter(has_a_stop).find(|k| k.name().eq_ignore_ascii_case(&name));
        let kind =
            known.ok_or_else(|| format!("{name} is not one of {}", Event::names().collect::<Vec<_>>().join(", ")))?;
        let mailbox = argument.map(str::to_owned);
        match (kind, &mailbox) {
            (TraceKind::Send | TraceKind::Recv, _) | (_, None) => Ok(Event::Traced { kind, mailbox }),
            _ => Err(format!("{name} takes no mailbox")),
        }
    }

    /// Whether it can happen at all: the mailbox's name must be one.
    ///
    /// # Errors
    /// What is expected.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Event::Traced { mailbox: Some(name), .. } if !Name::is_full(name) => {
                let expected = "app:NAME, shared:NAME, svc:NAME@PID or pid:PID is expected";
                Err(format!("{name} is not a mailbox: {expected}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether it has happened in the last turn, to whom, and what it was.
    pub(super) fn happened(
        &self,
        machine: &Machine,
        seen: &TurnSeen,
        mine: &dyn Fn(Pid) -> bool,
    ) -> Option<(Pid, String)> {
        let ran = machine.ran().filter(|pid| mine(*pid));
        let task = ran.and_then(|pid| machine.task(pid));
        let found = match self {
            Event::Switch => ran.filter(|pid| Some(*pid) != seen.before),
            Event::Depth(depth) => {
                task.filter(|t| seen.moved == Some(StackMove::Call) && t.context.depth == *depth).and(ran)
            }
            Event::Stack(bytes) => {
                let grew = matches!(seen.moved, Some(StackMove::Call | StackMove::Push));
                let over = |used: u32| used > *bytes && used - 4 <= *bytes;
                task.filter(|t| grew && over(t.context.stack_top.saturating_sub(t.context.sp))).and(ran)
            }
            Event::Unwritten => return seen.unwritten.zip(ran).map(|(at, pid)| (pid, read_of(machine, at))),
            Event::Race(at) => {
                let race = seen.races.iter().find(|r| mine(r.later.pid) && at.is_none_or(|at| r.touches(at)));
                return race.map(|race| (race.later.pid, race.to_string()));
            }
            Event::Deadlock => deadlocked(machine).filter(|pid| mine(*pid)),
            Event::Traced { .. } | Event::Trap { .. } => {
                of_turn(machine).filter(|e| self.is(machine, e)).map(|e| e.pid).find(|pid| mine(*pid))
            }
        };
        found.map(|pid| (pid, self.to_string()))
    }

    /// Trace entries that a machine has to have room for to see it: all that one turn writes, where each of them counts.
    #[must_use]
    pub const fn least_trace(&self) -> usize {
        match self {
            Event::Race(_) => 128,
            Event::Traced { .. }
            | Event::Trap { .. }
            | Event::Switch
            | Event::Depth(_)
            | Event::Stack(_)
            | Event::Unwritten
            | Event::Deadlock => 1,
        }
    }

    /// Whether the trace holds each time that it happens.
    #[must_use]
    pub const fn is_traced(&self) -> bool {
        match self {
            Event::Traced { .. } | Event::Trap { .. } => true,
            Event::Switch | Event::Depth(_) | Event::Stack(_) | Event::Race(_) | Event::Unwritten | Event::Deadlock => {
                false
            }
        }
    }

    /// Whether an entry of the trace says that it has happened.
    pub(in crate::session) fn is(&self, machine: &Machine, entry: &TraceEntry) -> bool {
        match self {
            Event::Traced { kind, mailbox } => {
                let named =
                    |name: &String| entry.message().is_some_and(|(mailbox, _)| machine.mailbox_name(mailbox) == *name);
                entry.kind() == *kind && mailbox.as_ref().is_none_or(named)
            }
            Event::Trap { module, function } => {
                let fits = |m: u8, f: u8| m == *module && function.is_none_or(|function| function == f);
                matches!(entry.what, What::Trap { module, function } if fits(module, function))
            }
            Event::Switch | Event::Depth(_) | Event::Stack(_) | Event::Race(_) | Event::Unwritten | Event::Deadlock => {
                false
            }
        }
    }
}

/// A task of a deadlock that the last turn has closed while others still run. A deadlock of all tasks ends
/// the run by itself.
fn deadlocked(machine: &Machine) -> Option<Pid> {
    let closes = |e: TraceEntry| matches!(e.kind(), TraceKind::Block | TraceKind::Halt | TraceKind::Fault);
    if !of_turn(machine).any(closes) {
        return None;
    }
    let waits = Waits::of(machine);
    let deadlock = waits.deadlock.filter(|d| !waits.quiet && d.since == machine.turns())?;
    machine.ran().filter(|pid| deadlock.pids.contains(pid)).or(deadlock.pids.first().copied())
}

/// What the trace holds of the last turn, and of the jump of the clock before it, if there was one.
fn of_turn(machine: &Machine) -> impl Iterator<Item = TraceEntry> {
    let turn = machine.turns();
    let recent: Vec<TraceEntry> = machine.trace().last(64).filter(|e| e.turn + 1 >= turn).collect();
    let jump = recent.iter().position(|e| e.kind() == TraceKind::Idle && e.turn + 1 == turn).unwrap_or(usize::MAX);
    recent.into_iter().enumerate().filter(move |(i, e)| e.turn == turn || *i >= jump).map(|(_, e)| e)
}

/// What was read, as a register if it is one.
fn read_of(machine: &Machine, address: u32) -> String {
    let register = |t: &Task| address.checked_sub(t.context.reg_base.into()).filter(|at| *at < WINDOW_BYTES);
    let found = machine.tasks().iter().find_map(|t| Some((t.pid, register(t)? / 4)));
    match found {
        Some((pid, i)) => format!("uninit R{i} of {pid}"),
        None => format!("uninit 0x{address:04X}"),
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Traced { kind, mailbox: None } => write!(f, "{}", kind.name().to_lowercase()),
            Event::Traced { kind, mailbox: Some(name) } => write!(f, "{} {name}", kind.name().to_lowercase()),
            Event::Trap { module, function: None } => write!(f, "trap {module}"),
            Event::Trap { module, function: Some(function) } => write!(f, "trap {module}.{function}"),
            Event::Switch => write!(f, "switch"),
            Event::Depth(depth) => write!(f, "depth {depth}"),
            Event::Stack(bytes) => write!(f, "stack {bytes}"),
            Event::Unwritten => write!(f, "uninit"),
            Event::Race(None) => write!(f, "race"),
            Event::Race(Some((start, end))) if *end == start + 4 => write!(f, "race 0x{start:04X}"),
            Event::Race(Some((start, end))) => write!(f, "race 0x{start:04X}..0x{end:04X}"),
            Event::Deadlock => write!(f, "deadlock"),
        }
    }
}
