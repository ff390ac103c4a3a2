//! Programs that are loaded again in the place of their tasks, and what follows them: stops, expressions in sight,
//! settings of the task; and places by name in several programs.

use crate::support::{fails, run};
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Status, Want};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// R1 counts the rounds.
const LOOP: &str = ".text\n.entry start\nstart:\n    LDI R2, 1\nagain:\n    ADD R1, R1, R2\n    JMP again\n";
/// The label has moved by one instruction.
const LONGER: &str =
    ".text\n.entry start\nstart:\n    LDI R2, 2\n    LDI R3, 0\nagain:\n    ADD R1, R1, R2\n    JMP again\n";
const OTHER: &str = ".text\n.entry start\nstart:\n    LDI R2, 1\nother:\n    ADD R1, R1, R2\n    JMP other\n";

struct Bench {
    directory: tempfile::TempDir,
    target: Local,
}

impl Bench {
    fn new(programs: &[(&str, &str)]) -> Bench {
        let directory = tempfile::tempdir().expect("directory");
        let mut bench = Bench { directory, target: Local::new("t", Config::default(), LoadDefaults::default()) };
        for (name, text) in programs {
            let path = bench.write(name, text);
            bench.load(&path);
        }
        bench
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("directory");
        std::fs::write(&path, text).expect("writes");
        path
    }

    fn load(&mut self, path: &Path) {
        let program = Program::read(path).unwrap_or_else(|e| panic!("{e}"));
        self.target.load(Arc::new(program), LoadOptions::default()).expect("room");
    }

    fn run(&mut self, line: &str) -> serde_json::Value {
        run(&mut self.target, line)
    }

    fn at(&self) -> Option<(u32, u16, u32)> {
        match self.target.session().status() {
            Status::Breakpoint { number, pid, pc } => Some((*number, *pid, *pc)),
            _ => None,
        }
    }

    fn reg(&self, pid: u16, i: u8) -> u32 {
        let machine = self.target.machine();
        machine.reg(machine.task(pid).expect("there"), i)
    }
}

#[test]
fn reload_keeps_the_pid_and_the_settings_of_the_task() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP), ("b.mvasm", LOOP)]);
    bench.run("step 9; sched 1 quantum 3; stdio 1 out fanout; pause 1");
    let streams = bench.run("stdio 1 out")["streams"].clone();
    bench.write("a.mvasm", LONGER);
    let answer = bench.run("reload 1");
    assert_eq!((&answer["pid"], &answer["old_pid"]), (&json!(1), &json!(1)));
    let tasks: Vec<(u16, u32, &str)> =
        bench.target.machine().tasks().iter().map(|t| (t.pid, t.quantum, t.name.as_str())).collect();
    assert_eq!(tasks, [(1, 3, "a"), (2, 1, "b")]);
    let task = bench.target.machine().task(1).expect("there");
    assert_eq!((task.steps(), task.context.pc, task.state.name()), (0, 0, "paused"));
    assert_eq!(bench.run("stdio 1 out")["streams"], streams);
    bench.run("thaw 1; until r1 == 4");
    assert_eq!(bench.reg(1, 1), 4, "it adds 2 now");
    assert!(bench.target.machine().check().is_empty());
}

#[test]
fn stops_and_expressions_in_sight_follow_a_program_that_is_loaded_again() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    bench.run("break again if r1 == 6; break a.mvasm:7; display r1; run");
    assert_eq!(bench.at(), Some((2, 1, 8)));
    bench.write("a.mvasm", LONGER);
    bench.run("reload 1; delete 2; run");
    assert_eq!(bench.at(), Some((1, 1, 8)), "the label is one instruction further down");
    assert_eq!(bench.reg(1, 1), 6);
    // Before the reload the old program runs, and the label is where it was.
    bench.run("condition 1; goto 0; run");
    assert_eq!(bench.at(), Some((1, 1, 4)));
    assert_eq!(bench.target.look(&Want::default()).watches.len(), 1);
}

#[test]
fn a_stop_whose_place_is_gone_is_marked_and_comes_back_with_it() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    bench.run("break again; break 0x8");
    bench.write("a.mvasm", OTHER);
    assert_eq!(bench.run("reload 1")["lost_stops"], json!([1]));
    let pending = bench.run("info breakpoints")["breakpoints"][0]["pending"].clone();
    assert_eq!(pending, "no task has an instruction at again");
    bench.run("delete 2; run 50");
    assert_eq!(bench.at(), None);
    bench.write("a.mvasm", LOOP);
    bench.run("reload 1; run");
    assert_eq!(bench.at(), Some((1, 1, 4)));
}

#[test]
fn a_program_that_cannot_be_read_again_leaves_its_task_as_it_is() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    bench.run("step 5; break again");
    let before = bench.target.machine().digest();
    bench.write("a.mvasm", "nonsense\n");
    fails(&mut bench.target, "reload 1");
    assert_eq!(bench.target.machine().digest(), before);
    assert_eq!(bench.target.session().stops.list().len(), 1);
}

