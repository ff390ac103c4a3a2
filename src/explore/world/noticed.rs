//! What others can notice of a step: the memory it touches, the mailboxes, files and ends of tasks.

use super::{AssumptionBroken, World};
use crate::executive::services::{self, Seen, stream_handle};
use crate::executive::task::Task;
use crate::executive::trial::Side;
use crate::explore::footprint::{ALL_BOXES, FILES, Footprint};
use crate::isa::Flow;
use crate::vm::Touch;

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
            // A store will be refused, which nobody else can notice.
            (Side::Shared, _) if write && self.machine.config().protect => Ok(false),
            (Side::Shared, _) => Err(AssumptionBroken::Total),
        }
    }

    /// What a service call is to others, before it is done.
    pub(super) fn service(&self, index: usize) -> Result<Footprint, AssumptionBroken> {
        let task = &self.machine.tasks()[index];
        let boxes = self.machine.mailboxes();
        let ends = boxes.handles(task.pid).fold(0, |bits, (_, at)| bits | Footprint::mailbox(at));
        let mut foot = Footprint::default();
        let insn = task.code.insn_at(task.context.pc).filter(|insn| insn.op.row().access.flow == Flow::Trap);
        let Some((module, function)) = insn.map(|insn| insn.service()) else {
            // BRK, a fault, the last return.
            foot.thing(ends);
            return Ok(if self.rules.total { Footprint::ALL } else { foot });
        };
        let register = |i: u8| self.machine.reg(task, i) as u16;
        let mailbox = |handle: u16| boxes.resolve(task.pid, handle).map_or(0, Footprint::mailbox);
        for seen in services::seen(module, function) {
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

    /// What a service has touched in memory.
    pub(super) fn touches(&self, index: usize, woke: u32, touched: &[Touch], foot: &mut Footprint) -> Result<(), AssumptionBroken> {
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
