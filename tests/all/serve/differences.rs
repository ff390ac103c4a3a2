//! What the book says is right here and was wrong at the reference, row by row.

use super::client::{Client, Server};
use crate::support::project;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// A server of some programs, a client of it, and one that has subscribed to all events.
struct Table {
    server: Server,
    client: Client,
    stream: Client,
}

impl Table {
    fn of(programs: &[&str]) -> Table {
        let server = Server::new(programs, &[]);
        let (client, mut stream) = (server.client(), server.client());
        let session = stream.ok(json!({ "cmd": "session.open" }))["session"]["id"].clone();
        stream.ok(json!({ "cmd": "events.subscribe", "session": session }));
        Table { server, client, stream }
    }

    fn steps(&mut self, steps: u64) -> Value {
        self.client.ok(json!({ "cmd": "step", "steps": steps }))["result"].clone()
    }

    /// The next event of a kind.
    fn event(&mut self, kind: &str) -> Value {
        std::iter::repeat_with(|| self.stream.event()).find(|event| event["type"] == kind).expect("it comes")
    }

    /// The kinds of the events that have come: those before the reply to another request.
    fn kinds(&mut self) -> Vec<String> {
        self.stream.ok(json!({ "cmd": "ping" }));
        let come = std::iter::from_fn(|| self.stream.event_within(Duration::from_millis(1)));
        come.map(|event| event["type"].as_str().expect("a kind").to_owned()).collect()
    }
}

/// Each row with the trial of what it says of this side.
const ROWS: [(&str, fn()); 16] = [
    ("one thread answers all", replies_are_those_to_the_requests),
    ("it stops, with `debug_break`", a_breakpoint_stops_the_clock),
    ("`resume` passes it once", a_breakpoint_is_passed_once),
    ("they end at their deadline", sleeps_end),
    ("it is a state and an event", a_fault_is_said_once),
    ("it shows code", code_is_shown),
    ("it is SP", the_stack_pointer_is_itself),
    ("in every number", numbers_may_be_hexadecimal),
    ("it is", a_stream_takes_requests),
    ("only for tasks that are traced", steps_are_told_of_traced_tasks),
    ("they are, beside `listen`", what_is_printed_is_told),
    ("`unknown pid`", unknown_tasks_are_refused),
    ("`null`", no_number_is_null),
    ("they go with the task", mailboxes_go_with_their_task),
    ("each task has values of its own", an_image_with_values_is_loaded_twice),
    ("it is, with `hx_turn`", waits_within_a_step_are_told),
];

#[test]
fn what_the_book_says_is_right_here_is() {
    let page = fs::read_to_string(project("docs/serving.md")).expect("the page");
    let rows =
        page.lines().skip_while(|line| *line != "| there | here |").skip(2).take_while(|line| line.starts_with('|'));
    let said: Vec<&str> = rows.filter_map(|row| row.trim_matches(['|', ' ']).split(" | ").nth(1)).collect();
    assert_eq!(said, ROWS.map(|(here, _)| here));
    ROWS.iter().for_each(|(_, trial)| trial());
}

fn replies_are_those_to_the_requests() {
    let mut table = Table::of(&["frames.hxe"]);
    table.client.ok(json!({ "cmd": "clock", "op": "start" }));
    let mut other = table.server.client();
    for _ in 0..50 {
        table.client.send(&json!({ "cmd": "ping" }));
        other.send(&json!({ "cmd": "ps" }));
        assert_eq!(table.client.reply().expect("a reply")["reply"], "pong");
        assert!(other.reply().expect("a reply")["tasks"].is_object());
    }
}

/// Sets a breakpoint in a loop and lets the clock run into it.
fn stopped_at_a_breakpoint() -> Table {
    let mut table = Table::of(&["frames.hxe"]);
    table.client.ok(json!({ "cmd": "bp", "op": "set", "pid": 1, "addr": 0x24 }));
    table.client.ok(json!({ "cmd": "clock", "op": "start" }));
    assert_eq!(table.event("debug_break")["data"]["pc"], 0x24);
    table
}

fn a_breakpoint_stops_the_clock() {
    let mut table = stopped_at_a_breakpoint();
    assert_eq!(table.client.ok(json!({ "cmd": "clock" }))["clock"]["running"], false);
}

fn a_breakpoint_is_passed_once() {
    let mut table = stopped_at_a_breakpoint();
    let steps = |table: &mut Table| {
        table.client.ok(json!({ "cmd": "dumpregs", "pid": 1 }))["registers"]["steps"].as_u64().expect("a number")
    };
    let before = steps(&mut table);
    table.client.ok(json!({ "cmd": "resume", "pid": 1 }));
    assert_eq!(table.event("debug_break")["data"]["pc"], 0x24, "the next time round");
    assert!(steps(&mut table) > before);
}

fn sleeps_end() {
    let mut table = Table::of(&["sleeper.hxe"]);
    table.steps(100);
    let task = table.client.ok(json!({ "cmd": "ps" }))["tasks"]["tasks"][0].clone();
    assert_eq!((&task["state"], &task["exit_status"]), (&json!("returned"), &json!(42)));
}

fn a_fault_is_said_once() {
    let mut table = Table::of(&["divzero.hxe"]);
    table.steps(20);
    assert_eq!(table.event("vm_error")["data"]["error"], "div_zero");
    let task = table.client.ok(json!({ "cmd": "ps" }))["tasks"]["tasks"][0].clone();
    assert_eq!(task["fault"]["kind"], "div_zero");
    table.kinds();
    assert_eq!(table.steps(5)["executed"], 0);
    assert!(!table.kinds().contains(&"vm_error".to_owned()));
}

