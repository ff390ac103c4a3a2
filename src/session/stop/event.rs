//! Things that happen and can be stopped at.

use crate::executive::trace::{Entry, Kind};
use crate::executive::{Machine, Pid};
use serde::Serialize;
use std::fmt;

/// Something that happens in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An entry of the trace of this kind; sends and receives may be those of one mailbox.
    Traced {
        /// Which kind.
        kind: Kind,
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
    /// A task is so many calls deep, or deeper.
    Depth(u32),
}

/// The kinds that can be stopped at by name. Faults, BRK and deadlock always stop.
const KINDS: [Kind; 10] = [
    Kind::Send,
    Kind::Recv,
    Kind::Block,
    Kind::Wake,
    Kind::Timeout,
    Kind::Halt,
    Kind::Idle,
    Kind::Load,
    Kind::Kill,
    Kind::Input,
];

impl Event {
    /// Reads `send app:ping`, `trap 5.2`, `switch`, `depth 3`.
    ///
    /// # Errors
    /// What is expected.
    pub fn parse(name: &str, argument: Option<&str>) -> Result<Event, String> {
        let number =
            |text: &str| text.parse::<u8>().map_err(|_| format!("a number from 0 to 255 is expected, not {text}"));
        match (name.to_lowercase().as_str(), argument) {
            ("trap", Some(text)) => {
                let (module, function) = text.split_once('.').map_or((text, None), |(m, f)| (m, Some(f)));
                Ok(Event::Trap { module: number(module)?, function: function.map(number).transpose()? })
            }
            ("trap", None) => Err("a module is expected, or module.function, such as trap 5.2".into()),
            ("fault" | "break" | "deadlock", _) => Err(format!("{name} stops every run without being asked for")),
            ("switch", None) => Ok(Event::Switch),
            ("depth", Some(text)) => {
                text.parse().map(Event::Depth).map_err(|_| format!("a number of calls is expected, not {text}"))
            }
            (name, argument) => {
                let known = KINDS.iter().find(|k| k.name().eq_ignore_ascii_case(name));
                let kind = *known.ok_or_else(|| {
                    let names: Vec<String> = KINDS.iter().map(|k| k.name().to_lowercase()).collect();
                    format!("{name} is none of {}, trap, switch, depth", names.join(", "))
                })?;
                let mailbox = argument.map(str::to_owned);
                match (kind, &mailbox) {
                    (Kind::Send | Kind::Recv, _) | (_, None) => Ok(Event::Traced { kind, mailbox }),
                    _ => Err(format!("{name} takes no mailbox")),
                }
            }
        }
    }

    /// Whether it has happened in the last turn, and to whom.
    pub(super) fn happened(&self, machine: &Machine, before: Option<Pid>, wanted: Option<Pid>) -> Option<Pid> {
        let mine = |pid: &Pid| wanted.is_none_or(|w| w == *pid);
        match self {
            Event::Switch => machine.ran().filter(|pid| Some(*pid) != before).filter(mine),
            Event::Depth(depth) => {
                let deep = |pid: Pid| machine.task(pid).is_some_and(|t| t.context.depth >= *depth);
                machine.ran().filter(mine).filter(|pid| deep(*pid))
            }
            _ => {
                let of_turn = machine.trace().last(64).filter(|e| e.turn == machine.turns());
                of_turn.filter(|e| self.is(machine, e)).map(|e| e.pid).find(mine)
            }
        }
    }

    fn is(&self, machine: &Machine, entry: &Entry) -> bool {
        match self {
            Event::Traced { kind, mailbox } => {
                let named = |name: &String| machine.mailbox_name((entry.arg >> 32) as u16) == *name;
                entry.kind == *kind && mailbox.as_ref().is_none_or(named)
            }
            Event::Trap { module, function } => {
                let called = ((entry.arg >> 8) as u8, entry.arg as u8);
                entry.kind == Kind::Trap && called.0 == *module && function.is_none_or(|f| f == called.1)
            }
            Event::Switch | Event::Depth(_) => false,
        }
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
        }
    }
}

impl Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
