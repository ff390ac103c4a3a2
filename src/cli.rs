//! The command line: arguments and wiring.

mod asm;
#[cfg(feature = "remote")]
mod attach;
mod batch;
mod config;
mod crash;
#[cfg(feature = "remote")]
mod dap;
mod demos;
mod explore;
mod export;
mod grade;
mod input;
mod kept_stops;
mod learn;
mod link;
#[cfg(feature = "remote")]
mod mcp;
mod open;
mod output;
mod plain;
mod recover;
mod scenario;
mod selected;
#[cfg(feature = "remote")]
mod serve;
mod share;
mod shot;
mod waiting;
mod written;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
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
    front: Front,
    /// Open the session again that was left last without an end: killed, or lost with its terminal.
    #[arg(long, conflicts_with = "files")]
    recover: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run commands without a terminal.
    Batch(batch::BatchArgs),
    /// Render the screen without a terminal, as text, ANSI text or SVG.
    Shot(shot::ShotArgs),
    /// Make a link of a recording, which opens it on the page for browsers or here.
    Share(share::ShareArgs),
    /// Write the trace of a run or recording for other tools, without a terminal.
    Export(export::ExportArgs),
    /// List the built-in demos, or open one.
    Demo {
        /// Which one.
        name: Option<String>,
        #[command(flatten)]
        front: Front,
    },
    /// Learn the machine: lessons with tasks that are checked against it.
    Learn(learn::LearnArgs),
    /// Judge what students have handed in again, from its content: hsxray learn --hand-in writes it.
    Grade(grade::GradeArgs),
    /// How far a class has come, from what it has handed in: a row for each student.
    Progress(grade::ProgressArgs),
    /// Search schedules for one that fails; `explore unit`, `explore go` and `explore merge` do it in parts.
    Explore(Box<explore::ExploreArgs>),
    /// Open the debugger on a recording: it is run again and must end as it did.
    Replay {
        /// A file written by `record`.
        file: PathBuf,
        /// Megabytes for going back in time; 0 keeps almost nothing (256).
        #[arg(long, value_name = "MB")]
        history: Option<u32>,
        #[command(flatten)]
        front: Front,
    },
    /// Let an editor debug through the Debug Adapter Protocol, over standard input and output or a socket.
    #[cfg(feature = "remote")]
    Dap(dap::DapArgs),
    /// Serve programs to clients of an HSX executive: its shell, its panel, its debug adapter.
    #[cfg(feature = "remote")]
    Serve(Box<serve::ServeArgs>),
    /// Open the screen on a machine that another hsxray serves.
    #[cfg(feature = "remote")]
    Attach(attach::AttachArgs),
    /// Make tools of the commands, for programs that speak the Model Context Protocol over standard input and output.
    #[cfg(feature = "remote")]
    Mcp(Box<mcp::McpArgs>),
    /// The settings file: write one, say where it is, check it.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Print what a shell needs to complete hsxray's command lines.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
    /// Assemble sources into an image.
    Asm(asm::AsmArgs),
    /// Show an image, or an assembled source, as source text.
    Disasm(asm::DisasmArgs),
}

/// Programs and how to load them.
#[derive(Debug, Args, Clone, Default)]
pub struct Programs {
    /// Programs, each a task: FILE, or FILE:stack=512,quantum=2,name=x; or one scenario .toml, one recording, or one link
    /// of `share`.
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,
    /// Bytes of stack for each task.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(4..=65_536))]
    pub stack: Option<u32>,
    /// Turns in a row for each task.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub quantum: Option<u32>,
    /// Whether stores into other tasks' registers and stacks are refused (on unless said otherwise).
    #[arg(long, value_name = "on|off")]
    pub protect: Option<Switch>,
    /// Virtual microseconds a turn takes (1).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub turn_us: Option<u64>,
    /// Whether the math services of module 0xE answer; controllers without them give 0xFFFFFF01 (on).
    #[arg(long, value_name = "on|off")]
    pub math: Option<Switch>,
    /// How many mailboxes and handles there may be: desktop, or embedded with 16 mailboxes, 8 handles a task and 20 tap
    /// copies a second (desktop).
    #[arg(long, value_name = "NAME")]
    pub profile: Option<Profile>,
    /// Trace entries kept (4096).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=16_777_216))]
    pub trace_size: Option<u32>,
    /// Megabytes for going back in time; 0 keeps almost nothing (256).
    #[arg(long, value_name = "MB")]
    pub history: Option<u32>,
    /// Look for sources in a directory too; may be given several times.
    #[arg(long, value_name = "DIR")]
    pub source: Vec<PathBuf>,
    /// Look for sources whose paths begin with OLD where they begin with NEW; may be given several times.
    #[arg(long, value_name = "OLD=NEW")]
    pub map: Vec<String>,
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

/// How many mailboxes and handles there may be.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// As many as a program on a desktop may want.
    Desktop,
    /// Those of a small controller.
    Embedded,
}

