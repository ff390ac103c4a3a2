//! The one door for text that leaves by standard output and standard error. Guest bytes and file names are made visible
//! here, a reader that closes the pipe has read enough, and a disk that is full is an error with a status.

use super::UNUSABLE;
use crate::text::{escaped_json, visible_lines};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Writes bytes to standard output: what is not for people.
pub(super) fn bytes(bytes: &[u8]) -> ExitCode {
    match write(bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => unusable(&e),
    }
}

/// Writes a text for people.
pub(super) fn text(text: &str) -> ExitCode {
    bytes(visible_lines(text).as_bytes())
}

/// Writes JSON as a line.
///
/// # Errors
/// Standard output cannot be written, other than that its reader has closed it.
pub(super) fn json(value: &serde_json::Value) -> io::Result<()> {
    write((escaped_json(value.to_string()) + "\n").as_bytes())
}

/// Writes lines for people.
///
/// # Errors
/// As [`json`].
pub(super) fn lines(text: &str) -> io::Result<()> {
    write((visible_lines(text) + "\n").as_bytes())
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Says something on standard error. What cannot be said there has nowhere else to go.
pub(super) fn note(text: &dyn Display) {
    styled(&(visible_lines(&text.to_string()) + "\n"));
}

/// Writes a text with colours, whose parts were made visible already, to standard error.
pub(super) fn styled(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Says what is wrong and gives the exit status for it.
pub(super) fn unusable(message: &dyn Display) -> ExitCode {
    note(&format_args!("hsxray: {message}"));
    ExitCode::from(UNUSABLE)
}
