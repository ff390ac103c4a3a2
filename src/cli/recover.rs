//! What a session leaves on disk while it is open, so that one that was killed can be opened again, and
//! what it leaves when it ends, if that is asked for.

use super::config::state_directory;
use super::scenario::Again;
use crate::backend::host;
use crate::ui::record::Record;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// Between two looks at what has been done.
const PACE: Duration = Duration::from_millis(200);
/// Begins the name of each session's file.
const PREFIX: &str = "session-";

/// Writes down what is done in a session, until it is dropped.
pub(super) struct Keeper {
    path: PathBuf,
    stop: Option<Sender<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Begins to write down what is done; `None` if there is no place for it.
    pub fn start(again: Again, record: Record) -> Option<Keeper> {
        let directory = state_directory()?;
        host::make_directory(&directory).ok()?;
        let path = directory.join(format!("{PREFIX}{}.toml", process::id()));
        let (stop, stopped) = channel();
        let file = path.clone();
        let write = move || {
            let mut written = None;
            while stopped.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
                let lines = record.lines();
                if written.as_ref() != Some(&lines) {
                    // A full disk must not end the session it is to save.
                    let _ = host::write_text(&file, &again.scenario(&lines));
                    written = Some(lines);
                }
            }
        };
        let writer = std::thread::Builder::new().name("keeper".into()).spawn(write).ok()?;
        Some(Keeper { path, stop: Some(stop), writer: Some(writer) })
    }

    /// The session has ended because the user wanted it to: nothing is left to recover.
    pub fn end(self) {
        let path = self.path.clone();
        drop(self);
        // If it cannot be removed it is offered once more, no worse.
        let _ = fs::remove_file(path);
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

/// The newest session that did not end by itself.
pub(super) fn newest() -> Option<PathBuf> {
    let files = fs::read_dir(state_directory()?).ok()?.filter_map(Result::ok);
    let left = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        let pid: u32 = name.strip_prefix(PREFIX)?.strip_suffix(".toml")?.parse().ok()?;
        let when = file.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        (!is_alive(pid)).then(|| (when, file.path()))
    });
    left.max().map(|(_, path)| path)
}

/// Whether a process of that number is there, as far as the system shows it.
fn is_alive(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Where a session is saved that is saved without being told where.
pub(super) fn usual_place() -> Option<PathBuf> {
    Some(state_directory()?.join("last.hsxrec"))
}
