//! An executive that is not hsxray: the same server behind a proxy that does not offer the extension.

use super::client::Server;
use crate::support::snapshot;
use hsxray::backend::request::{Goto, Input, NewStop, On, Run, Stop, Travel};
use hsxray::backend::{RunState, Status, Target, Want};
use hsxray::remote::attach::{Foreign, Options, Remote};
use hsxray::ui::App;
use hsxray::ui::pane::{PANES, Pane};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// Hands lines on, and takes the extension out of what the server offers.
fn without_extension(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let hand_on = |from: TcpStream, mut to: TcpStream| {
        thread::spawn(move || {
            for line in BufReader::new(from).lines() {
                let Ok(line) = line else { break };
                if to
                    .write_all(format!("{}\n", line.replace("\"features\":[\"hx\"]", "\"features\":[]")).as_bytes())
                    .is_err()
                {
                    break;
                }
            }
            let _ = to.shutdown(std::net::Shutdown::Both);
        });
    };
    thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), Ok(there)) = (client, TcpStream::connect(server)) else { break };
            let (Ok(from_client), Ok(to_server)) = (client.try_clone(), there.try_clone()) else { break };
            // What the client asks for must reach the server as it is.
            thread::spawn(move || std::io::copy(&mut &from_client, &mut &to_server));
            hand_on(there, client);
        }
    });
    address
}

fn attach(server: &Server, options: Options) -> Foreign {
    let address = without_extension(server.address).to_string();
    match Remote::new(&address, options, Vec::new(), PATIENCE).expect("attached") {
        Remote::Reported(foreign) => *foreign,
        Remote::Whole(_) => panic!("it does not offer the extension"),
    }
}

/// Waits for news until something holds.
#[track_caller]
fn until(foreign: &mut Foreign, holds: impl Fn(&mut Foreign) -> bool) {
    let began = Instant::now();
    while !holds(foreign) {
        assert!(began.elapsed() < PATIENCE, "it never holds: {:?}", foreign.look(&Want::default()).status);
        foreign.pump(1);
        thread::sleep(Duration::from_millis(2));
    }
}

fn run(foreign: &mut Foreign, run: Run) {
    foreign.send(run.into()).expect("it runs there");
    until(foreign, |foreign| !foreign.position().running);
}

#[test]
fn an_executive_is_stepped_stopped_and_changed_over_its_protocol_alone() {
    let server = Server::new(&["frames.hxe"], &[]);
    let mut client = server.client();
    let mut foreign = attach(&server, Options::default());
    run(&mut foreign, Run::Turns { only: None, turns: 11 });
    let now = foreign.look(&Want::default());
    let there = client.ok(json!({ "cmd": "dumpregs", "pid": 1 }))["registers"].clone();
    let task = &now.tasks[0];
    assert_eq!((now.turn, &json!(task.pc), &json!(task.sp)), (11, &there["pc"], &there["sp"]));
    for i in 0..16 {
        assert_eq!(json!(task.reg(&now.ram, i)), there["regs"][i], "R{i}");
    }
    // The image can be read here and is as long as the executive says.
    assert!(task.listing.rows.iter().any(|row| row.mnemonic == "CALL"));

    let stop = Stop::Set(NewStop::plain(On::Instruction(36), Some(1)));
    foreign.send(stop.into()).expect("it is set there");
    assert_eq!(client.ok(json!({ "cmd": "bp", "pid": 1 }))["breakpoints"], json!([36]));
    for _ in 0..2 {
        run(&mut foreign, Run::ON);
        until(&mut foreign, |foreign| {
            matches!(foreign.look(&Want::default()).status, Status::Breakpoint { pid: 1, pc: 36, .. })
        });
    }
    foreign.send(Stop::Clear { pid: 1, pc: None }.into()).expect("it is gone there");
    assert_eq!(client.ok(json!({ "cmd": "bp", "pid": 1 }))["breakpoints"], json!([]));
    foreign.send(Run::ON.into()).expect("it runs there");
    until(&mut foreign, |foreign| foreign.position().turn > 1000);
    run(&mut foreign, Run::Pause);

    foreign.send(Input::Poke { pid: 1, address: 0x5000, bytes: vec![0xAB, 0xCD] }.into()).expect("poked");
    assert_eq!(client.ok(json!({ "cmd": "peek", "pid": 1, "addr": 0x5000, "length": 2 }))["data"], "abcd");
    until(&mut foreign, |foreign| foreign.look(&Want::default()).ram[0x5000] == 0xAB);
    foreign.send(Input::Pause(1).into()).expect("paused");
    until(&mut foreign, |foreign| foreign.look(&Want::default()).tasks[0].state == RunState::Paused);
}

