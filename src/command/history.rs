//! Commands that go about in time: back and forth, to marks, to writes, between branches.

use super::parse::{Word, did_you_mean, number};
use super::reply::{CommandError, Reply, sentence};
use super::{Call, change, event};
use crate::backend::{Local, Moment, Pid, Reg, Spot, Status, TargetError, TravelError, Via, Write};
use serde_json::{Value, json};

impl From<TravelError> for CommandError {
    fn from(error: TravelError) -> CommandError {
        TargetError::from(error).into()
    }
}

/// Where the cursor is now, in the words and fields of a run's reply.
pub(super) fn arrived(call: &Call<'_>) -> Reply {
    let (machine, session) = (call.target.machine(), call.target.session());
    let (turn, time_us, present) = (machine.turns(), machine.time_us(), session.present());
    let stop = session.status();
    let place = if session.at_present() { "the present".into() } else { format!("the present is turn {present}") };
    let why = if *stop == Status::Visited { String::new() } else { format!("{}; ", sentence(stop)) };
    let json = json!({ "turn": turn, "time_us": time_us, "stop": stop, "present": present,
                       "past": !session.at_present(), "branch": session.history().branch });
    Reply::new(format!("{why}turn {turn}, {time_us} us, {place}"), json)
}

/// The task that is meant: named, selected, or the one that ran last.
fn whose(call: &mut Call<'_>) -> Result<Pid, CommandError> {
    let named = call.args.pid_option(call.target)?;
    let pid = named.or(call.selected).or(call.target.machine().ran());
    pid.ok_or_else(|| CommandError::new("nothing has run before this turn"))
}

pub(super) fn back(call: &mut Call<'_>) -> Result<Reply, CommandError> {
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
        call.target.travel()?.back_to(pid, moment)?;
        return Ok(arrived(call));
    }
    let pid = call.args.pid_option(call.target)?;
    step_back(call, pid)
}

pub(super) fn reverse_stepi(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid_option(call.target)?.or(call.selected);
    step_back(call, pid)
}

fn step_back(call: &mut Call<'_>, pid: Option<Pid>) -> Result<Reply, CommandError> {
    let count = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    let session = call.target.travel()?;
    match pid {
        Some(pid) => session.back_of(pid, count)?,
        None => session.back(count)?,
    }
    Ok(arrived(call))
}

pub(super) fn reverse_next(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = whose(call)?;
    let count = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    for _ in 0..count {
        call.target.travel()?.reverse_next(pid)?;
    }
    Ok(arrived(call))
}

pub(super) fn reverse_line(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = whose(call)?;
    let into = call.args.take("into");
    let count = call.args.count()?.unwrap_or(1);
    call.args.done()?;
    for _ in 0..count {
        call.target.reverse_line(pid, into)?;
    }
    let mut reply = arrived(call);
    if let Some(place) = call.target.source_place(pid) {
        reply.text = format!("{}; {}", super::reply::source_place(&place), reply.text);
        reply.json["place"] = super::reply::place_fields(&place).into_iter().collect();
    }
    Ok(reply)
}

pub(super) fn reverse_finish(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = whose(call)?;
    call.args.done()?;
    call.target.travel()?.reverse_finish(pid)?;
    Ok(arrived(call))
}

pub(super) fn reverse_continue(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    call.target.travel()?.start_reverse_continue()?;
    Ok(Reply::started())
}

pub(super) fn goto(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let word = call.args.word("a turn, a time such as 300us, a bookmark, start, present, next or previous")?;
    match word.text.as_str() {
        "next" => return event::goto(call, true),
        "previous" => return event::goto(call, false),
        "ran" => return ran(call),
        _ => call.args.done()?,
    }
    let session = call.target.travel()?;
    let present = session.present();
    match (word.text.as_str(), time(&word.text)) {
        ("present", _) => session.seek(present)?,
        ("start", _) => session.seek(0)?,
        (_, Some(time_us)) => session.seek_time(time_us)?,
        (name, None) if session.bookmarks().iter().any(|b| b.name == name) => session.seek_bookmark(name)?,
        _ => {
            let turn = number(&word).map_err(|_| no_place(call, &word))?;
            call.target.travel()?.seek(turn)?;
        }
    }
    Ok(arrived(call))
}

/// `300us`, `2ms` or `1s` in microseconds.
pub(super) fn time(text: &str) -> Option<u64> {
    let units = [("us", 1), ("ms", 1000), ("s", 1_000_000)];
    let read = |(unit, us): (&str, u64)| text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(us);
    units.into_iter().find_map(read)
}

/// `goto ran PLACE [-p PID]`.
fn ran(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid_option(call.target)?;
    let pc = call.args.code_address(call.target, pid.or(call.selected))?;
    call.args.done()?;
    call.target.travel()?.last_ran(pc, pid)?;
    Ok(arrived(call))
}

