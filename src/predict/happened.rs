//! What a turn really changed.

use super::changes::{Changes, MAIL, MEMORY, SP};
use crate::executive::task::Task;
use crate::executive::{Machine, Pid, Who};
use crate::vm::{BANK_BASE, WINDOW_BYTES};

/// The registers, stack pointer and flags of a task at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Core {
    /// R0 to R15.
    pub registers: [u32; 16],
    /// Stack pointer, absolute.
    pub sp: u32,
    /// Flags: Z 1, C 2, N 4, V 8.
    pub psw: u8,
}

impl Core {
    fn of(machine: &Machine, task: &Task) -> Core {
        let registers = std::array::from_fn(|i| machine.reg(task, i as u8));
        Core { registers, sp: task.context.sp, psw: task.context.flags.psw() }
    }
}

/// What a turn changed, a jump of the clock in front of it included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its number, from 1.
    pub turn: u64,
    /// Whose it was.
    pub pid: Pid,
    /// That task before it.
    pub before: Core,
    /// That task after it.
    pub after: Core,
    /// Addresses of the words that hold something else, outside of the task's registers: of the shared RAM,
    /// where others' registers are too, and of image data as its task sees it. Ascending.
    pub memory: Vec<u16>,
    /// Whether a message was sent or received.
    pub mail: bool,
}

impl Happened {
    /// What changed.
    #[must_use]
    pub fn changes(&self) -> Changes {
        let mut changes = Changes::default();
        let registers = self.before.registers.iter().zip(&self.after.registers).enumerate();
        registers.filter(|(_, (was, is))| was != is).for_each(|(i, _)| changes.add(i));
        let others = [(MEMORY, !self.memory.is_empty()), (SP, self.before.sp != self.after.sp), (MAIL, self.mail)];
        others.iter().filter(|(_, changed)| *changed).for_each(|(i, _)| changes.add(*i));
        changes
    }
}

/// What the turn changes that is taken next, found by taking it on a copy; `None` if no task can run.
#[must_use]
pub fn happened(before: &Machine, who: Who) -> Option<Happened> {
    let mut after = before.clone();
    after.skip_idle();
    let turn = match who {
        Who::Rotation => after.turn(),
        Who::Only(pid) => after.turn_of(pid),
    };
    let turn = turn.ok()?;
    let (was, is) = (before.task(turn.pid)?, after.task(turn.pid)?);
    let mail =
        |machine: &Machine| -> u64 { machine.tasks().iter().map(|t| t.counters.sends + t.counters.receives).sum() };
    Some(Happened {
        turn: turn.n,
        pid: turn.pid,
        before: Core::of(before, was),
        after: Core::of(&after, is),
        memory: memory(before, &after, is.context.reg_base),
        mail: mail(before) != mail(&after),
    })
}

/// The words that differ, but for a task's sixteen.
fn memory(before: &Machine, after: &Machine, reg_base: u16) -> Vec<u16> {
    let own = |at: &u16| u32::from(at.wrapping_sub(reg_base)) < WINDOW_BYTES;
    let mut words: Vec<u16> = differing(before.ram().bytes(), after.ram().bytes(), 0).filter(|at| !own(at)).collect();
    for (was, is) in before.tasks().iter().zip(after.tasks()) {
        words.extend(differing(&was.bank, &is.bank, BANK_BASE));
    }
    words.sort_unstable();
    words.dedup();
    words
}

fn differing<'b>(was: &'b [u8], is: &'b [u8], base: u32) -> impl Iterator<Item = u16> + 'b {
    let words = was.chunks(4).zip(is.chunks(4)).zip((base..).step_by(4));
    words.filter(|((was, is), _)| was != is).map(|(_, at)| at as u16)
}
