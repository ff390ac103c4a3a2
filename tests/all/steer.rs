//! Steering: who runs next, in which order and by which schedule; forward, back, recorded and replayed.

use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Recording, Status, Want};
use hsxray::command::{self, CommandError, Reply, run_reply};
use proptest::prelude::*;
use std::fs;
use std::process::Command;
use std::sync::Arc;

const SPIN: &str = ".text\nagain:\n    ADD R1, R1, R2\n    JMP again\n";
const NAP: &str = ".text\nagain:\n    LDI R0, 1\n    SVC 6, 0\n    JMP again\n";
const RET: &str = ".text\n    LDI R0, 5\n    RET\n";

fn local(sources: &[&str]) -> Local {
    let mut target = Local::new("test", Config::default(), LoadDefaults { stack: 512, quantum: 1 });
    for (i, source) in sources.iter().enumerate() {
        let program = Program::builtin(&format!("p{i}.mvasm"), source).expect("assembles");
        target.load(Arc::new(program), LoadOptions::default()).expect("room");
    }
    target
}

/// One command, to its end.
fn one(target: &mut Local, line: &str) -> Result<Reply, CommandError> {
    let words = command::split(line).expect("line").remove(0);
    let mut reply = command::execute(target, None, words)?;
    if reply.started {
        while target.pump(3) {}
        reply = run_reply(&target.look(&Want::default()));
    }
    Ok(reply)
}

fn all(target: &mut Local, line: &str) {
    for part in line.split("; ") {
        one(target, part).unwrap_or_else(|e| panic!("{part}: {e}"));
    }
}

fn error(target: &mut Local, line: &str) -> (String, Option<usize>) {
    let error = one(target, line).expect_err(line);
    (error.message, error.column)
}

/// Who took the turns so far.
fn ran(target: &mut Local) -> String {
    one(target, "schedule show").expect("shows").text
}

/// Every state of the branch, gone to from the end backwards, is the one a replay gives; and the recording ends
/// the same.
fn holds(target: &mut Local) {
    let recording = target.recording().expect("recording");
    let text = recording.text();
    let mut again = Local::replay(Recording::parse(&text).expect("good")).expect("the same end");
    let present = target.session().present();
    let cursor = target.machine().turns();
    for turn in (0..=present).rev() {
        target.travel().expect("stands").seek(turn).expect("past");
        again.travel().expect("stands").seek(turn).expect("past");
        assert!(*target.machine() == *again.machine(), "turn {turn}");
    }
    target.travel().expect("stands").seek(cursor).expect("past");
}

#[test]
fn a_pick_takes_turns_and_the_rotation_stays() {
    let mut target = local(&[SPIN, SPIN, SPIN]);
    all(&mut target, "run 1; pick 3 2; pick 3; run 3");
    assert_eq!(ran(&mut target), "1 3*3 2 3 1");
    assert!(error(&mut target, "pick 9").0.contains("there is no task 9"));
    holds(&mut target);
    all(&mut target, "back 5; pick 2; run 2");
    assert_eq!(target.session().branches().len(), 2, "a pick in the past begins a branch");
    assert_eq!(ran(&mut target), "1 3 2*2 3");
    holds(&mut target);
}

#[test]
fn frozen_tasks_get_no_turn_until_they_thaw() {
    let mut target = local(&[SPIN, NAP, SPIN]);
    all(&mut target, "freeze 1; run 3; thaw 1; run 2; freeze 3 toggle; run 2; freeze 3 toggle; run 2");
    assert_eq!(ran(&mut target), "2 3 2 3 1*3 3 1");
    assert!(error(&mut target, "thaw 1").0.contains("not frozen, it is ready"));
    assert!(error(&mut target, "pick 2").0.contains("point in time"));
    holds(&mut target);
    all(&mut target, "freeze 2");
    assert!(error(&mut target, "freeze 2").0.contains("paused"));
    all(&mut target, "run 2000; thaw 2");
    assert!(target.machine().task(2).expect("task").wait.is_none(), "the sleep ended behind the frost");
}

#[test]
fn an_order_holds_from_now_on_and_can_be_put_back() {
    let mut target = local(&[SPIN, SPIN, SPIN, RET]);
    all(&mut target, "order 3 1; run 5");
    assert_eq!(ran(&mut target), "3 1 2 4 3");
    let reply = one(&mut target, "order").expect("shows");
    assert_eq!(reply.text, "order of rotation 3 1 2 4; next task 1");
    all(&mut target, "run 3; kill 3; run 3; order default; run 3");
    assert_eq!(ran(&mut target), "3 1 2 4 3 1 2 4 1 2 1 2 1 2");
    assert_eq!(error(&mut target, "order 1 2 1").1, Some(10));
    assert!(error(&mut target, "order 7").0.contains("there is no task 7"));
    holds(&mut target);
    all(&mut target, "goto 0; order 4 3 2 1; run 6");
    assert_eq!(ran(&mut target), "4 3 2 1 4 3", "in the past too, before the first turn");
    all(&mut target, "undo; run 4");
    assert_eq!(ran(&mut target), "3 1 2 4", "the order before that, which was an input as well");
    holds(&mut target);
}

