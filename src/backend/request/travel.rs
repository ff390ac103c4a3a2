//! Going about in time.

use super::text::{self, quoted};
use crate::executive::Pid;
use crate::executive::trace::TraceKind;
use crate::session::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// A way through time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Travel {
    /// Back by turns, at most to the start; with a task to just before that one of its turns.
    Back {
        /// Whose turns count.
        pid: Option<Pid>,
        /// How many.
        turns: u64,
    },
    /// Back to where something happened to a task last.
    BackTo {
        /// Which task.
        pid: Pid,
        /// What happened.
        moment: Moment,
    },
    /// Back by instructions of a task, over the calls it has returned from.
    ReverseNext {
        /// Which task.
        pid: Pid,
        /// How many.
        count: u64,
    },
    /// Back to previous source lines of a task.
    ReverseLine {
        /// Which task.
        pid: Pid,
        /// Also those of calls it has returned from.
        into: bool,
        /// How many.
        count: u64,
    },
    /// Back to the call that entered a task's function.
    ReverseFinish {
        /// Which task.
        pid: Pid,
    },
    /// Back to where a run forward would stop last before this turn. It is searched for like a run.
    ReverseContinue,
    /// To a place in time.
    Goto(Goto),
    /// To a turn that writes.
    Write {
        /// The next one, not the last.
        next: bool,
        /// What it writes.
        place: Written,
    },
    /// From a write that was gone to, to the write of what was copied there.
    Origin,
    /// Where a value came from, as a tree back to where it begins.
    OriginTree(OriginOf),
    /// Name this turn; a name that is taken moves here.
    Bookmark(String),
    /// Branches.
    Branch(Branch),
    /// Take the last change from outside back.
    Undo,
    /// Return to where the last change was undone.
    Redo,
    /// Back to a place that was left for another, or forward to one that one came back from.
    Jump {
        /// Forward.
        forward: bool,
        /// How many places.
        count: u64,
    },
    /// Go to the first difference of two courses of events; recordings become branches.
    Compare(Side, Side),
}

/// A place in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goto {
    /// After this many turns.
    Turn(u64),
    /// The last turn at a virtual time, in µs.
    Time(u64),
    /// A bookmark, on whatever branch it is.
    Bookmark(String),
    /// The start.
    Start,
    /// The present.
    Present,
    /// Just before an instruction ran last.
    Ran {
        /// Its address.
        pc: u32,
        /// By which task; by any if left out.
        pid: Option<Pid>,
    },
    /// A turn in which one of the races listed last was seen first.
    Race {
        /// The next one, not the previous.
        next: bool,
    },
    /// The turn in which a task's stack was first as deep as it ever was.
    Deepest {
        /// Which task.
        pid: Pid,
    },
    /// Just before the call that entered a frame of a task.
    Entered {
        /// The frame: 0 is the innermost.
        frame: u32,
        /// Which task.
        pid: Pid,
    },
    /// A turn in which something happened.
    Event {
        /// The next one, not the previous.
        next: bool,
        /// What happened; any event if empty.
        #[serde(with = "text::kinds")]
        kinds: Vec<TraceKind>,
        /// To whom.
        pid: Option<Pid>,
    },
}

/// Something that turns write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// A register of a task's window.
    Register {
        /// Whose.
        pid: Pid,
        /// 0 to 15.
        reg: u8,
    },
    /// Memory as a task sees it.
    Memory {
        /// Whose view.
        pid: Pid,
        /// First address.
        address: u16,
        /// 1 to 4.
        bytes: u8,
    },
}

/// A value whose origin is asked for, and how far that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginOf {
    /// Where it is; the write that was gone to if left out.
    pub place: Option<Written>,
    /// At most this number of steps back; some dozens if left out.
    pub depth: Option<u16>,
    /// At most this number of values; some hundreds if left out.
    pub nodes: Option<u16>,
    /// Registers that addresses are made of count as sources.
    pub addresses: bool,
}

/// Something about branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// Go to a turn of a branch.
    Go {
        /// Its number.
        branch: u32,
        /// Which turn; its present if left out, or if it has not come that far.
        turn: Option<u64>,
    },
    /// Go to the same turn of the branch after this one, around all of them.
    Next,
    /// Name a branch.
    Name {
        /// Its number.
        branch: u32,
        /// Its name.
        name: String,
    },
    /// Forget a branch.
    Delete(u32),
}

