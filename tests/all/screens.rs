//! Panes and whole screens, from real programs after a number of turns.

use crate::support::{role_map, snapshot};
use hsxray::backend::request::{Goto, Travel};
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Snapshot, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::ui::layout::{ViewId, layout, slider};
use hsxray::ui::pane::PANES;
use hsxray::ui::view::Overlay;
use hsxray::ui::{self, App, Palette, PaneId, Theme, View, picture};
use ratatui::buffer::Buffer;
use std::sync::Arc;

/// Runs command lines to their end.
fn run(target: &mut Local, lines: &str) {
    for words in command::split(lines).expect("line") {
        let reply = command::execute(target, None, words).expect("command");
        if reply.started {
            while target.pump(1_000_000) {}
        }
    }
}

fn demo_after(name: &str, lines: &str) -> Local {
    let mut target = demo::target(name).expect("demo");
    run(&mut target, lines);
    target
}

/// Draws a target after pressing keys.
fn draw(target: &mut Local, size: (u16, u16), keys: &str, theme: Theme) -> Buffer {
    let now = target.look(&Want::default());
    let mut app = App::new(size);
    let now = ui::press(&mut app, target, keys, now).expect("keys");
    ui::render(&now, &app.view, &theme, size)
}

fn text(target: &mut Local, size: (u16, u16), keys: &str) -> String {
    picture::text(&draw(target, size, keys, Theme::default()))
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

#[test]
fn whole_screens_in_their_states() {
    let states = [
        ("fresh", "ping", ""),
        ("mid-run", "ping", "run 425; step"),
        ("blocked", "deadlock", "run"),
        ("faulted", "runaway", "run"),
        ("finished", "sleepers", "run"),
    ];
    for (state, name, lines) in states {
        snapshot(&format!("screen-{state}"), &text(&mut demo_after(name, lines), (120, 40), ""));
    }
}

/// What makes a pane worth seeing: a demo, commands for it, and keys. A new pane is seen in the first state.
const SHOWN: (&str, &str, &str) = ("ping", "run 425; step; bp set 1 again", "");
const STATES: [(&str, &str, &str, &str); 9] = [
    ("watch", "ping", "display r9; display 2.r9; display [body]; display 1/0; run 425; step", ""),
    ("waits", "deadlock", "run", ""),
    ("calls", "runaway", "run 400", ""),
    ("values", "values", "run 120", ""),
    ("console", "values", "run 120", ""),
    ("log", "ping", "run 425; step", ": \"ps\" Enter"),
    ("explore", "lost-update", "explore start finally w[0x5000]==2; explore wait", ""),
    ("both", "lost-update", "explore start finally w[0x5000]==2; explore wait; explore open 1 beside; goto 9", ""),
    ("predict", "ping", "run 425; step", "P s"),
];

#[test]
fn every_pane_at_its_least_and_its_greatest_width_in_colour_and_in_ascii() {
    for pane in PANES {
        let own =
            STATES.iter().find(|(name, ..)| *name == pane.name).map(|(_, demo, lines, keys)| (*demo, *lines, *keys));
        let (demo, lines, keys) = own.unwrap_or(SHOWN);
        let mut all = format!("{demo} after {lines} {keys}\n");
        for width in [40, 160] {
            let (mut app, mut target) = (App::new((width, 16)), demo_after(demo, lines));
            if pane.id == PaneId::Lesson {
                let lesson = hsxray::lesson::SHELF[0].lesson().expect("good");
                app.open_lesson(Arc::new(lesson));
                hsxray::ui::begin_page(&mut app, &mut target);
            }
            let now = target.look(&app.want());
            let now = ui::press(&mut app, &mut target, keys, now).expect("keys");
            (app.view.layout.focus, app.view.layout.zoom) = (pane.id, true);
            app.look(&now);
            let now = target.look(&app.want());
            let part = |theme: &Theme| {
                let buffer = ui::render(&now, &app.view, theme, (width, 16));
                let shown = picture::text(&buffer);
                let rows: Vec<&str> = shown.lines().skip(1).take(13).collect();
                (rows.join("\n").trim_end().to_owned() + "\n", buffer)
            };
            let (shown, buffer) = part(&Theme::default());
            all += &format!("\n{shown}");
            if width == 40 {
                all += &format!("\n{}\n", role_map(&buffer, &Theme::default()));
            }
            let (ascii, _) = part(&Theme::new(Palette::None, true));
            assert!(ascii.is_ascii(), "{}: {ascii}", pane.name);
        }
        snapshot(&format!("pane-{}", pane.name), &all);
    }
}

#[test]
fn the_screen_without_unicode() {
    let mut target = demo_after("ping", "run 425; step");
    let shown = picture::text(&draw(&mut target, (80, 24), "", Theme::new(Palette::None, true)));
    assert!(shown.is_ascii(), "{shown}");
    snapshot("screen-ascii", &shown);
}

#[test]
fn overlays_help_and_completions() {
    snapshot("overlay-help", &text(&mut demo_after("ping", ""), (80, 24), "?"));
    snapshot("overlay-completions", &text(&mut demo_after("ping", ""), (80, 24), ": s t Tab"));
}

#[test]
fn roles_are_where_they_belong() {
    let theme = Theme::default();
    let buffer = draw(&mut demo_after("runaway", "run"), (80, 24), "", theme.clone());
    snapshot("roles-faulted", &role_map(&buffer, &theme));
}

/// Text-only screens of a task in each state must differ: nothing is told by colour alone.
#[test]
fn no_two_states_look_the_same_without_colours() {
    let states = [
        ("ready", demo_after("ping", "")),
        ("wait", demo_after("deadlock", "run")),
        ("sleep", demo_after("sleepers", "step 20 -p 1")),
        ("pause", demo_after("ping", "pause 1")),
        ("ret", demo_after("sleepers", "run")),
        ("FAULT", demo_after("runaway", "run")),
    ];
    for (word, mut target) in states {
        let shown = text(&mut target, (80, 24), "");
        let row = shown.lines().nth(3).expect("the first task's row").to_owned();
        assert!(row.contains(word), "{word}: {row}");
    }
}

#[test]
fn stepping_moves_no_row_and_no_column() {
    let mut target = demo_after("ping", "run 300");
    let frame = |target: &mut Local| {
        let now = target.look(&Want::default());
        let mut app = App::new((120, 40));
        app.look(&now);
        let shown = picture::text(&ui::render(&now, &app.view, &Theme::default(), (120, 40)));
        // Titles and walls: where the panes are.
        shown
            .lines()
            .skip(1)
            .take(37)
            .map(|l| {
                l.chars().map(|c| if "│├┤┬┴┼".contains(c) { c } else { ' ' }).collect::<String>().trim_end().to_owned()
            })
            .collect::<Vec<_>>()
    };
    let first = frame(&mut target);
    for _ in 0..60 {
        run(&mut target, "step");
        assert_eq!(frame(&mut target), first);
    }
}

fn hostile() -> Local {
    let source = ".text\n    LDI32 R1, text\n    LDI R2, 22\n    SVC 1, 1\n    LDI32 R1, name\n    SVC 5, 0\n    RET\n.data\ntext:\n    .ascii \"\\x1B[31mred\\x1B]0;t\\x07\\r\\n\\x9B2J\"\nname:\n    .asciz \"app:\\x1B[2J\"\n";
    let mut target = Local::new("\x1B[31mhostile\u{202E}", Config::default(), LoadDefaults::default());
    let program = Program::builtin("evil\x1B[1m.mvasm", source).expect("assembles");
    let options = LoadOptions { name: Some("n\x1B[7m\u{200B}x".into()), ..LoadOptions::default() };
    target.load(Arc::new(program), options).expect("loads");
    run(&mut target, "run");
    target
}

#[test]
fn what_a_program_prints_or_is_named_shows_as_visible_marks() {
    let mut target = hostile();
    let shown = text(&mut target, (120, 40), "Alt-8");
    assert!(shown.contains("\\x1B[31mred"), "{shown}");
    for size in SIZES {
        for keys in ["", "Alt-5", "Alt-6", "Alt-8", "z", "Alt-3 % %"] {
            for theme in [Theme::default(), Theme::new(Palette::None, true)] {
                let buffer = draw(&mut target, size, keys, theme);
                let hidden = buffer
                    .content
                    .iter()
                    .find(|c| c.symbol().chars().any(|c| c.is_control() || "\u{202E}\u{200B}".contains(c)));
                assert_eq!(hidden, None, "{size:?} {keys}");
            }
        }
    }
}

/// A small generator: tests must be the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

#[test]
fn any_size_state_and_keys_draw_without_panic_and_without_overlap() {
    let mut dice = Dice(0x5DEE_CE66_D1CE_4E5B);
    let keys = [
        "Tab", "z", "%", "j", "k", "G", "gg", "PgDn", "PgUp", "b", "Alt-3", "Alt-6", "Alt-5", "Alt-8", "}", "A", "?",
        "Esc", ":", "x", "Enter", "4", "s", "S", "r",
    ];
    for round in 0..120 {
        let demo = demo::DEMOS[dice.roll(demo::DEMOS.len())].name;
        let mut target = demo_after(demo, &format!("run {}", dice.roll(600)));
        let mut app = App::new((80, 24));
        let mut now = target.look(&Want::default());
        for _ in 0..14 {
            app.resize((1 + dice.roll(400) as u16, 1 + dice.roll(150) as u16));
            let key = keys[dice.roll(keys.len())];
            now = ui::press(&mut app, &mut target, key, now).expect("no key of these leaves");
            let _ = ui::render(&now, &app.view, &Theme::default(), app.view.layout.size);
            check_layout(&app.view, round);
        }
    }
}

fn check_layout(view: &View, round: usize) {
    let panes = layout(view);
    for (i, (id, a)) in panes.iter().enumerate() {
        assert!(
            a.right() <= view.layout.size.0 && a.bottom() + 2 <= view.layout.size.1,
            "round {round}: {id:?} {a:?} in {:?}",
            view.layout.size
        );
        for (other, b) in &panes[i + 1..] {
            assert!(a.intersection(*b).is_empty(), "round {round}: {id:?} and {other:?}");
            assert_ne!(id, other, "round {round}: a pane twice");
        }
    }
    if !panes.is_empty() {
        assert!(
            panes.iter().any(|(id, _)| *id == view.layout.focus),
            "round {round}: {:?} has no place at {:?}",
            view.layout.focus,
            view.layout.size
        );
    }
}

#[test]
fn small_screens_show_one_pane_and_tiny_ones_say_what_they_need() {
    let shown = text(&mut demo_after("ping", "run 50"), (60, 16), "Tab");
    assert!(shown.contains("2 windows") && !shown.contains("1 tasks"), "{shown}");
    let shown = text(&mut demo_after("ping", ""), (39, 11), "");
    assert!(shown.contains("40 columns, 12 rows at least"), "{shown}");
}

#[test]
fn many_tasks_scroll_and_keep_the_selected_one_in_sight() {
    let mut target = Local::new("many", Config::default(), LoadDefaults { stack: 64, quantum: 1 });
    let program = Arc::new(Program::builtin("spin.mvasm", ".text\nloop:\n    JMP loop\n").expect("assembles"));
    for _ in 0..128 {
        target.load(Arc::clone(&program), LoadOptions::default()).expect("room");
    }
    run(&mut target, "run 1000");
    for size in SIZES {
        let shown = text(&mut target, size, "1 0 0 p");
        assert!(shown.contains("100 spin"), "{shown}");
        assert!(shown.contains("more"), "{shown}");
    }
}

#[test]
fn keys_do_what_the_table_says() {
    let mut target = demo_after("ping", "");
    let mut app = App::new((80, 24));
    let now = target.look(&Want::default());
    let mut press =
        |app: &mut App, keys: &str, now: Arc<Snapshot>| ui::press(app, &mut target, keys, now).expect("stays");
    let now = press(&mut app, "s", now);
    assert_eq!((now.turn, now.last), (1, Some(1)));
    let now = press(&mut app, "2 0 s", now);
    assert_eq!(now.turn, 21);
    let now = press(&mut app, "2 p S S", now);
    assert_eq!((now.turn, now.last, app.view.selected), (23, Some(2), Some(2)));
    let now = press(&mut app, "p", now);
    assert_eq!(app.view.selected, Some(1));
    let now = press(&mut app, "b", now);
    assert_eq!(now.stops.len(), 1);
    let now = press(&mut app, "Space", now);
    assert!(matches!(now.status, hsxray::backend::Status::Breakpoint { number: 1, pid: 1, .. }), "{:?}", now.status);
    let now = press(&mut app, "b : \"mbox app\" Enter", now);
    assert!(now.stops.is_empty());
    assert!(app.view.notices.log.iter().any(|l| l.contains("app:ping")));
    let now = press(&mut app, ": \"stpe 4\" Enter", now);
    assert!(app.view.notices.message.contains("did you mean \"step\"?"), "{}", app.view.notices.message);
    // The line comes back with the place marked.
    let Overlay::Prompt(prompt) = &app.view.typing.overlay else { panic!("the prompt is gone") };
    assert_eq!((prompt.text.as_str(), prompt.cursor), ("stpe 4", 0));
    assert!(prompt.wrong.as_ref().is_some_and(|w| w.column == 0));
    let now = press(&mut app, "Esc", now);
    let now = press(&mut app, "5 Tab", now);
    assert_eq!((app.view.layout.focus, app.view.layout.strip), (PaneId::Mailboxes, PaneId::Mailboxes));
    press(&mut app, "Alt-2 Enter", now);
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Memory).cursor), (PaneId::Memory, 0x1000));
}

