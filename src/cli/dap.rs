//! `hsxray dap`: a debug adapter for editors.

use super::open::{self, Opened};
use super::output::{self, unusable};
use super::written;
use super::{Programs, Switch};
use crate::backend::host::Content;
use crate::backend::{Config, QUANTUM, STACK, Target};
use crate::remote::dap::{self, Launch, Machine, Options, Reach};
use crate::ui::{Outside, Settings};
use clap::Args;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Sessions that are served at once.
const SESSIONS: usize = 128;
/// How long a client may leave what it is sent unread.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client is listened to that is not served: what it has sent must be read, or it does not get the reason.
const REFUSED: Duration = Duration::from_millis(50);

/// Arguments of `dap`.
#[derive(Debug, Args)]
pub(super) struct DapArgs {
    /// Wait for clients at a socket instead; each has a machine of its own.
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// What clients have to name as "token" in their launch configuration; needed where other computers can connect.
    #[arg(long, value_name = "TEXT", requires = "listen")]
    token: Option<String>,
    /// Let clients read and write files below a directory; may be given several times (only beside the programs they launch).
    #[arg(long, value_name = "DIR", requires = "listen")]
    allow: Vec<PathBuf>,
    /// Write every message to a file.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Write over a file that is not a log of messages.
    #[arg(long, requires = "log")]
    force: bool,
}

pub(super) fn run(args: &DapArgs) -> ExitCode {
    let free = args.log.iter().try_for_each(|path| written::may_be(path, Content::Messages, &[], args.force));
    let served = free.and_then(|()| match &args.listen {
        Some(address) => listen(address, args),
        None => args.log.as_deref().map(|path| log(path, false)).transpose().and_then(|log| {
            let options = Options { log, ..Options::default() };
            dap::serve(io::stdin(), Box::new(io::stdout()), &mut open, options).map_err(|e| e.to_string())
        }),
    });
    served.map_or_else(|e| unusable(&e), |()| ExitCode::SUCCESS)
}

/// A file that messages are written to, begun again or continued.
fn log(path: &Path, again: bool) -> Result<Box<dyn Write + Send>, String> {
    let file = File::options().write(true).create(true).truncate(!again).append(again).open(path);
    Ok(Box::new(BufWriter::new(file.map_err(|e| format!("{}: {e}", path.display()))?)))
}

/// Serves clients at a socket, each on a thread of its own.
fn listen(address: &str, args: &DapArgs) -> Result<(), String> {
    let listener = TcpListener::bind(address).map_err(|e| format!("{address}: {e}"))?;
    let bound = listener.local_addr().map_err(|e| format!("{address}: {e}"))?;
    if !bound.ip().is_loopback() && args.token.as_deref().is_none_or(str::is_empty) {
        return Err(format!("{bound}: other computers can connect there: --token TEXT is expected, too"));
    }
    args.log.as_deref().map(|path| log(path, false)).transpose()?;
    output::lines(&format!("hsxray: debug adapter at {bound}")).map_err(|e| format!("standard output: {e}"))?;
    let sessions = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let stream = match stream {
            Ok(stream) => stream,
            // The client is gone already, or no file is free; the next may do better.
            Err(e) => {
                output::note(&format_args!("hsxray: {e}"));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        if sessions.fetch_add(1, Ordering::Relaxed) >= SESSIONS {
            sessions.fetch_sub(1, Ordering::Relaxed);
            refuse(stream);
            continue;
        }
        let log = args.log.as_deref().map(|path| log(path, true)).transpose()?;
        let reach = if args.allow.is_empty() { Reach::BesidePrograms } else { Reach::Below(args.allow.clone()) };
        let (options, sessions) = (Options { log, token: args.token.clone(), reach }, Arc::clone(&sessions));
        let session = move || {
            if let Err(e) = session(&stream, options) {
                output::note(&format_args!("hsxray: {e}"));
            }
            let _ = stream.shutdown(Shutdown::Both);
            sessions.fetch_sub(1, Ordering::Relaxed);
        };
        thread::Builder::new().name("dap session".into()).spawn(session).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Says to a client why it is not served. One that is gone, or does not listen, is not waited for.
fn refuse(mut stream: TcpStream) {
    let why = format!("hsxray: {SESSIONS} sessions are served already, which is the most\n");
    let said = stream.set_write_timeout(Some(REFUSED)).and_then(|()| dap::refuse(&mut stream, why));
    if said.and_then(|()| stream.shutdown(Shutdown::Write)).is_ok() && stream.set_read_timeout(Some(REFUSED)).is_ok() {
        let _ = stream.read(&mut [0; 4096]);
    }
}

/// Serves one client.
fn session(stream: &TcpStream, options: Options) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match dap::serve(stream.try_clone()?, Box::new(stream.try_clone()?), &mut open, options) {
        // It is gone: nothing is wrong with that.
        Err(e) if matches!(e.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => Ok(()),
        done => done,
    }
}

/// Loads what a client asks for, as the command line would.
fn open(launch: &Launch) -> Result<Machine, String> {
    within("stack", launch.stack, &STACK)?;
    within("quantum", launch.quantum, &QUANTUM)?;
    within("turnUs", launch.turn_us, &(1..=Config::LONGEST_TURN_US))?;
    let programs = Programs {
        files: launch.files().into_iter().map(PathBuf::into_os_string).collect(),
        stack: launch.stack,
        quantum: launch.quantum,
        protect: launch.protect.map(|on| if on { Switch::On } else { Switch::Off }),
        turn_us: launch.turn_us,
        history: launch.history,
        source: launch.source.iter().map(|directory| launch.path(directory)).collect(),
        map: launch.map.clone(),
        fs: launch.fs.as_ref().map(|directory| launch.path(directory)),
        ..Programs::default()
    };
    let opened = match &launch.demo {
        Some(demo) => Opened::demo(demo)?,
        None => open::open(&programs, &Settings::default())?,
    };
    let Opened { mut target, mut scenario, .. } = opened;
    scenario.first_commands(&mut target)?;
    let pump = move |target: &mut dyn Target, turns| scenario.pump(target, turns);
    Ok(Machine { target: Box::new(target), pump: Box::new(pump), shared: false })
}

/// Whether a number is one that the command line takes, too.
fn within<N: PartialOrd + Display>(name: &str, value: Option<N>, range: &RangeInclusive<N>) -> Result<(), String> {
    match value.filter(|n| !range.contains(n)) {
        Some(n) => Err(format!("{name} is {n}: a number from {} to {} is expected", range.start(), range.end())),
        None => Ok(()),
    }
}
