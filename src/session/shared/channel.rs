//! What a mailbox passes on from senders to receivers, and, where it fills up, from receivers to senders.

use super::clock::Clock;
use crate::executive::Machine;
use crate::executive::mailbox::{Mailbox, OVERHEAD, mode};
use std::collections::VecDeque;

/// A message in the queue, or not long out of it: copies in taps may outlive it.
#[derive(Debug, Clone, Default)]
struct Sent {
    seq: u32,
    cost: u64,
    /// What happened before it was sent.
    sender: Clock,
    /// What happened before it was received, by all who have received it so far.
    receivers: Clock,
}

/// A mailbox as messages order turns.
#[derive(Debug, Clone, Default)]
pub(super) struct Channel {
    /// In the order of their numbers, without gaps.
    messages: VecDeque<Sent>,
    /// How many of them, from the first on, take no room any more.
    gone: usize,
    /// Bytes of the others.
    used: u64,
    /// Bytes of all messages that were removed.
    removed: u64,
    /// Removals a later message may owe its room to: bytes removed before each, and the receipts it took.
    room: VecDeque<(u64, Clock)>,
    /// Receipts to which every later message owes its room, as long as the mailbox does not grow.
    floor: Clock,
}

impl Channel {
    /// A mailbox at the start of a window: of what is in it nothing is known but the room it takes.
    pub fn of(mailbox: &Mailbox) -> Channel {
        let mut channel = Channel::default();
        mailbox.messages().for_each(|m| channel.sent(m.seq, m.len(), Clock::default()));
        channel
    }

    /// The receipts without which a message of `len` bytes that is sent now would not fit.
    pub fn room_for(&mut self, mailbox: &Mailbox, len: u32) -> Clock {
        let drops = mailbox.is_fanout() && mailbox.mode() & mode::FANOUT_BLOCK == 0;
        if drops {
            return Clock::default();
        }
        let over = |cost: u64| (self.removed + self.used + cost).saturating_sub(mailbox.capacity().into());
        let (needed, sure) = (over(u64::from(len) + u64::from(OVERHEAD)), over(0));
        let mut clock = self.floor.clone();
        self.room.iter().take_while(|(before, _)| *before < needed).for_each(|(_, receipts)| clock.join(receipts));
        let owed = self.room.partition_point(|(before, _)| *before < sure);
        self.room.drain(..owed).for_each(|(_, receipts)| self.floor.join(&receipts));
        clock
    }

    /// A message was queued.
    pub fn sent(&mut self, seq: u32, len: u32, sender: Clock) {
        let cost = u64::from(len) + u64::from(OVERHEAD);
        self.used += cost;
        self.messages.push_back(Sent { seq, cost, sender, receivers: Clock::default() });
    }

    fn place(&self, seq: u32) -> Option<usize> {
        let place = seq.wrapping_sub(self.messages.front()?.seq) as usize;
        (place < self.messages.len()).then_some(place)
    }

    /// What happened before a message was sent.
    pub fn sender(&self, seq: u32) -> Option<&Clock> {
        self.place(seq).map(|place| &self.messages[place].sender)
    }

    /// A message was received, and not from a tap: what happened before that.
    pub fn received(&mut self, seq: u32, receiver: &Clock) {
        if let Some(place) = self.place(seq) {
            self.messages[place].receivers.join(receiver);
        }
    }

    /// The senders of what is in the queue, or of as many of the newest messages as a tap holds.
    pub fn queued(&self, tapped: Option<usize>) -> Clock {
        let mut clock = Clock::default();
        let first = tapped.map_or(self.gone, |copies| self.messages.len().saturating_sub(copies));
        self.messages.range(first..).for_each(|m| clock.join(&m.sender));
        clock
    }

    /// Takes in which messages the mailbox still holds.
    pub fn settle(&mut self, mailbox: &Mailbox) {
        let (head, depth) = (mailbox.head_seq(), mailbox.depth());
        while let Some(message) = self.messages.get_mut(self.gone)
            && message.seq.wrapping_sub(head) >= depth
        {
            self.room.push_back((self.removed, std::mem::take(&mut message.receivers)));
            self.removed += message.cost;
            self.used -= message.cost;
            self.gone += 1;
        }
        // A tap holds no more copies than fit the mailbox.
        let tapped = mailbox.taps().next().is_some();
        let copies = if tapped { mailbox.capacity() / (OVERHEAD + 1) + 1 } else { 0 };
        while self.gone > 0 && self.messages.len() > copies as usize {
            self.messages.pop_front();
            self.gone -= 1;
        }
    }
}

/// The payload bytes of a message that was just queued; `copied` if it is gone already.
pub(super) fn length(machine: &Machine, descriptor: u16, seq: u32, copied: u32) -> u32 {
    let queued = machine.mailboxes().get(descriptor);
    queued.and_then(|b| b.messages().find(|m| m.seq == seq).map(|m| m.len())).unwrap_or(copied)
}
