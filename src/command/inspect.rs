//! Commands that look at tasks and memory.

use super::Call;
use super::columns::padded;
use super::reply::{CommandError, Reply};
use crate::backend::answer::{TaskInfo, WriteAt};
use crate::backend::{Listing, Pid, ProgramName, RunState, Snapshot, TaskView, flag_letters};
use crate::text::{hex, plain};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Bytes shown when no length is given.
const PEEK: u64 = 16;
/// Longest peek.
const PEEK_MOST: u64 = 0x1_0000;
/// Bytes of a register window.
const WINDOW: u32 = 64;

/// Tasks, as programs rely on them.
#[derive(Serialize)]
struct Tasks {
    tasks: Vec<TaskInfo>,
}

pub(super) fn ps(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let only = if call.args.is_empty() { None } else { Some(call.pid()?) };
    call.args.done()?;
    let now = &call.now;
    let shown = || now.tasks.iter().filter(|t| only.is_none_or(|pid| t.pid == pid));
    let mut text =
        String::from("  pid name            state         turns switches pc     sp     base   stack          wait");
    for task in shown() {
        let mark = match task.pid {
            pid if Some(pid) == now.last => '>',
            pid if Some(pid) == now.next => '~',
            _ => ' ',
        };
        let _ = write!(
            text,
            "\n{mark} {:3} {} {:11} {:7} {:8} 0x{:04X} 0x{:04X} 0x{:04X} 0x{:04X}..0x{:04X} {}",
            task.pid,
            padded(&task.name, 15),
            state_text(task),
            task.counters.turns,
            task.counters.switches,
            task.pc,
            task.sp,
            task.reg_base,
            task.stack_limit,
            task.stack_top,
            wait_text(now, task),
        );
    }
    if now.tasks.is_empty() {
        text = "no tasks".into();
    }
    let tasks = shown().map(|t| TaskInfo::of(t, call.runner())).collect();
    Ok(Reply::new(text, Tasks { tasks }))
}

/// `returned 5`, `div_zero`, `ready`.
pub(super) fn state_text(task: &TaskView) -> String {
    match (task.state, task.exit_status, task.fault) {
        (RunState::Faulted, _, Some((fault, _))) => fault.name().to_owned(),
        (state @ (RunState::Returned | RunState::Exited), Some(status), _) => format!("{} {status}", state.name()),
        (state, ..) => state.name().to_owned(),
    }
}

fn wait_text(now: &Snapshot, task: &TaskView) -> String {
    let Some(wait) = &task.wait else { return String::new() };
    let what = wait.name.as_deref().unwrap_or("sleep");
    if now.dead.contains(&task.pid) {
        return format!("{what} for ever: deadlock");
    }
    wait.deadline_us.map_or_else(|| what.to_owned(), |at| format!("{what} until {at} us"))
}

/// Registers of a task.
#[derive(Serialize)]
struct Registers {
    pid: Pid,
    pc: u32,
    psw: u8,
    sp: u16,
    reg_base: u16,
    stack_base: u16,
    stack_limit: u16,
    regs: Vec<u32>,
}

pub(super) fn dumpregs(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.pid()?;
    call.args.done()?;
    registers(call, pid)
}

/// The registers of a task.
pub(super) fn registers(call: &Call<'_>, pid: Pid) -> Result<Reply, CommandError> {
    let task = call.task(pid)?;
    let regs: Vec<u32> = (0..16).map(|i| task.reg(&call.now.ram, i)).collect();
    let mut text = format!(
        "task {pid} {}: pc 0x{:04X}  sp 0x{:04X}  psw {}  reg_base 0x{:04X}  stack 0x{:04X}..0x{:04X}",
        task.name,
        task.pc,
        task.sp,
        flag_letters(task.psw),
        task.reg_base,
        task.stack_limit,
        task.stack_top
    );
    for (row, words) in (0..).zip(regs.chunks(4)) {
        let _ = write!(text, "\n0x{:04X}", task.reg_base + 16 * row);
        for (i, word) in (4 * row..).zip(words) {
            let _ = write!(text, "  R{i:<2} 0x{word:08X}");
        }
    }
    let (pc, psw, sp, reg_base) = (task.pc, task.psw, task.sp, task.reg_base);
    let (stack_base, stack_limit) = (task.stack_base, task.stack_limit);
    Ok(Reply::new(text, Registers { pid, pc, psw, sp, reg_base, stack_base, stack_limit, regs }))
}