#[test]
fn a_reload_is_replayed_from_a_recording_and_gone_back_over() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP), ("b.mvasm", LOOP)]);
    bench.run("break again -p 1; run; step 20");
    bench.write("a.mvasm", LONGER);
    bench.run("delete 1; reload 1; break again -p 1; step 30");
    let end = bench.target.machine().digest();
    bench.run("goto 3; goto present");
    assert_eq!(bench.target.machine().digest(), end);
    let file = bench.directory.path().join("a.hsxrec");
    bench.run(&format!("record {}", file.display()));
    let mut again = Local::open(&file).expect("opens");
    assert_eq!(again.machine().digest(), end);
    run(&mut again, "run");
    assert!(matches!(again.session().status(), Status::Breakpoint { number: 1, pid: 1, pc: 8 }));
}

#[test]
fn restart_reads_all_programs_again_and_keeps_stops_and_displays() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP), ("b.mvasm", LOOP)]);
    bench.target =
        std::mem::replace(&mut bench.target, Local::new("", Config::default(), LoadDefaults::default())).begun();
    bench.run("break again -p 1; ignore 1 2; display r1; run; poke 1 0x5000 2A; kill 2");
    let turn = bench.target.machine().turns();
    bench.write("a.mvasm", LONGER);
    let digest = bench.target.machine().digest();
    bench.write("b.mvasm", "nonsense\n");
    fails(&mut bench.target, "restart");
    assert_eq!(bench.target.machine().digest(), digest, "nothing has changed");
    bench.write("b.mvasm", OTHER);
    assert_eq!(bench.run("restart turn")["turn"], turn);
    assert_eq!(bench.target.machine().tasks().len(), 2);
    bench.run("restart; run");
    assert_eq!((bench.at(), bench.target.session().stops.list()[0].hits), (Some((1, 1, 8)), 1));
    assert_eq!(bench.target.look(&Want::default()).watches.len(), 1);
    // It can be begun again as often as one likes, and what came since is not part of the start.
    bench.run("restart");
    assert_eq!((bench.target.machine().turns(), bench.target.session().journal().entries().len()), (0, 2));
}

#[test]
fn restart_runs_to_the_hit_of_the_stop_where_the_session_stands() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    bench.target =
        std::mem::replace(&mut bench.target, Local::new("", Config::default(), LoadDefaults::default())).begun();
    bench.run("break again");
    let told = fails(&mut bench.target, "restart stop").1;
    assert!(told.starts_with("the session stands at no stop"), "{told}");
    bench.run("run; run; run");
    let (at, turn) = (bench.at(), bench.target.machine().turns());
    bench.write("a.mvasm", LONGER);
    crate::support::obey(&mut bench.target, "restart stop");
    let there = bench.target.session();
    assert_eq!((there.stops.list()[0].hits, there.stops.list()[0].ignore), (3, 0));
    assert_eq!(bench.at().map(|(number, pid, _)| (number, pid)), at.map(|(number, pid, _)| (number, pid)));
    assert!(bench.at() != at && bench.target.machine().turns() > turn, "the new program's label, later");
}

#[test]
fn restart_to_the_first_hit_of_a_stop_says_that_it_stops_there() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    bench.target =
        std::mem::replace(&mut bench.target, Local::new("", Config::default(), LoadDefaults::default())).begun();
    bench.run("break again; run");
    let lines =
        hsxray::command::execute_line(&mut bench.target, Some(1), "restart stop").remove(0).result.expect("lines");
    let said: Vec<String> = lines
        .then
        .iter()
        .flat_map(|line| hsxray::command::execute_line(&mut bench.target, Some(1), line))
        .map(|outcome| outcome.result.expect("done").text)
        .collect();
    assert!(said.iter().any(|text| text == "stop 1 stops at its next hit"), "{said:?}");
    assert!(!said.iter().any(|text| text.contains("0 hits")), "{said:?}");
}

#[test]
fn lanes_stay_exact_over_a_reload() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP), ("b.mvasm", LOOP)]);
    bench.run("step 21; reload 1; step 20");
    let task = |pid: u16| bench.target.machine().task(pid).expect("there").clone();
    let all: u64 = [1, 2].iter().map(|pid| task(*pid).counters.turns + task(*pid).former.turns).sum();
    assert_eq!(all, 41);
}

#[test]
fn a_label_that_several_programs_have_stops_each_of_them() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP), ("b.mvasm", LONGER), ("c.mvasm", OTHER)]);
    let first = bench.run("break again");
    assert_eq!((&first["number"], &first["place"]), (&json!(1), &json!("again")));
    let whose: Vec<(u32, Option<u16>, Option<u32>)> =
        bench.target.session().stops.list().iter().map(|s| (s.number, s.pid, s.pc())).collect();
    assert_eq!(whose, [(1, Some(1), Some(4)), (2, Some(2), Some(8))]);
    let mut hit = Vec::new();
    for _ in 0..4 {
        bench.run("run");
        hit.push(bench.at().expect("stops").1);
    }
    assert_eq!(hit, [1, 2, 1, 2]);
}

