//! Programs as they were when a session read them, so that it is opened again with what was run where a file is another
//! by then, or is not there any more.

use super::program::Origin;
use super::{Local, Program, ProgramError, Refused, host};
use crate::image;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use super::recording::{packed_text, unpacked_text};

/// A program as a session has read it.
#[derive(Debug, Clone)]
pub struct ReadProgram {
    /// Its file, or the first of its sources, from the root.
    file: PathBuf,
    program: Arc<Program>,
}

/// A program as it was when a session read it, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptProgram {
    /// Its file, or the first of its sources, from the root.
    file: String,
    /// It came through a pipe, which can be read once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    piped: bool,
    /// The program in letters; empty for one that has no such form.
    packed: String,
}

impl ReadProgram {
    /// The program as text.
    #[must_use]
    pub fn kept(&self) -> KeptProgram {
        let piped = self.program.path().is_none();
        let packed = self.program.packed().unwrap_or_default();
        KeptProgram { file: self.file.to_string_lossy().into_owned(), piped, packed }
    }
}

/// The programs that were read when a session was first done, in their order: they are used in place of files that hold
/// something else now.
#[derive(Debug, Clone, Default)]
pub(super) struct KeptPrograms {
    left: VecDeque<KeptProgram>,
    /// Files in whose place such a program was used, and why.
    differing: Vec<(PathBuf, String)>,
}

impl KeptPrograms {
    /// What is read for these files: what they hold, or the kept program where that is another.
    pub(super) fn or_read(
        &mut self,
        files: &[PathBuf],
        read: impl FnOnce() -> Result<Program, ProgramError>,
    ) -> Result<Program, ProgramError> {
        let Some((file, kept)) = files.first().and_then(|file| self.take(&host::absolute(file))) else {
            return read();
        };
        let Ok(program) = Program::unpacked(&kept.packed) else { return read() };
        self.differing.retain(|(known, _)| *known != file);
        // A pipe has been read already; to open another one under its name would wait for ever.
        let there = !kept.piped && files.iter().all(|file| host::is_file(file));
        let fresh = if there { read().ok() } else { None };
        match fresh {
            Some(fresh) if alike(&fresh, &program) => Ok(fresh),
            _ => {
                if !kept.piped {
                    let why = if there { "has changed since" } else { "is not there any more" };
                    let why =
                        format!("{} {why}: the program is used as it was when this session read it", file.display());
                    self.differing.push((file, why));
                }
                Ok(if there { program.read_from(files) } else { program })
            }
        }
    }

    /// The first one that is left of a file.
    fn take(&mut self, file: &Path) -> Option<(PathBuf, KeptProgram)> {
        let at = self.left.iter().position(|kept| file.to_string_lossy() == kept.file)?;
        self.left.remove(at).map(|kept| (file.to_owned(), kept))
    }
}

/// Whether two programs are the same to debug: images, names, lines and sources. Where sources lie counts for nothing.
fn alike(one: &Program, other: &Program) -> bool {
    let plain = |program: &Program| {
        let mut symbols = program.symbols.clone();
        symbols.sort();
        symbols.files.iter_mut().for_each(|file| (file.path, file.newer) = (String::new(), false));
        (image::write(&program.image).ok(), symbols)
    };
    plain(one) == plain(other)
}

impl Program {
    /// The files that it is read from again; none for one that cannot be.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        match &self.origin {
            Origin::File(path) => vec![path.clone()],
            Origin::Sources(paths) => paths.clone(),
            Origin::Builtin(_) => Vec::new(),
        }
    }

    /// The same as one that was read from these files.
    pub(super) fn read_from(mut self, files: &[PathBuf]) -> Program {
        self.origin = match files {
            [one] if one.extension().is_none_or(|e| e != "c") => Origin::File(one.clone()),
            _ => Origin::Sources(files.to_vec()),
        };
        self
    }
}

impl Local {
    /// Programs that are used in place of files that hold something else now, as the session reads them one after the
    /// other: those of a session that is done again.
    pub fn set_kept(&mut self, programs: Vec<KeptProgram>) {
        self.kept = KeptPrograms { left: programs.into(), differing: Vec::new() };
    }

    /// Files are read as they are from now on. What was used in place of which of them, a sentence each.
    pub fn forget_kept(&mut self) -> Vec<String> {
        let KeptPrograms { left: _, differing } = std::mem::take(&mut self.kept);
        differing.into_iter().map(|(_, why)| why).collect()
    }

    /// What is read for the files of a program, or what was kept of them.
    ///
    /// # Errors
    /// That of `read`.
    pub fn or_kept(
        &mut self,
        files: &[PathBuf],
        read: impl FnOnce() -> Result<Program, ProgramError>,
    ) -> Result<Program, ProgramError> {
        self.kept.or_read(files, read)
    }

    /// Takes note of a program that was read from a file or pipe and is loaded now.
    pub fn note_program(&mut self, file: &Path, program: &Arc<Program>) {
        self.read_programs.push(ReadProgram { file: host::absolute(file), program: Arc::clone(program) });
    }

    /// The programs that this session has read from files and pipes, in their order: one that was read twice stands here
    /// twice.
    #[must_use]
    pub fn read_programs(&self) -> &[ReadProgram] {
        &self.read_programs
    }

    /// A task's program read again, and its file.
    pub(super) fn program_again(&mut self, program: &Program) -> Result<(Option<PathBuf>, Arc<Program>), Refused> {
        let files = program.files();
        let fresh = if files.is_empty() { program.again() } else { self.kept.or_read(&files, || program.again()) }?;
        Ok((files.into_iter().next(), Arc::new(fresh)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        Program::builtin("a.mvasm", text).expect("assembles")
    }

    #[test]
    fn a_program_in_letters_is_the_same_program_again() {
        let one = program(".text\nstart:\n    LDI R1, 1\nsmall:\n    JMP small\n.data\nword:\n    .word 7\n");
        let again = Program::unpacked(&one.packed().expect("letters")).expect("read");
        assert!(alike(&one, &again));
        assert_eq!(again.symbols.files[0].text, one.symbols.files[0].text);
        let renamed = program(".text\nstart:\n    LDI R1, 1\nlarge:\n    JMP large\n.data\nword:\n    .word 7\n");
        assert!(!alike(&one, &renamed), "names are a part of it");
        assert!(Program::unpacked("not letters!").is_err() && Program::unpacked("").is_err());
    }

    #[test]
    fn each_reading_of_a_file_takes_what_was_read_then() {
        let (first, second) = (program(".text\n    LDI R1, 1\n"), program(".text\n    LDI R1, 2\n"));
        let kept = |program: &Program, file: &str| KeptProgram {
            file: file.into(),
            piped: false,
            packed: program.packed().expect("letters"),
        };
        let file = [PathBuf::from("/nowhere/a.mvasm")];
        let left = [kept(&first, "/nowhere/a.mvasm"), kept(&first, "/nowhere/b"), kept(&second, "/nowhere/a.mvasm")];
        let mut all = KeptPrograms { left: left.into(), differing: Vec::new() };
        let mut read = || all.or_read(&file, || Program::builtin("a", ".text\n    RET\n")).expect("a program");
        assert!(alike(&read(), &first));
        assert!(alike(&read(), &second));
        assert!(alike(&read(), &program(".text\n    RET\n")), "nothing is left of it: the file is read");
        assert_eq!(all.differing.len(), 1, "said once of a file");
        assert_eq!(all.left.len(), 1);
    }
}
