//! JSON lines: an object for each entry of the trace, as `batch --trace-jsonl` writes them.

use super::TraceReplay;
use crate::executive::trace::TraceEntry;
use crate::explain;
use crate::text::escaped_json;
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

impl TraceObject<'_> {
    /// The object as a line; characters that are not seen stand as escapes.
    ///
    /// # Errors
    /// None that the data can cause.
    pub fn line(&self) -> io::Result<String> {
        Ok(escaped_json(serde_json::to_string(self)?))
    }
}

/// Writes the trace.
///
/// # Errors
/// `out` fails.
pub(super) async fn write(replay: &TraceReplay<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let each = replay.each(|traced| {
        let object = TraceObject { entry: &traced.entry, about: traced.input.map(explain::input) };
        writeln!(out, "{}", object.line()?)
    });
    each.await.map(drop)
}
