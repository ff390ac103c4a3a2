//! Failures of tasks that are alike: a search that takes such tasks for one another finds that one of them can fail, and the
//! others can fail in the same way.

use super::along::along;
use super::check::Checks;
use super::report::{FoundSchedule, Report};
use super::world::Rules;
use crate::executive::Machine;

/// Adds the failures of schedules in which tasks that are alike take each other's turns. Each is run: what is added has
/// happened.
pub(super) fn mirror(report: &mut Report, start: &Machine, checks: &Checks) {
    let rules = Rules { alike: true, ..report.rules.clone() };
    let pairs = rules.alike(start).map_or_else(Vec::new, |alike| alike.pairs(start));
    let mut todo: Vec<FoundSchedule> = report.failures.values().cloned().collect();
    while let Some(FoundSchedule { schedules, schedule, .. }) = todo.pop() {
        for pair in &pairs {
            let mirrored = schedule.exchanging(*pair);
            // A schedule may fail in several ways.
            loop {
                let ran = along(start, checks, &mirrored, &|failure| !report.failures.contains_key(failure));
                let Some(failure) = ran.failure else { break };
                let found =
                    FoundSchedule { schedules, schedule: mirrored.first(ran.turns), ..FoundSchedule::default() };
                todo.push(found.clone());
                report.failures.insert(failure, found);
            }
        }
    }
}
