//! All orders of single turns, as a graph of the states they lead through.
//!
//! A search leaves out orders that only swap what commutes; this graph leaves out none, so that it can say how many
//! orders fail, and which schedule has the fewest switches or turns. It is built after a search, and only while it
//! stays small.

mod count;
mod shortest;

use super::check::{Checks, Failure, ScopedExpr, Watch};
use super::report::Values;
use super::schedule::Schedule;
use super::seen::StateTable;
use super::world::{AssumptionBroken, Rules, World};
use crate::executive::{Machine, Pid};

/// Failures told apart, at most: one bit each.
const FAILURES: usize = 64;

/// A turn from a state to another.
#[derive(Debug, Clone, Copy)]
struct Edge {
    to: u32,
    /// Index of the task whose turn it is.
    index: u8,
    /// The failures that happen in this turn, by bit.
    failed: u64,
}

/// A final state.
#[derive(Debug, Clone, Copy)]
struct End {
    /// The failures that it is, by bit.
    failed: u64,
    /// What was collected in it, by number.
    values: u32,
}

#[derive(Debug, Default)]
struct OrderState {
    edges: Vec<Edge>,
    end: Option<End>,
    /// It is on the way to the state that is being looked at.
    open: bool,
}

/// The graph.
#[derive(Debug)]
pub(super) struct Orders {
    states: Vec<OrderState>,
    /// Each state after all that it leads to, if no order goes round in a circle.
    finished: Vec<u32>,
    pids: Vec<Pid>,
    failures: Vec<Failure>,
    values: Vec<String>,
    /// Failures of the state it starts in, by bit.
    at_start: u64,
    /// Some order never ends.
    endless: bool,
}

/// What is known of all orders that fail in one way, or end with the same values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Exact {
    /// How many; `None` if some order never ends, or there are too many for 128 bits.
    pub orders: Option<u128>,
    /// The fewest turns after which it is so.
    pub turns: u64,
    /// The one with the fewest switches, and the fewest turns of those.
    pub schedule: Schedule,
}

/// What is known of all orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Known {
    /// How many there are, if all of them end.
    pub orders: Option<u128>,
    /// How many fail in any way, if all of them end.
    pub failing: Option<u128>,
    pub failures: Vec<(Failure, Exact)>,
    pub values: Vec<(String, Exact)>,
}

/// What a graph is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub start: &'a Machine,
    pub checks: &'a Checks,
    pub collect: &'a [ScopedExpr],
}

/// Why there is no graph.
pub(super) enum NoGraph {
    /// It has more states than it may have, or more failures than can be distinguished.
    Large,
    /// The search was stopped.
    Stopped,
}

/// Turns between two looks at whether to continue.
const SLICE: usize = 4096;

/// Builds the graph, with a bound on its states.
pub(super) fn build(
    subject: Subject<'_>,
    rules: &Rules,
    most: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Result<Orders, NoGraph>, AssumptionBroken> {
    let mut build = Building::new(subject, rules);
    let mut steps = 0;
    build.enter();
    while let Some((node, todo)) = build.path.last_mut() {
        let node = *node;
        if *todo == 0 {
            build.path.pop();
            build.orders.states[node as usize].open = false;
            build.orders.finished.push(node);
            if !build.path.is_empty() {
                build.world.undo();
            }
            continue;
        }
        let index = todo.trailing_zeros() as usize;
        *todo &= *todo - 1;
        build.turn(node, index)?;
        steps += 1;
        if build.orders.states.len() > most || build.orders.failures.len() > FAILURES {
            return Ok(Err(NoGraph::Large));
        }
        if steps % SLICE == 0 && !go_on() {
            return Ok(Err(NoGraph::Stopped));
        }
    }
    Ok(Ok(build.orders))
}

struct Building<'a> {
    subject: Subject<'a>,
    watch: Watch<'a>,
    world: World,
    seen: StateTable,
    /// The states on the way to where the world is, and the tasks whose turns are still to be taken there.
    path: Vec<(u32, u32)>,
    orders: Orders,
}

