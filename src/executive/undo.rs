//! One turn taken back: the state before it, as far as it differs from the state after.

use super::checkpoint::Rest;
use super::paged::Patch;
use super::task::Counters;
use super::trace::Tail;
use super::turn::{Outcome, Turn};
use super::{Machine, Pid};
use crate::isa::Form;
use crate::vm::{Context, RAM_BYTES, WINDOW_BYTES};

/// Bytes a store can change, at most.
const STORE: usize = 4;

/// What a turn that only retired an instruction can change.
#[derive(Debug, Clone)]
struct Plain {
    index: usize,
    context: Context,
    counters: Counters,
    last_turn: u64,
    window: [u8; WINDOW_BYTES as usize],
    /// The word below SP, where PUSH and CALL store.
    pushed: Option<(u16, [u8; STORE])>,
    /// The bytes at the address of a store, as the task sees them.
    stored: Option<(u16, [u8; STORE])>,
    time_us: u64,
    ran: Pid,
    last: Pid,
    left: u32,
}

#[derive(Debug, Clone)]
enum What {
    Plain(Plain),
    Any { ram: Patch, owners: Option<Vec<u16>>, rest: Box<Rest> },
}

/// The way back from one state to the one before it.
#[derive(Debug, Clone)]
pub struct Undo {
    what: What,
    trace: Tail,
}

impl Undo {
    /// The way from `after` to `before`. `turn` is the turn between them, if there was nothing else.
    /// What did not change since the state that an earlier way leads to is shared with it.
    #[must_use]
    pub fn between(before: &Machine, after: &Machine, turn: Option<Turn>, earlier: Option<&Undo>) -> Undo {
        let traced = after.trace.total() - before.trace.total();
        let quiet = traced == u64::from(after.trace.capacity() > 0);
        let plain = turn.filter(|t| quiet && t.outcome == Outcome::Retired).and_then(|t| plain(before, t));
        let what = plain.map_or_else(|| any(before, after, earlier.and_then(Undo::rest)), What::Plain);
        Undo { what, trace: before.trace.overwritten_by(&after.trace) }
    }

    fn rest(&self) -> Option<&Rest> {
        match &self.what {
            What::Any { rest, .. } => Some(rest),
            What::Plain(_) => None,
        }
    }

    /// Whether it holds all but RAM, for later ones to share.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.rest().is_some()
    }

    /// Bytes that it does not share with an earlier one, nearly.
    #[must_use]
    pub fn bytes_beyond(&self, earlier: Option<&Undo>) -> usize {
        let what = match &self.what {
            What::Any { ram, rest, .. } => ram.bytes() + rest.bytes_beyond(earlier.and_then(Undo::rest)),
            What::Plain(_) => 0,
        };
        size_of::<Undo>() + what
    }

    /// Takes the state after to the state before.
    pub fn apply(&self, machine: &mut Machine) {
        match &self.what {
            What::Plain(plain) => plain.apply(machine),
            What::Any { ram, owners, rest } => {
                ram.put(machine.ram.storage_mut());
                if let Some(owners) = owners {
                    machine.ram.owners_mut().copy_from_slice(owners);
                }
                rest.put(machine);
            }
        }
        machine.trace.put_back(&self.trace);
    }
}

fn any(before: &Machine, after: &Machine, earlier: Option<&Rest>) -> What {
    let owners = (before.ram.owners() != after.ram.owners()).then(|| before.ram.owners().to_vec());
    let ram = Patch::between(before.ram.storage(), after.ram.storage());
    What::Any { ram, owners, rest: Box::new(Rest::of(before, earlier)) }
}

fn plain(before: &Machine, turn: Turn) -> Option<Plain> {
    let index = before.index(turn.pid)?;
    // The first turn after a wait also changes the figures.
    let task = Some(&before.tasks[index]).filter(|task| task.woken.is_none())?;
    let cx = task.context;
    let base = usize::from(cx.reg_base);
    let pushed = cx.sp.checked_sub(STORE as u32).and_then(|at| u16::try_from(at).ok());
    let at_address = |at: u16| {
        let mut bytes = [0; STORE];
        (0..STORE).for_each(|i| bytes[i] = before.ram.byte(&task.bank, usize::from(at) + i));
        (at, bytes)
    };
    let stored = task.code.insn_at(turn.pc).filter(|insn| insn.op.row().form == Form::Store);
    let address = stored.map(|insn| before.reg(task, insn.rs1).wrapping_add(insn.value() as u32) as u16);
    Some(Plain {
        index,
        context: cx,
        counters: task.counters,
        last_turn: task.last_turn,
        window: before.ram.storage().get(base..base + WINDOW_BYTES as usize)?.try_into().ok()?,
        pushed: pushed.and_then(|at| Some((at, before.ram.storage().get(at.into()..)?.get(..STORE)?.try_into().ok()?))),
        stored: address.map(at_address),
        time_us: before.time_us,
        ran: before.ran,
        last: before.rotation.last,
        left: before.rotation.left,
    })
}

impl Plain {
    fn apply(&self, machine: &mut Machine) {
        let Machine { ram, tasks, rotation, .. } = machine;
        let task = &mut tasks[self.index];
        if let Some((at, bytes)) = &self.stored {
            // A store that reaches past the end of RAM faults, and is no plain turn.
            for (i, byte) in bytes.iter().enumerate().filter(|(i, _)| usize::from(*at) + i < RAM_BYTES) {
                ram.set_byte(&mut task.bank, usize::from(*at) + i, *byte);
            }
        }
        let storage = ram.storage_mut();
        if let Some((at, bytes)) = &self.pushed {
            storage[usize::from(*at)..][..STORE].copy_from_slice(bytes);
        }
        let base = usize::from(self.context.reg_base);
        storage[base..base + self.window.len()].copy_from_slice(&self.window);
        task.context = self.context;
        task.counters = self.counters;
        task.last_turn = self.last_turn;
        rotation.last = self.last;
        rotation.left = self.left;
        machine.turn -= 1;
        machine.time_us = self.time_us;
        machine.ran = self.ran;
    }
}