#[test]
fn every_view() {
    // The first one is seen in every state above, and that of lessons with a lesson.
    let others = |p: &&hsxray::ui::layout::Preset| !matches!(p.desk, ViewId::Debug | ViewId::Lesson);
    for preset in hsxray::ui::layout::PRESETS.iter().filter(others) {
        let shown = text(&mut demo_after("ping", "run 425; step"), (120, 40), &format!("v {}", preset.key));
        snapshot(&format!("view-{}", preset.name), &shown);
    }
}

#[test]
fn what_lies_over_the_panes() {
    let situations = [
        ("palette", "Ctrl-P \"mem\""),
        ("palette-symbols", "g s \"ag\""),
        ("follow-v", "v"),
        ("follow-g", "g"),
        ("follow-pane", "Ctrl-W"),
        ("menu-task", "1 Tab a"),
        ("menu-register", "2 Tab j l a Down"),
        ("menu-code", "3 Tab k a"),
        ("prompt-error", ": \"peek 1 zz 3\" Enter"),
    ];
    for (name, keys) in situations {
        snapshot(&format!("overlay-{name}"), &text(&mut demo_after("ping", "run 425; step"), (80, 24), keys));
    }
    for (line, keys) in [("R5 of 1: 0x00000003", "2 Tab j l e"), ("\\-step", "6 Tab \\ \"-step\"")] {
        let text = text(&mut demo_after("ping", "run 425; step"), (80, 24), keys);
        assert_eq!(text.lines().rev().nth(1).map(str::trim_end), Some(line), "{text}");
    }
    let ascii = Theme::new(Palette::None, true);
    let shown = picture::text(&draw(&mut demo_after("ping", "run 425; step"), (80, 24), "Ctrl-P \"trace\"", ascii));
    assert!(shown.is_ascii(), "{shown}");
}

