//! Files on the disks of this computer.

use super::faults::probe;
use super::read::Refused;
use super::{DirEntry, EntryKind, WriteStep};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How often a lock is asked for that another session holds, and how long is waited in between: two seconds in all.
const LOCK_TRIES: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// At most a number of bytes of a file or pipe, and whether there are more.
pub(super) fn read(path: &Path, most: u64) -> io::Result<(Vec<u8>, bool)> {
    let about = fs::metadata(path)?;
    if let Some(kind) = refused(path, &about.file_type()) {
        return Err(Refused::Kind(kind).into());
    }
    // A pipe says 0.
    if about.len() > most {
        return Ok((Vec::new(), true));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    let more = bytes.len() as u64 > most;
    Ok((bytes, more))
}

/// What cannot be read as a file, in a word.
fn refused(path: &Path, kind: &fs::FileType) -> Option<&'static str> {
    if kind.is_dir() {
        return Some("directory");
    }
    // The usual name for an empty file.
    if kind.is_file() || path == Path::new("/dev/null") {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return None;
        }
        if kind.is_socket() {
            return Some("socket");
        }
    }
    Some("device")
}

pub(super) fn beginning(path: &Path, most: u64) -> Option<Vec<u8>> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

pub(super) fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // Hard links are one file under two names.
        if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
            return (a.dev(), a.ino()) == (b.dev(), b.ino());
        }
    }
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        // Two that are not there yet are one if their names are.
        _ => a == b,
    }
}

pub(super) fn is_newer(path: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
    matches!((changed(path), changed(than)), (Some(a), Some(b)) if a > b)
}

pub(super) fn stamp(path: &Path) -> Option<(i128, u64)> {
    let about = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let changed = {
        use std::os::unix::fs::MetadataExt;
        i128::from(about.mtime()) * 1_000_000_000 + i128::from(about.mtime_nsec())
    };
    #[cfg(windows)]
    let changed = i128::from(std::os::windows::fs::MetadataExt::last_write_time(&about));
    #[cfg(not(any(unix, windows)))]
    let changed = 0;
    Some((changed, about.len()))
}

pub(super) fn is_file(path: &Path) -> bool {
    path.is_file()
}

pub(super) fn canonical(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

pub(super) fn list(directory: &Path) -> io::Result<Vec<DirEntry>> {
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name().to_string_lossy().into_owned());
        let kind = match (kind.is_file(), kind.is_dir()) {
            (true, _) => EntryKind::File,
            (_, true) => EntryKind::Directory,
            _ => EntryKind::Other,
        };
        Ok(DirEntry { path: entry.path(), name, kind })
    };
    fs::read_dir(directory)?.map(entry).collect()
}

pub(super) fn is_directory(path: &Path) -> bool {
    path.is_dir()
}

pub(super) fn home() -> Option<String> {
    std::env::var("HOME").ok()
}

pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Makes a file; false if there is something of that name.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        made => made?,
    };
    let written = file.write_all(bytes);
    if written.is_err() {
        // Half a file would pass for the whole one; the error that counts is the first one.
        let _ = fs::remove_file(path);
    }
    written.map(|()| true)
}

