//! The debug adapter, as an editor uses it.

mod attached;
mod breakpoints;
mod client;
mod doors;
mod ends;
mod fuzz;
mod looks;
mod motion;

use crate::support::project;
use client::Client;
pub use client::{frame, read};
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
    client.ask("stepBack", json!({ "threadId": 1 }));
    let why = client.stopped("entry", 1)["text"].clone();
    assert!(why.as_str().is_some_and(|why| why.contains("before")), "{why}");

    client.ask("disconnect", json!({}));
    let status = client.child.take().expect("child").wait().expect("ends");
    assert!(status.success());
}

#[test]
fn an_editor_joins_a_machine_that_is_served_and_sees_what_others_do() {
    let server = crate::serve::Server::new(&["frames.hxe"], &[]);
    let mut other = server.client();
    other.ok(json!({ "cmd": "step", "steps": 11 }));
    let mut client = Client::stdio();
    client.ask("initialize", json!({ "adapterID": "hsxray" }));
    client.ask("attach", json!({ "port": server.address.port() }));
    client.event("initialized");
    client.ask("configurationDone", json!({}));
    client.stopped("entry", 1);
    assert_eq!((&client.top(1)["name"], &client.top(1)["line"]), (&"inner".into(), &25.into()));

    client.ask("stepIn", json!({ "threadId": 1, "granularity": "instruction" }));
    client.stopped("step", 1);
    assert_eq!(other.ok(json!({ "cmd": "dumpregs", "pid": 1 }))["registers"]["steps"], 12);
    other.ok(json!({ "cmd": "step", "steps": 3 }));
    client.event("continued");
    client.stopped("step", 1);
    assert_eq!(client.top(1)["name"], "outer");
    client.ask("stepBack", json!({ "threadId": 1, "granularity": "instruction" }));
    client.stopped("step", 1);
    assert_eq!(other.ok(json!({ "cmd": "dumpregs", "pid": 1 }))["registers"]["steps"], 14);

    other.ok(json!({ "cmd": "clock", "op": "start" }));
    client.event("continued");
    client.ask("pause", json!({ "threadId": 1 }));
    client.event("stopped");
    other.until(|other| other.ok(json!({ "cmd": "clock" }))["clock"]["running"] == false);
    client.ask("disconnect", json!({}));
    assert_eq!(other.ok(json!({ "cmd": "ping" }))["reply"], "pong");
}

