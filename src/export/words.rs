//! What an entry of the trace is about, in words.

use crate::backend::{ReplayedEntry, What, service_name};

/// What an entry says, in words; empty where there is nothing to say.
pub(super) fn about(replayed: &ReplayedEntry<'_>) -> String {
    match replayed.entry.what {
        What::Send { mailbox, seq } | What::Recv { mailbox, seq } => {
            format!("{} #{seq}", replayed.mailbox_name(mailbox))
        }
        What::Block { on: None } => "sleep".into(),
        What::Block { on: Some(mailbox) } | What::Wake { by: Some(mailbox) } | What::Timeout { on: mailbox } => {
            replayed.mailbox_name(mailbox)
        }
        What::Trap { module, function } => service_name(module, function),
        What::Fault { fault } => fault.name().into(),
        What::Halt { status } => format!("status {status}"),
        What::Break { code } => format!("BRK {code}"),
        What::Idle { us } => format!("clock +{us} us"),
        What::Step
        | What::Wake { by: None }
        | What::Load { .. }
        | What::Kill
        | What::Input { .. }
        | What::Foreign { .. } => String::new(),
    }
}
