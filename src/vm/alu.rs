//! Arithmetic without side effects: flags kept until they are read, and half-precision numbers.

use crate::isa;
use std::hash::{Hash, Hasher};

/// PSW bit of a zero result.
pub const Z: u8 = 1;
/// PSW bit of a carry, or of "no borrow".
pub const C: u8 = 2;
/// PSW bit of a negative result.
pub const N: u8 = 4;
/// PSW bit of a signed overflow.
pub const V: u8 = 8;

/// The flags as the operation that set them left its operands: computed when they are read,
/// because nearly all are overwritten unread.
#[derive(Debug, Clone, Copy)]
pub struct Flags {
    source: Source,
    /// Bits 4..=7 of the PSW, which no instruction changes.
    high: u8,
    /// The first operand; what else depends on the source.
    a: u32,
    /// Zero exactly when Z is set.
    result: u32,
}

/// How to get the flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    /// `a` holds the finished low four bits.
    Known,
    /// The second operand is `result - a`.
    Add,
    /// The second operand is `a - result`.
    Sub,
    /// `a` is the high word of the product.
    Mul,
    /// C is `a`, V is clear.
    Logic,
}

impl Flags {
    /// Flags with the given PSW.
    #[must_use]
    pub fn new(psw: u8) -> Flags {
        let result = u32::from(psw & Z == 0);
        Flags { source: Source::Known, high: psw & 0xF0, a: u32::from(psw & 15), result }
    }

    #[inline(always)]
    pub(super) fn zero(&self) -> bool {
        self.result == 0
    }

    /// The finished PSW.
    #[must_use]
    pub fn psw(self) -> u8 {
        let Flags { a, result: r, .. } = self;
        let zn = if r == 0 { Z } else { 0 } | if r >> 31 != 0 { N } else { 0 };
        let cv = |carry: bool, overflow: bool| if carry { C } else { 0 } | if overflow { V } else { 0 };
        self.high
            | match self.source {
                Source::Known => a as u8,
                Source::Add => zn | cv(r < a, (!(a ^ r.wrapping_sub(a)) & (a ^ r)) >> 31 != 0),
                Source::Sub => {
                    let b = a.wrapping_sub(r);
                    zn | cv(a >= b, ((a ^ b) & (a ^ r)) >> 31 != 0)
                }
                Source::Mul => zn | cv(a != 0, a != 0),
                Source::Logic => zn | cv(a != 0, false),
            }
    }

    fn carry(self) -> bool {
        self.psw() & C != 0
    }

    #[inline(always)]
    fn set(&mut self, source: Source, a: u32, result: u32) -> u32 {
        self.source = source;
        self.a = a;
        self.result = result;
        result
    }

    #[inline(always)]
    pub(super) fn add(&mut self, a: u32, b: u32) -> u32 {
        self.set(Source::Add, a, a.wrapping_add(b))
    }

    #[inline(always)]
    pub(super) fn sub(&mut self, a: u32, b: u32) -> u32 {
        self.set(Source::Sub, a, a.wrapping_sub(b))
    }

    #[inline(always)]
    pub(super) fn mul(&mut self, a: u32, b: u32) -> u32 {
        let product = u64::from(a) * u64::from(b);
        self.set(Source::Mul, (product >> 32) as u32, product as u32)
    }

    /// Z and N of the result, C and V clear.
    #[inline(always)]
    pub(super) fn logic(&mut self, result: u32) -> u32 {
        self.set(Source::Logic, 0, result)
    }

    /// Signed division toward zero; `None` for a zero divisor, which leaves the flags alone.
    #[inline(always)]
    pub(super) fn div(&mut self, a: u32, b: u32) -> Option<u32> {
        if b == 0 {
            return None;
        }
        Some(self.logic((a as i32).wrapping_div(b as i32) as u32))
    }

    #[inline(always)]
    pub(super) fn lsl(&mut self, a: u32, by: u32) -> u32 {
        let n = by & 31;
        self.shift(a << n, if n == 0 { None } else { Some(a >> (32 - n) & 1) })
    }

    #[inline(always)]
    pub(super) fn lsr(&mut self, a: u32, by: u32) -> u32 {
        let n = by & 31;
        self.shift(a >> n, n.checked_sub(1).map(|last| a >> last & 1))
    }

    #[inline(always)]
    pub(super) fn asr(&mut self, a: u32, by: u32) -> u32 {
        let n = by & 31;
        self.shift((a as i32 >> n) as u32, n.checked_sub(1).map(|last| a >> last & 1))
    }

    /// A shift by zero keeps C.
    #[inline(always)]
    fn shift(&mut self, result: u32, out: Option<u32>) -> u32 {
        let carry = out.unwrap_or_else(|| u32::from(self.carry()));
        self.set(Source::Logic, carry, result)
    }

    #[inline(always)]
    pub(super) fn adc(&mut self, a: u32, b: u32) -> u32 {
        let carry = u32::from(self.carry());
        let sum = u64::from(a) + u64::from(b) + u64::from(carry);
        let (r, other) = (sum as u32, b.wrapping_add(carry));
        self.finish(r, sum >> 32 != 0, (!(a ^ other) & (a ^ r)) >> 31 != 0)
    }

    #[inline(always)]
    pub(super) fn sbc(&mut self, a: u32, b: u32) -> u32 {
        let borrow = u32::from(!self.carry());
        let take = u64::from(b) + u64::from(borrow);
        let (r, other) = (a.wrapping_sub(take as u32), b.wrapping_add(borrow));
        self.finish(r, u64::from(a) >= take, ((a ^ other) & (a ^ r)) >> 31 != 0)
    }

    #[inline(always)]
    fn finish(&mut self, r: u32, carry: bool, overflow: bool) -> u32 {
        let zn = if r == 0 { Z } else { 0 } | if r >> 31 != 0 { N } else { 0 };
        let low = zn | if carry { C } else { 0 } | if overflow { V } else { 0 };
        self.set(Source::Known, u32::from(low), u32::from(r != 0));
        r
    }
}

impl PartialEq for Flags {
    fn eq(&self, other: &Flags) -> bool {
        self.psw() == other.psw()
    }
}

impl Eq for Flags {}

impl Hash for Flags {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.psw().hash(state);
    }
}

/// The number an f16 in the low half of a word stands for, exactly.
#[must_use]
pub fn decode_f16(bits: u32) -> f64 {
    isa::decode_f16(bits as u16)
}

/// Rounds to f16 as the machine does: to nearest, ties to even, NaN always 0x7E00, and results
/// that would round up out of the subnormals stay at the largest subnormal.
#[must_use]
pub fn encode_f16(x: f64) -> u16 {
    const SMALLEST_NORMAL: f64 = 1.0 / 16384.0;
    let bits = isa::round_f16(x);
    if x.abs() < SMALLEST_NORMAL && bits & 0x7FFF == 0x0400 { bits - 1 } else { bits }
}

/// Replaces the low half of a register by an f16.
pub(super) fn put_f16(old: u32, x: f64) -> u32 {
    old & 0xFFFF_0000 | u32::from(encode_f16(x))
}

/// f16 division: a zero divisor, of either sign, counts as positive infinity.
pub(super) fn div_f16(a: f64, b: f64) -> f64 {
    if b == 0.0 { a / f64::INFINITY } else { a / b }
}

/// f16 to integer, toward zero; infinities saturate, NaN is 0.
pub(super) fn to_int(bits: u32) -> u32 {
    decode_f16(bits) as i32 as u32
}
