//! Executable files: reading and writing, versions 1 and 2.
//!
//! Integers are big-endian; what a program keeps in its data is its own business.

mod metadata;
mod read;
mod write;

pub use metadata::MetadataError;
pub(super) use metadata::mailbox;
pub use read::{ImageError, read};
pub use write::{WriteError, checksum, write};

const MAGIC: u32 = 0x4853_5845;
const HEADER_V1: usize = 0x20;
const HEADER_V2: usize = 0x60;
/// Most bytes of code, of data and of bss.
const CAPACITY: u32 = 0x1_0000;
const FLAG_MANIFEST: u16 = 1;
const FLAG_MULTIPLE: u16 = 2;
const NAME_BYTES: usize = 32;

const SECTION_VALUES: u32 = 1;
const SECTION_COMMANDS: u32 = 2;
const SECTION_MAILBOXES: u32 = 3;

/// The common reflected CRC-32 over several pieces.
fn crc32(pieces: &[&[u8]]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| c >> 1 ^ (0xEDB8_8320 & (c & 1).wrapping_neg()))
    };
    !pieces.iter().copied().flatten().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests;
