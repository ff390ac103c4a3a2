//! Tasks that nothing can tell apart: a search that takes them for one another finds all that happens to each of them.

use crate::explore::{asked, collecting, increments, machine, run, values};
use hsxray::executive::Machine;
use hsxray::explore::{Bounds, Checks, FailureKind, Options, Report, Strategy};
use proptest::prelude::*;
use proptest::strategy::Strategy as Draw;

/// A search that enters every state, with a table of states, and does not count.
fn every(options: Options) -> Options {
    Options { all_states: true, uncounted: true, ..options }
}

fn apart(options: &Options) -> Options {
    Options { tell_apart: true, ..options.clone() }
}

fn failures(report: &Report) -> Vec<String> {
    report.failures.keys().map(|failure| format!("{} {}", failure.kind.name(), failure.detail)).collect()
}

/// That each failure happens at the end of its schedule.
fn replays(machine: &Machine, checks: &Checks, report: &Report) {
    for (failure, found) in &report.failures {
        let ran = hsxray::explore::along(machine, checks, &found.schedule, &|other| other == failure);
        assert_eq!(ran.failure.as_ref(), Some(failure), "{}", found.schedule);
    }
}

#[test]
fn one_state_stands_for_all_that_differ_in_the_places_of_equal_tasks() {
    let start = machine(&[increments(3), increments(3), increments(3)]);
    let options = every(collecting(Strategy::Exhaustive, &["w[0x5000]"]));
    let (alike, told) = (run(&start, &options), run(&start, &apart(&options)));
    assert_eq!((alike.exhausted(), values(&alike)), (true, values(&told)));
    assert!(5 * alike.states < told.states, "{} of {} states", alike.states, told.states);
    assert!(5 * alike.steps < told.steps, "{} of {} steps", alike.steps, told.steps);
}

#[test]
fn what_one_of_equal_tasks_can_do_wrong_each_of_them_can() {
    // The one that finds 1 divides by zero.
    let source = ".text\n    LDI32 R1, 0x5000\n    LD R2, [R1+0]\n    LDI R3, 1\n    ADD R4, R2, R3\n    ST [R1+0], R4\n    SUB R2, R2, R3\n    DIV R5, R3, R2\n    RET\n";
    let start = machine(&vec![source.to_owned(); 3]);
    let options = every(Options { jobs: 1, ..Options::default() });
    let report = run(&start, &options);
    assert_eq!(report.failures.keys().map(|f| f.kind).collect::<Vec<_>>(), [FailureKind::Fault; 3]);
    assert_eq!(failures(&report), failures(&run(&start, &apart(&options))));
    replays(&start, &options.checks, &report);
}

#[test]
fn races_between_equal_tasks_are_found_between_each_two_of_them() {
    let start = machine(&vec![increments(1); 3]);
    let checks = Checks { norace: true, ..Checks::default() };
    let options = every(Options { checks, jobs: 1, ..Options::default() });
    let report = run(&start, &options);
    assert_eq!(failures(&report), failures(&run(&start, &apart(&options))));
    assert!(report.failures.len() > 3, "load and store of each two");
    replays(&start, &options.checks, &report);
}

#[test]
fn tasks_whose_differences_show_are_told_apart() {
    let states = |source: &str, options: Options| {
        let start = machine(&vec![source.to_owned(); 2]);
        let (alike, told) = (run(&start, &options), run(&start, &apart(&options)));
        (alike.states == told.states, alike.rules.names().contains(&"named"))
    };
    let collecting = |text: &str| every(collecting(Strategy::Exhaustive, &[text]));
    assert_eq!(states(&increments(2), collecting("w[0x5000]")), (false, false));
    // An expression that looks at one of them.
    assert_eq!(states(&increments(2), collecting("1.r2")), (true, true));
    // An address that is each one's own.
    let address = increments(2).replace("    RET\n", "    ST [R1+4], R15\n    RET\n");
    assert_eq!(states(&address, collecting("w[0x5004]")), (true, false));
    // A message says who has sent it.
    let sends = format!(
        ".data\nname: .asciz \"app:box\"\nbuf: .word 0\n.text\n    LDI32 R1, name\n    LDI R2, 0\n    SVC 5, 0\n    MOV R8, R1\n{}    RET\n",
        crate::explore::SEND
    );
    assert_eq!(states(&sends, collecting("w[0x5000]")), (true, true));
}

/// Operations on three words that all tasks share.
fn operation() -> impl Draw<Value = String> {
    let word = || (0u32..3).prop_map(|word| 4 * word);
    prop_oneof![
        3 => (word(), 1u32..4).prop_map(|(at, n)| format!("    LDI R2, {n}\n    ST [R1+{at}], R2\n")),
        3 => word().prop_map(|at| format!("    LD R3, [R1+{at}]\n    ADD R4, R4, R3\n")),
        3 => word().prop_map(|at| format!("    LD R3, [R1+{at}]\n    LDI R2, 1\n    ADD R3, R3, R2\n    ST [R1+{at}], R3\n")),
        1 => word().prop_map(|at| format!("    STB [R1+{}], R4\n", at + 1)),
        1 => Just("    PUSH R4\n    POP R5\n".to_owned()),
        1 => Just("    DIV R5, R3, R4\n".to_owned()),
        1 => Just("    BRK 1\n".to_owned()),
        // Spins as long as another task has not written.
        1 => word().prop_map(|at| format!("w@:\n    LD R3, [R1+{at}]\n    CMP R3, R6\n    JZ w@\n")),
    ]
}

fn program() -> impl Draw<Value = String> {
    proptest::collection::vec(operation(), 1..4).prop_map(|operations| {
        let numbered = operations.iter().enumerate().map(|(i, text)| text.replace('@', &i.to_string()));
        format!(".text\n    LDI32 R1, 0x5000\n{}    RET\n", numbered.collect::<String>())
    })
}

proptest! {
    #![proptest_config(crate::support::cases(48))]

    #[test]
    fn a_search_that_takes_equal_tasks_for_one_another_finds_what_trying_everything_finds(
        one in program(),
        copies in 2usize..4,
        other in proptest::option::of(program()),
        always in proptest::bool::ANY,
    ) {
        let sources: Vec<String> = std::iter::repeat_n(one, copies).chain(other).collect();
        let start = machine(&sources);
        let texts = ["w[0x5000]", "w[0x5004]", "w[0x5008]"];
        let mut options = every(collecting(Strategy::Exhaustive, &texts));
        if always {
            options.checks.always = vec![asked("w[0x5000] < 2")];
        }
        let bounds = Bounds { steps: 10_000, turns: 10_000, ..Bounds::default() };
        let told = run(&start, &Options { bounds, ..apart(&options) });
        prop_assume!(told.exhausted());
        for jobs in [1, 2] {
            let alike = run(&start, &Options { jobs, ..options.clone() });
            prop_assert!(alike.exhausted());
            prop_assert!(alike.states <= told.states || jobs > 1);
            prop_assert_eq!(values(&alike), values(&told));
            prop_assert_eq!(failures(&alike), failures(&told));
            replays(&start, &options.checks, &alike);
        }
        // Those that spin never end.
        let bounds = Bounds { schedules: 1000, steps: 20_000, ..Bounds::default() };
        let all = run(&start, &Options { bounds, strategy: Strategy::Turns, ..options.clone() });
        if all.exhausted() {
            prop_assert_eq!(values(&all), values(&told));
            prop_assert_eq!(failures(&all), failures(&told));
        }
    }
}