#[test]
fn the_welcome_has_two_lines() {
    let mut target = demo_after("ping", "");
    let now = target.look(&Want::default());
    let mut app = App::new((80, 24));
    app.take_up(hsxray::ui::saved_state::Kept::default());
    app.look(&now);
    snapshot("overlay-welcome", &picture::text(&ui::render(&now, &app.view, &Theme::default(), (80, 24))));
    ui::press(&mut app, &mut target, "s", now).expect("keys");
    assert!(!app.view.notices.welcome);
}

#[test]
fn formats_filters_and_sorting() {
    let situations = [
        ("windows-binary", "ping", "run 425; step", "2 Tab % % % z"),
        ("windows-names", "ping", "run 425; step", ": \"set regnames on\" Enter 2 Tab z"),
        ("memory-words", "ping", "run 425; step", "1 1 Tab % z j l"),
        ("memory-text", "ping", "run 425; step", "1 1 Tab g a \"0x4000\" Enter % % z"),
        ("mail-words", "fanout", "run 400", "5 Tab % z"),
        ("mail-text", "fanout", "run 400", "5 Tab % % z"),
        ("trace-filtered", "ping", "run 425; step", "6 Tab z \\ \"pid=2 -step\" Enter k"),
        ("trace-searched", "ping", "run 425; step", "6 Tab z / \"wake\" Enter n n"),
        ("tasks-sorted", "ping", "run 425; step", "1 Tab z o o o"),
        ("console-one", "values", "run 120", "8 Tab z o } }"),
        ("values", "values", "run 120", "1 4 Tab z j"),
        ("code-jump", "ping", "run 425; step", "3 Tab z / \"jnz\" Enter"),
        ("code-mixed", "ping", "run 425; step", "3 Tab z % %"),
    ];
    for (name, demo, lines, keys) in situations {
        let shown = text(&mut demo_after(demo, lines), (100, 20), keys);
        snapshot(&format!("format-{name}"), &shown);
    }
}

