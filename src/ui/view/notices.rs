//! What the screen says to the user: the message line, the log of answers, hints and help.

use super::Pause;

/// Lines of the log that are kept.
const LOG: usize = 2000;

/// What kind of message the message line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// An answer.
    #[default]
    Info,
    /// Something went wrong.
    Error,
}

/// What is said to the user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notices {
    /// The message line.
    pub message: String,
    /// Its tone.
    pub tone: Tone,
    /// The debugger's own answers, newest last.
    pub log: Vec<String>,
    /// The hint line: `(key, what it does)`, in order of importance; drawing drops what does not fit.
    pub hints: Vec<(String, String)>,
    /// Rows of the help screen: `(keys, sentence)`, an empty key marks a heading.
    pub help: Vec<(String, String)>,
    /// Show the two lines for those who are new here.
    pub welcome: bool,
    /// What the last turn changed flashes.
    pub flash: bool,
    /// The names of programs' files that have changed on disk.
    pub changed: Vec<String>,
    /// A script waits until this has been read.
    pub pause: Option<Pause>,
}

impl Notices {
    /// Shows a message that is not an answer of the machine.
    pub fn say(&mut self, text: impl Into<String>) {
        (self.tone, self.message) = (Tone::Info, text.into());
    }

    /// Shows why something cannot be done.
    pub fn refuse(&mut self, text: impl Into<String>) {
        (self.tone, self.message) = (Tone::Error, text.into());
    }

    /// Adds lines to the log; the oldest make room.
    pub fn log(&mut self, lines: impl IntoIterator<Item = String>) {
        self.log.extend(lines);
        let extra = self.log.len().saturating_sub(LOG);
        self.log.drain(..extra);
    }
}
