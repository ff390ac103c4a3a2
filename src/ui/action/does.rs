//! What a key does.

use super::Action;
use std::borrow::Cow;

/// How a question about the next turn is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// Tick the choice, or take the tick away.
    Tick,
    /// Say what is chosen.
    Say,
    /// Leave the question.
    Leave,
}

/// What a key does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyEffect {
    /// A screen action.
    Act(Action),
    /// A command line. `{n}` is the count or 1, `{n?}` the count or nothing, `{pid}` the selected
    /// task.
    Command(Cow<'static, str>),
    /// Ask for something, then carry out a command with it in place of `{}`: label, command.
    Ask(Cow<'static, str>, Cow<'static, str>),
}

impl KeyEffect {
    /// A command line as text.
    #[must_use]
    pub fn command(line: impl Into<String>) -> KeyEffect {
        KeyEffect::Command(Cow::Owned(line.into()))
    }
}
