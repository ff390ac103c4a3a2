//! The page for browsers: that it shows what a terminal shows, and that a browser does.

use crate::support::project;
use hsxray::backend::{Local, Want};
use hsxray::demo::{self, DEMOS};
use hsxray::lesson::SHELF;
use hsxray::ui::layout::PRESETS;
use hsxray::ui::{self, App, Scene, Settings, Surroundings, keymap, saved_state, screen};
use hsxray::web::{Kept, Opening, Page, Picture, Pressed};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const SIZE: (u16, u16) = (120, 40);
/// Turns of a run that a test waits for.
const MILLIONS: u64 = 50;

/// A key by its name in the table as a browser's event has it.
fn event(name: &str) -> (String, String, bool, bool, bool) {
    let (mut rest, mut held) = (name, [false; 3]);
    for (i, modifier) in ["Ctrl-", "Alt-", "Shift-"].into_iter().enumerate() {
        if let Some(base) = rest.strip_prefix(modifier).filter(|base| !base.is_empty()) {
            (rest, held[i]) = (base, true);
        }
    }
    let key = match rest {
        "Esc" => "Escape",
        "Space" => " ",
        "PgUp" => "PageUp",
        "PgDn" => "PageDown",
        "Up" | "Down" | "Left" | "Right" => &format!("Arrow{rest}"),
        other => other,
    };
    let letter = key.chars().next().filter(|c| key.len() == 1 && c.is_ascii_alphanumeric());
    let key = if held[0] { key.to_lowercase() } else { key.to_owned() };
    let place = |c: char| format!("{}{}", if c.is_ascii_digit() { "Digit" } else { "Key" }, c.to_ascii_uppercase());
    (key, letter.map_or_else(String::new, place), held[0], held[1], held[2])
}

/// A page without a browser, where a run takes as long as it needs.
struct Shown {
    page: Page,
}

impl Shown {
    fn open(opening: &Opening) -> Shown {
        let kept = Kept { size: SIZE, ..Kept::default() };
        let mut page = Page::open(opening, &kept, Box::new(|| Duration::ZERO)).unwrap_or_else(|e| panic!("{e}"));
        while page.draw().is_some() {}
        Shown { page }
    }

    fn press(&mut self, keys: &str) {
        self.press_each(&keymap::script(keys));
    }

