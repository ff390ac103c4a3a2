//! Hashes of 128 bits: enough that two states of a search practically never share one.

use crate::executive::words;
use std::hash::Hasher;

/// A hash of three numbers, well mixed.
#[inline]
pub(super) fn mix(kind: u64, at: u64, value: u64) -> u128 {
    let low = fold(kind ^ 0x9E37_79B9_7F4A_7C15 ^ at.rotate_left(32), value ^ 0xD6E8_FEB8_6659_FD93);
    let high = fold(at ^ 0xA076_1D64_78BD_642F ^ kind.rotate_left(17), value ^ low ^ 0xE703_7ED1_A0B4_28DB);
    u128::from(high) << 64 | u128::from(low)
}

/// Both halves of a product, one over the other.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64 ^ a.rotate_left(23)
}

/// A checksum as text: the same for the same data on every computer, and for different data practically never.
#[must_use]
pub fn checksum(data: &impl std::hash::Hash) -> String {
    let mut wide = Wide::default();
    data.hash(&mut wide);
    format!("{:032x}", wide.sum())
}

/// Takes what has a `Hash` into 128 bits.
#[derive(Default)]
pub(super) struct Wide {
    sum: u128,
    words: u64,
}

impl Wide {
    pub fn sum(&self) -> u128 {
        self.sum
    }

    fn word(&mut self, word: u64) {
        self.words += 1;
        let (low, high) = (self.sum as u64, (self.sum >> 64) as u64);
        self.sum = mix(low, self.words ^ high, word) ^ u128::from(high);
    }
}

impl Hasher for Wide {
    fn finish(&self) -> u64 {
        self.sum as u64
    }

    fn write(&mut self, bytes: &[u8]) {
        words(bytes).for_each(|word| self.word(word));
        self.word(bytes.len() as u64);
    }

    fn write_u64(&mut self, word: u64) {
        self.word(word);
    }
}
