//! How many turns a second: one task, eight equal ones and eight different ones, plain and with
//! everything armed, beside the interpreter of the crate rbpf on the same loop.
//!
//! `cargo bench -p hsxray-bench` prints them all in one run; divide the items by the time for turns a second.

use divan::Bencher;
use divan::counter::ItemsCount;
use hsxray::asm::{self, Options};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::{Config, Machine, Marks, Who};
use std::path::Path;
use std::sync::Arc;

fn main() {
    divan::main();
}

/// Turns of one sample.
const TURNS: u64 = 4_000_000;

/// `p[i] += i` over 64 words: LD ADD ST ADD ADD CMP JNZ.
fn mix(base: u32) -> String {
    format!(
        ".text\n    LDI R3, 4\n    LDI32 R6, {end}\nagain:\n    LDI32 R1, {base}\n    LDI R2, 0\nloop:\n    LD R5, [R1+0]\n    ADD R5, R5, R2\n    ST [R1+0], R5\n    ADD R1, R1, R3\n    ADD R2, R2, R3\n    CMP R1, R6\n    JNZ loop\n    JMP again\n",
        end = base + 256
    )
}

/// `s += (i*i)^i`: MUL XOR ADD ADD CMP JNZ.
const SUM: &str = ".text\n    LDI R3, 1\n    LDI R1, 0\n    LDI32 R4, 0xFFFFFFFF\nloop:\n    MUL R5, R1, R1\n    XOR R5, R5, R1\n    ADD R2, R2, R5\n    ADD R1, R1, R3\n    CMP R1, R4\n    JNZ loop\n    JMP loop\n";

/// 256 words from one place to another: LD ST ADD ADD SUB JNZ.
fn copy(base: u32) -> String {
    format!(
        ".text\n    LDI R3, 4\n    LDI R7, 1\nagain:\n    LDI32 R1, {base}\n    LDI32 R2, {to}\n    LDI R4, 256\nloop:\n    LD R5, [R1+0]\n    ST [R2+0], R5\n    ADD R1, R1, R3\n    ADD R2, R2, R3\n    SUB R4, R4, R7\n    JNZ loop\n    JMP again\n",
        to = base + 1024
    )
}

/// Primes below 2048 by striking out flags.
fn sieve(base: u32) -> String {
    format!(
        ".text\nagain:\n    LDI32 R1, {base}\n    LDI R2, 2047\n    LDI R3, 1\nclear:\n    ADD R4, R1, R2\n    STB [R4+0], R3\n    SUB R2, R2, R3\n    JNZ clear\n    LDI R2, 2\nnext:\n    ADD R4, R1, R2\n    LDB R5, [R4+0]\n    LDI R6, 0\n    CMP R5, R6\n    JZ skip\n    ADD R7, R2, R2\nstrike:\n    LDI R8, 2047\n    SUB R9, R8, R7\n    LDI R10, 31\n    LSR R9, R9, R10\n    CMP R9, R6\n    JNZ skip\n    ADD R4, R1, R7\n    STB [R4+0], R6\n    ADD R7, R7, R2\n    JMP strike\nskip:\n    ADD R2, R2, R3\n    LDI R8, 2047\n    CMP R2, R8\n    JNZ next\n    JMP again\n"
    )
}

/// Doubly recursive Fibonacci numbers with PUSH POP CALL RET.
const FIB: &str = ".text\nmain:\n    LDI R1, 18\n    CALL fib\n    JMP main\nfib:\n    LDI R2, 2\n    CMP R1, R2\n    LDI R3, 1\n    CMP R1, R3\n    JZ one\n    LDI R4, 0\n    CMP R1, R4\n    JZ zero\n    PUSH R1\n    SUB R1, R1, R3\n    CALL fib\n    POP R1\n    PUSH R0\n    LDI R2, 2\n    SUB R1, R1, R2\n    CALL fib\n    POP R2\n    ADD R0, R0, R2\n    RET\none:\n    LDI R0, 1\n    RET\nzero:\n    LDI R0, 0\n    RET\n";

fn load(machine: &mut Machine, source: &str, stack: u32) {
    let made =
        asm::assemble(&["bench.mvasm".into()], &Options::default(), &mut |_: &Path| Ok(source.as_bytes().to_vec()));
    let image = made.unwrap_or_else(|e| panic!("{e}")).image;
    machine.apply(&Input::Load(Load { stack, ..Load::new(Arc::new(image)) })).expect("room");
}

/// Nothing looked at: no trace, no protection.
fn plain() -> Machine {
    Machine::new(Config { protect: false, trace: 0, ..Config::default() })
}

/// Trace ring, counters, guards, protection.
fn armed() -> Machine {
    Machine::new(Config::default())
}

/// A few breakpoints that are never reached, in every task.
fn stops(machine: &Machine) -> Marks {
    let mut marks = Marks::default();
    for task in machine.tasks() {
        marks.set(task, [0xF00, 0xF10, 0xF20]);
    }
    marks
}

fn run(bencher: Bencher<'_, '_>, mut machine: Machine, marks: &Marks) {
    machine.run(Who::Rotation, TURNS, marks);
    bencher.counter(ItemsCount::new(TURNS)).bench_local(|| machine.run(Who::Rotation, TURNS, marks));
}

