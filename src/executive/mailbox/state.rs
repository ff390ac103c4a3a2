//! One mailbox: its queue, its readers, who waits, and the rules of delivery.
//!
//! A reader is a handle that is open on it. A position is the number of the next message a reader will get; it never
//! lies before the oldest message, so that numbers may wrap. Knows nothing of other mailboxes.

use std::collections::BTreeMap;

use super::error::MailboxError;
use super::mode;
use super::name::Name;
use super::queue::{Message, OVERHEAD, Queue, Stamp, size};
use super::tap::Tap;
use super::{Counters, Delivery, DescriptorId, Dropped, Handle, Sent, TapView};
use crate::executive::Pid;

/// Messages were lost before this one.
pub const OVERRUN: u16 = 8;

/// A mailbox, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    descriptor: DescriptorId,
    name: Name,
    capacity: u32,
    mode: u16,
    /// Who set capacity and mode last; they last as long as that task.
    pub(super) bound_by: Option<Pid>,
    queue: Queue,
    next_seq: u32,
    readers: BTreeMap<(Pid, Handle), Reader>,
    waiters: Vec<(Pid, Handle)>,
    counters: Counters,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Reader {
    position: u32,
    overrun: bool,
    /// It sent and has not received since: it holds back no message.
    sender: bool,
    tap: Option<Tap>,
}

impl Reader {
    fn at(position: u32) -> Reader {
        Reader { position, ..Reader::default() }
    }

    fn holds_back(&self) -> bool {
        !self.sender && self.tap.is_none()
    }
}

/// A message to be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft<'a> {
    pub(super) source: Pid,
    pub(super) payload: &'a [u8],
    pub(super) flags: u16,
    pub(super) channel: u16,
    pub(super) at: Stamp,
}

/// What a view shows.
impl Mailbox {
    /// Its id.
    #[must_use]
    pub fn descriptor(&self) -> DescriptorId {
        self.descriptor
    }

    /// Whether it is a task's own: one of its standard streams, or its control mailbox.
    #[must_use]
    pub fn is_of(&self, pid: Pid) -> bool {
        self.name().owner == Some(pid)
    }

    /// Its name; the owner is part of it.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Bytes it can hold, [`OVERHEAD`] bytes per message included.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Bytes in use.
    #[must_use]
    pub fn used(&self) -> u32 {
        self.queue.used()
    }

    /// Queued messages.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.queue.depth()
    }

    /// Mode bits, see [`mode`].
    #[must_use]
    pub fn mode(&self) -> u16 {
        self.mode
    }

    /// Whether every reader gets every message.
    #[must_use]
    pub fn is_fanout(&self) -> bool {
        self.mode & mode::FANOUT != 0
    }

    /// Number of the oldest message; [`Mailbox::next_seq`] if there is none.
    #[must_use]
    pub fn head_seq(&self) -> u32 {
        self.next_seq.wrapping_sub(self.queue.depth())
    }

    /// Number the next message will get.
    #[must_use]
    pub fn next_seq(&self) -> u32 {
        self.next_seq
    }

    /// Who waits for a message, in the order of waking.
    #[must_use]
    pub fn waiters(&self) -> &[(Pid, Handle)] {
        &self.waiters
    }

    /// The handles open on it.
    pub fn handles(&self) -> impl Iterator<Item = (Pid, Handle)> + '_ {
        self.readers.keys().copied()
    }

    /// The handles that are taps.
    pub fn taps(&self) -> impl Iterator<Item = TapView> + '_ {
        self.readers.iter().filter_map(|(&(pid, handle), reader)| {
            let tap = reader.tap.as_ref()?;
            Some(TapView { pid, handle, depth: tap.queue().depth(), dropped: tap.dropped() })
        })
    }

    /// With fan-out: who reads for itself, and the number of the message it gets next.
    pub fn positions(&self) -> impl Iterator<Item = (Pid, u32)> + '_ {
        let reads = self.readers.iter().filter(|(_, reader)| self.is_fanout() && reader.holds_back());
        reads.map(|(&(pid, _), reader)| (pid, reader.position))
    }

    /// The queued messages, oldest first.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.queue.iter()
    }

    /// Sums since it was created.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

