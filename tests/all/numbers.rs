//! Every number of an explanation is the machine's, whatever the program.

use crate::explain::set;
use crate::support::Dice;
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::task::{Task, Wait};
use hsxray::executive::{Config, Machine, Outcome, Who};
use hsxray::explain::explain;
use hsxray::image::Image;
use hsxray::isa::{Form, ISA, Insn};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The hex number behind a text.
fn behind<'t>(text: &'t str, before: &str) -> Option<(u32, &'t str)> {
    let (_, rest) = text.split_once(before)?;
    let rest = rest.strip_prefix("0x")?;
    let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
    Some((u32::from_str_radix(&rest[..end], 16).expect("hex"), &rest[end..]))
}

/// What a sentence's sum comes to: `0x11 + 0x01 = 0x12`.
fn sum(text: &str) -> Option<(u32, u32)> {
    let (_, body) = text.split_once("put ")?;
    let (left, rest) = body.split_once(" = ")?;
    let words: Vec<&str> = left.split(' ').collect();
    let number = |w: &str| w.strip_prefix("0x").map_or_else(|| w.parse().ok(), |h| u32::from_str_radix(h, 16).ok());
    let (result, _) = behind(&format!("={rest}"), "=")?;
    let mut value = match words[0].strip_prefix('~') {
        Some(word) => !number(word)?,
        None => number(words[0])?,
    };
    for pair in words[1..].chunks(2) {
        let b = number(pair.get(1)?)?;
        value = match pair[0] {
            "+" => value.wrapping_add(b),
            "-" => value.wrapping_sub(b),
            "*" => value.wrapping_mul(b),
            "/" => (value as i32).wrapping_div(b as i32) as u32,
            "&" => value & b,
            "|" => value | b,
            "^" => value ^ b,
            "<<" => value << b,
            ">>" if text.contains("sign in") => (value as i32 >> b) as u32,
            ">>" => value >> b,
            other => panic!("{other} in {text}"),
        };
    }
    Some((value, result))
}

/// Compares what a sentence of the running task says with the machine; how many numbers that were.
fn check(text: &str, (ready, after): (&Machine, &Machine), pid: u16, insn: Option<Insn>) -> usize {
    let (was, is) = (ready.task(pid).expect("task"), after.task(pid).expect("task"));
    let mut seen = 0;
    let mut same = |said: Option<(u32, &str)>, machine: u32| {
        if let Some((said, _)) = said {
            assert_eq!(said, machine, "{text}");
            seen += 1;
        }
    };
    let rd = insn.map_or(0, |i| i.rd);
    if let Some((place, _)) = text.split_once(" lives at RAM ") {
        let i: u32 = place.trim_start_matches('R').split(' ').next().expect("a number").parse().expect("a number");
        same(behind(text, "lives at RAM "), u32::from(was.context.reg_base) + 4 * i);
        same(behind(text, "(reg_base "), was.context.reg_base.into());
    }
    let result = || after.reg(is, rd);
    if text.contains(" lives at RAM ") && insn.is_some_and(|i| i.op.row().form != Form::Service) {
        for before in [" = ", "there as ", "the word 0", "whole number"] {
            // `the word 0x..` is the result; `the word at` an address.
            let said = if before == "the word 0" { behind(text, "the word ") } else { behind(text, before) };
            same(said, result());
        }
        same(behind(text, " put ").filter(|(_, rest)| rest.starts_with(" there")), result());
    }
    if let Some((value, said)) = sum(text) {
        assert_eq!(value, said, "{text}");
        seen += 1;
    }
    let mut same = |said: Option<(u32, &str)>, machine: u32| {
        if let Some((said, _)) = said {
            assert_eq!(said, machine, "{text}");
            seen += 1;
        }
    };
    same(behind(text, "sp went from "), was.context.sp);
    same(behind(text, "sp went from ").and_then(|(_, rest)| behind(rest, " to ")), is.context.sp);
    same(behind(text, "R15 is "), after.reg(is, 15));
    same(behind(text, "pc is now ").or_else(|| behind(text, "set pc to ")), is.context.pc);
    if let Some((_, depth)) = text.split_once("call depth ").filter(|_| text.starts_with("CALL")) {
        assert_eq!(depth.trim_end_matches('.').parse(), Ok(is.context.depth), "{text}");
    }
    for (flag, bit) in [("Z", 1), ("C", 2), ("N", 4), ("V", 8)] {
        if text.contains("; Z ") {
            let word = if is.context.flags.psw() & bit == 0 { "clear" } else { "set" };
            assert!(text.contains(&format!("{flag} {word}")), "{text}");
        }
    }
    for (list, machine, task) in [("It read ", ready, was), ("It answered ", after, is)] {
        let Some((_, rest)) = text.split_once(list) else { continue };
        for part in rest.split(", R").map(|p| p.trim_start_matches('R')) {
            let (i, value) = part.split_once(' ').expect("a value");
            same(behind(&format!(" {value}"), " "), machine.reg(task, i.parse().expect("a register")));
        }
    }
    seen
}

