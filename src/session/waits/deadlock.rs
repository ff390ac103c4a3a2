//! Tasks that can never be woken again: found as what is left when all that can be woken are taken
//! away, again and again.

use super::enders::Powers;
use super::{How, TaskWaits, Waiting};
use crate::executive::{Machine, Pid};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Tasks that no task outside of them can wake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deadlock {
    /// Who, by pid.
    pub pids: Vec<Pid>,
    /// The shortest cycle: each waits for the next, the last for the first. Empty if there is none.
    pub cycle: Vec<Pid>,
    /// Those whose mailbox no live task has open to send to.
    pub missing: Vec<Pid>,
    /// The tasks that could still open one of the mailboxes. If there are none, it is certain.
    pub openers: Vec<Pid>,
    /// Since which turn: the last of them began to wait then, or the last other task that could have
    /// helped ended.
    pub since: u64,
}

type Blocked<'r> = BTreeMap<Pid, &'r Waiting>;

/// The tasks whose waits only a message of another task can end.
fn blocked(rows: &[TaskWaits]) -> Blocked<'_> {
    let waits = rows.iter().filter_map(|r| Some((r.pid, r.wait.as_ref()?)));
    waits.filter(|(_, w)| w.until.is_none() && !w.outside).collect()
}

/// Takes away the tasks that one that is not blocked can wake, until nothing changes.
fn closed<'r>(mut left: Blocked<'r>, wakes: impl Fn(How) -> bool) -> Blocked<'r> {
    loop {
        let pids: BTreeSet<Pid> = left.keys().copied().collect();
        left.retain(|_, w| w.enders.iter().filter(|e| wakes(e.how)).all(|e| pids.contains(&e.pid)));
        if left.len() == pids.len() {
            return left;
        }
    }
}

/// Tasks that certainly stay blocked.
pub(super) fn certain(machine: &Machine, rows: &[TaskWaits], powers: &Powers) -> Option<Deadlock> {
    let left = closed(blocked(rows), |_| true);
    let mut deadlock = Deadlock::of(&left)?;
    // One that has ended might have helped until then.
    let ended = machine.tasks().iter().filter(|t| t.state.ended() && powers.sends(t.pid)).map(|t| t.last_turn);
    deadlock.since = ended.fold(deadlock.since, u64::max);
    Some(deadlock)
}

/// Tasks that stay blocked unless a task opens a mailbox, those of a certain deadlock left out.
pub(super) fn suspect(rows: &[TaskWaits], certain: Option<&Deadlock>) -> Option<Deadlock> {
    let mut left = closed(blocked(rows), |how| how != How::Opens);
    left.retain(|pid, _| certain.is_none_or(|c| !c.pids.contains(pid)));
    let mut deadlock = Deadlock::of(&left)?;
    let opens = left.values().flat_map(|w| &w.enders).filter(|e| e.how == How::Opens).map(|e| e.pid);
    let stays = |pid: &Pid| left.contains_key(pid) || certain.is_some_and(|c| c.pids.contains(pid));
    let openers: BTreeSet<Pid> = opens.filter(|pid| !stays(pid)).collect();
    deadlock.openers = openers.into_iter().collect();
    Some(deadlock)
}

impl Deadlock {
    fn of(left: &Blocked<'_>) -> Option<Deadlock> {
        let since = left.values().map(|w| w.since_turn).max()?;
        let missing = left.iter().filter(|(_, w)| w.holders().next().is_none()).map(|(pid, _)| *pid);
        Some(Deadlock {
            pids: left.keys().copied().collect(),
            cycle: shortest_cycle(left),
            missing: missing.collect(),
            openers: Vec::new(),
            since,
        })
    }
}

fn shortest_cycle(left: &Blocked<'_>) -> Vec<Pid> {
    let cycles = left.keys().filter_map(|start| cycle_from(left, *start));
    cycles.min_by_key(Vec::len).unwrap_or_default()
}

/// The shortest way from a task back to itself.
fn cycle_from(left: &Blocked<'_>, start: Pid) -> Option<Vec<Pid>> {
    let mut from: BTreeMap<Pid, Pid> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(pid) = next.pop_front() {
        for to in left.get(&pid)?.holders().filter(|to| left.contains_key(to)) {
            if to == start {
                return Some(way(&from, start, pid));
            }
            if let std::collections::btree_map::Entry::Vacant(place) = from.entry(to) {
                place.insert(pid);
                next.push_back(to);
            }
        }
    }
    None
}

fn way(from: &BTreeMap<Pid, Pid>, start: Pid, end: Pid) -> Vec<Pid> {
    let mut way: Vec<Pid> =
        std::iter::successors(Some(end), |pid| from.get(pid).copied().filter(|_| *pid != start)).collect();
    way.reverse();
    way
}
