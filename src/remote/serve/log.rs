//! The log: what clients asked for, a bounded list.

use super::session::wall;
use super::{Call, Handled, member};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Entries that are kept.
const KEPT: usize = 512;

/// The log.
#[derive(Debug, Default)]
pub(super) struct Log {
    seq: u64,
    entries: VecDeque<LogEntry>,
}

#[derive(Debug)]
struct LogEntry {
    seq: u64,
    ts: f64,
    steps: u64,
    command: String,
    session: Option<String>,
}

impl Log {
    pub fn request(&mut self, command: &str, session: Option<&str>, steps: u64) {
        self.seq += 1;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        let short = |text: &str| text.chars().take(80).collect::<String>();
        let (command, session) = (short(command), session.map(short));
        self.entries.push_back(LogEntry { seq: self.seq, ts: wall(), steps, command, session });
    }
}

/// `dmesg`.
pub(super) fn dmesg(call: Call<'_>) -> Handled {
    let limit = call.arguments.int(&["limit"])?.filter(|limit| *limit > 0);
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(KEPT);
    let session = call.arguments.text("filter_session");
    let entries = &call.server.log.entries;
    let skip = entries.len().saturating_sub(limit);
    let of_session = |entry: &&LogEntry| session.is_none_or(|id| entry.session.as_deref() == Some(id));
    let logs = entries.iter().skip(skip).filter(of_session).map(|entry| {
        json!({ "seq": entry.seq, "ts": entry.ts, "level": "debug", "message": "shell request",
            "clock_steps": entry.steps, "command": entry.command, "session": entry.session })
    });
    member("logs", logs.collect::<Vec<Value>>())
}
