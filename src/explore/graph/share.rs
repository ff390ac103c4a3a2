//! Which share of all that can follow a state leads to a goal: of orders, and of even draws. They differ.

use super::{ENDLESS, Graph, OPEN, OutcomeId, To};
use std::collections::BTreeMap;

/// A share of what can follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailingShare {
    /// Orders that lead to the goal, and all of them; `None` if that takes more than 128 bits.
    pub orders: Option<(u128, u128)>,
    /// The chance of the goal if each next task is drawn evenly from those that are ready, from 0 to 1.
    pub drawn: f64,
}

impl FailingShare {
    const fn certain(is: bool) -> FailingShare {
        FailingShare { orders: Some((is as u128, 1)), drawn: is as u8 as f64 }
    }

    /// Of a state, from those its turns lead to.
    fn of(next: &[FailingShare]) -> FailingShare {
        let sum = |a: (u128, u128), b: (u128, u128)| Some((a.0.checked_add(b.0)?, a.1.checked_add(b.1)?));
        let orders = next.iter().try_fold((0, 0), |all, share| sum(all, share.orders?));
        let drawn = next.iter().map(|share| share.drawn).sum::<f64>() / next.len().max(1) as f64;
        FailingShare { orders, drawn }
    }
}

impl Graph {
    /// The share of what follows a state that leads to a goal; `None` if not all of it is known, or if some of it never
    /// ends. `known` keeps those of other states between questions.
    pub fn share(&self, root: u32, goal: OutcomeId, known: &mut BTreeMap<u32, FailingShare>) -> Option<FailingShare> {
        // What follows has no circle then: each state is done after those behind it.
        if self.nodes[root as usize].leads & (OPEN | ENDLESS) != 0 {
            return None;
        }
        let mut path = vec![root];
        while let Some(&at) = path.last() {
            let node = &self.nodes[at as usize];
            let behind = node.edges.iter().filter_map(|edge| match edge.to {
                To::Node(to) => Some(to),
                To::Goal(_) => None,
            });
            let missing: Vec<u32> = behind.filter(|to| !known.contains_key(to)).collect();
            if !missing.is_empty() {
                path.extend(missing);
                continue;
            }
            path.pop();
            let next = node.edges.iter().map(|edge| match edge.to {
                To::Node(to) => known[&to],
                To::Goal(reached) => FailingShare::certain(reached == goal),
            });
            let share = match node.end {
                Some(end) => FailingShare::certain(end == goal),
                None => FailingShare::of(&next.collect::<Vec<_>>()),
            };
            known.insert(at, share);
        }
        known.get(&root).copied()
    }

    /// What stands behind each turn from a state: the index of its task, and the state it leads to.
    pub fn next_states(&self, node: u32) -> impl Iterator<Item = (usize, u32)> {
        self.nodes[node as usize].edges.iter().filter_map(|edge| match edge.to {
            To::Node(to) => Some((usize::from(edge.index), to)),
            To::Goal(_) => None,
        })
    }

    /// The mark of a state.
    pub fn mark(&self, node: u32) -> u32 {
        self.nodes[node as usize].mark
    }
}
