//! Descriptor chains: what a program tells about a value or command, as linked records in its memory.
//!
//! A record begins with its type; bytes 2 and 3 hold the address of the next one, 0xFFFF ends the chain. Memory is read
//! through a function of 16-bit addresses.

use std::collections::BTreeSet;

use crate::executive::text::{decode, terminated};

/// Ends a chain. As a head it means no descriptor, and so does 0.
const END: u16 = 0xFFFF;

const GROUP: u8 = 1;
const NAME: u8 = 2;
const UNIT: u8 = 3;
const RANGE: u8 = 4;
const PERSIST: u8 = 5;
const COMMAND_NAME: u8 = 0x10;

/// What is known of a value besides its bits. Numbers of f16 type are raw bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ValueMeta {
    /// Name of the group.
    pub group: Option<String>,
    /// Name of the value.
    pub name: Option<String>,
    /// Unit, for people.
    pub unit: Option<String>,
    /// A change smaller than this (f16) does not count; 0: all count.
    pub epsilon: u16,
    /// Least time between two changes, in milliseconds.
    pub rate_ms: u16,
    /// Least and greatest sensible value (f16). Not enforced.
    pub range: Option<(u16, u16)>,
    /// Where it is kept.
    pub persist: Option<Persist>,
}

/// Where a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Persist {
    /// Key in the store; 0 is never loaded or saved.
    pub key: u16,
    /// How long a change must last before it is saved, in milliseconds.
    pub debounce_ms: u16,
}

/// What is known of a command.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CommandMeta {
    /// Name of the group; only declared commands have one.
    pub group: Option<String>,
    /// Name of the command.
    pub name: Option<String>,
    /// Help text; `None` if the chain has none.
    pub help: Option<String>,
}

/// Why a chain cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ChainError {
    /// The type does not exist, or not for this kind of entry.
    #[error("descriptor at {at:#06x} has unknown type {kind:#04x}")]
    UnknownType {
        /// Address of the record.
        at: u16,
        /// Its type byte.
        kind: u8,
    },
    /// The record does not end before memory does.
    #[error("descriptor at {0:#06x} passes the end of memory")]
    PastEnd(u16),
    /// The chain comes back to a record.
    #[error("descriptor chain comes back to {0:#06x}")]
    Loop(u16),
}

/// Follows the chain of a value. If a type occurs twice, the later record counts.
///
/// # Errors
/// The first record that is malformed.
pub fn read_value(head: u16, read: impl Fn(u16) -> u8) -> Result<ValueMeta, ChainError> {
    let mut meta = ValueMeta::default();
    follow(head, value_size, &read, |record| match record.kind {
        GROUP => meta.group = Some(record.string(4)),
        NAME => meta.name = Some(record.string(4)),
        UNIT => {
            let unit: Vec<u8> = (4..8).map(|offset| record.byte(offset)).take_while(|&byte| byte != 0).collect();
            meta.unit = Some(decode(&unit));
            (meta.epsilon, meta.rate_ms) = (record.half(8), record.half(10));
        }
        RANGE => meta.range = Some((record.half(4), record.half(6))),
        PERSIST => meta.persist = Some(Persist { key: record.half(4), debounce_ms: record.half(6) }),
        _ => {}
    })?;
    Ok(meta)
}

/// Follows the chain of a command. If a type occurs twice, the later record counts.
///
/// # Errors
/// The first record that is malformed.
pub fn read_command(head: u16, read: impl Fn(u16) -> u8) -> Result<CommandMeta, ChainError> {
    let mut meta = CommandMeta::default();
    follow(head, command_size, &read, |record| {
        meta.name = Some(record.string(4));
        meta.help = Some(record.string(6));
    })?;
    Ok(meta)
}

fn value_size(kind: u8) -> Option<u16> {
    match kind {
        GROUP | NAME => Some(6),
        UNIT => Some(12),
        RANGE | PERSIST => Some(8),
        _ => None,
    }
}

fn command_size(kind: u8) -> Option<u16> {
    (kind == COMMAND_NAME).then_some(8)
}

