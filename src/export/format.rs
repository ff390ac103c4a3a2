//! The formats by name.

use super::{TraceReplay, csv, jsonl, perfetto};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// A format that a trace is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON for ui.perfetto.dev and chrome://tracing.
    Perfetto,
    /// A table with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 3] = [Format::Perfetto, Format::Csv, Format::Jsonl];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::Perfetto => "perfetto",
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Writes the trace of a branch, from its start to its present.
    ///
    /// # Errors
    /// `out` fails.
    pub fn write(self, replay: &TraceReplay<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Perfetto => perfetto::write(replay, out),
            Format::Csv => csv::write(replay, out),
            Format::Jsonl => jsonl::write(replay, out),
        }
    }
}
