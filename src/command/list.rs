//! `list`: lines of a source.

use super::Call;
use super::examine::{chosen_pc, looked_at, meant};
use super::reply::{CommandError, Reply, Show};
use crate::backend::{Listed, Pid};
use serde::Serialize;
use std::ops::RangeInclusive;

/// Lines shown around a place.
const LINES: usize = 10;
/// Lines shown of a stretch.
const MOST: usize = 1000;

/// Lines of a source.
#[derive(Serialize)]
struct Source {
    pid: Pid,
    file: String,
    line: u32,
    /// Whether the source has changed since the build, or is newer than the image.
    stale: bool,
    lines: Vec<SourceLine>,
}

/// A source line, with its number from 1.
#[derive(Serialize)]
struct SourceLine {
    line: usize,
    text: String,
}

/// Which lines of which source.
struct Wanted {
    /// Its place among the sources of the program.
    file: usize,
    /// The line that is marked.
    line: u32,
    /// Lines from 1.
    shown: RangeInclusive<usize>,
    /// The instruction that the code pane goes to.
    pc: Option<u32>,
}

impl Wanted {
    fn around(file: usize, line: u32, pc: Option<u32>) -> Wanted {
        let first = (line as usize).saturating_sub(LINES / 2).max(1);
        Wanted { file, line, shown: first..=first + LINES - 1, pc }
    }
}

/// `list [PLACE | LINE | FIRST,LAST | -]`: source around a place or a line, from one line to another, or around the pc; once more
/// alone the lines behind those of the last answer, `-` those in front of them.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let column = call.args.column();
    let wanted = match beside_last(call, pid, column)? {
        Some(wanted) => wanted,
        None => match by_numbers(call, pid)? {
            Some(wanted) => wanted,
            None => by_place(call, pid)?,
        },
    };
    let file = wanted.file;
    let listing = &call.task(pid)?.listing;
    let Some((path, text)) = listing.sources.get(wanted.file).filter(|(_, lines)| !lines.is_empty()) else {
        let path = listing.sources.get(wanted.file).map_or("the source", |(path, _)| path);
        let places = looked_at(call, pid, path);
        let message = format!(
            "{path} was not found: looked at {places}; --source DIR says where sources are, --map OLD=NEW where they moved"
        );
        return Err(CommandError::new(message));
    };
    let (first, last) = wanted.shown.into_inner();
    if first > text.len() || first > last {
        return Err(CommandError::at(column, format!("{path} has the lines 1 to {}", text.len())));
    }
    let rows = text.iter().enumerate().skip(first - 1).take((last - first + 1).min(MOST));
    let mark = |i: usize| if i + 1 == wanted.line as usize { '>' } else { ' ' };
    let shown: Vec<String> = rows.clone().map(|(i, text)| format!("{}{:4}  {text}", mark(i), i + 1)).collect();
    let lines = rows.map(|(i, text)| SourceLine { line: i + 1, text: text.clone() }).collect();
    let stale = listing.newer.get(wanted.file).copied().unwrap_or_default();
    let why =
        if listing.is_c { "is not the file of the build, or was written since" } else { "is newer than the image" };
    let warning = if stale { format!("{path} {why}: its lines may have moved\n") } else { String::new() };
    let text = warning + &shown.join("\n");
    let mut reply = Reply::new(text, Source { pid, file: path.clone(), line: wanted.line, stale, lines });
    reply.show = wanted.pc.map(|pc| Show::Code(pid, pc));
    let lines = (first, first + shown.len() - 1);
    let (turn, frame) = (call.now.turn, call.inspect()?.chosen_frame(pid));
    call.target.note_listed(Listed { turn, pid, frame, file, lines });
    Ok(reply)
}

/// The lines behind those that were answered last, as long as the task stands where it stood then; for `-` those in front of them.
fn beside_last(call: &mut Call<'_>, pid: Pid, column: usize) -> Result<Option<Wanted>, CommandError> {
    let back = call.args.peek() == Some("-");
    if !back && !call.args.is_empty() {
        return Ok(None);
    }
    call.args.clear();
    let frame = call.inspect()?.chosen_frame(pid);
    let same = |last: &&Listed| (last.turn, last.pid, last.frame) == (call.now.turn, pid, frame);
    let Some(Listed { file, lines: (first, last), .. }) = call.target.listed().filter(same).cloned() else {
        return Ok(None);
    };
    let shown = if back { first.saturating_sub(LINES).max(1)..=first - 1 } else { last + 1..=last + LINES };
    if shown.is_empty() {
        return Err(CommandError::at(column, "the first lines of the source were listed last"));
    }
    let here = standing(call, pid)?.filter(|(own, _)| *own == file).map(|(_, line)| line);
    Ok(Some(Wanted { file, line: here.unwrap_or(0), shown, pc: None }))
}

