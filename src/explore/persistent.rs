//! Persistent sets: the tasks that need a step in a state, because the others cannot do anything that conflicts.
//!
//! What a task can still touch is learned from the steps it was seen to take from each place in its program on. A set of
//! tasks is persistent if what their next steps touch commutes with all that the others can still touch. As long as no
//! step adds to what is known, every end and every fault that any order reaches is reached by steps of such sets alone;
//! a step that does add to it, after a set was chosen, makes the search begin again with what it has learned. A task
//! could be left out for ever on a circle of states, so a search that comes back to a state on its way gives up. States
//! in between are left out, so this does not go with properties of every state.
//!
//! The proof is that of persistent sets (P. Godefroid, Partial-Order Methods, chapter 4) with learned footprints: take
//! an order from a state in which a task outside the set does the first step t that conflicts with a step p of the set.
//! All before t commute with p, so p can be moved to their front; after p the same task reaches the same t, with the
//! same registers. The search below p reaches an order that differs only in what commutes, so t was seen from that
//! place on, and its task would have been in the set. "Below" is a smaller part of the search only while no state leads
//! back to itself: that is why circles are given up.

use super::bounds::bits;
use super::footprint::{Footprint, Footprints};
use super::world::World;
use crate::executive::task::RunState;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen of the steps that begin at a place of a program.
#[derive(Debug, Clone, Default)]
struct Met {
    own: Footprints,
    next: BTreeSet<u32>,
}

/// What was seen of a task.
#[derive(Debug, Clone, Default)]
struct Learned {
    /// By pc.
    met: BTreeMap<u32, Met>,
    /// What it may touch from a pc on; `None` if that is not known. Empty when something was added.
    ahead: BTreeMap<u32, Option<Footprints>>,
}

/// What was seen of all tasks.
#[derive(Debug, Clone, Default)]
pub(super) struct Persistent {
    tasks: Vec<Learned>,
    /// A set was chosen by what is known.
    relied: bool,
    /// Something was added after that.
    stale: bool,
    /// The states on the way to where the search is, and whether one was come back to.
    way: Vec<u128>,
    circle: bool,
    /// How often a set was asked for, and how often one was smaller than all.
    asked: u64,
    smaller: u64,
}

/// Sets to ask for before one can tell whether they help.
const ENOUGH: u64 = 512;

impl Learned {
    fn add(&mut self, pc: u32, foot: &Footprint, next: Option<u32>) -> bool {
        let met = self.met.entry(pc).or_default();
        let new = met.own.add(foot) | next.is_some_and(|next| met.next.insert(next));
        if new {
            self.ahead.clear();
        }
        new
    }

    fn ahead(&mut self, pc: u32) -> Option<&Footprints> {
        if !self.ahead.contains_key(&pc) {
            let all = self.from(pc);
            self.ahead.insert(pc, all);
        }
        self.ahead.get(&pc).and_then(Option::as_ref)
    }

    fn from(&self, pc: u32) -> Option<Footprints> {
        let (mut all, mut seen, mut todo) = (Footprints::default(), BTreeSet::from([pc]), vec![pc]);
        while let Some(pc) = todo.pop() {
            let met = self.met.get(&pc)?;
            all.join(&met.own);
            todo.extend(met.next.iter().filter(|next| seen.insert(**next)));
        }
        Some(all)
    }
}

impl Persistent {
    /// Nothing is known yet.
    pub fn new(tasks: usize) -> Persistent {
        Persistent { tasks: vec![Learned::default(); tasks], ..Persistent::default() }
    }

    /// Whether nothing is known yet.
    pub fn is_empty(&self) -> bool {
        self.tasks.iter().all(|task| task.met.is_empty())
    }

    /// Forgets which sets were chosen: the search begins again.
    pub fn begin_again(&mut self) {
        (self.relied, self.stale) = (false, false);
        (self.asked, self.smaller) = (0, 0);
        self.way.clear();
    }

    /// A state is entered.
    pub fn enter(&mut self, key: u128) {
        self.way.push(key);
    }

    /// The last state is left.
    pub fn leave(&mut self) {
        self.way.pop();
    }

    /// A state is met that was entered before.
    pub fn meets(&mut self, key: u128) {
        self.circle |= self.way.contains(&key);
    }

    /// Whether some order comes back to a state it was in.
    pub fn has_circle(&self) -> bool {
        self.circle
    }

    /// Whether what the search has done so far says nothing.
    pub fn is_void(&self) -> bool {
        self.stale || self.circle
    }

    /// Whether sets are so seldom smaller than all ready tasks that they do not help.
    pub fn is_useless(&self) -> bool {
        self.asked >= ENOUGH && self.smaller * 16 < self.asked
    }

    /// Whether something was learned after a set was chosen.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Takes in a step that a task has taken from a place.
    pub fn learn(&mut self, world: &World, index: usize, pc: u32, foot: &Footprint) {
        let task = &world.machine().tasks()[index];
        let next = (!task.state.ended()).then_some(task.context.pc);
        if self.tasks[index].add(pc, foot, next) && self.relied {
            self.stale = true;
        }
    }

    /// The smallest set of ready tasks that was found to be persistent.
    pub fn choose(&mut self, world: &World) -> u32 {
        let ready = world.ready();
        let mut best = ready;
        for seed in bits(ready) {
            if let Some(set) = self.closure(world, seed)
                && set.count_ones() < best.count_ones()
            {
                best = set;
            }
            if best.is_power_of_two() {
                break;
            }
        }
        self.asked += u64::from(!ready.is_power_of_two());
        self.smaller += u64::from(best != ready);
        self.relied |= best != ready;
        best
    }

    /// The smallest persistent set with a task, if one is known.
    fn closure(&mut self, world: &World, seed: usize) -> Option<u32> {
        let tasks = world.machine().tasks();
        let (mut set, mut todo) = (1u32 << seed, vec![seed]);
        while let Some(index) = todo.pop() {
            let own = self.tasks[index].met.get(&tasks[index].context.pc)?.own.clone();
            for (other, task) in tasks.iter().enumerate() {
                if set >> other & 1 != 0 || task.state.ended() {
                    continue;
                }
                let apart = self.tasks[other].ahead(task.context.pc).is_some_and(|ahead| ahead.commutes(&own));
                if !apart {
                    // One that waits would have to be woken first, by tasks that are not in the set.
                    if task.state != RunState::Ready {
                        return None;
                    }
                    set |= 1 << other;
                    todo.push(other);
                }
            }
        }
        Some(set)
    }
}
