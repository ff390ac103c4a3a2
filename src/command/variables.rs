//! Variables of C programs: values, types, scopes.

use super::races::plural;
use super::reply::{CommandError, Reply};
use super::{Call, examine};
use crate::backend::request::Input;
use crate::backend::{CValue, ExprError, Inspect, Pid, Request, VariableView};
use serde::Serialize;
use serde_json::Value;

/// The value of an expression of C.
#[derive(Serialize)]
struct Printed {
    value: Value,
    text: String,
    r#type: String,
    address: Option<u32>,
    size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    points_at: Option<String>,
    /// False if certainly nothing was stored there since its frame was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<bool>,
}

/// The type of an expression.
#[derive(Serialize)]
struct TypeFound {
    expression: String,
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<String>,
}

/// The variables of a frame.
#[derive(Serialize)]
struct Locals {
    pid: Pid,
    frame: usize,
    locals: Vec<VariableView>,
}

#[derive(Serialize)]
struct Global {
    #[serde(flatten)]
    variable: VariableView,
    file: String,
}

/// The globals of a program.
#[derive(Serialize)]
struct Globals {
    pid: Pid,
    globals: Vec<Global>,
}

#[derive(Serialize)]
struct LineAt {
    address: u32,
    file: Option<String>,
    line: Option<u32>,
    function: Option<String>,
}

/// The source lines of code addresses.
#[derive(Serialize)]
struct LinesFound {
    pid: Pid,
    places: Vec<LineAt>,
}

#[derive(Serialize)]
struct FileFound {
    file: String,
    found: bool,
}

/// The source files of a program.
#[derive(Serialize)]
struct FilesFound {
    pid: Pid,
    files: Vec<FileFound>,
}

/// The error of an expression that begins at a column of the line.
pub(super) fn placed(column: usize) -> impl Fn(ExprError) -> CommandError {
    move |e| CommandError::of(e, column)
}

/// The type of what nothing is known of but where it is.
const UNTYPED: &str = "int?";

