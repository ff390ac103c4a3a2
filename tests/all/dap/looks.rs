//! What a client looks at: scopes, memory, sources, exceptions.

use super::client::Client;
use super::{line_with, ping, program};
use crate::support::project;
use serde_json::{Value, json};

#[test]
fn data_labels_are_variables_that_can_be_set_and_are_memory() {
    let mut client = Client::stdio().launched(ping());
    let name = client.variable(1, "Data", "name");
    assert!(name["value"].as_str().is_some_and(|value| value.ends_with("\"app:ping....\"")), "{name}");
    let reference = client.scope(1, "Data");
    let set = json!({ "variablesReference": reference, "name": "body", "value": "0x102" });
    assert_eq!(client.ask("setVariable", set)["value"], "0x00000102");
    let body = client.variable(1, "Data", "body");
    let read = json!({ "memoryReference": body["memoryReference"], "count": 4 });
    assert_eq!(client.ask("readMemory", read)["data"], "AgEAAA==");
    let evaluated = json!({ "expression": body["evaluateName"], "frameId": client.top(1)["id"], "context": "watch" });
    assert!(client.ask("evaluate", evaluated)["result"].as_str().is_some_and(|value| value.starts_with("258")));
    client.refused("setVariable", json!({ "variablesReference": reference, "name": "name", "value": "1" }));
    let info = client.ask("dataBreakpointInfo", json!({ "variablesReference": reference, "name": "body" }));
    assert!(info["dataId"].is_string(), "{info}");
}

#[test]
fn the_newest_events_are_a_scope() {
    let mut client = Client::stdio().launched(ping());
    client.console("step 6");
    client.event("stopped");
    let events = client.variables(1, "Trace");
    let newest = events[0]["value"].as_str().expect("text");
    assert!(newest.starts_with("6 ") && newest.contains("0x"), "{newest}");
    let reference = client.scope(1, "Trace");
    let page = json!({ "variablesReference": reference, "filter": "indexed", "start": 1, "count": 2 });
    let page = client.ask("variables", page)["variables"].as_array().expect("list").clone();
    assert_eq!(page, events[1..3]);
}

