//! Mailboxes and consoles.

use super::arguments::unhex;
use super::{Call, Handled, Refusal, Reply, member, refuse};
use crate::backend::answer::Done;
use crate::backend::request::{Input, StreamMode, Streams, Whose};
use crate::backend::{Local, MailboxView, Pid, Want};
use crate::text::hex;
use serde_json::{Value, json};

/// The families of names, with their numbers.
const NAMESPACES: [(&str, u8); 4] = [("pid:", 0), ("svc:", 1), ("app:", 2), ("shared:", 3)];

/// A mailbox's family and the rest of its name, without its owner.
fn parts(name: &str) -> (u8, &str) {
    let found = NAMESPACES.iter().find_map(|(prefix, number)| Some((*number, name.strip_prefix(prefix)?)));
    match found {
        // The name of a control mailbox is the whole.
        Some((0, _)) | None => (0, name),
        Some((number, rest)) => (number, rest.rsplit_once('@').map_or(rest, |(rest, _)| rest)),
    }
}

fn mailboxes(call: &mut Call<'_>) -> Vec<MailboxView> {
    call.target.look(&Want::lists()).mailboxes.clone()
}

/// `mailbox_snapshot`.
pub(super) fn snapshot(mut call: Call<'_>) -> Handled {
    let all = mailboxes(&mut call);
    let local = call.local()?;
    let shown = all.iter().map(|mailbox| {
        let (namespace, name) = parts(&mailbox.name);
        let inside = local.machine().mailboxes().get(mailbox.descriptor);
        let (head, next) = inside.map_or((0, 0), |inside| (inside.head_seq(), inside.next_seq()));
        let taps: Vec<Value> = mailbox.taps.iter().map(|tap| json!({ "pid": tap.pid, "handle": tap.handle })).collect();
        json!({ "descriptor_id": mailbox.descriptor, "namespace": namespace, "name": name, "owner_pid": mailbox.owner,
            "capacity": mailbox.capacity, "bytes_used": mailbox.bytes_used, "queue_depth": mailbox.depth,
            "head_seq": head, "next_seq": next, "mode_mask": mailbox.mode, "waiters": mailbox.waiters, "taps": taps })
    });
    let shown: Vec<Value> = shown.collect();
    let sum = |count: fn(&MailboxView) -> u64| all.iter().map(count).sum::<u64>();
    let stats = match all.is_empty() {
        true => json!({}),
        false => json!({ "mailboxes": all.len(), "sent": sum(|m| m.sent), "received": sum(|m| m.received),
            "queued": sum(|m| m.depth as u64) }),
    };
    Ok(Reply::Now(json!({ "descriptors": shown, "stats": stats })))
}

/// `list`.
pub(super) fn list(mut call: Call<'_>) -> Handled {
    let pid = call.pid()?;
    let of_task = mailboxes(&mut call).into_iter().filter(|mailbox| mailbox.owner == Some(pid));
    let channels = of_task.map(|mailbox| {
        let (namespace, name) = parts(&mailbox.name);
        json!({ "descriptor_id": mailbox.descriptor, "target": mailbox.name, "name": name, "namespace": namespace,
            "mode_mask": mailbox.mode, "capacity": mailbox.capacity, "bytes_used": mailbox.bytes_used,
            "queue_depth": mailbox.depth, "subscriber_count": Value::Null })
    });
    let channels: Vec<Value> = channels.collect();
    member("channels", json!({ "pid": pid, "channels": channels }))
}

/// `listen`.
pub(super) fn listen(mut call: Call<'_>) -> Handled {
    let pid = if call.arguments.get("pid").is_some() { Some(call.pid()?) } else { None };
    let limit = call.arguments.count(&["limit"])?.unwrap_or(5).max(1);
    let most = call.arguments.count(&["max_len"])?.unwrap_or(512).min(1 << 16) as usize;
    let Done::Taken(taken) = call.send(Input::Listen { pid, limit })?.done else { return refuse("nothing was taken") };
    let messages = taken.messages.iter().map(|message| {
        let bytes = &message.bytes[..message.bytes.len().min(most)];
        json!({ "target": format!("svc:stdio.out@{}", message.pid), "text": std::str::from_utf8(bytes).unwrap_or_default(),
            "data_hex": hex::text(bytes), "flags": message.flags, "channel": message.channel, "length": message.length,
            "src_pid": message.src })
    });
    member("messages", messages.collect::<Vec<Value>>())
}

