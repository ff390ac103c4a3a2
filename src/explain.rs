//! What a turn did, in words: every number is one of the machine's at that turn.
//!
//! The last turn is taken once more on a copy of the machine before it, so that each sentence can be
//! made of the state in front of the instruction and the one behind it. What an instruction does
//! stands in the instruction table, what happened around it in the trace. Knows no screens.

mod event;
mod fault;
mod input;
mod instruction;
mod service;
mod switch;
mod words;

pub use input::input;

use crate::executive::input::Input;
use crate::executive::trace::{TraceEntry, TraceKind, What};
use crate::executive::{Machine, Pid, Who};
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;

/// Bytes that a context switch between copied registers would move: sixteen words out, sixteen in.
pub const COPYING: u64 = 128;

/// Entries that one turn can write: a fan-out mailbox wakes every task, with three entries each.
const ENTRIES: usize = 4096;

/// How much an explanation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What the turn did, without its flags.
    Turn,
    /// The flags too.
    Flags,
    /// Switches too, and what comes next.
    #[default]
    All,
}

/// A sentence of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    text: String,
    /// Without what it says about flags.
    plain: Option<String>,
    /// The lowest level that it is for.
    level: Level,
}

impl Sentence {
    fn new(level: Level, text: String) -> Sentence {
        Sentence { text, plain: None, level }
    }

    /// What is said at a level.
    #[must_use]
    pub fn at(&self, level: Level) -> Option<&str> {
        let plain = self.plain.as_deref().filter(|_| level < Level::Flags);
        (self.level <= level).then(|| plain.unwrap_or(&self.text))
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl std::ops::Deref for Sentence {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}

/// A turn in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Explained {
    /// Which turn; 0 before the first one.
    pub turn: u64,
    /// Whose turn it was.
    pub pid: Option<Pid>,
    /// What the turn did, the switch in front of it, and what comes next. May hold control characters of guest text.
    pub sentences: Vec<Sentence>,
    /// Switches so far, of the tasks there are.
    pub switches: u64,
    /// Bytes copied by them: none, ever.
    pub copied: u64,
    /// Bytes that copying registers out and in would have moved.
    pub would_copy: u64,
}

impl Explained {
    /// Adds a sentence behind those of the instruction: what it means to the language that it was compiled from.
    pub fn add_of_turn(&mut self, text: Option<String>) {
        let Some(text) = text else { return };
        let head = format!("Turn {}: ", self.turn);
        let behind = self.sentences.iter().position(|s| s.text.starts_with(&head)).map_or(0, |at| at + 2);
        let at = behind.min(self.sentences.len());
        self.sentences.insert(at, Sentence::new(Level::Turn, text));
    }
}

/// Two states of a machine with what happened between them.
struct Span<'m> {
    before: &'m Machine,
    after: &'m Machine,
    entries: Vec<TraceEntry>,
    /// What came from outside between them.
    inputs: &'m [Arc<Input>],
}

impl<'m> Span<'m> {
    /// Both with traces that began together.
    fn new(before: &'m Machine, after: &'m Machine) -> Span<'m> {
        let new = after.trace().total().saturating_sub(before.trace().total());
        Span { before, after, entries: after.trace().last(new as usize).collect(), inputs: &[] }
    }

    /// What happened, but for the instruction itself.
    fn events(&self) -> impl Iterator<Item = Sentence> {
        let mut inputs = self.inputs.iter();
        let sentences = self.entries.iter().filter_map(move |entry| match entry.what {
            What::Input { input: kind } => Some(event::came(kind, entry.pid, kind.next_of(&mut inputs))),
            _ => event::sentence(self, entry),
        });
        sentences.map(|text| Sentence::new(Level::Turn, text))
    }
}

/// Explains the last turn of a machine, given the machine before it and who was to run; without one
/// what comes next. `inputs` are those that came behind that turn, in their order.
#[must_use]
pub fn explain(before: Option<(&Machine, Who)>, now: &Machine, inputs: &[Arc<Input>]) -> Explained {
    let last = before.and_then(|(before, who)| last_turn(before, who, now, inputs));
    let (pid, mut sentences) = last.unwrap_or_else(|| (None, since(now, now, 0, inputs)));
    let switches = now.tasks().iter().map(|t| t.counters.switches).sum();
    sentences.push(Sentence::new(Level::All, switch::next(now)));
    sentences.push(Sentence::new(Level::All, switch::totals(switches)));
    Explained { turn: now.turns(), pid, sentences, switches, copied: 0, would_copy: COPYING * switches }
}

/// Takes the last turn once more: whose it was, and all that happened up to now.
fn last_turn(before: &Machine, who: Who, now: &Machine, inputs: &[Arc<Input>]) -> Option<(Option<Pid>, Vec<Sentence>)> {
    let start = before.clone().with_trace(ENTRIES);
    let mut ready = start.clone();
    if who == Who::Rotation {
        ready.skip_idle();
    }
    let mut after = ready.clone();
    let taken = match who {
        Who::Rotation => after.turn(),
        Who::Only(pid) => after.turn_of(pid),
    };
    let turn = taken.ok()?;
    let span = Span::new(&ready, &after);
    let behind = span.entries.iter().filter(|e| e.turn == turn.n).count();
    let mut told: Vec<Sentence> = Span::new(&start, &ready).events().collect();
    // First what was done: how its task came to run is long, and is not what one looks for.
    told.extend(instruction::sentences(&span, &turn));
    told.extend(span.events());
    told.extend(switch::done(&ready, turn.pid).map(|text| Sentence::new(Level::All, text)));
    told.extend(since(&after, now, behind, inputs));
    Some((Some(turn.pid), told))
}

/// What came between the turn, which wrote `behind` entries of its own number, and now.
fn since(after: &Machine, now: &Machine, behind: usize, inputs: &[Arc<Input>]) -> Vec<Sentence> {
    let of_turn = |e: &TraceEntry| e.turn == now.turns();
    let mut entries: Vec<TraceEntry> = now.trace().last(ENTRIES).filter(of_turn).collect();
    entries.drain(..behind.min(entries.len()));
    entries.retain(|e| !matches!(e.kind(), TraceKind::Step | TraceKind::Trap));
    Span { before: after, after: now, entries, inputs }.events().collect()
}