/// Around a function, a label, an address, or the chosen frame.
fn by_place(call: &mut Call<'_>, pid: Pid) -> Result<Wanted, CommandError> {
    let pc = match call.args.is_empty() {
        true => chosen_pc(call, pid)?,
        false => {
            let column = call.args.column();
            let pc = call.stop_places(Some(pid))?.first().copied().unwrap_or_default();
            let end = call.task(pid)?.listing.code_len;
            if pc >= end {
                let message = format!("0x{pc:04X} lies behind the code, which ends at 0x{end:04X}");
                return Err(CommandError::at(column, message));
            }
            pc
        }
    };
    call.args.done()?;
    let program = call.task(pid)?.program.as_ref();
    let line = program.and_then(|program| program.symbols.line_at(pc).map(|line| (line.file, line.line)));
    match line {
        Some((file, line)) => Ok(Wanted::around(file, line, Some(pc))),
        None => {
            let message = format!("no source line is known for 0x{pc:04X}: disasm shows the instructions");
            Err(CommandError::new(message))
        }
    }
}

/// `40`, `10,20`, `main.c:40`, `main.c:10,20`: lines, whether there is code on them or not. `None` for anything else.
fn by_numbers(call: &mut Call<'_>, pid: Pid) -> Result<Option<Wanted>, CommandError> {
    if call.args.is_empty() || !call.task(pid)?.listing.is_c {
        return Ok(None);
    }
    let words: Vec<&str> = call.args.words().collect();
    let text = words.concat();
    let (file, numbers) = match text.rsplit_once(':') {
        Some((file, numbers)) => (Some(file), numbers),
        None => (None, text.as_str()),
    };
    let number = |text: &str| text.parse::<u32>().ok();
    let end = |text: &str, other: Option<u32>, less: bool| match (text.is_empty(), other) {
        (true, Some(other)) if less => Some(other.saturating_sub(LINES as u32 - 1).max(1)),
        (true, Some(other)) => Some(other + LINES as u32 - 1),
        _ => number(text),
    };
    let range = match numbers.split_once(',') {
        Some((first, last)) => end(first, number(last), true).zip(end(last, number(first), false)),
        None => number(numbers).map(|line| (line, line)),
    };
    let Some((first, last)) = range else { return Ok(None) };
    let Some(file) = file_of(call, pid, file)? else { return Ok(None) };
    call.args.clear();
    let here = standing(call, pid)?.filter(|(own, _)| *own == file).map(|(_, line)| line);
    Ok(Some(match numbers.contains(',') {
        false => Wanted::around(file, first, None),
        true => Wanted { file, line: here.unwrap_or(0), shown: first as usize..=last as usize, pc: None },
    }))
}

/// The source of a name among those of a task's program; without a name the one in which the chosen frame stands.
fn file_of(call: &Call<'_>, pid: Pid, name: Option<&str>) -> Result<Option<usize>, CommandError> {
    let Some(name) = name else { return Ok(standing(call, pid)?.map(|(file, _)| file)) };
    Ok(call.task(pid)?.listing.sources_named(name).first().copied())
}

/// The source and the line of the chosen frame; in front of the first line of a program that of its function.
fn standing(call: &Call<'_>, pid: Pid) -> Result<Option<(usize, u32)>, CommandError> {
    let pc = chosen_pc(call, pid)?;
    let program = call.task(pid)?.program.as_ref();
    Ok(program.and_then(|program| {
        let symbols = &program.symbols;
        let line = symbols.line_at(pc).map(|line| (line.file, line.line));
        let main = || symbols.functions.iter().find(|f| f.name == "main");
        line.or_else(|| symbols.function_at(pc).or_else(main).and_then(|f| Some((f.file?, f.line))))
    }))
}

impl Call<'_> {
    /// In a program of C a plain number as a place is a line of the file in which the chosen frame stands: it becomes
    /// `FILE:LINE`. Addresses are written `0x…` there.
    pub(super) fn name_line(&mut self, pid: Option<Pid>) {
        let Some(word) = self.args.peek().filter(|word| word.bytes().all(|b| b.is_ascii_digit())) else { return };
        let meant = pid.or(self.selected).or(self.now.last).or_else(|| self.now.tasks.first().map(|t| t.pid));
        let task = meant.and_then(|pid| self.now.task(pid)).filter(|task| task.listing.is_c);
        let file = task.and_then(|task| standing(self, task.pid).ok()?).map(|(file, _)| file);
        let path = file.zip(task).and_then(|(file, task)| task.listing.sources.get(file)).map(|(path, _)| path);
        if let Some(named) = path.map(|path| format!("{path}:{word}")) {
            self.args.rename(named);
        }
    }
}