fn no_place(call: &Call<'_>, word: &Word) -> CommandError {
    let names: Vec<&str> = call.target.session().bookmarks().iter().map(|b| b.name.as_str()).collect();
    let near = did_you_mean(&word.text, &names);
    CommandError::at(word.column, format!("there is no bookmark \"{}\"{near}", word.text))
}

pub(super) fn last_write(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let spot = spot(call)?;
    let write = call.target.travel()?.last_write(spot)?;
    Ok(wrote(call, write))
}

pub(super) fn next_write(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let spot = spot(call)?;
    let write = call.target.travel()?.next_write(spot)?;
    Ok(wrote(call, write))
}

pub(super) fn origin(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("tree") {
        return super::origins::tree(call);
    }
    call.args.done()?;
    let (via, write) = call.target.travel()?.origin()?;
    let mut reply = wrote(call, write);
    let how = match via {
        Via::Move => "moved from a register",
        Via::Load => "loaded from memory",
        Via::Store => "stored from a register",
        Via::Message => "received in a message",
    };
    reply.text = format!("{how}; {}", reply.text);
    reply.json["via"] = json!(via);
    Ok(reply)
}

fn wrote(call: &Call<'_>, write: Write) -> Reply {
    let Write { writer, old, new } = write;
    let mut reply = arrived(call);
    let place =
        |pid: Pid, pc: u32| {
            let label = call.target.listing(pid).and_then(|l| l.label_at(pc));
            label.map_or(String::new(), |(name, offset)| {
                if offset == 0 { format!(" ({name})") } else { format!(" ({name}+{offset:X})") }
            })
        };
    let who = match (writer.pid, writer.pc) {
        (Some(pid), Some(pc)) => format!("task {pid} at {pc:04X}{}", place(pid, pc)),
        _ => "something from outside".into(),
    };
    reply.text = format!("turn {}: {who} wrote {new:08X}, before it was {old:08X}", writer.turn);
    let fields = [
        ("pid", json!(writer.pid)),
        ("pc", json!(writer.pc)),
        ("old", json!(old)),
        ("new", json!(new)),
        ("turn", json!(writer.turn)),
    ];
    fields.into_iter().for_each(|(name, value)| reply.json[name] = value);
    reply
}

/// `PID REG`, `PID ADDR [LEN]`, a variable of C or a data label.
pub(super) fn spot(call: &mut Call<'_>) -> Result<Spot, CommandError> {
    let first = call.args.word("PID REG, PID ADDR or a label")?;
    if call.args.is_empty() {
        if let Ok(Some((pid, address, size))) = call.target.c_place(&first.text, call.selected) {
            let found = Spot::seen(call.target.machine(), pid, address, size.min(4));
            return found.ok_or_else(|| CommandError::at(first.column, "a variable in data memory is expected"));
        }
        return label(call.target, call.selected, &first);
    }
    call.args.put_back(first);
    let pid = call.args.pid(call.target)?;
    let column = call.args.column();
    let machine = call.target.machine();
    let found = match call.args.peek().and_then(change::register) {
        Some(Reg::R(i)) => {
            call.args.take_next();
            Spot::register(machine, pid, i)
        }
        Some(_) => {
            return Err(CommandError::at(column, "R0..R15 or an address is expected: PC, SP and PSW are no memory"));
        }
        None => {
            let address = call.args.address(call.target, pid)?;
            let length = call.args.count()?.unwrap_or(4);
            if !(1..=4).contains(&length) {
                return Err(CommandError::at(call.args.end(), "a length from 1 to 4 is expected"));
            }
            Spot::seen(machine, pid, address, length as u32)
        }
    };
    call.args.done()?;
    found.ok_or_else(|| CommandError::at(column, "an address whose bytes end at 0xFFFF is expected"))
}

/// A data label of the selected task, or of the only task that has it.
fn label(target: &Local, selected: Option<Pid>, word: &Word) -> Result<Spot, CommandError> {
    let of = |pid: Pid| {
        let data = &target.listing(pid)?.data;
        data.iter().find(|(_, name)| *name == word.text).map(|(address, _)| (pid, *address))
    };
    let all: Vec<(Pid, u32)> = target.machine().tasks().iter().filter_map(|t| of(t.pid)).collect();
    let one = match (selected.and_then(of), &all[..]) {
        (Some(one), _) => one,
        (None, [one]) => *one,
        (None, []) => {
            let message = format!("PID REG, PID ADDR or a data label is expected, not \"{}\"", word.text);
            return Err(CommandError::at(word.column, message));
        }
        _ => {
            let message = format!("\"{}\" is a label of several tasks: say the pid before it", word.text);
            return Err(CommandError::at(word.column, message));
        }
    };
    let spot = u16::try_from(one.1).ok().and_then(|at| Spot::seen(target.machine(), one.0, at, 4));
    spot.ok_or_else(|| CommandError::at(word.column, "a label in data memory is expected"))
}

