//! Searches over schedules: what reduction finds is what trying everything finds.

use hsxray::backend::{Local, Program};
use hsxray::executive::input::{Input, Load};
use hsxray::executive::{Config, Machine};
use hsxray::explore::{Bound, Bounds, Checks, FailureKind, Options, Report, ScopedExpr, Strategy, explore};
use hsxray::session::expr::Expr;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// A machine with a task for each source.
pub fn machine(sources: &[String]) -> Machine {
    let mut machine = Machine::new(Config::default());
    for source in sources {
        let read = &mut |_: &Path| Ok(source.as_bytes().to_vec());
        let made =
            hsxray::asm::assemble(&["t.mvasm".into()], &Default::default(), read).unwrap_or_else(|e| panic!("{e}"));
        let load = Load { stack: 64, ..Load::new(Arc::new(made.image)) };
        machine.apply(&Input::Load(load)).expect("room");
    }
    machine
}

pub fn asked(text: &str) -> ScopedExpr {
    ScopedExpr { expr: Expr::parse(text).expect("expression"), pid: Some(1) }
}

pub fn run(machine: &Machine, options: &Options) -> Report {
    explore(machine, options, &|_, _| true).expect("search")
}

pub fn values(report: &Report) -> BTreeSet<String> {
    report.collected.keys().cloned().collect()
}

/// `k` times load, add one, store to 0x5000, without a loop.
pub fn increments(k: usize) -> String {
    let body = "    LD R2, [R1+0]\n    LDI R3, 1\n    ADD R2, R2, R3\n    ST [R1+0], R2\n".repeat(k);
    format!(".text\n    LDI32 R1, 0x5000\n{body}    RET\n")
}

pub fn collecting(strategy: Strategy, texts: &[&str]) -> Options {
    Options { strategy, collect: texts.iter().map(|t| asked(t)).collect(), jobs: 1, ..Options::default() }
}

#[test]
fn a_lost_update_is_four_schedules_that_stand_for_all() {
    let machine = machine(&[increments(1), increments(1)]);
    let report = run(&machine, &collecting(Strategy::Exhaustive, &["w[0x5000]"]));
    assert!(report.exhausted());
    assert_eq!((report.schedules, report.equivalents), (4, Some(924)));
    let found: Vec<_> =
        report.collected.values().map(|(_, f)| (f.schedules, f.equivalents, f.schedule.switches())).collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found.iter().map(|(_, n, _)| n.expect("counted")).sum::<u128>(), 924);
    assert_eq!(found.iter().map(|(_, _, s)| *s).collect::<Vec<_>>(), [2, 1]);
    let all = run(&machine, &collecting(Strategy::Turns, &["w[0x5000]"]));
    assert_eq!((all.schedules, values(&all)), (924, values(&report)));
}

#[test]
fn k_increments_each_end_with_two_to_twice_k() {
    for k in 1..=3 {
        let machine = machine(&[increments(k), increments(k)]);
        let report = run(&machine, &collecting(Strategy::Exhaustive, &["w[0x5000]"]));
        let least = if k == 1 { 1 } else { 2 };
        let expected: Vec<String> = (least..=2 * k).map(|n| format!("{n:020}")).collect();
        assert_eq!(report.collected.keys().cloned().collect::<Vec<_>>(), expected, "k = {k}");
        assert!(report.exhausted());
    }
}

#[test]
fn orders_of_visible_steps_are_the_binomials() {
    for (ops, expected) in [(2usize, 6u64), (4, 70), (6, 924), (8, 12_870)] {
        let report = run(&machine(&[increments(ops / 2), increments(ops / 2)]), &collecting(Strategy::All, &[]));
        assert_eq!((report.schedules, report.exhausted()), (expected, true));
    }
}

/// Mailbox programs: open by name into R8, send, receive.
fn opened(name: &str, body: &str) -> String {
    format!(
        ".data\nname: .asciz \"{name}\"\nbuf: .word 0\n.text\n    LDI32 R1, name\n    LDI R2, 0\n    SVC 5, 0\n    MOV R8, R1\n{body}    RET\n"
    )
}

pub const SEND: &str =
    "    MOV R1, R8\n    LDI32 R2, buf\n    ST [R2+0], R9\n    LDI R3, 4\n    LDI R4, 0\n    LDI R5, 0\n    SVC 5, 2\n";
const RECV: &str =
    "    MOV R1, R8\n    LDI32 R2, buf\n    LDI R3, 4\n    LDI32 R4, 0xFFFF\n    LDI R5, 0\n    SVC 5, 3\n";

#[test]
fn a_message_race_is_seen_by_the_receiver() {
    let send = |n: u32| opened("app:box", &format!("    LDI R9, {n}\n{SEND}"));
    let take = "    LDI32 R2, buf\n    LD R10, [R2+0]\n";
    let receiver = opened("app:box", &format!("{RECV}{take}    MOV R11, R10\n{RECV}{take}"));
    let machine = machine(&[receiver, send(1), send(2)]);
    let report = run(&machine, &collecting(Strategy::Exhaustive, &["r11", "r10"]));
    assert!(report.exhausted() && report.failures.is_empty(), "{:?}", report.failures);
    let pairs: Vec<&String> = report.collected.keys().collect();
    assert_eq!(pairs.len(), 2, "{pairs:?}");
}

