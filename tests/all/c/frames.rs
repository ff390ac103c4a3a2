//! Call stacks of compiled code, at every instruction.

use super::cases::{CASES, target};
use crate::support::run;
use std::collections::BTreeMap;

#[test]
fn frames_are_those_of_the_calls_that_were_made_at_every_turn() {
    for case in CASES {
        let mut target = target(case);
        let mut made: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        let mut before: Vec<_> = target.machine().tasks().iter().map(|t| t.context).collect();
        while run(&mut target, "step")["stop"]["kind"] == "limit" {
            let machine = target.machine();
            for (task, was) in machine.tasks().iter().zip(&before).filter(|(t, _)| !t.state.ended()) {
                let made = made.entry(task.pid).or_default();
                match task.context.depth.cmp(&was.depth) {
                    std::cmp::Ordering::Greater => made.push(was.pc + 4),
                    std::cmp::Ordering::Less => drop(made.pop()),
                    std::cmp::Ordering::Equal => {}
                }
                let (found, more) = target.frames(task.pid);
                let returns: Vec<u32> = found.iter().filter_map(|f| f.returns_to).collect();
                let expected: Vec<u32> = made.iter().rev().copied().collect();
                assert_eq!((returns, more), (expected, 0), "{case}, turn {}", machine.turns());
                assert!(found.iter().all(|f| !f.doubtful), "{case}, turn {}", machine.turns());
            }
            before = machine.tasks().iter().map(|t| t.context).collect();
        }
    }
}

#[test]
fn the_past_shows_the_values_that_were_met_on_the_way() {
    let mut target = target("recur");
    run(&mut target, "break fact");
    let mut met = Vec::new();
    while run(&mut target, "run")["stop"]["kind"] == "breakpoint" {
        let locals = run(&mut target, "info locals");
        met.push((target.machine().turns(), locals, run(&mut target, "backtrace")));
    }
    assert_eq!(met.len(), 5);
    for (turn, locals, frames) in met.into_iter().rev() {
        run(&mut target, &format!("goto {turn}"));
        assert_eq!(run(&mut target, "info locals"), locals, "turn {turn}");
        assert_eq!(run(&mut target, "backtrace"), frames, "turn {turn}");
    }
}
