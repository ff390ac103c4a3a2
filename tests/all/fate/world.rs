//! What the others have changed since a task's last turn that it will read.

use crate::support::run;
use hsxray::backend::{Local, Want};
use serde_json::{Value, json};

fn demo(name: &str, lines: &str) -> Local {
    let mut local = hsxray::demo::target(name).expect("demo");
    run(&mut local, lines);
    local
}

fn changes(local: &mut Local, pid: u16) -> (Value, Vec<Value>) {
    let world = run(local, &format!("world {pid}"));
    let changes = world["changes"].as_array().expect("a list").clone();
    (world, changes)
}

#[test]
fn a_word_that_another_task_has_stored_is_there_and_who_stored_it() {
    // 2 stands in front of its load, and 1 has stored.
    let mut local = demo("lost-update", "explore follow 2*1 1*5");
    let (world, found) = changes(&mut local, 2);
    assert_eq!((&world["since"], &world["pid"]), (&json!(1), &json!(2)));
    let [word] = &found[..] else { panic!("one change: {found:?}") };
    for (key, value) in [
        ("what", json!("bytes")),
        ("address", json!("0x5000")),
        ("old", json!("00000000")),
        ("new", json!("01000000")),
        ("by", json!(1)),
        ("turn", json!(6)),
        ("read_in", json!(2)),
    ] {
        assert_eq!(word[key], value, "{key} in {word}");
    }
    // What it has loaded already it does not read again.
    let mut local = demo("lost-update", "explore follow 2*2 1*5");
    assert_eq!(changes(&mut local, 2).1, Vec::<Value>::new());
}

#[test]
fn what_a_task_writes_itself_first_is_no_news() {
    let mut local = demo("lost-update", "explore follow 2*1 1*2; reg 2 r2 77; reg 2 r1 0x5010");
    // R1 is read by the load, R2 is overwritten by it.
    let (_, found) = changes(&mut local, 2);
    let names: Vec<&Value> = found.iter().map(|change| &change["name"]).collect();
    assert_eq!(names, [&json!("R1 of 2")], "{found:?}");
    assert_eq!(found[0]["by"], 0, "the host");
}

#[test]
fn a_message_that_waits_for_the_task_is_there() {
    let mut local = demo("ping", "run 3; pause 2; run 60");
    run(&mut local, "resume 2");
    let (_, found) = changes(&mut local, 2);
    let messages: Vec<&Value> = found.iter().filter(|change| change["what"] == "message").collect();
    assert!(!messages.is_empty(), "{found:?}");
    assert_eq!((&messages[0]["name"], &messages[0]["by"]), (&json!("app:ping"), &json!(1)));
}

#[test]
fn the_pane_shows_the_same_and_leads_to_the_turn() {
    let mut local = demo("lost-update", "explore follow 2*1 1*5");
    let now = local.look(&Want { world: true, pid: Some(2), ..Want::default() });
    for (width, height) in [(60, 12), (120, 14)] {
        crate::panes::seen(&format!("world-{width}"), hsxray::ui::PaneId::World, &now, (width, height));
    }
    let none = local.look(&Want { world: true, pid: Some(1), ..Want::default() });
    crate::panes::seen("world-nothing", hsxray::ui::PaneId::World, &none, (60, 12));
}
