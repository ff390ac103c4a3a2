//! Recordings as evidence: that a session which began as it should has reached a state in which something is true. They come from
//! students, so nothing in them is believed that replaying does not show.

use super::{Recording, RecordingError, Settings};
use crate::backend::{Expr, Input, Local, Pid, Refused, Value};
use crate::executive::task::Task;
use crate::image::Symbols;
use std::sync::Arc;
use thiserror::Error;

/// Turns that are replayed for a piece of evidence, at most.
pub const MOST_TURNS: u64 = 5_000_000;

/// Why a recording shows nothing.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// It is too long to be replayed here.
    #[error("its recording has {0} turns, more than {MOST_TURNS}")]
    Long(u64),
    /// It is not a recording, or cannot be replayed.
    #[error("its recording does not hold: {0}")]
    Recording(#[from] Refused),
    /// The machine is configured in another way.
    #[error("its recording was made on a machine with another configuration")]
    Configuration,
    /// The session begins in another way, or with other programs.
    #[error("its recording does not begin as this task does")]
    Start,
    /// It has not come that far.
    #[error("its recording has {has} turns, and is to show what was so after {turn}")]
    Short {
        /// Turns of the recording.
        has: u64,
        /// The turn that is named.
        turn: u64,
    },
}

impl From<RecordingError> for EvidenceError {
    fn from(error: RecordingError) -> EvidenceError {
        EvidenceError::Recording(error.into())
    }
}

/// A session that was replayed, where it stands.
#[derive(Debug)]
pub struct Evidence<'s> {
    start: &'s Local,
    there: Local,
}

impl Local {
    /// The current branch as the text of a recording without names, sources, stops and bookmarks: what is needed to replay it.
    ///
    /// # Errors
    /// Something runs, or a program cannot be written.
    pub fn bare_recording(&self) -> Result<String, Refused> {
        let mut recording = self.recording()?;
        for program in &mut recording.programs {
            program.symbols = Symbols::default();
            program.debug = Default::default();
        }
        (recording.stops, recording.bookmarks, recording.hidden) = Default::default();
        recording.failure = None;
        Ok(recording.text())
    }
}

impl<'s> Evidence<'s> {
    /// Replays a recording that is to begin as a session does, and goes to a turn, or to where its cursor was.
    ///
    /// # Errors
    /// Why it shows nothing.
    pub fn replay(text: &str, start: &'s Local, turn: Option<u64>) -> Result<Evidence<'s>, EvidenceError> {
        let recording = Recording::parse(text.trim_start_matches('\u{FEFF}'))?;
        if recording.turns() > MOST_TURNS {
            return Err(EvidenceError::Long(recording.turns()));
        }
        if recording.config != Settings::of(start.machine().config(), start.defaults) {
            return Err(EvidenceError::Configuration);
        }
        let (has, cursor, cursor_inputs) = (recording.turns(), recording.cursor, recording.cursor_inputs);
        let mut there = Local::replay(recording)?;
        let (at, begun) = (start.machine().turns(), start.session().place().entry);
        let same_start = there.session.seek_input(at, begun).is_ok() && begins_alike(&there, start);
        if !same_start {
            return Err(EvidenceError::Start);
        }
        let moved = match (turn, cursor_inputs) {
            (Some(turn), _) if turn > has => return Err(EvidenceError::Short { has, turn }),
            (Some(turn), _) => there.session.seek(turn),
            (None, Some(entry)) if cursor <= has => there.session.seek_input(cursor, entry),
            (None, _) => there.session.seek(cursor.min(has)),
        };
        moved.map_err(Refused::from)?;
        if there.machine().turns() < at {
            return Err(EvidenceError::Start);
        }
        Ok(Evidence { start, there })
    }

    /// What an expression evaluates to there, with the names of the start's programs.
    #[must_use]
    pub fn value(&self, expr: &Expr, pid: Option<Pid>) -> Option<Value> {
        self.there.evaluate(&self.start.bound(expr.clone(), pid), pid).ok()
    }

    /// What a name of a program's label stands for.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<i64> {
        let tasks = self.start.machine().tasks().iter();
        let named = tasks.filter_map(|task| self.start.listing(task.pid)).find_map(|listing| {
            listing.labels.iter().chain(&listing.data).find(|(_, known)| known == name).map(|(at, _)| *at)
        });
        named.map(i64::from)
    }

    /// What came from outside since the start, up to there.
    #[must_use]
    pub fn inputs(&self) -> Vec<Arc<Input>> {
        self.there.inputs(0).split_off(self.start.inputs(0).len().min(self.there.inputs(0).len()))
    }
}

/// Whether two machines are in the same state, with the same programs.
fn begins_alike(one: &Local, other: &Local) -> bool {
    let (one, other) = (one.machine(), other.machine());
    let same = |(a, b): (&Task, &Task)| {
        let (a, b) = (&a.image, &b.image);
        (&a.code, &a.rodata, a.bss, a.entry) == (&b.code, &b.rodata, b.bss, b.entry)
    };
    one.digest() == other.digest()
        && one.tasks().len() == other.tasks().len()
        && one.tasks().iter().zip(other.tasks()).all(same)
}
