//! The protocol of an executive, as its clients use it.

mod attached;
mod client;
mod conversations;
mod differences;
mod fuzz;
mod reported;
mod states;

use client::Client;
pub use client::Server;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A server with frames as task 1, which has symbols and never ends.
fn frames() -> (Server, Client) {
    let server = Server::new(&["frames.hxe"], &[]);
    let client = server.client();
    (server, client)
}

#[test]
fn a_breakpoint_under_the_running_clock_stops_it_and_resume_passes_it_once() {
    let (server, mut client) = frames();
    let mut stream = server.client();
    let session = client.ok(json!({ "cmd": "session.open" }))["session"]["id"].clone();
    stream.ok(json!({ "cmd": "events.subscribe", "session": session, "filters": { "categories": ["debug_break"] } }));
    client.ok(json!({ "cmd": "bp", "op": "set", "pid": 1, "addr": "0x24" }));
    client.ok(json!({ "cmd": "clock", "op": "start" }));
    for _ in 0..3 {
        let event = stream.event();
        assert_eq!((&event["type"], &event["data"]["pc"]), (&json!("debug_break"), &json!(36)));
        let clock = client.ok(json!({ "cmd": "clock" }))["clock"].clone();
        assert_eq!((&clock["state"], &clock["mode"]), (&json!("stopped"), &json!("stopped")));
        let tasks = client.ok(json!({ "cmd": "ps" }))["tasks"].clone();
        assert_eq!((&tasks["tasks"][0]["state"], &tasks["current_pid"]), (&json!("paused"), &Value::Null));
        // The clock was running: it continues.
        client.ok(json!({ "cmd": "resume", "pid": 1 }));
    }
    // A step by pid continues from a breakpoint as well; one of all tasks does not.
    assert_eq!(client.event_on(&mut stream)["type"], "debug_break");
    assert_eq!(client.ok(json!({ "cmd": "step" }))["result"]["executed"], 0);
    let result = client.ok(json!({ "cmd": "step", "pid": 1 }))["result"].clone();
    assert_eq!((&result["executed"], &result["pc"]), (&json!(1), &json!(40)), "{result}");
}

#[test]
fn requests_are_answered_on_a_connection_that_carries_events() {
    let (_server, mut client) = frames();
    let session = client.ok(json!({ "cmd": "session.open", "capabilities": { "features": ["events", "hx"] } }));
    let id = session["session"]["id"].clone();
    assert_eq!(session["session"]["features"], json!(["events", "hx"]));
    client.ok(json!({ "cmd": "events.subscribe", "session": id }));
    assert_eq!(client.ok(json!({ "cmd": "ping" }))["reply"], "pong");
    client.ok(json!({ "cmd": "step", "session": id }));
    assert_eq!(client.event()["type"], "task_state");
    // It is silent: a bare line keeps it alive.
    assert!(client.line_within(Duration::from_secs(5)).is_some_and(|line| line.is_empty()));
    assert_eq!(client.ok(json!({ "cmd": "events.unsubscribe", "session": id }))["unsubscribed"], true);
    client.ok(json!({ "cmd": "session.close", "session": id }));
}

#[test]
fn sleeps_and_limits_end_in_virtual_time_and_the_clock_continues() {
    let server = Server::new(&["sleeper.hxe", "timeout.hxe"], &[]);
    let mut client = server.client();
    client.ok(json!({ "cmd": "clock", "op": "start" }));
    client.until(|client| client.ok(json!({ "cmd": "ps" }))["tasks"]["tasks"][0]["state"] == "returned");
    let tasks = client.ok(json!({ "cmd": "ps" }))["tasks"]["tasks"].clone();
    assert_eq!(tasks[0]["exit_status"], 42);
    // Status 7: the wait has reached its limit.
    assert_eq!(client.ok(json!({ "cmd": "dumpregs", "pid": 2 }))["registers"]["R9"], 7);
    assert_eq!(client.ok(json!({ "cmd": "clock" }))["clock"]["running"], true);
}

