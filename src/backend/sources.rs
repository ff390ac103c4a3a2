//! Where source files are looked for that a symbol file names, and whether they are still those of the build.

mod md5;

use super::host;
use crate::image::json::{self, Json};
use crate::limits::{FILE, SMALL_FILE};
use std::path::{Path, PathBuf};

/// Directories to look in, and paths that have moved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    /// Directories, by path and by file name alone.
    pub directories: Vec<PathBuf>,
    /// Beginnings of paths, and what stands there now.
    pub moved: Vec<(String, String)>,
}

/// A source file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// Where.
    pub path: PathBuf,
    /// Its text; what is not UTF-8 in it is replaced.
    pub text: String,
    /// The MD5 sum of its bytes, in hexadecimal.
    pub md5: String,
}

impl Sources {
    /// The directories, then `OLD=NEW` for what has moved.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let directories = self.directories.iter().map(|directory| directory.display().to_string());
        directories.chain(self.moved.iter().map(|(old, new)| format!("{old}={new}"))).collect()
    }

    /// The places where a file is looked for that is called so by a symbol file, in order: where it has moved to, its
    /// own path, beside that file, in the current directory, in each directory that was named.
    #[must_use]
    pub fn places(&self, beside: Option<&Path>, named: &str) -> Vec<PathBuf> {
        self.candidates(beside, named).into_iter().map(|(place, _)| place).collect()
    }

    /// The places, and whether only the file's name leads there.
    fn candidates(&self, beside: Option<&Path>, named: &str) -> Vec<(PathBuf, bool)> {
        let project = beside.map(Project::read).unwrap_or_default();
        let mut moved: Vec<&(String, String)> = self.moved.iter().chain(&project.moved).collect();
        moved.sort_by_key(|(old, _)| std::cmp::Reverse(old.len()));
        let moved =
            moved.into_iter().filter_map(|(old, new)| Some(PathBuf::from(new.clone() + named.strip_prefix(old)?)));
        let own = Path::new(named);
        let absolute = own.is_absolute().then(|| own.to_owned());
        let mut places: Vec<(PathBuf, bool)> = moved.chain(absolute).map(|place| (place, false)).collect();
        let current = PathBuf::new();
        let around = beside.into_iter().chain([current.as_path()]);
        for at in around.chain(self.directories.iter().chain(&project.root).map(PathBuf::as_path)) {
            places.extend(ends(own).map(|end| {
                let by_name = end.components().count() == 1 && own.components().count() > 1;
                (at.join(end), by_name)
            }));
        }
        let mut seen = std::collections::BTreeSet::new();
        places.retain(|(place, _)| seen.insert(place.clone()));
        places
    }

    /// The first of these places where there is such a file. `others` are the files of the image: where two have the
    /// same name, the name alone does not tell which of them it is.
    #[must_use]
    pub fn read<'o>(
        &self,
        beside: Option<&Path>,
        named: &str,
        others: impl IntoIterator<Item = &'o str>,
    ) -> Option<SourceText> {
        let own = Path::new(named).file_name();
        let is_only =
            others.into_iter().filter(|other| Path::new(other).file_name() == own).all(|other| other == named);
        let places = self.candidates(beside, named).into_iter().filter(|(_, by_name)| is_only || !by_name);
        places.into_iter().find_map(|(place, _)| text(&place))
    }
}

/// The ends of a path, the longest first: itself if it is relative, without its first directories, the file's name. A symbol
/// file says in front of a name in which directory it was compiled, and that is rarely there.
fn ends(path: &Path) -> impl Iterator<Item = &Path> {
    let mut rest = path.components();
    let whole = Some(path).filter(|path| !path.is_absolute());
    let shorter = std::iter::from_fn(move || {
        rest.next()?;
        Some(rest.as_path()).filter(|rest| rest.file_name().is_some())
    });
    whole.into_iter().chain(shorter)
}

/// Reads a regular file that is not too long.
fn text(path: &Path) -> Option<SourceText> {
    let bytes = host::read(path, &FILE).ok()?;
    let md5 = md5::hex(&bytes);
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text).to_owned();
    Some(SourceText { path: path.to_owned(), text, md5 })
}

/// What `sources.json` beside an image says.
#[derive(Debug, Default)]
struct Project {
    moved: Vec<(String, String)>,
    root: Option<PathBuf>,
}

impl Project {
    fn read(beside: &Path) -> Project {
        let file = beside.join("sources.json");
        let text = host::read(&file, &SMALL_FILE).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(root) = text.and_then(|text| json::parse(&text).ok()) else { return Project::default() };
        let moved = match root.get("prefix_map") {
            Some(Json::Object(map)) => {
                map.iter().filter_map(|(old, new)| Some((old.clone(), new.text()?.to_owned()))).collect()
            }
            _ => Vec::new(),
        };
        let project = root.get("project_root").and_then(Json::text);
        Project { moved, root: project.map(|root| beside.join(root)) }
    }
}
