//! What a search has found, and what it has covered.

use super::check::{Asked, Checks, Failure, Kind};
use super::schedule::Schedule;
use super::world::World;
use crate::executive::Machine;
use crate::session::expr::Value;
use std::collections::BTreeMap;

/// What ended a search before everything was covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// So many schedules were run.
    Schedules,
    /// A schedule has so many turns.
    Turns,
    /// The table of states is full.
    Memory,
    /// Only so many switches away from a task that could go on were tried.
    Preemptions,
    /// Schedules were drawn, not enumerated.
    Sampled,
    /// Only a part of the search was asked for.
    Shard,
    /// Somebody has stopped it.
    Stopped,
}

impl Bound {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bound::Schedules => "schedules",
            Bound::Turns => "turns",
            Bound::Memory => "memory",
            Bound::Preemptions => "preemptions",
            Bound::Sampled => "sampled",
            Bound::Shard => "shard",
            Bound::Stopped => "stopped",
        }
    }
}

/// A schedule that leads somewhere, the shortest known, and how often one did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Schedules run that lead there.
    pub schedules: u64,
    /// Orders of single turns those stand for, if they were counted.
    pub equivalents: Option<u128>,
    /// The shortest of them, with fewest switches among those.
    pub schedule: Schedule,
}

/// Values of the expressions asked for, in a final state.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(pub Vec<Option<Value>>);

/// What a search has found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// What was not covered; `None` if every schedule is.
    pub bound: Option<Bound>,
    /// Schedules run to their end.
    pub schedules: u64,
    /// Orders of single turns those stand for, if they were counted.
    pub equivalents: Option<u128>,
    /// States met, each of them as often as it was met where they are not told apart.
    pub states: u64,
    /// Steps taken.
    pub steps: u64,
    /// Failures by kind and detail.
    pub failures: BTreeMap<Failure, Found>,
    /// Values at the end, by their text.
    pub collected: BTreeMap<String, (Values, Found)>,
}

impl Values {
    pub(super) fn of(asked: &[Asked], machine: &Machine) -> Values {
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

    pub(super) fn failed(&mut self, failure: Failure, world: &World, orders: Option<u128>) {
        note(self.failures.entry(failure).or_default(), world, orders);
    }

    /// Takes a final state in.
    pub(super) fn ended(&mut self, world: &World, checks: &Checks, collect: &[Asked], orders: Option<u128>) {
        self.schedules += 1;
        if self.schedules == 1 {
            self.equivalents = Some(0);
        }
        self.equivalents = self.equivalents.zip(orders).and_then(|(a, b)| a.checked_add(b));
        for failure in checks.finally(world.machine()) {
            self.failed(failure, world, orders);
        }
        if !collect.is_empty() {
            let values = Values::of(collect, world.machine());
            let (_, found) = self.collected.entry(values.text()).or_insert_with(|| (values, Found::default()));
            note(found, world, orders);
        }
        if checks.same {
            let state = format!("{:032x}", world.key());
            let (_, found) = self.collected.entry(state).or_insert_with(|| (Values(Vec::new()), Found::default()));
            note(found, world, orders);
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
        for (failure, found) in other.failures {
            join(self.failures.entry(failure).or_default(), found);
        }
        for (text, (values, found)) in other.collected {
            join(&mut self.collected.entry(text).or_insert_with(|| (values, Found::default())).1, found);
        }
    }

    /// With checks on that all schedules end alike: turns several ends into a failure.
    pub(super) fn compare_ends(&mut self, checks: &Checks) {
        if !checks.same {
            return;
        }
        let ends: Vec<String> =
            self.collected.iter().filter(|(_, (v, _))| v.0.is_empty()).map(|(k, _)| k.clone()).collect();
        let mut found: Vec<Found> = ends.iter().filter_map(|k| self.collected.remove(k)).map(|(_, f)| f).collect();
        if found.len() > 1 {
            found.sort_by_key(|f| (f.schedule.turns(), f.schedule.switches()));
            let detail = format!("the schedules end in {} different states", found.len());
            // The last of them stands for what differs from the first.
            let other = found.pop().unwrap_or_default();
            self.failures.insert(Failure { kind: Kind::Finally, detail }, other);
        }
    }
}

fn rank(schedule: &Schedule) -> (u64, u64) {
    (schedule.turns(), schedule.switches())
}

fn note(found: &mut Found, world: &World, orders: Option<u128>) {
    found.equivalents =
        if found.schedules == 0 { orders } else { found.equivalents.zip(orders).and_then(|(a, b)| a.checked_add(b)) };
    found.schedules += 1;
    if found.schedules == 1 || world.turns() <= found.schedule.turns() {
        let schedule = world.schedule();
        if found.schedules == 1 || rank(&schedule) < rank(&found.schedule) {
            found.schedule = schedule;
        }
    }
}

fn join(found: &mut Found, other: Found) {
    let first = found.schedules == 0;
    if first || rank(&other.schedule) < rank(&found.schedule) {
        found.schedule = other.schedule;
    }
    found.equivalents = match first {
        true => other.equivalents,
        false => found.equivalents.zip(other.equivalents).and_then(|(a, b)| a.checked_add(b)),
    };
    found.schedules += other.schedules;
}
