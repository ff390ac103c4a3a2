//! Commands about programs and files.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{LoadOptions, Program, host};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

pub(super) fn load(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let word = call.args.word("a file, .hxe or .mvasm")?;
    call.args.done()?;
    let program = Program::read(Path::new(&word.text)).map_err(|e| CommandError::at(word.column, e.to_string()))?;
    let warnings = program.warnings.clone();
    let pid = call.target.load(Arc::new(program), LoadOptions::default())?;
    Ok(loaded(call, pid, &warnings))
}

pub(super) fn reload(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let old = call.args.pid(call.target)?;
    call.args.done()?;
    let pid = call.target.reload(old)?;
    let mut reply = loaded(call, pid, &[]);
    reply.json["old_pid"] = old.into();
    Ok(reply)
}

fn loaded(call: &Call<'_>, pid: u16, warnings: &[String]) -> Reply {
    let name = call.target.machine().task(pid).map_or(String::new(), |t| t.name.clone());
    let notes: String = warnings.iter().map(|w| format!("\nwarning: {w}")).collect();
    Reply::new(format!("{name} is task {pid}{notes}"), json!({ "pid": pid, "name": name, "warnings": warnings }))
}

pub(super) fn kill(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    call.target.kill(pid)?;
    Ok(Reply::new(format!("task {pid} is gone"), json!({ "pid": pid, "state": "killed" })))
}

pub(super) fn fs(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => {
            call.args.done()?;
            let files = call.target.machine().files();
            let lines: Vec<String> = files.iter().map(|(path, bytes)| format!("{:8} {path}", bytes.len())).collect();
            let json: Vec<_> =
                files.iter().map(|(path, bytes)| json!({ "path": path, "bytes": bytes.len() })).collect();
            Ok(Reply::new(lines.join("\n"), json!({ "files": json })))
        }
        Some("export") => {
            let word = call.args.word("a directory")?;
            call.args.done()?;
            let written = call.target.export_files(Path::new(&word.text))?;
            let text = format!("{} files written to {}", written.len(), word.text);
            Ok(Reply::new(text, json!({ "directory": word.text, "files": written })))
        }
        Some(_) => Err(call.usage()),
    }
}

/// `directory`, `directory DIR`, `directory OLD=NEW`: where sources are looked for.
pub(super) fn directory(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let mut sources = call.target.sources().clone();
    let mut found = 0;
    if let Some(word) = call.args.take_next() {
        call.args.done()?;
        match word.text.split_once('=') {
            Some((old, new)) if !old.is_empty() => sources.moved.push((old.to_owned(), new.to_owned())),
            _ if host::is_directory(Path::new(&word.text)) => sources.directories.push(word.text.into()),
            _ => return Err(CommandError::at(word.column, format!("{} is no directory", word.text))),
        }
        found = call.target.set_sources(sources.clone());
    }
    let directories = sources.directories.iter().map(|d| d.display().to_string());
    let moved = sources.moved.iter().map(|(old, new)| format!("{old}={new}"));
    let places: Vec<String> = directories.chain(moved).collect();
    let text = match (&places[..], found) {
        ([], _) => "sources are looked for beside their images".to_owned(),
        (places, 0) => format!("sources are looked for beside their images and in {}", places.join(", ")),
        (places, n) => format!("sources are looked for in {}; found for {n} tasks", places.join(", ")),
    };
    Ok(Reply::new(text, json!({ "places": places, "found": found })))
}
