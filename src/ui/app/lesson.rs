//! A lesson on the screen: pages, tasks, hints, answers.

use super::super::layout::{ViewId, layout, page};
use super::super::pane::{self, LESSON_FOOT, PaneId, lesson_now_row};
use super::super::view::{Overlay, Predicting, Tone};
use super::App;
use super::screen::wrong;
use crate::backend::request::stop_lines;
use crate::backend::{Expr, Request, Snapshot, Value};
use crate::command::{CommandError, Word};
use crate::lesson::{Facts, Judgement, Lesson, Study, TaskIndex, Verdict, following};
use std::path::PathBuf;
use std::sync::Arc;

/// The value an expression had when it was asked for.
fn value(now: &Snapshot, wanted: &Expr) -> Option<Value> {
    now.asked.iter().find(|(expr, _)| expr == wanted).and_then(|(_, value)| value.clone().ok())
}

/// Commands that lead to what a task did, which is then the task to look at.
const TO_A_WRITER: [&str; 3] = ["last-write", "next-write", "origin"];

/// The address of a label, of code or data, in any program.
fn label(now: &Snapshot, name: &str) -> Option<i64> {
    let tables = now.tasks.iter().flat_map(|t| t.listing.labels.iter().chain(&t.listing.data));
    tables.into_iter().find(|(_, known)| known == name).map(|(address, _)| (*address).into())
}

impl App {
    /// Opens a lesson, at the page where it was left.
    pub fn open_lesson(&mut self, lesson: Arc<Lesson>) {
        let past = self.coursework.progress().of(&lesson.name);
        self.view.lesson = Some(Study::open(lesson, &past));
        self.enter_page();
    }

    /// The lesson whose page has just been entered and wants the machine as it is at its start.
    pub(in super::super) fn begins(&mut self) -> Option<&Study> {
        self.coursework.take_beginning().then_some(self.view.lesson.as_ref()).flatten()
    }

    /// The machine is where the page begins.
    pub(in super::super) fn page_begun(&mut self, now: &Snapshot) {
        if let Some(course) = &mut self.view.lesson {
            course.begin(now.tasks.iter().map(|t| t.counters.switches).sum(), &now.inputs);
        }
        self.status = None;
        // What a page begins with may have gone to a pane.
        self.text_first();
    }

    /// Where only one pane has room, the text of a lesson is what is read first. The room changes with the size of the
    /// screen, which is not known yet where the first page is entered.
    pub(super) fn text_first(&mut self) {
        if !self.shows_text() {
            self.view.layout.focus = PaneId::Lesson;
        }
    }

    /// Whether the text of a lesson is on the screen, in the view that is for it.
    pub(super) fn shows_text(&self) -> bool {
        let open = self.view.lesson.is_some() && self.view.layout.desk == ViewId::Lesson;
        open && layout(&self.view).iter().any(|(id, _)| *id == PaneId::Lesson)
    }

    /// Shows the page that is open as it begins.
    fn enter_page(&mut self) {
        self.note();
        let Some(course) = &self.view.lesson else { return };
        let open = course.page();
        self.coursework.begin();
        self.view.selected = open.select.or(Some(1));
        self.view.layout.focus = pane::named(&open.panes).first().copied().unwrap_or(PaneId::Lesson);
        (self.view.layout.desk, self.view.layout.zoom, self.view.typing.overlay) =
            (ViewId::Lesson, false, Overlay::None);
        self.view.layout.arranged.retain(|(desk, _, _)| *desk != ViewId::Lesson);
        self.text_first();
        self.view.panes.clear();
        self.view.half = None;
        // A page that wants predictions says so.
        self.view.predict = Predicting { score: self.view.predict.score, ..Predicting::default() };
        self.view.notices.message.clear();
    }

    /// The task that was done last, if no recording of it was asked for yet.
    pub(in super::super) fn take_finished(&mut self) -> Option<TaskIndex> {
        self.view.lesson.as_mut()?.take_finished()
    }

    /// Keeps a recording of the session in which a task was done.
    pub(in super::super) fn keep_recording(&mut self, place: TaskIndex, recording: String, turn: u64) {
        if let Some(course) = &mut self.view.lesson {
            course.keep_recording(place, recording, turn);
        }
        self.note();
    }

    /// The file of the page's exercise, and what it holds before the user has written anything.
    pub(in super::super) fn written_file(&self) -> Option<(PathBuf, String)> {
        self.coursework.written_file(self.view.lesson.as_ref()?)
    }

    /// Takes in what came of judging; false if that page is not open any more.
    pub(in super::super) fn judged(&mut self, (page, task): TaskIndex, judgement: &Judgement) -> bool {
        let Some(course) = self.view.lesson.as_mut().filter(|course| course.page_number() == page) else {
            return false;
        };
        if course.judged(task, judgement) {
            self.task_done();
        }
        self.note();
        true
    }

