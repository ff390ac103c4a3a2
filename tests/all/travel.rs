//! Going about in time: by task, by call, by stop, by write; branches, changes taken back.

use crate::support::{assemble, project};
use hsxray::executive::input::{Input, Load, Reg};
use hsxray::executive::{Config, Machine, Who};
use hsxray::image::Image;
use hsxray::isa::{Form, ISA, Op};
use hsxray::session::{Moment, Session, Status, TravelError, Via, WatchedBytes, now};
use proptest::prelude::*;
use std::fs;
use std::sync::Arc;

fn session(sources: &[&str]) -> Session {
    let mut session = Session::new(Config::default());
    for source in sources {
        let image = Image { name: None, ..assemble(source).image };
        session.apply(Input::Load(Load::new(Arc::new(image)))).expect("room");
    }
    session
}

fn ping() -> Session {
    let text = |name| fs::read_to_string(project(&format!("assets/programs/ping/{name}.mvasm"))).expect("source");
    session(&[&text("producer"), &text("consumer"), &text("ticker")])
}

fn run(session: &mut Session, who: Who, turns: u64) -> u64 {
    session.start(who, turns);
    while session.pump(10_000) {}
    session.machine().turns()
}

fn turn(session: &Session) -> u64 {
    session.machine().turns()
}

const CALLS: &str = ".text\n LDI R1, 1\nloop: CALL outer\n JMP loop\nouter: CALL inner\n ADD R2, R2, R1\n RET\ninner: ADD R3, R3, R1\n RET\n";

#[test]
fn reverse_next_goes_over_calls_and_reverse_finish_to_the_call() {
    let mut s = session(&[CALLS]);
    // LDI, CALL outer, CALL inner, ADD, RET, ADD
    run(&mut s, Who::Rotation, 6);
    now(s.reverse_next(1)).expect("ADD R2");
    assert_eq!(turn(&s), 5);
    now(s.reverse_next(1)).expect("over inner");
    assert_eq!((turn(&s), s.machine().tasks()[0].context.pc), (2, 0xC));
    s.seek(4).expect("past");
    now(s.reverse_finish(1)).expect("in inner");
    assert_eq!(turn(&s), 2);
    now(s.reverse_finish(1)).expect("in outer");
    assert_eq!(turn(&s), 1);
    assert!(matches!(now(s.reverse_finish(1)), Err(TravelError::Nothing(_))));
    assert_eq!(turn(&s), 1, "a refusal moves nothing");
}

#[test]
fn back_for_one_task_is_to_just_before_its_turns() {
    let mut s = ping();
    run(&mut s, Who::Rotation, 426);
    let mut expected: Vec<u64> = Vec::new();
    let mut forward = ping();
    for t in 0..426 {
        run(&mut forward, Who::Rotation, 1);
        expected.extend((forward.machine().ran() == Some(2)).then_some(t));
    }
    let mut found = Vec::new();
    while now(s.back_of(2, 1)).is_ok() {
        found.push(turn(&s));
    }
    expected.reverse();
    assert_eq!(found, expected);
    s.seek(426).expect("present");
    now(s.back_of(2, 5)).expect("five");
    assert_eq!(turn(&s), expected[4]);
}

#[test]
fn a_task_can_be_followed_to_where_it_was_scheduled_blocked_and_woken() {
    let mut s = ping();
    run(&mut s, Who::Rotation, 426);
    let count = |s: &Session, m| {
        let c = s.machine().task(2).expect("task").counters;
        match m {
            Moment::Scheduled => c.switches,
            Moment::Blocked => c.blocks,
            Moment::Woken => c.wakes + c.timeouts,
        }
    };
    for moment in [Moment::Scheduled, Moment::Blocked, Moment::Woken] {
        s.seek(426).expect("present");
        let mut last = 427;
        while now(s.back_to(2, moment)).is_ok() {
            let here = turn(&s);
            assert!(here < last, "{moment:?} at {here} after {last}");
            last = here;
            // A schedule is seen by the turn after, the others by the turn before.
            let (before, after) = if moment == Moment::Scheduled { (here, here + 1) } else { (here - 1, here) };
            let now = s.machine().clone();
            s.seek(after).expect("past");
            let later = count(&s, moment);
            s.seek(before).expect("past");
            assert_eq!(count(&s, moment) + 1, later, "{moment:?} at {here}");
            s.seek(here).expect("past");
            assert!(*s.machine() == now);
        }
        assert!(last < 60, "{moment:?}: the first one is found, not only {last}");
    }
}

