//! JSON lines: an object for each entry of the trace, as `batch --trace-jsonl` writes them.

use crate::backend::Local;
use std::io::{self, Write};

/// Writes the trace of a target's current branch.
///
/// # Errors
/// The machine runs, or `out` fails.
pub fn write(target: &Local, out: &mut dyn Write) -> io::Result<()> {
    target.replay_trace(|replayed| {
        serde_json::to_writer(&mut *out, &replayed.entry)?;
        out.write_all(b"\n")
    })?;
    Ok(())
}
