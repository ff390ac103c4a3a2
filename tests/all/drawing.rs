//! Whole screens drawn from hand-made snapshots: how they look, and what holds on every screen.

use crate::scenes::{self, ping, ping_view};
use crate::support::{Dice, role_map, snapshot};
use hsxray::backend::{Snapshot, Status};
use hsxray::ui::pane::PANES;
use hsxray::ui::view::{CodeFormat, NumberFormat, Overlay, Prompt};
use hsxray::ui::{Palette, Theme, View, layout, picture, render};
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// The screen as text, between rules so that its right edge can be seen.
fn shot(now: &Snapshot, view: &View, theme: &Theme) -> String {
    framed(&render(now, view, theme, view.layout.size))
}

fn framed(buffer: &Buffer) -> String {
    picture::text(buffer).lines().map(|line| format!("{line}\n")).collect()
}

/// The view of the sketches in a small terminal, changed.
fn with(change: impl FnOnce(&mut View)) -> View {
    let mut view = ping_view((80, 24));
    change(&mut view);
    view
}

fn seen(name: &str, now: &Snapshot, view: &View) {
    snapshot(name, &shot(now, view, &Theme::default()));
}

#[test]
fn the_run_of_the_sketches_in_the_smallest_and_the_usual_terminals() {
    for (w, h) in [(40, 12), (80, 24), (200, 60)] {
        seen(&format!("drawn-ping-{w}x{h}"), &ping(), &ping_view((w, h)));
    }
}

#[test]
fn without_unicode_every_character_is_ascii() {
    let theme = Theme::new(Palette::Dark, true);
    for (name, now) in scenes::all() {
        for size in SIZES {
            let text = shot(&now, &ping_view(size), &theme);
            assert!(text.is_ascii(), "{name}: {:?}", text.chars().find(|c| !c.is_ascii()));
        }
    }
}

#[test]
fn other_situations() {
    for name in ["fresh", "blocked", "faulted", "finished", "hostile", "many"] {
        let (_, now) = scenes::all().into_iter().find(|(n, _)| *n == name).expect("a scene");
        let mut view = ping_view((80, 24));
        view.notices.message.clear();
        seen(&format!("drawn-{name}-80x24"), &now, &view);
    }
}

#[test]
fn too_small_a_screen_says_what_it_needs() {
    let text = shot(&ping(), &ping_view((38, 10)), &Theme::default());
    assert!(text.contains("40 columns, 12 rows"), "{text}");
    assert!(text.contains("38 columns, 10 rows"), "{text}");
}

#[test]
fn prompt_completions_help_and_errors_lie_over_the_panes() {
    let words = [("stack", "The words on a task's stack."), ("step", "Take N turns."), ("stops", "List the stops.")];
    let completions = words.iter().map(|(w, s)| ((*w).into(), (*s).into())).collect();
    let prompt = Prompt { text: "st".into(), cursor: 2, completions, chosen: Some(1), ..Prompt::default() };
    seen("drawn-prompt-80x24", &ping(), &with(|v| v.typing.overlay = Overlay::Prompt(prompt)));

    let rows = [("", "Running"), ("s F11", "Take a turn."), ("Space", "Run, or stop the run.")];
    let help = rows.iter().map(|(k, s)| ((*k).into(), (*s).into())).collect();
    seen(
        "drawn-help-80x24",
        &ping(),
        &with(|v| (v.typing.overlay, v.notices.help) = (Overlay::Help { scroll: 0 }, help)),
    );

    let error = with(|v| v.notices.refuse("no such task: 9"));
    assert!(shot(&ping(), &error, &Theme::default()).contains("no such task: 9"));
}

#[test]
fn the_cursor_of_a_long_command_line_stays_in_sight() {
    let text: String = ('a'..='z').cycle().take(200).collect();
    let prompt = |cursor| Overlay::Prompt(Prompt { text: text.clone(), cursor, ..Prompt::default() });
    for cursor in [0, 50, 100, 200] {
        let view = with(|v| v.typing.overlay = prompt(cursor));
        let scene = hsxray::ui::Scene { now: &ping(), view: &view, theme: &Theme::default() };
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| hsxray::ui::screen::draw(frame, &scene)).unwrap();
        let at = terminal.get_cursor_position().unwrap();
        assert_eq!(at.y, 22);
        let shown = terminal.backend().buffer()[(at.x, at.y)].symbol().to_owned();
        let expected = text.get(cursor..=cursor).unwrap_or(" ");
        assert_eq!(shown, expected, "cursor {cursor} at column {}", at.x);
    }
}

