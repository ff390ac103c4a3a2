//! `.value`, `.cmd` and `.mailbox`: JSON to declarations.

use super::diagnostic::Span;
use super::line::Piece;
use super::module::{Builder, CommandEntry};
use crate::image::json::{self, Json, JsonError};
use crate::image::{CommandDecl, MailboxDecl, ValueDecl};
use crate::isa::round_f16;
use std::collections::BTreeMap;

type Members = BTreeMap<String, Json>;
type Wrong = (&'static str, String, &'static str);

/// Reads a declaration. Its JSON may continue on the lines that follow.
pub(super) fn declaration(b: &mut Builder<'_>, name: &str, word: &Piece<'_>, arguments: &Piece<'_>) {
    if arguments.text.is_empty() {
        b.find.error(
            "E40",
            word.end(),
            format!("{name} needs a JSON text"),
            "an object such as {\"group\": 1, \"id\": 2}",
        );
        return;
    }
    let Span { file, range } = arguments.span.clone();
    let text = &b.files.text(file)[range.start..];
    let (value, len) = match json::parse_prefix(text) {
        Ok(found) => found,
        Err(e) => {
            let at = range.start + e.at();
            let span = Span { file, range: at..at + 1 };
            match e {
                JsonError::Expected { expected, .. } => b.find.error("E41", span, "bad JSON", expected),
                JsonError::Over { over, .. } => b.find.error("E47", span, over.to_string(), "a shorter declaration"),
            }
            return;
        }
    };
    let line_end = text[len..].find(['\n', '\r']).map_or(text.len(), |n| len + n);
    let behind = &text[len..line_end];
    let span = Span { file, range: range.start..range.start + len };
    b.skip = (file, range.start + line_end);
    let behind = behind[..super::token::code_len(behind)].trim();
    if !behind.is_empty() {
        b.find.error(
            "E41",
            Span { file, range: range.start + len..range.start + line_end },
            "text behind the JSON",
            "the end of the line",
        );
    }
    let entries = match value {
        Json::List(list) if list.is_empty() => {
            b.find.error("E42", span, "an empty list declares nothing", "at least one object");
            return;
        }
        Json::List(list) => list,
        other => vec![other],
    };
    for entry in entries {
        if let Err((code, message, expected)) = declare(b, name, entry, &span) {
            b.find.error(code, span.clone(), message, expected);
        }
    }
}

fn declare(b: &mut Builder<'_>, name: &str, entry: Json, span: &Span) -> Result<(), Wrong> {
    let Json::Object(members) = &entry else {
        return Err(("E43", "this is not a JSON object".into(), "an object"));
    };
    match name {
        ".value" => {
            if ["rate_ms", "rateMs"].iter().any(|key| members.contains_key(*key)) {
                b.find.warning(
                    "W04",
                    span.clone(),
                    "an image has no place for rate_ms",
                    "register the value at run time instead",
                );
            }
            b.module.values.push((value(members)?, span.clone()));
        }
        ".cmd" => b.module.commands.push(command(members, span.clone())?),
        _ => {
            let (decl, raw) = mailbox(members)?;
            b.module.mailboxes.push((decl, raw, span.clone()));
        }
    }
    Ok(())
}

/// The first of several keys that is there, unless it is null.
fn first<'m>(members: &'m Members, keys: &[&str]) -> Option<&'m Json> {
    keys.iter().find_map(|key| members.get(*key)).filter(|v| **v != Json::Null)
}

fn uint(members: &Members, keys: &[&str], bits: u32) -> Result<Option<u32>, Wrong> {
    let Some(value) = first(members, keys) else { return Ok(None) };
    let in_range = value.integer().filter(|n| (0..1i128 << bits).contains(n));
    let n = in_range.ok_or_else(|| {
        ("E45", format!("\"{}\" is out of range or no number", keys[0]), "a number that fits its field")
    })?;
    Ok(Some(n as u32))
}

fn required(members: &Members, keys: &[&str]) -> Result<u8, Wrong> {
    let value = uint(members, keys, 8)?;
    Ok(value.ok_or_else(|| ("E44", format!("\"{}\" is missing", keys[0]), "group and id"))? as u8)
}

fn text(members: &Members, keys: &[&str]) -> Option<String> {
    first(members, keys).map(|value| match value {
        Json::Text(text) => text.clone(),
        Json::Bool(true) => "True".into(),
        Json::Bool(false) => "False".into(),
        other => json::write(other),
    })
}

