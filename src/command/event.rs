//! `goto next` and `goto previous`: to where something happened.

use super::Call;
use super::history::arrived;
use super::parse::Word;
use super::reply::{CommandError, Reply};
use crate::backend::{Kind, Kinds};
use serde_json::json;

/// `goto next [KIND...] [-p PID]`, the first word being taken.
pub(super) fn goto(call: &mut Call<'_>, forward: bool) -> Result<Reply, CommandError> {
    let pid = call.args.pid_option(call.target)?;
    let mut kinds = Kinds::none();
    while !call.args.is_empty() {
        kinds = kinds.with(kind(&call.args.word("a kind of trace entry")?)?);
    }
    let kinds = if kinds.is_empty() { Kinds::EVENTS } else { kinds };
    let event = call.target.travel()?.seek_event(forward, kinds, pid)?;
    let mut reply = arrived(call);
    let who = if event.pid == 0 { String::new() } else { format!(" of task {}", event.pid) };
    reply.text = format!("{}{who}; {}", event.kind().name(), reply.text);
    reply.json["event"] = json!(event);
    Ok(reply)
}

/// A kind by its name in the trace.
fn kind(word: &Word) -> Result<Kind, CommandError> {
    let named = |kind: &&Kind| kind.name().eq_ignore_ascii_case(&word.text);
    // Ordinary turns are everywhere: nobody searches for them.
    let all = || Kind::ALL.iter().filter(|kind| **kind != Kind::Step);
    all().find(named).copied().ok_or_else(|| {
        let names: Vec<String> = all().map(|k| k.name().to_lowercase()).collect();
        CommandError::at(word.column, format!("\"{}\" is none of {}", word.text, names.join(", ")))
    })
}
