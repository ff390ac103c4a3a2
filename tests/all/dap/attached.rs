//! An editor on a machine that is served, with the files of its user.

use super::client::Client;
use super::{line_with, program};
use crate::serve::Server;
use crate::support::project;
use serde_json::{Value, json};

/// Attached, up to the event `initialized`.
fn attach(server: &Server, more: Value) -> Client {
    let mut client = Client::stdio();
    client.ask("initialize", json!({ "adapterID": "hsxray" }));
    let mut arguments = json!({ "port": server.address.port() });
    for (name, value) in more.as_object().expect("members") {
        arguments[name] = value.clone();
    }
    client.ask("attach", arguments);
    client.event("initialized");
    client
}

#[test]
fn a_breakpoint_in_the_users_own_file_stops_a_machine_that_is_attached_to() {
    let file = program("ping/producer.mvasm");
    let server = Server::new(&[file.as_str()], &[]);
    let mut client = attach(&server, json!({}));
    let line = line_with("ping/producer.mvasm", "ADD   R9, R9, R10");
    let set = json!({ "source": { "path": file }, "breakpoints": [{ "line": line }] });
    let set = client.ask("setBreakpoints", set)["breakpoints"][0].clone();
    assert_eq!((&set["verified"], &set["line"]), (&json!(true), &json!(line)), "{set}");
    client.ask("configurationDone", json!({}));
    client.stopped("entry", 1);
    client.ask("continue", json!({ "threadId": 1 }));
    let stop = client.stopped("breakpoint", 1);
    assert_eq!(stop["hitBreakpointIds"], json!([set["id"]]));
    let top = client.top(1);
    assert_eq!((&top["line"], &top["source"]["path"]), (&json!(line), &json!(file)), "{top}");
}

#[test]
fn the_c_source_of_an_image_that_is_served_is_the_users_file() {
    let image = project("tests/cases/c/lines/lines.hxe");
    let source = project("tests/cases/c/lines/lines.c");
    let server = Server::new(&[image.to_str().expect("path")], &[]);
    let mut client = attach(&server, json!({}));
    let first = json!({ "source": { "path": source }, "line": 1, "endLine": 9999 });
    let lines = client.ask("breakpointLocations", first)["breakpoints"].clone();
    let line = lines[0]["line"].clone();
    let set = json!({ "source": { "path": source }, "breakpoints": [{ "line": line }] });
    assert_eq!(client.ask("setBreakpoints", set)["breakpoints"][0]["verified"], true, "{lines}");
}

#[test]
fn a_source_of_a_recording_is_the_file_of_a_named_directory_that_has_the_same_text() {
    let folder = tempfile::tempdir().expect("folder");
    let recording = folder.path().join("session.hsxrec");
    let sources = folder.path().join("sources");
    std::fs::create_dir(&sources).expect("folder");
    let (was, copy) = (folder.path().join("producer.mvasm"), sources.join("producer.mvasm"));
    std::fs::copy(program("ping/producer.mvasm"), &was).expect("copied");
    let mut client = Client::stdio();
    client.initialize(json!({ "program": was, "save": recording }));
    client.ask("disconnect", json!({}));
    assert!(client.child.take().expect("child").wait().expect("ends").success());
    std::fs::rename(&was, &copy).expect("moved");

    let set = json!({ "source": { "path": copy }, "breakpoints": [{ "line": 13 }] });
    let mut client = Client::stdio();
    client.initialize(json!({ "program": recording, "source": ["sources"], "cwd": folder.path() }));
    assert_eq!(client.ask("setBreakpoints", set.clone())["breakpoints"][0]["verified"], true);
    // One that was changed since is not it.
    std::fs::write(&copy, "; another text").expect("written");
    let mut client = Client::stdio();
    client.initialize(json!({ "program": recording, "source": ["sources"], "cwd": folder.path() }));
    let other = client.ask("setBreakpoints", set)["breakpoints"][0].clone();
    assert_eq!(other["verified"], false, "{other}");
    assert!(other["message"].as_str().is_some_and(|why| why.contains("no program")), "{other}");
}
