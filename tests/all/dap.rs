//! The debug adapter, as an editor uses it.

mod client;

use crate::support::project;
use client::{Client, frame};
use serde_json::{Value, json};

fn program(path: &str) -> String {
    project("assets/programs").join(path).to_str().expect("path").to_owned()
}

fn ping() -> Value {
    json!({ "programs": [program("ping/producer.mvasm"), program("ping/consumer.mvasm")] })
}

fn line_with(path: &str, text: &str) -> i64 {
    let source = std::fs::read_to_string(program(path)).expect("source");
    1 + source.lines().position(|line| line.contains(text)).expect("line") as i64
}

#[test]
fn a_session_stops_at_the_entry_steps_both_ways_and_ends() {
    let mut client = Client::stdio().launched(ping());
    let threads = client.ask("threads", json!({}))["threads"].clone();
    assert_eq!(threads, json!([{ "id": 1, "name": "producer (ready)" }, { "id": 2, "name": "consumer (ready)" }]));
    let top = client.top(1);
    let first = line_with("ping/producer.mvasm", "LDI32 R1, name");
    assert_eq!((&top["name"], &top["line"]), (&"start".into(), &first.into()));
    assert_eq!(top["source"]["path"], program("ping/producer.mvasm"));

    client.ask("next", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    assert_eq!(client.top(1)["line"], first + 1);
    client.ask("stepIn", json!({ "threadId": 1, "granularity": "instruction" }));
    client.stopped("step", 1);
    assert_eq!(client.top(1)["line"], first + 2);
    client.ask("stepBack", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    assert_eq!(client.top(1)["line"], first + 1);
    client.ask("stepBack", json!({ "threadId": 1, "granularity": "instruction" }));
    client.stopped("step", 1);
    assert_eq!(client.top(1)["line"], first);
    let why = client.refused("stepBack", json!({ "threadId": 1 }));
    assert!(why.contains("before"), "{why}");

    client.ask("disconnect", json!({}));
    let status = client.child.take().expect("child").wait().expect("ends");
    assert!(status.success());
}

#[test]
fn a_breakpoint_at_a_line_stops_once_and_reverse_continue_finds_it_again() {
    let mut client = Client::stdio();
    client.initialize(ping());
    let line = line_with("ping/producer.mvasm", "ADD   R9, R9, R10");
    let source = json!({ "path": program("ping/producer.mvasm") });
    let set = client.ask("setBreakpoints", json!({ "source": source, "breakpoints": [{ "line": line }, { "line": 9999 }] }));
    assert_eq!(set["breakpoints"][0]["verified"], true, "{set}");
    assert_eq!(set["breakpoints"][1]["verified"], false);
    let id = set["breakpoints"][0]["id"].clone();
    client.ask("configurationDone", json!({}));
    client.stopped("entry", 1);
    for counter in 0..2 {
        client.ask("continue", json!({ "threadId": 1 }));
        let stop = client.stopped("breakpoint", 1);
        assert_eq!(stop["hitBreakpointIds"], json!([id]));
        assert_eq!(client.variable(1, "Registers", "R9")["value"], format!("0x{counter:08X}"));
    }
    client.ask("reverseContinue", json!({ "threadId": 1 }));
    client.stopped("breakpoint", 1);
    assert_eq!(client.variable(1, "Registers", "R9")["value"], "0x00000000");
    client.ask("reverseContinue", json!({ "threadId": 1 }));
    client.stopped("entry", 1);

    // The same one again keeps its number; with a condition it is another.
    let same = json!({ "source": source, "breakpoints": [{ "line": line }] });
    assert_eq!(client.ask("setBreakpoints", same)["breakpoints"][0]["id"], id);
    let only = json!({ "source": source, "breakpoints": [{ "line": line, "condition": "r9 == 3" }] });
    assert_ne!(client.ask("setBreakpoints", only)["breakpoints"][0]["id"], id);
    client.ask("continue", json!({ "threadId": 1 }));
    client.stopped("breakpoint", 1);
    assert_eq!(client.variable(1, "Registers", "R9")["value"], "0x00000003");
    let wrong = json!({ "source": source, "breakpoints": [{ "line": line, "condition": "r9 ==" }] });
    let wrong = client.ask("setBreakpoints", wrong);
    assert_eq!(wrong["breakpoints"][0]["verified"], false);
    assert!(wrong["breakpoints"][0]["message"].as_str().is_some_and(|why| !why.is_empty()));
}

#[test]
fn what_makes_no_sense_is_answered_or_ends_the_session() {
    let mut client = Client::stdio().launched(ping());
    client.raw(&frame(b"[1, 2"));
    assert!(client.event("output")["output"].as_str().is_some_and(|text| text.contains("not a request")));
    let nonsense = [
        ("explode", json!({})),
        ("continue", json!({ "threadId": "one" })),
        ("continue", json!([])),
        ("next", json!({ "threadId": 77 })),
        ("next", json!({ "threadId": -1, "granularity": "line" })),
        ("variables", json!({ "variablesReference": i64::MIN })),
        ("scopes", json!({ "frameId": i64::MAX })),
        ("readMemory", json!({ "memoryReference": "0x4000", "count": -1 })),
        ("readMemory", json!({ "memoryReference": "0x4000", "offset": i64::MAX, "count": 1 })),
        ("writeMemory", json!({ "memoryReference": "0x200014000", "data": "???" })),
        ("disassemble", json!({ "memoryReference": "0x100010000", "instructionCount": i64::MAX })),
        ("source", json!({ "sourceReference": i64::MIN })),
        ("goto", json!({ "threadId": 1, "targetId": 0 })),
        ("evaluate", json!({ "expression": "1 / 0" })),
        ("evaluate", json!({ "expression": "'", "context": "repl" })),
        ("launch", ping()),
    ];
    for (command, arguments) in nonsense {
        let why = client.refused(command, arguments.clone());
        assert!(!why.is_empty(), "{command} {arguments}");
    }
    assert_eq!(client.ask("threads", json!({}))["threads"].as_array().map(Vec::len), Some(2));
    client.raw(b"POST / HTTP/1.1\r\n\r\n");
    assert!(client.event("output")["output"].as_str().is_some_and(|text| text.contains("Name: value")));
    assert!(client.child.take().expect("child").wait().expect("ends").success());
}
