//! The view of a switch, half steps, and the pane that explains.

use crate::support::{role_map, snapshot};
use hsxray::backend::{Local, Snapshot, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::ui::{self, App, Palette, PaneId, Theme, picture};
use ratatui::buffer::Buffer;
use std::sync::Arc;

/// The demo of the sketches in front of a turn.
fn ping(lines: &str) -> Local {
    let mut target = demo::target("ping").expect("demo");
    for words in command::split(lines).expect("line") {
        if command::execute(&mut target, None, words).expect("command").started {
            while target.pump(1_000_000) {}
        }
    }
    target
}

/// The message of the sketches has just been sent: task 2 is next.
const SENT: &str = "run 429; step";

pub fn pressed(target: &mut Local, size: (u16, u16), keys: &str) -> (App, Arc<Snapshot>) {
    let now = target.look(&Want::default());
    let mut app = App::new(size);
    let now = ui::press(&mut app, target, keys, now).expect("keys");
    (app, now)
}

pub fn drawn(target: &mut Local, size: (u16, u16), keys: &str, theme: &Theme) -> Buffer {
    let (app, now) = pressed(target, size, keys);
    ui::render(&now, &app.view, theme, size)
}

/// A screen in colour, as text with a map of its roles, and in plain ASCII.
fn seen(name: &str, lines: &str, keys: &str) {
    let (colour, plain) = (Theme::default(), Theme::new(Palette::None, true));
    for size in [(80, 24), (120, 40)] {
        if size == (120, 40) {
            let buffer = drawn(&mut ping(lines), size, keys, &colour);
            snapshot(name, &format!("{}\n{}", picture::text(&buffer), role_map(&buffer, &colour)));
        }
        let text = picture::text(&drawn(&mut ping(lines), size, keys, &plain));
        assert!(text.is_ascii(), "{text}");
    }
}

/// Keys that switch half steps on.
const HALVES: &str = ": \"set halfstep on\" Enter";

#[test]
fn the_explanation_fills_a_screen() {
    seen("explain-send", SENT, "i z");
    seen("explain-switch", "run 430; step", "i z");
}

#[test]
fn the_windows_view_shows_the_switch_as_a_half_step() {
    seen("switch-before", SENT, "v s");
    seen("switch-half", SENT, &format!("v s {HALVES} s"));
}

#[test]
fn every_format_fits_the_strip() {
    let mut all = String::new();
    for format in ["signed", "unsigned", "binary", "f16", "text"] {
        let keys = format!("v s z : \"set numbers {format}\" Enter");
        all += &picture::text(&drawn(&mut ping(SENT), (120, 24), &keys, &Theme::default()));
        all.push('\n');
    }
    snapshot("switch-formats", &all);
}

#[test]
fn a_half_step_moves_the_pointer_and_not_the_machine() {
    let mut target = ping(SENT);
    let (mut app, now) = pressed(&mut target, (80, 24), &format!("v s {HALVES}"));
    let turns = |target: &Local| target.machine().turns();
    let start = turns(&target);
    let now = ui::press(&mut app, &mut target, "s", now).expect("keys");
    assert_eq!((turns(&target), app.view.half), (start, Some(start)));
    // Taken back, and taken again.
    let now = ui::press(&mut app, &mut target, "u", now).expect("keys");
    assert_eq!((turns(&target), app.view.half), (start, None));
    let now = ui::press(&mut app, &mut target, "s s", now).expect("keys");
    assert_eq!((turns(&target), app.view.half, now.last), (start + 1, None, Some(2)));
    // Repeated it halves as well; a count, a task alone and a task that runs on do not.
    let now = ui::press(&mut app, &mut target, ".", now).expect("keys");
    assert_eq!((turns(&target), app.view.half), (start + 1, Some(start + 1)));
    let now = ui::press(&mut app, &mut target, ". 2 s S", now).expect("keys");
    assert_eq!((turns(&target), app.view.half), (start + 5, None));
    // Switched off in between, the next step is whole.
    let keys = "s : \"set halfstep off\" Enter s";
    let now = ui::press(&mut app, &mut target, keys, now).expect("keys");
    assert_eq!((now.turn, app.view.half), (start + 6, None));
}

#[test]
fn a_half_step_opens_the_pane_where_it_is_not_shown() {
    let mut target = ping(SENT);
    let (app, _) = pressed(&mut target, (80, 24), &format!("{HALVES} s"));
    assert_eq!((app.view.layout.focus, app.view.layout.strip), (PaneId::Switch, PaneId::Switch));
    assert!(app.view.notices.message.contains("the switch from 1 to 2"), "{}", app.view.notices.message);
}

#[test]
fn the_cursor_goes_over_all_windows_and_opens_memory() {
    let mut target = ping(SENT);
    // Four registers a row: the first of task 1, one row on, one to the right; then the next window.
    let (app, _) = pressed(&mut target, (80, 24), "v s j l Enter");
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Memory).cursor), (PaneId::Memory, 0x1014));
    let (app, _) = pressed(&mut target, (80, 24), "v s 5 j 3 l Enter");
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Memory).cursor), (PaneId::Memory, 0x105C));
    // The strip and the bytes are lit together.
    let theme = Theme::new(Palette::None, false);
    let buffer = drawn(&mut target, (120, 40), "v s j l", &theme);
    let reversed = buffer.content.iter().filter(|c| c.modifier.contains(ratatui::style::Modifier::REVERSED));
    let text: String = reversed.map(|c| c.symbol()).collect();
    assert!(text.contains("00000003"), "{text}");
}

#[test]
fn what_is_not_on_the_screen_is_not_explained() {
    let mut target = ping(SENT);
    let (app, now) = pressed(&mut target, (80, 24), "");
    assert!(!app.want().explain && now.explained.is_none());
    let (app, now) = pressed(&mut target, (80, 24), "i");
    assert!(app.want().explain && now.explained.clone().is_some_and(|told| told.turn == 430));
}
