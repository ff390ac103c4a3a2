//! The metadata sections: values, commands and mailboxes.

use crate::image::json::{self, Json};
use crate::image::{CommandDecl, MailboxDecl, ValueDecl};
use crate::limits::{ENTRIES, Over, STRINGS};
use std::collections::BTreeSet;
use thiserror::Error;

/// Why a metadata section cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MetadataError {
    /// More entries than bytes.
    #[error("{0} metadata table truncated")]
    Truncated(&'static str),
    /// A string offset past the section's end.
    #[error("metadata string offset {offset} out of range (size={size})")]
    StringOutside {
        /// Offset from the start of the section.
        offset: usize,
        /// Bytes of the section.
        size: usize,
    },
    /// A string without its zero.
    #[error("metadata string at {0} is not null-terminated")]
    StringOpen(usize),
    /// A string that is not UTF-8.
    #[error("metadata string at {0} is not UTF-8")]
    StringUtf8(usize),
    /// A mailbox of the old form without a name.
    #[error("mailbox metadata missing name")]
    MissingName,
    /// The JSON form is malformed as a whole.
    #[error("mailbox metadata {0}")]
    Json(String),
    /// An entry of the JSON form is malformed.
    #[error("mailbox metadata entry {index} {what}")]
    Entry {
        /// Which, from 0.
        index: usize,
        /// What is wrong with it.
        what: String,
    },
    /// More than is read.
    #[error("{0}")]
    Over(#[from] Over),
    /// The same mailbox twice.
    #[error("mailbox {0} is declared twice")]
    Twin(String),
}

const VALUE_BYTES: usize = 20;
const COMMAND_BYTES: usize = 16;
const MAILBOX_BYTES: usize = 16;
/// Mode of a mailbox for which nothing is said.
const RDWR: u16 = 3;

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) << 16 | u32::from(u16_at(bytes, at + 2))
}

/// What the sections of one image may still hold.
#[derive(Default)]
pub(super) struct Room {
    entries: u64,
    strings: u64,
    mailboxes: BTreeSet<String>,
}

impl Room {
    fn entries(&mut self, more: u64) -> Result<(), Over> {
        self.entries += more;
        ENTRIES.check(self.entries)
    }

    /// The string at an offset; 0 means no string. Rows may share one, and each counts it: so no row's search for its
    /// end goes over what is left.
    fn string(&mut self, section: &[u8], offset: usize) -> Result<Option<String>, MetadataError> {
        if offset == 0 {
            return Ok(None);
        }
        let rest = section.get(offset..).filter(|r| !r.is_empty());
        let rest = rest.ok_or(MetadataError::StringOutside { offset, size: section.len() })?;
        let left = usize::try_from(STRINGS.most - self.strings).unwrap_or(usize::MAX);
        let within = &rest[..rest.len().min(left)];
        let Some(end) = within.iter().position(|b| *b == 0) else {
            let open = within.len() == rest.len();
            return Err(if open { MetadataError::StringOpen(offset) } else { STRINGS.over().into() });
        };
        self.strings += end as u64;
        let text = std::str::from_utf8(&rest[..end]).map_err(|_| MetadataError::StringUtf8(offset))?;
        Ok(Some(text.to_owned()))
    }

    /// No mailbox may be declared twice.
    pub fn no_twins(&mut self, mailboxes: &[MailboxDecl]) -> Result<(), MetadataError> {
        let twin = mailboxes.iter().find(|m| !self.mailboxes.insert(m.target.clone()));
        twin.map_or(Ok(()), |m| Err(MetadataError::Twin(m.target.clone())))
    }
}

fn table<'a>(
    section: &'a [u8],
    entries: u32,
    size: usize,
    what: &'static str,
    room: &mut Room,
) -> Result<std::slice::ChunksExact<'a, u8>, MetadataError> {
    room.entries(entries.into())?;
    let len = entries as u64 * size as u64;
    let rows = usize::try_from(len).ok().and_then(|len| section.get(..len));
    Ok(rows.ok_or(MetadataError::Truncated(what))?.chunks_exact(size))
}