/// A record that lies in memory as a whole.
struct Record<'a, R> {
    at: u16,
    kind: u8,
    read: &'a R,
}

impl<R: Fn(u16) -> u8> Record<'_, R> {
    fn byte(&self, offset: u16) -> u8 {
        (self.read)(self.at.wrapping_add(offset))
    }

    fn half(&self, offset: u16) -> u16 {
        u16::from_le_bytes([self.byte(offset), self.byte(offset + 1)])
    }

    /// The string whose address is at `offset`; empty if memory ends before it does.
    fn string(&self, offset: u16) -> String {
        decode(&terminated(self.half(offset), self.read).unwrap_or_default())
    }
}

fn follow<R: Fn(u16) -> u8>(
    head: u16,
    size_of: fn(u8) -> Option<u16>,
    read: &R,
    mut take: impl FnMut(&Record<'_, R>),
) -> Result<(), ChainError> {
    let mut visited = BTreeSet::new();
    let mut at = if head == 0 { END } else { head };
    while at != END {
        if !visited.insert(at) {
            return Err(ChainError::Loop(at));
        }
        let kind = read(at);
        let size = size_of(kind).ok_or(ChainError::UnknownType { at, kind })?;
        at.checked_add(size - 1).ok_or(ChainError::PastEnd(at))?;
        let record = Record { at, kind, read };
        take(&record);
        at = record.half(2);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(parts: &[(u16, &[u8])]) -> impl Fn(u16) -> u8 {
        let mut ram = vec![0; 0x10000];
        for (at, bytes) in parts {
            let at = usize::from(*at);
            ram[at..at + bytes.len()].copy_from_slice(bytes);
        }
        move |address| ram[usize::from(address)]
    }

    #[test]
    fn no_head_is_no_descriptor() {
        let nothing = |_: u16| 0xEE;
        assert_eq!(read_value(0, nothing), Ok(ValueMeta::default()));
        assert_eq!(read_value(0xFFFF, nothing), Ok(ValueMeta::default()));
    }

    #[test]
    fn malformed_chains_are_refused() {
        let unknown = memory(&[(0x100, &[6, 0, 0xFF, 0xFF])]);
        assert_eq!(read_value(0x100, &unknown), Err(ChainError::UnknownType { at: 0x100, kind: 6 }));
        let for_a_value = memory(&[(0x100, &[2, 0, 0xFF, 0xFF])]);
        assert_eq!(read_command(0x100, &for_a_value), Err(ChainError::UnknownType { at: 0x100, kind: 2 }));
        let cut = memory(&[(0xFFFB, &[1, 0, 0xFF, 0xFF])]);
        assert_eq!(read_value(0xFFFB, &cut), Err(ChainError::PastEnd(0xFFFB)));
        let round = memory(&[(0x100, &[4, 0, 0x10, 1]), (0x110, &[4, 0, 0, 1])]);
        assert_eq!(read_value(0x100, &round), Err(ChainError::Loop(0x100)));
    }

    #[test]
    fn the_last_record_may_end_with_memory_and_zero_is_an_address() {
        let ram = memory(&[(0xFFFA, &[2, 0, 0, 0, 0x80, 0]), (0, &[5, 0, 0xFF, 0xFF, 7, 0, 9, 0]), (0x80, b"n")]);
        let meta = read_value(0xFFFA, ram).unwrap();
        assert_eq!(meta.name.as_deref(), Some("n"));
        assert_eq!(meta.persist, Some(Persist { key: 7, debounce_ms: 9 }));
    }

    #[test]
    fn a_name_that_does_not_end_is_empty_and_the_later_record_counts() {
        let ram = memory(&[
            (0x100, &[2, 0, 6, 1, 0x80, 0]),
            (0x106, &[2, 0, 0xFF, 0xFF, 0xFF, 0xFF]),
            (0x80, b"n"),
            (0xFFFF, b"x"),
        ]);
        assert_eq!(read_value(0x100, ram).unwrap().name.as_deref(), Some(""));
    }
}
