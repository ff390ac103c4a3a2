//! Scenario files: programs with options, commands to run first, and inputs at given turns or
//! times.

mod again;

pub(super) use again::Again;

use super::{Profile, config, output};
use crate::backend::host;
use crate::backend::kept::KeptProgram;
use crate::backend::request::Run;
use crate::backend::target::Course;
use crate::backend::{Config, LoadOptions, QUANTUM, STACK, Status, Target, Want};
use crate::command;
use crate::limits::{LINE, PROGRAMS};
use crate::ui::{Outside, words};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// A scenario as written.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: Option<String>,
    /// A built-in demo in place of programs.
    demo: Option<String>,
    /// A link in place of programs.
    link: Option<String>,
    /// A recording in letters in place of programs: one that came through a pipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recording: Option<String>,
    #[serde(default)]
    stack: Option<u32>,
    #[serde(default)]
    quantum: Option<u32>,
    #[serde(default)]
    protect: Option<bool>,
    #[serde(default)]
    turn_us: Option<u64>,
    #[serde(default)]
    math: Option<bool>,
    #[serde(default)]
    profile: Option<Profile>,
    #[serde(default)]
    fs: Option<PathBuf>,
    #[serde(default)]
    commands: Vec<String>,
    #[serde(default, rename = "program")]
    programs: Vec<ProgramEntry>,
    #[serde(default, rename = "input")]
    inputs: Vec<InputEntry>,
    /// Programs as they were when they were read, of a session that is opened again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kept: Vec<KeptProgram>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ProgramEntry {
    /// An image or a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    /// Sources that are linked, in place of one file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<PathBuf>,
    name: Option<String>,
    stack: Option<u32>,
    quantum: Option<u32>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct InputEntry {
    turn: Option<u64>,
    time_us: Option<u64>,
    command: String,
}

/// Machine-wide options of a scenario.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub stack: Option<u32>,
    pub quantum: Option<u32>,
    pub protect: Option<bool>,
    pub turn_us: Option<u64>,
    pub math: Option<bool>,
    pub profile: Option<Profile>,
    pub fs: Option<PathBuf>,
}

/// When an input is due.
#[derive(Debug, Clone, Copy)]
enum Due {
    Turn(u64),
    Time(u64),
}

/// The files of a program, more than one if they are sources to be linked, and how it is loaded.
pub(super) type ProgramFiles = (Vec<PathBuf>, LoadOptions);

/// Programs, and what is done to them from outside.
#[derive(Debug, Default)]
pub(super) struct Scenario {
    pub programs: Vec<ProgramFiles>,
    title: Option<String>,
    settings: Settings,
    commands: Vec<String>,
    inputs: VecDeque<(Due, String)>,
    /// A built-in demo in place of programs.
    pub demo: Option<String>,
    /// A link in place of programs.
    pub link: Option<String>,
    /// A recording in letters in place of programs.
    pub recording: Option<String>,
    /// Programs as they were when they were read, of a session that is opened again.
    pub kept: Vec<KeptProgram>,
}

/// Whether a file whose name says nothing holds a scenario.
pub(super) fn is_one(path: &Path, bytes: &[u8]) -> bool {
    let named = path.extension().is_some_and(|e| ["hxe", "mvasm", "c"].iter().any(|n| e.eq_ignore_ascii_case(n)));
    let text = if named { None } else { std::str::from_utf8(bytes).ok() };
    let file = text.and_then(|text| toml::from_str::<File>(text.trim_start_matches('\u{FEFF}')).ok());
    file.is_some_and(|file| file.demo.is_some() || file.recording.is_some() || !file.programs.is_empty())
}

/// Whether the values of a scenario are those that the command line takes.
fn check(file: &File) -> Result<(), String> {
    let within = |name: &str, value: Option<u64>, range: RangeInclusive<u64>| match value {
        Some(n) if !range.contains(&n) => {
            Err(format!("{name} is {n}: a number from {} to {} is expected", range.start(), range.end()))
        }
        _ => Ok(()),
    };
    let wide = |range: &RangeInclusive<u32>| u64::from(*range.start())..=u64::from(*range.end());
    within("turn_us", file.turn_us, 1..=Config::LONGEST_TURN_US)?;
    let own = file.programs.iter().map(|p| (p.stack, p.quantum));
    for (stack, quantum) in own.chain([(file.stack, file.quantum)]) {
        within("stack", stack.map(u64::from), wide(&STACK))?;
        within("quantum", quantum.map(u64::from), wide(&QUANTUM))?;
    }
    if file.programs.iter().any(|p| p.file.is_some() != p.files.is_empty()) {
        return Err("a program needs either file, or files: sources that are linked".to_owned());
    }
    PROGRAMS.check(file.programs.len() as u64).map_err(|over| over.to_string())?;
    let lines = file.commands.iter().chain(file.inputs.iter().map(|i| &i.command));
    let mut bounds = lines.map(|line| LINE.check(line.len() as u64));
    bounds.try_for_each(|bound| bound.map_err(|over| format!("a command is {over}")))
}

