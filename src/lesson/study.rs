//! A student's way through a lesson: the page, what is done, what is said to a wrong turn. It changes
//! by what the student does and by what is true of the machine, nothing else.

mod asked;
mod written;

use super::answer::{choice, says};
use super::kind::{Case, LessonTaskKind};
use super::{Lesson, LessonTask, Page, Reached, Work};
use crate::backend::{Expr, Input, Program, Value};
use asked::{is_cursor_at, is_use};
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
    /// Parts of predictions that were right, and chosen: not what Enter alone has said.
    pub predicted: u32,
    /// What came from outside on this course of events, up to the turn in view.
    pub inputs: &'f [Arc<Input>],
    /// The stops that the last run has ended for, as the command lines that set them.
    pub stopped: &'f [String],
    /// What a name of a program's label stands for.
    pub label: &'f dyn Fn(&str) -> Option<i64>,
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
pub type TaskIndex = (usize, usize);

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
    done: BTreeSet<TaskIndex>,
    /// Hints shown for the task that is to do now.
    hints: usize,
    /// What was said to the last answer.
    said: Option<String>,
    /// A wrong way that is taken now.
    astray: Option<String>,
    /// How the last puzzle was solved, behind its `right`.
    solved: Option<(TaskIndex, u64)>,
    /// Parts of predictions that were right when the current task began.
    predicted: Option<u32>,
    /// Switches between tasks made when the page began.
    begun: u64,
    /// What came from outside before the current task began.
    given: Vec<Arc<Input>>,
    /// Keys and commands used since the page began, by name, commands with what follows it.
    used: BTreeSet<String>,
    /// What the task to do now wants to be used was used just now: whether that was where it asks for is still to be seen.
    did: bool,
    /// What the student has written in place of programs, by their names.
    written: Vec<(String, Arc<Program>)>,
    /// Command lines that are carried out after those of the page when it begins again: a case of its exercise.
    case: Vec<String>,
    /// What was done for each task.
    work: Work,
    /// The task that was done last, until that is asked for.
    finished: Option<TaskIndex>,
}

impl Study {
    /// Opens a lesson where it was left.
    #[must_use]
    pub fn open(lesson: Arc<Lesson>, past: &Reached) -> Study {
        let there = |&(page, task): &TaskIndex| lesson.pages.get(page).is_some_and(|p| task < p.tasks.len());
        let done = past.done.iter().copied().filter(there).collect::<BTreeSet<_>>();
        // What is done already is begun again at its start.
        let page = if done.len() == lesson.tasks() { 0 } else { past.page.min(lesson.pages.len() - 1) };
        Study {
            lesson,
            page,
            done,
            hints: 0,
            said: None,
            astray: None,
            solved: None,
            predicted: None,
            begun: 0,
            given: Vec::new(),
            used: BTreeSet::new(),
            did: false,
            written: Vec::new(),
            case: Vec::new(),
            work: past.work.clone(),
            finished: None,
        }
    }

