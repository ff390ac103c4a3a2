//! Instructions that only retire: done in place, with what they change kept for the way back.

use super::{AssumptionBroken, Done, Moved, StepBack, Stored, World};
use crate::executive::reversible::Side;
use crate::explore::footprint::Footprint;
use crate::vm::{Reach, Reached};

/// Instructions that a task does by itself in one step, at most: it may never end with them.
const ALONE: u64 = 4096;
/// Where R15, which follows SP, lies in the window.
const R15: u8 = 60;

impl World {
    /// Continues with the step that was begun: an operation that others may notice, and what the task does by itself
    /// after it. `None` if it takes more than an instruction; then nothing has changed.
    pub(super) fn quick(&mut self, index: usize) -> Result<Option<Moved>, AssumptionBroken> {
        // Then turns are counted, or timed, by the executive.
        if self.rules.clocked || self.rules.total && self.machine.has_deadlines() {
            return Ok(None);
        }
        let reach = self.machine.reach(index);
        let mut foot = Footprint::default();
        let done = match reach {
            Reach::Beyond => false,
            Reach::End => self.returns(index),
            Reach::Retires(reached) => {
                let Reached { address, len, .. } = reached;
                if len > 0 && self.notices(index, address, len, reached.stores())? {
                    foot.memory(address.into(), len.into(), reached.stores());
                }
                self.retire(index, reached)?
            }
        };
        if !done {
            return Ok(None);
        }
        let turns = 1 + self.after(index)?;
        self.settle(index, turns);
        let watched = self.watches(&foot);
        let foot = if self.rules.total { Footprint::ALL } else { foot };
        Ok(Some(Moved { foot, turns, woke: 0, ended: None, watched }))
    }

    /// What a task does by itself after an operation: the number of its turns.
    pub(super) fn after(&mut self, index: usize) -> Result<u64, AssumptionBroken> {
        match self.rules.total || self.ready >> index & 1 == 0 {
            true => Ok(0),
            false => self.alone(index),
        }
    }

    /// Does what a task does by itself: the number of its turns.
    pub(super) fn alone(&mut self, index: usize) -> Result<u64, AssumptionBroken> {
        let mut turns = 0;
        while turns < ALONE {
            let reached = match self.machine.reach(index) {
                Reach::Retires(reached) => reached,
                Reach::End => return Ok(turns + u64::from(self.returns(index))),
                Reach::Beyond => break,
            };
            let Reached { address, len, .. } = reached;
            let noticed = len > 0 && self.notices(index, address, len, reached.stores())?;
            if noticed || !self.retire(index, reached)? {
                break;
            }
            turns += 1;
        }
        Ok(turns)
    }

    /// Does an instruction that only retires, and keeps the words it changes. False if it does more; then nothing
    /// has changed.
    fn retire(&mut self, index: usize, reached: Reached) -> Result<bool, AssumptionBroken> {
        // Which instructions lie between the words of a program was not looked at.
        if self.alike.is_some() && !self.machine.tasks()[index].context.pc.is_multiple_of(4) {
            return Err(AssumptionBroken::Named);
        }
        let from = self.stored.len();
        self.keep(index, reached);
        if !self.machine.retire(index) {
            self.stored.truncate(from);
            return Ok(false);
        }
        if self.rules.hashed {
            self.words(index, from);
        }
        Ok(true)
    }

    /// Keeps the words that an instruction may change.
    fn keep(&mut self, index: usize, reached: Reached) {
        let (base, sp) = {
            let context = &self.machine.tasks()[index].context;
            (context.reg_base, context.sp)
        };
        if reached.sets_register() {
            self.keep_word(index, Side::Shared, base.wrapping_add(reached.register.into()));
        }
        if reached.moves_stack() {
            self.keep_word(index, Side::Shared, base.wrapping_add(R15.into()));
        }
        // Where SP is not an address, it does more than retire.
        if reached.pushes()
            && let Ok(at) = u16::try_from(sp.wrapping_sub(4))
        {
            self.keep_word(index, Side::Shared, at);
        }
        if reached.stores() {
            let Reached { address, len, .. } = reached;
            let last = address.saturating_add(u16::from(len) - 1);
            let (first_side, last_side) = (self.machine.side(index, address).0, self.machine.side(index, last).0);
            self.keep_word(index, first_side, address);
            if (address & !3, first_side) != (last & !3, last_side) {
                self.keep_word(index, last_side, last);
            }
        }
    }

    #[inline]
    fn keep_word(&mut self, index: usize, side: Side, address: u16) {
        let before = self.machine.whole_word(index, side, address);
        if side == Side::Shared {
            self.shadow.changes(address);
        }
        self.stored.push(Stored { address, side, before });
    }

    /// A last return that no other task can notice.
    fn returns(&mut self, index: usize) -> bool {
        let quiet = !self.rules.total && !self.rules.ends && self.leave_quietly() >> index & 1 != 0;
        if quiet && let Some(Done { way, .. }) = self.done.last_mut() {
            self.machine.return_quietly(index);
            self.ready &= !(1 << index);
            *way = StepBack::Returned;
        }
        quiet
    }

    /// The tasks whose return no other task can notice. Only whole turns change that.
    fn leave_quietly(&mut self) -> u32 {
        let machine = &self.machine;
        *self.quiet.get_or_insert_with(|| {
            (0..machine.tasks().len()).fold(0, |bits, i| bits | u32::from(machine.leaves_quietly(i)) << i)
        })
    }
}
