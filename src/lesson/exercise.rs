//! Exercises: tasks for which the student writes a program or a schedule, judged over all schedules.

use super::{Case, Lesson, LessonTask, LessonTaskKind, Programs};
use crate::backend::{
    Allowance, Expr, Failing, GoOn, HostError, Local, Program, ProgramError, Required, Requirements, Setup, Verdict,
    host,
};
use crate::limits::WRITTEN;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// What a student is to write, and how it is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Exercise {
    /// The name of the student's file.
    pub file: String,
    /// What is written in it.
    pub form: Form,
    /// Its text before the student has written anything.
    pub starter: String,
    /// What must hold in every schedule.
    pub required: Requirements,
    /// What the program may consist of.
    pub may: Allowance,
    /// The starts it is judged from; one without anything of its own if the lesson names none.
    pub cases: Vec<ExerciseCase>,
    /// The task is to make something wrong fail.
    pub breaks: Option<Breaks>,
    /// Texts that do it, by name: that of the task's `play` first.
    pub solutions: Vec<(String, String)>,
    /// Texts that do not, by name: those of the task's wrong ways, in their order.
    pub wrong: Vec<(String, String)>,
}

/// What a student writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A program, in place of the page's program of that name.
    Program {
        /// The name of the starter among the page's programs.
        in_place_of: String,
    },
    /// A schedule.
    Schedule,
}

/// A start that a program is judged from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExerciseCase {
    /// Command lines that are carried out after those of the page.
    pub start: Vec<String>,
    /// What must hold at every end, besides what the task requires.
    pub finally: Vec<Expr>,
}

/// Something wrong that is to fail.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Breaks {
    /// A program of the page, and one that works: beside that one the student's program must do no harm.
    pub fair: Option<(String, Arc<Program>)>,
}

/// Why a text cannot be judged.
#[derive(Debug, Error)]
pub enum Unjudged {
    /// The lesson has no exercise there.
    #[error("page {} has no task {} for which something is written", page + 1, task + 1)]
    NoExercise {
        /// From 0.
        page: usize,
        /// From 0.
        task: usize,
    },
    /// The session does not begin.
    #[error("the exercise does not begin: {0}")]
    Start(String),
}

/// What came of judging a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Whether it does the task. Of a task that is to break something it is passed if that fails.
    pub verdict: Verdict,
    /// What fails: of a passed task that breaks something, how.
    pub shown: Option<Failing>,
    /// The start from which that fails, from 0.
    pub case: usize,
    /// What the lesson says to a wrong way.
    pub remark: Option<String>,
    /// The student's program, if it could be assembled.
    pub program: Option<Arc<Program>>,
    /// What was judged.
    pub text: String,
}

impl Judgement {
    /// Whether the task is done by it.
    #[must_use]
    pub const fn passed(&self) -> bool {
        matches!(self.verdict, Verdict::Passed { .. })
    }

    /// What is to be said, in a few sentences.
    #[must_use]
    pub fn sentences(&self) -> String {
        let said = match &self.verdict {
            Verdict::Passed { states } => match &self.shown {
                Some(failing) => format!("It fails, as it should. {}", failing.sentences()),
                None => format!("Proved over all schedules: {states} states."),
            },
            Verdict::Failed(failing) => failing.sentences(),
            Verdict::Undecided(why) => format!("Not decided: {why}."),
        };
        self.remark.as_ref().map_or_else(|| said.clone(), |remark| format!("{remark} {said}"))
    }
}

/// Makes a session at its start and carries out command lines in it.
pub type Begin<'a> = dyn Fn(Setup, &[String]) -> Result<Local, String> + 'a;

/// A text that is to be judged, with the sessions it is judged in. Judging needs nothing else, so it can be done elsewhere.
#[derive(Debug, Clone)]
pub struct Trial {
    task: LessonTask,
    exercise: Exercise,
    text: String,
    program: Option<Arc<Program>>,
    /// A session for each case, at its start.
    stages: Vec<Local>,
    /// The sessions in which the student's program must do no harm.
    fair: Vec<Local>,
    /// It is wrong before any schedule is tried.
    wrong: Option<Failing>,
}

