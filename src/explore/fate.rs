//! Fate: for each turn of a run whether what follows can still pass, can still fail, or must.
//!
//! An *order* is one of single turns, each by a task that is ready when its turn comes, until no task is. It has failed
//! from the turn on in which a task faults, stops at a BRK, or a property is broken, whatever follows; else it fails or
//! passes where it ends, or never ends. Whether a schedule that passes exists after a turn of a run can only change from
//! yes to no along the run, and so can whether one exists that fails: so a run is judged from its end backwards, and as
//! soon as both exist, they do after every turn before.

mod background;
mod judging;

use super::check::Checks;
use super::graph::Limits;
use super::schedule::Schedule;
use super::search::{ExploreError, Options, rules};
use super::world::AssumptionBroken;
use crate::executive::{Machine, Pid};
pub use background::{BackgroundChoices, BackgroundFate, begin_choices, begin_fate};
use judging::Judging;
pub use judging::{Choices, FateMoment, SampledShare};
use thiserror::Error;

/// What can come of a run from a state on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// No schedule from here fails, and some pass.
    Safe,
    /// Some schedules from here fail, others pass.
    MayFail,
    /// No schedule from here passes, and some fail; or it has failed.
    Lost,
    /// No schedule from here ends.
    NeverEnds,
    /// It was not found out.
    Unknown,
}

impl Label {
    /// The letter that stands for it in lanes.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Label::Safe => '.',
            Label::MayFail => 'm',
            Label::Lost => 'L',
            Label::NeverEnds => 'n',
            Label::Unknown => '?',
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Label::Safe => "safe",
            Label::MayFail => "may fail",
            Label::Lost => "lost",
            Label::NeverEnds => "never ends",
            Label::Unknown => "not known",
        }
    }
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// No task can run, and nothing has failed.
    Passes,
    /// Something has failed, or does where it ends.
    Fails,
    /// It has not ended, and nothing has failed so far.
    Open,
}

impl Ending {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Passes => "passes",
            Ending::Fails => "fails",
            Ending::Open => "open",
        }
    }
}

/// A schedule that leaves a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingSchedule {
    /// Turns it has in common with the run.
    pub after: u64,
    /// All of it, from the start of the run.
    pub schedule: Schedule,
}

/// What can come of a run after each of its turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// A label for the start of the run, and one for the state after each of its turns.
    pub labels: Vec<Label>,
    /// How it ends.
    pub ending: Ending,
    /// Turns after which it had failed first; `None` if it has not.
    pub failed: Option<u64>,
    /// For each task that can take the next turn what can come of that.
    pub next: Vec<(Pid, Label)>,
    /// The last moment from which a schedule passes, if the run does not, and that schedule. `None` if there is none, or
    /// if it was not found out which is the last.
    pub last_exit: Option<LeavingSchedule>,
    /// The last moment from which a schedule fails, if the run passes, and that schedule up to its failure. `None` as for
    /// `last_exit`.
    pub last_danger: Option<LeavingSchedule>,
    /// Some schedule after the last turn never ends, as far as is known.
    pub endless: bool,
    /// States that were looked at.
    pub states: usize,
}

impl Fate {
    /// That of a run of which nothing is known.
    #[must_use]
    pub fn unknown(turns: u64) -> Fate {
        Fate {
            labels: vec![Label::Unknown; usize::try_from(turns).map_or(0, |turns| turns + 1)],
            ending: Ending::Open,
            failed: None,
            next: Vec::new(),
            last_exit: None,
            last_danger: None,
            endless: false,
            states: 0,
        }
    }

    /// Whether everything was found out.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.labels.iter().chain(self.next.iter().map(|(_, label)| label)).all(|label| *label != Label::Unknown)
    }

    /// The labels as letters.
    #[must_use]
    pub fn letters(&self) -> String {
        self.labels.iter().map(|label| label.letter()).collect()
    }
}

/// Why a run cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FateError {
    /// The search behind it cannot begin.
    #[error(transparent)]
    Search(#[from] ExploreError),
    /// The run is not one of the machine it starts from.
    #[error("task {pid} cannot take turn {turn} of the run")]
    Run {
        /// Which turn, from 1.
        turn: u64,
        /// Whose it was to be.
        pid: Pid,
    },
}

/// Judges a run from a machine on. `go_on` is asked now and then whether to continue.
///
/// # Errors
/// Too many tasks, an expression that cannot be evaluated, a run that this machine cannot take.
pub fn fate(
    start: &Machine,
    run: &Schedule,
    checks: &Checks,
    limits: Limits,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Fate, FateError> {
    judged(start, run, checks, limits, |judging| judging.judge(go_on))
}

/// The choices along a run from a machine on. `go_on` is asked now and then whether to continue.
///
/// # Errors
/// As for [`fate()`].
pub fn choices(
    start: &Machine,
    run: &Schedule,
    checks: &Checks,
    limits: Limits,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Choices, FateError> {
    judged(start, run, checks, limits, |judging| judging.choices(go_on))
}

/// Asks a question about a run, again as long as it shows that more must be reckoned with.
fn judged<T>(
    start: &Machine,
    run: &Schedule,
    checks: &Checks,
    limits: Limits,
    mut ask: impl FnMut(&mut Judging<'_>) -> Result<Result<T, FateError>, AssumptionBroken>,
) -> Result<T, FateError> {
    if start.tasks().len() > 32 {
        return Err(ExploreError::Tasks(start.tasks().len()).into());
    }
    let mut rules = rules(start, &Options { checks: checks.clone(), ..Options::default() })?;
    loop {
        match ask(&mut Judging::new(start, run, checks, limits, &rules)?) {
            Ok(answer) => return answer,
            Err(broken) => rules.reckon_with(broken),
        }
    }
}
