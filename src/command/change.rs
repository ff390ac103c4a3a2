//! Commands that change registers and memory.

use super::Call;
use super::reply::CommandError;
use crate::backend::request::{Input, register_named};
use crate::backend::{Reg, Request, flags_named};
use crate::text::hex;

pub(super) fn reg(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    let word = call.args.word("a register: R0..R15, PC, SP or PSW")?;
    let reg = register_named(&word.text).ok_or_else(|| {
        CommandError::malformed(word.column, format!("R0..R15, PC, SP or PSW is expected, not \"{}\"", word.text))
    })?;
    let letters = call.args.peek().filter(|_| reg == Reg::Psw).and_then(flags_named);
    let value = match letters {
        Some(psw) => {
            call.args.take_next();
            call.args.done()?;
            psw.into()
        }
        None => {
            if call.args.is_empty() {
                return Err(CommandError::at(call.args.end(), "a value is expected here"));
            }
            let (text, column) = call.args.rest_in_place();
            let value = call.integer(&text, column, Some(pid))?;
            word_of(value).ok_or_else(|| CommandError::at(column, "a value of 32 bits is expected"))?
        }
    };
    Ok(Input::Register { pid, reg, value }.into())
}

/// A number as a word of 32 bits; negative ones as their two's complement.
fn word_of(value: i64) -> Option<u32> {
    u32::try_from(value).ok().or_else(|| i32::try_from(value).ok().map(|signed| signed as u32))
}

/// `rebase PID ADDRESS`.
pub(super) fn rebase(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    call.blame = Some(call.args.column());
    let address = call.address(pid)?;
    call.args.done()?;
    Ok(Input::Rebase { pid, address }.into())
}

pub(super) fn poke(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    let address = call.address(pid)?;
    let word = call.args.word("bytes as hex digits")?;
    let mut digits = word.text.trim_start_matches("0x").to_owned();
    digits.push_str(&call.args.rest());
    digits.retain(|c| c != ' ');
    let bytes = bytes(&digits)
        .ok_or_else(|| CommandError::malformed(word.column, "pairs of hex digits are expected, such as DEADBEEF"))?;
    Ok(Input::Poke { pid, address, bytes }.into())
}

pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    hex::bytes(digits).filter(|bytes| !bytes.is_empty())
}
