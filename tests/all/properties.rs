//! Whatever is thrown at the machine and the readers: no panic, no broken invariant, the same
//! result twice.

use crate::support::{assemble_with, errors};
use hsxray::asm::{self, Options};
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::{Config, Machine, Marks, Who};
use hsxray::image::json::Json;
use hsxray::image::{self, CommandDecl, Image, MailboxDecl, Symbols, ValueDecl, read_sym};
use hsxray::isa::ISA;
use proptest::prelude::*;
use std::sync::Arc;

/// Words that are instructions more often than not.
fn word() -> impl Strategy<Value = u32> {
    let known = (0..ISA.len(), any::<u32>()).prop_map(|(row, low)| u32::from(ISA[row].code) << 24 | low & 0x00FF_FFFF);
    // Small immediates and addresses keep programs inside their code now and then.
    let tame = (0..ISA.len(), any::<u32>()).prop_map(|(row, low)| u32::from(ISA[row].code) << 24 | low & 0x00FF_F07C);
    let service = (0u32..16, 0u32..16).prop_map(|(module, function)| 0x3000_0000 | module << 8 | function);
    prop_oneof![4 => tame, 2 => known, 2 => service, 1 => any::<u32>()]
}

pub fn program() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(word(), 1..40)
}

fn load(machine: &mut Machine, code: Vec<u32>, data: Vec<u8>, stack: u32, quantum: u32) {
    let image = Image { code, rodata: data, version: 2, multiple: true, ..Image::default() };
    let load = Load { stack, quantum, ..Load::new(Arc::new(image)) };
    machine.apply(&Input::Load(load)).expect("room");
}

pub fn machine(programs: &[Vec<u32>], protect: bool) -> Machine {
    let mut machine = Machine::new(Config { protect, ..Config::default() });
    for (i, code) in (0u32..).zip(programs) {
        load(&mut machine, code.clone(), vec![b'a'; 24 * i as usize], 64 + 128 * i, 1 + i % 3);
    }
    machine
}

/// A number that any difference in the trace changes.
fn trace_hash(machine: &Machine) -> u64 {
    machine.trace().last(usize::MAX).fold(0xCBF2_9CE4_8422_2325, |hash, e| {
        let fields = [e.turn, e.time_us, e.pid.into(), e.kind() as u64, e.pc.into(), e.arg()];
        fields.iter().fold(hash, |h: u64, f| (h ^ f).wrapping_mul(0x0100_0000_01B3))
    })
}

/// Runs on through faults and breaks.
fn run(machine: &mut Machine, turns: u64) {
    let end = machine.turns() + turns;
    while machine.turns() < end {
        let left = end - machine.turns();
        if machine.run(Who::Rotation, left, &Marks::default()).turns == 0 {
            return;
        }
    }
}

proptest! {
    #![proptest_config(crate::support::cases(192))]

    #[test]
    fn random_programs_never_break_an_invariant(programs in prop::collection::vec(program(), 1..5), protect: bool) {
        let mut m = machine(&programs, protect);
        for _ in 0..40 {
            run(&mut m, 25);
            prop_assert_eq!(m.check(), Vec::<String>::new());
        }
        // Every turn is somebody's, and counted once.
        let turns: u64 = m.tasks().iter().map(|t| t.counters.turns).sum();
        prop_assert_eq!(turns, m.turns());
    }

    #[test]
    fn the_same_programs_give_the_same_machine_and_trace_twice(programs in prop::collection::vec(program(), 1..4)) {
        let (mut one, mut two) = (machine(&programs, true), machine(&programs, true));
        run(&mut one, 600);
        // The second one goes turn by turn.
        for _ in 0..600 {
            if two.turn().is_err() {
                break;
            }
        }
        prop_assert_eq!(trace_hash(&one), trace_hash(&two));
        prop_assert!(one == two);
    }

    #[test]
    fn random_inputs_between_turns_never_break_an_invariant(
        programs in prop::collection::vec(program(), 1..4),
        inputs in prop::collection::vec((0u8..13, 0u16..5, any::<u32>()), 1..24),
    ) {
        let mut m = machine(&programs, true);
        for (kind, pid, x) in inputs {
            let input = match kind {
                0 => Input::Pause(pid),
                1 | 2 => Input::Resume(pid),
                3 => Input::Kill(pid),
                4 => Input::SetReg { pid, reg: Reg::R((x % 16) as u8), value: x },
                5 => Input::SetReg { pid, reg: Reg::Pc, value: x & 0xFF },
                6 => Input::Poke { pid, address: x as u16, bytes: vec![x as u8; (x % 9) as usize] },
                7 => Input::Quantum { pid, turns: x % 5 },
                8 => Input::Send { pid, target: b"svc:stdio.in".to_vec(), payload: vec![1; (x % 70) as usize] },
                9 => Input::Order(if x % 4 == 0 { Vec::new() } else { vec![pid, (x % 4) as u16 + 1] }),
                10 => Input::Preempt,
                11 => Input::Rebase { pid, address: x as u16 },
                _ => Input::SetReg { pid, reg: Reg::Sp, value: x & 0xFFFF },
            };
            // Refusals are fine; what they must not do is change anything.
            let before = m.clone();
            if m.apply(&input).is_err() {
                prop_assert!(m == before);
            }
            run(&mut m, 15);
            prop_assert_eq!(m.check(), Vec::<String>::new());
        }
    }

    #[test]
    fn any_bytes_give_an_image_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = image::read(&bytes);
    }

    #[test]
    fn a_damaged_image_gives_an_image_or_an_error(image in images(), damage in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6), cut in any::<usize>()) {
        let mut bytes = image::write(&image).expect("fits");
        for (at, byte) in damage {
            let len = bytes.len();
            bytes[at % len] = byte;
        }
        // With a fitting checksum the damage gets past the first check.
        let header = if bytes[5] == 1 { 0x20 } else { 0x60 };
        let crc = crc32(&[&bytes[..0x1C], &bytes[header..]].concat());
        bytes[0x1C..0x20].copy_from_slice(&crc.to_be_bytes());
        if let Ok(image) = image::read(&bytes) {
            let mut m = Machine::new(Config::default());
            let _ = m.apply(&Input::Load(Load::new(Arc::new(image))));
        }
        bytes.truncate(cut % bytes.len());
        let _ = image::read(&bytes);
    }

    #[test]
    fn a_written_image_reads_back_the_same(image in images()) {
        let bytes = image::write(&image).expect("fits");
        let back = image::read(&bytes).expect("good");
        let image = Image { crc: back.crc, ..image };
        prop_assert_eq!(&back, &image);
        prop_assert_eq!(image::write(&back).expect("fits"), bytes);
    }

    #[test]
    fn any_text_given_to_the_symbol_reader_gives_symbols_or_an_error(text in "\\PC{0,80}") {
        let _ = read_sym(&text, &Image::default());
        let _ = read_sym(&format!("{{\"symbols\": {{\"labels\": {text}}}}}"), &Image::default());
    }

    #[test]
    fn assembling_the_disassembly_of_any_words_gives_the_same_words(code in prop::collection::vec(word(), 1..60)) {
        let image = Image { code: code.clone(), version: 2, multiple: true, ..Image::default() };
        let text = asm::disassemble(&image, &Symbols::default());
        prop_assert_eq!(assemble_with(&text, &Options::default()).image.code, code);
    }

    #[test]
    fn any_source_assembles_or_has_errors_with_places(lines in prop::collection::vec(source_line(), 0..12)) {
        for line in errors(&lines.join("\n")).lines() {
            prop_assert!(line.contains(": error["), "{}", line);
        }
    }
}

