//! Module 0xE: half-precision sine, cosine and exponential, computed in f64 and rounded once.

use super::Call;
use crate::executive::Outcome;
use crate::vm::{decode_f16, encode_f16};

pub(super) fn sin(call: &mut Call<'_>) -> Option<Outcome> {
    apply(call, f64::sin)
}

pub(super) fn cos(call: &mut Call<'_>) -> Option<Outcome> {
    apply(call, f64::cos)
}

pub(super) fn exp(call: &mut Call<'_>) -> Option<Outcome> {
    apply(call, f64::exp)
}

/// Replaces the low half of R0. No f16 argument lies close enough to a rounding border for the
/// last bits of the host's math library to matter.
fn apply(call: &mut Call<'_>, f: fn(f64) -> f64) -> Option<Outcome> {
    let result = encode_f16(f(decode_f16(call.reg(1))));
    let high = call.reg(0) & 0xFFFF_0000;
    call.answer(high | u32::from(result))
}
