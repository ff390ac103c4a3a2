//! The shortest ways through a graph to its goals: by turns, and by switches.

use super::{Edge, Graph, OutcomeId, To};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// Switches, and then turns.
pub(crate) type Cost = (u32, u32);

/// How a place is reached: its cost, from which place, and whose turn that is.
#[derive(Debug, Clone, Copy)]
struct ReachedBy {
    cost: Cost,
    from: u32,
    index: u8,
}

const NOWHERE: u32 = u32::MAX;
const UNKNOWN: ReachedBy = ReachedBy { cost: (u32::MAX, u32::MAX), from: NOWHERE, index: 0 };
const START: ReachedBy = ReachedBy { cost: (0, 0), from: NOWHERE, index: 0 };

/// The tasks whose turns lead to a place, and one more turn, in order.
fn turns_to(ways: &[ReachedBy], mut place: u32, last: Option<u8>) -> Vec<u8> {
    let mut turns: Vec<u8> = last.into_iter().collect();
    while let Some(way) = ways.get(place as usize).filter(|way| way.from != NOWHERE) {
        turns.push(way.index);
        place = way.from;
    }
    turns.reverse();
    turns
}

impl Graph {
    /// The tasks whose turns lead from a state to a goal, with the fewest turns that are known.
    pub fn fewest_turns(&self, root: u32, goal: OutcomeId) -> Option<Vec<u8>> {
        let mut ways = vec![UNKNOWN; self.nodes.len()];
        ways[root as usize] = START;
        let mut next = VecDeque::from([root]);
        while let Some(at) = next.pop_front() {
            let node = &self.nodes[at as usize];
            if node.end == Some(goal) {
                return Some(turns_to(&ways, at, None));
            }
            let cost = (0, ways[at as usize].cost.1 + 1);
            for &Edge { to, index } in &node.edges {
                match to {
                    To::Goal(reached) if reached == goal => return Some(turns_to(&ways, at, Some(index))),
                    To::Goal(_) => {}
                    To::Node(to) if cost < ways[to as usize].cost => {
                        ways[to as usize] = ReachedBy { cost, from: at, index };
                        next.push_back(to);
                    }
                    To::Node(_) => {}
                }
            }
        }
        None
    }

    /// For each goal the way from a state with the fewest switches that are known, and the fewest turns of those. A first
    /// turn by another task than `last` is a switch.
    pub fn fewest_switches(&self, root: u32, last: Option<u8>) -> BTreeMap<OutcomeId, (Cost, Vec<u8>)> {
        // A place is a state and the task that ran last; there may be none.
        let kinds = self.world.machine().tasks().len() as u32 + 1;
        let place = |node: u32, last: Option<u8>| node * kinds + last.map_or(kinds - 1, u32::from);
        let mut ways = vec![UNKNOWN; self.nodes.len() * kinds as usize];
        let mut best: BTreeMap<OutcomeId, (Cost, u32, Option<u8>)> = BTreeMap::new();
        let mut reach = |goal: OutcomeId, cost: Cost, at: u32, index: Option<u8>| {
            if best.get(&goal).is_none_or(|(least, ..)| cost < *least) {
                best.insert(goal, (cost, at, index));
            }
        };
        let first = place(root, last);
        ways[first as usize] = START;
        let mut heap = BinaryHeap::from([Reverse((START.cost, first))]);
        while let Some(Reverse((cost, at))) = heap.pop() {
            if ways[at as usize].cost < cost {
                continue;
            }
            let (node, last) = (&self.nodes[(at / kinds) as usize], at % kinds);
            if let Some(goal) = node.end {
                reach(goal, cost, at, None);
            }
            for &Edge { to, index } in &node.edges {
                let switch = last != kinds - 1 && last != u32::from(index);
                let cost = (cost.0 + u32::from(switch), cost.1 + 1);
                match to {
                    To::Goal(goal) => reach(goal, cost, at, Some(index)),
                    To::Node(to) => {
                        let next = place(to, Some(index));
                        if cost < ways[next as usize].cost {
                            ways[next as usize] = ReachedBy { cost, from: at, index };
                            heap.push(Reverse((cost, next)));
                        }
                    }
                }
            }
        }
        best.into_iter().map(|(goal, (cost, at, index))| (goal, (cost, turns_to(&ways, at, index)))).collect()
    }
}
