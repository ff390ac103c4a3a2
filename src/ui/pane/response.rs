//! What a pane says is to be done. `App` does it.

use crate::backend::predict::Question;
use crate::backend::{LaneViewport, Pid};
use crate::ui::pane::PaneId;
use crate::ui::view::Formats;
use std::borrow::Cow;

/// What a key in a pane leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// Say something.
    Say(Cow<'static, str>),
    /// Say why something cannot be done.
    Refuse(Cow<'static, str>),
    /// Put the pane's cursor somewhere and keep it in sight.
    Cursor(usize),
    /// Scroll long texts sideways, by this many steps to the right.
    Aside(i64),
    /// Put the pane's cursor where it rests by itself.
    Rest,
    /// Select a task.
    Select(Pid),
    /// Go to a pane.
    Focus(PaneId),
    /// Show an instruction of a task.
    Code(Pid, u32),
    /// Show a source file of the task's program, by its place in the listing.
    File(usize),
    /// Show an address in memory.
    Memory(u16),
    /// Go to a turn.
    Turn(u64),
    /// Show the parts of a variable, or no longer.
    Fold(String),
    /// Write things another way.
    Formats(Formats),
    /// Look at other columns of the timeline.
    LaneViewport(LaneViewport),
    /// The question about the next turn, after a move or a choice.
    Question(Box<Question>),
    /// Ask for a text, then carry out a command with it in the gap.
    Ask {
        /// What is asked for.
        label: String,
        /// The command; `{}` is the gap.
        template: String,
        /// What stands there already.
        text: String,
        /// It is a value, which the first character typed replaces.
        value: bool,
    },
    /// Carry out a command line.
    Command(String),
}

impl Response {
    /// Something to say, alone.
    pub fn say(text: impl Into<Cow<'static, str>>) -> Vec<Response> {
        vec![Response::Say(text.into())]
    }

    /// A refusal, alone.
    pub fn refuse(text: impl Into<Cow<'static, str>>) -> Vec<Response> {
        vec![Response::Refuse(text.into())]
    }

    /// A command line, alone.
    #[must_use]
    pub fn command(line: String) -> Vec<Response> {
        vec![Response::Command(line)]
    }
}
