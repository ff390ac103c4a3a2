//! Depth first through all orders of steps, with those left out that lead to the same.
//!
//! Two ways to leave out, which go together: *sleep sets* (a step that commutes with all that came since
//! it was tried is not tried again) and *states seen*. With sleep sets alone each class of equivalent
//! orders is run exactly once. A state seen is gone into again only for the steps that slept when it was
//! first seen and are awake now (P. Godefroid, Partial-Order Methods, chapter 5).

use super::check::{Asked, Checks, Watch};
use super::count::{self, Step};
use super::foot::Foot;
use super::report::{Bound, Report};
use super::seen::States;
use super::world::{Moved, Rules, Surprise, World};
use crate::executive::Machine;

/// Steps of a task that is alone ready which are taken in one stretch, at most: then somebody asks whether to go on.
const STRAIGHT: u32 = 256;

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Schedules run, at most.
    pub schedules: u64,
    /// Steps taken, at most.
    pub steps: u64,
    /// Turns of a schedule, at most.
    pub turns: u64,
    /// Bytes of the table of states, at most.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { schedules: u64::MAX, steps: u64::MAX, turns: 1_000_000, bytes: 1 << 30 }
    }
}

/// What one search is to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task<'a> {
    pub start: &'a Machine,
    pub checks: &'a Checks,
    pub collect: &'a [Asked],
    pub bounds: Bounds,
    /// Leave out orders that only swap steps that commute.
    pub sleep: bool,
    /// Leave out what follows from a state that was there before.
    pub once: Option<&'a States>,
    /// Count what each schedule stands for.
    pub count: bool,
    /// Steps to begin with, by index: the search is below them.
    pub prefix: &'a [Below],
}

/// Whom to let step at a node on the way down to where a search begins, and who has been tried there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Below {
    pub index: usize,
    /// The siblings before it, which sleep if they commute with it.
    pub tried: u32,
}

/// A state on the way, and who is still to be tried in it.
#[derive(Debug, Clone, Copy)]
struct Node {
    todo: u32,
    sleep: u32,
    tried: u32,
}

/// A search under way.
pub(super) struct Search<'a> {
    task: Task<'a>,
    world: World,
    nodes: Vec<Node>,
    /// What the steps from each node touch, by node and task.
    feet: Vec<Foot>,
    lead: Vec<u64>,
    path: Vec<Step>,
    report: Report,
    from: u64,
    watch: Watch<'a>,
    /// No order is left out and none counted: who is alone ready can be run in one stretch.
    plain: bool,
}

impl<'a> Search<'a> {
    pub fn new(task: Task<'a>, rules: &Rules) -> Result<Search<'a>, Surprise> {
        let rules = Rules { hashed: task.once.is_some() || task.checks.same, ..rules.clone() };
        let watch = Watch::new(task.checks, task.start);
        let plain = !task.sleep && task.once.is_none() && !task.count;
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
            plain,
        };
        search.begin()?;
        Ok(search)
    }

    fn begin(&mut self) -> Result<(), Surprise> {
        self.look();
        let mut sleep = 0;
        let mut feet = vec![Foot::default(); self.world.machine().tasks().len()];
        for below in self.task.prefix {
            // The siblings are stepped and taken back, to know what they touch.
            for j in bits(below.tried & !sleep) {
                feet[j] = self.world.step(j)?.foot;
                self.world.undo();
            }
            let moved = self.world.step(below.index)?;
            if self.task.sleep {
                sleep = awake(sleep | below.tried, &feet, &moved.foot);
            }
            self.path.push((below.index, moved));
            self.after(below.index, &moved);
        }
        self.feet = feet;
        self.descend(sleep, 0)?;
        Ok(())
    }

