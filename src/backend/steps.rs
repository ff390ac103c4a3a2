//! Steps by source lines.

use super::{Local, Refused};
use crate::executive::Pid;
use crate::executive::input;
use crate::image::{Symbols, sources_named};
use crate::session::{Goal, LineTable, LineWalk};
use serde::Serialize;
use std::sync::Arc;

/// How a task is stepped by lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStep {
    /// Over the calls it makes.
    Over,
    /// Into called functions that have lines.
    Into,
    /// Over calls, and not back to lines before this one: out of a loop.
    Until,
}

/// Where a task is in its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourcePlace {
    /// The function's name, where it is known.
    pub function: Option<String>,
    /// Its arguments, e.g. `n=3`.
    #[serde(skip)]
    pub arguments: Vec<String>,
    /// The file's path as recorded.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Calls not yet returned from.
    pub depth: u32,
}

impl Local {
    /// The lines of a task's program.
    fn line_table(&self, pid: Pid) -> LineTable {
        let task = self.machine().task(pid);
        let table = task.zip(self.program(pid)).map(|(task, program)| LineTable::new(&program.symbols, &task.code));
        table.unwrap_or_default()
    }

    /// Asks for a run until a task has been on `count` other source lines.
    ///
    /// # Errors
    /// It runs already, the task is not there, or no lines are known of its program.
    pub fn start_line(&mut self, pid: Pid, step: LineStep, count: u64) -> Result<(), Refused> {
        self.may_start()?;
        let cx = &self.machine().task(pid).ok_or(input::Refused::NoTask(pid))?.context;
        let lines = self.line_table(pid);
        if lines.is_empty() {
            return Err(Refused::NoLines);
        }
        let past = if step == LineStep::Until { cx.pc } else { 0 };
        let walk = LineWalk { past, ..LineWalk::new(cx, &lines) };
        let goal = Goal::Line { pid, walk, into: step == LineStep::Into, left: count.max(1) };
        self.session.start_step(goal, Arc::new(lines));
        Ok(())
    }

    /// Goes back to where a task came to the line before: of this function or one that called it, or with `into` of
    /// any function.
    ///
    /// # Errors
    /// It runs, the task is not there, no lines are known of its program, or none lies before.
    pub async fn reverse_line(&mut self, pid: Pid, into: bool) -> Result<(), Refused> {
        let lines = self.line_table(pid);
        if lines.is_empty() {
            return Err(Refused::NoLines);
        }
        Ok(self.travel()?.reverse_line(pid, into, &lines).await?)
    }

    /// Where the next instruction of a task stands in its source; `None` where no line is known.
    #[must_use]
    pub fn source_place(&self, pid: Pid) -> Option<SourcePlace> {
        let (task, symbols) = (self.machine().task(pid)?, &self.program(pid)?.symbols);
        let (pc, depth) = (task.context.pc, task.context.depth);
        let line = symbols.line_at(pc)?;
        let function = symbols.function_at(pc).map(|f| f.name.clone());
        let arguments = self.variables(pid, 0).into_iter().filter(|v| v.arg > 0);
        let arguments = arguments.map(|v| format!("{}={}", v.name, v.text)).collect();
        Some(SourcePlace {
            function,
            arguments,
            file: symbols.files.get(line.file)?.path.clone(),
            line: line.line,
            depth,
        })
    }

    /// Where to stop for a function or `FILE:LINE` of a task's program, or of the first program that has
    /// it: at a function's first line; at the line, or the next that has instructions, in each function and in each
    /// file of that name that has it. `None` for what is neither.
    #[must_use]
    pub fn stop_places(&self, text: &str, pid: Option<Pid>) -> Option<Vec<u32>> {
        let pids = self.machine().tasks().iter().map(|t| t.pid).filter(|p| pid.is_none_or(|pid| pid == *p));
        let symbols = pids.filter_map(|pid| self.program(pid)).map(|program| &program.symbols);
        symbols.map(|symbols| stop_places(symbols, text)).find(|places| !places.is_empty())
    }
}

fn stop_places(symbols: &Symbols, text: &str) -> Vec<u32> {
    let line = text.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse::<u32>().ok()?)));
    let Some((file, line)) = line else { return symbols.bodies(text).collect() };
    let files = sources_named(symbols.files.iter().map(|f| f.path.as_str()), file);
    let found = files.into_iter().filter_map(|file| Some(symbols.breaks(file, symbols.line_with_code(file, line)?)));
    found.flatten().collect()
}
