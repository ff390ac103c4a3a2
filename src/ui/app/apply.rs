//! Settings put to use: theme, keys, formats.

use super::super::keymap::Keymap;
use super::super::layout::ViewId;
use super::super::settings::{Named, SETTINGS, Setting, SettingError, Settings, find};
use super::super::theme::{Depth, Palette, Theme, custom};
use super::super::view::{CodeFormat, LaneSteps, NumberFormat};
use super::App;
use crate::backend::Snapshot;

/// What the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// How many colours it has.
    pub depth: Depth,
    /// Whether it writes UTF-8.
    pub utf8: bool,
    /// Whether tmux stands between.
    pub tmux: bool,
    /// How fine it draws lanes.
    pub lane_steps: LaneSteps,
}

impl Default for Surroundings {
    fn default() -> Self {
        Surroundings { depth: Depth::True, utf8: true, tmux: false, lane_steps: LaneSteps::Cells }
    }
}

/// How many colours there are, as the settings or the terminal say.
fn depth(settings: &Settings, around: Surroundings) -> Depth {
    match settings.get(Setting::Color) {
        "never" => Depth::None,
        "16" => Depth::Sixteen,
        "256" => Depth::Indexed,
        "true" => Depth::True,
        _ => around.depth,
    }
}

/// Whether ASCII alone is drawn.
fn ascii(settings: &Settings, around: Surroundings) -> bool {
    match settings.get(Setting::Ascii) {
        "on" => true,
        "off" => false,
        _ => !around.utf8,
    }
}

/// How fine lanes are, as the settings or the terminal say.
fn lane_steps(settings: &Settings, around: Surroundings) -> LaneSteps {
    match settings.get(Setting::LaneSteps) {
        _ if ascii(settings, around) => LaneSteps::Cells,
        "cells" => LaneSteps::Cells,
        "halves" => LaneSteps::Halves,
        "octants" => LaneSteps::Octants,
        _ => around.lane_steps,
    }
}

/// The theme of the settings for a view, and what was wrong with it. The view for projectors shows the
/// usual theme in strong contrast; who has chosen another one keeps that.
fn theme(settings: &Settings, around: Surroundings, desk: ViewId) -> (Theme, Vec<String>) {
    let ascii = ascii(settings, around);
    let depth = depth(settings, around);
    let name = match settings.get(Setting::Theme) {
        "dark" if desk == ViewId::Projector => "contrast",
        name => name,
    };
    let (theme, problems) = match settings.theme_named(name) {
        Ok(Named::Own(text)) => {
            let (theme, problems) = custom(text, ascii);
            (theme, problems.into_iter().map(|p| format!("theme {name}, line {}: {}", p.line, p.text)).collect())
        }
        Ok(Named::BuiltIn(palette)) => (Theme::new(palette, ascii), Vec::new()),
        Err(why) => (Theme::new(Palette::Dark, ascii), vec![why]),
    };
    (theme.at_depth(depth), problems)
}

/// What `auto`, `on` and `off` mean: `None` is auto.
fn automatic(value: &str) -> Option<bool> {
    (value != "auto").then_some(value == "on")
}

impl App {
    /// A screen with settings, and what was wrong with those.
    #[must_use]
    pub fn with_settings(size: (u16, u16), settings: Settings, around: Surroundings) -> (App, Vec<String>) {
        let mut app = App::new(size);
        (app.settings, app.around) = (settings, around);
        let problems = app.apply_settings();
        (app, problems)
    }

    /// How many colours there are.
    #[must_use]
    pub fn colours(&self) -> Depth {
        depth(&self.settings, self.around)
    }

    /// Whether tmux stands between this and the terminal.
    #[must_use]
    pub fn in_tmux(&self) -> bool {
        self.around.tmux
    }

    /// Puts all settings to use.
    fn apply_settings(&mut self) -> Vec<String> {
        let (theme, mut problems) = theme(&self.settings, self.around, self.view.layout.desk);
        let (keymap, own) = Keymap::new(self.settings.get(Setting::Keymap), &self.settings.keys);
        problems.extend(own);
        self.theme = theme;
        self.set_keymap(keymap);
        for row in SETTINGS {
            self.apply_setting(row.id);
        }
        problems
    }

    /// The terminal has said whether it is light or dark: colours that suit it, unless the user has set a theme.
    pub fn suit(&mut self, light: bool) {
        if light && !self.settings.is_given(Setting::Theme) && self.settings.set("theme", "light").is_ok() {
            self.theme = theme(&self.settings, self.around, self.view.layout.desk).0;
        }
    }

