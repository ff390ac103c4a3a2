//! `--plain`: the same commands line by line, for screen readers, pipes and terminals that cannot
//! move a cursor. Each stop is reported in sentences; `show PANE` says what a pane shows.

use super::crash;
use super::open::Opened;
use super::output::{self, unusable};
use super::recover::Keeper;
use super::waiting::{self, Looking};
use crate::backend::request::Run;
use crate::backend::{ChangedFile, Snapshot, Target, Want};
use crate::command::script::{self, ScriptStep};
use crate::command::{self, CommandError, Reply, Word, sentence, stop_line};
use crate::text::{visible, visible_lines};
use crate::ui::pane::{PANES, Pane};
use crate::ui::settings::Setting;
use crate::ui::{App, Outside, Record, needs_screen, words};
use serde::Serialize;
use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// The screen that panes are printed from.
pub(super) const SIZE: (u16, u16) = (200, 60);
/// Turns of a run in one go; between them it can be stopped.
const SLICE: u64 = 1_000_000;
/// Turns of a run that cannot be stopped by typing: what stands after it in a pipe should have its turn, too.
const MOST_IN_A_PIPE: u64 = 10_000_000;

/// Line by line: commands in, sentences out.
struct Plain {
    opened: Opened,
    app: App,
    /// Lines as they come, read by a thread of their own so that a line can stop a run.
    lines: Receiver<io::Result<String>>,
    /// A user types.
    asked: bool,
    /// Ctrl-C was pressed: it ends a run in progress.
    interrupted: Arc<AtomicBool>,
    /// The commands of a stop, as far as they have been typed.
    block: Option<(u32, Vec<String>)>,
    /// A script is being followed: what only a screen can do is passed over.
    follows: bool,
    /// A command of the line has failed.
    failed: bool,
    /// Files of programs that were said to have changed on disk.
    changed: Vec<ChangedFile>,
    /// What was done, for a session that is opened again.
    record: Record,
}

/// Reads commands until there are no more.
pub(super) fn run(opened: Opened, app: App, save: Option<&std::path::Path>) -> ExitCode {
    let (to, lines) = channel();
    std::thread::spawn(move || {
        // Lines that nothing waits for any more are left unread.
        io::stdin().lines().map_while(|line| to.send(line).ok()).for_each(drop);
    });
    let asked = io::stdin().is_terminal();
    let interrupted = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    if asked && let Err(e) = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupted)) {
        return unusable(&e);
    }
    let (block, changed, record) = (None, Vec::new(), Record::default());
    record.programs(&opened.target);
    crash::watch(opened.again.clone(), record.clone());
    let keeper = Keeper::start(opened.again.clone(), record.clone());
    let (follows, failed) = (false, false);
    let mut plain = Plain { opened, app, lines, asked, interrupted, block, follows, failed, changed, record };
    plain.app.resize(SIZE);
    for problem in plain.app.view.notices.log.drain(..) {
        output::note(&format_args!("hsxray: {problem}"));
    }
    let code = plain.talk();
    if let Some(keeper) = keeper.filter(|_| code == ExitCode::SUCCESS) {
        keeper.end();
    }
    if code == ExitCode::SUCCESS { super::open::save_session(plain.opened.target, save) } else { code }
}

impl Plain {
    fn talk(&mut self) -> ExitCode {
        let now = self.opened.target.look(&Want::default());
        let mut out = format!("{}: {}\n", visible(&now.title), where_it_stands(&now));
        if let Some(failure) = &self.opened.target.failure {
            out += &format!("Recorded failure: {}.\n", visible_lines(failure));
        }
        if self.asked {
            out += "help lists all commands, show PANE tells what a pane shows, quit leaves; Enter or Ctrl-C stops a run.\n";
            if self.is_of_c() && self.app.settings.get(Setting::Step) != "instruction" {
                out += "n and s go by source lines, over calls and into them; set step instruction changes that.\n";
            }
        }
        if output::text(&out) != ExitCode::SUCCESS || !self.follow() {
            return ExitCode::SUCCESS;
        }
        out.clear();
        loop {
            out += &self.changed_on_disk();
            if self.asked {
                out += "hsxray> ";
            }
            let code = output::text(&out);
            if code != ExitCode::SUCCESS || io::stdout().flush().is_err() {
                return code;
            }
            match self.next_line() {
                Err(_) => return ExitCode::SUCCESS,
                Ok(Err(e)) => return unusable(&e),
                Ok(Ok(line)) => match self.line(line) {
                    Some(text) => out = text,
                    None => return ExitCode::SUCCESS,
                },
            }
        }
    }

