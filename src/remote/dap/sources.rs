//! Sources: files that the client can open, texts that it gets from here, and listings of programs without sources.

use super::elsewhere::Elsewhere;
use super::uri::PathFormat;
use super::{Adapter, Failed, caps, failed};
use crate::backend::{Listing, Program, Snapshot, Target, TaskView, host};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Files whose paths are remembered; those of programs that are gone are forgotten with all others.
const PATHS: usize = 4096;

/// A text that is not a file of the client's.
#[derive(Debug, Clone)]
enum Text {
    /// All instructions of a program.
    Listing(Arc<Program>),
    /// A source file of a program, by its number there.
    File(Arc<Program>, usize),
}

impl Text {
    fn is(&self, other: &Text) -> bool {
        match (self, other) {
            (Text::Listing(a), Text::Listing(b)) => Arc::ptr_eq(a, b),
            (Text::File(a, x), Text::File(b, y)) => Arc::ptr_eq(a, b) && x == y,
            (Text::Listing(_), Text::File(..)) | (Text::File(..), Text::Listing(_)) => false,
        }
    }
}

/// What is known of sources.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Texts by their references, from 1.
    texts: Vec<Text>,
    /// Where the files of programs are, by their numbers there.
    paths: Vec<(Arc<Program>, usize, Option<PathBuf>)>,
    /// Where those are of programs that came without files.
    pub elsewhere: Elsewhere,
    /// How the client names them.
    pub format: PathFormat,
}

/// A source as clients name it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Source {
    name: Option<String>,
    path: Option<String>,
    source_reference: i64,
}

/// Where something of a task is in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In a file of the program, by number.
    File(usize),
    /// In the listing.
    Listing,
}

impl Sources {
    fn reference(&mut self, text: Text) -> i64 {
        let at = self.texts.iter().position(|known| known.is(&text)).unwrap_or_else(|| {
            self.texts.push(text);
            self.texts.len() - 1
        });
        at as i64 + 1
    }

    /// The path of a source file on this computer.
    fn path(&mut self, target: &dyn Target, program: &Arc<Program>, file: usize) -> Option<PathBuf> {
        let known = self.paths.iter().find(|(of, number, _)| Arc::ptr_eq(of, program) && *number == file);
        if let Some((.., path)) = known {
            return path.clone();
        }
        let path = self.find(target, program, file);
        if self.paths.len() >= PATHS {
            self.paths.clear();
        }
        self.paths.push((Arc::clone(program), file, path.clone()));
        path
    }

    fn find(&self, target: &dyn Target, program: &Program, file: usize) -> Option<PathBuf> {
        let file = program.symbols.files.get(file)?;
        let text = file.text.as_ref()?;
        if program.directory().is_none() {
            return self.elsewhere.find(program, &file.path, text);
        }
        let places = target.inspect()?.source_places(program, &file.path);
        places.iter().find(|place| host::is_file(place)).and_then(|place| host::canonical(place))
    }

    /// A source as the protocol describes it.
    fn describe(&mut self, target: &dyn Target, program: &Arc<Program>, place: Where) -> Value {
        match place {
            Where::Listing => {
                let reference = self.reference(Text::Listing(Arc::clone(program)));
                let name = format!("{} (listing)", program.origin());
                json!({ "name": name, "sourceReference": reference, "origin": "instructions of the image" })
            }
            Where::File(file) => {
                let named = program.symbols.files.get(file).map_or("", |file| &file.path);
                let name = named.rsplit(['/', '\\']).next().unwrap_or(named);
                match self.path(target, program, file) {
                    Some(path) => json!({ "name": name, "path": self.format.text(&path) }),
                    None => {
                        let reference = self.reference(Text::File(Arc::clone(program), file));
                        json!({ "name": name, "sourceReference": reference, "origin": "text of the debugger" })
                    }
                }
            }
        }
    }

