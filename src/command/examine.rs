//! Frames, source lines, memory in formats, searching memory.

use super::Call;
use super::frames::{frame_line, frame_lines};
use super::parse::did_you_mean;
use super::reply::{CommandError, Reply, Show};
use super::words::Word;
use crate::backend::answer::FrameInfo;
use crate::backend::request::Display;
use crate::backend::{Frame, Names, Pid, Request, Value, VariableView, f16};
use crate::text::quoted;
use serde::Serialize;
use std::fmt::Write;

/// The task that is meant: `-p PID`, the selected one, or the one that ran last.
pub(super) fn meant(call: &mut Call<'_>) -> Result<Pid, CommandError> {
    let named = call.args.pid_option(&call.now)?;
    let now = &call.now;
    let pid = named.or(call.selected).or(now.last).or_else(|| now.tasks.first().map(|t| t.pid));
    pid.ok_or_else(|| CommandError::new("there is no task"))
}

/// The frames of a task, the innermost first, and how many more there are.
fn frames(call: &Call<'_>, pid: Pid) -> Result<(Vec<Frame>, u32), CommandError> {
    call.task(pid)?;
    Ok(call.inspect()?.frames(pid))
}

/// The frames of a task.
#[derive(Serialize)]
struct Backtrace {
    pid: Pid,
    frames: Vec<FullFrame>,
    more: usize,
}

/// A frame, with its variables where they were asked for.
#[derive(Serialize)]
struct FullFrame {
    #[serde(flatten)]
    frame: FrameInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    locals: Option<Vec<VariableView>>,
}

/// A frame and its variables in lines.
fn full_lines(full: &FullFrame) -> Vec<String> {
    let locals = full.locals.iter().flatten().filter(|v| v.arg == 0);
    let locals = locals.map(|v| format!("        {} = {}", v.name, v.whole_text()));
    std::iter::once(frame_line(&full.frame)).chain(locals).collect()
}

/// `backtrace`: the calls that have not returned, the innermost first.
pub(super) fn backtrace(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let full = call.args.remove("full").or_else(|| call.args.remove("-full")).is_some();
    let most = call.count()?.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    call.args.done()?;
    let (all, left) = frames(call, pid)?;
    let inspect = call.inspect()?;
    let frames = inspect.frame_infos(pid, 0..most);
    let locals = |frame: &FrameInfo| full.then(|| inspect.variables_set(pid, frame.frame));
    let frames: Vec<FullFrame> = frames.into_iter().map(|frame| FullFrame { locals: locals(&frame), frame }).collect();
    let mut lines = match full {
        true => frames.iter().flat_map(full_lines).collect(),
        false => frame_lines(frames.iter().map(|full| &full.frame)),
    };
    let more = left as usize + all.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("…    {more} more"));
    }
    Ok(Reply::new(lines.join("\n"), Backtrace { pid, frames, more }))
}

/// `frame N`: chooses one of them, and shows it in the code.
pub(super) fn frame(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = meant(call)?;
    let column = call.args.column();
    let number = call.count()?.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    call.args.done()?;
    let number = match number {
        Some(number) => number,
        None => call.inspect()?.chosen_frame(pid),
    };
    choose(call, pid, number, column)
}

/// `up`: further out.
pub(super) fn up(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let (pid, column, count) = steps(call)?;
    let (chosen, last) = (call.inspect()?.chosen_frame(pid), frames(call, pid)?.0.len().saturating_sub(1));
    // From the last frame there is none further out; with a number it ends there.
    let number = if chosen < last { chosen.saturating_add(count).min(last) } else { chosen.saturating_add(count) };
    choose(call, pid, number, column)
}

/// `down`: further in.
pub(super) fn down(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let (pid, column, count) = steps(call)?;
    let chosen = call.inspect()?.chosen_frame(pid);
    if chosen == 0 {
        return Err(CommandError::at(column, "frame 0 is the innermost"));
    }
    choose(call, pid, chosen.saturating_sub(count), column)
}

fn steps(call: &mut Call<'_>) -> Result<(Pid, usize, usize), CommandError> {
    let pid = meant(call)?;
    let column = call.args.column();
    let count = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok((pid, column, usize::try_from(count).unwrap_or(usize::MAX)))
}

fn choose(call: &mut Call<'_>, pid: Pid, number: usize, column: usize) -> Result<Request, CommandError> {
    call.task(pid)?;
    call.blame = Some(column);
    Ok(Display::Frame { pid, frame: number as u64 }.into())
}

fn shown_frame(call: &Call<'_>, pid: Pid, number: usize) -> Result<Reply, CommandError> {
    call.task(pid)?;
    let frame = call.inspect()?.frame_infos(pid, number..number.saturating_add(1)).pop();
    let frame = frame.ok_or_else(|| CommandError::new(format!("task {pid} has no frame {number}")))?;
    let mut reply = Reply::new(frame_line(&frame), &frame);
    reply.show = Some(Show::Code(pid, frame.stands_at));
    Ok(reply)
}