#[test]
fn a_frame_of_another_size_than_the_view_knows_is_drawn_whole() {
    for size in [(30, 8), (80, 24), (200, 60)] {
        let view = ping_view((120, 40));
        let scene = hsxray::ui::Scene { now: &ping(), view: &view, theme: &Theme::default() };
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(size.0, size.1)).unwrap();
        terminal.draw(|frame| hsxray::ui::screen::draw(frame, &scene)).unwrap();
        let expected = render(&ping(), &ping_view(size), &Theme::default(), size);
        assert_eq!(picture::text(terminal.backend().buffer()), picture::text(&expected));
    }
}

#[test]
fn roles_are_where_they_belong() {
    let theme = Theme::default();
    let view = ping_view((80, 24));
    let map = role_map(&render(&ping(), &view, &theme, view.layout.size), &theme);
    snapshot("drawn-ping-80x24-roles", &map);
}

#[test]
fn the_line_at_the_top_always_tells_state_turn_and_time() {
    let states = [
        (Status::Fresh, "■ READY"),
        (Status::Running, "► RUN"),
        (Status::Limit { turns: 1, pid: None }, "■ STOP step 1"),
        (Status::Idle, ". IDLE"),
        (Status::AllDone, "= DONE"),
        (Status::Paused, "■ PAUSED"),
        (Status::Break { pid: 1, pc: 0, code: 7 }, "■ BREAK 7"),
        (Status::Breakpoint { number: 2, pid: 1, pc: 0 }, "■ STOP 2"),
        (
            Status::Fault { pid: 100, pc: 0, fault: hsxray::backend::Fault::StackUnderflow },
            "! FAULT 100 stack_underflow",
        ),
    ];
    for (status, word) in states {
        for turn in [426, 999_999_999_999] {
            for width in [40, 60, 80, 120, 200] {
                let now = Snapshot { status: status.clone(), turn, ..ping() };
                let text = shot(&now, &ping_view((width, 24)), &Theme::default());
                let line = text.lines().next().unwrap();
                let count = hsxray::ui::format::count(turn);
                assert!(line.contains(&format!("turn {count}")), "{width}: {line}");
                assert!(line.ends_with("LIVE"), "{width}: {line}");
                // Where all does not fit, the reason gives way; the state's word never does.
                let least: String = word.split(' ').take(2).collect::<Vec<_>>().join(" ");
                assert!(line.contains(if width < 80 { &least } else { word }), "{width}: {line}");
            }
        }
    }
}

fn random_view(dice: &mut Dice, now: &Snapshot) -> View {
    let size = (1 + dice.roll(400) as u16, 1 + dice.roll(150) as u16);
    let mut view = ping_view(if dice.roll(2) == 0 { size } else { (40 + size.0 / 2, 12 + size.1 / 3) });
    view.selected = now.tasks.get(dice.roll(200) as usize).map(|t| t.pid);
    view.layout.focus = dice.of(PANES).id;
    let strip: Vec<_> = hsxray::ui::pane::strip().collect();
    view.layout.strip = *dice.of(&strip);
    view.layout.zoom = dice.roll(4) == 0;
    view.formats.all_boxes = dice.roll(2) == 0;
    view.formats.code = *dice.of(&[CodeFormat::Asm, CodeFormat::Source, CodeFormat::Mixed]);
    view.formats.numbers = *dice.of(&[NumberFormat::Hex, NumberFormat::Signed, NumberFormat::F16, NumberFormat::Text]);
    view.code_top = dice.roll(40) as usize;
    for pane in PANES.iter().map(|p| p.id) {
        let (scroll, cursor) = (dice.roll(2000) as usize, dice.roll(2000) as usize);
        let state = hsxray::ui::view::PaneState { scroll, cursor, moved: dice.roll(2) == 0, ..Default::default() };
        view.panes.insert(pane, state);
    }
    view.notices.message = "\x1B[31mred\u{202E}".into();
    if dice.roll(5) == 0 {
        view.typing.overlay = Overlay::Help { scroll: dice.roll(100) as usize };
    }
    view
}

#[test]
fn any_size_and_any_view_can_be_drawn() {
    let mut dice = Dice(1);
    let scenes = scenes::all();
    for round in 0..600 {
        let (name, now) = dice.of(&scenes);
        let view = random_view(&mut dice, now);
        let about = format!("round {round}: {name} at {:?}", view.layout.size);
        disjoint(&view, &about);
        let theme = Theme::new(Palette::None, false);
        let buffer = render(now, &view, &theme, view.layout.size);
        for cell in &buffer.content {
            let text = cell.symbol();
            assert!(!text.chars().any(char::is_control), "{about}: {text:?}");
            assert!(text.width() <= 2 && text.width() > 0, "{about}: {text:?}");
        }
        if matches!(view.typing.overlay, Overlay::None) && view.layout.size.0 >= 40 && view.layout.size.1 >= 12 {
            focus_is_visible(&buffer, &view, &about);
        }
    }
}

