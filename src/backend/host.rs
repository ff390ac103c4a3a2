//! Files of the host: the only place of the library that touches them. Without the feature `host-files` there are none,
//! and whatever asks for one gets an error that says so.

#[cfg(feature = "host-files")]
mod disk;
#[cfg(not(feature = "host-files"))]
mod none;
mod read;

#[cfg(feature = "host-files")]
use disk as imp;
#[cfg(not(feature = "host-files"))]
use none as imp;

use crate::limits::{FILE, Limit, Over};
use read::Refused;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

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

/// The most bytes of any file, as the user has set it.
static MOST: AtomicU64 = AtomicU64::new(FILE.most);

/// Sets the most megabytes that any file may have.
pub fn set_most(megabytes: u64) {
    MOST.store(megabytes.saturating_mul(1 << 20), Ordering::Relaxed);
}

/// The bytes of a file or pipe, which is opened once.
///
/// # Errors
/// It cannot be read, is a directory or a device, or is larger than the limit or the user's own.
pub fn read(path: &Path, limit: &Limit) -> io::Result<Vec<u8>> {
    let own = MOST.load(Ordering::Relaxed);
    let most = if limit.name == FILE.name { own } else { limit.most.min(own) };
    let (bytes, more) = imp::read(path, most)?;
    if more { Err(Refused::Over(Over { most, ..limit.over() }).into()) } else { Ok(bytes) }
}

/// The text of a file: without a byte order mark, its lines ended by LF.
///
/// # Errors
/// As for [`read`]; or it is not UTF-8: the place is named.
pub fn text(path: &Path, limit: &Limit) -> io::Result<String> {
    text_of(read(path, limit)?)
}

/// The text of bytes that were read before, as [`text`] gives it.
///
/// # Errors
/// It is not UTF-8: the place is named.
pub fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    Ok(read::plain(bytes)?)
}

/// The text of a file to show: what is not UTF-8 becomes replacement characters.
///
/// # Errors
/// As for [`read`].
pub fn shown(path: &Path, limit: &Limit) -> io::Result<String> {
    let text = String::from_utf8_lossy(&read(path, limit)?).into_owned();
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

/// Whether a file was changed later than another.
#[must_use]
pub fn is_newer(path: &Path, than: &Path) -> bool {
    imp::is_newer(path, than)
}

/// Whether a path is a regular file.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    imp::is_file(path)
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
