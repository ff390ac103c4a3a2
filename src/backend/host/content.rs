//! What files hold, so that nothing of another kind is written over unasked.

use crate::backend::Recording;
use std::path::Path;

/// A kind of file that hsxray writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A recording.
    Recording,
    /// An image.
    Image,
    /// Names and lines of an image.
    Symbols,
    /// A trace as lines of JSON.
    Trace,
    /// A trace for Perfetto.
    Lanes,
    /// What a student hands in.
    HandIn,
    /// A table.
    Csv,
    /// A graph for Graphviz.
    Graph,
    /// A schedule.
    Schedule,
    /// Command lines.
    Commands,
    /// A picture.
    Picture,
    /// The screen as text.
    Text,
    /// What the debugger has done, a line each.
    Log,
    /// What was said to a client and by it, a message each line.
    Messages,
    /// A page for a browser.
    Page,
}

impl Content {
    /// What it is called.
    const fn name(self) -> &'static str {
        match self {
            Content::Recording => "a recording",
            Content::Image => "an image",
            Content::Symbols => "a file of symbols",
            Content::Trace => "a trace as JSON lines",
            Content::Lanes => "a trace for Perfetto",
            Content::HandIn => "a hand-in",
            Content::Csv => "a table",
            Content::Graph => "a graph",
            Content::Schedule => "a schedule",
            Content::Commands => "command lines that set stops",
            Content::Picture => "a picture",
            Content::Text => "a screen as text",
            Content::Log => "a log",
            Content::Messages => "a log of messages",
            Content::Page => "a page",
        }
    }

    /// Whether a file that begins so may be one of this kind.
    #[must_use]
    pub fn is_of(self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        let first = text.trim_start_matches('\u{FEFF}').trim_start();
        let word = first.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or("");
        let word = word.split_whitespace().next().unwrap_or("");
        const STOPS: [&str; 7] = ["break", "tbreak", "logpoint", "watch", "rwatch", "awatch", "catch"];
        match self {
            Content::Recording => Recording::is_one(beginning),
            Content::Image => beginning.starts_with(b"HSXE"),
            Content::Symbols => first.starts_with('{') && first.contains("\"hxe_"),
            Content::Trace => first.starts_with("{\"turn\":"),
            Content::Lanes => first.starts_with('{') && first.contains("\"traceEvents\""),
            Content::HandIn => first.starts_with('{') && first.contains("hand-in"),
            Content::Csv => first.starts_with("turn,"),
            Content::Graph => first.starts_with("digraph"),
            Content::Schedule => !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '*'),
            Content::Commands => STOPS.contains(&word),
            Content::Picture => first.starts_with('<'),
            Content::Text => !beginning.contains(&0) && !Recording::is_one(beginning),
            Content::Log => is_moment(word),
            Content::Messages => ["->", "<-"].contains(&word),
            Content::Page => word.eq_ignore_ascii_case("<!doctype") || word.eq_ignore_ascii_case("<html"),
        }
    }
}

/// Whether a word is a date and a time, as `2026-11-27T04:17:01.5Z`.
fn is_moment(word: &str) -> bool {
    let date = word.split_once('T').map(|(date, _)| date);
    date.is_some_and(|date| date.len() == 10 && date.chars().all(|c| c.is_ascii_digit() || c == '-'))
}

/// Why a file must not be written over unasked: it holds something of another kind. `None` if nothing is there, if it is
/// empty or a device, and if it cannot be read: then writing says what is wrong.
#[must_use]
pub fn refuses(path: &Path, content: Content) -> Option<String> {
    let beginning = super::beginning(path)?;
    if beginning.is_empty() || content.is_of(&beginning) {
        return None;
    }
    Some(format!("{} is there and is not {}", path.display(), content.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_kind_are_distinguished_from_others() {
        use Content::{
            Commands, Csv, Graph, HandIn, Image, Lanes, Log, Messages, Page, Picture, Recording, Schedule, Symbols,
            Text, Trace,
        };
        let source = &b"; a program\n.text\n"[..];
        let recording = &br#"{"format":"hsxray recording","version":1}"#[..];
        for content in [Recording, Image, Symbols, Trace, Lanes, HandIn, Csv, Graph, Schedule, Commands, Picture] {
            assert!(!content.is_of(source), "{content:?}");
        }
        assert!(Recording.is_of(recording) && !Text.is_of(recording));
        let json: [(Content, &[u8]); 4] = [
            (Symbols, b"{\n  \"addresses\": \"words\",\n  \"hxe_crc\": 1"),
            (Trace, b"{\"turn\":0,\"time_us\":0}"),
            (Lanes, b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":["),
            (HandIn, b"{\"format\": \"hsxray hand-in\"}"),
        ];
        for (kind, text) in json {
            for other in [Symbols, Trace, Lanes, HandIn] {
                assert_eq!(other.is_of(text), other == kind, "{other:?}");
                assert!(!other.is_of(recording) && !other.is_of(b"{\"mine\": 1}"), "{other:?}");
            }
        }
        assert!(Image.is_of(b"HSXE\0\x01") && !Text.is_of(b"HSXE\0\x01"));
        assert!(Csv.is_of(b"turn,time_us") && Graph.is_of(b"digraph waits {"));
        assert!(Schedule.is_of(b"# of ping\n1*3\n2\n") && !Schedule.is_of(b"# a lesson\n"));
        assert!(Commands.is_of(b"break again -p 1\n") && !Commands.is_of(b"breakfast\n"));
        assert!(Picture.is_of(b"<svg>") && Text.is_of(source));
        assert!(Log.is_of(b"2026-11-27T04:17:01.5Z  INFO hsxray") && !Log.is_of(source));
        assert!(Messages.is_of(b"<- {\"seq\":1}") && !Messages.is_of(source));
        assert!(Page.is_of(b"<!DOCTYPE html>") && !Page.is_of(b"<svg>"));
    }
}
