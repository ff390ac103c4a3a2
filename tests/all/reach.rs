//! What does not fit can be seen, what is looked for is found, and keys do what they say.

use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Snapshot, Want};
use hsxray::command;
use hsxray::demo;
use hsxray::ui::layout::layout;
use hsxray::ui::spot::Spot;
use hsxray::ui::view::Overlay;
use hsxray::ui::{self, App, PaneId, Theme, picture};
use std::sync::Arc;

/// A screen on a machine.
struct Screen {
    app: App,
    target: Local,
    now: std::sync::Arc<Snapshot>,
}

impl Screen {
    fn on(mut target: Local, lines: &str, size: (u16, u16)) -> Screen {
        for words in command::split(lines).expect("line") {
            let reply = command::execute(&mut target, Some(1), words).expect("command");
            if reply.started {
                while target.pump(1_000_000) {}
            }
        }
        let mut app = App::new(size);
        let now = target.look(&Want::default());
        app.look(&now);
        Screen { app, target, now }
    }

    fn demo(name: &str, lines: &str, size: (u16, u16)) -> Screen {
        Screen::on(demo::target(name).expect("demo"), lines, size)
    }

    fn source(text: &str, lines: &str, size: (u16, u16)) -> Screen {
        let mut target = Local::new("test", Config::default(), LoadDefaults::default());
        let program = Program::builtin("test.mvasm", text).expect("assembles");
        target.load(Arc::new(program), LoadOptions::default()).expect("loads");
        Screen::on(target, lines, size)
    }

    fn press(&mut self, keys: &str) -> &mut Screen {
        self.now = ui::press(&mut self.app, &mut self.target, keys, self.now.clone()).expect("keys");
        self
    }

    fn text(&self) -> String {
        picture::text(&ui::render(&self.now, &self.app.view, &Theme::default(), self.app.view.layout.size))
    }

    fn message(&self) -> &str {
        &self.app.view.notices.message
    }
}

/// A program that prints a line longer than a screen is wide.
const LONG: &str = ".text\n    LDI32 R1, text\n    LDI R2, 120\n    SVC 1, 1\n    RET\n.data\ntext:\n    .ascii \"the start 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 01234567 the end\"\n";

#[test]
fn a_line_that_does_not_fit_is_scrolled_to_its_end_and_back() {
    for keys in ["8 Tab", "1 6 Tab : \"print 0x1111111111111111111111111111 the end\" Enter Esc"] {
        let mut screen = Screen::source(LONG, "run", (80, 24));
        screen.press(keys);
        if !screen.text().contains("the end") {
            let start = screen.text();
            screen.press("2 0 l");
            assert!(screen.text().contains("the end"), "{keys}\n{}", screen.text());
            screen.press("2 0 h");
            assert_eq!(screen.text(), start, "{keys}");
        }
    }
    let mut code = Screen::demo("ping", "run 425; step", (50, 20));
    code.press("3 Tab % z");
    let rows = |s: &Screen| s.text().lines().skip(1).take(17).map(str::to_owned).collect::<Vec<_>>();
    let start = rows(&code);
    code.press("l l l l");
    assert_ne!(rows(&code), start, "source lines scroll");
    code.press("Esc");
    assert_eq!(rows(&code), start, "Esc brings the start back");
}

#[test]
fn nothing_scrolls_where_everything_fits() {
    let mut screen = Screen::demo("ping", "run 40", (120, 40));
    screen.press("6 Tab 9 l");
    assert_eq!(screen.app.view.pane(PaneId::Trace).aside, 0);
}

#[test]
fn a_search_looks_at_whole_rows_and_brings_the_place_into_sight() {
    let mut screen = Screen::source(LONG, "run", (80, 24));
    screen.press("8 Tab / \"the end\" Enter");
    assert!(screen.text().contains("the end"), "{}", screen.text());
    assert!(screen.message().contains("1 of 1 rows"), "{}", screen.message());
}

#[test]
fn answers_of_several_lines_leave_the_focus_where_it_is() {
    let mut screen = Screen::demo("ping", "run 425; step", (120, 40));
    screen.press("3 Tab : \"ps\" Enter");
    assert_eq!(screen.app.view.layout.focus, PaneId::Code);
    assert!(layout(&screen.app.view).iter().any(|(id, _)| *id == PaneId::Log), "the answer shows in the strip");
    assert!(screen.message().contains("pane 16"), "{}", screen.message());
}

