//! Sessions over sockets: how many, and what their clients may reach.

use super::client::Client;
use super::{Server, ping, program};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};

/// An adapter at a socket, and its address.
fn listening(options: &[&str]) -> (Server, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
    command.args(["dap", "--listen", "127.0.0.1:0"]).args(options).stdout(Stdio::piped());
    let mut server = Server(command.spawn().expect("hsxray runs"));
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
    let address = line.trim().rsplit(' ').next().expect("an address").to_owned();
    (server, address)
}

#[test]
fn a_client_over_a_socket_reaches_files_below_its_directories_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let inside = folder.path().join("waits.dot");
    let outside = tempfile::tempdir().expect("folder");
    let outside = outside.path().join("waits.dot");
    let programs = program("ping");
    let allowed = folder.path().to_str().expect("path");
    let (_server, address) = listening(&["--allow", allowed, "--allow", &programs]);
    let mut client = Client::socket(&address);
    client.initialize(ping());
    let ask = |client: &mut Client, line: String| {
        let seq = client.send("evaluate", json!({ "expression": line, "context": "repl" }));
        client.reply(seq)
    };
    assert_eq!(ask(&mut client, format!("waits dot {}", inside.display()))["success"], true);
    assert!(inside.is_file());
    for line in [
        format!("waits dot {}", outside.display()),
        "record /no-such-place/x".into(),
        "source /etc/passwd".into(),
        "compare 1 /etc/passwd".into(),
    ] {
        let reply = ask(&mut client, line.clone());
        assert!(reply["message"].as_str().is_some_and(|why| why.starts_with("not_permitted")), "{line}: {reply}");
    }
    assert!(!outside.exists());
    // Neither is a program launched from elsewhere, nor by lines that are carried out first.
    let mut other = Client::socket(&address);
    other.ask("initialize", json!({ "adapterID": "hsxray" }));
    let why = other.refused("launch", json!({ "program": program("fib/fib.mvasm") }));
    assert!(why.starts_with("not_permitted"), "{why}");
    let line = format!("waits dot {}", outside.display());
    let why = other.refused("launch", json!({ "programs": ping()["programs"], "init": [line] }));
    assert!(why.contains("not_permitted") && !outside.exists(), "{why}");
}

#[test]
fn without_named_directories_a_client_over_a_socket_reaches_what_lies_beside_its_programs() {
    let folder = tempfile::tempdir().expect("folder");
    let copy = folder.path().join("producer.mvasm");
    std::fs::copy(program("ping/producer.mvasm"), &copy).expect("copied");
    let (_server, address) = listening(&[]);
    let mut client = Client::socket(&address);
    client.initialize(json!({ "program": copy }));
    client.console(&format!("record {}", folder.path().join("x.hsxrec").display()));
    assert!(folder.path().join("x.hsxrec").is_file());
    let outside = json!({ "expression": "record /no-such-place/x.hsxrec", "context": "repl" });
    assert!(client.refused("evaluate", outside).starts_with("not_permitted"));
}

#[test]
fn one_session_too_many_is_told_why_it_is_not_served() {
    let (_server, address) = listening(&[]);
    let mut idle: Vec<TcpStream> = Vec::new();
    for _ in 0..127 {
        idle.push(TcpStream::connect(&address).expect("connects"));
    }
    let mut last = Client::socket(&address);
    last.ask("initialize", json!({ "adapterID": "hsxray" }));
    let mut refused = Client::socket(&address);
    let said = refused.event("output")["output"].clone();
    assert!(said.as_str().is_some_and(|text| text.contains("128 sessions")), "{said}");
    drop(idle);
}
