//! The machine's file tree and directories of the host: copied in at the start, written out on
//! request. A running program never touches the host.

use super::host::{self, EntryKind, HostError};
use super::{Applied, Input, Local, Refused};
use crate::executive::files::is_inside;
use crate::limits::{DIRECTORY_FILES, FILE};
use crate::text::is_hidden;
use std::io;
use std::path::{Path, PathBuf};

impl Local {
    /// Copies a directory's files into the machine, by their paths inside it, in order of name; what is neither a
    /// file nor a directory (links, pipes, devices) is left out, and given back.
    ///
    /// # Errors
    /// Something cannot be read, there is too much, or the machine's file tree is full.
    pub fn import_files(&mut self, directory: &Path) -> Result<Vec<PathBuf>, Refused> {
        let mut tree = Tree::default();
        tree.collect(directory, "")?;
        let mut total = 0;
        for (name, path) in &tree.files {
            let content = host::read(path, &FILE).map_err(HostError::at(path))?;
            total += content.len() as u64;
            FILE.check(total).map_err(|over| HostError::at(directory)(io::Error::other(over)))?;
            self.note_read(path);
            match self.apply(Input::File { path: name.clone(), content })? {
                Applied::Done => {}
                _ => continue,
            }
        }
        Ok(tree.left_out)
    }

    /// Writes the machine's files into a directory, which is made if missing, and names them.
    /// A name that would lead out of it is passed over.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn export_files(&self, directory: &Path) -> Result<Vec<String>, Refused> {
        let mut written = Vec::new();
        for (name, content) in self.machine().files().iter() {
            let Some(path) = exported(directory, name) else { continue };
            let parent = path.parent().unwrap_or(directory);
            host::make_directory(parent)?;
            host::atomic_write(&path, |out| out.write_all(content))?;
            written.push(name.to_owned());
        }
        Ok(written)
    }
}

/// Where a file of the machine is written in a directory; `None` if its name would lead out of it, or means something to hosts.
#[must_use]
pub fn exported(directory: &Path, name: &str) -> Option<PathBuf> {
    let plain = name.trim_start_matches('/');
    let is_safe = is_inside(plain) && !plain.chars().any(is_hidden) && !plain.contains(['\\', ':']);
    is_safe.then(|| directory.join(plain))
}

/// What is below a directory.
#[derive(Default)]
struct Tree {
    /// Files with their paths inside it.
    files: Vec<(String, PathBuf)>,
    left_out: Vec<PathBuf>,
    seen: u64,
}

impl Tree {
    /// Takes in all that is below a directory. Links are not followed.
    fn collect(&mut self, directory: &Path, prefix: &str) -> Result<(), HostError> {
        let entries = host::list(directory).map_err(HostError::at(directory))?;
        self.seen += entries.len() as u64;
        DIRECTORY_FILES.check(self.seen).map_err(|over| HostError::at(directory)(io::Error::other(over)))?;
        for entry in entries {
            let name = format!("{prefix}{}", entry.name);
            match entry.kind {
                EntryKind::Directory => self.collect(&entry.path, &format!("{name}/"))?,
                EntryKind::File => self.files.push((name, entry.path)),
                EntryKind::Other => self.left_out.push(entry.path),
            }
        }
        Ok(())
    }
}
