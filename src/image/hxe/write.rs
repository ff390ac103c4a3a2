//! From an [`Image`] to the bytes of a file.

use super::{
    FLAG_MANIFEST, FLAG_MULTIPLE, HEADER_V1, HEADER_V2, MAGIC, NAME_BYTES, SECTION_COMMANDS, SECTION_MAILBOXES,
    SECTION_VALUES, crc32,
};
use crate::image::Image;
use crate::image::json::{self, Json};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why an image cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WriteError {
    /// Too many names in one section.
    #[error("the {0} need more than 65535 bytes of names")]
    TooManyNames(&'static str),
    /// Version 1 has no place for declarations.
    #[error("an image of version 1 cannot declare values, commands or mailboxes")]
    NoMetadata,
    /// Neither version 1 nor 2.
    #[error("version {0} cannot be written: 1 or 2 is expected")]
    Version(u16),
}

/// Names of a section, each once, at their offsets from the section's start.
struct Names {
    start: usize,
    bytes: Vec<u8>,
    offsets: BTreeMap<String, u16>,
    what: &'static str,
}

impl Names {
    fn new(rows: usize, row: usize, what: &'static str) -> Names {
        Names { start: rows * row, bytes: Vec::new(), offsets: BTreeMap::new(), what }
    }

    fn offset(&mut self, name: &Option<String>) -> Result<u16, WriteError> {
        let Some(name) = name else { return Ok(0) };
        if let Some(offset) = self.offsets.get(name) {
            return Ok(*offset);
        }
        let offset = u16::try_from(self.start + self.bytes.len()).map_err(|_| WriteError::TooManyNames(self.what))?;
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        self.offsets.insert(name.clone(), offset);
        Ok(offset)
    }
}

fn values(image: &Image) -> Result<Vec<u8>, WriteError> {
    let mut sorted: Vec<_> = image.values.iter().collect();
    sorted.sort_by_key(|v| (v.group, v.id));
    let mut names = Names::new(sorted.len(), 20, "values");
    let mut out = Vec::new();
    for v in sorted {
        let [name, unit, group] = [names.offset(&v.name)?, names.offset(&v.unit)?, names.offset(&v.group_name)?];
        out.extend([v.group, v.id, v.flags, v.auth]);
        for field in [v.init, name, unit, v.epsilon, v.min, v.max, v.persist_key, group] {
            out.extend(field.to_be_bytes());
        }
    }
    out.extend(names.bytes);
    Ok(out)
}

fn commands(image: &Image) -> Result<Vec<u8>, WriteError> {
    let mut sorted: Vec<_> = image.commands.iter().collect();
    sorted.sort_by_key(|c| (c.group, c.id));
    let mut names = Names::new(sorted.len(), 16, "commands");
    let mut out = Vec::new();
    for c in sorted {
        let [name, help, group] = [names.offset(&c.name)?, names.offset(&c.help)?, names.offset(&c.group_name)?];
        out.extend([c.group, c.id, c.flags, c.auth]);
        out.extend(c.handler.to_be_bytes());
        for field in [name, help, c.reserved, group] {
            out.extend(field.to_be_bytes());
        }
    }
    out.extend(names.bytes);
    Ok(out)
}

fn mailboxes(image: &Image) -> Vec<u8> {
    let mut sorted: Vec<_> = image.mailboxes.iter().collect();
    sorted.sort_by(|a, b| a.target.cmp(&b.target));
    let entries = sorted.iter().map(|m| m.raw.clone()).collect();
    let root = [("mailboxes", Json::List(entries)), ("version", Json::Int("1".into()))];
    json::write(&Json::Object(root.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())).into_bytes()
}

/// The section table and the sections, for a file in which the table starts at `offset`.
fn metadata(image: &Image, offset: usize) -> Result<(Vec<u8>, u32), WriteError> {
    let mut sections = Vec::new();
    if !image.values.is_empty() {
        sections.push((SECTION_VALUES, values(image)?, image.values.len()));
    }
    if !image.commands.is_empty() {
        sections.push((SECTION_COMMANDS, commands(image)?, image.commands.len()));
    }
    if !image.mailboxes.is_empty() {
        sections.push((SECTION_MAILBOXES, mailboxes(image), image.mailboxes.len()));
    }
    let mut at = offset + 16 * sections.len();
    let mut out = Vec::new();
    for (kind, bytes, entries) in &sections {
        for field in [*kind, at as u32, bytes.len() as u32, *entries as u32] {
            out.extend(field.to_be_bytes());
        }
        at += bytes.len();
    }
    let count = sections.len() as u32;
    out.extend(sections.into_iter().flat_map(|(_, bytes, _)| bytes));
    Ok((out, count))
}

/// The name as the header holds it: trimmed, cut to 31 characters, ASCII only.
fn name_field(name: &str) -> [u8; NAME_BYTES] {
    let mut field = [0; NAME_BYTES];
    let kept = name.trim().chars().take(NAME_BYTES - 1).filter(char::is_ascii);
    for (slot, c) in field.iter_mut().zip(kept) {
        *slot = c as u8;
    }
    field
}

/// Writes an executable file of the image's version, with a fresh checksum.
///
/// # Errors
/// The image holds something the format has no place for.
pub fn write(image: &Image) -> Result<Vec<u8>, WriteError> {
    let (header, flags) = match image.version {
        1 => (HEADER_V1, 0),
        2 => (HEADER_V2, if image.multiple { FLAG_MULTIPLE } else { 0 }),
        other => return Err(WriteError::Version(other)),
    };
    let body = header + 4 * image.code.len() + image.rodata.len();
    let (sections, count) = metadata(image, body)?;
    if image.version == 1 && count > 0 {
        return Err(WriteError::NoMetadata);
    }
    let mut out = Vec::with_capacity(body + sections.len());
    out.extend(MAGIC.to_be_bytes());
    out.extend(image.version.to_be_bytes());
    out.extend((flags | if image.manifest { FLAG_MANIFEST } else { 0 }).to_be_bytes());
    let lengths = [4 * image.code.len(), image.rodata.len()].map(|n| n as u32);
    for field in [image.entry, lengths[0], lengths[1], image.bss, image.req_caps, 0] {
        out.extend(field.to_be_bytes());
    }
    if image.version == 2 {
        out.extend(name_field(image.name.as_deref().unwrap_or("")));
        let table = if count > 0 { body as u32 } else { 0 };
        out.extend(table.to_be_bytes());
        out.extend(count.to_be_bytes());
        out.resize(HEADER_V2, 0);
    }
    out.extend(image.code.iter().flat_map(|word| word.to_be_bytes()));
    out.extend(&image.rodata);
    out.extend(sections);
    let crc = crc32(&[&out[..0x1C], &out[header..]]);
    out[0x1C..0x20].copy_from_slice(&crc.to_be_bytes());
    Ok(out)
}

/// The checksum the image's file has.
///
/// # Errors
/// As for [`write()`].
pub fn checksum(image: &Image) -> Result<u32, WriteError> {
    let bytes = write(image)?;
    Ok(u32::from_be_bytes([bytes[0x1C], bytes[0x1D], bytes[0x1E], bytes[0x1F]]))
}
