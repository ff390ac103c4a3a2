//! What tasks printed: a bounded list of writes.

use super::Pid;
use std::collections::VecDeque;
use std::sync::Arc;

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
    /// A service call that is not answered.
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

/// The last writes of all tasks, in pieces that copies share: a machine is copied often.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Console {
    pieces: VecDeque<Arc<Vec<Line>>>,
    /// Writes ever made.
    total: u64,
}

/// Lines kept.
const KEPT: u64 = 4096;
/// Lines in a piece. All but the last piece are full.
const PIECE: u64 = 64;

impl Console {
    /// Adds a write; the oldest one goes when there are too many.
    pub fn push(&mut self, line: Line) {
        match self.pieces.back_mut() {
            Some(last) if !self.total.is_multiple_of(PIECE) => Arc::make_mut(last).push(line),
            _ => self.pieces.push_back(Arc::new(vec![line])),
        }
        self.total += 1;
        if self.first_piece() + PIECE <= self.dropped() {
            self.pieces.pop_front();
        }
    }

    /// The writes kept, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &Line> + ExactSizeIterator {
        // What is kept fits an index: at most KEPT lines and the rest of a piece before them.
        let (from, to) = (self.dropped() - self.first_piece(), self.total - self.first_piece());
        (from as usize..to as usize).map(|i| &self.pieces[i / PIECE as usize][i % PIECE as usize])
    }

    /// Writes no longer kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.total.saturating_sub(KEPT)
    }

    /// Bytes that this console holds and an earlier copy of it does not share.
    pub(super) fn bytes_beyond(&self, earlier: Option<&Console>) -> usize {
        let shared = |piece: &&Arc<Vec<Line>>| {
            earlier.is_some_and(|e| e.pieces.iter().rev().any(|other| Arc::ptr_eq(other, piece)))
        };
        let of_line = |line: &Line| size_of::<Line>() + line.text.len();
        let fresh = self.pieces.iter().rev().take_while(|piece| !shared(piece));
        size_of_val(&self.pieces) + fresh.flat_map(|piece| piece.iter()).map(of_line).sum::<usize>()
    }

    /// Number of the first line of the first piece.
    fn first_piece(&self) -> u64 {
        self.total.next_multiple_of(PIECE) - PIECE * self.pieces.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_the_others_counted() {
        let mut console = Console::default();
        for turn in 0..10_000 {
            console.push(Line { pid: 1, stream: Stream::Uart, text: turn.to_string(), turn });
            let kept = (turn + 1).min(KEPT);
            assert_eq!((console.lines().len() as u64, console.dropped()), (kept, turn + 1 - kept));
            assert_eq!(console.lines().next().map(|l| l.turn), Some(turn + 1 - kept));
            assert_eq!(console.lines().next_back().map(|l| l.turn), Some(turn));
        }
        assert!(console.lines().map(|l| l.turn).eq(10_000 - KEPT..10_000));
        assert!(console.pieces.len() as u64 <= KEPT / PIECE + 1);
    }
}
