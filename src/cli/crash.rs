//! What a crash leaves behind: a scenario that opens the session again, with the report in it as
//! comments.

use super::config::state_directory;
use super::output;
use super::scenario::Again;
use crate::backend::{HostError, host};
use crate::ui::record::Record;
use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, panic, process};

/// Has a panic write a report beside what it prints.
pub(super) fn watch(again: Again, record: Record) {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        report(info);
        match write(info, &again, &record) {
            Ok(path) => output::note(&format_args!(
                "\nhsxray has failed, and that is its fault. The report is in\n  {}{}\nand this opens the session again where it was:\n  hsxray {}",
                path.display(),
                send_to(env!("CARGO_PKG_REPOSITORY")),
                path.display()
            )),
            Err(e) => output::note(&format_args!("\nhsxray has failed, and its report could not be written: {e}")),
        }
    }));
}

/// Where the report is of use. Only a build of a release names its repository.
fn send_to(repository: &str) -> String {
    if repository.is_empty() { String::new() } else { format!("\nand is of use in\n  {repository}/issues") }
}

fn write(info: &PanicHookInfo<'_>, again: &Again, record: &Record) -> Result<PathBuf, HostError> {
    let directory = state_directory().unwrap_or_else(env::temp_dir);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let path = directory.join(format!("crash-{seconds}-{}.toml", process::id()));
    let said = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
    let backtrace = Backtrace::force_capture();
    let about = format!("hsxray {} failed: {said}\nat {place}\n\n{backtrace}", env!("CARGO_PKG_VERSION"));
    let comments: String = about.lines().map(|l| format!("# {}\n", crate::text::visible(l))).collect();
    let lines = record.lines();
    let kept: Vec<_> = record.programs_from(0).iter().map(|program| program.kept()).collect();
    host::write_text(&path, &format!("{comments}\n{}", again.scenario(&lines, &kept)))?;
    Ok(path)
}
