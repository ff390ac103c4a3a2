//! The program under test of the bench `screen`: cargo hands a bench only the programs of its own package.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    hsxray::cli::run(hsxray::cli::Cli::parse())
}