    /// Says what came of judging. All of it stands in the log, and what is wrong on the page, too.
    pub(in super::super) fn say_judged(&mut self, judgement: &Judgement) {
        self.view.notices.log(judgement.sentences().lines().map(str::to_owned));
        let sentences = judgement.sentences();
        let on_page = self.view.lesson.as_ref().and_then(|course| course.remark()) == Some(sentences.as_str());
        match (judgement.passed(), on_page) {
            (true, _) => self.say(sentences),
            (false, true) => self.refuse("that is not it yet: the page says why"),
            (false, false) => self.refuse(sentences),
        }
        self.keep_task_in_sight();
    }

    /// Writes down how far the user has come.
    fn note(&mut self) {
        if let Some(course) = &self.view.lesson {
            self.coursework.note(course);
        }
    }

    /// Judges the tasks of the page by what is true now.
    pub(super) fn look_at_lesson(&mut self, now: &Snapshot) {
        if self.coursework.is_beginning() {
            return;
        }
        self.judge(now, |course, facts| course.look(facts));
    }

    /// A key or command of that name was used.
    pub(in super::super) fn record_action(&mut self, name: &str) {
        let verb = name.split_whitespace().next().unwrap_or_default();
        self.follows_writer = TO_A_WRITER.contains(&verb) || name.starts_with("races go");
        if self.view.lesson.as_mut().is_some_and(|course| course.record_action(name)) {
            self.task_done();
        }
    }

    /// A request was carried out: what was asked for is named by it, too, in one form however it was typed.
    pub(in super::super) fn record_request(&mut self, request: &Request) {
        if self.view.lesson.as_mut().is_some_and(|course| course.record_action(&request.to_string())) {
            self.task_done();
        }
    }

    /// Lets the course judge by what is true now.
    fn judge(&mut self, now: &Snapshot, judge: impl FnOnce(&mut Study, &Facts<'_>) -> bool) {
        let cursor = self.under_cursor(now).and_then(|spot| spot.address(now));
        let focus = pane::pane(self.view.layout.focus).name;
        let stops = now.due.iter().filter_map(|due| now.stops.iter().find(|stop| stop.number == due.number));
        let stopped: Vec<String> = stops.filter_map(|stop| stop_lines(stop).into_iter().next()).collect();
        let facts = Facts {
            value: &|expr| value(now, expr),
            cursor,
            pane: focus,
            switches: now.tasks.iter().map(|t| t.counters.switches).sum(),
            predicted: self.view.predict.score.chosen,
            inputs: &now.inputs,
            stopped: &stopped,
            label: &|name| label(now, name),
        };
        if self.view.lesson.as_mut().is_some_and(|course| judge(course, &facts)) {
            self.task_done();
        }
    }

    fn task_done(&mut self) {
        self.note();
        let Some(course) = &self.view.lesson else { return };
        let all = course.now().is_none();
        let last = course.page_number() + 1 == course.lesson().pages.len();
        // What a command has answered is part of the lesson.
        if self.view.notices.message.is_empty() || self.view.notices.tone == Tone::Error {
            self.say(match (all, last) {
                (false, _) => "done",
                (true, false) => "done; J goes to the next page",
                (true, true) => "done; that was the last page: J continues",
            });
        }
        self.keep_task_in_sight();
    }

    /// Scrolls the page so far that the task to do now, or the end, is in sight.
    fn keep_task_in_sight(&mut self) {
        let rows = page(&self.view, PaneId::Lesson);
        let last = self.at(PaneId::Lesson, &Snapshot::default(), lesson_now_row);
        let state = self.view.panes.entry(PaneId::Lesson).or_default();
        let text = rows.saturating_sub(LESSON_FOOT);
        if last >= state.scroll + text {
            state.scroll = (last + 1).saturating_sub(text);
        }
    }

    /// Whether a key of lessons is worth a hint now.
    pub(super) fn worth_in_lesson(&self, name: &str) -> bool {
        let Some(course) = &self.view.lesson else { return false };
        match name {
            "lesson-answer" => self.question().is_some(),
            "lesson-hint" => course.now().is_some_and(|(_, task)| course.hints().len() < task.hints.len()),
            "lesson-previous" => course.page_number() > 0,
            _ => true,
        }
    }

    /// Whether a question of a lesson is open.
    #[must_use]
    pub fn asks_in_lesson(&self) -> bool {
        self.question().is_some()
    }

    /// What is asked now, if a question is open.
    fn question(&self) -> Option<&'static str> {
        self.view.lesson.as_ref()?.now()?.1.kind.question()
    }

