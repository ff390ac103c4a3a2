//! Registers, memory, the stack and code.

use super::arguments::unhex;
use super::symbols::{line, symbol};
use super::{Call, Handled, Refusal, member, refuse};
use crate::backend::request::Input;
use crate::backend::{BANK_BASE, Pid, RunState, Task, Wait};
use crate::text::hex;
use serde_json::{Value, json};
use std::sync::Arc;

/// Listings that are remembered as asked for.
const CACHED: usize = 4096;

/// A task's context in full.
pub(super) fn context(call: &Call<'_>, task: &Task) -> Result<Value, Refusal> {
    let local = call.local()?;
    let machine = local.machine();
    let cx = &task.context;
    let regs: Vec<u32> = (0..16).map(|i| machine.reg(task, i)).collect();
    let mut context = short(call, task, call.server.states.raw(task));
    let mut handles: Vec<(u16, u16)> = machine.mailboxes().handles(task.pid).collect();
    handles.sort_unstable();
    // The first three descriptors of a task are its standard streams.
    let handles = handles.iter().take(3).enumerate().map(|(fd, (handle, _))| (fd.to_string(), json!(handle)));
    context["regs"] = json!(regs);
    context["pc"] = json!(cx.pc);
    context["sp"] = json!(cx.sp);
    context["psw"] = json!(cx.flags.psw());
    context["stack_size"] = json!(cx.stack_top - cx.stack_limit);
    context["fd_table"] = Value::Object(handles.collect());
    Ok(context)
}

/// The context of a task whose registers stand beside it.
fn short(call: &Call<'_>, task: &Task, state: &str) -> Value {
    let cx = &task.context;
    let (kind, mailbox, handle) = match &task.wait {
        Some(Wait::Mailbox { descriptor, handle, .. }) => (Some("mailbox"), Some(*descriptor), Some(*handle)),
        Some(Wait::Sleep { .. }) => (Some("sleep"), None, None),
        None => (None, None, None),
    };
    let deadline = task.wait.as_ref().and_then(Wait::deadline).map(super::happened::seconds);
    json!({ "pid": task.pid, "state": state,
        "priority": call.server.states.priorities.get(&task.pid).copied().unwrap_or(10),
        "time_slice_steps": task.quantum, "time_slice_cycles": task.quantum, "accounted_steps": task.steps(),
        "accounted_cycles": task.steps(), "reg_base": cx.reg_base, "stack_base": cx.stack_limit,
        "stack_limit": cx.stack_limit, "wait_kind": kind, "wait_mailbox": mailbox, "wait_deadline": deadline,
        "wait_handle": handle, "exit_status": task.exit_status.filter(|_| task.state == RunState::Returned) })
}

/// The registers of a task.
pub(super) fn dump(call: &Call<'_>, pid: Pid) -> Result<Value, Refusal> {
    let task = call.task(pid)?;
    let machine = call.local()?.machine();
    let cx = &task.context;
    let regs: Vec<u32> = (0..16).map(|i| machine.reg(task, i)).collect();
    let ready = task.state == RunState::Ready && call.server.states.hold.is_none();
    let current = call.server.states.current == Some(pid);
    let state = if ready { "running" } else { call.server.states.raw(task) };
    let context = if current { short(call, task, state) } else { context(call, task)? };
    let mut dump = json!({ "pc": cx.pc, "sp": cx.sp, "flags": cx.flags.psw(), "psw": cx.flags.psw(), "running": ready,
        "steps": task.steps(), "cycles": task.steps(), "reg_base": cx.reg_base, "stack_base": cx.stack_limit,
        "stack_limit": cx.stack_limit, "stack_size": cx.stack_top - cx.stack_limit, "sp_effective": cx.sp,
        "context": context });
    for (i, value) in regs.iter().enumerate() {
        dump[format!("R{i}")] = json!(value);
    }
    dump["regs"] = json!(regs);
    Ok(dump)
}

