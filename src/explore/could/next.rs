//! Which of a task's turns is the next that sees something.

use super::alone::{AHEAD, skip_wait, with_others_held};
use crate::executive::services::{self, Carries};
use crate::executive::task::RunState;
use crate::executive::{Machine, Pid};
use crate::isa::{Flow, Insn};
use crate::vm::Reach;

/// The number of the next turn of a task, counted from its start, that loads from memory, receives, polls, or reads a
/// value or a file, if the task continues alone; that of the receive it waits in. `None` if it reaches none.
#[must_use]
pub fn next_sight(machine: &Machine, pid: Pid) -> Option<u64> {
    let index = machine.tasks().iter().position(|task| task.pid == pid)?;
    let turns = machine.tasks()[index].counters().turns;
    if machine.tasks()[index].state == RunState::WaitingMbx {
        return Some(turns);
    }
    let mut machine = with_others_held(machine, pid);
    machine.forget_trace();
    for n in turns + 1..=turns + AHEAD {
        if sees(&machine, index) {
            return Some(n);
        }
        machine.turn_of(pid).ok()?;
        skip_wait(&mut machine);
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
