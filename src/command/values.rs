//! Commands about the registry: values and commands of tasks.

use super::columns::padded;
use super::parse::{did_you_mean, number};
use super::reply::{CommandError, Reply};
use super::words::Word;
use super::{Call, Meaning};
use crate::backend::request::Input;
use crate::backend::{CommandView, ValueView, encode_f16};
use serde::Serialize;

pub(super) fn val(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let pid = call.args.pid_option(&call.now)?;
    match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => Ok(list(call)?.into()),
        Some("get") => {
            let value = value(call)?;
            call.args.done()?;
            Ok(Reply::new(value_line(&value), value).into())
        }
        Some("set") => {
            let oid = value(call)?.oid;
            let word = call.args.word("a number")?;
            call.args.done()?;
            let number: f64 = word
                .text
                .parse()
                .map_err(|_| CommandError::malformed(word.column, "a number is expected, such as 12.5"))?;
            Ok(Input::Value { pid: pid.unwrap_or(0), oid, raw: encode_f16(number) }.into())
        }
        Some(_) => Err(call.usage()),
    }
}

/// The commands of the registry.
#[derive(Serialize)]
struct Commands<'c> {
    commands: &'c [CommandView],
}

pub(super) fn cmd(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let pid = call.args.pid_option(&call.now)?;
    match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => {
            call.args.done()?;
            let commands = &call.now.commands;
            let lines: Vec<String> = commands.iter().map(command_line).collect();
            let text = if lines.is_empty() { "no commands".to_owned() } else { lines.join("\n") };
            Ok(Reply::new(text, Commands { commands }).into())
        }
        Some("call") => {
            let word = call.args.word("a command: OID, group:id or name")?;
            call.args.done()?;
            let key = |c: &CommandView| (c.oid, c.group.clone(), c.name.clone());
            let oid = pick(&word, &call.now.commands, key, "command")?.oid;
            Ok(Input::Call { pid: pid.unwrap_or(0), oid }.into())
        }
        Some(_) => Err(call.usage()),
    }
}

/// The values of the registry.
#[derive(Serialize)]
struct Values<'v> {
    values: &'v [ValueView],
}

fn list(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let values = &call.now.values;
    let lines: Vec<String> = values.iter().map(value_line).collect();
    let text = if lines.is_empty() { "no values".to_owned() } else { lines.join("\n") };
    Ok(Reply::new(text, Values { values }))
}

fn path(oid: u16, group: Option<&str>, name: Option<&str>) -> String {
    let group = group.map_or_else(|| (oid >> 8).to_string(), str::to_owned);
    let name = name.map_or_else(|| (oid & 0xFF).to_string(), str::to_owned);
    format!("0x{oid:04X}  {group}:{name}")
}

pub(super) fn value_line(v: &ValueView) -> String {
    let unit = v.unit.as_deref().unwrap_or("");
    let range = v.range.map_or(String::new(), |(low, high)| format!("  range {low}..{high}"));
    let path = padded(&path(v.oid, v.group.as_deref(), v.name.as_deref()), 28);
    format!("{path} {} {unit}{range}  owner {}", v.value, v.owner)
}

fn command_line(c: &CommandView) -> String {
    let help = c.help.as_deref().unwrap_or("");
    format!("{} owner {}  {help}", padded(&path(c.oid, c.group.as_deref(), c.name.as_deref()), 28), c.owner)
}

fn value(call: &mut Call<'_>) -> Result<ValueView, CommandError> {
    let word = call.args.word("a value: OID, group:id or name")?;
    let key = |v: &ValueView| (v.oid, v.group.clone(), v.name.clone());
    pick(&word, &call.now.values, key, "value").cloned()
}

/// The entry a word means: `0x0201`, `2:1`, `speed` or `motor:speed`.
fn pick<'a, T>(
    word: &Word,
    entries: &'a [T],
    key: impl Fn(&T) -> (u16, Option<String>, Option<String>),
    what: &str,
) -> Result<&'a T, CommandError> {
    let text = word.text.as_str();
    let number = |text: &str| number(&Word::plain(text, 0)).ok();
    let same = |entry: &&T| {
        let (oid, group, name) = key(entry);
        match text.split_once(':') {
            Some((g, n)) => {
                let group = group.as_deref() == Some(g) || number(g) == Some(u64::from(oid >> 8));
                group && (name.as_deref() == Some(n) || number(n) == Some(u64::from(oid & 0xFF)))
            }
            None => name.as_deref() == Some(text) || number(text) == Some(u64::from(oid)),
        }
    };
    let mut found = entries.iter().filter(same);
    match (found.next(), found.next()) {
        (Some(entry), None) => Ok(entry),
        (Some(_), Some(_)) => {
            Err(CommandError::at(word.column, format!("\"{text}\" names several: use group:name or the OID")))
        }
        (None, _) => {
            let names: Vec<String> = entries.iter().filter_map(|e| key(e).2).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Err(CommandError::at(word.column, format!("there is no {what} \"{text}\"{}", did_you_mean(text, &names))))
        }
    }
}
