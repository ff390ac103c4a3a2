//! What an entry of the trace is about, in words.

use crate::backend::{Kind, Told, fault_name, service_name};

/// What stands in an entry's argument, in words; empty where there is nothing to say.
pub(super) fn about(told: &Told<'_>) -> String {
    let arg = told.entry.arg;
    match told.entry.kind {
        Kind::Send | Kind::Recv => {
            let (descriptor, seq) = message(arg);
            format!("{} #{seq}", told.mailbox_name(descriptor))
        }
        Kind::Block if arg == 0 => "sleep".into(),
        Kind::Block | Kind::Timeout => told.mailbox_name(arg as u16),
        Kind::Wake if arg > 0 => told.mailbox_name(arg as u16),
        Kind::Trap => service_name((arg >> 8) as u8, arg as u8),
        Kind::Fault => fault_name(arg & 0xFF).into(),
        Kind::Halt => format!("status {arg}"),
        Kind::Break => format!("BRK {arg}"),
        Kind::Idle => format!("clock +{arg} us"),
        Kind::Step | Kind::Wake | Kind::Load | Kind::Kill | Kind::Input | Kind::Foreign => String::new(),
    }
}

/// Mailbox and number of the message that a SEND or RECV is about.
pub(super) fn message(arg: u64) -> (u16, u32) {
    ((arg >> 32) as u16, arg as u32)
}
