//! Searches of the past leave out stretches of which the index says that nothing is there: they find the same.

use crate::support::{Dice, assemble};
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::trace::TraceKind;
use hsxray::executive::{Config, Who};
use hsxray::image::Image;
use hsxray::session::expr::Expr;
use hsxray::session::{Access, Event, Kinds, Looked, On, Session, Status, Touching, WatchedBytes, now};
use hsxray::vm::Span;
use proptest::prelude::*;
use std::sync::Arc;

/// A program that does a few things, then nothing but count for a long time, again and again.
fn program(dice: &mut Dice) -> String {
    let mut text =
        String::from(".text\n LDI32 R6, 0x5000\n LDI32 R1, name\n SVC 5, 0\n MOV R9, R1\n LDI R8, 1\nagain:\n");
    for i in 0..1 + dice.roll(5) {
        text += &match dice.roll(8) {
            0 => " ST [R6+0], R8\n".to_owned(),
            1 => " LD R5, [R6+0]\n ADD R5, R5, R8\n ST [R6+4], R5\n".to_owned(),
            2 => " MOV R1, R9\n LDI32 R2, buf\n LDI R3, 4\n LDI R4, 0\n LDI R5, 0\n SVC 5, 2\n".to_owned(),
            3 => " MOV R1, R9\n LDI32 R2, buf\n LDI R3, 4\n LDI32 R4, 0\n LDI R5, 0\n SVC 5, 3\n".to_owned(),
            4 => " MOV R1, R9\n LDI32 R2, buf\n LDI R3, 4\n LDI32 R4, 3\n LDI R5, 0\n SVC 5, 3\n".to_owned(),
            5 => " PUSH R8\n POP R10\n STH [R6+6], R8\n STB [R6+9], R8\n".to_owned(),
            6 => format!(" CALL f{i}\n JMP over{i}\nf{i}:\n ADD R11, R11, R8\n RET\nover{i}:\n"),
            _ => " SVC 0, 0\n".to_owned(),
        };
    }
    text += &format!(" LDI32 R7, {}\ninner:\n SUB R7, R7, R8\n JNZ inner\n JMP again\n", 20_000 + dice.roll(60_000));
    text + ".data\nname:\n .asciz \"app:a\"\n.align 4\nbuf:\n .word 0\n"
}

fn run(session: &mut Session, turns: u64) {
    session.start(Who::Rotation, turns);
    while session.pump(u64::MAX) {}
}

/// A search from where both stand: what comes of it, and where it leads.
fn search(session: &mut Session, which: u64, dice: &mut Dice) -> (Result<String, String>, u64) {
    let pid = 1 + dice.roll(3) as u16;
    let kinds =
        [TraceKind::Send, TraceKind::Recv, TraceKind::Trap, TraceKind::Block, TraceKind::Wake, TraceKind::Timeout];
    let kind = Kinds::none().with(*dice.of(&kinds));
    let of = (dice.roll(2) == 0).then_some(pid);
    let word =
        WatchedBytes::seen(session.machine(), pid, *dice.of(&[0x4000, 0x5000, 0x5004, 0x5009, 0x5010, 0x5FFE]), 4);
    let register = WatchedBytes::register(session.machine(), pid, *dice.of(&[0, 1, 5, 9, 10, 11]));
    let stack = WatchedBytes::stack(session.machine(), pid, 4);
    let spot = dice.of(&[word, register, stack]).expect("spot");
    let said = match which {
        0 => now(session.seek_event(false, kind, of)).map(|e| format!("{e:?}")),
        1 => now(session.seek_event(true, kind, of)).map(|e| format!("{e:?}")),
        2 => now(session.last_write(spot)).map(|w| format!("{w:?}")),
        3 => now(session.next_write(spot)).map(|w| format!("{w:?}")),
        4 => now(session.back_of(pid, 1 + dice.roll(40_000))).map(|()| String::new()),
        5 => now(session.last_ran(0, Some(pid))).map(|()| String::new()),
        _ => now(session.reverse_next(pid)).map(|()| String::new()),
    };
    (said.map_err(|e| e.to_string()), session.machine().turns())
}

/// A stop of some kind, or none.
fn add_stop(session: &mut Session, dice: &mut Dice) {
    let pid = Some(1 + dice.roll(3) as u16);
    let pid = pid.filter(|_| dice.roll(3) > 0);
    let access =
        |start, touching| On::Access(Access::new("place", Span { start, end: start + 4, bank: None }, touching));
    let on = match dice.roll(8) {
        0 => On::Instruction(4 * dice.roll(12) as u32),
        1 => access(0x5000, Touching::Write),
        2 => access(0x5004, Touching::Change),
        3 => access(0x5004, Touching::Read),
        4 => On::Change(Expr::parse("w[0x5004]").expect("expression"), None),
        5 => On::Event(Event::parse("send", None).expect("event")),
        6 => On::Event(Event::parse("timeout", None).expect("event")),
        _ => return,
    };
    session.stops.add_on(pid, on);
}

