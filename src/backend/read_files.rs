//! Files of the host that a session was read from: commands do not write over them unasked.

use super::{Local, host};
use std::path::Path;

impl Local {
    /// Takes note of a file of the host that was read for this session.
    pub fn note_read(&mut self, path: &Path) {
        // By its one name, so that each stands there once however often it is read.
        let path = host::canonical(path).unwrap_or_else(|| path.to_owned());
        if !self.read_files.contains(&path) {
            self.read_files.push(path);
        }
    }

    /// Whether a file is one of those that this session was read from, by whatever name: its programs, a recording, a
    /// schedule, lines of commands.
    #[must_use]
    pub fn has_read(&self, path: &Path) -> bool {
        let of_program = |program: &super::Program| {
            let parts = program.read.iter().map(|(part, _)| part.as_path());
            parts.chain(program.path()).any(|part| host::same_file(part, path))
        };
        self.read_files.iter().any(|read| host::same_file(read, path)) || self.programs().any(of_program)
    }

    /// Puts a session in place of this one that has read what this one has.
    pub(in crate::backend) fn replace_with(&mut self, mut next: Local) {
        for read in std::mem::take(&mut self.read_files) {
            if !next.read_files.contains(&read) {
                next.read_files.push(read);
            }
        }
        let fresh = std::mem::take(&mut next.read_programs);
        next.read_programs = std::mem::take(&mut self.read_programs);
        next.read_programs.extend(fresh);
        next.kept = std::mem::take(&mut self.kept);
        *self = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Config, LoadDefaults};
    use std::path::PathBuf;

    fn empty() -> Local {
        Local::new("t", Config::default(), LoadDefaults::default())
    }

    #[cfg(feature = "host-files")]
    #[test]
    fn a_file_is_known_by_whatever_name_it_has() {
        let home = tempfile::tempdir().expect("directory");
        let file = home.path().join("a.txt");
        std::fs::write(&file, "x").expect("written");
        std::fs::create_dir(home.path().join("below")).expect("made");
        std::fs::hard_link(&file, home.path().join("other.txt")).expect("linked");
        let mut local = empty();
        assert!(!local.has_read(&file));
        local.note_read(&file);
        local.note_read(&home.path().join("below/../a.txt"));
        assert_eq!(local.read_files.len(), 1);
        assert!(local.has_read(&home.path().join("below/../a.txt")) && local.has_read(&home.path().join("other.txt")));
        assert!(!local.has_read(&home.path().join("b.txt")));
    }

    #[test]
    fn what_was_read_stays_known_when_another_session_takes_the_place() {
        let (mut local, mut next) = (empty(), empty());
        local.note_read(Path::new("/nowhere/a"));
        next.note_read(Path::new("/nowhere/b"));
        local.replace_with(next);
        assert_eq!(local.read_files, [PathBuf::from("/nowhere/b"), PathBuf::from("/nowhere/a")]);
    }
}