#[test]
fn every_word_of_a_stack_is_reached_and_can_be_changed() {
    let mut screen = Screen::demo("runaway", "run 400", (80, 24));
    let task = screen.now.tasks[0].clone();
    let words = usize::from(task.stack_top - task.sp) / 4;
    assert!(words > 20, "{words}");
    screen.press("4 Tab");
    // Down past the tasks, word by word: each address comes into sight in its turn.
    screen.press(&format!("{} j", screen.now.tasks.len()));
    for word in 0..words {
        let Some(Spot::Byte(1, at)) = screen.app.under_cursor(&screen.now) else { panic!("no word {word}") };
        assert_eq!(usize::from(at), usize::from(task.sp) + 4 * word);
        let shown = screen.text();
        assert!(shown.contains(&format!("{at:04X} ")), "{at:04X}\n{shown}");
        screen.press("j");
    }
    // A count reaches the last word from the first, and back.
    screen.press("9 9 9 k 9 9 9 j");
    let last = format!("{:04X}", task.stack_top - 4);
    assert!(screen.text().contains(&last), "{last}\n{}", screen.text());
    screen.press("5 k");
    let sixth = format!("{:04X}", task.stack_top - 24);
    assert!(screen.text().contains(&sixth), "{sixth}\n{}", screen.text());
    screen.press("e");
    let Overlay::Prompt(prompt) = &screen.app.view.typing.overlay else { panic!("{}", screen.message()) };
    assert!(prompt.label().contains(&sixth), "{}", prompt.label());
}

#[test]
fn the_trace_pane_covers_all_that_the_trace_holds() {
    let mut screen = Screen::demo("ping", "run 3000", (120, 40));
    screen.press("6 Tab g g");
    let first = screen.now.trace[0].turn;
    assert!(screen.now.trace.len() > 3000 && first <= 1, "{} from {first}", screen.now.trace.len());
    assert!(screen.text().contains(" loaded, entry"), "{}", screen.text());
    screen.press("\\ \"kind=load\" Enter");
    assert!(screen.text().contains(" loaded, entry"), "{}", screen.text());
}

#[test]
fn after_a_jump_to_a_write_the_writers_code_shows() {
    let mut screen = Screen::demo("ping", "run 300", (120, 40));
    // Up to a turn of task 1 that writes a register of task 2: a message arrives there.
    let written = |now: &Snapshot| {
        let (task, before) = (&now.tasks[1], now.before.clone()?);
        let changed = |i: &usize| task.reg(&now.ram, *i) != task.reg(&before.ram, *i);
        (0..16).find(changed).filter(|_| now.last == Some(1))
    };
    let register = (0..300).find_map(|_| written(&screen.press("s").now)).expect("a message arrives");
    let way = "j ".repeat(register / 4) + &"l ".repeat(register % 4);
    screen.press(&format!("s 2 p 2 Tab {way} g w"));
    assert_eq!((screen.now.last, screen.app.view.selected), (Some(1), Some(1)), "{}", screen.message());
}

#[test]
fn esc_in_the_timeline_returns_to_where_one_was() {
    let mut screen = Screen::demo("ping", "run 400; goto 300", (120, 40));
    screen.press("7 Tab h h h");
    assert_eq!(screen.now.turn, 297);
    screen.press("Esc");
    assert_eq!(screen.now.turn, 300, "not the present");
    screen.press("= 7 Tab h h Esc");
    assert_eq!((screen.now.turn, screen.now.history.past), (400, false));
}

#[test]
fn the_first_digit_replaces_a_value() {
    let mut screen = Screen::demo("ping", "", (120, 40));
    screen.press("2 Tab l l e 7 Enter");
    assert_eq!(screen.now.tasks[0].reg(&screen.now.ram, 2), 7, "{}", screen.message());
    // A move keeps the text, as does Enter alone.
    screen.press("e End Backspace 9 Enter");
    assert_eq!(screen.now.tasks[0].reg(&screen.now.ram, 2), 9, "{}", screen.message());
}

