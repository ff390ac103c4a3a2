//! What is wrong with a lesson's file.

use thiserror::Error;

/// What is wrong with a lesson's file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}: {what}")]
pub struct LessonError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What was found, and what was expected.
    pub what: String,
}
