//! What a student has done for each task of a lesson: how often it was tried, the hints that were shown, and what shows
//! that it is done.

use super::TaskIndex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was done for one task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskWork {
    /// Answers given, texts judged, and times the page was begun again before the task was done.
    #[serde(skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// Hints shown.
    #[serde(skip_serializing_if = "is_zero")]
    pub hints: u32,
    /// The answer that was right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What was written, as it was judged last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The session in which the task was done, as a recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// Turns done when it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What was done for the tasks of a lesson. As text a list of tasks, each with its page and number from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Entry>", into = "Vec<Entry>")]
pub struct Work(pub BTreeMap<TaskIndex, TaskWork>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    page: usize,
    task: usize,
    #[serde(flatten)]
    work: TaskWork,
}

impl From<Vec<Entry>> for Work {
    fn from(entries: Vec<Entry>) -> Work {
        Work(entries.into_iter().map(|entry| ((entry.page, entry.task), entry.work)).collect())
    }
}

impl From<Work> for Vec<Entry> {
    fn from(work: Work) -> Vec<Entry> {
        work.0.into_iter().map(|((page, task), work)| Entry { page, task, work }).collect()
    }
}

impl Work {
    /// What was done for a task so far.
    pub fn of(&mut self, place: TaskIndex) -> &mut TaskWork {
        self.0.entry(place).or_default()
    }

    /// Whether nothing was done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in what another window has kept: of each task what shows more.
    pub fn merge(&mut self, other: &Work) {
        for (place, there) in &other.0 {
            let own = self.of(*place);
            let better = own.recording.is_none() && there.recording.is_some();
            let (tries, hints) = (own.tries.max(there.tries), own.hints.max(there.hints));
            if better {
                own.clone_from(there);
            }
            (own.tries, own.hints) = (tries, hints);
        }
    }
}
