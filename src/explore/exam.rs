//! Judging a program over all schedules: what must hold in each of them, that an end stays within reach, and that strict
//! rotation gets there soon.
//!
//! *An end stays within reach* is more than that no schedule stops early, and less than that every schedule ends: from each
//! state that can be reached there must be some way to an end in which every task has returned. A lock that spins has one, the
//! schedule that lets the owner run; two tasks that give way to each other for ever have none. It is found out on the graph of
//! all states, backwards from its ends.

use super::bounds::Bounds;
use super::check::{Checks, Failure};
use super::complete::complete;
use super::graph::{After, Graph, Judge, Limits, OPEN, OutcomeId, bit};
use super::report::{Bound, FoundSchedule};
use super::schedule::Schedule;
use super::search::{ExploreError, Options, rules, search};
use super::world::{AssumptionBroken, Moved, Rules, World};
use crate::executive::Machine;
use crate::executive::task::RunState;

/// What a program is judged by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exam {
    /// What must hold in every schedule.
    pub checks: Checks,
    /// From every state an end must be within reach in which every task has returned.
    pub returns: bool,
    /// Strict rotation must have ended after this number of turns.
    pub turns: Option<u64>,
    /// How much may be looked at.
    pub limits: ExamLimits,
}

/// How much judging may take. Counted in steps and states, so that each computer gives the same verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExamLimits {
    /// Steps of the search through all schedules.
    pub steps: u64,
    /// Turns of a schedule.
    pub turns: u64,
    /// The graph of all states.
    pub graph: Limits,
}

impl Default for ExamLimits {
    fn default() -> Self {
        ExamLimits { steps: 4_000_000, turns: 200_000, graph: Limits { states: 600_000, bytes: 256 << 20 } }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExamVerdict {
    /// Everything holds in every schedule.
    Passed {
        /// States that were looked at.
        states: u64,
    },
    /// Something does not.
    Failed(Box<Broken>),
    /// A bound was reached, and nothing has failed before.
    Undecided(Bound),
}

/// What does not hold, and a schedule that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What.
    pub what: Defect,
    /// The shortest schedule that was found.
    pub schedule: Schedule,
    /// Turns of it after which it could still have been avoided, where that follows from how it was found.
    pub avoidable: Option<u64>,
}

impl Broken {
    fn verdict(what: Defect, schedule: Schedule, avoidable: Option<u64>) -> ExamVerdict {
        ExamVerdict::Failed(Box::new(Broken { what, schedule, avoidable }))
    }
}

/// What can be wrong with a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Defect {
    /// Something that must hold does not.
    Failure(Failure),
    /// From where the schedule leads no end can be reached.
    NoEnd,
    /// Strict rotation has not ended after this number of turns.
    Slow(u64),
}

/// Judges a program from a machine on. `go_on` is asked now and then whether to continue.
///
/// # Errors
/// Too many tasks, an expression that cannot be evaluated.
pub fn exam(start: &Machine, exam: &Exam, go_on: &(dyn Fn() -> bool + Sync)) -> Result<ExamVerdict, ExploreError> {
    let ExamLimits { steps, turns, graph: Limits { bytes, .. } } = exam.limits;
    let bounds = Bounds { steps, turns, bytes, ..Bounds::default() };
    let options = Options { checks: exam.checks.clone(), bounds, uncounted: true, jobs: 1, ..Options::default() };
    let mut report = search(start, &options, &|_, _| go_on())?;
    // One failure is shown: only its schedule has to be the shortest.
    let rank = |found: &FoundSchedule| (found.schedule.switches(), found.schedule.turns());
    let shortest = report.failures.iter().min_by_key(|(_, found)| rank(found)).map(|(failure, _)| failure.clone());
    report.failures.retain(|failure, _| Some(failure) == shortest.as_ref());
    complete(&mut report, start, &options, &|_, _| go_on());
    if let Some((failure, found)) = report.failures.iter().next() {
        return Ok(Broken::verdict(Defect::Failure(failure.clone()), found.schedule.clone(), None));
    }
    if let Some(bound) = report.bound {
        return Ok(ExamVerdict::Undecided(bound));
    }
    let mut states = report.states;
    if exam.returns {
        match ends(start, &options, exam.limits.graph, go_on)? {
            Ends::Always(looked_at) => states = states.max(looked_at),
            Ends::Lost(schedule, avoidable) => return Ok(Broken::verdict(Defect::NoEnd, schedule, avoidable)),
            Ends::Open(bound) => return Ok(ExamVerdict::Undecided(bound)),
        }
    }
    if let Some(most) = exam.turns
        && let Some(schedule) = too_slow(start, most)
    {
        return Ok(Broken::verdict(Defect::Slow(most), schedule, None));
    }
    Ok(ExamVerdict::Passed { states })
}

