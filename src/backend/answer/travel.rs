//! Answers about places in time.

use crate::backend::SourcePlace;
use crate::backend::snapshot::TraceEntry;
use crate::executive::Pid;
use crate::session::Status;
use crate::session::Via;
use serde::Serialize;

/// Where the cursor in time is now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arrival {
    /// Turns done.
    pub turn: u64,
    /// Virtual time, µs.
    pub time_us: u64,
    /// Why it stands.
    pub stop: Status,
    /// Turns done at the present.
    pub present: u64,
    /// Whether this is before the present.
    pub past: bool,
    /// The branch it is on.
    pub branch: u32,
    /// What led there.
    #[serde(flatten)]
    pub by: Arrived,
}

/// What has led to a place in time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Arrived {
    /// The request alone.
    Plainly {},
    /// Something that happened there.
    Event {
        /// What.
        event: TraceEntry,
        /// What came, where it was something from outside.
        #[serde(skip_serializing_if = "Option::is_none")]
        input: Option<String>,
    },
    /// A change that was taken back.
    Undone {
        /// The input's name.
        undone: &'static str,
    },
    /// A write.
    Write(WriteFound),
    /// A recording that was replayed.
    File {
        /// Its path.
        file: String,
        /// What fails at its end, if a search has found it.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
    },
    /// Another source line.
    Line {
        /// Where that is.
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<SourcePlace>,
    },
    /// The branch after another.
    Branch {
        /// Its name.
        #[serde(skip)]
        name: String,
    },
    /// A find of a search.
    Find {
        /// In words.
        #[serde(skip)]
        text: String,
    },
}

/// A write that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WriteFound {
    /// Who wrote; `None` for an input.
    pub pid: Option<Pid>,
    /// Its instruction's address.
    pub pc: Option<u32>,
    /// The value before.
    pub old: u32,
    /// The value after.
    pub new: u32,
    /// How what was written got there, if that was followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// The instruction's address by name, where it has one.
    #[serde(skip)]
    pub place: Option<String>,
}

/// The writes of a place in some turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WritesFound {
    /// The first turn.
    pub from: u64,
    /// The last turn.
    pub to: u64,
    /// How many came before the first one listed.
    pub more: u64,
    /// The writes by turn.
    pub writes: Vec<WriteAt>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WriteAt {
    /// The turn; for an input the turn before it.
    pub turn: u64,
    /// Who wrote; `None` for an input.
    pub pid: Option<Pid>,
    /// Its instruction's address.
    pub pc: Option<u32>,
    /// The value after it.
    pub value: u32,
    /// The instruction's address by name.
    #[serde(skip)]
    pub place: Option<String>,
}

/// A bookmark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// Its name.
    pub name: String,
    /// Turns done there.
    pub turn: u64,
    /// The branch it is on.
    pub branch: u32,
}

/// A branch that was named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its number.
    pub branch: u32,
    /// Its name.
    pub name: String,
}

/// A branch that was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Its number.
    pub branch: u32,
}

/// Two courses of events that were compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Whether they are the same as far as both go.
    pub same: bool,
    /// One of them, as it was named.
    pub a: String,
    /// The other.
    pub b: String,
    /// Where they part.
    #[serde(flatten)]
    pub parts: Option<Parts>,
    /// The branches they are; `None` if they cannot be opened together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branches: Option<[u32; 2]>,
    /// Why they part, if they can be opened together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<CauseSaid>,
    /// What each task did differently first, by pid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskSaid>,
}

/// Why two courses of events part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseSaid {
    /// `pick`, `input`, `ends` or `nothing`.
    pub kind: &'static str,
    /// Turns that both have in common.
    pub turn: u64,
    /// In words.
    pub text: String,
}

/// What a task did differently first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskSaid {
    /// The task.
    pub pid: Pid,
    /// Which of its instructions made the difference, from 1; 0 if it differs at once, null if it does the same.
    pub differs_at: Option<u64>,
    /// The turns of that instruction on both sides.
    pub turns: Option<[u64; 2]>,
    /// In words.
    pub text: String,
}

/// Where two courses of events part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// Turns done at the first difference.
    pub turn: u64,
    /// Who ran last.
    pub ran: Pair<Option<Pid>>,
    /// The place of its instruction by name, where it has one.
    pub at: Pair<Option<String>>,
    /// The first word of RAM that differs.
    pub word: Option<WordPair>,
}

/// One thing on two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pair<T> {
    /// On the one side.
    pub a: T,
    /// On the other.
    pub b: T,
}

/// A word of RAM on two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WordPair {
    /// Its address.
    pub address: u32,
    /// What that is called: `R8 of 3`, a data label; where it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// On the one side.
    pub a: u32,
    /// On the other.
    pub b: u32,
}
