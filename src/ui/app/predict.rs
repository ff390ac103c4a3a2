//! Predictions: a step asks first what it will change, the answer takes the turn, and what came of it is judged.

use super::super::action::{Action, Saying};
use super::super::keymap::typed;
use super::super::pane::PaneId;
use super::super::view::Overlay;
use super::{App, Effect};
use crate::backend::predict::{Answer, Could, Question, judge};
use crate::backend::request::Run;
use crate::backend::{Level, Pid, Request, RunState, Snapshot, Status};
use crate::command::{CommandError, Word};

impl App {
    /// Asks before each step from now on, or no longer.
    pub(super) fn predict(&mut self, on: bool) {
        let view = &mut self.view;
        match (view.predict.on, on) {
            (false, true) => {
                view.predict.before = (view.layout.focus, view.layout.strip);
                view.predict.on = true;
                self.focus(PaneId::Predict);
                self.say("s asks what the next turn will change before it is taken; P ends that");
            }
            (true, true) => self.focus(PaneId::Predict),
            (true, false) => {
                (view.predict.on, view.predict.question) = (false, None);
                let (focus, strip) = view.predict.before;
                view.layout.strip = if view.layout.strip == PaneId::Predict { strip } else { view.layout.strip };
                if view.layout.focus == PaneId::Predict {
                    self.focus(focus);
                }
                self.say("steps are taken at once again");
            }
            (false, false) => self.say("predictions are off: P begins them"),
        }
    }

    /// `predict [on|off|ANSWER...]`.
    pub(super) fn predict_command(&mut self, words: &[Word], now: &Snapshot) -> Result<(), CommandError> {
        let said: Vec<&str> = words.iter().skip(1).map(|w| w.text.as_str()).collect();
        match said[..] {
            [] | ["on"] => self.predict(true),
            ["off"] => self.predict(false),
            _ => {
                let question = self.view.predict.question.take().or_else(|| question(now, None));
                let Some(question) = question.filter(|_| now.status != Status::Running) else {
                    return Err(CommandError::at(words[0].column, "no task can take a turn that could be predicted"));
                };
                let answer = Answer::read(&question, &said);
                let answer = answer.map_err(|e| {
                    let end = || words.last().map_or(0, |w| w.column + w.text.chars().count());
                    CommandError::at(words.get(e.at + 1).map_or_else(end, |w| w.column), e.message)
                });
                let answer = answer.inspect_err(|_| self.view.predict.question = Some(question))?;
                self.predict(true);
                self.view.predict.said = Some(answer);
                self.due = Some(self.view.predict.step.take().unwrap_or(Request::STEP));
            }
        }
        Ok(())
    }

    /// Whether a request that takes one turn is held back until it is said what the turn will change.
    pub(super) fn asks_first(&mut self, request: &Request, now: &Snapshot) -> bool {
        let Request::Run(Run::Turns { only: alone, turns: 1 }) = *request else { return false };
        if !self.view.predict.on || now.status == Status::Running {
            return false;
        }
        if self.view.predict.question.is_some() && self.view.predict.step.as_ref() == Some(request) {
            self.focus(PaneId::Predict);
            self.say("the turn waits for your answer: Enter says it, Esc leaves the question");
            return true;
        }
        // That a task cannot run, or that none can, is for the answer to say.
        let Some(question) = question(now, alone) else { return false };
        self.view.predict.question = Some(question);
        self.view.predict.step = Some(request.clone());
        self.unmove(PaneId::Predict);
        self.focus(PaneId::Predict);
        self.view.notices.message.clear();
        self.show_task(self.view.predict.question.as_ref().and_then(Question::who));
        true
    }

    /// Shows the task that a question is about: its registers help to answer.
    fn show_task(&mut self, pid: Option<Pid>) {
        if let Some(pid) = pid {
            self.select(pid);
        }
    }

    /// Whether the keys are those of a question.
    fn asked(&mut self) -> Option<&mut Question> {
        let here = self.view.layout.focus == PaneId::Predict && self.view.typing.prefix.is_empty();
        self.view.predict.question.as_mut().filter(|_| here && self.view.typing.overlay == Overlay::None)
    }

