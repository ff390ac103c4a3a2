//! Turns as the executive takes them: services, ends, faults. What they write is known from what they touch, and taken
//! back word by word.

use super::{AssumptionBroken, Done, Moved, StepBack, Stored, World, hashed, ready};
use crate::executive::reversible::Side;
use crate::executive::{Machine, Marks, Observer, Outcome, Touched, Turn, Who};
use crate::vm::{Code, Context, Reach, Reached, Touch, View};

/// Bytes of a register window.
const WINDOW: u32 = 64;

/// What services and ended waits touched in a turn.
#[derive(Debug, Default)]
struct Touches(Vec<Touch>);

impl Observer for Touches {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, touched: &[Touch]) -> bool {
        self.0.extend_from_slice(touched);
        false
    }
}

/// A stretch of memory that a turn may have written: in the bank of a task, or shared.
struct Written {
    bank: Option<usize>,
    from: u32,
    to: u32,
}

impl World {
    /// Takes a turn as the executive does.
    pub(super) fn whole(&mut self, index: usize) -> Result<Moved, AssumptionBroken> {
        let Some(done) = self.done.pop() else { return Err(AssumptionBroken::Total) };
        let mut foot = self.service(index)?;
        self.shadow.update(&self.machine);
        let mut written = self.may_write(index);
        let before = Box::new(self.machine.state().clone());
        let pid = self.machine.tasks()[index].pid;
        let mut touches = Touches::default();
        // It is ready, so it has its turn.
        let ran = self.machine.observe(Who::Only(pid), 1, &Marks::default(), &mut touches);
        let Some(turn) = ran.last else { return Err(AssumptionBroken::Total) };
        if self.rules.total && ready(&self.machine) == 0 {
            let mut touched = Touched::new(true);
            self.machine.skip_idle_touching(&mut touched);
            touches.0.extend_from_slice(touched.list());
        }
        (self.ready, self.quiet) = (ready(&self.machine), None);
        let woke = self.ready & !done.ready;
        if !self.rules.total {
            if self.machine.has_deadlines() {
                return Err(AssumptionBroken::Total);
            }
            if !self.rules.ends && self.machine.shares_own_mailboxes() {
                return Err(AssumptionBroken::Ends);
            }
            self.touches(index, woke, &touches.0, &mut foot)?;
            self.opened_or_closed(index, &before.mailboxes, &mut foot);
        }
        let tasks = self.machine.tasks();
        written.extend(touches.0.iter().filter(|touch| touch.write).map(|touch| {
            let bank = touch.bank.and_then(|pid| tasks.iter().position(|t| t.pid == pid));
            Written { bank, from: touch.address, to: touch.address + touch.len }
        }));
        self.take_in(&written, &before.tasks);
        if self.rules.hashed {
            self.rest = hashed::rest(&self.machine, &self.rules, &mut self.boxes);
        }
        // What it does by itself then is taken back together with the turn.
        self.begin(index);
        let own = self.after(index)?;
        self.settle(index, own);
        self.done.pop();
        self.kept += self.state_bytes;
        self.done.push(Done { turns: 1 + own, way: StepBack::Whole(before), ..done });
        let ended = matches!(turn.outcome, Outcome::Faulted(_) | Outcome::Break(_)).then_some((turn.outcome, turn.pc));
        Ok(Moved { foot, turns: 1 + own, woke, ended, watched: true })
    }

    /// What the next instruction of a task may write by itself: any of its registers, and where it stores.
    fn may_write(&self, index: usize) -> Vec<Written> {
        let Context { reg_base, sp, .. } = self.machine.tasks()[index].context;
        let shared = |from: u32, len: u32| Written { bank: None, from, to: from + len };
        let mut written = vec![shared(reg_base.into(), WINDOW)];
        if let Reach::Retires(reached) = self.machine.reach(index) {
            let Reached { address, len, .. } = reached;
            if reached.pushes() {
                written.push(shared(sp.wrapping_sub(4) & 0xFFFF, 4));
            }
            if reached.stores() {
                for byte in u32::from(address)..u32::from(address) + u32::from(len) {
                    let banked = self.machine.side(index, byte as u16).0 == Side::Bank;
                    written.push(Written { bank: banked.then_some(index), from: byte, to: byte + 1 });
                }
            }
        }
        written
    }

    /// Keeps the words of shared memory that were written as they were before, and brings the hash of memory up to
    /// date. Banks are kept with the tasks.
    fn take_in(&mut self, written: &[Written], before: &[crate::executive::task::Task]) {
        let mut in_banks = Vec::new();
        for Written { bank, from, to } in written {
            for address in (*from & !3..*to).step_by(4).filter_map(|at| u16::try_from(at).ok()) {
                match bank {
                    Some(index) => in_banks.push((*index, address)),
                    None => self.take_in_word(address),
                }
            }
        }
        if self.rules.hashed {
            in_banks.sort_unstable();
            in_banks.dedup();
            for (index, address) in in_banks {
                let now = self.machine.whole_word(index, Side::Bank, address);
                let then = hashed::bank_word(&before[index].bank, address);
                self.changed(index, (Side::Bank, address), (then, now));
            }
        }
    }

    fn take_in_word(&mut self, address: u16) {
        let now = self.machine.whole_word(0, Side::Shared, address);
        if let Some(before) = self.shadow.exchange(address, now) {
            self.stored.push(Stored { address, side: Side::Shared, before });
            if self.rules.hashed {
                self.changed(0, (Side::Shared, address), (before, now));
            }
        }
    }
}
