//! Which parts of a search have been done, by which sessions, and what may be claimed of them together.
//!
//! A *session* is one run of a program: its threads share a table of states, so that a part may end early because
//! another part of the same session has entered a state before. What a session has done therefore counts as a whole:
//! once all that it left open is covered by sessions that count already. Nothing is ever added up, so it does not
//! matter in which order, or how often, reports are taken in.

use super::report::{Bound, Report};
use super::unit::Unit;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A part that was done by a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitReport {
    /// The session, by a name of its own.
    pub session: String,
    /// Which of its reports this is, from 0.
    pub number: u64,
    /// The part.
    pub unit: Unit,
    /// Parts that other threads of the session were doing when this one ended.
    pub beside: Vec<Unit>,
    /// What was found, with the parts that are left.
    pub report: Report,
}

/// All that is known of a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    entries: BTreeMap<String, UnitReport>,
}

/// What may be claimed of a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claim {
    /// What was found, and what bounds it.
    pub report: Report,
    /// Parts with a report.
    pub units: usize,
    /// The parts to be done next: with them, and with what they leave, everything is covered.
    pub open: Vec<Unit>,
}

/// The parts that a session has done and left.
#[derive(Debug, Default)]
struct SessionParts<'a> {
    numbers: BTreeSet<u64>,
    done: BTreeSet<&'a Unit>,
    left: BTreeSet<&'a Unit>,
}

impl SessionParts<'_> {
    /// Whether none of its reports is missing.
    fn is_whole(&self) -> bool {
        self.numbers.last().is_some_and(|last| *last + 1 == self.numbers.len() as u64)
    }
}

impl Ledger {
    /// Takes a report in, by the checksum of its text. One that is there already changes nothing.
    pub fn add(&mut self, sum: String, entry: UnitReport) {
        self.entries.insert(sum, entry);
    }

    /// Takes in all of another one.
    pub fn join(&mut self, other: Ledger) {
        self.entries.extend(other.entries);
    }

    /// The reports with their checksums.
    pub fn entries(&self) -> impl Iterator<Item = (&String, &UnitReport)> {
        self.entries.iter()
    }

