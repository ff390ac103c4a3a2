//! Single instructions of chosen tasks that can be taken back, for whoever tries many orders of the same
//! turns. What an instruction changes that only retires is so little that the caller can keep it: a
//! context, a register window, a word or two.

use super::Machine;
use super::task::{State, Task};
use crate::vm::{self, BANK_BASE, Context, Reach, Step, WINDOW_BYTES};

/// A register window as bytes.
pub type Window = [u8; WINDOW_BYTES as usize];

/// What a task can change by itself: its context and its registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    /// The context.
    pub context: Context,
    /// The registers.
    pub window: Window,
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
        self.tasks.get(index).is_some_and(|t| t.state == State::Ready)
    }

    /// What the next instruction of a task reaches.
    #[inline]
    #[must_use]
    pub fn reach(&self, index: usize) -> Reach {
        let task = &self.tasks[index];
        vm::reach(&task.context, &self.ram, &task.code)
    }

    /// Which memory an address means to a task, and who owns it there: 0 for nobody.
    #[inline]
    #[must_use]
    pub fn side(&self, index: usize, address: u16) -> (Side, u16) {
        let at = u32::from(address).wrapping_sub(BANK_BASE) as usize;
        match at < self.tasks[index].bank.len() {
            true => (Side::Bank, self.tasks[index].pid),
            false => (Side::Shared, self.ram.owner(address)),
        }
    }

    /// Context and registers of a task.
    #[inline]
    #[must_use]
    pub fn own_state(&self, index: usize) -> Own {
        let context = self.tasks[index].context;
        let base = usize::from(context.reg_base);
        let mut window = [0; WINDOW_BYTES as usize];
        window.copy_from_slice(&self.ram.storage()[base..base + WINDOW_BYTES as usize]);
        Own { context, window }
    }

    /// Does the next instruction of a task if it only retires, as a turn would. False if it does more: a
    /// service call, an end, a fault; then nothing has changed.
    #[inline]
    pub fn retire(&mut self, index: usize) -> bool {
        let Machine { ram, tasks, .. } = self;
        let Task { context, bank, code, .. } = &mut tasks[index];
        let (before, r0) = (*context, vm::get(ram, context, 0));
        let step = vm::step::<true>(context, &mut ram.view(bank), code);
        if matches!(step, Step::Retired | Step::Foreign(_)) {
            self.count(index, 1);
            return true;
        }
        // A fault has put its code into R0.
        *context = before;
        vm::set(ram, &before, 0, r0);
        false
    }

    #[inline]
    fn count(&mut self, index: usize, turns: u64) {
        let task = &mut self.tasks[index];
        task.counters.turns += turns;
        self.turn += turns;
        self.time_us += turns * self.config.turn_us;
        self.ran = task.pid;
    }

    /// Takes retired instructions of a task back but for what they stored.
    #[inline]
    pub fn take_back(&mut self, index: usize, own: &Own, turns: u64) {
        let base = usize::from(own.context.reg_base);
        self.ram.storage_mut()[base..base + WINDOW_BYTES as usize].copy_from_slice(&own.window);
        let task = &mut self.tasks[index];
        task.context = own.context;
        task.counters.turns -= turns;
        self.turn -= turns;
        self.time_us -= turns * self.config.turn_us;
    }

    /// The word that holds an address, in the shared RAM or in a task's bank, whose last word may be cut
    /// off.
    #[inline]
    #[must_use]
    pub fn whole_word(&self, index: usize, side: Side, address: u16) -> u32 {
        let at = usize::from(address & !3);
        let byte = |i: usize| match side {
            Side::Shared => self.ram.storage()[at + i],
            Side::Bank => self.tasks[index].bank.get(at - BANK_BASE as usize + i).copied().unwrap_or(0),
        };
        u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)])
    }

    /// Sets that word.
    #[inline]
    pub fn set_whole_word(&mut self, index: usize, side: Side, address: u16, word: u32) {
        let at = usize::from(address & !3);
        match side {
            Side::Shared => self.ram.storage_mut()[at..at + 4].copy_from_slice(&word.to_le_bytes()),
            Side::Bank => {
                let bank = &mut self.tasks[index].bank[at - BANK_BASE as usize..];
                bank.iter_mut().zip(word.to_le_bytes()).for_each(|(to, from)| *to = from);
            }
        }
    }

    /// Lets a task return that stands in front of its last RET and has nothing open but mailboxes of its
    /// own, which stay open: nobody else can notice unless he uses them. False if it is not so.
    pub fn return_quietly(&mut self, index: usize) -> bool {
        let task = &self.tasks[index];
        let quiet = self.reach(index) == Reach::End
            && self
                .mailboxes
                .handles(task.pid)
                .all(|(_, at)| self.mailboxes.get(at).is_some_and(|m| m.is_of(task.pid)))
            && self.registry.values().next().is_none()
            && self.registry.commands().next().is_none();
        if quiet {
            self.tasks[index].exit_status = Some(self.reg(&self.tasks[index], 0));
            self.tasks[index].unretired += 1;
            self.count(index, 1);
            self.tasks[index].state = State::Returned;
            self.rotation.remove(index as u16);
        }
        quiet
    }

    /// Takes such a return back.
    pub fn take_return_back(&mut self, index: usize) {
        self.tasks[index].exit_status = None;
        self.tasks[index].unretired -= 1;
        self.tasks[index].counters.turns -= 1;
        self.turn -= 1;
        self.time_us -= self.config.turn_us;
        self.tasks[index].state = State::Ready;
        self.rotation.insert(index as u16, |i| self.tasks[usize::from(i)].pid);
    }

    /// Whether some wait ends by itself, so that the clock matters.
    #[must_use]
    pub fn has_deadlines(&self) -> bool {
        !self.deadlines.is_empty()
    }

    /// Whether somebody has a mailbox open that is another's own.
    #[must_use]
    pub fn shares_own_mailboxes(&self) -> bool {
        let used = |m: &super::mailbox::Mailbox| m.handles().any(|(pid, _)| !m.is_of(pid));
        self.mailboxes.iter().filter(|m| m.name().owner.is_some()).any(used)
    }

    /// Switches the trace off: what follows is not shown to anybody.
    pub fn forget_trace(&mut self) {
        self.config.trace = 0;
        self.trace = super::trace::Ring::new(0);
    }
}
