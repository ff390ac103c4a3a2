//! What came from outside, in words.

use super::words::{at, bytes, hex};
use crate::executive::Pid;
use crate::executive::input::{Input, Reg};
use crate::text::counted;

/// What an input does, with its values: `R3 of 1 = 0x10`.
#[must_use]
pub fn input(input: &Input) -> String {
    match input {
        Input::Load(load) => {
            format!("load {}", load.name.as_deref().or(load.fallback.as_deref()).unwrap_or("a program"))
        }
        Input::Reload { pid, .. } => format!("reload {pid}"),
        Input::Kill(pid) => format!("kill {pid}"),
        Input::Pause(pid) => format!("pause {pid}"),
        Input::Resume(pid) => format!("resume {pid}"),
        Input::SetReg { pid, reg, value } => format!("{} of {pid} = {}", register(*reg), hex(*value)),
        Input::Poke { address, bytes: new, .. } => {
            format!("{} at {}: {}", counted(new.len() as u64, "byte"), at(u32::from(*address)), bytes(new))
        }
        Input::Quantum { pid, turns } => format!("quantum of {pid} = {turns}"),
        Input::Rebase { pid, address } => format!("window of {pid} at {}", at(u32::from(*address))),
        Input::Order(first) if first.is_empty() => "order by pid".into(),
        Input::Order(first) => {
            let first: Vec<String> = first.iter().map(Pid::to_string).collect();
            format!("order {}", first.join(" "))
        }
        Input::Preempt => "preempt".into(),
        Input::Send { target, payload, .. } => {
            format!("{} to {}", counted(payload.len() as u64, "byte"), String::from_utf8_lossy(target))
        }
        Input::Receive { target, limit, .. } => {
            format!("up to {} from {}", counted(*limit as u64, "message"), String::from_utf8_lossy(target))
        }
        Input::SetValue { oid, raw, .. } => {
            format!("value {} = {}", hex(u32::from(*oid)), crate::isa::decode_f16(*raw))
        }
        Input::Call { oid, .. } => format!("call of {}", hex(u32::from(*oid))),
        Input::Stdio { pid, stream, .. } => {
            let name = ["in", "out", "err"].get(usize::from(*stream)).unwrap_or(&"?");
            format!("std{name} of {pid} changes its mode")
        }
        Input::File { path, content } => format!("file {path}, {}", counted(content.len() as u64, "byte")),
    }
}

fn register(reg: Reg) -> String {
    match reg {
        Reg::R(i) => format!("R{i}"),
        Reg::Pc => "PC".into(),
        Reg::Sp => "SP".into(),
        Reg::Psw => "PSW".into(),
    }
}
