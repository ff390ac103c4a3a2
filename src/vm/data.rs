//! What the instruction in front of a context touches by an address of its own choice, its registers and its stack left
//! out: the least that can be asked of every turn.

use super::access::{self, LOADS, STORES};
use super::{Code, Context, Touch, View};
use crate::isa::Op;

/// The memory that a load reads or a store writes, unless it faults; `None` for other instructions.
#[inline(always)]
#[must_use]
pub fn data_touch(cx: &Context, ram: &View<'_>, code: &Code) -> Option<Touch> {
    let op = code.fetch(cx.pc);
    let bits = access::bits(op.op);
    if bits & (LOADS | STORES) == 0 {
        return None;
    }
    let address = access::address(cx, ram, &op);
    let (len, write) = (access::width(op.op), bits & STORES != 0);
    let bank = ram.banked(address).then_some(cx.pid);
    Some(Touch { pid: cx.pid, pc: cx.pc, address, len, write, bank })
}

/// Whether the instruction in front of a context is a service call.
#[inline(always)]
#[must_use]
pub fn calls_service(cx: &Context, code: &Code) -> bool {
    code.fetch(cx.pc).op == Op::Svc
}