impl<'a> Building<'a> {
    fn new(subject: Subject<'a>, rules: &Rules) -> Building<'a> {
        let rules = Rules { total: true, hashed: true, ..rules.clone() };
        let (world, watch) = (World::new(subject.start, rules), Watch::new(subject.checks, subject.start));
        let pids = subject.start.tasks().iter().map(|t| t.pid).collect();
        let orders = Orders {
            states: Vec::new(),
            finished: Vec::new(),
            pids,
            failures: Vec::new(),
            values: Vec::new(),
            at_start: 0,
            endless: false,
        };
        let mut building = Building { subject, watch, world, seen: StateTable::default(), path: Vec::new(), orders };
        building.orders.at_start = building.broken();
        building
    }

    /// Takes a turn of a task in a state. The world stays in the state it leads to if that is new.
    fn turn(&mut self, node: u32, index: usize) -> Result<(), AssumptionBroken> {
        let moved = self.world.step(index)?;
        let ended = moved.ended.and_then(|outcome| self.subject.checks.ended(self.world.machine(), index, outcome));
        let mut failed = ended.map_or(0, |failure| self.bit(failure));
        if moved.watched {
            failed |= self.broken();
        }
        let before = self.orders.states.len() as u32;
        let to = self.enter();
        self.orders.states[node as usize].edges.push(Edge { to, index: index as u8, failed });
        if to < before {
            self.orders.endless |= self.orders.states[to as usize].open;
            self.world.undo();
        }
        Ok(())
    }

    /// The number of the state the world is in. If it is new, it is where the way continues.
    fn enter(&mut self) -> u32 {
        let fresh = self.orders.states.len() as u32;
        if let Some(known) = self.seen.entry(self.world.key(), fresh) {
            return *known;
        }
        let ready = self.world.ready();
        let end = (ready == 0).then(|| self.end());
        self.orders.states.push(OrderState { edges: Vec::new(), end, open: true });
        self.path.push((fresh, ready));
        fresh
    }

    fn end(&mut self) -> End {
        let failures = self.subject.checks.finally(self.world.machine());
        let failed = failures.into_iter().fold(0, |bits, failure| bits | self.bit(failure));
        let text = match self.subject.collect {
            [] => String::new(),
            collect => Values::of(collect, self.world.machine()).text(),
        };
        let values = self.orders.values.iter().position(|v| *v == text).unwrap_or_else(|| {
            self.orders.values.push(text);
            self.orders.values.len() - 1
        });
        End { failed, values: values as u32 }
    }

    /// The properties that are broken here, by bit.
    fn broken(&mut self) -> u64 {
        self.watch.look(self.world.machine()).into_iter().fold(0, |bits, failure| bits | self.bit(failure))
    }

    /// The bit of a failure. The one after the last stands for all that have none.
    fn bit(&mut self, failure: Failure) -> u64 {
        let known = self.orders.failures.iter().position(|f| *f == failure);
        let at = known.unwrap_or_else(|| {
            self.orders.failures.push(failure);
            self.orders.failures.len() - 1
        });
        1u64.checked_shl(at as u32).unwrap_or(0)
    }
}

impl Orders {
    /// All that is known of the orders.
    pub fn known(&self) -> Known {
        let counts = if self.endless { count::Counts::default() } else { self.count() };
        let shortest = self.shortest();
        let exact = |orders: Option<u128>, goal: shortest::ShortestSchedules| {
            let (turns, schedule) = goal.found.unwrap_or_default();
            Exact { orders, turns, schedule }
        };
        let failures = self.failures.iter().zip(shortest.failures).enumerate();
        let failures = failures.map(|(i, (f, goal))| (f.clone(), exact(counts.failure(i), goal))).collect();
        let values = self.values.iter().zip(shortest.values).enumerate();
        let values = values.map(|(i, (v, goal))| (v.clone(), exact(counts.values(i), goal))).collect();
        Known { orders: counts.all(), failing: counts.failing(), failures, values }
    }
}
