//! The bytes of RAM, and which pages of them were written: side by side, so that a store needs one pointer for both.

use super::{RAM_BYTES, STORAGE};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// Bytes of a page.
pub const PAGE_BYTES: usize = 512;
const PAGES: usize = RAM_BYTES / PAGE_BYTES;

/// RAM. What was written since it was asked for last does not belong to its state: it is neither compared nor hashed.
#[derive(Clone)]
pub(super) struct Cells {
    pub bytes: [u8; STORAGE],
    written: [bool; PAGES],
}

impl Default for Cells {
    fn default() -> Self {
        Cells { bytes: [0; STORAGE], written: [false; PAGES] }
    }
}

impl PartialEq for Cells {
    fn eq(&self, other: &Self) -> bool {
        let Cells { bytes, written: _ } = self;
        *bytes == other.bytes
    }
}

impl Eq for Cells {}

impl Hash for Cells {
    fn hash<H: Hasher>(&self, to: &mut H) {
        let Cells { bytes, written: _ } = self;
        bytes.hash(to);
    }
}

impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cells").finish_non_exhaustive()
    }
}

impl Cells {
    /// A store begins at an address. It may reach three bytes into the next page, which is not marked for it.
    #[inline(always)]
    pub fn mark_at(&mut self, address: u16) {
        self.written[usize::from(address) / PAGE_BYTES] = true;
    }

    /// Addresses below the end of RAM were written.
    pub fn mark(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.written[range.start / PAGE_BYTES..=(range.end - 1) / PAGE_BYTES].fill(true);
        }
    }

    /// The marked pages, by bit; none is marked afterwards.
    pub fn take_written(&mut self) -> u128 {
        let written = std::mem::replace(&mut self.written, [false; PAGES]);
        written.iter().rev().fold(0, |pages, page| pages << 1 | u128::from(*page))
    }
}

const _: () = assert!(PAGES == u128::BITS as usize);
