//! The trace of the current branch for other tools.

use super::Call;
use super::reply::CommandError;
use crate::backend::host::Content;
use crate::backend::request::File;
use crate::backend::{Format, Request};

/// `export FORMAT FILE`.
pub(super) fn export(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let names = Format::ALL.map(Format::name).join(", ");
    let word = call.args.word(&format!("a format: {names},"))?;
    let format = Format::named(&word.text).ok_or_else(|| {
        CommandError::malformed(word.column, format!("a format is expected: {names}, not \"{}\"", word.text))
    })?;
    let content = match format {
        Format::Perfetto => Content::Lanes,
        Format::Jsonl => Content::Trace,
        Format::Csv => Content::Csv,
    };
    let path = call.output(content)?;
    call.args.done()?;
    Ok(File::Export { format, path }.into())
}
