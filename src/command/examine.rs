//! Frames, source lines, memory in formats, searching memory.

use super::Call;
use super::inspect::task;
use super::parse::{Word, did_you_mean};
use super::reply::{CommandError, Reply, Show};
use crate::backend::{Frame, Listing, Pid, f16};
use serde_json::{Value, json};
use std::fmt::Write;

/// The task that is meant: `-p PID`, the selected one, or the one that ran last.
pub(super) fn meant(call: &mut Call<'_>) -> Result<Pid, CommandError> {
    let named = call.args.pid_option(call.target)?;
    let machine = call.target.machine();
    let pid = named.or(call.selected).or(machine.ran()).or_else(|| machine.tasks().first().map(|t| t.pid));
    pid.ok_or_else(|| CommandError::new("there is no task"))
}

/// `pace+8`, or the address.
fn named(listing: Option<&Listing>, function: Option<u32>, pc: u32) -> String {
    listing.map_or_else(|| format!("{pc:04X}"), |l| l.named(function, pc))
}

/// File and line of an address.
fn line_of(listing: Option<&Listing>, call: &Call<'_>, pid: Pid, pc: u32) -> Option<(String, u32)> {
    let symbols = call.target.program(pid).map(|program| &program.symbols);
    if let Some(symbols) = symbols.filter(|symbols| !symbols.functions.is_empty()) {
        let line = symbols.line_at(pc)?;
        return Some((symbols.files.get(line.file)?.path.clone(), line.line));
    }
    let listing = listing?;
    let (file, line) = listing.rows.get(listing.row_at(pc)?)?.source?;
    Some((listing.sources.get(file)?.0.clone(), line))
}

fn frame_line(call: &Call<'_>, pid: Pid, number: usize, frames: &[Frame]) -> String {
    let (listing, frame) = (call.target.listing(pid).map(|l| &**l), &frames[number]);
    let doubt = if frame.doubtful { "  ?" } else { "" };
    let place = line_of(listing, call, pid, frame.at_call(number));
    if let (Some(function), Some((file, line))) = (c_function(call, pid, frame.at_call(number)), &place) {
        let args = arguments(call, pid, number);
        return format!("#{number:<3} {:04X}  {function} ({args}) at {file}:{line}{doubt}", frame.pc);
    }
    let caller = frames.get(number + 1).and_then(|f| f.entry);
    let place = place.map_or(String::new(), |(file, line)| format!("  {file}:{line}"));
    let returns = frame.returns_to.map_or(String::new(), |pc| format!("  returns to {}", named(listing, caller, pc)));
    let here = named(listing, frame.entry, frame.pc);
    format!("#{number:<3} {:04X}  {here}{place}{returns}  {} B of stack{doubt}", frame.pc, frame.bytes)
}

/// The function of C that an instruction is in.
fn c_function<'c>(call: &'c Call<'_>, pid: Pid, pc: u32) -> Option<&'c str> {
    call.target.debug_info(pid)?.function_at(pc).map(|f| f.name.as_str())
}

/// The arguments of a frame of C: `p=0xFFD8, n=3`.
fn arguments(call: &Call<'_>, pid: Pid, number: usize) -> String {
    let all = call.target.variables(pid, number);
    let args: Vec<String> = all.iter().filter(|v| v.arg > 0).map(|v| format!("{}={}", v.name, v.text)).collect();
    args.join(", ")
}

fn frame_json(call: &Call<'_>, pid: Pid, number: usize, frame: &Frame) -> Value {
    let listing = call.target.listing(pid).map(|l| &**l);
    let line = line_of(listing, call, pid, frame.at_call(number));
    let mut json = json!({
        "frame": number, "pc": frame.pc, "function": named(listing, None, frame.entry.unwrap_or(frame.pc)),
        "file": line.as_ref().map(|(file, _)| file), "line": line.as_ref().map(|(_, line)| line),
        "returns_to": frame.returns_to, "at": frame.at, "bytes": frame.bytes,
    });
    if let Some(function) = c_function(call, pid, frame.at_call(number)) {
        let args = call.target.variables(pid, number).into_iter().filter(|v| v.arg > 0);
        let args = args.map(|v| json!({ "name": v.name, "type": v.type_name, "value": v.value }));
        json["function"] = json!(function);
        json["args"] = args.collect();
        json["r7"] = json!(frame.r7);
    }
    if frame.doubtful {
        json["doubtful"] = json!(true);
    }
    json
}

/// `backtrace`: the calls that have not returned, the innermost first.
pub(super) fn backtrace(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let most = call.args.count()?.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    call.args.done()?;
    task(call, pid)?;
    let (all, left) = call.target.frames(pid);
    let shown = || all.iter().enumerate().take(most);
    let mut lines: Vec<String> = shown().map(|(i, _)| frame_line(call, pid, i, &all)).collect();
    let more = left as usize + all.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("…    {more} more"));
    }
    let rows: Vec<Value> = shown().map(|(i, f)| frame_json(call, pid, i, f)).collect();
    Ok(Reply::new(lines.join("\n"), json!({ "pid": pid, "frames": rows, "more": more })))
}

