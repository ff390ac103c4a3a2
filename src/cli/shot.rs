//! `hsxray shot`: the screen without a terminal.

use super::batch::settle;
use super::open::{Opened, open};
use super::output::{self, unusable};
use super::{Looks, Programs, config, learn};
use crate::backend::{Local, Want};
use crate::ui::{self, App, picture};
use clap::{Args, ValueEnum};
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `shot`.
#[derive(Debug, Args)]
pub(super) struct ShotArgs {
    #[command(flatten)]
    programs: Programs,
    /// A built-in demo in place of files.
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    demo: Option<String>,
    /// A lesson at its start in place of files: its number, its name or its directory.
    #[arg(long, value_name = "LESSON", conflicts_with_all = ["files", "demo", "commands"])]
    lesson: Option<String>,
    /// A line of commands to run first; may be given several times.
    #[arg(short = 'e', long = "command", value_name = "COMMAND")]
    commands: Vec<String>,
    /// Keys to press after that, e.g. "Tab Tab z".
    #[arg(short = 'k', long = "keys", value_name = "KEYS", default_value = "")]
    keys: String,
    /// Columns and rows.
    #[arg(long, value_name = "COLSxROWS", default_value = "120x40", value_parser = size)]
    size: (u16, u16),
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    looks: Looks,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Ansi,
    Svg,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let pair = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    pair.filter(|(w, h)| (1..=500).contains(w) && (1..=300).contains(h))
        .ok_or_else(|| "COLSxROWS is expected, such as 120x40".into())
}

pub(super) fn run(args: &ShotArgs) -> ExitCode {
    match render(args) {
        Ok(text) => output::bytes(format!("{text}\n").as_bytes()),
        Err(e) => unusable(&e),
    }
}

fn render(args: &ShotArgs) -> Result<String, String> {
    let settings = config::for_picture(&args.looks)?;
    let (mut app, _) = App::with_settings(args.size, settings, config::picture_surroundings());
    let mut target = match &args.lesson {
        Some(name) => lesson(name, &mut app)?,
        None => programs(args, &mut app)?,
    };
    let now = target.look(&Want::default());
    let now = ui::press(&mut app, &mut target, &args.keys, now)?;
    let buffer = ui::render(&now, &app.view, &app.theme, args.size);
    Ok(match args.format {
        Format::Text => picture::text(&buffer),
        Format::Ansi => picture::ansi(&buffer),
        Format::Svg => picture::svg(&buffer),
    })
}

/// A lesson where it begins.
fn lesson(name: &str, app: &mut App) -> Result<Local, String> {
    let lesson = learn::named(name)?;
    let mut target = lesson.target(0).map_err(|e| e.to_string())?;
    app.open_lesson(Arc::new(lesson));
    ui::begin_page(app, &mut target);
    Ok(target)
}

/// Programs after the commands that come first.
fn programs(args: &ShotArgs, app: &mut App) -> Result<Local, String> {
    let mut opened = match (&args.demo, &args.programs.files[..]) {
        (Some(name), _) => Opened::demo(name)?,
        (None, []) => Opened::demo("ping")?,
        _ => open(&args.programs, &crate::ui::Settings::default())?,
    };
    opened.scenario.first_commands(&mut opened.target)?;
    let log = settle(&mut opened, &args.commands)?;
    app.look(&opened.target.look(&Want::default()));
    for reply in log {
        app.answer(&reply);
    }
    Ok(opened.target)
}
