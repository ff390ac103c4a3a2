//! Fates of random programs against trying every order one by one, without states.

use crate::support::{Dice, machine};
use hsxray::executive::input::{Input, Reg};
use hsxray::executive::task::RunState;
use hsxray::executive::{Machine, Outcome, Pid};
use hsxray::explore::{Checks, Label, Limits, Schedule, ScopedExpr, Sees, could, fate};
use hsxray::session::expr::Expr;
use hsxray::vm::Reach;
use std::collections::BTreeSet;

/// A program that has a mailbox open after its first turn, and some random instructions.
fn program(dice: &mut Dice, instructions: u64) -> String {
    let body: Vec<String> = (0..instructions)
        .map(|i| {
            let word = 4 * dice.roll(2);
            match dice.roll(10) {
                0..3 => format!("LD R10, [R9+{word}]"),
                3..6 => format!("ST [R9+{word}], R11"),
                6 => "ADD R11, R10, R12".into(),
                7 => format!("CMP R10, R12\n    JZ after{i}\n    ST [R9+{word}], R12\nafter{i}:"),
                8 => format!("SVC 5, {}", 2 + dice.roll(2)),
                _ => format!("CMP R10, R12\n    JNZ after{i}\n    BRK 1\nafter{i}:"),
            }
        })
        .collect();
    format!(
        ".entry start\n.text\nstart:\n    SVC 5, 0\n    {}\n    RET\n.data\n    .asciz \"app:z\"\n    .align 4\n    .word 7\n",
        body.join("\n    ")
    )
}

/// A machine with random tasks that are past their first turn.
fn start(dice: &mut Dice) -> Machine {
    let sizes: &[u64] = dice.of::<&[u64]>(&[&[3, 3], &[2, 4], &[1, 1, 2]]);
    let sources: Vec<String> = sizes.iter().map(|size| program(dice, *size)).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let mut machine = machine(Default::default(), &sources);
    for pid in 1..=sources.len() as Pid {
        let set = |machine: &mut Machine, i: u8, value: u32| {
            machine.apply(&Input::SetReg { pid, reg: Reg::R(i), value }).expect("a task");
        };
        set(&mut machine, 1, 0x4000);
        machine.turn_of(pid).expect("opens a mailbox");
        let limit = *dice.of(&[0, 1, 0xFFFF]);
        for (i, value) in [(2, 0x4008), (3, 4), (4, limit), (5, 0), (9, 0x5000), (11, pid.into()), (12, 1)] {
            set(&mut machine, i, value);
        }
    }
    machine
}

fn checks(dice: &mut Dice) -> Checks {
    let asked = |text: String| ScopedExpr { expr: Expr::parse(&text).expect("an expression"), pid: Some(1) };
    let mut checks =
        Checks { deadlocks_allowed: dice.roll(2) == 0, brk_allowed: dice.roll(3) == 0, ..Checks::default() };
    if dice.roll(2) == 0 {
        checks.finally.push(asked(format!("w[0x5000] == {}", dice.roll(3))));
    }
    if dice.roll(3) == 0 {
        checks.always.push(asked(format!("w[0x5004] != {}", 1 + dice.roll(2))));
    }
    checks
}

/// Takes a turn, with the jump of the clock that follows if no task is ready: what came of it.
fn turn(machine: &mut Machine, pid: Pid) -> Outcome {
    let taken = machine.turn_of(pid).expect("ready");
    if machine.next().is_none() {
        machine.skip_idle();
    }
    taken.outcome
}

fn ready(machine: &Machine) -> Vec<Pid> {
    machine.tasks().iter().filter(|t| t.state == RunState::Ready).map(|t| t.pid).collect()
}

fn holds(machine: &Machine, asked: &[ScopedExpr]) -> bool {
    asked.iter().all(|a| a.value(machine).is_ok_and(|v| v.truth()))
}

/// Whether a turn has failed.
fn failed(machine: &Machine, checks: &Checks, outcome: Outcome) -> bool {
    let stopped = match outcome {
        Outcome::Faulted(_) => !checks.faults_allowed,
        Outcome::Break(_) => !checks.brk_allowed,
        _ => false,
    };
    stopped || !holds(machine, &checks.always)
}

