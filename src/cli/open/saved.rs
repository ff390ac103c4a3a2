//! What is written beside a session, and when it ends.

use super::super::output::{self, unusable};
use super::super::{Front, written};
use super::Opened;
use crate::backend::host::Content;
use crate::backend::request::{File, Run};
use crate::backend::{Local, Target};
use std::path::Path;
use std::process::ExitCode;

/// Makes sure that what is written at the end may be written.
pub(super) fn outputs(opened: &Opened, front: &Front) -> Result<(), String> {
    let may_be = |path: &Path, content| written::may_be(path, content, &opened.read, front.force);
    front.save.as_deref().map_or(Ok(()), |path| may_be(path, Content::Recording))?;
    front.log.as_deref().map_or(Ok(()), |path| may_be(path, Content::Log))
}

/// Writes a session that ends to a file, if that is asked for.
pub(in crate::cli) fn save_session(mut target: Local, to: Option<&Path>) -> ExitCode {
    let Some(path) = to else { return ExitCode::SUCCESS };
    let recorded = target.send(Run::Pause.into()).and_then(|_| {
        let path = path.to_string_lossy().into_owned();
        target.send(File::Record(path).into())
    });
    match recorded {
        Ok(_) => {
            output::note(&format_args!("hsxray: the session is saved; hsxray replay {} opens it", path.display()));
            ExitCode::SUCCESS
        }
        Err(e) => unusable(&e),
    }
}

/// Writes what the debugger does to a file from now on.
pub(super) fn log(path: &Path) -> Result<(), String> {
    let file = std::fs::File::create(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let to = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
    to.with_writer(std::sync::Mutex::new(file)).init();
    tracing::info!("hsxray {}", env!("CARGO_PKG_VERSION"));
    Ok(())
}
