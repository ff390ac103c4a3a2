//! Grading: each task of a hand-in is judged again from what is in it. What it says of itself counts for nothing: a program is
//! judged over all schedules, an answer against the machine that its recording leads to, a state by replaying.

use super::kind::Change;
use super::study::is_right;
use super::{Begin, HandIn, HandedLesson, HandedTask, Lesson, LessonTask, LessonTaskKind};
use crate::backend::{Evidence, Expr, GoOn, Local, Pid, Value, Verdict};
use std::collections::BTreeSet;

/// What a task of a hand-in is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grade {
    /// It is done: what was handed in shows it.
    Proved,
    /// The student says that it is done; nothing could show it, such as which key was pressed.
    Said,
    /// It is open, and nothing else was said.
    Open,
    /// What was handed in does not do it: why.
    Failed(String),
    /// It was not found out: why.
    Undecided(String),
}

impl Grade {
    /// Its name in tables.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Grade::Proved => "proved",
            Grade::Said => "said",
            Grade::Open => "open",
            Grade::Failed(_) => "failed",
            Grade::Undecided(_) => "not decided",
        }
    }

    /// Why, if there is more to say.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Grade::Failed(why) | Grade::Undecided(why) => why,
            Grade::Proved | Grade::Said | Grade::Open => "",
        }
    }
}

/// A task that was graded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradedTask {
    /// Its page, from 1.
    pub page: usize,
    /// Its number on the page, from 1.
    pub task: usize,
    /// What it is worth.
    pub grade: Grade,
    /// How often it was tried, as the student says.
    pub tries: u32,
    /// Hints shown, as the student says.
    pub hints: u32,
}

/// A lesson that was graded: all its tasks, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    /// Its identity, as the hand-in names it.
    pub lesson: String,
    /// Its tasks, or why there are none.
    pub tasks: Result<Vec<GradedTask>, String>,
}

/// Grades a hand-in. `find` gives the lesson of an identity; `begin` makes a session at its start.
pub fn grade(
    hand_in: &HandIn,
    find: &dyn Fn(&str) -> Option<Lesson>,
    begin: &Begin<'_>,
    go_on: &GoOn<'_>,
) -> Vec<Graded> {
    let mut seen = BTreeSet::new();
    let one = |handed: &HandedLesson| {
        let tasks = match find(&handed.lesson) {
            _ if !seen.insert(handed.lesson.clone()) => Err("it is handed in twice".to_owned()),
            None => Err("there is no lesson of this identity here".to_owned()),
            Some(lesson) if lesson.sum != handed.sum => {
                Err("it was done with another edition of this lesson".to_owned())
            }
            Some(lesson) => grade_lesson(&lesson, handed, begin, go_on),
        };
        Graded { lesson: handed.lesson.clone(), tasks }
    };
    hand_in.lessons.iter().map(one).collect()
}

fn grade_lesson(
    lesson: &Lesson,
    handed: &HandedLesson,
    begin: &Begin<'_>,
    go_on: &GoOn<'_>,
) -> Result<Vec<GradedTask>, String> {
    let there = |task: &HandedTask| {
        let page = task.page.checked_sub(1).and_then(|page| lesson.pages.get(page));
        page.is_some_and(|page| (1..=page.tasks.len()).contains(&task.task))
    };
    let mut seen = BTreeSet::new();
    for task in &handed.tasks {
        let HandedTask { page, task: number, .. } = task;
        if !there(task) {
            return Err(format!("it has no task {number} on page {page}"));
        }
        if !seen.insert((*page, *number)) {
            return Err(format!("task {number} of page {page} is handed in twice"));
        }
    }
    let mut graded = Vec::new();
    for (page, tasks) in (1..).zip(lesson.pages.iter().map(|page| &page.tasks)) {
        for (number, _) in (1..).zip(tasks) {
            let handed = handed.tasks.iter().find(|task| (task.page, task.task) == (page, number));
            let grade = match handed {
                None => Grade::Open,
                Some(handed) => grade_task(lesson, handed, begin, go_on),
            };
            let (tries, hints) = handed.map_or((0, 0), |handed| (handed.work.tries, handed.work.hints));
            graded.push(GradedTask { page, task: number, grade, tries, hints });
        }
    }
    Ok(graded)
}

fn grade_task(lesson: &Lesson, handed: &HandedTask, begin: &Begin<'_>, go_on: &GoOn<'_>) -> Grade {
    let (page, number) = (handed.page - 1, handed.task - 1);
    let task = &lesson.pages[page].tasks[number];
    if !handed.done && handed.work.text.is_none() {
        return Grade::Open;
    }
    if let LessonTaskKind::Exercise(_) = &task.kind {
        return grade_written(lesson, handed, begin, go_on);
    }
    let Some(recording) = &handed.work.recording else {
        return match shows(&task.kind) {
            true => Grade::Failed("it says that it is done, and has no recording that shows it".into()),
            false => Grade::Said,
        };
    };
    let start = match begin(lesson.setup(page), lesson.start(page)) {
        Ok(start) => start,
        Err(e) => return Grade::Undecided(format!("the page does not begin: {e}")),
    };
    match Evidence::replay(recording, &start, handed.work.turn) {
        Ok(evidence) => weigh(lesson, (page, number), handed, &evidence),
        Err(e) => Grade::Failed(e.to_string()),
    }
}

