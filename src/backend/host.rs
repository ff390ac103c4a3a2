//! Files of the host: the only place of the library that touches them. Without the feature `host-files` there are those
//! that the front end was given, in memory.

mod content;
#[cfg(feature = "host-files")]
mod disk;
#[cfg(any(test, not(feature = "host-files")))]
#[cfg_attr(test, allow(dead_code, reason = "tests on a host use a part of it"))]
mod memory;
mod read;
#[cfg(feature = "host-files")]
mod tool;

#[cfg(feature = "host-files")]
use disk as imp;
#[cfg(not(feature = "host-files"))]
use memory as imp;

pub use content::{Content, refuses};

use crate::limits::{FILE, Limit, Over};
use faults::probe;
use read::Refused;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;

#[cfg(not(feature = "host-files"))]
pub use memory::{Scratch, give, run_tool, take_written, variable, whole};
#[cfg(feature = "host-files")]
pub use tool::{Scratch, run as run_tool, variable, whole};

/// What came of a tool of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolOutput {
    /// It has done what it was asked for.
    pub done: bool,
    /// It has taken too long, and was stopped.
    pub late: bool,
    /// How it was ended from outside, such as `signal: 11 (SIGSEGV)`; `None` if it ended by itself.
    pub killed: Option<String>,
    /// Its messages, as far as they are read; what is not UTF-8 in them is replaced.
    pub said: String,
}

/// A file or directory of the host that could not be read or written.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct HostError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl HostError {
    /// Names the file an error is about.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> HostError {
        let path = path.to_owned();
        move |source| HostError { path, source }
    }
}

/// The first bytes of a file; `None` if it is not a file or cannot be read.
fn beginning(path: &Path) -> Option<Vec<u8>> {
    imp::beginning(path, 4096)
}

/// Whether two paths lead to one file, by whatever names and links.
#[must_use]
pub fn same_file(a: &Path, b: &Path) -> bool {
    imp::same_file(a, b)
}

/// The path of a file in full, if it lies below one of some directories, wherever links lead. The file itself may be
/// missing, to be written.
#[must_use]
pub fn below(path: &Path, directories: &[PathBuf]) -> Option<PathBuf> {
    let parent = || imp::canonical(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    let full = match imp::canonical(path) {
        Some(full) => full,
        None => parent()?.join(path.file_name()?),
    };
    let inside = directories.iter().filter_map(|directory| imp::canonical(directory)).any(|d| full.starts_with(d));
    inside.then_some(full)
}

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

/// When a file was written last, and its length: another stamp means another content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// In the units of the system.
    changed: i128,
    bytes: u64,
}

/// The stamp of a file; `None` if there is none.
#[must_use]
pub fn stamp(path: &Path) -> Option<Stamp> {
    imp::stamp(path).map(|(changed, bytes)| Stamp { changed, bytes })
}

/// Whether a path is a regular file.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    imp::is_file(path)
}

/// A path in its one form, from the root and with links followed; `None` if there is nothing.
#[must_use]
pub fn canonical(path: &Path) -> Option<PathBuf> {
    imp::canonical(path)
}

/// A path from the root, links and all: it means the same in whatever directory a process is. As it is where there are no
/// directories.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    imp::absolute(path)
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

/// The user's home directory, as the environment names it.
#[must_use]
pub fn home() -> Option<String> {
    imp::home().filter(|home| !home.is_empty())
}

/// Makes a directory and those above it, as far as they are missing.
///
/// # Errors
/// It cannot be made.
pub fn make_directory(path: &Path) -> Result<(), HostError> {
    probe(WriteStep::MakeDirectory).and_then(|_| imp::make_directory(path)).map_err(HostError::at(path))
}

/// Removes a file.
///
/// # Errors
/// It cannot be removed, or is not there.
pub fn remove_file(path: &Path) -> io::Result<()> {
    imp::remove_file(path)
}

/// Writes a file as a whole or not at all; `fill` gives its content. What is not a regular file, such as a pipe or
/// `/dev/stdout`, is written to as it is; a link is followed.
///
/// # Errors
/// It cannot be written, or `fill` fails; then an old file is as it was and nothing else is left.
pub fn atomic_write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), HostError> {
    let write = || {
        let mut file = Unfinished::new(path)?;
        fill(&mut file)?;
        file.finish()
    };
    write().map_err(HostError::at(path))
}

/// Writes a text to a file whose directory is made if it is missing.
///
/// # Errors
/// As for [`atomic_write`], or the directory cannot be made.
pub fn write_text(path: &Path, text: &str) -> Result<(), HostError> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        make_directory(directory)?;
    }
    atomic_write(path, |out| out.write_all(text.as_bytes()))
}

/// Makes a file with a text, unless something of that name is there already; whether it was made.
///
/// # Errors
/// It cannot be written; then nothing is left of it.
pub fn write_new(path: &Path, text: &str) -> Result<bool, HostError> {
    imp::write_new(path, text.as_bytes()).map_err(HostError::at(path))
}

/// Does something while no other process or thread does something under the same lock: what is read, changed and written
/// in it cannot be changed in between. The lock is a file beside the one it is about. Where there are no locks, and where
/// one is not free within two seconds, it is done all the same.
pub fn locked<T>(about: &Path, f: impl FnOnce() -> T) -> T {
    // Held to the end of this function.
    let _lock = imp::lock(about);
    f()
}

/// One step of writing a file. Tests let each of them fail in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteStep {
    /// The directory is made.
    MakeDirectory,
    /// The new file is created.
    Create,
    /// Bytes go into it, at most this many.
    Write(usize),
    /// What was written goes to the disk.
    Sync,
    /// It takes the place of the old one.
    Rename,
}

/// A file that is being written: it is there when it is finished, and not at all if it never is. The content goes to a
/// new file beside the named one, which takes its place when all of it is on the disk.
#[derive(Debug)]
pub struct Unfinished(imp::Unfinished);

impl Unfinished {
    /// Begins a file that will stand at a path.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn create(path: &Path) -> Result<Unfinished, HostError> {
        Unfinished::new(path).map_err(HostError::at(path))
    }

    fn new(path: &Path) -> io::Result<Unfinished> {
        imp::Unfinished::new(path).map(Unfinished)
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// It cannot be written; then an old one is as it was.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish()
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Errors on request, for tests: nothing else lets a disk be full at a chosen byte.
#[doc(hidden)]
pub mod faults {
    use super::{WriteStep, io};
    use std::cell::RefCell;

    type Fault = Box<dyn FnMut(WriteStep) -> io::Result<usize>>;

    thread_local! {
        static FAULT: RefCell<Option<Fault>> = const { RefCell::new(None) };
    }

    /// Asks whether a step may be done, and of a write how many bytes may be written.
    pub(super) fn probe(step: WriteStep) -> io::Result<usize> {
        FAULT.with_borrow_mut(|fault| match fault {
            Some(fault) => fault(step),
            None => Ok(if let WriteStep::Write(bytes) = step { bytes } else { 0 }),
        })
    }

    /// Does something while `fault` decides about each step of writing on this thread.
    pub fn with<T>(fault: impl FnMut(WriteStep) -> io::Result<usize> + 'static, f: impl FnOnce() -> T) -> T {
        FAULT.set(Some(Box::new(fault)));
        let done = f();
        FAULT.set(None);
        done
    }
}