#[test]
fn times_and_bookmarks_are_places() {
    let mut s = session(&[".text\n LDI R1, 100\n SVC 0x0, 0x3\n LDI R2, 2\n JMP 8\n"]);
    run(&mut s, Who::Rotation, 50);
    let end = s.machine().time_us();
    for time in 0..end {
        now(s.seek_time(time)).expect("past");
        let here = turn(&s);
        assert!(s.machine().time_us() <= time);
        s.seek(here + 1).expect("past");
        assert!(s.machine().time_us() > time);
    }
    s.seek(7).expect("past");
    s.bookmark("here");
    s.seek(50).expect("present");
    s.seek_bookmark("here").expect("there");
    assert_eq!(turn(&s), 7);
    assert_eq!(s.seek_bookmark("x"), Err(TravelError::NoBookmark("x".into())));
    assert_eq!(s.seek(51), Err(TravelError::Future { turn: 51, present: 50 }));
}

#[test]
fn reverse_continue_finds_the_stops_of_the_run_forward_newest_first() {
    let mut s = ping();
    s.stops.add(None, 0x20);
    s.stops.add(Some(2), 0x24);
    let mut stops = Vec::new();
    while turn(&s) < 300_000 {
        let left = 300_000 - turn(&s);
        let at = run(&mut s, Who::Rotation, left);
        stops.extend(matches!(s.status(), Status::Breakpoint { .. }).then(|| (at, s.status().clone())));
    }
    let hits = |s: &Session| s.stops.list().iter().map(|b| b.hits).sum::<u64>();
    let forward = hits(&s);
    for (at, status) in stops.iter().rev().take(40) {
        s.reverse_continue().expect("stop");
        assert_eq!((turn(&s), s.status()), (*at, status));
    }
    s.seek(stops[2].0 + 1).expect("past");
    for (at, _) in stops[..3].iter().rev() {
        s.reverse_continue().expect("stop");
        assert_eq!(turn(&s), *at);
    }
    s.reverse_continue().expect("start");
    assert_eq!((turn(&s), s.status()), (0, &Status::Start));
    assert_eq!(s.reverse_continue(), Err(TravelError::Start));
    assert_eq!(hits(&s), forward + 43, "each stop on the way back is a hit of its own");
    s.seek(300_000).expect("present");
    assert_eq!(*s.status(), Status::Limit { turns: 300_000 - stops[stops.len() - 1].0, pid: None });
}

#[test]
fn a_search_for_the_previous_stop_can_be_given_up() {
    let mut s = ping();
    run(&mut s, Who::Rotation, 300_000);
    let (end, status) = (s.machine().clone(), s.status().clone());
    s.start_reverse_continue().expect("past");
    assert!(s.running() && s.pump(1) && s.running(), "four intervals are to be searched");
    s.pause();
    assert!(!s.running() && *s.machine() == end && *s.status() == status);
    s.start_reverse_continue().expect("past");
    let held = s.hold();
    s.apply(Input::Poke { pid: 1, address: 0x5000, bytes: vec![1] }).expect("task");
    s.release(held);
    assert!(!s.running() && s.at_present() && s.branches().len() == 1);
    s.reverse_continue().expect("to the start");
    assert_eq!((turn(&s), s.ran()), (0, 300_000));
}

#[test]
fn a_change_in_the_past_begins_a_branch_and_the_old_one_is_kept() {
    let mut s = ping();
    run(&mut s, Who::Rotation, 426);
    let end = s.machine().clone();
    s.seek(100).expect("past");
    assert!(s.history().past);
    s.forget_fork();
    s.apply(Input::SetReg { pid: 1, reg: Reg::R(9), value: 70 }).expect("task");
    let fork = s.forked().expect("a branch began");
    assert_eq!((fork.branch, fork.from, fork.turn, fork.kept), (2, 1, 100, 426));
    assert!(s.at_present());
    run(&mut s, Who::Rotation, 326);
    assert!(*s.machine() != end);
    let other = s.machine().clone();
    s.go(1, u64::MAX).expect("branch");
    assert!(*s.machine() == end);
    s.go(2, u64::MAX).expect("branch");
    assert!(*s.machine() == other);
    let difference = s.compare(1, 2).expect("branches").expect("they differ");
    assert_eq!((difference.turn, difference.ram), (100, Some((0x1024, 3, 70))));
    assert_eq!(s.delete_branch(2), Err(TravelError::Current(2)));
    s.name_branch(2, "seventy").expect("branch");
    s.delete_branch(1).expect("old one");
    s.seek(99).expect("shared past");
    s.seek(426).expect("present");
    assert!(*s.machine() == other);
    assert_eq!(s.branches().len(), 1);
}

