//! Random keys, clicks and sizes: nothing panics, panes stay apart and on the screen, and the pane with
//! the focus is always there.

use crate::support::Dice;
use hsxray::backend::{Local, Snapshot, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::lesson::SHELF;
use hsxray::ui::layout::{self, layout};
use hsxray::ui::{self, App, Button, Effect, Mouse, Pointer, Theme};
use std::sync::Arc;

/// Every key of the table, and some that type texts.
fn keys() -> Vec<String> {
    let table = hsxray::ui::action::KEYS.iter().flat_map(|r| r.keys).flat_map(|k| k.split(' '));
    let typed =
        ["1", "2", "4", "9", "x", "Space", "Backspace", "Delete", "Ctrl-R", "é", "'", ";", "Esc", "Esc", "Enter"];
    table.chain(typed).map(str::to_owned).collect()
}

fn size(dice: &mut Dice) -> (u16, u16) {
    match dice.roll(4) {
        0 => *dice.of(&[(80, 24), (120, 40), (200, 60), (60, 20), (40, 12), (1, 1)]),
        _ => (1 + dice.roll(400) as u16, 1 + dice.roll(150) as u16),
    }
}

fn pointer(dice: &mut Dice, (width, height): (u16, u16)) -> Pointer {
    let buttons = [Mouse::Press(Button::Left), Mouse::Press(Button::Right), Mouse::Drag, Mouse::Drag, Mouse::Release];
    let what = match dice.roll(7) {
        0 => Mouse::Wheel(3),
        1 => Mouse::Wheel(-3),
        _ => *dice.of(&buttons),
    };
    // Now and then beyond the border, as terminals report drags.
    let at = |dice: &mut Dice, extent: u16| dice.roll(u64::from(extent) + 3) as u16;
    Pointer { what, x: at(dice, width), y: at(dice, height) }
}

/// Does what the screen asks for, in short runs.
fn carry_out(app: &mut App, target: &mut Local, effects: Vec<Effect>, now: &Snapshot) {
    for effect in effects {
        match effect {
            Effect::Send(request) => {
                let line = request.to_string();
                if !app.holds_back(&request, now) {
                    answered(app, target, &line, |target| command::send(target, request));
                }
            }
            Effect::Command(line) | Effect::Key(line) => {
                for words in command::split(&line).unwrap_or_default() {
                    let name = words[0].text.clone();
                    let screen = matches!(command::find(&name)[..], [row] if row.family == command::Family::Screen);
                    if screen {
                        let _ = app.screen_command(command::find(&name)[0].name, &words, now);
                        ui::begin_page(app, target);
                        continue;
                    }
                    let selected = app.view.selected;
                    answered(app, target, &line, |target| command::execute(target, selected, words));
                }
            }
            Effect::Palette(all) => app.open_palette(all, now),
            Effect::Complete => app.complete(vec![("step".into(), "a turn".into()), ("stack".into(), "words".into())]),
            Effect::Pause => target.pause(),
            Effect::Copy(_) | Effect::Redraw | Effect::Suspend | Effect::GoOn(_) | Effect::Quit => {}
        }
    }
}

fn answered(
    app: &mut App,
    target: &mut Local,
    line: &str,
    done: impl FnOnce(&mut Local) -> Result<command::Reply, command::CommandError>,
) {
    match done(target) {
        Ok(reply) if reply.started => {
            target.pump(300);
            target.pause();
        }
        Ok(reply) => app.answer(&reply.text),
        Err(e) => app.fail(&e.message, line, e.column),
    }
}

fn check(app: &App, about: &str) {
    let view = &app.view;
    let panes = layout(view);
    for (i, (id, a)) in panes.iter().enumerate() {
        assert!(
            a.right() <= view.layout.size.0 && a.bottom() + 2 <= view.layout.size.1 && a.y >= 1,
            "{about}: {id:?} {a:?}"
        );
        for (other, b) in &panes[..i] {
            assert!(!a.intersects(*b) && id != other, "{about}: {id:?} {a:?} and {other:?} {b:?}");
        }
    }
    let fits = view.layout.size.0 >= layout::LEAST.0 && view.layout.size.1 >= layout::LEAST.1;
    assert_eq!(
        panes.iter().any(|(id, _)| *id == view.layout.focus),
        fits,
        "{about}: the focus is on {:?}",
        view.layout.focus
    );
}

#[test]
fn a_hundred_thousand_keys_clicks_and_sizes() {
    let keys = keys();
    // Another storm: STORM_SEED=8 cargo test storm
    let seed = std::env::var("STORM_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(7);
    let mut dice = Dice(seed);
    let (mut app, mut target) = (App::new((120, 40)), demo::target("ping").expect("demo"));
    let mut now = target.look(&Want::default());
    for step in 0..100_000_u32 {
        if step % 2000 == 0 {
            let name = dice.of(demo::DEMOS).name;
            (app, target) = (App::new(size(&mut dice)), demo::target(name).expect("demo"));
            if dice.roll(3) == 0 {
                app.open_lesson(Arc::new(dice.of(SHELF).lesson().expect("a lesson")));
                ui::begin_page(&mut app, &mut target);
            }
            now = target.look(&app.want());
            app.look(&now);
        }
        let (effects, about) = match dice.roll(40) {
            0 => {
                app.resize(size(&mut dice));
                (Vec::new(), format!("step {step}: {:?}", app.view.layout.size))
            }
            1..=9 => {
                let pointer = pointer(&mut dice, app.view.layout.size);
                (app.mouse(pointer, &now), format!("step {step}: {pointer:?}"))
            }
            _ => {
                let key = dice.of(&keys);
                (app.key(key, &now), format!("step {step}: {key}"))
            }
        };
        let ran = !effects.is_empty();
        carry_out(&mut app, &mut target, effects, &now);
        if ran {
            now = target.look(&app.want());
        }
        app.look(&now);
        check(&app, &about);
        if step % 40 == 0 {
            let buffer = ui::render(&now, &app.view, &Theme::default(), app.view.layout.size);
            let bad = buffer.content.iter().find(|c| c.symbol().chars().any(char::is_control));
            assert!(bad.is_none(), "{about}: {bad:?}");
        }
    }
}