#[test]
fn a_found_text_is_marked_by_its_style() {
    let mut target = demo_after("ping", "run 425; step");
    let theme = Theme::default();
    let buffer = draw(&mut target, (80, 24), "6 Tab / \"wake\" Enter", theme.clone());
    let map = role_map(&buffer, &theme);
    assert!(map.contains("n found") && map.contains("nnnn"), "{map}");
}

#[test]
fn an_edited_register_and_byte_go_through_the_journal() {
    let mut target = demo_after("ping", "");
    let now = target.look(&Want::default());
    let mut app = App::new((120, 40));
    let now = ui::press(&mut app, &mut target, "2 Tab l l l e Ctrl-U \"0x2A\" Enter", now).expect("keys");
    assert_eq!(now.tasks[0].reg(&now.ram, 3), 0x2A);
    let now = ui::press(&mut app, &mut target, "g a \"0x5000\" Enter e Ctrl-U \"DE AD\" Enter", now).expect("keys");
    assert_eq!(&now.ram[0x5000..0x5002], [0xDE, 0xAD]);
    assert_eq!(target.session().journal().entries().len(), 5, "three loads and two changes");
}

#[test]
fn borders_are_dragged_and_tabs_clicked() {
    use hsxray::ui::{Button, Mouse, Pointer};
    let mut target = demo_after("ping", "run 425; step");
    let now = target.look(&Want::default());
    let mut app = App::new((120, 40));
    app.look(&now);
    let rect = |app: &App, id| layout(&app.view).into_iter().find(|(pane, _)| *pane == id).expect("shown").1;
    let mouse = |app: &mut App, what, x, y| app.mouse(Pointer { what, x, y }, &now);
    let code = rect(&app, PaneId::Code);
    // The wall left of the code.
    mouse(&mut app, Mouse::Press(Button::Left), code.x - 1, 9);
    mouse(&mut app, Mouse::Drag, code.x + 9, 9);
    mouse(&mut app, Mouse::Release, code.x + 9, 9);
    assert_eq!(rect(&app, PaneId::Code).x, code.x + 10);
    // The title of the windows.
    let windows = rect(&app, PaneId::Windows);
    mouse(&mut app, Mouse::Press(Button::Left), 50, windows.y);
    mouse(&mut app, Mouse::Drag, 50, windows.y - 4);
    mouse(&mut app, Mouse::Release, 50, windows.y - 4);
    assert_eq!(rect(&app, PaneId::Windows).y, windows.y - 4);
    // A name in the strip.
    let strip = rect(&app, PaneId::Trace);
    let shown = picture::text(&ui::render(&now, &app.view, &Theme::default(), (120, 40)));
    let title: Vec<char> = shown.lines().nth(strip.y.into()).expect("the strip's title").chars().collect();
    let at = title.windows(8).position(|w| w.iter().collect::<String>() == "timeline").expect("its name");
    mouse(&mut app, Mouse::Press(Button::Left), at as u16, strip.y);
    assert_eq!((app.view.layout.focus, app.view.layout.strip), (PaneId::Timeline, PaneId::Timeline));
    // A register, and once more: it is followed into memory.
    let windows = rect(&app, PaneId::Windows);
    for _ in 0..2 {
        mouse(&mut app, Mouse::Press(Button::Left), windows.x + 7, windows.y + 3);
    }
    assert_eq!((app.view.layout.focus, app.view.pane(PaneId::Memory).cursor), (PaneId::Memory, 0x1010));
}

