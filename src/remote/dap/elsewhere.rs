//! Source files of programs that came without their own files, as those of a machine elsewhere or of a recording do. What is
//! known of such a source is its text: a file that has the same text is it.

use crate::backend::{Program, Sources, host};
use crate::limits::FILE;
use crate::remote::attach::ProgramFiles;
use std::path::{Path, PathBuf};

/// Where such files are looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Elsewhere {
    /// Directories, and paths that have moved, as the client has named them.
    pub named: Sources,
    /// The files that the programs are from, where the machine is: they may be files here, too.
    pub programs: ProgramFiles,
}

impl Elsewhere {
    /// As a configuration names it, with paths that are relative to a directory.
    ///
    /// # Errors
    /// What has moved is not `OLD=NEW`.
    pub fn new(cwd: Option<&Path>, source: &[PathBuf], map: &[String]) -> Result<Elsewhere, String> {
        let from = |path: &PathBuf| cwd.map_or_else(|| path.clone(), |cwd| cwd.join(path));
        let pair = |text: &String| match text.split_once('=') {
            Some((old, new)) => Ok((old.to_owned(), new.to_owned())),
            None => Err(format!("map: {text}: OLD=NEW is expected")),
        };
        let moved = map.iter().map(pair).collect::<Result<_, String>>()?;
        let directories = source.iter().map(from).chain(cwd.map(Path::to_owned)).collect();
        Ok(Elsewhere { named: Sources { directories, moved }, programs: ProgramFiles::default() })
    }

    /// Looks beside this file, too.
    pub fn beside(mut self, file: &Path) -> Elsewhere {
        self.named.directories.extend(file.parent().map(Path::to_owned));
        self
    }

    /// The file that has the text of a source, and its path in a program.
    pub fn find(&self, program: &Program, named: &str, text: &str) -> Option<PathBuf> {
        let files = self.programs.paths();
        let (own, others): (Vec<_>, Vec<_>) =
            files.iter().partition(|file| file.file_name().is_some_and(|name| *name == *program.origin()));
        let beside = own.into_iter().chain(others).map(|file| file.parent());
        let places = beside.chain([None]).flat_map(|beside| self.named.places(beside, named));
        places.filter(|place| is_text(place, text)).find_map(|place| host::canonical(&place))
    }
}

/// Whether a file has a text, whatever ends its lines.
fn is_text(file: &Path, text: &str) -> bool {
    host::is_file(file) && host::shown(file, &FILE).is_ok_and(|found| found.lines().eq(text.lines()))
}
