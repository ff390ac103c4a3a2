//! Answers about what can still come of a run.

use crate::backend::FateView;
use crate::executive::Pid;
use serde::Serialize;

/// What can come of a run after each of its turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FateJudged {
    /// Turns of the run.
    pub turns: u64,
    /// The turn from which it is judged.
    pub from: u64,
    /// A letter for the start, and one for the state after each turn: `.` safe, `m` may fail, `L` lost, `n` never ends,
    /// `?` not known.
    pub labels: String,
    /// `passes`, `fails` or `open`.
    pub ends: &'static str,
    /// The turn with which it had failed first; null if nothing has failed before its end.
    pub failed: Option<u64>,
    /// The last turn after which a schedule passes, if the run does not.
    pub last_exit: Option<u64>,
    /// The last turn after which a schedule fails, if the run passes.
    pub last_danger: Option<u64>,
    /// What can come of each task's taking the next turn.
    pub next: Vec<Pick>,
    /// Some schedule after the last turn never ends, as far as is known.
    pub endless: bool,
    /// Whether everything is known.
    pub exhausted: bool,
    /// States that were looked at.
    pub states: usize,
    /// The schedule that leaves the run at the last exit and passes, or at the last danger and fails, from turn `from`
    /// on.
    pub witness: Option<Vec<(Pid, u64)>>,
    /// The same for people.
    #[serde(skip)]
    pub view: FateView,
}

/// What can come of a task's taking the next turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pick {
    /// Which task.
    pub pid: Pid,
    /// `safe`, `may fail`, `lost`, `never ends` or `not known`.
    pub label: &'static str,
}

impl FateJudged {
    /// From what was found out.
    #[must_use]
    pub fn of(view: FateView) -> FateJudged {
        let (from, fate) = (view.from, &view.fate);
        let unknown = "?".repeat(usize::try_from(from).unwrap_or(0));
        FateJudged {
            turns: view.turns,
            from,
            labels: unknown + &fate.letters(),
            ends: fate.ending.name(),
            failed: fate.failed.map(|turn| from + turn),
            last_exit: fate.last_exit.as_ref().map(|way| from + way.after),
            last_danger: fate.last_danger.as_ref().map(|way| from + way.after),
            next: fate.next.iter().map(|(pid, label)| Pick { pid: *pid, label: label.name() }).collect(),
            endless: fate.endless,
            exhausted: from == 0 && fate.exhausted(),
            states: fate.states,
            witness: view.way().map(|way| way.schedule.parts().to_vec()),
            view,
        }
    }
}
