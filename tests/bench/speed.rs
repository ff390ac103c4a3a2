//! What users see of the speed: rows of rates beside each other, measured in one process by turns, by the time this thread
//! was on a processor; medians, and what each is compared with.
//!
//! `cargo bench -p hsxray-bench --bench speed` prints all rows, `... --bench speed -- services` those whose names contain the
//! word. `docs/performance.md` says what the rows mean.

#![allow(clippy::print_stdout)]

mod common;

use common::{load, loads, mix, run};
use hsxray::executive::input::Input;
use hsxray::executive::{Config, Machine, Marks, Who};
use hsxray::session::expr::Expr;
use hsxray::session::{Access, On, Session, Touching};
use hsxray::vm::Span;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Turns of one sample.
const TURNS: u64 = 8_000_000;
const ROUNDS: usize = 9;

/// Takes some turns.
type Take<'a> = Box<dyn FnMut(u64) + 'a>;

/// Time this thread was on a processor; where that is not known, time.
fn on_processor(start: Instant) -> Duration {
    // The system counts what a thread has run when it gives way.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = stat.and_then(|stat| stat.split(' ').next()?.parse().ok());
    ns.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Turns in their places, one by one: what everything faster is compared with.
fn strict<'a>(programs: &[Input], config: &Config) -> Take<'a> {
    let mut machine = machine(programs, config);
    Box::new(move |turns| _ = machine.observe(Who::Rotation, turns, &Marks::default(), &mut ()))
}

/// The machine alone.
fn alone<'a>(programs: &[Input], config: &Config) -> Take<'a> {
    let mut machine = machine(programs, config);
    Box::new(move |turns| _ = machine.run(Who::Rotation, turns, &Marks::default()))
}

/// What `batch` does: a session with trace and history.
fn batch<'a>(programs: &[Input]) -> Take<'a> {
    let mut session = Session::new(Config::default());
    programs.iter().for_each(|load| drop(session.apply(load.clone()).expect("room")));
    Box::new(move |turns| run(&mut session, turns))
}

/// The same with stops that are not reached.
fn armed<'a>(programs: &[Input], stops: &[&str]) -> Take<'a> {
    let mut session = Session::new(Config::default());
    programs.iter().for_each(|load| drop(session.apply(load.clone()).expect("room")));
    for text in stops {
        let expr = Expr::parse(text).expect("expression");
        session.stops.add_on(Some(1), On::Change(expr, None));
    }
    Box::new(move |turns| run(&mut session, turns))
}

/// The same with stops on reads of eight words that are not read.
fn read<'a>(programs: &[Input]) -> Take<'a> {
    let mut session = Session::new(Config::default());
    programs.iter().for_each(|load| drop(session.apply(load.clone()).expect("room")));
    for start in (0x2C00..0x2E00).step_by(64) {
        let span = Span { start, end: start + 4, bank: None };
        session.stops.add_on(None, On::Access(Access::new("place", span, Touching::Read)));
    }
    Box::new(move |turns| run(&mut session, turns))
}

/// The same from the start, each time in a new session.
fn fresh<'a>(programs: &'a [Input]) -> Take<'a> {
    Box::new(move |turns| batch(programs)(turns))
}

fn machine(programs: &[Input], config: &Config) -> Machine {
    let mut machine = Machine::new(config.clone());
    programs.iter().for_each(|load| drop(machine.apply(load).expect("room")));
    machine
}

/// rbpf's interpreter on the sum loop, where HSX needs MUL XOR ADD ADD CMP JNZ, or on the loop over 64 words, where
/// it needs LD ADD ST ADD ADD CMP JNZ: as many iterations as HSX does in the turns asked for.
fn rbpf<'a>(sum: bool) -> Take<'a> {
    let program = move |turns: u64| {
        let source = if sum {
            format!(
                "mov64 r1, 0\nmov64 r2, 0\nlddw r4, {}\nmov64 r5, r1\nmul64 r5, r1\nxor64 r5, r1\nadd64 r2, r5\nadd64 r1, 1\njne r1, r4, -6\nexit\n",
                turns / 6
            )
        } else {
            format!(
                "mov64 r7, {}\nmov64 r6, r1\nadd64 r6, 256\nmov64 r3, r1\nmov64 r2, 0\nldxw r5, [r3]\nadd64 r5, r2\nstxw [r3], r5\nadd64 r3, 4\nadd64 r2, 4\njne r3, r6, -6\nsub64 r7, 1\njne r7, 0, -10\nexit\n",
                turns / 7 / 64
            )
        };
        rbpf::assembler::assemble(&source).expect("assembles")
    };
    Box::new(move |turns| {
        let (program, mut memory) = (program(turns), [0; 256]);
        let vm = rbpf::EbpfVmRaw::new(Some(&program)).expect("good program");
        black_box(vm.execute_program(&mut memory).expect("runs"));
    })
}