    /// The lesson.
    #[must_use]
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// How far the student has come.
    #[must_use]
    pub fn past(&self) -> Reached {
        Reached { page: self.page, done: self.done.clone(), work: self.work.clone() }
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
    pub fn now(&self) -> Option<(usize, &LessonTask)> {
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
        let own = task.kind.expr().into_iter().chain(&task.holds).chain(&task.at);
        own.chain(task.wrong.iter().filter_map(super::Wrong::expr)).cloned().collect()
    }

    /// Takes in what is true now; whether a task has been done by that.
    pub fn look(&mut self, facts: &Facts<'_>) -> bool {
        let truth = |expr: &Expr| (facts.value)(expr).is_some_and(Value::truth);
        let begun = *self.predicted.get_or_insert(facts.predicted);
        let (page, did) = (self.page, std::mem::take(&mut self.did));
        let Some((number, task)) = self.now() else { return false };
        let done = match &task.kind {
            LessonTaskKind::Check(expr) => truth(expr),
            LessonTaskKind::Goal { goal, .. } => truth(goal),
            LessonTaskKind::Cursor(expr) => is_cursor_at(expr, facts),
            LessonTaskKind::Pane(name) => name == facts.pane,
            LessonTaskKind::Predict(parts) => facts.predicted.saturating_sub(begun) >= *parts,
            LessonTaskKind::Did(_) => did && Study::in_place(task, facts),
            LessonTaskKind::Answer(_) | LessonTaskKind::Choice { .. } | LessonTaskKind::Exercise(_) => false,
        };
        if let Some(how) = if done { self.shortfall(task, facts) } else { None } {
            self.astray = Some(how);
            return false;
        }
        if done {
            let puzzle = matches!(task.kind, LessonTaskKind::Goal { .. });
            self.given = facts.inputs.to_vec();
            if puzzle {
                self.solved = Some(((page, number), facts.switches.saturating_sub(self.begun)));
            }
            self.finish(number);
            return true;
        }
        let case = |w: &&super::Wrong| matches!(&w.case, Case::When(expr) if truth(expr));
        self.astray = task.wrong.iter().find(case).map(|w| w.say.clone());
        if did {
            self.said = Some(ELSEWHERE.to_owned());
        }
        false
    }

    /// Takes note that a key or command of that name was used; whether a task has been done by that.
    pub fn record_action(&mut self, name: &str) -> bool {
        if self.used.len() < MOST_USED {
            self.used.insert(name.to_owned());
        }
        match self.now() {
            Some((number, task)) if matches!(&task.kind, LessonTaskKind::Did(wanted) if is_use(name, wanted)) => {
                if task.holds.is_none() && task.at.is_none() {
                    self.finish(number);
                    return true;
                }
                self.did = true;
                false
            }
            _ => false,
        }
    }

    /// Judges an answer to the question that is open.
    pub fn answer(&mut self, text: &str, facts: &Facts<'_>) -> Verdict {
        let lesson = Arc::clone(&self.lesson);
        let Some((number, _)) = self.now() else { return Verdict::NoQuestion };
        let task = &lesson.pages[self.page].tasks[number];
        let Some(right) = is_right(&task.kind, text, facts.value, facts.label) else { return Verdict::NoQuestion };
        let work = self.work.of((self.page, number));
        work.tries = work.tries.saturating_add(1);
        if right {
            work.answer = Some(text.chars().take(MOST_ANSWER).collect());
            self.finish(number);
            return Verdict::Right;
        }
        let meant = |expr: &Expr| match &task.kind {
            LessonTaskKind::Choice { choices, .. } => {
                let number = choice(text, choices).and_then(|n| i64::try_from(n).ok());
                number.is_some_and(|n| (facts.value)(expr) == Some(Value::Int(n)))
            }
            _ => says(text, (facts.value)(expr), facts.label),
        };
        let case = |w: &&super::Wrong| matches!(&w.case, Case::Is(expr) if meant(expr));
        let remark = task.wrong.iter().find(case).map(|w| w.say.clone());
        let remark = remark.unwrap_or_else(|| format!("{} is not it. H gives a hint.", text.trim()));
        self.said = Some(remark.clone());
        Verdict::Wrong(remark)
    }

    /// Shows one hint more; false if there is none.
    pub fn hint(&mut self) -> bool {
        let more = self.now().is_some_and(|(_, task)| self.hints < task.hints.len());
        self.hints += usize::from(more);
        let shown = u32::try_from(self.hints).unwrap_or(u32::MAX);
        if let Some((number, _)) = self.now().filter(|_| more) {
            let work = self.work.of((self.page, number));
            work.hints = work.hints.max(shown);
        }
        more
    }

    /// The machine is where the page begins: the switches between tasks that have been made, and what came from
    /// outside.
    pub fn begin(&mut self, switches: u64, inputs: &[Arc<Input>]) {
        (self.begun, self.given) = (switches, inputs.to_vec());
        self.used.clear();
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
        self.case.clear();
        self.forget();
        true
    }

    /// Counts the task to do now as done, though it is not.
    pub fn pass(&mut self) {
        if let Some((number, _)) = self.now() {
            self.finish(number);
        }
    }

    /// Does the tasks of this page again.
    pub fn again(&mut self) {
        let page = self.page;
        if let Some((number, _)) = self.now() {
            let work = self.work.of((page, number));
            work.tries = work.tries.saturating_add(1);
        }
        self.done.retain(|(p, _)| *p != page);
        self.forget();
    }

    fn finish(&mut self, task: usize) {
        self.done.insert((self.page, task));
        self.finished = Some((self.page, task));
        let solved = self.solved;
        self.forget();
        self.solved = solved;
    }

    fn forget(&mut self) {
        self.did = false;
        (self.hints, self.said, self.astray, self.solved, self.predicted) = (0, None, None, None, None);
    }
}

/// Whether an answer to a question is right; `None` if it is not a question.
pub(super) fn is_right(
    kind: &LessonTaskKind,
    text: &str,
    value: &dyn Fn(&Expr) -> Option<Value>,
    label: &dyn Fn(&str) -> Option<i64>,
) -> Option<bool> {
    match kind {
        LessonTaskKind::Answer(expr) => Some(says(text, value(expr), label)),
        LessonTaskKind::Choice { correct, choices } => Some(choice(text, choices) == Some(*correct)),
        LessonTaskKind::Check(_)
        | LessonTaskKind::Did(_)
        | LessonTaskKind::Cursor(_)
        | LessonTaskKind::Pane(_)
        | LessonTaskKind::Goal { .. }
        | LessonTaskKind::Predict(_)
        | LessonTaskKind::Exercise(_) => None,
    }
}

/// What is said where what a task wants to be used was used at another place or moment.
const ELSEWHERE: &str = "That is what it asks for, but not where it asks for it. Read the task once more.";

/// Characters of an answer that are kept.
const MOST_ANSWER: usize = 200;

/// Names of keys and commands that are remembered for a page.
const MOST_USED: usize = 1000;
