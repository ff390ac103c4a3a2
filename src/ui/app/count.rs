//! Counts: which keys repeat, and how.

use super::super::action::{Action, KeyEffect};
use super::Effect;

/// What a count before a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// Its action or command has a place for it.
    Own,
    /// The key is to be pressed so often.
    Again,
    /// Nothing: the key does not repeat.
    Never,
}

/// Most times that a key is repeated by a count.
pub(super) const MOST_TIMES: u64 = 1000;

/// What a count means to a key.
pub(super) fn counts(does: &KeyEffect) -> Count {
    match does {
        KeyEffect::Command(line) | KeyEffect::Ask(_, line) if line.contains("{n") => Count::Own,
        KeyEffect::Command(line) if repeats(line) => Count::Again,
        KeyEffect::Command(_) | KeyEffect::Ask(..) => Count::Never,
        KeyEffect::Act(action) => match action {
            Action::SelectPid
            | Action::Focus(_)
            | Action::Grow(..)
            | Action::Move(_)
            | Action::Side(_)
            | Action::Page(_)
            | Action::Slide(_)
            | Action::CopyPane
            | Action::Event => Count::Own,
            Action::Repeat
            | Action::Select(_)
            | Action::Written(_)
            | Action::Happened(_)
            | Action::File(_)
            | Action::Scale(_)
            | Action::Revisit(_)
            | Action::Found(_)
            | Action::Format
            | Action::Sort
            | Action::Beside(..) => Count::Again,
            Action::RunOrPause
            | Action::Interrupt
            | Action::SelectTask(_)
            | Action::FocusPane(_)
            | Action::Even
            | Action::Close
            | Action::Split(_)
            | Action::View(_)
            | Action::Zoom
            | Action::Pin
            | Action::Open
            | Action::Edit
            | Action::Copy
            | Action::Menu
            | Action::Breakpoint
            | Action::Until(_)
            | Action::Origins
            | Action::Delete
            | Action::Enable
            | Action::OwnConsole
            | Action::AllBoxes
            | Action::Edge(_)
            | Action::Follow
            | Action::FollowTime
            | Action::Mark(_)
            | Action::GoCode(..)
            | Action::GoMemory(_)
            | Action::GoBox(_)
            | Action::Predict
            | Action::Saying(_)
            | Action::Search
            | Action::Filter
            | Action::Prompt
            | Action::PromptWith(_)
            | Action::Palette(_)
            | Action::Answer
            | Action::Help
            | Action::Redraw
            | Action::Suspend
            | Action::Quit => Count::Never,
        },
    }
}

/// Whether a command without a place for a count goes a step further each time.
fn repeats(line: &str) -> bool {
    const STEPS: [&str; 15] = [
        "finish",
        "reverse-finish",
        "reverse-continue",
        "line",
        "origin",
        "undo",
        "preempt",
        "back scheduled",
        "back blocked",
        "back woken",
        "branch next",
        "clock rate",
        "lesson next",
        "lesson previous",
        "lesson hint",
    ];
    let goes_on = line != "clock rate max";
    goes_on && STEPS.iter().any(|step| line == *step || line.strip_prefix(step).is_some_and(|l| l.starts_with(' ')))
}

/// A command line as often as a count says.
pub(super) fn again(line: &str, count: Option<u64>) -> String {
    vec![line; count.unwrap_or(1).min(MOST_TIMES) as usize].join("; ")
}

/// Commands one after the other as one line, so that each waits for the runs of those before.
pub(super) fn together(effects: Vec<Effect>) -> Vec<Effect> {
    let mut all: Vec<Effect> = Vec::with_capacity(effects.len());
    for effect in effects {
        match (all.last_mut(), effect) {
            (Some(Effect::Command(line)), Effect::Command(next)) => *line = format!("{line}; {next}"),
            (Some(Effect::Command(line)), Effect::Send(next)) => *line = format!("{line}; {next}"),
            (Some(last @ Effect::Send(_)), Effect::Send(next)) => {
                let Effect::Send(first) = last else { continue };
                *last = Effect::Command(format!("{first}; {next}"));
            }
            (_, effect) => all.push(effect),
        }
    }
    all
}