#[test]
fn an_order_holds_for_long_runs_and_quanta() {
    let mut target = local(&[SPIN, SPIN, NAP, SPIN]);
    all(&mut target, "sched 4 quantum 3; sched 1 quantum 2; order 4 2; run 5");
    let mut single = local(&[SPIN, SPIN, NAP, SPIN]);
    all(&mut single, "sched 4 quantum 3; sched 1 quantum 2; order 4 2");
    (0..5).for_each(|_| all(&mut single, "step"));
    assert_eq!(ran(&mut target), "4*3 2 1");
    while target.machine().turns() < 20_000 {
        all(&mut target, "run 997");
        (0..997).for_each(|_| all(&mut single, "step"));
        assert_eq!(target.machine().digest(), single.machine().digest());
    }
}

#[test]
fn a_preempted_task_gives_the_rest_of_its_quantum_up() {
    let mut target = local(&[SPIN, SPIN]);
    all(&mut target, "sched 1 quantum 5; run 2; preempt; run 5; preempt; run 2");
    assert_eq!(ran(&mut target), "1*2 2 1*4 2 1");
    assert!(error(&mut local(&[SPIN, SPIN]), "preempt").0.contains("task 1 begins a new one"));
    holds(&mut target);
    all(&mut target, "back 4; preempt; run 2");
    assert_eq!(ran(&mut target), "1*2 2 1*2 2 1");
    all(&mut target, "undo; run 2");
    assert_eq!(ran(&mut target), "1*2 2 1*4");
}

#[test]
fn a_schedule_is_done_turn_by_turn() {
    let mut target = local(&[SPIN, SPIN, SPIN]);
    let reply = one(&mut target, "schedule 1*3 2, 1 3*2 3").expect("runs");
    assert_eq!((&reply.json["stop"]["kind"], &reply.json["turns"]), (&"limit".into(), &8.into()), "{}", reply.text);
    assert_eq!(ran(&mut target), "1*3 2 1 3*3");
    assert_eq!(target.machine().next(), Some(1), "the rotation has not moved");
    holds(&mut target);
    let directory = tempfile::tempdir().expect("directory");
    let file = directory.path().join("walk.txt");
    let name = file.to_str().expect("path");
    all(&mut target, &format!("run 4; schedule show {name}"));
    let mut again = local(&[SPIN, SPIN, SPIN]);
    all(&mut again, &format!("schedule {name}"));
    assert_eq!(ran(&mut again), ran(&mut target));
    assert_eq!(fs::read_to_string(&file).expect("text"), "1*3 2 1 3*3 1 2 3 1\n");
    fs::write(&file, "# first\n1 2\n1*2 x2\n").expect("writes");
    assert!(
        error(&mut again, &format!("schedule {name}")).0.contains("walk.txt, line 3, column 5: \"x2\" is not a place")
    );
    assert_eq!(error(&mut again, "schedule 1*3 2 0*1").1, Some(15));
    assert!(error(&mut again, "schedule no-such-file").0.contains("no-such-file"));
    assert!(error(&mut again, "schedule go").0.contains("no schedule was interrupted"));
    assert!(error(&mut again, "schedule").0.contains("expected"));
}

#[test]
fn a_schedule_stops_where_a_task_cannot_run_and_says_why() {
    let why = |sources: &[&str], line: &str| {
        let mut target = local(sources);
        let reply = one(&mut target, line).expect("runs");
        holds(&mut target);
        (reply.text, reply.json["stop"]["place"].as_u64())
    };
    let (text, place) = why(&[SPIN, RET], "schedule 1 2*2 1 2 1");
    assert_eq!(place, Some(4));
    assert!(text.starts_with("the schedule stands at place 4, line 1: task 2 has ended; 4 turns"), "{text}");
    let (text, place) = why(&[SPIN, NAP], "schedule 1 2*5 1");
    assert!(place == Some(2) && text.contains("task 2 sleeps until 1003 us"), "{text}");
    let (text, _) = why(&[SPIN], "schedule 1 3");
    assert!(text.contains("place 2, line 1: task 3 is not there"), "{text}");
    // Where nobody is ready the clock jumps, as in rotation.
    let mut target = local(&[NAP]);
    all(&mut target, "schedule 1*8");
    assert_eq!((target.machine().turns(), target.machine().time_us() > 2000), (8, true));
    holds(&mut target);
}

#[test]
fn a_schedule_goes_on_after_a_stop() {
    let mut target = local(&[SPIN, ".text\n    BRK 3\n    LDI R1, 1\n    JMP 4\n"]);
    let reply = one(&mut target, "schedule 1*2 2*3 1").expect("runs");
    assert_eq!(reply.json["stop"]["kind"], "break");
    all(&mut target, "schedule go");
    assert_eq!(ran(&mut target), "1*2 2*3 1");
    all(&mut target, "schedule 1*4 2 for 3; run 1; schedule go for 1; schedule go");
    assert_eq!(ran(&mut target), "1*2 2*3 1*6 2");
    assert!(error(&mut target, "schedule 1 for x").0.contains("number"));
    all(&mut target, "bp 0x4; schedule 2*9");
    assert!(matches!(target.session().status(), Status::Breakpoint { pid: 2, .. }), "{:?}", target.session().status());
    all(&mut target, "back 1");
    assert!(error(&mut target, "schedule go").0.contains("no schedule"), "it belongs to where it was interrupted");
}