/// The value of an expression of C in the chosen frame; `None` for one of the machine's own.
pub(super) fn print(
    call: &Call<'_>,
    text: &str,
    column: usize,
    pid: Option<Pid>,
    format: Option<char>,
) -> Result<Option<Reply>, CommandError> {
    let Some(inspect) = call.target.inspect() else { return Ok(None) };
    let Some(found) = inspect.c_value(text, pid).map_err(placed(column))? else { return Ok(None) };
    let shown = match format {
        Some(format) => found.value.formatted(format, found.size),
        None if found.type_name == UNTYPED => format!("{} ({}), {UNTYPED}", found.value, found.value.formatted('x', 4)),
        None => found.text(),
    };
    let CValue { value, type_name, address, size, points_at } = found;
    let place = inspect.c_place(text, pid.or(call.selected)).ok().flatten();
    let set = place.and_then(|(whose, address, size)| inspect.is_set(whose, address.into(), size));
    let unset = if set == Some(false) { " (not set yet)" } else { "" };
    let line = format!("{} = {shown}{unset}", text.trim());
    let value = value.json();
    Ok(Some(Reply::new(line, Printed { value, text: shown, r#type: type_name, address, size, points_at, set })))
}

/// `whatis EXPR`: the type of an expression, or what a type's name stands for.
pub(super) fn whatis(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (text, (name, _)) = type_of(call)?;
    Ok(Reply::new(format!("type = {name}"), TypeFound { expression: text, r#type: name, definition: None }))
}

/// `ptype EXPR`: what its type is made of.
pub(super) fn ptype(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (text, (name, definition)) = type_of(call)?;
    let line = format!("type = {definition}");
    Ok(Reply::new(line, TypeFound { expression: text, r#type: name, definition: Some(definition) }))
}

fn type_of(call: &mut Call<'_>) -> Result<(String, (String, String)), CommandError> {
    let pid = examine::meant(call)?;
    let (text, column) = call.args.rest_in_place();
    if text.trim().is_empty() {
        return Err(CommandError::malformed(column, "an expression or the name of a type is expected"));
    }
    let found = call.inspect()?.type_of(&text, Some(pid)).map_err(placed(column))?;
    Ok((text, found))
}

/// Which variables `info` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// All of the frame.
    Locals,
    /// Arguments alone.
    Args,
}

/// `info locals`, `info args`: the variables of the chosen frame.
pub(super) fn info_locals(call: &mut Call<'_>, which: Which) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    call.args.done()?;
    let inspect = call.inspect()?;
    let number = inspect.chosen_frame(pid);
    let mut found = inspect.variables_set(pid, number);
    if which == Which::Args {
        found.retain(|v| v.arg > 0);
    }
    let mut text: Vec<String> = found.iter().map(|v| format!("{} = {}", v.name, v.whole_text())).collect();
    if text.is_empty() {
        text.push(nothing(inspect, pid, number, which));
    }
    Ok(Reply::new(text.join("\n"), Locals { pid, frame: number, locals: found }))
}

fn nothing(inspect: &dyn Inspect, pid: Pid, number: usize, which: Which) -> String {
    let frames = inspect.frames(pid).0;
    let function = frames
        .get(number)
        .and_then(|f| inspect.program(pid)?.debug.function_at(f.at_call(number)).map(|function| function.name.clone()));
    match (function, which) {
        (Some(name), Which::Args) => format!("{name} has no arguments here"),
        (Some(name), Which::Locals) => format!("{name} has no variables here"),
        (None, _) => "no C function here".to_owned(),
    }
}

/// `info globals [TEXT]`: statics of files and globals, those with a text in their names.
pub(super) fn info_globals(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    let wanted = call.args.take_next().map(|word| word.text).unwrap_or_default();
    call.args.done()?;
    let found: Vec<(String, VariableView)> =
        call.inspect()?.globals(pid).into_iter().filter(|(_, v)| v.name.contains(&wanted)).collect();
    let line = |(file, v): &(String, VariableView)| {
        let at = v.address().map_or_else(|| "      ".to_owned(), |at| format!("0x{at:04X}"));
        format!("{at}  {} = {}  {}, {} of {file}:{}", v.name, v.text, v.type_name, v.kind, v.line)
    };
    let text: Vec<String> = found.iter().map(line).collect();
    let text = if text.is_empty() { super::info::none("globals of C", &wanted) } else { text.join("\n") };
    let globals = found.into_iter().map(|(file, variable)| Global { variable, file }).collect();
    Ok(Reply::new(text, Globals { pid, globals }))
}

/// `info line PLACE`: the source line of a place, and its addresses.
pub(super) fn info_line(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    let places = match call.args.is_empty() {
        true => vec![examine::chosen_pc(call, pid)?],
        false => call.stop_places(Some(pid))?,
    };
    call.args.done()?;
    let symbols = call.inspect()?.program(pid).map(|program| &program.symbols);
    let row = |at: &u32| {
        let found =
            symbols.and_then(|symbols| Some((symbols.files.get(symbols.line_at(*at)?.file)?, symbols.line_at(*at)?)));
        let function = symbols.and_then(|symbols| symbols.function_at(*at)).map(|f| f.name.clone());
        let text = match found {
            Some((file, line)) => format!("line {} of {} is at 0x{at:04X}", line.line, file.path),
            None => format!("no line is known for 0x{at:04X}"),
        };
        let place = function.as_ref().map_or_else(String::new, |name| format!(", in {name}"));
        let (file, line) = found.map(|(file, line)| (file.path.clone(), line.line)).unzip();
        (text + &place, LineAt { address: *at, file, line, function })
    };
    let (text, places): (Vec<String>, Vec<LineAt>) = places.iter().map(row).unzip();
    Ok(Reply::new(text.join("\n"), LinesFound { pid, places }))
}

/// `info source`: the source files of a task's program, and whether they were found.
pub(super) fn info_source(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = examine::meant(call)?;
    call.args.done()?;
    let files = call.inspect()?.program(pid).map(|program| program.symbols.files.clone()).unwrap_or_default();
    let lines = files.iter().map(|f| match &f.text {
        Some(text) => format!("{}  {}", f.path, plural(text.lines().count() as u64, "line", "lines")),
        None => format!("{}  not found: {}", f.path, examine::looked_at(call, pid, &f.path)),
    });
    let text: Vec<String> = lines.collect();
    let text = if text.is_empty() { "no source files are known".to_owned() } else { text.join("\n") };
    let files = files.into_iter().map(|f| FileFound { found: f.text.is_some(), file: f.path }).collect();
    Ok(Reply::new(text, FilesFound { pid, files }))
}

/// `set var PLACE = EXPR`: changes a variable.
pub(super) fn set_var(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = examine::meant(call)?;
    let (text, column) = call.args.rest_in_place();
    let at = text.find('=').ok_or_else(|| CommandError::malformed(column, "a variable, = and a value are expected"))?;
    let (name, value) = (text[..at].trim(), text[at + 1..].trim());
    call.blame = Some(column);
    Ok(Input::Variable { pid, place: name.to_owned(), value: value.to_owned() }.into())
}
