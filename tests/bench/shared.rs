//! What shared words, races, origins and searches with an index cost, each beside the same without it.
//!
//! `cargo bench -p hsxray-bench --bench shared` prints one figure a line; `-- 100000000` makes the long run that long.

#![allow(clippy::print_stdout)]

mod common;

use common::{load, run, time};
use hsxray::backend::request::{Goto, OriginOf, Past, Races, Run, Travel, Written};
use hsxray::backend::{LoadDefaults, Local, Request, Target};
use hsxray::executive::trace::TraceKind;
use hsxray::executive::{Config, Who};
use hsxray::session::{Kinds, LaneViewport, Session, TreeOptions, WatchedBytes, now};
use std::time::Duration;

/// Turns of the window: as many as lanes are exact for.
const WINDOW: u64 = 1 << 19;
const ROUNDS: usize = 7;

/// Adds one to a word of its own and, in each round, to one of three words from `base` on.
fn counter(own: u32, base: u32) -> String {
    let step = |at: u32| {
        format!(
            " LDI32 R1, {at}\n LD R2, [R1+0]\n ADD R2, R2, R3\n ADD R4, R4, R2\n XOR R5, R5, R4\n ADD R6, R6, R5\n ST [R1+0], R2\n"
        )
    };
    let steps: String = [own, base, own, base + 4, own, base + 8].into_iter().map(step).collect();
    format!(".text\n LDI R3, 1\nagain:\n{steps} JMP again\n")
}

fn session(sources: &[String]) -> Session {
    let mut session = Session::new(Config::default());
    sources.iter().for_each(|source| drop(session.apply(load(source.clone(), 1024)).expect("room")));
    session
}

fn median(mut f: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| time(&mut f)).collect();
    times.sort();
    times[ROUNDS / 2]
}

/// Lanes of a window, moved by a turn each time so that they are made again.
fn lanes(session: &mut Session) -> Duration {
    let (columns, power) = (120, WINDOW.ilog2() - 7);
    let mut first = 1;
    median(|| {
        first += 1 << power;
        let sight = LaneViewport { columns, power: Some(power), first, fixed: true, ..LaneViewport::default() };
        assert!(session.lanes(&sight).exact);
    })
}

fn window() {
    // The same two programs, with words of their own and with three that both use.
    let apart = [counter(0x5000, 0x5100), counter(0x5040, 0x5200)];
    let shared = [counter(0x5000, 0x5100), counter(0x5040, 0x5100)];
    let took = [apart, shared].map(|sources| {
        let mut session = session(&sources);
        run(&mut session, 4 * WINDOW);
        lanes(&mut session)
    });
    let ratio = took[1].as_secs_f64() / took[0].as_secs_f64();
    println!(
        "lanes of {WINDOW} turns                  {:.1?} without shared words, {:.1?} with three: {ratio:.2} x",
        took[0], took[1]
    );
    let mut session = session(&[counter(0x5000, 0x5100), counter(0x5040, 0x5100)]);
    run(&mut session, 10_000_000);
    for turns in [WINDOW, 10_000_000] {
        let took = time(|| assert!(now(session.sharing(1, turns, &[], false)).expect("past").races.len() > 3));
        println!("races over {turns} turns                 {took:.1?}");
    }
    let spot = WatchedBytes::seen(session.machine(), 1, 0x5100, 4).expect("spot");
    let options = TreeOptions { nodes: 200, depth: 1000, ..TreeOptions::default() };
    let mut nodes = 0;
    let took = time(|| nodes = now(session.origin_tree(spot, options)).expect("past").len());
    println!("origins of a word, {nodes} nodes               {took:.1?}");
}

/// A search whose goal lies in the first million turns, with the index and without.
fn search(what: &str, session: &mut Session, find: impl Fn(&mut Session)) {
    let mut everywhere = session.clone();
    everywhere.look_everywhere();
    let took = [session, &mut everywhere].map(|session| {
        session.seek(session.present()).expect("present");
        time(|| find(session))
    });
    println!("{what:40} {:.1?} with the index, {:.1?} without", took[0], took[1]);
}

