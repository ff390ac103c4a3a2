//! What must hold, and the failure where it does not.

use super::pending::races;
use super::world::Moved;
use crate::executive::task::{RunState, Wait};
use crate::executive::{Machine, Outcome, Pid};
use crate::session::expr::{Expr, ExprError, Plan, Scope, Value};
use serde::{Deserialize, Serialize};

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// A task faulted.
    Fault,
    /// No task can run any more, and at least one waits for ever.
    Deadlock,
    /// A BRK was reached.
    Brk,
    /// A property of every state did not hold.
    Always,
    /// A property of final states did not hold.
    Finally,
    /// Nothing but the schedule orders two accesses.
    Race,
}

impl FailureKind {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            FailureKind::Fault => "fault",
            FailureKind::Deadlock => "deadlock",
            FailureKind::Brk => "brk",
            FailureKind::Always => "always",
            FailureKind::Finally => "finally",
            FailureKind::Race => "race",
        }
    }
}

/// A failure: two of the same kind and detail are the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// What happened, in words.
    pub detail: String,
}

/// An expression over the machine, and the task whose names it uses where it names none.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopedExpr {
    /// The expression, with symbols as numbers.
    pub expr: Expr,
    /// The task.
    pub pid: Option<Pid>,
}

impl ScopedExpr {
    /// What it evaluates to.
    ///
    /// # Errors
    /// It has no value in this machine.
    pub fn value(&self, machine: &Machine) -> Result<Value, ExprError> {
        self.expr.eval(&Scope { machine, pid: self.pid, symbol: &|_, _| None })
    }
}

/// What must hold in every schedule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checks {
    /// A fault is not a failure.
    pub faults_allowed: bool,
    /// A deadlock is not a failure.
    pub deadlocks_allowed: bool,
    /// BRK is not a failure.
    pub brk_allowed: bool,
    /// Every task has to return.
    pub returns: bool,
    /// All schedules have to end with the same state of memory.
    pub same: bool,
    /// No two tasks may stand in front of conflicting accesses.
    pub norace: bool,
    /// Stretches of RAM by which tasks synchronize, which do not race: first address, first one behind.
    pub sync: Vec<(u32, u32)>,
    /// What must hold in every state.
    pub always: Vec<ScopedExpr>,
    /// What must hold in every final state.
    pub finally: Vec<ScopedExpr>,
}

impl Checks {
    /// What is wrong with a turn that ended a task or was a BRK, by how it ended and its pc.
    pub(super) fn ended(&self, machine: &Machine, index: usize, (outcome, pc): (Outcome, u32)) -> Option<Failure> {
        let task = &machine.tasks()[index];
        let who = |what: String, pc: u32| format!("{what} in task {} {} at 0x{pc:04X}", task.pid, task.name);
        match outcome {
            Outcome::Faulted(fault) if !self.faults_allowed => {
                let pc = task.fault.map_or(pc, |at| at.pc);
                Some(Failure { kind: FailureKind::Fault, detail: who(fault.name().to_owned(), pc) })
            }
            Outcome::Break(code) if !self.brk_allowed => {
                Some(Failure { kind: FailureKind::Brk, detail: who(format!("BRK {code}"), pc) })
            }
            _ => None,
        }
    }

    /// What is wrong with a state: each property that does not hold.
    pub(super) fn always(&self, machine: &Machine) -> Vec<Failure> {
        let broken = self.always.iter().filter_map(|asked| broken(FailureKind::Always, asked, machine));
        let races = if self.norace { races(machine, &self.sync) } else { Vec::new() };
        broken.chain(races).collect()
    }

    /// Whether something must hold in every state, whatever a step has changed.
    pub(super) fn each(&self, moved: &Moved) -> bool {
        moved.watched || self.norace
    }

    /// What is wrong with a final state.
    pub(super) fn finally(&self, machine: &Machine) -> Vec<Failure> {
        if !self.returns && self.finally.is_empty() && machine.tasks().iter().all(|t| t.wait.is_none()) {
            return Vec::new();
        }
        let mut failures: Vec<Failure> =
            self.finally.iter().filter_map(|asked| broken(FailureKind::Finally, asked, machine)).collect();
        let waiting: Vec<String> =
            machine.tasks().iter().filter_map(|t| waits(machine, t.pid, t.wait.as_ref()?)).collect();
        if !waiting.is_empty() && !self.deadlocks_allowed {
            failures.push(Failure { kind: FailureKind::Deadlock, detail: waiting.join("; ") });
        }
        let stuck = machine.tasks().iter().find(|t| !matches!(t.state, RunState::Returned | RunState::Exited));
        if let Some(task) = stuck.filter(|_| self.returns) {
            let detail = format!("task {} {} has not returned: {}", task.pid, task.name, task.state.name());
            failures.push(Failure { kind: FailureKind::Finally, detail });
        }
        failures
    }
}

/// What must hold in every state of a search, prepared to be checked after each step.
pub(super) struct Watch<'a> {
    checks: &'a Checks,
    /// In the order of the properties; `None` where one has to be evaluated as it stands.
    plans: Vec<Option<Plan>>,
}

impl<'a> Watch<'a> {
    pub fn new(checks: &'a Checks, start: &Machine) -> Watch<'a> {
        let plan =
            |asked: &ScopedExpr| asked.expr.plan(&Scope { machine: start, pid: asked.pid, symbol: &|_, _| None });
        Watch { checks, plans: checks.always.iter().map(plan).collect() }
    }

    /// What is wrong with a state: each property that does not hold.
    #[inline]
    pub fn look(&self, machine: &Machine) -> Vec<Failure> {
        let holds = |plan: &Option<Plan>| plan.as_ref().and_then(|p| p.value(machine)).is_some_and(Value::truth);
        if !self.checks.norace && self.plans.iter().all(holds) { Vec::new() } else { self.checks.always(machine) }
    }
}

fn waits(machine: &Machine, pid: Pid, wait: &Wait) -> Option<String> {
    match wait {
        Wait::Mailbox { descriptor, deadline: None, .. } => {
            Some(format!("{pid} waits for {}", machine.mailbox_name(*descriptor)))
        }
        _ => None,
    }
}

fn broken(kind: FailureKind, asked: &ScopedExpr, machine: &Machine) -> Option<Failure> {
    match asked.value(machine) {
        Ok(value) if value.truth() => None,
        Ok(_) => Some(Failure { kind, detail: format!("{} is not true", asked.expr.text()) }),
        // Of what is not there yet nothing is wrong; at the end it has never come.
        Err(e) if e.absent && kind == FailureKind::Always => None,
        Err(e) => Some(Failure { kind, detail: format!("{}: {e}", asked.expr.text()) }),
    }
}