/// `dumpregs`.
pub(super) fn registers(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    member("registers", dump(&call, pid)?)
}

/// `peek`.
pub(super) fn peek(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let address = call.arguments.address(&["addr", "address"])?.ok_or_else(|| call.arguments.missing("addr"))?;
    let length = call.arguments.count(&["length"])?.unwrap_or(16).min(1 << 16) as usize;
    let task = call.task(pid)?;
    member("data", hex::text(&call.local()?.machine().peek(task, address, length)))
}

/// `poke`.
pub(super) fn poke(mut call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let address = call.arguments.address(&["addr", "address"])?.ok_or_else(|| call.arguments.missing("addr"))?;
    let Some(bytes) = unhex(call.arguments.required("data")?) else { return refuse("poke data must be hex digits") };
    call.send(Input::Poke { pid, address, bytes })?;
    Ok(super::Reply::Now(json!({})))
}

/// `memory`.
pub(super) fn regions(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let op = call.arguments.op(&["op"], "regions");
    if op != "regions" {
        return refuse(format!("unknown memory op '{op}'"));
    }
    let task = call.task(pid)?;
    let (image, cx) = (&task.image, &task.context);
    let code = 4 * image.code.len();
    let region = |name: &str, start: usize, length: usize, permissions: &str, source: &str| {
        json!({ "name": name, "type": name, "start": start, "end": start + length, "length": length,
            "permissions": permissions, "source": source })
    };
    let mut first = region("code", 0, code, "rx", "hxe");
    first["details"] = json!({ "entry": image.entry });
    let mut regions = vec![first, region("registers", cx.reg_base.into(), 16 * 4, "rw", "vm")];
    let (bank, rodata) = (BANK_BASE as usize, image.rodata.len());
    if rodata > 0 {
        regions.push(region("rodata", bank, rodata, "r", "hxe"));
    }
    if image.bss > 0 {
        regions.push(region("bss", bank + rodata, image.bss as usize, "rw", "hxe"));
    }
    let stack = (cx.stack_top - cx.stack_limit) as usize;
    regions.push(region("stack", cx.stack_limit as usize, stack, "rw", "vm"));
    let counts = [image.values.len(), image.commands.len(), image.mailboxes.len()];
    let declared = counts.iter().filter(|count| **count > 0).count();
    let layout = json!({ "entry": image.entry, "code_len": code, "ro_len": rodata, "bss": image.bss,
        "app_name": task.name, "app_name_base": crate::backend::application(&task.name),
        "meta_count": declared,
        "allow_multiple": image.multiple, "version": image.version });
    let program = super::tasks::task(&call, pid, false)?["program"].clone();
    member("memory", json!({ "pid": pid, "program": program, "regions": regions, "layout": layout }))
}

/// `stack`.
pub(super) fn stack(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let most =
        call.arguments.count(&["max", "limit", "frames"])?.filter(|most| *most > 0).unwrap_or(16).min(64) as usize;
    let (local, task) = (call.local()?, call.task(pid)?);
    let (frames, more) = local.frames(pid);
    let cx = &task.context;
    let program = local.program(pid);
    let shown = frames.iter().take(most).enumerate().map(|(index, frame)| {
        // An outer frame stands behind its call, as an executive has it.
        let sp = if index == 0 { cx.sp } else { frames[index - 1].at + 4 };
        let fp = frame.r7.filter(|r7| (cx.stack_limit..cx.stack_top).contains(r7));
        let mut shown = json!({ "index": index, "pc": frame.pc, "sp": sp, "fp": fp, "return_pc": frame.returns_to });
        if let Some(symbol) = program.and_then(|program| symbol(program, frame.pc)) {
            shown["func_name"] = symbol["name"].clone();
            shown["func_addr"] = symbol["address"].clone();
            shown["func_offset"] = symbol["offset"].clone();
            shown["symbol"] = symbol;
        }
        if let Some(line) = program.and_then(|program| line(program, frame.pc)) {
            shown["line_num"] = line["line"].clone();
            shown["file"] = line["file"].clone();
            shown["line"] = line;
        }
        shown
    });
    let shown: Vec<Value> = shown.collect();
    let truncated = frames.len() > most || more > 0;
    let errors: &[&str] = if truncated { &["frame_limit_reached"] } else { &[] };
    member(
        "stack",
        json!({ "pid": pid, "frames": shown, "truncated": truncated, "errors": errors,
        "stack_base": cx.stack_limit, "stack_limit": cx.stack_limit, "stack_low": cx.stack_limit,
        "stack_high": cx.stack_top, "initial_sp": cx.sp, "initial_fp": call.local()?.machine().reg(task, 7) }),
    )
}

