//! Where a task's register bank and stack go.
//!
//! Banks are placed from 0x1000 upward, stacks from 0xFFFC downward, each in the first place that
//! is free. There is no free list: what is free follows from the arenas that are there.

use crate::vm::{BANK_BASE, WINDOW_BYTES};
use thiserror::Error;

/// Address of the first register bank.
const FIRST_BANK: u32 = 0x1000;
/// Where the first stack ends.
const HIGHEST_TOP: u32 = 0xFFFC;

/// A half-open range of RAM addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// First address.
    pub start: u32,
    /// First address after it.
    pub end: u32,
}

impl Range {
    fn overlaps(self, other: Range) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The RAM of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arena {
    /// The register bank, 64 bytes.
    pub bank: Range,
    /// The stack slice; its start is the guard, its end the top.
    pub stack: Range,
}

/// No room for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoRoom {
    /// No free register bank.
    #[error(
        "no room for a register bank: {WINDOW_BYTES} bytes wanted from 0x{FIRST_BANK:04X} upward, largest free piece {largest} bytes"
    )]
    Banks {
        /// Bytes in the largest free piece that could hold one.
        largest: u32,
    },
    /// No free stack of that size.
    #[error("no room for a stack: {wanted} bytes wanted, largest free piece {largest} bytes")]
    Stacks {
        /// Bytes asked for.
        wanted: u32,
        /// Bytes in the largest free piece.
        largest: u32,
    },
    /// A stack cannot have this size.
    #[error("a stack of {wanted} bytes is not possible: a multiple of 4 from 4 to {max} is expected", max = HIGHEST_TOP - FIRST_BANK)]
    StackSize {
        /// Bytes asked for.
        wanted: u32,
    },
}

/// Finds room for a task whose image covers `data_len` bytes from 0x4000 on in its own view.
///
/// # Errors
/// When no bank or no stack of that size is free.
pub fn place(taken: &[Arena], stack_bytes: u32, data_len: u32) -> Result<Arena, NoRoom> {
    if stack_bytes == 0 || !stack_bytes.is_multiple_of(4) || stack_bytes > HIGHEST_TOP - FIRST_BANK {
        return Err(NoRoom::StackSize { wanted: stack_bytes });
    }
    let own_data = Range { start: BANK_BASE, end: BANK_BASE + data_len.next_multiple_of(4) };
    let mut busy: Vec<Range> = taken.iter().flat_map(|a| [a.bank, a.stack]).collect();
    if data_len > 0 {
        busy.push(own_data);
    }
    let bank = place_bank(&busy).ok_or_else(|| NoRoom::Banks { largest: largest_gap(&busy) })?;
    busy.push(bank);
    let stack = place_stack(&busy, stack_bytes)
        .ok_or_else(|| NoRoom::Stacks { wanted: stack_bytes, largest: largest_gap(&busy) })?;
    Ok(Arena { bank, stack })
}

fn place_bank(busy: &[Range]) -> Option<Range> {
    (FIRST_BANK..=HIGHEST_TOP - WINDOW_BYTES)
        .step_by(WINDOW_BYTES as usize)
        .map(|start| Range { start, end: start + WINDOW_BYTES })
        .find(|slot| !busy.iter().any(|b| b.overlaps(*slot)))
}

/// The highest free place: a stack ends at the highest top or where something else begins.
fn place_stack(busy: &[Range], size: u32) -> Option<Range> {
    let tops = busy.iter().map(|b| b.start).chain([HIGHEST_TOP]).filter(|top| *top >= FIRST_BANK + size);
    tops.map(|top| Range { start: top - size, end: top })
        .filter(|slot| !busy.iter().any(|b| b.overlaps(*slot)))
        .max_by_key(|slot| slot.end)
}

fn largest_gap(busy: &[Range]) -> u32 {
    gaps(busy).iter().map(|g| g.end - g.start).max().unwrap_or(0)
}

/// The free pieces between the first bank address and the highest top.
#[must_use]
pub fn gaps(busy: &[Range]) -> Vec<Range> {
    let mut sorted = busy.to_vec();
    sorted.sort_by_key(|b| b.start);
    let mut free = Vec::new();
    let mut at = FIRST_BANK;
    for b in sorted {
        if b.start > at {
            free.push(Range { start: at, end: b.start });
        }
        at = at.max(b.end);
    }
    if at < HIGHEST_TOP {
        free.push(Range { start: at, end: HIGHEST_TOP });
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(count: usize, stack: u32, data: u32) -> Vec<Arena> {
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.push(place(&taken, stack, data).expect("room"));
        }
        taken
    }

    #[test]
    fn the_first_tasks_get_the_reference_addresses() {
        let arenas = fill(6, 4096, 16);
        let bases: Vec<_> = arenas.iter().map(|a| (a.bank.start, a.stack.start, a.stack.end)).collect();
        assert_eq!(bases[0], (0x1000, 0xEFFC, 0xFFFC));
        assert_eq!(bases[1], (0x1040, 0xDFFC, 0xEFFC));
        assert_eq!(bases[5], (0x1140, 0x9FFC, 0xAFFC));
    }

    #[test]
    fn fourteen_default_stacks_fit_and_the_fifteenth_is_refused_with_what_is_left() {
        let taken = fill(14, 4096, 0);
        assert_eq!(taken[13].stack.start, 0x1FFC);
        assert_eq!(place(&taken, 4096, 0), Err(NoRoom::Stacks { wanted: 4096, largest: 0x1FFC - 0x13C0 }));
    }

    #[test]
    fn a_freed_arena_is_used_again() {
        let mut taken = fill(4, 4096, 0);
        let gone = taken.remove(1);
        assert_eq!(place(&taken, 4096, 0), Ok(gone));
    }

    #[test]
    fn own_image_data_is_never_under_an_arena() {
        let arenas = fill(13, 4096, 0x20);
        let data = Range { start: 0x4000, end: 0x4020 };
        assert!(arenas.iter().all(|a| !a.stack.overlaps(data) && !a.bank.overlaps(data)));
    }

    #[test]
    fn many_small_tasks_fit() {
        assert_eq!(fill(400, 64, 0).len(), 400);
    }
}
