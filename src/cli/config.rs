//! The settings file, themes and what is kept between runs: where they are, reading and writing.

use super::Looks;
use super::output::{self, unusable};
use crate::backend::{ToolNames, host};
use crate::limits::{FILE, SMALL_FILE};
use crate::ui::App;
use crate::ui::app::Surroundings;
use crate::ui::saved_state::Kept;
use crate::ui::settings::{Problem, Setting, Settings, default_file, find};
use crate::ui::theme::Depth;
use crate::ui::view::LaneSteps;
use clap::Subcommand;
use etcetera::{BaseStrategy, choose_base_strategy};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::{env, fs};

/// What to do with the settings file.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Write a settings file with every setting and its default.
    Init {
        /// Write it even if there is one already.
        #[arg(long)]
        force: bool,
    },
    /// Say where the settings file is.
    Path,
    /// Read a settings file, its themes and keys, and say what is wrong.
    Check {
        /// Another file than the usual one.
        file: Option<PathBuf>,
    },
}

/// The directory of the settings file.
fn directory() -> Option<PathBuf> {
    Some(choose_base_strategy().ok()?.config_dir().join("hsxray"))
}

/// Where the settings file is.
fn place() -> Result<PathBuf, String> {
    directory().map(|d| d.join("config.toml")).ok_or_else(|| "there is no home directory for settings".into())
}

/// Where things are kept between runs.
pub(super) fn state_directory() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("hsxray"))
}

/// Carries out `hsxray config …`.
pub(super) fn run(command: &ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Path => match place() {
            Ok(path) => output::text(&format!("{}\n", path.display())),
            Err(e) => unusable(&e),
        },
        ConfigCommand::Init { force } => match init(*force) {
            Ok(path) => output::text(&format!("wrote {}\n", path.display())),
            Err(e) => unusable(&e),
        },
        ConfigCommand::Check { file } => check(file.as_deref()),
    }
}

fn init(force: bool) -> Result<PathBuf, String> {
    let path = place()?;
    if path.exists() && !force {
        return Err(format!("{} is there already; --force writes over it", path.display()));
    }
    host::write_text(&path, &default_file()).map_err(|e| e.to_string())?;
    Ok(path)
}

fn check(file: Option<&Path>) -> ExitCode {
    let path = match file.map_or_else(place, |f| Ok(f.to_owned())) {
        Ok(path) => path,
        Err(e) => return unusable(&e),
    };
    let mut settings = Settings::default();
    let problems = match read(&mut settings, &path, true) {
        Ok(mut problems) => {
            problems.extend(App::with_settings((80, 24), settings, Surroundings::default()).1);
            problems
        }
        Err(e) => return unusable(&e),
    };
    if problems.is_empty() {
        return output::text(&format!("{} is all right\n", path.display()));
    }
    output::text(&(problems.join("\n") + "\n"));
    ExitCode::FAILURE
}

/// Takes in a settings file and the themes beside it.
fn read(settings: &mut Settings, path: &Path, must_be: bool) -> Result<Vec<String>, String> {
    let text = match host::text(path, &SMALL_FILE) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound && !must_be => String::new(),
        Err(e) => return Err(format!("{}: {e}", path.display())),
    };
    let told = |p: Problem| format!("{}:{}: {}", path.display(), p.line, p.text);
    let mut problems: Vec<String> = settings.read(&text).into_iter().map(told).collect();
    settings.themes = themes(&path.with_file_name("themes"), &mut problems);
    Ok(problems)
}

/// The usual settings with the names of the user's own themes: for what a command may name where nothing is shown.
pub(super) fn names() -> Settings {
    let directory = directory().map(|directory| directory.join("themes"));
    let mut settings = Settings::default();
    settings.themes = directory.map_or_else(Vec::new, |directory| themes(&directory, &mut Vec::new()));
    settings
}

/// The theme files of a directory, by name.
fn themes(directory: &Path, problems: &mut Vec<String>) -> Vec<(String, String)> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut themes = Vec::new();
    for path in entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match host::text(&path, &SMALL_FILE) {
            Ok(text) => themes.push((name, text)),
            Err(e) => problems.push(format!("{}: {e}", path.display())),
        }
    }
    themes.sort();
    themes
}