pub(super) fn values(section: &[u8], entries: u32, room: &mut Room) -> Result<Vec<ValueDecl>, MetadataError> {
    table(section, entries, VALUE_BYTES, "value", room)?
        .map(|row| {
            let mut text = |offset: u16| room.string(section, usize::from(offset));
            Ok(ValueDecl {
                group: row[0],
                id: row[1],
                flags: row[2],
                auth: row[3],
                init: u16_at(row, 4),
                name: text(u16_at(row, 6))?,
                unit: text(u16_at(row, 8))?,
                epsilon: u16_at(row, 10),
                min: u16_at(row, 12),
                max: u16_at(row, 14),
                persist_key: u16_at(row, 16),
                group_name: text(u16_at(row, 18))?,
            })
        })
        .collect()
}

pub(super) fn commands(section: &[u8], entries: u32, room: &mut Room) -> Result<Vec<CommandDecl>, MetadataError> {
    table(section, entries, COMMAND_BYTES, "command", room)?
        .map(|row| {
            let mut text = |offset: u16| room.string(section, usize::from(offset));
            Ok(CommandDecl {
                group: row[0],
                id: row[1],
                flags: row[2],
                auth: row[3],
                handler: u32_at(row, 4),
                name: text(u16_at(row, 8))?,
                help: text(u16_at(row, 10))?,
                reserved: u16_at(row, 12),
                group_name: text(u16_at(row, 14))?,
            })
        })
        .collect()
}

pub(super) fn mailboxes(section: &[u8], entries: u32, room: &mut Room) -> Result<Vec<MailboxDecl>, MetadataError> {
    let end = section.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
    let Some(first) = section[..end].iter().find(|b| !matches!(b, b' ' | 9..=13)) else { return Ok(Vec::new()) };
    if matches!(first, b'{' | b'[') {
        let found = mailboxes_json(&section[..end])?;
        room.entries(found.len() as u64)?;
        Ok(found)
    } else {
        mailboxes_table(section, entries, room)
    }
}

