//! `hsxray batch`: commands without a terminal.

use super::open::{Opened, open};
use super::output::{self, unusable};
use super::waiting::{self, Waiting};
use super::{Programs, config, input, plain, written};
use crate::backend::answer::Done;
use crate::backend::host::{self, Content};
use crate::backend::request::Races;
use crate::backend::{Request, Target, Want};
use crate::command::script::{self, Line, ScriptStep};
use crate::command::{self, CommandError, Reply, Word, run_reply, stop_line};
use crate::export::TraceObject;
use crate::ui::{App, Outside, needs_screen, words};
use clap::Args;
use serde_json::json;
use std::collections::VecDeque;
use std::io::{IsTerminal, Write, stderr, stdin};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Turns done in one go.
const SLICE: u64 = 4_000_000;

/// Arguments of `batch`.
#[derive(Debug, Args)]
pub(super) struct BatchArgs {
    #[command(flatten)]
    programs: Programs,
    /// A line of commands; may be given several times.
    #[arg(short = 'e', long = "command", value_name = "COMMAND")]
    commands: Vec<String>,
    /// A script, run after the -e ones: lines of commands; "pause TEXT" waits for Enter at a terminal.
    #[arg(short = 'x', long = "script", value_name = "SCRIPT")]
    script: Option<PathBuf>,
    /// One JSON object a command.
    #[arg(long)]
    json: bool,
    /// Write every event of every turn, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    trace_jsonl: Option<PathBuf>,
    /// Fail if accesses race in the turns of the branch at the end; hidden ones and declared words count for nothing.
    #[arg(long)]
    fail_on_race: bool,
    /// Write over a file that is read, or that holds something else than a trace.
    #[arg(long)]
    force: bool,
}

/// Writes events as they come.
struct TraceFile {
    out: host::Unfinished,
    written: u64,
}

impl TraceFile {
    fn drain(&mut self, target: &mut dyn Target) -> Result<(), String> {
        let now = target.look(&Want { trace: usize::MAX, inputs: true, ..Want::numbers() });
        let fresh = now.trace_total.saturating_sub(self.written);
        self.written = now.trace_total;
        let skip = now.trace.len().saturating_sub(usize::try_from(fresh).unwrap_or(usize::MAX));
        for entry in &now.trace[skip..] {
            let object = TraceObject { entry, about: now.input_said(entry) };
            object.line().and_then(|line| writeln!(self.out, "{line}")).map_err(|e| e.to_string())?;
        }
        Ok(())
    }
}

struct Batch {
    opened: Opened,
    /// For panes that are to be shown as text.
    app: App,
    json: bool,
    trace: Option<TraceFile>,
    /// The line of the script that is carried out; 0 outside of one.
    at: usize,
    /// Commands of the stop that ended the last run.
    due: Vec<script::Due>,
    /// Lines that the last command has read from a file.
    then: Vec<String>,
    /// Races fail the run.
    fail_on_race: bool,
    failed: bool,
}

pub(super) fn run(args: &BatchArgs) -> ExitCode {
    match prepare(args) {
        Ok((batch, lines)) => match batch.lines(lines) {
            Ok(failed) => waiting::status(ExitCode::from(u8::from(failed))),
            Err(e) => unusable(&e),
        },
        Err(e) => unusable(&e),
    }
}

fn prepare(args: &BatchArgs) -> Result<(Batch, Vec<Line>), String> {
    let typed = script::gathered(&args.commands).into_iter();
    let mut lines: Vec<Line> = typed.map(|(_, line)| Line { number: 0, step: ScriptStep::Commands(line) }).collect();
    if let Some(path) = &args.script {
        let text = input::text(path, &crate::limits::SMALL_FILE).map_err(|e| format!("{}: {e}", path.display()))?;
        lines.extend(script::read(&text));
    }
    let mut opened = open(&args.programs, &crate::ui::Settings::default())?;
    if let Some(path) = &args.trace_jsonl {
        let read: Vec<PathBuf> = written::inputs(&args.programs).into_iter().chain(args.script.clone()).collect();
        written::may_be(path, Content::Trace, &read, args.force)?;
    }
    let trace = match &args.trace_jsonl {
        None => None,
        Some(_) if opened.target.look(&Want::numbers()).trace_capacity == 0 => {
            return Err("--trace-jsonl needs a trace: --trace-size above 0".into());
        }
        Some(path) => Some(TraceFile { out: host::Unfinished::create(path).map_err(|e| e.to_string())?, written: 0 }),
    };
    opened.scenario.first_commands(&mut opened.target)?;
    args.script.iter().for_each(|path| opened.target.note_read(path));
    let mut app = App::new(plain::SIZE);
    app.settings = config::names();
    let batch = Batch {
        opened,
        app,
        json: args.json,
        trace,
        at: 0,
        due: Vec::new(),
        then: Vec::new(),
        fail_on_race: args.fail_on_race,
        failed: false,
    };
    Ok((batch, lines))
}

