//! What a session leaves on disk while it is open, so that one that was killed can be opened again, and
//! what it leaves when it ends, if that is asked for.

use super::config::state_directory;
use super::scenario::Again;
use crate::backend::host;
use crate::backend::kept::KeptProgram;
use crate::ui::record::Record;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// Between two looks at what has been done.
const PACE: Duration = Duration::from_millis(200);
/// Begins the name of each session's file.
const PREFIX: &str = "session-";
/// Begins the name of one that could be opened again in part.
const ASIDE: &str = "part-of-session-";

/// Writes down what is done in a session, until it is dropped.
pub(super) struct Keeper {
    path: PathBuf,
    /// Locked while the session is open. The system gives the lock up when the process ends, however that is; its number
    /// would not do, since another process may have it by then.
    _open: Option<File>,
    stop: Option<Sender<()>>,
    writer: Option<JoinHandle<()>>,
}

/// What is written down of a session.
struct Journal {
    path: PathBuf,
    again: Again,
    record: Record,
    /// The programs that it has read, as text.
    kept: Vec<KeptProgram>,
    /// What was done when it was written last, and how many programs had been read.
    written: Option<(Vec<String>, usize)>,
}

impl Journal {
    /// Writes it again if something was done.
    fn write(&mut self) {
        let lines = self.record.lines();
        // Those of the lines are there before them.
        self.kept.extend(self.record.programs_from(self.kept.len()).iter().map(|program| program.kept()));
        let now = Some((lines, self.kept.len()));
        if let Some((lines, _)) = now.as_ref().filter(|_| self.written != now) {
            // A full disk must not end the session it is to save.
            let _ = host::write_text(&self.path, &self.again.scenario(lines, &self.kept));
            self.written = now;
        }
    }
}

impl Keeper {
    /// Begins to write down what is done; `None` if there is no place for it.
    pub fn start(again: Again, record: Record) -> Option<Keeper> {
        let directory = state_directory()?;
        host::make_directory(&directory).ok()?;
        let path = free_name(&directory);
        let lock = lock_of(&path);
        let open = File::options().write(true).create(true).truncate(false).open(lock);
        let open = open.ok().filter(|file| file.try_lock().is_ok());
        let (stop, stopped) = channel();
        let mut journal = Journal { path: path.clone(), again, record, kept: Vec::new(), written: None };
        let write = move || {
            while stopped.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
                journal.write();
            }
            // What was done since the last look.
            journal.write();
        };
        let writer = std::thread::Builder::new().name("keeper".into()).spawn(write).ok()?;
        Some(Keeper { path, _open: open, stop: Some(stop), writer: Some(writer) })
    }

    /// The session has ended because the user wanted it to: nothing is left to recover.
    pub fn end(self) {
        let path = self.path.clone();
        drop(self);
        forget(&path);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(writer) = self.writer.take() {
            // It does nothing that could panic.
            let _ = writer.join();
        }
    }
}

/// A name that no session has left behind.
fn free_name(directory: &Path) -> PathBuf {
    let pid = process::id();
    let first = directory.join(format!("{PREFIX}{pid}.toml"));
    let more = (2..100).map(|n| directory.join(format!("{PREFIX}{pid}-{n}.toml")));
    std::iter::once(first.clone()).chain(more).find(|path| !path.exists()).unwrap_or(first)
}

fn lock_of(session: &Path) -> PathBuf {
    session.with_extension("lock")
}

/// Takes a session away that need not be opened again. If it cannot be removed it is offered once more, no worse.
pub(super) fn forget(session: &Path) {
    let _ = fs::remove_file(session);
    let _ = fs::remove_file(lock_of(session));
}

/// Where a session is put that could be opened again in part.
pub(super) fn aside(session: &Path) -> PathBuf {
    let name = session.file_name().unwrap_or_default().to_string_lossy().into_owned();
    session.with_file_name(format!("{ASIDE}{}", name.trim_start_matches(PREFIX)))
}

/// Puts a session aside that was opened again in part: it is not offered any more, and nothing of it is lost.
pub(super) fn set_aside(session: &Path) {
    let _ = fs::rename(session, aside(session));
    let _ = fs::remove_file(lock_of(session));
}

/// The sessions that did not end by themselves, the newest first.
pub(super) fn left() -> Vec<PathBuf> {
    let files = state_directory().and_then(|directory| fs::read_dir(directory).ok());
    let session = |file: fs::DirEntry| {
        let name = file.file_name().into_string().ok()?;
        name.strip_prefix(PREFIX)?.strip_suffix(".toml")?;
        let when = file.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        (!is_open(&file.path())).then(|| (when, file.path()))
    };
    let mut left: Vec<_> = files.into_iter().flatten().filter_map(Result::ok).filter_map(session).collect();
    left.sort();
    left.into_iter().rev().map(|(_, path)| path).collect()
}

/// Whether a session is open in a process.
fn is_open(session: &Path) -> bool {
    let lock = File::options().write(true).open(lock_of(session));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Where a session is saved that is saved without being told where.
pub(super) fn usual_place() -> Option<PathBuf> {
    Some(state_directory()?.join("last.hsxrec"))
}
