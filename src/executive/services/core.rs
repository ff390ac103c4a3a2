//! Modules 0, 1, 2 and 6: steps, exit, console, CAN, sleep.

use super::Call;
use crate::executive::console::Stream;
use crate::executive::task::{RunState, Wait};
use crate::executive::trace::What;
use crate::executive::{Outcome, text};
use std::fmt::Write;

pub(super) fn get_steps(call: &mut Call<'_>) -> Option<Outcome> {
    // The turn of the call itself has been counted already.
    let steps = call.task().steps() - 1;
    call.answer(steps as u32)
}

pub(super) fn exit(call: &mut Call<'_>) -> Option<Outcome> {
    let status = call.reg(0);
    call.print(Stream::Exit, format!("[EXIT {status}]"));
    Some(call.m.halt(call.index, call.pc, RunState::Exited, call.touched))
}

pub(super) fn uart_write(call: &mut Call<'_>) -> Option<Outcome> {
    let (address, len) = (call.half(1), call.half(2));
    let line = text::decode(&call.read(address, len));
    call.print(Stream::Uart, line);
    call.answer(u32::from(len))
}

pub(super) fn can_tx(call: &mut Call<'_>) -> Option<Outcome> {
    let (id, address, len) = (call.reg(1) & 0x7FF, call.half(2), call.half(3) & 0xFF);
    let mut line = format!("id=0x{id:03X} data=");
    for byte in call.read(address, len) {
        // Writing to a String cannot fail.
        let _ = write!(line, "{byte:02x}");
    }
    call.print(Stream::Can, line);
    call.answer(0)
}

pub(super) fn sleep(call: &mut Call<'_>) -> Option<Outcome> {
    let ms = call.reg(0);
    call.set(0, 0);
    if ms == 0 {
        return None;
    }
    let deadline = call.m.state.time_us.saturating_add(1000 * u64::from(ms));
    call.m.note(call.pid, call.pc, What::Block { on: None });
    call.m.block(call.index, Wait::Sleep { deadline });
    Some(Outcome::Blocked)
}