impl Profile {
    fn limits(self) -> crate::executive::mailbox::Limits {
        match self {
            Profile::Desktop => Default::default(),
            Profile::Embedded => crate::executive::mailbox::Limits::embedded(),
        }
    }
}

/// How the debugger shows itself.
#[derive(Debug, Args, Clone, Default)]
pub struct Front {
    #[command(flatten)]
    looks: Looks,
    /// Line by line, for screen readers, pipes and terminals that cannot move a cursor.
    #[arg(long)]
    plain: bool,
    /// Follow a script: lines of commands, "pause TEXT" waits for a key, "keys KEYS" presses keys.
    #[arg(short = 'x', long = "script", value_name = "FILE")]
    script: Option<PathBuf>,
    /// Write what the debugger does to a file.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Save the session when it ends, as a recording.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Let clients of an HSX executive act on the same machine beside the screen, at HOST:PORT.
    #[cfg(feature = "remote")]
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "plain")]
    serve: Option<String>,
    /// What those clients have to name as "token"; needed where other computers can connect.
    #[cfg(feature = "remote")]
    #[arg(long, value_name = "TEXT", requires = "serve")]
    token: Option<String>,
    /// Write over a file that is read, or that holds something of another kind.
    #[arg(long)]
    force: bool,
}

/// How the screen looks.
#[derive(Debug, Args, Clone, Default)]
pub struct Looks {
    /// Draw with ASCII characters only.
    #[arg(long)]
    ascii: bool,
    /// Colours: dark, light, contrast, colour-blind, none, or a theme of your own.
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
    /// Another settings file than the usual one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Carries out a command line.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    crate::backend::ask_for_tools(config::tools);
    match cli.command {
        None if cli.recover => open::recovered(&cli.programs, &cli.front),
        None => open::screen(&cli.programs, &cli.front),
        Some(Command::Demo { name: None, .. }) => demos::list(),
        Some(Command::Demo { name: Some(name), front }) => open::demo(&name, &front),
        Some(Command::Replay { file, history, front }) => open::replay(&file, history, &front),
        Some(Command::Explore(args)) => explore::run(&args),
        Some(Command::Learn(args)) => learn::run(&args),
        Some(Command::Grade(args)) => grade::grade(&args),
        Some(Command::Progress(args)) => grade::progress(&args),
        Some(Command::Batch(args)) => batch::run(&args),
        Some(Command::Share(args)) => share::run(&args),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Shot(args)) => shot::run(&args),
        #[cfg(feature = "remote")]
        Some(Command::Dap(args)) => dap::run(&args),
        #[cfg(feature = "remote")]
        Some(Command::Serve(args)) => serve::run(&args),
        #[cfg(feature = "remote")]
        Some(Command::Mcp(args)) => mcp::run(&args),
        #[cfg(feature = "remote")]
        Some(Command::Attach(args)) => attach::run(&args),
        Some(Command::Config(command)) => config::run(&command),
        Some(Command::Completions { shell }) => complete(shell),
        Some(Command::Man) => man(),
        Some(Command::Asm(args)) => asm::assemble(&args),
        Some(Command::Disasm(args)) => asm::disassemble(&args),
    }
}

/// Prints what a shell needs to complete command lines.
fn complete(shell: clap_complete::Shell) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hsxray", &mut text);
    output::bytes(&text)
}

/// Prints the manual page.
fn man() -> ExitCode {
    let mut text = Vec::new();
    match clap_mangen::Man::new(Cli::command()).render(&mut text) {
        Ok(()) => output::bytes(&text),
        Err(e) => output::unusable(&e),
    }
}

/// The exit status of what a signal has ended.
fn ended_by(signal: u8) -> ExitCode {
    ExitCode::from(128_u8.saturating_add(signal))
}
