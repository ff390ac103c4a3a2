//! Conversations with the reference, recorded: the same replies in the same order, and the same events, but for what was
//! wrong there or is not the same by its nature.

use super::client::{Client, Server};
use crate::support::project;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Members that differ each time: times, paths, and the free text of a host language.
const VOLATILE: &[&str] = &[
    "ts",
    "created_at",
    "last_seen",
    "age_s",
    "deadline",
    "wait_deadline",
    "sleep_deadline",
    "last_wait_s",
    "program",
    "path",
    "warnings",
    "logs",
    "auto_steps",
    "auto_total_steps",
];

/// Members of all conversations that are right here, with why.
const MENDED: &[(&str, &str)] = &[
    ("sp_effective", "SP is absolute already"),
    ("initial_sp", "the same"),
    ("max_descriptors", "the limit of this machine"),
    ("desc_head", "descriptors of values are not in memory"),
    ("fd_table", "handles of a task that has ended are closed"),
    ("rotate", "the first turn of all is no switch"),
];

/// Members that differ in one conversation: its name, the end of their path, why.
const MENDS: &[(&str, &str, &str)] = &[
    ("*", "symbols.count", "the map of labels is not taken for a symbol"),
    ("sessions", "symbols.count", "the map of labels is not taken for a symbol"),
    ("inspect", "symbols.symbols", "the map of labels is not taken for a symbol"),
    ("inspect", "frames[0].sp", "SP is absolute already"),
    ("inspect", "stack.errors", "only what is true"),
    ("breakpoints", "stack.frames", "the caller is there at a function's entry, too"),
    ("breakpoints", "stack.errors", "only what is true"),
    ("two-tasks-mailbox", "current_pid", "tasks take turns from the lowest pid on, not from the last that was loaded"),
    ("two-tasks-mailbox", "next_pid", "the same"),
    ("two-tasks-mailbox", "result.pc", "the same"),
    ("two-tasks-mailbox", "prev_state", "the same"),
    ("two-tasks-mailbox", "high_water", "numbers of events that are not sent any more"),
    ("two-tasks-mailbox", "last_ack", "numbers of events that are not sent any more"),
    ("pause-resume-kill-reload", "current_pid", "tasks take turns from the lowest pid on"),
    ("pause-resume-kill-reload", "next_pid", "the same"),
    ("pause-resume-kill-reload", "tasks[1].state", "the same"),
    ("pause-resume-kill-reload", "prev_state", "the same"),
    ("pause-resume-kill-reload", "quantum_remaining", "of a task that is gone it is not known"),
    ("pause-resume-kill-reload", "descriptors", "mailboxes of killed tasks go with them"),
    ("clock", "result.pc", "time passes differently"),
    ("clock", "result.steps", "the same"),
    ("clock", "result.cycles", "the same"),
    ("trace", "trace.count", "no record of what was not traced"),
    ("trace", "trace.returned", "the same"),
    ("trace", "trace.records", "the same"),
    ("watch", "seq", "numbers of events that are not sent any more"),
    ("values-commands", "descriptors[3].bytes_used", "a call is a request to its owner"),
    ("values-commands", "descriptors[3].queue_depth", "the same"),
    ("values-commands", "descriptors[3].next_seq", "the same"),
    ("values-commands", "metadata.sections", "where sections lie in the file is not kept"),
    ("values-commands", "mailboxes[0]._source", "the declaration stands there in words of its own"),
    ("values-commands", "mailboxes[0].raw", "the same"),
    ("values-commands", "mailboxes[0].descriptor", "the same"),
    ("values-commands", "mailbox_creation", "declared mailboxes stand in the metadata"),
    ("events-stream", "pending", "numbers of events that are not sent any more"),
    ("events-stream", "high_water", "the same"),
    ("events-stream", "last_ack", "the same"),
    ("events-stream", "cursor", "the same"),
    ("stop-runaway", "state", "a fault is a state of its own"),
];

