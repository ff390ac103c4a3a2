//! Single instructions of chosen tasks that can be taken back, for a caller that tries many orders of the same
//! turns. What an instruction changes that only retires is so little that the caller can keep it: some of a
//! context, and a word or two.

use super::Machine;
use super::task::{RunState, Task};
use crate::vm::{self, BANK_BASE, Context, Flags, Reach, StepOutcome};

/// What an instruction that only retires changes of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    pc: u32,
    sp: u32,
    lowest: u32,
    depth: u32,
    flags: Flags,
}

/// Memory as a task sees it: the shared RAM, or its own bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The shared RAM.
    Shared,
    /// The image data of the task.
    Bank,
}

impl Machine {
    /// Whether the task at an index of the table can run now.
    #[inline]
    #[must_use]
    pub fn is_ready(&self, index: usize) -> bool {
        self.state.tasks.get(index).is_some_and(|t| t.state == RunState::Ready)
    }

    /// What the next instruction of a task reaches.
    #[inline]
    #[must_use]
    pub fn reach(&self, index: usize) -> Reach {
        let task = &self.state.tasks[index];
        vm::reach(&task.context, &self.ram, &task.code)
    }

    /// Which memory an address means to a task, and who owns it there: 0 for no task.
    #[inline]
    #[must_use]
    pub fn side(&self, index: usize, address: u16) -> (Side, u16) {
        let at = u32::from(address).wrapping_sub(BANK_BASE) as usize;
        match at < self.state.tasks[index].bank.len() {
            true => (Side::Bank, self.state.tasks[index].pid),
            false => (Side::Shared, self.ram.owner(address)),
        }
    }

    /// What of a task's context its instructions change.
    #[inline]
    #[must_use]
    pub fn own_state(&self, index: usize) -> Own {
        // The rest never changes in the life of a task.
        let Context { pc, sp, lowest, depth, flags, reg_base: _, pid: _, stack_limit: _, stack_top: _ } =
            self.state.tasks[index].context;
        Own { pc, sp, lowest, depth, flags }
    }

    /// Does the next instruction of a task if it only retires, as a turn would, but for the counts of turns: see
    /// [`Machine::count`]. False if it does more: a service call, an end, a fault; then nothing has changed.
    #[inline]
    pub fn retire(&mut self, index: usize) -> bool {
        let Machine { ram, state, .. } = self;
        let Task { context, bank, code, .. } = &mut state.tasks[index];
        let (pc, r0) = (context.pc, vm::get(ram, context, 0));
        let step = vm::step::<true>(context, &mut ram.view(bank), code);
        if matches!(step, StepOutcome::Retired | StepOutcome::Foreign(_)) {
            return true;
        }
        // A fault has put its code into R0, a service call has moved on: nothing else.
        context.pc = pc;
        vm::set(ram, context, 0, r0);
        false
    }

    /// Counts turns of a task that were done by [`Machine::retire`] and [`Machine::return_quietly`].
    #[inline]
    pub fn count(&mut self, index: usize, turns: u64) {
        let task = &mut self.state.tasks[index];
        task.counters.turns += turns;
        self.state.turn += turns;
        self.state.time_us += turns * self.config.turn_us;
        self.state.ran = task.pid;
    }

    /// Takes counted instructions of a task back but for the words they changed.
    #[inline]
    pub fn take_back(&mut self, index: usize, own: &Own, turns: u64) {
        let task = &mut self.state.tasks[index];
        let cx = &mut task.context;
        (cx.pc, cx.sp, cx.lowest, cx.depth, cx.flags) = (own.pc, own.sp, own.lowest, own.depth, own.flags);
        task.counters.turns -= turns;
        self.state.turn -= turns;
        self.state.time_us -= turns * self.config.turn_us;
    }

    /// The word that holds an address, in the shared RAM or in a task's bank, whose last word may be cut
    /// off.
    #[inline]
    #[must_use]
    pub fn whole_word(&self, index: usize, side: Side, address: u16) -> u32 {
        let address = address & !3;
        match side {
            Side::Shared => self.ram.shared_word(address),
            Side::Bank => {
                let bank = self.state.tasks[index].bank.get(usize::from(address) - BANK_BASE as usize..).unwrap_or(&[]);
                bank.iter().take(4).rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
            }
        }
    }

    /// Sets that word.
    #[inline]
    pub fn set_whole_word(&mut self, index: usize, side: Side, address: u16, word: u32) {
        let address = address & !3;
        match side {
            Side::Shared => self.ram.set_shared_word(address, word),
            Side::Bank => {
                let bank = &mut self.state.tasks[index].bank[usize::from(address) - BANK_BASE as usize..];
                bank.iter_mut().zip(word.to_le_bytes()).for_each(|(to, from)| *to = from);
            }
        }
    }

    /// Whether no other task can notice that a task returns, unless it uses its mailboxes: it has nothing open but
    /// mailboxes of its own, which stay open.
    #[must_use]
    pub fn leaves_quietly(&self, index: usize) -> bool {
        let pid = self.state.tasks[index].pid;
        let own = |at| self.state.mailboxes.get(at).is_some_and(|m| m.is_of(pid));
        self.state.mailboxes.handles(pid).all(|(_, at)| own(at))
            && self.state.registry.values().next().is_none()
            && self.state.registry.commands().next().is_none()
    }

    /// Lets a task return that stands in front of its last RET and leaves quietly, but for the counts of turns.
    #[inline]
    pub fn return_quietly(&mut self, index: usize) {
        let status = self.reg(&self.state.tasks[index], 0);
        let task = &mut self.state.tasks[index];
        task.exit_status = Some(status);
        task.unretired += 1;
        task.state = RunState::Returned;
        self.state.rotation.remove(index as u16);
    }

    /// Takes such a return back.
    #[inline]
    pub fn take_return_back(&mut self, index: usize) {
        let task = &mut self.state.tasks[index];
        task.exit_status = None;
        task.unretired -= 1;
        task.state = RunState::Ready;
        self.state.rotation.insert(index as u16, |i| self.state.tasks[usize::from(i)].pid);
    }

    /// Whether some wait ends by itself, so that the clock matters.
    #[must_use]
    pub fn has_deadlines(&self) -> bool {
        !self.state.deadlines.is_empty()
    }

    /// Whether a task has a mailbox open that is another's own.
    #[must_use]
    pub fn shares_own_mailboxes(&self) -> bool {
        let used = |m: &super::mailbox::Mailbox| m.handles().any(|(pid, _)| !m.is_of(pid));
        self.state.mailboxes.iter().filter(|m| m.name().owner.is_some()).any(used)
    }

    /// Switches the trace off: what follows is not shown.
    pub fn forget_trace(&mut self) {
        self.config.trace = 0;
        self.trace = super::trace::Ring::new(0);
    }
}
