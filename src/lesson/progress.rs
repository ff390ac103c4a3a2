//! A student's progress in each lesson, as it is kept between runs.

use super::Work;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A student's progress in a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Reached {
    /// The page that was open last, from 0.
    pub page: usize,
    /// Tasks done: page and task, from 0.
    pub done: BTreeSet<(usize, usize)>,
    /// What was done for them.
    #[serde(skip_serializing_if = "Work::is_empty")]
    pub work: Work,
}

/// A student's progress, by lesson.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Progress(BTreeMap<String, Reached>);

impl Progress {
    /// Reads what was kept; what cannot be read is forgotten.
    #[must_use]
    pub fn read(text: &str) -> Progress {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// As text for a file.
    #[must_use]
    pub fn write(&self) -> String {
        // Names and numbers: there is nothing in it that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The names of the lessons that were begun.
    pub fn lessons(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A student's progress in a lesson.
    #[must_use]
    pub fn of(&self, lesson: &str) -> Reached {
        self.0.get(lesson).cloned().unwrap_or_default()
    }

    /// This student's progress together with what another window has kept: each task that either has seen done, and the
    /// page that this one has open.
    #[must_use]
    pub fn merged(mut self, there: &Progress) -> Progress {
        for (lesson, reached) in &there.0 {
            match self.0.get_mut(lesson) {
                Some(own) => {
                    own.done.extend(&reached.done);
                    own.work.merge(&reached.work);
                }
                None => {
                    self.0.insert(lesson.clone(), reached.clone());
                }
            }
        }
        self
    }

    /// Takes note of how far; whether that is news.
    pub fn note(&mut self, lesson: &str, past: Reached) -> bool {
        self.0.get(lesson) != Some(&past) && {
            self.0.insert(lesson.to_owned(), past);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_windows_at_once_keep_all_that_either_has_done() {
        let of = |page, done: &[(usize, usize)]| {
            let done = done.iter().copied().collect();
            Reached { page, done, ..Reached::default() }
        };
        let (mut one, mut other) = (Progress::default(), Progress::default());
        one.note("1", of(2, &[(0, 0), (1, 0)]));
        other.note("1", of(0, &[(0, 0), (0, 1)]));
        other.note("2", of(1, &[(1, 1)]));
        let both = one.merged(&other);
        assert_eq!(both.of("1"), of(2, &[(0, 0), (0, 1), (1, 0)]));
        assert_eq!(both.of("2"), of(1, &[(1, 1)]));
    }
}
