//! Opening a session again that was left without an end.

use super::super::output::{self, unusable};
use super::super::{Front, Programs, config, recover};
use super::{Opened, open, show};
use crate::ui;
use std::path::Path;
use std::process::ExitCode;

/// Opens the session again that was left last without an end; one before it where that cannot be opened.
pub(in crate::cli) fn recovered(programs: &Programs, front: &Front) -> ExitCode {
    let left = recover::left();
    if left.is_empty() {
        return unusable(&"no session was left without an end: there is nothing to recover");
    }
    let user = match config::load(&front.looks) {
        Ok((user, _)) => user,
        Err(e) => return unusable(&e),
    };
    for path in left {
        match again(&path, programs, &user) {
            Ok((opened, whole)) => {
                // What it holds is in the new session, which is written down in turn.
                let code = show(opened, front);
                match (code == ExitCode::SUCCESS, whole) {
                    (true, true) => recover::forget(&path),
                    (true, false) => recover::set_aside(&path),
                    (false, _) => {}
                }
                return code;
            }
            Err(e) => output::note(&format_args!("hsxray: {} cannot be opened again: {e}", path.display())),
        }
    }
    unusable(&"no session that was left without an end can be opened again")
}

/// A session as far as it can be done again, and whether that is all of it.
fn again(path: &Path, programs: &Programs, user: &ui::Settings) -> Result<(Opened, bool), String> {
    let arguments = Programs { files: vec![path.as_os_str().to_owned()], ..programs.clone() };
    let mut opened = open(&arguments, user)?;
    opened.recovered = true;
    // Its own file is not what its stops belong to.
    opened.read.retain(|read| read != path);
    let Err((number, why)) = opened.scenario.commands_so_far(&mut opened.target) else { return Ok((opened, true)) };
    let lines = opened.again.lines().len();
    opened.again.only(number);
    let rest = recover::aside(path);
    opened.problems.push(format!(
        "the session is opened up to line {} of {lines}, which fails: {why}; all lines will be in {}",
        number + 1,
        rest.display()
    ));
    Ok((opened, false))
}
