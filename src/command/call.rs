//! A command while it is read: what it may look at, and what it means.

use super::Command;
use super::parse::Args;
use super::reply::{CommandError, Reply};
use crate::backend::host::{self, Content};
use crate::backend::{Expr, Inspect, LogText, Names, Pid, Request, Snapshot, Status, Target, TaskView, Want, exported};
use std::path::Path;
use std::sync::Arc;

/// What a command does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Does {
    /// It looks: nothing changes by it.
    Ask(fn(&mut Call<'_>) -> Result<Reply, CommandError>),
    /// It asks for one thing to be done.
    Do(fn(&mut Call<'_>) -> Result<Request, CommandError>),
    /// One or the other, as its arguments say.
    Either(fn(&mut Call<'_>) -> Result<Meaning, CommandError>),
    /// Only a screen can do it.
    Screen,
}

/// What a command means: an answer, or something to be done.
#[derive(Debug, Clone)]
pub enum Meaning {
    /// It has looked, and this is the answer.
    Answer(Reply),
    /// This is to be done.
    Request(Request),
}

impl From<Reply> for Meaning {
    fn from(reply: Reply) -> Meaning {
        Meaning::Answer(reply)
    }
}

impl<R: Into<Request>> From<R> for Meaning {
    fn from(request: R) -> Meaning {
        Meaning::Request(request.into())
    }
}

/// A command being read.
pub struct Call<'t> {
    pub(super) target: &'t mut dyn Target,
    /// The state it is read in, without trace and console.
    pub(super) now: Arc<Snapshot>,
    /// The task that is meant where none is named.
    pub(super) selected: Option<Pid>,
    /// The words after the command's name.
    pub(super) args: Args,
    /// The place in the line to be marked if what is asked for is refused.
    pub(super) blame: Option<usize>,
    pub(super) row: &'static Command,
}

impl Call<'_> {
    pub(super) fn usage(&self) -> CommandError {
        CommandError::usage(self.row, self.args.end())
    }

    pub(super) fn needs_screen(&self) -> CommandError {
        CommandError::new(format!("{} needs a screen, and there is none here", self.row.name))
    }

    pub(super) fn look(&mut self, want: &Want) -> Arc<Snapshot> {
        self.target.look(want)
    }

    /// What answers questions about programs.
    pub(super) fn inspect(&self) -> Result<&dyn Inspect, CommandError> {
        self.target.inspect().ok_or_else(|| CommandError::new("this target answers no questions about its programs"))
    }

    /// Reads an expression, one of C where it names something of C; `names` says which frame is meant.
    pub(super) fn expression(
        &self,
        text: &str,
        column: usize,
        pid: Option<Pid>,
        names: Names,
    ) -> Result<Expr, CommandError> {
        let read = match self.target.inspect() {
            Some(inspect) => inspect.expression(text, pid.or(self.selected), names),
            None => Expr::parse(text),
        };
        read.map_err(|e| CommandError::of(e, column))
    }

    /// The memory that a variable of C is: the task, its first address and its bytes.
    pub(super) fn variable(&self, text: &str, pid: Option<Pid>) -> Option<(Pid, u16, u32)> {
        self.target.inspect()?.c_place(text, pid).ok().flatten()
    }

    /// The memory that an expression of C is the place of, for the selected task.
    pub(super) fn place_of_c(&self, text: &str, column: usize) -> Result<(Pid, u16, u32), CommandError> {
        let place = self.inspect()?.c_place(text, self.selected).map_err(|e| CommandError::of(e, column))?;
        place.ok_or_else(|| CommandError::at(column, "a variable of C, or what a pointer points at, is expected"))
    }

    /// The next word as the places to stop at for it: of a function its first line, of a line each function that has
    /// it, else a code address, which may have a `*` in front.
    pub(super) fn stop_places(&mut self, pid: Option<Pid>) -> Result<Vec<u32>, CommandError> {
        if self.args.peek().is_some_and(|word| word.starts_with('*')) {
            return super::breakpoints::computed(self, pid).map(|pc| vec![pc]);
        }
        self.name_line(pid);
        let named = self.args.peek().unwrap_or_default();
        if let Some(places) = self.target.inspect().and_then(|inspect| inspect.stop_places(named, pid)) {
            self.args.take_next();
            return Ok(places);
        }
        self.args.code_address(&self.now, pid).map(|place| vec![place])
    }

    /// The places that a name stands for in a task's program.
    pub(super) fn places_in(&self, name: &str, task: &TaskView) -> Vec<u32> {
        match self.target.inspect() {
            Some(inspect) => inspect.places_in(name, task.pid),
            None => task.listing.address_of(name).into_iter().collect(),
        }
    }

    /// Makes sure that the text of a log point means something.
    pub(super) fn check_log(
        &mut self,
        text: &str,
        column: usize,
        pid: Option<Pid>,
        names: Names,
    ) -> Result<(), CommandError> {
        let read = LogText::parse(text, |expr| match self.target.inspect() {
            Some(inspect) => inspect.expression(expr, pid.or(self.selected), names),
            None => Expr::parse(expr),
        });
        let log = read.map_err(|e| CommandError::of(e, column))?;
        log.expressions().try_for_each(|(expr, at)| self.check_names(expr, column + at, pid))
    }

    pub(super) fn task(&self, pid: Pid) -> Result<&TaskView, CommandError> {
        self.now.task(pid).ok_or_else(|| CommandError::new(format!("there is no task {pid}")))
    }

    /// The task that ran last, while a run is under way.
    pub(super) fn runner(&self) -> Option<Pid> {
        self.now.last.filter(|_| self.now.status == Status::Running)
    }

    /// The next word as a path, `~` being the home directory; what is refused about the file is marked there.
    pub(super) fn file(&mut self, what: &str) -> Result<String, CommandError> {
        let word = self.args.word(what)?;
        self.blame = Some(word.column);
        Ok(super::complete::expand_home(&word))
    }

    /// The next word as the path of a file to be written. One that this session was read from, and one that is there with
    /// something of another kind in it, is refused unless `!` or `--force` stands there too.
    pub(super) fn output(&mut self, content: Content) -> Result<String, CommandError> {
        let forced = self.forced();
        let column = self.args.column();
        let path = self.file("a file to write")?;
        let refused = self.was_read(Path::new(&path)).or_else(|| host::refuses(Path::new(&path), content));
        refused.filter(|_| !forced).map_or(Ok(path), |why| Err(CommandError::written_over(column, &why)))
    }

    /// The next word as the path of a directory to write the machine's files into. If one of them would lie where a file lies
    /// that this session was read from, it is refused unless `!` or `--force` stands there too.
    pub(super) fn output_directory(&mut self) -> Result<String, CommandError> {
        let forced = self.forced();
        let column = self.args.column();
        let path = self.file("a directory")?;
        if !forced {
            let now = self.look(&Want { files: true, ..Want::numbers() });
            let files = now.files.iter().flatten().filter_map(|file| exported(Path::new(&path), &file.path));
            let refused = files.into_iter().find_map(|file| self.was_read(&file));
            refused.map_or(Ok(()), |why| Err(CommandError::written_over(column, &why)))?;
        }
        Ok(path)
    }

    /// Takes the word that lets files be written over.
    fn forced(&mut self) -> bool {
        self.args.remove("!").is_some() | self.args.remove("--force").is_some()
    }

    /// That a file was read for this session, if it was.
    fn was_read(&self, path: &Path) -> Option<String> {
        self.target.has_read(path).then(|| format!("{} was read for this session", path.display()))
    }

    /// Whether an expression is a number whatever the machine does: an address, if it is a symbol.
    pub(super) fn is_place(&self, expr: &Expr, pid: Option<Pid>) -> bool {
        let tasks = || self.now.tasks.iter().filter(|task| pid.is_none_or(|pid| pid == task.pid));
        let symbol = |name: &str| {
            let names = tasks().flat_map(|task| task.listing.labels.iter().chain(&task.listing.data));
            names.clone().find(|(_, n)| n == name).map(|(at, _)| *at)
        };
        expr.clone().bound(&symbol).is_constant()
    }

    /// The next word as a task: its pid, its name, or an expression that evaluates to its pid.
    pub(super) fn pid(&mut self) -> Result<Pid, CommandError> {
        let computed = self.args.peek().is_some_and(super::expr::is_computed);
        let named = self.args.peek().is_some_and(|word| self.now.tasks.iter().any(|task| task.name == word));
        if !computed || named {
            return self.args.pid(&self.now);
        }
        let column = self.args.column();
        let pid = self.natural("a pid or task name", self.selected)?;
        let there = Pid::try_from(pid).ok().filter(|pid| self.now.task(*pid).is_some());
        there.ok_or_else(|| CommandError::at(column, format!("there is no task {pid}")))
    }

    /// The task that a word names; without one the selected task, the next, or the first.
    pub(super) fn pid_or_selected(&mut self) -> Result<Pid, CommandError> {
        if !self.args.is_empty() {
            return self.pid();
        }
        let meant = self.selected.or(self.now.next).or_else(|| self.now.tasks.first().map(|t| t.pid));
        meant.ok_or_else(|| CommandError::new("there is no task"))
    }

    /// Reads what is to hold in states to come, one of C where it names something of C; and the task whose program that is,
    /// or which was named.
    pub(super) fn property(
        &self,
        text: &str,
        column: usize,
        pid: Option<Pid>,
    ) -> Result<(Expr, Option<Pid>), CommandError> {
        let expr = self.expression(text, column, pid, Names::Innermost)?;
        let own = Expr::parse(text).is_ok_and(|own| own == expr);
        let first = || self.now.tasks.first().map(|task| task.pid);
        Ok((expr, if own { pid } else { pid.or_else(first) }))
    }

    /// Makes sure that the names in an expression mean something, or may do so later.
    pub(super) fn check_names(&mut self, expr: &Expr, column: usize, pid: Option<Pid>) -> Result<(), CommandError> {
        let pid = pid.or(self.selected);
        // Names of C have been looked up when it was read.
        if Expr::parse(expr.text()).as_ref() != Ok(expr) {
            return Ok(());
        }
        for (name, at) in expr.names() {
            let name = super::expr::parsed(&name, column + at)?;
            match self.evaluated(&name, pid) {
                Some(Err(e)) if !e.absent => return Err(CommandError::of(e, column + at)),
                _ => {}
            }
        }
        Ok(())
    }
}