proptest! {
    #![proptest_config(crate::support::cases(5))]

    #[test]
    fn every_search_with_the_index_finds_what_it_finds_without(seed: u64) {
        let mut dice = Dice(seed);
        let mut session = Session::new(Config::default());
        for _ in 0..3 {
            let image = Image { name: None, ..assemble(&program(&mut dice)).image };
            session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
        }
        run(&mut session, 240_000);
        if dice.roll(2) == 0 {
            // A branch that is cut in a stretch, with an input in another.
            session.seek(70_000 + dice.roll(60_000)).expect("past");
            session.apply(Input::SetReg { pid: 2, reg: Reg::R(10), value: 7 }).expect("task");
            run(&mut session, 150_000);
        }
        let mut everywhere = session.clone();
        everywhere.look_everywhere();
        let present = session.present();
        for i in 0..14 {
            let (turn, seed) = (dice.roll(present), dice.roll(1 << 40));
            let found = [&mut session, &mut everywhere].map(|session| {
                session.seek(turn).expect("past");
                search(session, i % 7, &mut Dice(seed))
            });
            prop_assert_eq!(&found[0], &found[1], "search {} from {}", i % 7, turn);
        }
    }
}

#[test]
fn a_recording_that_is_opened_has_an_index_that_finds_the_same() {
    let mut dice = Dice(7);
    let mut session = Session::new(Config::default());
    let image = Image { name: None, ..assemble(&program(&mut dice)).image };
    session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
    run(&mut session, 100_000);
    session.apply(Input::Send { pid: 1, target: b"app:a".to_vec(), payload: b"abcd".to_vec() }).expect("box");
    run(&mut session, 200_000);
    let journal = session.journal().clone();
    let mut again =
        now(Session::recorded(Config::default(), journal, session.present(), &Looked::default())).expect("the same");
    for kind in [TraceKind::Send, TraceKind::Input, TraceKind::Wake] {
        let found = [&mut session, &mut again].map(|session| {
            session.seek(session.present()).expect("present");
            let said = now(session.seek_event(false, Kinds::none().with(kind), None)).map_err(|e| e.to_string());
            (said, session.machine().turns())
        });
        assert_eq!(found[0], found[1], "{kind:?}");
    }
}

proptest! {
    #![proptest_config(crate::support::cases(5))]

    #[test]
    fn going_back_to_stops_with_the_index_finds_what_it_finds_without(seed: u64) {
        let mut dice = Dice(seed);
        let mut session = Session::new(Config::default());
        for _ in 0..3 {
            let image = Image { name: None, ..assemble(&program(&mut dice)).image };
            session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
        }
        run(&mut session, 220_000);
        (0..2).for_each(|_| add_stop(&mut session, &mut dice));
        let mut everywhere = session.clone();
        everywhere.look_everywhere();
        for turn in [220_000, 150_000 + dice.roll(60_000), 1 + dice.roll(90_000)] {
            let found = [(&mut session, u64::MAX), (&mut everywhere, 1 + dice.roll(30_000))].map(|(session, slice)| {
                session.seek(turn).expect("past");
                session.start_reverse_continue().expect("not the start");
                while session.pump(slice) {}
                (session.machine().turns(), session.status().clone())
            });
            prop_assert_eq!(&found[0], &found[1], "from {}", turn);
        }
    }
}

/// Stores to 0x5000 at once, and counts from then on.
const ONCE: &str =
    ".text\n LDI32 R6, 0x5000\n LDI R8, 1\n ST [R6+0], R8\nagain:\n ADD R8, R8, R8\n STB [R6+512], R8\n JMP again\n";

#[test]
fn the_last_write_of_a_word_is_found_without_looking_at_turns_that_store_elsewhere() {
    let mut session = Session::new(Config::default());
    for _ in 0..2 {
        session.apply(Input::Load(Load::new(Arc::new(assemble(ONCE).image)))).expect("room");
    }
    run(&mut session, 2_000_000);
    let spot = |address| WatchedBytes::seen(session.machine(), 1, address, 4).expect("RAM");
    let (word, other) = (spot(0x5000), spot(0x5200));
    let mut copy = session.clone();
    let looked = copy.count_looked();
    assert_eq!(now(copy.last_write(word)).expect("written").writer.turn, 6);
    assert_eq!(now(session.last_write(other)).expect("written").writer.turn, 1_999_996);
    session.seek(2_000_000).expect("present");
    session.stops.add_on(
        None,
        On::Access(Access::new("place", Span { start: 0x5000, end: 0x5004, bank: None }, Touching::Write)),
    );
    session.start_reverse_continue().expect("not the start");
    while session.pump(1 << 16) {}
    assert_eq!(session.machine().turns(), 6);
    assert!(matches!(session.status(), Status::Watchpoint { .. }), "{:?}", session.status());
    assert_eq!(looked.turns(), 2_000_000, "turns that are left out count as looked at");
}
