//! What the student writes for exercises, and what is kept to show that a task was done.

use super::Study;
use crate::backend::Setup;
use crate::lesson::{Exercise, Form, Judgement, TaskIndex};
use crate::limits::WRITTEN;
use std::sync::Arc;

impl Study {
    /// What the session of the page begins with: with what the student has written, where that could be assembled.
    #[must_use]
    pub fn setup(&self) -> Setup {
        let written: Vec<_> = self.written.iter().map(|(name, program)| (name.as_str(), program)).collect();
        self.lesson.setup_with(self.page, &written)
    }

    /// Command lines that bring the machine to where the page begins.
    #[must_use]
    pub fn start(&self) -> Vec<String> {
        self.lesson.start(self.page).iter().chain(&self.case).cloned().collect()
    }

    /// The exercise of this page for which the student writes now, with its task: the first that is open, else the last.
    #[must_use]
    pub fn exercise(&self) -> Option<(usize, &Exercise)> {
        let all =
            || (0..self.page().tasks.len()).filter_map(|task| Some((task, self.lesson.exercise(self.page, task)?)));
        all().find(|(task, _)| !self.done.contains(&(self.page, *task))).or_else(|| all().next_back())
    }

    /// Takes in what came of judging what was written for a task of this page; whether the task is done by that.
    pub fn judged(&mut self, task: usize, judgement: &Judgement) -> bool {
        let Some(exercise) = self.lesson.exercise(self.page, task) else { return false };
        if let (Form::Program { in_place_of }, Some(program)) = (&exercise.form, &judgement.program) {
            self.written.retain(|(name, _)| name != in_place_of);
            self.written.push((in_place_of.clone(), Arc::clone(program)));
        }
        self.case = exercise.cases.get(judgement.case).map_or_else(Vec::new, |case| case.start.clone());
        if self.done.contains(&(self.page, task)) {
            return false;
        }
        let now = self.now().is_some_and(|(now, _)| now == task);
        let passed = judgement.passed();
        let work = self.work.of((self.page, task));
        work.tries = work.tries.saturating_add(1);
        work.text = Some(judgement.text.clone()).filter(|text| text.len() as u64 <= WRITTEN.most);
        if passed {
            self.finish(task);
        } else if now {
            self.said = Some(judgement.sentences());
        }
        passed
    }

    /// The task that was done last, once.
    pub fn take_finished(&mut self) -> Option<TaskIndex> {
        self.finished.take()
    }

    /// Keeps a recording of the session in which a task was done, and after which turn that was.
    pub fn keep_recording(&mut self, place: TaskIndex, recording: String, turn: u64) {
        let work = self.work.of(place);
        (work.recording, work.turn) = (Some(recording), Some(turn));
    }
}