#[test]
fn a_pick_that_was_recorded_replays_and_another_begins_a_branch() {
    let mut s = session(&[CALLS, CALLS]);
    run(&mut s, Who::Rotation, 10);
    run(&mut s, Who::Only(2), 5);
    run(&mut s, Who::Rotation, 10);
    let end = s.machine().clone();
    s.seek(10).expect("past");
    run(&mut s, Who::Only(2), 5);
    run(&mut s, Who::Rotation, 10);
    assert!(*s.machine() == end && s.branches().len() == 1);
    s.seek(0).expect("past");
    run(&mut s, Who::Rotation, 25);
    assert!(*s.machine() == end && s.branches().len() == 1);
    s.seek(12).expect("in the pick");
    run(&mut s, Who::Only(1), 1);
    assert_eq!(s.branches().len(), 2);
    s.seek(12).expect("past");
    s.seek(13).expect("present");
    assert_eq!(s.machine().ran(), Some(1));
}

#[test]
fn the_last_change_can_be_undone_and_done_again() {
    let mut s = ping();
    run(&mut s, Who::Rotation, 50);
    let clean = s.machine().clone();
    s.apply(Input::Poke { pid: 1, address: 0x5000, bytes: vec![1] }).expect("task");
    s.apply(Input::Poke { pid: 1, address: 0x5001, bytes: vec![2] }).expect("task");
    run(&mut s, Who::Rotation, 20);
    let changed = s.machine().clone();
    s.undo().expect("second");
    assert_eq!((turn(&s), &s.machine().ram().bytes()[0x5000..0x5002]), (50, &[1, 0][..]));
    s.undo().expect("first");
    assert!(*s.machine() == clean);
    assert!(matches!(s.undo(), Err(TravelError::Nothing(_))), "loads are no change");
    s.redo().expect("first");
    s.redo().expect("second");
    assert!(*s.machine() == changed);
    assert!(s.redo().is_err());
}

#[test]
fn what_happened_long_ago_is_found_across_checkpoints() {
    let busy = ".text\n LDI R1, 7\n LDI32 R2, 0x5000\n ST [R2+0], R1\n CALL deep\n RET\ndeep: LDI R3, 1\nloop: ADD R4, R4, R3\n JMP loop\n";
    let waits = ".data\nname: .asciz \"app:never\"\n.text\n LDI32 R1, name\n SVC 0x5, 0x00\n LDI32 R2, 0x6000\n LDI R3, 4\n LDI32 R4, 0xFFFF\n LDI R5, 0\n SVC 0x5, 0x03\n JMP 0\n";
    let mut s = session(&[busy, waits]);
    s.deadlock_stops = false;
    run(&mut s, Who::Rotation, 400_000);
    assert!(s.history().bytes > 0);
    let spot = WatchedBytes::seen(s.machine(), 1, 0x5000, 4).expect("spot");
    let write = now(s.last_write(spot)).expect("long ago");
    assert_eq!((write.writer.turn, write.writer.pid, write.old, write.new), (5, Some(1), 0, 7));
    assert!(now(s.last_write(spot)).is_err());
    s.seek(0).expect("start");
    assert_eq!(now(s.next_write(spot)).expect("soon").writer.turn, 5);
    assert!(now(s.next_write(spot)).is_err());
    s.seek(400_000).expect("present");
    now(s.reverse_finish(1)).expect("the call");
    assert_eq!(s.machine().task(1).map(|t| t.context.pc), Some(0x10));
    s.seek(400_000).expect("present");
    now(s.back_of(2, 1)).expect("its last turn");
    assert_eq!(s.machine().task(2).map(|t| t.counters.blocks), Some(0));
    let before = turn(&s);
    s.seek(400_000).expect("present");
    now(s.back_to(2, Moment::Blocked)).expect("for ever");
    assert_eq!(turn(&s), before + 1);
    s.seek(400_000).expect("present");
    s.stops.add(Some(1), 0x18);
    s.reverse_continue().expect("once");
    assert_eq!((turn(&s) < 20, s.machine().task(1).map(|t| t.context.pc)), (true, Some(0x18)));
    now(s.seek_time(300_007)).expect("past");
    assert_eq!(turn(&s), 300_007);
}

