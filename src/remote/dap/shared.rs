//! A machine that others act on as well: one that hsxray serves, alone or behind a screen.

use super::elsewhere::Elsewhere;
use super::run::Motion;
use super::{Adapter, Failed, Machine, failed};
use crate::backend::Want;
use crate::remote::attach::{Attached, Options};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// How long the first connection may take, and an answer: a breakpoint is verified when the server has set it.
const FIRST: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(2);

/// Arguments of `attach`.
#[derive(Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Attach {
    host: String,
    port: u16,
    /// What the server of the machine wants named.
    server_token: Option<String>,
    /// Change nothing there.
    read_only: bool,
    /// What this adapter wants named.
    token: Option<String>,
    /// The directory that paths are relative to; sources are looked for in it, too.
    cwd: Option<PathBuf>,
    /// Directories in which sources are looked for.
    source: Vec<PathBuf>,
    /// OLD=NEW for sources that have moved.
    map: Vec<String>,
}

impl Default for Attach {
    fn default() -> Attach {
        Attach {
            host: "127.0.0.1".into(),
            port: 9998,
            server_token: None,
            read_only: false,
            token: None,
            cwd: None,
            source: Vec::new(),
            map: Vec::new(),
        }
    }
}

/// `attach`.
pub(super) fn attach(adapter: &mut Adapter<'_>, attach: Attach) -> Result<Value, Failed> {
    if adapter.machine.is_some() {
        return failed("a program is launched already");
    }
    adapter.permit(attach.token.as_deref())?;
    let (token, read_only) = (attach.server_token, attach.read_only);
    let options = Options { token, read_only, patience: ANSWER, ..Options::default() };
    let address = format!("{}:{}", attach.host, attach.port);
    let elsewhere = Elsewhere::new(attach.cwd.as_deref(), &attach.source, &attach.map).map_err(Failed)?;
    let target = Attached::new(&address, options, FIRST).map_err(Failed)?;
    adapter.sources.elsewhere = Elsewhere { programs: target.program_files(), ..elsewhere };
    adapter.machine =
        Some(Machine { target: Box::new(target), pump: Box::new(|target, turns| target.pump(turns)), shared: true });
    adapter.forget();
    adapter.report_news();
    adapter.say("initialized", Value::Null);
    Ok(Value::Null)
}

impl Adapter<'_> {
    /// Whether others act on the machine as well.
    pub(super) fn is_shared(&self) -> bool {
        self.machine.as_ref().is_some_and(|machine| machine.shared)
    }

    /// Where the machine is: turns, and entries of the trace.
    fn place(&mut self) -> Option<(u64, u64)> {
        let now = self.machine.as_mut()?.target.look(&Want::numbers());
        Some((now.turn, now.trace_total))
    }

    /// What this client has done is known to it.
    pub(super) fn remember_place(&mut self) {
        if self.is_shared() {
            self.place = self.place();
        }
    }

    /// Takes in what others have done while the client thought that the machine stands.
    pub(super) fn look_at_others(&mut self) {
        let Some(machine) = &mut self.machine else { return };
        // Without turns it only takes news in.
        machine.target.pump(0);
        if !self.configured {
            return;
        }
        if self.running() {
            self.say_continued();
            self.under_way(Motion::Run);
            return;
        }
        let place = self.place();
        if place != self.place {
            self.place = place;
            self.say_continued();
            self.travelled("pause", None);
            self.notice();
        }
    }

    fn say_continued(&mut self) {
        let first = self.pids.first().copied().unwrap_or(1);
        self.say("continued", json!({ "threadId": first, "allThreadsContinued": true }));
    }

    /// A machine that is joined may be running.
    pub(super) fn joined(&mut self) {
        self.remember_place();
        match self.running() {
            true => self.motion = Some(Motion::Run),
            false => self.stop_now("entry", None, None),
        }
    }
}