    /// Goes on for so many steps; true when it is at its end.
    pub fn run(&mut self, steps: u64) -> Result<bool, Surprise> {
        for _ in 0..steps {
            let Some(node) = self.nodes.last_mut() else { return Ok(true) };
            if node.todo == 0 {
                self.nodes.pop();
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
            let moved = self.world.step(index)?;
            self.report.steps += 1;
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
        let bound = match () {
            () if self.report.steps >= steps => Bound::Schedules,
            // It is no bound if this was the last one.
            () if self.report.schedules >= schedules && self.nodes.iter().any(|n| n.todo != 0) => Bound::Schedules,
            () if self.task.once.is_some_and(|states| states.bytes() > bytes) => Bound::Memory,
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

    /// Ends it: somebody has stopped it.
    pub fn stop(&mut self) {
        self.report.limit(Bound::Stopped);
    }

    /// What has been found so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The end: what has been found.
    pub fn into_report(self) -> Report {
        self.report
    }

    fn leave(&mut self) {
        self.world.undo();
        if self.task.count {
            self.path.pop();
        }
    }

    /// Looks at the state a step has led to.
    fn after(&mut self, index: usize, moved: &Moved) {
        if let Some(outcome) = moved.ended
            && let Some(failure) = self.task.checks.ended(self.world.machine(), index, outcome)
        {
            self.report.failed(failure, &self.world, None);
        }
        if moved.watched {
            self.look();
        }
    }

    fn look(&mut self) {
        if let Some(failure) = self.watch.look(self.world.machine()) {
            self.report.failed(failure, &self.world, None);
        }
    }

    /// Goes into a state: false if there is nothing to do in it any more. What sleeping steps touch stands
    /// at `feet`.
    fn descend(&mut self, sleep: u32, feet: usize) -> Result<bool, Surprise> {
        let ready = self.world.ready();
        if ready == 0 {
            self.end();
            return Ok(false);
        }
        let mut todo = ready & !sleep;
        match self.task.once {
            None => self.report.states += 1,
            Some(states) => match states.asleep(self.world.key(), sleep & ready) {
                None => self.report.states += 1,
                // Gone into before: only for what slept then and is awake now.
                Some(before) => todo &= before,
            },
        }
        if todo == 0 || self.is_long() {
            return Ok(false);
        }
        if self.plain && ready.is_power_of_two() {
            return self.straight(ready.trailing_zeros() as usize);
        }
        self.nodes.push(Node { todo, sleep, tried: 0 });
        if self.task.sleep {
            let n = self.lead.len();
            self.feet.resize(self.nodes.len() * n, Foot::default());
            let to = (self.nodes.len() - 1) * n;
            for j in bits(sleep) {
                self.feet[to + j] = self.feet[feet + j];
            }
        }
        Ok(true)
    }

    /// Lets the only task that is ready go on in a state, with one way back over all its steps. True if there is
    /// still something to do where that has led to.
    fn straight(&mut self, index: usize) -> Result<bool, Surprise> {
        let mut moved = self.world.step(index)?;
        for left in (0..STRAIGHT).rev() {
            self.report.steps += 1;
            self.after(index, &moved);
            if self.world.ready() == 0 {
                self.end();
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
        self.nodes.push(Node { todo: 0, sleep: 0, tried: 1 << index });
        self.nodes.push(Node { todo: self.world.ready(), sleep: 0, tried: 0 });
        Ok(true)
    }

    /// A schedule has come to its end.
    fn end(&mut self) {
        let orders = self.task.count.then(|| count::orders(&self.lead, &self.path)).flatten();
        self.report.ended(&self.world, self.task.checks, self.task.collect, orders);
    }

    /// Whether the schedule has as many turns as one may have: it is left there.
    fn is_long(&mut self) -> bool {
        let long = self.world.machine().turns() - self.from >= self.task.bounds.turns;
        if long {
            self.report.limit(Bound::Turns);
        }
        long
    }
}

/// Who sleeps on after a step: who commutes with it.
#[inline]
fn awake(sleep: u32, feet: &[Foot], step: &Foot) -> u32 {
    bits(sleep).filter(|j| feet[*j].commutes(step)).fold(0, |bits, j| bits | 1 << j)
}

/// The numbers of the bits that are set.
#[inline]
pub(super) fn bits(mut set: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let i = set.trailing_zeros() as usize;
        (set != 0).then(|| {
            set &= set - 1;
            i
        })
    })
}
