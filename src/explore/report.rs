//! What a search has found, and what it has covered.

use super::check::{Checks, Failure, FailureKind, ScopedExpr};
use super::orders::{Exact, Known};
use super::schedule::Schedule;
use super::unit::Unit;
use super::world::{Rules, World};
use crate::executive::Machine;
use crate::session::expr::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What ended a search before everything was covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// The number of schedules to run was reached.
    Schedules,
    /// The number of steps to take was reached.
    Steps,
    /// A schedule reached the number of turns it may have.
    Turns,
    /// The search reached the memory it may use.
    Memory,
    /// The time was up.
    Time,
    /// Only a number of switches away from a task that could continue were tried.
    Preemptions,
    /// Schedules were drawn, not enumerated.
    Sampled,
    /// Parts of the search are still to be done.
    Units,
    /// It was stopped from outside.
    Stopped,
}

impl Bound {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bound::Schedules => "schedules",
            Bound::Steps => "steps",
            Bound::Turns => "turns",
            Bound::Memory => "memory",
            Bound::Time => "time",
            Bound::Preemptions => "preemptions",
            Bound::Sampled => "sampled",
            Bound::Units => "units",
            Bound::Stopped => "stopped",
        }
    }
}

/// A schedule that leads somewhere, and what is known of all that do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundSchedule {
    /// Schedules run that lead there. A search that enters each state once counts a fault, a BRK or a broken property
    /// each time it reaches it.
    pub schedules: u64,
    /// Orders of single turns that lead there, of all there are; `None` if they were not counted.
    #[serde(skip)]
    pub equivalents: Option<u128>,
    /// The fewest turns of any order that leads there; `None` if that is not known.
    #[serde(skip)]
    pub turns: Option<u64>,
    /// A schedule that leads there: the one with the fewest switches, and the fewest turns of those, if `turns` is
    /// known; else the best that was found.
    pub schedule: Schedule,
}

/// Values of the expressions asked for, in a final state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Values(pub Vec<Option<Value>>);

/// What a search has found.
///
/// As text it has what a part of a search has found; what is known of all orders is left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What was not covered; `None` if every schedule is.
    pub bound: Option<Bound>,
    /// Schedules run to their end.
    pub schedules: u64,
    /// Orders of single turns those stand for, which is all there are; `None` if they were not counted.
    #[serde(skip)]
    pub equivalents: Option<u128>,
    /// How many of those fail in any way; `None` if that was not counted.
    #[serde(skip)]
    pub failing: Option<u128>,
    /// States met, each of them as often as it was met where they are not told apart.
    pub states: u64,
    /// Steps taken.
    pub steps: u64,
    /// Failures by kind and detail.
    #[serde(with = "pairs")]
    pub failures: BTreeMap<Failure, FoundSchedule>,
    /// Values at the end, by their text.
    pub collected: BTreeMap<String, (Values, FoundSchedule)>,
    /// The parts that are left, if the search was ended before it was done.
    pub rest: Vec<Unit>,
    /// The rules the search went by.
    #[serde(skip)]
    pub rules: Rules,
    /// States on the way to where the search is in which something is left to try; 0 when it has ended.
    #[serde(skip)]
    pub frontier: u64,
    /// Bytes that the search takes, about; 0 when it has ended.
    #[serde(skip)]
    pub bytes: usize,
}

/// Maps whose keys are more than texts, as lists of pairs.
mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(from: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(from)?.into_iter().collect())
    }
}

impl Values {
    pub(super) fn of(asked: &[ScopedExpr], machine: &Machine) -> Values {
        Values(asked.iter().map(|a| a.value(machine).ok()).collect())
    }

    pub(super) fn text(&self) -> String {
        let text = |v: &Option<Value>| match v {
            Some(Value::Int(n)) => format!("{n:020}"),
            Some(Value::Real(x)) => format!("{x}"),
            None => "?".to_owned(),
        };
        self.0.iter().map(text).collect::<Vec<_>>().join(" ")
    }
}