#[test]
fn a_fault_is_a_state_and_an_event_and_holds_the_machine() {
    let server = Server::new(&["divzero.hxe", "frames.hxe"], &[]);
    let mut client = server.client();
    let result = client.ok(json!({ "cmd": "step", "steps": 20 }))["result"].clone();
    assert_eq!((&result["paused"], &result["debug_event"]["error"]), (&json!(true), &json!("div_zero")), "{result}");
    let task = client.ok(json!({ "cmd": "ps" }))["tasks"]["tasks"][0].clone();
    assert_eq!((&task["state"], &task["fault"]["kind"]), (&json!("paused"), &json!("div_zero")));
    assert_eq!(client.ok(json!({ "cmd": "step" }))["result"]["executed"], 0);
    client.ok(json!({ "cmd": "kill", "pid": 1 }));
    assert_eq!(client.ok(json!({ "cmd": "step", "steps": 3 }))["result"]["executed"], 3);
}

#[test]
fn a_client_that_never_reads_delays_no_other() {
    let (server, mut client) = frames();
    let idle: Vec<Client> = (0..100).map(|_| server.client()).collect();
    let mut deaf = server.client();
    let session = deaf.ok(json!({ "cmd": "session.open" }))["session"]["id"].clone();
    deaf.ok(json!({ "cmd": "trace", "pid": 1, "mode": "on" }));
    deaf.ok(json!({ "cmd": "events.subscribe", "session": session }));
    // Requests whose replies are not read either.
    (0..2000).for_each(|_| deaf.send(&json!({ "cmd": "info" })));
    client.ok(json!({ "cmd": "clock", "op": "start" }));
    let turns = |client: &mut Client| client.ok(json!({ "cmd": "clock" }))["clock"]["auto_total_steps"].as_u64();
    client.until(|client| turns(client) > Some(50_000));
    assert_eq!(client.ok(json!({ "cmd": "ping" }))["reply"], "pong");
    drop((idle, deaf));
}

