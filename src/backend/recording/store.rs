//! From a session to a recording.

use super::{Embedded, End, Line, Mark, RecordedInput, Recording, RecordingError, Settings, Stop, Touch};
use crate::backend::On;
use crate::backend::local::{Loaded, Local};
use crate::backend::{Program, Refused, host};
use crate::image;
use crate::session::JournalEntry;
use crate::session::expr::Expr;
use crate::vm::Span;
use std::path::Path;
use std::sync::Arc;

impl Local {
    /// The current branch as a recording, to its present.
    ///
    /// # Errors
    /// A program cannot be written, or something runs.
    pub fn recording(&self) -> Result<Recording, Refused> {
        self.standing()?;
        let session = self.session();
        let end = session.machine_at_present()?;
        let mut programs: Vec<Arc<Program>> = Vec::new();
        let mut number_of = |loaded: &Loaded| match programs.iter().position(|p| Arc::ptr_eq(p, &loaded.program)) {
            Some(number) => number,
            None => {
                programs.push(Arc::clone(&loaded.program));
                programs.len() - 1
            }
        };
        let mut journal = Vec::new();
        for (turn, entry) in session.journal().entries() {
            let known = |load: &crate::executive::input::Load| self.program_of(&load.image).map(&mut number_of);
            let step = RecordedInput::of(entry, known);
            let step = step.ok_or_else(|| RecordingError::Bad("a task has a program of unknown origin".into()))?;
            journal.push(Line { turn: *turn, step });
        }
        let here = session.place();
        let taken_back = session.journal().entries().iter().skip(here.entry);
        let mut taken_back = taken_back.filter(|(_, entry)| matches!(entry, JournalEntry::Input(_)));
        let cursor_inputs = taken_back.any(|(turn, _)| *turn <= here.turn).then_some(here.entry);
        let branch = session.history().branch;
        let bookmarks = session.bookmarks().iter().filter(|b| b.branch == branch);
        let stops = session.stops.list().iter();
        Ok(Recording {
            title: self.title.clone(),
            failure: self.failure.clone(),
            config: Settings::of(end.config(), self.defaults),
            programs: programs.iter().map(|p| embed(p)).collect::<Result<_, _>>()?,
            journal,
            stops: stops.map(stop).collect(),
            bookmarks: bookmarks.map(|b| Mark { name: b.name.clone(), turn: b.turn }).collect(),
            cursor: here.turn,
            cursor_inputs,
            end: End { turn: end.turns(), time_us: end.time_us(), digest: format!("{:016x}", end.digest()) },
            sync: session.declared.sync.clone(),
            hidden: session.declared.hidden.clone(),
        })
    }

    /// Writes the current branch to a file.
    ///
    /// # Errors
    /// As for [`Local::recording`], or the file cannot be written.
    pub fn record(&self, path: &Path) -> Result<Recording, Refused> {
        let recording = self.recording()?;
        host::atomic_write(path, |out| out.write_all(recording.text().as_bytes()))?;
        Ok(recording)
    }
}

impl Recording {
    /// Turns done at its end.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.end.turn
    }

    /// Things from outside in it, loads included.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.journal.len()
    }

    /// The digest of the state at its end.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.end.digest
    }
}

pub(super) fn embed(program: &Program) -> Result<Embedded, RecordingError> {
    let refused = |source| RecordingError::Program { program: program.origin(), source };
    let image = image::write(&program.image).map_err(refused)?;
    Ok(Embedded { file: program.origin(), image, symbols: program.symbols.clone(), debug: (*program.debug).clone() })
}

fn stop(b: &crate::backend::StopView) -> Stop {
    let condition = b.condition.as_ref().map(Expr::plain_text);
    let pc = b.pc().unwrap_or_default();
    let (ignore, temporary, app, commands) = (b.ignore, b.temporary, b.app.clone(), b.commands.clone());
    let (watch, catch, touch) = (None, None, None);
    let (enabled, named, log) = (b.enabled, b.named.clone(), b.log.as_ref().map(ToString::to_string));
    let awaited = matches!(b.on, On::Awaited | On::AwaitedAccess(_));
    let plain = Stop {
        pid: b.pid,
        pc,
        enabled,
        condition,
        ignore,
        temporary,
        watch,
        catch,
        touch,
        app,
        commands,
        named,
        awaited,
        log,
    };
    match &b.on {
        On::Instruction(_) | On::Awaited => plain,
        On::Change(expr, _) => Stop { watch: Some(expr.plain_text()), ..plain },
        On::Event(event) => Stop { catch: Some(event.to_string()), ..plain },
        On::AwaitedAccess(access) => {
            // Where it will be is not known: the end says how many bytes were asked for.
            let (place, end) = (access.place.clone(), access.bytes.unwrap_or_default());
            let touch = Touch { place, start: 0, end, bank: access.seen_by, touching: access.touching };
            Stop { touch: Some(touch), ..plain }
        }
        On::Access(access) => {
            let (place, Span { start, end, bank }) = (access.place.clone(), access.span);
            Stop { touch: Some(Touch { place, start, end, bank, touching: access.touching }), ..plain }
        }
    }
}