/// What the tables of mailboxes do with it.
impl Mailbox {
    pub(super) fn new(descriptor: DescriptorId, name: Name, capacity: u32, mode: u16) -> Mailbox {
        Mailbox {
            descriptor,
            name,
            capacity,
            mode,
            bound_by: None,
            queue: Queue::default(),
            next_seq: 0,
            readers: BTreeMap::new(),
            waiters: Vec::new(),
            counters: Counters::default(),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.readers.is_empty() && self.queue.is_empty()
    }

    /// A new reader starts after the last message; without fan-out the position has no meaning.
    pub(super) fn open(&mut self, pid: Pid, handle: Handle) {
        self.readers.insert((pid, handle), Reader::at(self.next_seq));
    }

    pub(super) fn close(&mut self, pid: Pid, handle: Handle) {
        self.readers.remove(&(pid, handle));
        self.waiters.retain(|&waiter| waiter != (pid, handle));
        self.reclaim();
    }

    /// Takes over a mode other than 0. Only an empty mailbox can change the way it queues.
    pub(super) fn set_mode(&mut self, mode: u16) -> Result<(), MailboxError> {
        if mode == 0 || mode == self.mode {
            return Ok(());
        }
        if (mode ^ self.mode) & mode::DISCIPLINE != 0 {
            if !self.queue.is_empty() {
                let (descriptor, queued, from) = (self.descriptor, self.depth(), self.mode);
                return Err(MailboxError::ModeInUse { descriptor, queued, from, to: mode });
            }
            let position = self.next_seq;
            for reader in self.readers.values_mut() {
                *reader = Reader { tap: reader.tap.take(), ..Reader::at(position) };
            }
        }
        self.mode = mode;
        Ok(())
    }

    /// Takes over a capacity other than 0; what no longer fits is lost, oldest first.
    pub(super) fn set_capacity(&mut self, capacity: u32) -> Vec<Dropped> {
        if capacity != 0 {
            self.capacity = capacity;
        }
        self.drop_until_fits(0)
    }

    pub(super) fn wait(&mut self, pid: Pid, handle: Handle) {
        self.waiters.push((pid, handle));
    }

    pub(super) fn stop_waiting(&mut self, pid: Pid) {
        self.waiters.retain(|&(waiter, _)| waiter != pid);
    }

    pub(super) fn set_tap(&mut self, pid: Pid, handle: Handle, on: bool) {
        let end = self.next_seq;
        let Some(reader) = self.readers.get_mut(&(pid, handle)) else { return };
        if on {
            reader.tap.get_or_insert_default().restart_window();
        } else if reader.tap.is_some() {
            *reader = Reader::at(end);
        }
        self.reclaim();
    }

    /// Messages, bytes, and the length of the next message for this handle. A tap sees its own buffer.
    pub(super) fn peek(&self, pid: Pid, handle: Handle) -> (u32, u32, u32) {
        let reader = self.readers.get(&(pid, handle));
        let tap = reader.and_then(|reader| reader.tap.as_ref());
        let queue = tap.map_or(&self.queue, Tap::queue);
        let index = match reader {
            Some(reader) if tap.is_none() && self.is_fanout() => reader.position.wrapping_sub(self.head_seq()),
            _ => 0,
        };
        (queue.depth(), queue.used(), queue.get(index).map_or(0, Message::len))
    }

    /// Queues a message, copies it to the taps and gives it to those who wait.
    pub(super) fn send(
        &mut self,
        via: Option<(Pid, Handle)>,
        draft: Draft<'_>,
        tap_rate: u32,
    ) -> Result<Sent, MailboxError> {
        if let Some(reader) = via.and_then(|handle| self.readers.get_mut(&handle)) {
            reader.sender = true;
        }
        self.reclaim();
        if draft.payload.is_empty() {
            return Ok(Sent { descriptor: self.descriptor, seq: None, dropped: Vec::new(), deliveries: Vec::new() });
        }
        let dropped = self.make_room(size(draft.payload))?;
        let seq = self.enqueue(draft, tap_rate);
        Ok(Sent { descriptor: self.descriptor, seq: Some(seq), dropped, deliveries: self.deliver() })
    }

    /// The next message for a handle, if there is one.
    pub(super) fn take(&mut self, pid: Pid, handle: Handle) -> Option<Message> {
        self.reclaim();
        let (head, fanout) = (self.head_seq(), self.is_fanout());
        let reader = self.readers.get_mut(&(pid, handle))?;
        if let Some(tap) = &mut reader.tap {
            return tap.take().map(|(message, overrun)| marked(message, overrun));
        }
        let message = if fanout {
            let message = self.queue.get(reader.position.wrapping_sub(head))?.clone();
            reader.position = reader.position.wrapping_add(1);
            message
        } else {
            self.queue.pop()?
        };
        reader.sender = false;
        let overrun = std::mem::take(&mut reader.overrun);
        self.counters.received += 1;
        self.reclaim();
        Some(marked(message, overrun))
    }

    /// Gives messages to those who wait, in the order in which they began to: one message each. Without fan-out
    /// those behind the last message continue to wait; with it, those who have read everything.
    pub(super) fn deliver(&mut self) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for (pid, handle) in std::mem::take(&mut self.waiters) {
            match self.take(pid, handle) {
                Some(message) => deliveries.push(Delivery { pid, handle, descriptor: self.descriptor, message }),
                None => self.waiters.push((pid, handle)),
            }
        }
        deliveries
    }

