//! A search as files that any number of computers can work on: what is searched, its parts, and what came of them.
//!
//! ```text
//! DIR/search.json        what is searched
//! DIR/start.hsxrec       the machine it begins with
//! DIR/units/ID.json      a part that is still to be done
//! DIR/reports/ID.json    what came of a part, with the parts that it left
//! ```
//!
//! Each file appears whole or not at all. Which parts are open follows from the reports alone: `units` is for those who
//! hand them out.

use super::search_identity::Identity;
use super::{HostError, Local, Refused, host};
use crate::explore::{Ledger, Rules, Unit, UnitReport, checksum};
use crate::limits::FILE;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why files of a search cannot be used.
#[derive(Debug, Error)]
pub enum SearchFileError {
    /// A file of the host.
    #[error("{}: {source}", path.display())]
    Host {
        /// The file.
        path: PathBuf,
        /// What the host says.
        source: std::io::Error,
    },
    /// A file is not what is expected.
    #[error("{}: {what}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A report is one of another search.
    #[error("{}: is of another search: {field} differs", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// The field of the search that differs.
        field: &'static str,
    },
    /// The machine cannot be opened or written.
    #[error(transparent)]
    Target(#[from] Refused),
}

impl SearchFileError {
    fn host(HostError { path, source }: HostError) -> SearchFileError {
        SearchFileError::Host { path, source }
    }
}

/// A report of a part as it is kept, with the search it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The search.
    pub search: Identity,
    /// The report.
    pub entry: UnitReport,
    /// Checksum of both.
    pub sum: String,
}

impl Kept {
    /// A report with its checksum.
    #[must_use]
    pub fn of(search: &Identity, entry: UnitReport) -> Kept {
        let sum = sum(search, &entry);
        Kept { search: search.clone(), entry, sum }
    }

    fn is_intact(&self) -> bool {
        self.sum == sum(&self.search, &self.entry)
    }
}

fn sum(search: &Identity, entry: &UnitReport) -> String {
    // Plain data: it always has a text.
    checksum(&serde_json::to_string(&(search, entry)).unwrap_or_default())
}

/// What of a report of a whole search is read again: the reports it was made from.
#[derive(Deserialize)]
struct Merged {
    ledger: Option<Vec<Kept>>,
}

/// Reads the reports in a file: one of a part, or all that a report of a search was made from.
///
/// # Errors
/// It cannot be read, or is something else, or was changed.
pub fn read_reports(path: &Path) -> Result<Vec<Kept>, SearchFileError> {
    let bad = |what: String| SearchFileError::Bad { path: path.to_owned(), what };
    let text = host::text(path, &FILE).map_err(|source| SearchFileError::Host { path: path.to_owned(), source })?;
    let kept = match serde_json::from_str::<Kept>(&text) {
        Ok(one) => vec![one],
        Err(first) => match serde_json::from_str::<Merged>(&text) {
            Ok(Merged { ledger: Some(kept) }) => kept,
            Ok(Merged { ledger: None }) => {
                return Err(bad(format!("a report of hsxray explore --json or of a part is expected ({first})")));
            }
            Err(e) => return Err(bad(e.to_string())),
        },
    };
    match kept.iter().find(|kept| !kept.is_intact()) {
        Some(_) => Err(bad("the checksum is wrong: the report was changed".into())),
        None => Ok(kept),
    }
}

/// Joins reports of one search.
///
/// # Errors
/// They are of different searches: which field differs, and in which file.
pub fn join(files: Vec<(PathBuf, Vec<Kept>)>) -> Result<Option<(Identity, Ledger)>, SearchFileError> {
    let mut known: Option<Identity> = None;
    let mut ledger = Ledger::default();
    for (path, reports) in files {
        for Kept { search, entry, sum } in reports {
            match &known {
                Some(first) => {
                    if let Some(field) = first.difference(&search) {
                        return Err(SearchFileError::Other { path, field });
                    }
                }
                None => known = Some(search),
            }
            ledger.add(sum, entry);
        }
    }
    Ok(known.map(|known| (known, ledger)))
}

/// A folder with a search.
#[derive(Debug, Clone)]
pub struct SearchFolder {
    path: PathBuf,
    /// What is searched.
    pub search: Identity,
}

