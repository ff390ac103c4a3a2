//! The past is exact: every turn that is visited is, byte for byte, what it was on the way forward.

use crate::support::{assemble, project};
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::{Config, Machine, Who};
use hsxray::image::{self, Image};
use hsxray::session::{Session, Status, TurnSource};
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// A small generator: the order of visits is part of no property.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n.max(1)
    }
}

fn load(session: &mut Session, image: Image, stack: u32, quantum: u32) {
    let load = Load { stack, quantum, ..Load::new(Arc::new(image)) };
    session.apply(Input::Load(load)).expect("room");
}

fn run(session: &mut Session, who: Who, turns: u64) {
    session.start(who, turns);
    while session.pump(1000) {}
}

/// Runs forward in small pieces, through faults and breaks, and keeps each state it stands in.
fn forward(session: &mut Session, turns: u64, every: u64) -> Vec<Machine> {
    let mut states = vec![session.machine().clone()];
    while session.machine().turns() < turns {
        let before = session.machine().turns();
        run(session, Who::Rotation, every);
        if session.machine().turns() == before {
            break;
        }
        states.push(session.machine().clone());
    }
    states
}

/// Visits states in random order, each by a jump and some by steps back and forth around it.
fn visit(session: &mut Session, states: &[Machine], visits: usize, dice: &mut Dice) {
    for _ in 0..visits {
        let state = &states[dice.below(states.len() as u64) as usize];
        match dice.below(4) {
            0 => session.seek((state.turns() + dice.below(40)).min(session.present())).expect("past"),
            1 => session.seek(state.turns().saturating_sub(dice.below(40))).expect("past"),
            _ => {}
        }
        let here = session.machine().turns();
        if here < state.turns() && dice.below(2) == 0 {
            run_to(session, state.turns());
        } else {
            session.seek(state.turns()).expect("past");
        }
        same(session, state);
    }
}

/// Forward as a user would, stop by stop.
fn run_to(session: &mut Session, turn: u64) {
    while session.machine().turns() < turn {
        run(session, Who::Rotation, turn - session.machine().turns());
    }
}

fn same(session: &Session, state: &Machine) {
    let machine = session.machine();
    assert_eq!(machine.turns(), state.turns());
    assert!(machine.ram() == state.ram(), "RAM at turn {}", state.turns());
    assert!(machine.trace() == state.trace(), "trace at turn {}", state.turns());
    assert!(machine.mailboxes() == state.mailboxes(), "mailboxes at turn {}", state.turns());
    assert!(machine.console() == state.console(), "console at turn {}", state.turns());
    assert!(machine == state, "turn {}", state.turns());
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(project("tests/cases")).expect("cases").map(|e| e.expect("entry").path());
    entries.filter(|p| p.join("expect.json").exists()).collect()
}

#[test]
fn every_turn_of_every_conformance_case_can_be_visited() {
    let mut dice = Dice(1);
    for case in cases() {
        let text = fs::read_to_string(case.join("expect.json")).expect("file");
        let expect: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let mut session = Session::new(Config { trace: 64, ..Config::default() });
        for program in expect["programs"].as_array().expect("programs") {
            let bytes = fs::read(case.join(program.as_str().expect("name"))).expect("image");
            load(&mut session, image::read(&bytes).expect("good image"), 4096, 1);
        }
        let states = forward(&mut session, 300, 1);
        assert!(states.len() > 1, "{}", case.display());
        visit(&mut session, &states, 40, &mut dice);
        session.seek(session.present()).expect("present");
        for state in states.iter().rev() {
            session.seek(state.turns()).expect("past");
            same(&session, state);
        }
        assert_eq!(*session.status(), Status::Start);
    }
}

/// A producer, a consumer and a sleeper: messages, waits, wakes, calls and console lines.
fn demo(trace: usize) -> Session {
    let mut session = Session::new(Config { trace, ..Config::default() });
    for name in ["producer", "consumer", "ticker"] {
        let path = project(&format!("assets/programs/ping/{name}.mvasm"));
        let image = assemble(&fs::read_to_string(path).expect("source")).image;
        load(&mut session, Image { name: Some(name.into()), ..image }, 1024, 1);
    }
    session
}

#[test]
fn a_long_run_with_checkpoints_can_be_visited_anywhere() {
    let mut session = demo(256);
    let states = forward(&mut session, 1_200_000, 40_001);
    assert!(session.history().bytes > 0, "checkpoints were made");
    visit(&mut session, &states, 30, &mut Dice(2));
}

