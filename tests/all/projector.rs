//! The view for projectors: few panes, strong contrast, room between things.

use crate::support::{role_map, run, snapshot};
use hsxray::backend::Local;
use hsxray::demo;
use hsxray::ui::theme::Palette;
use hsxray::ui::{App, Mouse, Pointer, Settings, Surroundings, Theme, picture};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

fn ping() -> Local {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "run 425; step");
    target
}

/// The screen after some keys.
fn app(target: &mut Local, size: (u16, u16), settings: Settings, keys: &str) -> App {
    let (mut app, _) = App::with_settings(size, settings, Surroundings::default());
    let now = target.look(&Default::default());
    hsxray::ui::press(&mut app, target, keys, now).expect("keys");
    app
}

fn shown(target: &mut Local, app: &App, theme: &Theme) -> ratatui::buffer::Buffer {
    hsxray::ui::render(&target.look(&app.want()), &app.view, theme, app.view.layout.size)
}

#[test]
fn the_projectors_view_at_two_sizes_in_colour_and_in_ascii() {
    for size in SIZES {
        let mut target = ping();
        let app = app(&mut target, size, Settings::default(), "v p");
        let buffer = shown(&mut target, &app, &app.theme);
        if size == (120, 40) {
            snapshot("projector-roles", &role_map(&buffer, &app.theme));
        }
        let plain = picture::text(&shown(&mut target, &app, &Theme::new(Palette::None, true)));
        assert!(plain.is_ascii(), "{plain}");
    }
}

#[test]
fn the_usual_theme_gets_strong_contrast_and_a_chosen_one_stays() {
    let contrast = Theme::new(Palette::Contrast, false);
    assert_eq!(app(&mut ping(), (80, 24), Settings::default(), "v p").theme, contrast);
    assert_eq!(app(&mut ping(), (80, 24), Settings::default(), "v p v d").theme, Theme::default(), "and back");
    let mut light = Settings::default();
    light.set("theme", "light").expect("a theme");
    assert_eq!(app(&mut ping(), (80, 24), light, "v p").theme, Theme::new(Palette::Light, false));
    let keys = "v p : \"theme light\" Enter";
    assert_eq!(app(&mut ping(), (80, 24), Settings::default(), keys).theme, Theme::new(Palette::Light, false));
}

#[test]
fn any_view_can_have_room_between_things() {
    let mut target = ping();
    let set = app(&mut target, (120, 40), Settings::default(), ": \"set spacing on\" Enter v l");
    snapshot("spacing-teach", &picture::text(&shown(&mut target, &set, &set.theme)));
    let none = app(&mut target, (120, 40), Settings::default(), ": \"set spacing off\" Enter v p");
    let text = picture::text(&shown(&mut target, &none, &none.theme));
    let rows: Vec<&str> = text.lines().filter(|l| l.starts_with("10")).collect();
    assert_eq!(rows.len(), 4, "{text}");
}

#[test]
fn clicks_keys_and_scrolling_know_of_the_blank_rows() {
    let mut target = ping();
    let mut app = app(&mut target, (80, 24), Settings::default(), "v p");
    let now = target.look(&app.want());
    let text = picture::text(&shown(&mut target, &app, &app.theme));
    let place = |text: &str, what: &str| {
        let (y, line) = text.lines().enumerate().find(|(_, l)| l.contains(what)).expect(what);
        (line.split(what).next().expect("a part").chars().count() as u16, y as u16)
    };
    let (x, y) = place(&text, "R9 ");
    let press = |app: &mut App, (x, y): (u16, u16)| {
        let what = Mouse::Press(hsxray::ui::Button::Left);
        app.mouse(Pointer { what, x, y }, &now);
    };
    press(&mut app, (x, y));
    assert_eq!(app.view.pane(hsxray::ui::PaneId::Windows).cursor, 9);
    let (x, y) = place(&text, "consumer");
    press(&mut app, (x, y + 1));
    assert_eq!(app.view.selected, Some(1), "a blank row is no task");
    press(&mut app, (x, y));
    assert_eq!(app.view.selected, Some(2));
    // The pc stays in sight while the task goes on.
    let mut now = now;
    for _ in 0..30 {
        now = hsxray::ui::press(&mut app, &mut target, "S", now).unwrap_or_else(|e| panic!("{e}"));
        let text = picture::text(&hsxray::ui::render(&now, &app.view, &app.theme, app.view.layout.size));
        let waits = now.tasks.iter().any(|t| t.pid == 2 && t.wait.is_some());
        assert!(text.contains('►') || waits, "{text}");
    }
}

#[test]
fn what_a_turn_changed_flashes_with_its_mark() {
    let mut target = ping();
    let mut app = app(&mut target, (80, 24), Settings::default(), "s");
    let plain = picture::text(&shown(&mut target, &app, &app.theme));
    app.view.notices.flash = true;
    let buffer = shown(&mut target, &app, &app.theme);
    assert_eq!(picture::text(&buffer), plain, "no character changes: a mark stands there already");
    snapshot("flash", &format!("{plain}\n{}", role_map(&buffer, &app.theme)));
    let none = Theme::new(Palette::None, false);
    let turned = |flash: bool, app: &mut App, target: &mut Local| {
        app.view.notices.flash = flash;
        let buffer = shown(target, app, &none);
        buffer.content().iter().filter(|c| c.modifier.contains(ratatui::style::Modifier::REVERSED)).count()
    };
    assert!(turned(true, &mut app, &mut target) > turned(false, &mut app, &mut target), "without colours, too");
}

#[test]
fn a_slow_run_is_followed_turn_by_turn() {
    let mut target = ping();
    target.rate = Some(5);
    let mut app = app(&mut target, (120, 40), Settings::default(), "v p");
    run_begins(&mut target);
    let mut seen = 0;
    for _ in 0..8 {
        target.pump(1);
        let now = target.look(&app.want());
        app.look(&now);
        let before = now.before.as_ref().expect("the turn before is known");
        assert_eq!(before.turn + 1, now.turn);
        assert_eq!(now.explained.as_ref().expect("is explained").turn, now.turn);
        seen += 1;
    }
    assert_eq!(seen, 8);
    target.rate = Some(1000);
    let now = target.look(&app.want());
    app.look(&now);
    assert!(target.look(&app.want()).before.is_none(), "a fast run pays nothing for it");
}

fn run_begins(target: &mut Local) {
    let words = hsxray::command::split("run").expect("line").remove(0);
    assert!(hsxray::command::execute(target, None, words).expect("runs").started);
}