    /// Which files of programs have changed on disk since they were read, said once for each change.
    fn changed_on_disk(&mut self) -> String {
        let now = self.opened.target.look(&Want { changed: true, ..Want::numbers() });
        let changed = now.changed.clone().unwrap_or_default();
        let new: Vec<ChangedFile> = changed.iter().filter(|file| !self.changed.contains(file)).cloned().collect();
        self.changed = changed;
        let said = |name: String| {
            format!("{} has changed on disk since it was read: reload reads it again.\n", visible(&name))
        };
        ChangedFile::names(&new).into_iter().map(said).collect()
    }

    /// The next line that is typed. At Ctrl-C what was typed of it is gone, as the terminal has it, and so is the
    /// beginning of a stop's commands.
    fn next_line(&mut self) -> Result<io::Result<String>, RecvTimeoutError> {
        loop {
            match self.lines.recv_timeout(Duration::from_millis(50)) {
                Err(RecvTimeoutError::Timeout) => {}
                line => return line,
            }
            if self.interrupted.swap(false, Relaxed) {
                self.block = None;
                output::text("\n");
            }
        }
    }

    /// Follows the script, if there is one; false once it asks to leave.
    fn follow(&mut self) -> bool {
        let Some(script) = self.app.script.take() else { return true };
        let (name, lines) = script.into_lines();
        self.follows = true;
        for line in lines {
            let told = match line.step {
                ScriptStep::Commands(text) => {
                    output::text(&format!("> {}\n", visible(text.trim())));
                    match self.carry_out(&text) {
                        Some(told) => told,
                        None => return false,
                    }
                }
                ScriptStep::Pause(text) if self.asked => {
                    output::text(&format!("{}  (Enter continues)\n", visible(&text)));
                    if !matches!(self.next_line(), Ok(Ok(_))) {
                        return false;
                    }
                    String::new()
                }
                ScriptStep::Pause(text) if !text.is_empty() => format!("{}\n", visible(&text)),
                ScriptStep::Pause(_) | ScriptStep::Keys(_) => String::new(),
            };
            output::text(&told);
            if std::mem::take(&mut self.failed) {
                output::text(&format!("The script {} ends at line {}.\n", visible(&name), line.number));
                break;
            }
        }
        self.follows = false;
        true
    }

    /// Takes a line in: of the commands of a stop, or one to be carried out.
    fn line(&mut self, line: String) -> Option<String> {
        match (self.block.take(), script::begins_block(&line)) {
            (Some((number, lines)), _) if line.trim() == "end" => self.carry_out(&script::block(number, &lines)),
            (Some((number, mut lines)), _) => {
                lines.push(line);
                self.block = Some((number, lines));
                Some(String::new())
            }
            (None, Some(number)) => {
                self.block = Some((number, Vec::new()));
                Some(format!("The lines that follow, up to end, are done when stop {number} has stopped.\n"))
            }
            (None, None) => self.carry_out(&line),
        }
    }

