//! The choices along a run: at each of its moments what can come of each task's taking the next turn, and which share of
//! all that can follow fails. Unlike the labels of a run this takes all states behind it, those after a failure, too.

use super::drawn::{BUDGET, SampledShare};
use super::{FAILS, Judging, Verdict};
use crate::executive::Pid;
use crate::explore::fate::{FateError, Label};
use crate::explore::graph::{After, FailingShare, Graph, Judge, OutcomeId, bit};
use crate::explore::world::{AssumptionBroken, Moved, World};
use std::collections::BTreeMap;

/// A state of the run, and what can follow.
#[derive(Debug, Clone, PartialEq)]
pub struct FateMoment {
    /// What can come of it.
    pub label: Label,
    /// For each task that can take the next turn what can come of that.
    pub picks: Vec<(Pid, Label)>,
    /// The share of what can follow that fails; `None` if that was not counted: some schedule never ends, or the bound was
    /// reached.
    pub share: Option<FailingShare>,
    /// What came of some draws, where the share was not counted and it matters who takes the next turn.
    pub sampled: Option<SampledShare>,
}

impl FateMoment {
    /// Whether it matters who takes the next turn.
    #[must_use]
    pub fn is_choice(&self) -> bool {
        self.picks.windows(2).any(|two| two[0].1 != two[1].1)
    }
}

/// The choices along a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// Turns of the run before the first moment that was looked at.
    pub lead: u64,
    /// The moments from there on, the last one after the last turn.
    pub moments: Vec<FateMoment>,
    /// States that were looked at.
    pub states: usize,
}

/// The mark of states in which something has failed already.
pub(super) const FAILED: u32 = 1;

/// Follows orders to their ends, past what fails on the way.
struct ToTheEnd<'v, 'a>(&'v mut Verdict<'a>);

impl Judge for ToTheEnd<'_, '_> {
    fn before(&mut self, _: &World, _: u32, _: usize) {}

    fn after(&mut self, world: &World, mark: u32, index: usize, moved: &Moved) -> After {
        let failed = mark == FAILED || self.0.fails(world.machine(), index, moved.ended);
        After::State(if failed { FAILED } else { 0 })
    }

    fn end(&mut self, world: &World, mark: u32) -> OutcomeId {
        if mark == FAILED { FAILS } else { self.0.end(world, mark) }
    }

    fn certain(&self, mark: u32) -> u8 {
        if mark == FAILED { bit(FAILS) } else { 0 }
    }
}

impl Judging<'_> {
    /// The choices along the run.
    pub fn choices(&mut self, go_on: &mut dyn FnMut() -> bool) -> Result<Result<Choices, FateError>, AssumptionBroken> {
        if let Some(error) = self.follow()? {
            return Ok(Err(error));
        }
        let (mut moments, mut known, mut budget) = (Vec::new(), BTreeMap::new(), BUDGET);
        for k in (self.lead..=self.run.turns()).rev() {
            let mark = if self.failed.is_some_and(|failed| failed <= k) { FAILED } else { 0 };
            let mut judge = ToTheEnd(&mut self.verdict);
            let node = self.graph.explore(&mut judge, mark, &|_, _| false, go_on)?;
            let mut moment = self.moment_at(node, &mut known);
            let counts = moment.is_choice() || moments.is_empty() && moment.label != Label::NeverEnds;
            if moment.share.is_none() && counts {
                moment.sampled = self.draw(mark, &mut budget)?;
            }
            moments.push(moment);
            if k > self.lead {
                self.graph.world.undo();
            }
        }
        moments.reverse();
        Ok(Ok(Choices { lead: self.lead, moments, states: self.graph.states() }))
    }

    fn moment_at(&self, node: u32, known: &mut BTreeMap<u32, FailingShare>) -> FateMoment {
        let picks = self.graph.next_states(node).map(|(index, to)| (self.pids[index], label(&self.graph, to)));
        let mut picks: Vec<(Pid, Label)> = picks.collect();
        picks.sort_unstable_by_key(|(pid, _)| *pid);
        FateMoment {
            label: label(&self.graph, node),
            picks,
            share: self.graph.share(node, FAILS, known),
            sampled: None,
        }
    }
}

/// What can come of a state.
fn label(graph: &Graph, node: u32) -> Label {
    if graph.mark(node) == FAILED { Label::Lost } else { Label::of(graph.leads_to(node)) }
}