    fn sessions(&self) -> Vec<SessionParts<'_>> {
        let mut sessions: BTreeMap<&str, SessionParts<'_>> = BTreeMap::new();
        for entry in self.entries.values() {
            let session = sessions.entry(&entry.session).or_default();
            session.numbers.insert(entry.number);
            session.done.insert(&entry.unit);
            session.left.extend(entry.report.rest.iter().chain(&entry.beside));
        }
        sessions.into_values().collect()
    }

    /// What may be claimed.
    #[must_use]
    pub fn claim(&self) -> Claim {
        let (sessions, root) = (self.sessions(), Unit::root());
        // Sessions that count, and the parts that are covered by them.
        let (mut counted, mut covered) = (vec![false; sessions.len()], BTreeSet::new());
        let mut changed = true;
        while changed {
            changed = false;
            for (session, counts) in sessions.iter().zip(&mut counted) {
                let open = |unit: &&&Unit| !session.done.contains(**unit) && !covered.contains(**unit);
                if !*counts && session.is_whole() && session.left.iter().find(open).is_none() {
                    (*counts, changed) = (true, true);
                    covered.extend(session.done.iter().copied());
                }
            }
        }
        let mut report = self.sum();
        let mut open = Vec::new();
        if !covered.contains(&root) {
            let whole = || sessions.iter().filter(|session| session.is_whole());
            let done: BTreeSet<&Unit> = whole().flat_map(|session| session.done.iter().copied()).collect();
            let known = std::iter::once(&root).chain(sessions.iter().flat_map(|s| s.left.iter().copied()));
            open = known.filter(|unit| !done.contains(unit)).collect::<BTreeSet<_>>().into_iter().cloned().collect();
            if open.is_empty() {
                // Sessions that rely on one another: only a session from the start helps.
                open.push(root);
            }
            report.bound = Some(Bound::Units);
        }
        report.rest.clone_from(&open);
        Claim { report, units: self.units().len(), open }
    }

    /// The report that stands for each part: of several, the first by its checksum.
    fn units(&self) -> BTreeMap<&Unit, &UnitReport> {
        self.entries.values().rev().map(|entry| (&entry.unit, entry)).collect()
    }

    /// What was found in all parts. What was left of them is not a bound of the whole, but turns that a schedule may have
    /// are.
    fn sum(&self) -> Report {
        let mut sum = Report::default();
        for entry in self.units().into_values() {
            let bound = entry.report.bound.filter(|bound| *bound == Bound::Turns);
            sum.add(Report { bound, ..entry.report.clone() });
        }
        // A failure that another report of the same part has found is one as well.
        for entry in self.entries.values() {
            for (failure, found) in &entry.report.failures {
                sum.failures.entry(failure.clone()).or_insert_with(|| found.clone());
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit::Below;
    use super::*;

    fn unit(index: usize) -> Unit {
        Unit { path: vec![Below { index, tried: 0, todo: 0 }], todo: None, tried: 0 }
    }

    fn entry(session: &str, number: u64, unit: Unit, rest: &[Unit], beside: &[Unit]) -> UnitReport {
        let report = Report { rest: rest.to_vec(), schedules: 1, ..Report::default() };
        UnitReport { session: session.into(), number, unit, beside: beside.to_vec(), report }
    }

    fn ledger(entries: &[UnitReport]) -> Ledger {
        let mut ledger = Ledger::default();
        entries.iter().for_each(|e| ledger.add(format!("{} {} {:?}", e.session, e.number, e.unit), e.clone()));
        ledger
    }

    #[test]
    fn only_what_is_closed_from_the_start_is_covered() {
        let (a, b) = (unit(0), unit(1));
        let split = entry("s", 0, Unit::root(), &[a.clone(), b.clone()], &[]);
        let (one, two) = (entry("t", 0, a.clone(), &[], &[]), entry("u", 0, b.clone(), &[], &[]));
        let part = ledger(&[split.clone(), one.clone()]).claim();
        assert_eq!((part.report.bound, part.open), (Some(Bound::Units), vec![b]));
        let all = ledger(&[split.clone(), one.clone(), two.clone()]);
        assert_eq!((all.claim().report.bound, all.claim().open, all.claim().report.schedules), (None, vec![], 3));
        assert_eq!(ledger(&[one.clone(), two.clone()]).claim().open, [Unit::root()], "the start is missing");
        // The same in any order, any number of times.
        let mut joined = ledger(&[two.clone(), one.clone()]);
        joined.join(ledger(&[split, one, two]));
        assert_eq!(joined, all);
    }

    #[test]
    fn a_report_that_relied_on_a_lost_part_counts_only_when_that_part_is_covered_elsewhere() {
        let (a, b) = (unit(0), unit(1));
        let split = entry("s", 0, Unit::root(), &[a.clone(), b.clone()], &[]);
        let one = entry("t", 0, a.clone(), &[], std::slice::from_ref(&b));
        assert_eq!(ledger(&[split.clone(), one.clone()]).claim().open, std::slice::from_ref(&b));
        let again = entry("u", 0, b.clone(), &[], &[]);
        assert!(ledger(&[split.clone(), one.clone(), again.clone()]).claim().open.is_empty());
        // Two sessions that each lost what the other relied on prove nothing.
        let other = entry("u", 0, b.clone(), &[], std::slice::from_ref(&a));
        assert_eq!(ledger(&[split.clone(), one, other]).claim().open, [Unit::root()]);
        // A report of the session that is missing makes the others worth nothing.
        let second = entry("t", 1, a.clone(), &[], &[]);
        assert_eq!(ledger(&[split, second, again]).claim().open, [a]);
    }

    #[test]
    fn a_part_done_twice_counts_once() {
        let (one, again) = (entry("s", 0, Unit::root(), &[], &[]), entry("t", 0, Unit::root(), &[], &[]));
        let claim = ledger(&[one, again]).claim();
        assert_eq!((claim.units, claim.report.schedules, claim.report.bound), (1, 1, None));
    }
}
