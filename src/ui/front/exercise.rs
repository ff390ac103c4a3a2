//! Exercises for which the student writes a file: it is judged whenever it is saved, and a failure opens as a branch.

use super::super::{begin_page, lesson::stage};
use super::Front;
use crate::backend::host::{self, Stamp};
use crate::backend::request::{Goto, Request, Run, Search, Travel};
use crate::backend::{Failing, Pid, Working};
use crate::lesson::{Judgement, TaskIndex, read_written};
use std::path::PathBuf;
use std::time::Duration;

/// Between two looks at the student's file.
const EVERY: Duration = Duration::from_millis(300);
/// Turns of the ordinary rotation beside which a failure is a branch, at most.
const ROTATION: u64 = 2_000;
/// The bookmark of the turn after which another choice would have passed.
const SWITCH: &str = "switch";

/// What was seen of the student's file.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// When it was looked at last, by the front end's clock.
    looked: Option<Duration>,
    /// The file as it was read last.
    seen: Option<(PathBuf, Option<Stamp>)>,
    /// What is being judged now.
    judging: Option<(TaskIndex, Working<Judgement>)>,
}

impl Front<'_> {
    /// Looks whether the file of the page's exercise was saved, now and then, and whether judging it is over.
    pub(super) fn look_at_exercise(&mut self) {
        let now = (self.clock)();
        if self.written.looked.is_none_or(|at| now.saturating_sub(at) >= EVERY) {
            self.written.looked = Some(now);
            self.read_written();
        }
        self.take_judgement();
    }

    /// Reads the file of the page's exercise if it has changed since it was read last. A starter is made where there is none.
    pub(super) fn read_written(&mut self) {
        let Some((path, starter)) = self.app.written_file() else { return };
        let stamp = host::stamp(&path);
        if self.written.seen.as_ref().is_some_and(|(known, then)| *known == path && *then == stamp) {
            return;
        }
        let first = self.written.seen.as_ref().is_none_or(|(known, _)| *known != path);
        if stamp.is_none() && first {
            let made = host::write_new(&path, &starter);
            self.written.seen = Some((path.clone(), host::stamp(&path)));
            self.changed = true;
            return match made {
                Ok(_) => self.app.say(format!("write your program into {}: it is judged at each save", path.display())),
                Err(e) => self.app.refuse(e.to_string()),
            };
        }
        self.written.seen = Some((path.clone(), stamp));
        if stamp.is_none() {
            return;
        }
        match read_written(&path) {
            // What was there from the start, and is not more than the starter, says nothing.
            Ok(text) if first && text == starter => {}
            Ok(text) => self.judge_written(&text),
            Err(e) => self.app.refuse(e.to_string()),
        }
        self.changed = true;
    }

    /// Forgets what was seen, so that the file is read and judged again.
    pub(super) fn judge_again(&mut self) {
        let Some((path, starter)) = self.app.written_file() else {
            return self.app.refuse("this page has no task for which a file is written");
        };
        if let Err(e) = host::write_new(&path, &starter) {
            return self.app.refuse(e.to_string());
        }
        self.written.seen = Some((path, None));
        self.read_written();
    }

    /// Begins to judge a text that was written for the page's exercise.
    pub fn judge_written(&mut self, text: &str) {
        let Some(course) = &self.app.view.lesson else { return };
        let Some((task, exercise)) = course.exercise() else { return };
        let (page, file) = (course.page_number(), exercise.file.clone());
        match course.lesson().trial(page, task, text, &stage) {
            Ok(trial) => {
                self.app.say(format!("{file} is being judged over all schedules"));
                self.written.judging = Some(((page, task), Working::start(move |go_on| trial.judge(go_on))));
            }
            Err(e) => self.app.refuse(e.to_string()),
        }
        self.changed = true;
    }

    /// Waits for what is being judged.
    pub(super) fn finish_judging(&mut self) {
        if let Some((_, working)) = &self.written.judging {
            working.wait();
        }
        self.take_judgement();
    }

    /// Takes in what came of judging, if it is over.
    fn take_judgement(&mut self) {
        let Some((place, Some(done))) = self.written.judging.as_ref().map(|(place, working)| (*place, working.done()))
        else {
            return;
        };
        if self.target.position().running || !self.queue.is_empty() {
            return;
        }
        self.written.judging = None;
        self.changed = true;
        match done {
            Ok(judgement) => self.show_judgement(place, &judgement),
            Err(e) => self.app.refuse(e.to_string()),
        }
    }

    fn show_judgement(&mut self, (page, task): TaskIndex, judgement: &Judgement) {
        if !self.app.judged((page, task), judgement) {
            return;
        }
        let opens = judgement.shown.as_ref().is_some_and(|failing| !failing.schedule.is_empty());
        // Where it could not be assembled, what is on the screen stays.
        if judgement.program.is_some() || opens {
            self.app.coursework.begin();
            begin_page(&mut self.app, &mut *self.target);
        }
        if let Some(failing) = judgement.shown.as_ref().filter(|failing| !failing.schedule.is_empty())
            && let Err(e) = self.open_failing(failing)
        {
            return self.app.refuse(e);
        }
        self.stale = true;
        self.app.say_judged(judgement);
    }

    /// Follows a failing schedule from the start of the page, as a branch beside the ordinary rotation.
    fn open_failing(&mut self, failing: &Failing) -> Result<(), String> {
        let start = self.target.position().turn;
        let places: Vec<(Pid, u64)> = failing.schedule.clone();
        let mut requests: Vec<Request> = vec![
            Run::Turns { only: None, turns: ROTATION }.into(),
            Travel::Goto(Goto::Turn(start)).into(),
            Search::Follow(places).into(),
        ];
        if let Some(switch) = failing.switch {
            requests.push(Travel::Goto(Goto::Turn(start + switch)).into());
            requests.push(Travel::Bookmark(SWITCH.into()).into());
            requests.push(Travel::Goto(Goto::Present).into());
        }
        for request in requests {
            self.target.send(request).map_err(|e| e.to_string())?;
            while self.target.position().running && self.target.pump(ROTATION) {}
        }
        Ok(())
    }
}