#[test]
fn what_an_executive_cannot_do_is_refused_and_says_so() {
    let server = Server::new(&["frames.hxe"], &[]);
    let mut foreign = attach(&server, Options::default());
    let mut refused = |request| foreign.send(request).expect_err("it cannot").to_string();
    assert_eq!(refused(Travel::Back { pid: None, turns: 1 }.into()), "this target cannot go back in time");
    assert_eq!(refused(Travel::Goto(Goto::Turn(0)).into()), "this target cannot go back in time");
    assert!(refused(Input::Pause(9).into()).contains("unknown pid 9"));
    let conditional = NewStop { temporary: true, ..NewStop::plain(On::Instruction(36), Some(1)) };
    assert!(refused(Stop::Set(conditional).into()).contains("plain breakpoints"));
    let mut looking = attach(&server, Options { read_only: true, ..Options::default() });
    let refused = looking.send(Run::STEP.into()).expect_err("only to look").to_string();
    assert!(refused.contains("only to look"), "{refused}");
}

#[test]
fn what_an_executive_does_not_report_is_a_hole_on_the_screen() {
    let server = Server::new(&["producer.hxe", "consumer.hxe"], &[]);
    let mut foreign = attach(&server, Options::default());
    run(&mut foreign, Run::Turns { only: None, turns: 120 });
    let now = foreign.look(&Want { pid: Some(1), ..Want::default() });
    let mut app = App::new((120, 40));
    app.look(&now);
    let shown = PANES.iter().filter(|pane| !["lesson", "log"].contains(&pane.name));
    let pane = |pane: &Pane| {
        let lines = app.pane_lines(pane.id, &now);
        // Of the memory a few rows will do.
        let some = lines.len().min(if pane.name == "memory" { 4 } else { 60 });
        format!("-- {}\n{}\n", pane.name, lines[..some].concat().trim_end())
    };
    let text: String = shown.map(pane).collect();
    snapshot("attach-reported", &text);
}

#[test]
fn the_calls_of_a_task_are_those_the_executive_chains() {
    let server = Server::new(&["frames.hxe"], &[]);
    let mut client = server.client();
    let mut foreign = attach(&server, Options::default());
    run(&mut foreign, Run::Turns { only: None, turns: 11 });
    let now = foreign.look(&Want { pid: Some(1), ..Want::default() });
    let frames = client.ok(json!({ "cmd": "stack", "pid": 1 }))["stack"]["frames"].clone();
    let calls = now.calls.as_ref().expect("calls");
    let pcs: Vec<u32> = calls.frames.iter().map(|frame| frame.pc).collect();
    let there: Vec<u64> = frames.as_array().expect("frames").iter().map(|f| f["pc"].as_u64().expect("pc")).collect();
    assert!(pcs.len() > 1 && pcs.iter().map(|pc| u64::from(*pc)).eq(there), "{pcs:?}");
    let mut app = App::new((120, 40));
    app.look(&now);
    let pane = PANES.iter().find(|pane| pane.name == "calls").expect("a pane");
    let text = app.pane_lines(pane.id, &now).concat();
    assert!(text.contains("? B") && !text.contains("0 B"), "what a frame takes is not known: {text}");
}

#[test]
fn what_tasks_print_is_taken_from_an_executive_where_that_is_asked_for() {
    let server = Server::new(&["echo.hxe"], &[]);
    let mut client = server.client();
    let mut foreign = attach(&server, Options { listen_console: true, ..Options::default() });
    client.ok(json!({ "cmd": "send", "pid": 1, "data": "hi\n" }));
    run(&mut foreign, Run::Turns { only: None, turns: 200 });
    until(&mut foreign, |foreign| {
        foreign.look(&Want::default()).console.iter().any(|line| (line.pid, line.stream) == (1, "stdout"))
    });
    let text: String = foreign.look(&Want::default()).console.iter().map(|line| line.text.as_str()).collect();
    assert!(text.contains("hi"), "{text:?}");
    let left = client.ok(json!({ "cmd": "listen", "pid": 1 }))["messages"].clone();
    assert_eq!(left, json!([]), "it is not there any more");
}

#[test]
fn a_dead_executive_holds_up_nothing() {
    let server = Server::new(&["frames.hxe"], &[]);
    let mut foreign = attach(&server, Options::default());
    run(&mut foreign, Run::Turns { only: None, turns: 9 });
    drop(server);
    until(&mut foreign, |foreign| foreign.look(&Want::default()).title.contains("connection lost"));
    let began = Instant::now();
    let refused = foreign.send(Run::STEP.into()).expect_err("nothing answers").to_string();
    assert!(refused.contains("is lost"), "{refused}");
    let now = foreign.look(&Want::default());
    assert_eq!((now.turn, now.lost), (9, true), "the last picture stays");
    assert!(began.elapsed() < Duration::from_secs(1));
}
