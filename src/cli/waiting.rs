//! How far a run has come, on standard error while it is a terminal, so that a long one does not look stuck.

use super::output;
use crate::backend::Target;
use crate::ui::format::count;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// A run that is over sooner needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written.
const EVERY: Duration = Duration::from_millis(200);

/// The line about one run; it goes when this is dropped.
pub(super) struct Waiting {
    begun: Instant,
    from: u64,
    /// When it was written last; `None` before that.
    shown: Option<Instant>,
    terminal: bool,
}

impl Waiting {
    /// A run begins.
    pub fn begin(target: &dyn Target) -> Waiting {
        let from = target.position().turn;
        Waiting { begun: Instant::now(), from, shown: None, terminal: std::io::stderr().is_terminal() }
    }

    /// Says how far it has come, if it takes long and that was not said just now.
    pub fn show(&mut self, target: &dyn Target) {
        if !self.terminal || self.begun.elapsed() < PATIENCE || self.shown.is_some_and(|at| at.elapsed() < EVERY) {
            return;
        }
        self.shown = Some(Instant::now());
        output::styled(&format!("\r\x1b[K{}", line(target.position().turn, self.from, self.begun.elapsed())));
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.shown.is_some() {
            output::styled("\r\x1b[K");
        }
    }
}

fn line(turn: u64, from: u64, spent: Duration) -> String {
    let rate = (turn.abs_diff(from) as f64 / spent.as_secs_f64()) as u64;
    format!("turn {}, {} turns/s, {} s; Ctrl-C ends it", count(turn), count(rate), spent.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_a_run_has_come_and_how_fast() {
        assert_eq!(
            line(3_000_000, 1_000_000, Duration::from_secs(2)),
            "turn 3 000 000, 1 000 000 turns/s, 2 s; Ctrl-C ends it"
        );
    }
}
