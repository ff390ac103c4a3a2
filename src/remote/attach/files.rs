//! Where the programs of a machine elsewhere are from.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The files there that the programs of a machine elsewhere are from: they may be files here, too.
#[derive(Debug, Clone, Default)]
pub struct ProgramFiles(Arc<Mutex<Vec<PathBuf>>>);

impl ProgramFiles {
    /// Their paths.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, paths: Vec<PathBuf>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = paths;
    }
}
