//! Single instructions against the reference's results, one row a case.

use hsxray::vm::{self, Code, Context, Fault, Flags, Ram, StepOutcome};
use std::collections::BTreeMap;

/// Where the window lies when a row does not say: rows touch no memory there.
const WINDOW: u16 = 0xE000;

struct State {
    cx: Context,
    ram: Ram,
}

fn hex(text: &str) -> u32 {
    u32::from_str_radix(text, 16).expect("hex")
}

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex")).collect()
}

fn tokens(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_whitespace().filter(|t| *t != "-").map(|t| t.split_once('=').unwrap_or((t, "")))
}

fn address(key: &str) -> Option<u16> {
    Some(hex(key.strip_prefix("M[")?.strip_suffix(']')?) as u16)
}

fn before(text: &str) -> State {
    let mut cx = Context {
        pc: 0,
        sp: 0x8000,
        reg_base: WINDOW,
        pid: 1,
        stack_limit: 0,
        stack_top: 0x1_0000,
        lowest: 0x1_0000,
        depth: 0,
        flags: Flags::new(0),
    };
    let mut ram = Ram::new(true);
    for (key, value) in tokens(text) {
        match key {
            "PC" => cx.pc = hex(value),
            "PSW" => cx.flags = Flags::new(hex(value) as u8),
            "SP" => cx.sp = hex(value),
            "LIM" => cx.stack_limit = hex(value),
            "RB" => cx.reg_base = hex(value) as u16,
            "CS" => cx.depth = value.parse().expect("decimal"),
            _ => {
                if let Some(at) = address(key) {
                    for (i, b) in bytes(value).into_iter().enumerate() {
                        ram.set_byte(&mut [], usize::from(at) + i, b);
                    }
                }
            }
        }
    }
    for (key, value) in tokens(text) {
        if let Some(i) = key.strip_prefix('R').and_then(|i| i.parse().ok()) {
            vm::set(&mut ram, &cx, i, hex(value));
        }
    }
    State { cx, ram }
}

/// What a row says must be so afterwards, in its own words.
fn look(state: &State, key: &str, len: usize) -> Option<String> {
    let State { cx, ram } = state;
    Some(match key {
        "PC" => format!("{:04X}", cx.pc),
        "PSW" => format!("{:02X}", cx.flags.psw()),
        "SP" => format!("{:04X}", cx.sp),
        "CS" => cx.depth.to_string(),
        _ => match (address(key), key.strip_prefix('R').and_then(|i| i.parse().ok())) {
            (Some(at), _) => (0..len / 2).map(|i| format!("{:02X}", ram.byte(&[], usize::from(at) + i))).collect(),
            (None, Some(i)) => format!("{:08X}", vm::get(ram, cx, i)),
            (None, None) => return None,
        },
    })
}

/// How the rows name the ways an instruction can end.
fn halt(step: StepOutcome) -> &'static str {
    match step {
        StepOutcome::Returned => ":returned",
        StepOutcome::Break(_) => ":paused",
        StepOutcome::Fault(Fault::IllegalOpcode) => ":stopped",
        StepOutcome::Fault(_) => "",
        _ => "none",
    }
}

/// Rows where the contract goes its own way: a defined end in place of an exception of the host, a
/// fault in place of a stop that moves on, no machine without a window, service calls.
fn differs(number: u32) -> bool {
    matches!(number, 91 | 94 | 95 | 96 | 97 | 146 | 147 | 148..=150 | 157)
}