impl Lesson {
    /// The exercise of a task; both from 0.
    #[must_use]
    pub fn exercise(&self, page: usize, task: usize) -> Option<&Exercise> {
        let LessonTaskKind::Exercise(exercise) = &self.pages.get(page)?.tasks.get(task)?.kind else { return None };
        Some(exercise)
    }

    /// What the session of a page begins with, with other programs in place of some, by their names.
    #[must_use]
    pub fn setup_with(&self, page: usize, others: &[(&str, &Arc<Program>)]) -> Setup {
        let mut setup = self.setup(page);
        put(&mut setup.programs, others);
        setup
    }

    /// Prepares a text to be judged.
    ///
    /// # Errors
    /// The task is not one for which something is written, or the session does not begin.
    pub fn trial(&self, page: usize, task: usize, text: &str, begin: &Begin<'_>) -> Result<Trial, Unjudged> {
        let exercise = self.exercise(page, task).ok_or(Unjudged::NoExercise { page, task })?.clone();
        let (mut program, mut wrong) = (None, too_long(text));
        if wrong.is_none() && exercise.form != Form::Schedule {
            match exercise.assemble(text) {
                Ok(assembled) => {
                    wrong = assembled.exceeds(&exercise.may).map(|what| Failing::plainly(Required::Uses, what));
                    program = Some(Arc::new(assembled));
                }
                Err(e) => wrong = Some(Failing::plainly(Required::Assembles, e.to_string())),
            }
        }
        let stages = |fair: bool| {
            let others = exercise.others(program.as_ref(), fair);
            let stage = |case: &ExerciseCase| {
                let lines: Vec<String> = self.start(page).iter().chain(&case.start).cloned().collect();
                begin(self.setup_with(page, &others), &lines).map_err(Unjudged::Start)
            };
            exercise.cases.iter().map(stage).collect::<Result<Vec<_>, _>>()
        };
        let fits = wrong.is_none();
        let fair = exercise.breaks.as_ref().is_some_and(|breaks| breaks.fair.is_some());
        let (stages, fair) = match (fits, fair) {
            (false, _) => (Vec::new(), Vec::new()),
            (true, false) => (stages(false)?, Vec::new()),
            (true, true) => (stages(false)?, stages(true)?),
        };
        let task = self.pages[page].tasks[task].clone();
        Ok(Trial { task, exercise, text: text.to_owned(), program, stages, fair, wrong })
    }
}

/// Puts programs in place of others, by their names.
fn put(programs: &mut Programs, others: &[(&str, &Arc<Program>)]) {
    for (program, _) in programs {
        if let Some((_, other)) = others.iter().find(|(name, _)| *name == program.origin()) {
            *program = Arc::clone(other);
        }
    }
}

/// Reads what a student has written.
///
/// # Errors
/// The file cannot be read, is too long, or is not text.
pub fn read_written(path: &Path) -> Result<String, HostError> {
    host::text(path, &WRITTEN).map_err(HostError::at(path))
}

/// What is wrong with the length of a text.
fn too_long(text: &str) -> Option<Failing> {
    let over = WRITTEN.check(text.len() as u64).err()?;
    Some(Failing::plainly(Required::Assembles, format!("The text is {over}.")))
}

impl Exercise {
    /// The names of the page's programs that others are put in place of.
    pub(super) fn replaced(&self) -> impl Iterator<Item = &str> {
        let own = match &self.form {
            Form::Program { in_place_of } => Some(in_place_of.as_str()),
            Form::Schedule => None,
        };
        let fair = self.breaks.as_ref().and_then(|breaks| breaks.fair.as_ref()).map(|(name, _)| name.as_str());
        own.into_iter().chain(fair)
    }

    /// The student's program.
    ///
    /// # Errors
    /// It does not assemble.
    pub fn assemble(&self, text: &str) -> Result<Program, ProgramError> {
        Program::builtin(&self.file, text)
    }

    /// What stands in place of programs of the page: the student's, and one that works in place of the wrong one.
    fn others<'a>(&'a self, program: Option<&'a Arc<Program>>, fair: bool) -> Vec<(&'a str, &'a Arc<Program>)> {
        let mut others = Vec::new();
        if let (Form::Program { in_place_of }, Some(program)) = (&self.form, program) {
            others.push((in_place_of.as_str(), program));
        }
        if let Some((name, works)) = self.breaks.as_ref().and_then(|b| b.fair.as_ref()).filter(|_| fair) {
            others.push((name.as_str(), works));
        }
        others
    }

    /// What is required in a case.
    fn required(&self, case: usize) -> Requirements {
        let mut required = self.required.clone();
        required.finally.extend(self.cases[case].finally.iter().cloned());
        required
    }
}

