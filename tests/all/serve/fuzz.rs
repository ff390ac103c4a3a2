//! Lines that make no sense, cut, enormous, many at once.

use super::client::Server;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use std::cell::RefCell;

/// A line: words of the protocol in any places, or any bytes.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let names: Vec<&str> = hsxray::remote::serve::COMMANDS.iter().map(|row| row.name).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| *name != "shutdown").collect();
    let number = prop_oneof![
        Just(json!(1)),
        any::<i64>().prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
        "[-0-9a-fxX]{0,12}".prop_map(|text| json!(text)),
        Just(json!(null)),
        Just(json!([1, { "deep": [[]] }])),
    ];
    const MEMBERS: [&str; 13] =
        ["pid", "op", "addr", "address", "length", "steps", "limit", "seq", "filters", "data", "path", "expr", "oid"];
    let member = (prop::sample::select(&MEMBERS[..]), number);
    let op = prop::sample::select(&["set", "clear", "step", "rate", "add", "records", "addr", "load", "zz"][..]);
    let request =
        (prop::sample::select(names), prop::collection::vec(member, 0..4), op).prop_map(|(name, members, op)| {
            let mut request = json!({ "cmd": name, "op": op });
            members.into_iter().for_each(|(member, value)| request[member] = value);
            if request["steps"].as_f64().is_some_and(|steps| steps > 1000.0) || request["steps"].is_string() {
                request["steps"] = json!(1000);
            }
            request.to_string().into_bytes()
        });
    let cut = (request.clone(), any::<prop::sample::Index>()).prop_map(|(mut request, at)| {
        request.truncate(at.index(request.len()));
        request
    });
    let bytes = prop::collection::vec(any::<u8>().prop_filter("one line", |byte| *byte != b'\n'), 0..64);
    prop_oneof![4 => request, 2 => cut, 1 => bytes]
}

#[test]
fn every_line_has_one_reply() {
    let server = Server::new(&["frames.hxe", "values.hxe"], &[]);
    let client = RefCell::new(server.client());
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 60, failure_persistence: None, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let done = runner.run(&prop::collection::vec(line(), 1..40), |lines| {
        let mut client = client.borrow_mut();
        let many: Vec<u8> = lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
        client.raw(&many);
        for line in &lines {
            let reply = client.reply();
            prop_assert!(reply.is_some(), "no reply to {:?}", String::from_utf8_lossy(line));
        }
        client.send(&json!({ "cmd": "clock", "op": "stop" }));
        prop_assert_eq!(&client.reply().expect("a reply")["status"], "ok");
        Ok(())
    });
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(server.client().ok(json!({ "cmd": "ping" }))["reply"], "pong");
}

#[test]
fn an_enormous_line_is_refused_and_closes_its_connection_alone() {
    let server = Server::new(&["frames.hxe"], &[]);
    let mut client = server.client();
    client.raw(&vec![b' '; (1 << 20) + 1]);
    assert_eq!(client.reply().expect("a reply")["error"], "line_too_long");
    assert_eq!(client.reply(), None);
    let mut web = server.client();
    web.raw(b"POST / HTTP/1.1\r\n\r\n{\"cmd\":\"ping\"}\n");
    assert_eq!(web.reply(), None);
    // Half a line is kept until the rest comes, or the connection goes.
    let mut half = server.client();
    half.raw(b"{\"cmd\":");
    assert_eq!(server.client().ok(json!({ "cmd": "ping" }))["reply"], "pong");
    half.raw(b"\"ping\"}\n");
    assert_eq!(half.reply().expect("a reply")["reply"], "pong");
    drop(half);
    assert_eq!(server.client().ok(json!({ "cmd": "ping" }))["reply"], "pong");
}
