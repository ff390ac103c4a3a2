//! How standard streams pass messages on.

use crate::executive::Pid;
use crate::executive::mailbox::mode;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// Whose streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those of tasks loaded later.
    Default,
    /// Those of all tasks, and of tasks loaded later.
    All,
    /// Those of a task.
    Task(Pid),
}

/// Which streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Streams {
    /// Input.
    In,
    /// Output.
    Out,
    /// Errors.
    Err,
    /// Output and errors.
    Both,
    /// All three.
    All,
}

/// How a stream passes messages on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamMode {
    /// To one reader.
    Off,
    /// To every reader; a full box drops its oldest messages.
    Fanout,
    /// To every reader; a full box refuses new messages.
    Block,
}

impl Whose {
    /// Whether a task is meant, or with 0 those that are loaded later.
    #[must_use]
    pub const fn has(self, pid: Pid) -> bool {
        match self {
            Whose::Default => pid == 0,
            Whose::All => true,
            Whose::Task(one) => pid == one,
        }
    }
}

impl Streams {
    /// All of them.
    pub const ALL: [Streams; 5] = [Streams::In, Streams::Out, Streams::Err, Streams::Both, Streams::All];

    /// The word for them.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Streams::In => "in",
            Streams::Out => "out",
            Streams::Err => "err",
            Streams::Both => "both",
            Streams::All => "all",
        }
    }

    /// Their numbers: input 0, output 1, errors 2.
    #[must_use]
    pub const fn numbers(self) -> Range<usize> {
        match self {
            Streams::In => 0..1,
            Streams::Out => 1..2,
            Streams::Err => 2..3,
            Streams::Both => 1..3,
            Streams::All => 0..3,
        }
    }
}

impl StreamMode {
    /// All of them.
    pub const ALL: [StreamMode; 3] = [StreamMode::Off, StreamMode::Fanout, StreamMode::Block];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            StreamMode::Off => "off",
            StreamMode::Fanout => "fanout",
            StreamMode::Block => "block",
        }
    }

    /// The mode of a mailbox that passes messages on so.
    #[must_use]
    pub const fn bits(self) -> u16 {
        match self {
            StreamMode::Off => mode::RDWR,
            StreamMode::Fanout => mode::RDWR | mode::FANOUT | mode::FANOUT_DROP,
            StreamMode::Block => mode::RDWR | mode::FANOUT | mode::FANOUT_BLOCK,
        }
    }

    /// How a mailbox with these bits passes messages on.
    #[must_use]
    pub const fn of(bits: u16) -> StreamMode {
        match (bits & mode::FANOUT != 0, bits & mode::FANOUT_BLOCK != 0) {
            (false, _) => StreamMode::Off,
            (true, false) => StreamMode::Fanout,
            (true, true) => StreamMode::Block,
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whose::Default => f.write_str("default"),
            Whose::All => f.write_str("all"),
            Whose::Task(pid) => pid.fmt(f),
        }
    }
}
