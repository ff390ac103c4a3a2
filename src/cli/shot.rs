//! `hsxray shot`: the screen without a terminal.

use super::batch::settle;
use super::open::{Opened, open};
use super::{Looks, Programs, config, unusable};
use crate::ui::{self, App, picture};
use clap::{Args, ValueEnum};
use std::process::ExitCode;

/// Arguments of `shot`.
#[derive(Debug, Args)]
pub(super) struct ShotArgs {
    #[command(flatten)]
    programs: Programs,
    /// A built-in demo in place of files.
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    demo: Option<String>,
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
        Ok(text) => super::print(format!("{text}\n").as_bytes()),
        Err(e) => unusable(&e),
    }
}

fn render(args: &ShotArgs) -> Result<String, String> {
    let mut opened = match (&args.demo, &args.programs.files[..]) {
        (Some(name), _) => Opened::demo(name)?,
        (None, []) => Opened::demo("ping")?,
        _ => open(&args.programs, &crate::ui::Settings::default())?,
    };
    opened.scenario.first_commands(&mut opened.target)?;
    let (log, now) = settle(&mut opened, &args.commands)?;
    let settings = config::for_picture(&args.looks)?;
    let (mut app, _) = App::with_settings(args.size, settings, config::picture_surroundings());
    app.look(&now);
    for reply in log {
        app.answer(&reply);
    }
    let now = ui::press(&mut app, &mut opened.target, &args.keys, now)?;
    let buffer = ui::render(&now, &app.view, &app.theme, args.size);
    Ok(match args.format {
        Format::Text => picture::text(&buffer),
        Format::Ansi => picture::ansi(&buffer),
        Format::Svg => picture::svg(&buffer),
    })
}
