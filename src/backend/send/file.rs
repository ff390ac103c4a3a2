//! Files of the host.

use crate::backend::answer::{
    Arrived, Done, Exported, Files, Loaded, Places, Recorded, Restarted, Started, SymbolsRead, Written,
};
use crate::backend::request::{File, SourceDirectory, stop_lines};
use crate::backend::{HostError, LoadOptions, Local, Program, Refused, host};
use crate::executive::Pid;
use crate::export::{self, Format, TraceReplay};
use crate::session::now;
use crate::session::waits::Waits;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

impl Local {
    /// Reads and writes files of the host.
    pub(super) async fn carry_out_file(&mut self, file: File) -> Result<Done, Refused> {
        Ok(match file {
            File::Load(path) => {
                let path = Path::new(&path);
                let program = Arc::new(self.or_kept(&[path.to_owned()], || Program::read(path))?);
                let warnings = program.warnings.clone();
                let pid = self.load(Arc::clone(&program), LoadOptions::default())?;
                self.note_program(path, &program);
                self.loaded_now(pid, warnings, None, Vec::new())
            }
            File::Reload(pid) => {
                let lost = self.reload(pid)?;
                let warnings = self.program(pid).map_or_else(Vec::new, |program| program.warnings.clone());
                self.loaded_now(pid, warnings, Some(pid), lost)
            }
            File::Symbols { pid, path } => {
                let warnings = self.load_symbols(pid, Path::new(&path))?;
                self.note_read(Path::new(&path));
                let count = self.program(pid).map_or(0, |program| program.symbols.symbols.len());
                Done::Symbols(SymbolsRead { pid, count, warnings, file: path })
            }
            File::Sources(place) => self.add_sources(place)?,
            File::Replay(path) => self.replace(path).await?,
            File::Restart(turn) => {
                let lost_stops = self.restart_afresh(turn).await?;
                Done::Restarted(Restarted { turn: self.machine().turns(), lost_stops })
            }
            File::Reset => {
                self.reset()?;
                Done::Reset(Started {})
            }
            File::Record(path) => {
                let made = self.record(Path::new(&path))?;
                let (turn, inputs, digest) = (made.turns(), made.inputs(), made.digest().to_owned());
                let others = self.session().branches().into_iter().filter(|b| !b.current);
                let left_out = others.map(|b| b.number).collect();
                Done::Recorded(Recorded { file: path, turn, inputs, digest, left_out })
            }
            File::Stops(file) => {
                let text: String =
                    self.session().stops.list().iter().flat_map(stop_lines).map(|line| line + "\n").collect();
                host::atomic_write(Path::new(&file), |out| out.write_all(text.as_bytes()))?;
                Done::Written(Written { file, bytes: Some(text.len()) })
            }
            File::Export { format, path } => {
                self.standing()?;
                let mut out = host::Unfinished::create(Path::new(&path))?;
                let written = format.write(&self.trace_replay(), &mut out).await;
                written.and_then(|()| out.finish()).map_err(HostError::at(Path::new(&path)))?;
                Done::Exported(Exported { file: path, format: format.name(), turns: self.session().present() })
            }
            File::Files(directory) => {
                let files = self.export_files(Path::new(&directory))?;
                Done::Files(Files { directory, files })
            }
            File::Waits(file) => {
                let text = export::dot(&Waits::of(self.machine()));
                host::atomic_write(Path::new(&file), |out| out.write_all(text.as_bytes()))?;
                Done::Written(Written { file, bytes: Some(text.len()) })
            }
            File::Schedule(file) => {
                self.write_schedule(Path::new(&file))?;
                Done::Written(Written { file, bytes: None })
            }
        })
    }

    /// Writes the trace of the current branch, from its start to its present.
    ///
    /// # Errors
    /// `out` fails.
    pub fn export(&self, format: Format, out: &mut (dyn Write + Send)) -> io::Result<()> {
        now(format.write(&self.trace_replay(), out))
    }

    fn trace_replay(&self) -> TraceReplay<'_> {
        TraceReplay { title: &self.title, session: self.session() }
    }

    fn loaded_now(&self, pid: Pid, warnings: Vec<String>, old_pid: Option<Pid>, lost_stops: Vec<u32>) -> Done {
        let name = self.machine().task(pid).map_or_else(String::new, |task| task.name.clone());
        let named = |number: &u32| {
            let stop = self.session.stops.list().iter().find(|stop| stop.number == *number);
            stop.and_then(|stop| stop.named.clone()).unwrap_or_default()
        };
        let lost_places = lost_stops.iter().map(named).collect();
        Done::Loaded(Loaded { pid, name, warnings, old_pid, lost_stops, lost_places })
    }

    /// Looks for sources in one more place.
    fn add_sources(&mut self, place: SourceDirectory) -> Result<Done, Refused> {
        let mut sources = self.sources().clone();
        match place {
            SourceDirectory::Moved { old, new } => sources.moved.push((old, new)),
            SourceDirectory::Directory(path) if host::is_directory(Path::new(&path)) => {
                sources.directories.push(path.into())
            }
            SourceDirectory::Directory(path) => return Err(Refused::Now(format!("{path} is not a directory"))),
        }
        let found = self.set_sources(sources);
        Ok(Done::Sources(Places { places: self.sources().names(), found }))
    }

    /// Opens a recording in place of this session.
    async fn replace(&mut self, path: String) -> Result<Done, Refused> {
        let bound = self.travel()?.history().bound;
        let mut opened = Local::open_in_slices(Path::new(&path), &self.session.looked()).await?;
        opened.set_history(bound);
        opened.rate = self.rate;
        self.replace_with(opened);
        let failure = self.failure.clone();
        Ok(self.arrived(Arrived::File { file: path, failure }))
    }
}
