//! The rotation, time, waits and the life of tasks, by the contract.

use crate::support::{load, machine};
use hsxray::executive::input::{Applied, Input, Refused};
use hsxray::executive::task::RunState;
use hsxray::executive::trace::{TraceKind, What};
use hsxray::executive::{Config, End, Machine, Marks, Outcome, Quiet, Who};

const SPIN: &str = ".text\nstart:\n    LDI R1, 1\n    JMP start\n";
const RET5: &str = ".text\n    LDI R0, 5\n    RET\n";
const EQ: &str = ".text\n    LDI R1, 1\n    LDI R0, 7\n    RET\n";

fn order(machine: &mut Machine, turns: usize) -> Vec<u16> {
    (0..turns).map(|_| machine.turn().expect("turn").pid).collect()
}

fn task(machine: &Machine, pid: u16) -> &hsxray::executive::task::Task {
    machine.task(pid).expect("task")
}

#[test]
fn three_equal_tasks_take_turns_from_the_lowest_pid_on() {
    let mut m = machine(Config::default(), &[EQ, EQ, EQ]);
    assert_eq!(order(&mut m, 9), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    assert_eq!(m.turn(), Err(Quiet::AllDone));
    assert!(
        m.tasks().iter().all(|t| t.state == RunState::Returned && t.exit_status == Some(7) && t.counters.turns == 3)
    );
}

#[test]
fn a_task_that_ends_costs_nobody_a_turn() {
    let mut m = machine(Config::default(), &[SPIN, RET5, SPIN]);
    assert_eq!(order(&mut m, 9), [1, 2, 3, 1, 2, 3, 1, 3, 1]);
}

#[test]
fn stepping_one_task_leaves_the_rotation_as_it_was() {
    let mut m = machine(Config::default(), &[SPIN, SPIN, SPIN]);
    assert_eq!(order(&mut m, 1), [1]);
    for _ in 0..5 {
        assert_eq!(m.turn_of(1).expect("turn").pid, 1);
    }
    assert_eq!(m.next(), Some(2));
    assert_eq!(order(&mut m, 3), [2, 3, 1]);
    assert_eq!((task(&m, 1).counters.turns, task(&m, 2).counters.turns), (7, 1));
}

#[test]
fn a_load_takes_its_place_by_pid() {
    let mut m = machine(Config::default(), &[SPIN, SPIN]);
    assert_eq!(order(&mut m, 1), [1]);
    load(&mut m, SPIN);
    assert_eq!(order(&mut m, 4), [2, 3, 1, 2]);
}

#[test]
fn a_quantum_gives_turns_in_a_row() {
    let mut m = machine(Config::default(), &[SPIN, SPIN, SPIN]);
    m.apply(&Input::Quantum { pid: 2, turns: 3 }).expect("quantum");
    assert_eq!(order(&mut m, 10), [1, 2, 2, 2, 3, 1, 2, 2, 2, 3]);
    assert_eq!(task(&m, 2).counters.switches, 2);
}

/// A run of many turns and single turns must agree in everything, however it is cut.
#[test]
fn long_runs_and_single_turns_give_the_same_machine() {
    let programs = [
        SPIN,
        RET5,
        ".text\n    LDI R8, 9\n    LDI R9, 1\nagain:\n    LDI R0, 1\n    SVC 6, 0\n    SUB R8, R8, R9\n    JNZ again\n    RET\n",
        SPIN,
    ];
    let build = || {
        let mut m = machine(Config::default(), &programs);
        m.apply(&Input::Quantum { pid: 1, turns: 3 }).expect("quantum");
        m.apply(&Input::Quantum { pid: 4, turns: 2 }).expect("quantum");
        m
    };
    let mut single = build();
    for _ in 0..12_345 {
        single.turn().expect("turn");
    }
    for cut in [1, 2, 3, 7, 100, 12_345] {
        let mut cut_run = build();
        while cut_run.turns() < 12_345 {
            let left = 12_345 - cut_run.turns();
            cut_run.run(Who::Rotation, left.min(cut), &Marks::default());
        }
        assert_eq!(cut_run, single, "runs of {cut} turns");
    }
}

#[test]
fn marks_end_a_run_in_front_of_an_instruction_and_change_nothing() {
    let mut m = machine(Config::default(), &[SPIN, SPIN]);
    let plain = m.clone();
    let mut marks = Marks::default();
    marks.set(task(&m, 2), [4]);
    let ran = m.run(Who::Rotation, 100, &marks);
    assert_eq!((ran.end, ran.turns, task(&m, 2).context.pc), (End::Mark(2), 3, 4));
    let mut same = plain;
    same.run(Who::Rotation, 3, &Marks::default());
    assert_eq!(m, same);
}

#[test]
fn sleeps_end_at_their_deadline_and_the_clock_jumps_when_nobody_is_ready() {
    let source = ".text\n    LDI R0, 5\n    SVC 6, 0\n    LDI R2, 1\n    RET\n";
    let mut m = machine(Config::default(), &[source]);
    m.turn().expect("LDI");
    assert_eq!(m.turn().expect("SVC").outcome, Outcome::Blocked);
    assert_eq!((task(&m, 1).state, m.time_us()), (RunState::Sleeping, 2));
    let turn = m.turn().expect("after the jump");
    assert_eq!((turn.n, turn.time_us), (3, 5003));
    let kinds: Vec<TraceKind> = m.trace().last(8).map(|e| e.kind()).collect();
    assert_eq!(
        kinds,
        [
            TraceKind::Load,
            TraceKind::Step,
            TraceKind::Trap,
            TraceKind::Block,
            TraceKind::Idle,
            TraceKind::Wake,
            TraceKind::Step
        ]
    );
    // With somebody else ready the sleeper's turn comes when the time has come.
    let mut m = machine(Config { turn_us: 1000, ..Config::default() }, &[source, SPIN]);
    assert_eq!(order(&mut m, 10), [1, 2, 1, 2, 2, 2, 2, 2, 1, 2]);
}

#[test]
fn a_fault_is_final_until_the_user_resumes_the_task() {
    let source = ".text\n    LDI R1, 5\n    DIV R3, R1, R2\n    LDI R0, 1\n    RET\n";
    let mut m = machine(Config::default(), &[source, SPIN]);
    let ran = m.run(Who::Rotation, 100, &Marks::default());
    assert_eq!((ran.end, ran.turns), (End::Event, 3));
    let t = task(&m, 1);
    assert_eq!((t.state, t.context.pc, m.reg(t, 0)), (RunState::Faulted, 4, 0xFFFF_FF05));
    assert_eq!((t.counters.turns, t.steps()), (2, 1));
    assert_eq!(order(&mut m, 3), [2, 2, 2]);
    m.apply(&Input::SetReg { pid: 1, reg: hsxray::executive::input::Reg::R(2), value: 2 }).expect("sets");
    m.apply(&Input::Resume(1)).expect("resumes");
    // The rotation was never moved by any of this: after 2 comes 1.
    assert_eq!(order(&mut m, 2), [1, 2]);
    assert_eq!(m.reg(task(&m, 1), 3), 2);
}

#[test]
fn the_guard_stops_a_push_and_the_neighbour_is_untouched() {
    let pusher = ".text\nstart:\n    PUSH R1\n    JMP start\n";
    let mut m = machine(Config::default(), &[pusher, SPIN]);
    let ran = m.run(Who::Only(1), 10_000, &Marks::default());
    let t = task(&m, 1);
    assert_eq!((ran.end, t.counters.turns), (End::Event, 2 * 1024 + 1));
    assert_eq!((t.context.sp, m.reg(t, 0), m.reg(t, 15)), (0xEFFC, 0xFFFF_FF03, 0xEFFC));
    assert_eq!(t.counters().deepest, 4096);
    assert!(m.peek(task(&m, 2), 0xDFFC, 4096).iter().all(|b| *b == 0));
}

#[test]
fn popping_past_the_own_top_is_an_underflow() {
    let mut m = machine(Config::default(), &[SPIN, ".text\n    POP R1\n"]);
    let turn = m.turn_of(2).expect("turn");
    assert_eq!(turn.outcome, Outcome::Faulted(hsxray::vm::Fault::StackUnderflow));
    assert_eq!(m.reg(task(&m, 2), 0), 0xFFFF_FF02);
}

#[test]
fn windows_alias_memory_and_protection_keeps_others_out() {
    let own = ".text\n    LDI32 R1, 0x1014\n    LDI R2, 99\n    ST [R1+0], R2\n    MOV R0, R5\n    RET\n";
    let mut m = machine(Config::default(), &[own, SPIN]);
    m.run(Who::Only(1), 100, &Marks::default());
    assert_eq!(task(&m, 1).exit_status, Some(99));
    let other = ".text\n    LDI32 R1, 0x1040\n    LDI R2, 99\n    STB [R1+20], R2\n    RET\n";
    let mut m = machine(Config::default(), &[other, SPIN]);
    m.run(Who::Only(1), 100, &Marks::default());
    assert_eq!(task(&m, 1).fault.map(|f| f.fault), Some(hsxray::vm::Fault::MemFault { address: 0x1054 }));
    assert_eq!(m.reg(task(&m, 2), 5), 0);
    let mut m = machine(Config { protect: false, ..Config::default() }, &[other, SPIN]);
    m.run(Who::Only(1), 100, &Marks::default());
    assert_eq!(m.reg(task(&m, 2), 5), 99);
    assert!(m.trace().last(9).any(|e| e.what == What::Foreign { address: 0x1054 }));
}

#[test]
fn each_task_sees_its_own_image_data_and_shares_the_rest() {
    let source = |n: u32| {
        format!(
            ".text\n    LDI32 R1, word\n    LD R2, [R1+0]\n    LDI32 R3, 0x5000\n    LD R4, [R3+0]\n    ADD R5, R2, R4\n    ST [R1+0], R5\n    ST [R3+0], R5\n    RET\n.data\nword:\n    .word {n}\n"
        )
    };
    let mut m = machine(Config::default(), &[&source(7), &source(9)]);
    m.run(Who::Only(1), 100, &Marks::default());
    m.run(Who::Only(2), 100, &Marks::default());
    let word = |m: &Machine, pid, at| u32::from_le_bytes(m.peek(task(m, pid), at, 4).try_into().expect("four"));
    assert_eq!((word(&m, 1, 0x4000), word(&m, 2, 0x4000)), (7, 16));
    assert_eq!((word(&m, 1, 0x5000), word(&m, 2, 0x5000)), (16, 16));
}

const RECV: &str = ".text\n    LDI32 R1, name\n    SVC 5, 0\n    LDI R2, 0x200\n    LDI R3, 16\n    LDI32 R4, 0xFFFF\n    LDI R5, 0x300\n    SVC 5, 3\n    MOV R6, R1\n    RET\n.data\nname:\n    .asciz \"app:q\"\n";
const SEND: &str = ".text\n    LDI32 R1, name\n    SVC 5, 0\n    LDI32 R2, body\n    LDI R3, 3\n    LDI R4, 0x40\n    LDI R5, 9\n    SVC 5, 2\n    MOV R6, R1\n    RET\n.data\nname:\n    .asciz \"app:q\"\nbody:\n    .ascii \"abc\"\n";

#[test]
fn a_blocked_receive_is_completed_inside_the_senders_turn() {
    let mut m = machine(Config::default(), &[RECV, SEND]);
    while m.turn_of(1).expect("turn").outcome != Outcome::Blocked {}
    assert_eq!(task(&m, 1).state, RunState::WaitingMbx);
    assert_eq!(m.turn_of(1), Err(Quiet::NotReady));
    for _ in 0..7 {
        m.turn_of(2).expect("turn");
    }
    let t = task(&m, 1);
    assert_eq!(t.state, RunState::Ready);
    let regs: Vec<u32> = (0..5).map(|i| m.reg(t, i)).collect();
    assert_eq!(regs, [0, 3, 0x40, 9, 2]);
    assert_eq!(m.peek(t, 0x200, 4), b"abc\0");
    assert_eq!(m.peek(t, 0x300, 20), [0, 0, 0, 0, 3, 0, 0, 0, 0x40, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0]);
    let last: Vec<(TraceKind, u16)> = m.trace().last(4).map(|e| (e.kind(), e.pid)).collect();
    assert_eq!(last, [(TraceKind::Trap, 2), (TraceKind::Send, 2), (TraceKind::Wake, 1), (TraceKind::Recv, 1)]);
}

#[test]
fn a_killed_waiter_gets_no_message_and_everything_it_had_is_free() {
    let mut m = machine(Config::default(), &[RECV, SEND]);
    while m.turn_of(1).expect("turn").outcome != Outcome::Blocked {}
    m.apply(&Input::Kill(1)).expect("kills");
    m.run(Who::Rotation, 8, &Marks::default());
    let queue: Vec<(String, u32)> = m.mailboxes().iter().map(|b| (b.name().to_string(), b.depth())).collect();
    assert!(queue.contains(&("app:q".into(), 1)), "{queue:?}");
    assert!(!queue.iter().any(|(name, _)| name.ends_with("@1") || name == "pid:1"), "{queue:?}");
    assert_eq!(load(&mut m, SPIN), 3);
    assert_eq!(task(&m, 3).context.reg_base, 0x1000);
    assert_eq!(m.check(), Vec::<String>::new());
}

#[test]
fn a_wake_of_a_paused_task_is_remembered_and_not_scheduled() {
    let mut m = machine(Config::default(), &[RECV, SEND]);
    while m.turn_of(1).expect("turn").outcome != Outcome::Blocked {}
    m.apply(&Input::Pause(1)).expect("pauses");
    m.run(Who::Only(2), 100, &Marks::default());
    assert_eq!((task(&m, 1).state, m.reg(task(&m, 1), 1)), (RunState::Paused, 3));
    assert_eq!(m.turn(), Err(Quiet::Idle));
    m.apply(&Input::Resume(1)).expect("resumes");
    assert_eq!(m.turn().expect("turn").pid, 1);
    let refused = m.apply(&Input::Resume(2)).expect_err("ended");
    assert!(matches!(refused, Refused::State { pid: 2, .. }), "{refused}");
}

#[test]
fn resuming_a_paused_waiter_makes_it_wait_again() {
    let mut m = machine(Config::default(), &[RECV]);
    while m.turn().expect("turn").outcome != Outcome::Blocked {}
    assert_eq!(m.turn(), Err(Quiet::Deadlock));
    m.apply(&Input::Pause(1)).expect("pauses");
    m.apply(&Input::Resume(1)).expect("resumes");
    assert_eq!(task(&m, 1).state, RunState::WaitingMbx);
    assert_eq!(m.check(), Vec::<String>::new());
}

#[test]
fn a_failed_load_leaves_nothing_behind() {
    let mut m = machine(Config::default(), &[SPIN; 14]);
    let before = m.clone();
    let image = crate::support::assemble(SPIN).image;
    let refused = m.apply(&Input::Load(hsxray::executive::input::Load::new(std::sync::Arc::new(image))));
    assert!(refused.expect_err("full").to_string().contains("no room for a stack: 4096 bytes wanted"));
    assert_eq!(m, before);
}

#[test]
fn at_least_128_small_tasks_run_side_by_side() {
    let mut m = Machine::new(Config::default());
    let image = std::sync::Arc::new(crate::support::assemble(EQ).image);
    for pid in 1..=200 {
        let load = hsxray::executive::input::Load { stack: 64, ..hsxray::executive::input::Load::new(image.clone()) };
        assert_eq!(m.apply(&Input::Load(load)), Ok(Applied::Loaded(pid)));
    }
    assert_eq!(m.check(), Vec::<String>::new());
    let ran = m.run(Who::Rotation, 10_000, &Marks::default());
    assert_eq!((ran.turns, ran.end), (600, End::Quiet(Quiet::AllDone)));
}

#[test]
fn malformed_names_are_an_error_for_the_program_only() {
    let source = ".text\n    LDI32 R1, name\n    SVC 5, 0\n    RET\n.data\nname:\n    .asciz \"pid:abc\"\n";
    let mut m = machine(Config::default(), &[source, SPIN]);
    m.run(Who::Only(1), 10, &Marks::default());
    assert_eq!(task(&m, 1).exit_status, Some(0xFF));
}

#[test]
fn a_receive_with_a_limit_ends_with_status_7_after_that_time() {
    let source = ".text\n    LDI R1, 1\n    LDI R2, 0x200\n    LDI R3, 8\n    LDI R4, 5\n    LDI R5, 0x300\n    SVC 5, 3\n    MOV R6, R0\n    RET\n";
    let mut m = machine(Config::default(), &[source]);
    m.run(Who::Rotation, 7, &Marks::default());
    assert_eq!(m.time_us(), 6 + 5000 + 1);
    let t = task(&m, 1);
    assert_eq!((m.reg(t, 6), t.counters.timeouts), (7, 1));
    assert_eq!(m.peek(t, 0x300, 4), [7, 0, 0, 0]);
}
