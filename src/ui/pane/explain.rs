//! 15: what the last turn did, in sentences, and what comes next.

use super::head;
use crate::backend::{Explained, Status};
use crate::ui::format::{count, visible, wrapped};
use crate::ui::layout::layout;
use crate::ui::pen::Pen;
use crate::ui::spacing;
use crate::ui::theme::Role;
use crate::ui::view::{PaneId, Scene, Spot};

/// Columns in front of the first line of a sentence, and of its other lines.
const INDENT: [&str; 2] = [" ", "   "];

pub(super) fn title(scene: &Scene<'_>, _: usize) -> String {
    scene.now.explained.as_ref().map_or(String::new(), |told| match told.turn {
        0 => "before turn 1".to_owned(),
        turn => format!("turn {turn}"),
    })
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    let bytes = |told: &Explained| format!("{} B copied, {} B spared", told.copied, count(told.would_copy));
    scene.now.explained.as_ref().map_or(String::new(), |told| bytes(told))
}

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    let panes = layout(scene.view);
    let area = panes.iter().find(|(id, _)| *id == PaneId::Explain);
    lines(scene, area.map_or(80, |(_, area)| area.width.into())).len()
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let lines = lines(scene, pen.width());
    let first = head(scene, PaneId::Explain, lines.len(), pen.height());
    let cursor = super::list_cursor(scene, PaneId::Explain);
    for (row, (i, line)) in lines.iter().enumerate().skip(first).take(pen.height()).enumerate() {
        pen.row(row).spot(Spot::Row(i));
        if cursor == Some(i) {
            pen.highlight(Role::Selection);
        }
        pen.put(line, Role::Text);
    }
    if lines.is_empty() {
        let running = scene.now.status == Status::Running;
        pen.row(0).put(if running { " nothing to explain while it runs" } else { " nothing to explain" }, Role::Dim);
    }
}

/// The sentences, broken to a width; each begins a line of its own, and a blank one follows where there is
/// room between things.
fn lines(scene: &Scene<'_>, width: usize) -> Vec<String> {
    let told = scene.now.explained.as_ref().map_or(&[][..], |told| &told.sentences);
    let blank = spacing::on(scene.view).then(String::new);
    told.iter().flat_map(|told| sentence(&visible(told), width).into_iter().chain(blank.clone())).collect()
}

/// A sentence broken to a width, its further lines indented.
pub(super) fn sentence(text: &str, width: usize) -> Vec<String> {
    wrapped(text, width, INDENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_between_words() {
        assert_eq!(sentence("one two three four", 9), [" one two", "   three", "   four"]);
        assert_eq!(sentence("alongerword x", 5), [" alongerword", "   x"]);
        assert_eq!(sentence("", 5), [" "]);
    }
}
