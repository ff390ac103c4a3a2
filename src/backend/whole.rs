//! Files that are written as a whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes a file: to another one beside it first, which then takes its place, so that there is never
/// half a file.
///
/// # Errors
/// It cannot be written, or whoever fills it has failed; then an old one is left as it was.
pub fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let name =
        path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a file name is expected"))?;
    let beside = path.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    let done = filled(&beside, fill).and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // What is left of it is of no use; the error that counts is the first one.
        let _ = fs::remove_file(&beside);
    }
    done
}

fn filled(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    fill(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