#[test]
fn a_condition_is_edited_and_not_replaced() {
    let mut screen = Screen::demo("ping", "break again if r9 > 3", (120, 40));
    screen.press("9 Tab e 0 Enter");
    let condition = screen.now.stops[0].condition.as_ref().expect("kept").text().to_owned();
    assert_eq!(condition, "r9 > 30");
}

#[test]
fn counts_work_for_keys_that_repeat_and_are_refused_by_the_rest() {
    let mut screen = Screen::demo("ping", "run 400; bookmark x", (120, 40));
    let entry = |s: &mut Screen, keys: &str| s.press(keys).now.turn;
    let once = entry(&mut screen, "6 Tab [");
    let twice = entry(&mut screen, "[");
    let mut other = Screen::demo("ping", "run 400", (120, 40));
    assert_eq!(entry(&mut other, "6 Tab 2 ["), twice, "from {once}");
    screen.press("= 3 }");
    assert_eq!(screen.app.view.selected, Some(1), "three tasks further is the same of three");
    for (keys, name) in [("3 z", "z"), ("3 m", "m"), ("2 q", "q")] {
        screen.press(keys);
        assert!(screen.message().starts_with(&format!("{name} takes no count")), "{keys}: {}", screen.message());
    }
    assert_eq!(screen.app.view.typing.count, "");
}

#[test]
fn the_palette_puts_what_is_called_so_first() {
    let first = |text: &str| {
        let mut screen = Screen::demo("ping", "", (120, 40));
        screen.press(&format!("Ctrl-P \"{text}\""));
        let Overlay::Palette(palette) = &screen.app.view.typing.overlay else { panic!("no palette") };
        palette.found.iter().take(3).map(|i| palette.all[*i].clone()).collect::<Vec<_>>()
    };
    let dead = first("dead");
    assert!(dead[0].about.contains("deadlock"), "{dead:?}");
    let step = first("step");
    assert!(step[0].label.starts_with("step") || step[0].label.starts_with(":step"), "{step:?}");
}

#[test]
fn narrow_panes_keep_what_matters() {
    let mut trace = Screen::demo("ping", "run 425; step", (40, 16));
    trace.press("6 Tab");
    assert!(trace.text().contains("JNZ   wait"), "{}", trace.text());
    let mut waits = Screen::demo("deadlock", "run", (48, 20));
    waits.press("g d z");
    assert!(waits.text().lines().filter(|l| l.contains("recv app:")).count() >= 2, "{}", waits.text());
    let fault = Screen::demo("runaway", "run", (80, 24));
    assert!(fault.text().lines().skip(1).any(|l| l.contains("stack_overflow")), "{}", fault.text());
    let mut four = Screen::demo("ping", "", (80, 24));
    let program = Program::builtin("spin.mvasm", ".text\nloop:\n    JMP loop\n").expect("assembles");
    four.target.load(Arc::new(program), LoadOptions::default()).expect("loads");
    four.press("Esc");
    assert_eq!(four.now.tasks.len(), 4);
    let rows = four.text();
    assert!(
        ["producer", "consumer", "ticker", "spin"].iter().all(|n| rows.contains(n)) && !rows.contains("more"),
        "{rows}"
    );
}

#[test]
fn a_lesson_shows_its_text_at_every_width_and_its_page_number() {
    for width in [40, 60, 79, 80, 100] {
        let mut target = demo::target("ping").expect("demo");
        let mut app = App::new((width, 24));
        app.open_lesson(Arc::new(hsxray::lesson::SHELF[0].lesson().expect("good")));
        ui::begin_page(&mut app, &mut target);
        let now = target.look(&app.want());
        app.look(&now);
        let shown = picture::text(&ui::render(&now, &app.view, &Theme::default(), (width, 24)));
        assert!(shown.contains("page 1 of"), "{width}\n{shown}");
        assert!(layout(&app.view).iter().any(|(id, _)| *id == PaneId::Lesson), "{width}");
    }
}

#[test]
fn pictures_stretch_each_text_to_its_cells() {
    let screen = Screen::demo("ping", "", (80, 24));
    let svg = picture::svg(&ui::render(&screen.now, &screen.app.view, &Theme::default(), (80, 24)));
    let texts = svg.matches("<text ").count();
    assert_eq!(texts, svg.matches("lengthAdjust=\"spacingAndGlyphs\"").count());
}
