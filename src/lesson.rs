//! Lessons: text, programs and tasks from a file, and how far a student has come in one. A lesson is
//! judged against the machine itself, by expressions; screens and files are left to others.

mod error;
mod kind;
mod progress;
mod read;
mod shelf;
mod study;
mod text;

pub use error::LessonError;
pub use kind::{Case, Kind, Wrong};
pub use progress::{Progress, Reached};
pub use shelf::{SHELF, Shelved, place, shelved};
pub use study::{Facts, Place, Standing, Study, Verdict};
pub use text::{Block, Span, Tone};

use crate::backend::{Config, LoadDefaults, LoadOptions, Local, Pid, Program, TargetError};
use std::sync::Arc;

/// A lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// What it is called on the command line and in the record of progress.
    pub name: String,
    /// What it is called on the screen.
    pub title: String,
    /// What it is about, in a line.
    pub about: String,
    /// The programs, pids 1, 2 and so on.
    pub programs: Vec<(Arc<Program>, LoadOptions)>,
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
    pub tasks: Vec<Task>,
    /// Command lines that are carried out when it is entered, on freshly loaded programs; `None` are
    /// those of the page before.
    pub start: Option<Vec<String>>,
    /// Names of the panes beside the text, from top to bottom.
    pub panes: Vec<String>,
    /// The task that is selected at its start.
    pub select: Option<Pid>,
}

/// Something for the student to do or to find out.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// What is to be done.
    pub say: String,
    /// How it is known to be done.
    pub kind: Kind,
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

    /// A machine with its programs, at turn 0.
    ///
    /// # Errors
    /// A program does not fit into the machine.
    pub fn target(&self) -> Result<Local, TargetError> {
        let config = Config { protect: self.protect, ..Config::default() };
        let defaults = LoadDefaults { stack: self.stack, ..LoadDefaults::default() };
        let mut target = Local::new(self.title.to_lowercase(), config, defaults);
        for (program, options) in &self.programs {
            target.load(Arc::clone(program), options.clone())?;
        }
        Ok(target)
    }

    /// What brings the machine to where a page begins: its own `start`, or that of the last page
    /// before it that has one.
    #[must_use]
    pub fn start(&self, page: usize) -> &[String] {
        let starts = self.pages.iter().take(page + 1).rev();
        starts.filter_map(|p| p.start.as_deref()).next().unwrap_or(&[])
    }
}
