//! What lies over the panes: lines to type, lists to choose from.

use crate::ui::action::KeyEffect;

/// What lies over the panes and takes keys first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The command line; it replaces the message line.
    Prompt(Prompt),
    /// The help screen.
    Help {
        /// First visible row.
        scroll: usize,
    },
    /// Everything that can be done or gone to, searched by a few letters.
    Palette(Palette),
    /// What can be done with the thing that was clicked or is under the cursor.
    Menu(Menu),
}

/// What is being typed: keys, a search, a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Typing {
    /// What lies over the panes.
    pub overlay: Overlay,
    /// The text looked for last.
    pub search: String,
    /// The count typed so far.
    pub count: String,
    /// The keys of a sequence typed so far, separated by blanks.
    pub prefix: String,
    /// What may follow them: key and sentence.
    pub follow: Vec<(String, String)>,
}

/// Something that can be chosen from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is called.
    pub label: String,
    /// A sentence about it, or its key.
    pub about: String,
    /// What choosing it does.
    pub does: KeyEffect,
}

/// The palette: a few letters and what they find.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Palette {
    /// The letters.
    pub line: Prompt,
    /// Everything there is.
    pub all: Vec<Choice>,
    /// What is found, best first, as places in `all`.
    pub found: Vec<usize>,
    /// The chosen one of those.
    pub chosen: usize,
}

/// A script waits, with something to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pause {
    /// Where, and which keys may follow.
    pub title: String,
    /// Lines of the script that were done last.
    pub done: Vec<String>,
    /// What it says.
    pub text: String,
}

/// A short list beside the thing it is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Menu {
    /// What it is about.
    pub title: String,
    /// Where it was asked for.
    pub at: (u16, u16),
    /// What can be done.
    pub choices: Vec<Choice>,
    /// The chosen one.
    pub chosen: usize,
}

/// What a line is typed for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Purpose {
    /// A command line.
    #[default]
    Command,
    /// A text to look for in the focused pane.
    Search,
    /// A filter for the focused pane.
    Filter,
    /// A command with a gap that the text fills.
    Fill {
        /// What is asked for.
        label: String,
        /// The command; `{}` is the gap.
        template: String,
    },
}

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Column of the text, from 0.
    pub column: usize,
    /// What was wrong and what was expected.
    pub message: String,
}

/// The command line being edited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prompt {
    /// What it is typed for.
    pub purpose: Purpose,
    /// What was wrong with it when it was entered.
    pub wrong: Option<Wrong>,
    /// The text.
    pub text: String,
    /// Cursor as a byte offset into `text`, always on a character border.
    pub cursor: usize,
    /// The text is a value that the first character typed replaces.
    pub replaces: bool,
    /// Completions on offer: the word, and a sentence about it.
    pub completions: Vec<(String, String)>,
    /// The completion chosen with Tab.
    pub chosen: Option<usize>,
    /// Where in the history Up and Down are.
    pub history_at: Option<usize>,
    /// What Ctrl-R looks for in the history.
    pub recall: Option<String>,
}

impl Prompt {
    /// What stands before the text.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.purpose {
            Purpose::Command => ":".into(),
            Purpose::Search => "/".into(),
            Purpose::Filter => "\\".into(),
            Purpose::Fill { label, .. } => format!("{label}: "),
        }
    }
}
