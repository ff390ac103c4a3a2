//! Commands that go about in time: back and forth, to marks, to writes, between branches.

use super::columns::padded;
use super::parse::{did_you_mean, number};
use super::reply::{CommandError, Reply};
use super::words::Word;
use super::{Call, Meaning, event};
use crate::backend::answer::{WriteAt, WritesFound};
use crate::backend::request::{Branch, Goto, Past, Travel, Written, register_named};
use crate::backend::{Bookmark, BranchInfo, ExprError, Jump, Moment, Pid, Reg, Request, TaskView};
use serde::Serialize;

/// Names that are not bookmarks: they mean something after `goto`.
const RESERVED: [&str; 5] = ["present", "start", "ran", "next", "previous"];

/// The task that is meant: named, selected, or the one that ran last.
fn whose(call: &mut Call<'_>) -> Result<Pid, CommandError> {
    let named = call.args.pid_option(&call.now)?;
    let pid = named.or(call.selected).or(call.now.last);
    pid.ok_or_else(|| CommandError::new("nothing has run before this turn"))
}

pub(super) fn back(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let moment = match call.args.peek() {
        Some("scheduled") => Some(Moment::Scheduled),
        Some("blocked") => Some(Moment::Blocked),
        Some("woken") => Some(Moment::Woken),
        _ => None,
    };
    if let Some(moment) = moment {
        call.args.take_next();
        let pid = whose(call)?;
        call.args.done()?;
        return Ok(Travel::BackTo { pid, moment }.into());
    }
    let pid = call.args.pid_option(&call.now)?;
    step_back(call, pid)
}

pub(super) fn reverse_stepi(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.args.pid_option(&call.now)?.or(call.selected);
    step_back(call, pid)
}

fn step_back(call: &mut Call<'_>, pid: Option<Pid>) -> Result<Request, CommandError> {
    let turns = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Travel::Back { pid, turns }.into())
}

pub(super) fn reverse_next(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = whose(call)?;
    let count = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Travel::ReverseNext { pid, count }.into())
}

pub(super) fn reverse_line(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = whose(call)?;
    let into = call.args.take("into");
    let count = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Travel::ReverseLine { pid, into, count }.into())
}

pub(super) fn reverse_finish(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = whose(call)?;
    call.args.done()?;
    Ok(Travel::ReverseFinish { pid }.into())
}

pub(super) fn reverse_continue(call: &mut Call<'_>) -> Result<Request, CommandError> {
    call.args.done()?;
    Ok(Travel::ReverseContinue.into())
}

pub(super) fn goto(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let word = call.args.word("a turn, a time such as 300us, a bookmark, start, present, next or previous")?;
    match word.text.as_str() {
        "next" => return event::goto(call, true),
        "previous" => return event::goto(call, false),
        "ran" => return ran(call),
        "deepest" => return deepest(call),
        "entered" => return entered(call),
        _ => call.args.done()?,
    }
    let goto = match (word.text.as_str(), time(&word.text)) {
        ("present", _) => Goto::Present,
        ("start", _) => Goto::Start,
        (_, Some(time_us)) => Goto::Time(time_us),
        (name, None) if call.now.history.bookmarks.iter().any(|b| b.name == name) => Goto::Bookmark(name.to_owned()),
        _ => Goto::Turn(call.number_of(&word).ok_or_else(|| no_place(call, &word))?),
    };
    Ok(Travel::Goto(goto).into())
}

/// `300us`, `2ms` or `1s` in microseconds.
pub(super) fn time(text: &str) -> Option<u64> {
    let units = [("us", 1), ("ms", 1000), ("s", 1_000_000)];
    let read = |(unit, us): (&str, u64)| text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(us);
    units.into_iter().find_map(read)
}

/// `goto ran PLACE [-p PID]`.
fn ran(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.args.pid_option(&call.now)?;
    let column = call.args.column();
    let pc = call.args.code_address(&call.now, pid.or(call.selected))?;
    call.args.done()?;
    // A task that is gone may have had it.
    super::breakpoints::begins(call, pc, pid).map_err(|e| CommandError { column: Some(column), ..e })?;
    Ok(Travel::Goto(Goto::Ran { pc, pid }).into())
}