#[test]
fn memory_that_was_read_is_reported_at_the_stop_after_which_it_is_another() {
    let mut client = Client::stdio();
    client.ask("initialize", json!({ "adapterID": "hsxray", "supportsMemoryEvent": true }));
    client.ask("launch", ping());
    client.event("initialized");
    client.ask("configurationDone", json!({}));
    client.stopped("entry", 1);
    let register = client.variable(1, "Registers", "R1")["memoryReference"].clone();
    client.ask("readMemory", json!({ "memoryReference": register, "offset": -4, "count": 8 }));
    client.ask("readMemory", json!({ "memoryReference": "0x200018000", "count": 8 }));
    client.ask("next", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    let told = client.event("memory");
    assert_eq!(told, json!({ "memoryReference": register, "offset": -4, "count": 8 }), "R1 is a word of it");
    // The other stretch is as it was, and what was reported is not reported twice.
    client.ask("next", json!({ "threadId": 1 }));
    client.stopped("step", 1);
    client.ask("setExpression", json!({ "expression": "1.r1", "value": "1" }));
    assert_eq!(client.event("memory")["count"], 0x10000);
}

#[test]
fn addresses_of_memory_stay_with_their_task_and_code_is_in_the_order_of_its_disassembly() {
    let mut client = Client::stdio().launched(ping());
    let read = |client: &mut Client, offset: i64, count: i64| {
        client.ask("readMemory", json!({ "memoryReference": "0x200010000", "offset": offset, "count": count }))
    };
    let before = read(&mut client, -4, 8);
    assert_eq!((&before["address"], &before["unreadableBytes"]), (&json!("0x200010000"), &json!(4)), "{before}");
    let behind = read(&mut client, 70000, 8);
    assert_eq!((&behind["address"], &behind["unreadableBytes"]), (&json!("0x20001FFFF"), &json!(8)), "{behind}");
    let code = json!({ "memoryReference": "0x100010000", "count": 4 });
    let word = json!({ "memoryReference": "0x100010000", "instructionCount": 1 });
    let shown = client.ask("disassemble", word)["instructions"][0]["instructionBytes"].clone();
    assert_eq!((&client.ask("readMemory", code)["data"], shown), (&json!("YBAAAA=="), json!("60100000")));
}

#[test]
fn a_source_can_be_asked_for_by_its_path_and_programs_page_by_page() {
    let mut client = Client::stdio().launched(ping());
    let path = program("ping/producer.mvasm");
    let text = client.ask("source", json!({ "source": { "path": path }, "sourceReference": 0 }));
    assert_eq!(text["content"], std::fs::read_to_string(&path).expect("source"));
    let why = client.refused("source", json!({ "source": { "path": "/no/such.mvasm" }, "sourceReference": 0 }));
    assert!(why.contains("/no/such.mvasm"), "{why}");
    let page = client.ask("modules", json!({ "startModule": 1, "moduleCount": 1 }));
    assert_eq!((&page["totalModules"], &page["modules"][0]["id"]), (&json!(2), &json!(2)), "{page}");
    assert_eq!(page["modules"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.ask("modules", json!({}))["modules"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_value_of_the_registry_takes_a_fraction() {
    let programs = json!([program("values/motor.mvasm"), program("values/monitor.mvasm")]);
    let mut client = Client::stdio().launched(json!({ "programs": programs }));
    client.console("step 200");
    client.event("stopped");
    for (typed, shown) in [("2.5", "2.5 rpm"), ("0.5 rpm", "0.5 rpm"), ("3", "3 rpm"), ("1 + 1", "2 rpm")] {
        let reference = client.scope(1, "Values");
        let set = json!({ "variablesReference": reference, "name": "speed", "value": typed });
        assert_eq!(client.ask("setVariable", set)["value"], shown, "{typed}");
    }
}

#[test]
fn what_a_task_prints_names_the_line_that_does() {
    let programs = json!([program("values/motor.mvasm"), program("values/monitor.mvasm")]);
    let mut client = Client::stdio().launched(json!({ "programs": programs }));
    client.ask("continue", json!({ "threadId": 1 }));
    let mut star = client.event("output");
    while star["category"] != "stdout" {
        star = client.event("output");
    }
    let line = line_with("values/monitor.mvasm", "SVC   1, 1");
    assert_eq!(
        (&star["line"], &star["source"]["path"]),
        (&json!(line), &json!(program("values/monitor.mvasm"))),
        "{star}"
    );
}

#[test]
fn only_a_task_in_a_deadlock_has_it_and_ids_are_short() {
    let programs = [program("deadlock/left.mvasm"), program("deadlock/right.mvasm"), program("fib/fib.mvasm")];
    let mut client = Client::stdio();
    client.initialize(json!({ "programs": programs, "stopOnEntry": false }));
    client.ask("configurationDone", json!({}));
    let mut stop = client.event("stopped");
    while stop["reason"] != "exception" {
        client.ask("continue", json!({ "threadId": 1 }));
        stop = client.event("stopped");
    }
    assert_eq!(client.ask("exceptionInfo", json!({ "threadId": 2 }))["exceptionId"], "deadlock");
    client.refused("exceptionInfo", json!({ "threadId": 3 }));

    let programs = json!([program("lost-update/first.mvasm"), program("lost-update/second.mvasm")]);
    let mut client = Client::stdio();
    client.initialize(json!({ "programs": programs, "stopOnEntry": false }));
    client.ask("setExceptionBreakpoints", json!({ "filters": ["race"] }));
    client.ask("configurationDone", json!({}));
    let thread = client.event("stopped")["threadId"].clone();
    let info = client.ask("exceptionInfo", json!({ "threadId": thread }));
    assert_eq!(info["exceptionId"], "race", "{info}");
}

#[test]
fn members_that_are_null_are_taken_as_left_out() {
    let mut client = Client::stdio();
    client.ask("initialize", json!({ "adapterID": "hsxray", "pathFormat": null, "locale": null }));
    let image: Value = json!(project("tests/cases/fault-mem/main.hxe"));
    client.ask("launch", json!({ "program": image, "cwd": null, "source": null, "stopOnEntry": null, "init": null }));
    client.event("initialized");
    let breakpoints = json!([{ "name": "0x0000", "condition": null, "hitCondition": null }]);
    client.ask("setFunctionBreakpoints", json!({ "breakpoints": breakpoints }));
    client.ask("setExceptionBreakpoints", json!({ "filters": [], "filterOptions": null }));
    client.ask("configurationDone", json!(null));
    client.stopped("entry", 1);
    client.ask("next", json!({ "threadId": 1, "granularity": null, "singleThread": null }));
    client.stopped("step", 1);
    client.ask("stackTrace", json!({ "threadId": 1, "startFrame": null, "levels": null, "format": null }));
}
