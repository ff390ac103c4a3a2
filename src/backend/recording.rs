//! Recordings: a session as one text that stands alone and proves itself.
//!
//! The first line is a header of JSON: format, version, and a check of all that follows. The rest
//! is one JSON object: configuration, programs by content, the journal, stops, bookmarks, and the
//! digest of the state that replaying it must reach. Knows nothing of the host's files.

mod evidence;
mod input;
mod kept;
mod link;
mod open;
mod store;

use crate::debug_info::DebugInfo;
use crate::executive::Config;
use crate::executive::mailbox::Limits;
use crate::image::Symbols;
use crate::limits::{BOOKMARKS, JOURNAL, Over, PROGRAMS, STOPS};
use crate::session::{Diverged, Hidden};
pub use evidence::{Evidence, EvidenceError};
pub use kept::{packed_text, unpacked_text};
pub use link::Linked;

use input::RecordedInput;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use thiserror::Error;

const FORMAT: &str = "hsxray recording";
/// The highest version that is read. Version 2 has what was declared about races, version 3 programs that were loaded
/// again under their pids, places of stops by name, log points, and cursors between two inputs, version 4 what fails at
/// its end, and stops whose task is to come; a recording is written as the lowest version that
/// has what is in it.
const VERSION: u32 = 4;