#[test]
fn the_slider_is_dragged_through_time() {
    use hsxray::ui::{Button, Effect, Mouse, Pointer};
    let mut target = demo_after("ping", "catch send; run 100; bookmark half; ignore 1 99; run 326");
    let now = target.look(&Want::default());
    let mut app = App::new((120, 40));
    app.look(&now);
    let row = slider(&app.view).expect("room for it").y;
    let mouse = |app: &mut App, now: &Snapshot, what, x| app.mouse(Pointer { what, x, y: row }, now);
    let goto = |to: Goto| vec![Effect::Send(Travel::Goto(to).into())];
    assert_eq!(mouse(&mut app, &now, Mouse::Press(Button::Left), 3), goto(Goto::Turn(0)));
    assert_eq!(mouse(&mut app, &now, Mouse::Drag, 0), goto(Goto::Turn(0)));
    assert_eq!(mouse(&mut app, &now, Mouse::Drag, 108), [], "it is there");
    let middle = mouse(&mut app, &now, Mouse::Drag, 56);
    let [Effect::Send(request)] = &middle[..] else { panic!("{middle:?}") };
    run(&mut target, &request.to_string());
    let past = target.look(&Want::default());
    let shown = picture::text(&ui::render(&past, &app.view, &Theme::default(), (120, 40)));
    let track: Vec<char> = shown.lines().nth(row.into()).expect("slider").chars().collect();
    assert_eq!(track[56], '┃', "the cursor is where the mouse is");
    assert_eq!(mouse(&mut app, &past, Mouse::Drag, 119), goto(Goto::Present));
    mouse(&mut app, &past, Mouse::Release, 119);
    assert_eq!(mouse(&mut app, &past, Mouse::Drag, 50), []);
    assert_eq!(app.key("<", &past), goto(Goto::Turn(past.turn - 18)));
    assert_eq!(app.key(">", &past), goto(Goto::Turn(past.turn + 18)));
}