#[test]
fn a_line_of_files_of_one_name_stops_each_program_that_has_it() {
    let mut bench = Bench::new(&[("d1/x.mvasm", LOOP), ("d2/x.mvasm", LONGER)]);
    bench.run("break x.mvasm:6; break d2/x.mvasm:6");
    let whose: Vec<(Option<u16>, Option<u32>)> =
        bench.target.session().stops.list().iter().map(|s| (s.pid, s.pc())).collect();
    assert_eq!(whose, [(Some(1), Some(4)), (Some(2), Some(8)), (Some(2), Some(8))]);
}

#[test]
fn stops_say_what_they_were_asked_for() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    assert_eq!(bench.run("break again+4")["place"], "again+4");
    assert_eq!(bench.run("break 0x4")["place"], "again");
    let all = bench.run("info breakpoints")["breakpoints"].clone();
    assert_eq!((&all[0]["named"], &all[0]["where"]), (&json!("again+4"), &json!("0x0008")));
    assert_eq!((&all[1]["named"], &all[1]["place"]), (&json!(null), &json!("again")));
    bench.run("run");
    let text = hsxray::command::run_reply(&bench.target.look(&Want::default())).text;
    assert!(text.starts_with("breakpoint 2: task 1 at 0x0004 (again)"), "{text}");
}

#[test]
fn a_breakpoint_inside_an_instruction_is_refused() {
    let mut bench = Bench::new(&[("a.mvasm", ".text\n.entry start\nstart:\n    LDI32 R1, 0x12345678\n    RET\n")]);
    let (column, message) = fails(&mut bench.target, "break 4");
    assert_eq!((column, message.contains("second word of LDI32")), (Some(6), true), "{message}");
    fails(&mut bench.target, "bp 4");
}

#[test]
fn commands_with_a_run_continue_with_what_is_left_of_the_bound() {
    for (line, turn) in [("run 1000", 1000), ("step 50", 50), ("until turn 77", 77), ("schedule random 3 for 60", 60)] {
        let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
        bench.run("break again; commands 1 'run'");
        crate::support::obey(&mut bench.target, line);
        assert_eq!(bench.target.machine().turns(), turn, "{line}");
    }
    // Runs with a bound of their own go no further either, and a goal is still one.
    for (commands, line) in [("step 3", "run 100"), ("next", "run 100"), ("run", "until r1 == 30")] {
        let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
        bench.run(&format!("break again; commands 1 '{commands}'"));
        crate::support::obey(&mut bench.target, line);
        assert!(bench.target.machine().turns() <= 100, "{commands}, {line}");
    }
}

#[test]
fn log_points_write_lines_and_let_the_run_continue() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    bench.run("logpoint again 'r1 is {r1}, twice {r1 * 2}, {{}}' if r1 < 3");
    let done = bench.run("run 20");
    assert_eq!(done["turn"], 20);
    let expected =
        ["turn 1, 1: r1 is 0, twice 0, {}", "turn 3, 1: r1 is 1, twice 2, {}", "turn 5, 1: r1 is 2, twice 4, {}"];
    assert_eq!(done["logged"], json!(expected));
    assert_eq!(bench.target.session().stops.list()[0].hits, 3);
    let listed = hsxray::command::execute_line(&mut bench.target, Some(1), "info breakpoints").remove(0).result;
    let text = listed.expect("a list").text;
    assert!(text.contains("again  logs r1 is {r1}, twice {r1 * 2}, {{}}  3 hits"), "{text}");
    assert_eq!(fails(&mut bench.target, "logpoint again '{r99}'").0, Some(17));
    assert_eq!(fails(&mut bench.target, "logpoint again '{r1'").0, Some(16));
}

#[test]
fn saved_stops_are_set_again_as_they_were() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP), ("b.mvasm", LONGER)]);
    bench.run("break again if r1 > 3; tbreak 0x4 -p 2; watch 2.r1; awatch w[0x5000] len 8; catch send; logpoint start 'x {r1}'");
    bench.run("ignore 1 4; commands 2 'print r1' run; disable 3");
    let file = bench.directory.path().join("stops.txt");
    bench.run(&format!("save stops {}", file.display()));
    let text = std::fs::read_to_string(&file).expect("written");
    let mut again = Bench::new(&[("a.mvasm", LOOP), ("b.mvasm", LONGER)]);
    crate::support::obey(&mut again.target, &format!("source {}", file.display()));
    let list = |bench: &mut Bench| bench.run("info breakpoints").to_string();
    assert_eq!(list(&mut again), list(&mut bench), "{text}");
}

#[test]
fn a_deadlock_of_some_passes_where_that_is_asked_for() {
    let mut bench = Bench::new(&[("a.mvasm", LOOP)]);
    assert_eq!(bench.run("set deadlock_stops")["deadlock_stops"], true);
    assert_eq!(bench.run("set deadlock_stops off")["deadlock_stops"], false);
    assert!(!bench.target.look(&Want::lists()).deadlock_stops);
}