#[test]
fn two_who_wait_for_each_other_are_a_deadlock_in_every_schedule() {
    let each = |own: &str, other: &str| {
        format!(
            ".data\na: .asciz \"{own}\"\nb: .asciz \"{other}\"\nbuf: .word 0\n.text\n    LDI32 R1, a\n    LDI R2, 0\n    SVC 5, 0\n    MOV R8, R1\n    LDI32 R1, b\n    LDI R2, 0\n    SVC 5, 0\n    MOV R7, R1\n{RECV}    MOV R8, R7\n{SEND}    RET\n"
        )
    };
    let machine = machine(&[each("app:x", "app:y"), each("app:y", "app:x")]);
    let report = run(&machine, &Options { jobs: 1, ..Options::default() });
    let (failure, found) = report.failures.iter().next().expect("a failure");
    assert_eq!((failure.kind, report.failures.len()), (FailureKind::Deadlock, 1));
    assert_eq!(failure.detail, "1 waits for app:x; 2 waits for app:y");
    assert_eq!((found.schedules, found.schedule.switches()), (report.schedules, 1));
}

/// Peterson's lock around a load, add, store of 0x5008; flags at 0x5000 and 0x5004, turn at 0x500C.
fn peterson(me: u32, broken: bool) -> String {
    let (own, other) = (0x5000 + 4 * me, 0x5004 - 4 * me);
    let give = format!("    LDI R4, {}\n    ST [R3+0], R4\n", 1 - me);
    let want = "    LDI R5, 1\n    ST [R1+0], R5\n";
    let enter = if broken { format!("{give}{want}") } else { format!("{want}{give}") };
    format!(
        ".text\n    LDI32 R1, {own}\n    LDI32 R2, {other}\n    LDI32 R3, 0x500C\n    LDI32 R6, 0x5008\n    LDI R7, 0\n    LDI R9, {}\n{enter}wait:\n    LD R4, [R2+0]\n    CMP R4, R7\n    JZ in\n    LD R4, [R3+0]\n    CMP R4, R9\n    JZ wait\nin:\n    LD R8, [R6+0]\n    LDI R10, 1\n    ADD R8, R8, R10\n    ST [R6+0], R8\n    ST [R1+0], R7\n    RET\n",
        1 - me
    )
}

#[test]
fn petersons_lock_holds_and_the_broken_one_does_not() {
    let good = machine(&[peterson(0, false), peterson(1, false)]);
    let report = run(&good, &collecting(Strategy::Exhaustive, &["w[0x5008]"]));
    assert!(report.exhausted(), "a spinning wait is a finite number of states: {:?}", report.bound);
    assert_eq!(report.collected.len(), 1);
    let bad = machine(&[peterson(0, true), peterson(1, true)]);
    let mut options = collecting(Strategy::Exhaustive, &["w[0x5008]"]);
    options.checks.finally = vec![asked("w[0x5008] == 2")];
    let report = run(&bad, &options);
    assert_eq!((report.collected.len(), report.failures.len()), (2, 1));
}

#[test]
fn a_property_is_checked_in_every_state() {
    let machine = machine(&[increments(2), increments(2)]);
    let checks = Checks { always: vec![asked("w[0x5000] < 4")], ..Checks::default() };
    let report = run(&machine, &Options { checks, jobs: 1, ..Options::default() });
    let (failure, found) = report.failures.iter().next().expect("four is reached");
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::Always, "w[0x5000] < 4 is not true"));
    let mut copy = machine.clone();
    assert_eq!(found.schedule.run(&mut copy), found.schedule.turns());
    assert!(asked("w[0x5000] == 4").value(&copy).expect("value").truth());
    // One that looks into registers makes each instruction count.
    let checks = Checks { always: vec![asked("1.r2 + 2.r2 < 7")], ..Checks::default() };
    assert_eq!(run(&machine, &Options { checks, jobs: 1, ..Options::default() }).failures.len(), 1);
}

/// `k` times load, add one, store to a word of its own.
fn own_counter(i: usize, k: usize) -> String {
    increments(k).replace("0x5000", &format!("{:#x}", 0x5000 + 4 * i))
}

#[test]
fn tasks_that_share_nothing_are_run_in_one_order() {
    let start = machine(&(0..8).map(|i| own_counter(i, 2)).collect::<Vec<_>>());
    let options = Options { jobs: 1, uncounted: true, ..Options::default() };
    let report = run(&start, &options);
    assert!(report.exhausted() && report.steps <= 64, "{} steps", report.steps);
    assert_eq!(report.schedules, 1);
    let start = machine(&(0..4).map(|i| own_counter(i, 2)).collect::<Vec<_>>());
    let all = run(&start, &Options { all_states: true, ..options });
    assert_eq!((all.exhausted(), all.states), (true, 5u64.pow(4) - 1), "each but the last");
}