#[test]
fn the_slider_marks_what_happened() {
    let mut target = demo_after("ping", "catch send; run; bookmark half; run; delete 1; run 300");
    run(&mut target, "goto 250");
    let slider = |target: &mut Local, size: (u16, u16), theme| {
        let shown = picture::text(&draw(target, size, "", theme));
        shown.lines().rev().nth(2).expect("slider").to_owned()
    };
    let mut shown = slider(&mut target, (120, 40), Theme::default()) + "\n";
    shown += &(slider(&mut target, (80, 30), Theme::new(Palette::Dark, true)) + "\n");
    shown += &(slider(&mut demo_after("runaway", "run"), (80, 30), Theme::default()) + "\n");
    shown += &(slider(&mut demo_after("ping", ""), (80, 30), Theme::default()) + "\n");
    shown += &(slider(&mut demo_after("ping", "run 5"), (80, 30), Theme::default()) + "\n");
    shown += &(slider(&mut demo_after("ping", "run 3000000"), (80, 30), Theme::default()) + "\n");
    snapshot("slider", &shown);
}

#[test]
fn a_register_and_its_bytes_are_lit_together() {
    let mut target = demo_after("ping", "run 425; step");
    let lit = |target: &mut Local, keys: &str| {
        let theme = Theme::new(Palette::None, false);
        let buffer = draw(target, (80, 24), keys, theme);
        let rows: Vec<String> = picture::text(&buffer).lines().map(str::to_owned).collect();
        let reversed = |x: u16, y: u16| buffer[(x, y)].modifier.contains(ratatui::style::Modifier::REVERSED);
        // The windows and the memory of view teach; the title of memory is row 15.
        (9..21)
            .flat_map(|y| (0..80).map(move |x| (x, y)))
            .filter(|(x, y)| *y != 15 && reversed(*x, *y))
            .fold(String::new(), |text, (x, y)| {
                text + &rows[usize::from(y)].chars().nth(x.into()).unwrap_or(' ').to_string()
            })
    };
    // R9 is 0x0B and lies at 1024; in memory that is the byte below the cursor two rows down.
    let shown = lit(&mut target, "v l j j l");
    assert!(shown.contains("0000000B") && shown.contains("0B000000"), "{shown}");
    let shown = lit(&mut target, "v l Tab Tab j j l l l l");
    assert!(shown.contains("0B") && shown.contains("0000000B"), "{shown}");
}

