//! Commands that change registers and memory.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Input, Reg, flags_named};
use serde_json::json;

pub(super) fn reg(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let word = call.args.word("a register: R0..R15, PC, SP or PSW")?;
    let reg = register(&word.text).ok_or_else(|| {
        CommandError::at(word.column, format!("R0..R15, PC, SP or PSW is expected, not \"{}\"", word.text))
    })?;
    let column = call.args.end();
    let letters = call.args.peek().filter(|_| reg == Reg::Psw).and_then(flags_named);
    let value = match letters {
        Some(psw) => {
            call.args.take_next();
            psw.into()
        }
        None => value(call)?,
    };
    call.args.done()?;
    let value = u32::try_from(value).map_err(|_| CommandError::at(column, "a value of 32 bits is expected"))?;
    call.target.apply(Input::SetReg { pid, reg, value })?;
    let name = word.text.to_uppercase();
    Ok(Reply::new(format!("{name} of task {pid} is {value:08X}"), json!({ "pid": pid, "reg": name, "value": value })))
}

/// A number, which may be negative.
fn value(call: &mut Call<'_>) -> Result<u64, CommandError> {
    let word = call.args.word("a value")?;
    match word.text.parse::<i32>() {
        Ok(signed) => Ok(u64::from(signed as u32)),
        Err(_) => super::parse::number(&word),
    }
}

pub(super) fn register(name: &str) -> Option<Reg> {
    match name.to_lowercase().as_str() {
        "pc" => Some(Reg::Pc),
        "sp" => Some(Reg::Sp),
        "psw" => Some(Reg::Psw),
        other => other.strip_prefix('r')?.parse().ok().filter(|i| *i < 16).map(Reg::R),
    }
}

pub(super) fn poke(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let address = call.args.address(call.target, pid)?;
    let word = call.args.word("bytes as hex digits")?;
    let mut digits = word.text.trim_start_matches("0x").to_owned();
    digits.push_str(&call.args.rest());
    digits.retain(|c| c != ' ');
    let bytes = bytes(&digits)
        .ok_or_else(|| CommandError::at(word.column, "pairs of hex digits are expected, such as DEADBEEF"))?;
    let length = bytes.len();
    call.target.apply(Input::Poke { pid, address, bytes })?;
    Ok(Reply::new(
        format!("{length} {} at {address:04X}", if length == 1 { "byte" } else { "bytes" }),
        json!({ "pid": pid, "address": address, "length": length }),
    ))
}

pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).ok()).collect()
}
