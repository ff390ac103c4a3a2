//! Stops that are due, all of them: several may stand at one place or be hit by one turn.

use super::{Event, On, Status, Stop};
use crate::executive::{Machine, Pid};
use crate::session::expr::{Expr, Scope, Value};
use serde::Serialize;

/// A stop that was due when a run ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Due {
    /// The number of the stop.
    pub number: u32,
    /// What it stopped for.
    #[serde(rename = "stop")]
    pub status: Status,
    /// Why its condition could not be evaluated, where that is why it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_error: Option<String>,
}

/// What a stop's condition says of a hit.
enum Verdict {
    /// It is false, or what it names is not there yet.
    Passes,
    /// It is true, or there is none.
    Holds,
    /// It cannot be evaluated, and why.
    Fails(String),
}

impl Stop {
    /// Counts a hit where the condition holds. `None` if the run continues.
    pub(super) fn hit(&mut self, machine: &Machine, pid: Pid, status: Status) -> Option<Due> {
        if status.ends_a_stop() {
            // What it watches is not there any more, whatever its condition says.
            self.temporary = !self.looks_backwards();
            return Some(Due { number: self.number, status, condition_error: None });
        }
        let condition_error = match self.verdict(machine, pid) {
            Verdict::Passes => return None,
            Verdict::Fails(why) => Some(why),
            Verdict::Holds => {
                self.hits += 1;
                if let Some(left) = self.ignore.checked_sub(1) {
                    self.ignore = left;
                    return None;
                }
                None
            }
        };
        self.condition_error.clone_from(&condition_error);
        Some(Due { number: self.number, status, condition_error })
    }

    fn verdict(&self, machine: &Machine, pid: Pid) -> Verdict {
        let Some(condition) = &self.condition else { return Verdict::Holds };
        match condition.eval(&Scope { machine, pid: Some(pid), symbol: &|_, _| None }) {
            Ok(value) if Value::truth(value) => Verdict::Holds,
            Ok(_) => Verdict::Passes,
            Err(error) if error.absent => Verdict::Passes,
            Err(error) => Verdict::Fails(error.message),
        }
    }

    /// What it names that is not there yet, in what it is on or in its condition, such as a mailbox that no task has
    /// opened: until then the stop is pending.
    #[must_use]
    pub fn pending(&self, machine: &Machine) -> Option<String> {
        let absent = |expr: &Expr| {
            let error = expr.eval(&Scope { machine, pid: self.pid, symbol: &|_, _| None }).err()?;
            error.absent.then_some(error.message)
        };
        let on = match &self.on {
            On::Change(expr, _) => absent(expr),
            On::Event(Event::Traced { mailbox: Some(name), .. }) => {
                let there = machine.mailboxes().iter().any(|mailbox| mailbox.name().to_string() == *name);
                (!there).then(|| format!("there is no mailbox {name}"))
            }
            On::Instruction(_) | On::Awaited | On::AwaitedAccess(_) | On::Access(_) | On::Event(_) => None,
        };
        on.or_else(|| self.condition.as_ref().and_then(absent))
    }
}
