//! The formats by name.

use super::{TraceReplay, csv, jsonl, perfetto};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// THE table of formats: what it is, its name, and the module whose `write` writes it.
macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident $name:literal $writer:ident;)*) => {
        /// A format that a trace is written in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Format { $($(#[$doc])* $format,)* }

        impl Format {
            /// All formats.
            pub const ALL: [Format; [$($name),*].len()] = [$(Format::$format),*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Format::$format => $name,)* }
            }

            /// Writes the trace of a branch, from its start to its present, in slices.
            ///
            /// # Errors
            /// `out` fails.
            pub async fn write(self, replay: &TraceReplay<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
                match self { $(Format::$format => $writer::write(replay, out).await,)* }
            }
        }
    };
}

formats! {
    /// JSON for ui.perfetto.dev and chrome://tracing.
    Perfetto "perfetto" perfetto;
    /// A table with a header.
    Csv "csv" csv;
    /// One JSON object a line.
    Jsonl "jsonl" jsonl;
}

impl Format {
    /// The format of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.name() == name)
    }
}
