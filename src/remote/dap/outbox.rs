//! What goes to the client: replies and events, numbered.

use super::Failed;
use crate::remote::wire;
use crate::text::{escaped_json, is_hidden, visible};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub name: &'static str,
    pub body: Value,
}

impl Event {
    /// A text that the client shows to the user.
    pub fn important(text: String) -> Event {
        Event { name: "output", body: json!({ "category": "important", "output": text }) }
    }
}

/// Says to a client that it is not served, and why.
///
/// # Errors
/// It cannot be written to.
pub fn refuse(output: &mut impl Write, why: String) -> io::Result<()> {
    let Event { name, body } = Event::important(why);
    let message = json!({ "seq": 1, "type": "event", "event": name, "body": body });
    wire::write_frame(output, escaped_json(message.to_string()).as_bytes())
}

/// Members that clients open or give back: they stay as they are.
const KEPT: [&str; 2] = ["path", "dataId"];

/// Makes visible what is not seen in the texts of a message: editors and their terminals would follow it. Lines and tabs stay.
fn make_visible(message: &mut Value) {
    match message {
        Value::String(text) if text.chars().any(is_hidden) => {
            let cells = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
            *text = text.replace("\r\n", "\n").split('\n').map(cells).collect::<Vec<_>>().join("\n");
        }
        Value::Array(all) => all.iter_mut().for_each(make_visible),
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| !KEPT.contains(&name.as_str())).for_each(|(_, m)| make_visible(m));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Writes messages.
pub(super) struct Outbox {
    out: Box<dyn Write>,
    log: Option<Box<dyn Write + Send>>,
    seq: u64,
}

impl Outbox {
    pub fn new(out: Box<dyn Write>, log: Option<Box<dyn Write + Send>>) -> Outbox {
        Outbox { out, log, seq: 0 }
    }

    /// Notes a message. A log that cannot be written to is closed; the session continues.
    pub fn log(&mut self, way: &str, body: &[u8]) {
        let text = escaped_json(String::from_utf8_lossy(body).into_owned());
        let written = self.log.as_mut().map(|log| writeln!(log, "{way} {text}").and_then(|()| log.flush()));
        if written.is_some_and(|written| written.is_err()) {
            self.log = None;
        }
    }

    /// Answers a request.
    pub fn reply(&mut self, request: i64, command: &str, reply: Result<Value, Failed>) -> io::Result<()> {
        let mut message = json!({ "type": "response", "request_seq": request, "command": command });
        match reply {
            Ok(body) => {
                message["success"] = true.into();
                if !body.is_null() {
                    message["body"] = body;
                }
            }
            Err(Failed(why)) => {
                message["success"] = false.into();
                // In a format braces name variables: the text is one.
                message["body"] = json!({ "error": {
                    "id": 1, "format": "{why}", "variables": { "why": why }, "showUser": true,
                } });
                message["message"] = why.into();
            }
        }
        self.send(message)
    }

    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let mut message = json!({ "type": "event", "event": event.name });
        if !event.body.is_null() {
            message["body"] = event.body.clone();
        }
        self.send(message)
    }

    fn send(&mut self, mut message: Value) -> io::Result<()> {
        self.seq += 1;
        message["seq"] = self.seq.into();
        make_visible(&mut message);
        let body = escaped_json(message.to_string());
        self.log("->", body.as_bytes());
        wire::write_frame(&mut *self.out, body.as_bytes())
    }
}