    /// Digits of a pid or register, and all that types the value in question; whether the key was one of those.
    pub(super) fn answer_key(&mut self, key: &str) -> bool {
        let Some(question) = self.asked() else { return false };
        match (typed(key), question.types()) {
            (Some(' ') | None, true) if key == "Backspace" => question.erase(),
            (Some(c), true) if c != ' ' => question.put(c),
            (Some(c), false) if c.is_ascii_digit() => question.digit(c),
            _ => return false,
        }
        true
    }

    /// Does what a key of the question does, or what it does elsewhere if none is open.
    pub(super) fn answer_with(&mut self, how: Saying, now: &Snapshot) -> Vec<Effect> {
        if let Some(question) = self.asked() {
            match how {
                Saying::Tick => question.tick(),
                Saying::Say => return self.say_it(),
                Saying::Leave => {
                    self.view.predict.question = None;
                    self.say("the question is left: nothing is counted, the turn is not taken");
                }
            }
            return Vec::new();
        }
        let elsewhere = match how {
            Saying::Tick => Action::RunOrPause,
            Saying::Say => Action::Open,
            Saying::Leave => Action::Follow,
        };
        self.act(elsewhere, None, now, None)
    }

    /// Says what is chosen; after the last part the turn is taken.
    fn say_it(&mut self) -> Vec<Effect> {
        let Some(question) = &mut self.view.predict.question else { return Vec::new() };
        match question.say() {
            Err(why) => self.refuse(why),
            Ok(None) => {
                let who = question.who();
                self.view.notices.message.clear();
                self.show_task(who);
            }
            Ok(Some(answer)) => {
                self.view.predict.question = None;
                self.view.predict.said = Some(answer);
                return vec![Effect::Send(self.view.predict.step.take().unwrap_or(Request::STEP))];
            }
        }
        Vec::new()
    }

    /// Judges what was said as soon as its turn is taken; a question about another turn falls away.
    pub(super) fn judge_prediction(&mut self, now: &Snapshot) {
        let predict = &mut self.view.predict;
        let running = now.status == Status::Running;
        if running || predict.question.as_ref().is_some_and(|q| q.turn != now.turn + 1) {
            predict.question = None;
        }
        if running {
            return;
        }
        let Some(answer) = predict.said.take().filter(|a| a.turn == now.turn) else { return };
        let Some(mut verdict) = now.happened.as_ref().and_then(|truth| judge(&answer, truth)) else { return };
        let level = self.view.lesson.as_ref().map_or(Level::All, |course| course.lesson().level);
        let told = now.explained.as_ref().map_or(&[][..], |told| &told.sentences);
        verdict.sentences = told.iter().filter_map(|s| s.at(level)).map(str::to_owned).collect();
        predict.score.add(&verdict);
        predict.verdict = Some(verdict);
        self.unmove(PaneId::Predict);
    }
}

/// The question about the next turn, in rotation or of one task alone; `None` if no task can take it.
fn question(now: &Snapshot, alone: Option<Pid>) -> Option<Question> {
    let ready = |t: &&crate::backend::TaskView| t.state == RunState::Ready;
    let waking = |t: &&crate::backend::TaskView| {
        let sleeps = matches!(t.state, RunState::WaitingMbx | RunState::Sleeping);
        sleeps && t.wait.as_ref().is_some_and(|w| w.deadline_us.is_some())
    };
    let could = |t: &crate::backend::TaskView| Could { pid: t.pid, psw: t.psw };
    let mut all: Vec<Could> = now.tasks.iter().filter(ready).map(could).collect();
    match alone {
        Some(pid) => all.retain(|c| c.pid == pid),
        // The clock will jump to the end of somebody's wait.
        None if all.is_empty() => all = now.tasks.iter().filter(waking).map(could).collect(),
        None => {}
    }
    (!all.is_empty()).then(|| Question::new(now.turn + 1, all, !now.history.past))
}
