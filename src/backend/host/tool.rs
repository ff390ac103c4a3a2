//! Tools of the host: commands that are run without a shell, for a limited time, in a directory of their own.

use super::ToolOutput;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Bytes of a tool's messages that are read.
const SAID: u64 = 64 << 10;
/// How often it is looked whether a tool has ended.
const LOOKS: Duration = Duration::from_millis(5);

/// A directory that goes when it is no longer needed.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new one, for this user alone.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> io::Result<Scratch> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("hsxray-{}-{number}", std::process::id()));
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            match builder.create(&path) {
                Ok(()) => return Ok(Scratch(path)),
                // Another process of this number left it.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a command in a directory; its messages go through a file in `scratch`.
///
/// # Errors
/// It is not there, or cannot be run.
pub fn run(
    program: &str,
    arguments: &[OsString],
    directory: &Path,
    scratch: &Scratch,
    seconds: u64,
) -> io::Result<ToolOutput> {
    let said = scratch.path().join("said");
    let out = File::create(&said)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    let mut child = command.stdout(out.try_clone()?).stderr(out).spawn()?;
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if began.elapsed() >= Duration::from_secs(seconds) {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(LOOKS);
    };
    let mut bytes = Vec::new();
    File::open(&said)?.take(SAID).read_to_end(&mut bytes)?;
    Ok(ToolOutput {
        done: status.is_some_and(|status| status.success()),
        late: status.is_none(),
        killed: status.filter(|status| status.code().is_none()).map(|status| status.to_string()),
        said: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// A variable of the environment that is set and not empty.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The whole path of a directory, without links.
///
/// # Errors
/// It is not there.
pub fn whole(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}
