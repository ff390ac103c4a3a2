//! The trace of the current branch for other tools.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::export::format::Format;
use serde_json::json;
use std::path::Path;

/// `export FORMAT FILE`.
pub(super) fn export(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let names = Format::ALL.map(Format::name).join(", ");
    let word = call.args.word(&format!("a format: {names},"))?;
    let format = Format::named(&word.text).ok_or_else(|| {
        CommandError::at(word.column, format!("a format is expected: {names}, not \"{}\"", word.text))
    })?;
    let file = call.args.word("a file to write")?;
    call.args.done()?;
    call.target.write_file(Path::new(&file.text), |target, out| format.write(target, out))?;
    let turns = call.target.session().present();
    Ok(Reply::new(
        format!("{} written: {turns} turns as {}", file.text, format.name()),
        json!({ "file": file.text, "format": format.name(), "turns": turns }),
    ))
}
