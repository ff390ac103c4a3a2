//! `sym`: single symbols and lines of a task's program, and other symbol files.

use super::races::plural;
use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::request::File;
use crate::backend::{Pid, Program, Space, Symbol, Symbols};
use serde::Serialize;
use std::sync::Arc;

/// What `sym` does.
pub(super) fn sym(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let verb = call.args.word("info, addr, name, line or load")?;
    let pid = call.pid()?;
    let verb = verb.text.to_ascii_lowercase();
    if verb == "load" {
        let path = call.file("a symbol file")?;
        call.args.done()?;
        return Ok(File::Symbols { pid, path }.into());
    }
    let known = known(call, pid);
    let reply = match verb.as_str() {
        "info" => info(&known?.symbols, pid),
        "addr" => {
            let at = call.address(pid)?.into();
            let code = call.task(pid)?.listing.code_len;
            address(&known?.symbols, pid, at, if at < code { Space::Code } else { Space::Data })?
        }
        "name" => {
            let name = call.args.word("the name of a symbol")?;
            let program = known?;
            let found = program.symbols.by_name(&name.text);
            let unknown = || CommandError::at(name.column, format!("task {pid} has no symbol {}", name.text));
            symbol(&program.symbols, pid, found.ok_or_else(unknown)?, 0)
        }
        "line" => {
            let at = call.args.code_address(&call.now, Some(pid))?;
            line(&known?.symbols, pid, at)?
        }
        _ => return Err(call.usage()),
    };
    call.args.done()?;
    Ok(reply.into())
}

fn known(call: &Call<'_>, pid: Pid) -> Result<Arc<Program>, CommandError> {
    let program = call.now.task(pid).and_then(|task| task.program.clone());
    program.ok_or_else(|| CommandError::new(format!("no program is known for task {pid}")))
}

/// What is known of a program.
#[derive(Serialize)]
struct Info<'s> {
    pid: Pid,
    count: usize,
    lines: usize,
    files: Vec<&'s str>,
}

fn info(symbols: &Symbols, pid: Pid) -> Reply {
    let (count, lines) = (symbols.symbols.len(), symbols.lines.len());
    let files: Vec<&str> = symbols.files.iter().map(|f| f.path.as_str()).collect();
    let text = format!("task {pid}: {count} symbols, {lines} lines of {}", files.join(", "));
    Reply::new(text, Info { pid, count, lines, files })
}

/// The symbol at or below an address, of code or, behind the code, of data.
fn address(symbols: &Symbols, pid: Pid, at: u32, space: Space) -> Result<Reply, CommandError> {
    let found = symbols.near(space, at);
    let (found, offset) = found.ok_or_else(|| CommandError::new(format!("no symbol is at or below 0x{at:04X}")))?;
    Ok(symbol(symbols, pid, found, offset))
}

/// A symbol of a program.
#[derive(Serialize)]
struct Named<'s> {
    pid: Pid,
    name: &'s str,
    address: u32,
    offset: u32,
    size: u32,
    r#type: &'static str,
    file: Option<&'s str>,
    line: Option<u32>,
}

fn symbol(symbols: &Symbols, pid: Pid, found: &Symbol, offset: u32) -> Reply {
    let kind = match (found.space, found.function) {
        (Space::Code, true) => "function",
        (Space::Code, false) => "label",
        (Space::Data, _) => "variable",
    };
    let place = (found.space == Space::Code).then(|| place(symbols, found.address)).flatten();
    let mut text = format!("{} is a {kind} at 0x{:04X}", found.name, found.address);
    if offset > 0 {
        text += &format!("; the address is 0x{offset:X} behind it");
    }
    if found.size > 0 {
        text += &format!(", {}", plural(found.size.into(), "byte", "bytes"));
    }
    if let Some((file, line)) = place {
        text += &format!(", {file}:{line}");
    }
    let (file, line) = place.unzip();
    let (name, address, size) = (found.name.as_str(), found.address, found.size);
    Reply::new(text, Named { pid, name, address, offset, size, r#type: kind, file, line })
}

/// The source line of an address.
#[derive(Serialize)]
struct SourceLine<'s> {
    pid: Pid,
    address: u32,
    file: &'s str,
    line: u32,
}

fn line(symbols: &Symbols, pid: Pid, at: u32) -> Result<Reply, CommandError> {
    let unknown = || CommandError::new(format!("no source line is known for 0x{at:04X}"));
    let (file, line) = place(symbols, at).ok_or_else(unknown)?;
    Ok(Reply::new(format!("{file}:{line}"), SourceLine { pid, address: at, file, line }))
}

/// File and line of the instruction at or below an address.
fn place(symbols: &Symbols, at: u32) -> Option<(&str, u32)> {
    let line = symbols.line_at(at)?;
    Some((symbols.files.get(line.file)?.path.as_str(), line.line))
}
