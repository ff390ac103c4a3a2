//! Commands about mailboxes and consoles.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Applied, ConsoleLine, Input, MailboxView, Pid, Want, mode_names, view};
use serde_json::{Value, json};
use std::fmt::Write;

/// Messages taken by `listen` when no number is given.
const LISTEN: u64 = 64;

pub(super) fn mbox(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let all = call.target.look(&Want { trace: 0, console: 0, ..Want::default() }).mailboxes;
    let keep = filter(call)?;
    call.args.done()?;
    let boxes: Vec<MailboxView> = all.into_iter().filter(|b| keep(b)).collect();
    let mut text = String::from("  id name                     depth  bytes/capacity  sent  recv waiters    mode");
    for b in &boxes {
        let waiters: Vec<String> = b.waiters.iter().map(Pid::to_string).collect();
        let waiters = if waiters.is_empty() { "-".to_owned() } else { waiters.join(",") };
        let _ = write!(
            text,
            "\n{:4} {:24} {:5} {:>6}/{:<8} {:5} {:5} {waiters:10} {}",
            b.descriptor,
            b.name,
            b.depth,
            b.bytes_used,
            b.capacity,
            b.sent,
            b.received,
            mode_names(b.mode)
        );
        for m in &b.messages {
            let bytes: Vec<String> = m.bytes.iter().take(16).map(|b| format!("{b:02X}")).collect();
            let more = if m.bytes.len() > 16 { " …" } else { "" };
            let _ = write!(
                text,
                "\n       #{} from {} ch {} flags {} {} B  {}{more}",
                m.seq,
                m.src,
                m.channel,
                m.flags,
                m.length,
                bytes.join(" ")
            );
        }
    }
    if boxes.is_empty() {
        text = "no such mailboxes".into();
    }
    Ok(Reply::new(text, json!({ "mailboxes": boxes.iter().map(json_of).collect::<Vec<_>>() })))
}

type Keep = Box<dyn Fn(&MailboxView) -> bool>;

fn filter(call: &mut Call<'_>) -> Result<Keep, CommandError> {
    let Some(word) = call.args.take_next() else { return Ok(Box::new(|_| true)) };
    let namespace = |ns: String| -> Keep { Box::new(move |b: &MailboxView| b.name.split(':').next() == Some(&ns)) };
    match word.text.as_str() {
        "all" => Ok(Box::new(|_| true)),
        "pid" if call.args.is_empty() => Ok(namespace("pid".into())),
        "pid" | "owner" => {
            let pid = call.args.number("a pid")?;
            Ok(Box::new(move |b| b.owner.is_some_and(|owner| u64::from(owner) == pid)))
        }
        "ns" => Ok(namespace(call.args.word("app, shared, svc or pid")?.text)),
        ns @ ("app" | "shared" | "svc") => Ok(namespace(ns.to_owned())),
        text => match text.parse::<u64>() {
            Ok(pid) => Ok(Box::new(move |b| b.owner.is_some_and(|owner| u64::from(owner) == pid))),
            Err(_) => {
                let name = text.to_owned();
                Ok(Box::new(move |b| b.name == name || b.name.split_once(':').is_some_and(|(_, n)| n == name)))
            }
        },
    }
}

fn json_of(b: &MailboxView) -> Value {
    let messages: Vec<Value> = b
        .messages
        .iter()
        .map(|m| {
            let bytes: String = m.bytes.iter().map(|b| format!("{b:02x}")).collect();
            json!({ "seq": m.seq, "src": m.src, "flags": m.flags, "channel": m.channel, "length": m.length,
                    "bytes": bytes, "turn": m.turn })
        })
        .collect();
    json!({
        "descriptor": b.descriptor, "name": b.name, "owner": b.owner, "capacity": b.capacity,
        "bytes_used": b.bytes_used, "depth": b.depth, "mode": b.mode, "waiters": b.waiters, "taps": b.taps,
        "messages": messages, "sent": b.sent, "received": b.received, "deepest": b.deepest,
    })
}

pub(super) fn send(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pid = call.args.pid(call.target)?;
    let first = call.args.word("the text to send")?.text;
    // With three words and more the second one is the mailbox.
    let (target, data) = match call.args.is_empty() {
        true => (format!("svc:stdio.in@{pid}"), first),
        false => (first, call.args.rest()),
    };
    let payload = data.into_bytes();
    let length = payload.len();
    let input = Input::Send { pid, target: target.clone().into_bytes(), payload };
    let seq = match call.target.apply(input)? {
        Applied::Sent(seq) => seq,
        _ => None,
    };
    Ok(Reply::new(
        format!("{length} bytes sent to {target}"),
        json!({ "pid": pid, "target": target, "length": length, "seq": seq }),
    ))
}

