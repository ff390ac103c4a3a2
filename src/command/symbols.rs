//! `sym`: single symbols and lines of a task's program, and other symbol files.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Pid, Space, Symbol, Symbols};
use serde_json::json;
use std::path::Path;

/// What `sym` does.
pub(super) fn sym(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let verb = call.args.word("info, addr, name, line or load")?;
    let pid = call.args.pid(call.target)?;
    let reply = match verb.text.to_ascii_lowercase().as_str() {
        "info" => info(known(call, pid)?, pid),
        "addr" => {
            let at = call.args.code_address(call.target, Some(pid))?;
            address(known(call, pid)?, pid, at)
        }
        "name" => {
            let name = call.args.word("the name of a symbol")?;
            let symbols = known(call, pid)?;
            let unknown = || CommandError::at(name.column, format!("task {pid} has no symbol {}", name.text));
            symbol(symbols, pid, symbols.by_name(&name.text).ok_or_else(unknown)?, 0)
        }
        "line" => {
            let at = call.args.code_address(call.target, Some(pid))?;
            line(known(call, pid)?, pid, at)
        }
        "load" => {
            let file = call.args.word("a symbol file")?;
            let warnings = call.target.load_symbols(pid, Path::new(&file.text))?;
            let count = known(call, pid)?.symbols.len();
            let notes: String = warnings.iter().map(|w| format!("\nwarning: {w}")).collect();
            let text = format!("{count} symbols of {} are task {pid}'s now{notes}", file.text);
            Ok(Reply::new(text, json!({ "pid": pid, "count": count, "warnings": warnings })))
        }
        _ => return Err(call.usage()),
    };
    call.args.done()?;
    reply
}

fn known<'c>(call: &'c Call<'_>, pid: Pid) -> Result<&'c Symbols, CommandError> {
    let program = call.target.program(pid);
    program.map(|p| &p.symbols).ok_or_else(|| CommandError::new(format!("no program is known for task {pid}")))
}

fn info(symbols: &Symbols, pid: Pid) -> Result<Reply, CommandError> {
    let (count, lines) = (symbols.symbols.len(), symbols.lines.len());
    let files: Vec<&str> = symbols.files.iter().map(|f| f.path.as_str()).collect();
    let text = format!("task {pid}: {count} symbols, {lines} lines of {}", files.join(", "));
    Ok(Reply::new(text, json!({ "pid": pid, "count": count, "lines": lines, "files": files })))
}

/// The symbol at or below an address, of code or, where that is data's, of data.
fn address(symbols: &Symbols, pid: Pid, at: u32) -> Result<Reply, CommandError> {
    let found = symbols.near(Space::Code, at).or_else(|| symbols.near(Space::Data, at));
    let (found, offset) = found.ok_or_else(|| CommandError::new(format!("no symbol is at or below 0x{at:04X}")))?;
    symbol(symbols, pid, found, offset)
}

fn symbol(symbols: &Symbols, pid: Pid, found: &Symbol, offset: u32) -> Result<Reply, CommandError> {
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
        text += &format!(", {} bytes", found.size);
    }
    if let Some((file, line)) = place {
        text += &format!(", {file}:{line}");
    }
    let (file, line) = place.unzip();
    let json = json!({
        "pid": pid, "name": found.name, "address": found.address, "offset": offset, "size": found.size,
        "type": kind, "file": file, "line": line,
    });
    Ok(Reply::new(text, json))
}

fn line(symbols: &Symbols, pid: Pid, at: u32) -> Result<Reply, CommandError> {
    let unknown = || CommandError::new(format!("no source line is known for 0x{at:04X}"));
    let (file, line) = place(symbols, at).ok_or_else(unknown)?;
    Ok(Reply::new(format!("{file}:{line}"), json!({ "pid": pid, "address": at, "file": file, "line": line })))
}

/// File and line of the instruction at or below an address.
fn place(symbols: &Symbols, at: u32) -> Option<(&str, u32)> {
    let line = symbols.line_at(at)?;
    Some((symbols.files.get(line.file)?.path.as_str(), line.line))
}
