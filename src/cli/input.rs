//! What the command line names to be read: files and pipes, and standard input, whose name is `-`.

use crate::backend::host;
use crate::limits::{Limit, Over};
use std::io::{self, IsTerminal, Read, stdin};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Standard input has been read.
static READ: AtomicBool = AtomicBool::new(false);

/// Whether a path means standard input.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// What a path is called where it is shown.
pub(super) fn name(path: &Path) -> &Path {
    if is_standard(path) { Path::new("<stdin>") } else { path }
}

/// The bytes of a file or pipe, or of standard input.
///
/// # Errors
/// It cannot be read, is larger than the limit, or is standard input for the second time.
pub(super) fn read(path: &Path, limit: &Limit) -> io::Result<Vec<u8>> {
    if !is_standard(path) {
        return host::read(path, limit);
    }
    if stdin().is_terminal() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "standard input is a terminal: a file or a pipe is expected",
        ));
    }
    if READ.swap(true, Relaxed) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "standard input can be read once"));
    }
    let mut bytes = Vec::new();
    stdin().lock().take(limit.most.saturating_add(1)).read_to_end(&mut bytes)?;
    let over = |over: Over| io::Error::new(io::ErrorKind::InvalidData, over);
    limit.check(bytes.len() as u64).map_err(over)?;
    Ok(bytes)
}

/// The text of the same.
///
/// # Errors
/// As for [`read`], or it is not UTF-8: the place is named.
pub(super) fn text(path: &Path, limit: &Limit) -> io::Result<String> {
    host::text_of(read(path, limit)?)
}