    /// Puts on the theme that belongs to the view in use.
    pub(super) fn keep_theme(&mut self) {
        if self.painted != self.view.layout.desk {
            self.painted = self.view.layout.desk;
            self.theme = theme(&self.settings, self.around, self.view.layout.desk).0;
        }
    }

    /// Shows the source of a first program that is one of C, in the view for such programs, unless something else was
    /// chosen.
    pub(super) fn code_at_first(&mut self, now: &Snapshot) {
        let is_c = now.tasks.first().is_some_and(|t| t.listing.is_c);
        if is_c && self.settings.get(Setting::Code) == "auto" {
            self.view.formats.code = CodeFormat::Source;
        }
        if self.settings.get(Setting::View) != "auto" {
            return;
        }
        match self.view.layout.desk {
            ViewId::Debug if is_c => self.apply_preset(ViewId::Source),
            // It was kept from a program in C.
            ViewId::Source if !is_c => self.apply_preset(ViewId::Debug),
            _ => {}
        }
    }

    /// Applies one setting. Colours and keys are put on together; what is asked for when it matters is not kept twice.
    fn apply_setting(&mut self, setting: Setting) {
        let value = self.settings.get(setting);
        match setting {
            Setting::Numbers => {
                self.view.formats.numbers = match value {
                    "signed" => NumberFormat::Signed,
                    "unsigned" => NumberFormat::Unsigned,
                    "binary" => NumberFormat::Binary,
                    "f16" => NumberFormat::F16,
                    "text" => NumberFormat::Text,
                    _ => NumberFormat::Hex,
                };
            }
            Setting::Code => {
                self.view.formats.code = match value {
                    "source" => CodeFormat::Source,
                    "mixed" => CodeFormat::Mixed,
                    _ => CodeFormat::Asm,
                };
            }
            Setting::Slider => self.view.layout.slider = automatic(value),
            Setting::Spacing => self.view.layout.spacing = automatic(value),
            Setting::HalfStep => self.view.half = self.view.half.take().filter(|_| value == "on"),
            Setting::StarveTurns => self.view.formats.starve_turns = self.settings.number(setting),
            Setting::RegisterNames => self.view.formats.regnames = value == "on",
            Setting::View => self.apply_preset(ViewId::named(value).unwrap_or_default()),
            Setting::HistoryLines => self.history.keep(self.settings.number(setting) as usize),
            Setting::LaneSteps | Setting::Ascii => {
                self.view.formats.lane_steps = lane_steps(&self.settings, self.around);
            }
            Setting::Theme | Setting::Color | Setting::Keymap => {}
            Setting::Mouse
            | Setting::Step
            | Setting::Clipboard
            | Setting::Cursor
            | Setting::QuitAsks
            | Setting::ShareBase
            | Setting::World
            | Setting::AutoReload
            | Setting::KeepStops
            | Setting::Keep
            | Setting::Fps
            | Setting::Flash
            | Setting::Save
            | Setting::Welcome => {}
            Setting::Rate
            | Setting::Stack
            | Setting::Quantum
            | Setting::Protect
            | Setting::TurnUs
            | Setting::Math
            | Setting::Profile
            | Setting::DeadlockStops
            | Setting::FileMb
            | Setting::Hsx
            | Setting::Clang
            | Setting::Python
            | Setting::Cflags
            | Setting::HistoryMb => {}
        }
    }

    /// `set`, `set NAME`, `set NAME VALUE`. `None` if it is not one of the screen's settings.
    pub(super) fn set(&mut self, name: Option<&str>, value: Option<&str>) -> Result<(), SettingError> {
        match (name, value) {
            (None, _) => {
                let line = |r: &super::super::settings::SettingRow| {
                    format!("{:14} {:12} {}", r.name, self.settings.get(r.id), r.help)
                };
                let lines: Vec<String> = SETTINGS.iter().map(line).collect();
                self.answer(&format!("settings, with what they are now\n{}", lines.join("\n")));
            }
            (Some(name), None) => {
                let row = find(name)?;
                let text = format!("{name} is {}; it takes {}", self.settings.get(row.id), row.expected());
                self.say(text);
            }
            (Some(name), Some(value)) => return self.change(name, value),
        }
        Ok(())
    }

    fn change(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let before = self.settings.clone();
        let setting = find(name)?.id;
        self.settings.change(name, value)?;
        let (theme, problems) = theme(&self.settings, self.around, self.view.layout.desk);
        if let (Some(problem), Setting::Theme) = (problems.first(), setting) {
            self.settings = before;
            self.refuse(problem.clone());
            return Ok(());
        }
        self.theme = theme;
        self.set_keymap(Keymap::new(self.settings.get(Setting::Keymap), &self.settings.keys).0);
        self.apply_setting(setting);
        self.say(format!("{name} is {value}"));
        Ok(())
    }
}
