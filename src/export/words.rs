//! What an entry of the trace is about, in words.

use super::Traced;
use crate::executive::services::service;
use crate::executive::trace::What;
use crate::explain;

/// What an entry says, in words; empty where there is nothing to say.
pub(super) fn about(traced: &Traced<'_>) -> String {
    match traced.entry.what {
        What::Send { mailbox, seq } | What::Recv { mailbox, seq } => format!("{} #{seq}", traced.mailbox_name(mailbox)),
        What::Block { on: None } => "sleep".into(),
        What::Block { on: Some(mailbox) } | What::Wake { by: Some(mailbox) } | What::Timeout { on: mailbox } => {
            traced.mailbox_name(mailbox)
        }
        What::Trap { module, function } => service_name(module, function),
        What::Fault { fault } => fault.name().into(),
        What::Halt { status } => format!("status {status}"),
        What::Break { code } => format!("BRK {code}"),
        What::Input { .. } => traced.input.map_or_else(String::new, explain::input),
        What::Idle { us } => format!("clock +{us} us"),
        What::Step | What::Wake { by: None } | What::Load { .. } | What::Kill | What::Foreign { .. } => String::new(),
    }
}

/// A service's name in small letters, e.g. `mailbox send`.
#[must_use]
pub fn service_name(module: u8, function: u8) -> String {
    let row = service(module, function);
    row.map_or_else(|| "no service".to_owned(), |s| s.name.to_lowercase().replace('_', " "))
}
