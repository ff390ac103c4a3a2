//! Commands about recordings, and about the difference of two runs.

use super::Call;
use super::history::arrived;
use super::parse::{Word, number};
use super::reply::{CommandError, Reply};
use crate::backend::{Difference, Local, Pid};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn record(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let word = call.args.word("a file to write")?;
    call.args.done()?;
    let made = call.target.record(Path::new(&word.text))?;
    let (turn, inputs, digest) = (made.turns(), made.inputs(), made.digest());
    let others: Vec<u32> = call.target.session().branches().iter().filter(|b| !b.current).map(|b| b.number).collect();
    let left_out = if others.is_empty() { "" } else { "; only this branch is in it" };
    Ok(Reply::new(
        format!("{} written: {turn} turns, {inputs} inputs, state {digest}{left_out}", word.text),
        json!({ "file": word.text, "turn": turn, "inputs": inputs, "digest": digest, "left_out": others }),
    ))
}

pub(super) fn replay(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let word = call.args.word("a recording")?;
    call.args.done()?;
    let session = call.target.travel()?;
    let bound = session.history().bound;
    let mut opened = Local::open(Path::new(&word.text))?;
    opened.set_history(bound);
    opened.rate = call.target.rate;
    *call.target = opened;
    let mut reply = arrived(call);
    reply.text = format!("{} replayed, its end is the one recorded; {}", word.text, reply.text);
    reply.json["file"] = Value::from(word.text);
    Ok(reply)
}

/// `compare A B`: the first difference, and both go there. A recording becomes a branch of the session.
pub(super) fn compare(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (a, b) = (call.args.word("a branch or recording")?, call.args.word("another branch or recording")?);
    call.args.done()?;
    let (x, y) = match (number(&a), number(&b)) {
        (Err(_), Err(_)) => {
            let (left, right) = (Local::open(Path::new(&a.text))?, Local::open(Path::new(&b.text))?);
            if left.machine().config() != right.machine().config() {
                let found = left.session().compare_with(1, right.session(), 1)?;
                let mut reply = compared(&a.text, &b.text, found);
                reply.text.push_str("; their settings differ, so they cannot be opened together");
                return Ok(reply);
            }
            (opened(call, left, &a)?, opened(call, right, &b)?)
        }
        _ => (branch(call, &a)?, branch(call, &b)?),
    };
    let session = call.target.travel()?;
    let found = session.compare(x, y)?;
    if let Some(difference) = found {
        session.go(x, difference.turn)?;
    }
    let mut reply = compared(&a.text, &b.text, found);
    if found.is_some() {
        reply.text.push_str(&format!("; branch {y} is here too: branch next"));
    }
    reply.json["branches"] = json!([x, y]);
    Ok(reply)
}

/// A branch by its number, or a recording as a new branch.
fn branch(call: &mut Call<'_>, word: &Word) -> Result<u32, CommandError> {
    match number(word) {
        Ok(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
        Err(_) => {
            let local = Local::open(Path::new(&word.text))?;
            opened(call, local, word)
        }
    }
}

/// Makes a recording a branch of the session, or the session if that is empty.
fn opened(call: &mut Call<'_>, local: Local, word: &Word) -> Result<u32, CommandError> {
    let name =
        Path::new(&word.text).file_stem().map_or_else(|| word.text.clone(), |n| n.to_string_lossy().into_owned());
    let session = call.target.travel()?;
    if session.machine().turns() == 0 && session.machine().tasks().is_empty() && session.branches().len() == 1 {
        *call.target = local;
        call.target.travel()?.name_branch(1, &name)?;
        return Ok(1);
    }
    let message = format!("{} ran under other settings than this session", word.text);
    call.target.adopt(local, &name)?.ok_or_else(|| CommandError::at(word.column, message))
}

fn compared(a: &str, b: &str, found: Option<Difference>) -> Reply {
    let Some(Difference { turn, ran, ram }) = found else {
        let text = format!("{a} and {b} are the same as far as both go");
        return Reply::new(text, json!({ "same": true, "a": a, "b": b }));
    };
    let who = |pid: Option<Pid>| pid.map_or("nobody".to_owned(), |pid| format!("task {pid}"));
    let memory = ram.map_or(String::new(), |(at, x, y)| format!("; word {at:04X} is {x:08X} and {y:08X}"));
    let same =
        if ran.0 == ran.1 { format!("{} ran", who(ran.0)) } else { format!("{} and {} ran", who(ran.0), who(ran.1)) };
    let text = format!("{a} and {b} differ from turn {turn} on: {same}{memory}");
    let word = ram.map(|(at, x, y)| json!({ "address": at, "a": x, "b": y }));
    Reply::new(
        text,
        json!({ "same": false, "turn": turn, "a": a, "b": b, "ran": { "a": ran.0, "b": ran.1 }, "word": word }),
    )
}
