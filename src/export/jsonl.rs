//! JSON lines: an object for each entry of the trace, as `batch --trace-jsonl` writes them.

use super::TraceReplay;
use crate::executive::trace::TraceEntry;
use crate::explain;
use serde::Serialize;
use std::io::{self, Write};

/// An entry of the trace as an object.
#[derive(Debug, Clone, Serialize)]
pub struct TraceObject<'e> {
    /// The entry.
    #[serde(flatten)]
    pub entry: &'e TraceEntry,
    /// What came from outside, in words: `R3 of 1 = 0x10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// Writes the trace.
///
/// # Errors
/// `out` fails.
pub(super) async fn write(replay: &TraceReplay<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let each = replay.each(|traced| {
        let object = TraceObject { entry: &traced.entry, about: traced.input.map(explain::input) };
        serde_json::to_writer(&mut *out, &object)?;
        out.write_all(b"\n")
    });
    each.await.map(drop)
}
