//! Tasks: listed, loaded, paused, resumed, removed.

use super::happened::{finite, seconds};
use super::{Call, Handled, Refusal, Reply, member, refuse};
use crate::backend::answer::Done;
use crate::backend::request::{File, Input, Run};
use crate::backend::{Local, Pid, Program, RunState, Task, Wait, f16, host};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Where a program came from, in full.
fn origin(program: Option<&Program>) -> String {
    let Some(program) = program else { return String::new() };
    match program.path() {
        Some(path) => host::canonical(path).unwrap_or_else(|| path.to_owned()).display().to_string(),
        None => program.stem(),
    }
}

/// The names that a task's program has, as the protocol tells of them.
pub(super) fn symbols(local: &Local, pid: Pid) -> Value {
    let Some(program) = local.program(pid) else { return json!({ "pid": pid, "loaded": false }) };
    let count = program.symbols.symbols.len();
    let path = program.path().map(|path| match path.extension() {
        Some(extension) if extension == "hxe" => path.with_extension("sym"),
        _ => path.to_owned(),
    });
    let mut symbols = json!({ "pid": pid, "loaded": count > 0 });
    if let Some(path) = path {
        symbols["path"] = json!(path.display().to_string());
    }
    if count > 0 {
        symbols["count"] = json!(count);
    }
    symbols
}

/// A task as the machine has it.
fn raw(call: &Call<'_>, task: &Task) -> Result<Map<String, Value>, Refusal> {
    let local = call.local()?;
    let image = &task.image;
    let counts = [image.values.len(), image.commands.len(), image.mailboxes.len()];
    let sections = counts.iter().filter(|count| **count > 0).count();
    let sleep = match task.wait {
        Some(Wait::Sleep { deadline }) if task.state == RunState::Sleeping => Some(deadline),
        _ => None,
    };
    let left = |deadline: u64| deadline.saturating_sub(local.machine().time_us()).div_ceil(1000);
    let cx = &task.context;
    let value = json!({ "pid": task.pid, "program": origin(local.program(task.pid)),
        "state": call.server.states.raw(task), "app_name": task.name,
        "app_name_base": crate::backend::application(&task.name), "pc": cx.pc,
        "priority": call.server.states.priorities.get(&task.pid).copied().unwrap_or(10), "quantum": task.quantum,
        "accounted_steps": task.steps(), "accounted_cycles": task.steps(), "sleep_pending": sleep.is_some(),
        "sleep_pending_ms": sleep.map(left), "sleep_deadline": sleep.map(seconds),
        "exit_status": task.exit_status.filter(|_| task.state == RunState::Returned),
        "trace": call.server.records.has(task.pid),
        "metadata": { "sections": sections, "values": counts[0], "commands": counts[1], "mailboxes": counts[2] },
        "reg_base": cx.reg_base, "stack_base": cx.stack_limit, "stack_limit": cx.stack_limit,
        "stack_size": cx.stack_top - cx.stack_limit });
    let Value::Object(mut members) = value else { return Ok(Map::new()) };
    if let Some(fault) = task.fault {
        members.insert("fault".into(), json!({ "kind": fault.fault.name(), "pc": fault.pc }));
    }
    Ok(members)
}

/// A task as clients see it: as the machine has it, or with what the executive knows.
pub(super) fn task(call: &Call<'_>, pid: Pid, full: bool) -> Result<Value, Refusal> {
    let local = call.local()?;
    let task = call.task(pid)?;
    let mut members = raw(call, task)?;
    members.insert("state".into(), json!(call.server.states.of(task)));
    if full {
        let breakpoints = call.server.stops.of(pid);
        if !breakpoints.is_empty() {
            members.insert("breakpoints".into(), json!(breakpoints));
        }
        let symbols = symbols(local, pid);
        if symbols["loaded"] == true {
            members.insert("symbols".into(), json!({ "path": symbols["path"], "count": symbols["count"] }));
        }
        if let Some(wait) = super::happened::wait(local, task).filter(|_| task.state == RunState::WaitingMbx) {
            for (name, from) in [("wait_mailbox", "descriptor"), ("wait_handle", "handle"), ("wait_timeout", "timeout")]
            {
                members.insert(name.into(), wait[from].clone());
            }
            if !wait["deadline"].is_null() {
                members.insert("wait_deadline".into(), wait["deadline"].clone());
            }
        }
    }
    Ok(Value::Object(members))
}

