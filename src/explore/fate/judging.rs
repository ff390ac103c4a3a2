//! Judging the moments of a run, from its end backwards.

mod choices;
mod drawn;

use super::{Ending, Fate, FateError, Label, LeavingSchedule};
use crate::executive::{Machine, Outcome, Pid};
use crate::explore::bounds::bits;
use crate::explore::check::{Checks, Watch};
use crate::explore::graph::{After, ENDLESS, Graph, Judge, Limits, OPEN, OutcomeId, bit};
use crate::explore::schedule::Schedule;
use crate::explore::world::{AssumptionBroken, Moved, Rules, World};
pub use choices::{Choices, FateMoment};
pub use drawn::SampledShare;

const PASSES: OutcomeId = 0;
const FAILS: OutcomeId = 1;
const BOTH: u8 = bit(PASSES) | bit(FAILS);

/// States to look at before a question is dropped whose answer is known: with more of them the schedule that is shown is
/// shorter.
const ENOUGH: usize = 20_000;
/// Turns at the end of a run that are judged one by one; what is known of those before follows from them.
const JUDGED: u64 = 1 << 14;

/// Says of turns and ends whether they fail.
struct Verdict<'a> {
    checks: &'a Checks,
    watch: Watch<'a>,
}

impl Verdict<'_> {
    fn fails(&self, machine: &Machine, index: usize, ended: Option<(Outcome, u32)>) -> bool {
        let ended = ended.and_then(|outcome| self.checks.ended(machine, index, outcome));
        ended.is_some() || !self.watch.look(machine).is_empty()
    }
}

impl Judge for Verdict<'_> {
    fn before(&mut self, _: &World, _: u32, _: usize) {}

    fn after(&mut self, world: &World, mark: u32, index: usize, moved: &Moved) -> After {
        if self.fails(world.machine(), index, moved.ended) { After::Goal(FAILS) } else { After::State(mark) }
    }

    fn end(&mut self, world: &World, _: u32) -> OutcomeId {
        if self.checks.finally(world.machine()).is_empty() { PASSES } else { FAILS }
    }
}

pub(super) struct Judging<'a> {
    graph: Graph,
    verdict: Verdict<'a>,
    run: &'a Schedule,
    pids: Vec<Pid>,
    /// Turns that were taken before the graph begins.
    lead: u64,
    failed: Option<u64>,
    /// What the state after some turn leads to, and so every state before, by bits.
    known: u8,
}

impl Label {
    /// From the bits of what a state leads to.
    const fn of(leads: u8) -> Label {
        match (leads & bit(PASSES) != 0, leads & bit(FAILS) != 0, leads & OPEN != 0) {
            (true, true, _) => Label::MayFail,
            (_, _, true) => Label::Unknown,
            (true, false, false) => Label::Safe,
            (false, true, false) => Label::Lost,
            (false, false, false) => Label::NeverEnds,
        }
    }
}

/// What is known of the moments of a run, the last ones first.
#[derive(Default)]
struct Moments {
    labels: Vec<Label>,
    /// Some label is not known.
    gap: bool,
    /// The last moments from which a schedule passes, and fails: turns, and the state.
    passing: Option<(u64, u32)>,
    failing: Option<(u64, u32)>,
}

