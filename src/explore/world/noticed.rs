//! What others can notice of a step: the memory it touches, the mailboxes, files and ends of tasks.

use super::{AssumptionBroken, World};
use crate::executive::mailbox::Mailboxes;
use crate::executive::reversible::Side;
use crate::executive::services::{self, Seen, stream_handle};
use crate::executive::task::Task;
use crate::explore::footprint::{ALL_BOXES, FILES, Footprint};
use crate::explore::hash::Wide;
use crate::isa::Flow;
use crate::vm::Touch;
use std::hash::{Hash, Hasher};

/// The bit of a mailbox.
fn bit(boxes: &Mailboxes, descriptor: u16) -> u64 {
    boxes.get(descriptor).map_or(0, |mailbox| {
        let mut wide = Wide::default();
        mailbox.name().hash(&mut wide);
        Footprint::mailbox(wide.finish())
    })
}

impl World {
    pub(super) fn watches(&self, foot: &Footprint) -> bool {
        self.rules.total || self.rules.watched.iter().any(|(start, end)| foot.writes(*start, *end))
    }

    /// Whether others can notice a load or store.
    #[inline]
    pub(super) fn notices(&self, index: usize, address: u16, len: u8, write: bool) -> Result<bool, AssumptionBroken> {
        let first = self.notices_at(index, address, write)?;
        let last = address.saturating_add(u16::from(len) - 1);
        Ok(first | (address & !3 != last & !3 && self.notices_at(index, last, write)?))
    }

    #[inline]
    fn notices_at(&self, index: usize, address: u16, write: bool) -> Result<bool, AssumptionBroken> {
        match self.machine.side(index, address) {
            (Side::Bank, _) => Ok(false),
            (Side::Shared, 0) => Ok(true),
            (Side::Shared, owner) if owner == self.machine.tasks()[index].pid || self.rules.total => Ok(false),
            // A store will be refused, which no other task can notice.
            (Side::Shared, _) if write && self.machine.config().protect => Ok(false),
            (Side::Shared, _) => Err(AssumptionBroken::Total),
        }
    }

    /// What a service call is to others, before it is done.
    pub(super) fn service(&self, index: usize) -> Result<Footprint, AssumptionBroken> {
        let task = &self.machine.tasks()[index];
        let boxes = self.machine.mailboxes();
        let ends = boxes.handles(task.pid).fold(0, |bits, (_, at)| bits | bit(boxes, at));
        let mut foot = Footprint::default();
        let insn = task.code.insn_at(task.context.pc).filter(|insn| insn.op.row().access.flow == Flow::Trap);
        let Some((module, function)) = insn.map(|insn| insn.service()) else {
            // BRK, a fault, the last return.
            foot.thing(ends);
            return Ok(if self.rules.total { Footprint::ALL } else { foot });
        };
        let register = |i: u8| self.machine.reg(task, i) as u16;
        let mailbox = |handle: u16| boxes.resolve(task.pid, handle).map_or(0, |at| bit(boxes, at));
        let row = services::service(module, function);
        if !self.rules.numbered && row.is_some_and(|row| row.results.iter().any(|field| field.name == "descriptor")) {
            return Err(AssumptionBroken::Numbered);
        }
        for seen in services::seen(module, function) {
            // Tasks that are alike meet in memory alone: messages name their senders, files and values their owners.
            if self.alike.is_some() && *seen != Seen::End {
                return Err(AssumptionBroken::Named);
            }
            match *seen {
                Seen::Mailbox(i) | Seen::Send(i) => foot.thing(mailbox(register(i))),
                Seen::Stream(i) => foot.thing(stream_handle(register(i)).map_or(0, mailbox)),
                Seen::Mailboxes | Seen::Open(_) => foot.thing(ALL_BOXES),
                Seen::Files => foot.thing(FILES),
                Seen::End => foot.thing(ends),
                Seen::Steps if self.rules.counted => {}
                Seen::Steps => return Err(AssumptionBroken::Counted),
                Seen::Taps | Seen::Time | Seen::Values | Seen::Commands | Seen::Everything => {
                    if !self.rules.total {
                        return Err(AssumptionBroken::Total);
                    }
                }
            }
        }
        Ok(if self.rules.total { Footprint::ALL } else { foot })
    }

    /// Which mailboxes a service has opened or closed, where it may have been any. If there is none, another task may
    /// still notice that it asked.
    pub(super) fn opened_or_closed(&self, index: usize, before: &Mailboxes, foot: &mut Footprint) {
        let (pid, now) = (self.machine.tasks()[index].pid, self.machine.mailboxes());
        let handles = |boxes: &Mailboxes| boxes.handles(pid).collect::<Vec<_>>();
        let (old, new) = (handles(before), handles(now));
        let opened = new.iter().filter(|handle| !old.contains(handle)).map(|(_, at)| bit(now, *at));
        let closed = old.iter().filter(|handle| !new.contains(handle)).map(|(_, at)| bit(before, *at));
        let bits = opened.chain(closed).fold(0, |bits, bit| bits | bit);
        if bits != 0 && !self.rules.numbered {
            foot.only_mailboxes(bits);
        }
    }

    /// What a service has touched in memory.
    pub(super) fn touches(
        &self,
        index: usize,
        woke: u32,
        touched: &[Touch],
        foot: &mut Footprint,
    ) -> Result<(), AssumptionBroken> {
        let mut foreign = false;
        let tasks = self.machine.tasks();
        for touch in touched {
            let owner = self.machine.ram().owner(touch.address as u16);
            match (touch.bank, owner) {
                (Some(_), _) => {}
                (None, 0) => foot.memory(touch.address, touch.len, touch.write),
                (None, owner) => {
                    let mine = |i: usize, t: &Task| t.pid == owner && (i == index || woke & 1 << i != 0);
                    foreign |= !tasks.iter().enumerate().any(|(i, t)| mine(i, t));
                }
            }
        }
        if foreign { Err(AssumptionBroken::Total) } else { Ok(()) }
    }
}