fn searches(turns: u64) {
    // One that sends once and then ends, and one that runs on.
    let sender = ".text\n LDI32 R1, name\n SVC 5, 0\n LDI32 R2, name\n LDI R3, 4\n LDI R4, 0\n LDI R5, 0\n SVC 5, 2\n LDI R0, 0\n RET\n.data\nname: .asciz \"app:a\"\n";
    let mut session = session(&[sender.to_owned(), common::mix(0x3000)]);
    run(&mut session, turns);
    search("previous send", &mut session, |s| {
        now(s.seek_event(false, Kinds::none().with(TraceKind::Send), None)).map(drop).expect("a send");
    });
    let spot = WatchedBytes::register(session.machine(), 1, 3).expect("task");
    search("last write of a register of a task that ended", &mut session, |s| {
        now(s.last_write(spot)).map(drop).expect("a write");
    });
    let shared = WatchedBytes::seen(session.machine(), 2, 0x2800, 4).expect("spot");
    search("a word of shared RAM that was never written", &mut session, |s| drop(now(s.last_write(shared)).map(drop)));
}

/// The longest time for which a key waits while the past is looked through for a request, on top of what that costs.
fn keys(turns: u64) {
    let mut target = Local::new("bench", Config::default(), LoadDefaults::default());
    for source in [counter(0x5000, 0x5100), counter(0x5040, 0x5100)] {
        target.apply(load(source, 1024)).expect("room");
    }
    Target::send(&mut target, Run::Turns { only: None, turns }.into()).expect("run");
    while Target::pump(&mut target, 4_000_000) {}
    let word = |address| Written::Memory { pid: 1, address, bytes: 4 };
    let origin = OriginOf { place: Some(word(0x5100)), depth: Some(1000), nodes: Some(10_000), addresses: false };
    let requests: [Request; 6] = [
        Travel::Write { next: false, place: word(0x2800) }.into(),
        Travel::Goto(Goto::Event { next: false, kinds: vec![TraceKind::Send], pid: None }).into(),
        Travel::OriginTree(origin).into(),
        Past::Writes { place: word(0x2800), from: 1, to: turns }.into(),
        Past::Uses(Some(word(0x5100))).into(),
        Races::List { from: 1, to: None, at: None, host: false }.into(),
    ];
    for request in requests {
        let (line, mut all, mut longest) = (request.to_string(), Duration::ZERO, Duration::ZERO);
        let mut slice = |took: Duration| (all, longest) = (all + took, longest.max(took));
        slice(time(|| drop(target.start_request(request))));
        let mut on = target.position().running;
        while on {
            slice(time(|| on = Target::pump(&mut target, 1)));
        }
        drop(target.found());
        println!("{line:40} {all:.1?}, a key waits {longest:.1?} at most");
    }
}

/// Who wrote the words of a stack, and two runs side by side.
fn stacks_and_runs() {
    let deep = ".text\n LDI R7, 60\n LDI R8, 1\nmore:\n PUSH R7\n SUB R7, R7, R8\n JNZ more\nagain:\n ADD R1, R1, R8\n JMP again\n";
    let mut session = session(&[deep.to_owned(), common::mix(0x3000)]);
    run(&mut session, 1_000_000);
    let sp = session.machine().task(1).expect("task").context.sp;
    let words: Vec<u32> = (0..64).map(|i| sp + 4 * i).collect();
    let took = median(|| assert!(now(session.last_writers(&words, 0)).expect("past").len() >= 60));
    println!("who wrote 64 words of a stack, 1000000 turns  {took:.1?}");
    let mut session = self::session(&[counter(0x5000, 0x5100), counter(0x5040, 0x5100)]);
    run(&mut session, 1 << 16);
    session.seek(10).expect("past");
    session.start(Who::Only(2), 1);
    while session.pump(u64::MAX) {}
    run(&mut session, 1 << 16);
    let took = median(|| assert!(session.two_runs([1, 2]).expect("runs").common <= 10));
    println!("two runs of 65536 turns each             {took:.1?}");
}

fn main() {
    let turns = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(50_000_000);
    window();
    stacks_and_runs();
    searches(turns);
    keys(turns.min(20_000_000));
}