    fn press_each(&mut self, names: &[String]) {
        for name in names {
            let (key, code, ctrl, alt, shift) = event(name);
            self.page.key(&Pressed { key: &key, code: &code, ctrl, alt, shift });
            while self.page.work(Duration::ZERO).is_zero() {}
            while self.page.draw().is_some() {}
        }
        // What is found out in the background is taken in, as the terminal waits for it.
        for _ in 0..20_000 {
            while self.page.work(Duration::ZERO).is_zero() {}
            if self.page.draw().is_none() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// All rows, as a browser is told to draw them.
    fn rows(&self) -> Picture {
        Picture::whole(self.page.shown())
    }
}

/// What a terminal shows after keys.
fn on_terminal(mut app: App, mut target: Local, keys: &str) -> Buffer {
    let now = target.look(&Want::default());
    let now = ui::press_keys(&mut app, &mut target, &keymap::script(keys), now, MILLIONS).expect("nothing leaves");
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal");
    let scene = Scene { now: &now, view: &app.view, theme: &app.theme };
    terminal.draw(|frame| screen::draw(frame, &scene)).expect("drawn");
    terminal.backend().buffer().clone()
}

fn assert_same(told: &str, page: &Buffer, terminal: &Buffer) {
    assert_eq!(page.area, terminal.area, "{told}");
    let differs = page.content.iter().zip(&terminal.content).position(|(a, b)| a != b);
    if let Some(at) = differs {
        let (y, text) = (at / usize::from(SIZE.0), |buffer| ui::picture::text(buffer));
        panic!("{told}: row {y} differs\npage\n{}\nterminal\n{}", text(page), text(terminal));
    }
}

/// Keys for every view: a step, a run, the past, a list, a line that is typed.
fn scripts() -> Vec<String> {
    let views = PRESETS.iter().map(|view| format!(": \"view {}\" Enter s 3 s u Tab j", view.name));
    let others = [
        "s s : \"break consu\"",
        ": \"run 3000\" Enter < < > Alt-2 Right Right e",
        "? Down Down",
        "Ctrl-P s t e",
        "S S U g t \"5\" Enter Ctrl-W v Ctrl-W >",
        "2 0 s / \"R1\" Enter",
        ": \"run 90\" Enter [ [ a Down",
        ": \"nonsense 5\" Enter",
    ];
    views.chain(others.map(str::to_owned)).collect()
}

#[test]
fn a_page_shows_cell_by_cell_what_a_terminal_shows() {
    for keys in scripts() {
        for demo in ["ping", "lost-update"] {
            let mut shown = Shown::open(&Opening::Demo(demo.into()));
            shown.press("Esc");
            shown.press(&keys);
            let (mut app, _) = App::with_settings(SIZE, Settings::default(), Surroundings::default());
            app.take_up(saved_state::Kept::default());
            let target = demo::target(demo).expect("demo").begun();
            let terminal = on_terminal(app, target, &format!("Esc {keys}"));
            assert_same(&format!("{demo}: {keys}"), shown.page.shown(), &terminal);
        }
    }
}

#[test]
fn every_demo_and_lesson_opens_on_a_page() {
    for demo in DEMOS {
        Shown::open(&Opening::Demo(demo.name.into()));
    }
    for (i, shelved) in SHELF.iter().enumerate() {
        let shown = Shown::open(&Opening::Lesson((i + 1).to_string(), Some(1)));
        let title = shelved.lesson().expect("a lesson").pages[0].title.clone();
        let text = ui::picture::text(shown.page.shown());
        let first = title.split(' ').next().expect("a word").to_owned();
        assert!(text.contains(&first), "{title}: {text}");
    }
    for bad in
        [Opening::Demo("none".into()), Opening::Lesson("none".into(), None), Opening::Files(vec!["no.hxe".into()])]
    {
        let kept = Kept { size: SIZE, ..Kept::default() };
        let Err(error) = Page::open(&bad, &kept, Box::new(|| Duration::ZERO)) else { panic!("{bad:?} opens") };
        assert!(!error.is_empty());
    }
}

/// The keys of a student on each page of each lesson.
fn lessons() -> Vec<(String, usize, Vec<String>)> {
    let mut all = Vec::new();
    for shelved in SHELF {
        let lesson = shelved.lesson().expect("a lesson");
        for (number, page) in lesson.pages.iter().enumerate() {
            let keys = page.tasks.iter().flat_map(|task| match task.kind.asks() {
                true => keymap::script(&format!("A \"{}\" Enter", task.play)),
                false => keymap::script(&task.play),
            });
            all.push((lesson.name.clone(), number + 1, keys.collect()));
        }
    }
    all
}

/// What a browser is to do, and the rows that it must show then.
fn plan() -> Value {
    let events = |names: &[String]| names.iter().map(|name| event(name)).collect::<Vec<_>>();
    let mut plays = Vec::new();
    for keys in scripts() {
        let mut shown = Shown::open(&Opening::Demo("ping".into()));
        let names = keymap::script(&format!("Esc {keys}"));
        shown.press(&format!("Esc {keys}"));
        plays.push(json!({ "at": "demo=ping", "keys": events(&names), "rows": shown.rows().rows }));
    }
    for (name, page, keys) in lessons() {
        let mut shown = Shown::open(&Opening::Lesson(name.clone(), Some(page)));
        shown.press_each(&keys);
        plays.push(json!({ "at": format!("lesson={name}/{page}"), "keys": events(&keys), "rows": shown.rows().rows }));
    }
    json!({ "size": SIZE, "plays": plays })
}

#[test]
#[ignore = "needs the page for browsers, Chromium, node and playwright-core"]
fn a_browser_shows_what_a_terminal_shows() {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by .ci/run"));
    let home = tempfile::tempdir().expect("directory");
    let file = home.path().join("plan.json");
    std::fs::write(&file, plan().to_string()).expect("written");
    let output = Command::new("node")
        .arg(project("tests/tools/page.mjs"))
        .args([Path::new(&variable("HSXRAY_PAGE")), &file])
        .env("NODE_PATH", variable("NODE_PATH"))
        .output()
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
