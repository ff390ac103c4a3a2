//! Which files of the host a client may reach: over standard input and output any, as its user; over a socket those below
//! directories that the server was given.

use super::{Failed, Launch, failed};
use crate::backend::{LoadOptions, Pid, Target, host};
use crate::command::{self, CommandError, Meaning, Reply, Word};
use crate::remote::read;
use std::path::{Path, PathBuf};

/// What a client may do with files of the host.
#[derive(Debug, Clone, Default)]
pub enum Reach {
    /// What its user may.
    #[default]
    All,
    /// What lies below these directories.
    Below(Vec<PathBuf>),
    /// Reading the programs that it launches, and what lies beside them.
    BesidePrograms,
}

/// What a client may do now: beside programs once some are launched.
#[derive(Debug)]
pub(super) struct Leave {
    reach: Reach,
    beside: Vec<PathBuf>,
}

impl Leave {
    pub fn new(reach: Reach) -> Leave {
        Leave { reach, beside: Vec::new() }
    }

    /// Refuses a file that is out of reach.
    pub fn permit(&self, file: Option<&Path>) -> Result<(), Failed> {
        let directories = match &self.reach {
            Reach::All => return Ok(()),
            Reach::Below(directories) => directories,
            Reach::BesidePrograms => &self.beside,
        };
        match file.filter(|file| host::below(file, directories).is_none()) {
            Some(file) => failed(format!("not_permitted: {} is not below a directory of --allow", file.display())),
            None => Ok(()),
        }
    }

    /// Refuses to launch what is out of reach, and takes note of where programs are.
    pub fn permit_launch(&mut self, launch: &Launch) -> Result<(), Failed> {
        let programs: Vec<PathBuf> = launch.files().iter().map(|file| program(file)).collect();
        if let Reach::BesidePrograms = self.reach {
            let beside = programs.iter().filter_map(|file| Some(host::canonical(file)?.parent()?.to_owned()));
            self.beside = beside.collect();
        }
        let others = launch.schedule.iter().chain(&launch.save).chain(&launch.fs).chain(&launch.source);
        let others: Vec<PathBuf> = others.map(|path| launch.path(path)).collect();
        programs.iter().chain(&others).try_for_each(|path| self.permit(Some(path)))
    }

    /// Carries out a command; `until` is the turn up to which its run may go, where it is one of a stop.
    pub fn execute(
        &self,
        target: &mut dyn Target,
        selected: Option<Pid>,
        words: Vec<Word>,
        until: Option<u64>,
    ) -> Result<Reply, CommandError> {
        let refused = |Failed(why)| CommandError::new(why);
        self.permit(command::sourced(&words)).map_err(refused)?;
        let (request, blame) = match read(target, selected, words)? {
            (Meaning::Answer(reply), _) => return Ok(reply),
            (Meaning::Request(request), blame) => (request, blame),
        };
        request.files().into_iter().try_for_each(|file| self.permit(Some(file))).map_err(refused)?;
        let request = match until {
            Some(until) => command::script::bounded(request, target.position().turn, until),
            None => Some(request),
        };
        let Some(request) = request else { return Ok(Reply::empty()) };
        command::send(target, request).map_err(|e| CommandError { column: e.column.or(blame), ..e })
    }
}

/// The file of a program that may be named with options, as it is opened.
fn program(file: &Path) -> PathBuf {
    file.to_str().map_or_else(|| file.to_owned(), |text| LoadOptions::parted(text).0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_not_a_part_of_a_programs_file() {
        assert_eq!(program(Path::new("/a/b.hxe:stack=512,quantum=2")), Path::new("/a/b.hxe"));
        assert_eq!(program(Path::new("/a/b:c.hxe")), Path::new("/a/b:c.hxe"));
    }

    #[test]
    fn what_is_not_below_a_directory_is_refused() {
        let leave = Leave::new(Reach::Below(vec![env!("CARGO_MANIFEST_DIR").into()]));
        let inside = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(leave.permit(Some(&inside)).is_ok() && leave.permit(None).is_ok());
        for outside in ["/etc/passwd", "/no-such-place/x"] {
            assert!(leave.permit(Some(Path::new(outside))).is_err(), "{outside}");
            assert!(Leave::new(Reach::All).permit(Some(Path::new(outside))).is_ok());
            assert!(Leave::new(Reach::BesidePrograms).permit(Some(Path::new(outside))).is_err());
        }
    }
}
