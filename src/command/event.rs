//! `goto next` and `goto previous`: to where something happened.

use super::Call;
use super::reply::CommandError;
use super::words::Word;
use crate::backend::request::{Goto, Travel};
use crate::backend::{Request, TraceKind};

/// `goto next [KIND...] [-p PID]` or `goto next race`, the first word being taken.
pub(super) fn goto(call: &mut Call<'_>, next: bool) -> Result<Request, CommandError> {
    if call.args.take("race") {
        call.args.done()?;
        return Ok(Travel::Goto(Goto::Race { next }).into());
    }
    let pid = call.args.pid_option(&call.now)?;
    let mut kinds = Vec::new();
    while !call.args.is_empty() {
        kinds.push(kind(&call.args.word("a kind of trace entry")?)?);
    }
    Ok(Travel::Goto(Goto::Event { next, kinds, pid }).into())
}

/// The kinds that are searched for by name: ordinary turns are everywhere.
pub(super) fn kinds() -> impl Iterator<Item = TraceKind> {
    TraceKind::ALL.iter().copied().filter(|kind| *kind != TraceKind::Step)
}

/// A kind by its name in the trace.
fn kind(word: &Word) -> Result<TraceKind, CommandError> {
    kinds().find(|kind| kind.name().eq_ignore_ascii_case(&word.text)).ok_or_else(|| {
        let names: Vec<String> = kinds().map(|k| k.name().to_lowercase()).collect();
        CommandError::malformed(word.column, format!("\"{}\" is not one of {}", word.text, names.join(", ")))
    })
}
