//! What the screen shows of the fate of a run.

use crate::panes::{alone, seen};
use crate::support::run;
use hsxray::backend::{LaneViewport, Local, Snapshot, Target, Want};
use hsxray::ui::PaneId;
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
    assert!(local.position().judging);
    local.wait_for_fate();
    let now = look(&mut local, 60);
    assert_eq!((letters(&now).as_deref(), local.position().judging), (Some("mmmmLLLLLLLLL"), false));
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
            if command.starts_with("fate") || command.starts_with("could") {
                said += &format!("{}\n", reply.text);
            }
            commands += 1;
        }
        assert_eq!(said, expected);
    }
    assert_eq!(commands, 4);
}