pub(super) fn listen(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let pids: Vec<Pid> = if call.args.is_empty() {
        call.target.machine().tasks().iter().map(|t| t.pid).collect()
    } else {
        vec![call.args.pid(call.target)?]
    };
    let limit = call.args.count()?.unwrap_or(LISTEN) as usize;
    call.args.done()?;
    let mut taken = Vec::new();
    for pid in pids {
        let target = format!("svc:stdio.out@{pid}").into_bytes();
        if let Applied::Received(messages) = call.target.apply(Input::Receive { pid, target, limit })? {
            taken.extend(messages.iter().map(|m| (pid, view::message(m))));
        }
    }
    let text: String = taken.iter().map(|(_, m)| String::from_utf8_lossy(&m.bytes).into_owned()).collect();
    let text = if taken.is_empty() { "no messages".to_owned() } else { text };
    let json: Vec<Value> = taken
        .iter()
        .map(|(pid, m)| {
            json!({ "pid": pid, "seq": m.seq, "src": m.src, "flags": m.flags, "channel": m.channel,
                    "length": m.length, "text": String::from_utf8_lossy(&m.bytes) })
        })
        .collect();
    Ok(Reply::new(text, json!({ "messages": json })))
}

pub(super) fn console(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let only = if call.args.is_empty() { None } else { Some(call.args.pid(call.target)?) };
    call.args.done()?;
    let lines = call.target.look(&Want { trace: 0, console: usize::MAX, ..Want::default() }).console;
    let lines: Vec<&ConsoleLine> = lines.iter().filter(|l| only.is_none_or(|pid| l.pid == pid)).collect();
    let text: Vec<String> = lines
        .iter()
        .map(|l| format!("{:8} {:3} {:7} {}", l.turn, l.pid, l.stream, l.text.trim_end_matches('\n')))
        .collect();
    let text = if text.is_empty() { "nothing printed".to_owned() } else { text.join("\n") };
    Ok(Reply::new(text, json!({ "lines": lines })))
}

const STREAMS: [&str; 3] = ["in", "out", "err"];

/// `stdio`: shows and sets how standard streams pass messages on.
pub(super) fn stdio(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    const MODES: [(&str, u16); 5] =
        [("off", 0x03), ("fanout", 0x1B), ("drop", 0x1B), ("fanout_block", 0x2B), ("block", 0x2B)];
    let all: Vec<u16> = [0].into_iter().chain(call.target.machine().tasks().iter().map(|t| t.pid)).collect();
    let pids = match call.args.peek() {
        Some("default") => vec![0],
        Some("all") | None => all,
        Some(_) => vec![call.args.pid(call.target)?],
    };
    if !call.args.take("default") {
        call.args.take("all");
    }
    let streams = match call.args.take_next() {
        None => 0..3,
        Some(word) => match STREAMS.iter().position(|s| word.text.eq_ignore_ascii_case(s)) {
            Some(one) => one..one + 1,
            None if word.text == "both" => 1..3,
            None if word.text == "all" => 0..3,
            None => return Err(CommandError::at(word.column, "in, out, err, both or all is expected")),
        },
    };
    if let Some(word) = call.args.take_next() {
        let known = MODES.iter().find(|(name, _)| word.text.eq_ignore_ascii_case(name));
        let (_, mode) = known.ok_or_else(|| CommandError::at(word.column, "off, fanout or block is expected"))?;
        call.args.done()?;
        for (pid, stream) in pids.iter().flat_map(|pid| streams.clone().map(move |stream| (*pid, stream))) {
            call.target.apply(Input::Stdio { pid, stream: stream as u8, mode: *mode })?;
        }
    }
    let boxes = call.target.machine().mailboxes();
    let row = |pid: u16| {
        let modes = boxes.stdio_modes(pid);
        let shown = streams.clone().map(|i| format!("{} {}", STREAMS[i], mode_names(modes[i])));
        let who = if pid == 0 { "tasks loaded later".to_owned() } else { format!("task {pid}") };
        (format!("{who}: {}", shown.collect::<Vec<_>>().join(", ")), json!({ "pid": pid, "modes": modes }))
    };
    let (text, json): (Vec<String>, Vec<serde_json::Value>) = pids.into_iter().map(row).unzip();
    Ok(Reply::new(text.join("\n"), json!({ "streams": json })))
}
