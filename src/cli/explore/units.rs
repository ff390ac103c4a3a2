//! Searches in parts: beginning one, doing one part, doing all that are open, and what they find together.

use super::progress::ProgressLine;
use super::stop::Stop;
use super::{ExploreArgs, Shown, finish};
use crate::backend::search_folder::{Kept, SearchFolder, join, read_reports, read_unit};
use crate::backend::search_identity::Identity;
use crate::backend::{Bound, ExploreOptions, Local, Report};
use crate::explore::{Claim, Ended, Ledger, Rules, Unit, UnitReport};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A name for this run of the program that no other one has.
pub(super) fn session() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    format!("{now:x}-{:x}", std::process::id())
}

/// The ledger of a search that one run has done from its start.
pub(super) fn whole(search: &Identity, report: &Report) -> Ledger {
    let entry = entry(&session(), 0, Ended { unit: Unit::root(), report: report.clone(), beside: Vec::new() });
    let mut ledger = Ledger::default();
    ledger.add(Kept::of(search, entry.clone()).sum, entry);
    ledger
}

/// Begins a search in parts: `--units N --out DIR`.
pub(super) fn begin(
    args: &ExploreArgs,
    target: &Local,
    options: &ExploreOptions,
    most: usize,
) -> Result<ExitCode, String> {
    let (rules, ended) = target.begin_units(options, most).map_err(|e| format!("explore: {e}"))?;
    let search = Identity::of(target, args.wanted(), &rules);
    let folder = SearchFolder::create(&args.out, target, search).map_err(|e| e.to_string())?;
    let session = session();
    for (number, ended) in (0..).zip(ended) {
        folder.report(entry(&session, number, ended)).map_err(|e| e.to_string())?;
    }
    claimed(args, &folder, target, None)
}

fn entry(session: &str, number: u64, Ended { unit, report, beside }: Ended) -> UnitReport {
    UnitReport { session: session.to_owned(), number, unit, beside, report }
}

/// Does one part: `explore unit FILE`.
pub(super) fn one(args: &ExploreArgs, file: &Path) -> Result<ExitCode, String> {
    let unit = read_unit(file).map_err(|e| e.to_string())?;
    let (folder, target) = SearchFolder::open(&SearchFolder::of_unit(file)).map_err(|e| e.to_string())?;
    let stop = Stop::new(args.seconds)?.with_parent();
    let done = Doing { args, folder: &folder, target: &target, stop: &stop }.run(vec![unit])?;
    let mut report = match done {
        Ok(report) => report,
        Err(rules) => {
            return Err(format!(
                "explore: the search assumed too much (it has to begin again with {}): hsxray explore go {}",
                rules.names().join(", "),
                folder.path().display()
            ));
        }
    };
    if report.bound == Some(Bound::Stopped) {
        report.bound = stop.reason().or(report.bound);
    }
    let shown = Shown { search: None, start: None, parts: Some((1, report.rest.len())), folder: Some(folder.path()) };
    finish(args, &report, &shown, Some(stop.spent()))
}

/// Does all parts that are open: `explore go DIR`.
pub(super) fn all(args: &ExploreArgs, path: &Path) -> Result<ExitCode, String> {
    let (mut folder, target) = SearchFolder::open(path).map_err(|e| e.to_string())?;
    let stop = Stop::new(args.seconds)?;
    loop {
        let open = folder.ledger().map_err(|e| e.to_string())?.claim().open;
        if open.is_empty() || stop.reason().is_some() {
            return claimed(args, &folder, &target, stop.reason());
        }
        folder.list_open(&open).map_err(|e| e.to_string())?;
        if let Err(rules) = (Doing { args, folder: &folder, target: &target, stop: &stop }).run(open)? {
            folder.begin_again(&rules).map_err(|e| e.to_string())?;
            folder.list_open(&[Unit::root()]).map_err(|e| e.to_string())?;
        }
    }
}

