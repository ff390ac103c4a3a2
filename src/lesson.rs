//! Lessons: text, programs and tasks from a file, and how far a student has come in one. A lesson is
//! judged against the machine itself, by expressions; screens and files are left to others.

mod answer;
mod error;
mod exercise;
mod exercise_text;
mod grade;
mod hand_in;
mod kind;
mod loaded;
mod progress;
mod read;
mod shelf;
mod source;
mod study;
mod task_text;
mod text;
mod work;

pub use error::LessonError;
pub use exercise::{Begin, Breaks, Exercise, ExerciseCase, Form, Judgement, Trial, Unjudged, read_written};
pub use grade::{Grade, Graded, GradedTask, grade};
pub use hand_in::{HandIn, HandInError, HandedLesson, HandedTask};
pub use kind::{Case, Change, LessonTaskKind, Proof, Wrong};
pub use progress::{Progress, Reached};
pub use read::Find;
pub use shelf::{EXERCISES, SHELF, Shelved, exercise, following, place, shelved};
pub use study::{Facts, Standing, Study, TaskIndex, Verdict};
pub use text::{Block, Span, Tone};
pub use work::{TaskWork, Work};

use crate::backend::{Config, Expr, Level, LoadDefaults, LoadOptions, Local, Pid, Program, Refused, Setup};
use std::sync::Arc;

/// Something odd in a lesson's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub what: String,
}

/// Programs with their options, in the order of their pids.
pub type Programs = Vec<(Arc<Program>, LoadOptions)>;

/// A lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// Its identity: what it is called on the command line and in the record of progress.
    pub name: String,
    /// A checksum of its text and programs: another one is another edition of the lesson.
    pub sum: String,
    /// What it is called on the screen.
    pub title: String,
    /// What it is about, in a line.
    pub about: String,
    /// What a student can do afterwards, for lecturers; may be empty.
    pub aim: String,
    /// Minutes that it takes a student, about.
    pub minutes: Option<u32>,
    /// The programs, pids 1, 2 and so on, until a page names others.
    pub programs: Programs,
    /// How much explanations say.
    pub level: Level,
    /// What is odd about its file.
    pub warnings: Vec<Warning>,
    /// Bytes of stack for each task that says nothing else.
    pub stack: u32,
    /// Whether stores into other tasks' registers and stacks are refused.
    pub protect: bool,
    /// Its pages, at least one.
    pub pages: Vec<Page>,
}

/// A page: text, tasks, and how the machine and the screen are at its start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Its heading.
    pub title: String,
    /// Its text.
    pub blocks: Vec<Block>,
    /// Its text as it was written, without the blocks that are not text.
    pub markdown: String,
    /// Its tasks, in order.
    pub tasks: Vec<LessonTask>,
    /// Command lines that are carried out when it is entered, on freshly loaded programs; `None` are
    /// those of the page before.
    pub start: Option<Vec<String>>,
    /// Other programs from this page on; `None` are those of the page before.
    pub programs: Option<Programs>,
    /// Names of the panes beside the text, from top to bottom.
    pub panes: Vec<String>,
    /// The task that is selected at its start.
    pub select: Option<Pid>,
    /// Line of the file its heading is in, from 1.
    pub line: usize,
    /// Line of the block that says how it begins, if it has one.
    pub block_line: Option<usize>,
    /// Lines of what that says.
    pub lines: PageLines,
    /// A block of it could not be read: it cannot be played.
    pub broken: bool,
}

/// The lines of the file, from 1, in which a page says how it begins; those of the head are the first page's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageLines {
    /// Of the command lines of its own `start`.
    pub start: Vec<usize>,
    /// Of the names of its own panes.
    pub panes: Vec<usize>,
    /// Of the task that is selected.
    pub select: Option<usize>,
}

/// A lesson as far as it could be read.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The lesson without the blocks that could not be read; `None` if its head or its programs could not.
    pub lesson: Option<Lesson>,
    /// All that is wrong with its file, in the order of lines.
    pub errors: Vec<LessonError>,
}

impl Page {
    /// The line to name for what is wrong with how the page begins.
    #[must_use]
    pub fn start_line(&self) -> usize {
        self.block_line.unwrap_or(self.line)
    }
}

/// Something for the student to do or to find out.
#[derive(Debug, Clone, PartialEq)]
pub struct LessonTask {
    /// What is to be done.
    pub say: String,
    /// How it is known to be done.
    pub kind: LessonTaskKind,
    /// What the student may, and then must, change from outside to do it; steering who runs is always allowed.
    pub by: Vec<Change>,
    /// Keys and commands that must have been used since the page began, by name, commands with the arguments that count.
    pub used: Vec<String>,
    /// The command line that sets the stop for which the last run must have ended.
    pub stop: Option<String>,
    /// What must be true where a key or command is used.
    pub holds: Option<Expr>,
    /// The address of the register or byte that the cursor must be on after it.
    pub at: Option<Expr>,
    /// How a fixed answer is shown to be true.
    pub proof: Option<Proof>,
    /// Hints, the first one gentlest.
    pub hints: Vec<String>,
    /// What is said when it is done.
    pub right: Option<String>,
    /// Wrong ways, and what is said to them.
    pub wrong: Vec<Wrong>,
    /// Keys that do it; for a question the answer.
    pub play: String,
    /// Line of the file it is in, from 1.
    pub line: usize,
}

impl Lesson {
    /// Number of tasks on all pages.
    #[must_use]
    pub fn tasks(&self) -> usize {
        self.pages.iter().map(|p| p.tasks.len()).sum()
    }

    /// The programs of a page, from 0: its own, or those of the last page before it that has some.
    #[must_use]
    pub fn programs(&self, page: usize) -> &Programs {
        let own = self.pages.iter().take(page + 1).rev().find_map(|p| p.programs.as_ref());
        own.unwrap_or(&self.programs)
    }

    /// Every program of the lesson, once each.
    pub fn all_programs(&self) -> impl Iterator<Item = &Arc<Program>> {
        let all: Vec<_> = self.pages.iter().filter_map(|p| p.programs.as_ref()).chain([&self.programs]).collect();
        let mut seen: Vec<&Arc<Program>> = Vec::new();
        for (program, _) in all.into_iter().flatten() {
            if !seen.iter().any(|s| s.origin == program.origin) {
                seen.push(program);
            }
        }
        seen.sort_by_key(|p| p.origin());
        seen.into_iter()
    }

    /// A machine with the programs of a page, from 0, at turn 0.
    ///
    /// # Errors
    /// A program does not fit into the machine.
    pub fn target(&self, page: usize) -> Result<Local, Refused> {
        self.setup(page).begin()
    }

    /// What the session of a page begins with.
    #[must_use]
    pub fn setup(&self, page: usize) -> Setup {
        Setup {
            title: self.title.to_lowercase(),
            config: Config { protect: self.protect, ..Config::default() },
            defaults: LoadDefaults { stack: self.stack, ..LoadDefaults::default() },
            programs: self.programs(page).to_vec(),
        }
    }

    /// What brings the machine to where a page begins: its own `start`, or that of the last page
    /// before it that has one.
    #[must_use]
    pub fn start(&self, page: usize) -> &[String] {
        let starts = self.pages.iter().take(page + 1).rev();
        starts.filter_map(|p| p.start.as_deref()).next().unwrap_or(&[])
    }
}
