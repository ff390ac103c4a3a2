//! Names and lines of programs.

use super::{Call, Handled, Refusal, member, refuse};
use crate::backend::request::File;
use crate::backend::{Program, Space, Symbol};
use serde_json::{Value, json};

/// A symbol, with the line it is declared in.
fn shown(program: &Program, symbol: &Symbol) -> Value {
    let function = program.symbols.functions.iter().find(|f| f.start == symbol.address && f.name == symbol.name);
    let of_function = function.filter(|_| symbol.space == Space::Code);
    let file = of_function.and_then(|function| function.file).and_then(|file| program.symbols.files.get(file));
    let line = of_function.map(|function| function.line).filter(|line| *line > 0);
    let kind = match symbol.space {
        Space::Data => "variable",
        Space::Code if symbol.function => "function",
        Space::Code => "label",
    };
    let size = of_function.map_or(symbol.size, |function| function.end - function.start);
    json!({ "name": symbol.name, "address": symbol.address, "size": size, "type": kind,
        "file": file.map(|file| &file.path), "line": line })
}

/// The symbol that a code address belongs to: its function, else the nearest label.
pub(super) fn symbol(program: &Program, pc: u32) -> Option<Value> {
    let of_function = program.symbols.function_at(pc).and_then(|function| {
        program
            .symbols
            .symbols
            .iter()
            .find(|s| s.space == Space::Code && s.address == function.start && s.name == function.name)
    });
    let near = || program.symbols.near(Space::Code, pc).map(|(symbol, _)| symbol);
    let symbol = of_function.or_else(near)?;
    let mut shown = shown(program, symbol);
    shown["offset"] = json!(pc - symbol.address);
    Some(shown)
}

/// The source line of a code address.
pub(super) fn line(program: &Program, pc: u32) -> Option<Value> {
    let line = program.symbols.line_at(pc)?;
    let file = program.symbols.files.get(line.file).map(|file| &file.path);
    Some(json!({ "address": line.address, "file": file, "line": line.line }))
}

fn program<'c>(call: &'c Call<'_>) -> Result<Option<&'c Program>, Refusal> {
    let pid = call.pid()?;
    Ok(call.local()?.program(pid))
}

/// `symbols`.
pub(super) fn list(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let op = call.arguments.op(&["op"], "list");
    if op != "list" {
        return refuse(format!("unknown symbols op '{op}'"));
    }
    let kind = call.arguments.op(&["type", "kind"], "all");
    let wanted: fn(&Symbol) -> bool = match &*kind {
        "functions" => |symbol| symbol.function,
        "variables" => |symbol| symbol.space == Space::Data,
        "all" => |_| true,
        other => return refuse(format!("unknown symbols type '{other}'")),
    };
    let offset = call.arguments.count(&["offset"])?.unwrap_or(0);
    let limit = call.arguments.count(&["limit", "count"])?.map(|limit| limit.clamp(1, 256));
    let Some(program) = program(&call)? else { return refuse(format!("unknown pid {pid}")) };
    let mut all: Vec<&Symbol> = program.symbols.symbols.iter().filter(|symbol| wanted(symbol)).collect();
    all.sort_by_key(|symbol| symbol.address);
    let most = usize::try_from(limit.unwrap_or(4096)).unwrap_or(usize::MAX);
    let some = all.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(most);
    let symbols: Vec<Value> = some.map(|symbol| shown(program, symbol)).collect();
    member(
        "symbols",
        json!({ "pid": pid, "count": all.len(), "offset": offset, "limit": limit, "type": kind,
        "symbols": symbols }),
    )
}

/// `sym`.
pub(super) fn lookup(mut call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let address = |call: &Call<'_>| {
        call.arguments.address(&["address", "addr"])?.ok_or_else(|| call.arguments.missing("address")).map(u32::from)
    };
    match &*call.arguments.op(&["op"], "info") {
        "info" => member("symbols", super::tasks::symbols(call.local()?, pid)),
        "addr" | "lookup_addr" => {
            let at = address(&call)?;
            let found = program(&call)?.and_then(|program| {
                symbol(program, at).or_else(|| {
                    let (near, offset) = program.symbols.near(Space::Data, at)?;
                    let mut near = shown(program, near);
                    near["offset"] = json!(offset);
                    Some(near)
                })
            });
            Ok(super::Reply::Now(json!({ "symbol": found, "pid": pid, "address": at })))
        }
        "name" | "lookup" | "lookup_name" => {
            let name = call.arguments.required("name")?;
            let found = program(&call)?.and_then(|program| Some(shown(program, program.symbols.by_name(name)?)));
            Ok(super::Reply::Now(json!({ "symbol": found, "pid": pid, "name": name })))
        }
        "line" | "lookup_line" => {
            let at = address(&call)?;
            let found = program(&call)?.and_then(|program| line(program, at));
            Ok(super::Reply::Now(json!({ "line": found, "pid": pid, "address": at })))
        }
        "load" | "set" => {
            call.may_change(pid)?;
            let path = super::tasks::allowed(&call, call.arguments.required("path")?)?;
            call.send(File::Symbols { pid, path })?;
            member("symbols", super::tasks::symbols(call.local()?, pid))
        }
        op => refuse(format!("unknown sym op '{}'", op.chars().take(80).collect::<String>())),
    }
}
