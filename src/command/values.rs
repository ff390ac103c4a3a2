//! Commands about the registry: values and commands of tasks.

use super::Call;
use super::parse::{Word, did_you_mean};
use super::reply::{CommandError, Reply};
use crate::backend::encode_f16;
use crate::backend::{Applied, CommandView, Input, ValueView, Want};
use serde_json::json;

pub(super) fn val(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid_option(call.target)?;
    match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => list(call),
        Some("get") => {
            let value = value(call)?;
            call.args.done()?;
            Ok(Reply::new(value_line(&value), value))
        }
        Some("set") => {
            let value = value(call)?;
            let word = call.args.word("a number")?;
            call.args.done()?;
            let number: f64 =
                word.text.parse().map_err(|_| CommandError::at(word.column, "a number is expected, such as 12.5"))?;
            let (pid, raw) = (pid.unwrap_or(0), encode_f16(number));
            let changed =
                matches!(call.target.apply(Input::SetValue { pid, oid: value.oid, raw })?, Applied::Changed(true));
            let now = all(call).0.into_iter().find(|v| v.oid == value.oid && v.owner == value.owner).unwrap_or(value);
            let note = if changed { "" } else { " (smaller than its epsilon: kept)" };
            Ok(Reply::new(format!("{}{note}", value_line(&now)), json!({ "changed": changed, "value": now })))
        }
        Some(_) => Err(call.usage()),
    }
}

pub(super) fn cmd(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid_option(call.target)?;
    match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => {
            call.args.done()?;
            let (_, commands) = all(call);
            let lines: Vec<String> = commands.iter().map(command_line).collect();
            let text = if lines.is_empty() { "no commands".to_owned() } else { lines.join("\n") };
            Ok(Reply::new(text, json!({ "commands": commands })))
        }
        Some("call") => {
            let word = call.args.word("a command: OID, group:id or name")?;
            call.args.done()?;
            let (_, commands) = all(call);
            let found = pick(&word, &commands, |c| (c.oid, c.group.as_deref(), c.name.as_deref()), "command")?;
            call.target.apply(Input::Call { pid: pid.unwrap_or(0), oid: found.oid })?;
            let text = format!("the request went to pid:{}", found.owner);
            Ok(Reply::new(text, json!({ "oid": found.oid, "owner": found.owner, "status": 0 })))
        }
        Some(_) => Err(call.usage()),
    }
}

fn all(call: &mut Call<'_>) -> (Vec<ValueView>, Vec<CommandView>) {
    let snapshot = call.target.look(&Want { trace: 0, console: 0, ..Want::default() });
    (snapshot.values, snapshot.commands)
}

fn list(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let (values, _) = all(call);
    let lines: Vec<String> = values.iter().map(value_line).collect();
    let text = if lines.is_empty() { "no values".to_owned() } else { lines.join("\n") };
    Ok(Reply::new(text, json!({ "values": values })))
}

fn path(oid: u16, group: Option<&str>, name: Option<&str>) -> String {
    let group = group.map_or_else(|| (oid >> 8).to_string(), str::to_owned);
    let name = name.map_or_else(|| (oid & 0xFF).to_string(), str::to_owned);
    format!("0x{oid:04X}  {group}:{name}")
}

fn value_line(v: &ValueView) -> String {
    let unit = v.unit.as_deref().unwrap_or("");
    let range = v.range.map_or(String::new(), |(low, high)| format!("  range {low}..{high}"));
    format!("{:28} {} {unit}{range}  owner {}", path(v.oid, v.group.as_deref(), v.name.as_deref()), v.value, v.owner)
}

fn command_line(c: &CommandView) -> String {
    let help = c.help.as_deref().unwrap_or("");
    format!("{:28} owner {}  {help}", path(c.oid, c.group.as_deref(), c.name.as_deref()), c.owner)
}

fn value(call: &mut Call<'_>) -> Result<ValueView, CommandError> {
    let word = call.args.word("a value: OID, group:id or name")?;
    let (values, _) = all(call);
    pick(&word, &values, |v| (v.oid, v.group.as_deref(), v.name.as_deref()), "value").cloned()
}

/// The entry a word means: `0x0201`, `2:1`, `speed` or `motor:speed`.
fn pick<'a, T>(
    word: &Word,
    entries: &'a [T],
    key: impl Fn(&T) -> (u16, Option<&str>, Option<&str>),
    what: &str,
) -> Result<&'a T, CommandError> {
    let text = word.text.as_str();
    let number = |text: &str| super::parse::number(&Word { text: text.to_owned(), column: 0 }).ok();
    let same = |entry: &&T| {
        let (oid, group, name) = key(entry);
        match text.split_once(':') {
            Some((g, n)) => {
                let group = group == Some(g) || number(g) == Some(u64::from(oid >> 8));
                group && (name == Some(n) || number(n) == Some(u64::from(oid & 0xFF)))
            }
            None => name == Some(text) || number(text) == Some(u64::from(oid)),
        }
    };
    let mut found = entries.iter().filter(same);
    match (found.next(), found.next()) {
        (Some(entry), None) => Ok(entry),
        (Some(_), Some(_)) => {
            Err(CommandError::at(word.column, format!("\"{text}\" names several: use group:name or the OID")))
        }
        (None, _) => {
            let names: Vec<&str> = entries.iter().filter_map(|e| key(e).2).collect();
            Err(CommandError::at(word.column, format!("there is no {what} \"{text}\"{}", did_you_mean(text, &names))))
        }
    }
}