    /// The tasks whose program has a source, and where.
    pub fn tasks<'n>(&mut self, target: &dyn Target, now: &'n Snapshot, source: &Source) -> Vec<(&'n TaskView, Where)> {
        let text =
            usize::try_from(source.source_reference.saturating_sub(1)).ok().and_then(|at| self.texts.get(at)).cloned();
        let path = source.path.as_deref().map(PathFormat::path);
        let path = path.map(|path| host::canonical(&path).unwrap_or(path));
        let mut found = Vec::new();
        for task in &now.tasks {
            let Some(program) = &task.program else { continue };
            match (&text, &path) {
                (Some(Text::Listing(of)), _) if Arc::ptr_eq(of, program) => found.push((task, Where::Listing)),
                (Some(Text::File(of, file)), _) if Arc::ptr_eq(of, program) => found.push((task, Where::File(*file))),
                (Some(_), _) | (None, None) => {}
                (None, Some(path)) => {
                    let is = |file: &usize| self.path(target, program, *file).as_ref() == Some(path);
                    let file = (0..program.symbols.files.len()).find(is);
                    found.extend(file.map(|file| (task, Where::File(file))));
                }
            }
        }
        found
    }
}

/// Where the instruction at an address is, and its line from 1.
pub(super) fn line_of(task: &TaskView, pc: u32) -> (Where, u32) {
    let row = task.listing.row_at(pc);
    let near = row.and_then(|row| task.listing.rows[row].near);
    let known = near.filter(|(file, _)| {
        task.program
            .as_ref()
            .is_some_and(|program| program.symbols.files.get(*file).is_some_and(|file| file.text.is_some()))
    });
    match known {
        Some((file, line)) => (Where::File(file), line),
        None => {
            let lines = Lines::of(&task.listing).lines;
            (Where::Listing, row.and_then(|row| lines.get(row).copied()).unwrap_or(1))
        }
    }
}

/// The addresses to stop at for a line or the next one that has instructions, and that line.
pub(super) fn stops_at(task: &TaskView, place: Where, line: u32) -> Option<(Vec<u32>, u32)> {
    match place {
        Where::File(file) => {
            let symbols = &task.program.as_ref()?.symbols;
            let line = symbols.line_with_code(file, line)?;
            Some((symbols.breaks(file, line), line))
        }
        Where::Listing => {
            let lines = Lines::of(&task.listing).lines;
            let row = lines.iter().position(|at| *at >= line)?;
            Some((vec![task.listing.rows.get(row)?.address], lines[row]))
        }
    }
}

/// A listing as text.
struct Lines {
    text: String,
    /// The line of each instruction, from 1.
    lines: Vec<u32>,
}

impl Lines {
    fn of(listing: &Listing) -> Lines {
        let mut text = String::new();
        let (mut lines, mut line) = (Vec::with_capacity(listing.rows.len()), 1);
        for row in &listing.rows {
            for (_, name) in listing.labels.iter().filter(|(address, _)| *address == row.address) {
                let _ = writeln!(text, "{name}:");
                line += 1;
            }
            let note = if row.note.is_empty() { String::new() } else { format!("  ; {}", row.note) };
            let _ =
                writeln!(text, "    {:04X}  {:08X}  {:6} {}{note}", row.address, row.word, row.mnemonic, row.operands);
            lines.push(line);
            line += 1;
        }
        Lines { text, lines }
    }
}

impl Adapter<'_> {
    /// The source of an instruction, as the protocol describes it, and its line from 1.
    pub(super) fn source_of(&mut self, task: &TaskView, pc: u32) -> Result<(Value, u32), Failed> {
        let (place, line) = line_of(task, pc);
        Ok((self.describe(task, place)?, line))
    }

    /// A source of a task's program, as the protocol describes it.
    pub(super) fn describe(&mut self, task: &TaskView, place: Where) -> Result<Value, Failed> {
        let Adapter { machine: Some(machine), sources, .. } = self else { return failed("no program is launched yet") };
        let program = task.program.as_ref();
        Ok(program.map_or(Value::Null, |program| sources.describe(&*machine.target, program, place)))
    }

    /// The tasks whose program has a source, and where.
    pub(super) fn tasks_of<'n>(
        &mut self,
        now: &'n Snapshot,
        source: &Source,
    ) -> Result<Vec<(&'n TaskView, Where)>, Failed> {
        let Adapter { machine: Some(machine), sources, .. } = self else { return failed("no program is launched yet") };
        Ok(sources.tasks(&*machine.target, now, source))
    }
}

impl Adapter<'_> {
    /// The text of a source that is named by its path.
    fn text_of(&mut self, source: &Source) -> Result<Option<Text>, Failed> {
        let now = self.look()?;
        let found = self.tasks_of(&now, source)?.into_iter().next();
        Ok(found.and_then(|(task, place)| {
            let program = Arc::clone(task.program.as_ref()?);
            Some(match place {
                Where::File(file) => Text::File(program, file),
                Where::Listing => Text::Listing(program),
            })
        }))
    }
}

