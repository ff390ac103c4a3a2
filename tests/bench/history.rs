//! What the past costs: recording, going back, jumping, searching.
//!
//! `cargo bench --bench history` prints one figure a line; `cargo bench --bench history -- 1000000000` makes the long run
//! a billion turns long. Percentiles are of single calls, timed one by one.

use hsxray::asm::{self, Options};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::{Config, Machine, Marks, Who};
use hsxray::session::{Session, Spot};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Programs of different shape, each endless: `p[i] += i`, sums, a sieve, a copy, recursion.
fn programs() -> Vec<String> {
    (0..8u32).map(|i| (i, 0x3000 + 0x900 * i)).map(|(i, base)| match i {
        0 | 5 => format!(
            ".text\n    LDI R3, 4\n    LDI32 R6, {}\nagain:\n    LDI32 R1, {base}\n    LDI R2, 0\nloop:\n    LD R5, [R1+0]\n    ADD R5, R5, R2\n    ST [R1+0], R5\n    ADD R1, R1, R3\n    ADD R2, R2, R3\n    CMP R1, R6\n    JNZ loop\n    JMP again\n",
            base + 256
        ),
        1 => ".text\n    LDI R3, 1\n    LDI R1, 0\n    LDI32 R4, 0xFFFFFFFF\nloop:\n    MUL R5, R1, R1\n    XOR R5, R5, R1\n    ADD R2, R2, R5\n    ADD R1, R1, R3\n    CMP R1, R4\n    JNZ loop\n    JMP loop\n".into(),
        2 | 6 => format!(
            ".text\nagain:\n    LDI32 R1, {base}\n    LDI R2, 2047\n    LDI R3, 1\nclear:\n    ADD R4, R1, R2\n    STB [R4+0], R3\n    SUB R2, R2, R3\n    JNZ clear\n    LDI R2, 2\nnext:\n    ADD R4, R1, R2\n    LDB R5, [R4+0]\n    LDI R6, 0\n    CMP R5, R6\n    JZ skip\n    ADD R7, R2, R2\nstrike:\n    LDI R8, 2047\n    SUB R9, R8, R7\n    LDI R10, 31\n    LSR R9, R9, R10\n    CMP R9, R6\n    JNZ skip\n    ADD R4, R1, R7\n    STB [R4+0], R6\n    ADD R7, R7, R2\n    JMP strike\nskip:\n    ADD R2, R2, R3\n    LDI R8, 2047\n    CMP R2, R8\n    JNZ next\n    JMP again\n"
        ),
        3 | 7 => format!(
            ".text\n    LDI R3, 4\n    LDI R7, 1\nagain:\n    LDI32 R1, {base}\n    LDI32 R2, {}\n    LDI R4, 256\nloop:\n    LD R5, [R1+0]\n    ST [R2+0], R5\n    ADD R1, R1, R3\n    ADD R2, R2, R3\n    SUB R4, R4, R7\n    JNZ loop\n    JMP again\n",
            base + 1024
        ),
        _ => ".text\nmain:\n    LDI R1, 18\n    CALL fib\n    JMP main\nfib:\n    LDI R3, 1\n    CMP R1, R3\n    JZ one\n    LDI R4, 0\n    CMP R1, R4\n    JZ zero\n    PUSH R1\n    SUB R1, R1, R3\n    CALL fib\n    POP R1\n    PUSH R0\n    LDI R2, 2\n    SUB R1, R1, R2\n    CALL fib\n    POP R2\n    ADD R0, R0, R2\n    RET\none:\n    LDI R0, 1\n    RET\nzero:\n    LDI R0, 0\n    RET\n".into(),
    }).collect()
}

fn load(source: String) -> Input {
    let read = &mut |_: &Path| Ok(source.as_bytes().to_vec());
    let made = asm::assemble(&["bench.mvasm".into()], &Options::default(), read).unwrap_or_else(|e| panic!("{e}"));
    Input::Load(Load { stack: 1024, ..Load::new(Arc::new(made.image)) })
}

fn loads() -> Vec<Input> {
    programs().into_iter().map(load).collect()
}

fn session() -> Session {
    let mut session = Session::new(Config::default());
    loads().into_iter().for_each(|load| drop(session.apply(load).expect("room")));
    session
}

fn machine() -> Machine {
    let mut machine = Machine::new(Config::default());
    loads().iter().for_each(|load| drop(machine.apply(load).expect("room")));
    machine
}

fn run(session: &mut Session, turns: u64) {
    session.start(Who::Rotation, turns);
    while session.pump(4_000_000) {}
}

fn time(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
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
        session.apply(load(source.into())).expect("room");
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
    let spot = Spot::seen(session.machine(), 1, 0x2800, 4).expect("spot");
    let took = time(|| session.last_write(spot).map(drop).expect_err("never written").to_string().clear());
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
    session.apply(load(source.into())).expect("room");
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
