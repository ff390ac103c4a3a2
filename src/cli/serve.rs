//! `hsxray serve`: programs for clients of an HSX executive.

use super::Programs;
use super::explore::listen_to_signals;
use super::open::{self, Opened};
use super::output::{self, unusable};
use super::scenario::Scenario;
use crate::backend::{Local, Target, host};
use crate::remote::serve::{self, Followed, INBOX, Options, Server};
use crate::ui::{Outside, Settings};
use clap::Args;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    programs: Programs,
    #[command(flatten)]
    door: Door,
    /// Where clients connect; with port 0 a free one is taken and named.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9998")]
    listen: String,
    /// Ticks of the clock a second; also makes a turn last that long in virtual time, unless --turn-us says otherwise.
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rate: Option<u64>,
    /// Save what clients did when the server ends, as a recording.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

/// What clients may do.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct Door {
    /// Let clients load programs from a directory; may be given several times (those of the programs).
    #[arg(long, value_name = "DIR")]
    pub allow: Vec<PathBuf>,
    /// Instructions per tick of the clock, and per step that names no count (1).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub steps: Option<u64>,
    /// What clients have to name as "token" when they open a session; needed where other computers can connect.
    #[arg(long, value_name = "TEXT")]
    pub token: Option<String>,
    /// Let clients end and restart the server.
    #[arg(long)]
    pub allow_shutdown: bool,
}

impl Door {
    /// What clients may do with the programs of a machine.
    fn options(&self, target: &Local) -> Options {
        let mut allow = self.allow.clone();
        if allow.is_empty() {
            let programs = target.machine().tasks().iter().filter_map(|task| target.program(task.pid)?.path());
            allow = programs.filter_map(|path| Some(host::canonical(path)?.parent()?.to_owned())).collect();
        }
        let token = self.token.clone().filter(|token| !token.is_empty());
        Options { token, allow, steps: self.steps.unwrap_or(1), allow_shutdown: self.allow_shutdown }
    }
}

/// What comes over connections from now on, and where they are made.
pub(super) fn listen(address: &str, door: &Door) -> Result<(Receiver<serve::Job>, SocketAddr), String> {
    let listener = TcpListener::bind(address).map_err(|e| format!("{address}: {e}"))?;
    let bound = listener.local_addr().map_err(|e| format!("{address}: {e}"))?;
    if !bound.ip().is_loopback() && door.token.as_deref().is_none_or(str::is_empty) {
        return Err(format!("{bound}: other computers can connect there: --token TEXT is expected, too"));
    }
    let (jobs, inbox) = sync_channel(INBOX);
    serve::accept(listener, jobs).map_err(|e| e.to_string())?;
    Ok((inbox, bound))
}

pub(super) fn run(args: &ServeArgs) -> ExitCode {
    prepared(args).unwrap_or_else(|e| unusable(&e))
}

fn prepared(args: &ServeArgs) -> Result<ExitCode, String> {
    let mut programs = args.programs.clone();
    if let Some(rate) = args.rate {
        programs.turn_us = programs.turn_us.or(Some(1_000_000 / rate));
    }
    // The first signal ends the server as a client may, the second one at once.
    let ended = Arc::new(AtomicBool::new(false));
    listen_to_signals(&ended).map_err(|e| format!("signals cannot be received: {e}"))?;
    let Opened { mut target, mut scenario, .. } = open::open(&programs, &Settings::default())?;
    scenario.first_commands(&mut target)?;
    let options = args.door.options(&target);
    let (mut target, requests) = Followed::new(target);
    let mut server = Server::new(options, &mut target);
    server.follow(requests);
    if let Some(rate) = args.rate {
        server.set_rate(&mut target, rate as f64);
    }
    let (inbox, address) = listen(&args.listen, &args.door)?;
    output::lines(&format!("hsxray: serving on {address}")).map_err(|e| format!("standard output: {e}"))?;
    let mut run = |target: &mut dyn Target, turns| scenario.pump(target, turns);
    serve::serve(&mut server, &mut target, &inbox, &mut run, &|| ended.load(Ordering::Relaxed));
    Ok(open::save_session(target.local, args.save.as_deref()))
}

/// A server beside a screen: both act on one machine.
pub(super) struct Beside {
    scenario: Scenario,
    server: Server,
    inbox: Receiver<serve::Job>,
    ticked: Instant,
}

/// How long a client may wait while the screen waits for a key.
const PATIENCE: Duration = Duration::from_millis(5);
/// How often sessions that have expired are looked for.
const TICK: Duration = Duration::from_millis(100);

impl Beside {
    /// Serves the machine of a screen; where clients connect.
    pub fn new(
        target: Local,
        scenario: Scenario,
        address: &str,
        token: Option<String>,
    ) -> Result<(Followed, Beside, SocketAddr), String> {
        let door = Door { token, ..Door::default() };
        let options = door.options(&target);
        let (mut target, requests) = Followed::new(target);
        let mut server = Server::new(options, &mut target);
        server.follow(requests);
        let (inbox, bound) = listen(address, &door)?;
        Ok((target, Beside { scenario, server, inbox, ticked: Instant::now() }, bound))
    }
}

impl Outside for Beside {
    fn pump(&mut self, target: &mut dyn Target, turns: u64) -> bool {
        let Beside { scenario, server, .. } = self;
        server.pump(target, turns, &mut |target, turns| scenario.pump(target, turns))
    }

    fn visit(&mut self, target: &mut dyn Target) -> bool {
        let mut came = self.server.notice(target);
        while let Ok(job) = self.inbox.try_recv() {
            self.server.work(target, job);
            came = true;
        }
        if self.ticked.elapsed() >= TICK {
            self.ticked = Instant::now();
            self.server.tick();
        }
        came
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}
