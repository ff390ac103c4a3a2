//! Files that the page was given, and files for it to save.

use super::Mark;
use super::assembled;
use crate::backend::host;
use crate::limits::INCLUDED;
use std::path::Path;

/// Puts a file where programs and commands find it by its name.
///
/// # Errors
/// It has no name, or there is no room.
pub fn give(name: &str, bytes: Vec<u8>) -> Result<(), String> {
    host::give(Path::new(name), bytes).map_err(|e| format!("{name}: {e}"))
}

/// The files that commands have written since this was asked for last: the page saves them.
#[must_use]
pub fn written() -> Vec<(String, Vec<u8>)> {
    host::take_written()
}

/// What is wrong with a source that is being typed. It may include files that the page was given.
#[must_use]
pub fn marks(name: &str, text: &str) -> Vec<Mark> {
    assembled::marks(name, text, &|path| host::read(path, &INCLUDED))
}
