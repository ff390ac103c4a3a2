//! Half-precision numbers as a format of words.

use half::f16;

/// The number that f16 bits stand for, exactly.
#[must_use]
pub fn decode_f16(bits: u16) -> f64 {
    f64::from(f16::from_bits(bits))
}

/// Rounds to f16: to nearest, ties to even, subnormals kept, overflow to infinity, NaN to 0x7E00.
#[must_use]
pub fn round_f16(x: f64) -> u16 {
    if x.is_nan() {
        return 0x7E00;
    }
    // `half` drops the low word of an f64 before it rounds, which would turn "a little more than a
    // tie" into a tie. Folding that word into the bit above it keeps the rounding exact.
    let raw = x.to_bits();
    let folded = raw >> 32 << 32 | u64::from(raw as u32 != 0) << 32;
    f16::from_f64(f64::from_bits(folded)).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_exact() {
        for (x, bits) in [
            (0.1, 0x2E66),
            (1.5, 0x3E00),
            (65519.9, 0x7BFF),
            (65520.0, 0x7C00),
            (2.9e-8, 0),
            (3e-8, 1),
            (2051.0, 0x6802),
            (-0.0, 0x8000),
        ] {
            assert_eq!(round_f16(x), bits, "{x}");
        }
        assert_eq!(round_f16(2049.0 + 1e-7), 0x6801, "just above a tie");
    }
}
