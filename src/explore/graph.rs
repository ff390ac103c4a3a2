//! The states that orders of single turns lead through, as a graph that grows while something is asked of it.
//!
//! Every state can be the start of a question: what is known of the states behind it is kept, so that a run is best
//! asked about from its end. What a turn means is up to a [`Judge`]: it may end the order, as far as the question goes,
//! in a *goal*.

mod share;
mod ways;

use super::hash::mix;
use super::seen::StateTable;
use super::world::{AssumptionBroken, Moved, Rules, World};
use crate::executive::Machine;
pub use share::FailingShare;

/// What an order leads to, by number. Those from [`TOLD_APART`] on share a bit of [`Graph::leads_to`].
pub(super) type OutcomeId = u32;

/// Goals with a bit of their own in what a state leads to.
const TOLD_APART: u32 = 5;
/// Bit for orders that never end, without a goal.
pub(super) const ENDLESS: u8 = 1 << 6;
/// Bit for states from which not everything was tried.
pub(super) const OPEN: u8 = 1 << 7;

/// The bit of a goal.
pub(super) const fn bit(goal: OutcomeId) -> u8 {
    1 << if goal < TOLD_APART { goal } else { TOLD_APART }
}

/// What a turn leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// A state; the mark makes another one of it if it differs.
    State(u32),
    /// A goal: nothing that follows matters.
    Goal(OutcomeId),
}

/// Says what turns and ends mean.
pub(super) trait Judge {
    /// Looks at a task's turn before it is taken in a state with a mark.
    fn before(&mut self, world: &World, mark: u32, index: usize);
    /// Says what that turn has led to.
    fn after(&mut self, world: &World, mark: u32, index: usize, moved: &Moved) -> After;
    /// Says what a state is in which no task can run.
    fn end(&mut self, world: &World, mark: u32) -> OutcomeId;
    /// The bits of what every order through a state with a mark leads to, even if it never ends.
    fn certain(&self, _mark: u32) -> u8 {
        0
    }
}

/// How much a question may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// States, at most.
    pub states: usize,
    /// Bytes of them and of the way to them, at most.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { states: 100_000, bytes: 64 << 20 }
    }
}

/// A turn from a state.
#[derive(Debug, Clone, Copy)]
struct Edge {
    to: To,
    /// Index of the task whose turn it is.
    index: u8,
}

#[derive(Debug, Clone, Copy)]
enum To {
    Node(u32),
    Goal(OutcomeId),
}

#[derive(Debug)]
struct Node {
    edges: Vec<Edge>,
    /// What it is if no task can run.
    end: Option<OutcomeId>,
    mark: u32,
    /// The tasks whose turns are still to be tried, by bit.
    todo: u32,
    /// It is on the way to the state that is being looked at.
    on_path: bool,
    /// What it leads to, by bits, as far as is known.
    leads: u8,
    /// Its place among the states of the question at hand.
    slot: u32,
}

/// The graph, and the machine that goes about in it.
pub(super) struct Graph {
    pub world: World,
    seen: StateTable,
    nodes: Vec<Node>,
    edges: usize,
    /// The way from the state of the question to the one that is being looked at.
    path: Vec<u32>,
    /// The states of the question at hand.
    touched: Vec<u32>,
    /// What the turns have cost so far.
    spent: usize,
    /// What those have led to so far, by bits.
    found: u8,
    limits: Limits,
    over: bool,
}

/// Turns between two looks at whether to continue.
const SLICE: u64 = 1024;
/// Turns from the state of a question to the states that are looked at, at most: the way back is kept.
const DEEPEST: usize = 1 << 14;
/// What a turn costs while a deadline is set, in turns without: all of the machine is kept for the way back.
const TIMED: usize = 8;
/// Turns to take for each state that a question may look at, at most.
const TURNS: usize = 2;

impl Graph {
    /// An empty one of single turns, at the state of a machine.
    pub fn new(start: &Machine, rules: &Rules, limits: Limits) -> Graph {
        let rules = Rules { total: true, hashed: true, ..rules.clone() };
        Graph::of(World::new(start, rules), limits)
    }

    /// An empty one of the steps that rules allow, at the first state in which every task stands in front of one.
    pub fn of_steps(start: &Machine, rules: &Rules, limits: Limits) -> Result<Graph, AssumptionBroken> {
        let mut world = World::new(start, Rules { hashed: true, ..rules.clone() });
        world.lead()?;
        Ok(Graph::of(world, limits))
    }

    fn of(world: World, limits: Limits) -> Graph {
        Graph {
            world,
            seen: StateTable::default(),
            nodes: Vec::new(),
            edges: 0,
            path: Vec::new(),
            touched: Vec::new(),
            spent: 0,
            found: 0,
            limits,
            over: false,
        }
    }

    /// How many states it has.
    pub fn states(&self) -> usize {
        self.nodes.len()
    }

    /// Whether a limit was reached, or it was stopped.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What a state leads to, by bits: the goals, [`ENDLESS`], and [`OPEN`] if there may be more.
    pub fn leads_to(&self, node: u32) -> u8 {
        self.nodes[node as usize].leads
    }

    /// Makes a goal of each state that certainly leads to none of some goals, by bits: whether there is one.
    pub fn mark_lost(&mut self, wanted: u8, goal: OutcomeId) -> bool {
        let mut any = false;
        for node in self.nodes.iter_mut().filter(|node| node.leads & (wanted | OPEN) == 0) {
            node.end = Some(goal);
            any = true;
        }
        any
    }