#[test]
fn a_stop_on_a_row_of_the_trace_is_one_on_what_it_tells() {
    let mut target = demo_after("ping", "run 425; step");
    let mut app = App::new((120, 40));
    let mut now = target.look(&Want::default());
    // The newest rows: RET at 0068, MOV at 0034, MOV at 0038, all of task 1; then the receive at 413.
    for keys in ["v i 6 Tab k b", "\" \"trap\" Enter b", "\" Ctrl-U \"wake\" Enter b"] {
        let keys = keys.replacen("\" ", "\\ ", 1);
        now = ui::press(&mut app, &mut target, &keys, now).expect("keys");
    }
    let on: Vec<String> = now.stops.iter().map(|s| format!("{:?} {:?}", s.pid, s.on)).collect();
    assert!(on[0].starts_with("Some(1) Instruction(52)"), "{on:?}");
    assert!(on[1].contains("Trap { module: 5"), "{on:?}");
    assert!(on[2].contains("Wake"), "{on:?}");
}

#[test]
fn watches_tell_what_changed() {
    let mut target =
        demo_after("ping", "display r9; display 2.r9; display [body]; display app:ping.depth; display 1/0");
    run(&mut target, "run 425; step");
    let shown = text(&mut target, (80, 24), "1 0 Tab j d z");
    assert!(!shown.contains("2.r9") && shown.contains("4 watched"), "{shown}");
}

