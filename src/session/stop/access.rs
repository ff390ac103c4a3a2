//! Stops on reads and writes of memory; registers are memory.

use super::{Lifetime, TurnSeen};
use crate::executive::{Machine, Pid};
use crate::session::expr::{Shape, Value};
use crate::vm::{Span, Touch};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which touches count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Touching {
    /// Reads.
    Read,
    /// Writes, whatever they write.
    Write,
    /// Both.
    Any,
    /// Writes that change a byte.
    Change,
}

impl Touching {
    /// What such a stop is called.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Touching::Read => "read watchpoint",
            Touching::Write => "write watchpoint",
            Touching::Any => "access watchpoint",
            Touching::Change => "watchpoint",
        }
    }

    /// The command that sets such a stop.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Touching::Read => "rwatch",
            Touching::Write => "watch -w",
            Touching::Any => "awatch",
            Touching::Change => "watch -l",
        }
    }
}

/// Some memory, and which touches of it count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// How the place was written.
    pub place: String,
    /// Where it is.
    pub span: Span,
    /// Which touches count.
    pub touching: Touching,
    /// What its bytes are, where they are a number of a program.
    pub shape: Option<Shape>,
    /// How long what it is on is there, if that is a variable of a function that was called.
    pub lifetime: Option<Lifetime>,
    /// Its bytes when it was looked at last.
    last: Vec<u8>,
}

impl Access {
    /// A stop on touches of a place.
    #[must_use]
    pub fn new(place: impl Into<String>, span: Span, touching: Touching) -> Access {
        Access { place: place.into(), span, touching, shape: None, lifetime: None, last: Vec::new() }
    }

    /// The same on something that is there only for a while.
    #[must_use]
    pub fn lasting(self, lifetime: Option<Lifetime>) -> Access {
        Access { lifetime, ..self }
    }

    /// The same on bytes of which it is known what they are.
    #[must_use]
    pub fn shaped(self, shape: Option<Shape>) -> Access {
        Access { shape, ..self }
    }

    /// The same as it was asked for, to be looked up again.
    #[must_use]
    pub fn asked(&self) -> AwaitedAccess {
        let Access { place, span, touching, .. } = self;
        let bytes = Some(span.end - span.start);
        AwaitedAccess { place: place.clone(), bytes, seen_by: span.bank, touching: *touching }
    }

    fn bytes(&self, machine: &Machine) -> Vec<u8> {
        let bank = self.span.bank.and_then(|pid| machine.task(pid)).map_or(&[][..], |t| &t.bank);
        (self.span.start..self.span.end).map(|at| machine.ram().byte(bank, at as usize)).collect()
    }

    pub(super) fn settle(&mut self, machine: &Machine) {
        self.last = self.bytes(machine);
        if let Some(lifetime) = &mut self.lifetime {
            lifetime.settle(machine);
        }
    }

    /// Whether it was touched in the last turn: its value before and after it.
    pub(super) fn happened(
        &mut self,
        machine: &Machine,
        seen: &TurnSeen,
        mine: &dyn Fn(Pid) -> bool,
    ) -> Option<(Option<Value>, Option<Value>)> {
        let now = self.bytes(machine);
        let old = std::mem::replace(&mut self.last, now);
        let mine = machine.ran().is_some_and(mine);
        let counts = match self.touching {
            Touching::Change => old != self.last,
            Touching::Read => seen.touches.iter().any(|t| !t.write && self.is_touched(t)),
            Touching::Write => seen.touches.iter().any(|t| t.write && self.is_touched(t)),
            Touching::Any => seen.touches.iter().any(|t| self.is_touched(t)),
        };
        (mine && counts).then(|| (self.value(&old), self.value(&self.last)))
    }

    /// Bytes as what they are, up to eight of them as a number, least byte first.
    fn value(&self, bytes: &[u8]) -> Option<Value> {
        let number = (bytes.len() <= 8).then(|| bytes.iter().rev().fold(0, |sum, b| sum << 8 | i64::from(*b)))?;
        Some(self.shape.as_ref().map_or(Value::Int(number), |shape| shape.value(number as u32)))
    }

    fn is_touched(&self, touch: &Touch) -> bool {
        let Span { start, end, bank } = self.span;
        bank == touch.bank && touch.address < end && start < touch.address + touch.len
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape {
            // How long it is its type says.
            Some(_) => f.write_str(&self.place),
            None => self.asked().fmt(f),
        }
    }
}

/// Memory as it was asked for, whose task may not be loaded yet: where it is will be known then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitedAccess {
    /// How the place was written.
    pub place: String,
    /// How many bytes; those that the place has if left out.
    pub bytes: Option<u32>,
    /// The task that sees them; the one the stop is for if left out.
    pub seen_by: Option<Pid>,
    /// Which touches count.
    pub touching: Touching,
}

impl fmt::Display for AwaitedAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bytes {
            None | Some(4) => write!(f, "{}", self.place),
            Some(bytes) => write!(f, "{} len {bytes}", self.place),
        }
    }
}
