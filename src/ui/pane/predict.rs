//! 20: what the student says the next turn will change, and what of it was right.

mod question;

use super::explain::sentence;
use super::list::{self, head};
use super::{Here, Motion, Response, Unit};
use crate::backend::predict::{Part, Question, Score, Tally};
use crate::backend::{RunState, Snapshot, Status};
use crate::text::visible;
use crate::ui::format::count;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{Overlay, Scene};

/// The row of the table.
pub(super) const UNIT: Unit = Unit { title, info, rows, draw, go, put, ..Unit::LIST };

/// A line: texts with their roles, each at its column.
type Line = Vec<(usize, String, Role)>;

/// Where the word right or wrong stands, and what was said behind it.
const MARK: usize = 10;
const SAID: usize = 17;

fn title(here: &Here<'_>, _: usize) -> String {
    let predict = &here.view.predict;
    match (&predict.question, &predict.verdict) {
        (Some(q), _) => {
            let (part, parts) = q.part();
            format!("turn {}, {part} of {parts}", count(q.turn))
        }
        (None, Some(v)) if predict.on => format!("turn {}", count(v.turn)),
        _ => String::new(),
    }
}

fn info(here: &Here<'_>) -> String {
    let score = &here.view.predict.score;
    match score.turns {
        0 => String::new(),
        _ => format!("{} streak {}", of(score.sum()), score.streak),
    }
}

fn of(tally: Tally) -> String {
    format!("{}/{}", tally.right, tally.asked)
}

fn rows(here: &Here<'_>) -> usize {
    if here.view.predict.question.is_some() { 0 } else { lines(here, here.width).len() }
}

/// The question whose keys those of the pane are.
fn open_question<'s>(here: &Here<'s>) -> Option<&'s Question> {
    let typing = &here.view.typing;
    let free = here.focused() && typing.prefix.is_empty() && typing.overlay == Overlay::None;
    here.view.predict.question.as_ref().filter(|_| free)
}

/// Moves over the choices of a question, else over the rows of what came of the last one.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    let Some(question) = open_question(here) else { return list::go(here, motion) };
    let mut question = question.clone();
    match motion {
        Motion::Columns(by) => question.go(by, 0),
        Motion::Rows(by) => question.go(0, by),
        Motion::Pages(_) | Motion::Edge(_) | Motion::Wheel(_) => return Vec::new(),
    }
    vec![Response::Question(Box::new(question))]
}

/// Takes a choice of a question that was clicked, and ticks it.
fn put(here: &Here<'_>, spot: Spot) -> Vec<Response> {
    match (spot, open_question(here)) {
        (Spot::Row(choice), Some(question)) => {
            let mut question = question.clone();
            question.choose(choice);
            question.tick();
            vec![Response::Question(Box::new(question))]
        }
        _ => list::put(here, spot),
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    if let Some(open) = &here.view.predict.question {
        return question::draw(here, open, pen);
    }
    let lines = lines(here, pen.width());
    let first = head(here, lines.len(), pen.height());
    let cursor = here.moved_to();
    for (row, (i, line)) in lines.iter().enumerate().skip(first).take(pen.height()).enumerate() {
        pen.row(row).spot(Spot::Row(i));
        if cursor == Some(i) {
            pen.highlight(Role::Selection);
        }
        for (column, text, role) in line {
            pen.col(*column).put(text, *role);
        }
    }
}

fn lines(scene: &Scene<'_>, width: usize) -> Vec<Line> {
    let predict = &scene.view.predict;
    let said = |text: &str, role| -> Vec<Line> {
        sentence(text, width).into_iter().map(|line| vec![(0, line, role)]).collect()
    };
    let mut lines = Vec::new();
    if let Some(text) = advice(scene.now, predict.on, predict.verdict.is_some()) {
        lines.extend(said(text, Role::Text));
    }
    let Some(verdict) = predict.verdict.as_ref().filter(|_| predict.on) else { return lines };
    lines.extend(verdict.parts.iter().flat_map(|part| judged(part, width)));
    if verdict.parts.iter().any(|p| p.right.is_none()) {
        lines.extend(said("What was said of a task that did not run is not judged.", Role::Dim));
    }
    if !verdict.counts {
        lines.extend(said("Not counted: this turn had been taken before.", Role::Dim));
    }
    lines.extend(said(&sums(&predict.score), Role::Head));
    if !verdict.changed.is_empty() {
        lines.extend(said(&format!("Changed: {}.", verdict.changed.join(", ")), Role::Text));
    }
    lines.extend(verdict.sentences.iter().flat_map(|s| said(&visible(s), Role::Text)));
    lines
}

/// What can be done, where that has to be said.
fn advice(now: &Snapshot, on: bool, judged: bool) -> Option<&'static str> {
    let can = |s: &RunState| *s == RunState::Ready;
    let idle = !now.tasks.iter().any(|t| can(&t.state) || t.wait.as_ref().is_some_and(|w| w.deadline_us.is_some()));
    match () {
        () if !on => Some("P begins predictions: a step asks first what it will change, and keeps a score."),
        () if now.status == Status::Running => Some("Nothing is asked while it runs."),
        () if idle && now.tasks.iter().all(|t| t.state.ended()) => {
            Some("Every task has ended: there is no turn to predict.")
        }
        () if idle => Some("No task can run: there is no turn to predict. u goes back."),
        () if !judged => Some(
            "s asks who takes the next turn, what it will change, and the flags after it; S asks of the selected task. Esc leaves a question.",
        ),
        () => None,
    }
}

/// A part: what is true, and below it what was said instead.
fn judged(part: &Part, width: usize) -> Vec<Line> {
    let (mark, role) = match part.right {
        Some(true) => ("right", Role::Run),
        Some(false) => ("WRONG", Role::Trouble),
        None => ("-", Role::Dim),
    };
    let broken = |text: &str, role| -> Vec<Line> {
        let lines = sentence(text, width.saturating_sub(SAID));
        lines.into_iter().map(|line| vec![(SAID, line.trim_start().to_owned(), role)]).collect()
    };
    let mut lines = broken(&part.truth, Role::Text);
    if let Some(head) = lines.first_mut() {
        head.extend([(1, part.kind.name(), Role::Label), (MARK, mark.to_owned(), role)]);
    }
    if part.right == Some(false) {
        lines.extend(broken(&format!("you said {}", part.said), Role::Dim));
    }
    lines
}

/// `All: who 5/6 changes 4/6 flags 6/6 values 1/2`.
fn sums(score: &Score) -> String {
    let kinds = [("who", score.who), ("changes", score.changes), ("flags", score.flags), ("values", score.values)];
    let kinds = kinds.iter().filter(|(_, tally)| tally.asked > 0);
    let kinds: Vec<String> = kinds.map(|(name, tally)| format!("{name} {}", of(*tally))).collect();
    format!("So far: {}", kinds.join(" "))
}
