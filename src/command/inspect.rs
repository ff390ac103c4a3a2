//! Commands that look at tasks and memory.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::Task;
use crate::backend::view;
use crate::backend::{Pid, State, flag_letters};
use serde_json::{Value, json};
use std::fmt::Write;

/// Bytes shown when no length is given.
const PEEK: u64 = 16;
/// Longest peek.
const PEEK_MOST: u64 = 0x1_0000;

pub(super) fn ps(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let only = if call.args.is_empty() { None } else { Some(call.args.pid(call.target)?) };
    call.args.done()?;
    let machine = call.target.machine();
    let shown = || machine.tasks().iter().filter(|t| only.is_none_or(|pid| t.pid == pid));
    let mut text = String::from("  pid name            state         turns switches   pc   sp base stack      wait");
    for task in shown() {
        let mark = match task.pid {
            pid if Some(pid) == machine.ran() => '>',
            pid if Some(pid) == machine.next() => '~',
            _ => ' ',
        };
        let counters = task.counters();
        let cx = &task.context;
        let _ = write!(
            text,
            "\n{mark} {:3} {:15} {:11} {:7} {:8} {:04X} {:04X} {:04X} {:04X}..{:04X} {}",
            task.pid,
            task.name,
            state_text(task),
            counters.turns,
            counters.switches,
            cx.pc,
            cx.sp,
            cx.reg_base,
            cx.stack_limit,
            cx.stack_top,
            wait_text(call, task),
        );
    }
    if machine.tasks().is_empty() {
        text = "no tasks".into();
    }
    let running = call.target.running();
    let tasks: Vec<Value> = shown().map(|t| task_json(call, t, running)).collect();
    Ok(Reply::new(text, json!({ "tasks": tasks })))
}

/// `returned 5`, `FAULT div_zero`, `ready`.
pub(super) fn state_text(task: &Task) -> String {
    match (task.state, task.exit_status, task.fault) {
        (State::Faulted, _, Some(f)) => f.fault.name().to_owned(),
        (state @ (State::Returned | State::Exited), Some(status), _) => format!("{} {status}", state.name()),
        (state, ..) => state.name().to_owned(),
    }
}

fn wait_text(call: &Call<'_>, task: &Task) -> String {
    let Some(wait) = view::wait_of(call.target.machine(), task) else { return String::new() };
    let what = wait.name.unwrap_or_else(|| "sleep".into());
    wait.deadline_us.map_or(what.clone(), |at| format!("{what} until {at} us"))
}

/// One task as other programs rely on it.
pub(super) fn task_json(call: &Call<'_>, task: &Task, running: bool) -> Value {
    let machine = call.target.machine();
    let counters = task.counters();
    let cx = &task.context;
    let state = if running && machine.ran() == Some(task.pid) && task.state == State::Ready {
        "running"
    } else {
        task.state.name()
    };
    json!({
        "pid": task.pid,
        "name": task.name,
        "state": state,
        "exit_status": task.exit_status,
        "fault": task.fault.map(|f| fault_json(f.fault, f.pc)),
        "turns": counters.turns,
        "switches": counters.switches,
        "pc": cx.pc,
        "psw": cx.flags.psw(),
        "sp": cx.sp,
        "reg_base": cx.reg_base,
        "stack_base": cx.stack_limit,
        "stack_limit": cx.stack_limit,
        "stack_top": cx.stack_top,
        "wait": view::wait_of(machine, task),
        "quantum": task.quantum,
        "depth": cx.depth,
        "counters": counters,
    })
}

fn fault_json(fault: crate::backend::Fault, pc: u32) -> Value {
    let mut json = json!({ "kind": fault.name(), "pc": pc });
    if let Some(address) = fault.address() {
        json["address"] = address.into();
    }
    json
}

pub(super) fn dumpregs(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    let machine = call.target.machine();
    let task = task(call, pid)?;
    let cx = &task.context;
    let regs: Vec<u32> = (0..16).map(|i| machine.reg(task, i)).collect();
    let psw = cx.flags.psw();
    let mut text = format!(
        "task {pid} {}: pc {:04X}  sp {:04X}  psw {}  reg_base {:04X}  stack {:04X}..{:04X}",
        task.name,
        cx.pc,
        cx.sp,
        flag_letters(psw),
        cx.reg_base,
        cx.stack_limit,
        cx.stack_top
    );
    for (row, words) in (0..).zip(regs.chunks(4)) {
        let _ = write!(text, "\n{:04X}", cx.reg_base + 16 * row);
        for (i, word) in (4 * row..).zip(words) {
            let _ = write!(text, "  R{i:<2} {word:08X}");
        }
    }
    Ok(Reply::new(
        text,
        json!({ "pid": pid, "pc": cx.pc, "psw": psw, "sp": cx.sp, "reg_base": cx.reg_base,
                "stack_base": cx.stack_limit, "stack_limit": cx.stack_limit, "regs": regs }),
    ))
}

