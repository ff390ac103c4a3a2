//! What the screen shows of the fate of a run.

use crate::panes::{alone, seen};
use crate::support::run;
use hsxray::backend::{
    Config, LaneViewport, LoadDefaults, LoadOptions, Local, Program, RunState, Snapshot, Target, Want,
};
use hsxray::ui::{self, App, PaneId};
use std::sync::Arc;

fn demo(lines: &str) -> Local {
    let mut local = hsxray::demo::target("lost-update").expect("demo");
    run(&mut local, lines);
    local
}

fn look(local: &mut Local, columns: u16) -> Arc<Snapshot> {
    let lanes = Some(LaneViewport { columns: columns.into(), power: Some(0), first: 1, ..LaneViewport::default() });
    local.look(&Want { lanes, fate: true, ..Want::default() })
}

#[test]
fn the_timeline_and_the_tasks_show_what_can_come_of_the_run() {
    let mut local = demo("explore follow 1*4 2*6 1*2; fate finally 'w[0x5000] == 2'; goto 5");
    look(&mut local, 60);
    local.wait_for_fate();
    for (width, height) in [(40, 9), (80, 12), (120, 14)] {
        let now = look(&mut local, width - 13);
        seen(&format!("timeline-fate-{width}"), PaneId::Timeline, &now, (width, height));
        let tasks = alone(PaneId::Tasks, &now, (width, 9), |_| {});
        for (name, label) in [("first", "safe"), ("second", "lost")] {
            let row = tasks.lines().find(|line| line.contains(name)).expect("a row");
            assert!(row.contains(label), "{tasks}");
        }
    }
}

#[test]
fn the_fate_of_the_run_in_view_is_kept_up_to_date_in_the_background() {
    let mut local = demo("step 3");
    assert_eq!(look(&mut local, 60).fate, None, "it was not asked for");
    run(&mut local, "fate finally 'w[0x5000] == 2'");
    let letters = |now: &Snapshot| now.fate.as_ref().and_then(|f| f.run.as_ref().map(|view| view.fate.letters()));
    assert_eq!(letters(&look(&mut local, 60)).as_deref(), Some("mmmm"));
    run(&mut local, "run 9");
    // What was known stays true of the turns it is about.
    let letters_so_far = letters(&look(&mut local, 60)).expect("a lane");
    assert!(letters_so_far.starts_with("mmmm"), "{letters_so_far}");
    assert!(local.position().settling);
    local.wait_for_fate();
    let now = look(&mut local, 60);
    assert_eq!((letters(&now).as_deref(), local.position().settling), (Some("mmmmLLLLLLLLL"), false));
    run(&mut local, "goto 3");
    look(&mut local, 60);
    local.wait_for_fate();
    let now = look(&mut local, 60);
    assert_eq!(letters(&now).as_deref(), Some("mmmmLLLLLLLLL"), "the whole run is in view");
    let next = now.fate.as_ref().map(|f| f.next.iter().map(|(pid, l)| (*pid, l.name())).collect::<Vec<_>>());
    assert_eq!(next.as_deref(), Some(&[(1, "may fail"), (2, "lost")][..]));
    run(&mut local, "fate off");
    assert_eq!(look(&mut local, 60).fate, None);
}

fn refused(local: &mut Local, line: &str) -> String {
    let words = hsxray::command::split(line).expect("a line").remove(0);
    hsxray::command::execute(local, Some(1), words).expect_err("refused").to_string()
}

fn ahead(local: &mut Local, pid: u16) -> Arc<Snapshot> {
    let want = Want { could: true, pid: Some(pid), ..Want::default() };
    local.look(&want);
    local.wait_for_could(pid);
    local.look(&want)
}

#[test]
fn a_pane_lists_what_the_selected_task_could_see_next() {
    let mut local = demo("");
    for (width, height) in [(40, 11), (80, 9), (120, 9)] {
        seen(&format!("could-{width}"), PaneId::Could, &ahead(&mut local, 2), (width, height));
    }
    let shown = ahead(&mut local, 1).could.clone().expect("shown");
    assert_eq!((shown.pid, shown.n), (1, Some(2)), "it follows the selection");
    run(&mut local, "explore follow 1*7");
    let shown = ahead(&mut local, 1).could.clone().expect("shown");
    assert_eq!((shown.n, shown.known.is_none()), (None, true), "it has ended");
}

