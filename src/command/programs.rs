//! Commands about programs and files.

use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::request::{File, Input, SourceDirectory};
use crate::backend::{FileView, Request, Want, answer};
use serde::Serialize;

pub(super) fn load(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let path = call.file("a file, .hxe or .mvasm")?;
    call.args.done()?;
    Ok(File::Load(path).into())
}

pub(super) fn reload(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    call.args.done()?;
    Ok(File::Reload(pid).into())
}

pub(super) fn reset(call: &mut Call<'_>) -> Result<Request, CommandError> {
    call.args.done()?;
    Ok(File::Reset.into())
}

/// `restart`, `restart turn`, `restart turn N`, `restart stop`.
pub(super) fn restart(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.take("stop") {
        call.args.done()?;
        return to_same_stop(call).map(Meaning::Answer);
    }
    let turn = match call.args.take("turn") {
        true if call.args.is_empty() => Some(call.now.turn),
        true => Some(call.number("a turn")?),
        false => None,
    };
    call.args.done()?;
    Ok(File::Restart(turn).into())
}

/// The stop that is run to again, and its hit.
#[derive(Serialize)]
struct SameStop {
    stop: u32,
    hit: u64,
}

/// Three lines: begin again, let the earlier hits of the stop pass where the session stands, run.
fn to_same_stop(call: &Call<'_>) -> Result<Reply, CommandError> {
    let now = &call.now;
    let due = now.due.iter().find_map(|due| now.stops.iter().find(|stop| stop.number == due.number));
    let none = "the session stands at no stop that is still there: restart turn runs to a turn";
    let (stop, hit) = due.map(|stop| (stop.number, stop.hits)).ok_or_else(|| CommandError::new(none))?;
    let lines = ["restart".to_owned(), format!("ignore {stop} {}", hit.saturating_sub(1)), "run".to_owned()];
    Ok(Reply { then: lines.into(), ..Reply::new("", SameStop { stop, hit }) })
}

pub(super) fn kill(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    call.args.done()?;
    Ok(Input::Kill(pid).into())
}

/// The machine's files.
#[derive(Serialize)]
struct Files<'f> {
    files: &'f [FileView],
}

pub(super) fn fs(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => {
            call.args.done()?;
            let now = call.look(&Want { files: true, ..Want::numbers() });
            let files = now.files.as_deref().unwrap_or_default();
            let lines: Vec<String> = files.iter().map(|file| format!("{:8} {}", file.bytes, file.path)).collect();
            Ok(Reply::new(lines.join("\n"), Files { files }).into())
        }
        Some("export") => {
            let path = call.output_directory()?;
            call.args.done()?;
            Ok(File::Files(path).into())
        }
        Some(_) => Err(call.usage()),
    }
}

/// `directory`, `directory DIR`, `directory OLD=NEW`: where sources are looked for.
pub(super) fn directory(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    if call.args.is_empty() {
        let places = answer::Places { places: call.now.sources.clone(), found: 0 };
        return Ok(Reply::new(super::answer::source_places(&places.places, 0), places).into());
    }
    let path = call.file("a directory")?;
    call.args.done()?;
    let place = match path.split_once('=') {
        Some((old, new)) if !old.is_empty() => SourceDirectory::Moved { old: old.to_owned(), new: new.to_owned() },
        _ => SourceDirectory::Directory(path),
    };
    Ok(File::Sources(place).into())
}