/// `frame N`: chooses one of them, and shows it in the code.
pub(super) fn frame(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let column = call.args.column();
    let number = call.args.count()?.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    call.args.done()?;
    choose(call, pid, number.unwrap_or_else(|| call.target.chosen_frame(pid)), column)
}

/// `up`: further out.
pub(super) fn up(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (pid, column, count) = steps(call)?;
    choose(call, pid, call.target.chosen_frame(pid).saturating_add(count), column)
}

/// `down`: further in.
pub(super) fn down(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (pid, column, count) = steps(call)?;
    let inner = call.target.chosen_frame(pid).checked_sub(count);
    let inner = inner.ok_or_else(|| CommandError::at(column, "frame 0 is the innermost"))?;
    choose(call, pid, inner, column)
}

fn steps(call: &mut Call<'_>) -> Result<(Pid, usize, usize), CommandError> {
    let pid = meant(call)?;
    let column = call.args.column();
    let count = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    Ok((pid, column, usize::try_from(count).unwrap_or(usize::MAX)))
}

fn choose(call: &mut Call<'_>, pid: Pid, number: usize, column: usize) -> Result<Reply, CommandError> {
    task(call, pid)?;
    call.target.choose_frame(pid, number).map_err(|e| CommandError::at(column, e.to_string()))?;
    shown_frame(call, pid, number)
}

fn shown_frame(call: &Call<'_>, pid: Pid, number: usize) -> Result<Reply, CommandError> {
    let (all, _) = call.target.frames(pid);
    let frame = all.get(number).ok_or_else(|| CommandError::new(format!("task {pid} has no frame {number}")))?;
    let mut reply = Reply::new(frame_line(call, pid, number, &all), frame_json(call, pid, number, frame));
    reply.show = Some(Show::Code(pid, frame.at_call(number)));
    Ok(reply)
}

/// `info frame`: the chosen frame, with its place on the stack.
pub(super) fn info_frame(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    call.args.done()?;
    task(call, pid)?;
    let number = call.target.chosen_frame(pid);
    let mut reply = shown_frame(call, pid, number)?;
    let (all, _) = call.target.frames(pid);
    let frame = &all[number];
    let hex = |n: Option<u32>| n.map_or_else(|| "unknown".to_owned(), |n| format!("{n:04X}"));
    let _ = write!(
        reply.text,
        "\nR7 {}; returns to {}, kept at {:04X}; {} bytes of stack; of the registers only R7 is kept over calls",
        hex(frame.r7),
        hex(frame.returns_to),
        frame.at,
        frame.bytes
    );
    Ok(reply)
}

/// Where the chosen frame stands: at the pc, or at its CALL.
pub(super) fn chosen_pc(call: &Call<'_>, pid: Pid) -> Result<u32, CommandError> {
    let pc = task(call, pid)?.context.pc;
    let number = call.target.chosen_frame(pid);
    let (all, _) = call.target.frames(pid);
    Ok(all.get(number).map_or(pc, |frame| frame.at_call(number)))
}

/// The places where a source file is looked for.
pub(super) fn looked_at(call: &Call<'_>, pid: Pid, path: &str) -> String {
    let beside = call.target.program(pid).and_then(|program| program.directory());
    let places = call.target.sources().places(beside, path);
    let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
    places.join(", ")
}

/// Source lines shown around a place.
const LINES: usize = 10;

/// `list [PLACE]`: source around a place, or around the pc.
pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = meant(call)?;
    let pc = match call.args.is_empty() {
        true => chosen_pc(call, pid)?,
        false => call.args.stop_places(call.target, Some(pid))?.first().copied().unwrap_or_default(),
    };
    call.args.done()?;
    let listing = call.target.listing(pid);
    let line = call.target.program(pid).and_then(|program| program.symbols.line_at(pc).map(|l| (l.file, l.line)));
    let found = listing.zip(line);
    let Some((listing, (file, line))) = found else {
        return Err(CommandError::new(format!("no source line is known for {pc:04X}: disasm shows the instructions")));
    };
    let Some((path, text)) = listing.sources.get(file).filter(|(_, lines)| !lines.is_empty()) else {
        let path = listing.sources.get(file).map_or("the source", |(path, _)| path);
        let places = looked_at(call, pid, path);
        let message = format!(
            "{path} was not found: looked at {places}; --source DIR says where sources are, --map OLD=NEW where they moved"
        );
        return Err(CommandError::new(message));
    };
    let first = (line as usize).saturating_sub(1 + LINES / 2);
    let rows = text.iter().enumerate().skip(first).take(LINES);
    let mark = |i: usize| if i + 1 == line as usize { '>' } else { ' ' };
    let lines: Vec<String> = rows.clone().map(|(i, text)| format!("{}{:4}  {text}", mark(i), i + 1)).collect();
    let json: Vec<Value> = rows.map(|(i, text)| json!({ "line": i + 1, "text": text })).collect();
    let stale = listing.is_stale(pc);
    let warning =
        if stale { format!("{path} is newer than the image: its lines may have moved\n") } else { String::new() };
    let text = warning + &lines.join("\n");
    let mut reply = Reply::new(text, json!({ "pid": pid, "file": path, "line": line, "stale": stale, "lines": json }));
    reply.show = Some(Show::Code(pid, pc));
    Ok(reply)
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
            CommandError::at(word.column, "a format such as /8xw is expected: a count; x d u t f c s or i; b h or w")
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

