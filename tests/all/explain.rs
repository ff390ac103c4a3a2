//! What explanations say: exact texts for every instruction, fault and kind of event.

use crate::support::{assemble, machine, snapshot};
use hsxray::backend::{Config as Chosen, LoadDefaults, LoadOptions, Local, Program, TraceKind};
use hsxray::command;
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::{Config, Machine, Who};
use hsxray::explain::{Explained, explain};
use hsxray::image::Image;
use hsxray::isa::ISA;
use std::collections::BTreeSet;
use std::sync::Arc;

/// All that is said of a turn.
fn said(told: &Explained) -> String {
    told.sentences.iter().map(|s| s.text()).collect::<Vec<_>>().join("\n")
}

/// An instruction, the registers it finds, the psw it finds, what is said of it.
type Case = (&'static str, &'static [(u8, u32)], u32, &'static str);

const HOME: &str = "R3 of task 1 lives at RAM 0x100C (reg_base 0x1000 + 4*3). ";

/// One for each row of the instruction table; `~` stands for where R3 lives.
#[rustfmt::skip]
const CASES: &[Case] = &[
    ("LDI R3, -1", &[], 0, "~LDI put -1, the number in the instruction, there as 0xFFFFFFFF."),
    ("LD R3, [R1+4]", &[(1, 0x4FFC)], 0, "~LD put 0x11223344 there, the word at 0x5000 (R1 0x4FFC + 4), in the RAM that all tasks share."),
    ("ST [R1+-4], R2", &[(1, 0x1014), (2, 11)], 0, "ST put 0x0B from R2 into the word at 0x1010 (R1 0x1014 - 4), which is R4 of task 1."),
    ("MOV R3, R1", &[(1, 11)], 0, "~MOV put 0x0B there, a copy of R1."),
    ("LDB R3, [R1+1]", &[(1, 0x5000)], 0, "~LDB put 0x33 there, the byte at 0x5001 (R1 0x5000 + 1), in the RAM that all tasks share."),
    ("LDH R3, [R1+2]", &[(1, 0x5000)], 0, "~LDH put 0x1122 there, the halfword at 0x5002 (R1 0x5000 + 2), in the RAM that all tasks share."),
    ("STB [R1+0], R2", &[(1, 0xFFF0), (2, 0x1FF)], 0, "STB put 0xFF, the low 8 bits of R2, into the byte at 0xFFF0 (R1 0xFFF0 + 0), in the stack of task 1."),
    ("STH [R1+0], R2", &[(1, 0x4000), (2, 0x12345)], 0, "STH put 0x2345, the low 16 bits of R2, into the halfword at 0x4000 (R1 0x4000 + 0), in the image data of task 1."),
    ("ADD R3, R1, R2", &[(1, 17), (2, 1)], 0, "~ADD put 0x11 + 0x01 = 0x12 there; Z clear, C clear, N clear, V clear."),
    ("SUB R3, R1, R2", &[(1, 1), (2, 2)], 0, "~SUB put 0x01 - 0x02 = 0xFFFFFFFF there; Z clear, C clear, N set, V clear."),
    ("MUL R3, R1, R2", &[(1, 0x10000), (2, 0x10000)], 0, "~MUL put 0x00010000 * 0x00010000 = 0x00 there, the low word of the product; Z set, C set, N clear, V set."),
    ("DIV R3, R1, R2", &[(1, 0xFFFF_FFF9), (2, 2)], 0, "~DIV put 0xFFFFFFF9 / 0x02 = 0xFFFFFFFD there, signed and toward zero; Z clear, C clear, N set, V clear."),
    ("AND R3, R1, R2", &[(1, 12), (2, 10)], 0, "~AND put 0x0C & 0x0A = 0x08 there; Z clear, C clear, N clear, V clear."),
    ("OR R3, R1, R2", &[(1, 12), (2, 10)], 0, "~OR put 0x0C | 0x0A = 0x0E there; Z clear, C clear, N clear, V clear."),
    ("XOR R3, R1, R2", &[(1, 12), (2, 12)], 0, "~XOR put 0x0C ^ 0x0C = 0x00 there; Z set, C clear, N clear, V clear."),
    ("NOT R3, R1", &[(1, 15)], 0, "~NOT put ~0x0F = 0xFFFFFFF0 there; Z clear, C clear, N set, V clear."),
    ("CMP R1, R2", &[(1, 5), (2, 5)], 0, "CMP took 0x05 - 0x05 for the flags alone; Z set, C set, N clear, V clear."),
    ("JMP f", &[], 0, "JMP set pc to 0x0008."),
    ("JZ f", &[], 1, "JZ found Z set; pc is now 0x0008."),
    ("JNZ f", &[], 1, "JNZ found Z set; pc is now 0x0004."),
    ("CALL f", &[], 0, "CALL put the return address 0x04 on the stack: sp went from 0xFFF8 to 0xFFF4, R15 is 0xFFF4; pc is now 0x0008, call depth 1."),
    ("RET", &[], 0, "RET took the return address 0x04 from the stack: sp went from 0xFFF4 to 0xFFF8, R15 is 0xFFF8; pc is now 0x0004, call depth 0."),
    ("SVC 5, 4", &[(1, 1)], 0, "SVC 5, 4 is MAILBOX_PEEK: look at a mailbox. It read R1 0x01 (handle)."),
    ("LSL R3, R1, R2", &[(1, 3), (2, 36)], 0, "~LSL put 0x03 << 4 = 0x30 there; Z clear, C clear, N clear, V clear."),
    ("LSR R3, R1, R2", &[(1, 0x8000_0001), (2, 1)], 0, "~LSR put 0x80000001 >> 1 = 0x40000000 there, zeros in; Z clear, C set, N clear, V clear."),
    ("ASR R3, R1, R2", &[(1, 0x8000_0000), (2, 4)], 0, "~ASR put 0x80000000 >> 4 = 0xF8000000 there, sign in; Z clear, C clear, N set, V clear."),
    ("ADC R3, R1, R2", &[(1, 1), (2, 2)], 2, "~ADC put 0x01 + 0x02 + 1 = 0x04 there, the last the carry; Z clear, C clear, N clear, V clear."),
    ("SBC R3, R1, R2", &[(1, 5), (2, 2)], 0, "~SBC put 0x05 - 0x02 - 1 = 0x02 there, the last the borrow; Z clear, C set, N clear, V clear."),
    ("PUSH R1", &[(1, 7)], 0, "PUSH put 0x07 from R1 on the stack: sp went from 0xFFF8 to 0xFFF4, R15 is 0xFFF4."),
    ("POP R3", &[], 0, "~POP put 0x2A there, the word at sp: sp went from 0xFFF8 to 0xFFFC, R15 is 0xFFFC."),
    ("FADD R3, R1, R2", &[(1, 0x3E00), (2, 0x3800)], 0, "~FADD put 1.5 + 0.5 = 2 there as f16: the low half is 0x4000, the word 0x4000."),
    ("FSUB R3, R1, R2", &[(1, 0x3E00), (2, 0x3800)], 0, "~FSUB put 1.5 - 0.5 = 1 there as f16: the low half is 0x3C00, the word 0x3C00."),
    ("FMUL R3, R1, R2", &[(1, 0x3E00), (2, 0x3800), (3, 0x1_0000)], 0, "~FMUL put 1.5 * 0.5 = 0.75 there as f16: the low half is 0x3A00, the word 0x00013A00."),
    ("FDIV R3, R1, R2", &[(1, 0x3E00), (2, 0x3800)], 0, "~FDIV put 1.5 / 0.5 = 3 there as f16, a zero divisor counting as infinite: the low half is 0x4200, the word 0x4200."),
    ("I2F R3, R1", &[(1, 0xFFFF_FFFE)], 0, "~I2F put -2 there as the f16 -2: the low half is 0xC000, the word 0xC000."),
    ("F2I R3, R1", &[(1, 0xC100)], 0, "~F2I put the f16 -2.5 there as the whole number -2: 0xFFFFFFFE."),
    ("LDI32 R3, 0x12345678", &[], 0, "~LDI32 put 0x12345678 there, the word behind the instruction."),
    ("BRK 3", &[], 0, "BRK reported a break with code 3; pc is now 0x0004."),
];

pub fn set(machine: &mut Machine, pid: u16, reg: Reg, value: u32) {
    machine.apply(&Input::SetReg { pid, reg, value }).expect("a register");
}

fn poke(machine: &mut Machine, address: u16, bytes: &[u8]) {
    machine.apply(&Input::Poke { pid: 1, address, bytes: bytes.to_vec() }).expect("memory");
}

/// A task in front of an instruction, with a word on its stack and one at 0x5000.
fn ready(line: &str, registers: &[(u8, u32)], psw: u32) -> Machine {
    // RET is looked at behind a call.
    let first = if line == "RET" { "CALL f" } else { line };
    let mut m = machine(Config::default(), &[&format!(".text\n {first}\n RET\nf:\n RET\n.data\n .word 0\n")]);
    set(&mut m, 1, Reg::Sp, 0xFFF8);
    set(&mut m, 1, Reg::Psw, psw);
    poke(&mut m, 0xFFF8, &[0x2A, 0, 0, 0]);
    poke(&mut m, 0x5000, &[0x44, 0x33, 0x22, 0x11]);
    for (i, value) in registers {
        set(&mut m, 1, Reg::R(*i), *value);
    }
    if line == "RET" {
        m.turn().expect("the call");
    }
    m
}

/// The next turn, explained.
fn told(before: &Machine) -> Explained {
    let mut after = before.clone();
    after.turn().expect("a turn");
    explain(Some((before, Who::Rotation)), &after, &[])
}

/// The same instructions where they go another way.
#[rustfmt::skip]
const OTHER_WAYS: &[Case] = &[
    ("JZ f", &[], 14, "JZ found Z clear; pc is now 0x0004."),
    ("JNZ f", &[], 14, "JNZ found Z clear; pc is now 0x0008."),
    ("LDI R3, 2047", &[], 15, "~LDI put 2047, the number in the instruction, there as 0x07FF."),
    ("ADD R3, R1, R2", &[(1, 0x7FFF_FFFF), (2, 1)], 0, "~ADD put 0x7FFFFFFF + 0x01 = 0x80000000 there; Z clear, C clear, N set, V set."),
    ("ADD R3, R3, R3", &[(3, 0x8000_0000)], 0, "~ADD put 0x80000000 + 0x80000000 = 0x00 there; Z set, C set, N clear, V set."),
    ("SUB R3, R1, R2", &[(1, 2), (2, 1)], 0, "~SUB put 0x02 - 0x01 = 0x01 there; Z clear, C set, N clear, V clear."),
    ("SBC R3, R1, R2", &[(1, 5), (2, 2)], 2, "~SBC put 0x05 - 0x02 - 0 = 0x03 there, the last the borrow; Z clear, C set, N clear, V clear."),
    ("CMP R1, R2", &[(1, 1), (2, 0x8000_0000)], 0, "CMP took 0x01 - 0x80000000 for the flags alone; Z clear, C clear, N set, V set."),
    ("LD R3, [R1+0]", &[(1, 0x1004)], 0, "~LD put 0x1004 there, the word at 0x1004 (R1 0x1004 + 0), which is R1 of task 1."),
    ("LD R3, [R1+0]", &[(1, 0x1007)], 0, "~LD put 0x00 there, the word at 0x1007 (R1 0x1007 + 0), which is R1 of task 1."),
    ("POP R15", &[], 0, "R15 of task 1 lives at RAM 0x103C (reg_base 0x1000 + 4*15). POP put 0x2A there, the word at sp: sp went from 0xFFF8 to 0xFFFC, R15 is 0x2A."),
    ("PUSH R15", &[(15, 9)], 0, "PUSH put 0x09 from R15 on the stack: sp went from 0xFFF8 to 0xFFF4, R15 is 0xFFF4."),
    ("SVC 9, 1", &[], 0, "R0 of task 1 lives at RAM 0x1000 (reg_base 0x1000 + 4*0). SVC 9, 1 is not answered, which leaves 0xFFFFFF01 there."),
];

/// What is said of a case's instruction is what stands there.
fn check((line, registers, psw, expected): &Case) {
    let told = told(&ready(line, registers, *psw));
    let at = told.sentences.iter().position(|s| s.text().starts_with("Turn ")).expect("the turn");
    let expected = expected.strip_prefix('~').map_or_else(|| (*expected).to_owned(), |rest| HOME.to_owned() + rest);
    assert_eq!(told.sentences[at + 1].text(), expected, "{line}");
    assert!(!told.sentences.iter().any(|s| s.text().contains(['{', '}'])), "{told:?}");
}

#[test]
fn every_instruction_is_told_with_its_values() {
    for row in ISA {
        let case = CASES.iter().find(|c| c.0.split(' ').next() == Some(row.mnemonic));
        check(case.unwrap_or_else(|| panic!("no text for {}", row.mnemonic)));
    }
    assert_eq!(CASES.len(), ISA.len());
    OTHER_WAYS.iter().for_each(check);
}

/// An instruction that fails (or the one word of a code that is none), what it finds, why it fails; the
/// fault's name and what it leaves in R0.
type Failure = (&'static str, &'static [(Reg, u32)], &'static str, &'static str, &'static str);

#[rustfmt::skip]
const FAILURES: [Failure; 9] = [
    ("PUSH R1", &[(Reg::Sp, 0xEFFC)], "PUSH would have moved sp from 0xEFFC to 0xEFF8, below the guard 0xEFFC of task 1.", "stack_overflow", "0xFFFFFF03"),
    ("POP R1", &[], "POP would have taken a word from sp 0xFFFC, but the stack of task 1 ends at 0xFFFC: there is nothing on it.", "stack_underflow", "0xFFFFFF02"),
    ("LD R2, [R1+0]", &[(Reg::R(1), 0xFFFE)], "LD would have read 4 bytes at 0xFFFE, past the end of RAM at 0xFFFF.", "mem_fault", "0xFFFFFF04"),
    ("STH [R1+0], R2", &[(Reg::R(1), 0x1044)], "STH would have stored 2 bytes at 0x1044, in R1 of task 2; protection refuses that.", "mem_fault", "0xFFFFFF04"),
    ("ST [R1+0], R2", &[(Reg::R(1), 0xE000)], "ST would have stored 4 bytes at 0xE000, in the stack of task 2; protection refuses that.", "mem_fault", "0xFFFFFF04"),
    ("DIV R1, R2, R3", &[], "DIV would have divided by R3, which is 0x00.", "div_zero", "0xFFFFFF05"),
    ("0x05000000", &[], "The word 0x05000000 at 0x0000 has an opcode that no instruction has.", "illegal_opcode", ""),
    ("RET", &[(Reg::Pc, 0x100)], "pc 0x0100 is outside the code of 4 bytes.", "pc_out_of_range", ""),
    ("0x60100000", &[], "The code of 4 bytes ends between the two words of LDI32.", "pc_out_of_range", ""),
];

#[test]
fn every_fault_says_why_and_what_comes_of_it() {
    for (line, finds, why, name, r0) in FAILURES {
        let mut m = Machine::new(Config::default());
        let code = match line.strip_prefix("0x") {
            Some(word) => vec![u32::from_str_radix(word, 16).expect("a word")],
            None => assemble(&format!(".text\n {line}\n")).image.code,
        };
        for code in [code, vec![0x2500_0000]] {
            let image = Image { code, version: 2, multiple: true, ..Image::default() };
            m.apply(&Input::Load(Load::new(Arc::new(image)))).expect("loads");
        }
        finds.iter().for_each(|(reg, value)| set(&mut m, 1, *reg, *value));
        let pc = m.task(1).expect("task").context.pc;
        let kept = if r0.is_empty() { String::new() } else { format!(" but R0 (RAM 0x1000), which is {r0} now") };
        let end = format!(
            "This is {name}. Nothing changed{kept}; pc stays at 0x{pc:04X}. Task 1 is stopped until it is resumed or \
             killed; the others continue."
        );
        let told = told(&m);
        assert!(told.sentences[0].text().starts_with("Turn 1: task 1 failed at "), "{told:?}");
        assert_eq!([1, 2].map(|i| told.sentences[i].text()), [why, &end], "{line}");
        assert!(told.sentences[4].text().starts_with("Next is task 2"), "{told:?}");
    }
    let told: BTreeSet<&str> = FAILURES.iter().map(|f| f.3).collect();
    assert_eq!(told.len(), 6, "each kind of fault");
}

/// Programs that let everything happen that the trace has a kind for.
const SENDER: &str = ".text\n LDI32 R1, box\n SVC 5, 0\n MOV R8, R1\n LDI32 R2, text\n LDI R3, 2\n LDI R4, 0\n LDI R5, 3\n SVC 5, 2\n BRK 7\n LDI R0, 1\n SVC 6, 0\n LDI32 R1, box\n SVC 9, 1\n LDI R0, 5\n SVC 1, 0\n.data\nbox:\n .asciz \"app:box\"\ntext:\n .ascii \"hi\"\n";
const READER: &str = ".text\n LDI32 R1, box\n SVC 5, 0\n MOV R8, R1\n LDI32 R2, room\n LDI R3, 8\n LDI32 R4, 0xFFFF\n LDI R5, 0\n SVC 5, 3\n MOV R1, R8\n LDI R4, 2\n SVC 5, 3\n MOV R1, R8\n LDI R4, 0\n SVC 5, 3\n LDI32 R1, 0x1048\n ST [R1+0], R3\n RET\n.data\nbox:\n .asciz \"app:box\"\nroom:\n .word 0, 0\n";

fn local(sources: &[&str], config: Chosen) -> Local {
    let mut target = Local::new("test", config, LoadDefaults::default());
    for source in sources {
        let program = Program::builtin("t.mvasm", source).expect("assembles");
        target.load(Arc::new(program), LoadOptions::default()).expect("loads");
    }
    target
}

fn run(target: &mut Local, line: &str) -> serde_json::Value {
    let mut json = serde_json::Value::Null;
    for words in command::split(line).expect("a line") {
        let reply = command::execute(target, None, words).expect("a command");
        while reply.started && target.pump(1000) {}
        json = reply.json;
    }
    json
}

#[test]
fn every_kind_of_event_is_told() {
    let config = Chosen { protect: false, ..Chosen::default() };
    let mut target = local(&[READER, SENDER], config);
    let mut text = format!("-- loaded\n{}\n", said(&target.explained()));
    let mut plain = 0;
    while target.machine().turns() < 60 {
        let (turn, total) = (target.machine().turns(), target.machine().trace().total());
        run(&mut target, "step");
        if target.machine().turns() == turn {
            break;
        }
        let (now, new) = (target.machine().turns(), target.machine().trace().total() - total);
        let seen: Vec<_> = target.machine().trace().last(new as usize).map(|e| e.kind()).collect();
        // Of turns that do no more than go on, one is enough.
        plain += usize::from(seen == [TraceKind::Step]);
        if seen != [TraceKind::Step] || plain == 1 {
            text += &format!("\n-- turn {now}\n{}\n", said(&target.explained()));
        }
    }
    run(&mut target, "reg 1 r2 7; send 1 app:box hello; kill 2");
    text += &format!("\n-- from outside\n{}\n", said(&target.explained()));
    let waits = READER.replace("app:box", "pid:2");
    let mut gone = local(&[&waits, SENDER], Chosen::default());
    run(&mut gone, "step 30 -p 1; pause 1; kill 2");
    text += &format!("\n-- a mailbox that is gone\n{}\n", said(&gone.explained()));
    let mut broken = local(&[".text\n LDI R1, 0\n DIV R0, R0, R1\n"], Chosen::default());
    run(&mut broken, "step 2");
    text += &format!("\n-- a fault\n{}\n", said(&broken.explained()));
    let traces = target.machine().trace().last(usize::MAX).chain(broken.machine().trace().last(usize::MAX));
    let kinds: BTreeSet<TraceKind> = traces.map(|e| e.kind()).collect();
    let missing: Vec<_> = TraceKind::ALL.iter().filter(|k| !kinds.contains(k)).collect();
    assert!(missing.is_empty(), "{missing:?} never happened");
    snapshot("explain-events", &text);
}

#[test]
fn the_command_answers_with_sentences_and_sums() {
    let mut target = local(&[READER, SENDER], Chosen::default());
    run(&mut target, "run 9");
    let json = run(&mut target, "explain");
    let switches: u64 = target.machine().tasks().iter().map(|t| t.counters.switches).sum();
    assert_eq!((&json["turn"], &json["pid"], &json["copied"]), (&9.into(), &1.into(), &0.into()));
    assert_eq!((&json["switches"], &json["would_copy"]), (&switches.into(), &(128 * switches).into()));
    assert!(json["sentences"].as_array().is_some_and(|s| s.len() > 3), "{json}");
}

#[test]
fn the_past_is_told_as_it_was_told_then() {
    let mut target = local(&[READER, SENDER], Chosen::default());
    let mut then = Vec::new();
    for _ in 0..30 {
        run(&mut target, "step");
        then.push(target.explained());
    }
    for (i, told) in then.iter().enumerate().rev() {
        run(&mut target, &format!("goto {}", i + 1));
        assert_eq!(target.explained(), *told, "after {i} turns");
    }
    // A task alone, out of rotation.
    run(&mut target, "goto present; step -p 1");
    let alone = target.explained();
    assert_eq!((alone.turn, alone.pid), (31, Some(1)));
}