pub(super) fn stack(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let most = call.args.count()?.unwrap_or(32) as usize;
    call.args.done()?;
    let machine = call.target.machine();
    let task = task(call, pid)?;
    let cx = &task.context;
    let listing = call.target.listing(pid);
    let all = (cx.stack_top.saturating_sub(cx.sp) / 4) as usize;
    let mut text = format!(
        "task {pid}: guard {:04X}  sp {:04X}  top {:04X}  used {} of {}  deepest {}",
        cx.stack_limit,
        cx.sp,
        cx.stack_top,
        cx.stack_top - cx.sp,
        cx.stack_top - cx.stack_limit,
        task.counters().deepest
    );
    let mut words = Vec::new();
    for i in 0..all.min(most) {
        let address = cx.sp + 4 * i as u32;
        let bytes = machine.peek(task, address as u16, 4);
        let word = bytes.iter().rev().fold(0u32, |w, b| w << 8 | u32::from(*b));
        let label = listing.filter(|l| returns_to(l, word)).and_then(|l| l.label_at(word));
        let label =
            label.map(|(name, offset)| if offset == 0 { name.to_owned() } else { format!("{name}+{offset:X}") });
        let _ = write!(
            text,
            "\n{address:04X}  {word:08X}  {}",
            label.as_ref().map_or(String::new(), |l| format!("returns to {l}"))
        );
        words.push(json!({ "address": address, "value": word, "returns_to": label }));
    }
    if all > most {
        let _ = write!(text, "\n…     {} more words", all - most);
    }
    Ok(Reply::new(
        text,
        json!({ "pid": pid, "sp": cx.sp, "stack_limit": cx.stack_limit, "stack_top": cx.stack_top,
                "used": cx.stack_top - cx.sp, "deepest": task.counters().deepest, "depth": cx.depth, "words": words }),
    ))
}

/// A word that is the address behind a CALL.
fn returns_to(listing: &crate::backend::Listing, word: u32) -> bool {
    let before = word.checked_sub(4).and_then(|at| listing.row_at(at)).and_then(|i| listing.rows.get(i));
    before.is_some_and(|row| row.address + 4 == word && row.mnemonic == "CALL")
}

pub(super) fn peek(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let address = call.args.address(call.target, pid)?;
    let len = call.args.count()?.unwrap_or(PEEK).min(PEEK_MOST) as usize;
    call.args.done()?;
    let bytes = call.target.machine().peek(task(call, pid)?, address, len);
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let mut text = String::new();
    for (i, row) in bytes.chunks(16).enumerate() {
        let hex: Vec<String> = row.iter().map(|b| format!("{b:02X}")).collect();
        let plain: String = row.iter().map(|b| if (0x20..0x7F).contains(b) { char::from(*b) } else { '.' }).collect();
        let at = usize::from(address) + 16 * i;
        let _ = write!(text, "{}{at:04X}  {:47}  {plain}", if i == 0 { "" } else { "\n" }, hex.join(" "));
    }
    Ok(Reply::new(text, json!({ "pid": pid, "address": address, "bytes": hex })))
}

pub(super) fn disasm(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let pc = task(call, pid)?.context.pc;
    let from = if call.args.is_empty() { pc } else { call.args.code_address(call.target, Some(pid))? };
    let count = call.args.count()?.unwrap_or(8) as usize;
    call.args.done()?;
    instructions(call, pid, from, count)
}

/// Instructions of a task from an address on.
pub(super) fn instructions(call: &Call<'_>, pid: Pid, from: u32, count: usize) -> Result<Reply, CommandError> {
    let pc = task(call, pid)?.context.pc;
    let Some(listing) = call.target.listing(pid) else { return Ok(Reply::new("no code", json!({ "rows": [] }))) };
    let mut text = String::new();
    let mut rows = Vec::new();
    for row in listing.rows.iter().skip(listing.row_at(from).unwrap_or(0)).take(count) {
        if let Some((name, 0)) = listing.label_at(row.address) {
            let _ = writeln!(text, "      {name}:");
        }
        let mark = if row.address == pc { '>' } else { ' ' };
        let note = if row.note.is_empty() { String::new() } else { format!("  ; {}", row.note) };
        let _ = writeln!(text, "{mark} {:04X}  {:6}{:20}{note}", row.address, row.mnemonic, row.operands);
        rows.push(
            json!({ "address": row.address, "word": row.word, "mnemonic": row.mnemonic, "operands": row.operands,
            "note": row.note, "line": row.source.map(|(_, line)| line) }),
        );
    }
    Ok(Reply::new(text.trim_end(), json!({ "pid": pid, "pc": pc, "rows": rows })))
}

pub(super) fn memory(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if !call.args.take("regions") {
        return Err(call.usage());
    }
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    let task = task(call, pid)?;
    let bank = task.bank.len() as u32;
    let mut regions = vec![("code", 0, task.code.len()), ("registers", task.arena.bank.start, 64)];
    if bank > 0 {
        regions.push(("data", crate::backend::BANK_BASE, bank));
    }
    regions.push(("stack", task.arena.stack.start, task.arena.stack.end - task.arena.stack.start));
    let line =
        |(name, start, len): &(&str, u32, u32)| format!("{start:04X}..{:04X}  {len:6} bytes  {name}", start + len);
    let text: Vec<String> = regions.iter().map(line).collect();
    let json: Vec<Value> =
        regions.iter().map(|(name, start, len)| json!({ "name": name, "start": start, "length": len })).collect();
    Ok(Reply::new(text.join("\n"), json!({ "pid": pid, "regions": json })))
}

pub(super) fn symbols(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    call.args.done()?;
    let Some(program) = call.target.program(pid) else { return Ok(Reply::new("no symbols", json!({ "symbols": [] }))) };
    let list = &program.symbols.symbols;
    let line = |s: &crate::backend::Symbol| {
        format!("{:04X}  {:4}  {}", s.address, format!("{:?}", s.space).to_lowercase(), s.name)
    };
    let text: Vec<String> = list.iter().map(line).collect();
    let text = if text.is_empty() { "no symbols".to_owned() } else { text.join("\n") };
    Ok(Reply::new(text, json!({ "pid": pid, "symbols": list })))
}

pub(super) fn task<'a>(call: &'a Call<'_>, pid: Pid) -> Result<&'a Task, CommandError> {
    call.target.machine().task(pid).ok_or_else(|| CommandError::new(format!("there is no task {pid}")))
}
