//! Events for the states of tasks, however many turns are done at once; and the pace.

use super::client::{Client, Server};
use serde_json::{Value, json};

/// A client, and one that is told of the states of tasks.
fn watched(server: &Server) -> (Client, Client) {
    let (mut client, mut stream) = (server.client(), server.client());
    let session = client.ok(json!({ "cmd": "session.open" }))["session"]["id"].clone();
    let filters = json!({ "categories": ["task_state"] });
    stream.ok(json!({ "cmd": "events.subscribe", "session": session, "filters": filters }));
    (client, stream)
}

/// The states of a task up to its end.
fn up_to_the_end(stream: &mut Client) -> Vec<Value> {
    let mut states = Vec::new();
    while states.last().is_none_or(|state: &Value| state["new_state"] != "returned") {
        states.push(stream.event()["data"].clone());
    }
    states
}

#[test]
fn each_sleep_and_its_end_is_a_change_of_state_however_many_turns_are_done_at_once() {
    for request in [json!({ "cmd": "clock", "op": "start" }), json!({ "cmd": "step", "steps": 100 })] {
        let server = Server::new(&["sleeper.hxe"], &[]);
        let (mut client, mut stream) = watched(&server);
        client.ok(request.clone());
        let states = up_to_the_end(&mut stream);
        let reasons: Vec<&str> = states.iter().filter_map(|state| state["reason"].as_str()).collect();
        assert_eq!(reasons, ["sleep", "sleep_wake", "sleep", "sleep_wake", "returned"], "{request}: {states:?}");
        // Each begins as the one before it has ended, and says in which turn it was.
        assert!(states.windows(2).all(|pair| pair[0]["new_state"] == pair[1]["prev_state"]), "{states:?}");
        let naps: Vec<&Value> = states.iter().filter(|state| state["reason"] == "sleep").collect();
        assert!(naps.iter().all(|nap| nap["hx_turn"].is_u64() && nap["details"]["sleep_ms"] == 200), "{naps:?}");
    }
}

#[test]
fn each_wait_for_a_message_and_its_end_is_a_change_of_state_in_a_step_of_many_turns() {
    let server = Server::new(&["consumer.hxe", "producer.hxe"], &[]);
    let (mut client, mut stream) = watched(&server);
    client.ok(json!({ "cmd": "step", "steps": 400 }));
    let mut reasons = Vec::new();
    // The consumer waits for a fourth message that never comes.
    while reasons.iter().filter(|reason| *reason == "mailbox_wait").count() < 4 {
        let event = stream.event();
        if let (Some(1), Some(reason)) = (event["pid"].as_u64(), event["data"]["reason"].as_str()) {
            reasons.push(reason.to_owned());
        }
    }
    let pairs = reasons.chunks(2).map(|pair| pair.join(" ")).collect::<Vec<_>>();
    assert_eq!(pairs, ["mailbox_wait mailbox_wake"; 3].into_iter().chain(["mailbox_wait"]).collect::<Vec<_>>());
}

#[test]
fn the_clock_may_tick_less_than_once_a_second() {
    let server = Server::new(&["frames.hxe"], &[]);
    let mut client = server.client();
    let clock = client.ok(json!({ "cmd": "clock", "op": "rate", "rate": 0.5 }))["clock"].clone();
    assert_eq!(clock["rate_hz"], 0.5, "{clock}");
    assert_eq!(client.ok(json!({ "cmd": "clock", "op": "rate", "rate": 20 }))["clock"]["rate_hz"], 20.0);
}
