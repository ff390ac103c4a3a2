//! From what a user has chosen to a screen on a machine.

use crate::backend::{Config, LoadDefaults, LoadOptions, Local, Program, Recording, Want, host};
use crate::demo;
use crate::executive::mailbox::Limits;
use crate::lesson::{Lesson, Progress, SHELF, shelved};
use crate::limits::{FILE, PROGRAMS};
use crate::ui::app::Surroundings;
use crate::ui::saved_state;
use crate::ui::settings::{Problem, Setting, Settings};
use crate::ui::share::Link;
use crate::ui::{self, App};
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;

/// What a screen is opened on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opening {
    /// A built-in demo, by name.
    Demo(String),
    /// A built-in lesson by its name or number, at a page, from 1, or where it was left.
    Lesson(String, Option<usize>),
    /// Programs that were given, or one recording, by their file names.
    Files(Vec<String>),
    /// A link, or the part of one from its `#` on.
    Link(String),
}

/// What was kept from earlier sessions, as texts; empty if nothing was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The settings file.
    pub settings: String,
    /// Arrangement of panes and command history.
    pub screen: String,
    /// Progress in lessons.
    pub progress: String,
    /// The address of the page.
    pub address: String,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The browser prefers light colours.
    pub light: bool,
}

/// Megabytes for going back in time, unless the settings say otherwise: a page shares its memory with others.
const HISTORY_MB: u64 = 64;

pub(super) fn open(opening: &Opening, kept: &Kept) -> Result<(App, Local), String> {
    let mut app = screen(kept);
    let mut target = machine(opening, &mut app)?;
    let history = app.settings.given(Setting::HistoryMb).unwrap_or(HISTORY_MB);
    target.set_history(usize::try_from(history << 20).unwrap_or(usize::MAX));
    if app.view.lesson.is_some() {
        ui::begin_page(&mut app, &mut target);
    }
    if let Some(failure) = &target.failure {
        app.answer(&format!("recorded failure: {failure}"));
    }
    Ok((app, target.begun()))
}

/// A screen with the user's settings and what was kept; what is wrong with them is shown in it.
fn screen(kept: &Kept) -> App {
    let mut settings = Settings::default();
    let said = |p: Problem| format!("settings, line {}: {}", p.line, p.text);
    let mut problems: Vec<String> = settings.read(&kept.settings).into_iter().map(said).collect();
    if !settings.is_given(Setting::ShareBase) && !kept.address.is_empty() {
        problems.extend(settings.set("share_base", &kept.address).err().map(|e| e.to_string()));
    }
    let (mut app, more) = App::with_settings(kept.size, settings, Surroundings::default());
    problems.extend(more);
    app.take_up(saved_state::Kept::read(&kept.screen));
    app.suit(kept.light);
    app.coursework.set_progress(Progress::read(&kept.progress));
    let problems: Vec<String> = problems.iter().map(|p| crate::text::visible(p).into_owned()).collect();
    app.warn(&problems);
    app
}

fn machine(opening: &Opening, app: &mut App) -> Result<Local, String> {
    match opening {
        Opening::Demo(name) => demo::target(name),
        Opening::Lesson(name, page) => study(name, *page, app),
        Opening::Files(names) => files(names, &app.settings),
        Opening::Link(text) => match Link::read(text)? {
            Link::Demo(name) => demo::target(&name),
            Link::Lesson(name, page) => study(&name, page, app),
            Link::Moment(linked, standing) => {
                let mut target = Local::replay(linked.recording).map_err(|e| e.to_string())?;
                app.look(&target.look(&Want::default()));
                app.stand(&standing, &linked.dropped);
                Ok(target)
            }
        },
    }
}

/// Opens a lesson at a page, from 1, or where it was left.
fn study(name: &str, page: Option<usize>, app: &mut App) -> Result<Local, String> {
    let lesson = lesson(name)?;
    let page = page.map(|page| page.clamp(1, lesson.pages.len()) - 1);
    let target = lesson.target(page.unwrap_or(0)).map_err(|e| e.to_string())?;
    app.view.notices.welcome = false;
    app.open_lesson(Arc::new(lesson));
    if let Some(page) = page {
        app.go_page(page);
    }
    Ok(target)
}

fn lesson(name: &str) -> Result<Lesson, String> {
    let names = || SHELF.iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
    let (_, shelved) = shelved(name).ok_or_else(|| format!("there is no lesson \"{name}\": {} are there", names()))?;
    shelved.lesson().map_err(|e| e.to_string())
}

/// What the settings say of a machine.
fn config(settings: &Settings) -> Config {
    let default = Config::default();
    let embedded = settings.get(Setting::Profile) == "embedded";
    Config {
        turn_us: settings.given(Setting::TurnUs).unwrap_or(default.turn_us).max(1),
        protect: settings.on(Setting::Protect),
        trace: default.trace,
        no_math: !settings.on(Setting::Math),
        limits: if embedded { Limits::embedded() } else { default.limits },
    }
}

/// What the settings say of programs.
fn defaults(settings: &Settings) -> LoadDefaults {
    let given = |setting| settings.given(setting).and_then(|n| u32::try_from(n).ok());
    let LoadDefaults { stack, quantum } = LoadDefaults::default();
    LoadDefaults { stack: given(Setting::Stack).unwrap_or(stack), quantum: given(Setting::Quantum).unwrap_or(quantum) }
}

/// Programs, or one recording.
fn files(names: &[String], settings: &Settings) -> Result<Local, String> {
    PROGRAMS.check(names.len() as u64).map_err(|over| over.to_string())?;
    let read = |name: &String| host::read(Path::new(name), &FILE).map_err(|e| format!("{name}: {e}"));
    if let [name] = names {
        let bytes = read(name)?;
        if Recording::is_one(&bytes) {
            return Local::open_bytes(bytes).map_err(|e| format!("{name}: {e}"));
        }
    }
    let stem = |name: &String| Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let title: Vec<String> = names.iter().filter_map(stem).collect();
    let mut target = Local::new(title.join("+"), config(settings), defaults(settings));
    for name in names {
        let program = Program::of(Path::new(name), read(name)?).map_err(|e| e.to_string())?;
        target.load(Arc::new(program), LoadOptions::default()).map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(target)
}
