//! `hsxray learn --plain`: a lesson line by line. A line is a key of the lesson with or without a count, an answer to
//! the question that is open, or a command; what the page says again is printed after it.

use super::{Student, read_progress};
use crate::backend::{Local, Snapshot};
use crate::cli::output::{self, unusable};
use crate::cli::{Looks, config, plain};
use crate::command;
use crate::lesson::Lesson;
use crate::text::{visible, visible_lines};
use crate::ui::PaneId;
use crate::ui::{self, App, Outside, press_keys};
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Turns of a run, in millions: programs of lessons may run for ever.
const MOST: u64 = 10;

struct Plain {
    app: App,
    target: Local,
    now: Arc<Snapshot>,
    /// The lines of the page as they were printed last.
    page: Vec<String>,
}

pub(super) fn run(lesson: Lesson, workplace: PathBuf, looks: &Looks) -> ExitCode {
    let mut plain = match Plain::open(lesson, workplace, looks) {
        Ok(plain) => plain,
        Err(e) => return unusable(&e),
    };
    let asked = io::stdin().is_terminal();
    let help = "Type a key of the lesson (s, 5s, u, J, H), an answer, a command, or show PANE; judge judges the \
                file that you write, page prints the page again, quit leaves.\n";
    let mut out = plain.whole_page() + if asked { help } else { "" };
    let mut lines = io::stdin().lock().lines();
    loop {
        if asked {
            out += "lesson> ";
        }
        let code = output::text(&out);
        if code != ExitCode::SUCCESS {
            return code;
        }
        out = match lines.next() {
            None => return ExitCode::SUCCESS,
            Some(Err(e)) => return unusable(&e),
            Some(Ok(line)) => match plain.line(line.trim()) {
                Some(told) => told,
                None => return ExitCode::SUCCESS,
            },
        };
    }
}

impl Plain {
    fn open(lesson: Lesson, workplace: PathBuf, looks: &Looks) -> Result<Plain, String> {
        let mut app = config::app(looks)?;
        let mut target = lesson.target(0).map_err(|e| e.to_string())?;
        app.resize(plain::SIZE);
        app.view.notices.welcome = false;
        app.coursework.set_progress(read_progress());
        app.coursework.set_workplace(workplace);
        app.open_lesson(Arc::new(lesson));
        ui::begin_page(&mut app, &mut target);
        let now = target.look(&app.want());
        Ok(Plain { app, target, now, page: Vec::new() })
    }

    /// What a line does, in words; `None` once it asks to leave.
    fn line(&mut self, line: &str) -> Option<String> {
        if line == "page" {
            return Some(self.whole_page());
        }
        let words =
            command::split(line).ok().and_then(|mut commands| (commands.len() == 1).then(|| commands.remove(0)));
        if let Some(Ok(reply)) = words.and_then(|words| plain::show(&mut self.target, &mut self.app, &words)) {
            return Some(format!("{}\n", visible_lines(&reply.text)));
        }
        let keys = match as_keys(line) {
            Some(keys) => keys,
            None if line == "judge" => typed("lesson judge"),
            None if self.app.asks_in_lesson() && is_answer(line) => typed(&format!("lesson answer '{line}'")),
            None if matches!(line, "quit" | "q" | "exit") => return None,
            None => typed(line),
        };
        let before = self.app.view.lesson.as_ref().map(|course| (course.lesson().name.clone(), course.page_number()));
        match press_keys(&mut self.app, &mut self.target, &keys, self.now.clone(), MOST) {
            Ok(now) => self.now = now,
            Err(_) => return None,
        }
        if let Some(progress) = self.app.coursework.news() {
            Student.keep(progress);
        }
        let after = self.app.view.lesson.as_ref().map(|course| (course.lesson().name.clone(), course.page_number()));
        let message = visible(&self.app.view.notices.message).into_owned();
        let message = if message.is_empty() { message } else { message + "\n" };
        Some(message + &if before == after { self.news() } else { self.whole_page() })
    }

    /// The whole page.
    fn whole_page(&mut self) -> String {
        self.page = self.lines();
        self.page.concat()
    }

    /// What the page says that it did not say before.
    fn news(&mut self) -> String {
        let lines = self.lines();
        let news: String = lines.iter().filter(|line| !self.page.contains(line)).cloned().collect();
        self.page = lines;
        news
    }

    /// The rows of the page. The room that a screen leaves between its parts is one blank line here.
    fn lines(&self) -> Vec<String> {
        let rows = self.app.pane_lines(PaneId::Lesson, &self.now).into_iter();
        let mut lines: Vec<String> =
            rows.map(|row| visible_lines(row.trim_end()).trim_start_matches(' ').to_owned() + "\n").collect();
        lines.dedup_by(|next, line| *next == "\n" && *line == "\n");
        lines
    }
}

/// The keys of a line that is one key, with a count before it if it is wanted.
fn as_keys(line: &str) -> Option<Vec<String>> {
    let count: String = line.chars().take_while(char::is_ascii_digit).collect();
    let key = &line[count.len()..];
    let mut chars = key.chars();
    let one =
        chars.next().filter(|c| !c.is_ascii_digit() && *c != 'A' && *c != 'q').is_some() && chars.next().is_none();
    one.then(|| count.chars().map(String::from).chain([key.to_owned()]).collect())
}

/// Whether a line may answer a question: a number, a name, a choice.
fn is_answer(line: &str) -> bool {
    !line.is_empty() && !line.contains('\'') && command::find(line.split_whitespace().next().unwrap_or("")).is_empty()
}

/// The keys that type a command.
fn typed(line: &str) -> Vec<String> {
    let char = |c: char| if c == ' ' { "Space".to_owned() } else { c.to_string() };
    [":".to_owned()].into_iter().chain(line.chars().map(char)).chain(["Enter".to_owned()]).collect()
}