fn code_is_shown() {
    let mut table = Table::of(&["values.hxe"]);
    let code = table.client.ok(json!({ "cmd": "disasm", "pid": 1, "addr": 0, "count": 2 }))["disasm"].clone();
    let names = [&code["instructions"][0]["mnemonic"], &code["instructions"][1]["mnemonic"]];
    assert_eq!(names, [&json!("LDI"), &json!("JMP")]);
}

fn the_stack_pointer_is_itself() {
    let mut table = Table::of(&["frames.hxe"]);
    table.steps(10);
    let registers = table.client.ok(json!({ "cmd": "dumpregs", "pid": 1 }))["registers"].clone();
    assert_eq!(registers["sp_effective"], registers["sp"]);
}

fn numbers_may_be_hexadecimal() {
    let mut table = Table::of(&["values.hxe"]);
    let requests = [
        json!({ "cmd": "step", "steps": "0x5", "pid": "0x1" }),
        json!({ "cmd": "peek", "pid": "0x1", "addr": "0x1000", "length": "0x8" }),
        json!({ "cmd": "disasm", "pid": "0x1", "addr": "0x0", "count": "0x2" }),
        json!({ "cmd": "sched", "pid": "0x1", "quantum": "0x2" }),
        json!({ "cmd": "listen", "pid": "0x1", "limit": "0x1" }),
        json!({ "cmd": "val.get", "oid": "0x201" }),
    ];
    requests.into_iter().for_each(|request| drop(table.client.ok(request)));
    let registers = table.client.ok(json!({ "cmd": "dumpregs", "pid": "0x1" }))["registers"].clone();
    assert_eq!((&registers["steps"], &registers["context"]["time_slice_steps"]), (&json!(5), &json!(2)));
}

fn a_stream_takes_requests() {
    let mut table = Table::of(&["frames.hxe"]);
    assert_eq!(table.stream.ok(json!({ "cmd": "ping" }))["reply"], "pong");
    assert_eq!(table.stream.ok(json!({ "cmd": "ping" }))["reply"], "pong");
}

fn steps_are_told_of_traced_tasks() {
    let mut table = Table::of(&["frames.hxe"]);
    let told = |table: &mut Table| table.kinds().iter().filter(|kind| *kind == "trace_step").count();
    table.steps(3);
    assert_eq!(told(&mut table), 0);
    table.client.ok(json!({ "cmd": "trace", "pid": 1, "mode": "on" }));
    table.client.ok(json!({ "cmd": "ps" }));
    assert_eq!(told(&mut table), 0, "no instruction was done for that request");
    table.steps(3);
    assert_eq!(told(&mut table), 3);
}

fn what_is_printed_is_told() {
    let mut table = Table::of(&["consumer.hxe", "producer.hxe"]);
    table.steps(60);
    assert_eq!(table.event("stdout")["data"]["text"], "msg 0\n");
    let listened = table.client.ok(json!({ "cmd": "listen", "pid": 1 }))["messages"].clone();
    assert_eq!(listened[0]["text"], "msg 0\n");
}

fn unknown_tasks_are_refused() {
    let mut table = Table::of(&["frames.hxe"]);
    for cmd in ["dumpregs", "peek", "stack", "disasm", "symbols", "list", "listen", "memory", "kill", "pause", "resume"]
    {
        let why = table.client.refused(json!({ "cmd": cmd, "pid": 9, "addr": 0, "length": 4 }));
        assert!(why.starts_with("unknown pid"), "{cmd}: {why}");
    }
}

fn no_number_is_null() {
    let mut table = Table::of(&["values.hxe"]);
    table.steps(1);
    table.client.ok(json!({ "cmd": "hx", "line": "val set 0x0201 nan" }));
    let value = table.client.ok(json!({ "cmd": "val.list" }))["values"][0].clone();
    assert_eq!((&value["last_value"], &value["last_f16"]), (&Value::Null, &json!(0x7E00)));
}

fn mailboxes_go_with_their_task() {
    let mut table = Table::of(&["consumer.hxe", "producer.hxe"]);
    table.steps(40);
    let of = |table: &mut Table, pid: u64| {
        let all = table.client.ok(json!({ "cmd": "mailbox_snapshot" }))["descriptors"].clone();
        all.as_array().expect("list").iter().filter(|mailbox| mailbox["owner_pid"] == pid).count()
    };
    assert!(of(&mut table, 1) > 0);
    table.client.ok(json!({ "cmd": "kill", "pid": 1 }));
    assert_eq!(of(&mut table, 1), 0);
    assert!(of(&mut table, 2) > 0);
}

fn an_image_with_values_is_loaded_twice() {
    let mut table = Table::of(&["values.hxe"]);
    table.client.ok(json!({ "cmd": "load", "path": "values.hxe" }));
    table.client.ok(json!({ "cmd": "val.set", "oid": 0x201, "pid": 2, "value": 20 }));
    let values = table.client.ok(json!({ "cmd": "val.list" }))["values"].clone();
    let speeds = values.as_array().expect("list").iter().filter(|value| value["oid"] == 0x201);
    let speeds: Vec<_> = speeds.map(|value| (value["owner_pid"].clone(), value["last_value"].clone())).collect();
    assert_eq!(speeds, [(json!(1), json!(12.5)), (json!(2), json!(20.0))]);
}

fn waits_within_a_step_are_told() {
    let mut table = Table::of(&["sleeper.hxe"]);
    table.steps(100);
    let naps =
        std::iter::repeat_with(|| table.event("task_state")).find(|event| event["data"].get("hx_turn").is_some());
    assert!(naps.is_some_and(|event| event["data"]["hx_turn"].is_u64()));
}
