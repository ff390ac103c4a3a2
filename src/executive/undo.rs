//! One turn taken back: the state before it, as far as it differs from the state after.

use super::checkpoint::Rest;
use super::paged::Patch;
use super::task::{Counters, Task};
use super::trace::Tail;
use super::turn::{Outcome, Turn};
use super::{Machine, MachineState, Pid};
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
    let Machine { config: _, ram, state, trace: _ } = before;
    let MachineState {
        tasks,
        rotation,
        // The turn before is one less.
        turn: _,
        time_us,
        ran,
        // Only services, ended waits and inputs change these.
        deadlines: _,
        waits: _,
        next_pid: _,
        mailboxes: _,
        files: _,
        registry: _,
        console: _,
    } = state;
    let task = &tasks[index];
    let Task {
        context,
        code,
        bank,
        counters,
        last_turn,
        woken,
        // The first turn after a wait changes these: it is not a plain one.
        wait_stats: _,
        // What retires an instruction changes none of these.
        quantum: _,
        pid: _,
        state: _,
        image: _,
        arena: _,
        name: _,
        wait: _,
        unretired: _,
        exit_status: _,
        fault: _,
        state_time: _,
        former: _,
    } = task;
    if woken.is_some() {
        return None;
    }
    let base = usize::from(context.reg_base);
    let pushed = context.sp.checked_sub(STORE as u32).and_then(|at| u16::try_from(at).ok());
    let at_address = |at: u16| {
        let mut bytes = [0; STORE];
        (0..STORE).for_each(|i| bytes[i] = ram.byte(bank, usize::from(at) + i));
        (at, bytes)
    };
    let stored = code.insn_at(turn.pc).filter(|insn| insn.op.row().access.stores());
    let address = stored.map(|insn| before.reg(task, insn.rs1).wrapping_add(insn.value() as u32) as u16);
    Some(Plain {
        index,
        context: *context,
        counters: *counters,
        last_turn: *last_turn,
        window: ram.storage().get(base..base + WINDOW_BYTES as usize)?.try_into().ok()?,
        pushed: pushed.and_then(|at| Some((at, ram.storage().get(at.into()..)?.get(..STORE)?.try_into().ok()?))),
        stored: address.map(at_address),
        time_us: *time_us,
        ran: *ran,
        last: rotation.last,
        left: rotation.left,
    })
}

impl Plain {
    fn apply(&self, machine: &mut Machine) {
        let Plain { index, context, counters, last_turn, window, pushed, stored, time_us, ran, last, left } = self;
        let Machine { ram, state, .. } = machine;
        let task = &mut state.tasks[*index];
        if let Some((at, bytes)) = stored {
            // A store that reaches past the end of RAM faults, so its turn is not a plain one.
            for (i, byte) in bytes.iter().enumerate().filter(|(i, _)| usize::from(*at) + i < RAM_BYTES) {
                ram.set_byte(&mut task.bank, usize::from(*at) + i, *byte);
            }
        }
        let storage = ram.storage_mut();
        if let Some((at, bytes)) = pushed {
            storage[usize::from(*at)..][..STORE].copy_from_slice(bytes);
        }
        let base = usize::from(context.reg_base);
        storage[base..base + window.len()].copy_from_slice(window);
        task.context = *context;
        task.counters = *counters;
        task.last_turn = *last_turn;
        (state.rotation.last, state.rotation.left) = (*last, *left);
        state.turn -= 1;
        (state.time_us, state.ran) = (*time_us, *ran);
    }
}