/// A task's share of data RAM that no arena covers, also not with 128 tasks.
fn place(i: u32) -> u32 {
    0x3000 + 0x900 * (i % 8)
}

fn equal(mut machine: Machine, count: u32) -> Machine {
    for i in 0..count {
        load(&mut machine, &mix(place(i)), 64);
    }
    machine
}

fn different(mut machine: Machine) -> Machine {
    let programs = [
        mix(place(0)),
        SUM.into(),
        sieve(place(2)),
        copy(place(3)),
        FIB.into(),
        mix(place(5)),
        sieve(place(6)),
        copy(place(7)),
    ];
    programs.iter().for_each(|p| load(&mut machine, p, 1024));
    machine
}

#[divan::bench]
fn one_task_sum_plain(bencher: Bencher<'_, '_>) {
    let mut machine = plain();
    load(&mut machine, SUM, 64);
    run(bencher, machine, &Marks::default());
}

#[divan::bench]
fn one_task_mix_plain(bencher: Bencher<'_, '_>) {
    run(bencher, equal(plain(), 1), &Marks::default());
}

#[divan::bench]
fn one_task_mix_armed(bencher: Bencher<'_, '_>) {
    let machine = equal(armed(), 1);
    let marks = stops(&machine);
    run(bencher, machine, &marks);
}

#[divan::bench(args = [8, 128])]
fn equal_tasks_plain(bencher: Bencher<'_, '_>, count: u32) {
    run(bencher, equal(plain(), count), &Marks::default());
}

#[divan::bench(args = [8, 128])]
fn equal_tasks_armed(bencher: Bencher<'_, '_>, count: u32) {
    let machine = equal(armed(), count);
    let marks = stops(&machine);
    run(bencher, machine, &marks);
}

#[divan::bench]
fn eight_different_tasks_plain(bencher: Bencher<'_, '_>) {
    run(bencher, different(plain()), &Marks::default());
}

#[divan::bench]
fn eight_different_tasks_armed(bencher: Bencher<'_, '_>) {
    let machine = different(armed());
    let marks = stops(&machine);
    run(bencher, machine, &marks);
}

/// The sum loop for rbpf: mov mul xor add add jne, where HSX needs MUL XOR ADD ADD CMP JNZ. Items
/// are HSX turns for the same number of iterations, so the two compare directly.
#[divan::bench]
fn rbpf_interpreter_sum(bencher: Bencher<'_, '_>) {
    let iterations = TURNS / 6;
    let source = format!(
        "mov64 r1, 0\nmov64 r2, 0\nlddw r4, {iterations}\nmov64 r5, r1\nmul64 r5, r1\nxor64 r5, r1\nadd64 r2, r5\nadd64 r1, 1\njne r1, r4, -6\nmov64 r0, r2\nexit\n"
    );
    let program = rbpf::assembler::assemble(&source).expect("assembles");
    let vm = rbpf::EbpfVmNoData::new(Some(&program)).expect("good program");
    bencher.counter(ItemsCount::new(TURNS)).bench_local(|| vm.execute_program().expect("runs"));
}

/// Eight tasks that have done so many turns.
fn eight(turns: u64) -> hsxray::backend::Local {
    use hsxray::backend::{LoadDefaults, LoadOptions, Local, Program};
    let mut target = Local::new("bench", Config::default(), LoadDefaults { stack: 1024, quantum: 1 });
    for source in [
        mix(place(0)),
        SUM.into(),
        sieve(place(2)),
        copy(place(3)),
        FIB.into(),
        mix(place(5)),
        sieve(place(6)),
        copy(place(7)),
    ] {
        let program = Program::builtin("bench.mvasm", &source).expect("assembles");
        target.load(Arc::new(program), LoadOptions::default()).expect("room");
    }
    target.start(Who::Rotation, turns).expect("starts");
    while target.pump(1_000_000) {}
    target
}

/// A whole frame of eight tasks: from the machine's state to a drawn buffer.
#[divan::bench(args = [(80, 24), (120, 40), (200, 60)])]
fn frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    use hsxray::backend::Want;
    let mut target = eight(100_000);
    let mut app = hsxray::ui::App::new(size);
    let theme = hsxray::ui::Theme::default();
    bencher.bench_local(|| {
        let now = target.look(&Want::default());
        app.look(&now);
        hsxray::ui::render(&now, &app.view, &theme, size)
    });
}

/// A frame of the timeline of a billion turns at 200x60, that many times zoomed out (99 is the whole run): once it
/// is made, and when each frame looks at other columns than the last.
#[divan::bench(args = [(0, false), (99, false), (0, true), (8, true), (11, true), (14, true), (99, true)])]
fn timeline(bencher: Bencher<'_, '_>, (out, pan): (u32, bool)) {
    let mut target = eight(1_000_000_000);
    let mut app = hsxray::ui::App::new((200, 60));
    let theme = hsxray::ui::Theme::default();
    let now = target.look(&app.want());
    let keys = format!("7 Tab z {}", "( ".repeat(out as usize));
    let mut now = hsxray::ui::press(&mut app, &mut target, &keys, now).expect("keys");
    let mut back = false;
    bencher.bench_local(|| {
        if pan {
            back = !back;
            app.key(if back { "PgUp" } else { "PgDn" }, &now);
        }
        now = target.look(&app.want());
        app.look(&now);
        hsxray::ui::render(&now, &app.view, &theme, (200, 60))
    });
}
