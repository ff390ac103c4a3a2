//! The panes and the view for programs in C, at three sizes.

use super::cases::target;
use crate::support::{role_map, run, snapshot};
use hsxray::backend::{Local, Want};
use hsxray::ui::{self, App, Theme, picture};
use ratatui::buffer::Buffer;

/// The screen for a machine after some keys.
fn draw(target: &mut Local, size: (u16, u16), keys: &str, theme: &Theme) -> Buffer {
    let mut app = App::new(size);
    let now = target.look(&app.want());
    app.look(&now);
    let now = ui::press(&mut app, target, keys, now).expect("keys");
    ui::render(&now, &app.view, theme, size)
}

fn text(target: &mut Local, size: (u16, u16), keys: &str) -> String {
    picture::text(&draw(target, size, keys, &Theme::default()))
}

fn at_the_end_of_types() -> Local {
    let mut target = target("types");
    run(&mut target, "tbreak types.c:65; run");
    target
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

#[test]
fn a_program_in_c_opens_with_its_source() {
    for size in SIZES {
        snapshot(&format!("c-start-{}x{}", size.0, size.1), &text(&mut target("recur"), size, ""));
    }
    let assembler = text(&mut hsxray::demo::target("ping").expect("demo"), (120, 40), "");
    assert!(!assembler.contains("24 locals"), "{assembler}");
}

#[test]
fn the_view_source_follows_the_chosen_frame() {
    for size in SIZES {
        let mut target = target("recur");
        run(&mut target, "tbreak fact if n == 2; run; frame 1");
        snapshot(&format!("c-frame-{}x{}", size.0, size.1), &text(&mut target, size, ""));
    }
}

#[test]
fn locals_open_into_their_parts() {
    for size in SIZES {
        // The union, the struct, the pointer to it, the array.
        let keys = "g v G k k k k k k k k k Enter j j j Enter j j j j Enter j Enter z";
        snapshot(&format!("c-locals-{}x{}", size.0, size.1), &text(&mut at_the_end_of_types(), size, keys));
    }
    let ascii = Theme::new(ui::Palette::Dark, true);
    let mut target = at_the_end_of_types();
    snapshot("c-locals-ascii", &picture::text(&draw(&mut target, (80, 24), "g v z", &ascii)));
    snapshot("c-locals-roles", &role_map(&draw(&mut target, (80, 24), "g v z", &Theme::default()), &Theme::default()));
    let nothing = text(&mut hsxray::demo::target("ping").expect("demo"), (80, 24), "g v z");
    assert!(nothing.contains("no C function here"), "{nothing}");
}

#[test]
fn source_and_instructions_stand_together() {
    for size in SIZES {
        let mut target = target("recur");
        run(&mut target, "tbreak fact; run");
        snapshot(&format!("c-mixed-{}x{}", size.0, size.1), &text(&mut target, size, "Alt-3 % z"));
    }
}

#[test]
fn files_are_gone_through_one_after_the_other() {
    let mut files = target("files");
    run(&mut files, "tbreak note; run");
    let titles = ["", ") ", ") ) ", ") ) ) ", "( "].map(|keys| {
        let shown = text(&mut files, (120, 40), &format!("Alt-3 {keys}"));
        let title = shown.lines().find(|line| line.contains("3 code")).expect("a title").to_owned();
        let file = title.split(['━', ' ']).find(|word| word.contains('.'));
        file.unwrap_or_default().to_owned()
    });
    assert_eq!(titles[0], "log.c");
    assert!(titles[1] != titles[0] && titles[2] != titles[1] && titles[4] != titles[0], "{titles:?}");
    let back = text(&mut files, (120, 40), "Alt-3 ) Esc");
    assert!(back.lines().any(|line| line.contains("3 code") && line.contains("log.c")), "{back}");
}

#[test]
fn a_variable_is_changed_watched_and_looked_at_where_it_stands() {
    let mut target = target("recur");
    run(&mut target, "tbreak fact; run");
    let _ = text(&mut target, (120, 40), "g v e 7 Enter");
    assert_eq!(run(&mut target, "print n")["value"], 7);
    let _ = text(&mut target, (120, 40), "g v b");
    assert_eq!(target.look(&Want::lists()).stops.len(), 1);
    assert!(text(&mut target, (120, 40), "g v Enter").contains("11 memory"), "what has no parts is shown in memory");
}

#[test]
fn n_goes_by_lines_where_the_source_is_listed() {
    let line = |target: &mut Local| run(target, "backtrace")["frames"][0]["line"].as_u64();
    let mut target = target("recur");
    run(&mut target, "tbreak main; run");
    let first = line(&mut target);
    let _ = text(&mut target, (120, 40), "n n");
    assert_eq!((first, line(&mut target)), (Some(40), Some(42)));
    let _ = text(&mut target, (120, 40), "N");
    assert_eq!(line(&mut target), Some(41));
    let turns = target.machine().turns();
    let _ = text(&mut target, (120, 40), ": \"set step instruction\" Enter n");
    assert_eq!(target.machine().turns(), turns + 1);
    // Beside its source or without it, code goes by instructions.
    let _ = text(&mut target, (120, 40), "Alt-3 % n");
    assert_eq!(target.machine().turns(), turns + 2);
}

#[test]
fn the_calls_show_their_arguments() {
    let mut target = target("recur");
    run(&mut target, "tbreak recur.c:7; run");
    let shown = text(&mut target, (160, 40), ": \"frame 2\" Enter");
    assert!(shown.contains("fact (n=3)") && shown.contains("24 locals of #2 fact"), "{shown}");
    assert_eq!(run(&mut target, "print n")["value"], 3);
}

#[test]
fn enter_in_the_calls_chooses_a_frame_that_variables_and_source_follow() {
    let mut target = target("recur");
    run(&mut target, "tbreak recur.c:7; run");
    let shown = text(&mut target, (160, 40), "g f j j Enter");
    assert!(shown.contains("24 locals of #2 fact") && shown.contains("fact (n=3)"), "{shown}");
    assert_eq!(run(&mut target, "print n")["value"], 3);
    let marked = shown.lines().any(|line| line.contains('▸') && line.contains("rest = fact(n - 1);"));
    assert!(marked, "the line of the call is marked: {shown}");
    let _ = text(&mut target, (160, 40), "g f j j j j j Enter");
    assert_eq!(run(&mut target, "list")["line"], 42, "that of main");
}