#[test]
fn a_task_that_sleeps_sees_something_after_its_sleep() {
    let source = ".text\n    LDI R0, 1\n    SVC 6, 0\n    LDI32 R1, 0x5000\n    LD R2, [R1+0]\n    RET\n";
    let mut local = Local::new("test", Config::default(), LoadDefaults::default());
    let program = Arc::new(Program::builtin("test.mvasm", source).expect("assembles"));
    for _ in 0..2 {
        local.load(Arc::clone(&program), LoadOptions::default()).expect("room");
    }
    run(&mut local, "explore follow 1*2");
    assert_eq!(local.machine().tasks()[0].state, RunState::Sleeping);
    let shown = ahead(&mut local, 1).could.clone().expect("shown");
    assert_eq!(shown.n, Some(4), "its load, though another task could run before");
}

#[test]
fn a_pane_says_why_it_is_not_known_what_a_task_could_see() {
    let mut local = demo("explore follow 1*7");
    seen("could-none", PaneId::Could, &ahead(&mut local, 1), (60, 9));
}

#[test]
fn what_a_task_could_see_is_opened_as_a_branch() {
    let mut local = demo("step 3");
    assert!(refused(&mut local, "could open 1").contains("was not asked for"));
    run(&mut local, "could 2 2 after 0; could open 2");
    assert_eq!(local.machine().turns(), 7, "five turns of 1, then two of 2");
    assert_eq!(local.machine().reg(&local.machine().tasks()[1], 2), 1, "the value it was to see");
    assert_eq!(local.look(&Want::default()).branches.len(), 2, "what was there before is kept");
    assert!(refused(&mut local, "could open 3").contains("nothing with number 3"));
}

#[test]
fn three_choices_of_what_a_task_sees_lose_an_update() {
    let mut local = demo("");
    let mut app = App::new((120, 40));
    let mut now = local.look(&Want::default());
    app.look(&now);
    let mut press = |local: &mut Local, keys: &str| {
        now = ui::press(&mut app, local, keys, now.clone()).expect("keys");
        local.wait_for_could(app.view.selected.expect("a task"));
        now = local.look(&app.want());
        app.look(&now);
    };
    press(&mut local, ": \"set world any\" Enter");
    // 1 sees 0, as things stand: it stands in front of its load after one turn.
    press(&mut local, "1 p S");
    press(&mut local, "S");
    assert_eq!(local.machine().turns(), 1, "what it sees is asked first");
    press(&mut local, "Enter");
    assert_eq!(local.machine().turns(), 2);
    // 2 sees 0, too, though 1 could have stored first.
    press(&mut local, "2 p 9 S");
    assert_eq!(local.machine().turns(), 3, "of nine turns those in front of its load");
    press(&mut local, "S");
    press(&mut local, "Enter");
    // Nothing else is seen: both go to their ends.
    press(&mut local, "5 S");
    press(&mut local, "1 p 5 S");
    assert!(local.machine().tasks().iter().all(|task| task.state == RunState::Returned), "both have returned");
    assert_eq!(local.machine().peek(&local.machine().tasks()[0], 0x5000, 4), [1, 0, 0, 0], "one of two is lost");
}

#[test]
fn the_chapter_on_fate_says_what_the_commands_answer() {
    let chapter = std::fs::read_to_string(crate::support::project("docs/fate.md")).expect("a chapter");
    let mut local = hsxray::demo::target("lost-update").expect("demo");
    let mut commands = 0;
    for block in chapter.split("```\n").skip(1).step_by(2) {
        let (mut said, mut expected) = (String::new(), String::new());
        for line in block.lines() {
            let Some(command) = line.strip_prefix(": ") else {
                expected += &format!("{line}\n");
                continue;
            };
            let outcome = hsxray::command::execute_line(&mut local, Some(1), command).remove(0);
            let reply = outcome.result.unwrap_or_else(|e| panic!("{command}: {e}"));
            if ["fate", "could", "world"].iter().any(|verb| command.starts_with(verb)) {
                said += &format!("{}\n", reply.text);
            }
            commands += 1;
        }
        assert_eq!(said, expected);
    }
    assert_eq!(commands, 7);
}
