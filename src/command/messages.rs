//! Commands about mailboxes and consoles.

use super::columns::padded;
use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::request::{Input, StreamMode, Streams, Whose};
use crate::backend::{
    ConsoleLine, Event, MailboxView, MessageView, Pid, Request, TapView, TraceKind, Want, answer, mode_names,
};
use crate::text::hex;
use serde::Serialize;
use std::fmt::Write;

/// Messages taken by `listen` when no number is given.
const LISTEN: u64 = 64;
/// Bytes of a message that are written out.
const SHOWN: usize = 16;

/// Mailboxes as programs rely on them.
#[derive(Serialize)]
struct Mailboxes<'m> {
    mailboxes: Vec<MailboxInfo<'m>>,
}

/// A mailbox.
#[derive(Serialize)]
struct MailboxInfo<'m> {
    descriptor: u16,
    name: &'m str,
    owner: Option<Pid>,
    capacity: u32,
    bytes_used: u32,
    depth: usize,
    mode: u16,
    waiters: &'m [Pid],
    taps: &'m [TapView],
    messages: Vec<MessageInfo>,
    sent: u64,
    received: u64,
    deepest: usize,
}

/// A queued message, its bytes as hex digits.
#[derive(Serialize)]
struct MessageInfo {
    seq: u32,
    src: Pid,
    flags: u16,
    channel: u16,
    length: usize,
    bytes: String,
    turn: u64,
}

impl MailboxInfo<'_> {
    fn of(b: &MailboxView) -> MailboxInfo<'_> {
        MailboxInfo {
            descriptor: b.descriptor,
            name: &b.name,
            owner: b.owner,
            capacity: b.capacity,
            bytes_used: b.bytes_used,
            depth: b.depth,
            mode: b.mode,
            waiters: &b.waiters,
            taps: &b.taps,
            messages: b.messages.iter().map(MessageInfo::of).collect(),
            sent: b.sent,
            received: b.received,
            deepest: b.deepest,
        }
    }
}

impl MessageInfo {
    fn of(m: &MessageView) -> MessageInfo {
        MessageInfo {
            seq: m.seq,
            src: m.src,
            flags: m.flags,
            channel: m.channel,
            length: m.length,
            bytes: hex::text(&m.bytes),
            turn: m.turn,
        }
    }
}

pub(super) fn mbox(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (keep, none) = filter(call)?;
    call.args.done()?;
    let boxes: Vec<&MailboxView> = call.now.mailboxes.iter().filter(|b| keep(b)).collect();
    let mut text = String::from("  id name                     depth  bytes/capacity  sent  recv waiters    mode");
    for b in &boxes {
        let waiters: Vec<String> = b.waiters.iter().map(Pid::to_string).collect();
        let waiters = if waiters.is_empty() { "-".to_owned() } else { waiters.join(",") };
        let _ = write!(
            text,
            "\n{:4} {} {:5} {:>6}/{:<8} {:5} {:5} {waiters:10} {}",
            b.descriptor,
            padded(&b.name, 24),
            b.depth,
            b.bytes_used,
            b.capacity,
            b.sent,
            b.received,
            mode_names(b.mode)
        );
        b.messages.iter().for_each(|m| text += &message_line(m));
    }
    if boxes.is_empty() {
        text = none;
    }
    Ok(Reply::new(text, Mailboxes { mailboxes: boxes.into_iter().map(MailboxInfo::of).collect() }))
}

fn message_line(m: &MessageView) -> String {
    let MessageView { seq, src, channel, flags, length, .. } = m;
    let bytes = hex::first_pairs(&m.bytes, SHOWN, "…");
    format!("\n       #{seq} from {src} ch {channel} flags {flags} {length} B  {bytes}")
}

type Keep = Box<dyn Fn(&MailboxView) -> bool>;