/// `goto deepest [-p PID]`.
fn deepest(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = super::examine::meant(call)?;
    call.args.done()?;
    Ok(Travel::Goto(Goto::Deepest { pid }).into())
}

/// `goto entered [N] [-p PID]`.
fn entered(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = super::examine::meant(call)?;
    let frame = call.count()?.map_or(0, |frame| u32::try_from(frame).unwrap_or(u32::MAX));
    call.args.done()?;
    Ok(Travel::Goto(Goto::Entered { frame, pid }).into())
}

fn no_place(call: &Call<'_>, word: &Word) -> CommandError {
    let names: Vec<&str> = call.now.history.bookmarks.iter().map(|b| b.name.as_str()).collect();
    let near = did_you_mean(&word.text, &names);
    let near = if near.is_empty() { ExprError::hex_hint(&word.text) } else { near };
    CommandError::at(word.column, format!("there is no bookmark \"{}\"{near}", word.text))
}

pub(super) fn last_write(call: &mut Call<'_>) -> Result<Request, CommandError> {
    Ok(Travel::Write { next: false, place: written(call)? }.into())
}

pub(super) fn next_write(call: &mut Call<'_>) -> Result<Request, CommandError> {
    Ok(Travel::Write { next: true, place: written(call)? }.into())
}

pub(super) fn origin(call: &mut Call<'_>) -> Result<Request, CommandError> {
    if call.args.take("tree") {
        return super::origins::tree(call);
    }
    call.args.done()?;
    Ok(Travel::Origin.into())
}

/// `PID REG`, `PID ADDR [LEN]`, a variable of C or a data label.
pub(super) fn written(call: &mut Call<'_>) -> Result<Written, CommandError> {
    let first = call.args.word("PID REG, PID ADDR or a label")?;
    if call.args.is_empty() {
        if let Some((pid, address, size)) = call.variable(&first.text, call.selected) {
            return Ok(Written::Memory { pid, address, bytes: size.min(4) as u8 });
        }
        return by_itself(call, &first);
    }
    // An expression of C may have blanks in it, and begins as no task does.
    let is_expression = first.text.starts_with(['*', '(', '&']);
    call.args.put_back(first);
    if is_expression {
        let (text, column) = call.args.rest_in_place();
        let (pid, address, size) = call.place_of_c(&text, column)?;
        return Ok(Written::Memory { pid, address, bytes: size.min(4) as u8 });
    }
    let pid = call.pid()?;
    let column = call.args.column();
    let place = match call.args.peek().and_then(register_named) {
        Some(Reg::R(reg)) => {
            call.args.take_next();
            Written::Register { pid, reg }
        }
        Some(Reg::Pc | Reg::Sp | Reg::Psw) => {
            return Err(CommandError::at(column, "R0..R15 or an address is expected: PC, SP and PSW are not memory"));
        }
        None => {
            let address = call.address(pid)?;
            let length = call.count()?.unwrap_or(4);
            if !(1..=4).contains(&length) {
                return Err(CommandError::at(call.args.end(), "a length from 1 to 4 is expected"));
            }
            if u64::from(address) + length > 0x1_0000 {
                return Err(CommandError::at(column, "an address whose bytes end at 0xFFFF is expected"));
            }
            Written::Memory { pid, address, bytes: length as u8 }
        }
    };
    call.args.done()?;
    Ok(place)
}