/// A course of events that is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A branch, by number.
    Branch(u32),
    /// A recording, by path.
    File(String),
}

impl Side {
    /// The recording, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Side::Branch(_) => None,
            Side::File(path) => Some(Path::new(path)),
        }
    }

    /// As it was named.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Side::Branch(number) => number.to_string(),
            Side::File(path) => path.clone(),
        }
    }
}

impl fmt::Display for Travel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Travel::Back { pid: None, turns } => write!(f, "back {turns}"),
            Travel::Back { pid: Some(pid), turns } => write!(f, "back {turns} -p {pid}"),
            Travel::BackTo { pid, moment } => write!(f, "back {} -p {pid}", moment.name()),
            Travel::ReverseNext { pid, count } => write!(f, "reverse-next {count} -p {pid}"),
            Travel::ReverseLine { pid, into: false, count } => write!(f, "reverse-line {count} -p {pid}"),
            Travel::ReverseLine { pid, into: true, count } => write!(f, "reverse-line into {count} -p {pid}"),
            Travel::ReverseFinish { pid } => write!(f, "reverse-finish -p {pid}"),
            Travel::ReverseContinue => f.write_str("reverse-continue"),
            Travel::Goto(goto) => write!(f, "goto {goto}"),
            Travel::Write { next, place } => write!(f, "{} {place}", if *next { "next-write" } else { "last-write" }),
            Travel::Origin => f.write_str("origin"),
            Travel::OriginTree(of) => write!(f, "origin tree{of}"),
            Travel::Bookmark(name) => write!(f, "bookmark {}", quoted(name)),
            Travel::Branch(branch) => write!(f, "branch {branch}"),
            Travel::Undo => f.write_str("undo"),
            Travel::Redo => f.write_str("redo"),
            Travel::Jump { forward, count } => write!(f, "jump {} {count}", if *forward { "forward" } else { "back" }),
            Travel::Compare(a, b) => write!(f, "compare {a} {b}"),
        }
    }
}

impl fmt::Display for Goto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goto::Turn(turn) => write!(f, "{turn}"),
            Goto::Time(us) => write!(f, "{us}us"),
            Goto::Bookmark(name) => f.write_str(&quoted(name)),
            Goto::Start => f.write_str("start"),
            Goto::Present => f.write_str("present"),
            Goto::Ran { pc, pid } => {
                write!(f, "ran 0x{pc:04X}")?;
                pid.map_or(Ok(()), |pid| write!(f, " -p {pid}"))
            }
            Goto::Race { next } => f.write_str(if *next { "next race" } else { "previous race" }),
            Goto::Deepest { pid } => write!(f, "deepest -p {pid}"),
            Goto::Entered { frame, pid } => write!(f, "entered {frame} -p {pid}"),
            Goto::Event { next, kinds, pid } => {
                f.write_str(if *next { "next" } else { "previous" })?;
                kinds.iter().try_for_each(|kind| write!(f, " {}", kind.name().to_lowercase()))?;
                pid.map_or(Ok(()), |pid| write!(f, " -p {pid}"))
            }
        }
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Written::Register { pid, reg } => write!(f, "{pid} r{reg}"),
            Written::Memory { pid, address, bytes } => write!(f, "{pid} 0x{address:04X} {bytes}"),
        }
    }
}

impl fmt::Display for OriginOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OriginOf { place, depth, nodes, addresses } = self;
        place.map_or(Ok(()), |place| write!(f, " {place}"))?;
        depth.map_or(Ok(()), |depth| write!(f, " depth {depth}"))?;
        nodes.map_or(Ok(()), |nodes| write!(f, " nodes {nodes}"))?;
        f.write_str(if *addresses { " address" } else { "" })
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Branch::Go { branch, turn: None } => write!(f, "go {branch}"),
            Branch::Go { branch, turn: Some(turn) } => write!(f, "go {branch} {turn}"),
            Branch::Next => f.write_str("next"),
            Branch::Name { branch, name } => write!(f, "name {branch} {}", quoted(name)),
            Branch::Delete(branch) => write!(f, "delete {branch}"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Side::Branch(number) => write!(f, "{number}"),
            Side::File(path) => f.write_str(&quoted(path)),
        }
    }
}