#[test]
fn a_random_schedule_is_the_same_for_the_same_seed_and_even() {
    let run = |seed: u64| {
        let mut target = local(&[SPIN, NAP, SPIN]);
        all(&mut target, &format!("schedule random {seed} 3000"));
        let turns = |pid| target.machine().task(pid).expect("task").counters.turns;
        assert!(turns(1) + turns(3) > 2900 && turns(1).abs_diff(turns(3)) < 300, "{} {}", turns(1), turns(3));
        (target.machine().digest(), ran(&mut target))
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).1, run(8).1);
    let mut target = local(&[RET, RET]);
    let reply = one(&mut target, "schedule random 1").expect("runs");
    assert_eq!(reply.json["stop"]["kind"], "all_done");
    holds(&mut target);
}

#[test]
fn the_same_schedule_in_the_past_begins_no_branch() {
    let mut target = local(&[SPIN, NAP]);
    all(&mut target, "schedule 2*2 1 2 2*3; goto 0; schedule 2*2 1");
    assert_eq!((target.session().branches().len(), target.session().present()), (1, 3));
    all(&mut target, "goto 0; schedule 1 2");
    assert_eq!((target.session().branches().len(), ran(&mut target).as_str()), (2, "1 2"));
}

fn word() -> impl Strategy<Value = u32> {
    let tame = (0..hsxray::isa::ISA.len(), any::<u32>())
        .prop_map(|(row, low)| u32::from(hsxray::isa::ISA[row].code) << 24 | low & 0x00FF_F07C);
    let service = (0u32..16, 0u32..16).prop_map(|(module, function)| 0x3000_0000 | module << 8 | function);
    prop_oneof![5 => tame, 1 => service]
}

fn source() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..20).prop_map(|code| {
        let image = hsxray::image::Image { code, version: 2, multiple: true, ..Default::default() };
        hsxray::asm::disassemble(&image, &Default::default())
    })
}

proptest! {
    #![proptest_config(crate::support::cases(48))]

    #[test]
    fn random_schedules_of_random_programs_replay_to_the_same_digest(
        sources in prop::collection::vec(source(), 1..5),
        seed in any::<u64>(),
        back in 0u64..40,
    ) {
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let mut target = local(&sources);
        all(&mut target, &format!("schedule random {seed} 60"));
        let digest = target.machine().digest();
        // A fault or BRK ends a run: what is left of the schedule goes on from there.
        let _ = one(&mut target, "schedule go");
        let text = target.recording().expect("recording").text();
        let again = Local::replay(Recording::parse(&text).expect("good")).expect("the same end");
        prop_assert_eq!(again.machine().digest(), target.machine().digest());
        // The same seed from the same start does the same; another order of the past is a branch.
        let mut twin = local(&sources);
        all(&mut twin, &format!("schedule random {seed} 60"));
        prop_assert_eq!(twin.machine().digest(), digest);
        let turn = target.machine().turns().saturating_sub(back);
        all(&mut target, &format!("goto {turn}"));
        let _ = one(&mut target, &format!("schedule random {} 20", seed ^ 1));
        let here = target.machine().turns();
        let state = target.machine().clone();
        all(&mut target, "goto 0; goto present");
        prop_assert!(target.machine().turns() >= here);
        target.travel().expect("stands").seek(here).expect("past");
        prop_assert!(*target.machine() == state, "the state at turn {here}");
        // What was done is a schedule itself, as long as nothing but turns was done.
        let done = ran(&mut target);
        if !done.starts_with('#') {
            let mut by_list = local(&sources);
            let _ = one(&mut by_list, &format!("schedule {done}"));
            while by_list.machine().turns() < here && one(&mut by_list, "schedule go").is_ok() {}
            prop_assert_eq!(ran(&mut by_list), done);
        }
    }
}

#[test]
fn keys_steer_the_selected_task() {
    let shot = |keys: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsxray"));
        command.args(["shot", "--demo", "ping", "-e", "run 100; sched 2 quantum 9", "--size", "80x24", "-k", keys]);
        let out = command.output().expect("runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8")
    };
    assert!(shot("x f").contains(" f1 producer"), "{}", shot("x f"));
    assert!(!shot("x f x f").contains(" f1 producer"));
    assert!(shot("3 x p").contains("turn 103"));
    let popup = shot("x");
    assert!(popup.contains("x and then") && popup.contains("Take turns by a schedule"), "{popup}");
    let ordered = shot("x o 3 Space 1 Enter");
    assert!(ordered.contains("order ") && ordered.contains("order of rotation 3 1 2"), "{ordered}");
    assert!(shot("x s 1 * 7 Enter").contains("turn 107"));
}