/// A place in one word: `1.r9`, a register of the selected task, an address of RAM, or a data label.
fn by_itself(call: &mut Call<'_>, word: &Word) -> Result<Written, CommandError> {
    let (whose, name) =
        word.text.split_once('.').map_or((None, word.text.as_str()), |(pid, name)| (pid.parse().ok(), name));
    if let (Some(Reg::R(reg)), Some(pid)) = (register_named(name), whose.or(call.selected)) {
        return match call.now.task(pid) {
            Some(_) => Ok(Written::Register { pid, reg }),
            None => Err(CommandError::at(word.column, format!("there is no task {pid}"))),
        };
    }
    let seen_by = call.selected.or(call.now.tasks.first().map(|task| task.pid));
    // A bare decimal number is more likely a task whose register was left out.
    let address = word.text.starts_with("0x").then(|| call.number_of(word)).flatten();
    match (address.map(|address| u16::try_from(address).ok().filter(|at| *at <= 0xFFFC)), seen_by) {
        (Some(Some(address)), Some(pid)) => Ok(Written::Memory { pid, address, bytes: 4 }),
        (Some(None), _) => Err(CommandError::at(word.column, "an address whose four bytes end at 0xFFFF is expected")),
        (None, _) | (_, None) => label(call, word),
    }
}

/// A data label of the selected task, or of the only task that has it.
fn label(call: &Call<'_>, word: &Word) -> Result<Written, CommandError> {
    let of = |task: &TaskView| {
        let named = task.listing.data.iter().find(|(_, name)| *name == word.text);
        named.map(|(address, _)| (task.pid, *address))
    };
    let all: Vec<(Pid, u32)> = call.now.tasks.iter().filter_map(of).collect();
    let selected = call.selected.and_then(|pid| call.now.task(pid)).and_then(of);
    let (pid, address) = match (selected, &all[..]) {
        (Some(one), _) => one,
        (None, [one]) => *one,
        (None, []) => {
            let message = format!("PID REG, PID ADDR, an address or a data label is expected, not \"{}\"", word.text);
            return Err(CommandError::at(word.column, message));
        }
        _ => {
            let message = format!("\"{}\" is a label of several tasks: say the pid before it", word.text);
            return Err(CommandError::at(word.column, message));
        }
    };
    let address = u16::try_from(address).ok().filter(|at| *at <= 0xFFFC);
    address
        .map(|address| Written::Memory { pid, address, bytes: 4 })
        .ok_or_else(|| CommandError::at(word.column, "a label in data memory is expected"))
}

/// The bookmarks.
#[derive(Serialize)]
struct Bookmarks<'b> {
    bookmarks: &'b [Bookmark],
}

pub(super) fn bookmark(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let Some(word) = call.args.take_next() else {
        let bookmarks = &call.now.history.bookmarks;
        let line = |b: &Bookmark| format!("{} turn {}, branch {}", padded(&b.name, 12), b.turn, b.branch);
        let lines: Vec<String> = bookmarks.iter().map(line).collect();
        return Ok(Reply::new(lines.join("\n"), Bookmarks { bookmarks }).into());
    };
    call.args.done()?;
    let taken = RESERVED.contains(&word.text.as_str()) || time(&word.text).is_some() || number(&word).is_ok();
    if taken || word.text.is_empty() {
        let message = "a name that is not a number or a time, nor start, present, ran, next or previous, is expected";
        return Err(CommandError::at(word.column, message));
    }
    Ok(Travel::Bookmark(word.text).into())
}

pub(super) fn branch(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let branch = match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => {
            call.args.done()?;
            return Ok(list(&call.now.branches).into());
        }
        Some("go") => {
            let (branch, turn) = (branch_number(call)?, call.count()?);
            call.args.done()?;
            Branch::Go { branch, turn }
        }
        Some("next") => {
            call.args.done()?;
            Branch::Next
        }
        Some("name") => {
            let (branch, name) = (branch_number(call)?, call.args.rest());
            if name.is_empty() {
                return Err(CommandError::at(call.args.end(), "a name is expected here"));
            }
            Branch::Name { branch, name }
        }
        Some("delete") => {
            let branch = branch_number(call)?;
            call.args.done()?;
            Branch::Delete(branch)
        }
        Some(_) => return Err(call.usage()),
    };
    Ok(Travel::Branch(branch).into())
}

fn branch_number(call: &mut Call<'_>) -> Result<u32, CommandError> {
    let number = call.number("the number of a branch")?;
    u32::try_from(number).map_err(|_| CommandError::new(format!("there is no branch {number}")))
}