impl SearchFolder {
    /// Makes a folder for a search from where a machine stands. One that is there already must be of the same search.
    ///
    /// # Errors
    /// It cannot be written, or is of another search.
    pub fn create(path: &Path, target: &Local, search: Identity) -> Result<SearchFolder, SearchFileError> {
        let folder = SearchFolder { path: path.to_owned(), search };
        let file = folder.path.join("search.json");
        if host::read(&file, &FILE).is_ok() {
            let there: Identity = read(&file)?;
            if let Some(field) = there.difference(&folder.search) {
                return Err(SearchFileError::Other { path: file, field });
            }
        }
        for part in ["units", "reports"] {
            let path = folder.path.join(part);
            host::make_directory(&path).map_err(SearchFileError::host)?;
        }
        target.record(&folder.path.join("start.hsxrec"))?;
        write(&file, &folder.search)?;
        Ok(folder)
    }

    /// Opens a folder: the search, and the machine it begins with.
    ///
    /// # Errors
    /// It cannot be read, or the machine is not the one of the search.
    pub fn open(path: &Path) -> Result<(SearchFolder, Local), SearchFileError> {
        let file = path.join("search.json");
        let search: Identity = read(&file)?;
        let target = Local::open(&path.join("start.hsxrec"))?;
        let folder = SearchFolder { path: path.to_owned(), search };
        let here = Identity::of(&target, folder.search.wanted.clone(), &folder.search.rules);
        match here.difference(&folder.search) {
            Some(field) => Err(SearchFileError::Other { path: file, field }),
            None => Ok((folder, target)),
        }
    }

    /// The folder of a file of a part.
    #[must_use]
    pub fn of_unit(file: &Path) -> PathBuf {
        let folder = file.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The search from now on, with other rules: what was reported before is of another search.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin_again(&mut self, rules: &Rules) -> Result<(), SearchFileError> {
        self.search.rules = rules.clone();
        write(&self.path.join("search.json"), &self.search)
    }

    /// All reports of this search. Those of others, with other rules, are left alone.
    ///
    /// # Errors
    /// A report cannot be read, or was changed.
    pub fn ledger(&self) -> Result<Ledger, SearchFileError> {
        let mut ledger = Ledger::default();
        for path in files(&self.path.join("reports"))? {
            for kept in read_reports(&path)? {
                match self.search.difference(&kept.search) {
                    None => ledger.add(kept.sum, kept.entry),
                    Some("rules") => {}
                    Some(field) => return Err(SearchFileError::Other { path, field }),
                }
            }
        }
        Ok(ledger)
    }

    /// Keeps a report; the parts that it left can be handed out from then on.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn report(&self, entry: UnitReport) -> Result<(), SearchFileError> {
        let (unit, rest) = (entry.unit.clone(), entry.report.rest.clone());
        let kept = Kept::of(&self.search, entry);
        write(&self.path.join("reports").join(format!("{}.json", kept.sum)), &kept)?;
        rest.iter().try_for_each(|unit| self.hand_out(unit))?;
        match host::remove_file(&self.unit_file(&unit)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(SearchFileError::Host { path: self.unit_file(&unit), source })
            }
            _ => Ok(()),
        }
    }

    /// Makes the files of parts those of the parts that are open.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn list_open(&self, open: &[Unit]) -> Result<(), SearchFileError> {
        for path in files(&self.path.join("units"))? {
            if !open.iter().any(|unit| self.unit_file(unit) == path) {
                host::remove_file(&path).map_err(|source| SearchFileError::Host { path, source })?;
            }
        }
        open.iter().try_for_each(|unit| self.hand_out(unit))
    }

    fn hand_out(&self, unit: &Unit) -> Result<(), SearchFileError> {
        write(&self.unit_file(unit), unit)
    }

    fn unit_file(&self, unit: &Unit) -> PathBuf {
        self.path.join("units").join(format!("{}.json", checksum(unit)))
    }
}

/// Reads a part from its file.
///
/// # Errors
/// It cannot be read, or is something else.
pub fn read_unit(path: &Path) -> Result<Unit, SearchFileError> {
    read(path)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, SearchFileError> {
    let entries = host::list(folder).map_err(|source| SearchFileError::Host { path: folder.to_owned(), source })?;
    let is_one = |path: &PathBuf| path.extension().is_some_and(|e| e == "json");
    Ok(entries.into_iter().map(|entry| entry.path).filter(is_one).collect())
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SearchFileError> {
    let text = host::text(path, &FILE).map_err(|source| SearchFileError::Host { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|e| SearchFileError::Bad { path: path.to_owned(), what: e.to_string() })
}

fn write(path: &Path, what: &impl Serialize) -> Result<(), SearchFileError> {
    let failed = |source| SearchFileError::Host { path: path.to_owned(), source };
    let text = serde_json::to_string(what).map_err(|e| failed(e.into()))?;
    host::atomic_write(path, |out| writeln!(out, "{text}")).map_err(SearchFileError::host)
}
