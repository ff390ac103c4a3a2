//! What the last instruction of a stretch asks the executive for.

use super::Batch;
use crate::executive::task::{FaultAt, RunState};
use crate::executive::trace::What;
use crate::executive::turn::{Outcome, Turn};
use crate::executive::{Machine, Touched};
use crate::vm::{Fault, StepOutcome};

impl Machine {
    /// Does what the last instruction of a batch asks the executive for.
    pub(super) fn settle(&mut self, batch: &Batch, touched: &mut Touched) -> Turn {
        let Batch { index, pc, step, .. } = *batch;
        let pid = self.state.tasks[index].pid;
        touched.forget();
        let outcome = match step {
            StepOutcome::Retired | StepOutcome::Mark => Outcome::Retired,
            StepOutcome::Foreign(address) => {
                self.note(pid, pc, What::Step);
                self.note(pid, pc, What::Foreign { address });
                Outcome::Retired
            }
            StepOutcome::Trap(module, function) => self.trap(index, pc, (module, function), touched),
            StepOutcome::Break(code) => {
                self.note(pid, pc, What::Break { code });
                Outcome::Break(code)
            }
            StepOutcome::Returned => {
                self.state.tasks[index].unretired += 1;
                self.halt(index, pc, RunState::Returned, touched)
            }
            StepOutcome::Fault(fault) => self.fail(index, pc, fault, touched),
        };
        Turn { n: self.state.turn, time_us: self.state.time_us, pid, pc, outcome }
    }

    /// Ends a task with R0 as its status.
    pub(in crate::executive) fn halt(
        &mut self,
        index: usize,
        pc: u32,
        state: RunState,
        touched: &mut Touched,
    ) -> Outcome {
        let status = self.reg(&self.state.tasks[index], 0);
        touched.register(&self.state.tasks[index], pc, 0, false);
        self.note(self.state.tasks[index].pid, pc, What::Halt { status });
        self.state.tasks[index].exit_status = Some(status);
        self.end(index, state);
        Outcome::Halted { status }
    }

    fn fail(&mut self, index: usize, pc: u32, fault: Fault, touched: &mut Touched) -> Outcome {
        if fault.code().is_some() {
            touched.register(&self.state.tasks[index], pc, 0, true);
        }
        let task = &mut self.state.tasks[index];
        task.unretired += 1;
        task.fault = Some(FaultAt { fault, pc });
        let pid = task.pid;
        self.note(pid, pc, What::Fault { fault });
        self.end(index, RunState::Faulted);
        Outcome::Faulted(fault)
    }
}