#[test]
fn one_writer_among_readers_takes_as_many_steps_as_there_are_readers_orders() {
    let writer = ".text\n    LDI32 R1, 0x5000\n    LDI R2, 1\n    ST [R1+0], R2\n    RET\n".to_owned();
    let reader = ".text\n    LDI32 R1, 0x5000\n    LD R2, [R1+0]\n    RET\n".to_owned();
    let start = machine(&std::iter::once(writer).chain(vec![reader; 11]).collect::<Vec<_>>());
    let report = run(&start, &Options { jobs: 1, uncounted: true, ..Options::default() });
    assert_eq!((report.exhausted(), report.schedules), (true, 2048));
    assert!(report.steps <= 15_359, "{} steps", report.steps);
}

#[test]
fn a_task_that_learns_late_where_another_stores_is_not_left_out() {
    // The first one stores where the second tells it to, which it does only after the third one has written.
    let follows = ".text\n    LDI32 R1, 0x5000\n    LD R2, [R1+0]\n    LDI R3, 7\n    LDI R4, 0\n    CMP R2, R4\n    JZ over\n    ST [R2+0], R3\nover:\n    RET\n";
    let tells = ".text\n    LDI32 R1, 0x5008\n    LD R2, [R1+0]\n    LDI R4, 0\n    CMP R2, R4\n    JZ over\n    LDI32 R1, 0x5000\n    LDI32 R2, 0x5010\n    ST [R1+0], R2\nover:\n    RET\n";
    let sets = ".text\n    LDI32 R1, 0x5008\n    LDI R2, 1\n    ST [R1+0], R2\n    LDI32 R1, 0x5010\n    LD R5, [R1+0]\n    RET\n";
    for order in [[follows, tells, sets], [sets, follows, tells], [tells, sets, follows]] {
        let start = machine(&order.map(str::to_owned));
        let texts = ["w[0x5010]", "1.r5", "2.r5", "3.r5"];
        let few = run(&start, &collecting(Strategy::Exhaustive, &texts));
        let all = run(&start, &Options { all_states: true, ..collecting(Strategy::Exhaustive, &texts) });
        assert_eq!((few.exhausted(), values(&few)), (true, values(&all)));
    }
}

#[test]
fn a_fault_beside_a_task_that_spins_for_ever_is_found() {
    let spins = ".text\n    LDI32 R1, 0x5000\nagain:\n    LD R2, [R1+0]\n    JMP again\n".to_owned();
    let faults =
        ".text\n    LDI32 R1, 0x5004\n    LD R2, [R1+0]\n    LDI R3, 0\n    DIV R2, R2, R3\n    RET\n".to_owned();
    for sources in [[spins.clone(), faults.clone()], [faults, spins]] {
        let report = run(&machine(&sources), &Options { jobs: 1, ..Options::default() });
        assert_eq!(report.failures.keys().map(|f| f.kind).collect::<Vec<_>>(), [FailureKind::Fault]);
        assert!(report.exhausted());
    }
}

#[test]
fn mailboxes_are_told_apart_by_name_until_a_task_asks_for_a_number() {
    let opens = |name: &str| opened(name, "    LDI R2, 0\n");
    let start = machine(&[opens("app:a"), opens("app:b"), opens("app:c")]);
    let report = run(&start, &Options { jobs: 1, ..Options::default() });
    assert!(report.exhausted() && report.schedules == 1, "{} schedules", report.schedules);
    // The number that BIND gives depends on the order of opening.
    let binds = |name: &str| {
        let bind = "    LDI32 R1, name\n    LDI R2, 16\n    LDI R3, 3\n    SVC 5, 1\n    MOV R9, R1\n    MOV R8, R1\n";
        opened(name, bind)
    };
    let start = machine(&[binds("app:a"), binds("app:b")]);
    let all = run(&start, &collecting(Strategy::All, &["1.r9", "2.r9"]));
    let reduced = run(&start, &collecting(Strategy::Exhaustive, &["1.r9", "2.r9"]));
    assert_eq!((all.exhausted(), values(&all).len()), (true, 2));
    assert_eq!(values(&reduced), values(&all));
}