#[test]
fn a_value_is_followed_back_through_moves_memory_the_stack_and_a_message_to_its_sender() {
    let mut s = ping();
    run(&mut s, Who::Rotation, 426);
    // The consumer's buffer, which the producer filled by its message.
    let spot = WatchedBytes::seen(s.machine(), 2, 0x400C, 4).expect("spot");
    let received = now(s.last_write(spot)).expect("a message came");
    let (via, sent) = now(s.origin()).expect("the sender stored it");
    assert_eq!((via, sent.writer.pid, sent.writer.pc, sent.new), (Via::Message, Some(1), Some(0x2C), received.new));
    let (via, made) = now(s.origin()).expect("from R9");
    assert_eq!((via, made.writer.pc, made.new), (Via::Store, Some(0x20), received.new));
    assert!(matches!(now(s.origin()), Err(TravelError::Nothing(t)) if t.contains("result of the instruction")));

    let source = ".text\n LDI R1, 7\n MOV R2, R1\n PUSH R2\n LDI R2, 0\n POP R3\n LDI32 R4, 0x5000\n ST [R4+0], R3\n LDB R5, [R4+0]\n RET\n";
    let mut s = session(&[source]);
    run(&mut s, Who::Rotation, 8);
    let spot = WatchedBytes::register(s.machine(), 1, 5).expect("spot");
    assert_eq!(now(s.last_write(spot)).expect("LDB").writer.turn, 8);
    let chain: Vec<(Via, u64)> = std::iter::from_fn(|| now(s.origin()).ok()).map(|(v, w)| (v, w.writer.turn)).collect();
    use Via::{Load as L, Move as M, Store as S};
    assert_eq!(chain, [(L, 7), (S, 5), (L, 3), (S, 2), (M, 1)]);
    assert!(matches!(now(s.origin()), Err(TravelError::Nothing(t)) if t.contains("constant")));
    s.back(1).expect("start");
    assert!(now(s.origin()).is_err(), "only from a write");
}

#[test]
fn a_message_that_was_queued_leads_to_its_sender() {
    let sender = ".data\nname: .asciz \"app:q\"\n .align 4\nbody: .word 0\n.text\n LDI32 R1, name\n SVC 0x5, 0x00\n MOV R8, R1\n LDI32 R2, body\n LDI R6, 42\n ST [R2+0], R6\n MOV R1, R8\n LDI R3, 4\n LDI R4, 0\n LDI R5, 0\n SVC 0x5, 0x02\n LDI R6, 0\n ST [R2+0], R6\n RET\n";
    let receiver = ".data\nname: .asciz \"app:q\"\n .align 4\nbuf: .word 0\n.text\n LDI32 R1, name\n SVC 0x5, 0x00\n MOV R8, R1\n LDI R9, 40\n LDI R10, 1\nwait: SUB R9, R9, R10\n JNZ wait\n MOV R1, R8\n LDI32 R2, buf\n LDI R3, 4\n LDI R4, 0\n LDI R5, 0\n SVC 0x5, 0x03\n RET\n";
    let mut s = session(&[sender, receiver]);
    run(&mut s, Who::Rotation, 1000);
    let spot = WatchedBytes::seen(s.machine(), 2, 0x4008, 4).expect("spot");
    let received = now(s.last_write(spot)).expect("received");
    assert_eq!((received.writer.pid, received.new), (Some(2), 42));
    let (via, stored) = now(s.origin()).expect("sender");
    assert_eq!((via, stored.writer.pid, stored.new), (Via::Message, Some(1), 42));
    assert!(received.writer.turn > stored.writer.turn + 40);
}

#[test]
fn what_changed_is_marked_against_the_turn_before_in_the_past_too() {
    let mut s = ping();
    run(&mut s, Who::Rotation, 200);
    let states: Vec<Machine> = (0..=200)
        .map(|t| {
            s.seek(t).expect("past");
            s.machine().clone()
        })
        .collect();
    for t in [200, 150, 149, 148, 10, 11, 12, 1] {
        s.seek(t).expect("past");
        let before = s.before().expect("turn before");
        assert!(before.ram() == states[t as usize - 1].ram() && before.tasks() == states[t as usize - 1].tasks());
    }
    let since = s.since().expect("where it was");
    assert!(since.ram() == states[12].ram());
    s.seek(0).expect("start");
    assert!(s.before().is_none());
}

/// Words that are instructions more often than not, and store.
fn word() -> impl Strategy<Value = u32> {
    let tame = (0..ISA.len(), any::<u32>()).prop_map(|(row, low)| u32::from(ISA[row].code) << 24 | low & 0x00F3_307C);
    let store = any::<u32>().prop_map(|low| u32::from(Op::St as u8) << 24 | low & 0x00F3_307C);
    let service = (0u32..16, 0u32..16).prop_map(|(module, function)| 0x3000_0000 | module << 8 | function);
    prop_oneof![6 => tame, 1 => store, 1 => service]
}

