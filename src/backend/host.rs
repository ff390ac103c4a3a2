//! Files of the host: the only place of the library that touches them. Without the feature `host-files` there are none,
//! and whatever asks for one gets an error that says so.

#[cfg(feature = "host-files")]
mod disk;
#[cfg(not(feature = "host-files"))]
mod none;

#[cfg(feature = "host-files")]
use disk as imp;
#[cfg(not(feature = "host-files"))]
use none as imp;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What stands under a name in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A link, which is not followed, or a device.
    Other,
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    /// The directory's path with the name.
    pub path: PathBuf,
    /// The name; what is not Unicode in it is replaced.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// The content of a file.
///
/// # Errors
/// It cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    imp::read(path)
}

/// The text of a file.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
}

/// The entries of a directory, in order of name.
///
/// # Errors
/// It cannot be read.
pub fn list(directory: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = imp::list(directory)?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// Whether a path is a directory.
#[must_use]
pub fn is_directory(path: &Path) -> bool {
    imp::is_directory(path)
}

/// Makes a directory, and those above it, if missing.
///
/// # Errors
/// It cannot be made.
pub fn make_directory(path: &Path) -> io::Result<()> {
    imp::make_directory(path)
}

/// Removes a file.
///
/// # Errors
/// It cannot be removed, or is not there.
pub fn remove_file(path: &Path) -> io::Result<()> {
    imp::remove_file(path)
}

/// Writes a file as a whole or not at all.
///
/// # Errors
/// It cannot be written, or `fill` has failed; then an old file is left as it was.
pub fn atomic_write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    imp::atomic_write(path, fill)
}
