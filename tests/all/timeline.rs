//! The timeline on the screen: its pictures, its keys, the mouse, and going from event to event.

use crate::support::{project, role_map, snapshot};
use hsxray::backend::request::{Goto, Travel};
use hsxray::backend::{Local, Snapshot, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::executive::trace::TraceKind;
use hsxray::ui::theme::Theme;
use hsxray::ui::{self, App, Button, Effect, Mouse, Palette, Pointer, picture};
use std::collections::BTreeSet;
use std::sync::Arc;

fn run(target: &mut Local, lines: &str) {
    for words in command::split(lines).expect("line") {
        let reply = command::execute(target, None, words).expect("command");
        if reply.started {
            while target.pump(1_000_000) {}
        }
    }
}

fn after(name: &str, lines: &str) -> Local {
    let mut target = demo::target(name).expect("demo");
    run(&mut target, lines);
    target
}

/// The pane alone on the screen, after some keys.
fn opened(target: &mut Local, size: (u16, u16), keys: &str) -> (App, Arc<Snapshot>) {
    let mut app = App::new(size);
    let now = target.look(&Want::default());
    let now = ui::press(&mut app, target, &format!("7 Tab z {keys}"), now).expect("keys");
    (app, now)
}

fn shown(target: &mut Local, size: (u16, u16), keys: &str, theme: Theme) -> String {
    let (app, now) = opened(target, size, keys);
    let text = picture::text(&ui::render(&now, &app.view, &theme, size));
    // Messages and hints stand below the pane, and the slider.
    let mut lines: Vec<&str> = text.lines().take(usize::from(size.1) - 3).collect();
    while lines.last().is_some_and(|l| l.is_empty()) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

#[test]
fn over_virtual_time_long_sleeps_are_long() {
    let mut target = after("sleepers", "run 60; bookmark here; run 40");
    for (width, height) in [(120, 40)] {
        for (zoom, keys) in [("1", "%"), ("64", "% ( ( ( ( ( ("), ("all", "% ( ( ( ( ( ( ( ( ( ( ( ( ( ( ( (")] {
            let text = shown(&mut target, (width, height), keys, Theme::default());
            snapshot(&format!("timeline-time-{zoom}"), &text);
        }
    }
    let ascii = shown(&mut target, (80, 24), "% ( ( ( ( ( (", Theme::new(Palette::None, true));
    assert!(ascii.is_ascii());
    let (app, now) = opened(&mut target, (80, 14), "% ( ( ( ( ( (");
    let theme = Theme::default();
    snapshot("timeline-time-roles", &role_map(&ui::render(&now, &app.view, &theme, (80, 14)), &theme));
}

#[test]
fn keys_move_through_virtual_time_turn_by_turn_where_nothing_else_ends() {
    let mut target = after("sleepers", "run 100");
    let (_, now) = opened(&mut target, (80, 24), "% ( ( ( ( ( (");
    assert_eq!(now.turn, 100);
    let mut turn = now.turn;
    for _ in 0..12 {
        let (_, now) = opened(&mut target, (80, 24), "% ( ( ( ( ( ( Left");
        assert!(now.turn < turn, "{} is before {turn}", now.turn);
        turn = now.turn;
    }
    for _ in 0..12 {
        let (_, now) = opened(&mut target, (80, 24), "% ( ( ( ( ( ( Right");
        assert!(now.turn > turn || turn == 100, "{} is after {turn}", now.turn);
        turn = now.turn;
    }
    let (app, now) = opened(&mut target, (80, 24), "% % Home Right");
    assert_eq!((now.turn, app.view.timeline.time), (1, false));
}

const OUT: [(&str, &str); 3] = [("1", ""), ("8", "( ( ("), ("all", "( ( ( ( ( ( ( ( ( ( ( ( ( (")];

#[test]
fn lanes_at_the_least_and_the_greatest_size_and_three_zooms() {
    for (width, height) in [(80, 24), (200, 60)] {
        for (zoom, keys) in OUT {
            let lines = match zoom {
                "all" => "run 100000",
                _ => "catch send; run; run; run; run; run; run; run; run; run 30; bookmark here; run 60",
            };
            let text = shown(&mut after("ping", lines), (width, height), keys, Theme::default());
            assert!(text.lines().count() < 12, "the rest of the pane is empty:\n{text}");
            snapshot(&format!("timeline-{zoom}-{width}x{height}"), &text);
        }
    }
}

#[test]
fn lanes_in_ascii_without_colour_and_in_the_past() {
    let lines = "run 426; bookmark here; goto 389";
    for (zoom, keys) in OUT {
        let theme = Theme::new(Palette::None, true);
        let text = shown(&mut after("ping", lines), (80, 14), keys, theme);
        assert!(text.is_ascii(), "{text}");
        if zoom == "8" {
            snapshot("timeline-ascii", &text);
        }
    }
    let mut target = after("ping", lines);
    let text = shown(&mut target, (80, 14), "", Theme::default());
    snapshot("timeline-past", &text);
    for (name, palette) in [("dark", Palette::Dark), ("none", Palette::None)] {
        let theme = Theme::new(palette, false);
        let (app, now) = opened(&mut target, (80, 14), "");
        snapshot(&format!("timeline-roles-{name}"), &role_map(&ui::render(&now, &app.view, &theme, (80, 14)), &theme));
    }
}

#[test]
fn lanes_of_other_demos() {
    let states = [("deadlock", "run"), ("runaway", "run; run 20"), ("sleepers", "run"), ("fanout", "run 400")];
    for (name, lines) in states {
        let mut all = String::new();
        for keys in ["", "( ("] {
            all += &shown(&mut after(name, lines), (100, 14), keys, Theme::default());
        }
        snapshot(&format!("timeline-{name}"), &all);
    }
}

#[test]
fn no_two_marks_look_the_same() {
    for ascii in [false, true] {
        let symbols = *Theme::new(Palette::None, ascii).symbols();
        let parts = &symbols.heights[..7];
        let marks = symbols.lane.iter().chain(&symbols.lane_events).chain(parts).chain(&symbols.stop[..1]);
        let marks: Vec<&&str> = marks.collect();
        assert_eq!(marks.iter().collect::<BTreeSet<_>>().len(), marks.len(), "{marks:?}");
        assert!(!ascii || marks.iter().all(|m| m.is_ascii()));
    }
}

#[test]
fn the_cursor_is_the_turn() {
    let mut target = after("ping", "run 426");
    let mut turn = |keys: &str| opened(&mut target, (120, 20), keys).1.turn;
    assert_eq!(turn("Left"), 425);
    assert_eq!(turn("1 0 Left"), 415);
    assert_eq!(turn("3 Right"), 418);
    assert_eq!(turn("Home"), 0);
    assert_eq!(turn("Left"), 0);
    assert_eq!(turn("Right"), 1);
    assert_eq!(turn("End"), 426);
    assert_eq!(turn("Right"), 426);
    // Eight turns a column: the cursor goes to the last turn of one.
    assert_eq!(turn("( ( ( Left"), 424);
    assert_eq!(turn("( ( ( 2 Left"), 416);
    assert_eq!(turn("( ( ( ) ) ) Right"), 417);
    // Esc returns to the turn that was left, not to the present.
    assert_eq!(turn("Left Left Esc"), 417);
    assert_eq!(turn("End"), 426);
}

#[test]
fn registers_trace_and_memory_follow_the_cursor() {
    let mut target = after("ping", "run 426");
    let (_, now) = opened(&mut target, (120, 20), "3 8 Left");
    assert_eq!(now.trace.last().map(|e| e.turn), Some(388));
    assert!(now.history.past && now.lanes.is_some());
    let alone = after("ping", "run 388").look(&Want::default());
    assert_eq!((&now.ram, &now.tasks), (&alone.ram, &alone.tasks));
}

#[test]
fn columns_are_moved_and_the_cursor_stays() {
    let mut target = after("ping", "run 5000");
    let (app, now) = opened(&mut target, (113, 20), "PgUp PgUp");
    assert_eq!((now.turn, now.lanes.as_ref().map(|l| l.window.first_of(0))), (5000, Some(4701)));
    assert!(app.view.timeline.fixed);
    // Enter goes to the middle of what is in sight.
    let (app, now) = opened(&mut target, (113, 20), "PgUp PgUp Enter");
    assert_eq!((now.turn, app.view.timeline.fixed), (4751, false));
    let (app, now) = opened(&mut target, (113, 20), "End PgUp Esc");
    assert_eq!((now.turn, app.view.timeline.fixed), (5000, false));
    // Zooming keeps the cursor in its column.
    let column = |now: &Snapshot| now.lanes.as_ref().and_then(|l| l.window.column_of(now.turn));
    let (_, before) = opened(&mut target, (113, 20), "2 0 Left");
    let (_, wide) = opened(&mut target, (113, 20), "2 0 Left (");
    assert!(column(&before) == Some(79) && column(&wide).is_some_and(|c| c >= 79), "{:?}", column(&wide));
}

#[test]
fn a_click_goes_to_a_turn_and_a_drag_on() {
    let mut target = after("ping", "run 426");
    let (mut app, now) = opened(&mut target, (113, 20), "");
    let mut at = |what, x| app.mouse(Pointer { what, x, y: 3 }, &now);
    let goto = |turn| vec![Effect::Send(Travel::Goto(Goto::Turn(turn)).into())];
    // The last of a hundred columns is the present.
    assert_eq!(at(Mouse::Press(Button::Left), 102), goto(416));
    assert_eq!(at(Mouse::Drag, 101), goto(415));
    assert_eq!(at(Mouse::Drag, 112), []);
    assert_eq!(at(Mouse::Release, 112), []);
    assert_eq!(at(Mouse::Drag, 50), []);
    assert_eq!(at(Mouse::Press(Button::Left), 2), []);
    assert_eq!(app.view.selected, Some(2));
}

#[test]
fn next_and_previous_find_every_event_of_the_trace() {
    let mut target = after("ping", "run 600");
    let entries: Vec<_> = target.machine().trace().last(usize::MAX).collect();
    let wanted = [
        TraceKind::Send,
        TraceKind::Recv,
        TraceKind::Block,
        TraceKind::Wake,
        TraceKind::Timeout,
        TraceKind::Halt,
        TraceKind::Fault,
        TraceKind::Break,
    ];
    let turns = |kinds: &[TraceKind], pid: Option<u16>| -> Vec<u64> {
        let found =
            entries.iter().filter(|e| kinds.contains(&e.kind()) && pid.is_none_or(|p| p == e.pid) && e.turn > 0);
        found.map(|e| e.turn).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let cases = [
        ("", turns(&wanted, None)),
        (" send", turns(&[TraceKind::Send], None)),
        (" block wake -p 2", turns(&[TraceKind::Block, TraceKind::Wake], Some(2))),
    ];
    for (words, turns) in cases {
        assert!(turns.len() > 5);
        run(&mut target, "goto start");
        for turn in &turns {
            run(&mut target, &format!("goto next{words}"));
            assert_eq!(target.machine().turns(), *turn, "next{words}");
        }
        let words_of = |line: &str| command::split(line).expect("line").remove(0);
        assert!(command::execute(&mut target, None, words_of(&format!("goto next{words}"))).is_err());
        run(&mut target, "goto present");
        for turn in turns.iter().rev() {
            run(&mut target, &format!("goto previous{words}"));
            assert_eq!(target.machine().turns(), *turn, "previous{words}");
        }
        assert!(command::execute(&mut target, None, words_of(&format!("goto previous{words}"))).is_err());
    }
    let error = command::execute(&mut target, None, command::split("goto next sent").expect("line").remove(0));
    assert!(error.expect_err("no kind").message.contains("not one of trap, block"));
}

#[test]
fn brackets_go_from_event_to_event_as_filtered() {
    let mut target = after("ping", "run 426");
    let mut turn = |keys: &str| opened(&mut target, (120, 20), keys).1.turn;
    let all = turn("[");
    assert!(all < 426);
    let sent = turn("End \\ \"send pid=1\" Enter [");
    assert!(sent < all, "{sent} {all}");
    assert!(turn("\\ \"kind=send\" Enter ]") > sent || turn("[") < sent);
}

#[test]
fn batch_and_plain_tell_the_lanes_as_text() {
    let binary = || std::process::Command::new(env!("CARGO_BIN_EXE_hsxray"));
    let file = |name: &str| project(&format!("assets/programs/ping/{name}.mvasm"));
    let words = ["-e", "run 426", "-e", "show timeline"];
    let said = binary().arg("batch").args(["producer", "consumer"].map(file)).args(words).output().expect("runs");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success() && text.contains("Pane 7, timeline: "), "{text}");
    assert!(text.is_ascii() && text.contains("1 producer #") && text.contains("2 consumer ") && text.contains("turn "));
    let bad = binary().arg("batch").arg(file("ticker")).args(["-e", "show nothing"]).output().expect("runs");
    assert!(!bad.status.success() && String::from_utf8_lossy(&bad.stderr).contains("there is no pane nothing"));
    let json = binary().args(["batch", "--json"]).arg(file("ticker")).args(["-e", "show 7"]).output().expect("runs");
    let reply: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(reply["reply"]["name"], "timeline");
}

#[test]
fn a_frame_of_a_long_run_has_all_columns() {
    let mut target = after("ping", "run 3000000");
    for out in 0..16 {
        let keys = vec!["("; out].join(" ");
        let text = shown(&mut target, (200, 60), &keys, Theme::default());
        let lane = text.lines().find(|l| l.contains("producer")).expect("a lane");
        // The widest columns hold the whole run and may not be full.
        assert!(lane.chars().count() == 200 || out > 13, "{out}\n{text}");
    }
}
