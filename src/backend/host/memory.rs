//! Files in memory: a front end without files of a host puts those there that it was given, and takes those out that
//! were written.

use super::{DirEntry, EntryKind, ToolOutput};
use crate::limits::FILE;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All bytes of files in memory, at most.
const MOST: u64 = 4 * FILE.most;

/// The files, by name. There is one directory: what stands before a name is left out.
#[derive(Debug, Default)]
struct Files {
    by_name: BTreeMap<PathBuf, Content>,
    /// Names that were written and not taken out since.
    written: Vec<PathBuf>,
    /// How often anything was written: each content has a stamp of its own.
    writes: i128,
}

#[derive(Debug)]
struct Content {
    bytes: Vec<u8>,
    stamp: i128,
}

static FILES: Mutex<Files> = Mutex::new(Files { by_name: BTreeMap::new(), written: Vec::new(), writes: 0 });

fn files() -> MutexGuard<'static, Files> {
    // A panic while it was locked left whole files.
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name that a path ends in.
fn name(path: &Path) -> io::Result<PathBuf> {
    let bad = || io::Error::new(io::ErrorKind::InvalidInput, "a file name is expected");
    path.file_name().map(PathBuf::from).ok_or_else(bad)
}

impl Files {
    fn put(&mut self, path: &Path, bytes: Vec<u8>) -> io::Result<()> {
        let name = name(path)?;
        let others = self.by_name.iter().filter(|(other, _)| **other != name);
        let sum: u64 = others.map(|(_, content)| content.bytes.len() as u64).sum();
        if sum + bytes.len() as u64 > MOST {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the files in memory take too much room"));
        }
        self.writes += 1;
        self.by_name.insert(name, Content { bytes, stamp: self.writes });
        Ok(())
    }

    fn get(&self, path: &Path) -> io::Result<&Content> {
        let there = self.by_name.get(&name(path)?);
        there.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no file of this name was given to the page"))
    }
}

fn refused<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "a page in a browser starts no other programs"))
}

/// Puts a file where programs, recordings and lessons find it by its name.
///
/// # Errors
/// Its path has no name, or all files together are too large.
pub fn give(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    files().put(path, bytes)
}

/// Takes out what was written since this was asked for last, each file once.
#[must_use]
pub fn take_written() -> Vec<(String, Vec<u8>)> {
    let mut files = files();
    let mut names = std::mem::take(&mut files.written);
    names.sort();
    names.dedup();
    let content = |name: PathBuf| {
        let bytes = files.by_name.get(&name)?.bytes.clone();
        Some((name.to_string_lossy().into_owned(), bytes))
    };
    names.into_iter().filter_map(content).collect()
}

pub(super) fn read(path: &Path, most: u64) -> io::Result<(Vec<u8>, bool)> {
    let files = files();
    let bytes = &files.get(path)?.bytes;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok((bytes[..bytes.len().min(most)].to_vec(), bytes.len() > most))
}

pub(super) fn beginning(path: &Path, most: u64) -> Option<Vec<u8>> {
    read(path, most).ok().map(|(bytes, _)| bytes)
}

pub(super) fn absolute(path: &Path) -> PathBuf {
    path.to_owned()
}

pub(super) fn same_file(a: &Path, b: &Path) -> bool {
    canonical(a).is_some_and(|a| canonical(b) == Some(a))
}

pub(super) fn is_newer(path: &Path, than: &Path) -> bool {
    stamp(path).zip(stamp(than)).is_some_and(|((a, _), (b, _))| a > b)
}

pub(super) fn is_file(path: &Path) -> bool {
    files().get(path).is_ok()
}

pub(super) fn canonical(path: &Path) -> Option<PathBuf> {
    is_file(path).then(|| name(path).ok()).flatten()
}

pub(super) fn list(_: &Path) -> io::Result<Vec<DirEntry>> {
    let entry = |path: &PathBuf| DirEntry {
        path: path.clone(),
        name: path.to_string_lossy().into_owned(),
        kind: EntryKind::File,
    };
    Ok(files().by_name.keys().map(entry).collect())
}

pub(super) fn is_directory(_: &Path) -> bool {
    false
}

pub(super) fn home() -> Option<String> {
    None
}

/// There is one directory, for files of all directories.
pub(super) fn make_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a file; false if there is one of that name.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut files = files();
    if files.get(path).is_ok() {
        return Ok(false);
    }
    files.put(path, bytes.to_vec())?;
    Ok(true)
}

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Unfinished {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Unfinished {
    pub fn new(path: &Path) -> io::Result<Unfinished> {
        Ok(Unfinished { path: name(path)?, bytes: Vec::new() })
    }

    pub fn finish(self) -> io::Result<()> {
        let mut files = files();
        files.put(&self.path, self.bytes)?;
        files.written.push(self.path);
        Ok(())
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > MOST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn stamp(path: &Path) -> Option<(i128, u64)> {
    files().get(path).ok().map(|content| (content.stamp, content.bytes.len() as u64))
}

/// No lock is needed where one thread writes.
pub(super) fn lock(_: &Path) -> Option<()> {
    None
}

pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    let mut files = files();
    files.get(path)?;
    files.by_name.remove(&name(path)?);
    Ok(())
}

/// A directory that can never be made.
#[derive(Debug)]
pub enum Scratch {}

impl Scratch {
    /// Refused.
    ///
    /// # Errors
    /// Always.
    pub fn new() -> io::Result<Scratch> {
        refused()
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        match *self {}
    }
}

/// Refused.
///
/// # Errors
/// Always.
pub fn run_tool(_: &str, _: &[OsString], _: &Path, scratch: &Scratch, _: u64) -> io::Result<ToolOutput> {
    match *scratch {}
}

/// There is no environment.
#[must_use]
pub fn variable(_: &str) -> Option<String> {
    None
}

/// The path itself: there is one directory.
///
/// # Errors
/// It has no name.
pub fn whole(path: &Path) -> io::Result<PathBuf> {
    name(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_name_and_what_was_written_is_taken_out_once() {
        give(Path::new("some/where/memory-a.mvasm"), b"one".to_vec()).expect("given");
        assert_eq!(read(Path::new("memory-a.mvasm"), 2).expect("there"), (b"on".to_vec(), true));
        let before = stamp(Path::new("./memory-a.mvasm")).expect("there");
        let mut again = Unfinished::new(Path::new("memory-a.mvasm")).expect("begun");
        again.write_all(b"two!").expect("room");
        assert_eq!(read(Path::new("memory-a.mvasm"), 9).expect("the old one").0, b"one");
        again.finish().expect("written");
        assert_ne!(stamp(Path::new("memory-a.mvasm")), Some(before));
        let ours = |files: Vec<(String, Vec<u8>)>| files.into_iter().find(|(name, _)| name == "memory-a.mvasm");
        assert_eq!(ours(take_written()), Some(("memory-a.mvasm".into(), b"two!".to_vec())));
        assert_eq!(ours(take_written()), None);
        remove_file(Path::new("memory-a.mvasm")).expect("there");
        assert_eq!(read(Path::new("memory-a.mvasm"), 9).map_err(|e| e.kind()), Err(io::ErrorKind::NotFound));
        assert!(give(Path::new(".."), Vec::new()).is_err(), "no name");
    }
}