    /// Opens a line for the answer.
    pub(super) fn ask_answer(&mut self) {
        let Some(label) = self.question() else {
            return self.refuse("no question is open: this task is done by doing it");
        };
        let (label, template) = (label.to_owned(), "lesson answer '{}'".to_owned());
        self.ask(super::Purpose::Fill { label, template }, "");
    }

    /// `lesson next` and the like.
    pub(super) fn lesson_command(&mut self, words: &[Word], now: &Snapshot) -> Result<(), CommandError> {
        let (verb, rest) = (&words[1], words.get(2));
        let Some(course) = &mut self.view.lesson else {
            return Err(wrong(words.first(), "no lesson is open: hsxray learn opens one".into()));
        };
        match (verb.text.as_str(), rest) {
            ("next", None) => self.lesson_next(now),
            ("previous", None) => self.lesson_previous(),
            ("again", None) => {
                course.again();
                self.enter_page();
            }
            ("hint", None) => {
                let none = course.now().is_none();
                if course.hint() {
                    self.keep_task_in_sight();
                } else {
                    self.refuse(if none { "every task of this page is done" } else { "there is no other hint" });
                }
            }
            ("judge", None) => self.coursework.ask_to_judge(),
            ("page", Some(word)) => {
                let count = course.lesson().pages.len();
                let number = word.text.parse::<usize>().ok().filter(|n| (1..=count).contains(n));
                let number = number.ok_or_else(|| wrong(rest, format!("a page from 1 to {count} is expected")))?;
                self.go_page(number - 1);
            }
            ("answer", Some(word)) => self.answer_question(&word.text, now),
            ("leave", None) => {
                self.view.lesson = None;
                self.show_desk(ViewId::Debug);
            }
            _ => {
                return Err(wrong(
                    Some(verb),
                    "next, previous, hint, again, page N, answer TEXT, judge or leave is expected".into(),
                ));
            }
        }
        Ok(())
    }

    /// Opens a page of the lesson, from 0.
    pub fn go_page(&mut self, number: usize) {
        if self.view.lesson.as_mut().is_some_and(|course| course.go(number)) {
            self.enter_page();
        }
    }

    /// Further up the page, then to the page before.
    fn lesson_previous(&mut self) {
        let rows = page(&self.view, PaneId::Lesson).saturating_sub(LESSON_FOOT + 1);
        let state = self.view.panes.entry(PaneId::Lesson).or_default();
        if state.scroll > 0 {
            state.scroll = state.scroll.saturating_sub(rows.max(1));
            return;
        }
        match self.view.lesson.as_ref().and_then(|course| course.page_number().checked_sub(1)) {
            Some(before) => self.go_page(before),
            None => self.refuse("this is the first page"),
        }
    }

    fn answer_question(&mut self, text: &str, now: &Snapshot) {
        let mut verdict = Verdict::NoQuestion;
        self.judge(now, |course, facts| {
            verdict = course.answer(text, facts);
            verdict == Verdict::Right
        });
        match verdict {
            Verdict::Right => {}
            Verdict::Wrong(_) => {
                self.refuse("that is not it: the page says why");
                self.keep_task_in_sight();
            }
            Verdict::NoQuestion => self.refuse("no question is open"),
        }
    }

    /// Further down the page, then to the next page, then to the next lesson.
    fn lesson_next(&mut self, now: &Snapshot) {
        let rows = LESSON_FOOT.max(page(&self.view, PaneId::Lesson)) - LESSON_FOOT;
        let lines = self.at(PaneId::Lesson, now, |here| (pane::pane(here.id).unit.rows)(here));
        let state = self.view.panes.entry(PaneId::Lesson).or_default();
        if state.scroll + rows < lines && rows > 1 {
            // A line of what was read last stays in sight.
            state.scroll = (state.scroll + rows - 1).min(lines - rows);
            return;
        }
        let Some(course) = &self.view.lesson else { return };
        let (here, count, name) = (course.page_number(), course.lesson().pages.len(), course.lesson().name.clone());
        let last = here + 1 == count;
        let pages = if last { 0..count } else { here..here + 1 };
        let open: Vec<String> = pages.filter(|p| course.open_on(*p)).map(|p| (p + 1).to_string()).collect();
        let warning = format!("a task is open on page {}: J again turns the page all the same", open.join(" and "));
        if !open.is_empty() && self.view.notices.message != warning {
            return self.say(warning);
        }
        if !last {
            return self.go_page(here + 1);
        }
        match following(&name).map(|next| next.lesson()) {
            Some(Ok(lesson)) => self.open_lesson(Arc::new(lesson)),
            Some(Err(e)) => self.refuse(e.to_string()),
            None => self.say("that was the last lesson: q leaves, and hsxray FILE opens a program of your own"),
        }
    }
}
