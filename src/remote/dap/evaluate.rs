//! Expressions, and lines of commands in the console.

use super::reference::MemoryReference;
use super::values::{inside, text};
use super::variables::Format;
use super::{Adapter, Failed, console, failed};
use crate::backend::request::{Input, register_named};
use crate::backend::{Expr, Names, Pid, Value as Number, Want};
use crate::command;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is to be evaluated, where and what for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Asked {
    expression: String,
    frame_id: Option<i64>,
    context: Option<String>,
    format: Format,
}

/// `evaluate`.
pub(super) fn evaluate(adapter: &mut Adapter<'_>, asked: Asked) -> Result<Value, Failed> {
    let pid = adapter.looked_up_in(asked.frame_id)?;
    let expression = asked.expression.trim();
    if asked.context.as_deref() == Some("repl") && is_command(expression) {
        let said = console::line(adapter, expression, pid)?;
        return Ok(json!({ "result": said, "variablesReference": 0 }));
    }
    adapter.evaluated(expression, pid, asked.format.hex)
}

/// Whether the first word of a line is a command.
fn is_command(line: &str) -> bool {
    let word = line.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
    let name = word.split(['/', '.']).next().unwrap_or_default();
    !name.is_empty() && command::find(name).len() == 1
}

impl Adapter<'_> {
    /// The task in whose call names are looked up from now on.
    fn looked_up_in(&mut self, frame: Option<i64>) -> Result<Option<Pid>, Failed> {
        let Some(id) = frame.filter(|id| *id != 0) else { return Ok(None) };
        let (pid, number) = self.frame(id)?;
        if !self.running() {
            self.choose(pid, number)?;
        }
        Ok(Some(pid))
    }

    /// The value of an expression, as the protocol has it.
    pub(super) fn evaluated(&mut self, expression: &str, pid: Option<Pid>, hex: bool) -> Result<Value, Failed> {
        let of_c = self.target()?.inspect().map(|inspect| inspect.c_value(expression, pid)).transpose()?.flatten();
        if let Some(of_c) = of_c {
            let json = of_c.value.json();
            let shown = if hex && json.is_number() { text(&json, hex) } else { of_c.value.to_string() };
            let (reference, indexed) = inside(pid, expression, &json)
                .map_or((0, 0), |(referred, indexed)| (self.references.number(referred), indexed));
            let mut body = json!({
                "result": shown, "type": of_c.type_name, "variablesReference": reference,
            });
            if indexed > 0 {
                body["indexedVariables"] = indexed.into();
            }
            if let Some(address) = of_c.address {
                body["memoryReference"] = MemoryReference::Ram(pid, address.into()).text().into();
            }
            return Ok(body);
        }
        let shown = match self.value_of(expression, pid)? {
            Number::Int(n) if hex => format!("0x{:X}", n as u32),
            value => value.to_string(),
        };
        Ok(json!({ "result": shown, "variablesReference": 0 }))
    }

    /// The value of what was set, as it is now.
    pub(super) fn value_after(&mut self, expression: &str, pid: Option<Pid>, hex: bool) -> Result<Value, Failed> {
        let mut body = self.evaluated(expression, pid, hex)?;
        if let Value::Object(members) = &mut body
            && let Some(value) = members.remove("result")
        {
            members.insert("value".into(), value);
        }
        Ok(body)
    }

    /// The value of an expression.
    pub(super) fn value_of(&mut self, text: &str, pid: Option<Pid>) -> Result<Number, Failed> {
        let target = self.target()?;
        let expr = match target.inspect() {
            Some(inspect) => inspect.expression(text, pid, Names::Chosen)?,
            None => Expr::parse(text)?,
        };
        let now = target.look(&Want { pid, asks: vec![expr], ..Want::numbers() });
        match now.asked.first() {
            Some((_, Ok(value))) => Ok(*value),
            Some((_, Err(e))) => Err(e.into()),
            None => failed("this target evaluates no expressions"),
        }
    }

    /// The value of an expression as a word of 32 bits; negative ones as their two's complement.
    pub(super) fn word_of(&mut self, text: &str, pid: Pid) -> Result<u32, Failed> {
        // Registers are shown with more than their number.
        let first = text.split_whitespace().next().filter(|word| word.starts_with("0x")).unwrap_or(text);
        match self.value_of(first, Some(pid))? {
            Number::Int(n) => u32::try_from(n)
                .or_else(|_| i32::try_from(n).map(|signed| signed as u32))
                .or_else(|_| failed("a value of 32 bits is expected")),
            Number::Real(_) => failed("a whole number is expected"),
        }
    }
}

/// What is to be set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Set {
    expression: String,
    value: String,
    frame_id: Option<i64>,
    format: Format,
}

/// `setExpression`.
pub(super) fn set(adapter: &mut Adapter<'_>, set: Set) -> Result<Value, Failed> {
    let pid = adapter.looked_up_in(set.frame_id)?;
    let first = adapter.look()?.tasks.first().map(|task| task.pid);
    let Some(own) = pid.or(first) else { return failed("there is no task") };
    let text = set.expression.trim();
    let (whose, name) = match text.split_once('.').and_then(|(task, name)| Some((task.parse().ok()?, name))) {
        Some((whose, name)) => (whose, name),
        None => (own, text),
    };
    let input = match (register_named(name), memory(text)) {
        (Some(reg), _) => Input::Register { pid: whose, reg, value: adapter.word_of(&set.value, own)? },
        (None, Some((size, address))) => {
            let address = adapter.word_of(address, own)?;
            let address = u16::try_from(address).or_else(|_| failed("the address lies outside of RAM"))?;
            let bytes = adapter.word_of(&set.value, own)?.to_le_bytes()[..size].to_vec();
            Input::Poke { pid: own, address, bytes }
        }
        (None, None) => Input::Variable { pid: own, place: text.to_owned(), value: set.value.clone() },
    };
    adapter.target()?.send(input.into())?;
    adapter.changed(&["variables", "stacks"]);
    adapter.value_after(text, Some(own), set.format.hex)
}

/// `w[ADDRESS]`, `h[ADDRESS]`, `b[ADDRESS]` or `[ADDRESS]`, which is a word: its bytes and the address.
fn memory(text: &str) -> Option<(usize, &str)> {
    let (size, inside) = text.split_once('[')?;
    let size = match size.trim() {
        "" | "w" => 4,
        "h" => 2,
        "b" => 1,
        _ => return None,
    };
    Some((size, inside.strip_suffix(']')?))
}

/// A line that is being typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Typed {
    text: String,
    column: i64,
}

/// `completions`.
pub(super) fn completions(adapter: &mut Adapter<'_>, typed: Typed) -> Result<Value, Failed> {
    let column = adapter.client.column_from(typed.column);
    // Columns count UTF-16 code units.
    let mut units = 0;
    let before: String = typed
        .text
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= column
        })
        .collect();
    let start = command::word_start(&before);
    let length = before[start..].encode_utf16().count();
    let at = before[..start].encode_utf16().count() + usize::from(adapter.client.column() == 1);
    let offers = command::complete(adapter.target()?, &before, &|_| Vec::new());
    let item =
        |(word, about): &command::Offer| json!({ "label": word, "detail": about, "start": at, "length": length });
    Ok(json!({ "targets": offers.iter().map(item).collect::<Vec<_>>() }))
}