#[test]
fn a_step_that_is_taken_back_leaves_no_trace_in_the_machine() {
    use hsxray::explore::{Rules, World};
    let waits = opened("app:t", &RECV.replace("LDI32 R4, 0xFFFF", "LDI R4, 1"));
    let sleeps =
        opened("app:t", &format!("    LDI R0, 1\n    SVC 6, 0\n    LDI R9, 7\n{SEND}    PUSH R9\n    POP R7\n"));
    let divides =
        ".text\n    LDI32 R1, 0x5000\n    ST [R1+0], R1\n    LDI R2, 0\n    DIV R3, R1, R2\n    RET\n".to_owned();
    let start = machine(&[waits, sleeps, divides]);
    for rules in [
        Rules { total: true, hashed: true, ..Rules::default() },
        Rules { total: true, hashed: true, clocked: true, ..Rules::default() },
    ] {
        let mut world = World::new(&start, rules);
        world.lead().expect("the rules hold");
        let now = |world: &World| {
            let machine = world.machine();
            let contexts = machine.tasks().iter().map(|t| (t.context, t.bank.clone(), t.state, t.wait.clone()));
            let boxes = machine.mailboxes().clone();
            (machine.ram().bytes().to_vec(), contexts.collect::<Vec<_>>(), boxes, world.key(), world.ready())
        };
        let mut states = Vec::new();
        for step in 0..300usize {
            let ready: Vec<usize> = (0..3).filter(|i| world.ready() >> i & 1 != 0).collect();
            if ready.is_empty() || step % 7 == 6 {
                // Back by some steps; each state is the one it was.
                for _ in 0..(step % 5 + 1).min(states.len()) {
                    world.undo();
                    assert!(states.pop() == Some(now(&world)), "step {step}");
                }
                continue;
            }
            states.push(now(&world));
            world.step(ready[(step * step / 3) % ready.len()]).expect("the rules hold");
        }
        while let Some(expected) = states.pop() {
            world.undo();
            assert!(expected == now(&world));
        }
    }
}

/// A task that sleeps for a millisecond, and then reaches a BRK.
const SLEEPER: &str = ".text\n    LDI R0, 1\n    SVC 6, 0\n    BRK 1\n    RET\n";

#[test]
fn a_search_that_begins_while_a_task_sleeps_finds_what_it_does_afterwards() {
    let awake = ".text\n    LDI R3, 1\n    RET\n".to_owned();
    for sources in [vec![SLEEPER.to_owned()], vec![SLEEPER.to_owned(), awake]] {
        for strategy in [Strategy::Exhaustive, Strategy::All, Strategy::Turns, Strategy::Preemptions(9)] {
            let mut machine = machine(&sources);
            (0..2).for_each(|_| assert!(machine.turn_of(1).is_ok()));
            let report = run(&machine, &collecting(strategy, &[]));
            let kinds: Vec<FailureKind> = report.failures.keys().map(|f| f.kind).collect();
            assert_eq!((kinds, report.exhausted()), (vec![FailureKind::Brk], true), "{strategy:?}");
            let (_, found) = report.failures.iter().next().expect("one");
            assert_eq!(found.schedule.run(&mut machine), found.schedule.turns(), "{}", found.schedule);
        }
    }
}

#[test]
fn a_search_that_begins_while_a_receive_has_a_time_limit_finds_both_ends() {
    let waits = opened("app:t", &RECV.replace("LDI32 R4, 0xFFFF", "LDI R4, 1"));
    let sends = opened("app:t", &format!("    LDI R9, 7\n{SEND}"));
    let mut machine = machine(&[waits, sends]);
    while machine.is_ready(0) {
        machine.turn_of(1).expect("a turn");
    }
    let expected = values(&run(&machine, &collecting(Strategy::Turns, &["1.r0"])));
    assert_eq!(values(&run(&machine, &collecting(Strategy::Exhaustive, &["1.r0"]))), expected);
}

/// Spins until the word at 0x5000 is not 0.
const SPIN: &str =
    ".text\n    LDI32 R1, 0x5000\n    LDI R2, 0\nagain:\n    LD R3, [R1+0]\n    CMP R3, R2\n    JZ again\n    RET\n";
const RELEASE: &str = ".text\n    LDI32 R1, 0x5000\n    LDI R2, 1\n    ST [R1+0], R2\n    RET\n";

#[test]
fn a_property_of_the_clock_or_of_counters_is_not_lost_where_states_are_taken_for_one_another() {
    let machine = machine(&[SPIN.into(), RELEASE.into()]);
    for text in ["turn < 40", "time < 40", "1.turns < 30", "1.TURNS < 30", "2.switches < 3"] {
        for (always, finally) in [(vec![asked(text)], vec![]), (vec![], vec![asked(text)])] {
            let checks = Checks { always, finally, ..Checks::default() };
            let bounds = Bounds { turns: 60, ..Bounds::default() };
            let report = run(&machine, &Options { checks, bounds, jobs: 1, ..Options::default() });
            assert_eq!(report.failures.len(), 1, "{text}: {:?}", report.bound);
        }
    }
}

#[test]
fn each_broken_property_is_reported_also_where_another_is_broken() {
    let machine = machine(&[increments(1), increments(1)]);
    let always = vec![asked("w[0x5000] < 2"), asked("w[0x5000] != 2"), asked("w[0x5000] < 3")];
    let checks = Checks { always, ..Checks::default() };
    let report = run(&machine, &Options { checks, jobs: 1, ..Options::default() });
    assert_eq!(report.failures.len(), 2, "{:?}", report.failures.keys());
}