/// Whether an instruction can store into something: a register by its number, or memory.
fn may_write(machine: &Machine, pid: u16, pc: u32) -> bool {
    let task = machine.task(pid).expect("task");
    let Some(insn) = task.code.insn_at(pc) else { return false };
    let quiet = [Form::RsRs, Form::Jump, Form::Code];
    !quiet.contains(&insn.op.row().form)
}

proptest! {
    #![proptest_config(crate::support::cases(96))]

    #[test]
    fn every_change_of_a_word_is_found_with_who_did_it(
        programs in prop::collection::vec(prop::collection::vec(word(), 1..30), 1..4),
        register in 0u8..16,
        pokes in prop::collection::vec(1u64..100, 0..3),
        memory: bool,
    ) {
        let mut s = Session::new(Config::default());
        for (i, code) in (0u32..).zip(&programs) {
            let image = Image { code: code.clone(), rodata: vec![1; 32 * i as usize], version: 2, multiple: true, ..Image::default() };
            s.apply(Input::Load(Load { stack: 256, ..Load::new(Arc::new(image)) })).expect("room");
        }
        let spot = match memory {
            true => WatchedBytes::seen(s.machine(), 1, u16::from(register) * 4, 4).expect("spot"),
            false => WatchedBytes::register(s.machine(), 1, register).expect("spot"),
        };
        let mut changes = Vec::new();
        let mut value = 0;
        let mut see = |s: &Session, who: Option<u16>| {
            let now = spot.value(s.machine());
            if now != value {
                changes.push((s.machine().turns(), who, value, now));
            }
            value = now;
        };
        see(&s, None);
        for _ in 0..120 {
            let before = turn(&s);
            run(&mut s, Who::Rotation, 1);
            if turn(&s) == before {
                break;
            }
            see(&s, s.machine().ran());
            if pokes.contains(&turn(&s)) {
                let bytes = vec![turn(&s) as u8];
                s.apply(Input::Poke { pid: 1, address: spot.address() as u16, bytes }).expect("task");
                see(&s, None);
            }
        }
        let mut found = Vec::new();
        while let Ok(write) = now(s.last_write(spot)) {
            found.push((write.writer.turn, write.writer.pid));
            prop_assert_eq!(write.writer.turn, turn(&s));
            if let (Some(pid), Some(pc)) = (write.writer.pid, write.writer.pc) {
                prop_assert!(write.old != write.new || may_write(s.machine(), pid, pc));
            }
        }
        found.reverse();
        for (turn, who, ..) in &changes {
            // Two changes of one turn are one place to go to; the input comes last.
            let same = found.iter().any(|f| f.0 == *turn && (f.1 == *who || changes.iter().filter(|c| c.0 == *turn).count() > 1));
            prop_assert!(same, "change in turn {} by {:?} not in {:?}", turn, who, found);
        }
        // And forward: the same places but those at the start.
        s.seek(0).expect("start");
        let mut again = Vec::new();
        while let Ok(write) = now(s.next_write(spot)) {
            again.push(write.writer.turn);
        }
        prop_assert_eq!(again, found.iter().map(|f| f.0).filter(|t| *t > 0).collect::<Vec<_>>());
    }

    #[test]
    fn reverse_continue_mirrors_a_run_of_random_programs(
        programs in prop::collection::vec(prop::collection::vec(word(), 1..30), 1..4),
        marks in prop::collection::vec((0u32..20, prop::option::of(1u16..4)), 0..4),
    ) {
        let mut s = Session::new(Config::default());
        for code in &programs {
            let image = Image { code: code.clone(), version: 2, multiple: true, ..Image::default() };
            s.apply(Input::Load(Load { stack: 256, ..Load::new(Arc::new(image)) })).expect("room");
        }
        for (at, pid) in marks {
            s.stops.add(pid, 4 * at);
        }
        let mut stops = Vec::new();
        while turn(&s) < 200 {
            let before = turn(&s);
            let at = run(&mut s, Who::Rotation, 200 - before);
            if at == before {
                break;
            }
            stops.extend(matches!(s.status(), Status::Breakpoint { .. } | Status::Break { .. } | Status::Fault { .. }).then_some(at));
        }
        let end = turn(&s);
        for at in stops.iter().rev().filter(|at| **at < end) {
            s.reverse_continue().expect("stop");
            prop_assert_eq!(turn(&s), *at);
        }
        if turn(&s) > 0 {
            s.reverse_continue().expect("start");
        }
        prop_assert_eq!(turn(&s), 0);
    }
}