/// Requests that are answered otherwise, by conversation and number, with why.
const ANSWERED: &[(&str, &[(&str, &str)])] = &[
    (
        "errors",
        &[
            (r#""cmd":"bp.add""#, "it is known"),
            (r#"{"cmd":"pause"}"#, "without a pid it stops the clock"),
            (r#""cmd":"sym""#, "unknown pid"),
            (r#""cmd":"list""#, "unknown pid"),
            (r#""cmd":"step","pid":5"#, "unknown pid"),
        ],
    ),
    ("inspect", &[(r#""0x4000""#, "0x everywhere"), (r#""cmd":"disasm""#, "code, not data")]),
    ("trace", &[(r#""pid":7"#, "unknown pid")]),
    ("watch", &[(r#""absent.sym""#, "a file that is not there takes no names away"), (r#""op":"info""#, "the same")]),
];

/// Where the rest of a conversation is another one: the reference goes wrong there.
const CUT: &[(&str, &str)] =
    &[("stop-brk", r#""cmd":"resume""#), ("stop-runaway", r#""cmd":"resume""#), ("stop-exit", r#""cmd":"resume""#)];

/// Events that are not sent any more, or not sent there.
const OTHER_EVENTS: &[&str] = &["trace_step", "stdout", "stderr", "deadlock"];

fn mended(name: &str, path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    MENDED.iter().any(|(member, _)| path.contains(&format!(".{member}")) || last == *member)
        || MENDS.iter().any(|(of, end, _)| (*of == "*" || *of == name) && path.ends_with(end))
}

/// Where a message differs from the recorded one; more members than there are allowed.
fn differences(name: &str, want: &Value, got: &Value, path: &str, out: &mut Vec<String>) {
    if mended(name, path) {
        return;
    }
    match (want, got) {
        (Value::Object(want), Value::Object(got)) => {
            for (member, value) in want.iter().filter(|(member, _)| !VOLATILE.contains(&member.as_str())) {
                let path = format!("{path}.{member}");
                let missing = Value::String("(missing)".into());
                differences(name, value, got.get(member).unwrap_or(&missing), &path, out);
            }
        }
        (Value::Array(want), Value::Array(got)) if want.len() == got.len() => {
            for (i, (want, got)) in want.iter().zip(got).enumerate() {
                differences(name, want, got, &format!("{path}[{i}]"), out);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        _ if want == got => {}
        _ => out.push(format!("{path}: {want} is expected, {got} came")),
    }
}

/// Numbers of sessions and streams, as recorded and as they are.
#[derive(Default)]
struct Ids(BTreeMap<String, String>);

impl Ids {
    fn learn(&mut self, recorded: &Value, real: &Value) {
        if let (Some(a), Some(b)) = (recorded.as_str(), real.as_str()) {
            for (a, b) in a.split(':').zip(b.split(':')) {
                self.0.insert(a.to_owned(), b.to_owned());
            }
        }
    }

    fn put(&self, message: &Value, back: bool) -> Value {
        let mut text = message.to_string();
        for (recorded, real) in &self.0 {
            let (from, to) = if back { (real, recorded) } else { (recorded, real) };
            text = text.replace(from.as_str(), to);
        }
        serde_json::from_str(&text).expect("JSON")
    }
}

/// One side of a conversation.
fn lines(name: &str) -> Vec<Map<String, Value>> {
    let path = project("tests/cases/protocol").join(format!("{name}.jsonl"));
    let text = fs::read_to_string(path).expect("conversation");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Whether the free text of an error is that of the reference's host language.
fn is_host_text(error: &Value) -> bool {
    let text = error.as_str().unwrap_or_default();
    ["int()", "invalid literal", "[Errno", "clock step expects"].iter().any(|start| text.starts_with(start))
}

fn replay(name: &str) {
    let server = Server::new(&[], &[]);
    let mut client = server.client();
    let mut stream: Option<Client> = None;
    let mut ids = Ids::default();
    let mut problems = Vec::new();
    let all = lines(name);
    let answered = ANSWERED.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, list)| list);
    let cut = CUT.iter().find(|(of, _)| *of == name).map(|(_, text)| *text);
    let mut at = 0;
    while at < all.len() {
        let line = &all[at];
        if line["dir"] == "request" {
            let text = line["msg"].to_string();
            // serde_json sorts members; the texts above are those of the file.
            let recorded = recorded_text(name, at);
            if cut.is_some_and(|cut| recorded.contains(cut)) {
                break;
            }
            let want = &all[at + 1]["msg"];
            at += 2;
            let got = if let Some(raw) = line["msg"].get("_raw") {
                if !line_of(raw.as_str().unwrap_or_default(), &mut server.client()) {
                    problems.push(format!("{text}: one reply is expected"));
                }
                continue;
            } else if line["msg"]["cmd"] == "events.subscribe" {
                let mut fresh = server.client();
                let got = fresh.ask(&ids.put(&line["msg"], false));
                if got["status"] == "ok" {
                    stream = Some(fresh);
                }
                got
            } else {
                client.ask(&ids.put(&line["msg"], false))
            };
            ids.learn(&want["session"]["id"], &got["session"]["id"]);
            ids.learn(&want["events"]["token"], &got["events"]["token"]);
            if answered.iter().any(|(part, _)| recorded.contains(part)) {
                continue;
            }
            let (mut want, mut got) = (want.clone(), ids.put(&got, true));
            if is_host_text(&want["error"]) {
                want["error"] = Value::Null;
                got["error"] = Value::Null;
            }
            let mut out = Vec::new();
            differences(name, &want, &got, "", &mut out);
            problems.extend(out.into_iter().map(|difference| format!("{text}\n    {difference}")));
        } else {
            let (want, next) = recorded_events(name, &all, at);
            at = next;
            let Some(stream) = &mut stream else { continue };
            let mut got = Vec::new();
            let told = |event: &Value| !unordered(name, event);
            while got.len() < want.len()
                && let Some(event) = stream.event_within(Duration::from_secs(5))
            {
                got.extend(Some(ids.put(&event, true)).filter(told));
            }
            let mut out = Vec::new();
            let plain = |events: &[Value]| Value::Array(events.iter().map(without_seq).collect());
            differences(name, &plain(&want), &plain(&got), "events", &mut out);
            problems.extend(out);
        }
    }
    // Nothing more has come than was to come.
    if let Some(stream) = &mut stream {
        while let Some(event) = stream.event_within(Duration::from_millis(50)) {
            if !unordered(name, &event) && cut.is_none() {
                problems.push(format!("{event} was not to come"));
            }
        }
    }
    assert!(problems.is_empty(), "{name}:\n{}", problems.join("\n"));
}

/// A line as it stands in the file.
fn recorded_text(name: &str, at: usize) -> String {
    let path = project("tests/cases/protocol").join(format!("{name}.jsonl"));
    let text = fs::read_to_string(path).expect("conversation");
    text.lines().nth(at).unwrap_or_default().replace(r#""version":1,"#, "")
}

/// The events from a line on that are sent here too, and the line behind them.
fn recorded_events(name: &str, all: &[Map<String, Value>], from: usize) -> (Vec<Value>, usize) {
    let to = all[from..].iter().position(|line| line["dir"] != "event").map_or(all.len(), |n| from + n);
    let events = all[from..to].iter().map(|line| line["msg"].clone()).filter(|event| !unordered(name, event));
    (events.collect(), to)
}

/// Whether an event is not compared: it is sent on one side only, or says who was next where that differs.
fn unordered(name: &str, event: &Value) -> bool {
    let rotation = matches!(name, "two-tasks-mailbox" | "pause-resume-kill-reload");
    let plain = event["type"] == "task_state" && event["data"].get("reason").is_none();
    // What lies between two looks is not reported there.
    let between = event["data"].get("hx_turn").is_some();
    between
        || OTHER_EVENTS.iter().any(|kind| event["type"] == *kind)
        || rotation && (event["type"] == "scheduler" || plain)
}

fn without_seq(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().expect("event").remove("seq");
    event
}

/// Sends a line that is not a request: whether there is one reply to it.
fn line_of(text: &str, client: &mut Client) -> bool {
    match text {
        "bytes ff fe, then a newline" => client.raw(b"\xff\xfe\n"),
        text if text.ends_with("and no newline") => return true,
        text => client.raw(format!("{text}\n").as_bytes()),
    }
    client.reply().is_some_and(|reply| reply["status"] == "error")
}

macro_rules! conversations {
    ($($test:ident $name:literal)*) => {
        $(#[test] fn $test() { replay($name); })*
    };
}

conversations! {
    basics "basics"
    errors "errors"
    sessions "sessions"
    inspection "inspect"
    two_tasks_and_a_mailbox "two-tasks-mailbox"
    standard_input "stdin-echo"
    a_task_that_returns "task-returns"
    breakpoints "breakpoints"
    pause_resume_kill_and_reload "pause-resume-kill-reload"
    the_clock "clock"
    traces "trace"
    watches "watch"
    values_and_commands "values-commands"
    modes_of_streams "stdio-modes"
    streams_of_events "events-stream"
    brk "stop-brk"
    a_jump_out_of_the_code "stop-runaway"
    an_exit "stop-exit"
}

/// What HSX's own clients ask for at their start and end is answered, as far as the reference answers it.
#[test]
fn all_requests_of_the_stock_clients_are_done() {
    for (name, first) in [
        ("startup-shell", &[][..]),
        ("startup-blinkenlights", &["frames.hxe", "consumer.hxe"]),
        ("startup-dap", &["frames.hxe"]),
    ] {
        let server = Server::new(first, &[]);
        let mut ids = Ids::default();
        let mut connections: BTreeMap<u64, Client> = BTreeMap::new();
        let all = lines(name);
        for (at, line) in all.iter().enumerate().filter(|(_, line)| line["dir"] == "request") {
            let connection = line["conn"].as_u64().expect("a connection");
            let client = connections.entry(connection).or_insert_with(|| server.client());
            let got = client.ask(&ids.put(&line["msg"], false));
            let answer =
                |line: &&Map<String, Value>| line["dir"] == "response" && line["conn"].as_u64() == Some(connection);
            let want = all[at + 1..].iter().find(answer).map(|line| &line["msg"]);
            if let Some(want) = want {
                ids.learn(&want["session"]["id"], &got["session"]["id"]);
                ids.learn(&want["events"]["token"], &got["events"]["token"]);
                let refused =
                    want["status"] == "error" || matches!(line["msg"]["cmd"].as_str(), Some("restart" | "shutdown"));
                assert!(got["status"] == "ok" || refused, "{name}: {}: {got}", line["msg"]);
            }
        }
    }
}