/// `send`.
pub(super) fn send(mut call: Call<'_>) -> Handled {
    let (data, digits) = (call.arguments.text("data"), call.arguments.text("data_hex"));
    let bytes = match (digits, data) {
        (Some(digits), _) => unhex(digits).ok_or_else(|| Refusal("send data_hex must be hex digits".into()))?,
        (None, Some(text)) => text.as_bytes().to_vec(),
        (None, None) => return refuse("send requires 'data' or 'data_hex'"),
    };
    let pid = call.pid()?;
    let target = call.arguments.text("channel").map_or_else(|| format!("svc:stdio.in@{pid}"), str::to_owned);
    let before = find(&mut call, &target);
    let capacity = match &before {
        Some(mailbox) => mailbox.capacity,
        None => call.local()?.machine().mailboxes().limits().default_capacity,
    };
    let needed = bytes.len() as u64 + 8;
    if needed > u64::from(capacity) {
        return refuse("message too large for mailbox capacity");
    }
    // A full mailbox refuses, unless it drops its oldest messages for the new one.
    let drops = |mode: u16| StreamMode::of(mode) == StreamMode::Fanout;
    if let Some(mailbox) =
        before.as_ref().filter(|m| u64::from(m.bytes_used) + needed > u64::from(m.capacity) && !drops(m.mode))
    {
        let policy = if StreamMode::of(mailbox.mode) == StreamMode::Off { "single" } else { "fanout_block" };
        let data = json!({ "descriptor": mailbox.descriptor, "policy": policy, "capacity": mailbox.capacity,
            "bytes_used": mailbox.bytes_used, "requested": needed });
        call.server.seen.later("mailbox_backpressure", None, data);
        return Ok(Reply::Now(
            json!({ "mbx_status": 1, "length": 0, "descriptor": mailbox.descriptor, "target": target }),
        ));
    }
    let length = bytes.len();
    call.send(match String::from_utf8(bytes) {
        Ok(text) => Input::Send { pid, mailbox: Some(target.clone()), text },
        Err(e) => Input::Bytes { pid, mailbox: target.clone(), bytes: e.into_bytes() },
    })?;
    let now = find(&mut call, &target);
    let descriptor = now.as_ref().map(|mailbox| mailbox.descriptor);
    if let (Some(before), Some(now)) = (&before, &now) {
        pushed_out(&mut call, before, now)?;
    }
    call.server.keep(call.target);
    call.server.nudge(call.target);
    Ok(Reply::Now(json!({ "mbx_status": 0, "length": length, "descriptor": descriptor, "target": target })))
}

fn find(call: &mut Call<'_>, target: &str) -> Option<MailboxView> {
    mailboxes(call).into_iter().find(|mailbox| mailbox.name == target)
}

/// Reports the messages that another one has pushed out.
fn pushed_out(call: &mut Call<'_>, before: &MailboxView, now: &MailboxView) -> Result<(), Refusal> {
    let gone = before.messages.iter().filter(|old| !now.messages.iter().any(|message| message.seq == old.seq));
    for (left, message) in (0..before.messages.len()).rev().zip(gone) {
        let data = json!({ "descriptor": now.descriptor, "dropped_seq": message.seq, "dropped_length": message.length,
            "dropped_flags": message.flags, "channel": message.channel, "reason": "fanout_drop", "queue_depth": left });
        call.server.seen.later("mailbox_overrun", Some(0), data);
    }
    let dropped = call.local()?.machine().mailboxes().get(now.descriptor).map_or(0, |inside| inside.counters().dropped);
    call.server.seen.dropped(now.descriptor, dropped);
    Ok(())
}

