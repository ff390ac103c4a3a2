//! Stops that are kept between runs, for each set of programs: command lines in a file of the place for states.

use super::config::{self, state_directory};
use super::open::Opened;
use crate::backend::request::stop_lines;
use crate::backend::{Local, On, StopView, host};
use crate::command;
use crate::limits::SMALL_FILE;
use crate::ui::words;
use std::path::{Path, PathBuf};

/// Where the stops of programs are kept, by their paths; `None` for what is from no files.
pub(super) fn place(read: &[PathBuf]) -> Option<PathBuf> {
    let mut paths: Vec<PathBuf> =
        read.iter().map(|path| host::canonical(path).unwrap_or_else(|| path.clone())).collect();
    paths.dedup();
    let stem = paths.first()?.file_stem()?.to_string_lossy().into_owned();
    let all: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let name = format!("{stem}-{}.stops", crate::explore::checksum(&all));
    Some(state_directory()?.join("stops").join(name))
}

/// Sets the stops that were kept; gives those that cannot be set, with why.
pub(super) fn restore(opened: &mut Opened) -> Vec<String> {
    let text = place(&opened.read).and_then(|place| host::text(&place, &SMALL_FILE).ok()).unwrap_or_default();
    let (mut problems, names) = (Vec::new(), config::names());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let commands = command::split(line).unwrap_or_default().into_iter();
        let mut done = commands.map(|words| words::execute(&mut opened.target, None, &names, words));
        match done.find_map(Result::err) {
            Some(e) => problems.push(format!("a stop of the last session is left out: {line}: {e}")),
            None => opened.again.follow(line),
        }
    }
    problems
}

/// Keeps the stops that there are. The session does not fail if that fails.
pub(super) fn keep(target: &Local, place: &Path) {
    // What is watched in a frame is gone with it.
    let lasts = |stop: &&StopView| !matches!(&stop.on, On::Access(access) if access.lifetime.is_some());
    let stops = target.session().stops.list();
    let lines: String = stops.iter().filter(lasts).flat_map(stop_lines).map(|line| line + "\n").collect();
    let _ = match lines.is_empty() {
        true => host::remove_file(place).map_err(|e| e.to_string()),
        false => host::write_text(place, &lines).map_err(|e| e.to_string()),
    };
}
