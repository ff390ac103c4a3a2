//! Effects carried out: commands are read, requests sent, answers shown and written down.

use super::super::app::Effect;
use super::super::format::count;
use super::super::view::Overlay;
use super::super::{begin_page, screen_row, screenshot, share, words};
use super::{Front, Waiting, leaves};
use crate::backend::{LookingProgress, Request};
use crate::command::{self, CommandError, Meaning, Reply, Word, script};
use crate::text::visible;
use std::collections::VecDeque;
use std::sync::Arc;

/// That a search was given up, and how far it had come.
fn given_up(progress: LookingProgress) -> String {
    let LookingProgress { turns, most } = progress;
    format!("given up after {} of {} turns: nothing has changed", count(turns), count(most))
}

impl Front<'_> {
    /// Carries an effect out; gives back what only the loop at a terminal can do.
    pub fn effect(&mut self, effect: Effect) -> Option<Effect> {
        self.stale = true;
        match effect {
            Effect::Command(line) => return self.line_of_commands(&line, false).or_else(|| self.take_copied()),
            Effect::Key(line) => return self.line_of_commands(&line, true).or_else(|| self.take_copied()),
            Effect::Send(request) => self.begin_request(request),
            Effect::Pause => {
                self.queue.clear();
                let looking = self.target.position().looking;
                self.pause();
                match looking {
                    Some(progress) => self.app.answer(&given_up(progress)),
                    None => self.ended(),
                }
            }
            Effect::Complete => self.complete(),
            Effect::Palette(all) => self.app.open_palette(all, &self.now),
            Effect::GoOn(on) => self.app.go_on(on),
            Effect::Copy(_) | Effect::Redraw | Effect::Suspend | Effect::Quit => return Some(effect),
        }
        None
    }

    /// The link of this moment.
    ///
    /// # Errors
    /// Something runs, or it does not fit into a link.
    pub fn moment(&self) -> Result<String, CommandError> {
        share::moment(&self.app, &*self.target, true)
    }

    fn take_copied(&mut self) -> Option<Effect> {
        self.copied.take().map(Effect::Copy)
    }

    fn line_of_commands(&mut self, line: &str, by_key: bool) -> Option<Effect> {
        tracing::info!(turn = self.now.turn, "command: {}", visible(line));
        let commands = match command::split(line) {
            Ok(commands) => commands,
            Err(e) => {
                self.app.fail(&e.message, line, e.column);
                return None;
            }
        };
        let text: Arc<str> = line.into();
        let waiting = |words| Waiting { words, line: Arc::clone(&text), by_key, until: None };
        self.begin(commands.into_iter().map(waiting).collect())
    }

    /// Carries out commands. While a run is under way, those that only look or stop are done at once.
    fn begin(&mut self, commands: VecDeque<Waiting>) -> Option<Effect> {
        if commands.front().is_some_and(|waiting| leaves(&waiting.words)) {
            return Some(Effect::Quit);
        }
        if !self.target.position().running {
            self.queue = commands;
            self.next_commands();
            return self.queue.front().is_some_and(|waiting| leaves(&waiting.words)).then_some(Effect::Quit);
        }
        for waiting in commands {
            self.meanwhile(|front| front.command(waiting));
        }
        None
    }

    pub(super) fn begin_request(&mut self, request: Request) {
        if self.app.holds_back(&request, &self.now) {
            return self.meanwhile(|front| {
                if let Err(e) = front.due() {
                    front.app.fail(&e.message, "", e.column);
                }
            });
        }
        let line = request.to_string();
        tracing::info!(turn = self.now.turn, "request: {}", visible(&line));
        self.app.record_action(&line);
        if !self.target.position().running {
            self.queue.clear();
        }
        self.meanwhile(|front| {
            if let Err(e) = front.request(request) {
                front.app.fail(&e.message, &line, e.column);
            }
            front.broken_off();
        });
    }

    /// Does something that may end a run that is under way.
    fn meanwhile(&mut self, f: impl FnOnce(&mut Self)) {
        let was = self.target.position();
        f(self);
        // A search that was given up for something else says nothing more.
        if was.running && was.looking.is_none() && !self.target.position().running {
            self.ended();
        }
    }

    fn complete(&mut self) {
        if let Overlay::Prompt(prompt) = &self.app.view.typing.overlay {
            let line = prompt.text[..prompt.cursor].to_owned();
            let found = command::complete(&mut *self.target, &line, &|kind| self.app.names(kind));
            self.app.complete(found);
        }
    }

    /// Carries out a command and shows its answer.
    pub(super) fn command(&mut self, Waiting { words, line, by_key, until }: Waiting) {
        if let [row] = command::find(words.first().map_or("", |w| w.text.as_str()))[..] {
            let rest = words.iter().skip(1).map(|w| format!(" {}", w.text));
            self.app.record_action(&format!("{}{}", row.name, rest.collect::<String>()));
        }
        let checked = words::check(&mut *self.target, self.app.view.selected, &self.app.settings, &words);
        let done = checked.and_then(|()| match screen_row(&words) {
            Some(row) => self.screen_command(row.name, &words),
            None => self.machine_command(words, &line, by_key, until),
        });
        if let Err(e) = done {
            self.app.fail(&e.message, &line, e.column);
        }
        self.broken_off();
    }

    fn screen_command(&mut self, name: &str, words: &[Word]) -> Result<(), CommandError> {
        match name {
            "share" => self.copied = Some(share::share(&mut self.app, &*self.target, words)?),
            "shot" => screenshot::shot(&mut self.app, &mut *self.target, words)?,
            "show" if words.len() > 2 => {
                let address = command::address(&mut *self.target, self.app.view.selected, &words[2..])?;
                self.app.open_memory(address, &self.now);
            }
            name => self.app.screen_command(name, words, &self.now)?,
        }
        begin_page(&mut self.app, &mut *self.target);
        if self.app.coursework.asks_to_judge() {
            self.judge_again();
        }
        self.due()
    }

    /// Has done what something on the screen has led to.
    fn due(&mut self) -> Result<(), CommandError> {
        match self.app.take_due() {
            Some(request) => self.request(request),
            None => Ok(()),
        }
    }

    fn machine_command(
        &mut self,
        words: Vec<Word>,
        line: &str,
        by_key: bool,
        until: Option<u64>,
    ) -> Result<(), CommandError> {
        tracing::debug!("carry out: {}", visible(line));
        match command::read(&mut *self.target, self.app.view.selected, words)? {
            (Meaning::Answer(reply), _) => {
                self.show(&reply);
                for line in reply.then.into_iter().rev() {
                    let (commands, line): (_, Arc<str>) = (command::split(&line).unwrap_or_default(), line.into());
                    let waiting = |words| Waiting { words, line: Arc::clone(&line), by_key: false, until: None };
                    commands.into_iter().rev().for_each(|words| self.queue.push_front(waiting(words)));
                }
            }
            (Meaning::Request(request), _) if by_key && self.app.holds_back(&request, &self.now) => self.due()?,
            (Meaning::Request(request), blame) => {
                let turn = self.target.position().turn;
                let bounded = until.map_or(Some(request.clone()), |until| script::bounded(request, turn, until));
                let Some(request) = bounded else { return Ok(()) };
                self.until = until;
                self.request(request).map_err(|e| CommandError { column: e.column.or(blame), ..e })?;
            }
        }
        Ok(())
    }

    /// Has a request carried out, writes it down and shows the answer.
    fn request(&mut self, request: Request) -> Result<(), CommandError> {
        self.stale = true;
        self.app.repeats(&request);
        if matches!(request, Request::File(_)) {
            self.on_disk.read_again();
        }
        let line = request.to_string();
        let under_way = if matches!(request, Request::File(_)) { "does turns again" } else { "looks through the past" };
        let reply = command::start(&mut *self.target, request)?;
        match self.target.position().looking {
            // The answer comes later.
            Some(_) => self.app.say(format!("{line} {under_way}: Esc gives it up")),
            None => self.take_in(&reply),
        }
        Ok(())
    }

    /// Writes down what was done, and shows the answer.
    pub(super) fn take_in(&mut self, reply: &Reply) {
        self.record.programs(&*self.target);
        for request in &reply.done {
            self.record.request(request, reply.started);
            self.app.record_request(request);
            self.app.worked(request);
        }
        if !reply.started {
            self.show(reply);
        }
    }

    fn show(&mut self, reply: &Reply) {
        self.app.answer(&reply.text);
        self.app.look_at(reply.show, &self.now);
    }

    /// The commands that wait are left if a line of a script has failed.
    pub(super) fn broken_off(&mut self) {
        if self.app.break_off() {
            self.queue.clear();
        }
    }
}