fn disjoint(view: &View, about: &str) {
    let panes = layout::layout(view);
    for (i, (id, a)) in panes.iter().enumerate() {
        assert!(
            a.right() <= view.layout.size.0 && a.bottom() + 2 <= view.layout.size.1 && a.y >= 1,
            "{about}: {id:?} {a:?}"
        );
        assert!(a.width >= 20 && a.height >= 2, "{about}: {id:?} is too small: {a:?}");
        for (other, b) in &panes[..i] {
            assert!(!a.intersects(*b) && id != other, "{about}: {id:?} {a:?} and {other:?} {b:?}");
        }
    }
}

fn focus_is_visible(buffer: &Buffer, view: &View, about: &str) {
    let panes = layout::layout(view);
    let (_, rect) =
        panes.iter().find(|(id, _)| *id == view.layout.focus).unwrap_or_else(|| panic!("{about}: no focus"));
    let title: String = (rect.x..rect.right()).map(|x| buffer[(x, rect.y)].symbol()).collect();
    assert!(title.starts_with('━'), "{about}: {title}");
}

#[test]
fn a_step_moves_no_pane() {
    let frame = |now: &Snapshot, size: (u16, u16)| {
        let buffer = render(now, &ping_view(size), &Theme::default(), size);
        let fixed = |symbol: &str| "│┤├┬┴┼━".contains(symbol);
        let cells = buffer.content.iter().enumerate().filter(|(_, cell)| fixed(cell.symbol()));
        cells.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let mut later = ping();
    later.turn = 12_345_678;
    later.tasks[0].counters.turns = 7_000_000;
    later.tasks[1].state = hsxray::backend::RunState::Paused;
    later.tasks[2].wait = None;
    for size in SIZES {
        assert_eq!(frame(&ping(), size), frame(&later, size), "{size:?}");
    }
}

#[test]
fn pictures_hold_the_same_text() {
    let buffer = render(&ping(), &ping_view((80, 24)), &Theme::default(), (80, 24));
    let svg = picture::svg(&buffer);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
    assert!(svg.contains("►") && !svg.contains("R1 & "), "text is there and escaped");
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    let ansi = picture::ansi(&buffer);
    let (rows, columns) = (24.try_into().unwrap(), 80.try_into().unwrap());
    let mut parser = vt100::Parser::new(rows, columns, 0);
    parser.process(ansi.replace('\n', "\r\n").trim_end().as_bytes());
    let shown: Vec<String> = parser.screen().rows(0, 80).map(|r| r.trim_end().to_owned()).collect();
    assert_eq!(shown.join("\n"), picture::text(&buffer));
}

#[test]
fn the_panes_beside_the_strip_are_named_in_its_title() {
    for strip in hsxray::ui::pane::strip() {
        let view = with(|v| v.layout.strip = strip);
        let text = shot(&ping(), &view, &Theme::default());
        // The strip is five rows, with the message and hint lines below it.
        let title = text.lines().rev().nth(6).expect("a title");
        let numbers: Vec<u32> = title.split([' ', '─']).filter_map(|word| word.parse().ok()).collect();
        // Itself, the first of the others by name, and that there are more.
        let named = [5, 6, 7, 8, 9].iter().filter(|n| numbers.contains(n)).count();
        assert!(named >= 3 && (title.contains('…') || numbers.contains(&16)), "{strip:?}: {title}");
    }
}

#[test]
fn a_renderer_of_svg_draws_what_the_screen_shows() {
    use resvg::{tiny_skia::Pixmap, usvg};
    let buffer = render(&ping(), &ping_view((120, 40)), &Theme::default(), (120, 40));
    let svg = picture::svg(&buffer);
    let tree = usvg::Tree::from_str(&svg, &usvg::Options::default()).expect("a picture");
    let size = tree.size().to_int_size();
    assert!(size.width() >= 120 * 6 && size.height() >= 40 * 12, "{size:?}: room for all cells");
    let mut pixels = Pixmap::new(size.width(), size.height()).expect("room");
    resvg::render(&tree, usvg::Transform::default(), &mut pixels.as_mut());
    // Letters need fonts, which a computer may not have; what is behind them does not.
    let colours: std::collections::BTreeSet<_> =
        pixels.pixels().iter().map(|p| (p.red(), p.green(), p.blue())).collect();
    assert!(colours.len() >= 2, "{colours:?}");
    assert!(pixels.pixels().iter().all(|p| p.alpha() == 255), "the background covers all of it");
}
