//! From a recording to a session that has done the same.

use super::input::Loadable;
use super::{Embedded, Line, RecordedInput, Recording, RecordingError, Touch};
use crate::backend::host;
use crate::backend::local::{Loaded, Local};
use crate::backend::program::Origin;
use crate::backend::{Access, Event, Expr, Names, On};
use crate::backend::{LoadDefaults, LoadOptions, Pid, Program, Refused, listing};
use crate::image::{self, Symbols};
use crate::limits::FILE;
use crate::session::{AwaitedAccess, Journal, JournalEntry, Looked, Session, next_slice, now};
use crate::vm::{Code, RAM_BYTES, Span};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

impl Local {
    /// Opens a recording from a file: does all of it again and proves that the end is the same.
    ///
    /// # Errors
    /// The file cannot be read, or [`Local::replay`] cannot open it.
    pub fn open(path: &Path) -> Result<Local, Refused> {
        now(Local::open_in_slices(path, &Looked::default()))
    }

    /// The same in slices, whose turns are counted.
    ///
    /// # Errors
    /// As [`Local::open`].
    pub async fn open_in_slices(path: &Path, looked: &Looked) -> Result<Local, Refused> {
        let failed = |source| RecordingError::Host { path: path.to_owned(), source };
        let mut local = Local::of_bytes(host::read(path, &FILE).map_err(failed)?, looked).await?;
        local.note_read(path);
        Ok(local)
    }

    /// Opens a recording from the bytes of a file, as [`Local::open`] does.
    ///
    /// # Errors
    /// They are not a recording, or [`Local::replay`] cannot open it.
    pub fn open_bytes(bytes: Vec<u8>) -> Result<Local, Refused> {
        now(Local::of_bytes(bytes, &Looked::default()))
    }

    /// The same; `watch` is given the turn that was done last and the turn at the end, now and then on the way.
    ///
    /// # Errors
    /// As [`Local::open_bytes`].
    pub fn open_watched(bytes: Vec<u8>, watch: &mut dyn FnMut(u64, u64)) -> Result<Local, Refused> {
        let looked = Looked::default();
        let mut work = pin!(Local::of_bytes(bytes, &looked));
        loop {
            let opened = next_slice(work.as_mut());
            watch(looked.turns(), looked.most());
            if let Some(opened) = opened {
                return opened;
            }
        }
    }

    async fn of_bytes(bytes: Vec<u8>, looked: &Looked) -> Result<Local, Refused> {
        let text = String::from_utf8(bytes).map_err(|_| RecordingError::Format)?;
        Local::replay_in_slices(Recording::parse(text.trim_start_matches('\u{FEFF}'))?, looked).await
    }

    /// Does all of a recording again, and proves that the end is the same.
    ///
    /// # Errors
    /// It is not consistent, or ends in another state.
    pub fn replay(recording: Recording) -> Result<Local, Refused> {
        now(Local::replay_in_slices(recording, &Looked::default()))
    }

    /// The same in slices, whose turns are counted.
    async fn replay_in_slices(recording: Recording, looked: &Looked) -> Result<Local, Refused> {
        let config = recording.config.config()?;
        let defaults = LoadDefaults { stack: recording.config.stack, quantum: recording.config.quantum };
        let programs = recording.programs.into_iter().map(program).collect::<Result<Vec<_>, _>>()?;
        let loadable: Vec<Loadable> = programs
            .iter()
            .map(|p| Loadable { image: Arc::clone(&p.image), code: Arc::new(Code::new(&p.image.code)) })
            .collect();
        let loaded = loads(&recording.journal, &programs, &loadable);
        let journal = journal(recording.journal, &loadable)?;
        let (turn, cursor) = (recording.end.turn, recording.cursor);
        let session = Session::recorded(config, journal, turn, looked).await.map_err(RecordingError::Diverged)?;
        let found = session.machine().digest();
        let expected = u64::from_str_radix(&recording.end.digest, 16)
            .map_err(|_| RecordingError::Bad("the digest is not a hexadecimal number".into()))?;
        if found != expected {
            return Err(RecordingError::Differs { turn, found, expected }.into());
        }
        let mut local = Local::of(recording.title, session, loaded, defaults);
        local.failure = recording.failure;
        for (start, end) in recording.sync {
            if start >= end || end > RAM_BYTES as u32 {
                return Err(RecordingError::Bad(format!("synchronization from {start} to {end}, outside RAM")).into());
            }
            local.session.declared.synchronize(start, end);
        }
        local.session.declared.hidden = recording.hidden;
        for stop in recording.stops {
            let parse = |text: &str| Expr::parse(text).map_err(|e| RecordingError::Bad(format!("a stop: {e}")));
            let number = match (&stop.watch, &stop.catch, &stop.touch) {
                (Some(text), ..) => local.add_stop(stop.pid, On::Change(parse(text)?, None)),
                (_, _, Some(touch)) => local.add_stop(stop.pid, access(touch, stop.awaited)?),
                (_, Some(text), _) => {
                    let (name, argument) = text.split_once(' ').map_or((text.as_str(), None), |(n, a)| (n, Some(a)));
                    let event = Event::parse(name, argument).map_err(RecordingError::Bad)?;
                    local.add_stop(stop.pid, On::Event(event))
                }
                _ if stop.awaited => local.add_stop(stop.pid, On::Awaited),
                _ => local.session.stops.add(stop.pid, stop.pc),
            };
            local.enable_breakpoint(number, stop.enabled)?;
            local.set_app(number, stop.app)?;
            local.set_commands(number, stop.commands)?;
            let condition = stop.condition.as_deref().map(parse).transpose()?;
            local.set_condition(number, condition)?;
            local.set_ignore(number, stop.ignore)?;
            let names =
                if stop.watch.is_none() && stop.catch.is_none() { Names::At(stop.pc) } else { Names::Innermost };
            let log = stop.log.as_deref().map(|text| local.log_text(text, stop.pid, names)).transpose();
            let log = log.map_err(|e| RecordingError::Bad(format!("a log point: {e}")))?;
            if let Some(set) = local.session.stops.get_mut(number) {
                (set.named, set.log) = (stop.named, log);
            }
            if stop.temporary {
                local.set_temporary(number)?;
            }
        }
        for pid in local.machine().tasks().iter().map(|task| task.pid).collect::<Vec<_>>() {
            local.stops_again(pid);
        }
        for mark in recording.bookmarks.iter().filter(|m| m.turn <= turn) {
            local.session.bookmark_turn(&mark.name, mark.turn);
        }
        match recording.cursor_inputs.filter(|_| cursor <= turn) {
            Some(entry) => local.session.seek_input(cursor, entry)?,
            None => local.session.seek(cursor.min(turn))?,
        }
        Ok(local)
    }
}

