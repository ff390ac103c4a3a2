//! What the past costs: recording, going back, jumping, searching.
//!
//! `cargo bench -p hsxray-bench --bench history` prints one figure a line; `cargo bench -p hsxray-bench --bench history -- 1000000000` makes the long run
//! a billion turns long. Percentiles are of single calls, timed one by one.

#![allow(clippy::print_stdout)]

mod common;

use common::{load, loads, run, session, time};
use hsxray::executive::{Config, Machine, Marks, Who};
use hsxray::session::{Session, WatchedBytes, now};
use std::time::Duration;

fn machine() -> Machine {
    let mut machine = Machine::new(Config::default());
    loads().iter().for_each(|load| drop(machine.apply(load).expect("room")));
    machine
}

fn percentiles(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |p: usize| times[(times.len() * p / 100).min(times.len() - 1)];
    println!("{what:44} median {:>10.2?}  p99 {:>10.2?}  worst {:>10.2?}", at(50), at(99), at(100));
}

/// The same turns by the machine alone and by a session that records, in turns; the ratio of
/// medians.
fn recording() {
    const TURNS: u64 = 16_000_000;
    let (mut alone, mut recorded) = (machine(), session());
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..15 {
        without.push(time(|| assert_eq!(alone.run(Who::Rotation, TURNS, &Marks::default()).turns, TURNS)));
        with.push(time(|| run(&mut recorded, TURNS)));
    }
    without.sort();
    with.sort();
    let rate = |d: Duration| TURNS as f64 / d.as_secs_f64() / 1e6;
    let cost = with[7].as_secs_f64() / without[7].as_secs_f64() - 1.0;
    println!(
        "recording, 8 different programs              {:.1} M turns/s alone, {:.1} recorded: {:+.1} %",
        rate(without[7]),
        rate(with[7]),
        100.0 * cost
    );
}

/// Eight tasks that call a service every other turn: undo records of such turns are the dear ones.
fn services() {
    let mut session = Session::new(Config::default());
    for _ in 0..8 {
        let source = ".text\nagain:\n SVC 0x0, 0x0\n JMP again\n";
        session.apply(load(source.into(), 1024)).expect("room");
    }
    let mut first = Vec::new();
    for _ in 0..200 {
        run(&mut session, 40_009);
        first.push(time(|| session.back(1).expect("past")));
        session.seek(session.present()).expect("present");
    }
    percentiles("the same, every other turn a service call", first);
}

fn steps_back(session: &mut Session) {
    let (mut first, mut next) = (Vec::new(), Vec::new());
    for round in 0..300 {
        session.go(1, u64::MAX).expect("present");
        run(session, 1 + round * 997);
        first.push(time(|| session.back(1).expect("past")));
        for _ in 0..20 {
            next.push(time(|| session.back(1).expect("past")));
        }
    }
    for _ in 0..20_000 {
        next.push(time(|| session.back(1).expect("past")));
    }
    percentiles("first step back from the present", first);
    percentiles("following steps back", next);
}

fn jumps(session: &mut Session) {
    let (present, mut at) = (session.present(), 88_172_645_463_325_252u64);
    let jumps = (0..60).map(|_| {
        at ^= at << 13;
        at ^= at >> 7;
        at ^= at << 17;
        time(|| session.seek(at % present).expect("past"))
    });
    percentiles("jump to a random turn", jumps.collect());
}

fn searches(session: &mut Session) {
    session.go(1, u64::MAX).expect("present");
    let millions = session.present().min(20_000_000) as f64 / 1e6;
    session.seek(session.present().min(20_000_000)).expect("past");
    // Nobody ever writes there: the whole past is searched.
    let spot = WatchedBytes::seen(session.machine(), 1, 0x2800, 4).expect("spot");
    let took = time(|| now(session.last_write(spot)).map(drop).expect_err("never written").to_string().clear());
    println!(
        "search for a word never written              {:.1} ms a million turns",
        took.as_secs_f64() * 1e3 / millions
    );
    session.seek(session.present().min(20_000_000)).expect("past");
    let took = time(|| session.reverse_continue().expect("start"));
    println!(
        "back to the previous stop, there is none     {:.1} ms a million turns",
        took.as_secs_f64() * 1e3 / millions
    );
}

/// The loop that gdb's `record full` was measured on: ten instructions.
fn small_loop() {
    const TURNS: u64 = 20_000_000;
    let source = ".text\n LDI32 R1, 0x7FFFFFFF\n LDI R3, 1\n LDI32 R4, 0x5000\nagain:\n LD R2, [R4+0]\n ADD R2, R2, R1\n ST [R4+0], R2\n ADD R5, R5, R3\n XOR R5, R5, R1\n ADD R6, R5, R3\n MUL R5, R5, R6\n MOV R7, R5\n SUB R1, R1, R3\n JNZ again\n RET\n";
    let mut session = Session::new(Config::default());
    session.apply(load(source.into(), 1024)).expect("room");
    let took = time(|| run(&mut session, TURNS));
    let back = (0..5000).map(|_| time(|| session.back(1).expect("past")));
    percentiles("small loop, steps back", back.collect());
    let bytes = session.history().bytes as f64 / TURNS as f64;
    let rc = time(|| session.reverse_continue().expect("start"));
    let rate = |d: Duration| TURNS as f64 / d.as_secs_f64() / 1e6;
    println!(
        "small loop: recorded {:.0} M turns/s, {bytes:.3} bytes a turn, back to the start {:.0} M turns/s",
        rate(took),
        rate(rc)
    );
}

fn main() {
    let turns = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(50_000_000);
    recording();
    small_loop();
    let mut session = session();
    let took = time(|| run(&mut session, turns));
    let history = session.history();
    println!(
        "{turns} turns recorded in {took:.2?}; checkpoints {:.1} MB of {:.0} MB",
        history.bytes as f64 / 1e6,
        history.bound as f64 / 1e6
    );
    steps_back(&mut session);
    services();
    jumps(&mut session);
    searches(&mut session);
}