impl<'a> Judging<'a> {
    pub fn new(
        start: &Machine,
        run: &'a Schedule,
        checks: &'a Checks,
        limits: Limits,
        rules: &Rules,
    ) -> Result<Judging<'a>, FateError> {
        let verdict = Verdict { checks, watch: Watch::new(checks, start) };
        let lead = run.turns().saturating_sub(JUDGED);
        let mut machine = start.clone();
        machine.forget_trace();
        if machine.next().is_none() {
            machine.skip_idle();
        }
        let mut failed = (!verdict.watch.look(&machine).is_empty()).then_some(0);
        for (turn, pid) in (1..).zip(run.each().take(lead as usize)) {
            let index = machine.tasks().iter().position(|t| t.pid == pid);
            let (Some(index), Ok(taken)) = (index, machine.turn_of(pid)) else {
                return Err(FateError::Run { turn, pid });
            };
            if machine.next().is_none() {
                machine.skip_idle();
            }
            let ended =
                matches!(taken.outcome, Outcome::Faulted(_) | Outcome::Break(_)).then_some((taken.outcome, taken.pc));
            if failed.is_none() && verdict.fails(&machine, index, ended) {
                failed = Some(turn);
            }
        }
        let pids = machine.tasks().iter().map(|t| t.pid).collect();
        Ok(Judging { graph: Graph::new(&machine, rules, limits), verdict, run, pids, lead, failed, known: 0 })
    }

    pub fn judge(&mut self, go_on: &mut dyn FnMut() -> bool) -> Result<Result<Fate, FateError>, AssumptionBroken> {
        if let Some(error) = self.follow()? {
            return Ok(Err(error));
        }
        let turns = self.run.turns();
        let next = self.next(go_on)?;
        let mut moments = Moments::default();
        let mut endless = false;
        if let Some(failed) = self.failed {
            self.known = bit(FAILS);
            (failed..=turns).for_each(|_| moments.labels.push(Label::Lost));
        }
        let last = self.failed.map_or(Some(turns), |failed| failed.checked_sub(1));
        let undone = turns.saturating_sub(last.unwrap_or(turns).max(self.lead));
        (0..undone).for_each(|_| self.graph.world.undo());
        for k in (0..last.map_or(0, |last| last + 1)).rev() {
            if self.known & BOTH == BOTH {
                moments.labels.resize(turns as usize + 1, Label::MayFail);
                break;
            }
            if k < self.lead || k < turns && self.graph.is_over() {
                moments.labels.resize(turns as usize + 1, Label::Unknown);
                moments.gap = true;
                break;
            }
            let leads = self.moment(k, &mut moments, go_on)?;
            endless |= k == turns && leads & ENDLESS != 0;
            self.graph.world.undo();
        }
        Ok(Ok(self.fate(moments, next, endless)))
    }

    /// Takes the turns of the run that are judged one by one.
    fn follow(&mut self) -> Result<Option<FateError>, AssumptionBroken> {
        for (turn, pid) in (1..).zip(self.run.each()).skip(self.lead as usize) {
            let ready = self.graph.world.ready();
            let index = self.pids.iter().position(|p| *p == pid).filter(|index| ready >> index & 1 != 0);
            let Some(index) = index else { return Ok(Some(FateError::Run { turn, pid })) };
            let moved = self.graph.world.step(index)?;
            if self.failed.is_none() && self.verdict.fails(self.graph.world.machine(), index, moved.ended) {
                self.failed = Some(turn);
            }
        }
        Ok(None)
    }

    /// What can come of each task's taking the next turn.
    fn next(&mut self, go_on: &mut dyn FnMut() -> bool) -> Result<Vec<(Pid, Label)>, AssumptionBroken> {
        let ready = bits(self.graph.world.ready());
        let mut next = Vec::new();
        for index in ready {
            let label = if self.failed.is_some() { Label::Lost } else { self.pick(index, go_on)? };
            next.push((self.pids[index], label));
        }
        Ok(next)
    }

    fn pick(&mut self, index: usize, go_on: &mut dyn FnMut() -> bool) -> Result<Label, AssumptionBroken> {
        let moved = self.graph.world.step(index)?;
        let label = match self.verdict.after(&self.graph.world, 0, index, &moved) {
            After::Goal(_) => Label::Lost,
            After::State(mark) => {
                let enough = |_, found: u8| found & BOTH == BOTH;
                let node = self.graph.explore(&mut self.verdict, mark, &enough, go_on)?;
                Label::of(self.graph.leads_to(node))
            }
        };
        self.graph.world.undo();
        Ok(label)
    }

    /// Judges the moment after `k` turns, where the world is; the bits of what it leads to.
    fn moment(
        &mut self,
        k: u64,
        moments: &mut Moments,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<u8, AssumptionBroken> {
        let known = self.known;
        let enough = |states: usize, found: u8| (found | known) & BOTH == BOTH && states >= ENOUGH;
        let node = self.graph.explore(&mut self.verdict, 0, &enough, go_on)?;
        let leads = self.graph.leads_to(node);
        self.known |= leads & BOTH;
        let label = Label::of(leads | self.known);
        if leads & bit(PASSES) != 0 && !moments.gap {
            moments.passing.get_or_insert((k, node));
        }
        if leads & bit(FAILS) != 0 && !moments.gap {
            moments.failing.get_or_insert((k, node));
        }
        moments.gap |= label == Label::Unknown;
        moments.labels.push(label);
        Ok(leads)
    }

    fn fate(&self, moments: Moments, next: Vec<(Pid, Label)>, endless: bool) -> Fate {
        let Moments { mut labels, passing, failing, .. } = moments;
        labels.reverse();
        let ending = match (self.failed, labels.last()) {
            (None, Some(Label::Safe)) if next.is_empty() => Ending::Passes,
            (None, Some(Label::Lost)) if next.is_empty() => Ending::Fails,
            (Some(_), _) => Ending::Fails,
            (None, _) => Ending::Open,
        };
        let way = |moment: Option<(u64, u32)>, goal: OutcomeId| {
            let (after, node) = moment?;
            let rest = self.graph.fewest_turns(node, goal)?;
            let rest = rest.into_iter().map(|index| (self.pids[usize::from(index)], 1));
            let schedule = self.run.first(after).parts().iter().copied().chain(rest).collect();
            Some(LeavingSchedule { after, schedule })
        };
        Fate {
            labels,
            ending,
            failed: self.failed,
            next,
            last_exit: way(passing.filter(|_| ending != Ending::Passes), PASSES),
            last_danger: way(failing.filter(|_| ending == Ending::Passes), FAILS),
            endless,
            states: self.graph.states(),
        }
    }
}
