//! What a student hands in: for each task what was done, and what shows it. It is read as the word of a stranger.

use super::{Lesson, Reached, TaskWork};
use crate::limits::{HAND_IN, HANDED_LESSONS, Over, TASKS};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const FORMAT: &str = "hsxray hand-in";
/// The version that is written and read.
const VERSION: u32 = 1;
/// Characters of a name, at most.
const NAME: usize = 120;

/// What a student hands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandIn {
    format: String,
    version: u32,
    /// The hsxray that has written it.
    #[serde(default)]
    pub made_by: String,
    /// Who hands it in, as they say.
    #[serde(default)]
    pub student: String,
    /// The lessons, in the order in which they were handed in.
    pub lessons: Vec<HandedLesson>,
}

/// A lesson of a hand-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedLesson {
    /// Its identity.
    pub lesson: String,
    /// The checksum of the edition that was worked on.
    pub sum: String,
    /// Its tasks that were worked on.
    pub tasks: Vec<HandedTask>,
}

/// A task of a hand-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedTask {
    /// Its page, from 1.
    pub page: usize,
    /// Its number on the page, from 1.
    pub task: usize,
    /// What is asked for, for readers of the file; nothing depends on it.
    #[serde(default)]
    pub say: String,
    /// The student says that it is done.
    pub done: bool,
    /// What was done for it.
    #[serde(flatten)]
    pub work: TaskWork,
}

/// Why a text is not a hand-in.
#[derive(Debug, Error)]
pub enum HandInError {
    /// It is something else.
    #[error("this is not a hand-in: \"format\": \"{FORMAT}\" is expected")]
    Format,
    /// It has another version.
    #[error("this hand-in has version {0}, this hsxray reads version {VERSION}")]
    Version(u64),
    /// It is cut, or not what a hand-in looks like.
    #[error("the hand-in is damaged: {0}")]
    Damaged(String),
    /// It is larger than is read.
    #[error("the hand-in is {0}")]
    Over(#[from] Over),
}

impl HandIn {
    /// What a student has done in some lessons.
    #[must_use]
    pub fn of(student: &str, lessons: &[(&Lesson, Reached)]) -> HandIn {
        let student = student.chars().filter(|c| !c.is_control()).take(NAME).collect();
        let made_by = format!("hsxray {}", env!("CARGO_PKG_VERSION"));
        let lessons = lessons.iter().map(|(lesson, reached)| handed(lesson, reached)).collect();
        HandIn { format: FORMAT.into(), version: VERSION, made_by, student, lessons }
    }

    /// Reads a hand-in.
    ///
    /// # Errors
    /// It is not one, has another version, is cut or too large.
    pub fn read(text: &str) -> Result<HandIn, HandInError> {
        HAND_IN.check(text.len() as u64)?;
        let whole: serde_json::Value =
            serde_json::from_str(text.trim_start_matches('\u{FEFF}')).map_err(|e| match text.contains(FORMAT) {
                true => HandInError::Damaged(e.to_string()),
                false => HandInError::Format,
            })?;
        if whole["format"] != FORMAT {
            return Err(HandInError::Format);
        }
        match whole["version"].as_u64() {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(HandInError::Version(version)),
            None => return Err(HandInError::Format),
        }
        let read: HandIn = serde_json::from_value(whole).map_err(|e| HandInError::Damaged(e.to_string()))?;
        HANDED_LESSONS.check(read.lessons.len() as u64)?;
        TASKS.check(read.lessons.iter().map(|lesson| lesson.tasks.len() as u64).sum())?;
        Ok(read)
    }

    /// As text for a file.
    #[must_use]
    pub fn write(&self) -> String {
        // Structs of numbers and text always can be written.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn handed(lesson: &Lesson, reached: &Reached) -> HandedLesson {
    let mut tasks = Vec::new();
    for (page, tasks_of_page) in lesson.pages.iter().map(|page| &page.tasks).enumerate() {
        for (number, task) in tasks_of_page.iter().enumerate() {
            let done = reached.done.contains(&(page, number));
            let work = reached.work.0.get(&(page, number));
            if done || work.is_some() {
                let work = work.cloned().unwrap_or_default();
                tasks.push(HandedTask { page: page + 1, task: number + 1, say: task.say.clone(), done, work });
            }
        }
    }
    HandedLesson { lesson: lesson.name.clone(), sum: lesson.sum.clone(), tasks }
}