/// Why a recording cannot be written or opened.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// A file of the host.
    #[error("{}: {source}", path.display())]
    Host {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("this is not a recording: its first line has no \"format\": \"{FORMAT}\"")]
    Format,
    /// Made by a newer hsxray.
    #[error("this recording has version {0}, this hsxray reads up to version {VERSION}: use a newer one")]
    Newer(u32),
    /// Changed or cut since it was written.
    #[error("the recording is damaged: its content does not have the check {0} of its first line")]
    Damaged(String),
    /// It holds more than is read.
    #[error("the recording is {0}")]
    Over(#[from] Over),
    /// It came as a link that cannot be read.
    #[error("this link cannot be opened: {0}")]
    Link(String),
    /// Its parts do not fit.
    #[error("the recording is not consistent: {0}")]
    Bad(String),
    /// The machine cannot do what it says.
    #[error("the recording cannot be replayed: {0}")]
    Diverged(#[from] Diverged),
    /// It was replayed, and the end is another.
    #[error("the replay of {turn} turns ended in state {found:016x}, {expected:016x} was recorded")]
    Differs {
        /// Turns done.
        turn: u64,
        /// Digest of the state that was reached.
        found: u64,
        /// Digest in the recording.
        expected: u64,
    },
    /// A program has no image file form.
    #[error("{program} cannot be written into a recording: {source}")]
    Program {
        /// Which.
        program: String,
        /// Why.
        source: crate::image::WriteError,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    #[serde(default)]
    made_by: String,
    check: String,
}

/// The content of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    title: String,
    /// What fails at its end, if a search has found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    config: Settings,
    programs: Vec<Embedded>,
    journal: Vec<Line>,
    stops: Vec<Stop>,
    bookmarks: Vec<Mark>,
    /// Turns done where the cursor was.
    cursor: u64,
    /// Entries of the journal that had been applied there, if others of that turn had been taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor_inputs: Option<usize>,
    end: End,
    /// Stretches of RAM that are declared as synchronization: first address, first one behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sync: Vec<(u32, u32)>,
    /// Races that are not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hidden: Vec<Hidden>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    turn_us: u64,
    protect: bool,
    trace: u32,
    no_math: bool,
    max_descriptors: u16,
    handles_per_pid: u16,
    default_capacity: u32,
    tap_rate: u32,
    /// For programs loaded later.
    stack: u32,
    quantum: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Embedded {
    file: String,
    /// The image as an .hxe file.
    #[serde(with = "crate::text::hex")]
    image: Vec<u8>,
    symbols: Symbols,
    #[serde(default, skip_serializing_if = "DebugInfo::is_empty")]
    debug: DebugInfo,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    turn: u64,
    #[serde(flatten)]
    step: RecordedInput,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stop {
    pid: Option<u16>,
    pc: u32,
    enabled: bool,
    #[serde(default)]
    condition: Option<String>,
    #[serde(default)]
    ignore: u64,
    #[serde(default)]
    temporary: bool,
    /// An expression whose change stops.
    #[serde(default)]
    watch: Option<String>,
    /// Something that happens and stops.
    #[serde(default)]
    catch: Option<String>,
    /// Memory whose touches stop.
    #[serde(default)]
    touch: Option<Touch>,
    /// For the tasks of this name.
    #[serde(default)]
    app: Option<String>,
    /// Command lines to be carried out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    commands: Vec<String>,
    /// How its place was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    named: Option<String>,
    /// No task has its place yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    awaited: bool,
    /// What it writes down instead of stopping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<String>,
}

/// Memory, and which touches of it count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Touch {
    place: String,
    start: u32,
    end: u32,
    bank: Option<u16>,
    touching: crate::session::Touching,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    name: String,
    turn: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    turn: u64,
    time_us: u64,
    digest: String,
}

impl Recording {
    /// Reads a recording.
    ///
    /// # Errors
    /// It is not one, is newer, or is damaged.
    pub fn parse(text: &str) -> Result<Recording, RecordingError> {
        let (first, body) = text.split_once('\n').unwrap_or((text, ""));
        let head: serde_json::Value = serde_json::from_str(first).map_err(|_| RecordingError::Format)?;
        if head["format"] != FORMAT {
            return Err(RecordingError::Format);
        }
        // A newer header may look otherwise, but it has its version.
        match head["version"].as_u64() {
            Some(v) if v <= u64::from(VERSION) => {}
            Some(v) => return Err(RecordingError::Newer(u32::try_from(v).unwrap_or(u32::MAX))),
            None => return Err(RecordingError::Format),
        }
        let header: Header = serde_json::from_value(head).map_err(|e| RecordingError::Bad(e.to_string()))?;
        // Mail and version control may have changed the ends of its lines.
        let as_written = check(body) == header.check || check(&body.replace("\r\n", "\n")) == header.check;
        if !as_written {
            return Err(RecordingError::Damaged(header.check));
        }
        let recording: Recording = serde_json::from_str(body).map_err(|e| RecordingError::Bad(e.to_string()))?;
        recording.within_limits()?;
        Ok(recording)
    }

    fn within_limits(&self) -> Result<(), Over> {
        let Recording {
            title: _,
            failure: _,
            config: _,
            programs,
            journal,
            stops,
            bookmarks,
            cursor: _,
            cursor_inputs: _,
            end: _,
            sync,
            hidden,
        } = self;
        PROGRAMS.check(programs.len() as u64)?;
        JOURNAL.check(journal.len() as u64)?;
        STOPS.check((stops.len() + sync.len() + hidden.len()) as u64)?;
        BOOKMARKS.check(bookmarks.len() as u64)
    }

    /// The recording as text.
    #[must_use]
    pub fn text(&self) -> String {
        // Structs of numbers and text always can be written.
        let body = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        let made_by = format!("hsxray {}", env!("CARGO_PKG_VERSION"));
        let version = self.version();
        let header = Header { format: FORMAT.into(), version, made_by, check: check(&body) };
        serde_json::to_string(&header).unwrap_or_default() + "\n" + &body
    }

    /// The lowest version that has what is in it.
    fn version(&self) -> u32 {
        let again = self.journal.iter().any(|line| matches!(line.step, RecordedInput::Reload { .. }));
        if self.failure.is_some() || self.stops.iter().any(|stop| stop.awaited) {
            return 4;
        }
        if again
            || self.cursor_inputs.is_some()
            || self.stops.iter().any(|stop| stop.named.is_some() || stop.log.is_some())
        {
            return 3;
        }
        if self.sync.is_empty() && self.hidden.is_empty() { 1 } else { 2 }
    }

    /// Whether a text looks like a recording, of whatever version.
    #[must_use]
    pub fn is_one(text: &[u8]) -> bool {
        let text = text.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(text);
        let start = &text[..text.len().min(200)];
        start.starts_with(b"{") && String::from_utf8_lossy(start).contains(FORMAT)
    }
}

/// FNV-1a of a text, as sixteen hex digits.
pub fn check(text: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    format!("{:016x}", text.bytes().fold(0xCBF2_9CE4_8422_2325, step))
}

impl Settings {
    fn of(config: &Config, defaults: super::LoadDefaults) -> Settings {
        let limits = config.limits;
        Settings {
            turn_us: config.turn_us,
            protect: config.protect,
            trace: u32::try_from(config.trace).unwrap_or(u32::MAX),
            no_math: config.no_math,
            max_descriptors: limits.max_descriptors,
            handles_per_pid: limits.handles_per_pid,
            default_capacity: limits.default_capacity,
            tap_rate: limits.tap_rate,
            stack: defaults.stack,
            quantum: defaults.quantum,
        }
    }

    /// The configuration; the command line has the same bound for the trace.
    fn config(&self) -> Result<Config, RecordingError> {
        if self.trace > 1 << 24 {
            return Err(RecordingError::Bad(format!("a trace of {} entries is too long", self.trace)));
        }
        if !(1..=Config::LONGEST_TURN_US).contains(&self.turn_us) {
            return Err(RecordingError::Bad(format!("a turn of {} us is out of range", self.turn_us)));
        }
        let limits = Limits {
            max_descriptors: self.max_descriptors,
            handles_per_pid: self.handles_per_pid,
            default_capacity: self.default_capacity,
            tap_rate: self.tap_rate,
        };
        let Settings { turn_us, protect, no_math, .. } = *self;
        Ok(Config { turn_us, protect, trace: self.trace as usize, limits, no_math })
    }
}
