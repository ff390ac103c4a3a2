//! The `hsxray` command.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    hsxray::cli::run(hsxray::cli::Cli::parse())
}