    /// The answers of a line; `None` once it asks to leave.
    fn carry_out(&mut self, line: &str) -> Option<String> {
        let commands = match command::split(line) {
            Ok(commands) => commands,
            Err(e) => {
                self.failed = true;
                return Some(told(&e, line));
            }
        };
        if !line.trim().is_empty() {
            tracing::info!("command: {}", visible(line));
        }
        let mut out = String::new();
        let mut todo: VecDeque<(Vec<Word>, Option<u64>)> = commands.into_iter().map(|words| (words, None)).collect();
        while let Some((mut words, until)) = todo.pop_front() {
            self.by_lines(&mut words);
            let selected = self.app.view.selected;
            let checked = words::check(&mut self.opened.target, selected, &self.app.settings, &words);
            let shown = show(&mut self.opened.target, &mut self.app, &words).or_else(|| self.set_step(&words));
            let shown = shown.or_else(|| super::selected::select(&mut self.opened.target, &mut self.app, &words));
            if self.follows && checked.is_ok() && shown.is_none() && needs_screen(&words) {
                continue;
            }
            let target = &mut self.opened.target;
            let result = shown.or_else(|| checked.err().map(Err)).unwrap_or_else(|| match until {
                Some(until) => command::script::execute_due(command::start, target, selected, words, until),
                None => command::execute_by(command::start, target, selected, words),
            });
            let result = self.look_through().unwrap_or(result);
            result.iter().for_each(|reply| self.write_down(reply));
            match result {
                Ok(reply) if reply.quit => return None,
                Ok(reply) if reply.started => {
                    let (text, due) = self.finish(until);
                    out += &text;
                    due.into_iter().rev().for_each(|due| todo.push_front((due.words, Some(due.until))));
                }
                Ok(reply) if !reply.then.is_empty() => {
                    let lines = reply.then.iter().rev().filter_map(|line| command::split(line).ok());
                    lines.flat_map(|words| words.into_iter().rev()).for_each(|words| todo.push_front((words, None)));
                }
                Ok(reply) if reply.text.is_empty() => {}
                Ok(reply) => out += &format!("{}\n", visible_lines(&reply.text)),
                Err(e) => {
                    self.failed = true;
                    out += &told(&e, line);
                }
            }
        }
        Some(out)
    }

    /// `n` and `s` go by lines in a program of C, as the keys of the screen do there.
    fn by_lines(&mut self, words: &mut [Word]) {
        let Some(first) = words.first_mut() else { return };
        let line = match first.text.as_str() {
            "n" => "line",
            "s" => "li",
            _ => return,
        };
        if self.app.settings.get(Setting::Step) != "instruction" && self.is_of_c() {
            first.text = line.to_owned();
        }
    }

    /// Whether the task that is meant is one of C, of which the source is there.
    fn is_of_c(&mut self) -> bool {
        let now = self.opened.target.look(&Want::lists());
        let pid = self.app.view.selected.or(now.last);
        pid.map_or(now.tasks.first(), |pid| now.task(pid)).is_some_and(|task| task.listing.is_c)
    }

    /// `set step WHAT`: the one setting of the screen that means something here.
    fn set_step(&mut self, words: &[Word]) -> Option<Result<Reply, CommandError>> {
        let [set, name, value] = words else { return None };
        if set.text != "set" || name.text != "step" {
            return None;
        }
        let changed = self.app.settings.change(&name.text, &value.text);
        Some(match changed {
            Ok(()) => Ok(Reply::empty()),
            Err(e) => Err(CommandError::at(value.column, e.to_string())),
        })
    }

    /// Looks through the past to its end, if a request has begun to, or until a line or Ctrl-C gives it up; what came of it.
    fn look_through(&mut self) -> Option<Result<Reply, CommandError>> {
        self.opened.target.looking()?;
        let mut line = Looking::default();
        while let Some(progress) = self.opened.target.looking() {
            line.at(progress);
            self.opened.target.pump(SLICE);
            let stopped = self.asked && (self.interrupted.swap(false, Relaxed) || self.lines.try_recv().is_ok());
            if stopped && let Err(e) = self.opened.target.send(Run::Pause.into()) {
                output::note(&format_args!("hsxray: {e}"));
            }
        }
        Some(waiting::found(&mut self.opened.target))
    }

    /// Writes down what was done.
    fn write_down(&self, reply: &Reply) {
        self.record.programs(&self.opened.target);
        reply.done.iter().for_each(|request| self.record.request(request, reply.started));
    }

