//! A machine that is served, as another process has it.

use super::client::Server;
use hsxray::backend::request::{Goto, Input, Run, Travel};
use hsxray::backend::{Snapshot, Target, Want};
use hsxray::command;
use hsxray::remote::attach::{Attached, Options};
use hsxray::ui::{App, Theme, picture, render};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

fn attach(server: &Server, options: Options) -> Attached {
    Attached::new(&server.address.to_string(), options, PATIENCE).expect("attached")
}

/// Follows the other machine until something holds.
#[track_caller]
fn until(attached: &mut Attached, holds: impl Fn(&mut Attached) -> bool) {
    let began = Instant::now();
    while !holds(attached) {
        assert!(began.elapsed() < PATIENCE, "it never holds: {:?}", attached.position());
        if !attached.pump(100_000) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The first line of a screen.
fn first_line(now: &Snapshot) -> String {
    let app = App::new((80, 24));
    let drawn = picture::text(&render(now, &app.view, &Theme::default(), (80, 24)));
    drawn.lines().next().expect("a line").trim_end().to_owned()
}

fn said(target: &mut dyn Target, line: &str) -> Value {
    let outcome = command::execute_line(target, None, line).pop().expect("one command");
    outcome.result.unwrap_or_else(|e| panic!("{line}: {e}")).json
}

#[test]
fn what_is_done_on_either_side_is_done_on_both() {
    let server = Server::new(&["producer.hxe", "consumer.hxe"], &[]);
    let (mut client, mut attached) = (server.client(), attach(&server, Options::default()));
    let mut same = |attached: &mut Attached| {
        for line in ["info", "trace 200", "waits", "regs 1", "mbox", "branch"] {
            let mut there = client.ok(json!({ "cmd": "hx", "line": line }))["replies"][0]["reply"].clone();
            let mut here = said(attached, line);
            // The title says where the machine is.
            [&mut there, &mut here]
                .into_iter()
                .filter_map(Value::as_object_mut)
                .for_each(|reply| drop(reply.remove("title")));
            assert_eq!(here, there, "{line}");
        }
    };
    let mut driver = server.client();
    driver.ok(json!({ "cmd": "step", "steps": 50 }));
    until(&mut attached, |attached| attached.position().turn == 50);
    same(&mut attached);
    attached.send(Run::Turns { only: None, turns: 7 }.into()).expect("it runs there");
    until(&mut attached, |attached| attached.position().turn == 57 && !attached.position().running);
    same(&mut attached);
    attached.send(Travel::Back { pid: None, turns: 5 }.into()).expect("it goes back there");
    until(&mut attached, |attached| attached.position().turn == 52);
    attached.send(Travel::ReverseContinue.into()).expect("it looks for a stop there");
    until(&mut attached, |attached| attached.position().turn == 0 && !attached.position().running);
    attached.send(Travel::Goto(Goto::Turn(52)).into()).expect("it goes forward there");
    until(&mut attached, |attached| attached.position().turn == 52);
    attached.send(Input::Poke { pid: 1, address: 0x5000, bytes: vec![1, 2] }.into()).expect("it pokes there");
    driver.ok(json!({ "cmd": "send", "pid": 1, "data_hex": "ff00" }));
    driver.ok(json!({ "cmd": "step", "steps": 3 }));
    until(&mut attached, |attached| attached.position().turn == 55);
    same(&mut attached);
}

#[test]
fn a_run_that_a_breakpoint_ends_there_ends_here_at_the_same_turn() {
    let server = Server::new(&["frames.hxe"], &[]);
    let (mut client, mut attached) = (server.client(), attach(&server, Options::default()));
    client.ok(json!({ "cmd": "bp", "op": "set", "pid": 1, "addr": 36 }));
    client.ok(json!({ "cmd": "clock", "op": "start" }));
    until(&mut attached, |attached| attached.position().turn == 6 && !attached.position().running);
    let now = attached.look(&Want::default());
    assert_eq!((now.tasks[0].pc, now.stops.len()), (36, 1));
    client.ok(json!({ "cmd": "bp", "op": "clear_all", "pid": 1 }));
    client.ok(json!({ "cmd": "resume", "pid": 1 }));
    until(&mut attached, |attached| attached.position().running && attached.position().turn > 1000);
    attached.send(Run::Pause.into()).expect("it pauses there");
    until(&mut attached, |attached| !attached.position().running);
    let there = client.ok(json!({ "cmd": "dumpregs", "pid": 1 }))["registers"]["steps"].clone();
    until(&mut attached, |attached| json!(attached.position().turn) == there);
    // Programs that are loaded there are here as well.
    client.ok(json!({ "cmd": "load", "path": "echo.hxe" }));
    until(&mut attached, |attached| attached.look(&Want::lists()).tasks.len() == 2);
}

#[test]
fn a_server_that_is_gone_holds_up_nothing_and_one_that_is_there_again_is_found() {
    let server = Server::new(&["frames.hxe"], &[]);
    let address = server.address.to_string();
    let mut attached = attach(&server, Options::default());
    attached.send(Run::Turns { only: None, turns: 9 }.into()).expect("it runs there");
    until(&mut attached, |attached| attached.position().turn == 9);
    drop(server);
    until(&mut attached, |attached| attached.lost().is_some());
    let began = Instant::now();
    let refused = attached.send(Run::STEP.into()).expect_err("nothing answers").to_string();
    assert!(refused.contains("is lost"), "{refused}");
    let now = attached.look(&Want::default());
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(now.turn, 9, "the last picture stays");
    assert!(now.lost && now.title.contains("connection lost"), "{}", now.title);
    assert!(first_line(&now).ends_with("LOST"), "{}", first_line(&now));

    let again = Server::at(&address, &["frames.hxe"]);
    until(&mut attached, |attached| attached.lost().is_none() && attached.position().turn == 0);
    let now = attached.look(&Want::default());
    assert!(first_line(&now).ends_with("LIVE"), "{}", first_line(&now));
    let mut looking = attach(&again, Options { read_only: true, ..Options::default() });
    let refused = looking.send(Run::STEP.into()).expect_err("only to look").to_string();
    assert!(refused.contains("only to look"), "{refused}");
    assert_eq!(said(&mut looking, "info"), said(&mut attached, "info"));
}