/// `x/FMT ADDR`: memory as a task sees it, in a format.
pub(super) fn x(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let format = match call.args.peek() {
        Some(text) if text.starts_with('/') => Format::read(&call.args.word("a format")?)?,
        _ => Format::read(&Word { text: String::new(), column: 0 })?,
    };
    let pid = meant(call)?;
    if format.letter == 'i' {
        return instructions(call, pid, format.count);
    }
    let (text, column) = call.args.rest_in_place();
    if text.is_empty() {
        return Err(CommandError::at(column, "an address, or an expression that comes to one, is expected"));
    }
    let place = |e: crate::backend::ExprError| CommandError::at(column + e.column, e.message);
    let expr = crate::backend::Expr::parse(&text).map_err(place)?;
    let value = call.target.evaluate(&expr, Some(pid)).map_err(place)?;
    let crate::backend::Value::Int(start) = value else { return Err(CommandError::at(column, "this is no address")) };
    let start =
        u16::try_from(start).map_err(|_| CommandError::at(column, "an address from 0 to 0xFFFF is expected"))?;
    let machine = call.target.machine();
    let task = task(call, pid)?;
    if format.letter == 's' {
        let bytes = machine.peek(task, start, 0x1_0000);
        let text: Vec<u8> = bytes.into_iter().take_while(|b| *b != 0).collect();
        let text = String::from_utf8_lossy(&text).into_owned();
        return Ok(Reply::new(format!("{start:04X}  {text:?}"), json!({ "pid": pid, "address": start, "text": text })));
    }
    let bytes = machine.peek(task, start, format.count * format.size);
    let items: Vec<String> = bytes.chunks_exact(format.size).map(|item| format.write(item)).collect();
    let across = if format.letter == 't' { 16 / format.size.max(2) } else { 16 / format.size };
    let mut text = String::new();
    for (i, row) in items.chunks(across).enumerate() {
        let at = usize::from(start) + i * across * format.size;
        let _ = write!(text, "{}{at:04X}  {}", if i == 0 { "" } else { "\n" }, row.join("  "));
    }
    let mut reply = Reply::new(text, json!({ "pid": pid, "address": start, "values": items }));
    reply.show = Some(Show::Memory(start));
    Ok(reply)
}

/// `x/8i PLACE`: as disasm.
fn instructions(call: &mut Call<'_>, pid: Pid, count: usize) -> Result<Reply, CommandError> {
    let pc = match call.args.is_empty() {
        true => task(call, pid)?.context.pc,
        false => call.args.code_address(call.target, Some(pid))?,
    };
    call.args.done()?;
    super::inspect::instructions(call, pid, pc, count)
}

/// Places that are told.
const FOUND: usize = 32;

/// `find HEX` or `find 'text'`: where bytes stand in memory as a task sees it.
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
                CommandError::at(word.column, format!("pairs of hex digits, or text and a text, are expected{near}"))
            })?
        }
    };
    if wanted.is_empty() {
        return Err(CommandError::at(word.column, "at least one byte is expected"));
    }
    let all = call.target.machine().peek(task(call, pid)?, 0, 0x1_0000);
    let places: Vec<usize> =
        all.windows(wanted.len()).enumerate().filter(|(_, w)| *w == wanted).map(|(at, _)| at).collect();
    let lines: Vec<String> = places.iter().take(FOUND).map(|at| format!("{at:04X}")).collect();
    let more = places.len().saturating_sub(FOUND);
    let text = match lines.len() {
        0 => "not found".to_owned(),
        _ if more > 0 => format!("{} and {more} more", lines.join(" ")),
        _ => lines.join(" "),
    };
    let mut reply = Reply::new(text, json!({ "pid": pid, "found": places.iter().take(4096).collect::<Vec<_>>() }));
    reply.show = places.first().and_then(|at| u16::try_from(*at).ok()).map(Show::Memory);
    Ok(reply)
}