/// Words that are instructions more often than not, and stay inside their code now and then.
fn program(dice: &mut Dice) -> Vec<u32> {
    let word = |dice: &mut Dice| {
        let low = dice.roll(1 << 24) as u32;
        let mask = if dice.roll(3) == 0 { 0x00FF_FFFF } else { 0x00FF_F07C };
        match dice.roll(9) {
            0 => 0x3000_0000 | (dice.roll(16) << 8 | dice.roll(16)) as u32,
            _ => u32::from(dice.of(ISA).code) << 24 | low & mask,
        }
    };
    (0..30).map(|_| word(dice)).collect()
}

fn fields(task: &Task) -> [(&'static str, String); 6] {
    let cx = &task.context;
    let psw = cx.flags.psw();
    let letters = "ZCNV".chars().enumerate().map(|(bit, c)| if psw >> bit & 1 == 1 { c } else { '-' }).collect();
    [
        ("pc", format!("0x{:04X}", cx.pc)),
        ("psw", letters),
        ("reg_base", format!("0x{:04X}", cx.reg_base)),
        ("stack_base", format!("0x{:04X}", cx.stack_limit)),
        ("stack_limit", format!("0x{:04X}", cx.stack_limit)),
        ("sp", format!("0x{:04X}", cx.sp)),
    ]
}

/// Each field is told with both values, or as the same in both.
fn check_switch(text: &str, from: &Task, to: &Task) {
    let (changed, same) = text.split_once(';').unwrap_or((text, ""));
    for ((name, was), (_, is)) in fields(from).into_iter().zip(fields(to)) {
        let told = if was == is { same.contains(name) } else { changed.contains(&format!("{name} {was} to {is}")) };
        assert!(told, "{name} {was} {is}: {text}");
    }
    assert!(text.contains("copied 0 bytes") && text.contains("64 bytes of registers out and 64 in"), "{text}");
}

fn check_next(text: &str, now: &Machine) {
    match now.next().and_then(|pid| now.task(pid)) {
        Some(task) => {
            let head = format!("Next is task {} at 0x{:04X}: ", task.pid, task.context.pc);
            assert!(text.starts_with(&head), "{text}");
            assert_eq!(text.contains("That switch will"), now.ran() != Some(task.pid), "{text}");
        }
        None => assert!(text.starts_with("No"), "{text}"),
    }
}

/// Every number the machine has in front of a turn and behind it that a sentence may tell.
fn known(ready: &Machine, after: &Machine) -> BTreeSet<u32> {
    let mut known = BTreeSet::from([0, 0x40, 0xFFFF]);
    for m in [ready, after] {
        for task in m.tasks() {
            let cx = &task.context;
            let addresses = (0..16).map(|i| u32::from(cx.reg_base) + 4 * i);
            known.extend(addresses.chain([cx.pc, cx.sp, cx.stack_limit, cx.stack_top, cx.sp.wrapping_sub(4) & 0xFFFF]));
            let insn = task.code.insn_at(cx.pc);
            // The jump, the wide word, what an SVC would be, the word itself.
            known.extend(insn.iter().flat_map(|i| [i.imm.into(), i.wide.unwrap_or(0)]));
            known.extend(task.code.word_at(cx.pc));
            let words = |at: u32| m.peek(task, at as u16, 4).iter().rev().fold(0, |word, b| word << 8 | u32::from(*b));
            known.extend([words(cx.sp), words(cx.sp.wrapping_sub(4))]);
            for i in 0..16 {
                let value = m.reg(task, i);
                let reached = insn.map_or(0, |insn| value.wrapping_add_signed(insn.value()) & 0xFFFF);
                let along = (0..4).map(|k| reached.wrapping_add(k));
                known.extend(along.chain([value, value & 0xFFFF, value & 0xFF]));
            }
            if let Some(Wait::Mailbox { buffer, .. }) = &task.wait {
                known.insert((*buffer).into());
            }
            known.extend(task.exit_status);
        }
        known.extend(m.trace().last(64).map(|e| e.arg() as u32));
    }
    known
}

#[test]
fn numbers_are_the_machines_for_random_programs() {
    let mut dice = Dice(42);
    let mut seen = 0;
    for round in 0..150 {
        let mut m = Machine::new(Config { protect: round % 3 > 0, ..Config::default() });
        for _ in 0..1 + dice.roll(3) {
            let image =
                Image { code: program(&mut dice), version: 2, multiple: true, rodata: vec![1; 40], ..Image::default() };
            m.apply(&Input::Load(Load::new(Arc::new(image)))).expect("room");
        }
        for pid in 1..=m.tasks().len() as u16 {
            (1..15).for_each(|i| set(&mut m, pid, Reg::R(i), dice.roll(1 << [3, 12, 16, 32][i as usize % 4]) as u32));
        }
        for _ in 0..30 {
            let before = m.clone();
            let Ok(turn) = m.turn() else { break };
            let mut ready = before.clone();
            ready.skip_idle();
            let told = explain(Some((&before, Who::Rotation)), &m, &[]);
            let task = ready.task(turn.pid).expect("task");
            let insn = task.code.insn_at(turn.pc);
            for text in told.sentences.iter().filter(|_| !matches!(turn.outcome, Outcome::Halted { .. })) {
                seen += check(text, (&ready, &m), turn.pid, insn);
            }
            let head = format!("Turn {}: task {} ", turn.n, turn.pid);
            assert!(told.sentences.iter().any(|s| s.starts_with(&head)), "{told:?}");
            let switches: u64 = m.tasks().iter().map(|t| t.counters.switches).sum();
            let totals = format!(
                "Switches so far to the tasks there are: {switches}. Bytes copied by them: 0; 128 bytes each would have made {}.",
                128 * switches
            );
            assert_eq!(told.sentences.last().map(|s| s.text()), Some(&*totals));
            let from = before.ran().and_then(|pid| ready.task(pid)).filter(|t| t.pid != turn.pid);
            if let Some(from) = from {
                let switch = told.sentences.iter().find(|s| s.starts_with("The switch from ")).expect("a switch");
                check_switch(switch, from, task);
            }
            check_next(&told.sentences[told.sentences.len() - 2], &m);
            let known = known(&ready, &m);
            for text in &told.sentences {
                for number in text.split("0x").skip(1) {
                    let digits: String = number.chars().take_while(char::is_ascii_hexdigit).collect();
                    let number = u32::from_str_radix(&digits, 16).expect("hex");
                    assert!(known.contains(&number), "{number:X} is nowhere in the machine: {text:?}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 2000, "{seen} numbers were compared");
}