fn float(members: &Members, raw: &str, keys: &[&str]) -> Result<u16, Wrong> {
    if let Some(bits) = uint(members, &[raw], 16)? {
        return Ok(bits as u16);
    }
    let Some(value) = first(members, keys) else { return Ok(0) };
    let number = match value {
        Json::Float(x) => Some(*x),
        Json::Int(text) => text.parse().ok(),
        Json::Bool(b) => Some(f64::from(u8::from(*b))),
        Json::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.map(round_f16).ok_or_else(|| ("E45", format!("\"{}\" is not a number", keys[0]), "a number"))
}

/// Names joined by `|`, or a number.
fn flags(members: &Members, keys: &[&str], names: &[(&str, u8)]) -> Result<u8, Wrong> {
    let out = |n: i128| u8::try_from(n).map_err(|_| ("E45", format!("\"{}\" is out of range", keys[0]), "0 to 255"));
    match first(members, keys) {
        None => Ok(0),
        Some(Json::Text(text)) => text.split('|').map(str::trim).filter(|t| !t.is_empty()).try_fold(0, |all, token| {
            let known = names.iter().find(|(name, _)| name.eq_ignore_ascii_case(token));
            known
                .map(|(_, bit)| all | bit)
                .ok_or_else(|| ("E46", format!("\"{token}\" is unknown"), "a known flag or level"))
        }),
        Some(value) => value
            .integer()
            .map_or_else(|| Err(("E45", format!("\"{}\" is not a flag", keys[0]), "names or a number")), out),
    }
}

const GROUP: &[&str] = &["group", "group_id", "groupId"];
const GROUP_NAME: &[&str] = &["group_name", "groupName"];
const AUTH: &[&str] = &["auth", "auth_level", "authLevel"];
const LEVELS: &[(&str, u8)] = &[("PUBLIC", 0), ("USER", 1), ("ADMIN", 2), ("FACTORY", 3)];
const VALUE_FLAGS: &[(&str, u8)] =
    &[("RO", 1), ("READONLY", 1), ("READ_ONLY", 1), ("PERSIST", 2), ("STICKY", 4), ("PIN", 8), ("BOOL", 16)];
const COMMAND_FLAGS: &[(&str, u8)] = &[("PIN", 1), ("ASYNC", 2)];

fn value(members: &Members) -> Result<ValueDecl, Wrong> {
    Ok(ValueDecl {
        group: required(members, GROUP)?,
        id: required(members, &["id", "value", "value_id", "valueId"])?,
        flags: flags(members, &["flags"], VALUE_FLAGS)?,
        auth: flags(members, AUTH, LEVELS)?,
        init: float(members, "init_raw", &["init", "init_value"])?,
        name: text(members, &["name"]),
        unit: text(members, &["unit", "unit_name", "unitName"]),
        epsilon: float(members, "epsilon_raw", &["epsilon"])?,
        min: float(members, "min_raw", &["min"])?,
        max: float(members, "max_raw", &["max"])?,
        persist_key: uint(members, &["persist_key", "persist"], 16)?.unwrap_or(0) as u16,
        group_name: text(members, GROUP_NAME),
    })
}

fn command(members: &Members, span: Span) -> Result<CommandEntry, Wrong> {
    let mut offset = uint(members, &["handler_offset"], 32)?.unwrap_or(0);
    let handler = match first(members, &["handler"]) {
        None => None,
        Some(Json::Int(_) | Json::Float(_) | Json::Bool(_)) => {
            offset = uint(members, &["handler"], 32)?.unwrap_or(0);
            None
        }
        Some(_) => {
            let name = text(members, &["handler"]).map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
            Some(name.ok_or_else(|| ("E45", "the handler has no name".into(), "a label"))?)
        }
    };
    let decl = CommandDecl {
        group: required(members, GROUP)?,
        id: required(members, &["id", "cmd", "cmd_id", "command_id", "commandId"])?,
        flags: flags(members, &["flags"], COMMAND_FLAGS)?,
        auth: flags(members, AUTH, LEVELS)?,
        handler: offset,
        name: text(members, &["name"]),
        help: text(members, &["help"]),
        reserved: uint(members, &["reserved"], 32)?.unwrap_or(0) as u16,
        group_name: text(members, GROUP_NAME),
    };
    Ok(CommandEntry { decl, handler, span })
}

fn mailbox(members: &Members) -> Result<(MailboxDecl, Json), Wrong> {
    let target = ["target", "name"].iter().filter_map(|key| members.get(*key)).find(|v| !v.is_blank());
    let target = target.and_then(Json::text).map(str::trim).filter(|t| !t.is_empty());
    let target = target.ok_or_else(|| ("E44", "the mailbox has no target".to_owned(), "\"target\": a mailbox name"))?;
    let mut all = members.clone();
    all.insert("target".into(), Json::Text(target.to_owned()));
    let raw = Json::Object(all);
    match MailboxDecl::from_json(0, &raw) {
        Ok(decl) => Ok((decl, raw)),
        Err(e) => Err(("E45", e.to_string(), "a mailbox declaration")),
    }
}
