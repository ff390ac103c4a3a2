//! Steering the rotation from outside: quanta, the order, who gives way.

use super::input::{Applied, Refused};
use super::rotation::Rotation;
use super::{Machine, MachineState, Pid};

impl Machine {
    /// Who runs before all others in rotation, in this order; the others follow by pid.
    #[must_use]
    pub fn order(&self) -> &[Pid] {
        self.state.rotation.first()
    }

    /// Who is in the middle of its turns in a row, and how many of them are left.
    #[must_use]
    pub fn quantum_left(&self) -> Option<(Pid, u32)> {
        let Rotation { last, left, .. } = self.state.rotation;
        (left > 0 && self.next() == Some(last)).then_some((last, left))
    }

    pub(super) fn set_quantum(&mut self, pid: Pid, turns: u32) -> Result<Applied, Refused> {
        let index = self.find(pid)?;
        if turns == 0 {
            return Err(Refused::Value { what: "the quantum", expected: "at least 1".into() });
        }
        self.state.tasks[index].quantum = turns;
        Ok(Applied::Done)
    }

    pub(super) fn set_order(&mut self, first: &[Pid]) -> Result<Applied, Refused> {
        for (i, pid) in first.iter().enumerate() {
            self.find(*pid)?;
            if first[..i].contains(pid) {
                return Err(Refused::Value {
                    what: "the order",
                    expected: format!("one in which task {pid} stands once"),
                });
            }
        }
        let MachineState { rotation, tasks, .. } = &mut self.state;
        rotation.reorder(first.to_vec(), |i| tasks[usize::from(i)].pid);
        Ok(Applied::Done)
    }

    pub(super) fn preempt(&mut self) -> Result<Applied, Refused> {
        if self.quantum_left().is_none() {
            return Err(Refused::NothingLeft);
        }
        self.state.rotation.left = 0;
        Ok(Applied::Done)
    }
}