pub(super) fn program(embedded: Embedded) -> Result<Arc<Program>, RecordingError> {
    let bad = |what: String| RecordingError::Bad(format!("program {}: {what}", embedded.file));
    let image = image::read(&embedded.image).map_err(|e| bad(e.to_string()))?;
    if embedded.symbols.lines.iter().any(|l| l.file >= embedded.symbols.files.len()) {
        return Err(bad("a line is of a source file that is not there".into()));
    }
    let mut symbols: Symbols = embedded.symbols;
    symbols.sort();
    let debug = Arc::new(embedded.debug.checked().map_err(bad)?);
    let origin = Origin::Builtin(embedded.file);
    Ok(Arc::new(Program { image: Arc::new(image), symbols, debug, origin, warnings: Vec::new(), read: Vec::new() }))
}

/// The programs of the tasks: pids are given in the order of loads, and kept when a task is loaded again.
fn loads(journal: &[Line], programs: &[Arc<Program>], loadable: &[Loadable]) -> Vec<Loaded> {
    let listings: Vec<_> = programs.iter().map(|p| Arc::new(listing::build(p))).collect();
    let mut next = 0;
    let mut loaded = Vec::new();
    for line in journal {
        let (pid, program, name, stack, quantum) = match &line.step {
            RecordedInput::Load { program, name, stack, quantum, .. } => {
                next = Pid::saturating_add(next, 1);
                (next, *program, name, *stack, *quantum)
            }
            RecordedInput::Reload { pid, program, name, stack, quantum, .. } => {
                (*pid, *program, name, *stack, *quantum)
            }
            _ => continue,
        };
        let known = programs.get(program).zip(loadable.get(program)).zip(listings.get(program));
        loaded.extend(known.map(|((program, loadable), listing)| Loaded {
            pid,
            program: Arc::clone(program),
            code: Arc::clone(&loadable.code),
            listing: Arc::clone(listing),
            options: LoadOptions { name: name.clone(), stack: Some(stack), quantum: Some(quantum) },
        }));
    }
    loaded
}

fn journal(lines: Vec<Line>, programs: &[Loadable]) -> Result<Journal, RecordingError> {
    let bad = || RecordingError::Bad("the journal names a program or register that is not there".into());
    let entry = |line: Line| Some((line.turn, line.step.entry(programs)?));
    let entries: Vec<(u64, JournalEntry)> = lines.into_iter().map(entry).collect::<Option<_>>().ok_or_else(bad)?;
    Journal::of(entries).ok_or_else(|| RecordingError::Bad("the journal is not in order".into()))
}

fn access(touch: &Touch, awaited: bool) -> Result<On, RecordingError> {
    let Touch { start, end, bank, touching, .. } = *touch;
    if awaited && start == 0 && end <= RAM_BYTES as u32 {
        let bytes = Some(end).filter(|bytes| *bytes > 0);
        return Ok(On::AwaitedAccess(AwaitedAccess { place: touch.place.clone(), bytes, seen_by: bank, touching }));
    }
    if start >= end || end > RAM_BYTES as u32 {
        return Err(RecordingError::Bad(format!("a stop on memory from {start} to {end}, outside RAM")));
    }
    Ok(On::Access(Access::new(&touch.place, Span { start, end, bank }, touching)))
}
