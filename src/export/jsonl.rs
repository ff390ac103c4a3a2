//! JSON lines: an object for each entry of the trace, as `batch --trace-jsonl` writes them.

use super::TraceReplay;
use std::io::{self, Write};

/// Writes the trace.
///
/// # Errors
/// `out` fails.
pub(super) fn write(replay: &TraceReplay<'_>, out: &mut dyn Write) -> io::Result<()> {
    replay.each(|traced| {
        serde_json::to_writer(&mut *out, &traced.entry)?;
        out.write_all(b"\n")
    })?;
    Ok(())
}