/// The lock of a file, which is held until it is dropped; `None` if there are no locks, or another session keeps it for longer
/// than a file takes to be written.
pub(super) fn lock(about: &Path) -> Option<File> {
    let mut name = about.file_name()?.to_owned();
    name.push(".lock");
    if let Some(directory) = about.parent() {
        fs::create_dir_all(directory).ok()?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(about.with_file_name(name)).ok()?;
    // Another session holds it for as long as it takes to write a small file. One that has stopped in between must not
    // stop this one, too.
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

/// See [`super::Unfinished`].
#[derive(Debug)]
pub(super) struct Unfinished {
    /// Taken when it is finished or given up.
    out: Option<BufWriter<Door>>,
    /// The new file and its place; `None` for what is written to as it is.
    places: Option<(PathBuf, PathBuf)>,
}

impl Unfinished {
    pub fn new(path: &Path) -> io::Result<Unfinished> {
        if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let file = OpenOptions::new().write(true).open(path)?;
            return Ok(Unfinished { out: Some(BufWriter::new(Door(file))), places: None });
        }
        // A link stays, and what it leads to is replaced.
        let place = if path.is_symlink() { fs::canonicalize(path)? } else { path.to_owned() };
        let (beside, file) = create_beside(&place)?;
        Ok(Unfinished { out: Some(BufWriter::new(Door(file))), places: Some((beside, place)) })
    }

    pub fn finish(mut self) -> io::Result<()> {
        let Some(mut out) = self.out.take() else { return Ok(()) };
        let done = out.flush().and_then(|()| match &self.places {
            None => Ok(()),
            Some((beside, place)) => {
                probe(WriteStep::Sync)?;
                out.get_ref().0.sync_all()?;
                probe(WriteStep::Rename)?;
                fs::rename(beside, place)
            }
        });
        if done.is_ok() {
            self.places = None;
        }
        // After an error nothing that is still buffered may be tried again.
        let _ = out.into_parts();
        done
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(out) = self.out.take() {
            let _ = out.into_parts();
        }
        if let Some((beside, _)) = &self.places {
            // What is left of it is of no use; the error that counts is the first one.
            let _ = fs::remove_file(beside);
        }
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.as_mut().map_or(Err(io::ErrorKind::BrokenPipe.into()), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// A new file beside another, with a name that no process has now.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().filter(|_| !path.is_dir());
    let name = name.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a file name is expected"))?;
    loop {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let mut own = OsString::from(".");
        own.push(name);
        own.push(format!(".{}.{number}.part", std::process::id()));
        let beside = path.with_file_name(own);
        probe(WriteStep::Create)?;
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            // A process with this number was killed once, or is in another container.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            made => return Ok((beside, made?)),
        }
    }
}

/// A file as it is written to.
#[derive(Debug)]
struct Door(File);

impl Write for Door {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = probe(WriteStep::Write(bytes.len()))?.min(bytes.len());
        self.0.write(&bytes[..most])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{atomic_write, faults, write_text};
    use super::*;

    fn names(directory: &Path) -> Vec<OsString> {
        fs::read_dir(directory).expect("there").map(|entry| entry.expect("entry").file_name()).collect()
    }

    #[test]
    fn an_error_at_any_step_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("a");
        fs::write(&path, "old").expect("written");
        let content = vec![b'x'; 100_000];
        let mut failed = 0;
        for at in 0.. {
            let mut seen = 0;
            let fault = move |step: WriteStep| {
                seen += 1;
                match step {
                    _ if seen == at + 1 => Err(io::ErrorKind::StorageFull.into()),
                    // Short writes are what a full disk begins with.
                    WriteStep::Write(bytes) => Ok(bytes.min(4096)),
                    _ => Ok(0),
                }
            };
            let done = faults::with(fault, || atomic_write(&path, |out| out.write_all(&content)));
            assert_eq!(names(directory.path()), ["a"], "step {at}");
            match done {
                Ok(()) => break,
                Err(e) => assert!(e.to_string().starts_with(&path.display().to_string()), "{e}"),
            }
            assert_eq!(fs::read(&path).expect("there"), b"old", "step {at}");
            failed += 1;
        }
        assert!(failed > 20, "each of the short writes failed once, not {failed}");
        assert_eq!(fs::read(&path).expect("there"), content);
    }

    #[test]
    fn what_fills_it_may_fail() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("new");
        atomic_write(&path, |_| Err(io::Error::other("no"))).expect_err("fails");
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn a_name_that_is_taken_beside_it_is_not_written_to() {
        let directory = tempfile::tempdir().expect("directory");
        let (first, _) = create_beside(&directory.path().join("a")).expect("created");
        let number = |path: &Path| path.to_string_lossy().rsplit('.').nth(1).and_then(|n| n.parse::<u64>().ok());
        let next = number(&first).expect("number") + 1;
        for taken in next..next + 3 {
            fs::write(directory.path().join(format!(".a.{}.{taken}.part", std::process::id())), "mine").expect("made");
        }
        write_text(&directory.path().join("a"), "text").expect("written");
        let mine = names(directory.path()).len();
        assert_eq!(mine, 5, "the first, three that were taken, and the file");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let directory = tempfile::tempdir().expect("directory");
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::write(&real, "old").expect("written");
        std::os::unix::fs::symlink(&real, &link).expect("linked");
        write_text(&link, "new").expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).expect("there"), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_as_it_is() {
        write_text(Path::new("/dev/null"), "text").expect("written");
        let full = write_text(Path::new("/dev/full"), "text");
        assert!(!Path::new("/dev/full").exists() || full.is_err());
    }
}
