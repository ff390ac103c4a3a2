//! A tap: a handle that gets a copy of every message, which no other task notices.
//!
//! Knows nothing of the mailbox but its capacity.

use super::queue::{Message, Queue, Stamp};

/// Length of the window of the rate limit, in microseconds.
const WINDOW: u64 = 1_000_000;

/// The copies one tap has not read yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Tap {
    queue: Queue,
    overrun: bool,
    dropped: u64,
    window: Option<Window>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Window {
    start: u64,
    copies: u32,
}

impl Tap {
    /// Keeps a copy. The oldest copies make room; above `rate` copies a second (0: no limit) it is lost itself.
    pub(super) fn copy(&mut self, message: &Message, capacity: u32, rate: u32, at: Stamp) {
        if !self.admits(rate, at.micros) {
            self.lose(1);
            return;
        }
        while !self.queue.is_empty() && !self.queue.fits(message.cost(), capacity) {
            self.queue.pop();
            self.lose(1);
        }
        self.queue.push(message.clone());
    }

    /// The oldest copy, and whether copies before it were lost.
    pub(super) fn take(&mut self) -> Option<(Message, bool)> {
        let message = self.queue.pop()?;
        Some((message, std::mem::take(&mut self.overrun)))
    }

    /// Forgets how many copies the current second has seen.
    pub(super) fn restart_window(&mut self) {
        self.window = None;
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.queue
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn admits(&mut self, rate: u32, now: u64) -> bool {
        if rate == 0 {
            return true;
        }
        let window = match self.window {
            Some(window) if now.saturating_sub(window.start) < WINDOW => window,
            _ => Window { start: now, copies: 0 },
        };
        let admitted = window.copies < rate;
        self.window = Some(Window { copies: window.copies + u32::from(admitted), ..window });
        admitted
    }

    fn lose(&mut self, copies: u64) {
        self.overrun = true;
        self.dropped += copies;
    }
}