fn pids(call: &Call<'_>) -> Result<Vec<Pid>, Refusal> {
    Ok(call.local()?.machine().tasks().iter().map(|task| task.pid).collect())
}

/// `ps`.
pub(super) fn ps(call: Call<'_>) -> Handled {
    let tasks = pids(&call)?.into_iter().map(|pid| task(&call, pid, true)).collect::<Result<Vec<_>, _>>()?;
    member("tasks", json!({ "tasks": tasks, "current_pid": call.server.states.current }))
}

/// `info`.
pub(super) fn info(call: Call<'_>) -> Handled {
    let mut info = state(&call)?;
    if let Some(number) = call.arguments.get("pid") {
        info["selected_pid"] = super::arguments::whole(number).map_or(Value::Null, |pid| json!(pid));
        match call.pid().and_then(|pid| super::memory::dump(&call, pid)) {
            Ok(registers) => info["selected_registers"] = registers,
            Err(Refusal(error)) => info["selected_error"] = json!(error),
        }
    }
    let clock = call.server.clock(call.target);
    info["auto"] = clock["running"].clone();
    info["clock"] = clock;
    member("info", info)
}

fn state(call: &Call<'_>) -> Result<Value, Refusal> {
    let local = call.local()?;
    let machine = local.machine();
    let current = call.server.states.current.or(call.server.states.hold.map(|hold| hold.pid));
    let current = current.and_then(|pid| machine.task(pid));
    let tasks = machine.tasks().iter().map(|task| raw(call, task).map(Value::Object)).collect::<Result<Vec<_>, _>>()?;
    let (counters, trace) = super::scheduler::scheduler(local, 32);
    let limits = machine.mailboxes().limits();
    let name = if limits.max_descriptors >= 256 { "desktop" } else { "embedded" };
    let program = machine.tasks().last().map(|task| origin(local.program(task.pid)));
    let counted = machine.tasks().iter().map(|task| {
        let counters = &task.counters;
        let counted = json!({ "MAILBOX_STEP": counters.sends + counters.receives, "MAILBOX_WAKE": counters.wakes,
            "MAILBOX_TIMEOUT": counters.timeouts });
        (task.pid.to_string(), counted)
    });
    let mailbox: Map<String, Value> = counted.collect();
    let active = current.map(|task| super::memory::context(call, task)).transpose()?;
    Ok(json!({ "loaded": !machine.tasks().is_empty(), "program": program,
        "running": current.is_some_and(|task| task.state == RunState::Ready) && call.server.states.hold.is_none(),
        "pc": current.map(|task| task.context.pc), "attached": call.server.attached,
        "paused": call.server.states.hold.is_some(),
        "sleep_pending": current.is_some_and(|task| task.state == RunState::Sleeping),
        "current_pid": current.map(|task| task.pid), "active_context": active, "tasks": tasks,
        "scheduler": { "trace": trace, "counters": counters, "mailbox_counters": mailbox },
        "mailbox_profile": { "name": name, "config": { "max_descriptors": limits.max_descriptors,
            "handle_limit_per_pid": limits.handles_per_pid, "default_capacity": limits.default_capacity,
            "tap_rate_limit": limits.tap_rate } } }))
}

/// `attach`.
pub(super) fn attach(call: Call<'_>) -> Handled {
    call.server.attached = true;
    member("info", state(&call)?)
}

/// `detach`.
pub(super) fn detach(call: Call<'_>) -> Handled {
    call.server.stop_clock(call.target);
    call.server.attached = false;
    member("info", state(&call)?)
}