#[test]
fn states_with_different_handles_to_come_are_different() {
    // Opens and closes a mailbox if the word is still 0; the number of the next handle shows it.
    let opens = ".data\nname: .asciz \"app:x\"\n.text\n    LDI32 R1, 0x5000\n    LD R3, [R1+0]\n    LDI R2, 0\n    CMP R3, R2\n    JNZ over\n    LDI32 R1, name\n    SVC 5, 0\n    SVC 5, 6\nover:\n    LDI R0, 0\n    LDI R3, 0\n    LDI32 R1, 0x5004\n    LD R4, [R1+0]\n    LDI32 R1, name\n    SVC 5, 0\n    RET\n";
    let machine = machine(&[opens.into(), RELEASE.into()]);
    let all = run(&machine, &collecting(Strategy::Turns, &["1.r1"]));
    assert_eq!((all.exhausted(), values(&all).len()), (true, 2));
    assert_eq!(values(&run(&machine, &collecting(Strategy::Exhaustive, &["1.r1"]))), values(&all));
}

#[test]
fn a_task_that_asks_for_its_steps_tells_apart_what_a_property_of_registers_does_not() {
    let counts = ".text\n    LDI32 R1, 0x5000\n    LD R3, [R1+0]\n    LDI R2, 0\n    CMP R3, R2\n    JNZ over\n    LDI R5, 0\n    LDI R5, 0\nover:\n    LDI R5, 0\n    LDI R3, 0\n    CMP R3, R2\n    LD R4, [R1+4]\n    SVC 0, 0\n    RET\n";
    let machine = machine(&[counts.into(), RELEASE.into()]);
    let all = run(&machine, &collecting(Strategy::Turns, &["1.r0"]));
    assert_eq!((all.exhausted(), values(&all).len()), (true, 2));
    let mut options = collecting(Strategy::Exhaustive, &["1.r0"]);
    options.checks.always = vec![asked("2.r9 == 0")];
    assert_eq!(values(&run(&machine, &options)), values(&all));
}

#[test]
fn a_failure_in_the_middle_is_counted_once_for_each_order_it_happens_in() {
    // A BRK on one way, and a task that goes on beside it.
    let breaks = ".text\n    LDI32 R1, 0x5000\n    LD R3, [R1+0]\n    LDI R2, 0\n    CMP R3, R2\n    JZ over\n    BRK 3\nover:\n    RET\n";
    let machine = machine(&[breaks.into(), RELEASE.into()]);
    let all = run(&machine, &collecting(Strategy::Turns, &[]));
    let reduced = run(&machine, &collecting(Strategy::Exhaustive, &[]));
    let of = |report: &Report| report.failures.values().map(|f| (f.schedules, f.equivalents)).collect::<Vec<_>>();
    let [(runs, Some(orders))] = of(&all)[..] else { panic!("{:?}", of(&all)) };
    assert!(u128::from(runs) == orders && orders < all.equivalents.expect("counted"), "{runs} {orders}");
    assert_eq!((all.schedules.into(), Some(orders)), (all.equivalents.expect("counted"), all.failing));
    assert_eq!((reduced.failing, of(&reduced)[0].1), (Some(orders), Some(orders)));
}

#[test]
fn a_spinning_lock_is_searched_in_a_few_steps_and_its_endless_orders_are_not_counted() {
    let report = run(&machine(&[peterson(0, false), peterson(1, false)]), &Options { jobs: 1, ..Options::default() });
    assert!(report.exhausted() && report.steps < 1000, "{} steps", report.steps);
    assert_eq!((report.equivalents, report.failing), (None, None));
}

#[test]
fn a_brk_is_reported_where_it_stands_also_if_its_task_continues_by_itself() {
    let breaks = ".text\n    LDI32 R1, 0x5000\n    BRK 1\n    LDI R2, 1\n    ST [R1+0], R2\n    RET\n".to_owned();
    let report = run(&machine(&[breaks]), &Options { jobs: 1, all_states: true, ..Options::default() });
    let details: Vec<&str> = report.failures.keys().map(|failure| failure.detail.as_str()).collect();
    assert_eq!(details.len(), 1, "{details:?}");
    assert!(details[0].ends_with(" at 0x0008"), "{details:?}");
}

#[test]
fn the_shortest_schedule_leaves_a_task_that_runs_for_ever_by_itself_alone() {
    let spins = ".text\nforever:\n    JMP forever\n".to_owned();
    let breaks = ".text\n    LDI R1, 1\n    BRK 2\n    RET\n".to_owned();
    for (sources, uncounted) in [([spins.clone(), breaks.clone()], false), ([breaks, spins], true)] {
        let options = Options { jobs: 1, uncounted, ..Options::default() };
        let report = run(&machine(&sources), &options);
        let (_, found) = report.failures.iter().next().expect("the BRK");
        let fewest = if uncounted { None } else { Some(2) };
        assert_eq!((found.turns, found.schedule.switches()), (fewest, 0), "{}", found.schedule);
        assert_eq!(found.schedule.turns(), 2);
    }
}

#[test]
fn a_wake_by_timeout_and_a_message_race_in_time() {
    let waits = opened("app:t", &RECV.replace("LDI32 R4, 0xFFFF", "LDI R4, 1"));
    let late = opened("app:t", &format!("    LDI R0, 1\n    SVC 6, 0\n    LDI R9, 7\n{SEND}"));
    let machine = machine(&[waits, late]);
    let report = run(&machine, &collecting(Strategy::Exhaustive, &["1.r0"]));
    assert!(report.exhausted());
    let all = run(&machine, &collecting(Strategy::Turns, &["1.r0"]));
    assert_eq!(values(&report), values(&all));
}