#[test]
fn a_breakpoint_at_a_line_stops_once_and_reverse_continue_finds_it_again() {
    let mut client = Client::stdio();
    client.initialize(ping());
    let line = line_with("ping/producer.mvasm", "ADD   R9, R9, R10");
    let source = json!({ "path": program("ping/producer.mvasm") });
    let set =
        client.ask("setBreakpoints", json!({ "source": source, "breakpoints": [{ "line": line }, { "line": 9999 }] }));
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

#[test]
fn hits_are_counted_and_a_log_point_writes_without_stopping_a_run_or_a_step() {
    let mut client = Client::stdio();
    client.initialize(ping());
    let source = json!({ "path": program("ping/producer.mvasm") });
    let line = line_with("ping/producer.mvasm", "ADD   R9, R9, R10");
    let counted = json!({ "source": source, "breakpoints": [{ "line": line, "hitCondition": "% 3" }] });
    client.ask("setBreakpoints", counted);
    client.ask("configurationDone", json!({}));
    client.stopped("entry", 1);
    for counter in [2, 5] {
        client.ask("continue", json!({ "threadId": 1 }));
        client.stopped("breakpoint", 1);
        assert_eq!(client.variable(1, "Registers", "R9")["value"], format!("0x{counter:08X}"));
    }
    let log = json!({ "source": source, "breakpoints": [
        { "line": line, "logMessage": "counter {r9}, {nothing}, {" }, { "line": line + 1, "condition": "r9 == 8" },
    ] });
    client.ask("setBreakpoints", log);
    client.ask("reverseContinue", json!({ "threadId": 1 }));
    client.stopped("entry", 1);
    client.ask("continue", json!({ "threadId": 1 }));
    for counter in 0..8 {
        let written = client.event("output")["output"].as_str().expect("text").to_owned();
        assert!(written.starts_with(&format!("counter {counter}, <")) && written.ends_with(", {\n"), "{written}");
    }
    client.stopped("breakpoint", 1);
    // A step that ends at a log point is a step.
    client.ask("stepBack", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    client.ask("stepBack", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    client.ask("next", json!({ "threadId": 1, "singleThread": true }));
    assert_eq!(client.event("output")["output"].as_str().map(|text| text.starts_with("counter 7")), Some(true));
    client.stopped("step", 1);
    assert_eq!(client.top(1)["line"], line);
}

#[test]
fn a_deadlock_names_who_waits_and_one_step_back_leaves_it() {
    let programs = json!([program("deadlock/left.mvasm"), program("deadlock/right.mvasm")]);
    let mut client = Client::stdio();
    client.initialize(json!({ "programs": programs, "stopOnEntry": false }));
    client.ask("configurationDone", json!({}));
    client.stopped("exception", 1);
    let info = client.ask("exceptionInfo", json!({ "threadId": 1 }));
    assert_eq!(info["exceptionId"], "deadlock");
    assert_eq!(info["details"]["stackTrace"], "task 1 waits for app:a\ntask 2 waits for app:b");
    let threads = client.ask("threads", json!({}))["threads"].clone();
    assert_eq!(threads[0]["name"], "left (waiting for app:a)");
    client.ask("next", json!({ "threadId": 1, "singleThread": true }));
    let held = client.stopped("step", 1);
    assert!(held["text"].as_str().is_some_and(|text| text.contains("waits for app:a")), "{held}");
    client.ask("stepBack", json!({ "threadId": 1, "granularity": "instruction" }));
    client.stopped("step", 1);
    assert_eq!(client.ask("threads", json!({}))["threads"][0]["name"], "left (ready)");
}

#[test]
fn a_fault_stops_unless_its_filter_is_off_and_a_listing_stands_in_for_a_source() {
    let fault = project("tests/cases/fault-mem/main.hxe");
    let configuration = json!({ "program": fault, "stopOnEntry": false });
    let mut client = Client::stdio();
    client.initialize(configuration.clone());
    client.ask("setExceptionBreakpoints", json!({ "filters": [] }));
    client.ask("configurationDone", json!({}));
    client.stopped("end", 1);
    let mut client = Client::stdio();
    client.initialize(configuration);
    client.ask("configurationDone", json!({}));
    client.stopped("exception", 1);
    let info = client.ask("exceptionInfo", json!({ "threadId": 1 }));
    assert_eq!(info["exceptionId"], "mem_fault");
    assert!(info["details"]["stackTrace"].as_str().is_some_and(|text| text.contains("past the end of RAM")), "{info}");
    let top = client.top(1);
    assert_eq!(top["line"], 4);
    let source = top["source"].clone();
    let text = client.ask("source", json!({ "source": source, "sourceReference": source["sourceReference"] }));
    assert!(text["content"].as_str().is_some_and(|text| text.contains("0010  02210000  LD     R2, [R1+0]")), "{text}");
    let set = client.ask("setBreakpoints", json!({ "source": source, "breakpoints": [{ "line": 2 }] }));
    assert_eq!(set["breakpoints"][0]["verified"], true);
    client.ask("reverseContinue", json!({ "threadId": 1 }));
    client.stopped("breakpoint", 1);
    assert_eq!(client.top(1)["line"], 2);
}

#[test]
fn a_race_stops_where_its_filter_is_on_and_its_condition_true() {
    let programs = json!([program("lost-update/first.mvasm"), program("lost-update/second.mvasm")]);
    let start = |filters: Value| {
        let mut client = Client::stdio();
        client.initialize(json!({ "programs": programs, "stopOnEntry": false }));
        let set = client.ask("setExceptionBreakpoints", filters);
        client.ask("configurationDone", json!({}));
        (client, set["breakpoints"].clone())
    };
    let (mut client, set) = start(json!({ "filters": ["race"] }));
    assert_eq!(set, json!([{ "verified": true }]));
    let stopped = client.stopped("exception", 1);
    assert!(stopped["text"].as_str().is_some_and(|text| text.contains("race at 0x5000")), "{stopped}");
    let option =
        |condition: &str| json!({ "filters": [], "filterOptions": [{ "filterId": "race", "condition": condition }] });
    let (mut client, set) = start(option("turn > 9"));
    assert_eq!(set, json!([{ "verified": true }]));
    client.stopped("exception", 2);
    let (mut client, set) = start(option("turn >"));
    assert_eq!(set[0]["verified"], false);
    client.stopped("end", 2);
}

#[test]
fn a_fault_is_passed_whose_condition_is_false() {
    let configuration = json!({ "program": project("tests/cases/fault-mem/main.hxe"), "stopOnEntry": false });
    for (condition, reason) in [("turn == 0", "end"), ("turn > 0", "exception")] {
        let mut client = Client::stdio();
        client.initialize(configuration.clone());
        let option = json!({ "filterId": "fault", "condition": condition });
        client.ask("setExceptionBreakpoints", json!({ "filters": [], "filterOptions": [option] }));
        client.ask("configurationDone", json!({}));
        client.stopped(reason, 1);
    }
}

#[test]
fn what_only_this_debugger_knows_has_requests_of_its_own() {
    let mut client = Client::stdio().launched(ping());
    client.ask("evaluate", json!({ "expression": "run 60", "context": "repl" }));
    client.event("stopped");
    let waits = client.ask("hsxray/waits", json!({}));
    assert_eq!(waits["tasks"].as_array().map(Vec::len), Some(2), "{waits}");
    assert_eq!(client.ask("hsxray/branches", json!({}))["branches"].as_array().map(Vec::len), Some(1));
    let lanes = client.ask("hsxray/lanes", json!({ "from": 1, "to": 60 }));
    assert_eq!((&lanes["from"], &lanes["to"]), (&json!(1), &json!(60)), "{lanes}");
    client.refused("hsxray/lanes", json!({ "from": 1 }));
    client.ask("hsxray/freeze", json!({ "threadId": 1 }));
    let names = |client: &mut Client| client.ask("threads", json!({}))["threads"].to_string();
    assert!(names(&mut client).contains("frozen") || names(&mut client).contains("paused"), "{}", names(&mut client));
    client.ask("hsxray/thaw", json!({ "threadId": 1 }));
    let written = client.ask("hsxray/lastWrite", json!({ "threadId": 1, "variable": "r9" }));
    client.stopped("goto", 1);
    assert_eq!(written["pid"], 1, "{written}");
    let why = client.refused("hsxray/lastWrite", json!({ "variable": "nowhere" }));
    assert!(why.contains("nowhere"), "{why}");
    // A change in the past begins a branch.
    client.ask("setExpression", json!({ "expression": "1.r9", "value": "7" }));
    assert_eq!(client.event("hsxray/branch")["from"], 1);
}

#[test]
fn a_client_may_name_files_by_uris_and_is_told_that_memory_has_changed() {
    let mut client = Client::stdio();
    client.ask("initialize", json!({ "adapterID": "hsxray", "pathFormat": "uri", "supportsMemoryEvent": true }));
    client.ask("launch", ping());
    client.event("initialized");
    let uri = format!("file://{}", program("ping/producer.mvasm"));
    let line = line_with("ping/producer.mvasm", "LDI32 R1, name") + 1;
    let set = json!({ "source": { "path": uri }, "breakpoints": [{ "line": line }] });
    assert_eq!(client.ask("setBreakpoints", set)["breakpoints"][0]["verified"], true);
    client.ask("configurationDone", json!({}));
    client.event("stopped");
    client.ask("continue", json!({ "threadId": 1 }));
    client.stopped("breakpoint", 1);
    assert_eq!(client.top(1)["source"]["path"], uri);
    let registers = client.scope(2, "Registers");
    client.ask("setVariable", json!({ "variablesReference": registers, "name": "R9", "value": "7" }));
    let told: Vec<Value> = (0..2).map(|_| client.event("memory")).collect();
    assert!(told.iter().all(|event| event["count"] == 0x10000 && event["offset"] == 0), "{told:?}");
    assert_ne!(told[0]["memoryReference"], told[1]["memoryReference"], "one for each task's view");
}

#[test]
fn registers_are_memory_that_can_be_read_written_and_watched() {
    let mut client = Client::stdio().launched(ping());
    let registers = client.scope(2, "Registers");
    let set =
        client.ask("setVariable", json!({ "variablesReference": registers, "name": "R9", "value": "0x01020304" }));
    assert_eq!(set["value"], "0x01020304");
    let memory = client.variable(2, "Registers", "R9")["memoryReference"].clone();
    let read = client.ask("readMemory", json!({ "memoryReference": memory, "count": 4 }));
    assert_eq!(read["data"], "BAMCAQ==");
    client.ask("writeMemory", json!({ "memoryReference": memory, "data": "/////w==" }));
    assert_eq!(client.variable(2, "Registers", "R9")["value"], "0xFFFFFFFF");
    let end = client.ask("readMemory", json!({ "memoryReference": "0xFFFE", "count": 8 }));
    assert_eq!(end["unreadableBytes"], 6);
    let info = client.ask("dataBreakpointInfo", json!({ "variablesReference": registers, "name": "R9" }));
    let watched = json!([{ "dataId": info["dataId"], "accessType": "write" }]);
    let id = client.ask("setDataBreakpoints", json!({ "breakpoints": watched }))["breakpoints"][0]["id"].clone();
    client.ask("continue", json!({ "threadId": 2 }));
    let stop = client.stopped("data breakpoint", 2);
    assert_eq!(stop["hitBreakpointIds"], json!([id]));
    assert_eq!(client.variable(2, "Registers", "R9")["value"], "0x00000000");
}

#[test]
fn the_console_takes_commands_whose_runs_stop_once() {
    let mut client = Client::stdio().launched(ping());
    assert!(client.console("ps").contains("producer"));
    assert_eq!(client.console("1.pc + 4"), "4");
    client.console("step 10; step 5; goto 12");
    client.event("continued");
    let stop = client.event("stopped");
    assert_eq!(stop["description"], "in the past", "{stop}");
    assert!(client.console("info").contains("turn 12"));
    let offers = client.ask("completions", json!({ "text": "brea", "column": 5 }));
    assert_eq!((&offers["targets"][0]["label"], &offers["targets"][0]["start"]), (&"break".into(), &1.into()));
    assert!(client.refused("evaluate", json!({ "expression": "goto 99999", "context": "repl" })).contains("99999"));
}

#[test]
fn a_run_takes_requests_between_its_turns_and_is_paused() {
    let mut client = Client::stdio();
    client.initialize(json!({ "programs": ping()["programs"], "stopOnEntry": false }));
    client.ask("configurationDone", json!({}));
    assert_eq!(client.ask("threads", json!({}))["threads"].as_array().map(Vec::len), Some(2));
    assert!(client.refused("next", json!({ "threadId": 1 })).contains("running"));
    client.ask("pause", json!({ "threadId": 1 }));
    let stop = client.event("stopped");
    assert_eq!(stop["reason"], "pause");
    // A client that pauses a machine that stands has missed the stop: it hears of it again.
    client.ask("pause", json!({ "threadId": 1 }));
    assert_eq!(client.event("stopped"), stop);
    client.ask("next", json!({ "threadId": 1, "granularity": "instruction" }));
    client.stopped("step", 1);
}

/// A process that ends with its test.
struct Server(std::process::Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_socket_asks_for_its_token() {
    use std::io::{BufRead, BufReader};
    let mut server = Server(
        std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"))
            .args(["dap", "--listen", "127.0.0.1:0", "--token", "secret"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("hsxray runs"),
    );
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
    let address = line.trim().rsplit(' ').next().expect("an address").to_owned();
    let mut client = Client::socket(&address);
    client.ask("initialize", json!({ "adapterID": "hsxray" }));
    assert!(client.refused("launch", ping()).contains("token"));
    assert!(client.refused("restart", json!({ "arguments": ping() })).contains("launched"));
    let with = json!({ "programs": ping()["programs"], "token": "secret" });
    client.ask("launch", with);
    client.event("initialized");
    let mut other = Client::socket(&address);
    other.ask("initialize", json!({ "adapterID": "hsxray" }));
    assert!(other.refused("threads", json!({})).contains("launched"));
}