#[test]
fn a_long_run_with_inputs_and_branches_can_be_visited_anywhere() {
    let mut dice = Dice(6);
    let mut session = demo(512);
    let mut kept: Vec<(u32, Vec<Machine>)> = vec![(1, Vec::new())];
    for round in 0..24 {
        let (branch, states) = kept.last_mut().expect("a branch");
        assert_eq!(session.history().branch, *branch);
        // Not a kill: it would leave little to visit.
        let kind = [0, 1, 4, 6, 7, 8, 9, 9][dice.below(8) as usize];
        act(&mut session, (kind, 1 + dice.below(3) as u16, dice.below(1 << 32) as u32));
        act(&mut session, (1, 1 + dice.below(3) as u16, 0));
        let end = session.machine().turns() + 20_000 + dice.below(60_000);
        states.retain(|s| s.turns() < session.machine().turns());
        states.extend(forward(&mut session, end, 17_003));
        if round % 6 == 5 {
            let turn = dice.below(session.present());
            session.seek(turn).expect("past");
            let poke = Input::Poke { pid: 1, address: 0x5000, bytes: vec![round] };
            session.apply(poke).expect("task");
            let shared = states.iter().filter(|s| s.turns() < turn).cloned().collect();
            kept.push((session.history().branch, shared));
        }
    }
    assert!(session.history().bytes > 0 && kept.len() == 5);
    for _ in 0..12 {
        let (branch, states) = &kept[dice.below(4) as usize];
        session.go(*branch, u64::MAX).expect("branch");
        visit(&mut session, states, 3, &mut dice);
    }
    // Those that left a deleted branch keep the past they share with it.
    session.go(kept[3].0, 0).expect("branch");
    session.delete_branch(1).expect("not the current one");
    visit(&mut session, &kept[3].1, 6, &mut dice);
}

#[test]
fn with_no_memory_for_checkpoints_the_past_is_as_exact() {
    let mut session = demo(256);
    session.set_history(0);
    let states = forward(&mut session, 600_000, 40_001);
    visit(&mut session, &states, 5, &mut Dice(3));
}

#[test]
fn memory_for_checkpoints_is_bounded() {
    let mut session = demo(256);
    session.set_history(300_000);
    let states = forward(&mut session, 6_000_000, 1_000_003);
    let bytes = session.history().bytes;
    assert!(bytes <= 300_000, "{bytes}");
    visit(&mut session, &states, 6, &mut Dice(4));
}

/// Words that are instructions more often than not.
fn word() -> impl Strategy<Value = u32> {
    use hsxray::isa::ISA;
    let tame = (0..ISA.len(), any::<u32>()).prop_map(|(row, low)| u32::from(ISA[row].code) << 24 | low & 0x00FF_F07C);
    let service = (0u32..16, 0u32..16).prop_map(|(module, function)| 0x3000_0000 | module << 8 | function);
    prop_oneof![5 => tame, 2 => service, 1 => any::<u32>()]
}

fn session(programs: &[Vec<u32>], trace: usize, protect: bool) -> Session {
    let mut session = Session::new(Config { trace, protect, ..Config::default() });
    for (i, code) in (0u32..).zip(programs) {
        let rodata = vec![b'a'; 24 * i as usize];
        let image = Image { code: code.clone(), rodata, version: 2, multiple: true, ..Image::default() };
        load(&mut session, image, 64 + 128 * i, 1 + i % 3);
    }
    session
}

/// Something from outside, or turns of one task.
fn act(session: &mut Session, (kind, pid, x): (u8, u16, u32)) {
    let input = match kind {
        0 => Input::Pause(pid),
        1 | 2 => Input::Resume(pid),
        3 if x % 4 == 0 => Input::Kill(pid),
        4 => Input::SetReg { pid, reg: Reg::R((x % 16) as u8), value: x },
        5 => Input::SetReg { pid, reg: Reg::Pc, value: x & 0x7C },
        6 => Input::Poke { pid, address: x as u16, bytes: vec![x as u8; (x % 9) as usize] },
        7 => Input::Quantum { pid, turns: x % 5 },
        8 => Input::Send { pid, target: b"svc:stdio.in".to_vec(), payload: vec![1; (x % 70) as usize] },
        9 => Input::Order(if x % 5 == 0 { Vec::new() } else { vec![pid] }),
        10 => Input::Preempt,
        11 if x % 2 == 0 => Input::Rebase { pid, address: x as u16 & 0xFFFC },
        11 => {
            session.start_schedule(TurnSource::random(x.into(), u64::from(x % 20)), u64::MAX);
            while session.pump(7) {}
            return;
        }
        _ => return run(session, Who::Only(pid), u64::from(x % 20)),
    };
    // A refusal changes nothing, and is no part of the history.
    let _ = session.apply(input);
}

fn acts() -> impl Strategy<Value = Vec<(u8, u16, u32)>> {
    prop::collection::vec((0u8..15, 1u16..5, any::<u32>()), 1..16)
}