fn mailboxes_table(section: &[u8], entries: u32, room: &mut Room) -> Result<Vec<MailboxDecl>, MetadataError> {
    table(section, entries, MAILBOX_BYTES, "mailbox", room)?
        .map(|row| {
            let name = room.string(section, u32_at(row, 0) as usize)?.filter(|n| !n.is_empty());
            let target = name.ok_or(MetadataError::MissingName)?;
            let mode = if u16_at(row, 6) == 0 { RDWR } else { u16_at(row, 6) };
            let capacity = u32::from(u16_at(row, 4));
            let members = [
                ("target", Json::Text(target.clone())),
                ("capacity", Json::Int(capacity.to_string())),
                ("mode_mask", Json::Int(mode.to_string())),
            ];
            let raw = Json::Object(members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
            Ok(MailboxDecl { target, capacity, mode, owner: None, raw })
        })
        .collect()
}

fn mailboxes_json(bytes: &[u8]) -> Result<Vec<MailboxDecl>, MetadataError> {
    let fail = |what: &str| MetadataError::Json(what.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| fail("JSON must be UTF-8"))?;
    let root = json::parse(text).map_err(|e| MetadataError::Json(format!("JSON invalid: {e}")))?;
    let list = match &root {
        Json::List(_) => &root,
        Json::Object(members) => {
            let version = members.get("version").filter(|v| **v != Json::Null);
            // Equal to 1 as a number: neither the text "1" nor 1.5 is.
            let one = |v: &Json| matches!(v, Json::Float(1.0) | Json::Bool(true)) || *v == Json::Int("1".into());
            if version.is_some_and(|v| !one(v)) {
                return Err(fail("JSON version not supported"));
            }
            let named = |key: &str| members.get(key).filter(|v| !v.is_blank() && !v.is_empty());
            named("mailboxes").or_else(|| named("entries")).unwrap_or(&Json::Null)
        }
        _ => return Err(fail("JSON must be an object or array")),
    };
    match list {
        Json::List(entries) => entries.iter().enumerate().map(|(i, entry)| mailbox(i, entry)).collect(),
        Json::Null => Ok(Vec::new()),
        _ => Err(fail("entries must be a list")),
    }
}

/// One mailbox declaration of the JSON form, also as the assembler reads it.
pub(in crate::image) fn mailbox(index: usize, entry: &Json) -> Result<MailboxDecl, MetadataError> {
    let fail = |what: &str| MetadataError::Entry { index, what: what.to_owned() };
    let Json::Object(members) = entry else { return Err(fail("must be an object")) };
    let target = members.get("target").filter(|t| !t.is_blank()).or_else(|| members.get("name"));
    let target = target.and_then(Json::text).map(str::trim).filter(|t| !t.is_empty());
    let target = target.ok_or_else(|| fail("missing target"))?.to_owned();
    let first = |keys: &[&str]| keys.iter().find_map(|k| members.get(*k)).filter(|v| !v.is_blank());
    let capacity = match first(&["capacity", "queue_depth"]) {
        None => 0,
        Some(value) => {
            let number = value.integer().ok_or_else(|| fail("capacity must be an integer"))?;
            u32::try_from(number).map_err(|_| fail("capacity must be non-negative and fit 32 bits"))?
        }
    };
    let mode = match first(&["mode_mask", "mode", "flags"]) {
        None => RDWR,
        Some(Json::Text(names)) => mode_of(names).map_err(|token| fail(&format!("unknown mailbox mode '{token}'")))?,
        Some(value) => {
            let number = value.integer().ok_or_else(|| fail("mode_mask must be an integer"))?;
            u128::try_from(number).map_err(|_| fail("mode_mask must be non-negative"))? as u16
        }
    };
    let owner = members.get("owner_pid").filter(|o| **o != Json::Null && o.text() != Some(""));
    let owner = match owner {
        None => None,
        Some(value) => Some(
            value.integer().and_then(|n| i64::try_from(n).ok()).ok_or_else(|| fail("owner_pid must be an integer"))?,
        ),
    };
    check_bindings(members.get("bindings")).map_err(fail)?;
    Ok(MailboxDecl { target, capacity, mode, owner, raw: entry.clone() })
}

fn check_bindings(bindings: Option<&Json>) -> Result<(), &'static str> {
    let list = match bindings {
        None | Some(Json::Null) => return Ok(()),
        Some(Json::List(list)) => list,
        Some(_) => return Err("bindings must be a list"),
    };
    for binding in list {
        let Json::Object(members) = binding else { return Err("binding entries must be objects") };
        let pid = members.get("pid").ok_or("binding missing pid")?;
        pid.integer().ok_or("binding pid must be an integer")?;
        if members.get("flags").is_some_and(|f| f.integer().is_none()) {
            return Err("binding flags must be an integer");
        }
    }
    Ok(())
}

/// Mode bits from names joined by `|` or `,`. Either way of fan-out switches fan-out on.
fn mode_of(names: &str) -> Result<u16, String> {
    const NAMES: [(&str, u16); 12] = [
        ("RDONLY", 1),
        ("READONLY", 1),
        ("RO", 1),
        ("WRONLY", 2),
        ("WRITEONLY", 2),
        ("WO", 2),
        ("RDWR", 3),
        ("RW", 3),
        ("TAP", 4),
        ("FANOUT", 8),
        ("FANOUT_DROP", 0x18),
        ("FANOUT_BLOCK", 0x28),
    ];
    let mut mode = 0;
    for token in names.split(['|', ',']).map(str::trim).filter(|t| !t.is_empty()) {
        let known = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(token));
        mode |= known.ok_or_else(|| token.to_owned())?.1;
    }
    Ok(if mode == 0 { RDWR } else { mode })
}