/// `info frame`: the chosen frame, with its place on the stack.
pub(super) fn info_frame(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    call.args.done()?;
    let number = call.inspect()?.chosen_frame(pid);
    let mut reply = shown_frame(call, pid, number)?;
    let (all, _) = frames(call, pid)?;
    let frame = &all[number];
    let hex = |n: Option<u32>| n.map_or_else(|| "unknown".to_owned(), |n| format!("0x{n:04X}"));
    let _ = write!(
        reply.text,
        "\nR7 {}; returns to {}, kept at 0x{:04X}; {} bytes of stack; of the registers only R7 is kept over calls",
        hex(frame.r7),
        hex(frame.returns_to),
        frame.at,
        frame.bytes
    );
    Ok(reply)
}

/// Where the chosen frame stands: at the pc, or at its CALL.
pub(super) fn chosen_pc(call: &Call<'_>, pid: Pid) -> Result<u32, CommandError> {
    let pc = call.task(pid)?.pc;
    let number = call.inspect()?.chosen_frame(pid);
    let (all, _) = frames(call, pid)?;
    Ok(all.get(number).map_or(pc, |frame| frame.at_call(number)))
}

/// Places that are named where a source file was not found.
const PLACES: usize = 12;

/// The places where a source file is looked for.
pub(super) fn looked_at(call: &Call<'_>, pid: Pid, path: &str) -> String {
    let Some(inspect) = call.target.inspect() else { return "nothing".into() };
    let places = inspect.program(pid).map(|program| inspect.source_places(program, path)).unwrap_or_default();
    let mut shown: Vec<String> = places.iter().take(PLACES).map(|place| place.display().to_string()).collect();
    if places.len() > PLACES {
        shown.push(format!("{} more", places.len() - PLACES));
    }
    shown.join(", ")
}

/// The code address that is named, or the pc.
fn place(call: &mut Call<'_>, pid: Pid) -> Result<u32, CommandError> {
    let pc = match call.args.is_empty() {
        true => call.task(pid)?.pc,
        false => call.args.code_address(&call.now, Some(pid))?,
    };
    call.args.done()?;
    Ok(pc)
}

/// The code address that is named, the one that an expression evaluates to, or the pc.
fn code_place(call: &mut Call<'_>, pid: Pid) -> Result<u32, CommandError> {
    if call.args.is_empty() {
        return place(call, pid);
    }
    let (text, column) = call.args.rest_in_place();
    let named = super::parse::code_address(&Word::plain(text.as_str(), column), &call.now, Some(pid));
    let unknown = match named {
        Ok(pc) => return Ok(pc),
        Err(unknown) => unknown,
    };
    let Ok(address) = call.integer_of_c(&text, column, Some(pid)) else { return Err(unknown) };
    u32::try_from(address).map_err(|_| CommandError::at(column, "a code address from 0 to 0xFFFF is expected"))
}

/// How `x` writes memory: how many, as what, how wide.
struct Format {
    count: usize,
    letter: char,
    size: usize,
}

impl Format {
    /// Reads `/8xw`: a count, x d u t f c s or i, b h or w, each of which may be left out.
    fn read(word: &Word) -> Result<Format, CommandError> {
        let text = word.text.trim_start_matches('/');
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let count = if digits == 0 { Ok(1) } else { text[..digits].parse() };
        let bad = || {
            CommandError::malformed(
                word.column,
                "a format such as /8xw is expected: a count; x d u t f c s or i; b h or w",
            )
        };
        let mut format = Format { count: count.map_err(|_| bad())?, letter: 'x', size: 0 };
        for c in text[digits..].chars() {
            match c {
                'x' | 'd' | 'u' | 't' | 'f' | 'c' | 's' | 'i' => format.letter = c,
                'b' => format.size = 1,
                'h' => format.size = 2,
                'w' => format.size = 4,
                _ => return Err(bad()),
            }
        }
        if format.size == 0 {
            format.size = match format.letter {
                'c' => 1,
                'f' => 2,
                _ => 4,
            };
        }
        format.count = format.count.clamp(1, 0x1_0000);
        Ok(format)
    }

    fn write(&self, bytes: &[u8]) -> String {
        let value = bytes.iter().rev().fold(0u32, |sum, b| sum << 8 | u32::from(*b));
        let shift = 32 - 8 * self.size as u32;
        match self.letter {
            'd' => ((value << shift) as i32 >> shift).to_string(),
            'u' => value.to_string(),
            't' => format!("{value:0width$b}", width = 8 * self.size),
            'f' => f16(value as u16).to_string(),
            'c' => format!("{:?}", char::from(bytes.first().copied().unwrap_or(0))),
            _ => format!("0x{value:0width$X}", width = 2 * self.size),
        }
    }
}

/// A text in memory.
#[derive(Serialize)]
struct TextAt {
    pid: Pid,
    address: u16,
    text: String,
}

