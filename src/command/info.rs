//! What `info` says under a word: of C programs, and what other debuggers ask that way.

use super::reply::{CommandError, Reply};
use super::variables::{Which, info_globals, info_line, info_locals, info_source};
use super::{Call, examine, inspect, stops};
use crate::backend::{Location, Pid, ProgramName, VariableView};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a word asks for.
type Tells = fn(&mut Call<'_>) -> Result<Reply, CommandError>;

/// The words, each with what it tells. A beginning that only one of them has will do.
const WORDS: [(&str, Tells); 15] = [
    ("breakpoints", |call| listed(call)),
    ("watchpoints", |call| listed(call)),
    ("display", displayed),
    ("threads", inspect::ps),
    ("registers", registers),
    ("locals", |call| info_locals(call, Which::Locals)),
    ("args", |call| info_locals(call, Which::Args)),
    ("frame", examine::info_frame),
    ("functions", functions),
    ("types", types),
    ("scope", scope),
    ("globals", info_globals),
    ("line", info_line),
    ("symbol", symbol),
    ("source", info_source),
];

/// Other names of these.
const SHORT: [(&str, &str); 6] = [
    ("b", "breakpoints"),
    ("break", "breakpoints"),
    ("f", "frame"),
    ("variables", "globals"),
    ("tasks", "threads"),
    ("sources", "source"),
];

/// What the next word asks for; `None` for another word.
pub(super) fn told(call: &mut Call<'_>) -> Result<Option<Reply>, CommandError> {
    let Some(word) = call.args.peek() else { return Ok(None) };
    let word = word.to_owned();
    // A task may have the name that begins such a word.
    let is_task = word.parse::<u32>().is_ok() || call.now.tasks.iter().any(|task| task.name == word);
    let whole = SHORT.iter().find(|(short, _)| *short == word).map_or(word.as_str(), |(_, whole)| whole);
    let mut meant = WORDS.iter().filter(|(name, _)| name.starts_with(whole));
    let tell = match WORDS.iter().find(|(name, _)| *name == whole) {
        Some(exact) => Some(exact),
        None => meant.next().filter(|_| meant.next().is_none() && !is_task),
    };
    let Some((_, tell)) = tell else { return Ok(None) };
    call.args.take_next();
    tell(call).map(Some)
}

fn displayed(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    Ok(super::expr::list(call))
}

fn listed(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    Ok(stops::list(call, None))
}

/// `info registers`: those of the task that is meant.
fn registers(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    call.args.done()?;
    inspect::registers(call, pid)
}

/// A text that names have to hold, if one is given.
fn filter(call: &mut Call<'_>) -> Result<String, CommandError> {
    let wanted = call.args.take_next().map(|word| word.text).unwrap_or_default();
    call.args.done()?;
    Ok(wanted)
}

/// What an address of code is called.
#[derive(Serialize)]
struct SymbolAt {
    pid: Pid,
    address: u32,
    name: Option<String>,
}

/// `info symbol EXPR`: the label or function an address lies in.
fn symbol(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    let (text, column) = call.args.rest_in_place();
    let value = call.integer_of_c(&text, column, Some(pid))?;
    let address =
        u16::try_from(value).map_err(|_| CommandError::at(column, "an address from 0 to 0xFFFF is expected"))?;
    let name = call.task(pid)?.listing.name_of(address.into());
    let text = match &name {
        Some(name) => format!("0x{address:04X} is {name}"),
        None => format!("nothing of task {pid}'s code is at 0x{address:04X}"),
    };
    Ok(Reply::new(text, SymbolAt { pid, address: address.into(), name }))
}

/// The functions of a program.
#[derive(Serialize)]
struct Functions<'p> {
    pid: Pid,
    functions: Vec<ProgramName<'p>>,
}

/// `info functions [TEXT]`: functions with their declarations, by file.
fn functions(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    let wanted = filter(call)?;
    let program = call.task(pid)?.program.as_ref();
    let names = program.map_or_else(Vec::new, |program| program.names());
    let is_function = |name: &ProgramName<'_>| name.symbol.function && name.symbol.name.contains(&wanted);
    let mut functions: Vec<ProgramName<'_>> = names.into_iter().filter(is_function).collect();
    // Of several names of a function of C, that in C is enough.
    let of_c: BTreeSet<u32> =
        functions.iter().filter(|name| name.c.is_some()).map(|name| name.symbol.address).collect();
    functions.retain(|name| name.c.is_some() || !of_c.contains(&name.symbol.address));
    let line = |ProgramName { symbol, c }: &ProgramName<'_>| {
        let declared = c.as_ref().map_or_else(|| symbol.name.clone(), |c| c.declaration.clone());
        let place = c.as_ref().and_then(|c| Some(format!("  {}:{}", c.file.as_ref()?, c.line?)));
        format!("0x{:04X}  {declared}{}", symbol.address, place.unwrap_or_default())
    };
    let text: Vec<String> = functions.iter().map(line).collect();
    let text = if text.is_empty() { none("functions", &wanted) } else { text.join("\n") };
    Ok(Reply::new(text, Functions { pid, functions }))
}

/// That there are none of some names, or none with a text in them.
pub(super) fn none(what: &str, wanted: &str) -> String {
    if wanted.is_empty() { format!("no {what} are known") } else { format!("no {what} with {wanted} in their names") }
}

/// The types of a program.
#[derive(Serialize)]
struct TypesFound {
    pid: Pid,
    types: Vec<String>,
}

/// `info types [TEXT]`: the names of types.
fn types(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    let wanted = filter(call)?;
    let names = call.inspect()?.program(pid).map(|program| program.debug.types.names()).unwrap_or_default();
    let types: Vec<String> = names.into_iter().filter(|name| name.contains(&wanted)).collect();
    let text = if types.is_empty() { none("types", &wanted) } else { types.join("\n") };
    Ok(Reply::new(text, TypesFound { pid, types }))
}

/// The variables of a function.
#[derive(Serialize)]
struct ScopeFound {
    pid: Pid,
    function: String,
    variables: Vec<VariableView>,
}

/// `info scope PLACE`: the variables of a function, those of its blocks included, and where they are.
fn scope(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    let pc = match call.args.is_empty() {
        true => examine::chosen_pc(call, pid)?,
        false => call.stop_places(Some(pid))?.first().copied().unwrap_or_default(),
    };
    call.args.done()?;
    let found = call.inspect()?.variables_of(pid, pc);
    let (function, variables) = found.ok_or_else(|| CommandError::new("no C function is there"))?;
    let line = |v: &VariableView| {
        let block = v.block_line.map_or_else(String::new, |line| format!(", in the block at line {line}"));
        let at = match v.location {
            Location::Memory { address } => format!(", at 0x{address:04X}"),
            Location::Register { .. } | Location::Constant { .. } | Location::Lost | Location::None => String::new(),
        };
        format!("{}  {}, {}{block}{at}, line {}", v.name, v.type_name, v.kind, v.line)
    };
    let mut text: Vec<String> = variables.iter().map(line).collect();
    if text.is_empty() {
        text.push(format!("{function} has no variables"));
    }
    Ok(Reply::new(text.join("\n"), ScopeFound { pid, function, variables }))
}
