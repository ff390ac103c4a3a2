//! Waiting for a run to end: how far it has come shows on standard error while that is a terminal, so that a long one does
//! not look stuck, and Ctrl-C ends it as its own bound would.

use super::output;
use crate::backend::request::Run;
use crate::backend::{Local, LookingProgress, Target};
use crate::command::{self, CommandError, Reply};
use crate::ui::format::count;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// A run that is over sooner needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written.
const EVERY: Duration = Duration::from_millis(200);
/// Turns of the past that are looked at in one go.
const SLICE: u64 = 1_000_000;

/// Set by Ctrl-C, which is watched for from the first run on.
static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
/// The exit status of what SIGINT has ended.
const ENDED: u8 = 130;

/// Watches for Ctrl-C. A second one ends the process at once.
fn watched() -> Arc<AtomicBool> {
    let watch = || {
        let flag = Arc::<AtomicBool>::default();
        // Where no handler can be set, Ctrl-C ends the process as it does anyhow.
        #[cfg(unix)]
        {
            use signal_hook::consts::SIGINT;
            use signal_hook::flag::{register, register_conditional_shutdown};
            let _ = register_conditional_shutdown(SIGINT, ENDED.into(), Arc::clone(&flag));
            let _ = register(SIGINT, Arc::clone(&flag));
        }
        flag
    };
    Arc::clone(INTERRUPTED.get_or_init(watch))
}

/// Whether Ctrl-C has ended a run: nothing more is begun then.
pub(super) fn interrupted() -> bool {
    INTERRUPTED.get().is_some_and(|flag| flag.load(Relaxed))
}

/// An exit status, or that of what Ctrl-C has ended.
pub(super) fn status(otherwise: ExitCode) -> ExitCode {
    if interrupted() { ExitCode::from(ENDED) } else { otherwise }
}

/// A line on a terminal about something that takes long; it goes when this is dropped.
struct Line {
    begun: Instant,
    /// When it was written last; `None` before that.
    shown: Option<Instant>,
    terminal: bool,
}

impl Line {
    fn begin() -> Line {
        Line { begun: Instant::now(), shown: None, terminal: std::io::stderr().is_terminal() }
    }

    /// Writes the line if it takes long and that was not done just now.
    fn show(&mut self, line: impl FnOnce(Duration) -> String) {
        let spent = self.begun.elapsed();
        if !self.terminal || spent < PATIENCE || self.shown.is_some_and(|at| at.elapsed() < EVERY) {
            return;
        }
        self.shown = Some(Instant::now());
        output::styled(&format!("\r\x1b[K{}", line(spent)));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.shown.is_some() {
            output::styled("\r\x1b[K");
        }
    }
}

/// The line about one run.
pub(super) struct Waiting {
    line: Line,
    from: u64,
    interrupted: Arc<AtomicBool>,
}

impl Waiting {
    /// A run begins.
    pub fn begin(target: &dyn Target) -> Waiting {
        let from = target.position().turn;
        Waiting { line: Line::begin(), from, interrupted: watched() }
    }

    /// Between two parts of the run: ends it after Ctrl-C, and says how far it has come, if it takes long and that was not
    /// said just now.
    pub fn between(&mut self, target: &mut dyn Target) {
        if self.interrupted.load(Relaxed) {
            // A run can always be paused.
            let _ = target.send(Run::Pause.into());
            return;
        }
        let from = self.from;
        self.line.show(|spent| line(target.position().turn, from, spent));
    }
}

/// The line about the past that is looked through.
#[derive(Default)]
pub(super) struct Looking(Option<Line>);

impl Looking {
    /// How far it has come.
    pub fn at(&mut self, progress: LookingProgress) {
        self.0.get_or_insert_with(Line::begin).show(|spent| looking(progress, spent));
    }
}

fn looking(LookingProgress { turns, most }: LookingProgress, spent: Duration) -> String {
    format!("looking: {} of {} turns, {} s; Ctrl-C ends it", count(turns), count(most), spent.as_secs())
}

/// Looks through the past to its end, if a request has begun to, or until Ctrl-C; what came of it.
pub(super) fn looked_through(target: &mut Local) -> Option<Result<Reply, CommandError>> {
    target.looking()?;
    let (mut line, interrupted) = (Looking::default(), watched());
    while let Some(progress) = target.looking() {
        line.at(progress);
        if interrupted.load(Relaxed) {
            // A search can always be given up.
            let _ = target.send(Run::Pause.into());
        }
        target.pump(SLICE);
    }
    Some(found(target))
}

/// What came of a search of the past that has ended, or was given up.
pub(super) fn found(target: &mut Local) -> Result<Reply, CommandError> {
    command::found(target).unwrap_or_else(|| Err(CommandError::new("given up: nothing has changed")))
}

/// The line about a recording that is run again to be opened. Nothing is to be put away when Ctrl-C ends the process.
#[derive(Default)]
pub(super) struct Opening(Option<Line>);

impl Opening {
    /// Turns that are done, of all that there are.
    pub fn at(&mut self, turn: u64, end: u64) {
        self.0.get_or_insert_with(Line::begin).show(|spent| opening(turn, end, spent));
    }
}

fn opening(turn: u64, end: u64, spent: Duration) -> String {
    format!("opening: turn {} of {}, {} s; Ctrl-C ends it", count(turn), count(end), spent.as_secs())
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
        assert_eq!(
            opening(3_000_000, 50_000_000, Duration::from_secs(2)),
            "opening: turn 3 000 000 of 50 000 000, 2 s; Ctrl-C ends it"
        );
    }
}