impl Trial {
    /// The session in which a case is judged, at its start.
    #[must_use]
    pub fn stage(&self, case: usize) -> Option<&Local> {
        self.stages.get(case)
    }

    /// Judges the text over all schedules. `go_on` is asked now and then whether to continue.
    #[must_use]
    pub fn judge(&self, go_on: &GoOn<'_>) -> Judgement {
        let (verdict, shown, case) = match &self.wrong {
            Some(failing) => (Verdict::Failed(Box::new(failing.clone())), None, 0),
            None if self.exercise.breaks.is_some() => self.judge_breaking(go_on),
            None => self.judge_holding(go_on),
        };
        let remark = match &verdict {
            Verdict::Failed(failing) => self.remark(failing, case),
            Verdict::Passed { .. } | Verdict::Undecided(_) => None,
        };
        let failed = if let Verdict::Failed(failing) = &verdict { Some((**failing).clone()) } else { None };
        Judgement {
            verdict,
            shown: failed.or(shown),
            case,
            remark,
            program: self.program.clone(),
            text: self.text.clone(),
        }
    }

    fn judge_holding(&self, go_on: &GoOn<'_>) -> (Verdict, Option<Failing>, usize) {
        let mut sum = 0;
        for (case, stage) in self.stages.iter().enumerate() {
            match stage.examine(&self.exercise.required(case), go_on) {
                Verdict::Passed { states } => sum += states,
                other => return (other, None, case),
            }
        }
        (Verdict::Passed { states: sum }, None, 0)
    }

    fn judge_breaking(&self, go_on: &GoOn<'_>) -> (Verdict, Option<Failing>, usize) {
        let fails = |failing: Failing| Verdict::Failed(Box::new(failing));
        for (case, stage) in self.fair.iter().enumerate() {
            match stage.examine(&self.exercise.required(case), go_on) {
                Verdict::Passed { .. } => {}
                Verdict::Failed(failing) => {
                    let what = format!("Beside a program that works it fails, too. {}", failing.sentences());
                    return (fails(Failing::plainly(failing.kind, what)), None, case);
                }
                undecided @ Verdict::Undecided(_) => return (undecided, None, case),
            }
        }
        let mut undecided = None;
        let mut states = 0;
        for (case, stage) in self.stages.iter().enumerate() {
            let verdict = match self.exercise.form {
                Form::Program { .. } => stage.examine(&self.exercise.required(case), go_on),
                Form::Schedule => match stage.try_schedule(&self.text, &self.exercise.required(case)) {
                    Ok(verdict) => verdict,
                    Err(what) => return (fails(Failing::plainly(Required::Assembles, what)), None, case),
                },
            };
            match verdict {
                Verdict::Failed(failing) => return (Verdict::Passed { states: 0 }, Some(*failing), case),
                Verdict::Passed { states: more } => states += more,
                Verdict::Undecided(why) => undecided = Some(why),
            }
        }
        let what = match self.exercise.form {
            Form::Program { .. } => format!("No schedule makes it fail: all of them were tried, {states} states."),
            Form::Schedule => "Nothing fails on this schedule.".to_owned(),
        };
        let verdict = undecided.map_or_else(|| fails(Failing::plainly(Required::Breaks, what)), Verdict::Undecided);
        (verdict, None, 0)
    }

    /// What the lesson says to a failure.
    fn remark(&self, failing: &Failing, case: usize) -> Option<String> {
        let stage = self.stages.get(case);
        let holds = |expr: &Expr| {
            let value = stage.and_then(|stage| stage.value_after(&failing.schedule, expr));
            value.is_some_and(|value| value.truth())
        };
        let meant = |case: &Case| match case {
            Case::Fails(kind, when) => *kind == failing.kind && when.as_ref().is_none_or(holds),
            Case::Is(_) | Case::When(_) => false,
        };
        self.task.wrong.iter().find(|wrong| meant(&wrong.case)).map(|wrong| wrong.say.clone())
    }
}