pub(super) fn bookmark(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let Some(word) = call.args.take_next() else {
        let marks = call.target.session().bookmarks();
        let lines: Vec<String> =
            marks.iter().map(|b| format!("{:12} turn {}, branch {}", b.name, b.turn, b.branch)).collect();
        return Ok(Reply::new(lines.join("\n"), json!({ "bookmarks": marks })));
    };
    call.args.done()?;
    let taken = matches!(word.text.as_str(), "present" | "start" | "next" | "previous") || time(&word.text).is_some();
    if taken || word.text.is_empty() || number(&word).is_ok() {
        return Err(CommandError::at(
            word.column,
            "a name that is no number, no time and none of start, present, next, previous is expected",
        ));
    }
    call.target.travel()?.bookmark(&word.text);
    let (turn, branch) = (call.target.machine().turns(), call.target.session().history().branch);
    Ok(Reply::new(
        format!("{} is turn {turn}", word.text),
        json!({ "name": word.text, "turn": turn, "branch": branch }),
    ))
}

pub(super) fn branch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    match call.args.take_next().as_ref().map(|w| w.text.as_str()) {
        None | Some("list") => {
            call.args.done()?;
            Ok(list(call))
        }
        Some("go") => {
            let branch = branch_number(call)?;
            let turn = call.args.count()?.unwrap_or(u64::MAX);
            call.args.done()?;
            call.target.travel()?.go(branch, turn)?;
            Ok(arrived(call))
        }
        Some("next") => {
            call.args.done()?;
            next_branch(call)
        }
        Some("name") => {
            let branch = branch_number(call)?;
            let name = call.args.rest();
            if name.is_empty() {
                return Err(CommandError::at(call.args.end(), "a name is expected here"));
            }
            call.target.travel()?.name_branch(branch, &name)?;
            Ok(Reply::new(format!("branch {branch} is {name}"), json!({ "branch": branch, "name": name })))
        }
        Some("delete") => {
            let branch = branch_number(call)?;
            call.args.done()?;
            call.target.travel()?.delete_branch(branch)?;
            Ok(Reply::new(format!("branch {branch} is gone"), json!({ "branch": branch })))
        }
        Some(_) => Err(call.usage()),
    }
}

/// The same turn of the branch after this one, around all of them.
fn next_branch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let session = call.target.travel()?;
    let branches = session.branches();
    let here = branches.iter().position(|b| b.current).unwrap_or(0);
    let next = &branches[(here + 1) % branches.len()];
    if next.current {
        return Err(CommandError::new("there is no other branch: a change in the past begins one"));
    }
    let turn = session.machine().turns();
    session.go(next.number, turn)?;
    let mut reply = arrived(call);
    reply.text = format!("branch {} {}: {}", next.number, next.name, reply.text);
    Ok(reply)
}

fn branch_number(call: &mut Call<'_>) -> Result<u32, CommandError> {
    let number = call.args.number("the number of a branch")?;
    u32::try_from(number).map_err(|_| CommandError::from(TravelError::NoBranch(u32::MAX)))
}

fn list(call: &Call<'_>) -> Reply {
    let branches = call.target.session().branches();
    let line = |b: &crate::backend::BranchInfo| {
        let mark = if b.current { '*' } else { ' ' };
        let from = b.parent.map_or(String::new(), |f| format!(", left branch {} at turn {}", f.branch, f.turn));
        format!("{mark}{:3} {:16} {} turns{from}", b.number, b.name, b.present)
    };
    let lines: Vec<String> = branches.iter().map(line).collect();
    Reply::new(lines.join("\n"), json!({ "branches": branches }))
}

pub(super) fn undo(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    let input = call.target.travel()?.undo()?;
    let mut reply = arrived(call);
    reply.text = format!("{} taken back; {}", input.name(), reply.text);
    reply.json["undone"] = Value::from(input.name());
    Ok(reply)
}

pub(super) fn redo(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.done()?;
    call.target.travel()?.redo()?;
    Ok(arrived(call))
}

/// Adds to an answer that a branch began, if one did.
pub(super) fn tell_fork(target: &Local, reply: &mut Reply) {
    let Some(fork) = target.session().forked() else { return };
    let (branch, from, turn, kept) = (fork.branch, fork.from, fork.turn, fork.kept);
    let note =
        format!("branch {branch} begins at turn {turn}; branch {from} with its {kept} turns is kept: branch go {from}");
    reply.text = if reply.text.is_empty() { note } else { format!("{}\n{note}", reply.text) };
    if let Value::Object(fields) = &mut reply.json {
        fields.insert("forked".into(), json!(fork));
    }
}