    /// Does a part of a run, and writes it down; whether the run continues.
    fn pump(&mut self) -> bool {
        let Opened { target, scenario, .. } = &mut self.opened;
        let before = target.position();
        let more = scenario.pump(target, SLICE);
        self.record.ran(before, target.position());
        more
    }

    /// Lets a run continue until it ends or a line stops it; why it has stopped, and the commands of the stop.
    fn finish(&mut self, within: Option<u64>) -> (String, Vec<script::Due>) {
        let start = self.opened.target.position().turn;
        while self.pump() {
            let target = &mut self.opened.target;
            let done = target.position().turn.saturating_sub(start);
            let stopped = match self.asked {
                true => self.interrupted.swap(false, Relaxed) || self.lines.try_recv().is_ok(),
                false => done >= MOST_IN_A_PIPE,
            };
            if stopped && let Err(e) = target.send(Run::Pause.into()) {
                output::note(&format_args!("hsxray: {e}"));
            }
        }
        let now = self.opened.target.look(&Want::default());
        super::selected::follow(&mut self.app, &now);
        let why = stop_line(&now);
        tracing::info!("{}", visible(&why));
        let logged: String = now.logged.iter().map(|line| format!("{}\n", visible(line))).collect();
        let text = format!("{logged}{}. {}\n", capital(&visible_lines(&why)), where_it_stands(&now));
        (text, script::due(&now, within))
    }
}

/// A sentence begins with a capital letter.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// An error in words, with the place in words, too.
fn told(error: &command::CommandError, line: &str) -> String {
    let rest = error.column.map(|c| line.chars().skip(c).take(30).collect::<String>()).filter(|r| !r.is_empty());
    let place = rest.map_or(String::new(), |r| format!(", at: {}", visible(&r)));
    format!("Error: {}{place}\n", visible_lines(&error.to_string()))
}

/// What a pane shows.
#[derive(Serialize)]
struct Shown<'s> {
    pane: u8,
    name: &'static str,
    lines: Vec<&'s str>,
}

/// `show PANE`: what a pane shows, line by line; `None` if the words are none of that.
pub(super) fn show(target: &mut dyn Target, app: &mut App, words: &[Word]) -> Option<Result<Reply, CommandError>> {
    let [verb, name] = words else { return None };
    if verb.text != "show" {
        return None;
    }
    let named = |p: &&Pane| p.name == name.text || p.number.to_string() == name.text;
    let Some(pane) = PANES.iter().find(named) else {
        let names: Vec<&str> = PANES.iter().map(|p| p.name).collect();
        let message = format!("there is no pane {}: {} are there", visible(&name.text), names.join(", "));
        return Some(Err(CommandError::at(name.column, message)));
    };
    let now = target.look(&app.want_for(pane.id));
    app.look(&now);
    let lines = app.pane_lines(pane.id, &now).concat();
    let text = format!("Pane {}, {}: {}\n{}", pane.number, pane.name, pane.about, lines.trim_end());
    let lines: Vec<&str> = lines.lines().collect();
    Some(Ok(Reply::new(text, Shown { pane: pane.number, name: pane.name, lines })))
}

/// Which turn it is, and who is next with what.
fn where_it_stands(now: &Snapshot) -> String {
    let task = now.next.and_then(|pid| now.tasks.iter().find(|t| t.pid == pid));
    let next = match task {
        Some(t) => {
            let row = t.listing.row_at(t.pc).and_then(|i| t.listing.rows.get(i));
            let insn = row.map_or(String::new(), |r| format!(", {} {}", r.mnemonic, visible(&r.operands)));
            format!("Next: task {}, {}, at 0x{:04X}{}.", t.pid, visible(&t.name), t.pc, insn.trim_end())
        }
        None => "No task is next.".into(),
    };
    match now.turn {
        0 => format!("{}. {next}", sentence(&now.status)),
        turn => format!("Turn {turn}. {next}"),
    }
}
