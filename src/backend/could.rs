//! What a task could see, asked from a turn of the run.

mod shown;

use super::request::{Branch, Request, Search, Travel};
use super::{Local, Refused};
use crate::executive::{Machine, Pid};
use crate::explore::{self, Could, CouldError, CouldSee, Limits, Schedule, Sees};
use crate::session::TurnSource;
use crate::vm::Reach;
pub use shown::CouldShown;
pub(super) use shown::Coulds;
use std::sync::Arc;

/// What makes a turn see one of the things that it could see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightCause {
    /// The instruction that sees it, as text.
    pub text: String,
    /// The store of another task that makes it so: whose, and which of its turns. `None` if it is not one store.
    pub store: Option<(Pid, u64)>,
}

/// What a turn could see, with what makes it so.
#[derive(Debug, Clone, PartialEq)]
pub struct CouldView {
    /// Whose turn.
    pub pid: Pid,
    /// Which of its turns, counted from its start, from 1.
    pub n: u64,
    /// Turns of the run that are kept.
    pub after: u64,
    /// What was found out.
    pub could: Could,
    /// What makes each of the values so, in the same order.
    pub causes: Vec<SightCause>,
}

impl Local {
    /// All that turn `n` of a task could see, with the first `after` turns of the run kept: those so far if it is left
    /// out.
    ///
    /// # Errors
    /// Something runs, there is no such task, or the turn lies before that moment.
    pub fn could(&self, pid: Pid, n: u64, after: Option<u64>) -> Result<CouldView, Refused> {
        self.standing()?;
        let here = self.machine().turns();
        let after = after.unwrap_or(here);
        let start = if after == here { self.machine().clone() } else { self.machine_after(after)? };
        let could = explore::could(&start, start.ran(), (pid, n), Limits::default(), &mut || true)?;
        Ok(self.could_view(&start, (pid, n), could))
    }

    fn could_view(&self, start: &Machine, (pid, n): (Pid, u64), could: Could) -> CouldView {
        let causes = could.values.iter().map(|value| self.cause(start, pid, value)).collect();
        CouldView { pid, n, after: start.turns(), could, causes }
    }

    /// The same, kept so that one of the things it could see can be gone to.
    ///
    /// # Errors
    /// As for [`Local::could`].
    pub(super) fn ask_could(&mut self, pid: Pid, n: u64, after: Option<u64>) -> Result<CouldView, Refused> {
        let view = self.could(pid, n, after)?;
        self.coulds.asked = Some((self.session.place().branch, Arc::new(view.clone())));
        Ok(view)
    }

    /// Goes, as a branch, to one of the things that were asked for last, by number from 1; and the requests that lead there
    /// again.
    pub(super) fn open_could(&mut self, number: u64) -> Result<Vec<Request>, Refused> {
        let (branch, view) = self.coulds.asked.clone().ok_or_else(|| Refused::Now("could was not asked for".into()))?;
        let value = usize::try_from(number).ok().and_then(|n| view.could.values.get(n.checked_sub(1)?));
        let value = value.ok_or_else(|| Refused::Now(format!("could has nothing with number {number}")))?;
        let schedule = value.schedule.parts().to_vec();
        self.travel()?.go(branch, view.after)?;
        self.follow(TurnSource::of(&schedule))?;
        let back = Travel::Branch(Branch::Go { branch, turn: Some(view.after) });
        Ok(vec![back.into(), Search::Follow(schedule).into()])
    }

    /// The machine after some turns of the run.
    fn machine_after(&self, turns: u64) -> Result<Machine, Refused> {
        let present = self.session.present();
        if turns > present {
            return Err(Refused::Now(format!("turn {turns} has not happened: the present is turn {present}")));
        }
        let (mut machine, runs) = self.session.undisturbed(turns)?;
        machine.forget_trace();
        runs.into_iter().collect::<Schedule>().run(&mut machine);
        Ok(machine)
    }

    /// The instruction that sees something, and the last store of another task to what it reads, on the way there.
    fn cause(&self, start: &Machine, pid: Pid, value: &CouldSee) -> SightCause {
        let row = self.listing(pid).and_then(|l| l.rows.get(l.row_at(value.pc)?));
        let text = row.map_or_else(String::new, |r| format!("{} {}", r.mnemonic, r.operands).trim_end().to_owned());
        let Sees::Read { address, bytes, .. } = value.sees else { return SightCause { text, store: None } };
        let read = u32::from(address)..u32::from(address) + u32::from(bytes);
        let mut machine = start.clone();
        machine.forget_trace();
        let mut store = None;
        for turn in value.schedule.each() {
            let index = machine.tasks().iter().position(|t| t.pid == turn && t.pid != pid);
            if let Some(index) = index
                && let Reach::Retires(reached) = machine.reach(index)
                && reached.stores()
                && u32::from(reached.address) < read.end
                && read.start < u32::from(reached.address) + u32::from(reached.len)
            {
                store = Some((turn, machine.tasks()[index].counters().turns + 1));
            }
            Schedule::from_iter([(turn, 1)]).run(&mut machine);
        }
        SightCause { text, store }
    }
}

impl From<CouldError> for Refused {
    fn from(error: CouldError) -> Refused {
        Refused::Now(error.to_string())
    }
}
