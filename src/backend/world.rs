//! What the others have done since a task's last turn that it will read: the world as one task meets it.

use super::Want;
use super::local::Local;
use super::refused::Refused;
use crate::executive::mailbox::{DescriptorId, Message};
use crate::executive::{Machine, Pid};
use crate::explore::{Readable, UpcomingRead, upcoming_reads};
use crate::session::{PastPosition, Writer, now};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What others have done since a task's last turn that it will read if it continues alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldView {
    /// Which task.
    pub pid: Pid,
    /// The turn that it took last; 0 if it has taken none.
    pub since: u64,
    /// Turns of its own that were looked through for what it reads.
    pub ahead: u64,
    /// What has changed, in the order in which it reads it.
    pub changes: Vec<WorldChange>,
}

/// Something that has changed, and where it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldChange {
    /// What.
    pub what: WorldNews,
    /// Who has changed it: 0 for the host.
    pub by: Pid,
    /// The turn it was done in; for an input the turn before it.
    pub turn: u64,
    /// The instruction that did it, by name, where that is known.
    pub place: Option<String>,
    /// Which of the task's turns reads it, counted from its start.
    pub read_in: u64,
    /// The address of the instruction that reads it, by name.
    pub read_at: String,
}

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorldNews {
    /// Bytes of memory.
    Bytes {
        /// First address.
        address: u32,
        /// How many: 1, 2 or 4, or more for a buffer that a service reads.
        len: u32,
        /// Its name, where that was asked for and there is one.
        name: Option<String>,
        /// What stood there after the task's last turn.
        old: Vec<u8>,
        /// What stands there.
        new: Vec<u8>,
    },
    /// A message that was sent.
    Message {
        /// The mailbox.
        mailbox: String,
        /// Its number there.
        seq: u32,
        /// Its bytes.
        data: Vec<u8>,
    },
}

/// What was found out last, and where the machine stood.
pub(super) type Kept = Option<(PastPosition, Arc<WorldView>)>;

impl Local {
    /// What others have done since a task's last turn that it will read.
    ///
    /// # Errors
    /// Something runs, or there is no such task.
    pub fn world(&mut self, pid: Pid) -> Result<WorldView, Refused> {
        self.standing()?;
        let task = self.machine().task(pid).ok_or(crate::executive::input::Refused::NoTask(pid))?;
        let since = task.last_turn;
        let (reads, ahead) = upcoming_reads(self.machine(), pid);
        let before = self.session.past(since)?;
        let words = changed_words(self.machine(), &before, &reads);
        let writers = now(self.session.last_writers(&words, since))?;
        let changes = reads.iter().filter_map(|read| self.change(&before, read, (pid, since), &writers)).collect();
        Ok(WorldView { pid, since, ahead, changes })
    }

    /// The same with the names of places in memory.
    pub(super) fn named_world(&mut self, pid: Pid) -> Result<WorldView, Refused> {
        let mut world = self.world(pid)?;
        let now = self.look(&Want::lists());
        for change in &mut world.changes {
            if let WorldNews::Bytes { address, name, .. } = &mut change.what {
                *name = now.address_name(*address);
            }
        }
        Ok(world)
    }

    /// The same for a screen, found out once for each place.
    pub(super) fn world_shown(&mut self, pid: Pid) -> Option<Arc<WorldView>> {
        let here = self.session.place();
        if let Some((place, kept)) = &self.kept_world
            && (*place, kept.pid) == (here, pid)
        {
            return Some(Arc::clone(kept));
        }
        let world = Arc::new(self.world(pid).ok()?);
        self.kept_world = Some((here, Arc::clone(&world)));
        Some(world)
    }

    /// What of a read is news to a task that took its last turn at `since`.
    fn change(
        &self,
        before: &Machine,
        read: &UpcomingRead,
        (pid, since): (Pid, u64),
        writers: &BTreeMap<u32, Writer>,
    ) -> Option<WorldChange> {
        let place = |pid: Pid, pc: u32| self.listing(pid).map_or_else(|| format!("0x{pc:04X}"), |l| l.named(None, pc));
        let (read_in, read_at) = (read.n, place(pid, read.pc));
        match read.what {
            Readable::Bytes { address, len } => {
                let (old, new) = (bytes(before, address, len), bytes(self.machine(), address, len));
                let words = (address / 4..(address + len).div_ceil(4)).map(|word| 4 * word);
                let newest = words.filter_map(|word| writers.get(&word)).max_by_key(|writer| writer.turn);
                let writer = newest.filter(|_| old != new)?;
                let what = WorldNews::Bytes { address, len, name: None, old, new };
                let (by, by_place) = (writer.pid.unwrap_or(0), writer.pid.zip(writer.pc));
                let place = by_place.map(|(pid, pc)| place(pid, pc));
                Some(WorldChange { what, by, turn: writer.turn, place, read_in, read_at })
            }
            Readable::Message { mailbox, seq } => {
                let message = message(self.machine(), mailbox, seq).filter(|m| m.turn > since)?;
                let (data, name) = (message.payload.clone(), self.machine().mailbox_name(mailbox));
                let what = WorldNews::Message { mailbox: name, seq, data };
                Some(WorldChange { what, by: message.source, turn: message.turn, place: None, read_in, read_at })
            }
        }
    }
}

fn bytes(machine: &Machine, address: u32, len: u32) -> Vec<u8> {
    let ram = machine.ram().storage();
    ram.get(address as usize..(address + len) as usize).unwrap_or_default().to_vec()
}

/// The words of the bytes that are not what they were.
fn changed_words(now: &Machine, before: &Machine, reads: &[UpcomingRead]) -> Vec<u32> {
    let words = reads.iter().flat_map(|read| match read.what {
        Readable::Bytes { address, len } if bytes(now, address, len) != bytes(before, address, len) => {
            address / 4..(address + len).div_ceil(4)
        }
        Readable::Bytes { .. } | Readable::Message { .. } => 0..0,
    });
    let mut words: Vec<u32> = words.map(|word| 4 * word).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn message(machine: &Machine, mailbox: DescriptorId, seq: u32) -> Option<&Message> {
    machine.mailboxes().get(mailbox)?.messages().find(|message| message.seq == seq)
}