#[test]
fn every_instruction_does_what_the_reference_does() {
    let mut seen = 0;
    for line in include_str!("../cases/vectors/isa.txt").lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        let fields: Vec<&str> = line.split(" | ").collect();
        let [number, what, words, steps, start, end] = fields[..] else { panic!("{line}") };
        let number: u32 = number.parse().expect("number");
        seen += 1;
        if differs(number) {
            continue;
        }
        let code = Code::new(&words.split(' ').map(hex).collect::<Vec<_>>());
        let mut state = before(start);
        let mut last = StepOutcome::Retired;
        for _ in 0..steps.parse::<u32>().expect("steps") {
            last = vm::step::<true>(&mut state.cx, &mut state.ram.view(&mut []), &code);
        }
        let wanted: BTreeMap<&str, &str> = tokens(end).collect();
        for (key, value) in &wanted {
            if let Some(got) = look(&state, key, value.len()) {
                assert_eq!(&got.trim_start_matches('0'), &value.trim_start_matches('0'), "row {number}, {what}: {key}");
            }
        }
        let stops = wanted.keys().find(|k| k.starts_with("HALT"));
        assert_eq!(stops.map_or("none", |k| &k[4..]), halt(last), "row {number}, {what}");
    }
    assert_eq!(seen, 157);
}

/// The rows of `differs`, by the contract.
#[test]
fn where_the_reference_has_no_result_the_contract_gives_one() {
    let run = |words: &[u32], start: &str| {
        let mut state = before(start);
        let step = vm::step::<true>(&mut state.cx, &mut state.ram.view(&mut []), &Code::new(words));
        (step, state)
    };
    let (step, state) = run(&[0x2500_0000], "SP=FFFD CS=1");
    assert_eq!(step, StepOutcome::Fault(Fault::MemFault { address: 0xFFFD }));
    assert_eq!((state.cx.pc, vm::get(&state.ram, &state.cx, 0)), (0, 0xFFFF_FF04));
    for words in [[0x0512_3456], [0]] {
        let (step, state) = run(&words, "R0=1");
        assert_eq!(step, StepOutcome::Fault(Fault::IllegalOpcode));
        assert_eq!((state.cx.pc, vm::get(&state.ram, &state.cx, 0)), (0, 1));
    }
    for pc in ["PC=4", "PC=1"] {
        let (step, state) = run(&[0x0110_0001], pc);
        assert_eq!(step, StepOutcome::Fault(Fault::PcOutOfRange));
        assert_eq!(vm::get(&state.ram, &state.cx, 0), 0);
    }
    let f2i = |bits: u32| {
        let (step, state) = run(&[0x5531_0000], &format!("R1={bits:X}"));
        assert_eq!(step, StepOutcome::Retired);
        vm::get(&state.ram, &state.cx, 3)
    };
    assert_eq!((f2i(0x7E00), f2i(0x7C00), f2i(0xFC00)), (0, 0x7FFF_FFFF, 0x8000_0000));
    assert_eq!(run(&[0x3000_0F7F], "").0, StepOutcome::Trap(0xF, 0x7F));
}

/// The rounding rule of the machine, as the specification words it.
fn encode(x: f64) -> u16 {
    if x.is_nan() {
        return 0x7E00;
    }
    let sign = u16::from(x.is_sign_negative()) << 15;
    let a = x.abs();
    if a == 0.0 {
        return sign;
    }
    let exponent = (a.to_bits() >> 52) as i32 - 1023;
    if exponent > 15 {
        return sign | 0x7C00;
    }
    if exponent < -14 {
        return sign | ((a * 2f64.powi(24)).round_ties_even() as u16).min(0x3FF);
    }
    let fraction = ((a / 2f64.powi(exponent) - 1.0) * 1024.0).round_ties_even() as u16;
    let (fraction, exponent) = if fraction == 1024 { (0, exponent + 1) } else { (fraction, exponent) };
    if exponent == 16 { sign | 0x7C00 } else { sign | ((exponent + 15) as u16) << 10 | fraction }
}

#[test]
fn half_precision_rounds_as_specified() {
    let mut seed = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as u32
    };
    for _ in 0..200_000 {
        let (a, b) = (vm::decode_f16(next()), vm::decode_f16(next()));
        for x in [a + b, a - b, a * b, a / b, f64::from(next() as i32)] {
            assert_eq!(vm::encode_f16(x), encode(x), "{x:e}");
        }
    }
    for bits in 0..=0xFFFFu32 {
        let x = vm::decode_f16(bits);
        if !x.is_nan() {
            assert_eq!(u32::from(vm::encode_f16(x)), bits);
        }
    }
}