    fn make_room(&mut self, length: u32) -> Result<Vec<Dropped>, MailboxError> {
        let (descriptor, capacity) = (self.descriptor, self.capacity);
        let requested = length.saturating_add(OVERHEAD);
        if requested > capacity {
            return Err(MailboxError::TooLarge { descriptor, length, requested, capacity });
        }
        let may_drop = self.is_fanout() && self.mode & mode::FANOUT_BLOCK == 0;
        if !may_drop && !self.queue.fits(requested, capacity) {
            return Err(MailboxError::WouldBlock { descriptor, requested, used: self.used(), capacity });
        }
        Ok(self.drop_until_fits(requested))
    }

    fn enqueue(&mut self, draft: Draft<'_>, tap_rate: u32) -> u32 {
        let Draft { source, payload, flags, channel, at } = draft;
        let seq = self.next_seq;
        let message = Message { seq, payload: payload.to_vec(), flags, source, channel, turn: at.turn };
        for tap in self.readers.values_mut().filter_map(|reader| reader.tap.as_mut()) {
            tap.copy(&message, self.capacity, tap_rate, at);
        }
        self.queue.push(message);
        self.next_seq = seq.wrapping_add(1);
        self.counters.sent += 1;
        self.counters.high_water = self.counters.high_water.max(self.depth());
        seq
    }

    fn drop_until_fits(&mut self, cost: u32) -> Vec<Dropped> {
        let mut dropped = Vec::new();
        while self.used() > self.capacity || !self.queue.fits(cost, self.capacity) {
            let Some(message) = self.pop_oldest(true) else { break };
            self.counters.dropped += 1;
            let len = message.len();
            let Message { seq, source, flags, channel, .. } = message;
            dropped.push(Dropped { seq, source, len, flags, channel });
        }
        dropped
    }

    /// Fan-out: removes what every reader has read. Without readers nothing goes.
    fn reclaim(&mut self) {
        if !self.is_fanout() {
            return;
        }
        let head = self.head_seq();
        let read = self.readers.values().filter(|reader| reader.holds_back());
        let everyone = read.map(|reader| reader.position.wrapping_sub(head)).min();
        for _ in 0..everyone.unwrap_or(0) {
            self.pop_oldest(false);
        }
    }

    /// Removes the oldest message and moves those who had not read it past it; if it is `lost`, they are informed.
    fn pop_oldest(&mut self, lost: bool) -> Option<Message> {
        let fanout = self.is_fanout();
        let message = self.queue.pop()?;
        for reader in self.readers.values_mut() {
            let unread = fanout && reader.position == message.seq;
            if unread {
                reader.position = message.seq.wrapping_add(1);
            }
            reader.overrun |= lost && unread && reader.holds_back();
        }
        Some(message)
    }
}

#[cfg(test)]
impl Mailbox {
    pub(super) fn start_at(&mut self, seq: u32) {
        self.next_seq = seq;
    }
}

fn marked(mut message: Message, overrun: bool) -> Message {
    if overrun {
        message.flags |= OVERRUN;
    }
    message
}
