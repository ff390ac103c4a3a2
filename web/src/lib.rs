//! The screen of hsxray for a page in a browser: what the page's worker calls. Everything that is said here is text or
//! numbers; what it means stands in `hsxray::web`.

use hsxray::demo::DEMOS;
use hsxray::lesson::{Progress, SHELF};
use hsxray::ui::settings::default_file;
use hsxray::web::{self, Kept, Opening, Page, Pressed, Touched};
use serde_json::json;
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker began.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;

    #[wasm_bindgen(js_namespace = console)]
    fn error(text: &str);
}

fn clock() -> Duration {
    Duration::from_secs_f64(now().max(0.0) / 1000.0)
}

/// Says on the browser's console what an error of hsxray itself was.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| error(&format!("hsxray: {panic}"))));
}

/// A screen and the machine behind it.
#[wasm_bindgen]
pub struct Screen(Page);

#[wasm_bindgen]
impl Screen {
    /// Opens a screen: both are JSON, an `Opening` and what was kept.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(opening: &str, kept: &str) -> Result<Screen, String> {
        let opening: Opening = serde_json::from_str(opening).map_err(|e| e.to_string())?;
        let kept: Kept = serde_json::from_str(kept).map_err(|e| e.to_string())?;
        Page::open(&opening, &kept, Box::new(clock)).map(Screen)
    }

    /// A key was pressed, by what it means and its place, with Ctrl, Alt and Shift; false if it means nothing.
    pub fn key(&mut self, key: &str, code: &str, ctrl: bool, alt: bool, shift: bool) -> bool {
        self.0.key(&Pressed { key, code, ctrl, alt, shift })
    }

    /// The mouse or a finger does something at a cell: `press`, `menu`, `drag`, `release`, or turns the wheel by rows.
    pub fn touch(&mut self, what: &str, rows: i8, x: u16, y: u16) {
        let touched = match what {
            "press" => Touched::Press,
            "menu" => Touched::PressRight,
            "drag" => Touched::Drag,
            "release" => Touched::Release,
            _ => Touched::Wheel(rows),
        };
        self.0.touch(touched, x, y);
    }

    /// A text was pasted.
    pub fn paste(&mut self, text: &str) {
        self.0.paste(text);
    }

    /// The screen has another size, in cells.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.0.resize(columns, rows);
    }

    /// The browser prefers light colours, or dark ones.
    pub fn suit(&mut self, light: bool) {
        self.0.suit(light);
    }

    /// Carries out a command line.
    pub fn command(&mut self, line: &str) {
        self.0.command(line);
    }

    /// Lets the machine work for some milliseconds; how many the page may wait before it asks again.
    pub fn work(&mut self, milliseconds: f64) -> f64 {
        self.0.work(Duration::from_secs_f64(milliseconds.max(0.0) / 1000.0)).as_secs_f64() * 1000.0
    }

    /// What has changed on the screen, as JSON; nothing if nothing has.
    pub fn draw(&mut self) -> Option<String> {
        self.0.draw().and_then(|picture| serde_json::to_string(&picture).ok())
    }

    /// What the page is to do, as JSON: a list, mostly empty.
    pub fn wishes(&mut self) -> String {
        serde_json::to_string(&self.0.wishes()).unwrap_or_default()
    }

    /// A link that opens this session again, if it fits into one.
    pub fn session(&self) -> Option<String> {
        self.0.session()
    }

    /// The arrangement of panes and the command history to keep, with what others have kept.
    pub fn keep(&mut self, there: &str) -> String {
        self.0.to_keep(there)
    }
}

/// Puts a file where programs and commands find it.
///
/// # Errors
/// There is no room for it.
#[wasm_bindgen]
pub fn give(name: &str, bytes: Vec<u8>) -> Result<(), String> {
    web::give(name, bytes)
}

/// A file that a command has written.
#[wasm_bindgen]
pub struct Written {
    name: String,
    bytes: Vec<u8>,
}

#[wasm_bindgen]
impl Written {
    /// Its name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// What is in it.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }
}

/// The files that commands have written since this was asked for last.
#[wasm_bindgen]
pub fn written() -> Vec<Written> {
    web::written().into_iter().map(|(name, bytes)| Written { name, bytes }).collect()
}

/// What is wrong with a source, as JSON: a list of places.
#[wasm_bindgen]
pub fn marks(name: &str, text: &str) -> String {
    serde_json::to_string(&web::marks(name, text)).unwrap_or_default()
}

/// What there is to open, as JSON: demos, and lessons with the student's progress.
#[wasm_bindgen]
pub fn shelf(progress: &str) -> String {
    let progress = Progress::read(progress);
    let demos: Vec<_> = DEMOS.iter().map(|d| json!({ "name": d.name, "about": d.about, "files": d.files })).collect();
    let lessons = SHELF.iter().filter_map(|shelved| shelved.lesson().ok()).map(|lesson| {
        let done = progress.of(&lesson.name).done.len().min(lesson.tasks());
        json!({ "name": lesson.name, "title": lesson.title, "about": lesson.about, "done": done, "tasks": lesson.tasks() })
    });
    json!({ "demos": demos, "lessons": lessons.collect::<Vec<_>>(), "settings": default_file() }).to_string()
}
