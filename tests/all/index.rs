//! Searches of the past leave out stretches of which the index says that nothing is there: they find the same.

use crate::support::{Dice, assemble};
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::trace::TraceKind;
use hsxray::executive::{Config, Who};
use hsxray::image::Image;
use hsxray::session::{Kinds, Session, WatchedBytes, now};
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
            5 => " PUSH R8\n POP R10\n".to_owned(),
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
    let word = WatchedBytes::seen(session.machine(), pid, if dice.roll(2) == 0 { 0x5004 } else { 0x4000 }, 4);
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
    let mut again = Session::recorded(Config::default(), journal, session.present(), &mut |_| ()).expect("the same");
    for kind in [TraceKind::Send, TraceKind::Input, TraceKind::Wake] {
        let found = [&mut session, &mut again].map(|session| {
            session.seek(session.present()).expect("present");
            let said = now(session.seek_event(false, Kinds::none().with(kind), None)).map_err(|e| e.to_string());
            (said, session.machine().turns())
        });
        assert_eq!(found[0], found[1], "{kind:?}");
    }
}
