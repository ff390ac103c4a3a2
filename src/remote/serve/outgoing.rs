//! What a connection is still to be sent: replies and events in their order, bounded. Filling it never waits for
//! the peer.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Requests of one connection that are not answered yet; its reader waits then.
const UNANSWERED: usize = 256;

/// A connection, as those see it that answer.
pub(super) struct Outgoing {
    /// Its number.
    pub id: u64,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    lines: VecDeque<QueuedLine>,
    events: usize,
    /// Requests that were read and whose replies are not written.
    unanswered: usize,
    /// It carries events: silence is filled.
    streams: bool,
    /// Nothing more is to come.
    ending: bool,
    /// The peer is gone.
    gone: bool,
}

/// A line that waits to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum QueuedLine {
    Reply(Arc<str>),
    Event(u64, Arc<str>),
}

/// What a writer has to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// Write this.
    Write(Vec<u8>),
    /// Nothing was to be written for a while on a connection that carries events.
    Silence,
    /// Close the connection.
    End,
}

impl Outgoing {
    pub fn new(id: u64) -> Outgoing {
        Outgoing { id, queue: Mutex::default(), changed: Condvar::new() }
    }

    /// A panic of another holder leaves the lists whole: each change of them is one call.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until another request may be read; false if the connection has ended.
    pub fn admit(&self) -> bool {
        let full = |queue: &mut Queue| queue.unanswered >= UNANSWERED && !queue.ending && !queue.gone;
        let waited = self.changed.wait_while(self.queue(), full);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        queue.unanswered += 1;
        !queue.ending && !queue.gone
    }

    /// Puts a reply behind what waits.
    pub fn reply(&self, line: impl Into<Arc<str>>) {
        let mut queue = self.queue();
        if !queue.gone {
            queue.lines.push_back(QueuedLine::Reply(line.into()));
            self.changed.notify_all();
        }
    }

    /// Puts an event behind what waits. If `most` events wait already, the oldest of them is dropped: its number.
    pub fn event(&self, seq: u64, line: Arc<str>, most: usize) -> Option<u64> {
        let mut queue = self.queue();
        if queue.gone || queue.ending {
            return None;
        }
        let mut dropped = None;
        if queue.events >= most {
            let oldest = queue.lines.iter().position(|line| matches!(line, QueuedLine::Event(..)));
            if let Some(QueuedLine::Event(seq, _)) = oldest.and_then(|at| queue.lines.remove(at)) {
                dropped = Some(seq);
                queue.events -= 1;
            }
        }
        queue.events += 1;
        queue.lines.push_back(QueuedLine::Event(seq, line));
        self.changed.notify_all();
        dropped
    }

    /// From now on it carries events, or no longer.
    pub fn stream(&self, on: bool) {
        self.queue().streams = on;
    }

    /// Closes the connection once what waits is written.
    pub fn end(&self) {
        self.queue().ending = true;
        self.changed.notify_all();
    }

    /// The peer is gone: nothing is kept for it.
    pub fn lost(&self) {
        let mut queue = self.queue();
        queue.gone = true;
        queue.lines.clear();
        queue.events = 0;
        self.changed.notify_all();
    }

    /// Waits for something to be written.
    pub fn next(&self, silence: Duration) -> Writing {
        let mut queue = self.queue();
        while queue.lines.is_empty() {
            if queue.ending || queue.gone {
                return Writing::End;
            }
            let waited = self.changed.wait_timeout(queue, silence).unwrap_or_else(PoisonError::into_inner);
            queue = waited.0;
            if waited.1.timed_out() && queue.lines.is_empty() && queue.streams {
                return Writing::Silence;
            }
        }
        let mut bytes = Vec::new();
        // A few lines at a time: what waits beyond them may still be dropped.
        while bytes.len() < 1 << 16
            && let Some(line) = queue.lines.pop_front()
        {
            let text = match &line {
                QueuedLine::Reply(text) => {
                    queue.unanswered = queue.unanswered.saturating_sub(1);
                    text
                }
                QueuedLine::Event(_, text) => {
                    queue.events -= 1;
                    text
                }
            };
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(b'\n');
        }
        self.changed.notify_all();
        Writing::Write(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_event_goes_when_too_many_wait_and_replies_stay() {
        let out = Outgoing::new(1);
        out.reply("reply");
        for seq in 1..=3 {
            assert_eq!(out.event(seq, format!("event {seq}").into(), 3), None);
        }
        assert_eq!(out.event(4, "event 4".into(), 3), Some(1));
        let written = Writing::Write(b"reply\nevent 2\nevent 3\nevent 4\n".to_vec());
        assert_eq!(out.next(Duration::ZERO), written);
        out.stream(true);
        assert_eq!(out.next(Duration::from_millis(1)), Writing::Silence);
        out.end();
        assert_eq!(out.next(Duration::ZERO), Writing::End);
    }

    #[test]
    fn nothing_is_kept_for_a_peer_that_is_gone() {
        let out = Outgoing::new(1);
        out.reply("before");
        out.lost();
        out.reply("after");
        out.event(1, "after".into(), 3);
        assert_eq!(out.next(Duration::ZERO), Writing::End);
        assert!(!out.admit());
    }
}
