//! How a session ends, and what is said of it.

use super::client::Client;
use super::{line_with, ping, program};
use serde_json::json;

/// How often an event was sent, of all that come until the adapter has ended.
fn count(client: &mut Client, name: &str) -> usize {
    client.ask("disconnect", json!({}));
    assert!(client.child.take().expect("child").wait().expect("ends").success());
    client.rest().iter().filter(|event| event["event"] == name).count()
}

#[test]
fn the_end_is_said_once() {
    let mut client = Client::stdio();
    client
        .initialize(json!({ "program": program("lost-update/first.mvasm"), "stopOnEntry": false, "endAtExit": true }));
    client.ask("configurationDone", json!({}));
    client.event("terminated");
    client.ask("terminate", json!({}));
    assert_eq!(count(&mut client, "terminated"), 0, "it was said already");
    let mut client = Client::stdio().launched(ping());
    client.ask("terminate", json!({}));
    client.ask("terminate", json!({}));
    assert_eq!(count(&mut client, "exited"), 1);
}

#[test]
fn without_debugging_nothing_stops_a_program_before_its_end() {
    let mut client = Client::stdio();
    client.initialize(json!({ "program": program("lost-update/first.mvasm"), "noDebug": true }));
    let source = json!({ "path": program("lost-update/first.mvasm") });
    let line = line_with("lost-update/first.mvasm", "ADD   R2, R2, R3");
    let set = client.ask("setBreakpoints", json!({ "source": source, "breakpoints": [{ "line": line }] }));
    assert_eq!(set["breakpoints"][0]["verified"], false, "{set}");
    client.ask("setExceptionBreakpoints", json!({ "filters": ["fault", "brk", "race"] }));
    client.ask("configurationDone", json!({}));
    // No `stopped` comes before it.
    client.event("terminated");
}

#[test]
fn without_debugging_a_deadlock_is_the_end_and_says_so() {
    let programs = [program("deadlock/left.mvasm"), program("deadlock/right.mvasm")];
    let mut client = Client::stdio();
    client.initialize(json!({ "programs": programs, "noDebug": true }));
    client.ask("configurationDone", json!({}));
    let said = client.event("output")["output"].clone();
    assert!(said.as_str().is_some_and(|text| text.contains("deadlock")), "{said}");
    client.event("terminated");
}

#[test]
fn a_stop_names_no_task_that_is_gone() {
    let mut client = Client::stdio().launched(ping());
    client.ask("terminateThreads", json!({ "threadIds": [1] }));
    client.ask("pause", json!({ "threadId": 1 }));
    client.stopped("entry", 2);
    client.ask("terminateThreads", json!({ "threadIds": [2] }));
    client.ask("continue", json!({ "threadId": 1 }));
    let stop = client.event("stopped");
    assert!(stop.get("threadId").is_none(), "{stop}");
}