#[test]
fn bounds_are_reported_and_nothing_more_is_claimed() {
    let machine = machine(&[increments(4), increments(4), increments(4)]);
    let with = |bounds| run(&machine, &Options { bounds, strategy: Strategy::All, jobs: 1, ..Options::default() });
    let report = with(Bounds { schedules: 10, ..Bounds::default() });
    assert_eq!((report.schedules, report.bound), (10, Some(Bound::Schedules)));
    let bounds = Bounds { schedules: 10, ..Bounds::default() };
    let two = run(&machine, &Options { bounds, jobs: 2, uncounted: true, ..Options::default() });
    assert_eq!((two.schedules, two.bound), (10, Some(Bound::Schedules)), "of all threads together");
    // One that meets its bound of turns first still ends at the other.
    let bounds = Bounds { turns: 30, steps: 100, ..Bounds::default() };
    let options = Options { bounds, strategy: Strategy::Preemptions(9), ..Options::default() };
    assert!(run(&machine, &options).steps <= 100);
    let report = with(Bounds { turns: 20, ..Bounds::default() });
    assert_eq!(report.bound, Some(Bound::Turns));
    let bounds = Bounds { bytes: 10_000, ..Bounds::default() };
    let full = run(&machine, &Options { bounds, uncounted: true, jobs: 1, ..Options::default() });
    assert_eq!(full.bound, Some(Bound::Memory));
    let options = Options { strategy: Strategy::Preemptions(1), jobs: 1, ..Options::default() };
    assert_eq!(run(&machine, &options).bound, Some(Bound::Preemptions));
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let machine = machine(&[increments(3), increments(3), increments(3)]);
    let options = |jobs| Options { jobs, all_states: true, ..collecting(Strategy::Exhaustive, &["w[0x5000]"]) };
    let (one, two) = (run(&machine, &options(1)), run(&machine, &options(2)));
    assert!(one.exhausted() && two.exhausted());
    assert_eq!((values(&one), one.equivalents), (values(&two), two.equivalents));
}

/// Small programs that share a few words and two mailboxes.
fn operation() -> impl Strategy_<Value = String> {
    prop_oneof![
        (0u32..3, 1u32..5).prop_map(|(w, n)| format!("    LDI R2, {n}\n    ST [R1+{}], R2\n", 4 * w)),
        (0u32..3).prop_map(|w| format!("    LD R3, [R1+{}]\n    ADD R4, R4, R3\n", 4 * w)),
        (0u32..3).prop_map(|w| format!(
            "    LD R3, [R1+{}]\n    LDI R2, 1\n    ADD R3, R3, R2\n    ST [R1+{}], R3\n",
            4 * w,
            4 * w
        )),
        (0u32..3).prop_map(|w| format!("    STB [R1+{}], R4\n", 4 * w + 1)),
        Just("    PUSH R4\n    POP R5\n".to_owned()),
        Just("    DIV R5, R3, R4\n".to_owned()),
        Just("SEND".to_owned()),
        Just("POLL".to_owned()),
        Just("RECV".to_owned()),
    ]
}

use proptest::strategy::Strategy as Strategy_;

pub fn program() -> impl Strategy_<Value = String> {
    proptest::collection::vec(operation(), 1..3).prop_map(|ops| {
        let boxes = ops.iter().any(|op| op.len() == 4);
        let poll = RECV.replace("LDI32 R4, 0xFFFF", "LDI R4, 0");
        let body: String = ops
            .iter()
            .map(|op| match op.as_str() {
                "SEND" => SEND.replace("R9", "R10"),
                "POLL" => poll.clone(),
                "RECV" => RECV.to_owned(),
                plain => plain.to_owned(),
            })
            .map(|text| {
                if text.contains("SVC") {
                    format!("    MOV R13, R4\n{text}    LDI32 R1, 0x5000\n    ADD R13, R13, R0\n")
                } else {
                    text
                }
            })
            .collect();
        let head = "    LDI32 R1, 0x5000\n";
        match boxes {
            true => opened("app:z", &format!("{head}{body}")),
            false => format!(".text\n{head}{body}    RET\n"),
        }
    })
}

