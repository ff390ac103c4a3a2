//! From the bytes of a file to an [`Image`].

use super::metadata::{self, MetadataError, Room};
use super::{
    CAPACITY, FLAG_MANIFEST, FLAG_MULTIPLE, HEADER_V1, HEADER_V2, MAGIC, NAME_BYTES, SECTION_COMMANDS,
    SECTION_MAILBOXES, SECTION_VALUES, crc32,
};
use crate::image::Image;
use crate::limits::{Over, SECTIONS};
use thiserror::Error;

/// Why a file is not a valid image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageError {
    /// Not even the short header fits.
    #[error(".hxe file too small: {0} bytes, at least 32 expected")]
    TooSmall(usize),
    /// The long header of version 2 does not fit.
    #[error("HXE header truncated (v2 requires 96 bytes)")]
    HeaderTruncated,
    /// The reserved part of the header is in use.
    #[error("Reserved HXE header bytes must be zero")]
    Reserved,
    /// The name is not ASCII.
    #[error("HXE app_name must be ASCII")]
    Name,
    /// Another version.
    #[error("Unsupported HSXE version 0x{0:04X}: 1 or 2 is expected")]
    Version(u16),
    /// Another kind of file.
    #[error("Bad magic 0x{0:08X}: 0x48535845 (HSXE) is expected")]
    Magic(u32),
    /// Too much code, data or bss.
    #[error("{0} exceeds VM capacity of 65536 bytes")]
    Capacity(&'static str),
    /// Code or entry off the word grid.
    #[error("{0} must be 4-byte aligned")]
    Alignment(&'static str),
    /// The checksum does not fit the content.
    #[error("CRC mismatch: file=0x{file:08X} calc=0x{calc:08X}")]
    Crc {
        /// As written in the file.
        file: u32,
        /// As it should be.
        calc: u32,
    },
    /// The file ends before its sections.
    #[error(".hxe truncated: sections exceed file length of {0} bytes")]
    Truncated(usize),
    /// The first instruction is not in the code.
    #[error("Entry point 0x{entry:04X} outside code section of {code} bytes")]
    Entry {
        /// Entry.
        entry: u32,
        /// Bytes of code.
        code: u32,
    },
    /// The section table lies in the code or data.
    #[error("Metadata table overlaps code or rodata sections")]
    TableOverlaps,
    /// The section table passes the end of the file.
    #[error("metadata table outside HXE payload bounds")]
    TableOutside,
    /// A section passes the end of the file.
    #[error("metadata section {0} exceeds HXE length")]
    SectionOutside(u32),
    /// The sections share bytes of the file.
    #[error("metadata sections of {sections} bytes in a file of {file}: they must not overlap")]
    SectionsOverlap {
        /// Bytes of all sections.
        sections: u64,
        /// Bytes of the file.
        file: usize,
    },
    /// More than is read.
    #[error("metadata table: {0}")]
    Over(#[from] Over),
    /// A section is malformed.
    #[error("metadata section {index}: {source}")]
    Section {
        /// Number in the table, from 0.
        index: u32,
        /// What is wrong.
        source: MetadataError,
    },
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn u16(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.0[at], self.0[at + 1]])
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from(self.u16(at)) << 16 | u32::from(self.u16(at + 2))
    }
}

