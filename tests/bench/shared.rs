//! What shared words, races, origins and searches with an index cost, each beside the same without it.
//!
//! `cargo bench -p hsxray-bench --bench shared` prints one figure a line; `-- 100000000` makes the long run that long.

#![allow(clippy::print_stdout)]

mod common;

use common::{load, run, time};
use hsxray::executive::Config;
use hsxray::executive::trace::TraceKind;
use hsxray::session::{Kinds, LaneViewport, Session, TreeOptions, WatchedBytes};
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
        let took = time(|| assert!(session.sharing(1, turns, &[]).expect("past").races.len() > 3));
        println!("races over {turns} turns                 {took:.1?}");
    }
    let spot = WatchedBytes::seen(session.machine(), 1, 0x5100, 4).expect("spot");
    let options = TreeOptions { nodes: 200, depth: 1000, ..TreeOptions::default() };
    let mut nodes = 0;
    let took = time(|| nodes = session.origin_tree(spot, options).expect("past").len());
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
        s.seek_event(false, Kinds::none().with(TraceKind::Send), None).map(drop).expect("a send");
    });
    let spot = WatchedBytes::register(session.machine(), 1, 3).expect("task");
    search("last write of a register of a task that ended", &mut session, |s| {
        s.last_write(spot).map(drop).expect("a write");
    });
    let shared = WatchedBytes::seen(session.machine(), 2, 0x2800, 4).expect("spot");
    search("a word of shared RAM that was never written", &mut session, |s| drop(s.last_write(shared).map(drop)));
}

fn main() {
    let turns = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(50_000_000);
    window();
    searches(turns);
}
