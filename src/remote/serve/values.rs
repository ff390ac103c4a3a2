//! The registry: values and commands.

use super::happened::finite;
use super::{Call, Handled, Refusal, Reply, member, refuse};
use crate::backend::request::Input;
use crate::backend::{Pid, encode_f16, f16};
use serde_json::{Value, json};

/// Why a call of the registry was not done, as its status.
const NOT_FOUND: u8 = 1;
const NOT_PERMITTED: u8 = 2;

/// On whose behalf: the host's without a task.
fn actor(call: &Call<'_>) -> Result<Pid, Refusal> {
    if call.arguments.get("pid").is_some() { call.pid() } else { Ok(0) }
}

fn oid(call: &Call<'_>) -> Result<u16, Refusal> {
    let oid = call.arguments.int(&["oid"])?.ok_or_else(|| call.arguments.missing("oid"))?;
    u16::try_from(oid).map_err(|_| Refusal(format!("{} expects an oid from 0 to 65535", call.arguments.command)))
}

/// Whether an entry is wanted: by its task, group, number and name.
fn wanted(call: &Call<'_>, (oid, owner): (u16, Pid), name: Option<&str>) -> Result<bool, Refusal> {
    let number =
        |names: &[&str], is: u16| Ok::<_, Refusal>(call.arguments.int(names)?.is_none_or(|n| n == i64::from(is)));
    // A group that makes no sense is ignored.
    let group = call.arguments.get("group").and_then(super::arguments::whole);
    Ok(number(&["pid"], owner)?
        && group.is_none_or(|group| group == i64::from(oid >> 8))
        && number(&["oid"], oid)?
        && call.arguments.text("name").is_none_or(|wanted| name == Some(wanted)))
}

/// A place of a descriptor in an executive's memory, which this one has not.
const NOWHERE: u16 = 0xFFFF;

/// `val.list`.
pub(super) fn list(call: Call<'_>) -> Handled {
    let mut shown = Vec::new();
    for value in call.local()?.machine().registry().values() {
        let meta = &value.meta;
        if !wanted(&call, (value.oid, value.owner), meta.name.as_deref())? {
            continue;
        }
        let persist = meta.persist.unwrap_or_default();
        let mut row = json!({ "oid": value.oid, "group_id": value.oid >> 8, "value_id": value.oid & 0xFF,
            "flags": value.flags, "auth_level": value.auth, "owner_pid": value.owner, "last_f16": value.raw,
            "last_value": finite(f16(value.raw)), "desc_head": NOWHERE, "persist_key": persist.key,
            "persist_debounce_ms": persist.debounce_ms });
        for (name, text) in [("group_name", &meta.group), ("name", &meta.name), ("unit", &meta.unit)] {
            if let Some(text) = text {
                row[name] = json!(text);
            }
        }
        if let Some(unit) = &meta.unit {
            // Up to four characters as one number, the first in the lowest byte.
            let code = unit.bytes().take(4).enumerate().map(|(i, byte)| u32::from(byte) << (8 * i));
            row["unit_code"] = json!(code.sum::<u32>());
        }
        if meta.unit.is_some() || meta.epsilon != 0 {
            row["epsilon_f16"] = json!(meta.epsilon);
            row["epsilon"] = json!(finite(f16(meta.epsilon)));
            row["rate_ms"] = json!(meta.rate_ms);
        }
        if let Some((low, high)) = meta.range {
            for (name, bound) in [("min", low), ("max", high)] {
                row[format!("{name}_f16")] = json!(bound);
                row[name] = json!(finite(f16(bound)));
            }
        }
        shown.push(row);
    }
    member("values", shown)
}

/// What is read of a value: the actor's own, else the one of the lowest pid.
fn read(call: &Call<'_>, oid: u16, actor: Pid) -> Result<Value, Refusal> {
    let registry = call.local()?.machine().registry();
    let found = || registry.values().filter(|value| value.oid == oid);
    let value = found().find(|value| value.owner == actor).or_else(|| found().next());
    let Some(value) = value else { return Ok(json!({ "status": NOT_FOUND })) };
    if actor != 0 && value.owner != actor && value.auth != 0 {
        return Ok(json!({ "status": NOT_PERMITTED }));
    }
    Ok(json!({ "status": 0, "value": finite(f16(value.raw)), "f16": value.raw, "pid": value.owner }))
}

