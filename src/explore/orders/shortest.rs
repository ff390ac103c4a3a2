//! The schedules with the fewest switches, and the fewest turns, that lead to each failure and each end.

use super::{Orders, Schedule};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What was found for one failure or end: the fewest turns of any order, and the schedule with the fewest switches.
#[derive(Debug, Clone, Default)]
pub(super) struct ShortestSchedules {
    pub found: Option<(u64, Schedule)>,
}

pub(super) struct Shortest {
    pub failures: Vec<ShortestSchedules>,
    pub values: Vec<ShortestSchedules>,
}

/// A state and the task that ran last: the next turn is a switch if another task takes it.
type StateAfter = u32;
/// Switches, and then turns.
type Cost = (u32, u32);

/// The way to a place: from where, and whose turn.
#[derive(Debug, Clone, Copy)]
struct ReachedBy {
    cost: Cost,
    from: StateAfter,
    index: u8,
}

const NOWHERE: StateAfter = u32::MAX;

/// The cheapest way to a goal: the place before the last turn, and the task whose turn that is, if one is needed.
type Reached = (Cost, StateAfter, Option<u8>);

/// The cheapest way to each goal.
struct Goals(Vec<Option<Reached>>);

impl Goals {
    fn of(count: usize) -> Goals {
        Goals(vec![None; count])
    }

    fn reached(&mut self, goal: usize, cost: Cost, place: StateAfter, last: Option<u8>) {
        if let Some(best) = self.0.get_mut(goal)
            && best.is_none_or(|(known, ..)| cost < known)
        {
            *best = Some((cost, place, last));
        }
    }

    fn all_reached(&mut self, mut goals: u64, cost: Cost, place: StateAfter, last: Option<u8>) {
        while goals != 0 {
            self.reached(goals.trailing_zeros() as usize, cost, place, last);
            goals &= goals - 1;
        }
    }
}

impl Orders {
    pub(super) fn shortest(&self) -> Shortest {
        let (mut failures, mut values) = (Goals::of(self.failures.len()), Goals::of(self.values.len()));
        let ways = self.fewest_switches(&mut failures, &mut values);
        let (turns_to_failures, turns_to_values) = self.fewest_turns();
        let goals = |goals: Goals, turns: Vec<Option<u64>>| {
            let found = |(best, turns): (Option<Reached>, Option<u64>)| {
                let (_, place, last) = best?;
                Some((turns?, self.schedule(&ways, place, last)))
            };
            goals.0.into_iter().zip(turns).map(|pair| ShortestSchedules { found: found(pair) }).collect()
        };
        Shortest { failures: goals(failures, turns_to_failures), values: goals(values, turns_to_values) }
    }

    /// Dijkstra over states and the task that ran last.
    fn fewest_switches(&self, failures: &mut Goals, values: &mut Goals) -> Vec<ReachedBy> {
        // One more than there are tasks: at the start none has run.
        let tasks = self.pids.len() + 1;
        let unknown = ReachedBy { cost: (u32::MAX, u32::MAX), from: NOWHERE, index: 0 };
        let mut ways = vec![unknown; self.states.len() * tasks];
        let first = (tasks - 1) as StateAfter;
        ways[first as usize].cost = (0, 0);
        failures.all_reached(self.at_start, (0, 0), first, None);
        let mut heap = BinaryHeap::from([Reverse(((0, 0), first))]);
        while let Some(Reverse((cost, place))) = heap.pop() {
            if ways[place as usize].cost < cost {
                continue;
            }
            let (state, last) = (&self.states[place as usize / tasks], place as usize % tasks);
            if let Some(end) = state.end {
                failures.all_reached(end.failed, cost, place, None);
                values.reached(end.values as usize, cost, place, None);
            }
            for edge in &state.edges {
                let switch = last != tasks - 1 && last != usize::from(edge.index);
                let next = (cost.0 + u32::from(switch), cost.1 + 1);
                failures.all_reached(edge.failed, next, place, Some(edge.index));
                let to = edge.to as usize * tasks + usize::from(edge.index);
                if next < ways[to].cost {
                    ways[to] = ReachedBy { cost: next, from: place, index: edge.index };
                    heap.push(Reverse((next, to as StateAfter)));
                }
            }
        }
        ways
    }

    /// Breadth first: the fewest turns to each failure, and to each end.
    fn fewest_turns(&self) -> (Vec<Option<u64>>, Vec<Option<u64>>) {
        let (mut failures, mut values) = (vec![None; self.failures.len()], vec![None; self.values.len()]);
        let mut reached = |mut goals: u64, turns: u64| {
            while goals != 0 {
                failures[goals.trailing_zeros() as usize].get_or_insert(turns);
                goals &= goals - 1;
            }
        };
        reached(self.at_start, 0);
        let (mut turns, mut next) = (vec![None; self.states.len()], VecDeque::from([0u32]));
        turns[0] = Some(0u64);
        while let Some(at) = next.pop_front() {
            let (state, so_far) = (&self.states[at as usize], turns[at as usize].unwrap_or(0));
            if let Some(end) = state.end {
                reached(end.failed, so_far);
                values[end.values as usize].get_or_insert(so_far);
            }
            for edge in &state.edges {
                reached(edge.failed, so_far + 1);
                if turns[edge.to as usize].is_none() {
                    turns[edge.to as usize] = Some(so_far + 1);
                    next.push_back(edge.to);
                }
            }
        }
        (failures, values)
    }

    /// The schedule that leads to a place, and a turn more.
    fn schedule(&self, ways: &[ReachedBy], place: StateAfter, last: Option<u8>) -> Schedule {
        let mut turns: Vec<u8> = last.into_iter().collect();
        let mut at = place;
        while let Some(way) = ways.get(at as usize).filter(|way| way.from != NOWHERE) {
            turns.push(way.index);
            at = way.from;
        }
        turns.into_iter().rev().map(|index| (self.pids[usize::from(index)], 1)).collect()
    }
}
