//! How to open a session again: a scenario that leads to where it is.

use super::{Due, File, InputEntry, ProgramEntry, ProgramFiles, Scenario};
use crate::backend::host;
use crate::backend::kept::{KeptProgram, packed_text};
use crate::backend::request;
use crate::backend::{Config, LoadDefaults};
use crate::cli::Profile;
use std::path::{Path, PathBuf};

/// How to open the same session again.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Again(File);

impl Again {
    /// The session of a demo.
    pub fn demo(name: &str) -> Again {
        Again(File { demo: Some(name.to_owned()), ..File::default() })
    }

    /// The session of a link.
    pub fn link(text: &str) -> Again {
        Again(File { link: Some(text.to_owned()), ..File::default() })
    }

    /// The session of a recording. One that came through a pipe cannot be read again: it is kept as it is.
    pub fn recording(path: &Path, bytes: &[u8]) -> Again {
        if !host::is_file(path) {
            let packed = packed_text(&String::from_utf8_lossy(bytes));
            return Again(File { recording: Some(packed), ..File::default() });
        }
        let replay = request::File::Replay(host::absolute(path).to_string_lossy().into_owned());
        Again(File { commands: vec![replay.to_string()], ..File::default() })
    }

    /// A line that was done after opening.
    pub fn follow(&mut self, line: &str) {
        self.0.commands.push(line.to_owned());
    }

    /// Leaves all lines out from one on, from 0.
    pub fn only(&mut self, lines: usize) {
        self.0.commands.truncate(lines);
    }

    /// The lines that are done after opening.
    pub fn lines(&self) -> &[String] {
        &self.0.commands
    }

    /// A scenario that does these lines after opening, with the programs that are read by it and by them.
    pub fn scenario(&self, lines: &[String], kept: &[KeptProgram]) -> String {
        let mut file = self.0.clone();
        file.commands.extend_from_slice(lines);
        file.kept = kept.to_vec();
        // Strings, numbers and lists: there is nothing in it that TOML cannot hold.
        toml::to_string(&file).unwrap_or_default()
    }
}

/// A path from the root. What is not Unicode in it is replaced, since a scenario is text: its program is kept with it.
fn full(path: &Path) -> PathBuf {
    host::absolute(path).to_string_lossy().into_owned().into()
}

impl Scenario {
    /// How to open it again, with these options of the command line.
    pub fn again(&self, config: &Config, defaults: &LoadDefaults) -> Again {
        let program = |(paths, options): &ProgramFiles| ProgramEntry {
            file: if let [path] = &paths[..] { Some(full(path)) } else { None },
            files: if paths.len() > 1 { paths.iter().map(|path| full(path)).collect() } else { Vec::new() },
            name: options.name.clone(),
            stack: options.stack,
            quantum: options.quantum,
        };
        let input = |(due, command): &(Due, String)| {
            let (turn, time_us) = match due {
                Due::Turn(turn) => (Some(*turn), None),
                Due::Time(time) => (None, Some(*time)),
            };
            InputEntry { turn, time_us, command: command.clone() }
        };
        Again(File {
            title: Some(self.title()),
            demo: self.demo.clone(),
            link: self.link.clone(),
            recording: self.recording.clone(),
            stack: Some(defaults.stack),
            quantum: Some(defaults.quantum),
            protect: Some(config.protect),
            turn_us: Some(config.turn_us),
            math: Some(!config.no_math),
            profile: (config.limits == Profile::Embedded.limits()).then_some(Profile::Embedded),
            fs: self.settings.fs.as_deref().map(full),
            commands: self.commands.clone(),
            programs: self.programs.iter().map(program).collect(),
            inputs: self.inputs.iter().map(input).collect(),
            kept: Vec::new(),
        })
    }
}
