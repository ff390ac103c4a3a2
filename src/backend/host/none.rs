//! No files: programs, lessons and recordings come as bytes from the front end.

use super::{DirEntry, ToolOutput};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

fn refused<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this build of hsxray reads and writes no files"))
}

pub(super) fn read(_: &Path, _: u64) -> io::Result<(Vec<u8>, bool)> {
    refused()
}

pub(super) fn beginning(_: &Path, _: u64) -> Option<Vec<u8>> {
    None
}

pub(super) fn same_file(_: &Path, _: &Path) -> bool {
    false
}

pub(super) fn is_newer(_: &Path, _: &Path) -> bool {
    false
}

pub(super) fn is_file(_: &Path) -> bool {
    false
}

pub(super) fn canonical(_: &Path) -> Option<PathBuf> {
    None
}

pub(super) fn list(_: &Path) -> io::Result<Vec<DirEntry>> {
    refused()
}

pub(super) fn is_directory(_: &Path) -> bool {
    false
}

pub(super) fn home() -> Option<String> {
    None
}

pub(super) fn make_directory(_: &Path) -> io::Result<()> {
    refused()
}

pub(super) fn write_new(_: &Path, _: &[u8]) -> io::Result<bool> {
    refused()
}

/// A file that can never be begun.
#[derive(Debug)]
pub(super) enum Unfinished {}

impl Unfinished {
    pub fn new(_: &Path) -> io::Result<Unfinished> {
        refused()
    }

    pub fn finish(self) -> io::Result<()> {
        match self {}
    }
}

impl Write for Unfinished {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match *self {}
    }
}

pub(super) fn stamp(_: &Path) -> Option<(i128, u64)> {
    None
}

/// No lock is needed where nothing is written.
pub(super) fn lock(_: &Path) -> Option<()> {
    None
}

pub(super) fn remove_file(_: &Path) -> io::Result<()> {
    refused()
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

/// Refused.
///
/// # Errors
/// Always.
pub fn whole(_: &Path) -> io::Result<PathBuf> {
    refused()
}