/// A task's stack.
#[derive(Serialize)]
struct Stack {
    pid: Pid,
    sp: u16,
    stack_limit: u16,
    stack_top: u16,
    used: u16,
    deepest: u32,
    depth: u32,
    words: Vec<StackWord>,
}

/// A word on a stack; the label it returns to, if it is a return address.
#[derive(Serialize)]
struct StackWord {
    address: u32,
    value: u32,
    returns_to: Option<String>,
    /// The last write, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<WriteAt>,
}

pub(super) fn stack(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.pid()?;
    let most = call.count()?.unwrap_or(32) as usize;
    let by = call.args.take("writers");
    call.args.done()?;
    let task = call.task(pid)?.clone();
    let task = &task;
    let used = task.stack_top.saturating_sub(task.sp);
    let all = usize::from(used) / 4;
    let (stack_limit, stack_top, deepest) = (task.stack_limit, task.stack_top, task.counters.deepest);
    let mut text = format!(
        "task {pid}: guard 0x{stack_limit:04X}  sp 0x{:04X}  top 0x{stack_top:04X}  used {used} of {}  deepest {deepest}",
        task.sp,
        stack_top - stack_limit,
    );
    let shown: Vec<u32> = (0..all.min(most)).map(|i| u32::from(task.sp) + 4 * i as u32).collect();
    let writers = if by { call.inspect()?.last_writers(&shown)? } else { BTreeMap::new() };
    let word = |address: u32| {
        let bytes = call.now.peek(task, address as u16, 4);
        let value = bytes.iter().rev().fold(0u32, |w, b| w << 8 | u32::from(*b));
        let listing = &task.listing;
        let labelled = returns_to(listing, value) && listing.label_at(value).is_some();
        let returns_to = labelled.then(|| listing.named(None, value));
        StackWord { address, value, returns_to, written: writers.get(&address).cloned() }
    };
    let words: Vec<StackWord> = shown.into_iter().map(word).collect();
    for StackWord { address, value, returns_to, written } in &words {
        let returns = returns_to.as_ref().map_or(String::new(), |label| format!("returns to {label}"));
        let _ = match written.as_ref().map(|write| written_by(write, pid)) {
            Some(said) => write!(text, "\n0x{address:04X}  0x{value:08X}  {returns:<24}  {said}"),
            None => write!(text, "\n0x{address:04X}  0x{value:08X}  {returns}"),
        };
    }
    if all > most {
        let _ = write!(text, "\n…     {} more words", all - most);
    }
    let (sp, depth) = (task.sp, task.depth);
    Ok(Reply::new(text, Stack { pid, sp, stack_limit, stack_top, used, deepest, depth, words }))
}

/// Who wrote a word of the stack of `owner`, and when; another task is marked.
fn written_by(write: &WriteAt, owner: Pid) -> String {
    let turn = write.turn;
    match write.pid.zip(write.pc) {
        Some((pid, pc)) if pid == owner => format!("in turn {turn} at 0x{pc:04X}"),
        Some((pid, pc)) => format!("! by {pid} in turn {turn} at 0x{pc:04X}"),
        None => format!("! from outside after turn {turn}"),
    }
}

/// A word that is the address behind a CALL.
fn returns_to(listing: &Listing, word: u32) -> bool {
    let before = word.checked_sub(4).and_then(|at| listing.row_at(at)).and_then(|i| listing.rows.get(i));
    before.is_some_and(|row| row.address + 4 == word && row.mnemonic == "CALL")
}

/// Bytes of memory as hex digits.
#[derive(Serialize)]
struct Peeked {
    pid: Pid,
    address: u16,
    bytes: String,
}

pub(super) fn peek(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.pid()?;
    let address = call.address(pid)?;
    let len = match call.args.is_empty() {
        true => PEEK,
        false => call.natural("a length", Some(pid))?.min(PEEK_MOST),
    };
    call.args.done()?;
    let bytes = call.now.peek(call.task(pid)?, address, len as usize);
    let mut text = String::new();
    for (i, row) in bytes.chunks(16).enumerate() {
        let (pairs, letters) = (hex::pairs(row), plain(row));
        let at = usize::from(address) + 16 * i;
        let _ = write!(text, "{}0x{at:04X}  {pairs:47}  {letters}", if i == 0 { "" } else { "\n" });
    }
    if (bytes.len() as u64) < len {
        text += "\nRAM ends at 0xFFFF";
    }
    Ok(Reply::new(text, Peeked { pid, address, bytes: hex::text(&bytes) }))
}