/// `disasm`.
pub(super) fn disassemble(call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let (local, task) = (call.local()?, call.task(pid)?);
    let start = call.arguments.address(&["addr", "address"])?.map_or(task.context.pc, u32::from) & !3;
    let requested = call.arguments.count(&["count"])?.unwrap_or(8).clamp(1, 64);
    let mode = call.arguments.op(&["mode"], "on-demand");
    if !matches!(&*mode, "on-demand" | "cached") {
        return refuse(format!("unknown disasm mode '{mode}'"));
    }
    let listing = local.listing(pid).map(Arc::clone).unwrap_or_default();
    let program = local.program(pid);
    let (mut pc, mut rows, mut data) = (start, Vec::new(), String::new());
    while (rows.len() as u64) < requested
        && let Some(word) = task.code.word_at(pc)
    {
        let insn = task.code.insn_at(pc);
        let size = insn.map_or(4, |insn| insn.size());
        let row = listing.row_at(pc).map(|at| &listing.rows[at]).filter(|row| row.address == pc);
        let mut bytes = word.to_be_bytes().to_vec();
        let extended = (size == 8).then(|| task.code.word_at(pc + 4)).flatten();
        bytes.extend(extended.into_iter().flat_map(u32::to_be_bytes));
        let raw = word & 0xFFF;
        let mut shown = json!({ "index": rows.len(), "pc": pc, "size": size, "word": word,
            "mnemonic": row.map_or_else(|| format!("0x{:02X}", word >> 24), |row| row.mnemonic.clone()),
            "rd": word >> 20 & 15, "rs1": word >> 16 & 15, "rs2": word >> 12 & 15,
            "imm": if raw & 0x800 != 0 { i64::from(raw) - 0x1000 } else { i64::from(raw) }, "imm_raw": raw,
            "operands": row.map_or("", |row| &row.operands), "bytes": hex::text(&bytes) });
        if let Some(word) = extended {
            shown["extended_word"] = json!(word);
        }
        if let Some(target) = insn.and_then(|insn| insn.target(pc)) {
            shown["target"] = json!(target);
            if let Some(symbol) = program.and_then(|program| symbol(program, target)) {
                shown["target_symbol"] = symbol;
            }
        }
        if let Some(symbol) = program.and_then(|program| symbol(program, pc)) {
            if symbol["offset"] == 0 {
                shown["label"] = symbol["name"].clone();
            }
            shown["symbol"] = symbol;
        }
        if let Some(line) = program.and_then(|program| line(program, pc)) {
            shown["line"] = line;
        }
        data += &hex::text(&bytes);
        rows.push(shown);
        pc += size;
    }
    // Code does not change: what is shown is always the stored listing. What is reported is whether it was asked for before.
    let cached = mode == "cached" && !call.server.cached.insert((pid, start, requested));
    if call.server.cached.len() > CACHED {
        call.server.cached.clear();
    }
    member(
        "disasm",
        json!({ "pid": pid, "address": start, "count": rows.len(), "requested": requested, "mode": mode,
        "cached": cached, "truncated": (rows.len() as u64) < requested, "bytes_read": data.len() / 2, "data": data,
        "instructions": rows }),
    )
}