impl Batch {
    /// Runs all lines; whether one failed.
    fn lines(mut self, lines: Vec<Line>) -> Result<bool, String> {
        for Line { number, step } in lines {
            self.at = number;
            let line = match step {
                ScriptStep::Commands(line) => line,
                ScriptStep::Pause(text) => {
                    self.wait(&text)?;
                    continue;
                }
                ScriptStep::Keys(_) => continue,
            };
            let mut todo: VecDeque<(Vec<Word>, Arc<str>, Option<u64>)> = match command::split(&line) {
                Ok(commands) => {
                    // One line may hold thousands of commands: they share it.
                    let line: Arc<str> = line.into();
                    commands.into_iter().map(|words| (words, Arc::clone(&line), None)).collect()
                }
                Err(e) => {
                    self.tell(&line, &line, Err(e))?;
                    continue;
                }
            };
            while let Some((words, line, until)) = todo.pop_front() {
                if self.command(words, &line, until)? || waiting::interrupted() {
                    return self.end();
                }
                for line in std::mem::take(&mut self.then).into_iter().rev() {
                    // They were split when they were read.
                    let (commands, line): (_, Arc<str>) = (command::split(&line).unwrap_or_default(), line.into());
                    commands.into_iter().rev().for_each(|words| todo.push_front((words, Arc::clone(&line), None)));
                }
                let due = std::mem::take(&mut self.due);
                due.into_iter().rev().for_each(|due| todo.push_front((due.words, due.line, Some(due.until))));
            }
        }
        self.end()
    }

    fn end(mut self) -> Result<bool, String> {
        if let Some(mut trace) = self.trace.take() {
            trace.drain(&mut self.opened.target)?;
            trace.out.finish().map_err(|e| e.to_string())?;
        }
        if self.fail_on_race {
            self.look_for_races()?;
        }
        Ok(self.failed)
    }

    /// Fails if there are races in the turns so far, and lists them with their stale writes.
    fn look_for_races(&mut self) -> Result<(), String> {
        let all = Request::from(Races::List { from: 1, to: None, at: None, host: false });
        let Done::Races(found) = self.opened.target.send(all.clone()).map_err(|e| e.to_string())?.done else {
            return Ok(());
        };
        // What is left out could race.
        if found.races.is_empty() && found.complete {
            return Ok(());
        }
        self.failed = true;
        let result = command::send(&mut self.opened.target, all);
        self.tell("races", "races", result)
    }

    /// Waits for Enter at a terminal; in a pipe it does not wait.
    fn wait(&self, text: &str) -> Result<(), String> {
        if self.json || !(stdin().is_terminal() && stderr().is_terminal()) {
            return Ok(());
        }
        output::note(&format_args!("{text}  (Enter continues)"));
        stdin().read_line(&mut String::new()).map(drop).map_err(|e| format!("standard input: {e}"))
    }

