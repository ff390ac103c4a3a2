//! The machine's file tree and directories of the host: copied in at the start, written out on
//! request. A running program never touches the host.

use super::host::{self, EntryKind};
use super::{Applied, Input, Local, TargetError};
use crate::executive::files::is_inside;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A file or directory of the host that did not work out.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct HostError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> HostError {
    let path = path.to_owned();
    move |source| HostError { path, source }
}

impl Local {
    /// Copies a directory's files into the machine, by their paths inside it, in order of name.
    ///
    /// # Errors
    /// Something cannot be read, or the machine's file tree is full.
    pub fn import_files(&mut self, directory: &Path) -> Result<usize, TargetError> {
        let mut files = Vec::new();
        collect(directory, "", &mut files)?;
        for (name, path) in &files {
            let content = host::read(path).map_err(at(path))?;
            match self.apply(Input::File { path: name.clone(), content })? {
                Applied::Done => {}
                _ => continue,
            }
        }
        Ok(files.len())
    }

    /// Writes the machine's files into a directory, which is made if missing, and names them.
    /// A name that would lead out of it is passed over.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn export_files(&self, directory: &Path) -> Result<Vec<String>, TargetError> {
        let mut written = Vec::new();
        for (name, content) in self.machine().files().iter() {
            let plain = name.trim_start_matches('/');
            if !is_inside(plain) || plain.chars().any(char::is_control) || plain.contains(['\\', ':']) {
                continue;
            }
            let path = directory.join(plain);
            let parent = path.parent().unwrap_or(directory);
            host::make_directory(parent).map_err(at(parent))?;
            host::atomic_write(&path, |out| out.write_all(content)).map_err(at(&path))?;
            written.push(name.to_owned());
        }
        Ok(written)
    }
}

/// All files below a directory with their paths inside it. Links are not followed.
fn collect(directory: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), HostError> {
    for entry in host::list(directory).map_err(at(directory))? {
        let name = format!("{prefix}{}", entry.name);
        match entry.kind {
            EntryKind::Directory => collect(&entry.path, &format!("{name}/"), files)?,
            EntryKind::File => files.push((name, entry.path)),
            EntryKind::Other => {}
        }
    }
    Ok(())
}
