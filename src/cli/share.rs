//! `hsxray share`: a recording as a link.

use super::Looks;
use super::config;
use super::output::{self, unusable};
use crate::backend::{Recording, host};
use crate::limits::FILE;
use crate::ui::Setting;
use crate::ui::share::{Standing, link};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `share`.
#[derive(Debug, Args)]
pub(super) struct ShareArgs {
    /// A file written by `record`.
    file: PathBuf,
    /// Leave the texts of sources out.
    #[arg(long)]
    no_sources: bool,
    /// The address of the page to which the link leads, in place of the setting share_base.
    #[arg(long, value_name = "ADDRESS")]
    base: Option<String>,
    #[command(flatten)]
    looks: Looks,
}

pub(super) fn run(args: &ShareArgs) -> ExitCode {
    match made(args) {
        Ok(link) => output::text(&format!("{link}\n")),
        Err(e) => unusable(&e),
    }
}

fn made(args: &ShareArgs) -> Result<String, String> {
    let at = |e: &dyn std::fmt::Display| format!("{}: {e}", args.file.display());
    let text = host::text(&args.file, &FILE).map_err(|e| at(&e))?;
    let recording = Recording::parse(&text).map_err(|e| at(&e))?;
    let recording = if args.no_sources { recording.without_sources() } else { recording };
    let (mut settings, _) = config::load(&args.looks)?;
    if let Some(base) = &args.base {
        settings.set("share_base", base).map_err(|e| e.to_string())?;
    }
    link(settings.get(Setting::ShareBase), &recording, &Standing::default())
}