/// Values in memory.
#[derive(Serialize)]
struct ValuesAt {
    pid: Pid,
    address: u16,
    values: Vec<String>,
}

/// The address that an expression evaluates to; of a struct of C the place where it is.
fn examined(call: &mut Call<'_>, text: &str, column: usize, pid: Pid) -> Result<u16, CommandError> {
    let value = match call.expression(text, column, Some(pid), Names::Chosen) {
        Ok(expr) => call.value(&expr, column, Some(pid))?,
        Err(e) => return call.variable(text, Some(pid)).map(|(_, address, _)| address).ok_or(e),
    };
    let address = if let Value::Int(n) = value { u16::try_from(n).ok() } else { None };
    address.ok_or_else(|| CommandError::at(column, "an address from 0 to 0xFFFF is expected"))
}

/// `x/FMT ADDR`: memory as a task sees it, in a format.
pub(super) fn x(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let format = match call.args.peek() {
        Some(text) if text.starts_with('/') => Format::read(&call.args.word("a format")?)?,
        _ => Format::read(&Word::plain("", 0))?,
    };
    let pid = meant(call)?;
    if format.letter == 'i' {
        let column = call.args.column();
        let pc = code_place(call, pid)?;
        super::breakpoints::stands_at(call, pc, pid, column)?;
        return super::inspect::instructions(call, pid, pc, format.count, format.count > 1);
    }
    let (text, column) = call.args.rest_in_place();
    if text.is_empty() {
        return Err(CommandError::at(column, "an address, or an expression that evaluates to one, is expected"));
    }
    let start = examined(call, &text, column, pid)?;
    let task = call.task(pid)?;
    if format.letter == 's' {
        let bytes = call.now.peek(task, start, 0x1_0000);
        let text: Vec<u8> = bytes.into_iter().take_while(|b| *b != 0).collect();
        let shown = quoted(&text);
        let text = String::from_utf8_lossy(&text).into_owned();
        return Ok(Reply::new(format!("0x{start:04X}  {shown}"), TextAt { pid, address: start, text }));
    }
    let bytes = call.now.peek(task, start, format.count * format.size);
    let values: Vec<String> = bytes.chunks_exact(format.size).map(|item| format.write(item)).collect();
    if values.is_empty() {
        let message = format!("no {} bytes from 0x{start:04X} on are in RAM, which ends at 0xFFFF", format.size);
        return Err(CommandError::at(column, message));
    }
    let across = if format.letter == 't' { 16 / format.size.max(2) } else { 16 / format.size };
    let mut text = String::new();
    for (i, row) in values.chunks(across).enumerate() {
        let at = usize::from(start) + i * across * format.size;
        let _ = write!(text, "{}0x{at:04X}  {}", if i == 0 { "" } else { "\n" }, row.join("  "));
    }
    if values.len() < format.count {
        let _ = write!(text, "\nRAM ends at 0xFFFF");
    }
    let mut reply = Reply::new(text, ValuesAt { pid, address: start, values });
    reply.show = Some(Show::Memory(start));
    Ok(reply)
}

/// Places that are reported.
const FOUND: usize = 32;

/// Where something stands in memory.
#[derive(Serialize)]
struct FoundAt<'f> {
    pid: Pid,
    found: &'f [usize],
}

/// `find HEX` or `find text TEXT`: where bytes stand in memory as a task sees it.
pub(super) fn find(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let word = call.args.word("bytes as hex digits, or a text after text")?;
    let wanted: Vec<u8> = match word.text.as_str() {
        "text" => call.args.rest().into_bytes(),
        _ => {
            let mut digits = word.text.trim_start_matches("0x").to_owned();
            digits.push_str(&call.args.rest());
            let hex = super::change::bytes(&digits.replace(' ', ""));
            hex.ok_or_else(|| {
                let near = did_you_mean(&word.text, &["text"]);
                CommandError::malformed(
                    word.column,
                    format!("pairs of hex digits, or text and a text, are expected{near}"),
                )
            })?
        }
    };
    if wanted.is_empty() {
        return Err(CommandError::malformed(word.column, "at least one byte is expected"));
    }
    let all = call.now.peek(call.task(pid)?, 0, 0x1_0000);
    let places: Vec<usize> =
        all.windows(wanted.len()).enumerate().filter(|(_, w)| *w == wanted).map(|(at, _)| at).collect();
    let lines: Vec<String> = places.iter().take(FOUND).map(|at| format!("0x{at:04X}")).collect();
    let more = places.len().saturating_sub(FOUND);
    let text = match lines.len() {
        0 => "not found".to_owned(),
        _ if more > 0 => format!("{} and {more} more", lines.join(" ")),
        _ => lines.join(" "),
    };
    let mut reply = Reply::new(text, FoundAt { pid, found: &places[..places.len().min(4096)] });
    reply.show = places.first().and_then(|at| u16::try_from(*at).ok()).map(Show::Memory);
    Ok(reply)
}
