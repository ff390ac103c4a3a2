//! `hsxray attach`: the screen on a machine that another hsxray serves, or an executive.

use super::output::unusable;
use super::{Looks, config, ended_by};
use crate::backend::{Pid, Target};
use crate::remote::attach::{Options, Remote};
use crate::ui::{self, Left, Outside};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long the first connection may take.
const FIRST: Duration = Duration::from_secs(10);
/// How long news may wait while the screen waits for a key.
const PATIENCE: Duration = Duration::from_millis(5);

/// Arguments of `attach`.
#[derive(Debug, Args)]
pub(super) struct AttachArgs {
    /// Where the machine is served.
    #[arg(value_name = "HOST:PORT")]
    address: String,
    /// Change nothing there.
    #[arg(long)]
    read_only: bool,
    /// What the server wants named.
    #[arg(long, value_name = "TEXT")]
    token: Option<String>,
    /// The task to look at first.
    #[arg(long, value_name = "N")]
    pid: Option<Pid>,
    /// Read code from an image here, where an executive that is not hsxray has loaded one of that name.
    #[arg(long, value_name = "FILE")]
    image: Vec<PathBuf>,
    /// Take what tasks print from an executive that is not hsxray, which then has it for no other client.
    #[arg(long)]
    listen_console: bool,
    #[command(flatten)]
    looks: Looks,
}

/// What the screen needs of the world outside: news of the machine.
struct News {
    changes: Arc<AtomicU64>,
    seen: u64,
}

impl Outside for News {
    fn visit(&mut self, target: &mut dyn Target) -> bool {
        // Without turns it only takes news in.
        target.pump(0);
        let changes = self.changes.load(Ordering::Relaxed);
        std::mem::replace(&mut self.seen, changes) != changes
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

pub(super) fn run(args: &AttachArgs) -> ExitCode {
    match attached(args) {
        Ok(Left::Asked) => ExitCode::SUCCESS,
        Ok(Left::Signal(signal)) => ended_by(signal),
        Err(e) => unusable(&e),
    }
}

fn attached(args: &AttachArgs) -> Result<Left, String> {
    let mut app = config::app(&args.looks)?;
    let (token, listen_console) = (args.token.clone(), args.listen_console);
    let options = Options { token, read_only: args.read_only, pid: args.pid, listen_console, ..Options::default() };
    let mut remote = Remote::new(&args.address, options, args.image.clone(), FIRST)?;
    color_eyre::install().map_err(|e| e.to_string())?;
    let mut outside = News { changes: remote.changes(), seen: 0 };
    let part = matches!(remote, Remote::Reported(_));
    let known = if part { ", an executive that is not hsxray: what it does not report is not shown" } else { "" };
    app.answer(&format!("attached to {}{known}", args.address));
    if args.pid.is_some() {
        app.view.selected = args.pid;
    }
    let left = ui::run(remote.target(), &mut app, ui::Record::default(), &mut outside).map_err(|e| e.to_string())?;
    config::keep(app);
    Ok(left)
}
