//! Random requests: each is answered once, and none is the end of the adapter.

use super::client::{frame, read};
use crate::support::Written;
use hsxray::demo;
use hsxray::remote::dap::{self, Launch, Machine, Options, REQUESTS};
use serde_json::{Map, Value, json};
use std::io::Cursor;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    fn number(&mut self) -> i64 {
        [0, 1, 2, 3, 5, 8, 13, 40, -1, 0xFFFF, 0x10000, i64::MAX, i64::MIN][self.below(13)]
    }

    fn text(&mut self) -> Value {
        let texts = [
            "",
            "1",
            "r9",
            "R9",
            "0x4000",
            "0x100010010",
            "0x200011024",
            "main",
            "next",
            "again",
            "consumer:next",
            "r9 > 2",
            "1.pc",
            "w[0x4000]",
            "(((",
            "{",
            "%",
            "% 2",
            ">= 3",
            "a {r9} b",
            "AQID",
            "====",
            "\u{1}\u{FFFF}",
            "step 3",
            "back 2; ps",
            "break again; run 50",
            "goto 5",
            "info",
            "instruction",
            "line",
            "repl",
            "hover",
            "read",
            "write",
            "readWrite",
            "fault",
            "brk",
        ];
        self.of(&texts).into()
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 3 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => (self.below(2) == 0).into(),
            2 | 3 => self.number().into(),
            4 => self.text(),
            5 => (0..self.below(4)).map(|_| self.value(depth + 1)).collect(),
            _ => self.arguments(depth + 1),
        }
    }

    fn arguments(&mut self, depth: usize) -> Value {
        const MEMBERS: &[&str] = &[
            "threadId",
            "frameId",
            "variablesReference",
            "name",
            "value",
            "expression",
            "context",
            "granularity",
            "singleThread",
            "startFrame",
            "levels",
            "source",
            "sourceReference",
            "path",
            "line",
            "endLine",
            "breakpoints",
            "condition",
            "hitCondition",
            "logMessage",
            "dataId",
            "accessType",
            "bytes",
            "asAddress",
            "instructionReference",
            "offset",
            "memoryReference",
            "count",
            "data",
            "instructionOffset",
            "instructionCount",
            "filters",
            "threadIds",
            "targetId",
            "text",
            "column",
            "start",
            "filter",
            "format",
        ];
        let mut all = Map::new();
        for _ in 0..self.below(7) {
            let name = self.of(MEMBERS);
            // Mostly what a client would send.
            let value = match (self.below(4), name) {
                (0, _) => self.value(depth),
                (_, "threadId" | "frameId" | "variablesReference" | "line" | "count" | "targetId") => {
                    (1 + self.below(40)).into()
                }
                (_, "source" | "format") => self.arguments(depth + 1),
                (_, "breakpoints" | "filters") => (0..self.below(3)).map(|_| self.arguments(depth + 1)).collect(),
                _ => self.text(),
            };
            all.insert(name.to_owned(), value);
        }
        Value::Object(all)
    }
}

fn opened(_: &Launch) -> Result<Machine, String> {
    let target = demo::target("ping")?.begun();
    Ok(Machine { target: Box::new(target), pump: Box::new(|target, turns| target.pump(turns)), shared: false })
}

/// Serves a stream of bytes; what came back.
fn served(input: Vec<u8>) -> Vec<Value> {
    let written = Written::default();
    let served = dap::serve(Cursor::new(input), Box::new(written.clone()), &mut opened, Options::default());
    served.expect("a client that reads");
    let mut messages = Vec::new();
    read(written.text().as_bytes(), |message| {
        messages.push(message);
        true
    });
    messages
}

#[test]
fn random_requests_are_answered_once_each_in_order() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut stream = Vec::new();
    let mut requests = vec![
        ("initialize", json!({ "adapterID": "x", "supportsInvalidatedEvent": true })),
        ("launch", json!({ "demo": "ping" })),
        ("configurationDone", json!({})),
    ];
    let names: Vec<&str> = REQUESTS.iter().map(|row| row.name).filter(|name| *name != "disconnect").collect();
    requests.extend((0..4000).map(|_| (dice.of(&names), dice.arguments(0))));
    for (seq, (command, arguments)) in requests.iter().enumerate() {
        let message = json!({ "seq": seq, "type": "request", "command": command, "arguments": arguments });
        stream.extend(frame(message.to_string().as_bytes()));
    }
    let messages = served(stream);
    let replies: Vec<&Value> = messages.iter().filter(|message| message["type"] == "response").collect();
    let answered: Vec<Option<u64>> = replies.iter().map(|reply| reply["request_seq"].as_u64()).collect();
    assert_eq!(answered, (0..requests.len() as u64).map(Some).collect::<Vec<_>>());
    let worked = replies.iter().filter(|reply| reply["success"] == true).count();
    assert!(worked > 400, "only {worked} of {} worked", requests.len());
    // Numbers count up, and a machine that stands does not stop again.
    assert!(messages.iter().zip(1..).all(|(message, seq): (_, u64)| message["seq"] == seq));
}

#[test]
fn random_bytes_are_the_end_of_a_session_and_of_nothing_else() {
    let mut dice = Dice(7);
    let good = frame(br#"{"seq":1,"type":"request","command":"initialize","arguments":{}}"#);
    for _ in 0..500 {
        let mut bytes = good.repeat(3);
        for _ in 0..1 + dice.below(6) {
            let at = dice.below(bytes.len());
            match dice.below(3) {
                0 => bytes[at] = dice.below(256) as u8,
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, dice.below(256) as u8),
            }
        }
        assert!(served(bytes).len() <= 8);
    }
}
