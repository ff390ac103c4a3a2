//! Schedules from files and to files, and runs by them.

use super::host::{self, HostError};
use super::{Local, Refused};
use crate::limits::SMALL_FILE;
use crate::session::{ScheduleError, TurnSource, schedule_text};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A file whose text is not a schedule.
#[derive(Debug, Error)]
#[error("{}, {source}", path.display())]
pub struct ScheduleFileError {
    /// Which file.
    pub path: PathBuf,
    /// Where and why.
    pub source: ScheduleError,
}

impl Local {
    /// Reads a schedule from a file.
    ///
    /// # Errors
    /// The file cannot be read, or is not a schedule: the place says where.
    pub fn read_schedule(path: &Path) -> Result<TurnSource, Refused> {
        let text = host::text(path, &SMALL_FILE).map_err(HostError::at(path))?;
        Ok(TurnSource::parse(&text).map_err(|source| ScheduleFileError { path: path.to_owned(), source })?)
    }

    /// Who took turns from the start of the current branch up to here, as a schedule's text.
    ///
    /// # Errors
    /// It runs, or the text would have more than a million places.
    pub fn schedule_so_far(&self) -> Result<String, Refused> {
        self.standing()?;
        Ok(schedule_text(&self.session().runs()?))
    }

    /// Writes that text to a file.
    ///
    /// # Errors
    /// As for the text, or the file cannot be written.
    pub fn write_schedule(&self, path: &Path) -> Result<(), Refused> {
        let text = self.schedule_so_far()?;
        Ok(host::atomic_write(path, |out| writeln!(out, "{text}"))?)
    }

    /// Asks for a run by a schedule, of at most `limit` turns; [`Local::pump`] does them.
    ///
    /// # Errors
    /// It runs already.
    pub fn start_schedule(&mut self, schedule: TurnSource, limit: u64) -> Result<(), Refused> {
        self.may_start()?;
        self.session_mut().start_schedule(schedule, limit);
        Ok(())
    }

    /// Asks for what is left of the schedule that a stop has interrupted, or at most `limit` turns of it; false if
    /// nothing is left.
    ///
    /// # Errors
    /// It runs already.
    pub fn go_on_with_schedule(&mut self, limit: u64) -> Result<bool, Refused> {
        self.may_start()?;
        Ok(self.session_mut().go_on_with_schedule(limit))
    }
}