/// `val.get`.
pub(super) fn get(call: Call<'_>) -> Handled {
    let oid = oid(&call)?;
    member("value", read(&call, oid, actor(&call)?)?)
}

/// `val.set`.
pub(super) fn set(call: Call<'_>) -> Handled {
    let (oid, pid) = (oid(&call)?, actor(&call)?);
    let value = call.arguments.get("value").ok_or_else(|| call.arguments.missing("value"))?;
    let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    let Some(number) = number.filter(|number: &f64| number.is_finite()) else {
        return refuse("val_set requires numeric 'value'");
    };
    let before = read(&call, oid, pid)?;
    if before["status"] != 0 {
        return member("value", before);
    }
    let raw = encode_f16(number);
    if call.target.send(Input::Value { pid, oid, raw }.into()).is_err() {
        return member("value", json!({ "status": NOT_PERMITTED }));
    }
    call.server.keep(call.target);
    call.server.nudge(call.target);
    member("value", read(&call, oid, pid)?)
}

/// How full a part of the registry is.
fn usage(count: usize, capacity: usize) -> Value {
    let percent = if capacity == 0 { 0.0 } else { 100.0 * count as f64 / capacity as f64 };
    json!({ "count": count, "capacity": capacity, "usage_pct": percent, "high_water": count,
        "high_water_pct": percent, "warning": percent >= 80.0 })
}

fn statistics(call: &Call<'_>, name: &str) -> Handled {
    let registry = call.local()?.machine().registry();
    let limits = registry.limits();
    let entries = match name {
        "values" => usage(registry.values().count(), limits.values),
        _ => usage(registry.commands().count(), limits.commands),
    };
    let (used, total) = (registry.text_bytes(), limits.text_bytes);
    let percent = 100.0 * used as f64 / total.max(1) as f64;
    let strings = json!({ "used_bytes": used, "total_bytes": total, "usage_pct": percent, "high_water_bytes": used,
        "high_water_pct": percent, "warning": percent >= 80.0 });
    member("stats", json!({ name: entries, "strings": strings }))
}

/// `val.stats`.
pub(super) fn stats(call: Call<'_>) -> Handled {
    statistics(&call, "values")
}

/// `cmd.stats`.
pub(super) fn command_stats(call: Call<'_>) -> Handled {
    statistics(&call, "commands")
}

/// `cmd.list`.
pub(super) fn commands(call: Call<'_>) -> Handled {
    let mut shown = Vec::new();
    for command in call.local()?.machine().registry().commands() {
        let meta = &command.meta;
        if wanted(&call, (command.oid, command.owner), meta.name.as_deref())? {
            shown.push(json!({ "oid": command.oid, "group_id": command.oid >> 8, "cmd_id": command.oid & 0xFF,
                "flags": command.flags, "auth_level": command.auth, "owner_pid": command.owner,
                "handler_ref": command.handler, "desc_head": NOWHERE, "name": meta.name, "help": meta.help }));
        }
    }
    member("commands", shown)
}

/// `cmd.call`: a request to the command's owner.
pub(super) fn call(call: Call<'_>) -> Handled {
    let (oid, pid) = (oid(&call)?, actor(&call)?);
    let machine = call.local()?.machine();
    let found = machine.registry().commands().find(|command| command.oid == oid);
    let Some((owner, flags, auth)) = found.map(|command| (command.owner, command.flags, command.auth)) else {
        return member("command", json!({ "status": NOT_FOUND, "result": Value::Null }));
    };
    let status = match call.target.send(Input::Call { pid, oid }.into()) {
        Ok(_) => 0,
        Err(_) => NOT_PERMITTED,
    };
    call.server.keep(call.target);
    if status == 0 {
        // The call is done when the request is on its way: the owner answers it when it likes.
        let data = json!({ "caller_pid": owner, "oid": oid, "group_id": oid >> 8, "cmd_id": oid & 0xFF, "status": 0,
            "result": Value::Null, "owner_pid": owner, "flags": flags, "auth_level": auth });
        call.server.seen.later("cmd_completed", Some(owner), data);
    }
    call.server.nudge(call.target);
    Ok(Reply::Now(json!({ "command": { "status": status, "result": Value::Null, "pid": owner } })))
}
