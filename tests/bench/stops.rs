//! What stops cost that are not hit: the same turns of eight different programs without and with them,
//! by turns in one process. Recording and the trace are on, as they are by default.
//!
//! `cargo bench -p hsxray-bench --bench stops` prints the medians.

#![allow(clippy::print_stdout)]

mod common;

use common::{run, session, time};
use hsxray::session::expr::Expr;
use hsxray::session::{Access, Event, Goal, On, Session, Touching};
use hsxray::vm::Span;
use std::time::Duration;

const TURNS: u64 = 8_000_000;
const ROUNDS: usize = 15;

fn watch(session: &mut Session, text: &str) {
    session.stops.add_on(Some(1), On::Change(Expr::parse(text).expect("expression"), None));
}

fn touch(session: &mut Session, start: u32, touching: Touching) {
    let span = Span { start, end: start + 4, bank: None };
    session.stops.add_on(None, On::Access(Access::new("place", span, touching)));
}

/// Medians without and with stops.
fn compare(what: &str, arm: impl Fn(&mut Session)) {
    let (mut plain, mut armed) = (session(), session());
    arm(&mut armed);
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(time(|| run(&mut plain, TURNS)));
        with.push(time(|| run(&mut armed, TURNS)));
    }
    assert!(
        plain.machine() == armed.machine(),
        "{:?} {} {what} changes nothing and stops nowhere",
        armed.status(),
        armed.machine().turns()
    );
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let (without, with) = (median(without), median(with));
    let million = |seconds: f64| TURNS as f64 / seconds / 1e6;
    let more = (with / without - 1.0) * 100.0;
    println!("{what:34} {:6.1} M turns/s, without {:6.1}: {more:+.1} % time", million(with), million(without));
}

fn main() {
    // Behind the programs' code, and in it where nobody gets: the instructions after endless loops.
    compare("100 breakpoints", |s| (0..100).for_each(|i| _ = s.stops.add(None, 0x400 + 4 * i)));
    compare("8 watchpoints, words", |s| (0..8).for_each(|i| watch(s, &format!("[{}]", 0x2C00 + 64 * i))));
    compare("8 watchpoints, registers", |s| (1..=8).for_each(|pid| watch(s, &format!("{pid}.r14"))));
    compare("8 watchpoints on writes", |s| (0..8).for_each(|i| touch(s, 0x2C00 + 64 * i, Touching::Write)));
    compare("8 watchpoints on reads", |s| (0..8).for_each(|i| touch(s, 0x2C00 + 64 * i, Touching::Read)));
    compare("catch race", |s| _ = s.stops.add_on(None, On::Event(Event::Race(None))));
    compare("catch send, recv, block, halt", |s| {
        for name in ["send", "recv", "block", "halt"] {
            s.stops.add_on(None, On::Event(Event::parse(name, None).expect("event")));
        }
    });
    compare("catch depth 100", |s| _ = s.stops.add_on(None, On::Event(Event::Depth(100))));
    compare("a condition on the clock", |s| watch(s, "time > 1000000000000"));
    let goal = Goal::At { pid: 1, pc: 0x3F0 };
    let mut towards = session();
    let took = time(|| {
        towards.start_towards(goal);
        while towards.machine().turns() < TURNS {
            towards.pump(TURNS / 8);
        }
    });
    println!("{:34} {:6.1} M turns/s", "advance to where nobody gets", TURNS as f64 / took.as_secs_f64() / 1e6);
}
