//! What lasts of lessons beyond the page that is open: progress, the student's files, and what is asked for next.

use crate::lesson::{Progress, Study};
use std::path::PathBuf;

/// The part of lessons that outlives a page.
#[derive(Debug, Clone, Default)]
pub struct Coursework {
    progress: Progress,
    /// The progress has changed since it was asked for.
    progressed: bool,
    /// The directory of what the user writes for exercises.
    workplace: Option<PathBuf>,
    /// The page that is open wants the machine as it is at its start.
    begins: bool,
    /// What was written is to be judged.
    judges: bool,
}

impl Coursework {
    /// Takes up how far the user has come in lessons.
    pub fn set_progress(&mut self, progress: Progress) {
        self.progress = progress;
    }

    /// How far the user has come in lessons, if that has not been asked for since it changed.
    pub fn news(&mut self) -> Option<&Progress> {
        std::mem::take(&mut self.progressed).then_some(&self.progress)
    }

    /// Writes down how far the user has come in a lesson.
    pub(super) fn note(&mut self, study: &Study) {
        self.progressed |= self.progress.note(&study.lesson().name, study.past());
    }

    /// What was kept of a lesson: where it was left, and which tasks are done.
    pub(super) const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Names the directory of the files that the user writes for exercises.
    pub fn set_workplace(&mut self, directory: PathBuf) {
        self.workplace = Some(directory);
    }

    /// The file of a page's exercise, and what it holds before the user has written anything.
    pub(super) fn written_file(&self, study: &Study) -> Option<(PathBuf, String)> {
        let (_, exercise) = study.exercise()?;
        Some((self.workplace.as_ref()?.join(&exercise.file), exercise.starter.clone()))
    }

    /// The page is to begin, or to begin again with what was written.
    pub(in super::super) const fn begin(&mut self) {
        self.begins = true;
    }

    /// Whether the page still waits for its machine.
    pub(super) const fn is_beginning(&self) -> bool {
        self.begins
    }

    /// Whether the page wants its machine, once.
    pub(super) fn take_beginning(&mut self) -> bool {
        std::mem::take(&mut self.begins)
    }

    /// What was written is to be judged.
    pub(super) const fn ask_to_judge(&mut self) {
        self.judges = true;
    }

    /// Whether what was written is to be judged, once.
    pub(in super::super) fn asks_to_judge(&mut self) -> bool {
        std::mem::take(&mut self.judges)
    }
}
