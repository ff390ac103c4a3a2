//! Eight programs of different shape, and sessions that run them. Each bench uses some of it.

#![allow(dead_code)]

use hsxray::asm::{self, Options};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::{Config, Who};
use hsxray::session::Session;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Programs of different shape, each endless: `p[i] += i`, sums, a sieve, a copy, recursion.
fn programs() -> Vec<String> {
    (0..8u32).map(|i| (i, 0x3000 + 0x900 * i)).map(|(i, base)| match i {
        0 | 5 => mix(base),
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

/// `p[i] += i` over 64 words from an address on.
pub fn mix(base: u32) -> String {
    format!(
        ".text\n    LDI R3, 4\n    LDI32 R6, {}\nagain:\n    LDI32 R1, {base}\n    LDI R2, 0\nloop:\n    LD R5, [R1+0]\n    ADD R5, R5, R2\n    ST [R1+0], R5\n    ADD R1, R1, R3\n    ADD R2, R2, R3\n    CMP R1, R6\n    JNZ loop\n    JMP again\n",
        base + 256
    )
}

pub fn load(source: String, stack: u32) -> Input {
    let read = &mut |_: &Path| Ok(source.as_bytes().to_vec());
    let made = asm::assemble(&["bench.mvasm".into()], &Options::default(), read).unwrap_or_else(|e| panic!("{e}"));
    Input::Load(Load { stack, ..Load::new(Arc::new(made.image)) })
}

pub fn loads() -> Vec<Input> {
    programs().into_iter().map(|source| load(source, 1024)).collect()
}

pub fn session() -> Session {
    let mut session = Session::new(Config::default());
    loads().into_iter().for_each(|load| drop(session.apply(load).expect("room")));
    session
}

pub fn run(session: &mut Session, turns: u64) {
    session.start(Who::Rotation, turns);
    while session.pump(4_000_000) {}
}

pub fn time(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}
