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

use super::{Local, TargetError, whole};
use crate::explore::{Asked, Bounds, Checks, Ledger, Options, Rules, Strategy, Unit, UnitReport, checksum};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The format of the files, counted up when old ones cannot be read any more.
const FORMAT: u32 = 1;

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
    Target(#[from] TargetError),
}

/// A program of a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searched {
    /// The name of its task.
    pub name: String,
    /// Checksum of its code and data.
    pub sum: String,
}

/// What is asked of a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The name of the strategy, with what it is given.
    pub strategy: String,
    /// Names of the properties; none for nofault, nodeadlock and nobrk.
    pub property: Vec<String>,
    /// Expressions that must hold in every state.
    pub always: Vec<String>,
    /// Expressions that must hold in every final state.
    pub finally: Vec<String>,
    /// Expressions whose values are collected.
    pub collect: Vec<String>,
    /// Turns of a schedule, at most.
    pub turns: u64,
}

/// What makes two searches the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The format of these files.
    pub format: u32,
    /// The version of the program.
    pub version: String,
    /// The programs, by task.
    pub programs: Vec<Searched>,
    /// The digest of the machine it begins with.
    pub start: String,
    /// What is asked.
    pub wanted: Wanted,
    /// The rules it goes by.
    pub rules: Rules,
}

/// The properties that have names.
pub const PROPERTIES: [&str; 5] = ["nofault", "nodeadlock", "nobrk", "returns", "same"];

impl Wanted {
    /// The checks of a search, with the symbols of a machine's programs.
    ///
    /// # Errors
    /// A name or an expression that has no meaning, and why.
    pub fn checks(&self, target: &Local) -> Result<(Checks, Vec<Asked>), String> {
        if let Some(other) = self.property.iter().find(|name| !PROPERTIES.contains(&name.as_str())) {
            return Err(format!("{other}: one of {} is expected", PROPERTIES.join(", ")));
        }
        let pid = target.machine().tasks().first().map(|t| t.pid);
        let asked = |texts: &[String]| {
            let one =
                |text: &String| target.asked(text, pid).map_err(|e| format!("{text}: column {}: {e}", e.column + 1));
            texts.iter().map(one).collect::<Result<Vec<_>, String>>()
        };
        let named = |name: &str| self.property.iter().any(|p| p == name);
        let usual = self.property.is_empty();
        let checks = Checks {
            faults_allowed: !usual && !named("nofault"),
            deadlocks_allowed: !usual && !named("nodeadlock"),
            brk_allowed: !usual && !named("nobrk"),
            returns: named("returns"),
            same: named("same"),
            always: asked(&self.always)?,
            finally: asked(&self.finally)?,
        };
        Ok((checks, asked(&self.collect)?))
    }

    /// The options of a search in parts, with bounds of their own.
    ///
    /// # Errors
    /// As for [`Wanted::checks`], or the strategy cannot be done in parts.
    pub fn options(&self, target: &Local) -> Result<Options, String> {
        let strategy = match self.strategy.as_str() {
            "exhaustive" => Strategy::Exhaustive,
            "all" => Strategy::All,
            "turns" => Strategy::Turns,
            other => return Err(format!("a search with --strategy {other} cannot be done in parts")),
        };
        let (checks, collect) = self.checks(target)?;
        let bounds = Bounds { turns: self.turns, ..Bounds::default() };
        Ok(Options { strategy, checks, collect, bounds, ..Options::default() })
    }
}

impl Identity {
    /// That of a search from where a machine stands.
    #[must_use]
    pub fn of(target: &Local, wanted: Wanted, rules: &Rules) -> Identity {
        let machine = target.machine();
        let program = |task: &crate::executive::task::Task| {
            let image = &task.image;
            let sum = checksum(&(&image.code, &image.rodata, image.bss, image.entry));
            Searched { name: task.name.clone(), sum }
        };
        Identity {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            programs: machine.tasks().iter().map(program).collect(),
            start: format!("{:016x}", machine.digest()),
            wanted,
            rules: rules.clone(),
        }
    }

    /// The first field that differs from another one.
    #[must_use]
    pub fn difference(&self, other: &Identity) -> Option<&'static str> {
        let Identity { format, version, programs, start, wanted, rules } = self;
        let Wanted { strategy, property, always, finally, collect, turns } = wanted;
        let there = &other.wanted;
        let same = [
            (*format == other.format, "format"),
            (*version == other.version, "version"),
            (*programs == other.programs, "programs"),
            (*start == other.start, "start"),
            (*strategy == there.strategy, "strategy"),
            (*property == there.property, "property"),
            (*always == there.always, "always"),
            (*finally == there.finally, "finally"),
            (*collect == there.collect, "collect"),
            (*turns == there.turns, "turns"),
            (*rules == other.rules, "rules"),
        ];
        same.into_iter().find(|(same, _)| !same).map(|(_, field)| field)
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
    let text = fs::read_to_string(path).map_err(|source| SearchFileError::Host { path: path.to_owned(), source })?;
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
        if file.exists() {
            let there: Identity = read(&file)?;
            if let Some(field) = there.difference(&folder.search) {
                return Err(SearchFileError::Other { path: file, field });
            }
        }
        for part in ["units", "reports"] {
            let path = folder.path.join(part);
            fs::create_dir_all(&path).map_err(|source| SearchFileError::Host { path, source })?;
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
        match fs::remove_file(self.unit_file(&unit)) {
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
                fs::remove_file(&path).map_err(|source| SearchFileError::Host { path, source })?;
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
    let host = |source| SearchFileError::Host { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(host)?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(host)?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort();
    Ok(paths)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SearchFileError> {
    let text = fs::read_to_string(path).map_err(|source| SearchFileError::Host { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|e| SearchFileError::Bad { path: path.to_owned(), what: e.to_string() })
}

fn write(path: &Path, what: &impl Serialize) -> Result<(), SearchFileError> {
    let host = |source| SearchFileError::Host { path: path.to_owned(), source };
    let text = serde_json::to_string(what).map_err(|e| host(e.into()))?;
    whole::write(path, |out| writeln!(out, "{text}")).map_err(host)
}