pub(super) fn disasm(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.pid()?;
    let pc = call.task(pid)?.pc;
    let from = match call.args.is_empty() {
        true => pc,
        false => {
            let column = call.args.column();
            let from = call.args.code_address(&call.now, Some(pid))?;
            super::breakpoints::stands_at(call, from, pid, column)?;
            from
        }
    };
    let asked = call.count()?;
    call.args.done()?;
    instructions(call, pid, from, asked.unwrap_or(8) as usize, asked.is_some())
}

/// Instructions of a task.
#[derive(Serialize)]
struct Disassembly {
    pid: Pid,
    pc: u32,
    rows: Vec<Instruction>,
}

/// One instruction, with the line of its source.
#[derive(Serialize)]
struct Instruction {
    address: u32,
    word: u32,
    mnemonic: String,
    operands: String,
    note: String,
    line: Option<u32>,
}

/// Instructions of a task from an address on; `asked` says whether the command gave that count.
pub(super) fn instructions(
    call: &Call<'_>,
    pid: Pid,
    from: u32,
    count: usize,
    asked: bool,
) -> Result<Reply, CommandError> {
    let task = call.task(pid)?;
    let (pc, listing) = (task.pc, &task.listing);
    let shown = || listing.rows.iter().skip(listing.row_at(from).unwrap_or(0)).take(count);
    let mut text = String::new();
    for row in shown() {
        if let Some((name, 0)) = listing.label_at(row.address) {
            let _ = writeln!(text, "      {name}:");
        }
        let mark = if row.address == pc { '>' } else { ' ' };
        let note = if row.note.is_empty() { String::new() } else { format!("  ; {}", row.note) };
        let _ = writeln!(text, "{mark} 0x{:04X}  {:6}{}{note}", row.address, row.mnemonic, padded(&row.operands, 20));
    }
    let row = |row: &crate::backend::ListingRow| Instruction {
        address: row.address,
        word: row.word,
        mnemonic: row.mnemonic.clone(),
        operands: row.operands.clone(),
        note: row.note.clone(),
        line: row.source.map(|(_, line)| line),
    };
    let count_shown = shown().count();
    if count_shown < count && asked {
        let _ = writeln!(text, "the code ends at 0x{:04X}", listing.code_len.saturating_sub(1));
    }
    let text = if listing.rows.is_empty() { "no code" } else { text.trim_end() };
    Ok(Reply::new(text, Disassembly { pid, pc, rows: shown().map(row).collect() }))
}

/// The regions of a task's memory.
#[derive(Serialize)]
struct Regions {
    pid: Pid,
    regions: Vec<Region>,
}

/// A stretch of memory with one use.
#[derive(Serialize)]
struct Region {
    name: &'static str,
    start: u32,
    length: u32,
}

pub(super) fn memory(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if !call.args.take("regions") {
        return Err(call.usage());
    }
    let pid = call.pid()?;
    call.args.done()?;
    let task = call.task(pid)?;
    let region = |name, start, length| Region { name, start, length };
    let bank = task.bank.len() as u32;
    let stack = u32::from(task.stack_top) - u32::from(task.stack_base);
    let all = [
        region("code", 0, task.listing.code_len),
        region("registers", task.reg_base.into(), WINDOW),
        region("data", crate::backend::BANK_BASE, bank),
        region("stack", task.stack_base.into(), stack),
    ];
    let regions: Vec<Region> = all.into_iter().filter(|r| r.name != "data" || r.length > 0).collect();
    let line =
        |r: &Region| format!("0x{:04X}..0x{:04X}  {:6} bytes  {}", r.start, r.start + r.length, r.length, r.name);
    let text: Vec<String> = regions.iter().map(line).collect();
    Ok(Reply::new(text.join("\n"), Regions { pid, regions }))
}

/// The names of a task's program.
#[derive(Serialize)]
struct Symbols<'s> {
    pid: Pid,
    symbols: Vec<ProgramName<'s>>,
}

pub(super) fn symbols(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.pid()?;
    call.args.done()?;
    let program = call.task(pid)?.program.as_ref();
    let symbols = program.map_or_else(Vec::new, |program| program.names());
    let line = |ProgramName { symbol: s, c }: &ProgramName<'_>| {
        let space = format!("{:?}", s.space).to_lowercase();
        let of_c = c.as_ref().map_or_else(String::new, |c| format!("  {} {}", c.kind, c.r#type));
        format!("0x{:04X}  {space:4}  {}{of_c}", s.address, s.name)
    };
    let text: Vec<String> = symbols.iter().map(line).collect();
    let text = if text.is_empty() { "no symbols".to_owned() } else { text.join("\n") };
    Ok(Reply::new(text, Symbols { pid, symbols }))
}