/// Parts being done by this program.
struct Doing<'a> {
    args: &'a ExploreArgs,
    folder: &'a SearchFolder,
    target: &'a Local,
    stop: &'a Stop,
}

impl Doing<'_> {
    /// Does parts until none is left, memory is full or it is stopped: what was found. The rules to begin again with, if
    /// those of the search do not hold.
    fn run(&self, units: Vec<Unit>) -> Result<Result<Report, Rules>, String> {
        let Doing { args, folder, target, stop } = self;
        let mut options = folder.search.wanted.options(target)?;
        (options.bounds.bytes, options.jobs) = (args.bytes(), args.jobs);
        let (session, line) = (session(), ProgressLine::new());
        // How many reports were written, why one could not be, and their sum: one after the other, so that none is
        // missing.
        let written = Mutex::new((0, None, Report::default()));
        let lock = || written.lock().unwrap_or_else(PoisonError::into_inner);
        let on_end = |ended: Ended| {
            let (number, failed, sum) = &mut *lock();
            if failed.is_none() {
                sum.add(ended.report.clone());
                match folder.report(entry(&session, *number, ended)) {
                    Ok(()) => *number += 1,
                    Err(e) => *failed = Some(e.to_string()),
                }
            }
        };
        let go_on = |report: &Report, part: Option<f64>| {
            line.show(report, part, stop);
            stop.reason().is_none() && lock().1.is_none()
        };
        let done = target.do_units(&options, &folder.search.rules, units, &on_end, &go_on);
        line.clear();
        if let Some(message) = lock().1.take() {
            return Err(message);
        }
        let sum = std::mem::take(&mut lock().2);
        Ok(done.map_err(|e| format!("explore: {e}"))?.map(|()| sum))
    }
}

/// What may be claimed of a folder, as a report.
fn claimed(
    args: &ExploreArgs,
    folder: &SearchFolder,
    target: &Local,
    stopped: Option<Bound>,
) -> Result<ExitCode, String> {
    let ledger = folder.ledger().map_err(|e| e.to_string())?;
    let claim = ledger.claim();
    folder.list_open(&claim.open).map_err(|e| e.to_string())?;
    let options = folder.search.wanted.options(target)?;
    report(args, (&folder.search, &ledger), claim, Some((target, &options)), (stopped, Some(folder.path())))
}

/// The sum of several reports: `explore merge DIR`, `explore merge FILE...`.
pub(super) fn merge(args: &ExploreArgs, paths: &[PathBuf]) -> Result<ExitCode, String> {
    if let [folder] = paths
        && folder.is_dir()
    {
        let (folder, target) = SearchFolder::open(folder).map_err(|e| e.to_string())?;
        return claimed(args, &folder, &target, None);
    }
    let read = |path: &PathBuf| Ok((path.clone(), read_reports(path)?));
    let files = paths.iter().map(read).collect::<Result<Vec<_>, _>>();
    let joined = files.and_then(join).map_err(|e| e.to_string())?;
    let Some((search, ledger)) = joined else {
        return Err("explore merge: a folder of a search, or reports of one, are expected".into());
    };
    let claim = ledger.claim();
    report(args, (&search, &ledger), claim, None, (None, None))
}

fn report(
    args: &ExploreArgs,
    (search, ledger): (&Identity, &Ledger),
    claim: Claim,
    start: Option<(&Local, &ExploreOptions)>,
    (stopped, folder): (Option<Bound>, Option<&Path>),
) -> Result<ExitCode, String> {
    let Claim { mut report, units, open } = claim;
    if !open.is_empty() {
        report.bound = stopped.or(report.bound);
    }
    report.rules = search.rules.clone();
    match start {
        Some((target, options)) => target.complete_search(&mut report, options),
        None => report.compare_ends(search.wanted.property.iter().any(|p| p == "same")),
    }
    let shown = Shown { search: Some((search, ledger)), start, parts: Some((units, open.len())), folder };
    finish(args, &report, &shown, None)
}
