//! `hsxray mcp`: commands as tools of the Model Context Protocol.

use super::Programs;
use super::open::{self, Opened};
use super::output::unusable;
use crate::backend::Target;
use crate::remote::mcp::{self, Options};
use crate::ui::{Outside, Settings};
use clap::Args;
use std::io;
use std::process::ExitCode;

/// Arguments of `mcp`.
#[derive(Debug, Args)]
pub(super) struct McpArgs {
    #[command(flatten)]
    programs: Programs,
    /// Let tools run and change the machine, and read and write files; without it they only look.
    #[arg(long)]
    write: bool,
    /// Turns that a run of one call may take (10000000).
    #[arg(long, value_name = "N", default_value_t = 10_000_000, hide_default_value = true)]
    turns: u64,
}

pub(super) fn run(args: &McpArgs) -> ExitCode {
    served(args).map_or_else(|e| unusable(&e), |()| ExitCode::SUCCESS)
}

fn served(args: &McpArgs) -> Result<(), String> {
    let Opened { mut target, mut scenario, .. } = open::open(&args.programs, &Settings::default())?;
    scenario.first_commands(&mut target)?;
    let options = Options { write: args.write, turns: args.turns };
    let mut run = |target: &mut dyn Target, turns| scenario.pump(target, turns);
    mcp::serve(io::stdin().lock(), io::stdout().lock(), &mut target, &mut run, options).map_err(|e| e.to_string())
}