proptest! {
    #![proptest_config(crate::support::cases(24))]

    #[test]
    fn reduction_never_misses_an_end_that_trying_everything_finds(sources in proptest::collection::vec(program(), 2..3)) {
        let machine = machine(&sources);
        let texts = ["w[0x5000]", "w[0x5004]", "w[0x5008]", "1.r4", "2.r4", "1.r3", "2.r3", "1.r13", "2.r13", "1.r0", "2.r0", "1.pc", "2.pc"];
        let reduced = run(&machine, &collecting(Strategy::Exhaustive, &texts));
        let bounds = Bounds { schedules: 10_000, ..Bounds::default() };
        let all = run(&machine, &Options { bounds, ..collecting(Strategy::Turns, &texts) });
        prop_assert!(reduced.exhausted());
        if all.exhausted() {
            prop_assert_eq!(values(&reduced), values(&all));
            let kinds = |r: &Report| r.failures.keys().cloned().collect::<Vec<_>>();
            prop_assert_eq!(kinds(&reduced), kinds(&all));
            if let Some(counted) = reduced.equivalents {
                prop_assert_eq!(counted, u128::from(all.schedules));
            }
        } else {
            prop_assert!(values(&reduced).is_superset(&values(&all)));
        }
        // Every state, without persistent sets.
        let every = run(&machine, &Options { all_states: true, uncounted: true, ..collecting(Strategy::Exhaustive, &texts) });
        prop_assert_eq!(values(&every), values(&reduced));
        prop_assert!(every.failures.keys().eq(reduced.failures.keys()));
        // On two threads, without counting.
        let once = run(&machine, &Options { jobs: 2, all_states: true, uncounted: true, ..collecting(Strategy::Exhaustive, &texts) });
        prop_assert_eq!(values(&once), values(&reduced));
        for (failure, found) in &reduced.failures {
            let mut copy = machine.clone();
            prop_assert_eq!(found.schedule.run(&mut copy), found.schedule.turns(), "{:?} {}", failure, found.schedule);
        }
    }
}

fn hsxray(arguments: &[&str]) -> (i32, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"));
    let output = command.args(arguments).current_dir(crate::support::project("")).output().expect("runs");
    (output.status.code().expect("a status"), String::from_utf8_lossy(&output.stdout).into_owned())
}

const LOST: [&str; 2] = ["assets/programs/lost-update/first.mvasm", "assets/programs/lost-update/second.mvasm"];

#[test]
fn the_command_line_reports_failures_and_records_them() {
    let directory = tempfile::tempdir().expect("directory");
    let out = directory.path().to_str().expect("UTF-8");
    let finally = ["--finally", "w[0x5000] == 2", "--collect", "w[0x5000]", "--json", "--out", out];
    let (status, text) = hsxray(&[&["explore"], &LOST[..], &finally].concat());
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((status, &report["exhausted"], &report["bound"]), (1, &true.into(), &serde_json::Value::Null));
    assert_eq!((&report["schedules"], &report["equivalents"]), (&4.into(), &"924".into()));
    let failure = &report["failures"][0];
    assert_eq!((&failure["kind"], &failure["switches"], &failure["turns"]), (&"finally".into(), &2.into(), &12.into()));
    assert_eq!(failure["turning"]["turn"], failure["schedule"][0][1], "it is the first switch");
    assert_eq!(failure["last_exit"]["turn"], 5, "the guess is not the last exit");
    // The recording opens at the failure, which is there.
    let recording = failure["recording"].as_str().expect("a path");
    let (status, text) = hsxray(&["batch", recording, "-e", "info", "-e", "print w[0x5000]"]);
    assert!(status == 0 && text.contains("turn 12") && text.contains("w[0x5000] = 1\n"), "{text}");
    let values: Vec<_> =
        report["collected"].as_array().expect("rows").iter().map(|r| (&r["values"], &r["equivalents"])).collect();
    assert_eq!(values, [(&serde_json::json!([1]), &"850".into()), (&serde_json::json!([2]), &"74".into())]);
    let (status, text) = hsxray(&[&["explore", "--no-recordings"], &LOST[..]].concat());
    assert!(status == 0 && text.starts_with("exhausted: every schedule is covered"), "{text}");
    let (status, text) = hsxray(&[&["explore", "--preemptions", "0"], &LOST[..]].concat());
    assert!(status == 3 && text.starts_with("not exhausted (preemptions)"), "{text}");
    assert_eq!(hsxray(&[&["explore", "--always", "r77"], &LOST[..]].concat()).0, 2);
}

