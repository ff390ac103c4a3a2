//! What each instruction does: the only match on [`Op`].

use super::alu::{decode_f16, div_f16, put_f16, to_int};
use super::code::{Decoded, ILLEGAL, MARK, PAST_END};
use super::ram::Memory;
use super::{Code, Context, Fault, RAM_BYTES, StepOutcome, View};
use crate::isa::Op;

const R0: u8 = 0;
const R15: u8 = 60;

/// Executes one instruction of one context.
///
/// `GUARD` looks at the owner of each word a store touches; without it stores are not checked
/// (right when no other task owns memory). Loads are never refused.
#[inline(always)]
pub fn step<const GUARD: bool>(cx: &mut Context, ram: &mut View<'_>, code: &Code) -> StepOutcome {
    perform::<GUARD, _>(cx, ram, code.fetch(cx.pc))
}

/// Executes a decoded instruction. Where the caller knows its op, the compiler leaves the rest out.
#[inline(always)]
pub(super) fn perform<const GUARD: bool, M: Memory>(cx: &mut Context, ram: &mut M, op: Decoded) -> StepOutcome {
    let base = cx.reg_base;
    macro_rules! a {
        () => {
            ram.word(base, op.a)
        };
    }
    macro_rules! b {
        () => {
            ram.word(base, op.b)
        };
    }
    macro_rules! rd {
        ($value:expr) => {{
            let value = $value;
            ram.set_word(base, op.rd, value);
        }};
    }
    macro_rules! alu {
        ($f:ident) => {
            rd!(cx.flags.$f(a!(), b!()))
        };
    }
    macro_rules! ea {
        () => {
            ram.word(base, op.a).wrapping_add(op.imm) as u16
        };
    }
    macro_rules! done {
        ($result:expr) => {
            match $result {
                Ok(value) => value,
                Err(step) => return step,
            }
        };
    }
    macro_rules! load {
        ($bytes:literal) => {{
            let address = ea!();
            rd!(done!(load::<$bytes, M>(cx, ram, address)))
        }};
    }
    macro_rules! store {
        ($bytes:literal) => {{
            let (address, value) = (ea!(), b!());
            return store::<$bytes, GUARD, M>(cx, ram, address, value);
        }};
    }
    match op.op {
        Op::Ldi => rd!(op.imm),
        Op::Ldi32 => {
            rd!(op.imm);
            cx.pc = cx.pc.wrapping_add(8);
            return StepOutcome::Retired;
        }
        Op::Ld => load!(4),
        Op::Ldh => load!(2),
        Op::Ldb => load!(1),
        Op::St => store!(4),
        Op::Sth => store!(2),
        Op::Stb => store!(1),
        Op::Mov => rd!(a!()),
        Op::Add => alu!(add),
        Op::Sub => alu!(sub),
        Op::Mul => alu!(mul),
        Op::Div => match cx.flags.div(a!(), b!()) {
            Some(quotient) => rd!(quotient),
            None => return fail(cx, ram, Fault::DivZero),
        },
        Op::And => rd!(cx.flags.logic(a!() & b!())),
        Op::Or => rd!(cx.flags.logic(a!() | b!())),
        Op::Xor => rd!(cx.flags.logic(a!() ^ b!())),
        Op::Not => rd!(cx.flags.logic(!a!())),
        Op::Cmp => {
            cx.flags.sub(a!(), b!());
        }
        Op::Lsl => alu!(lsl),
        Op::Lsr => alu!(lsr),
        Op::Asr => alu!(asr),
        Op::Adc => alu!(adc),
        Op::Sbc => alu!(sbc),
        Op::Jmp => return jump(cx, op.imm),
        Op::Jz => return jump(cx, if cx.flags.zero() { op.imm } else { cx.pc.wrapping_add(4) }),
        Op::Jnz => return jump(cx, if cx.flags.zero() { cx.pc.wrapping_add(4) } else { op.imm }),
        Op::Call if op.a == 0 => return call(cx, ram, op.imm),
        Op::Call => {
            let target = a!().wrapping_add(op.imm) & 0xFFFF;
            return call(cx, ram, target);
        }
        Op::Ret => return ret(cx, ram, op.imm),
        Op::Push => {
            let value = a!();
            done!(push(cx, ram, value));
        }
        Op::Pop => rd!(done!(pop(cx, ram))),
        Op::Svc => {
            cx.pc = cx.pc.wrapping_add(4);
            return StepOutcome::Trap((op.imm >> 8) as u8, op.imm as u8);
        }
        Op::Brk => return special(cx, ram, op),
        Op::Fadd => rd!(half_op(|x, y| x + y, a!(), b!(), ram.word(base, op.rd))),
        Op::Fsub => rd!(half_op(|x, y| x - y, a!(), b!(), ram.word(base, op.rd))),
        Op::Fmul => rd!(half_op(|x, y| x * y, a!(), b!(), ram.word(base, op.rd))),
        Op::Fdiv => rd!(half_op(div_f16, a!(), b!(), ram.word(base, op.rd))),
        Op::I2f => rd!(half_of(a!(), ram.word(base, op.rd))),
        Op::F2i => rd!(to_int(a!())),
    }
    cx.pc = cx.pc.wrapping_add(4);
    StepOutcome::Retired
}

