//! Why a request was not done.

use super::VERSION;
use crate::backend::Refused;
use crate::command::CommandError;
use crate::text::escaped_json;
use serde_json::json;

/// Why a request was not done, as the protocol says it.
#[derive(Debug)]
pub(super) struct Refusal(pub String);

impl From<Refused> for Refusal {
    fn from(error: Refused) -> Refusal {
        let text = error.to_string();
        // Of what the machine says of a second copy the protocol has the first two parts.
        let short = text.split_once(": a task of that name").filter(|(first, _)| first.starts_with("app_exists:"));
        Refusal(short.map_or(text.clone(), |(first, _)| first.to_owned()))
    }
}

impl From<Refusal> for CommandError {
    fn from(Refusal(message): Refusal) -> CommandError {
        CommandError::new(message)
    }
}

pub(super) fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(message.into()))
}

/// The reply that refuses a request.
pub(super) fn refusal(error: &str) -> String {
    escaped_json(json!({ "version": VERSION, "status": "error", "error": error }).to_string())
}