fn source_line() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "LDI",
        "R1",
        "R16",
        ",",
        "[R2+4]",
        "[R2",
        "]",
        "0x10",
        "-5",
        "'a'",
        "\"s\"",
        "\"",
        "'",
        ";",
        ":",
        "x",
        "x:",
        ".text",
        ".data",
        ".byte",
        ".word",
        ".entry",
        ".align",
        ".value",
        ".mailbox",
        "{\"group\":1,\"id\":2}",
        "{",
        "[]",
        "lo16(x)",
        "SVC",
        "MOD=1",
        "FN=2",
        "CALL",
        "BRK",
        ".include",
        ".zero",
        "99999999999",
        "\\x4",
        "é",
        "\u{1B}",
        ".org",
        ".code",
        ".import",
        ".export",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|p| p.join(" "))
}

fn name() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-zA-Z0-9_ é]{0,12}")
}

fn images() -> impl Strategy<Value = Image> {
    let values =
        prop::collection::btree_map((any::<u8>(), any::<u8>()), (any::<[u16; 4]>(), name(), name(), name()), 0..4);
    let commands =
        prop::collection::btree_map((any::<u8>(), any::<u8>()), (any::<u32>(), name(), name(), name()), 0..4);
    let mailboxes = prop::collection::btree_map("[a-z]{1,8}", any::<u16>(), 0..3);
    let body = (
        prop::collection::vec(any::<u32>(), 1..20),
        prop::collection::vec(any::<u8>(), 0..40),
        any::<bool>(),
        any::<u32>(),
    );
    (body, values, commands, mailboxes).prop_map(|((code, rodata, multiple, req_caps), values, commands, mailboxes)| {
        Image {
            name: Some("made".into()),
            version: 2,
            multiple,
            req_caps,
            entry: 4 * (code.len() as u32 / 2),
            code,
            rodata,
            values: values
                .into_iter()
                .map(|((group, id), (n, name, unit, group_name))| ValueDecl {
                    group,
                    id,
                    init: n[0],
                    epsilon: n[1],
                    min: n[2],
                    max: n[3],
                    name,
                    unit,
                    group_name,
                    ..ValueDecl::default()
                })
                .collect(),
            commands: commands
                .into_iter()
                .map(|((group, id), (handler, name, help, group_name))| CommandDecl {
                    group,
                    id,
                    handler,
                    name,
                    help,
                    group_name,
                    ..CommandDecl::default()
                })
                .collect(),
            mailboxes: mailboxes
                .into_iter()
                .map(|(target, capacity)| {
                    let members = [("target", Json::Text(target)), ("capacity", Json::Int(capacity.to_string()))];
                    let raw = Json::Object(members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
                    MailboxDecl::from_json(0, &raw).expect("good")
                })
                .collect(),
            ..Image::default()
        }
    })
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| c >> 1 ^ (0xEDB8_8320 & (c & 1).wrapping_neg()))
    };
    !bytes.iter().fold(u32::MAX, step)
}