/// The settings of file, environment and command line, and what was wrong with them.
///
/// # Errors
/// A file that was asked for cannot be read, or an option has no such value.
pub(super) fn load(looks: &Looks) -> Result<(Settings, Vec<String>), String> {
    let mut settings = Settings::default();
    let mut problems = match &looks.config {
        Some(path) => {
            let _ = CHOSEN.set(path.clone());
            read(&mut settings, path, true)?
        }
        None => place().map_or_else(|_| Ok(Vec::new()), |path| read(&mut settings, &path, false))?,
    };
    problems.extend(settings.read_env(|name| env::var(name).ok()).into_iter().map(|p| p.text));
    problems.extend(env::vars().filter_map(|(name, _)| unknown_variable(&name)));
    options(&mut settings, looks)?;
    host::set_most(settings.number(Setting::FileMb));
    Ok((settings, problems))
}

/// The settings file that was asked for in place of the usual one.
static CHOSEN: OnceLock<PathBuf> = OnceLock::new();

/// The user's tools for C, as the settings say.
pub(super) fn tools() -> ToolNames {
    let mut settings = Settings::default();
    let _ = match CHOSEN.get() {
        Some(path) => read(&mut settings, path, true),
        None => place().and_then(|path| read(&mut settings, &path, false)),
    };
    let _ = settings.read_env(|name| env::var(name).ok());
    let named = |setting| Some(settings.get(setting).to_owned()).filter(|name| !name.is_empty());
    ToolNames {
        hsx: named(Setting::Hsx),
        clang: named(Setting::Clang),
        python: named(Setting::Python),
        cflags: named(Setting::Cflags),
    }
}

/// What is wrong with a variable that looks like a setting and is not one.
fn unknown_variable(variable: &str) -> Option<String> {
    let name = variable.strip_prefix("HSXRAY_")?.to_lowercase();
    let error = find(&name).err().filter(|_| name != "panic")?;
    Some(format!("{variable}: {error}"))
}

/// The settings of a picture without a terminal: only what its options say.
///
/// # Errors
/// As [`load`].
pub(super) fn for_picture(looks: &Looks) -> Result<Settings, String> {
    let mut settings = Settings::default();
    if let Some(path) = &looks.config {
        for problem in read(&mut settings, path, true)? {
            output::note(&format_args!("hsxray: warning: {problem}"));
        }
    }
    options(&mut settings, looks)?;
    Ok(settings)
}

/// What a picture can hold: all colours, unless `NO_COLOR` is set.
pub(super) fn picture_surroundings() -> Surroundings {
    let none = env::var("NO_COLOR").is_ok_and(|v| !v.is_empty());
    let depth = if none { Depth::None } else { Depth::True };
    Surroundings { depth, utf8: utf8_locale(), ..Surroundings::default() }
}

/// What the command line says comes before everything else.
fn options(settings: &mut Settings, looks: &Looks) -> Result<(), String> {
    let mut set = |name, value: &str| settings.set(name, value).map_err(|e| e.to_string());
    if looks.ascii {
        set("ascii", "on")?;
    }
    if let Some(theme) = &looks.theme {
        set("theme", theme)?;
    }
    Ok(())
}

/// What the terminal can do, as the environment tells it.
pub(super) fn surroundings() -> Surroundings {
    let term = env::var("TERM").unwrap_or_default();
    let old = Depth::is_old(&term);
    let utf8 = utf8_locale() && !old;
    let tmux = env::var("TMUX").is_ok_and(|v| !v.is_empty());
    let lane_steps = LaneSteps::of_terminal(&term, old || term == "linux");
    Surroundings { depth: Depth::of(|name| env::var(name).ok()), utf8, tmux, lane_steps }
}

/// Whether the locale says UTF-8. Without any locale the terminal is taken for a modern one.
fn utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()));
    set.is_none_or(|v| v.to_lowercase().replace('-', "").contains("utf8"))
}

/// A screen with the user's settings and what was kept; problems are shown in it.
///
/// # Errors
/// As [`load`].
pub(super) fn app(looks: &Looks) -> Result<App, String> {
    let (settings, mut problems) = load(looks)?;
    let (mut app, more) = App::with_settings((80, 24), settings, surroundings());
    problems.extend(more);
    app.take_up(kept());
    let problems: Vec<String> = problems.iter().map(|p| crate::text::visible(p).into_owned()).collect();
    app.warn(&problems);
    Ok(app)
}

/// What is kept between runs, as it is now.
fn kept() -> Kept {
    let kept = state_directory().and_then(|d| host::text(&d.join("kept.json"), &FILE).ok());
    kept.map_or_else(Kept::default, |text| Kept::read(&text))
}

/// Saves what is kept between runs, together with what other windows have kept meanwhile. The session does not fail if
/// that fails.
pub(super) fn keep(mut app: App) {
    if let Some(file) = state_directory().map(|directory| directory.join("kept.json")) {
        let _ = host::locked(&file, || host::write_text(&file, &app.to_keep(&kept()).write()));
    }
}
