//! How a search stands, on standard error while it is a terminal.

use super::stop::Stop;
use crate::backend::Report;
use crate::cli::output;
use crate::ui::format::count;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the line is written.
const EVERY: Duration = Duration::from_millis(200);

/// The line that says how a search stands.
pub(super) struct ProgressLine {
    shown: Option<Mutex<Option<Instant>>>,
}

impl ProgressLine {
    pub fn new() -> ProgressLine {
        ProgressLine { shown: std::io::stderr().is_terminal().then(Mutex::default) }
    }

    /// Shows how far a search has come, if that was not done just now.
    pub fn show(&self, report: &Report, part: Option<f64>, stop: &Stop) {
        let Some(shown) = &self.shown else { return };
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.is_some_and(|at| at.elapsed() < EVERY) {
            return;
        }
        *shown = Some(Instant::now());
        output::styled(&format!("\r\x1b[K{}", line(report, part, stop.spent())));
    }

    /// Clears the line.
    pub fn clear(&self) {
        if let Some(shown) = &self.shown
            && shown.lock().unwrap_or_else(PoisonError::into_inner).is_some()
        {
            output::styled("\r\x1b[K");
        }
    }
}

fn line(report: &Report, part: Option<f64>, spent: Duration) -> String {
    let rate = (report.steps as f64 / spent.as_secs_f64().max(0.001)) as u64;
    let part = part.map_or(String::new(), |part| format!(", about {:.0} % done", 100.0 * part));
    format!(
        "{} states, {} schedules, {} steps/s, {} states to continue from{part}, {} MB, {} failures so far",
        count(report.states),
        count(report.schedules),
        count(rate),
        count(report.frontier),
        report.bytes >> 20,
        report.failures.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_much_was_done_and_is_left() {
        let report =
            Report { states: 12_000, schedules: 7, steps: 40_000, frontier: 9, bytes: 3 << 20, ..Report::default() };
        assert_eq!(
            line(&report, Some(0.25), Duration::from_secs(2)),
            "12 000 states, 7 schedules, 20 000 steps/s, 9 states to continue from, about 25 % done, 3 MB, 0 failures so far"
        );
    }
}