#[inline(always)]
fn jump(cx: &mut Context, target: u32) -> StepOutcome {
    cx.pc = target;
    StepOutcome::Retired
}

#[inline(always)]
fn load<const N: usize, M: Memory>(cx: &Context, ram: &mut M, address: u16) -> Result<u32, StepOutcome> {
    if usize::from(address) + N > RAM_BYTES {
        return Err(fail(cx, ram, Fault::MemFault { address }));
    }
    if !ram.may_read::<N>(address) {
        return Err(StepOutcome::Mark);
    }
    Ok(ram.read::<N>(address))
}

#[inline(always)]
fn store<const N: usize, const GUARD: bool, M: Memory>(
    cx: &mut Context,
    ram: &mut M,
    address: u16,
    value: u32,
) -> StepOutcome {
    if usize::from(address) + N > RAM_BYTES {
        return fail(cx, ram, Fault::MemFault { address });
    }
    let foreign = GUARD && ram.foreign::<N>(address, cx.pid);
    if foreign && ram.protects() {
        return fail(cx, ram, Fault::MemFault { address });
    }
    if !ram.may_write::<N>(address) {
        return StepOutcome::Mark;
    }
    ram.write::<N>(address, value);
    cx.pc = cx.pc.wrapping_add(4);
    if foreign { StepOutcome::Foreign(address) } else { StepOutcome::Retired }
}

/// PUSH and CALL: the word below SP. SP and R15 follow.
#[inline(always)]
fn push<M: Memory>(cx: &mut Context, ram: &mut M, value: u32) -> Result<(), StepOutcome> {
    let below = cx.sp.wrapping_sub(4);
    if cx.sp < 4 || below < cx.stack_limit || cx.sp > RAM_BYTES as u32 {
        return Err(fail(cx, ram, Fault::StackOverflow));
    }
    if !ram.may_push(below as u16) {
        return Err(StepOutcome::Mark);
    }
    ram.set_word(below as u16, 0, value);
    cx.sp = below;
    cx.lowest = cx.lowest.min(below);
    ram.set_word(cx.reg_base, R15, below);
    Ok(())
}

/// POP and RET: the word at SP. SP and R15 follow.
#[inline(always)]
fn pop<M: Memory>(cx: &mut Context, ram: &mut M) -> Result<u32, StepOutcome> {
    if cx.sp >= cx.stack_top {
        return Err(fail(cx, ram, Fault::StackUnderflow));
    }
    if cx.sp + 4 > RAM_BYTES as u32 {
        return Err(fail(cx, ram, Fault::MemFault { address: cx.sp as u16 }));
    }
    if !ram.may_pop(cx.sp as u16) {
        return Err(StepOutcome::Mark);
    }
    let value = ram.word(cx.sp as u16, 0);
    cx.sp += 4;
    ram.set_word(cx.reg_base, R15, cx.sp);
    Ok(value)
}

#[inline(always)]
fn call<M: Memory>(cx: &mut Context, ram: &mut M, target: u32) -> StepOutcome {
    if let Err(step) = push(cx, ram, cx.pc.wrapping_add(4)) {
        return step;
    }
    cx.depth += 1;
    jump(cx, target)
}

#[inline(always)]
fn ret<M: Memory>(cx: &mut Context, ram: &mut M, marked: u32) -> StepOutcome {
    // Without a mark, which is zero, this asks for the outermost function alone.
    if cx.depth <= marked {
        return if marked == 0 { StepOutcome::Returned } else { StepOutcome::Mark };
    }
    match pop(cx, ram) {
        Ok(target) => {
            cx.depth -= 1;
            jump(cx, target)
        }
        Err(step) => step,
    }
}

/// Not inlined: it is rare, and would keep the common instructions apart.
#[inline(never)]
fn half_op(f: fn(f64, f64) -> f64, a: u32, b: u32, old: u32) -> u32 {
    put_f16(old, f(decode_f16(a), decode_f16(b)))
}

#[inline(never)]
fn half_of(integer: u32, old: u32) -> u32 {
    put_f16(old, f64::from(integer as i32))
}

/// BRK, and the words that are not an instruction.
#[inline(always)]
fn special<M: Memory>(cx: &mut Context, ram: &mut M, op: Decoded) -> StepOutcome {
    match op.rd {
        ILLEGAL => fail(cx, ram, Fault::IllegalOpcode),
        PAST_END => fail(cx, ram, Fault::PcOutOfRange),
        MARK => StepOutcome::Mark,
        _ => {
            cx.pc = cx.pc.wrapping_add(4);
            StepOutcome::Break(op.imm as u8)
        }
    }
}

/// Small on purpose and always inlined: a call that took the context's address would keep it out
/// of registers.
#[inline(always)]
fn fail<M: Memory>(cx: &Context, ram: &mut M, fault: Fault) -> StepOutcome {
    if let Some(code) = fault.code() {
        ram.set_word(cx.reg_base, R0, code);
    }
    StepOutcome::Fault(fault)
}
