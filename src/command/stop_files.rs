//! Stops in files: the lines that set them, and files of lines.

use super::reply::{CommandError, Reply};
use super::words::Word;
use super::{Call, script};
use crate::backend::host::{self, Content};
use crate::backend::{Request, request};
use crate::limits::SMALL_FILE;
use serde::Serialize;
use std::path::Path;

/// `save stops FILE`.
pub(super) fn save(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let column = call.args.column();
    if !call.args.take("stops") {
        return Err(CommandError::malformed(column, "stops is expected: save stops FILE"));
    }
    let path = call.output(Content::Commands)?;
    call.args.done()?;
    Ok(request::File::Stops(path).into())
}

/// Lines of commands that were read from a file.
#[derive(Serialize)]
struct Sourced {
    file: String,
    lines: usize,
}

/// `source FILE`: its lines are carried out next.
pub(super) fn source(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let column = call.args.column();
    let file = call.file("a file with lines of commands")?;
    call.args.done()?;
    let text = host::text(Path::new(&file), &SMALL_FILE);
    let text = text.map_err(|e| CommandError::at(column, format!("{file}: {e}")))?;
    let mut then = Vec::new();
    for script::Line { number, step } in script::read(&text) {
        let script::ScriptStep::Commands(line) = step else { continue };
        let commands = super::split(&line);
        let commands = commands.map_err(|e| CommandError::at(column, format!("{file}, line {number}: {e}")))?;
        let sources = |words: &Vec<Word>| words.first().is_some_and(|w| w.text == "source");
        if commands.iter().any(sources) {
            let message = format!("{file}, line {number}: a file that is read with source cannot read another");
            return Err(CommandError::at(column, message));
        }
        then.push(line);
    }
    call.target.note_read(Path::new(&file));
    Ok(Reply { then: then.clone(), ..Reply::new("", Sourced { file, lines: then.len() }) })
}
