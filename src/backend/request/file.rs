//! Files of the host: programs, recordings, traces.

use super::text::quoted;
use crate::executive::Pid;
use crate::export::Format;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// Something about files of the host. Paths are as typed, relative to the working directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum File {
    /// Load a program as a new task.
    Load(String),
    /// Read a task's program again and load it in place of the task.
    Reload(Pid),
    /// Take names and lines of a task's program from another symbol file.
    Symbols {
        /// Whose.
        pid: Pid,
        /// The file.
        path: String,
    },
    /// Look for sources in another place, too.
    Sources(SourceDirectory),
    /// Open a recording in place of this session.
    Replay(String),
    /// Begin again as the session began: its programs at turn 0, without past, stops and displays.
    Reset,
    /// Begin again with all programs read from their files, with the stops, displays and settings there are; and run to
    /// this turn, whatever would stop it on the way.
    Restart(Option<u64>),
    /// Write the current branch as a recording.
    Record(String),
    /// Write the command lines that set the stops as they are.
    Stops(String),
    /// Write the trace of the current branch in a format of other tools.
    Export {
        /// Which format.
        format: Format,
        /// Which file.
        path: String,
    },
    /// Write the machine's files into a directory.
    Files(String),
    /// Write the wait-for graph for Graphviz.
    Waits(String),
    /// Write who took the turns so far, as a schedule.
    Schedule(String),
}

/// Where sources may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceDirectory {
    /// In this directory.
    Directory(String),
    /// Where the beginning of a path has moved to.
    Moved {
        /// How paths begin in symbol files.
        old: String,
        /// What stands there now.
        new: String,
    },
}

impl File {
    /// The file or directory of the host that it is about.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        let path = match self {
            File::Load(path)
            | File::Symbols { path, .. }
            | File::Replay(path)
            | File::Record(path)
            | File::Stops(path)
            | File::Export { path, .. }
            | File::Files(path)
            | File::Waits(path)
            | File::Schedule(path)
            | File::Sources(SourceDirectory::Directory(path) | SourceDirectory::Moved { new: path, .. }) => path,
            File::Reload(_) | File::Reset | File::Restart(_) => return None,
        };
        Some(Path::new(path))
    }

    /// Whether it changes the session, not only files of the host.
    #[must_use]
    pub const fn is_journaled(&self) -> bool {
        match self {
            File::Load(_)
            | File::Reload(_)
            | File::Symbols { .. }
            | File::Sources(_)
            | File::Replay(_)
            | File::Reset
            | File::Restart(_) => true,
            File::Record(_)
            | File::Stops(_)
            | File::Export { .. }
            | File::Files(_)
            | File::Waits(_)
            | File::Schedule(_) => false,
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            File::Load(path) => write!(f, "load {}", quoted(path)),
            File::Reload(pid) => write!(f, "reload {pid}"),
            File::Symbols { pid, path } => write!(f, "sym load {pid} {}", quoted(path)),
            File::Sources(SourceDirectory::Directory(path)) => write!(f, "directory {}", quoted(path)),
            File::Sources(SourceDirectory::Moved { old, new }) => {
                write!(f, "directory {}", quoted(&format!("{old}={new}")))
            }
            File::Replay(path) => write!(f, "replay {}", quoted(path)),
            File::Reset => f.write_str("reset"),
            File::Restart(None) => f.write_str("restart"),
            File::Restart(Some(turn)) => write!(f, "restart turn {turn}"),
            File::Stops(path) => write!(f, "save stops {}", quoted(path)),
            File::Record(path) => write!(f, "record {}", quoted(path)),
            File::Export { format, path } => write!(f, "export {} {}", format.name(), quoted(path)),
            File::Files(path) => write!(f, "fs export {}", quoted(path)),
            File::Waits(path) => write!(f, "waits dot {}", quoted(path)),
            File::Schedule(path) => write!(f, "schedule show {}", quoted(path)),
        }
    }
}