impl Report {
    /// Whether everything is covered.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.bound.is_none()
    }

    /// Notes that not all was covered. The first reason stays.
    pub(super) fn limit(&mut self, bound: Bound) {
        self.bound.get_or_insert(bound);
    }

    /// Notes a failure where a search stands, and counts it if each time it is met counts.
    pub(super) fn failed(&mut self, failure: &Failure, world: &World, counts: bool) {
        let first = !self.failures.contains_key(failure);
        if first {
            self.failures.insert(failure.clone(), FoundSchedule::default());
        }
        if let Some(found) = self.failures.get_mut(failure) {
            note(found, world, first);
            found.schedules += u64::from(counts);
        }
    }

    /// Counts a schedule for a failure on its way.
    pub(super) fn count(&mut self, failure: &Failure, orders: Option<u128>) {
        if let Some(found) = self.failures.get_mut(failure) {
            count(found, orders);
        }
    }

    /// Takes a final state in.
    pub(super) fn ended(&mut self, world: &World, (checks, collect): (&Checks, &[ScopedExpr]), orders: Option<u128>) {
        self.schedules += 1;
        if self.schedules == 1 {
            self.equivalents = Some(0);
        }
        self.equivalents = self.equivalents.zip(orders).and_then(|(a, b)| a.checked_add(b));
        for failure in checks.finally(world.machine()) {
            let found = self.failures.entry(failure).or_default();
            note(found, world, found.schedules == 0);
            count(found, orders);
        }
        if !collect.is_empty() {
            let values = Values::of(collect, world.machine());
            let (_, found) = self.collected.entry(values.text()).or_insert_with(|| (values, FoundSchedule::default()));
            note(found, world, found.schedules == 0);
            count(found, orders);
        }
        if checks.same {
            let state = format!("{:032x}", world.key());
            let (_, found) =
                self.collected.entry(state).or_insert_with(|| (Values(Vec::new()), FoundSchedule::default()));
            note(found, world, found.schedules == 0);
            count(found, orders);
        }
    }

    /// Takes another part of the same search in.
    pub fn add(&mut self, other: Report) {
        let first = self.schedules == 0 && self.equivalents.is_none();
        self.bound = self.bound.max(other.bound);
        self.equivalents = match (self.equivalents, other.equivalents) {
            (None, counted) if first => counted,
            (counted, None) if other.schedules == 0 => counted,
            (a, b) => a.zip(b).and_then(|(a, b)| a.checked_add(b)),
        };
        self.schedules += other.schedules;
        self.states += other.states;
        self.steps += other.steps;
        self.failing = None;
        self.rest.extend(other.rest);
        for (failure, found) in other.failures {
            join(self.failures.entry(failure).or_default(), found);
        }
        for (text, (values, found)) in other.collected {
            join(&mut self.collected.entry(text).or_insert_with(|| (values, FoundSchedule::default())).1, found);
        }
    }

    /// Takes in what is known of all orders.
    pub(super) fn know(&mut self, known: &Known) {
        (self.equivalents, self.failing) = (known.orders, known.failing);
        let take = |found: &mut FoundSchedule, exact: &Exact| {
            found.equivalents = exact.orders;
            found.turns = Some(exact.turns);
            found.schedule = exact.schedule.clone();
        };
        for (failure, exact) in &known.failures {
            if let Some(found) = self.failures.get_mut(failure) {
                take(found, exact);
            }
        }
        for (text, exact) in &known.values {
            if let Some((_, found)) = self.collected.get_mut(text) {
                take(found, exact);
            }
        }
    }

    /// Takes over how many schedules there are from a search that ran each of them once. What was known of orders
    /// stays.
    pub(super) fn take_counts(&mut self, counted: Report) {
        self.schedules = counted.schedules;
        self.equivalents = self.equivalents.or(counted.equivalents);
        for (failure, from) in counted.failures {
            // Orders that only swap what commutes go through other states: a property may hold in some of them.
            let orders = from.equivalents.filter(|_| failure.kind != FailureKind::Always);
            if let Some(found) = self.failures.get_mut(&failure) {
                (found.schedules, found.equivalents) = (from.schedules, found.equivalents.or(orders));
            }
        }
        for (text, (_, from)) in counted.collected {
            if let Some((_, found)) = self.collected.get_mut(&text) {
                (found.schedules, found.equivalents) = (from.schedules, found.equivalents.or(from.equivalents));
            }
        }
    }

    /// Where all schedules have to end alike: makes several ends a failure.
    pub fn compare_ends(&mut self, same: bool) {
        if !same {
            return;
        }
        let ends: Vec<String> =
            self.collected.iter().filter(|(_, (v, _))| v.0.is_empty()).map(|(k, _)| k.clone()).collect();
        let mut found: Vec<FoundSchedule> =
            ends.iter().filter_map(|k| self.collected.remove(k)).map(|(_, f)| f).collect();
        if found.len() > 1 {
            found.sort_by_key(|f| (f.schedule.turns(), f.schedule.switches()));
            let detail = format!("the schedules end in {} different states", found.len());
            // The last of them stands for what differs from the first.
            let other = found.pop().unwrap_or_default();
            self.failures.insert(Failure { kind: FailureKind::Finally, detail }, other);
        }
    }
}

fn rank(schedule: &Schedule) -> (u64, u64) {
    (schedule.turns(), schedule.switches())
}

/// Keeps the schedule of a world if it is the shortest, with the fewest switches of those.
fn note(found: &mut FoundSchedule, world: &World, first: bool) {
    if first || world.turns() <= found.schedule.turns() {
        let schedule = world.schedule();
        if first || rank(&schedule) < rank(&found.schedule) {
            found.schedule = schedule;
        }
    }
}

/// Counts a schedule, and the orders it stands for.
fn count(found: &mut FoundSchedule, orders: Option<u128>) {
    found.equivalents =
        if found.schedules == 0 { orders } else { found.equivalents.zip(orders).and_then(|(a, b)| a.checked_add(b)) };
    found.schedules += 1;
}

fn join(found: &mut FoundSchedule, other: FoundSchedule) {
    let first = found.schedules == 0;
    found.turns = None;
    if first || rank(&other.schedule) < rank(&found.schedule) {
        found.schedule = other.schedule;
    }
    found.equivalents = match first {
        true => other.equivalents,
        false => found.equivalents.zip(other.equivalents).and_then(|(a, b)| a.checked_add(b)),
    };
    found.schedules += other.schedules;
}
