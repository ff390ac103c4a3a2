//! Files on the disks of this computer.

use super::read::Refused;
use super::{DirEntry, EntryKind};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// At most so many bytes of a file or pipe, and whether there are more.
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

pub(super) fn is_newer(path: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
    matches!((changed(path), changed(than)), (Some(a), Some(b)) if a > b)
}

pub(super) fn is_file(path: &Path) -> bool {
    path.is_file()
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

pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Writes to another file beside it first, which then takes its place.
pub(super) fn atomic_write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
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
