//! What can come of the run after each turn, below the tasks' lanes.

use super::LABELS;
use crate::backend::{Ending, FateView, Label, Lanes, Pid, RunState};
use crate::command::fate_sentence;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// The mark of the turn that makes a run lost, or safe.
const DECIDES: &str = "!";

/// The run whose fate shows.
pub fn shown<'s>(scene: &Scene<'s>) -> Option<&'s FateView> {
    scene.now.fate.as_ref()?.run.as_deref()
}

/// The role of a label. Letters and words say the same.
pub const fn role(label: Label) -> Role {
    match label {
        Label::Safe => Role::Ready,
        Label::MayFail => Role::Wait,
        Label::Lost => Role::Trouble,
        Label::NeverEnds => Role::Sleep,
        Label::Unknown => Role::Dim,
    }
}

/// What can come of a task's taking the next turn, if that is known and it can.
pub fn next(scene: &Scene<'_>, pid: Pid) -> Option<Label> {
    let task = scene.now.task(pid).filter(|task| task.state == RunState::Ready)?;
    let next = &scene.now.fate.as_ref()?.next;
    next.iter().find(|(pid, _)| *pid == task.pid).map(|(_, label)| *label)
}

/// The label after a turn; `None` if the turn lies behind what was judged.
fn label(view: &FateView, turn: u64) -> Option<Label> {
    match turn.checked_sub(view.from) {
        Some(k) => view.fate.labels.get(usize::try_from(k).ok()?).copied(),
        None => Some(Label::Unknown),
    }
}

/// Draws the labels into the row the pen is in, and what made the run lost or safe where there is room.
pub fn lane(scene: &Scene<'_>, view: &FateView, lanes: &Lanes, columns: usize, pen: &mut Pen<'_>) {
    pen.col(4).put("fate", Role::Dim);
    let present = scene.now.history.present;
    let last = lanes.column_of(present).unwrap_or(columns);
    for column in (0..columns).filter(|column| *column <= last) {
        if let Some(label) = label(view, lanes.turns_by(column).min(present)) {
            pen.col(LABELS + column).put(&label.letter().to_string(), role(label));
        }
    }
    let decides = view.decides.as_ref().and_then(|turn| lanes.column_of(turn.turn));
    if let Some(column) = decides.filter(|column| *column < columns) {
        pen.col(LABELS + column).over(DECIDES, Role::Pc);
    }
    let text = fate_sentence(view);
    if last + 3 + text.chars().count() <= columns {
        pen.col(LABELS + last + 3).put(&text, Role::Label);
    }
}

/// What the letters mean that are to be seen.
pub fn legend(view: &FateView) -> Vec<(String, &'static str)> {
    let all = [Label::Safe, Label::MayFail, Label::Lost, Label::NeverEnds];
    let seen = all.into_iter().filter(|label| view.fate.labels.contains(label));
    seen.map(|label| (label.letter().to_string(), label.name())).collect()
}

/// The last exit, or the last danger, in a few words.
pub fn exit(view: &FateView) -> String {
    let Some(way) = view.way() else { return String::new() };
    let what = if view.fate.ending == Ending::Passes { "last danger" } else { "last exit" };
    format!("{what} after turn {}  ", view.from + way.after)
}