/// Reads a scenario from the bytes of its file. Paths in it are relative to its directory, or to the current one where it
/// came through a pipe.
pub(super) fn read(path: &Path, bytes: Vec<u8>) -> Result<Scenario, String> {
    let wrong = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let text = host::text_of(bytes).map_err(|e| wrong(&e))?;
    let file: File = toml::from_str(&text).map_err(|e| wrong(&e))?;
    check(&file).map_err(|e| wrong(&e))?;
    if file.demo.is_some() && !file.programs.is_empty() {
        return Err(format!("{}: either a demo or programs, not both", path.display()));
    }
    let beside = path.parent().filter(|_| host::is_file(path)).unwrap_or(Path::new(""));
    let program = |p: ProgramEntry| {
        let files: Vec<PathBuf> = p.file.into_iter().chain(p.files).map(|file| beside.join(file)).collect();
        (files, LoadOptions { name: p.name, stack: p.stack, quantum: p.quantum })
    };
    let programs = file.programs.into_iter().map(program);
    let mut inputs = Vec::new();
    for input in file.inputs {
        let due = match (input.turn, input.time_us) {
            (Some(turn), None) => Due::Turn(turn),
            (None, Some(time)) => Due::Time(time),
            _ => return Err(format!("{}: input \"{}\" needs either turn or time_us", path.display(), input.command)),
        };
        inputs.push((due, input.command));
    }
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
    Ok(Scenario {
        programs: programs.collect(),
        title: file.title.or(stem),
        settings: Settings {
            stack: file.stack,
            quantum: file.quantum,
            protect: file.protect,
            turn_us: file.turn_us,
            math: file.math,
            profile: file.profile,
            fs: file.fs.map(|p| beside.join(p)),
        },
        commands: file.commands,
        inputs: inputs.into(),
        demo: file.demo,
        link: file.link,
        recording: file.recording,
        kept: file.kept,
    })
}

impl Scenario {
    /// Programs without anything else.
    pub fn of(programs: Vec<(PathBuf, LoadOptions)>) -> Scenario {
        let programs = programs.into_iter().map(|(path, options)| (vec![path], options)).collect();
        Scenario { programs, ..Scenario::default() }
    }

    pub fn settings(&self) -> Settings {
        self.settings.clone()
    }

    /// Its title, or its programs' names.
    pub fn title(&self) -> String {
        let stem = |(paths, _): &ProgramFiles| paths.first()?.file_stem().map(|s| s.to_string_lossy().into_owned());
        let names = || self.programs.iter().filter_map(stem).collect::<Vec<_>>().join("+");
        self.title.clone().unwrap_or_else(names)
    }

    /// Runs the commands that come first, to the end of each.
    pub fn first_commands(&mut self, target: &mut dyn Target) -> Result<(), String> {
        self.commands_so_far(target).map_err(|(_, why)| why)
    }

    /// The same, up to the first one that fails; its number, from 0, and why.
    pub fn commands_so_far(&mut self, target: &mut dyn Target) -> Result<(), (usize, String)> {
        for (number, line) in std::mem::take(&mut self.commands).into_iter().enumerate() {
            let failed = |e: command::CommandError| (number, format!("{line}: {e}"));
            for words in command::split(&line).map_err(failed)? {
                let reply = words::execute(target, None, &config::names(), words).map_err(failed)?;
                if reply.started {
                    self.finish(target);
                }
            }
        }
        Ok(())
    }

    /// Pumps a run to its end.
    pub fn finish(&mut self, target: &mut dyn Target) {
        while self.pump(target, 1_000_000) {}
    }

    /// Pumps at most `turns` turns, with the inputs that are due on the way; true while the run
    /// continues. When nothing can run any more, the next input comes at once.
    fn advance(&mut self, target: &mut dyn Target, turns: u64) -> bool {
        let at = target.position();
        // A search goes through the past, where no input is due.
        let past = at.running && matches!(at.course, Course::Search | Course::Looking);
        let Some((due, _)) = self.inputs.front().filter(|_| !past) else {
            return target.pump(turns);
        };
        let left = match due {
            Due::Turn(turn) => turn.saturating_sub(at.turn),
            Due::Time(time) => time.saturating_sub(at.time_us).div_ceil(at.turn_us),
        };
        if left > 0 && (target.pump(turns.min(left)) || !is_stuck(target)) {
            return target.position().running;
        }
        if let Some((_, line)) = self.inputs.pop_front() {
            report(&line, command::execute_line(target, None, &line));
            if left > 0
                && let Err(e) = target.send(Run::Continue.into())
            {
                output::note(&format_args!("hsxray: {e}"));
            }
        }
        target.position().running
    }
}

/// Whether a run has ended because nothing can run.
fn is_stuck(target: &mut dyn Target) -> bool {
    matches!(target.look(&Want::numbers()).status, Status::Deadlock { .. } | Status::Idle)
}

impl Outside for Scenario {
    fn pump(&mut self, target: &mut dyn Target, turns: u64) -> bool {
        self.advance(target, turns)
    }
}

/// An input that fails is reported, and the scenario continues.
fn report(line: &str, outcomes: Vec<command::Outcome>) {
    for outcome in outcomes {
        if let Err(e) = outcome.result {
            output::note(&format_args!("hsxray: input \"{line}\": {e}"));
        }
    }
}
