//! What can still come of the run so far, asked from where a session stands.

mod map;
mod shown;

use super::request::Property;
use super::{Local, Refused};
use crate::executive::{Machine, Pid};
use crate::explore::{
    self, Checks, Ending, FailureKind, Fate, FateError, LeavingSchedule, Limits, Options, Schedule, ScopedExpr,
};
use crate::session::expr::Expr;
use crate::vm::{Reach, Reached};
pub(super) use map::Maps;
pub use map::{MapRow, MapView};
pub use shown::FateShown;
pub(super) use shown::{Fates, RunKey};
use std::fmt;

/// What can come of the turns of a run, and what they are.
#[derive(Debug, Clone, PartialEq)]
pub struct FateView {
    /// Turns of the run.
    pub turns: u64,
    /// The turn from which it is judged: the machine was changed from outside there, or it is the start.
    pub from: u64,
    /// What was found out. Turns in it are counted from `from`.
    pub fate: Fate,
    /// The turn that ends what could be: after the last exit, or the last danger.
    pub decides: Option<DecidingTurn>,
}

/// A turn in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingTurn {
    /// Which turn, from 1.
    pub turn: u64,
    /// Whose.
    pub pid: Pid,
    /// Its instruction's address.
    pub pc: u32,
    /// Its instruction.
    pub text: String,
    /// The memory it reaches: first address, bytes, whether it writes them.
    pub reaches: Option<(u16, u8, bool)>,
}

impl DecidingTurn {
    /// What it does, with a word behind that for where or when: `2 reads [0x5000] (0x0008 LD R2, [R1+0])`.
    #[must_use]
    pub fn does(&self, behind: &str) -> String {
        let DecidingTurn { turn: _, pid, pc, text, reaches } = self;
        match reaches {
            Some((address, _, true)) => format!("{pid} writes [0x{address:04X}]{behind} (0x{pc:04X} {text})"),
            Some((address, _, false)) => format!("{pid} reads [0x{address:04X}]{behind} (0x{pc:04X} {text})"),
            None => format!("{pid} does 0x{pc:04X} {text}{behind}"),
        }
    }
}

impl fmt::Display for DecidingTurn {
    /// `2 reads [0x5000] there (0x0008 LD R2, [R1+0])`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.does(" there"))
    }
}

impl FateView {
    /// The way that leaves the run: the last exit, or the last danger.
    #[must_use]
    pub fn way(&self) -> Option<&LeavingSchedule> {
        match self.fate.ending {
            Ending::Passes => self.fate.last_danger.as_ref(),
            Ending::Fails | Ending::Open => self.fate.last_exit.as_ref(),
        }
    }
}

impl Property {
    /// What must hold, with the symbols of a session.
    pub(super) fn checks(&self, local: &Local) -> Checks {
        let Property { pid, always, finally, allow, norace } = self;
        let asked = |exprs: &[Expr]| {
            exprs.iter().map(|expr| ScopedExpr { expr: local.bound(expr.clone(), *pid), pid: *pid }).collect()
        };
        Checks {
            faults_allowed: allow.contains(&FailureKind::Fault),
            deadlocks_allowed: allow.contains(&FailureKind::Deadlock),
            brk_allowed: allow.contains(&FailureKind::Brk),
            always: asked(always),
            finally: asked(finally),
            norace: *norace,
            sync: local.declared().sync.clone(),
            ..Checks::default()
        }
    }
}

impl Local {
    /// What can come of the run so far after each of its turns, from the last change from outside on.
    ///
    /// # Errors
    /// Something runs, or the run cannot be judged.
    pub fn fate(&self, property: Property) -> Result<FateView, Refused> {
        self.standing()?;
        let turns = self.machine().turns();
        let (start, runs) = self.session.undisturbed(turns)?;
        let run: Schedule = runs.into_iter().collect();
        let fate = explore::fate(&start, &run, &property.checks(self), Limits::default(), &mut || true)?;
        Ok(self.fate_view(&start, &run, fate))
    }

    fn fate_view(&self, start: &Machine, run: &Schedule, fate: Fate) -> FateView {
        let (turns, from) = (start.turns() + run.turns(), start.turns());
        let mut view = FateView { turns, from, fate, decides: None };
        view.decides = view.way().and_then(|way| self.deciding(start, run, way.after));
        view
    }

    /// The turn after some turns of a schedule from here, in words.
    pub(super) fn deciding_turn(&self, schedule: &Schedule, after: u64) -> Option<DecidingTurn> {
        self.deciding(self.machine(), schedule, after)
    }

    /// The turn after some turns of a run in words.
    fn deciding(&self, start: &Machine, run: &Schedule, after: u64) -> Option<DecidingTurn> {
        let pid = run.each().nth(usize::try_from(after).ok()?)?;
        let mut machine = start.clone();
        machine.forget_trace();
        run.first(after).run(&mut machine);
        let index = machine.tasks().iter().position(|t| t.pid == pid)?;
        let pc = machine.tasks()[index].context.pc;
        let row = self.listing(pid).and_then(|l| l.rows.get(l.row_at(pc)?));
        let reaches = match machine.reach(index) {
            Reach::Retires(reached @ Reached { address, len: 1.., .. }) => {
                Some((address, reached.len, reached.stores()))
            }
            Reach::Retires(_) | Reach::End | Reach::Beyond => None,
        };
        Some(DecidingTurn {
            turn: start.turns() + after + 1,
            pid,
            pc,
            text: row.map_or_else(String::new, |r| format!("{} {}", r.mnemonic, r.operands).trim_end().to_owned()),
            reaches,
        })
    }
}

/// States that are looked at for the last exit of a schedule that a search has found.
const EXIT_STATES: usize = 50_000;

impl Local {
    /// The last exit of a schedule from here that fails: the turns after which one that passes leaves it last, or that
    /// none does. `None` if that was not found out.
    #[must_use]
    pub fn last_exit(&self, options: &Options, failing: &Schedule) -> Option<FateView> {
        // Whether schedules end alike cannot be said of one of them.
        if options.checks.same {
            return None;
        }
        let limits = Limits { states: EXIT_STATES, ..Limits::default() };
        let fate = explore::fate(self.machine(), failing, &options.checks, limits, &mut || true).ok()?;
        let known = fate.ending == Ending::Fails && (fate.last_exit.is_some() || fate.exhausted());
        known.then(|| self.fate_view(self.machine(), failing, fate))
    }
}

impl From<FateError> for Refused {
    fn from(error: FateError) -> Refused {
        Refused::Now(error.to_string())
    }
}
