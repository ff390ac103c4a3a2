//! Files on the disks of this computer.

use super::{DirEntry, EntryKind};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path)
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