#[test]
fn two_clients_that_step_at_once_leave_the_trace_of_one() {
    let steps = |server: &Server, clients: usize| {
        let threads: Vec<_> = (0..clients)
            .map(|_| {
                let mut client = server.client();
                std::thread::spawn(move || {
                    (0..60 / clients).for_each(|_| drop(client.ok(json!({ "cmd": "step", "steps": 3 }))));
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("steps"));
        let mut client = server.client();
        let reply = client.ok(json!({ "cmd": "hx", "line": "trace 500" }));
        (reply["replies"][0]["reply"].clone(), client.ok(json!({ "cmd": "sched" }))["scheduler"]["counters"].clone())
    };
    let programs = ["producer.hxe", "consumer.hxe"];
    let one = steps(&Server::new(&programs, &[]), 1);
    assert_eq!(one, steps(&Server::new(&programs, &[]), 2));
    assert_eq!(one, steps(&Server::new(&programs, &[]), 3));
}

#[test]
fn a_session_that_was_served_replays_with_the_same_digest() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("served.hsxrec");
    let server = Server::new(&["echo.hxe"], &["--save", file.to_str().expect("path"), "--allow-shutdown"]);
    let mut client = server.client();
    client.ok(json!({ "cmd": "send", "pid": 1, "data_hex": "ff00" }));
    client.ok(json!({ "cmd": "step", "steps": 30 }));
    client.ok(json!({ "cmd": "load", "path": "frames.hxe" }));
    client.ok(json!({ "cmd": "poke", "pid": 2, "addr": "0x4000", "data": "0a000000" }));
    client.ok(json!({ "cmd": "step", "steps": 7, "pid": 2 }));
    client.ok(json!({ "cmd": "listen", "pid": 1 }));
    client.ok(json!({ "cmd": "pause", "pid": 2 }));
    client.ok(json!({ "cmd": "hx", "line": "reg 2 r9 5; step 3" }));
    client.ok(json!({ "cmd": "resume", "pid": 2 }));
    client.ok(json!({ "cmd": "clock", "op": "start" }));
    client.until(|client| client.ok(json!({ "cmd": "clock" }))["clock"]["auto_total_steps"].as_u64() > Some(1000));
    client.ok(json!({ "cmd": "shutdown" }));
    assert!(server.ended().success());
    // It is refused unless its end is the same again.
    let opened = hsxray::backend::Local::open(&file).expect("it replays");
    assert!(opened.machine().turns() > 1000);
    assert_eq!(opened.machine().tasks().len(), 2);
}

#[test]
fn lines_of_commands_run_travel_and_keep_to_locks_and_directories() {
    let (server, mut client) = frames();
    let replies = client.ok(json!({ "cmd": "hx", "line": "step 20; back 5; info" }))["replies"].clone();
    assert_eq!(replies.as_array().map(Vec::len), Some(3), "{replies}");
    assert!(replies.as_array().expect("list").iter().all(|reply| reply["ok"] == true), "{replies}");
    // What lies outside of --allow is neither read nor written.
    for line in ["load /etc/passwd", "record /tmp/no-such-place.hsxrec", "source /etc/passwd", "export csv /tmp/x.csv"]
    {
        let reply = client.ok(json!({ "cmd": "hx", "line": line }))["replies"][0].clone();
        assert_eq!(reply["ok"], false, "{line}: {reply}");
        assert!(reply["error"]["message"].as_str().is_some_and(|m| m.starts_with("not_permitted")), "{line}: {reply}");
    }
    server.client().ok(json!({ "cmd": "session.open", "pid_lock": 1 }));
    let refused = client.ok(json!({ "cmd": "hx", "line": "step" }))["replies"][0].clone();
    assert_eq!(refused["error"]["message"], "pid_locked: another session holds a task");
    assert_eq!(client.ok(json!({ "cmd": "hx", "line": "info" }))["replies"][0]["ok"], true);
    assert_eq!(
        client.refused(json!({ "cmd": "load", "path": "/etc/passwd" })).split(':').next(),
        Some("not_permitted")
    );
    assert_eq!(client.refused(json!({ "cmd": "shutdown" })), "not_permitted");
}

#[test]
fn a_line_for_a_stop_is_looked_at_when_the_stop_is_given_it() {
    let (_server, mut client) = frames();
    client.ok(json!({ "cmd": "hx", "line": "break 0x24" }));
    for (line, ok) in [
        ("commands 1 'set nosuch 3'", false),
        ("commands 1 'ps; view nosuch'", false),
        ("commands 1 'view memory'", true),
    ] {
        let reply = client.ok(json!({ "cmd": "hx", "line": line }))["replies"][0].clone();
        assert_eq!(reply["ok"], ok, "{line}: {reply}");
    }
}

#[test]
fn other_computers_need_a_token_and_then_every_request_a_session() {
    let refused = client::command(&["serve", "--listen", "0.0.0.0:0"]).output().expect("runs");
    assert_eq!(refused.status.code(), Some(2));
    let server = Server::new(&["frames.hxe"], &["--token", "secret"]);
    let mut client = server.client();
    assert_eq!(client.refused(json!({ "cmd": "ps" })), "session_required");
    assert_eq!(client.refused(json!({ "cmd": "session.list" })), "session_required");
    assert_eq!(client.refused(json!({ "cmd": "session.open" })), "not_permitted");
    assert_eq!(client.refused(json!({ "cmd": "session.open", "token": "Secret" })), "not_permitted");
    let id = client.ok(json!({ "cmd": "session.open", "token": "secret" }))["session"]["id"].clone();
    client.ok(json!({ "cmd": "ps", "session": id }));
}

#[test]
fn a_silent_session_loses_its_locks_without_another_request() {
    let (server, mut client) = frames();
    client.ok(json!({ "cmd": "session.open", "pid_lock": 1, "heartbeat_s": 5 }));
    let mut other = server.client();
    assert_eq!(other.refused(json!({ "cmd": "step", "pid": 1 })), "pid_locked:1");
    let began = Instant::now();
    other.until(|other| other.ok(json!({ "cmd": "session.list" }))["sessions"] == json!([]));
    assert!(began.elapsed() >= Duration::from_secs(4));
    other.ok(json!({ "cmd": "step", "pid": 1 }));
}

#[test]
fn a_step_and_a_line_without_an_end_can_be_stopped_by_another_client() {
    let (server, mut client) = frames();
    for endless in [json!({ "cmd": "step", "steps": 1_000_000_000_000_u64 }), json!({ "cmd": "hx", "line": "run" })] {
        let steps =
            |client: &mut Client| client.ok(json!({ "cmd": "dumpregs", "pid": 1 }))["registers"]["steps"].clone();
        let before = steps(&mut client);
        let mut waiting = server.client();
        waiting.send(&endless);
        client.until(|client| steps(client) != before);
        client.ok(json!({ "cmd": "clock", "op": "stop" }));
        assert_eq!(waiting.reply().expect("a reply")["status"], "ok");
    }
    // No client waits for the run of a connection that is closed.
    let mut gone = server.client();
    gone.send(&json!({ "cmd": "hx", "line": "run" }));
    drop(gone);
    assert_eq!(client.ok(json!({ "cmd": "step", "steps": 2 }))["result"]["executed"], 2);
}