/// Whether an end stays within reach.
enum Ends {
    /// From every state; how many there are.
    Always(u64),
    /// No longer after this schedule; it still was after some of its turns, unless it never is.
    Lost(Schedule, Option<u64>),
    /// Not all states were looked at.
    Open(Bound),
}

/// Every task has returned.
const RETURNED: OutcomeId = 0;
/// No task can run, and not all have returned.
const STUCK: OutcomeId = 1;
/// No end in which all have returned can be reached any more.
const LOST: OutcomeId = 2;

/// Tells good ends from others; no turn is a goal.
struct EndJudge;

impl Judge for EndJudge {
    fn before(&mut self, _: &World, _: u32, _: usize) {}

    fn after(&mut self, _: &World, mark: u32, _: usize, _: &Moved) -> After {
        After::State(mark)
    }

    fn end(&mut self, world: &World, _: u32) -> OutcomeId {
        let returned = |state: RunState| matches!(state, RunState::Returned | RunState::Exited);
        if world.machine().tasks().iter().all(|task| returned(task.state)) { RETURNED } else { STUCK }
    }
}

fn ends(start: &Machine, options: &Options, limits: Limits, go_on: &dyn Fn() -> bool) -> Result<Ends, ExploreError> {
    // The properties have been looked at: states differ in what programs can see, and in nothing else.
    let mut rules = rules(start, &Options { checks: Checks::default(), ..options.clone() })?;
    loop {
        match ends_by(start, &rules, limits, go_on) {
            Ok(ends) => return Ok(ends),
            Err(broken) => rules.reckon_with(broken),
        }
    }
}

fn ends_by(start: &Machine, rules: &Rules, limits: Limits, go_on: &dyn Fn() -> bool) -> Result<Ends, AssumptionBroken> {
    let mut graph = Graph::of_steps(start, rules, limits)?;
    let root = graph.explore(&mut EndJudge, 0, &|_, _| false, &mut || go_on())?;
    if graph.mark_lost(bit(RETURNED), LOST) {
        let steps = graph.fewest_switches(root, None).remove(&LOST).map(|(_, steps)| steps).unwrap_or_default();
        let mut last = None;
        for step in steps {
            last = Some(graph.world.step(step.into())?.turns);
        }
        // The shortest way there is lost with its last step.
        let (schedule, _) = graph.world.schedule_of_steps();
        let avoidable = last.map(|turns| schedule.turns() - turns);
        return Ok(Ends::Lost(schedule, avoidable));
    }
    Ok(match graph.leads_to(root) & OPEN {
        0 => Ends::Always(graph.states() as u64),
        _ if go_on() => Ends::Open(Bound::Steps),
        _ => Ends::Open(Bound::Stopped),
    })
}

/// The turns of strict rotation, if it has not ended after `most` of them.
fn too_slow(start: &Machine, most: u64) -> Option<Schedule> {
    let mut machine = start.clone();
    machine.forget_trace();
    let mut schedule = Schedule::default();
    for _ in 0..most {
        schedule.push(machine.turn().ok()?.pid, 1);
    }
    machine.turn().is_ok().then_some(schedule)
}
