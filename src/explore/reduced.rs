//! Depth first through all orders of steps, except those that lead to the same.
//!
//! Two reductions, which go together: *sleep sets* (a step that commutes with everything since it was tried is not
//! tried again) and *states seen*. With sleep sets alone each class of equivalent orders is run exactly once. A state
//! seen before is entered again only for the steps that slept then and are awake now (P. Godefroid, Partial-Order
//! Methods, chapter 5).

mod begin;
mod few;
mod parts;

use super::bounds::{Bounds, bits};
use super::check::{Checks, Failure, ScopedExpr, Watch};
use super::count::{self, ScheduleStep};
use super::footprint::Footprint;
use super::persistent::Persistent;
use super::report::{Bound, Report};
use super::seen::States;
use super::unit::{Below, Unit};
use super::world::{AssumptionBroken, Moved, Rules, World};
use crate::executive::Machine;

/// Steps of the only task that is ready which are taken in one stretch, at most.
const STRAIGHT: u32 = 256;

/// What one search is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct SearchTask<'a> {
    pub start: &'a Machine,
    pub checks: &'a Checks,
    pub collect: &'a [ScopedExpr],
    pub bounds: Bounds,
    /// Leave out orders that only swap steps that commute.
    pub sleep: bool,
    /// Leave out what follows from a state that was there before.
    pub once: Option<&'a States>,
    /// Leave out what follows from a state that was there before with tasks that are alike in other places.
    pub alike: bool,
    /// Count what each schedule stands for.
    pub count: bool,
}

/// A state on the way, and the tasks still to be tried in it.
#[derive(Debug, Clone, Copy)]
struct Node {
    todo: u32,
    sleep: u32,
    tried: u32,
    /// Failures on the way to it.
    failed: usize,
}

/// A search under way.
pub(super) struct Search<'a> {
    task: SearchTask<'a>,
    world: World,
    nodes: Vec<Node>,
    /// What the steps from each node touch, by node and task.
    feet: Vec<Footprint>,
    lead: Vec<u64>,
    path: Vec<ScheduleStep>,
    report: Report,
    from: u64,
    watch: Watch<'a>,
    /// The way to the first node.
    below: Vec<Below>,
    /// Failures on the way to where the search is, each once.
    failed: Vec<Failure>,
    /// What tasks can still touch, where persistent sets are used.
    persistent: Option<Persistent>,
    /// Cells that counting may still fill.
    cells: usize,
    /// Nothing is left out or counted and nothing is split off: the only task that is ready can run in one stretch.
    plain: bool,
}

