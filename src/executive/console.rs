//! What tasks printed: a bounded list of writes.

use super::Pid;
use std::collections::VecDeque;

/// Where a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// UART_WRITE.
    Uart,
    /// A message to the task's stdout mailbox.
    Stdout,
    /// A message to the task's stderr mailbox.
    Stderr,
    /// CAN_TX.
    Can,
    /// TASK_EXIT.
    Exit,
    /// A service nobody answers.
    Service,
}

impl Stream {
    /// The stream's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Stream::Uart => "uart",
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
            Stream::Can => "can",
            Stream::Exit => "exit",
            Stream::Service => "service",
        }
    }
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line {
    /// Who wrote.
    pub pid: Pid,
    /// Where to.
    pub stream: Stream,
    /// What, as written; invalid UTF-8 is dropped. Control characters are still in it.
    pub text: String,
    /// In which turn.
    pub turn: u64,
}

/// The last writes of all tasks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Console {
    lines: VecDeque<Line>,
    dropped: u64,
}

/// Lines kept.
const KEPT: usize = 4096;

impl Console {
    /// Adds a write; the oldest one goes when there are too many.
    pub fn push(&mut self, line: Line) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(line);
    }

    /// The writes kept, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &Line> + ExactSizeIterator {
        self.lines.iter()
    }

    /// Writes no longer kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