/// What an image declares, in full.
fn declared(task: &Task) -> Value {
    let image = &task.image;
    let values: Vec<Value> = image.values.iter().map(|value| {
        let number = |raw| finite(f16(raw));
        let oid = u16::from(value.group) << 8 | u16::from(value.id);
        json!({ "oid": oid, "group_id": value.group, "value_id": value.id, "flags": value.flags, "auth_level": value.auth,
            "init_raw": value.init, "init_value": number(value.init), "name": value.name, "unit": value.unit,
            "epsilon_raw": value.epsilon, "epsilon": number(value.epsilon), "min_raw": value.min,
            "min": number(value.min), "max_raw": value.max, "max": number(value.max),
            "persist_key": value.persist_key, "group_name": value.group_name })
    }).collect();
    let commands: Vec<Value> = image.commands.iter().map(|command| {
        let oid = u16::from(command.group) << 8 | u16::from(command.id);
        json!({ "oid": oid, "group_id": command.group, "cmd_id": command.id, "flags": command.flags, "auth_level": command.auth,
            "handler_offset": command.handler, "name": command.name, "help": command.help,
            "group_name": command.group_name, "reserved": command.reserved })
    }).collect();
    let mailboxes: Vec<Value> = image
        .mailboxes
        .iter()
        .map(|mailbox| {
            json!({ "target": mailbox.target, "name": mailbox.target, "capacity": mailbox.capacity,
            "queue_depth": mailbox.capacity, "flags": mailbox.mode, "mode_mask": mailbox.mode,
            "owner_pid": mailbox.owner, "reserved": Value::Null, "bindings": [] })
        })
        .collect();
    let sections = [&values, &commands, &mailboxes].into_iter().zip(1..).filter(|(entries, _)| !entries.is_empty());
    let sections: Vec<Value> = sections
        .map(|(entries, kind)| json!({ "type": kind, "entry_count": entries.len(), "entries": entries }))
        .collect();
    json!({ "sections": sections, "values": values, "commands": commands, "mailboxes": mailboxes })
}

/// A program that was loaded.
fn image(call: &Call<'_>, pid: Pid, warnings: &[String]) -> Result<Value, Refusal> {
    let local = call.local()?;
    let task = call.task(pid)?;
    let image = &task.image;
    let symbols = symbols(local, pid);
    let declared = declared(task);
    let count = ["values", "commands", "mailboxes"].iter().filter(|kind| declared[**kind] != json!([])).count();
    let mut value = json!({ "pid": pid, "entry": image.entry, "code_len": 4 * image.code.len(),
        "ro_len": image.rodata.len(), "bss": image.bss, "version": image.version,
        "flags": u32::from(image.manifest) | u32::from(image.multiple) << 1, "req_caps": image.req_caps,
        "app_name": task.name, "app_name_base": crate::backend::application(&task.name),
        "allow_multiple_instances": image.multiple, "metadata": declared, "meta_count": count,
        "manifest_present": image.manifest, "mailbox_creation": [], "symbols": symbols });
    let mut said: Vec<String> = Vec::new();
    if symbols["loaded"] == false {
        said.push(format!("symbols_missing:{}", symbols["path"].as_str().unwrap_or_default()));
    }
    said.extend(warnings.iter().cloned());
    if !said.is_empty() {
        value["warnings"] = json!(said);
    }
    Ok(value)
}

/// A path that a client names, if files may be read there.
pub(super) fn allowed(call: &Call<'_>, path: &str) -> Result<String, Refusal> {
    let first = call.server.options.allow.first();
    let near = |path: &Path| first.map(|directory| directory.join(path)).filter(|path| host::is_file(path));
    let asked = Path::new(path);
    let asked = if host::is_file(asked) { asked.to_owned() } else { near(asked).unwrap_or_else(|| asked.to_owned()) };
    match host::below(&asked, &call.server.options.allow) {
        Some(full) => Ok(full.display().to_string()),
        None => refuse(format!("not_permitted: {path} is not below a directory that --allow names")),
    }
}

/// Loads a program as a new task.
fn loaded(call: &mut Call<'_>, path: String) -> Result<(Pid, Vec<String>), Refusal> {
    match call.send(File::Load(path))?.done {
        Done::Loaded(loaded) => {
            call.server.states.loaded(loaded.pid);
            Ok((loaded.pid, loaded.warnings))
        }
        _ => refuse("nothing was loaded"),
    }
}