#[test]
fn a_search_in_a_session_opens_what_it_finds_as_a_branch() {
    use hsxray::backend::Want;
    use hsxray::ui::{self, App, PaneId, Theme, picture};
    let mut target = hsxray::demo::target("lost-update").expect("demo");
    let mut run = |line: &str| {
        let words = hsxray::command::split(line).expect("line").remove(0);
        hsxray::command::execute(&mut target, Some(1), words).map(|r| (r.text, r.json))
    };
    assert!(run("explore").is_err(), "nothing was begun");
    run("explore start collect 'w[0x5000]' finally 'w[0x5000] == 2'").expect("starts");
    let (text, json) = run("explore wait").expect("ends");
    assert!(text.starts_with("exhausted: every schedule is covered"), "{text}");
    assert_eq!((json["found"].as_array().map(Vec::len), &json["exhausted"]), (Some(3), &true.into()));
    assert!(run("explore open 4").is_err());
    for (size, name) in [((40, 24), "40"), ((120, 40), "120")] {
        let mut app = App::new(size);
        let now = target.look(&Want::default());
        let now = ui::press(&mut app, &mut target, "g e z", now).expect("keys");
        let shown = picture::text(&ui::render(&now, &app.view, &Theme::default(), size));
        let content: Vec<&str> = shown.lines().skip(1).take(7).collect();
        crate::support::snapshot(&format!("pane-explore-{name}"), &content.join("\n"));
    }
    let mut app = App::new((120, 40));
    let now = target.look(&Want::default());
    let now = ui::press(&mut app, &mut target, "g e Enter", now).expect("keys");
    assert_eq!((app.view.layout.focus, now.turn), (PaneId::Explore, 12));
    assert!(
        app.view
            .notices
            .message
            .contains("the last exit: avoidable until turn 6 of this schedule: 2 reads [0x5000] there"),
        "{}",
        app.view.notices.message
    );
    let machine = target.machine();
    assert_eq!(machine.peek(&machine.tasks()[0], 0x5000, 1), [1], "the update that was lost");
    // The other end, from where the search began.
    let words = hsxray::command::split("explore open 3").expect("line").remove(0);
    hsxray::command::execute(&mut target, Some(1), words).expect("opens");
    let machine = target.machine();
    assert_eq!((machine.turns(), machine.peek(&machine.tasks()[0], 0x5000, 1)), (12, vec![2]));
    assert_eq!(target.session().branches().len(), 3, "the find, the run that passes beside it, and the other end");
}

#[test]
fn a_search_reports_about_how_much_is_done_and_can_be_stopped() {
    use std::sync::Mutex;
    let machine = machine(&[increments(4), increments(4), increments(2)]);
    let parts = Mutex::new(Vec::new());
    let look = |_: &Report, part: Option<f64>| {
        parts.lock().expect("whole").push(part.expect("it can be said"));
        true
    };
    let options = |jobs| Options { jobs, uncounted: true, strategy: Strategy::Exhaustive, ..Options::default() };
    for jobs in [1, 2] {
        explore(&machine, &options(jobs), &look).expect("search");
    }
    let parts = parts.into_inner().expect("whole");
    assert!(!parts.is_empty() && parts.iter().all(|p| (0.0..=1.0).contains(p)), "{parts:?}");
    let stopped = explore(&machine, &options(2), &|_, _| false).expect("search");
    assert_eq!((stopped.bound, stopped.exhausted()), (Some(Bound::Stopped), false));
}

#[test]
fn a_recording_of_a_failure_says_what_failed_and_marks_the_switch_that_matters() {
    let directory = tempfile::tempdir().expect("directory");
    let out = directory.path().display().to_string();
    let (code, text) = hsxray(&[&["explore"], &LOST[..], &["--finally", "w[0x5000] == 2", "--out", &out]].concat());
    assert_eq!(code, 1, "{text}");
    let file = std::fs::read_dir(directory.path()).expect("there").map(|entry| entry.expect("entry").path());
    let file = file.filter(|path| path.extension().is_some_and(|e| e == "hsxrec")).min().expect("a recording");
    let mut opened = hsxray::backend::Local::open(&file).expect("opens");
    let failure = opened.failure.clone().expect("it says what failed");
    assert!(failure.contains("w[0x5000] == 2 is not true"), "{failure}");
    assert!(failure.ends_with("another choice passes: goto switch"), "{failure}");
    // From there another choice passes: the run went wrong by what it did next.
    let end = opened.machine().turns();
    crate::support::run(&mut opened, "goto switch");
    assert!(opened.machine().turns() < end);
    let ends_well = |opened: &mut hsxray::backend::Local, pid: u16| {
        crate::support::run(opened, &format!("goto switch; step 100 -p {pid}; run"));
        crate::support::run(opened, "print w[0x5000]")["value"] == 2
    };
    assert!([1, 2].into_iter().any(|pid| ends_well(&mut opened, pid)), "{failure}");
    // The line mode says it as well.
    let plain = std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"))
        .args(["--plain", file.to_str().expect("text")])
        .stdin(std::process::Stdio::null())
        .output()
        .expect("runs");
    assert!(String::from_utf8_lossy(&plain.stdout).contains("Recorded failure: "));
}

/// Opens a mailbox, and ends.
const OPENS: &str = ".entry start\n.text\nstart:\n    LDI32 R1, name\n    LDI R2, 0\n    SVC 5, 0\n    RET\n.data\nname:\n    .asciz \"app:late\"\n";

#[test]
fn a_property_may_name_a_mailbox_that_is_opened_later() {
    let mut target = Local::new("late", Config::default(), Default::default());
    let program = Program::builtin("late", OPENS).expect("assembles");
    target.load(Arc::new(program), Default::default()).expect("loads");
    let mut search = |property: &str| {
        crate::support::run(&mut target, &format!("explore start {property}; explore wait")).to_string()
    };
    let held = search("always app:late.depth < 1");
    assert!(held.contains("\"found\":[]"), "{held}");
    let broken = search("always app:late.capacity < 1");
    assert!(broken.contains("app:late.capacity < 1 is not true"), "{broken}");
    // What must hold at the end does not if it has never come.
    let never = search("finally app:never.depth == 0");
    assert!(never.contains("there is no mailbox app:never"), "{never}");
}