impl<'a> Search<'a> {
    /// A search below the state where a unit begins.
    pub fn new(task: SearchTask<'a>, unit: &Unit, rules: &Rules) -> Result<Search<'a>, AssumptionBroken> {
        let hashed = task.once.is_some() || task.checks.same;
        let rules = Rules { hashed, alike: task.alike, ..rules.clone() };
        let watch = Watch::new(task.checks, task.start);
        let mut world = World::new(task.start, rules);
        world.lead()?;
        let lead = task.start.tasks().iter().zip(world.machine().tasks());
        let lead = lead.map(|(a, b)| b.counters.turns - a.counters.turns).collect();
        let mut search = Search {
            task,
            world,
            nodes: Vec::new(),
            feet: Vec::new(),
            lead,
            path: Vec::new(),
            report: Report::default(),
            from: task.start.turns(),
            watch,
            below: unit.path[..unit.depth()].to_vec(),
            failed: Vec::new(),
            persistent: None,
            cells: count::CELLS,
            plain: false,
        };
        search.begin(unit)?;
        Ok(search)
    }

    /// A search of everything that gives nothing away.
    pub fn whole(task: SearchTask<'a>, rules: &Rules) -> Result<Search<'a>, AssumptionBroken> {
        let mut search = Search::new(task, &Unit::root(), rules)?;
        search.plain = !task.sleep && task.once.is_none() && !task.count;
        Ok(search)
    }

    /// Continues for a number of steps; true when it is at its end.
    pub fn run(&mut self, steps: u64) -> Result<bool, AssumptionBroken> {
        for _ in 0..steps {
            let Some(node) = self.nodes.last_mut() else { return Ok(true) };
            if node.todo == 0 {
                self.nodes.pop();
                if let Some(persistent) = &mut self.persistent {
                    persistent.leave();
                }
                if self.task.sleep {
                    self.feet.truncate(self.nodes.len() * self.lead.len());
                }
                if !self.nodes.is_empty() {
                    self.leave();
                }
                continue;
            }
            let index = node.todo.trailing_zeros() as usize;
            node.todo &= node.todo - 1;
            let (sleep, tried) = (node.sleep, node.tried);
            node.tried |= 1 << index;
            let pc = self.world.machine().tasks()[index].context.pc;
            let moved = self.world.step(index)?;
            self.report.steps += 1;
            if let Some(persistent) = &mut self.persistent {
                persistent.learn(&self.world, index, pc, &moved.foot);
                if persistent.is_void() {
                    return Ok(true);
                }
            }
            let at = (self.nodes.len() - 1) * self.lead.len();
            let mut asleep = 0;
            if self.task.sleep {
                asleep = awake(sleep | tried, &self.feet[at..], &moved.foot);
                self.feet[at + index] = moved.foot;
            }
            if self.task.count {
                self.path.push((index, moved));
            }
            self.after(index, &moved);
            if !self.descend(asleep, at)? {
                self.leave();
            }
            if self.over() {
                return Ok(true);
            }
        }
        Ok(self.nodes.is_empty())
    }

    fn over(&mut self) -> bool {
        let Bounds { schedules, steps, bytes, .. } = self.task.bounds;
        let more = |search: &Search<'_>| search.nodes.iter().any(|n| n.todo != 0);
        let bound = match () {
            () if self.report.steps >= steps && more(self) => Bound::Steps,
            // It is not a bound if this was the last one.
            () if self.report.schedules >= schedules && more(self) => Bound::Schedules,
            () if self.task.once.is_some_and(|states| states.bytes() > bytes) && more(self) => Bound::Memory,
            () => return false,
        };
        self.report.limit(bound);
        true
    }

    /// About how much of the search is done, from 0 to 1: as if below each step there were as much as below
    /// the others from the same state.
    pub fn part(&self) -> f64 {
        let (mut part, mut weight) = (0.0, 1.0);
        for node in &self.nodes {
            let (tried, todo) = (node.tried.count_ones(), node.todo.count_ones());
            weight /= f64::from((tried + todo).max(1));
            part += weight * f64::from(tried.saturating_sub(1));
        }
        if self.nodes.is_empty() { 1.0 } else { part }
    }

    /// Ends it for a reason of the caller's.
    pub fn stop(&mut self, bound: Bound) {
        self.report.limit(bound);
    }

    /// What has been found so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    fn leave(&mut self) {
        self.world.undo();
        if let Some(node) = self.nodes.last() {
            self.failed.truncate(node.failed);
        }
        if self.task.count {
            self.path.pop();
        }
    }

    /// Looks at the state a step has led to.
    fn after(&mut self, index: usize, moved: &Moved) {
        if let Some(outcome) = moved.ended
            && let Some(failure) = self.task.checks.ended(self.world.machine(), index, outcome)
        {
            self.failed(failure);
        }
        if self.task.checks.each(moved) {
            self.look();
        }
    }

    fn look(&mut self) {
        for failure in self.watch.look(self.world.machine()) {
            self.failed(failure);
        }
    }

    fn failed(&mut self, failure: Failure) {
        // Where states are entered once, a schedule that fails may not be run to its end.
        self.report.failed(&failure, &self.world, self.task.once.is_some());
        if !self.failed.contains(&failure) {
            self.failed.push(failure);
        }
    }

    /// Enters a state: false if there is nothing left to do in it. What sleeping steps touch stands at `feet`.
    fn descend(&mut self, sleep: u32, feet: usize) -> Result<bool, AssumptionBroken> {
        let ready = self.world.ready();
        if ready == 0 {
            self.ended();
            return Ok(false);
        }
        let mut todo = ready & !sleep;
        match self.task.once {
            None => self.report.states += 1,
            Some(states) => {
                let entered = self.world.entered(sleep & ready);
                match states.asleep(entered.key, entered.to_places(sleep & ready)) {
                    None => self.report.states += 1,
                    // Entered before: only for what slept then and is awake now.
                    Some(before) => {
                        todo &= entered.to_tasks(before);
                        if let Some(persistent) = &mut self.persistent {
                            persistent.meets(entered.key);
                        }
                    }
                }
            }
        }
        if let Some(persistent) = &mut self.persistent {
            todo &= persistent.choose(&self.world);
        }
        if todo == 0 || self.is_long() {
            return Ok(false);
        }
        if self.plain && ready.is_power_of_two() {
            return self.straight(ready.trailing_zeros() as usize);
        }
        self.push(Node { todo, sleep, tried: 0, failed: self.failed.len() }, feet);
        Ok(true)
    }

    /// Adds a node. What the steps that sleep or were tried in it touch stands at `feet`.
    fn push(&mut self, node: Node, feet: usize) {
        self.nodes.push(node);
        if let Some(persistent) = &mut self.persistent {
            persistent.enter(self.world.key());
        }
        if self.task.sleep {
            let n = self.lead.len();
            self.feet.resize(self.nodes.len() * n, Footprint::default());
            let to = (self.nodes.len() - 1) * n;
            for j in bits(node.sleep | node.tried) {
                self.feet[to + j] = self.feet[feet + j];
            }
        }
    }

    /// Lets the only task that is ready continue in a state, with one way back over all its steps. True if there is
    /// still something to do where that has led to.
    fn straight(&mut self, index: usize) -> Result<bool, AssumptionBroken> {
        let failed = self.failed.len();
        let mut moved = self.world.step(index)?;
        for left in (0..STRAIGHT).rev() {
            self.report.steps += 1;
            self.after(index, &moved);
            if self.world.ready() == 0 {
                self.ended();
                self.world.undo();
                return Ok(false);
            }
            self.report.states += 1;
            if self.is_long() {
                self.world.undo();
                return Ok(false);
            }
            if left == 0 || self.world.ready() != 1 << index {
                break;
            }
            match self.world.go_on(index)? {
                Some(further) => moved = further,
                None => break,
            }
        }
        // The state it began in has nothing else to try.
        self.nodes.push(Node { todo: 0, sleep: 0, tried: 1 << index, failed });
        self.nodes.push(Node { todo: self.world.ready(), sleep: 0, tried: 0, failed: self.failed.len() });
        Ok(true)
    }

    /// A schedule has ended.
    fn ended(&mut self) {
        let orders = self.task.count.then(|| count::orders(&self.lead, &self.path, &mut self.cells)).flatten();
        self.report.ended(&self.world, (self.task.checks, self.task.collect), orders);
        self.count_failures(orders);
    }

    /// Whether the schedule has as many turns as one may have: it is left there.
    fn is_long(&mut self) -> bool {
        let long = self.world.machine().turns() - self.from >= self.task.bounds.turns;
        if long {
            self.report.limit(Bound::Turns);
            self.count_failures(None);
        }
        long
    }

    /// Counts a schedule that was run to its end, or cut off, for the failures on its way.
    fn count_failures(&mut self, orders: Option<u128>) {
        if self.task.once.is_none() {
            self.failed.iter().for_each(|failure| self.report.count(failure, orders));
        }
    }
}

/// The steps that still sleep after a step: those that commute with it.
#[inline]
fn awake(sleep: u32, feet: &[Footprint], step: &Footprint) -> u32 {
    bits(sleep).filter(|j| feet[*j].commutes(step)).fold(0, |bits, j| bits | 1 << j)
}