/// Looks at states after a change from outside.
fn changed(call: &mut Call<'_>) {
    call.server.report(call.target);
    call.server.look(call.target, None);
    call.server.nudge(call.target);
}

/// `load`.
pub(super) fn load(mut call: Call<'_>) -> Handled {
    let path = allowed(&call, call.arguments.required("path")?)?;
    let symbols = call.arguments.text("symbols").map(|path| allowed(&call, path)).transpose()?;
    let (pid, mut warnings) = loaded(&mut call, path)?;
    if let Some(path) = symbols
        && let Err(Refusal(error)) = call.send(File::Symbols { pid, path })
    {
        warnings.push(format!("symbols_failed:{error}"));
    }
    changed(&mut call);
    member("image", image(&call, pid, &warnings)?)
}

/// `pause`.
pub(super) fn pause(mut call: Call<'_>) -> Handled {
    if call.arguments.get("pid").is_none() {
        call.server.sessions.check_all(call.session)?;
        call.server.stop_clock(call.target);
        call.server.look(call.target, None);
        return Ok(Reply::Now(json!({})));
    }
    let pid = call.pid()?;
    if !matches!(call.task(pid)?.state, RunState::Paused) {
        call.send(Input::Pause(pid))?;
    }
    call.server.states.paused(pid);
    changed(&mut call);
    member("task", task(&call, pid, true)?)
}

/// `resume`.
pub(super) fn resume(mut call: Call<'_>) -> Handled {
    if call.arguments.get("pid").is_none() {
        call.server.sessions.check_all(call.session)?;
        if let Some(hold) = call.server.states.hold {
            call.server.release(call.target, hold);
            call.server.states.resumed(hold.pid);
        }
        changed(&mut call);
        return Ok(Reply::Now(json!({})));
    }
    let pid = call.pid()?;
    if let Some(hold) = call.server.states.hold {
        call.server.release(call.target, hold);
    }
    if matches!(call.task(pid)?.state, RunState::Paused | RunState::Faulted) {
        call.send(Input::Resume(pid))?;
    }
    if call.task(pid)?.state == RunState::Ready {
        call.server.states.resumed(pid);
    }
    changed(&mut call);
    member("task", task(&call, pid, true)?)
}

/// Removes a task.
fn remove(call: &mut Call<'_>, pid: Pid) -> Result<(), Refusal> {
    call.send(Input::Kill(pid))?;
    let next = call.local()?.machine().next();
    call.server.states.killed(pid, next);
    call.server.forget(call.target, pid);
    Ok(())
}

/// `kill`.
pub(super) fn kill(mut call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    call.server.stop_clock(call.target);
    remove(&mut call, pid)?;
    changed(&mut call);
    member("task", json!({ "pid": pid, "state": "terminated" }))
}

/// `reload`.
pub(super) fn reload(mut call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let path = call.local()?.program(pid).and_then(|program| program.path()).map(|path| path.display().to_string());
    let Some(path) = path else { return refuse("the program of this task is not a file") };
    let running = call.server.stop_clock(call.target);
    remove(&mut call, pid)?;
    call.server.report(call.target);
    call.server.look(call.target, None);
    let (new, warnings) = loaded(&mut call, path)?;
    if running {
        call.server.start_clock(call.target);
    }
    changed(&mut call);
    let (image, task) = (image(&call, new, &warnings)?, task(&call, new, true)?);
    let program = task["program"].clone();
    member("reload", json!({ "old_pid": pid, "new_pid": new, "program": program, "image": image, "task": task }))
}

/// `restart`.
pub(super) fn restart(mut call: Call<'_>) -> Handled {
    if !call.server.options.allow_shutdown {
        return refuse("not_permitted");
    }
    call.server.stop_clock(call.target);
    call.send(Run::Pause)?;
    call.send(File::Restart(None))?;
    call.server.begin_again(call.target);
    member("restart", json!({ "vm": "requested", "exec": "scheduled" }))
}

/// `shutdown`.
pub(super) fn shutdown(call: Call<'_>) -> Handled {
    if !call.server.options.allow_shutdown {
        return refuse("not_permitted");
    }
    call.server.over = true;
    Ok(Reply::Now(json!({})))
}
