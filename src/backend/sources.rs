//! Where source files are looked for that a symbol file names.

use super::host;
use crate::limits::FILE;
use std::path::{Path, PathBuf};

/// Directories to look in, and paths that have moved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    /// Directories, by path and by file name alone.
    pub directories: Vec<PathBuf>,
    /// Beginnings of paths, and what stands there now.
    pub moved: Vec<(String, String)>,
}

impl Sources {
    /// The text of a file that is called so by a symbol file in a directory, and where it is: where it has moved to,
    /// beside that file, in the current directory, then in each directory. What is not UTF-8 in it becomes
    /// replacement characters.
    #[must_use]
    pub fn read(&self, beside: Option<&Path>, named: &str) -> Option<(String, PathBuf)> {
        let moved =
            self.moved.iter().filter_map(|(old, new)| Some(PathBuf::from(new.clone() + named.strip_prefix(old)?)));
        let file = Path::new(named).file_name();
        let own = self.directories.iter().map(PathBuf::as_path);
        let places = beside.into_iter().chain([Path::new("")]).chain(own);
        let in_places = places.flat_map(|at| [Some(at.join(named)), file.map(|file| at.join(file))]).flatten();
        moved.chain(in_places).find_map(|path| Some((host::shown(&path, &FILE).ok()?, path)))
    }
}
