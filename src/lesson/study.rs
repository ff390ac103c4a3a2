//! A student's way through a lesson: the page, what is done, what is said to a wrong turn. It changes
//! by what the student does and by what is true of the machine, nothing else.

use super::kind::{Case, Kind};
use super::{Lesson, Page, Reached, Task};
use crate::backend::{Expr, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is true of the machine and the screen now.
pub struct Facts<'f> {
    /// What an expression evaluates to; `None` if it cannot be evaluated here.
    pub value: &'f dyn Fn(&Expr) -> Option<Value>,
    /// The address of the register or byte under the cursor.
    pub cursor: Option<u16>,
    /// The name of the pane that has the focus.
    pub pane: &'f str,
    /// Switches between tasks since the machine began.
    pub switches: u64,
    /// Parts of predictions that were right.
    pub predicted: u32,
}

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has been done.
    Done,
    /// It is the one to do now.
    Now,
    /// Its turn comes later.
    Later,
}

/// A page and, on it, a task; both from 0.
pub type Place = (usize, usize);

/// What an answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Wrong, with what is to be said to it.
    Wrong(String),
    /// No question is open.
    NoQuestion,
}

/// A student's way through a lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    lesson: Arc<Lesson>,
    page: usize,
    done: BTreeSet<Place>,
    /// Hints shown for the task that is to do now.
    hints: usize,
    /// What was said to the last answer.
    said: Option<String>,
    /// A wrong way that is taken now.
    astray: Option<String>,
    /// How the last puzzle was solved, behind its `right`.
    solved: Option<(Place, u64)>,
    /// Parts of predictions that were right when the current task began.
    predicted: Option<u32>,
    /// Switches between tasks made when the page began.
    begun: u64,
}

impl Study {
    /// Opens a lesson where it was left.
    #[must_use]
    pub fn open(lesson: Arc<Lesson>, past: &Reached) -> Study {
        let there = |&(page, task): &Place| lesson.pages.get(page).is_some_and(|p| task < p.tasks.len());
        let done = past.done.iter().copied().filter(there).collect::<BTreeSet<_>>();
        // What is done already is begun again at its start.
        let page = if done.len() == lesson.tasks() { 0 } else { past.page.min(lesson.pages.len() - 1) };
        Study { lesson, page, done, hints: 0, said: None, astray: None, solved: None, predicted: None, begun: 0 }
    }

    /// The lesson.
    #[must_use]
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// How far the student has come.
    #[must_use]
    pub fn past(&self) -> Reached {
        Reached { page: self.page, done: self.done.clone() }
    }

    /// The page that is open, from 0.
    #[must_use]
    pub fn page_number(&self) -> usize {
        self.page
    }

    /// The page that is open.
    #[must_use]
    pub fn page(&self) -> &Page {
        &self.lesson.pages[self.page]
    }

    /// How a task of this page stands.
    #[must_use]
    pub fn standing(&self, task: usize) -> Standing {
        match self.now() {
            _ if self.done.contains(&(self.page, task)) => Standing::Done,
            Some((now, _)) if now == task => Standing::Now,
            _ => Standing::Later,
        }
    }

    /// The task to do now on this page, with its place.
    #[must_use]
    pub fn now(&self) -> Option<(usize, &Task)> {
        self.page().tasks.iter().enumerate().find(|(i, _)| !self.done.contains(&(self.page, *i)))
    }

    /// Tasks done, of all there are.
    #[must_use]
    pub fn score(&self) -> (usize, usize) {
        (self.done.len(), self.lesson.tasks())
    }

