//! What several tasks do to a variable of C: races and lanes call it by its name, and a race that is gone to shows its task.

use super::handmade::{Handmade, at, text};
use crate::support::run;
use hsxray::backend::{Config, Local, Program};
use hsxray::ui::{self, App, Theme, picture};
use std::sync::Arc;

/// A task whose `main` has a `total` at 0xFFF4, and one that adds to that word.
fn two() -> Local {
    let own = Handmade { words: vec![(-4, 5)], locals: vec![("total", at(-4), 3)], ..Handmade::default() };
    let other = ".entry start\n.text\nstart:\n    LDI32 R1, 0xFFF4\n    LDI R3, 1\nagain:\n    LD R2, [R1+0]\n    \
                 ADD R2, R2, R3\n    ST [R1+0], R2\n    JMP again\n";
    let mut target = Local::new("two", Config { protect: false, ..Config::default() }, Default::default());
    target.load(Arc::new(own.program()), Default::default()).expect("loads");
    target
        .load(Arc::new(Program::builtin("other.mvasm", other).expect("assembles")), Default::default())
        .expect("loads");
    run(&mut target, "tbreak app.c:6; run");
    target
}

#[test]
fn races_and_lanes_name_a_variable_that_another_task_has_written() {
    let mut target = two();
    let races = text(&mut target, "races");
    assert!(races.contains("total of 1"), "{races}");
    let theme = Theme::default();
    let mut app = App::new((160, 50));
    let now = target.look(&app.want());
    app.look(&now);
    let now = ui::press(&mut app, &mut target, ": \"show timeline\" Enter z", now).expect("keys");
    let shown = picture::text(&ui::render(&now, &app.view, &theme, (160, 50)));
    assert!(shown.contains("1:total"), "{shown}");
}

#[test]
fn a_race_that_is_gone_to_selects_the_task_of_its_access() {
    let mut target = hsxray::demo::target("race-in-c").expect("demo");
    run(&mut target, "run");
    let mut app = App::new((120, 40));
    let now = target.look(&app.want());
    app.look(&now);
    let mut now = ui::press(&mut app, &mut target, ": races Enter", now).expect("keys");
    let mut seen = std::collections::BTreeSet::new();
    for (race, earlier) in (1..=3).flat_map(|race| [(race, ""), (race, " earlier")]) {
        now = ui::press(&mut app, &mut target, &format!(": \"races go {race}{earlier}\" Enter"), now).expect("keys");
        assert_eq!(app.view.selected, now.last, "race {race}{earlier}");
        seen.extend(app.view.selected);
    }
    assert_eq!(seen.len(), 2, "accesses of both tasks were looked at");
}
