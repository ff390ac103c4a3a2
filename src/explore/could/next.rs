//! Which of a task's turns is the next that sees something.

use crate::executive::input::Input;
use crate::executive::services::{self, Carries};
use crate::executive::task::RunState;
use crate::executive::{Machine, Pid};
use crate::isa::{Flow, Insn};
use crate::vm::Reach;

/// Turns of the task that are looked through, at most.
const AHEAD: u64 = 1 << 14;
/// The number of the next turn of a task, counted from its start, that loads from memory, receives, polls, or reads a
/// value or a file, if the task continues alone; that of the receive it waits in. `None` if it reaches none.
#[must_use]
pub fn next_sight(machine: &Machine, pid: Pid) -> Option<u64> {
    let index = machine.tasks().iter().position(|task| task.pid == pid)?;
    let turns = machine.tasks()[index].counters().turns;
    if machine.tasks()[index].state == RunState::WaitingMbx {
        return Some(turns);
    }
    let mut machine = machine.clone();
    machine.forget_trace();
    // A sleep ends also while the others stand still.
    let others: Vec<Pid> = machine.tasks().iter().map(|task| task.pid).filter(|other| *other != pid).collect();
    for other in others {
        // One that has ended cannot be held back, and need not be.
        let _ = machine.apply(&Input::Pause(other));
    }
    if machine.next().is_none() {
        machine.skip_idle();
    }
    for n in turns + 1..=turns + AHEAD {
        if sees(&machine, index) {
            return Some(n);
        }
        machine.turn_of(pid).ok()?;
        if machine.next().is_none() {
            machine.skip_idle();
        }
    }
    None
}

/// Whether the next turn of a task sees something.
fn sees(machine: &Machine, index: usize) -> bool {
    let task = &machine.tasks()[index];
    let loads = matches!(machine.reach(index), Reach::Retires(reached) if reached.len > 0 && !reached.stores());
    loads || task.code.insn_at(task.context.pc).is_some_and(|insn| hands_out(carried(insn)))
}

/// Whether a service hands out what other tasks or the host have made.
const fn hands_out(carries: Carries) -> bool {
    match carries {
        Carries::Received | Carries::Queued(_) | Carries::ValueRead(_) | Carries::FileRead(_) => true,
        Carries::Nothing
        | Carries::Messages
        | Carries::FileWritten(_)
        | Carries::FilesNamed(_)
        | Carries::ValueMade
        | Carries::ValueFound
        | Carries::ValueWritten(_) => false,
    }
}

/// What the service carries that an instruction calls; nothing if it calls none.
pub(super) fn carried(insn: Insn) -> Carries {
    let trap = insn.op.row().access.flow == Flow::Trap;
    let (module, function) = insn.service();
    services::service(module, function).filter(|_| trap).map_or(Carries::Nothing, |row| row.carries)
}
