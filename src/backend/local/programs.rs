//! The programs of a session: loading, reading again, symbols and sources.

use super::super::{Listing, Refused, Sources, listing};
use super::{LoadOptions, Loaded, Local, Program};
use crate::executive::Pid;
use crate::executive::input::{self, Applied, Input, Load};
use crate::vm::Code;
use std::path::Path;
use std::sync::Arc;

impl Local {
    /// The program of a task.
    #[must_use]
    pub fn program(&self, pid: Pid) -> Option<&Program> {
        self.loaded(pid).map(|loaded| &*loaded.program)
    }

    /// The programs that tasks were loaded from, gone ones too.
    pub(in crate::backend) fn programs(&self) -> impl Iterator<Item = &Program> {
        self.programs.iter().map(|loaded| &*loaded.program)
    }

    /// A task's code as text.
    #[must_use]
    pub fn listing(&self, pid: Pid) -> Option<&Arc<Listing>> {
        self.loaded(pid).map(|loaded| &loaded.listing)
    }

    /// The program that a task was loaded from with this image.
    pub(in crate::backend) fn program_of(&self, image: &Arc<crate::image::Image>) -> Option<&Loaded> {
        self.programs.iter().find(|l| Arc::ptr_eq(&l.program.image, image))
    }

    pub(in crate::backend) fn loaded(&self, pid: Pid) -> Option<&Loaded> {
        let image = &self.machine().task(pid)?.image;
        self.programs.iter().rev().find(|l| l.pid == pid && Arc::ptr_eq(&l.program.image, image))
    }

    /// Where sources are looked for.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Takes names and lines of a task's program from another symbol file; what is odd about it.
    ///
    /// # Errors
    /// There is no such task, or the file is not a symbol file.
    pub fn load_symbols(&mut self, pid: Pid, file: &Path) -> Result<Vec<String>, Refused> {
        let image = &self.machine().task(pid).ok_or(input::Refused::NoTask(pid))?.image;
        let same = |l: &Loaded| l.pid == pid && Arc::ptr_eq(&l.program.image, image);
        let at = self.programs.iter().rposition(same).ok_or(input::Refused::NoTask(pid))?;
        let mut program = (*self.programs[at].program).clone();
        let warnings = program.take_symbols(file)?;
        let loaded = &mut self.programs[at];
        loaded.listing = Arc::new(listing::build(&program));
        loaded.program = Arc::new(program);
        Ok(warnings)
    }

    /// Looks for sources in other places from now on: also those of programs that are loaded. Gives
    /// the number of programs that more is known of now.
    pub fn set_sources(&mut self, sources: Sources) -> usize {
        self.sources = sources;
        let mut found = 0;
        for loaded in &mut self.programs {
            let mut program = (*loaded.program).clone();
            if program.find_sources(&self.sources) {
                loaded.listing = Arc::new(listing::build(&program));
                loaded.program = Arc::new(program);
                found += 1;
            }
        }
        found
    }

    /// Takes the course of events of another target over as a branch of this one; its number. `None` if the
    /// two ran under different configurations.
    ///
    /// # Errors
    /// The machine runs.
    pub fn adopt(&mut self, other: Local, name: &str) -> Result<Option<u32>, Refused> {
        self.standing()?;
        let number = self.session.adopt(&other.session, name);
        if number.is_some() {
            other.read_files.iter().for_each(|read| self.note_read(read));
            self.programs.extend(other.programs);
        }
        Ok(number)
    }

    /// Loads a program as a new task. Stops whose place has a name find it there too.
    ///
    /// # Errors
    /// The machine runs, or refuses.
    pub fn load(&mut self, program: Arc<Program>, options: LoadOptions) -> Result<Pid, Refused> {
        self.standing()?;
        let (load, loaded) = self.prepared(program, options);
        match self.session.apply(Input::Load(load))? {
            Applied::Loaded(pid) => {
                self.programs.push(Loaded { pid, ..loaded });
                self.stops_again(pid);
                Ok(pid)
            }
            _ => Ok(0),
        }
    }

    /// A program as it is to be loaded, with the sources that are found now; what is known of the same one already is
    /// shared.
    fn prepared(&self, program: Arc<Program>, options: LoadOptions) -> (Load, Loaded) {
        let program = if program.symbols.files.iter().any(|f| f.text.is_none()) {
            let mut fuller = (*program).clone();
            if fuller.find_sources(&self.sources) { Arc::new(fuller) } else { program }
        } else {
            program
        };
        let known = self.programs.iter().find(|l| Arc::ptr_eq(&l.program, &program) || l.program == program);
        let (program, code, listing) = match known {
            Some(l) => (Arc::clone(&l.program), Arc::clone(&l.code), Arc::clone(&l.listing)),
            None => {
                let (code, listing) = (Code::new(&program.image.code), listing::build(&program));
                (program, Arc::new(code), Arc::new(listing))
            }
        };
        let load = Load {
            image: Arc::clone(&program.image),
            code: Arc::clone(&code),
            name: options.name.clone(),
            fallback: Some(program.stem()),
            stack: options.stack.unwrap_or(self.defaults.stack),
            quantum: options.quantum.unwrap_or(self.defaults.quantum),
        };
        (load, Loaded { pid: 0, program, code, listing, options })
    }

    /// Reads a task's program from its file again and loads it in place of the task, which keeps its pid, its quantum,
    /// the modes of its streams, and its stops and expressions in sight. Gives the numbers of the stops whose place is
    /// not in the program any more.
    ///
    /// # Errors
    /// The program cannot be read; then the old task stays. Or there is no such task.
    pub fn reload(&mut self, pid: Pid) -> Result<Vec<u32>, Refused> {
        self.standing()?;
        let quantum = self.machine().task(pid).map(|task| task.quantum);
        let Loaded { program, options, .. } = self.loaded(pid).ok_or(input::Refused::NoTask(pid))?.clone();
        let (file, fresh) = self.program_again(&program)?;
        let (load, loaded) = self.prepared(Arc::clone(&fresh), LoadOptions { quantum, ..options });
        self.session.apply(Input::Reload { pid, load })?;
        self.programs.push(Loaded { pid, ..loaded });
        if let Some(file) = file {
            self.note_program(&file, &fresh);
        }
        Ok(self.stops_again(pid))
    }
}
