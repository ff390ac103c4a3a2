//! Answers about files of the host.

use crate::executive::Pid;
use serde::Serialize;

/// A program that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// The task.
    pub pid: Pid,
    /// Its name.
    pub name: String,
    /// What was odd about the program.
    pub warnings: Vec<String>,
    /// The task it took the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_pid: Option<Pid>,
    /// Stops whose place is not in the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost_stops: Vec<u32>,
    /// The places that those were asked for with, in the same order; empty where an address was.
    #[serde(skip)]
    pub lost_places: Vec<String>,
}

/// A recording that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Its path.
    pub file: String,
    /// Turns in it.
    pub turn: u64,
    /// Things from outside in it, loads included.
    pub inputs: usize,
    /// The digest of the state at its end.
    pub digest: String,
    /// Other branches, which are not in it.
    pub left_out: Vec<u32>,
}

/// A trace that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Its path.
    pub file: String,
    /// Its format.
    pub format: &'static str,
    /// Turns in it.
    pub turns: u64,
}

/// Files of the machine that were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Files {
    /// Into which directory.
    pub directory: String,
    /// Their names in the machine.
    pub files: Vec<String>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Its path.
    pub file: String,
    /// Its length, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
}

/// Where sources are looked for beside their images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Places {
    /// Directories, and OLD=NEW for what has moved.
    pub places: Vec<String>,
    /// Programs that more is known of now.
    pub found: usize,
}

/// Symbols of a task that were read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SymbolsRead {
    /// Whose.
    pub pid: Pid,
    /// How many.
    pub count: usize,
    /// What was odd about them.
    pub warnings: Vec<String>,
    /// The file's path.
    #[serde(skip)]
    pub file: String,
}

/// A session that began again with its programs read from their files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restarted {
    /// Turns done.
    pub turn: u64,
    /// Stops whose place is in no program any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost_stops: Vec<u32>,
}