/// Whether some order from a state passes, and whether one fails, by trying each.
fn tried(machine: &Machine, checks: &Checks, bad: bool) -> (bool, bool) {
    let ready = ready(machine);
    if ready.is_empty() {
        let waits = machine.tasks().iter().any(|t| t.state == RunState::WaitingMbx);
        let fails = bad || !holds(machine, &checks.finally) || waits && !checks.deadlocks_allowed;
        return (!fails, fails);
    }
    ready.into_iter().fold((false, bad), |(passes, fails), pid| {
        let mut next = machine.clone();
        let outcome = turn(&mut next, pid);
        let then = tried(&next, checks, bad || failed(&next, checks, outcome));
        (passes | then.0, fails | then.1)
    })
}

fn label((passes, fails): (bool, bool)) -> Label {
    match (passes, fails) {
        (true, true) => Label::MayFail,
        (true, false) => Label::Safe,
        (false, true) => Label::Lost,
        (false, false) => Label::NeverEnds,
    }
}

/// All values that a load of a task's turn gets, by trying each order; turns that are not loads are left out.
fn read(machine: &Machine, index: usize, left: u64, into: &mut BTreeSet<(u32, u16, u32)>) {
    for pid in ready(machine) {
        let mut next = machine.clone();
        let task = &machine.tasks()[index];
        if task.pid == pid && left == 1 {
            if let Reach::Retires(reached) = machine.reach(index)
                && reached.len > 0
                && !reached.stores()
            {
                let bytes = machine.peek(task, reached.address, reached.len.into());
                let value = bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
                into.insert((task.context.pc, reached.address, value));
            }
            continue;
        }
        turn(&mut next, pid);
        read(&next, index, left - u64::from(task.pid == pid), into);
    }
}

#[test]
fn every_label_of_random_runs_is_what_trying_each_order_finds() {
    let mut dice = Dice(17);
    let mut kinds = BTreeSet::new();
    for number in 0..24 {
        let (machine, checks) = (start(&mut dice), checks(&mut dice));
        let (mut here, mut run, mut bad) = (machine.clone(), Schedule::default(), !holds(&machine, &checks.always));
        let mut labels = vec![label(tried(&here, &checks, bad))];
        loop {
            let ready = ready(&here);
            if ready.is_empty() {
                break;
            }
            let pid = *dice.of(&ready);
            let outcome = turn(&mut here, pid);
            bad |= failed(&here, &checks, outcome);
            run.push(pid, 1);
            labels.push(label(tried(&here, &checks, bad)));
        }
        let found = fate(&machine, &run, &checks, Limits::default(), &mut || true).expect("a run");
        assert_eq!(found.labels, labels, "program {number}: {run}");
        kinds.extend(found.letters().chars());
        for (way, passes) in [(&found.last_exit, true), (&found.last_danger, false)] {
            let Some(way) = way else { continue };
            let (mut there, mut bad) = (machine.clone(), !holds(&machine, &checks.always));
            for pid in way.schedule.each() {
                let outcome = turn(&mut there, pid);
                bad |= failed(&there, &checks, outcome);
            }
            assert_eq!(tried(&there, &checks, bad), (passes, !passes), "program {number}: {}", way.schedule);
        }
    }
    assert!(kinds.is_superset(&['.', 'm', 'L'].into()), "{kinds:?}");
}

#[test]
fn all_that_random_loads_could_read_is_what_trying_each_order_finds() {
    let mut dice = Dice(4);
    let mut several = 0;
    for number in 0..30 {
        let machine = start(&mut dice);
        let index = dice.roll(machine.tasks().len() as u64) as usize;
        let pid = machine.tasks()[index].pid;
        for left in 1..=4 {
            let mut expected = BTreeSet::new();
            read(&machine, index, left, &mut expected);
            let n = machine.tasks()[index].counters().turns + left;
            let found = could(&machine, None, (pid, n), Limits::default(), &mut || true).expect("a turn");
            assert!(found.exhausted);
            let loads = found.values.iter().filter_map(|value| match value.sees {
                Sees::Read { address, value: read, .. } => {
                    let loads = value.insn.is_some_and(|insn| insn.op.row().access.loads());
                    loads.then_some((value.pc, address, read))
                }
                _ => None,
            });
            assert_eq!(loads.collect::<BTreeSet<_>>(), expected, "program {number}: turn {n} of {pid}");
            several += usize::from(expected.len() > 1);
        }
    }
    assert!(several > 0, "some load reads one of several values");
}
