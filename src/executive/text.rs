//! Strings as guest programs store them: bytes up to a zero, meant as UTF-8.
//!
//! Knows nothing of RAM: bytes come through a reader function of 16-bit addresses.

/// The bytes from `address` up to, not including, the first zero byte or the end of memory.
#[must_use]
pub fn c_string(address: u16, read: impl Fn(u16) -> u8) -> Vec<u8> {
    (address..=u16::MAX).map(read).take_while(|&byte| byte != 0).collect()
}

/// As [`c_string`], but `None` if memory ends before the string does.
#[must_use]
pub fn terminated(address: u16, read: impl Fn(u16) -> u8) -> Option<Vec<u8>> {
    let bytes = c_string(address, read);
    let room = usize::from(u16::MAX - address) + 1;
    (bytes.len() < room).then_some(bytes)
}

/// The text of `bytes`, with sequences that are not UTF-8 left out.
#[must_use]
pub fn decode(bytes: &[u8]) -> String {
    bytes.utf8_chunks().map(|chunk| chunk.valid()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_sequences_are_left_out() {
        assert_eq!(decode(b"a\xFFb\xC3"), "ab");
    }

    #[test]
    fn a_string_needs_its_zero_before_the_end_of_memory() {
        assert_eq!(terminated(0xFFFD, |a| if a == 0xFFFF { 0 } else { b'x' }), Some(b"xx".to_vec()));
        assert_eq!(terminated(0xFFFE, |_| b'x'), None);
        assert_eq!(c_string(0xFFFE, |_| b'x'), b"xx");
    }
}