/// Reads an executable file.
///
/// # Errors
/// The first rule of the format that the file breaks.
pub fn read(bytes: &[u8]) -> Result<Image, ImageError> {
    if bytes.len() < HEADER_V1 {
        return Err(ImageError::TooSmall(bytes.len()));
    }
    // From here on the first 32 bytes are there, so no field of the short header is out of range.
    let field = Bytes(bytes);
    let version = field.u16(4);
    let name = if version == 2 { app_name(bytes)? } else { None };
    if !(1..=2).contains(&version) {
        return Err(ImageError::Version(version));
    }
    if field.u32(0) != MAGIC {
        return Err(ImageError::Magic(field.u32(0)));
    }
    let header = if version == 2 { HEADER_V2 } else { HEADER_V1 };
    let [entry, code_len, ro_len, bss, req_caps, crc] = [8, 12, 16, 20, 24, 28].map(|at| field.u32(at));
    check_sizes(entry, code_len, ro_len, bss)?;
    let calc = crc32(&[&bytes[..0x1C], &bytes[header..]]);
    if crc != calc {
        return Err(ImageError::Crc { file: crc, calc });
    }
    let code_end = header + code_len as usize;
    let ro_end = code_end + ro_len as usize;
    if ro_end > bytes.len() {
        return Err(ImageError::Truncated(bytes.len()));
    }
    if entry >= code_len {
        return Err(ImageError::Entry { entry, code: code_len });
    }
    let flags = field.u16(6);
    let mut image = Image {
        name,
        version,
        multiple: version == 1 || flags & FLAG_MULTIPLE != 0,
        manifest: flags & FLAG_MANIFEST != 0,
        req_caps,
        entry,
        code: bytes[header..code_end].chunks_exact(4).map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]])).collect(),
        rodata: bytes[code_end..ro_end].to_vec(),
        bss,
        crc,
        ..Image::default()
    };
    if version == 2 {
        read_sections(bytes, ro_end, &mut image)?;
    }
    Ok(image)
}

fn app_name(bytes: &[u8]) -> Result<Option<String>, ImageError> {
    let header = bytes.get(..HEADER_V2).ok_or(ImageError::HeaderTruncated)?;
    if header[0x48..].iter().any(|b| *b != 0) {
        return Err(ImageError::Reserved);
    }
    let field = &header[0x20..0x20 + NAME_BYTES];
    let name = field.split(|b| *b == 0).next().unwrap_or(field);
    if !name.is_ascii() {
        return Err(ImageError::Name);
    }
    let name = String::from_utf8_lossy(name).trim().to_owned();
    Ok((!name.is_empty()).then_some(name))
}

fn check_sizes(entry: u32, code: u32, ro: u32, bss: u32) -> Result<(), ImageError> {
    for (len, what) in [(code, "Code section"), (ro, "RODATA section"), (bss, "BSS size")] {
        if len > CAPACITY {
            return Err(ImageError::Capacity(what));
        }
    }
    for (at, what) in [(code, "Code section"), (entry, "Entry address")] {
        if at % 4 != 0 {
            return Err(ImageError::Alignment(what));
        }
    }
    Ok(())
}

fn read_sections(bytes: &[u8], ro_end: usize, image: &mut Image) -> Result<(), ImageError> {
    let field = Bytes(bytes);
    let (table, count) = (field.u32(0x40) as usize, field.u32(0x44));
    if table == 0 {
        return Ok(());
    }
    if table < ro_end {
        return Err(ImageError::TableOverlaps);
    }
    if count == 0 {
        return Ok(());
    }
    SECTIONS.check(count.into())?;
    if table as u64 + 16 * u64::from(count) > bytes.len() as u64 {
        return Err(ImageError::TableOutside);
    }
    let mut room = Room::default();
    let mut total = 0;
    for index in 0..count {
        let at = table + 16 * index as usize;
        let [kind, offset, size, entries] = [0, 4, 8, 12].map(|i| field.u32(at + i));
        let end = u64::from(offset) + u64::from(size);
        if (offset as usize) < HEADER_V2 || end > bytes.len() as u64 {
            return Err(ImageError::SectionOutside(index));
        }
        // What is referred to twice would be read twice: a small file must not become a large image.
        total += u64::from(size);
        if total > bytes.len() as u64 {
            return Err(ImageError::SectionsOverlap { sections: total, file: bytes.len() });
        }
        let section = &bytes[offset as usize..end as usize];
        read_section(kind, section, entries, &mut room, image)
            .map_err(|source| ImageError::Section { index, source })?;
    }
    Ok(())
}

fn read_section(
    kind: u32,
    section: &[u8],
    entries: u32,
    room: &mut Room,
    image: &mut Image,
) -> Result<(), MetadataError> {
    match kind {
        SECTION_VALUES => image.values.extend(metadata::values(section, entries, room)?),
        SECTION_COMMANDS => image.commands.extend(metadata::commands(section, entries, room)?),
        SECTION_MAILBOXES => {
            let found = metadata::mailboxes(section, entries, room)?;
            room.no_twins(&found)?;
            image.mailboxes.extend(found);
        }
        _ => {}
    }
    Ok(())
}