#[test]
fn past_and_present_cannot_be_confused() {
    let is_border = |c: &char| "─━│┬┴┼├┤".contains(*c);
    let is_double = |c: &char| "═╍║╦╩╬╠╣╌╧╨┃".contains(*c);
    for size in SIZES {
        let mut target = demo_after("ping", "run 425; step");
        let live = text(&mut target, size, "");
        run(&mut target, "step; back");
        let past = text(&mut target, size, "");
        let first = |shown: &str| shown.lines().next().expect("line 1").to_owned();
        assert!(first(&live).ends_with("LIVE") && first(&past).ends_with("PAST"), "{past}");
        assert!(first(&past).contains("PAST 1 turn back") && first(&past).contains("turn 426 of 427"), "{past}");
        let lanes = layout(&App::new(size).view).into_iter().find(|(id, _)| *id == PaneId::Timeline);
        let in_lanes = |x: usize, y: usize| lanes.is_some_and(|(_, r)| r.contains((x as u16, y as u16).into()));
        for (row, (a, b)) in live.lines().zip(past.lines()).enumerate().skip(1) {
            // What the stack pane draws of guard and top is no border, nor are lanes.
            let inner = a.contains("GUARD") || a.contains("TOP");
            for (x, (a, b)) in a.chars().zip(b.chars()).enumerate() {
                assert!(
                    inner || in_lanes(x, row) || !is_border(&a) || is_double(&b),
                    "{size:?} {row} {x}: {a} {b}\n{past}"
                );
            }
        }
        if size == (120, 40) {
            snapshot("screen-past", &past);
        }
    }
    let theme = Theme::new(Palette::None, true);
    let mut target = demo_after("ping", "run 425; step 2; back");
    snapshot("screen-past-ascii", &picture::text(&draw(&mut target, (80, 24), "", theme)));
}

#[test]
fn keys_go_back_look_and_change_the_past() {
    let mut target = demo_after("ping", "");
    let now = target.look(&Want::default());
    let mut app = App::new((120, 40));
    let press = |app: &mut App, target: &mut Local, keys: &str, now| ui::press(app, target, keys, now).expect("keys");
    let now = press(&mut app, &mut target, "4 0 0 s u u", now);
    assert_eq!((now.turn, now.history.present, now.history.past), (398, 400, true));
    let turns = now.tasks[0].counters.turns;
    let now = press(&mut app, &mut target, "U", now);
    assert_eq!(now.tasks[0].counters.turns + 1, turns);
    // Who wrote R9 last, and the write before.
    let now = press(&mut app, &mut target, "2 Tab j j l g w", now);
    let (first, value) = (now.turn, now.tasks[0].reg(&now.ram, 9));
    let now = press(&mut app, &mut target, "g w", now);
    assert!(
        now.turn < first && now.tasks[0].reg(&now.ram, 9) == value - 1,
        "{} {}",
        now.turn,
        app.view.notices.message
    );
    // A name for this turn, the present, and back to the name.
    let named = now.turn;
    let now = press(&mut app, &mut target, "m \"here\" Enter =", now);
    assert_eq!((now.turn, now.history.past), (400, false));
    let now = press(&mut app, &mut target, "' Enter", now);
    assert_eq!(now.turn, named);
    // A row of the trace is visited.
    let now = press(&mut app, &mut target, "= 6 Tab k k k Enter", now);
    assert_eq!(now.turn, 397);
    // A change in the past begins a branch, and undoing it another.
    let now = press(&mut app, &mut target, "2 Tab e Ctrl-U \"7\" Enter", now);
    assert_eq!((now.history.branches, now.history.past), (2, false));
    assert_eq!(now.turn, 397);
    let now = press(&mut app, &mut target, "g u", now);
    assert_ne!(now.tasks[0].reg(&now.ram, 9), 7);
}

#[test]
fn stops_of_every_kind_at_two_widths() {
    for width in [60, 120] {
        let mut target = demo_after(
            "ping",
            "break again if r9 > 3; tbreak 0x44 -p 1; watch w[body] -p 1; catch send app:ping; ignore 4 2; disable 3; run 100",
        );
        snapshot(&format!("pane-stops-all-{width}"), &text(&mut target, (width, 14), "9 Tab z j"));
    }
}
