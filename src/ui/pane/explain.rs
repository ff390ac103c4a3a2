//! 15: what the last turn did, in sentences, and what comes next.

use super::list::head;
use super::{Here, Unit};
use crate::backend::{Explained, Level, Status};
use crate::command::could_sentence;
use crate::text::visible;
use crate::ui::format::{count, wrapped};
use crate::ui::pen::Pen;
use crate::ui::spacing;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// The row of the table.
pub(super) const UNIT: Unit =
    Unit { want: |_, _, want| want.explain = true, title, info, rows, draw, of_turn: true, ..Unit::LIST };

/// Columns in front of the first line of a sentence, and of its other lines.
const INDENT: [&str; 2] = [" ", "   "];

fn title(here: &Here<'_>, _: usize) -> String {
    here.now.explained.as_ref().map_or(String::new(), |told| match told.turn {
        0 => "before turn 1".to_owned(),
        turn => format!("turn {turn}"),
    })
}

fn info(here: &Here<'_>) -> String {
    let bytes = |told: &Explained| format!("{} B copied, {} B spared", told.copied, count(told.would_copy));
    let told = here.now.explained.as_ref().filter(|_| level(here) == Level::All);
    told.map_or(String::new(), |told| bytes(told))
}

fn rows(here: &Here<'_>) -> usize {
    lines(here, here.width).len()
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let lines = lines(here, pen.width());
    let first = head(here, lines.len(), pen.height());
    let cursor = here.moved_to();
    for (row, (i, line)) in lines.iter().enumerate().skip(first).take(pen.height()).enumerate() {
        pen.row(row).spot(Spot::Row(i));
        if cursor == Some(i) {
            pen.highlight(Role::Selection);
        }
        pen.put(line, Role::Text);
    }
    if lines.is_empty() {
        let running = here.now.status == Status::Running;
        pen.row(0).put(if running { " nothing to explain while it runs" } else { " nothing to explain" }, Role::Dim);
    }
}

/// The sentences, broken to a width; each begins a line of its own, and a blank one follows where there is
/// room between things.
fn lines(scene: &Scene<'_>, width: usize) -> Vec<String> {
    let told = scene.now.explained.as_ref().map_or(&[][..], |told| &told.sentences);
    let blank = spacing::on(scene.view).then(String::new);
    let said = told.iter().filter_map(|told| told.at(level(scene)).map(str::to_owned));
    let could = coming(scene).filter(|_| level(scene) == Level::All);
    said.chain(could).flat_map(|told| sentence(&visible(&told), width).into_iter().chain(blank.clone())).collect()
}

/// What the selected task could see next, if that is asked about and known.
fn coming(scene: &Scene<'_>) -> Option<String> {
    could_sentence(scene.now.could.as_ref()?.known.as_ref()?.as_ref().ok()?)
}

/// How much is said: in a lesson what it has taught.
fn level(scene: &Scene<'_>) -> Level {
    scene.view.lesson.as_ref().map_or(Level::All, |course| course.lesson().level)
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