/// The courses of events.
#[derive(Serialize)]
struct Branches<'b> {
    branches: &'b [BranchInfo],
}

fn list(branches: &[BranchInfo]) -> Reply {
    let line = |b: &BranchInfo| {
        let mark = if b.current { '*' } else { ' ' };
        let from = b.parent.map_or(String::new(), |f| format!(", left branch {} at turn {}", f.branch, f.turn));
        format!("{mark}{:3} {} {}{from}", b.number, padded(&b.name, 16), super::answer::count(b.present, "turn"))
    };
    let lines: Vec<String> = branches.iter().map(line).collect();
    Reply::new(lines.join("\n"), Branches { branches })
}

/// Turns that are looked through at most.
const LOOKED_AT: u64 = 100_000_000;

/// `writes PLACE [from FROM] [to TO]`.
pub(super) fn writes(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let from = turn_option(call, "from")?.unwrap_or(1);
    let to = turn_option(call, "to")?.unwrap_or(call.now.turn);
    let column = call.args.column();
    if to.saturating_sub(from) >= LOOKED_AT {
        return Err(CommandError::at(column, format!("at most {LOOKED_AT} turns are looked at: say from and to")));
    }
    call.blame = Some(column);
    Ok(Past::Writes { place: written(call)?, from, to }.into())
}

/// Every turn that wrote a place.
pub(super) fn writes_text(found: &WritesFound) -> String {
    let line = |w: &WriteAt| match (w.pid, w.pc) {
        (Some(pid), Some(pc)) => {
            let place = w.place.clone().unwrap_or_else(|| format!("0x{pc:04X}"));
            format!("{:10}  task {pid} at {place}  0x{:08X}", w.turn, w.value)
        }
        _ => format!("{:10}  from outside  0x{:08X}", w.turn, w.value),
    };
    let mut lines: Vec<String> = found.writes.iter().map(line).collect();
    if found.more > 0 {
        lines.insert(0, format!("{} before these are left out: say from and to", found.more));
    }
    if lines.is_empty() {
        lines.push(format!("nothing wrote there in turns {} to {}", found.from, found.to));
    }
    lines.join("\n")
}

/// The turn behind a word anywhere among the arguments.
fn turn_option(call: &mut Call<'_>, name: &str) -> Result<Option<u64>, CommandError> {
    let Some((column, value)) = call.args.remove_pair(name) else { return Ok(None) };
    let value = value.ok_or_else(|| CommandError::malformed(column, format!("a turn is expected after {name}")))?;
    number(&value).map(Some)
}

pub(super) fn jump(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let forward = match call.args.word("back or forward")?.text.as_str() {
        "back" => false,
        "forward" => true,
        _ => return Err(call.usage()),
    };
    let count = call.count()?.unwrap_or(1);
    call.args.done()?;
    Ok(Travel::Jump { forward, count }.into())
}

/// The places that were left.
#[derive(Serialize)]
struct Jumps {
    /// How many of them are behind.
    at: usize,
    jumps: Vec<Jump>,
}

pub(super) fn jumps(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let (jumps, at) = call.inspect()?.jumps();
    let line = |(i, jump): (usize, &Jump)| {
        let mark = if i + 1 == at { '>' } else { ' ' };
        format!("{mark}{:3}  turn {} of branch {}, left by {}", i + 1, jump.turn, jump.branch, jump.why)
    };
    let mut lines: Vec<String> = jumps.iter().enumerate().map(line).collect();
    if lines.is_empty() {
        lines.push("no place was left for another yet".to_owned());
    }
    Ok(Reply::new(lines.join("\n"), Jumps { at, jumps }))
}

pub(super) fn undo(call: &mut Call<'_>) -> Result<Request, CommandError> {
    call.args.done()?;
    Ok(Travel::Undo.into())
}

pub(super) fn redo(call: &mut Call<'_>) -> Result<Request, CommandError> {
    call.args.done()?;
    Ok(Travel::Redo.into())
}
