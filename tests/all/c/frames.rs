//! Call stacks of compiled code, at every instruction.

use super::cases::{CASES, target};
use crate::support::{Dice, run};
use hsxray::backend::Local;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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

/// What was met of a task: its pid, its frames, its variables.
type Met = (u16, Value, Value);

/// Turns of a machine in which something is looked at, each with what it says there.
fn met(target: &mut Local, turns: &BTreeSet<u64>) -> Vec<(u64, Vec<Met>)> {
    let mut met = Vec::new();
    for turn in turns {
        let left = turn - target.machine().turns();
        if left > 0 {
            run(target, &format!("run {left}"));
        }
        if target.machine().turns() == *turn {
            met.push((*turn, look(target)));
        }
    }
    met
}

/// The variables of each frame of each task, and its frames.
fn look(target: &mut Local) -> Vec<(u16, Value, Value)> {
    let pids: Vec<u16> = target.machine().tasks().iter().map(|task| task.pid).collect();
    let seen = |pid: u16| {
        let frames = run(target, &format!("backtrace -p {pid}"));
        let last = frames["frames"].as_array().map_or(0, |frames| frames.len().saturating_sub(1)).min(6);
        let locals = (0..=last).map(|frame| {
            run(target, &format!("frame {frame} -p {pid}"));
            run(target, &format!("info locals -p {pid}"))
        });
        let locals: Value = locals.collect();
        (pid, frames, locals)
    };
    pids.into_iter().map(seen).collect()
}

#[test]
fn the_past_shows_the_values_that_were_met_on_the_way() {
    let mut dice = Dice(18);
    for case in CASES.into_iter().filter(|case| *case != "overflow") {
        let mut probe = target(case);
        run(&mut probe, "run");
        let end = probe.machine().turns();
        let turns: BTreeSet<u64> = (0..12).map(|_| 1 + dice.roll(end)).collect();
        let mut target = target(case);
        let mut met = met(&mut target, &turns);
        assert!(met.len() > 6, "{case}: {}", met.len());
        let left = end - target.machine().turns() + 1;
        run(&mut target, &format!("run {left}"));
        while !met.is_empty() {
            let (turn, seen) = met.swap_remove(dice.roll(met.len() as u64) as usize);
            run(&mut target, &format!("goto {turn}"));
            assert_eq!(look(&mut target), seen, "{case}, turn {turn}");
        }
    }
}
