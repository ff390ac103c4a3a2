//! Classic programs with known answers, searched through all schedules.

use crate::explore::{SEND, asked, collecting, increments, machine, run, values};
use hsxray::explore::{Bounds, Checks, Draw, FailureKind, Options, Strategy};

/// A program with handles to two boxes in R8 and R9.
fn with_two(a: &str, b: &str, body: &str) -> String {
    let open =
        |label: &str, to: &str| format!("    LDI32 R1, {label}\n    LDI R2, 0\n    SVC 5, 0\n    MOV {to}, R1\n");
    format!(
        ".data\na: .asciz \"{a}\"\nb: .asciz \"{b}\"\n.align 4\nbuf: .word 0\n.text\n{}{}{body}    RET\n",
        open("a", "R8"),
        open("b", "R9")
    )
}

fn put(handle: &str) -> String {
    format!("    MOV R1, {handle}\n    LDI32 R2, buf\n    LDI R3, 4\n    LDI R4, 0\n    LDI R5, 0\n    SVC 5, 2\n")
}

fn take(handle: &str) -> String {
    format!(
        "    MOV R1, {handle}\n    LDI32 R2, buf\n    LDI R3, 4\n    LDI32 R4, 0xFFFF\n    LDI R5, 0\n    SVC 5, 3\n"
    )
}

/// Philosophers whose forks are messages in mailboxes. Each lays its own fork on the table first.
pub fn philosophers(n: usize, ordered: bool) -> Vec<String> {
    let one = |i: usize| {
        let (own, next) = (i, (i + 1) % n);
        let (first, second) = if ordered && next < own { ("R9", "R8") } else { ("R8", "R9") };
        let body = [put("R8"), take(first), take(second), put("R8"), put("R9")].concat();
        with_two(&format!("app:fork{own}"), &format!("app:fork{next}"), &body)
    };
    (0..n).map(one).collect()
}

#[test]
pub fn philosophers_who_take_the_left_fork_first_can_starve_together() {
    for n in [2, 3] {
        let report = run(&machine(&philosophers(n, false)), &Options { jobs: 2, ..Options::default() });
        assert!(report.exhausted(), "{n}: {:?}", report.bound);
        let kinds: Vec<FailureKind> = report.failures.keys().map(|f| f.kind).collect();
        assert_eq!(kinds, [FailureKind::Deadlock], "{n}: {:?}", report.failures.keys());
        for (failure, found) in &report.failures {
            assert_eq!(failure.detail.matches("waits for").count(), n, "each waits: {}", failure.detail);
            let mut copy = machine(&philosophers(n, false));
            found.schedule.run(&mut copy);
            assert!(copy.next().is_none() && copy.tasks().iter().all(|t| t.wait.is_some()), "{}", found.schedule);
        }
    }
}

#[test]
pub fn philosophers_who_take_the_lower_fork_first_always_eat() {
    for n in [2, 3] {
        let checks = Checks { returns: true, ..Checks::default() };
        let report = run(&machine(&philosophers(n, true)), &Options { jobs: 2, checks, ..Options::default() });
        assert!(report.exhausted() && report.failures.is_empty(), "{n}: {:?} {:?}", report.bound, report.failures);
    }
}

#[test]
fn a_bounded_buffer_hands_everything_over_in_order() {
    let bind = "    LDI32 R1, a\n    LDI R2, 16\n    LDI R3, 3\n    SVC 5, 1\n";
    let send = |n: u32| {
        format!(
            "send{n}:\n    LDI32 R2, buf\n    LDI R7, {n}\n    ST [R2+0], R7\n{}    LDI R6, 0\n    CMP R0, R6\n    JNZ send{n}\n",
            put("R8").replace("    LDI32 R2, buf\n", "")
        )
    };
    let producer = with_two("app:buffer", "app:buffer", &format!("{bind}{}", (1..=3).map(send).collect::<String>()));
    let keep = "    LDI32 R2, buf\n    LD R7, [R2+0]\n    LDI R6, 10\n    MUL R10, R10, R6\n    ADD R10, R10, R7\n";
    let consumer = with_two("app:buffer", "app:buffer", &format!("{}{keep}", take("R8")).repeat(3));
    let start = machine(&[producer, consumer]);
    let report = run(&start, &collecting(Strategy::Exhaustive, &["2.r10"]));
    assert!(report.exhausted(), "{:?}", report.bound);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert_eq!(report.collected.keys().map(|k| k.trim_start_matches('0')).collect::<Vec<_>>(), ["123"]);
}

#[test]
fn a_full_fan_out_box_drops_its_oldest_message_for_a_slow_reader() {
    let bind = "    LDI32 R1, a\n    LDI R2, 16\n    LDI R3, 0x1B\n    SVC 5, 1\n";
    let sends = (1..=2).map(|n| format!("    LDI R9, {n}\n{SEND}")).collect::<String>();
    let sender = with_two("shared:n", "shared:n", &format!("{bind}{sends}"));
    let keep = "    LDI32 R2, buf\n    LD R10, [R2+0]\n";
    let reader = with_two("shared:n", "shared:n", &format!("{}{keep}", take("R8")));
    let start = machine(&[sender, reader]);
    let reduced = run(&start, &collecting(Strategy::Exhaustive, &["2.r10", "2.r2"]));
    let bounds = Bounds { schedules: 200_000, ..Bounds::default() };
    let all = run(&start, &Options { bounds, ..collecting(Strategy::All, &["2.r10", "2.r2"]) });
    assert!(reduced.exhausted() && all.exhausted());
    assert_eq!(values(&reduced), values(&all));
    assert!(reduced.collected.len() >= 2, "the first message, or the second after a loss: {:?}", values(&reduced));
}

#[test]
fn schedules_drawn_by_chance_find_a_lost_update_and_claim_no_more() {
    let start = machine(&[increments(2), increments(2)]);
    for draw in [Draw::Even, Draw::Pct { depth: 2 }] {
        let bounds = Bounds { schedules: 400, ..Bounds::default() };
        let checks = Checks { finally: vec![asked("w[0x5000] == 4")], ..Checks::default() };
        let options = |seed| Options {
            strategy: Strategy::Sample(draw, seed),
            checks: checks.clone(),
            bounds,
            ..Options::default()
        };
        let report = run(&start, &options(1));
        assert_eq!((report.schedules, report.failures.len(), report.exhausted()), (400, 1, false), "{draw:?}");
        assert_eq!(report, run(&start, &options(1)), "the same seed draws the same");
        let (_, found) = report.failures.iter().next().expect("a failure");
        assert_eq!(found.schedule.switches(), 2, "made as short as can be");
    }
}

#[test]
fn different_ends_are_a_failure_where_all_are_to_be_the_same() {
    let checks = Checks { same: true, ..Checks::default() };
    let race =
        run(&machine(&[increments(1), increments(1)]), &Options { checks: checks.clone(), ..Options::default() });
    assert_eq!(race.failures.keys().map(|f| f.kind).collect::<Vec<_>>(), [FailureKind::Finally]);
    let apart = increments(1).replace("0x5000", "0x6000");
    let none = run(&machine(&[increments(1), apart]), &Options { checks, ..Options::default() });
    assert!(none.exhausted() && none.failures.is_empty(), "{:?}", none.failures);
}