/// Which mailboxes are meant, and what is said if there are none.
fn filter(call: &mut Call<'_>) -> Result<(Keep, String), CommandError> {
    let all = || -> (Keep, String) { (Box::new(|_| true), "there are no mailboxes".into()) };
    let Some(word) = call.args.take_next() else { return Ok(all()) };
    let namespace = |ns: String| -> (Keep, String) {
        let none = format!("there are no mailboxes {ns}:");
        (Box::new(move |b: &MailboxView| b.name.split(':').next() == Some(&ns)), none)
    };
    let owned = |pid: u64| -> (Keep, String) {
        let none = format!("task {pid} owns no mailboxes");
        (Box::new(move |b| b.owner.is_some_and(|owner| u64::from(owner) == pid)), none)
    };
    match word.text.as_str() {
        "all" => Ok(all()),
        "pid" if call.args.is_empty() => Ok(namespace("pid".into())),
        "pid" | "owner" => Ok(owned(call.pid()?.into())),
        "ns" => {
            let ns = call.args.word("app, shared, svc or pid")?;
            match ["app", "shared", "svc", "pid"].contains(&ns.text.as_str()) {
                true => Ok(namespace(ns.text)),
                false => Err(CommandError::malformed(ns.column, "app, shared, svc or pid is expected")),
            }
        }
        ns @ ("app" | "shared" | "svc") => Ok(namespace(ns.to_owned())),
        text => match text.parse::<u64>() {
            Ok(pid) => Ok(owned(pid)),
            Err(_) => {
                let name = text.to_owned();
                if name.contains(':') {
                    let sent = Event::Traced { kind: TraceKind::Send, mailbox: Some(name.clone()) };
                    sent.check().map_err(|e| CommandError::malformed(word.column, e))?;
                }
                let none = format!("there is no mailbox {name}");
                Ok((Box::new(move |b| b.name == name || b.name.split_once(':').is_some_and(|(_, n)| n == name)), none))
            }
        },
    }
}

pub(super) fn send(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    let first = call.args.word("the text to send")?.text;
    // With three words and more the second one is the mailbox.
    let (mailbox, text) = match call.args.is_empty() {
        true => (None, first),
        false => (Some(first), call.args.rest()),
    };
    Ok(Input::Send { pid, mailbox, text }.into())
}

pub(super) fn send_bytes(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.pid()?;
    let mailbox = call.args.word("the mailbox to send to")?.text;
    let word = call.args.word("bytes as hex digits")?;
    call.args.done()?;
    let bytes = super::change::bytes(&word.text)
        .ok_or_else(|| CommandError::malformed(word.column, "pairs of hex digits are expected, such as DEADBEEF"))?;
    Ok(Input::Bytes { pid, mailbox, bytes }.into())
}

pub(super) fn listen(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let all = call.args.is_empty() || call.args.take("all");
    let pid = if all { None } else { Some(call.pid()?) };
    let limit = call.count()?.unwrap_or(LISTEN);
    call.args.done()?;
    Ok(Input::Listen { pid, limit }.into())
}

/// What tasks printed.
#[derive(Serialize)]
struct Console<'c> {
    lines: Vec<&'c ConsoleLine>,
}

pub(super) fn console(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let only = if call.args.is_empty() { None } else { Some(call.pid()?) };
    call.args.done()?;
    let now = call.look(&Want { trace: 0, console: usize::MAX, ..Want::default() });
    let lines: Vec<&ConsoleLine> = now.console.iter().filter(|l| only.is_none_or(|pid| l.pid == pid)).collect();
    let line = |l: &&ConsoleLine| format!("{:8} {:3} {:7} {}", l.turn, l.pid, l.stream, l.text.trim_end_matches('\n'));
    let text: Vec<String> = lines.iter().map(line).collect();
    let text = if text.is_empty() { "nothing printed".to_owned() } else { text.join("\n") };
    Ok(Reply::new(text, Console { lines }))
}

/// `stdio`: shows and sets how standard streams pass messages on.
pub(super) fn stdio(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let whose = match call.args.peek() {
        Some(word) if word.eq_ignore_ascii_case("default") => Whose::Default,
        Some(word) if word.eq_ignore_ascii_case("all") => Whose::All,
        None => Whose::All,
        Some(_) => Whose::Task(call.pid()?),
    };
    if !matches!(whose, Whose::Task(_)) {
        call.args.take_next();
    }
    let streams = match call.args.take_next() {
        None => Streams::All,
        Some(word) => {
            let named = Streams::ALL.into_iter().find(|streams| word.text.eq_ignore_ascii_case(streams.name()));
            named.ok_or_else(|| CommandError::malformed(word.column, "in, out, err, both or all is expected"))?
        }
    };
    let Some(word) = call.args.take_next() else {
        let modes = answer::StreamModes::of(&call.now.stdio, whose, streams);
        return Ok(Reply::of(answer::Done::Streams(modes)).into());
    };
    call.args.done()?;
    let mode = match word.text.to_ascii_lowercase().as_str() {
        // As the reference's shell calls them.
        "drop" => Some(StreamMode::Fanout),
        "fanout_block" => Some(StreamMode::Block),
        name => StreamMode::ALL.into_iter().find(|mode| mode.name() == name),
    };
    let mode = mode.ok_or_else(|| CommandError::malformed(word.column, "off, fanout or block is expected"))?;
    Ok(Input::Stdio { whose, streams, mode }.into())
}