/// Prints the medians of some ways by turns, each in M turns a second and as a multiple of the first.
fn row(name: &str, ways: Vec<(&str, u64, Take<'_>)>) {
    if !std::env::args().skip(1).filter(|a| !a.starts_with('-')).all(|word| name.contains(&word)) {
        return;
    }
    let (mut ways, start) = (ways, Instant::now());
    let mut rates = vec![Vec::new(); ways.len()];
    ways.iter_mut().for_each(|(_, turns, take)| take(*turns));
    for _ in 0..ROUNDS {
        for ((_, turns, take), rates) in ways.iter_mut().zip(&mut rates) {
            let before = on_processor(start);
            take(*turns);
            rates.push(*turns as f64 / 1e6 / (on_processor(start) - before).as_secs_f64());
        }
    }
    rates.iter_mut().for_each(|rates| rates.sort_by(f64::total_cmp));
    let first = rates[0][ROUNDS / 2];
    print!("{name:34}");
    for ((way, ..), rates) in ways.iter().zip(&rates) {
        let median = rates[ROUNDS / 2];
        print!("  {way} {median:.0} ({:.2})", median / first);
    }
    println!();
}

fn main() {
    let plain = Config { protect: false, trace: 0, ..Config::default() };
    let kept = Config::default();
    let all = loads();
    let (one_mix, one_sum) = (&all[..1], &all[1..2]);
    let apart = |count: u32| -> Vec<Input> { (0..count).map(|i| load(mix(0x3000 + 0x100 * i), 64)).collect() };
    let share = ".text\n LDI R3, 1\n LDI32 R1, 0x5000\nloop:\n LD R5, [R1+0]\n ADD R5, R5, R3\n ST [R1+0], R5\n MUL R6, R5, R5\n XOR R7, R6, R5\n JMP loop\n";
    let serve = ".text\n LDI R3, 1\nagain:\n LDI R1, 30\nloop:\n MUL R5, R1, R1\n XOR R6, R5, R1\n SUB R1, R1, R3\n JNZ loop\n SVC 0x0, 0x0\n JMP again\n";
    let eight = |source: &str| vec![load(source.into(), 64); 8];
    println!(
        "M turns a second of processor time, medians of {ROUNDS} by turns; in brackets as a multiple of the first"
    );
    for (name, programs, sum) in [("one task, sum", one_sum, true), ("one task, mix", one_mix, false)] {
        row(
            name,
            vec![
                ("rbpf", TURNS, rbpf(sum)),
                ("strict", TURNS, strict(programs, &plain)),
                ("alone", TURNS, alone(programs, &plain)),
                ("batch", TURNS, batch(programs)),
            ],
        );
    }
    let (equal, different) = (apart(8), &all[..]);
    let served: Vec<Input> = all[..7].iter().cloned().chain([load(serve.into(), 64)]).collect();
    for (name, programs) in [
        ("2 equal tasks", &apart(2)[..]),
        ("8 equal tasks", &equal),
        ("64 equal tasks", &apart(64)),
        ("8 different tasks", different),
        ("8 tasks sharing one word", &eight(share)),
        ("8 tasks, services each 120 turns", &eight(serve)),
        ("8 tasks, one of them with services", &served),
    ] {
        row(name, vec![("strict", TURNS, strict(programs, &kept)), ("batch", TURNS, batch(programs))]);
    }
    let words = ["[0x2C00]", "[0x2C40]", "[0x2C80]", "[0x2CC0]", "[0x2D00]", "[0x2D40]", "[0x2D80]", "[0x2DC0]"];
    let registers = ["1.r14", "2.r14", "3.r14", "4.r14", "5.r14", "6.r14", "7.r14", "8.r14"];
    row(
        "8 different tasks, stops",
        vec![
            ("none", TURNS, batch(different)),
            ("8 words", TURNS, armed(different, &words)),
            ("8 reads", TURNS, read(different)),
            ("8 registers", TURNS, armed(different, &registers)),
            ("time", TURNS, armed(different, &["time > 1000000000000"])),
            ("turns", TURNS, armed(different, &["2.turns * 2 > turn + 1000000000000"])),
        ],
    );
    for (name, programs) in [("a million turns, 8 equal", &equal[..]), ("a million turns, 8 different", different)] {
        row(name, vec![("64 million", 8 * TURNS, fresh(programs)), ("a million", 1_000_000, fresh(programs))]);
    }
}