    /// Carries out one command to its end, one of a stop up to a turn; true if it was `quit`.
    fn command(&mut self, words: Vec<Word>, line: &str, until: Option<u64>) -> Result<bool, String> {
        let text = words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        let selected = self.app.view.selected;
        let checked = words::check(&mut self.opened.target, selected, &self.app.settings, &words);
        let shown = plain::show(&mut self.opened.target, &mut self.app, &words);
        let shown = shown.or_else(|| super::selected::select(&mut self.opened.target, &mut self.app, &words));
        if self.at > 0 && checked.is_ok() && shown.is_none() && needs_screen(&words) {
            // A script that is for a screen, too.
            return Ok(false);
        }
        let target = &mut self.opened.target;
        let mut result = shown.or_else(|| checked.err().map(Err)).unwrap_or_else(|| match until {
            Some(until) => command::script::execute_due(command::start, target, selected, words, until),
            None => command::execute_by(command::start, target, selected, words),
        });
        if let Some(found) = waiting::looked_through(target) {
            result = found;
        }
        if result.as_ref().is_ok_and(|r| r.started) {
            self.finish()?;
            let now = self.opened.target.look(&Want::lists());
            super::selected::follow(&mut self.app, &now);
            self.due = script::due(&now, until);
            result = Ok(run_reply(&now));
        }
        self.then = result.as_ref().map_or_else(|_| Vec::new(), |reply| reply.then.clone());
        let quit = result.as_ref().is_ok_and(|r| r.quit);
        self.tell(&text, line, result)?;
        Ok(quit)
    }

    /// Pumps a run to its end. With a trace file one turn at a time, so that no event is missed.
    fn finish(&mut self) -> Result<(), String> {
        let Opened { target, scenario, .. } = &mut self.opened;
        let slice = if self.trace.is_some() { 1 } else { SLICE };
        if let Some(trace) = &mut self.trace {
            // What was gone back over comes again.
            trace.written = trace.written.min(target.look(&Want::numbers()).trace_total);
        }
        let mut waiting = Waiting::begin(target);
        while scenario.pump(target, slice) {
            if let Some(trace) = &mut self.trace {
                trace.drain(target)?;
            }
            waiting.between(target);
        }
        drop(waiting);
        if let Some(trace) = &mut self.trace {
            trace.drain(target)?;
        }
        Ok(())
    }

    fn tell(&mut self, command: &str, line: &str, result: Result<Reply, CommandError>) -> Result<(), String> {
        self.failed |= result.is_err();
        let said = match (&result, self.json) {
            (Ok(reply), true) => output::json(&json!({ "command": command, "ok": true, "reply": reply.json })),
            (Err(error), true) => output::json(&json!({ "command": command, "ok": false, "error": error })),
            (Ok(reply), false) if reply.text.is_empty() => Ok(()),
            (Ok(reply), false) => output::lines(&reply.text),
            (Err(error), false) => {
                let place = if self.at > 0 { format!("line {}: ", self.at) } else { String::new() };
                output::note(&format_args!("hsxray: {place}{error}"));
                if let Some(column) = error.column {
                    let (line, column) = around(line, column);
                    output::note(&format_args!("    {line}\n    {:column$}^", ""));
                }
                if let Some(example) = &error.example {
                    output::note(&format_args!("    for example: {example}"));
                }
                Ok(())
            }
        };
        said.map_err(|e| format!("standard output: {e}"))
    }
}

/// Runs lines of commands to their ends, for callers that show a screen then; their answers.
pub(super) fn settle(opened: &mut Opened, lines: &[String]) -> Result<Vec<String>, String> {
    let mut log = Vec::new();
    for line in lines {
        let commands = command::split(line).map_err(|e| format!("{line}: {e}"))?;
        for words in commands {
            let done = words::execute(&mut opened.target, None, &config::names(), words);
            let mut reply = done.map_err(|e| format!("{line}: {e}"))?;
            if reply.started {
                finish(opened);
                reply.text = stop_line(&opened.target.look(&Want { trace: 64, console: 0, ..Want::default() }));
            }
            log.push(reply.text);
            if waiting::interrupted() {
                return Ok(log);
            }
            log.extend(settle(opened, &reply.then)?);
        }
    }
    Ok(log)
}

/// Pumps a run to its end.
fn finish(opened: &mut Opened) {
    let Opened { target, scenario, .. } = opened;
    let mut waiting = Waiting::begin(target);
    while scenario.pump(target, SLICE) {
        waiting.between(target);
    }
}

/// The part of a line around a column that fits a terminal, and where the column is in it.
fn around(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 160;
    let start = if column < WIDTH { 0 } else { column - WIDTH / 2 };
    (line.chars().skip(start).take(WIDTH).collect(), column - start)
}