/// A source that is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Asked {
    source: Option<Source>,
    source_reference: i64,
}

/// `source`.
pub(super) fn source(adapter: &mut Adapter<'_>, asked: Asked) -> Result<Value, Failed> {
    let source = asked.source.unwrap_or_default();
    let reference = source.source_reference.max(asked.source_reference);
    let text = match usize::try_from(reference.saturating_sub(1)) {
        Ok(at) => adapter.sources.texts.get(at).cloned(),
        Err(_) => adapter.text_of(&source)?,
    };
    let content = match text {
        Some(Text::File(program, file)) => program.symbols.files.get(file).and_then(|file| file.text.clone()),
        Some(Text::Listing(program)) => {
            let now = adapter.look()?;
            let is_its = |task: &&TaskView| task.program.as_ref().is_some_and(|own| Arc::ptr_eq(own, &program));
            now.tasks.iter().find(is_its).map(|task| Lines::of(&task.listing).text)
        }
        None => None,
    };
    let name = source.path.unwrap_or_else(|| reference.to_string());
    let content = content.map_or_else(|| failed(format!("there is no source {name}")), Ok)?;
    Ok(json!({ "content": content, "mimeType": "text/x-mvasm" }))
}

/// `loadedSources`.
pub(super) fn loaded(adapter: &mut Adapter<'_>, _: Value) -> Result<Value, Failed> {
    let now = adapter.look()?;
    let mut sources: Vec<Value> = Vec::new();
    for task in &now.tasks {
        let files = task.program.iter().flat_map(|program| program.symbols.files.iter().enumerate());
        let known: Vec<Where> = files.filter(|(_, file)| file.text.is_some()).map(|(i, _)| Where::File(i)).collect();
        for place in known.into_iter().chain([Where::Listing]) {
            let source = adapter.describe(task, place)?;
            if !source.is_null() && !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    Ok(json!({ "sources": sources }))
}

/// `modules`.
pub(super) fn modules(adapter: &mut Adapter<'_>, page: Page) -> Result<Value, Failed> {
    let now = adapter.look()?;
    let module = |task: &TaskView| {
        let program = task.program.as_ref()?;
        let lines = if program.symbols.lines.is_empty() { "without lines" } else { "with lines" };
        Some(json!({ "id": task.pid, "name": program.origin(), "symbolStatus": lines }))
    };
    let modules: Vec<Value> = now.tasks.iter().filter_map(module).collect();
    let count = if page.module_count == 0 { usize::MAX } else { page.module_count };
    let shown: Vec<&Value> = modules.iter().skip(page.start_module).take(count).collect();
    Ok(json!({ "totalModules": modules.len(), "modules": shown }))
}

/// Which programs are asked for: all that are left where no count is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    start_module: usize,
    module_count: usize,
}

/// Lines of a source.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Span {
    source: Source,
    line: i64,
    end_line: Option<i64>,
}

/// `breakpointLocations`.
pub(super) fn locations(adapter: &mut Adapter<'_>, span: Span) -> Result<Value, Failed> {
    let now = adapter.look()?;
    let client: caps::Client = adapter.client.clone();
    let (first, last) = (client.line_from(span.line), client.line_from(span.end_line.unwrap_or(span.line)));
    let mut lines: Vec<u32> = Vec::new();
    for (task, place) in adapter.tasks_of(&now, &span.source)? {
        match place {
            Where::File(file) => {
                let known = task.program.iter().flat_map(|program| &program.symbols.lines);
                lines.extend(known.filter(|line| line.file == file).map(|line| line.line));
            }
            Where::Listing => lines.extend(Lines::of(&task.listing).lines),
        }
    }
    lines.retain(|line| (first..=last).contains(line));
    lines.sort_unstable();
    lines.dedup();
    let all: Vec<Value> = lines.into_iter().map(|line| json!({ "line": client.line(line) })).collect();
    Ok(json!({ "breakpoints": all }))
}

impl Source {
    /// What tells it from other sources.
    pub fn key(&self) -> String {
        let named = || self.name.clone().unwrap_or_default();
        match self.source_reference {
            0 => self.path.clone().unwrap_or_else(named),
            reference => format!("#{reference}"),
        }
    }
}
