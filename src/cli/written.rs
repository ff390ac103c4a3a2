//! Files that a command line names to be written: what is read, and what is of another kind, is not written over unasked.

use super::Programs;
use super::open::argument;
use crate::backend::host::{self, Content};
use std::path::{Path, PathBuf};

/// The files that programs are read from.
pub(super) fn inputs(programs: &Programs) -> Vec<PathBuf> {
    programs.files.iter().filter_map(|file| argument(file).ok()).map(|(path, _)| path).collect()
}

/// Whether a file may be written to.
///
/// # Errors
/// It is one of the inputs, or holds something of another kind, and nothing says `--force`.
pub(super) fn may_be(path: &Path, content: Content, inputs: &[PathBuf], force: bool) -> Result<(), String> {
    if force {
        return Ok(());
    }
    let read = inputs.iter().any(|input| host::same_file(input, path));
    let read = read.then(|| format!("{} is read here", path.display()));
    match read.or_else(|| host::refuses(path, content)) {
        Some(why) => Err(format!("{why}: --force writes over it")),
        None => Ok(()),
    }
}