    /// Hints shown for the task to do now.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        self.now().map_or(&[], |(_, task)| &task.hints[..self.hints.min(task.hints.len())])
    }

    /// What is to be said to the wrong answer or way that was taken last.
    #[must_use]
    pub fn remark(&self) -> Option<&str> {
        self.said.as_deref().or(self.astray.as_deref())
    }

    /// In how many switches a puzzle of this page was solved, if that was just now.
    #[must_use]
    pub fn solved(&self, task: usize) -> Option<u64> {
        self.solved.filter(|(place, _)| *place == (self.page, task)).map(|(_, switches)| switches)
    }

    /// The expressions whose values the next `look` or `answer` needs.
    #[must_use]
    pub fn asks(&self) -> Vec<Expr> {
        let Some((_, task)) = self.now() else { return Vec::new() };
        let own = match &task.kind {
            Kind::Check(expr) | Kind::Answer(expr) | Kind::Cursor(expr) | Kind::Goal { goal: expr, .. } => Some(expr),
            _ => None,
        };
        own.into_iter().chain(task.wrong.iter().map(super::Wrong::expr)).cloned().collect()
    }

    /// Takes in what is true now; whether a task has been done by that.
    pub fn look(&mut self, facts: &Facts<'_>) -> bool {
        let truth = |expr: &Expr| (facts.value)(expr).is_some_and(Value::truth);
        let begun = *self.predicted.get_or_insert(facts.predicted);
        let page = self.page;
        let Some((number, task)) = self.now() else { return false };
        let done = match &task.kind {
            Kind::Check(expr) => truth(expr),
            Kind::Goal { goal, .. } => truth(goal),
            Kind::Cursor(expr) => facts.cursor.is_some_and(|at| (facts.value)(expr) == Some(Value::Int(at.into()))),
            Kind::Pane(name) => name == facts.pane,
            Kind::Predict(parts) => facts.predicted.saturating_sub(begun) >= *parts,
            Kind::Answer(_) | Kind::Choice { .. } | Kind::Did(_) => false,
        };
        if done {
            if matches!(task.kind, Kind::Goal { .. }) {
                self.solved = Some(((page, number), facts.switches.saturating_sub(self.begun)));
            }
            self.finish(number);
            return true;
        }
        let case = |w: &&super::Wrong| matches!(&w.case, Case::When(expr) if truth(expr));
        self.astray = task.wrong.iter().find(case).map(|w| w.say.clone());
        false
    }

    /// Takes note that a key or command of that name was used; whether a task has been done by that.
    pub fn deed(&mut self, name: &str) -> bool {
        match self.now() {
            Some((number, Task { kind: Kind::Did(wanted), .. })) if wanted == name => {
                self.finish(number);
                true
            }
            _ => false,
        }
    }

    /// Judges an answer to the question that is open.
    pub fn answer(&mut self, text: &str, facts: &Facts<'_>) -> Verdict {
        let Some((number, task)) = self.now() else { return Verdict::NoQuestion };
        let right = match &task.kind {
            Kind::Answer(expr) => says(text, (facts.value)(expr)),
            Kind::Choice { correct, .. } => text.trim() == correct.to_string(),
            _ => return Verdict::NoQuestion,
        };
        if right {
            self.finish(number);
            return Verdict::Right;
        }
        let case = |w: &&super::Wrong| matches!(&w.case, Case::Is(expr) if says(text, (facts.value)(expr)));
        let remark = task.wrong.iter().find(case).map(|w| w.say.clone());
        let remark = remark.unwrap_or_else(|| format!("{} is not it. H gives a hint.", text.trim()));
        self.said = Some(remark.clone());
        Verdict::Wrong(remark)
    }

    /// Shows one hint more; false if there is none.
    pub fn hint(&mut self) -> bool {
        let more = self.now().is_some_and(|(_, task)| self.hints < task.hints.len());
        self.hints += usize::from(more);
        more
    }

    /// The machine is where the page begins; `switches` switches between tasks have been made or are free.
    pub fn begin(&mut self, switches: u64) {
        self.begun = switches;
    }

    /// Whether a task of a page is open.
    #[must_use]
    pub fn open_on(&self, page: usize) -> bool {
        let tasks = self.lesson.pages.get(page).map_or(0, |p| p.tasks.len());
        (0..tasks).any(|task| !self.done.contains(&(page, task)))
    }

    /// Goes to a page; false if there is none.
    pub fn go(&mut self, page: usize) -> bool {
        if page >= self.lesson.pages.len() {
            return false;
        }
        self.page = page;
        self.forget();
        true
    }

    /// Does the tasks of this page again.
    pub fn again(&mut self) {
        let page = self.page;
        self.done.retain(|(p, _)| *p != page);
        self.forget();
    }

    fn finish(&mut self, task: usize) {
        self.done.insert((self.page, task));
        let solved = self.solved;
        self.forget();
        self.solved = solved;
    }

    fn forget(&mut self) {
        (self.hints, self.said, self.astray, self.solved, self.predicted) = (0, None, None, None, None);
    }
}

/// Whether a text names a value: in decimal, or in hex with or without `0x`, as on the screen.
fn says(text: &str, value: Option<Value>) -> bool {
    let Some(Value::Int(value)) = value else { return false };
    let text = text.trim().replace('_', "");
    let digits = text.trim_start_matches("0x").trim_start_matches("0X");
    let hex = i64::from_str_radix(digits, 16).ok();
    let decimal = text.parse().ok();
    [hex, decimal].into_iter().flatten().any(|n: i64| n == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_named_in_hex_or_decimal() {
        let value = Some(Value::Int(0x104C));
        assert!(says("104C", value) && says("0x104c", value) && says("4172", value) && says(" 104c ", value));
        assert!(!says("104D", value) && !says("", value) && !says("R3", value) && !says("104C", None));
    }
}
