//! The command line: arguments and wiring.

mod asm;
mod batch;
pub mod demo;
mod open;
mod scenario;
mod shot;

use crate::ui;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Wrong usage or files that cannot be read.
const UNUSABLE: u8 = 2;

/// Watch HSX programs run: register windows, stacks, mailboxes and the scheduler, turn by turn.
///
/// Without a command the debugger opens on the given programs (.hxe images, .mvasm sources, or one
/// scenario .toml), and without programs on a built-in demo.
#[derive(Debug, Parser)]
#[command(name = "hsxray", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    programs: Programs,
    #[command(flatten)]
    looks: Looks,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run commands without a terminal.
    Batch(batch::BatchArgs),
    /// Render the screen without a terminal, as text, ANSI text or SVG.
    Shot(shot::ShotArgs),
    /// List the built-in demos, or open one.
    Demo {
        /// Which one.
        name: Option<String>,
        #[command(flatten)]
        looks: Looks,
    },
    /// Open the debugger on a recording: it is run again and must end as it did.
    Replay {
        /// A file written by `record`.
        file: PathBuf,
        /// Megabytes for going back in time; 0 keeps almost nothing (256).
        #[arg(long, value_name = "MB")]
        history: Option<u32>,
        #[command(flatten)]
        looks: Looks,
    },
    /// Assemble sources into an image.
    Asm(asm::AsmArgs),
    /// Show an image, or an assembled source, as source text.
    Disasm(asm::DisasmArgs),
}

/// Programs and how to load them.
#[derive(Debug, Args, Clone, Default)]
pub struct Programs {
    /// Programs, each a task: FILE, or FILE:stack=512,quantum=2,name=x; or one scenario .toml; or one recording.
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Bytes of stack for each task.
    #[arg(long, value_name = "BYTES")]
    pub stack: Option<u32>,
    /// Turns in a row for each task.
    #[arg(long, value_name = "N")]
    pub quantum: Option<u32>,
    /// Whether stores into other tasks' registers and stacks are refused (on unless said otherwise).
    #[arg(long, value_name = "on|off")]
    pub protect: Option<Switch>,
    /// Virtual microseconds a turn takes (1).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub turn_us: Option<u64>,
    /// Trace entries kept (4096).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=16_777_216))]
    pub trace_size: Option<u32>,
    /// Megabytes for going back in time; 0 keeps almost nothing (256).
    #[arg(long, value_name = "MB")]
    pub history: Option<u32>,
    /// Copy a directory into the machine's file tree at the start.
    #[arg(long, value_name = "DIR")]
    pub fs: Option<PathBuf>,
}

/// On or off.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

/// How the screen looks.
#[derive(Debug, Args, Clone, Copy, Default)]
pub struct Looks {
    /// Draw with ASCII characters only.
    #[arg(long)]
    ascii: bool,
    /// Colours: dark, light, contrast or none (dark, or none when `NO_COLOR` is set).
    #[arg(long, value_name = "NAME")]
    theme: Option<ThemeName>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ThemeName {
    Dark,
    Light,
    Contrast,
    None,
}

impl Looks {
    fn theme(self) -> ui::Theme {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let palette = match self.theme {
            Some(ThemeName::Dark) => ui::Palette::Dark,
            Some(ThemeName::Light) => ui::Palette::Light,
            Some(ThemeName::Contrast) => ui::Palette::Contrast,
            Some(ThemeName::None) => ui::Palette::None,
            None if set("NO_COLOR") => ui::Palette::None,
            None => ui::Palette::Dark,
        };
        ui::Theme::new(palette, self.ascii || !utf8_locale())
    }
}

/// Whether the locale says UTF-8. Without any locale the terminal is taken for a modern one.
fn utf8_locale() -> bool {
    let value = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|n| std::env::var(n).ok().filter(|v| !v.is_empty()));
    value.is_none_or(|v| {
        let v = v.to_lowercase();
        v.contains("utf-8") || v.contains("utf8")
    })
}

/// Carries out a command line.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    match cli.command {
        None => open::screen(&cli.programs, cli.looks),
        Some(Command::Demo { name: None, .. }) => demo::list(),
        Some(Command::Demo { name: Some(name), looks }) => open::demo(&name, looks),
        Some(Command::Replay { file, history, looks }) => open::replay(&file, history, looks),
        Some(Command::Batch(args)) => batch::run(&args),
        Some(Command::Shot(args)) => shot::run(&args),
        Some(Command::Asm(args)) => asm::assemble(&args),
        Some(Command::Disasm(args)) => asm::disassemble(&args),
    }
}

/// Says what is wrong and gives the exit status for it.
fn unusable(message: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("hsxray: {message}");
    ExitCode::from(UNUSABLE)
}