proptest! {
    #![proptest_config(crate::support::cases(96))]

    #[test]
    fn random_programs_with_inputs_can_be_visited_anywhere(
        programs in prop::collection::vec(prop::collection::vec(word(), 1..40), 1..5),
        acts in acts(),
        trace in prop::sample::select(vec![0usize, 16, 256]),
        protect: bool,
        seed: u64,
    ) {
        let mut session = session(&programs, trace, protect);
        let mut states = Vec::new();
        let mut dice = Dice(seed);
        for a in acts {
            act(&mut session, a);
            // What stands between two inputs of one turn is not a state one can go to.
            states.retain(|s: &Machine| s.turns() != session.machine().turns());
            let end = session.machine().turns() + 1 + dice.below(40);
            states.extend(forward(&mut session, end, 1 + dice.below(7)));
            states.retain(|s: &Machine| s.turns() != session.machine().turns());
            states.push(session.machine().clone());
        }
        visit(&mut session, &states, 30, &mut dice);
    }

    #[test]
    fn looking_back_changes_nothing_of_what_comes(
        programs in prop::collection::vec(prop::collection::vec(word(), 1..40), 1..4),
        acts in acts(),
        visits in prop::collection::vec((any::<u64>(), 0u64..30), 1..6),
    ) {
        let (mut plain, mut looked) = (session(&programs, 64, true), session(&programs, 64, true));
        for (i, a) in acts.into_iter().enumerate() {
            for s in [&mut plain, &mut looked] {
                act(s, a);
                forward(s, s.machine().turns() + 12, 12);
            }
            for (turn, on) in &visits[..visits.len().min(i)] {
                let turn = turn % (looked.present() + 1);
                looked.seek(turn).expect("past");
                let on = (*on).min(looked.present() - turn);
                if on > 0 {
                    run_to(&mut looked, turn + on);
                }
                prop_assert!(looked.before().is_some() == (turn + on > 0));
            }
            looked.seek(looked.present()).expect("present");
            prop_assert!(looked.at_present() && looked.branches().len() == 1);
            prop_assert!(plain.machine() == looked.machine());
            prop_assert_eq!(plain.journal(), looked.journal());
        }
    }

    #[test]
    fn branches_keep_their_own_past(
        programs in prop::collection::vec(prop::collection::vec(word(), 1..40), 1..4),
        changes in prop::collection::vec((any::<u64>(), (4u8..12, 1u16..4, any::<u32>())), 1..6),
        seed: u64,
    ) {
        let mut session = session(&programs, 64, true);
        let mut dice = Dice(seed);
        let mut kept: Vec<(u32, Vec<Machine>)> = Vec::new();
        kept.push((1, forward(&mut session, 120, 3)));
        for (turn, change) in changes {
            session.seek(turn % (session.present() + 1)).expect("past");
            let before = session.history().branch;
            act(&mut session, change);
            if session.history().branch == before {
                // It was the present: what is there now goes on from it.
                let states = &mut kept.iter_mut().find(|k| k.0 == before).expect("branch").1;
                states.retain(|s| s.turns() < session.machine().turns());
                states.push(session.machine().clone());
                continue;
            }
            let from = session.machine().turns();
            let mut states: Vec<Machine> = kept.iter().find(|k| k.0 == before).expect("branch").1.clone();
            let fork = session.branches().into_iter().find(|b| b.current).and_then(|b| b.parent).expect("fork").turn;
            states.retain(|s| s.turns() < fork);
            states.extend(forward(&mut session, from + 80, 3));
            kept.push((session.history().branch, states));
        }
        for _ in 0..6 {
            let (branch, states) = &kept[dice.below(kept.len() as u64) as usize];
            session.go(*branch, u64::MAX).expect("branch");
            visit(&mut session, states, 6, &mut dice);
        }
    }
}

#[test]
fn large_files_that_change_every_few_turns_are_exact_in_the_past() {
    // It overwrites the first byte of a file of half a megabyte, for ever: OPEN, WRITE, CLOSE.
    let source = ".data\nname: .asciz \"f\"\n.text\n LDI32 R8, name\nagain:\n MOV R1, R8\n SVC 0x4, 0x00\n MOV R9, R0\n MOV R1, R9\n MOV R2, R8\n LDI R3, 1\n SVC 0x4, 0x02\n MOV R1, R9\n SVC 0x4, 0x03\n JMP again\n";
    let mut session = Session::new(Config::default());
    session.apply(Input::File { path: "f".into(), content: vec![7; 500_000] }).expect("room");
    load(&mut session, assemble(source).image, 1024, 1);
    let states = forward(&mut session, 1200, 100);
    assert_eq!(session.machine().files().iter().filter(|f| f.1.len() == 500_000).count(), 1);
    visit(&mut session, &states, 8, &mut Dice(5));
    for state in states.iter().rev() {
        while session.machine().turns() > state.turns() {
            session.back(1).expect("past");
        }
        session.seek(state.turns()).expect("past");
        same(&session, state);
    }
}
