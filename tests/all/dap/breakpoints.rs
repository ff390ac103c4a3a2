//! What becomes of breakpoints while tasks come and go and the console is used.

use super::client::Client;
use super::{line_with, ping, program};
use serde_json::{Value, json};

fn at(path: &str, lines: &[i64]) -> Value {
    let breakpoints: Vec<Value> = lines.iter().map(|line| json!({ "line": line })).collect();
    json!({ "source": { "path": program(path) }, "breakpoints": breakpoints })
}

#[test]
fn a_breakpoint_that_is_deleted_in_the_console_is_removed_and_can_be_set_again() {
    let mut client = Client::stdio().launched(ping());
    let line = line_with("ping/producer.mvasm", "ADD   R9, R9, R10");
    let set = |client: &mut Client| {
        client.ask("setBreakpoints", at("ping/producer.mvasm", &[line]))["breakpoints"][0].clone()
    };
    let first = set(&mut client);
    client.console("delete 1");
    let event = client.event("breakpoint");
    assert_eq!((&event["reason"], &event["breakpoint"]["id"]), (&json!("removed"), &first["id"]), "{event}");
    let again = set(&mut client);
    assert_eq!(again["verified"], true, "{again}");
    client.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(client.stopped("breakpoint", 1)["hitBreakpointIds"], json!([again["id"]]));
    // What the user has removed stays so after a restart.
    client.console("delete 2");
    assert_eq!(client.event("breakpoint")["reason"], "removed");
    client.ask("restart", json!({}));
    client.stopped("entry", 1);
    assert!(!client.console("info breakpoints").contains("0x"), "none is left");
}

#[test]
fn a_line_for_a_stop_is_looked_at_when_the_stop_is_given_it() {
    let mut client = Client::stdio().launched(ping());
    client.console("break again -p 1");
    for line in ["commands 1 'set nosuch 3'", "commands 1 'print nosuch'"] {
        let why = client.refused("evaluate", json!({ "expression": line, "context": "repl" }));
        assert!(why.contains("nosuch"), "{line}: {why}");
    }
    client.console("commands 1 'view memory'");
}

#[test]
fn one_that_is_switched_off_in_the_console_is_not_verified_until_it_is_on_again() {
    let mut client = Client::stdio().launched(ping());
    client.ask("setBreakpoints", at("ping/producer.mvasm", &[13]));
    for (line, verified) in [("disable 1", false), ("enable 1", true)] {
        client.console(line);
        let event = client.event("breakpoint");
        assert_eq!(
            (&event["reason"], &event["breakpoint"]["verified"]),
            (&json!("changed"), &json!(verified)),
            "{event}"
        );
    }
}

#[test]
fn a_breakpoint_is_verified_when_the_program_comes_that_has_its_source() {
    let mut client = Client::stdio().launched(json!({ "program": program("ping/producer.mvasm") }));
    let line = line_with("ping/consumer.mvasm", "ADD   R9, R9, R6");
    let set = client.ask("setBreakpoints", at("ping/consumer.mvasm", &[line]))["breakpoints"][0].clone();
    assert_eq!(set["verified"], false, "{set}");
    client.console(&format!("load {}", program("ping/consumer.mvasm")));
    let event = client.event("breakpoint");
    let now = &event["breakpoint"];
    assert_eq!(
        (&event["reason"], &now["id"], &now["verified"]),
        (&json!("changed"), &set["id"], &json!(true)),
        "{event}"
    );
    client.ask("continue", json!({ "threadId": 1 }));
    assert_eq!(client.stopped("breakpoint", 2)["hitBreakpointIds"], json!([set["id"]]));
}

#[test]
fn what_can_never_stop_is_not_verified_and_says_why() {
    let mut client = Client::stdio().launched(ping());
    let top = client.top(1)["instructionPointerReference"].clone();
    let wanted = json!([
        { "instructionReference": top },
        { "instructionReference": top, "offset": 3 },
        { "instructionReference": top, "offset": 4000 },
        { "instructionReference": "0x100090000" },
    ]);
    let set = client.ask("setInstructionBreakpoints", json!({ "breakpoints": wanted }))["breakpoints"].clone();
    let verified: Vec<bool> = set.as_array().expect("list").iter().map(|b| b["verified"] == true).collect();
    assert_eq!(verified, [true, false, false, false], "{set}");
    assert!(set[2]["message"].as_str().is_some_and(|why| why.contains("no task has an instruction")), "{set}");
    assert!(set[3]["message"].as_str().is_some_and(|why| why.contains("no task 9")), "{set}");
    let functions = json!({ "breakpoints": [{ "name": "pace" }, { "name": "0x9000" }, { "name": "nowhere" }] });
    let set = client.ask("setFunctionBreakpoints", functions)["breakpoints"].clone();
    let verified: Vec<bool> = set.as_array().expect("list").iter().map(|b| b["verified"] == true).collect();
    assert_eq!(verified, [true, false, false], "{set}");
}

#[test]
fn hits_of_a_line_that_two_tasks_have_are_counted_together() {
    let twice = json!({ "programs": [program("ping/producer.mvasm"), program("ping/producer.mvasm")] });
    let mut client = Client::stdio().launched(twice);
    let counted = json!({ "source": { "path": program("ping/producer.mvasm") },
        "breakpoints": [{ "line": 13, "hitCondition": "2" }] });
    client.ask("setBreakpoints", counted);
    client.ask("continue", json!({ "threadId": 1 }));
    // The first hit is of task 1, the second of task 2.
    client.stopped("breakpoint", 2);
}

#[test]
fn memory_that_is_not_there_cannot_be_watched() {
    let mut client = Client::stdio().launched(ping());
    for (name, bytes) in [("0x5000", 0), ("0xFFFE", 4), ("0xFFFF", 2)] {
        let info = client.ask("dataBreakpointInfo", json!({ "name": name, "asAddress": true, "bytes": bytes }));
        assert_eq!(info["dataId"], Value::Null, "{name} {bytes}: {info}");
    }
    let info = client.ask("dataBreakpointInfo", json!({ "name": "0xFFFC", "asAddress": true, "bytes": 4 }));
    assert!(info["dataId"].is_string(), "{info}");
}