/// `stdio_fanout`.
pub(super) fn fanout(mut call: Call<'_>) -> Handled {
    let pid = match call.arguments.get("pid") {
        None => None,
        Some(Value::String(word)) if matches!(&*word.to_lowercase(), "default" | "all") => None,
        Some(_) => Some(call.pid().map_err(|Refusal(error)| Refusal(format!("stdio query failed: {error}")))?),
    };
    let default_only = call.arguments.text("pid").is_some_and(|word| word.eq_ignore_ascii_case("default"));
    let word = call.arguments.op(&["stream"], "all");
    let Some(streams) = Streams::ALL.into_iter().find(|streams| streams.name() == word) else {
        return refuse(format!(
            "stdio query failed: unknown stdio stream '{}'",
            word.chars().take(80).collect::<String>()
        ));
    };
    let mode = call.arguments.text("mode").map(str::to_lowercase);
    let mode = match mode.as_deref() {
        None => None,
        Some("off") => Some(StreamMode::Off),
        Some("fanout" | "drop" | "fanout_drop") => Some(StreamMode::Fanout),
        Some("fanout_block" | "block") => Some(StreamMode::Block),
        Some(mode) => return refuse(format!("unknown fan-out mode '{}'", mode.chars().take(80).collect::<String>())),
    };
    if let Some(mode) = mode {
        let whose = pid.map_or(Whose::All, Whose::Task);
        match pid {
            Some(pid) => call.may_change(pid)?,
            None => call.server.sessions.check_all(call.session)?,
        }
        call.send(Input::Stdio { whose, streams, mode })?;
    }
    let all = call.target.look(&Want::lists()).stdio.clone();
    let modes =
        |pid: Pid| all.iter().find(|(of, _)| *of == pid).map_or_else(Vec::new, |(_, modes)| shown(*modes, streams));
    let default = modes(0);
    let mut config = match pid {
        Some(pid) => json!({ "scope": "pid", "pid": pid, "streams": modes(pid), "default": default }),
        None if default_only && mode.is_none() => json!({ "scope": "default", "streams": default }),
        None => {
            let tasks = all.iter().filter(|(pid, _)| *pid != 0);
            let tasks: Vec<Value> = tasks.map(|(pid, _)| json!({ "pid": pid, "streams": modes(*pid) })).collect();
            json!({ "scope": "all", "streams": [], "default": default, "tasks": tasks })
        }
    };
    if let Some(mode) = mode {
        config["mode"] = json!(name(mode.bits()));
        config["mode_mask"] = json!(mode.bits());
        config["applied"] = json!(applied(call.local()?, pid, streams, mode));
    }
    member("config", config)
}

/// The modes of some of a task's streams.
fn shown(modes: [u16; 3], streams: Streams) -> Vec<Value> {
    let stream = |i: usize| json!({ "stream": NAMES[i], "mode_mask": modes[i], "mode": name(modes[i]) });
    streams.numbers().map(stream).collect()
}

/// The names of standard streams.
const NAMES: [&str; 3] = ["in", "out", "err"];

/// What the protocol calls a mode of a stream.
fn name(mode: u16) -> &'static str {
    match StreamMode::of(mode) {
        StreamMode::Off => "off",
        StreamMode::Fanout => "fanout",
        StreamMode::Block => "fanout_block",
    }
}

fn applied(local: &Local, pid: Option<Pid>, streams: Streams, mode: StreamMode) -> Vec<Value> {
    let mailboxes = local.machine().mailboxes();
    let of = |i: usize, pid: Pid| {
        let target = format!("svc:stdio.{}@{pid}", NAMES[i]);
        let found = mailboxes.iter().find(|mailbox| mailbox.name().to_string() == target);
        (target, found.map(|mailbox| (mailbox.descriptor(), mailbox.capacity())))
    };
    let stream = |i: usize| match pid {
        Some(pid) => {
            let (target, found) = of(i, pid);
            json!({ "status": "ok", "mbx_status": 0, "descriptor": found.map(|f| f.0), "capacity": found.map(|f| f.1),
                "mode": mode.bits(), "target": target, "stream": NAMES[i] })
        }
        None => {
            let tasks = local.machine().tasks().iter();
            let updated: Vec<u16> = tasks.filter_map(|task| of(i, task.pid).1.map(|found| found.0)).collect();
            json!({ "status": "ok", "mbx_status": 0, "mode": mode.bits(), "stream": NAMES[i],
                "updated_descriptors": updated })
        }
    };
    streams.numbers().map(stream).collect()
}
