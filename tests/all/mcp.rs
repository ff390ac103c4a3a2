//! Commands as tools of the Model Context Protocol, as a client uses them.

use crate::support::project;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Client {
    fn new(options: &[&str]) -> Client {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
        command.arg("mcp").arg(project("tests/cases/protocol-programs/frames.hxe")).args(options);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("output")));
        Client { child, input, output }
    }

    fn send(&mut self, line: &str) {
        writeln!(self.input.as_mut().expect("input"), "{line}").expect("writes");
    }

    fn reply(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string());
        let reply = self.reply();
        assert_eq!((&reply["jsonrpc"], &reply["id"]), (&json!("2.0"), &json!(7)), "{reply}");
        reply
    }

    fn tool(&mut self, name: &str, arguments: &str) -> (bool, String) {
        let reply = self.ask("tools/call", json!({ "name": name, "arguments": { "arguments": arguments } }));
        let result = &reply["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned();
        (result["isError"] == false, text)
    }
}

#[test]
fn every_command_is_a_tool_and_without_leave_it_only_looks() {
    let mut client = Client::new(&[]);
    let begun = client.ask("initialize", json!({ "protocolVersion": "2025-03-26", "capabilities": {} }));
    assert_eq!(begun["result"]["protocolVersion"], "2025-03-26");
    client.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    let tools = client.ask("tools/list", json!({}))["result"]["tools"].clone();
    let names: Vec<&str> = tools.as_array().expect("list").iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, hsxray::command::COMMANDS.iter().map(|row| row.name).collect::<Vec<_>>());
    let (looked, text) = client.tool("info", "");
    assert!(looked, "{text}");
    let (ran, why) = client.tool("step", "5");
    assert!(!ran && why.contains("--write"), "{why}");
    let (_, text) = client.tool("info", "");
    assert!(text.contains("turn 0") || text.contains("turns 0") || text.contains(" 0"), "{text}");
}

#[test]
fn a_list_of_messages_is_answered_by_a_list_in_the_version_that_has_them() {
    let ping = |id: u64| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
    let told = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    for (version, lists) in [("2025-03-26", true), ("2025-06-18", false)] {
        let mut client = Client::new(&[]);
        client.ask("initialize", json!({ "protocolVersion": version }));
        client.send(&json!([ping(1), told, ping(2)]).to_string());
        let reply = client.reply();
        if lists {
            let ids: Vec<&Value> = reply.as_array().expect("list").iter().map(|reply| &reply["id"]).collect();
            assert_eq!(ids, [1, 2], "{reply}");
            // To what asks for nothing nothing is answered: the next reply is that to the next message.
            client.send(&json!([told]).to_string());
            assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
        } else {
            assert_eq!(reply["error"]["code"], -32600, "{reply}");
        }
    }
}

#[test]
fn with_leave_it_runs_to_an_end_or_its_bound_and_goes_back() {
    let mut client = Client::new(&["--write", "--turns", "5000"]);
    assert!(client.tool("step", "5").0);
    let (ran, text) = client.tool("run", "");
    assert!(ran && text.contains("turn 5005"), "{text}");
    assert!(client.tool("goto", "3").0);
    let (ran, why) = client.tool("step", "1; step 1");
    assert!(!ran && why.contains("without ;"), "{why}");
}

#[test]
fn a_line_for_a_stop_is_looked_at_when_the_stop_is_given_it() {
    let mut client = Client::new(&["--write"]);
    assert!(client.tool("break", "0x24").0);
    for (line, ok) in [("1 'set nosuch 3'", false), ("1 'ps; view nosuch'", false), ("1 'view memory'", true)] {
        let (done, said) = client.tool("commands", line);
        assert_eq!(done, ok, "{line}: {said}");
    }
}

#[test]
fn what_is_no_message_is_answered_and_the_next_one_too() {
    let mut client = Client::new(&[]);
    for (line, code) in [("nonsense", -32700), ("[1]", -32600), (r#"{"id":1,"method":"x"}"#, -32601)] {
        client.send(line);
        assert_eq!(client.reply()["error"]["code"], code, "{line}");
    }
    let unknown = client.ask("tools/call", json!({ "name": "no-such-tool" }));
    assert_eq!(unknown["error"]["code"], -32602);
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    drop(client.input.take());
    assert!(client.child.wait().expect("ends").success());
}
