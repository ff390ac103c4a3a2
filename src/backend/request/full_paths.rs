//! Requests that mean the same in whatever directory they are done again.

use super::{File, Places, Request, ScheduleRun, Side, SourceDirectory, Travel};
use crate::backend::host;
use std::path::Path;

/// A path from the root; as it was typed where that cannot be written as text.
fn full(path: String) -> String {
    host::absolute(Path::new(&path)).to_str().map(str::to_owned).unwrap_or(path)
}

impl Request {
    /// The same with the paths of files from the root.
    #[must_use]
    pub fn with_full_paths(self) -> Request {
        match self {
            Request::File(file) => Request::File(file.with_full_paths()),
            Request::Schedule(ScheduleRun::Start { places: Places::File(path), limit }) => {
                ScheduleRun::Start { places: Places::File(full(path)), limit }.into()
            }
            Request::Travel(Travel::Compare(a, b)) => Travel::Compare(side(a), side(b)).into(),
            Request::Schedule(_)
            | Request::Travel(_)
            | Request::Run(_)
            | Request::Stop(_)
            | Request::Input(_)
            | Request::Search(_)
            | Request::Races(_)
            | Request::Fate(_)
            | Request::Past(_)
            | Request::Display(_) => self,
        }
    }
}

fn side(side: Side) -> Side {
    match side {
        Side::File(path) => Side::File(full(path)),
        Side::Branch(number) => Side::Branch(number),
    }
}

impl File {
    fn with_full_paths(self) -> File {
        match self {
            File::Load(path) => File::Load(full(path)),
            File::Symbols { pid, path } => File::Symbols { pid, path: full(path) },
            File::Sources(SourceDirectory::Directory(path)) => File::Sources(SourceDirectory::Directory(full(path))),
            // The beginning of a path in a symbol file, and what stands in its place.
            File::Sources(SourceDirectory::Moved { old, new }) => {
                File::Sources(SourceDirectory::Moved { old, new: full(new) })
            }
            File::Replay(path) => File::Replay(full(path)),
            File::Record(path) => File::Record(full(path)),
            File::Stops(path) => File::Stops(full(path)),
            File::Export { format, path } => File::Export { format, path: full(path) },
            File::Files(path) => File::Files(full(path)),
            File::Waits(path) => File::Waits(full(path)),
            File::Schedule(path) => File::Schedule(full(path)),
            File::Reload(_) | File::Reset | File::Restart(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_root_and_nothing_else_changes() {
        let full = |request: Request| request.with_full_paths().to_string();
        let here = host::absolute(Path::new("a.hxe")).display().to_string();
        assert_eq!(full(File::Load("a.hxe".into()).into()), File::Load(here.clone()).to_string());
        let schedule = |path: &str| ScheduleRun::Start { places: Places::File(path.into()), limit: Some(3) };
        assert_eq!(full(schedule("a.hxe").into()), schedule(&here).to_string());
        let compare = Travel::Compare(Side::Branch(2), Side::File("a.hxe".into()));
        assert_eq!(full(compare.into()), Travel::Compare(Side::Branch(2), Side::File(here)).to_string());
        assert_eq!(full(File::Reload(2).into()), "reload 2");
        assert_eq!(full(Request::STEP), Request::STEP.to_string());
    }
}