    /// Tries all orders from the state the world is in, until everything is known, until it is `enough` by the number of
    /// new states and the bits of what was found, or until a limit is reached; the next turns are taken in any case.
    /// Gives the state; the world is in it afterwards.
    pub fn explore(
        &mut self,
        judge: &mut impl Judge,
        mark: u32,
        enough: &dyn Fn(usize, u8) -> bool,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<u32, AssumptionBroken> {
        self.touched.clear();
        self.found = 0;
        let before = self.nodes.len();
        let (root, mut turns) = (self.enter(judge, mark).0, 0u64);
        while let Some(&at) = self.path.last() {
            let node = &mut self.nodes[at as usize];
            if node.todo == 0 {
                node.on_path = false;
                self.path.pop();
                if !self.path.is_empty() {
                    self.world.undo();
                }
                continue;
            }
            turns += 1;
            self.spent += if self.world.machine().has_deadlines() { TIMED } else { 1 };
            self.over |= self.spent > TURNS * self.limits.states
                || self.nodes.len() >= self.limits.states
                || self.bytes() > self.limits.bytes;
            self.over |= turns % SLICE == 0 && !go_on();
            if self.path.len() > 1 && (self.over || enough(self.nodes.len() - before, self.found)) {
                self.leave();
                continue;
            }
            self.turn(judge, at)?;
        }
        self.settle();
        Ok(root)
    }

    fn bytes(&self) -> usize {
        let graph = self.nodes.len() * size_of::<Node>() + self.edges * size_of::<Edge>();
        graph + self.seen.bytes() + self.world.bytes()
    }

    /// Takes a turn that is still to be tried in a state. The world stays in the state it leads to if something is to be
    /// tried there.
    fn turn(&mut self, judge: &mut impl Judge, at: u32) -> Result<(), AssumptionBroken> {
        let node = &mut self.nodes[at as usize];
        let (index, mark) = (node.todo.trailing_zeros() as usize, node.mark);
        node.todo &= node.todo - 1;
        judge.before(&self.world, mark, index);
        let moved = self.world.step(index)?;
        let (to, stays) = match judge.after(&self.world, mark, index, &moved) {
            After::Goal(goal) => {
                self.found |= bit(goal);
                (To::Goal(goal), false)
            }
            After::State(mark) => {
                let (node, entered) = self.enter(judge, mark);
                (To::Node(node), entered)
            }
        };
        self.edges += 1;
        self.nodes[at as usize].edges.push(Edge { to, index: index as u8 });
        if !stays {
            self.world.undo();
        }
        Ok(())
    }

    /// The number of the state the world is in, and whether the way continues from it.
    fn enter(&mut self, judge: &mut impl Judge, mark: u32) -> (u32, bool) {
        let fresh = self.nodes.len() as u32;
        let key = self.world.key() ^ mix(u64::MAX, mark.into(), 0);
        if let Some(known) = self.seen.entry(key, fresh) {
            let known = *known;
            let (asked, ready) = (self.place(known).is_some(), self.world.ready());
            let node = &mut self.nodes[known as usize];
            if node.on_path {
                // Orders go round in a circle here.
                node.leads |= ENDLESS;
                self.found |= ENDLESS;
                return (known, false);
            }
            self.found |= node.leads & !OPEN;
            // An earlier question has left something behind it untried.
            let enters = node.leads & OPEN != 0 && !asked && self.path.len() < DEEPEST;
            if enters {
                self.edges -= node.edges.len();
                node.edges.clear();
                node.todo = ready;
                self.push(known);
            }
            return (known, enters);
        }
        let ready = self.world.ready();
        let end = (ready == 0).then(|| judge.end(&self.world, mark));
        self.found |= end.map_or(0, bit);
        let edges = Vec::with_capacity(ready.count_ones() as usize);
        let deep = ready != 0 && self.path.len() >= DEEPEST;
        let leads = judge.certain(mark) | if deep { OPEN } else { 0 };
        self.nodes.push(Node { edges, end, mark, todo: ready, on_path: false, leads, slot: 0 });
        if !deep {
            self.push(fresh);
        }
        (fresh, !deep)
    }

    fn push(&mut self, node: u32) {
        self.nodes[node as usize].on_path = true;
        self.nodes[node as usize].slot = self.touched.len() as u32;
        self.touched.push(node);
        self.path.push(node);
    }

    /// Goes back to the state of the question.
    fn leave(&mut self) {
        for at in self.path.drain(1..) {
            self.nodes[at as usize].on_path = false;
            self.world.undo();
        }
    }

    /// Finds out backwards what the states of the question lead to.
    fn settle(&mut self) {
        let mut came_from: Vec<Vec<u32>> = vec![Vec::new(); self.touched.len()];
        for (&at, slot) in self.touched.iter().zip(0..) {
            let node = &self.nodes[at as usize];
            let mut leads = node.leads & !OPEN | node.end.map_or(0, bit) | if node.todo != 0 { OPEN } else { 0 };
            for edge in &node.edges {
                match edge.to {
                    To::Goal(goal) => leads |= bit(goal),
                    To::Node(to) => match self.place(to) {
                        Some(place) => came_from[place].push(slot),
                        None => leads |= self.nodes[to as usize].leads,
                    },
                }
            }
            self.nodes[at as usize].leads = leads;
        }
        let mut todo: Vec<u32> = (0..self.touched.len() as u32).collect();
        while let Some(slot) = todo.pop() {
            let leads = self.nodes[self.touched[slot as usize] as usize].leads;
            for &from in &came_from[slot as usize] {
                let node = &mut self.nodes[self.touched[from as usize] as usize];
                if node.leads | leads != node.leads {
                    node.leads |= leads;
                    todo.push(from);
                }
            }
        }
    }

    /// The place of a state among those of the question.
    fn place(&self, node: u32) -> Option<usize> {
        let slot = self.nodes[node as usize].slot as usize;
        (self.touched.get(slot) == Some(&node)).then_some(slot)
    }
}
