//! Requests that move the machine, where they are refused, of one task, or interrupted.

use super::client::Client;
use super::{line_with, ping, program};
use crate::support::project;
use serde_json::{Value, json};

#[test]
fn a_step_that_is_refused_ends_where_it_began_and_says_why() {
    let mut client = Client::stdio().launched(ping());
    client.ask("next", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    client.ask("stepOut", json!({ "threadId": 1 }));
    let stop = client.stopped("step", 1);
    assert!(stop["text"].as_str().is_some_and(|why| why.contains("no function")), "{stop}");
    assert_eq!(stop["text"], stop["description"]);
    // The session continues as after any stop.
    client.ask("next", json!({ "threadId": 1 }));
    client.stopped("step", 1);
}

#[test]
fn stepping_back_from_the_first_line_of_c_leads_to_the_start_of_the_task() {
    let mut client = Client::stdio().launched(json!({ "program": project("tests/cases/c/lines/lines.hxe") }));
    let start = client.top(1)["instructionPointerReference"].clone();
    client.ask("next", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    // However many lines there were, the last step back ends where the task begins.
    for _ in 0..3 {
        client.ask("stepBack", json!({ "threadId": 1 }));
        client.event("stopped");
    }
    assert_eq!(client.top(1)["instructionPointerReference"], start);
}

#[test]
fn a_search_back_for_one_task_passes_the_stops_of_others() {
    let mut client = Client::stdio().launched(ping());
    for (path, text) in [("ping/producer.mvasm", "ADD   R9, R9, R10"), ("ping/consumer.mvasm", "ADD   R9, R9, R6")] {
        let source = json!({ "path": program(path) });
        let line = line_with(path, text);
        client.ask("setBreakpoints", json!({ "source": source, "breakpoints": [{ "line": line }] }));
    }
    for _ in 0..6 {
        client.ask("continue", json!({ "threadId": 1 }));
        client.event("stopped");
    }
    let mut threads = Vec::new();
    loop {
        client.ask("reverseContinue", json!({ "threadId": 1, "singleThread": true }));
        let stop = client.event("stopped");
        if stop["reason"] == "entry" {
            break;
        }
        threads.push(stop["threadId"].clone());
    }
    assert!(threads.len() > 1 && threads.iter().all(|thread| *thread == 1), "{threads:?}");
}

#[test]
fn a_pause_is_of_the_task_that_runs_alone_or_is_asked_for() {
    let mut client = Client::stdio().launched(ping());
    for (thread, asked) in [(1, 2), (2, 2)] {
        let alone = thread == 1;
        client.ask("continue", json!({ "threadId": thread, "singleThread": alone }));
        client.ask("pause", json!({ "threadId": asked }));
        client.stopped("pause", thread);
    }
}

#[test]
fn each_way_to_change_the_past_reports_its_branch() {
    let mut client = Client::stdio().launched(ping());
    let back = |client: &mut Client| {
        for line in ["step 40", "goto 20"] {
            client.console(line);
            client.event("stopped");
        }
    };
    let mut last = 1;
    let ways = [
        ("writeMemory", json!({ "memoryReference": "0x200015000", "data": "AQ==" })),
        ("setExpression", json!({ "expression": "1.r9", "value": "7" })),
        ("next", json!({ "threadId": 1, "singleThread": true })),
        ("hsxray/freeze", json!({ "threadId": 2 })),
        ("evaluate", json!({ "expression": "poke 1 0x5000 02", "context": "repl" })),
    ];
    for (request, arguments) in ways {
        back(&mut client);
        client.ask(request, arguments);
        if request == "next" {
            client.stopped("step", 1);
        }
        let branch = client.event("hsxray/branch");
        assert!(branch["branch"].as_u64() > Some(last), "{request}: {branch}");
        last = branch["branch"].as_u64().expect("a number");
    }
}

#[test]
fn a_search_ends_by_its_own_cancel_alone_and_its_progress_by_a_restart() {
    let mut client = Client::stdio();
    let capable = json!({ "adapterID": "hsxray", "supportsProgressReporting": true });
    client.ask("initialize", capable);
    client.ask("launch", ping());
    client.event("initialized");
    client.ask("configurationDone", json!({}));
    client.stopped("entry", 1);
    long_past(&mut client);
    let search = client.send("reverseContinue", json!({ "threadId": 1 }));
    client.reply(search);
    let start = client.event("progressStart");
    // Neither is the search.
    client.ask("cancel", json!({ "requestId": search - 1 }));
    client.ask("cancel", json!({ "progressId": "another" }));
    client.event("progressUpdate");
    client.ask("cancel", json!({ "progressId": start["progressId"] }));
    assert_eq!(client.event("progressEnd")["progressId"], start["progressId"]);
    client.event("stopped");

    client.ask("reverseContinue", json!({ "threadId": 1 }));
    let start = client.event("progressStart");
    client.ask("restart", json!({}));
    assert_eq!(client.event("progressEnd")["progressId"], start["progressId"]);
    client.stopped("entry", 1);
}

/// Goes so far that a search to the start takes seconds, with a stop that is nowhere due.
fn long_past(client: &mut Client) {
    client.ask("continue", json!({ "threadId": 1 }));
    let turn = |client: &mut Client| {
        let value: Value =
            client.ask("evaluate", json!({ "expression": "turn", "context": "watch" }))["result"].clone();
        let number = value.as_str().and_then(|turn| turn.split_whitespace().next());
        number.and_then(|turn| turn.parse::<u64>().ok()).expect("a number")
    };
    while turn(client) < FAR {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    client.ask("pause", json!({ "threadId": 1 }));
    client.event("stopped");
    let never = json!([{ "dataId": "=1.r9 == 4000000000", "accessType": "write" }]);
    client.ask("setDataBreakpoints", json!({ "breakpoints": never }));
}

/// Turns through which a search that looks at each of them takes seconds.
const FAR: u64 = 20_000_000;