/// Whether a recording can show that a task of this kind is done.
const fn shows(kind: &LessonTaskKind) -> bool {
    match kind {
        LessonTaskKind::Check(_)
        | LessonTaskKind::Answer(_)
        | LessonTaskKind::Choice { .. }
        | LessonTaskKind::Goal { .. }
        | LessonTaskKind::Exercise(_) => true,
        LessonTaskKind::Did(_) | LessonTaskKind::Cursor(_) | LessonTaskKind::Pane(_) | LessonTaskKind::Predict(_) => {
            false
        }
    }
}

/// Looks at where a recording leads.
fn weigh(lesson: &Lesson, (page, number): (usize, usize), handed: &HandedTask, evidence: &Evidence<'_>) -> Grade {
    let page = &lesson.pages[page];
    let task = &page.tasks[number];
    let pid: Option<Pid> = page.select.or(Some(1));
    let value = |expr: &Expr| evidence.value(expr, pid);
    if let Some(why) = meddled(&page.tasks[..=number], task, evidence) {
        return Grade::Failed(why);
    }
    let holds = |expr: &Expr| match value(expr).is_some_and(Value::truth) {
        true => Grade::Proved,
        false => Grade::Failed(format!("where its recording leads, {} is not true", expr.text())),
    };
    match &task.kind {
        LessonTaskKind::Check(expr) | LessonTaskKind::Goal { goal: expr, .. } => holds(expr),
        LessonTaskKind::Answer(_) | LessonTaskKind::Choice { .. } => {
            let answer = handed.work.answer.as_deref().unwrap_or_default();
            match is_right(&task.kind, answer, &value, &|name| evidence.label(name)) {
                Some(true) => Grade::Proved,
                _ if answer.is_empty() => Grade::Failed("it has no answer".into()),
                _ => Grade::Failed(format!("the answer \"{answer}\" is not right where its recording leads")),
            }
        }
        LessonTaskKind::Did(_)
        | LessonTaskKind::Cursor(_)
        | LessonTaskKind::Pane(_)
        | LessonTaskKind::Predict(_)
        | LessonTaskKind::Exercise(_) => Grade::Said,
    }
}

/// What was changed from outside though no task up to this one asks for it, or was not though this one does.
fn meddled(tasks: &[LessonTask], task: &LessonTask, evidence: &Evidence<'_>) -> Option<String> {
    // A question is answered wherever the student has gone to find out.
    if task.kind.asks() {
        return None;
    }
    let inputs = evidence.inputs();
    let changes: Vec<Change> = inputs.iter().filter_map(|input| Change::of(input)).collect();
    let unasked = changes.iter().find(|change| !tasks.iter().any(|task| task.by.contains(change)));
    let missing = task.by.iter().find(|change| !changes.contains(change));
    match (unasked, missing) {
        (Some(change), _) => Some(format!("its recording comes there by {}, which no task asks for", change.words())),
        (None, Some(change)) => Some(format!("it asks for {}, which its recording does not have", change.words())),
        (None, None) => None,
    }
}

/// Judges again what was written, over all schedules; a recording has to be one of the same program.
fn grade_written(lesson: &Lesson, handed: &HandedTask, begin: &Begin<'_>, go_on: &GoOn<'_>) -> Grade {
    let Some(text) = &handed.work.text else {
        return Grade::Failed("it says that it is done, and nothing that was written is there".into());
    };
    let trial = match lesson.trial(handed.page - 1, handed.task - 1, text, begin) {
        Ok(trial) => trial,
        Err(e) => return Grade::Undecided(e.to_string()),
    };
    let judgement = trial.judge(go_on);
    match (&judgement.verdict, handed.done) {
        (Verdict::Passed { .. }, _) => {}
        (Verdict::Undecided(why), _) => return Grade::Undecided(why.clone()),
        (Verdict::Failed(_), true) => return Grade::Failed(judgement.sentences()),
        (Verdict::Failed(_), false) => return Grade::Open,
    }
    let stage: Option<&Local> = trial.stage(judgement.case);
    match (&handed.work.recording, stage) {
        (Some(recording), Some(stage)) => match Evidence::replay(recording, stage, None) {
            Ok(_) => Grade::Proved,
            Err(e) => Grade::Failed(format!("the program does it, but {e}")),
        },
        (None, _) | (_, None) => Grade::Proved,
    }
}
