//! Commands about recordings, and about the difference of two runs.

use super::Call;
use super::parse::number;
use super::reply::CommandError;
use crate::backend::Request;
use crate::backend::host::Content;
use crate::backend::request::{File, Side, Travel};

pub(super) fn record(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let path = call.output(Content::Recording)?;
    call.args.done()?;
    Ok(File::Record(path).into())
}

pub(super) fn replay(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let path = call.file("a recording")?;
    call.args.done()?;
    Ok(File::Replay(path).into())
}

/// `compare A B`: each a branch or a recording.
pub(super) fn compare(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let (a, b) = (side(call, "a branch or recording")?, side(call, "another branch or recording")?);
    call.args.done()?;
    Ok(Travel::Compare(a, b).into())
}

fn side(call: &mut Call<'_>, what: &str) -> Result<Side, CommandError> {
    let word = call.args.word(what)?;
    match number(&word) {
        Ok(number) => Ok(Side::Branch(u32::try_from(number).unwrap_or(u32::MAX))),
        Err(_) => {
            call.args.put_back(word);
            Ok(Side::File(call.file(what)?))
        }
    }
}
